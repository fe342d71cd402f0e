"""The body as a whole: containers agree, second cables are kept apart, hostile input is quick."""

import html
import re
import time
from pathlib import Path

import pytest
from readers import parse_body

from reftel.indexer.telegram.body import BodyFacts

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"

HEAD = "S E C R E T {section}LONDON 000290\n\nSIPDIS\n\nE.O. 12958: DECL: 01/01/2019\nTAGS: PREL UK\nSUBJECT: GRAIN\n\n"
CABLE = (
    HEAD.format(section="")
    + """\
REF: STATE 1

Classified By: DCM Jane Roe for reasons 1.4 (b) and (d).

-------
Summary
-------

¶1. (C) The harvest was good in 2008 and better in
2009.  The farmers were content. End Summary.

¶2. (S/NF) They told the Ambassador so on June
¶30. He thanked them, and the

LONDON 00000290  002 OF 002


meeting ended.

What Comes Next
---------------

¶3. (C) Winter.
DOE
"""
)


def facts(text: str) -> tuple[object, ...]:
    body = parse_body(text)
    paragraphs = [(each.number, each.mark, each.heading, " ".join(each.text.split())) for each in body.paragraphs]
    return paragraphs, body.summary, body.signers, body.flags


FORMS = {
    "no pilcrows": CABLE.replace("¶", ""),
    "two blanks": re.sub(r"[ \t]*\n", "  ", CABLE),
    "two blanks, no pilcrows": re.sub(r"[ \t]*\n", "  ", CABLE.replace("¶", "")),
    "one line": re.sub(r"\s*\n\s*", " ", CABLE.replace("¶", "")),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_container_gives_the_same_facts(form: str) -> None:
    assert facts(FORMS[form]) == facts(CABLE)


def test_the_facts_of_that_cable() -> None:
    paragraphs, summary, signers, flags = facts(CABLE)
    assert paragraphs == [
        (1, "C", "Summary", "The harvest was good in 2008 and better in 2009. The farmers were content. End Summary."),
        (2, "S/NF", None, "They told the Ambassador so on June 30. He thanked them, and the meeting ended."),
        (3, "C", "What Comes Next", "Winter."),
    ]
    assert (summary, signers, flags) == ("The harvest was good in 2008 and better in 2009. The farmers were content.", ("DOE",), ())
    assert parse_body(CABLE).sections == 2


def test_body_from_the_first_paragraph_has_no_head() -> None:
    text = CABLE[CABLE.index("¶1.") :]
    body = parse_body(text)
    assert body.head_end == 0
    assert [paragraph.number for paragraph in body.paragraphs] == [1, 2, 3]


def test_a_second_cable_is_not_mixed_in() -> None:
    second = "08STATE15228\n" + HEAD.format(section="").replace("LONDON 000290", "PARIS 000174") + "1. (S) Other matters.\nPOE\n"
    text = HEAD.format(section="") + "1. (C) The audience was\nover when...\n\n\n" + second
    body = parse_body(text)
    assert [paragraph.text for paragraph in body.paragraphs] == ["The audience was\nover when..."]
    assert body.signers == ()
    assert body.flags == ("multi-cable", "truncated")
    (warning,) = body.warnings
    assert warning.code == "second-cable-appended"
    assert f"at character {text.index('08STATE15228')};" in warning.message


def test_a_second_cable_behind_the_row_of_a_dump() -> None:
    row = "215201\t2009-07-06 10:01:00\t09PARIS174\tEmbassy Paris\tSECRET\t\tVZCZCXRO6872\nFM AMEMBASSY PARIS\nTO RUEHC/SECSTATE WASHDC 1003\t"
    second = HEAD.format(section="").replace("LONDON 000290", "PARIS 000174") + "1. (S) Other matters.\nPOE\n"
    body = parse_body(HEAD.format(section="") + "1. (C) The audience was over.\nDOE\n\n" + row + second)
    assert [paragraph.text for paragraph in body.paragraphs] == ["The audience was over."]
    assert (body.signers, body.flags) == (("DOE",), ("multi-cable",))


ROW = "189949\t2009-07-06 10:01:00\t09LONDON290\tEmbassy London\tSECRET\t\tVZCZCXRO6872\nFM AMEMBASSY LONDON\tTO SECSTATE\t"
FIRST = "1. (C) The audience was over when he came, and there was nothing that anybody could do about it.\n\n2. (C) More.\nDOE\n"


@pytest.mark.parametrize(
    ("front", "before", "second"),
    [
        ("", "", FIRST),
        (ROW, ROW.replace("189949", "")[1:], FIRST),
        ("", "\n CONFIDENTIAL\n> @@@OASYS@@@\n CONFIDENTIAL PTQ2121\nPAGE 01 LONDON 00290 071049Z ACTION EUR-00\nINFO LOG-00 NP-00\n", FIRST),
        ("", "", FIRST.replace(" 2. (C) More.", "")),
    ],
)
def test_the_same_cable_behind_itself_is_no_second_set_of_paragraphs(front: str, before: str, second: str) -> None:
    head = HEAD.format(section="")
    body = parse_body(f"{front}{head}{FIRST}\n{before}{head}{second}")
    assert [paragraph.number for paragraph in body.paragraphs] == [1, 2]
    assert (body.paragraphs[1].text, body.signers, body.flags) == ("More.", ("DOE",), ())


def test_the_same_head_over_another_text_is_no_copy() -> None:
    head = HEAD.format(section="")
    body = parse_body(f"{head}{FIRST}\n{head}3. (C) Further matters, which nobody had thought of when all of this was written.\n\n4. (C) End.\nDOE\n")
    assert [paragraph.number for paragraph in body.paragraphs] == [1, 2, 3, 4]


def test_a_retransmitted_cable_is_no_second_one() -> None:
    quoted = "QUOTE:\n\n" + HEAD.format(section="").replace("LONDON 000290", "PARIS 000174") + "1. (S) Other matters.\n\nUNQUOTE\nPOE\n"
    body = parse_body(HEAD.format(section="") + "1. (C) The following is repeated.\n\n" + quoted)
    assert body.flags == ()
    assert body.signers == ("POE",)


def test_a_head_repeated_with_the_next_section_is_taken_out() -> None:
    text = HEAD.format(section="SECTION 01 OF 02 ") + "1. (C) They saw the\n" + HEAD.format(section="SECTION 02 OF 02 ") + "harvest.\nDOE\n"
    body = parse_body(text)
    assert [" ".join(paragraph.text.split()) for paragraph in body.paragraphs] == ["They saw the harvest."]
    assert body.flags == ()


FRAGMENTS = ["", "\n", "SUBJECT: GRAIN", "TAGS: PREL, PGOV", "REF: A. STATE 1", "E.O. 12958: N/A", "Classified By: Jane ROE", "FM AMEMBASSY LONDON\nTO X"]


@pytest.mark.parametrize("text", FRAGMENTS)
def test_heads_alone_have_no_paragraphs_and_no_signers(text: str) -> None:
    body = parse_body(text)
    assert (body.paragraphs, body.signers, body.head_end) == ((), (), len(text))


def test_last_lines_alone() -> None:
    body = parse_body("to be seen.  End comment. \n \nDOE\n")
    assert body.signers == ("DOE",)
    assert [paragraph.text for paragraph in body.paragraphs] == ["to be seen.  End comment."]


HOSTILE = [
    " ", "-", "- ", "=", "*", "¶", "1", "1. ", "1. A ", "1 (", "(C) ", "X", "x ", "[", "(", "SMITH ", "Smith ", "\n", " \n", "-\n", "a\n", "A. ",
    "00000290 002 OF 002 ", "PAGE 01 ", "SECRET ", "SIPDIS ", "TAGS: ", "REF: A ", "Classified By: ", "1.4 (b) ", "\n1. (C) A.", "\n(C) A",
    "Summary: ", "End summary. ", "visit web site ", "Title ----- ", "\nTitle\n-----\n", "    1. A", "a  b ", "\x00", "~", "...",
    "TAGS S E C R E T LONDON 123 ",
]  # fmt: skip


@pytest.mark.parametrize("head", ["", HEAD.format(section="") + "1. (C) One.\n"], ids=["bare", "headed"])
@pytest.mark.parametrize("unit", HOSTILE)
def test_a_long_run_of_anything_is_quick(unit: str, head: str) -> None:
    text = head + (unit * (125_000 // len(unit)))
    begin = time.process_time()
    parse_body(text)
    assert time.process_time() - begin < 1.5  # tenths of a second on a free core; a superlinear rule takes many seconds


def pages() -> list[tuple[str, str]]:
    """Id and body of every real page, read without the program's own container."""
    found = []
    for path in sorted(CORPUS.rglob("*.html")):
        blocks = re.findall(r"<code><pre>(.*?)</pre></code>", path.read_text("utf-8"), re.DOTALL)
        found.append((path.stem, html.unescape(re.sub(r"<[^>]+>", "", blocks[1])).strip("\n")))
    return found


needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="the real pages (../shared/corpus) are not here")


def numbers(body: BodyFacts) -> list[tuple[int | None, str | None]]:
    return [(paragraph.number, paragraph.mark) for paragraph in body.paragraphs]


@needs_corpus
def test_real_pages_without_pilcrows_are_the_same() -> None:
    different = [name for name, text in pages() if facts(text) != facts(text.replace("¶", ""))]
    assert different == []


@needs_corpus
@pytest.mark.parametrize(("pattern", "blanks", "floor"), [(r"[ \t]*\n", "  ", 0.98), (r"\s*\n\s*", " ", 0.92)])
def test_real_pages_without_line_breaks_keep_numbers_marks_and_signers(pattern: str, blanks: str, floor: float) -> None:
    agreed = total = 0
    for _, text in pages():
        whole, flat = parse_body(text), parse_body(re.sub(pattern, blanks, text.replace("¶", "")))
        total += 1
        agreed += numbers(whole) == numbers(flat) and whole.signers == flat.signers
    assert agreed >= floor * total


@needs_corpus
def test_nearly_every_real_page_has_paragraphs() -> None:
    without = [name for name, text in pages() if not parse_body(text).paragraphs]
    assert len(without) <= 4  # cut off inside the head
