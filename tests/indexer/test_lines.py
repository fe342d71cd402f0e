"""Lines told apart, banners found anywhere, and what is masked."""

import pytest

from reftel.indexer.telegram.artefacts import is_advert, is_debris, iter_banners
from reftel.indexer.telegram.lines import FILLER, clean, is_rule, line_kind, lines_of, mask_spans
from reftel.indexer.telegram.masks import injected, mask_noise, restore_breaks, restore_lines

KINDS = [
    ("The harvest was good.", "text"),
    ("", "blank"),
    (" \t", "blank"),
    ("-----", "rule"),
    ("--------------------------------------------- ----", "rule"),
    ("- - - - -", "rule"),
    ("=======", "rule"),
    ("-- a point", "text"),
    ("S E C R E T", "class"),
    ("CONFIDENTIAL PTQ1865", "class"),
    ("SECRET//NOFORN", "class"),
    ("SECRET LIFE", "text"),
    (" (C) Rice", "bracket"),
    ("secret", "text"),
    (" ¶ -----", "rule"),
    (FILLER * 3 + " ", "artefact"),
    ("a" + FILLER, "text"),
    (FILLER + "SECRET", "class"),
    ("SIPDIS", "sipdis"),
    ("Sipdis ", "sipdis"),
]


@pytest.mark.parametrize(("line", "kind"), KINDS)
def test_kind_of_a_line(line: str, kind: str) -> None:
    assert line_kind(line) == kind


LINES = [
    ("", (), [("", "blank")]),
    ("A\n\nB", (), [("A", "text"), ("", "blank"), ("B", "text")]),
    ("A\n", (), [("A", "text"), ("", "blank")]),
    ("1. A\n--- 2. B\n", (0, 9), [("1. A", "start"), ("--- ", "rule"), ("2. B", "start"), ("", "blank")]),
    ("A\n2. B", (2,), [("A", "text"), ("2. B", "start")]),
    ("A\n  2. B 3. C\n\nD 4. E", (4, 9, 17), [("A", "text"), ("  2. B ", "start"), ("3. C", "start"), ("", "blank"), ("D ", "text"), ("4. E", "start")]),
]


@pytest.mark.parametrize(("text", "cuts", "expected"), LINES)
def test_lines_have_kinds_and_numbered_paragraphs_begin_their_own(text: str, cuts: tuple[int, ...], expected: list[tuple[str, str]]) -> None:
    lines = lines_of(text, cuts)
    assert [(lines.content(line), kind) for line, kind in enumerate(lines.kinds)] == expected
    assert [lines.index(start) for start in lines.starts] == [*range(len(lines.kinds)), len(lines.kinds) - 1]


@pytest.mark.parametrize(
    ("end", "expected"),
    [(0, ["blank"]), (1, ["text"]), (2, ["text"]), (5, ["text", "rule"]), (9, ["text", "text"]), (99, ["text", "text", "text"])],
)
def test_lines_up_to_an_offset(end: int, expected: list[str]) -> None:
    lines = lines_of("A\n--- go\nB").before(end)
    assert lines.kinds == expected
    assert lines.starts[-1] == len(lines.text) == min(end, 10)


def test_masked_lines_are_artefacts_and_starts_stay() -> None:
    lines = lines_of("A\nSECRET\n1. B", (9,))
    assert lines.masked([(2, 8), (9, 13)]).kinds == ["text", "artefact", "start"]
    assert lines.kinds[1] == "class"
    assert lines.below(0) == 1
    assert lines.masked([(2, 8)]).below(0) == 2


END_MATTER = [
    "Declassified/Released US Department of State EO Systematic Review 30 JUN 2005",
    "NNNN",
    "End Cable Text",
    ">",
    "SELECT * FROM `cable` WHERE `id` = '1'",
]


@pytest.mark.parametrize("line", END_MATTER)
def test_debris_behind_the_text(line: str) -> None:
    assert is_debris(line)
    assert not is_debris("The harvest was good.")


@pytest.mark.parametrize("line", ["Visit Embassy London's Classified Website:", "http://www.state.sgov.gov/p/eur/london/"])
def test_adverts(line: str) -> None:
    assert is_advert(line)
    assert not is_advert("The harvest was good.")


BANNERS = [
    ("LONDON 00000290  002 OF 003", [("LONDON", 290, 2, 3)]),
    ("we saw that the LONDON 00000290 002 OF 003 harvest", [("LONDON", 290, 2, 3)]),
    ("as well as on ROME 00001187 003.2 OF 003 the", [("ROME", 1187, 3, 3)]),
    ("but rather a Rome 00001187 003 of 003 matter", [("Rome", 1187, 3, 3)]),
    ("came to BUENOS AIR 00000012 002 OF 002 early", [("BUENOS AIR", 12, 2, 2)]),
    ("RIO DE JAN 00000012  002 OF 002\nx\nRIO DE JAN 00000012  003 OF 002", [("RIO DE JAN", 12, 2, 2), ("RIO DE JAN", 12, 3, 2)]),
    ("XXXXXXXXXXXX  002 OF 002", [(None, None, 2, 2)]),
    ("ROME 00001187  001.2 OF 0...", [("ROME", 1187, 1, None)]),
    ("PARTY LINES RIO DE JANEIRO\n\n00000012 002 OF 002", [("RIO DE JANEIRO", 12, 2, 2)]),
    ("no grain in Rome\n00000012 002 OF 002", [(None, 12, 2, 2)]),
    ("it had 00000290 grains of 002", []),
    ("votes: 290 of 300", []),
]


@pytest.mark.parametrize(("text", "expected"), BANNERS)
def test_banners_are_found_in_running_text(text: str, expected: list[tuple[object, ...]]) -> None:
    assert [(banner.post, banner.serial, banner.part, banner.of) for banner in iter_banners(text)] == expected


MASKED = [
    ("to the\nLONDON 00000290  002 OF 002\nmeeting", "to the\nmeeting"),
    ("to the LONDON 00000290 002 OF 002 meeting", "to the meeting"),
    ("to the\n CONFIDENTIAL\nPAGE 02 LONDON 06677 01 OF 03 291400Z\nmeeting", "to the\nmeeting"),
    ("to the  CONFIDENTIAL\nPAGE 02 LONDON 06677 01 OF 03 291400Z\nmeeting", "to the\nmeeting"),
    ("CONFIDENTIAL\nis a word", "CONFIDENTIAL\nis a word"),
]


@pytest.mark.parametrize(("text", "expected"), MASKED)
def test_masking_keeps_offsets_and_cleaning_drops_the_mask(text: str, expected: str) -> None:
    masked = mask_noise(text)
    assert len(masked) == len(text)
    assert masked.count("\n") == text.count("\n")
    assert clean(masked).replace("  ", " ").replace(" \n", "\n") == expected


INJECTED = [
    ("said the\nSIPDIS\nsecretary", "said the\nsecretary"),
    ("said the\nSIPDIS secretary", "said the\nsecretary"),
    ("a line\n CONFIDENTIAL\nmore", "a line\nmore"),
    ("the SIPDIS caption\nmore", "the SIPDIS caption\nmore"),
    ("A SECRET\nof state", "A SECRET\nof state"),
    ("kept\nsecret\nand", "kept\nsecret\nand"),
    ("a line\nSECRET//NOFORN\nmore", "a line\nmore"),
    ("the SIPDISLINE\nmore", "the SIPDISLINE\nmore"),
]


@pytest.mark.parametrize(("text", "expected"), INJECTED)
def test_injected_words_are_masked_in_the_body_only(text: str, expected: str) -> None:
    lines = lines_of(text)
    assert clean(lines.masked(list(injected(lines, 0))).text) == expected
    assert not list(injected(lines, len(text)))


def test_spans_may_overlap() -> None:
    assert mask_spans("abcdef", [(3, 5), (1, 4)]) == "a" + FILLER * 4 + "f"


LOST = [
    ("to the  city.    2. (C)", "to the\n city.\n\n  2. (C)"),
    ("One.  Two.", "One.  Two."),
    ("one\ntwo  three", "one\ntwo  three"),
]


@pytest.mark.parametrize(("text", "expected"), LOST)
def test_lost_line_breaks_come_back_at_the_same_offsets(text: str, expected: str) -> None:
    assert restore_lines(text) == expected


@pytest.mark.parametrize("line", ["---", "- - -", "*** ***", "=_=_=", "++++", "......"])
def test_rules(line: str) -> None:
    assert is_rule(line)


@pytest.mark.parametrize("line", ["--", "-- point", "a---", "- x -", "...", "-----    -----"])
def test_no_rules(line: str) -> None:
    assert not is_rule(line)


@pytest.mark.parametrize(
    ("text", "restored"),
    [
        ("SUBJECT: A  B    REF: C", "SUBJECT: A \nB \n \nREF: C"),
        ("odd   gap", "odd \n gap"),
        ("OSLO 00000290  002.2 OF 003  x", "OSLO 00000290  002.2 OF 003 \nx"),
        ("a  b\nc", "a  b\nc"),
        ("", ""),
    ],
)
def test_collapsed_line_breaks_are_restored(text: str, restored: str) -> None:
    assert restore_breaks(text) == restored
