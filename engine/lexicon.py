"""The sorted terms of a field as one byte string, with lookup by bisection and by prefix. Only the terms that are needed are decoded."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from reftel.engine.arrays import Integers
from reftel.engine.specs import SEPARATOR

_AFTER_EVERYTHING = b"\xff"  # sorts after any UTF-8
_MANY, _SCATTERED = 64, 4
_WIDEST = 64  # bytes; lexicons without longer terms are sorted by NumPy


def encode_term(term: str) -> bytes:
    """A term in UTF-8, lone surrogates included: a word is never a reason to refuse a document."""
    return term.encode("utf-8", "surrogatepass")


def decode_term(data: bytes) -> str:
    """The term that `encode_term` encoded."""
    return data.decode("utf-8", "surrogatepass")


def encode_terms(terms: Sequence[str]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint64]]:
    """All terms, each followed by a line break, and the offset of each, with the total size at the end."""
    text = SEPARATOR.join(terms) + SEPARATOR if terms else ""
    blob = np.frombuffer(encode_term(text), dtype=np.uint8)
    ends = np.flatnonzero(blob == ord(SEPARATOR)) + 1
    if len(ends) > len(terms):  # line breaks in terms
        ends = np.cumsum([len(encode_term(term)) + 1 for term in terms])
    return blob, np.concatenate([np.zeros(1, dtype=np.int64), ends]).astype(np.uint64)


class Lexicon:
    """Terms in byte order, which is code-point order. A term's number is its rank.

    ``blob``: all terms, each followed by a line break. ``starts``: the offset of each, with the total size at the end.
    """

    def __init__(self, blob: memoryview, starts: Integers) -> None:
        if len(starts) < 1 or int(starts[0]) or int(starts[-1]) != len(blob):
            raise ValueError(f"a lexicon of {len(blob)} bytes has offsets for another length")
        self._blob, self._starts = blob, starts.data
        self._array = starts
        self.size = len(starts) - 1

    def __len__(self) -> int:
        return self.size

    def encoded(self, number: int) -> bytes:
        """The term with this number, as bytes."""
        return bytes(self._blob[self._starts[number] : self._starts[number + 1] - 1])

    def term(self, number: int) -> str:
        """The term with this number."""
        return str(self._blob[self._starts[number] : self._starts[number + 1] - 1], "utf-8", "surrogatepass")

    def place(self, wanted: bytes) -> int:
        """Number of the first term that does not sort before ``wanted``."""
        blob, starts, low, high = self._blob, self._starts, 0, self.size
        while low < high:
            middle = (low + high) // 2
            if bytes(blob[starts[middle] : starts[middle + 1] - 1]) < wanted:
                low = middle + 1
            else:
                high = middle
        return low

    def number(self, term: bytes) -> int | None:
        """Number of a term, or ``None``."""
        place = self.place(term)
        return place if place < self.size and self.encoded(place) == term else None

    def range(self, prefix: str) -> tuple[int, int]:
        """The range of the terms that begin with ``prefix``: the first number, and the one after the last."""
        if not prefix:
            return 0, self.size
        start = encode_term(prefix)
        return self.place(start), self.place(start + _AFTER_EVERYTHING)

    def slice(self, low: int, high: int) -> list[str]:
        """The terms ``low`` to ``high``, exclusive."""
        if low >= high:
            return []
        text = decode_term(bytes(self._blob[self._starts[low] : self._starts[high] - 1]))
        terms = text.split(SEPARATOR)
        return terms if len(terms) == high - low else list(map(self.term, range(low, high)))  # line breaks in terms

    def text(self) -> str:
        """All terms, each followed by a line break."""
        return decode_term(bytes(self._blob))

    def select(self, numbers: Sequence[int]) -> list[str]:
        """The terms with these numbers. Where these are dense, the whole range is decoded at once."""
        if len(numbers) >= _MANY and (high := max(numbers) + 1) - (low := min(numbers)) <= _SCATTERED * len(numbers):
            terms = self.slice(low, high)
            return [terms[number - low] for number in numbers]
        blob, starts = self._blob, self._starts
        return [str(blob[starts[number] : starts[number + 1] - 1], "utf-8", "surrogatepass") for number in numbers]

    def fixed_width(self) -> npt.NDArray[np.bytes_] | None:
        """All terms as an array of fixed-width byte strings; ``None`` if one is longer than 64 bytes."""
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
    """For each lexicon, the rank of each of its terms among the terms of all of them."""
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
    """The terms of all lexicons, sorted, and for each lexicon the ranks of its terms among them."""
    lists = [lexicon.slice(0, len(lexicon)) for lexicon in lexicons]
    if len(lists) == 1:
        return lists[0], [np.arange(len(lists[0]), dtype=np.int64)]
    terms = sorted(set().union(*lists))
    ranks = dict(zip(terms, range(len(terms)), strict=True))
    lookup: Callable[[str], int] = ranks.__getitem__
    return terms, [np.fromiter(map(lookup, each), dtype=np.int64, count=len(each)) for each in lists]
