"""Terms that are spelled nearly like a word, found among all terms of a lexicon without looking at most of them.

An edit puts at most one new letter into a word and takes at most one out of it, so a term at most *d* edits away has at most *d* letters that
the word lacks, and lacks at most *d* of the word's. Sets of letters are bits of one integer a term; only terms that pass are compared letter by letter.
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
    """The letters of all terms of a lexicon, and the set of letters of each, the shortest terms first."""

    def __init__(self, letters: Integers, starts: Wide) -> None:
        """``letters``: of all terms one after the other, a line break behind each. ``starts``: where each begins, the end included."""
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
        return self._letters.take(places, mode="clip")  # beyond the last term: letters that no distance depends on


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
    """Which sets have at most ``count`` members: of each so many are taken away."""
    for _ in range(count):
        sets = sets & (sets - (sets > 0))
    few: npt.NDArray[np.bool_] = sets == 0
    return few


def _distances(word: Integers, letter: Callable[[Wide], Integers], starts: Wide, lengths: Wide, most: int) -> Integers:
    """The Levenshtein distance of a word to each of some terms, of which lengths differ from its own by at most ``most``.

    Rows of the usual table for all terms side by side, and of each row only the cells at most ``most`` from the diagonal, which are all that a
    distance up to ``most`` goes through; greater ones come out as anything above ``most``.
    """
    size, width = len(starts), 2 * most + 1
    cells = np.full((width + 1, size), _FAR, dtype=np.int16)  # cell c of row r: r letters of the word, c + r - most of the term
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
