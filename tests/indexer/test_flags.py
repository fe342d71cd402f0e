"""Flags that the body shows."""

import pytest
from readers import parse_body

from reftel.indexer.telegram.classwords import is_corrected
from reftel.indexer.telegram.flags import (
    fills_cell,
    has_dots_at_end,
    has_loose_end,
    is_redacted,
    lacks_section,
)


@pytest.mark.parametrize("text", ["He met XXXXXXXXXXXX.", "met xxxxx", "[SOURCE REMOVED] said", "[Name removed]", "XXXX"])
def test_redacted(text: str) -> None:
    assert is_redacted(text)


@pytest.mark.parametrize("text", ["Chapter XXIII", "Louis XXX", "[sic]", "(removed)", "he was removed"])
def test_not_redacted(text: str) -> None:
    assert not is_redacted(text)


@pytest.mark.parametrize("text", ["C O R R E C T E D  C O P Y", "CORRECTED COPY (PARA 2)", "C O R R E C T E D//C O P Y", "corrected copy"])
def test_corrected(text: str) -> None:
    assert is_corrected(text)


@pytest.mark.parametrize("text", ["CORRECTED TEXT", "COPY CORRECTED", ""])
def test_not_corrected(text: str) -> None:
    assert not is_corrected(text)


@pytest.mark.parametrize("text", ["it fell...", "it fell…", 'it fell..."', "001.2 OF 0...\n"])
def test_dots_at_the_end(text: str) -> None:
    assert has_dots_at_end(text)


@pytest.mark.parametrize("text", ["The\n\n****\n* Missing Section 002 *\n****", "* missing section 3 *", "*** SECTION 2 OF 3 MISSING ***"])
def test_lacks_section(text: str) -> None:
    assert lacks_section(text)


@pytest.mark.parametrize("text", ["The missing section 2 came later.", "* Missing persons *", "* Section 2 of the treaty is missing *", ""])
def test_lacks_no_section(text: str) -> None:
    assert not lacks_section(text)


@pytest.mark.parametrize("text", ["it fell and", "it fell,", "it fell-", "The mo~97@Q5OQg", "by the end of the", "of the POC list and", "END COMMEN", "END COMMENT\nAND REQUES",
    "He said that he would not meet with Minister K", "It fell.\n\n¶11. (C", "THEY WENT TO THE MINISTRY OF TRA", "at the port (202-647", "in:\n\n-- Varna\n\n-- Ruse and the"])
def test_loose_ends(text: str) -> None:
    assert has_loose_end(text)


@pytest.mark.parametrize("text", [
        "It fell.", "It fell. End summary", "END TEXT", "It fell. End of Annex Two", "It fell.\n(End box", "told XXXXXXXXXXXX", "It fell.\n\nAna Maric, Desk Officer, EUR", "TAGS: PREL EAID HR", 'he said "no."', "(ref B)", "", "in:\n\n-- Varna\n\n-- Ruse",
        "It fell.\n\n¶8. (U) Point of contact for this information is RSO\nRabat, John Roe", "It fell.\nPOC is John Roe",
        "at http://www.rabat.example/index. cfm", "visit www.rabat.example",
    ])
def test_no_loose_ends(text: str) -> None:
    assert not has_loose_end(text)


@pytest.mark.parametrize(("length", "fills"), [(32_767, True), (32_800, True), (32_000, False), (33_500, False)])
def test_as_long_as_a_cell(length: int, *, fills: bool) -> None:
    assert fills_cell("¶" * 600 + "a" * length) == fills


HEAD = "C O N F I D E N T I A L LONDON 000001\n\nSIPDIS\n\nE.O. 12958: N/A\nTAGS: PREL, UK"
FLAGS = [
    (HEAD, ("truncated",)),
    (f"{HEAD}\n\n1. It fell.", ()),
    ("E.O. 12958: N/A\nTAGS: PREL, UK", ()),  # a piece of a head
    ("UNCLAS LONDON 000001\n\nPlease cancel this message.\n\nE.O. 12958: N/A TAGS: PREL UK", ()),
    ("1. (C) " + "It fell. " * 3641, ("truncated",)),
    ("1. (C) " + "It fell. " * 3641 + "\n\nROE", ()),
    ('1. (C) It fell. ROE ",10/5/2006,"TALKS ON GRAIN","The talks went on', ()),
    ('1. (C) It fell. ROE" TALKS ON...', ()),
    ("1. (C) It fell.\nROE", ()),
    ("1. (C) It fell and...", ("truncated",)),
    ("1. (C) It fell and then", ("truncated",)),
    ("1. (C) It fell and then\nROE", ()),
    ("1. (C) XXXXXXXXXXXX fell.\nROE", ("redacted",)),
    ("S E C R E T LONDON 000001\n\nC O R R E C T E D  C O P Y\n\nSUBJECT: GRAIN\n\n1. (C) It fell.\nROE", ("corrected",)),
]


@pytest.mark.parametrize(("text", "flags"), FLAGS)
def test_flags_of_a_body(text: str, flags: tuple[str, ...]) -> None:
    assert parse_body(text).flags == flags
