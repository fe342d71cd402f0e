"""The posting lists of one field of one segment, decoded for a single term, a range of terms, or chosen terms."""

from __future__ import annotations

import functools

import numpy as np

from reftel.engine import names
from reftel.engine.arrays import Integers, Mask, Wide, ranges, starts_of
from reftel.engine.bounds import SKIP_BLOCK, Bounds, TermBounds
from reftel.engine.container import Container
from reftel.engine.lexicon import Lexicon
from reftel.engine.packing import Packed

_NO_NUMBERS = np.empty(0, dtype=np.int64)


class FieldPostings:
    """The terms and posting lists of a field. Terms are numbered as in ``lexicon``, documents as in the segment; ranges of terms exclude ``high``.

    ``size``: number of the segment's documents. ``first``: the first document of each term. ``bounds``: block-max bounds, if any term has some.
    """

    def __init__(self, file: Container, name: str, documents: int) -> None:
        self._file, self.name, self.size = file, name, documents
        self.lexicon = open_lexicon(file, names.part(name, names.TERMS))
        self._postings = self._starts(names.POSTINGS_AT)
        self.first = self._array(names.FIRST)
        total = int(self._postings[-1])
        if len(self.first) != len(self.lexicon):
            raise ValueError(f"'{name}' has {len(self.lexicon)} terms, but first documents of {len(self.first)}")
        self._gaps = self._packed(names.GAPS, total - len(self.first))
        self._places: Integers | None = None
        if names.part(name, names.PLACES_AT) in file:
            self._places = self._starts(names.PLACES_AT)
            self._frequencies = self._packed(names.FREQUENCIES, total)
            self._positions = self._packed(names.POSITIONS, int(self._places[-1]))
        # Segments of format 5 have bounds without the masks.
        self.bounds = Bounds(file, name, documents) if names.part(name, names.BOUND_DOCUMENTS) in file else None

    def counts(self, low: int, high: int) -> Wide:
        """Document frequency of each of the terms ``low`` to ``high``."""
        ends = self._postings[low : high + 1].astype(np.int64)
        counts: Wide = ends[1:] - ends[:-1]
        return counts

    def count(self, term: int) -> int:
        """Document frequency of a term."""
        return int(self._postings[term + 1]) - int(self._postings[term])

    def frequent(self, low: int, high: int) -> list[int]:
        """Those of the terms ``low`` to ``high`` whose document frequency is high enough to have bounds."""
        if self.bounds is None or self.total(low, high) < self._least:
            return []
        frequent: list[int] = (np.flatnonzero(self.counts(low, high) >= self._least) + low).tolist()
        return frequent

    @functools.cached_property
    def _least(self) -> int:
        """The lowest document frequency of a term with bounds."""
        assert self.bounds is not None
        terms = self.bounds.terms.astype(np.int64)
        return int((self._postings[terms + 1].astype(np.int64) - self._postings[terms]).min())

    def bounds_of(self, term: int) -> TermBounds | None:
        """The bounds of a term, or ``None``."""
        return self.bounds.of(term) if self.bounds is not None and self.count(term) >= self._least else None

    def mask(self, term: int, bounds: TermBounds) -> Mask:
        """A common term's documents as a mask, up to the last document with any words."""
        mask = bounds.mask().ravel()
        if np.count_nonzero(mask) != self.count(term):
            raise ValueError(f"the mask of a term of '{self.name}' has {np.count_nonzero(mask)} documents, its posting list {self.count(term)}")
        if mask[self.size :].any():
            self._check(int(np.flatnonzero(mask)[-1]))
        return mask[: self.size]

    def total(self, low: int, high: int) -> int:
        """Sum of the document frequencies of the terms ``low`` to ``high``."""
        return int(self._postings[high]) - int(self._postings[low])

    # -- one term ------------------------------------------------------------------------------------------------------------------------

    def documents(self, term: int) -> Wide:
        """The documents that hold a term, rising."""
        first, start, end = int(self.first[term]), int(self._postings[term]), int(self._postings[term + 1])
        if end - start == 1:
            self._check(first)
            return np.array([first], dtype=np.int64)
        if (bounds := self.bounds_of(term)) is not None:
            return np.flatnonzero(self.mask(term, bounds))
        documents = np.empty(end - start, dtype=np.int64)
        documents[0] = first
        np.add(self._gaps.slice(start - term, end - term - 1), 1, out=documents[1:], dtype=np.int64)
        np.cumsum(documents, out=documents)
        self._check(int(documents[-1]))
        return documents

    def frequencies(self, term: int) -> Integers:
        """The term's frequency in each of its `documents`."""
        start, end = int(self._postings[term]), int(self._postings[term + 1])
        if self._places is None or int(self._places[term + 1]) - int(self._places[term]) == end - start:
            return np.ones(end - start, dtype=np.uint8)
        return _one_more(self._frequencies.slice(start, end))

    def starts(self, term: int, frequencies: Integers) -> Wide:
        """The index into the field's positions of the term's first one in each of its `documents`."""
        if self._places is None:
            return np.zeros(len(frequencies), dtype=np.int64)
        starts = starts_of(frequencies)
        if int(starts[-1]) != int(self._places[term + 1]) - int(self._places[term]):
            raise ValueError(f"the frequencies of a term of '{self.name}' don't add up to its number of positions")
        starts += int(self._places[term])
        return starts[:-1]

    def positions(self, starts: Wide, frequencies: Integers, *, neighbours: bool) -> Integers:
        """The positions of a term in some of its documents, given their `starts` and `frequencies`; ``neighbours``: the documents are consecutive."""
        if self._places is None or not len(starts):
            return _NO_NUMBERS
        if neighbours:
            return self._positions.slice(int(starts[0]), int(starts[-1]) + int(frequencies[-1]))
        return self._positions.take(ranges(starts, frequencies))

    def of_skip_blocks(self, term: int, bounds: TermBounds, chosen: Wide) -> tuple[Mask, Integers]:
        """The mask of a common term in the skip blocks ``chosen``, a row for each, and the frequencies of the documents where it is true."""
        ends = np.cumsum(bounds.counts)
        if int(ends[-1]) != self.count(term):
            raise ValueError(f"the bounds of '{self.name}' count {int(ends[-1])} documents of a term in {self.count(term)}")
        counts, mask = bounds.counts[chosen], bounds.mask(chosen)
        begins = ends[chosen] - counts + int(self._postings[term])
        frequencies = _one_more(self._frequencies.take(ranges(begins, counts)))
        if np.count_nonzero(mask) != len(frequencies):
            raise ValueError(f"the mask of a term of '{self.name}' has {np.count_nonzero(mask)} documents, its bounds count {len(frequencies)}")
        if mask[-1:, self.size - int(chosen[-1]) * SKIP_BLOCK :].any():
            self._check(self.size)
        return mask, frequencies

    def among(self, term: int, bounds: TermBounds, wanted: Wide) -> tuple[Wide, Integers, Wide]:
        """Documents, frequencies and position offsets of a common term in those of the ``wanted`` documents, which rise, that hold it."""
        ends = np.cumsum(bounds.counts)
        if int(ends[-1]) != self.count(term):
            raise ValueError(f"the bounds of '{self.name}' count {int(ends[-1])} documents of a term in {self.count(term)}")
        documents = wanted[: wanted.searchsorted(len(bounds.counts) * SKIP_BLOCK)]
        held, earlier = bounds.before(documents)
        documents, earlier = documents[held], earlier[held]
        blocks = documents // SKIP_BLOCK
        firsts = ends[blocks] - bounds.counts[blocks] + int(self._postings[term])
        before, frequencies = self._frequencies.sums(firsts, firsts + earlier)
        before += earlier
        frequencies = _one_more(frequencies)
        assert self._places is not None  # only text fields have bounds
        counts, ends = bounds.places[blocks], np.cumsum(bounds.places, dtype=np.int64)
        if (before + frequencies > counts).any() or int(ends[-1]) != int(self._places[term + 1]) - int(self._places[term]):
            raise ValueError(f"the frequencies of a term of '{self.name}' don't add up to the positions that its bounds count")
        return documents, frequencies, before + (ends[blocks] - counts + int(self._places[term]))

    # -- ranges of terms ---------------------------------------------------------------------------------------------------------------------

    def of_range(self, low: int, high: int) -> tuple[Wide, Wide]:
        """Postings per term for the terms ``low`` to ``high``, and the documents of all those postings, by term."""
        counts = self.counts(low, high)
        if not len(counts) or counts.min() < 1:
            if len(counts):
                raise ValueError(f"'{self.name}' has a term without postings")
            return counts, _NO_NUMBERS
        documents: Wide = self.first[low:high].astype(np.int64)
        if self.total(low, high) > len(counts):  # else each term has a single posting
            documents = _risen(self._gaps.slice(int(self._postings[low]) - low, int(self._postings[high]) - high), documents, counts)
        self._check(int(documents.max()))
        return counts, documents

    def range_frequencies(self, low: int, high: int) -> Integers:
        """The frequencies of the postings of `of_range`."""
        start, end = int(self._postings[low]), int(self._postings[high])
        if self._places is None:
            return np.ones(end - start, dtype=np.uint8)
        return _one_more(self._frequencies.slice(start, end))

    def range_positions(self, low: int, high: int) -> Integers:
        """The positions of the postings of `of_range`, concatenated."""
        if self._places is None:
            return _NO_NUMBERS
        return self._positions.slice(int(self._places[low]), int(self._places[high]))

    # -- scattered terms ------------------------------------------------------------------------------------------------------------------

    def of_terms(self, terms: Wide) -> tuple[Wide, Integers]:
        """Documents and frequencies of the postings of some terms (numbers, rising), by term. For rare terms."""
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
        """Number of postings and positions of the terms ``low`` to ``high``."""
        postings = int(self._postings[high]) - int(self._postings[low])
        return postings if self._places is None else postings + int(self._places[high]) - int(self._places[low])

    def ends(self) -> Wide:
        """Running total of postings and positions, by term."""
        ends = self._postings[1:].astype(np.int64)
        return ends if self._places is None else ends + self._places[1:].astype(np.int64)

    # -- helpers --------------------------------------------------------------------------------------------------------------------------

    def _array(self, kind: str) -> Integers:
        return self._file.array(names.part(self.name, kind))

    def _starts(self, kind: str) -> Integers:
        starts = self._array(kind)
        if len(starts) != len(self.lexicon) + 1 or int(starts[0]):
            raise ValueError(f"'{self.name}' has {len(self.lexicon)} terms, but offsets of {len(starts) - 1}")
        return starts

    def _packed(self, kind: str, count: int) -> Packed:
        return Packed(self._array(kind), self._array(kind + names.STARTS), count)

    def _check(self, last: int) -> None:
        if last >= self.size:
            raise ValueError(f"'{self.name}' has postings of document {last}, but there are {self.size} documents")


def _risen(gaps: Integers, first: Wide, counts: Wide) -> Wide:
    """The documents of several posting lists, given the first of each, their lengths, and the gaps (delta - 1) of all others."""
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
    """The lexicon stored under a name."""
    return Lexicon(file.bytes(name), file.array(name + names.STARTS))
