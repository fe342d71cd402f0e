"""Where the tokens of a text stand, found without a look at each."""

from __future__ import annotations

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

    Most tokens are runs of letters. None reaches across a line, or from one sentence into the next; so only lines with anything that joins letters,
    or tells them apart otherwise, are cut into tokens.
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
    odd = {plain.rfind("\n", 0, place + 1) + 1 for place in (*_joints(kinds, letters), *odd_places(plain))}
    for start in sorted(odd, reverse=True):
        end = plain.find("\n", start)
        edges = _corrected(edges, text[: end if end >= 0 else len(text)], start)
    return list(zip(edges[0::2][numbers].tolist(), edges[1::2][numbers].tolist(), strict=True))


def _joints(kinds: np.ndarray[tuple[int], np.dtype[np.uint8]], letters: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> list[int]:
    places: list[int] = np.flatnonzero((kinds == _JOINT) & letters[2:]).tolist()
    return places


def _corrected(edges: Integers, text: str, start: int) -> Integers:
    """The edges of tokens with those that stand behind ``start`` in ``text``, its last line, as they should be."""
    low, high = edges.searchsorted(start), edges.searchsorted(len(text), "right")
    own = [start + edge for token in iter_tokens(text[start:]) for edge in (token.start, token.end)]
    return np.concatenate([edges[:low], np.array(own, dtype=np.int64), edges[high:]])
