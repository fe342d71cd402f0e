"""Where the tokens of a text stand, found without a look at each."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Sequence

import numpy as np

from reftel.schema.analysis import analyse, iter_tokens, odd_places, plain_letters
from reftel.search.positions import Integers
from reftel.search.results import Highlights

_LETTER, _JOINT = 1, 2
_KINDS = np.array([_LETTER if chr(code).isalnum() else _JOINT if chr(code) in "'.," else 0 for code in range(128)], dtype=np.uint8)


def marked_ranges(text: str, numbers: Sequence[int]) -> Highlights:
    """The characters of the tokens with these numbers, which rise; one range for parts of a word."""
    found: list[tuple[int, int]] = []
    joints: Sequence[int] | None = None
    before = -1
    for number, (start, end) in zip(numbers, token_ranges(text, numbers), strict=True):
        if found and before == number - 1 and not text[found[-1][1] : start].isspace():  # parts have a sign between them, or nothing
            joints = analyse(text).joints if joints is None else joints
            start = found.pop()[0] if before in joints else start  # noqa: PLW2901
        found.append((start, end))
        before = number
    return tuple(found)


def token_ranges(text: str, numbers: Sequence[int]) -> list[tuple[int, int]]:
    """The characters of the tokens with these numbers, which rise.

    Most tokens are runs of letters. Only words with anything that joins letters, and lines in which they are told apart otherwise, are cut into
    tokens: none reaches across a blank, but for those, nor across a line or from one sentence into the next.
    """
    if not numbers:
        return []
    plain = plain_letters(text.replace(". ", ".\n"))
    if plain is None:
        tokens = list(itertools.islice(iter_tokens(text), numbers[-1] + 1))
        return [(tokens[number].start, tokens[number].end) for number in numbers]
    kinds = _KINDS[np.frombuffer(plain.encode(), dtype=np.uint8)]
    letters = np.zeros(len(kinds) + 2, dtype=np.bool_)
    np.equal(kinds, _LETTER, out=letters[1:-1])
    edges = np.flatnonzero(letters[1:] != letters[:-1])
    edges = _corrected(edges, text, _windows(plain, _joints(kinds, letters)))
    return list(zip(edges[0::2][numbers].tolist(), edges[1::2][numbers].tolist(), strict=True))


def _windows(plain: str, joints: list[int]) -> list[tuple[int, int]]:
    """Lines with odd places, and words with joints elsewhere: begin and end, in order, none inside another."""
    lines = sorted({_around(plain, place, "\n") for place in odd_places(plain)})
    flat = plain.replace("\n", " ") if joints else plain
    words = dict.fromkeys(_around(flat, place, " ") for place in joints)
    if not lines:
        return list(words)
    starts, ends = zip(*lines, strict=True)
    return sorted([*lines, *(word for word in words if not _inside(word[0], starts, ends))])


def _around(text: str, place: int, between: str) -> tuple[int, int]:
    end = text.find(between, place)
    return text.rfind(between, 0, place + 1) + 1, end if end >= 0 else len(text)


def _inside(place: int, starts: Sequence[int], ends: Sequence[int]) -> bool:
    number = bisect.bisect_right(starts, place) - 1
    return number >= 0 and place < ends[number]


def _joints(kinds: np.ndarray[tuple[int], np.dtype[np.uint8]], letters: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> list[int]:
    places: list[int] = np.flatnonzero((kinds == _JOINT) & letters[2:]).tolist()
    return places


def _corrected(edges: Integers, text: str, windows: Sequence[tuple[int, int]]) -> Integers:
    """The edges of tokens, those inside ``windows`` as they should be."""
    if not windows:
        return edges
    starts, ends = np.array(windows, dtype=np.int64).T
    lows, highs = edges.searchsorted(starts).tolist(), edges.searchsorted(ends, "right").tolist()
    pieces, done = [], 0
    for (start, end), low, high in zip(windows, lows, highs, strict=True):
        own = [start + edge for token in iter_tokens(text[start:end]) for edge in (token.start, token.end)]
        pieces += [edges[done:low], np.array(own, dtype=np.int64)]
        done = high
    return np.concatenate([*pieces, edges[done:]])
