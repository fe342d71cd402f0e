import re

import pytest

from reftel.indexer.telegram.places import fold, iter_matches, iter_places

LABEL = re.compile(r"(?:ref|tags?)s?:", re.IGNORECASE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("plain", "PLAIN"), ("Stra\u00dfe \u00e9t\u00e9", "STRA\u00dfE \u00c9T\u00c9"), ("\ufb01n \u017f", "\ufb01N S"), ("", "")],
)
def test_capitals_keep_every_offset(text: str, expected: str) -> None:
    assert fold(text) == expected
    assert len(fold(text)) == len(text)


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [("a b a", ("a",), [0, 4]), ("ab ba", ("b", "a"), [0, 1, 3, 4]), ("aaa", ("aa",), [0, 1]), ("abc", ("d",), []), ("", ("a",), [])],
)
def test_places_rise(text: str, words: tuple[str, ...], expected: list[int]) -> None:
    assert list(iter_places(text, words)) == expected


@pytest.mark.parametrize("text", ["Ref: A TAGS: b ref TAG:", "refref:tag:", "\u00df\u00df Refs: \ufb01 tags:", "Tags", "", "REF: tag:" * 50])
@pytest.mark.parametrize("end", [4, 9, 400])
def test_matches_are_those_of_finditer(text: str, end: int) -> None:
    found = [match.span() for match in iter_matches(LABEL, text, ("REF", "TAG"), end)]
    assert found == [match.span() for match in LABEL.finditer(text, 0, end)]
