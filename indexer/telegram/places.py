"""Where words stand in a text, by plain searching.

A rule that is anchored on a few words looks only at the places where one of them stands: searching for a word is some twenty times faster
than an expression that tries every letter of a text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def iter_places(text: str, words: Iterable[str]) -> Iterator[int]:
    """Offsets of any of the words in the text, rising."""
    places = []
    for word in words:
        place = text.find(word)
        while place >= 0:
            places.append(place)
            place = text.find(word, place + 1)
    yield from sorted(places)


def holds(text: str, word: str) -> bool:
    """Whether a word in small ASCII letters stands in the text, in any case: ``"Partial Extract", "partial"`` -> true."""
    return word in text.lower() if text.isascii() else word.encode() in text.encode("ascii", "replace").lower()


def fold(text: str) -> str:
    """The text in capitals, of the same length, so that offsets stay true; for ASCII words, other letters become signs: ``"Refs: é"`` -> ``"REFS: ?"``."""
    return text.upper() if text.isascii() else text.encode("ascii", "replace").upper().decode("ascii")
