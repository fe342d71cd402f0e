"""Combines the postings of several parts, term by term. Parts are batches of a new segment, or segments that are merged."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from reftel.base.frozen import frozen
from reftel.engine.arrays import Integers, Wide, ranges, starts_of


@frozen
class Part:
    """Postings of some terms, sorted by term and document.

    ``terms``: rank of each term among all terms that are combined, without repetitions. ``counts``: postings per term. ``base``: added to
    ``documents``. ``frequencies`` (one per posting) and ``positions`` are ``None`` for keyword fields.
    """

    terms: Integers
    counts: Integers
    documents: Integers
    frequencies: Integers | None = None
    positions: Integers | None = None
    base: int = 0


@frozen
class Postings:
    """Postings sorted by term and document.

    ``counts``: postings per term. ``documents`` and ``frequencies``: one entry per posting. ``positions``: all positions; ``words``: how many of
    them each term has. The last three are ``None`` for keyword fields.
    """

    counts: Wide
    documents: npt.NDArray[np.uint32]
    frequencies: Integers | None
    positions: Integers | None
    words: Wide | None


class TermSlices:
    """Iterates over the combined postings of parts in slices of about ``size`` postings, which limits the memory needed at once.

    The parts' terms are numbered by a vocabulary and sorted by class. ``classes`` and ``ranks``: by term number, its class and its rank among all
    terms; ranks rise with classes. Slices are cut between classes.
    """

    def __init__(self, parts: Sequence[Part], classes: Wide, ranks: Integers, size: int) -> None:
        self._parts, self._ranks = parts, ranks
        self._places = starts_of(np.bincount(classes))  # rank of the first term of each class
        bounds = np.arange(len(self._places))
        self._terms = [np.searchsorted(classes[part.terms], bounds) for part in parts]
        self._postings = [starts_of(part.counts)[cuts] for part, cuts in zip(parts, self._terms, strict=True)]
        self._positions = [_cuts_of_positions(part, cuts) for part, cuts in zip(parts, self._postings, strict=True)]
        self._cuts = _cut_evenly(sum(self._postings, np.zeros(len(bounds), dtype=np.int64)), size)

    def __iter__(self) -> Iterator[Postings]:
        for low, high in itertools.pairwise(self._cuts):
            parts = [self._part(number, low, high) for number in range(len(self._parts))]
            yield combine(parts, int(self._places[high] - self._places[low]))

    def _part(self, number: int, low: int, high: int) -> Part:
        part = self._parts[number]
        terms, postings, positions = (slice(*cuts[number][[low, high]].tolist()) for cuts in (self._terms, self._postings, self._positions))
        return Part(
            self._ranks[part.terms[terms]] - self._places[low], part.counts[terms], part.documents[postings],
            None if part.frequencies is None else part.frequencies[postings], None if part.positions is None else part.positions[positions], part.base,
        )  # fmt: skip


def _cuts_of_positions(part: Part, postings: Wide) -> Wide:
    cuts: Wide = postings if part.frequencies is None else starts_of(part.frequencies)[postings]
    return cuts


def _cut_evenly(sizes: Wide, size: int) -> list[int]:
    """Indices to cut at, for slices of about ``size``. ``sizes``: the running total before each possible cut."""
    number = sizes[:-1] // size
    return [0, *(np.flatnonzero(np.diff(number)) + 1).tolist(), len(sizes) - 1]


def combine(parts: Sequence[Part], size: int) -> Postings:
    """The combined postings of all parts for terms 0 to ``size``. The documents of a part follow those of earlier parts."""
    counts = np.zeros(size, dtype=np.int64)
    for part in parts:
        counts[part.terms] += part.counts
    targets = _Targets([(part.terms, part.counts) for part in parts], counts)
    documents = np.empty(int(counts.sum()), dtype=np.uint32)
    for part, places in zip(parts, targets, strict=True):
        documents[places] = part.documents.astype(np.uint32) + np.uint32(part.base)
    if not parts or parts[0].frequencies is None:
        return Postings(counts, documents, None, None, None)
    frequencies = _scattered([part.frequencies for part in parts], targets)
    words = [_words_of(part) for part in parts]
    totals = np.zeros(size, dtype=np.int64)
    for part, number in zip(parts, words, strict=True):
        totals[part.terms] += number
    targets = _Targets([(part.terms, number) for part, number in zip(parts, words, strict=True)], totals)
    return Postings(counts, documents, frequencies, _scattered([part.positions for part in parts], targets), totals)


def _words_of(part: Part) -> Wide:
    """Number of positions of each term of a part."""
    before = starts_of(part.frequencies if part.frequencies is not None else part.counts)
    ends = starts_of(part.counts)
    totals: Wide = before[ends[1:]] - before[ends[:-1]]
    return totals


class _Targets:
    """For each part, the target index of each of its values. Computed for one part at a time: together they would take more memory than the values."""

    def __init__(self, parts: Sequence[tuple[Integers, Integers]], totals: Wide) -> None:
        self._parts, self._totals = parts, totals

    def __iter__(self) -> Iterator[Wide]:
        free = starts_of(self._totals)[:-1]
        for terms, counts in self._parts:
            yield ranges(free[terms], counts)
            free[terms] += counts


def _scattered(values: Sequence[Integers | None], targets: _Targets) -> Integers:
    arrays = [each for each in values if each is not None]
    total = sum(map(len, arrays))
    result = np.empty(total, dtype=max((each.dtype for each in arrays), key=lambda kind: kind.itemsize, default=np.dtype(np.uint8)))
    for array, places in zip(arrays, targets, strict=True):
        result[places] = array
    return result
