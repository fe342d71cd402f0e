"""Sets of terms as ranges of term numbers in each segment: the terms that a word of a query stands for, without decoding them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from reftel.base.frozen import frozen
from reftel.engine.arrays import PLACE_BITS, Integers, Wide, ranges, unrepeated
from reftel.engine.bounds import TermBounds
from reftel.engine.lexicon import encode_term
from reftel.engine.postings import FieldPostings
from reftel.engine.segment import Segment

Single = tuple[Wide, Wide, Wide]
"""Of one term: its documents, the frequency in each, and the index of each document's first position."""

RARE = 4
"""If fewer than 1/4 of a term's documents are wanted, only their positions are read."""

_UNCUT = 1 << 11  # places; shorter lists are not filtered by document
_NONE = np.empty(0, dtype=np.int64)
_FEW_RANGES = 32  # up to so many ranges are copied one by one
_TOGETHER = 1 << 14  # postings; up to so many are unpacked at once for scattered terms
_FEW = 16  # fewer postings than 1/16 of the documents are merged by sorting, more by counting per document


@frozen
class SegmentTerms:
    """Terms of one segment, as ranges of term numbers, each with an exclusive end."""

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
        """The terms ``low`` to ``high``, exclusive."""
        return cls(((low, high),) if low < high else ())

    @classmethod
    def of_numbers(cls, numbers: Sequence[int]) -> Self:
        """The terms with these numbers; consecutive ones become one range. ``[3, 4, 7]`` -> ``((3, 5), (7, 8))``."""
        found: list[tuple[int, int]] = []
        for number in sorted(set(numbers)):
            if found and found[-1][1] == number:
                found[-1] = (found[-1][0], number + 1)
            else:
                found.append((number, number + 1))
        return cls(tuple(found))

    def common(self, field: FieldPostings) -> list[tuple[int, TermBounds]]:
        """The common terms, with their bounds."""
        found = ((term, field.bounds_of(term)) for low, high in self.ranges for term in field.frequent(low, high))
        return [(term, bounds) for term, bounds in found if bounds is not None]

    def numbers(self) -> list[int]:
        """The term numbers, rising."""
        return [number for low, high in self.ranges for number in range(low, high)]

    def without(self, terms: Sequence[int]) -> Self:
        """These terms without ``terms``."""
        return self.of_numbers([number for number in self.numbers() if number not in terms])

    @classmethod
    def named(cls, segment: Segment, field: str, terms: Sequence[str]) -> Self:
        """Those of ``terms`` that the segment has."""
        lexicon = segment.field(field).lexicon
        return cls.of_numbers([number for number in (lexicon.number(encode_term(term)) for term in terms) if number is not None])

    @classmethod
    def with_forms(cls, segment: Segment, field: str, words: Sequence[str]) -> Self:
        """Those of ``words`` that the segment has, and all inflections of any of them."""
        own = cls.named(segment, field, words).numbers()
        return cls.of_numbers([*own, *(number for word in words for number in segment.forms(field, word))])


@frozen
class TermSet:
    """Terms of a field in every segment of a reader. ``name`` identifies the set among those of the field, as a cache key."""

    field: str
    name: tuple[str, ...]
    parts: tuple[SegmentTerms, ...]

    def __len__(self) -> int:
        return sum(map(len, self.parts))

    @property
    def nbytes(self) -> int:
        """Approximate size in bytes."""
        return 80 * len(self.name) + 120 * sum(len(part.ranges) for part in self.parts)


def listed(terms: SegmentTerms, field: FieldPostings) -> list[str]:
    """The terms themselves, sorted."""
    return [term for low, high in terms.ranges for term in field.lexicon.slice(low, high)]


def single(term: int, field: FieldPostings) -> Single:
    """The postings of one term."""
    frequencies = field.frequencies(term)
    return field.documents(term), frequencies, field.starts(term, frequencies)


def postings(terms: SegmentTerms, field: FieldPostings, size: int) -> tuple[Wide, Wide]:
    """Documents of a segment (``size`` of them) with any of several terms, rising, and the frequency of all terms together in each."""
    documents, frequencies = _all_postings(terms, field)
    if len(documents) * _FEW < size:
        order = documents.argsort(kind="stable")  # merges runs that are sorted already
        documents, frequencies = documents[order], frequencies[order]
        heads = np.flatnonzero(np.concatenate([np.ones(min(1, len(documents)), dtype=np.bool_), documents[1:] != documents[:-1]]))
        return documents[heads], np.add.reduceat(frequencies, heads, dtype=np.int64) if len(heads) else _NONE
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
    """The part of a result of `single` that is ``within`` some documents, and whether that part is contiguous."""
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
    """The places of ``positions``, which belong to ``documents``, ``frequencies`` of them to each."""
    if not len(positions):
        return _NONE
    places: Wide = np.repeat(documents << PLACE_BITS, frequencies)
    places |= positions
    return places


def places(terms: SegmentTerms, field: FieldPostings) -> Wide:
    """The places of several terms, rising, without repetitions."""
    if not field.placed:
        return _NONE
    together = np.concatenate([_places_of_range(low, high, field) for low, high in terms.ranges])
    together.sort(kind="stable")  # merges runs that are sorted already
    return unrepeated(together)  # two words may share a place


def among(places: Wide, documents: Wide | range) -> Wide:
    """Those of ``places`` that are in ``documents``; both rise."""
    if isinstance(documents, range):
        return places[slice(*places.searchsorted((documents.start << PLACE_BITS, documents.stop << PLACE_BITS)).tolist())]
    low, high = places.searchsorted(documents << PLACE_BITS), places.searchsorted((documents + 1) << PLACE_BITS)
    return picked(places, low, high - low)


def picked(values: Integers, starts: Wide, counts: Wide) -> Integers:
    """Several slices of an array, each a start and a length, concatenated."""
    if len(starts) <= _FEW_RANGES:
        pairs = zip(starts.tolist(), (starts + counts).tolist(), strict=True)
        return np.concatenate([values[:0], *[values[start:end] for start, end in pairs]])
    return values[ranges(starts, counts)]


def _places_of_range(low: int, high: int, field: FieldPostings) -> Wide:
    if high - low == 1:
        documents, frequencies, starts = single(low, field)
        return places_at(documents, frequencies, field.positions(starts, frequencies, neighbours=True))
    _counts, documents = field.of_range(low, high)
    return places_at(documents, field.range_frequencies(low, high), field.range_positions(low, high))


def local(documents: Wide | range | None, base: int, size: int) -> Wide | range | None:
    """Those of ``documents`` that belong to a segment, numbered as in the segment."""
    if documents is None:
        return None
    if isinstance(documents, range):
        return range(min(max(documents.start - base, 0), size), min(max(documents.stop - base, 0), size))
    low, high = documents.searchsorted((base, base + size)).tolist()
    part: Wide = documents[low:high] - base
    return part


def cut_places(places: Wide, within: Wide | range | None) -> Wide:
    """Those of ``places`` in the documents ``within`` if that is a range or a small list, else all: filtering would take longer than reading them."""
    if within is None:
        return places
    few = isinstance(within, range) or (len(places) > _UNCUT and len(within) * RARE <= len(places))
    return among(places, within) if few else places


def neighbouring(positions: npt.NDArray[Any], starts: Wide, counts: Wide) -> npt.NDArray[Any]:
    """The positions of consecutive documents, as a slice."""
    return positions[int(starts[0]) : int(starts[-1]) + int(counts[-1])] if len(starts) else positions[:0]
