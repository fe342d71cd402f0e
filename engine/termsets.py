"""Sets of terms, as numbers in each segment's lexicon: what a word of a query stands for, without its spellings."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Self

import numpy as np
import numpy.typing as npt

from reftel.engine.lexicon import encode_term
from reftel.engine.postings import PLACE_BITS, FieldPostings
from reftel.engine.segment import Segment

Wide = npt.NDArray[np.int64]

_NONE = np.empty(0, dtype=np.int64)
RARE = 4
"""Where not one in so many of a term's documents matters, the positions of those alone are read."""

_FEW = 16  # postings of fewer than one document in so many are sorted, others counted by document


@dataclasses.dataclass(frozen=True, slots=True)
class SegmentTerms:
    """Terms of one segment: stretches of neighbouring numbers, each from a first one up to, not including, a last one."""

    stretches: tuple[tuple[int, int], ...]

    def __len__(self) -> int:
        return sum(high - low for low, high in self.stretches)

    @classmethod
    def none(cls) -> Self:
        """No terms."""
        return cls(())

    @classmethod
    def stretch(cls, low: int, high: int) -> Self:
        """One stretch."""
        return cls(((low, high),) if low < high else ())

    @classmethod
    def of_numbers(cls, numbers: Sequence[int]) -> Self:
        """Single terms; neighbours become one stretch. ``[3, 4, 7]`` -> ``((3, 5), (7, 8))``."""
        stretches: list[tuple[int, int]] = []
        for number in sorted(set(numbers)):
            if stretches and stretches[-1][1] == number:
                stretches[-1] = (stretches[-1][0], number + 1)
            else:
                stretches.append((number, number + 1))
        return cls(tuple(stretches))

    @classmethod
    def named(cls, segment: Segment, field: str, terms: Sequence[str]) -> Self:
        """Those of ``terms`` that the segment has."""
        lexicon = segment.field(field).lexicon
        return cls.of_numbers([number for number in (lexicon.number(encode_term(term)) for term in terms) if number is not None])

    @classmethod
    def of_root(cls, segment: Segment, field: str, root: str) -> Self:
        """The words with this root."""
        found = segment.roots(field)
        number = found[0].number(encode_term(root)) if found else None
        if found is None or number is None:
            return cls.none()
        _roots, starts, numbers = found
        return cls.of_numbers(numbers[int(starts[number]) : int(starts[number + 1])].tolist())


@dataclasses.dataclass(frozen=True, slots=True)
class TermSet:
    """Terms of a field in every segment of a reader. ``name`` tells apart sets of one field and reader."""

    field: str
    name: tuple[str, ...]
    parts: tuple[SegmentTerms, ...]

    def __len__(self) -> int:
        return sum(map(len, self.parts))


def listed(terms: SegmentTerms, field: FieldPostings) -> list[str]:
    """The spellings, in order."""
    return [term for low, high in terms.stretches for term in field.lexicon.slice(low, high)]


def single(term: int, field: FieldPostings) -> tuple[Wide, Wide, Wide]:
    """The documents that hold one term, how often each does, and where its positions begin."""
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
    for low, high in terms.stretches:
        if high - low == 1:
            documents.append(field.documents(low))
            frequencies.append(field.frequencies(low))
        else:
            documents.append(field.stretch(low, high)[1])
            frequencies.append(field.stretch_frequencies(low, high).astype(np.int64))
    return np.concatenate(documents), np.concatenate(frequencies)


def places_of_single(found: tuple[Wide, Wide, Wide], field: FieldPostings, within: Wide | None) -> Wide:
    """The places of one term, from what `single` gave; where few documents matter, of those alone."""
    documents, frequencies, starts = found
    if within is None or len(within) * RARE > len(documents):
        return field.places(documents, frequencies, starts, neighbours=True)
    chosen = np.searchsorted(documents, within)
    chosen = chosen[documents[np.minimum(chosen, len(documents) - 1)] == within]
    return field.places(documents[chosen], frequencies[chosen], starts[chosen], neighbours=False)


def places(terms: SegmentTerms, field: FieldPostings) -> Wide:
    """The places of several terms, rising, each once."""
    if not field.placed:
        return _NONE
    together = np.concatenate([_stretch_places(low, high, field) for low, high in terms.stretches])
    together.sort(kind="stable")  # merges runs that are sorted already
    return unrepeated(together)


def unrepeated(places: Wide) -> Wide:
    """Sorted places, each once: two words may stand at one place."""
    new = np.ones(len(places), dtype=np.bool_)
    np.not_equal(places[1:], places[:-1], out=new[1:])
    return places if new.all() else places[new]


def _stretch_places(low: int, high: int, field: FieldPostings) -> Wide:
    if high - low == 1:
        return places_of_single(single(low, field), field, None)
    _counts, documents = field.stretch(low, high)
    found: Wide = np.repeat(documents << PLACE_BITS, field.stretch_frequencies(low, high))
    found |= field.stretch_positions(low, high)
    return found
