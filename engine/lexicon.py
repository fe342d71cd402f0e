"""Sorted terms in one stretch of bytes: found by bisection, by prefix, or listed; nothing is decoded before it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from reftel.engine.arrays import Integers
from reftel.engine.specs import SEPARATOR

_AFTER_EVERYTHING = b"\xff"  # no byte of UTF-8
_MANY, _SCATTERED = 64, 4
_WIDEST = 64  # bytes; terms up to that length are sorted by NumPy


def encode_term(term: str) -> bytes:
    """UTF-8, also of what it has no form for: a word is never a reason to refuse a document."""
    return term.encode("utf-8", "surrogatepass")


def decode_term(data: bytes) -> str:
    """The inverse of `encode_term`."""
    return data.decode("utf-8", "surrogatepass")


def encode_terms(terms: Sequence[str]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint64]]:
    """All terms with a line break behind each, and where each begins, the end included."""
    text = SEPARATOR.join(terms) + SEPARATOR if terms else ""
    blob = np.frombuffer(encode_term(text), dtype=np.uint8)
    ends = np.flatnonzero(blob == ord(SEPARATOR)) + 1
    if len(ends) > len(terms):  # line breaks in terms
        ends = np.cumsum([len(encode_term(term)) + 1 for term in terms])
    return blob, np.concatenate([np.zeros(1, dtype=np.int64), ends]).astype(np.uint64)


def sorted_ranks(terms: Sequence[str]) -> tuple[list[str], npt.NDArray[np.uint32]]:
    """Different terms in order, and the place that each of them has there."""
    order = sorted(range(len(terms)), key=terms.__getitem__)
    ranks = np.empty(len(terms), dtype=np.uint32)
    ranks[order] = np.arange(len(terms), dtype=np.uint32)
    return [terms[number] for number in order], ranks


class Lexicon:
    """Terms in byte order, which is code-point order. A term is known by its number."""

    def __init__(self, blob: memoryview, starts: Integers) -> None:
        if len(starts) < 1 or int(starts[0]) or int(starts[-1]) != len(blob):
            raise ValueError("terms of another length than said")
        self._blob, self._starts = blob, starts.data
        self._array = starts
        self.size = len(starts) - 1

    def __len__(self) -> int:
        return self.size

    def encoded(self, number: int) -> bytes:
        """A term as bytes."""
        return bytes(self._blob[self._starts[number] : self._starts[number + 1] - 1])

    def term(self, number: int) -> str:
        """A term."""
        return decode_term(self.encoded(number))

    def place(self, wanted: bytes) -> int:
        """Number of the first term that is not before ``wanted``."""
        blob, starts, low, high = self._blob, self._starts, 0, self.size
        while low < high:
            middle = (low + high) // 2
            if bytes(blob[starts[middle] : starts[middle + 1] - 1]) < wanted:
                low = middle + 1
            else:
                high = middle
        return low

    def number(self, term: bytes) -> int | None:
        """Number of a term; ``None`` if it is not there."""
        place = self.place(term)
        return place if place < self.size and self.encoded(place) == term else None

    def range(self, prefix: str) -> tuple[int, int]:
        """Numbers of the terms that begin with ``prefix``: the first one, and the one behind the last."""
        if not prefix:
            return 0, self.size
        start = encode_term(prefix)
        return self.place(start), self.place(start + _AFTER_EVERYTHING)

    def slice(self, low: int, high: int) -> list[str]:
        """Terms ``low`` up to, not including, ``high``."""
        if low >= high:
            return []
        text = decode_term(bytes(self._blob[self._starts[low] : self._starts[high] - 1]))
        terms = text.split(SEPARATOR)
        return terms if len(terms) == high - low else list(map(self.term, range(low, high)))  # line breaks in terms

    def text(self) -> str:
        """All terms, a line break behind each."""
        return decode_term(bytes(self._blob))

    def select(self, numbers: Sequence[int]) -> list[str]:
        """The terms with these numbers. Where they are many of a stretch, that is decoded as a whole."""
        if len(numbers) >= _MANY and (high := max(numbers) + 1) - (low := min(numbers)) <= _SCATTERED * len(numbers):
            terms = self.slice(low, high)
            return [terms[number - low] for number in numbers]
        return list(map(self.term, numbers))

    def fixed_width(self) -> npt.NDArray[np.bytes_] | None:
        """All terms as an array of strings of one width; ``None`` if that would take much memory."""
        starts = self._array.astype(np.int64)
        lengths = np.diff(starts) - 1
        widest = int(lengths.max(initial=1)) or 1
        if widest > _WIDEST or lengths.min(initial=0) < 0:
            return None
        letters = np.arange(widest)
        blob = np.append(np.frombuffer(self._blob, dtype=np.uint8), np.zeros(widest, dtype=np.uint8))
        matrix = blob[starts[:-1, None] + letters]
        matrix[letters >= lengths[:, None]] = 0
        strings: npt.NDArray[np.bytes_] = matrix.view(f"S{widest}").reshape(-1)
        return strings


def common_ranks(lexicons: Sequence[Lexicon]) -> list[npt.NDArray[np.int64]]:
    """For each lexicon the place of each of its terms in the order of all terms of all; the same term has the same place."""
    if len(lexicons) == 1:
        return [np.arange(len(lexicons[0]), dtype=np.int64)]
    arrays = [lexicon.fixed_width() for lexicon in lexicons]
    filled = [array for array in arrays if array is not None]
    if not filled or len(filled) < len(arrays):
        return _ranks_of_lists([lexicon.slice(0, len(lexicon)) for lexicon in lexicons])
    together = np.concatenate(filled)
    order = np.argsort(together, kind="stable")  # merges runs that are sorted already
    ordered = together[order]
    ranks = np.empty(len(together), dtype=np.int64)
    ranks[order] = np.cumsum(np.concatenate([np.zeros(min(1, len(ordered)), np.int64), ordered[1:] != ordered[:-1]]))
    return np.split(ranks, np.cumsum([len(array) for array in filled])[:-1])


def _ranks_of_lists(lists: Sequence[Sequence[str]]) -> list[npt.NDArray[np.int64]]:
    ranks = {term: rank for rank, term in enumerate(sorted(set().union(*lists)))}
    return [np.fromiter(map(ranks.__getitem__, terms), dtype=np.int64, count=len(terms)) for terms in lists]


def merged_terms(lexicons: Sequence[Lexicon]) -> tuple[list[str], list[npt.NDArray[np.int64]]]:
    """All terms of all lexicons in order, and for each lexicon the numbers of its terms among them."""
    lists = [lexicon.slice(0, len(lexicon)) for lexicon in lexicons]
    if len(lists) == 1:
        return lists[0], [np.arange(len(lists[0]), dtype=np.int64)]
    terms = sorted(set().union(*lists))
    ranks = dict(zip(terms, range(len(terms)), strict=True))
    lookup: Callable[[str], int] = ranks.__getitem__
    return terms, [np.fromiter(map(lookup, each), dtype=np.int64, count=len(each)) for each in lists]
