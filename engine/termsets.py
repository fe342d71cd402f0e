"""Sets of terms, as numbers in each segment's lexicon: what a word of a query stands for, without its spellings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from reftel.engine.arrays import PLACE_BITS, Integers, Wide, ranges
from reftel.engine.bounds import TermBounds
from reftel.engine.lexicon import encode_term
from reftel.engine.postings import FieldPostings
from reftel.engine.segment import Segment
from reftel.frozen import frozen

Single = tuple[Wide, Wide, Wide]
"""Of one term: the documents that hold it, how often each does, and where its positions begin."""

RARE = 4
"""Where not one in so many of a term's documents matters, only what those have is read."""

_UNCUT = 1 << 11  # places
_NONE = np.empty(0, dtype=np.int64)
_FEW_RANGES = 32  # so few are cut out one by one
_TOGETHER = 1 << 14  # postings; so few of terms that stand apart are unpacked at once
_FEW = 16  # postings of fewer than one document in so many are sorted, others counted by document


@frozen
class SegmentTerms:
    """Terms of one segment: stretches of neighbouring numbers, each from a first one up to, not including, a last one."""

    ranges: tuple[tuple[int, int], ...]

    def __len__(self) -> int:
        total = 0
        for low, high in self.ranges:
            total += high - low
        return total

    @classmethod
    def none(cls) -> Self:
        """No terms."""
        return cls(())

    @classmethod
    def of_range(cls, low: int, high: int) -> Self:
        """One stretch."""
        return cls(((low, high),) if low < high else ())

    @classmethod
    def of_numbers(cls, numbers: Sequence[int]) -> Self:
        """Single terms; neighbours become one stretch. ``[3, 4, 7]`` -> ``((3, 5), (7, 8))``."""
        found: list[tuple[int, int]] = []
        for number in sorted(set(numbers)):
            if found and found[-1][1] == number:
                found[-1] = (found[-1][0], number + 1)
            else:
                found.append((number, number + 1))
        return cls(tuple(found))

    def common(self, field: FieldPostings) -> list[tuple[int, TermBounds]]:
        """Those of the terms that have bounds, with them."""
        found = ((term, field.bounds_of(term)) for low, high in self.ranges for term in field.frequent(low, high))
        return [(term, bounds) for term, bounds in found if bounds is not None]

    def numbers(self) -> list[int]:
        """Their numbers, rising."""
        return [number for low, high in self.ranges for number in range(low, high)]

    def without(self, terms: Sequence[int]) -> Self:
        """The others."""
        return self.of_numbers([number for number in self.numbers() if number not in terms])

    @classmethod
    def named(cls, segment: Segment, field: str, terms: Sequence[str]) -> Self:
        """Those of ``terms`` that the segment has."""
        lexicon = segment.field(field).lexicon
        return cls.of_numbers([number for number in (lexicon.number(encode_term(term)) for term in terms) if number is not None])

    @classmethod
    def with_forms(cls, segment: Segment, field: str, words: Sequence[str]) -> Self:
        """Those of ``words`` that the segment has, and the terms that are forms of any of them."""
        own = cls.named(segment, field, words).numbers()
        return cls.of_numbers([*own, *(number for word in words for number in segment.forms(field, word))])


@frozen
class TermSet:
    """Terms of a field in every segment of a reader. ``name`` tells apart sets of one field and reader."""

    field: str
    name: tuple[str, ...]
    parts: tuple[SegmentTerms, ...]

    def __len__(self) -> int:
        return sum(map(len, self.parts))

    @property
    def nbytes(self) -> int:
        """Bytes that it takes, about."""
        return 80 * len(self.name) + 120 * sum(len(part.ranges) for part in self.parts)


def listed(terms: SegmentTerms, field: FieldPostings) -> list[str]:
    """The spellings, in order."""
    return [term for low, high in terms.ranges for term in field.lexicon.slice(low, high)]


def single(term: int, field: FieldPostings) -> Single:
    """The postings of one term."""
    frequencies = field.frequencies(term)
    return field.documents(term), frequencies, field.starts(term, frequencies)


def postings(terms: SegmentTerms, field: FieldPostings, size: int) -> tuple[Wide, Wide]:
    """The documents of a segment (of ``size`` documents) that hold any of several terms, rising, and how often each does."""
    documents, frequencies = _all_postings(terms, field)
    if len(documents) * _FEW < size:
        found, places = np.unique(documents, return_inverse=True)
        return found, np.bincount(places, weights=frequencies, minlength=len(found)).astype(np.int64)
    totals = np.bincount(documents, weights=frequencies, minlength=size)
    found = np.flatnonzero(totals)
    return found, totals[found].astype(np.int64)


def _all_postings(terms: SegmentTerms, field: FieldPostings) -> tuple[Wide, Wide]:
    documents, frequencies = [_NONE], [_NONE]
    if len(terms.ranges) > 1 and sum(field.total(low, high) for low, high in terms.ranges) <= _TOGETHER:
        return field.of_terms(np.concatenate([np.arange(low, high, dtype=np.int64) for low, high in terms.ranges]))
    for low, high in terms.ranges:
        if high - low == 1:
            documents.append(field.documents(low))
            frequencies.append(field.frequencies(low))
        else:
            documents.append(field.of_range(low, high)[1])
            frequencies.append(field.range_frequencies(low, high).astype(np.int64))
    return np.concatenate(documents), np.concatenate(frequencies)


def cut(found: Single, within: Wide | range | None) -> tuple[Single, bool]:
    """What `single` gave, of the documents that matter alone, and whether those are neighbours in it."""
    documents, frequencies, starts = found
    if within is None:
        return found, True
    if isinstance(within, range):
        part = slice(*documents.searchsorted((within.start, within.stop)).tolist())
        return (documents[part], frequencies[part], starts[part]), True
    chosen = documents.searchsorted(within)
    chosen = chosen[documents.take(chosen, mode="clip") == within]
    return (documents[chosen], frequencies[chosen], starts[chosen]), False


def places_at(documents: Wide, frequencies: Wide, positions: Integers) -> Wide:
    """The places that these positions are, so many of them in each document."""
    if not len(positions):
        return _NONE
    places: Wide = np.repeat(documents << PLACE_BITS, frequencies)
    places |= positions
    return places


def places(terms: SegmentTerms, field: FieldPostings) -> Wide:
    """The places of several terms, rising, each once."""
    if not field.placed:
        return _NONE
    together = np.concatenate([_places_of_range(low, high, field) for low, high in terms.ranges])
    together.sort(kind="stable")  # merges runs that are sorted already
    return unrepeated(together)


def among(places: Wide, documents: Wide | range) -> Wide:
    """Those of rising places that stand in some documents, which rise too."""
    if isinstance(documents, range):
        return places[slice(*places.searchsorted((documents.start << PLACE_BITS, documents.stop << PLACE_BITS)).tolist())]
    low, high = places.searchsorted(documents << PLACE_BITS), places.searchsorted((documents + 1) << PLACE_BITS)
    return picked(places, low, high - low)


def picked(values: Integers, starts: Wide, counts: Wide) -> Integers:
    """Some stretches of an array one behind the other."""
    if len(starts) <= _FEW_RANGES:
        pairs = zip(starts.tolist(), (starts + counts).tolist(), strict=True)
        return np.concatenate([values[:0], *[values[start:end] for start, end in pairs]])
    return values[ranges(starts, counts)]


def unrepeated(places: Wide) -> Wide:
    """Sorted places, each once: two words may stand at one place."""
    new = np.ones(len(places), dtype=np.bool_)
    np.not_equal(places[1:], places[:-1], out=new[1:])
    return places if new.all() else places[new]


def _places_of_range(low: int, high: int, field: FieldPostings) -> Wide:
    if high - low == 1:
        documents, frequencies, starts = single(low, field)
        return places_at(documents, frequencies, field.positions(starts, frequencies, neighbours=True))
    _counts, documents = field.of_range(low, high)
    return places_at(documents, field.range_frequencies(low, high), field.range_positions(low, high))


def local(documents: Wide | range | None, base: int, size: int) -> Wide | range | None:
    """Those of some documents that belong to a segment, as its own numbers."""
    if documents is None:
        return None
    if isinstance(documents, range):
        return range(min(max(documents.start - base, 0), size), min(max(documents.stop - base, 0), size))
    low, high = documents.searchsorted((base, base + size)).tolist()
    part: Wide = documents[low:high] - base
    return part


def cut_places(places: Wide, within: Wide | range | None) -> Wide:
    """The places in the documents that matter, where that are a range or few; a short list is sooner gone through than cut."""
    if within is None:
        return places
    few = isinstance(within, range) or (len(places) > _UNCUT and len(within) * RARE <= len(places))
    return among(places, within) if few else places


def neighbouring(positions: npt.NDArray[Any], starts: Wide, counts: Wide) -> npt.NDArray[Any]:
    """The stretch of positions that neighbouring documents have."""
    return positions[int(starts[0]) : int(starts[-1]) + int(counts[-1])] if len(starts) else positions[:0]
