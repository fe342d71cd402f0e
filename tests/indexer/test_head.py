"""The head as a whole: parts told apart, pieces and run-together texts, warnings, speed on hostile texts."""

import time

import pytest
from readers import parse_head

from reftel.base.steps import finish
from reftel.indexer.telegram.labels import find_regions
from reftel.indexer.telegram.layout import lay_out

HEAD = """S E C R E T SECTION 01 OF 02 BAKU 000123

SIPDIS

STATE FOR EUR/CARC

E.O. 12958: DECL: 01/31/2019
TAGS: PREL PGOV
      KDEM AJ
SUBJECT: (S) GRAIN AND WATER: A SECOND
LOOK

REF: A. STATE 12
     B. 08 BAKU 1234 (NOTAL)

BAKU 00000123  001.2 OF 002


Classified By: Ambassador Jane Roe for reasons 1.4 (b) and (d).

"""
BODY = "1. (S) Summary: as REF: A. ROME 3 says.\n\n2. (U) Subject: none. TAGS: XX\n\nROE\n"


def told(text):
    facts = parse_head(text, year=2009)
    by = facts.classified_by
    return {
        "caption": (
            facts.caption.level,
            facts.caption.sections,
            facts.caption.post,
            facts.caption.serial,
            facts.caption.caveats,
        ),
        "eo": (facts.declassify_on, facts.declassify_raw),
        "tags": facts.tags,
        "subject": facts.subject,
        "refs": tuple((item.label, item.id) for item in facts.references),
        "by": by and (by.name, by.title, by.reasons),
    }


EXPECTED = {
    "caption": ("SECRET", 2, "BAKU", 123, ("SIPDIS",)),
    "eo": ("2019-01-31", "01/31/2019"),
    "tags": ("PREL", "PGOV", "KDEM", "AJ"),
    "subject": "GRAIN AND WATER: A SECOND LOOK",
    "refs": (("A", "09STATE12"), ("B", "08BAKU1234")),
    "by": ("Jane Roe", "Ambassador", ("1.4 (b)", "1.4 (d)")),
}


@pytest.mark.parametrize(
    "text",
    [
        HEAD,
        HEAD + BODY,
        HEAD + BODY.replace("1. (S)", "¶1. (S)").replace("2. (U)", "¶2. (U)"),
        (HEAD + BODY).replace("\n", "\r\n"),
        (HEAD + BODY).replace("\n", " \n"),
        (HEAD + BODY).replace("\n", "  "),
        " ".join((HEAD + BODY).split()),
        HEAD.replace("E.O. 12958: DECL:", "EO 12958 DECL:")
        .replace("TAGS:", "TAGS")
        .replace("PREL PGOV\n      KDEM", "PREL, PGOV, KDEM,")
        + BODY,
    ],
)
def test_the_same_facts_from_every_layout(text):
    assert told(text) == EXPECTED


@pytest.mark.parametrize(
    ("piece", "key"),
    [
        ("TAGS: PREL PGOV KDEM AJ", "tags"),
        ("E.O. 12958: DECL: 01/31/2019", "eo"),
        ("SUBJECT: GRAIN AND WATER: A SECOND LOOK", "subject"),
        ("REF: A. STATE 12 B. 08 BAKU 1234", "refs"),
        ("Classified By: Ambassador Jane Roe, 1.4 (b,d)", "by"),
    ],
)
def test_a_piece_tells_its_part_and_nothing_else(piece, key):
    nothing = {
        "caption": (None, None, None, None, ()),
        "eo": (None, None),
        "tags": (),
        "subject": None,
        "refs": (),
        "by": None,
    }
    assert told(piece) == nothing | {key: EXPECTED[key]}


def test_a_row_of_another_table_before_the_caption_is_passed_over():
    row = ">\n8/13/2009 8:54\n09BAKU123\nSECRET\n\nTAGS: XX\nSUBJECT: GRAIN AND\nREF: ROME 9\n\n"
    assert told(row + HEAD) == EXPECTED


def test_a_body_without_a_head():
    facts = parse_head("¶1.  (C) This responds to ref b.\n\n¶2.  (C) More.\n\nROE", year=2009)
    assert (facts.caption.level, facts.tags, facts.subject, facts.references, facts.warnings) == (
        None,
        (),
        None,
        (),
        (),
    )


def test_warnings_quote_what_was_seen():
    text = "TAGS: PREL EINDETRD PREK\nE.O. 12958: DECL: 02/30/2019\nREF: PARIS XXXXXXXX"
    found = {warning.code: warning.message for warning in parse_head(text, year=2009).warnings}
    assert set(found) == {
        "caption-missing",
        "tag-fused",
        "tag-unknown",
        "declassify-unreadable",
        "reference-unreadable",
    }
    assert "'EINDETRD'" in found["tag-fused"]
    assert "'02/30/2019'" in found["declassify-unreadable"]


@pytest.mark.parametrize("value", ["MR", "N/A", "DNG: CO 01/31/2019", "AS AMENDED; DECLASSIFIED JUNE 21, 2006"])
def test_values_that_are_no_dates_are_no_warning(value):
    text = f"S E C R E T BAKU 000012\nE.O. 12958: DECL: {value}\nTAGS: PREL"
    assert parse_head(text, year=2009).warnings == ()


@pytest.mark.parametrize(
    ("text", "paragraph"),
    [
        ("REF: X\n1. (C) Text", "1. (C) Text"),
        ("REF: X\n¶1. Text", "¶1. Text"),
        ("REF: X\n  15 (SBU) Text", "15 (SBU) Text"),
        ("reason 1.4 (b) 1. (C) Text", "1. (C) Text"),
        ("REF: 1. STATE 12\n2. PARIS 3\n\n1. (C) Text", "1. (C) Text"),
        ("REF: A. PARIS 1\n¶B. PARIS 2\n¶1. On October 16", "¶1. On October 16"),
        ("REF: (A) STATE 12, (B) PARIS 159, (C) ROME 3\n\n1. (C) Text", "1. (C) Text"),
        ("REF: (B) PARIS 159, (C) 05 \n\nROME 3\n\n1. (C) Text", "1. (C) Text"),
        ("REF: PARIS 1\n\n1. (C) Rome 3 says", "1. (C) Rome 3 says"),
        ("reasons 1.4 (b) and (d)", ""),
    ],
)
def test_first_paragraph(text, paragraph):
    assert text[len(finish(lay_out(text)).head) :] == paragraph


def test_regions_hold_the_text_up_to_the_next_label():
    regions = find_regions("TAGS: PREL\n(U) Classified by DCM X, E.O. 12958, reasons 1.4\nREF: A")
    assert [(region.kind, region.text.strip()) for region in regions] == [
        ("tags", "PREL"),
        ("classified", "DCM X, E.O. 12958, reasons 1.4"),
        ("references", "A"),
    ]


HOSTILE = [
    " ",
    "\n",
    " \n",
    "\t",
    "-",
    "- ",
    "1",
    "X",
    "x ",
    "(",
    "¶",
    "¶1.",
    "A. ",
    "A",
    "PARIS ",
    "PARIS 1 ",
    ",",
    ".",
    "S E C R E T ",
    "(C) ",
    "1.4 (b) ",
    "a n d ",
]


@pytest.mark.parametrize(
    "label",
    ["", "REF: ", "SUBJECT: ", "TAGS: ", "Classified By: ", "E.O. 12958: DECL: ", "S E C R E T SECTION 01 OF 02 "],
)
def test_hostile_texts_are_read_in_linear_time(label):
    for piece in HOSTILE:
        begin = time.process_time()
        parse_head(label + piece * (125_000 // len(piece)), year=2009)
        assert time.process_time() - begin < 1.25, (label, piece)  # hundredths of a second; a superlinear rule takes many seconds
