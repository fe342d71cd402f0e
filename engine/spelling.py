"""Fuzzy lookup: the terms of a lexicon within an edit distance of a word, without comparing most of them.

An edit adds at most one new letter to a word and removes at most one, so a term at most *d* edits away has at most *d* letters that the word lacks,
and lacks at most *d* of the word's. The letters of each term are a 64-bit set; only terms that pass this filter are compared letter by letter.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Self

import numpy as np
import numpy.typing as npt

from reftel.engine.arrays import Integers, Wide, narrow
from reftel.engine.lexicon import Lexicon
from reftel.engine.specs import SEPARATOR

_FAR = 99
_END = np.array([SEPARATOR]).view(np.uint32)
_BITS = np.uint64(1) << np.arange(64, dtype=np.uint64)


class Spelling:
    """The letters of all terms of a lexicon, with the letter set of each, sorted by length."""

    def __init__(self, letters: Integers, starts: Wide) -> None:
        """``letters``: code points of all terms, each followed by a line break. ``starts``: offset of each term, with the total at the end."""
        lengths = np.diff(starts) - 1
        self._letters, self._order = letters, np.argsort(narrow(lengths), kind="stable")
        self._starts, self._lengths = starts[self._order], lengths[self._order]
        self._sets = _sets(letters, starts)[self._order]

    @classmethod
    def of(cls, lexicon: Lexicon) -> Self:
        """The spelling of a lexicon's terms."""
        letters = narrow(_letters(lexicon.text()))
        ends = np.flatnonzero(letters == _END) + 1
        if len(ends) > len(lexicon):  # line breaks in terms
            ends = np.cumsum([len(term) + 1 for term in lexicon.select(range(len(lexicon)))], dtype=np.int64)
        return cls(letters, np.concatenate([np.zeros(1, dtype=np.int64), ends]))

    def near(self, word: str, distance: int) -> Wide:
        """The numbers, rising, of the terms at a Levenshtein distance of at most ``distance``."""
        low, high = np.searchsorted(self._lengths, (len(word) - distance, len(word) + distance + 1)).tolist()
        letters = _letters(word)
        own = np.bitwise_or.reduce(_bits(np.append(letters, _END)))
        sets = self._sets[low:high]
        places = low + np.flatnonzero(_at_most(sets & ~own, distance))
        places = places[_at_most(own & ~self._sets[places], distance)]
        distances = _distances(letters, self._letter, self._starts[places], self._lengths[places], distance)
        found: Wide = np.sort(self._order[places[distances <= distance]])
        return found

    def _letter(self, places: Wide) -> Integers:
        return self._letters.take(places, mode="clip")  # indices beyond the last term only yield letters that no distance depends on


def _letters(text: str) -> Integers:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def _bits(letters: Integers) -> npt.NDArray[np.uint64]:
    bits: npt.NDArray[np.uint64] = _BITS[letters & 63]
    return bits


def _sets(letters: Integers, starts: Wide) -> npt.NDArray[np.uint64]:
    if len(starts) < 2:
        return np.empty(0, dtype=np.uint64)
    sets: npt.NDArray[np.uint64] = np.bitwise_or.reduceat(_bits(letters), starts[:-1])
    return sets


def _at_most(sets: npt.NDArray[np.uint64], count: int) -> npt.NDArray[np.bool_]:
    """Which sets have at most ``count`` members: ``count`` times the lowest bit of each is cleared."""
    for _ in range(count):
        sets = sets & (sets - (sets > 0))
    few: npt.NDArray[np.bool_] = sets == 0
    return few


def _distances(word: Integers, letter: Callable[[Wide], Integers], starts: Wide, lengths: Wide, most: int) -> Integers:
    """The Levenshtein distance of a word to each of several terms, whose lengths differ from the word's by at most ``most``.

    The usual table is computed row by row, for all terms at once and only within ``most`` cells of the diagonal, which suffices for distances up to
    ``most``; greater ones come out as any number above ``most``.
    """
    size, width = len(starts), 2 * most + 1
    cells = np.full((width + 1, size), _FAR, dtype=np.int16)  # cell c of row r: first r letters of the word, first c + r - most of the term
    cells[most : width] = np.arange(most + 1, dtype=np.int16)[:, None]
    columns = {column: letter(starts + column) for column in range(most)}
    for row, own in enumerate(word.tolist(), start=1):
        columns[row + most - 1] = letter(starts + (row + most - 1))
        above, cells = cells, np.full((width + 1, size), _FAR, dtype=np.int16)
        for cell in range(width):
            column = cell + row - most
            if column == 0:
                cells[cell] = row
            elif column > 0:
                cells[cell] = np.minimum(above[cell] + (columns[column - 1] != own), above[cell + 1] + 1)
                if cell:
                    np.minimum(cells[cell], cells[cell - 1] + 1, out=cells[cell])
    found: Integers = cells[lengths - len(word) + most, np.arange(size)]
    return found
