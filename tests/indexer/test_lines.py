"""Lines told apart, banners found anywhere, and what is masked."""

import pytest

from reftel.indexer.telegram.artefacts import iter_banners
from reftel.indexer.telegram.lines import (
    FILLER,
    clean,
    is_rule,
    line_kind,
    mask_injected,
    mask_noise,
    mask_spans,
    restore_breaks,
    restore_lines,
)

KINDS = [
    ("The harvest was good.", "text"),
    ("", "blank"),
    (" \t", "blank"),
    ("-----", "rule"),
    ("--------------------------------------------- ----", "rule"),
    ("- - - - -", "rule"),
    ("=======", "rule"),
    ("-- a point", "text"),
    ("LONDON 00000290  002 OF 002", "banner"),
    ("LA PAZ 00000290 002.2 OF 003 ", "banner"),
    ("Kuala lump 00000290 002 of 002", "banner"),
    ("XXXXXXXXXXXX  002 OF 002", "banner"),
    ("DUSHANBE 00000575  001.2 OF 0...", "banner"),
    ("PAGE 02 RUEHXX0170 S E C R E T", "page"),
    ("PAGE 03 LONDON 06677 01 OF 03 291400Z", "page"),
    ("S E C R E T", "class"),
    ("CONFIDENTIAL PTQ1865", "class"),
    ("SECRET//NOFORN", "class"),
    ("SECRET LIFE", "text"),
    ("SIPDIS", "sipdis"),
    ("Sipdis ", "sipdis"),
    ("Declassified/Released US Department of State EO Systematic Review 30 JUN 2005", "stamp"),
    ("Visit Embassy London's Classified Website:", "advert"),
    ("http://www.state.sgov.gov/p/eur/london/", "advert"),
    ("NNNN", "debris"),
    ("End Cable Text", "debris"),
    (">", "debris"),
    ("SELECT * FROM `cable` WHERE `id` = '1'", "debris"),
]


@pytest.mark.parametrize(("line", "kind"), KINDS)
def test_kind_of_a_line(line: str, kind: str) -> None:
    assert line_kind(line) == kind


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
]


@pytest.mark.parametrize(("text", "expected"), INJECTED)
def test_injected_words_are_masked_in_the_body_only(text: str, expected: str) -> None:
    assert clean(mask_injected(text, 0)) == expected
    assert mask_injected(text, len(text)) == text


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


@pytest.mark.parametrize("line", ["---", "- - -", "*** ***", "=_=_="])
def test_rules(line: str) -> None:
    assert is_rule(line)


@pytest.mark.parametrize("line", ["--", "-- point", "a---", "- x -"])
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
