import pytest

from reftel.indexer.telegram.places import fold, iter_places


@pytest.mark.parametrize(
    ("text", "expected"),
    [("plain", "PLAIN"), ("Stra\u00dfe \u00e9t\u00e9", "STRA?E ?T?"), ("\ufb01n \u017f", "?N ?"), ("", "")],
)
def test_capitals_of_ascii_keep_every_offset(text: str, expected: str) -> None:
    assert fold(text) == expected
    assert len(fold(text)) == len(text)


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [("a b a", ("a",), [0, 4]), ("ab ba", ("b", "a"), [0, 1, 3, 4]), ("aaa", ("aa",), [0, 1]), ("abc", ("d",), []), ("", ("a",), [])],
)
def test_places_rise(text: str, words: tuple[str, ...], expected: list[int]) -> None:
    assert list(iter_places(text, words)) == expected
