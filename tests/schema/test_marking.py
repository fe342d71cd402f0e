"""Portion marks in every printed form, and brackets that are text."""

import pytest

from reftel.schema.marking import Mark, parse_mark

NOFORN = ("NOFORN",)
MARKS = [
    ("U", Mark("U")),
    ("C", Mark("C")),
    ("S", Mark("S")),
    ("TS", Mark("TS")),
    ("SBU", Mark("FOUO")),
    ("FOUO", Mark("FOUO")),
    ("LOU", Mark("FOUO")),
    ("SB U", Mark("FOUO")),
    ("CONF.", Mark("C")),
    ("Unclass", Mark("U")),
    ("S\\NF", Mark("S", NOFORN)),
    ("U//FOUO", Mark("FOUO")),
    ("U/FOUO", Mark("FOUO")),
    ("U/SBU", Mark("FOUO")),
    ("SBU//FOUO", Mark("FOUO")),
    ("(C)", Mark("C")),
    ("( C )", Mark("C")),
    ("c", Mark("C")),
    ("Confidential", Mark("C")),
    ("SECRET", Mark("S")),
    ("Sensitive but unclassified", Mark("FOUO")),
    ("S/NF", Mark("S", NOFORN)),
    ("S//NF", Mark("S", NOFORN)),
    ("SNF", Mark("S", NOFORN)),
    ("SE", Mark("S")),
    ("N/SF", Mark("S", NOFORN)),
    ("S/N F", Mark("S", NOFORN)),
    ("C NF", Mark("C", NOFORN)),
    ("S-NF", Mark("S", NOFORN)),
    ("s/nf", Mark("S", NOFORN)),
    ("C/NOFORN", Mark("C", NOFORN)),
    ("SBU/NF", Mark("FOUO", NOFORN)),
    ("S//FGI//NF", Mark("S", ("FGI", "NOFORN"))),
    ("S//FGI GBR//NF", Mark("S", ("FGI", "NOFORN"))),
    ("S/REL NATO", Mark("S", ("REL NATO",))),
    ("S//REL TO USA, GBR", Mark("S", ("REL USA, GBR",))),
    ("C//Rel X, Y", Mark("C", ("REL X, Y",))),
    ("S//REL TO USA, NEW  ZEALAND", Mark("S", ("REL USA, NEW ZEALAND",))),
    ("S/REL USA AND GBR", Mark("S", ("REL USA, GBR",))),
    ("S//REL TO: USA; GBR,", Mark("S", ("REL USA, GBR",))),
    ("Secret/Rel Ruritania", Mark("S", ("REL RURITANIA",))),
    ("S//REL X,\nY, Z", Mark("S", ("REL X, Y, Z",))),
    ("SBU//Rel NATO, ISAF", Mark("FOUO", ("REL NATO, ISAF",))),
    ("/Rel Ruritania", Mark(None, ("REL RURITANIA",))),
]
TEXT = [
    "", " ", "()", "U.S.", "Iran", "S/CT", "U/S", "NF", "a", "i", "UN", "NOTAL", "CSIS", "RELIEF", "C.I.S.", "S and C", "S/NF, see note",
    "Ref C", "1", "-", "/", "U S", "S B", "C" * 300,
]  # fmt: skip


@pytest.mark.parametrize(("printed", "mark"), MARKS)
def test_every_printed_form_gives_level_and_caveats(printed: str, mark: Mark) -> None:
    assert parse_mark(printed) == mark


@pytest.mark.parametrize("printed", TEXT)
def test_a_bracket_with_anything_else_is_text(printed: str) -> None:
    assert parse_mark(printed) is None


def test_the_alphabet_holds_three_letters_that_are_marks() -> None:
    letters = [letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if parse_mark(letter)]
    assert letters == ["C", "S", "U"]
