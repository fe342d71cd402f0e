"""The postings of one field of one segment, decoded for stretches of terms or for chosen terms at once."""

from __future__ import annotations

import functools

import numpy as np

from reftel.engine import names
from reftel.engine.arrays import Integers, Wide, ranges, starts_of
from reftel.engine.bounds import SKIP_BLOCK, Bounds, TermBounds
from reftel.engine.container import Container
from reftel.engine.lexicon import Lexicon
from reftel.engine.packing import Packed

_NO_NUMBERS = np.empty(0, dtype=np.int64)


class FieldPostings:
    """Terms and postings of a field. Terms are known by their numbers in ``lexicon``; documents by theirs in the segment.

    ``first``: the first document of each term.
    """

    def __init__(self, file: Container, name: str, documents: int) -> None:
        self._file, self.name, self._documents = file, name, documents
        self.lexicon = open_lexicon(file, names.part(name, names.TERMS))
        self._postings = self._starts(names.POSTINGS_AT)
        self.first = self._array(names.FIRST)
        total = int(self._postings[-1])
        if len(self.first) != len(self.lexicon):
            raise ValueError(f"'{name}' has another number of terms than said")
        self._gaps = self._packed(names.GAPS, total - len(self.first))
        self._places: Integers | None = None
        if names.part(name, names.PLACES_AT) in file:
            self._places = self._starts(names.PLACES_AT)
            self._frequencies = self._packed(names.FREQUENCIES, total)
            self._positions = self._packed(names.POSITIONS, int(self._places[-1]))
        self.bounds = Bounds(file, name, documents) if names.part(name, names.BOUNDS) in file else None

    def counts(self, low: int, high: int) -> Wide:
        """In how many documents each of the terms ``low`` to ``high`` stands."""
        ends = self._postings[low : high + 1].astype(np.int64)
        counts: Wide = ends[1:] - ends[:-1]
        return counts

    def count(self, term: int) -> int:
        """In how many documents a term stands."""
        return int(self._postings[term + 1]) - int(self._postings[term])

    def frequent(self, low: int, high: int) -> list[int]:
        """Those of the terms ``low`` to ``high`` that stand in so many documents that they may have bounds."""
        if self.bounds is None or self.total(low, high) < self._least:
            return []
        frequent: list[int] = (np.flatnonzero(self.counts(low, high) >= self._least) + low).tolist()
        return frequent

    @functools.cached_property
    def _least(self) -> int:
        """The fewest documents that a term with bounds stands in."""
        assert self.bounds is not None
        terms = self.bounds.terms.astype(np.int64)
        return int((self._postings[terms + 1].astype(np.int64) - self._postings[terms]).min())

    def bounds_of(self, term: int) -> TermBounds | None:
        """The bounds of a term, if it has some."""
        return self.bounds.of(term) if self.bounds is not None else None

    def total(self, low: int, high: int) -> int:
        """The sum of the counts of the terms ``low`` to ``high``."""
        return int(self._postings[high]) - int(self._postings[low])

    # -- one term ------------------------------------------------------------------------------------------------------------------------

    def documents(self, term: int) -> Wide:
        """The documents that hold a term, rising."""
        first, start, end = int(self.first[term]), int(self._postings[term]), int(self._postings[term + 1])
        if end - start == 1:
            return np.array([first], dtype=np.int64)
        documents = np.empty(end - start, dtype=np.int64)
        documents[0] = first
        np.add(self._gaps.slice(start - term, end - term - 1), 1, out=documents[1:], dtype=np.int64)
        np.cumsum(documents, out=documents)
        self._check(int(documents[-1]))
        return documents

    def frequencies(self, term: int) -> Integers:
        """How often each of `documents` holds the term."""
        start, end = int(self._postings[term]), int(self._postings[term + 1])
        if self._places is None or int(self._places[term + 1]) - int(self._places[term]) == end - start:
            return np.ones(end - start, dtype=np.uint8)
        return _one_more(self._frequencies.slice(start, end))

    def starts(self, term: int, frequencies: Integers) -> Wide:
        """For each of `documents` the number of its first position of the term."""
        if self._places is None:
            return np.zeros(len(frequencies), dtype=np.int64)
        starts: Wide = np.cumsum(frequencies, dtype=np.int64)
        if int(starts[-1]) != int(self._places[term + 1]) - int(self._places[term]):
            raise ValueError(f"'{self.name}' has another number of positions than said")
        starts -= frequencies
        starts += int(self._places[term])
        return starts

    def positions(self, starts: Wide, frequencies: Integers, *, neighbours: bool) -> Integers:
        """The positions of a term in some of its documents, of which `starts` and `frequencies` are given; ``neighbours``: without a gap."""
        if self._places is None or not len(starts):
            return _NO_NUMBERS
        if neighbours:
            return self._positions.slice(int(starts[0]), int(starts[-1]) + int(frequencies[-1]))
        return self._positions.take(ranges(starts, frequencies))

    def of_skip_blocks(self, term: int, bounds: TermBounds, chosen: Wide) -> tuple[Wide, Integers]:
        """The documents of a common term in some stretches that hold it, by stretch, and how often each holds the term."""
        ends = np.cumsum(bounds.counts)
        if int(ends[-1]) != self.count(term):
            raise ValueError(f"'{self.name}' has bounds of another number of documents than said")
        counts = bounds.counts[chosen]
        begins = ends[chosen] - counts + int(self._postings[term])
        gaps = self._gaps.take(ranges(begins - term, counts - 1))
        documents = _risen(gaps, chosen * SKIP_BLOCK + bounds.first[chosen], counts)
        self._check(int(documents.max()))
        return documents, _one_more(self._frequencies.take(ranges(begins, counts)))

    # -- neighbouring terms ------------------------------------------------------------------------------------------------------------------

    def of_range(self, low: int, high: int) -> tuple[Wide, Wide]:
        """The number of postings of each of the terms ``low`` to ``high``, and the documents of all of them by term."""
        counts = self.counts(low, high)
        if not len(counts) or counts.min() < 1:
            if len(counts):
                raise ValueError(f"'{self.name}' has a term without postings")
            return counts, _NO_NUMBERS
        documents: Wide = self.first[low:high].astype(np.int64)
        if self.total(low, high) > len(counts):  # else each has one
            documents = _risen(self._gaps.slice(int(self._postings[low]) - low, int(self._postings[high]) - high), documents, counts)
        self._check(int(documents.max()))
        return counts, documents

    def range_frequencies(self, low: int, high: int) -> Integers:
        """How often each document that `of_range` gives holds its term."""
        start, end = int(self._postings[low]), int(self._postings[high])
        if self._places is None:
            return np.ones(end - start, dtype=np.uint8)
        return _one_more(self._frequencies.slice(start, end))

    def range_positions(self, low: int, high: int) -> Integers:
        """The positions of `of_range`, by term and document."""
        if self._places is None:
            return _NO_NUMBERS
        return self._positions.slice(int(self._places[low]), int(self._places[high]))

    # -- terms that stand apart -----------------------------------------------------------------------------------------------------------

    def of_terms(self, terms: Wide) -> tuple[Wide, Integers]:
        """The documents of some terms, which rise, by term, and how often each holds its term. For terms with few documents."""
        begins = self._postings[terms].astype(np.int64)
        counts = self._postings[terms + 1].astype(np.int64) - begins
        gaps = self._gaps.take(ranges(begins - terms, counts - 1))
        documents = _risen(gaps, self.first[terms].astype(np.int64), counts)
        self._check(int(documents.max(initial=0)))
        if self._places is None:
            return documents, np.ones(len(documents), dtype=np.uint8)
        return documents, _one_more(self._frequencies.take(ranges(begins, counts)))

    @property
    def placed(self) -> bool:
        """Whether the field has frequencies and positions."""
        return self._places is not None

    def size_of(self, low: int, high: int) -> int:
        """How many postings and positions the terms ``low`` to ``high`` have together."""
        postings = int(self._postings[high]) - int(self._postings[low])
        return postings if self._places is None else postings + int(self._places[high]) - int(self._places[low])

    def ends(self) -> Wide:
        """Postings and positions of all terms up to and with each one."""
        ends = self._postings[1:].astype(np.int64)
        return ends if self._places is None else ends + self._places[1:].astype(np.int64)

    # -- helpers --------------------------------------------------------------------------------------------------------------------------

    def _array(self, kind: str) -> Integers:
        return self._file.array(names.part(self.name, kind))

    def _starts(self, kind: str) -> Integers:
        starts = self._array(kind)
        if len(starts) != len(self.lexicon) + 1 or int(starts[0]):
            raise ValueError(f"'{self.name}' has another number of terms than said")
        return starts

    def _packed(self, kind: str, count: int) -> Packed:
        return Packed(self._array(kind), self._array(kind + names.STARTS), count)

    def _check(self, last: int) -> None:
        if last >= self._documents:
            raise ValueError(f"'{self.name}' names documents that there are not")


def _risen(gaps: Integers, first: Wide, counts: Wide) -> Wide:
    """The documents of several runs, from the first of each, how many each has, and the gaps between the others."""
    starts = starts_of(counts)
    heads = starts[:-1]
    documents = np.ones(int(starts[-1]), dtype=np.int64)
    later = np.ones(len(documents), dtype=np.bool_)
    later[heads] = False
    documents[later] += gaps
    np.cumsum(documents, out=documents)
    documents += np.repeat(first - documents[heads], counts)
    return documents


def _one_more(numbers: Integers) -> Integers:
    kind = numbers.dtype if int(numbers.max(initial=0)) < np.iinfo(numbers.dtype).max else np.dtype(np.int64)
    more: Integers = np.add(numbers, 1, dtype=kind)
    return more


def open_lexicon(file: Container, name: str) -> Lexicon:
    """The terms under a name."""
    return Lexicon(file.bytes(name), file.array(name + names.STARTS))
