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
Mask = npt.NDArray[np.bool_]

_NONE = np.empty(0, dtype=np.int64)
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


def postings(terms: SegmentTerms, field: FieldPostings, size: int) -> tuple[Wide, Wide]:
    """The documents of a segment (of ``size`` documents) that hold any of the terms, rising, and how often each does."""
    if len(terms) == 1:
        term = terms.stretches[0][0]
        return field.documents(term), field.frequencies(term)
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


def places(terms: SegmentTerms, field: FieldPostings, mask: Mask | None, base: int) -> Wide:
    """The places of the terms, rising, in the documents of ``mask`` (all without it); ``base`` is added to the numbers of documents."""
    found = [_stretch_places(low, high, field, mask, base) for low, high in terms.stretches]
    if len(terms) == 1:
        return found[0]
    together = np.concatenate([_NONE, *found])
    together.sort(kind="stable")  # merges runs that are sorted already
    return together


def _stretch_places(low: int, high: int, field: FieldPostings, mask: Mask | None, base: int) -> Wide:
    if not field.placed:
        return _NONE
    if high - low == 1:
        documents = field.documents(low)
        kept = mask[documents] if mask is not None else None
        if kept is not None and kept.all():
            kept = None
        return field.places(low, documents, field.frequencies(low), kept, base)
    _counts, documents = field.stretch(low, high)
    frequencies, positions = field.stretch_frequencies(low, high), field.stretch_positions(low, high)
    if mask is not None:
        kept = mask[documents]
        positions = positions[np.repeat(kept, frequencies)]
        documents, frequencies = documents[kept], frequencies[kept]
    found: Wide = np.repeat((documents + base) << PLACE_BITS, frequencies)
    found |= positions
    return found
