"""Flags that the body shows."""

import pytest

from reftel.indexer.telegram.body import parse_body
from reftel.indexer.telegram.flags import has_dots_at_end, has_loose_end, is_corrected, is_redacted, lacks_section


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


@pytest.mark.parametrize("text", ["The\n\n****\n* Missing Section 002 *\n****", "* missing section 3 *"])
def test_lacks_section(text: str) -> None:
    assert lacks_section(text)


@pytest.mark.parametrize("text", ["The missing section 2 came later.", "* Missing persons *", ""])
def test_lacks_no_section(text: str) -> None:
    assert not lacks_section(text)


@pytest.mark.parametrize("text", ["it fell and", "it fell,", "it fell-", "The mo~97@Q5OQg"])
def test_loose_ends(text: str) -> None:
    assert has_loose_end(text)


@pytest.mark.parametrize("text", ["It fell.", "It fell. End summary", "END TEXT", "told XXXXXXXXXXXX", 'he said "no."', "(ref B)", ""])
def test_no_loose_ends(text: str) -> None:
    assert not has_loose_end(text)


FLAGS = [
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
