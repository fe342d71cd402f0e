"""What a hit says it was found by, where its paragraphs do not show it."""

from __future__ import annotations

import pytest

from reftel.schema.cable import Cable, Paragraph, Recipient, Reference
from reftel.schema.errors import CableNotFound
from reftel.schema.stored import Stored
from reftel.search.citing import mentions
from reftel.search.foundby import found_by
from reftel.search.query import read_query
from reftel.search.snippets import findings_of

HEAD = "C O N F I D E N T I A L SIPDIS\n\nE.O. 12958: DECL: 01/01/2018\nTAGS: PREL, AJ\nSUBJECT: HILLS\n\nREF: A. STATE 12345\n     B. 07 LAPAZ 9 (NOTAL)\n\nClassified by: Anne Derse\n\n"
REFERENCES = (Reference("A", "08STATE12345", "cable", "STATE 12345"), Reference("B", "07LAPAZ9", "cable", "07 LAPAZ 9"))


def cable(cable_id="08BAKU101", refs=REFERENCES, **values):
    texts = values.pop("texts", ("The lake was calm.", "Ref B speaks of a boat."))
    paragraphs = tuple(Paragraph(number, "C", "C", (), "Weather" if number == 1 else None, text) for number, text in enumerate(texts, 1))
    known = {
        "date": "2008-02-13T05:12:00Z", "date_precision": "minute", "classification": "CONFIDENTIAL", "caveats": ("SIPDIS",), "post": "BAKU",
        "origin": "Embassy Baku", "subject": "HILLS", "tags": ("PREL", "AJ"), "signers": ("DERSE",), "summary": "The lake was calm.",
        "recipients": (Recipient("action", "SECSTATE WASHDC"),), "flags": ("redacted",), "head_end": len(HEAD),
        "body": HEAD + "Weather\n\n" + "\n\n".join(texts),
    }  # fmt: skip
    return Cable(id=cable_id, refs=refs, paragraphs=paragraphs, **(known | values))


CABLE = cable()
OTHERS = {"09PARIS7": cable("09PARIS7", (Reference(None, "08BAKU101", "cable", "08 BAKU 101"),))}


def load(key):
    if key not in OTHERS:
        raise CableNotFound(key)
    return OTHERS[key]


def ways(query, found=CABLE):
    """Part and text of each, the places of what was asked for in brackets."""
    read = read_query(query)
    findings = findings_of(found, read.plan)
    tagged = lambda tag: {"08BAKU101"} if tag == "read" else ()  # noqa: E731
    made = found_by(found, read.asked, findings.lacking(0), load, tagged, empty=findings.empty(0))
    return [(each.part, _marked(each.text, each.highlights)) for each in made]


def _marked(text, highlights):
    for start, end in reversed(highlights):
        text = f"{text[:start]}[{text[start:end]}]{text[end:]}"
    return " ".join(text.split())


TABLE = [
    # paragraphs that have all of it need no more
    ("lake", []),
    ("lake tags:PREL from:baku", []),
    ("lake OR absent", []),
    ("para:(mark:C lake)", []),
    ("mark:C", []),
    ("*", []),
    ("-absent", []),
    # references: as printed, also where paragraphs show something
    ("refs:08STATE12345", [("refs", "A. [STATE 12345]")]),
    ("refs:07LAPAZ9", [("refs", "B. [07 LAPAZ 9]")]),
    ("refs:08STATE12345,07LAPAZ9", [("refs", "A. [STATE 12345]"), ("refs", "B. [07 LAPAZ 9]")]),
    ("refs:08STATE*", [("refs", "A. [STATE 12345]")]),
    ("refs:08STATE12345 lake", [("refs", "A. [STATE 12345]")]),
    ("lake OR refs:08STATE1", []),
    ("-refs:08STATE12345 OR lake", []),
    ("refs:07STATE12345", [("refs", "A. [STATE 12345]")]),  # of February, no year printed: the year before may be meant
    ("08STATE12345", [("refs", "A. [STATE 12345]")]),
    ("citedby:09PARIS7", [("citedby", "09PARIS7: [08 BAKU 101]")]),
    ("citedby:09PARIS7,09ROME1", [("citedby", "09PARIS7: [08 BAKU 101]")]),
    # the cable itself
    ("08BAKU101", [("id", "08BAKU101")]),
    ("id:08BAKU*", [("id", "08BAKU101")]),
    # lines that bare words stand in: head, signature, heading; but the subject is shown anyway
    ("derse", [("signer", "[DERSE]")]),
    ("anne", [("head", "Classified by: [Anne] Derse")]),
    ("lake derse", [("signer", "[DERSE]")]),
    ("notal", [("head", "B. 07 LAPAZ 9 ([NOTAL])")]),
    ("prel aj", [("head", "TAGS: [PREL], [AJ]")]),
    ("sipdis notal", [("head", "C O N F I D E N T I A L [SIPDIS]"), ("head", "B. 07 LAPAZ 9 ([NOTAL])")]),
    ('"state 12345 b"', [("head", "REF: A. [STATE] [12345] [B]. 07 LAPAZ 9 (NOTAL)")]),
    ("weather", [("heading", "[Weather]")]),
    ("lake weather", [("heading", "[Weather]")]),
    ("lake hills", []),
    ("-derse OR weather", [("heading", "[Weather]")]),
    # values, where there is nothing else
    ("hills", [("subject", "[HILLS]")]),
    ("subject:hills", [("subject", "[HILLS]")]),
    ("tags:PREL", [("tags", "PREL")]),
    ("tags:PREL,AJ,RS", [("tags", "PREL"), ("tags", "AJ")]),
    ("tags:P*", [("tags", "PREL")]),
    ("tags:PREL from:baku -caveat:noforn", [("tags", "PREL"), ("from", "BAKU")]),
    ("class:>=confidential", [("class", "CONFIDENTIAL")]),
    ("date:2008 year:2008", [("date", "2008-02-13 05:12"), ("year", "2008")]),
    ("after:2009 OR caveat:sipdis", [("caveat", "SIPDIS")]),
    ("signer:derse", [("signer", "[DERSE]")]),
    ("to:secstate", [("to", "[SECSTATE] WASHDC")]),
    ("summary:calm", [("summary", "The lake was [calm].")]),
    ("is:redacted has:tags", [("is", "redacted"), ("has", "tags")]),
    ("mine:read,other", [("mine", "read")]),
    ("hills tags:AJ", [("subject", "[HILLS]"), ("tags", "AJ")]),
]  # fmt: skip


@pytest.mark.parametrize(("query", "expected"), TABLE)
def test_what_a_hit_was_found_by(query, expected):
    assert ways(query) == expected


def test_the_parts_of_an_empty_cable():
    assert ways("*", Cable(id="08BAKU1")) == ways("lake", Cable(id="08BAKU1")) == []
    assert ways("tags:PREL", Cable(id="08BAKU1", tags=("PREL",))) == [("tags", "PREL")]
    assert ways("id:text-*", Cable(body="lake")) == [("id", Cable(body="lake").key)]


B = REFERENCES[1]
MENTIONS = [  # a text, and what of it names reference B, 07 LAPAZ 9
    ("See ref B.", ["ref B"]),
    ("(REF B) and (ref (B))", ["REF B)", "ref (B)"]),
    ("Reftels A and B; refs A, B, and C; refs A/B.", ["Reftels A and B", "refs A, B, and C", "refs A/B"]),
    ("refs A-C; refs A through D; refs C-D", ["refs A-C", "refs A through D"]),
    ("ref A and ref B", ["ref A and ref B"]),
    ("Drawing on ref b demarche", ["ref b"]),
    ("ref A, ref C, reftel, prefB, ref Bolivia, refs", []),
    ("07 LAPAZ 9, 07LAPAZ0009, La Paz 9, 2007 LA\nPAZ 9", ["07 LAPAZ 9", "07LAPAZ0009", "La Paz 9", "2007 LA\nPAZ 9"]),
    ("LAPAZ 99, 08 LIMA 9, lapaz 19", []),
]


@pytest.mark.parametrize(("text", "expected"), MENTIONS)
def test_where_a_text_names_a_cited_cable(text, expected):
    assert [text[start:end] for start, end in mentions(text, B, alone=False)] == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("Reftel points, per ref.", ["Reftel", "ref"]), ("(REFTEL)", ["REFTEL"]), ("reftels, preftel", [])]
)
def test_the_only_cable_cited_is_the_reftel(text, expected):
    alone = Reference(None, "07LAPAZ9", "cable", "LA PAZ 9")
    assert [text[start:end] for start, end in mentions(text, alone, alone=True)] == expected
    assert list(mentions(text, alone, alone=False)) == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("refs:07LAPAZ9", [(2, ["Ref", "B"])]),
        ("refs:08STATE12345", [(1, [])]),  # no paragraph names it
        ("07LAPAZ9", [(2, ["Ref", "B"])]),
        ("refs:07LAPAZ9 lake", [(2, ["Ref", "B"]), (1, ["lake"])]),
        ("-refs:07LAPAZ9 OR lake", [(1, ["lake"])]),
    ],
)
def test_paragraphs_that_name_a_cited_cable_are_shown_and_marked(query, expected):
    found = findings_of(CABLE, read_query(query).plan, lambda word: 9.0 if word.text == "07LAPAZ9" else 1.0).best(0, Stored.of(CABLE), 2)
    assert [(each.number, [each.text[start:end] for start, end in each.highlights]) for each in found] == expected
