"""Columns: one number, or a list of numbers, for every document of a segment, in as few bytes as its values allow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from reftel.engine.arrays import Integers, Wide, narrow, starts_of
from reftel.frozen import frozen

ABSENT = -(2**63)
"""What a number column holds for a document without a value."""


def encode_numbers(values: Wide) -> tuple[Integers, int | None]:
    """A number column as codes from a base: 0 for `ABSENT`, else the distance to the base and 1. Base ``None``: the numbers themselves."""
    present = values[values != ABSENT]
    if not len(present):
        return np.zeros(len(values), dtype=np.uint8), 0
    low, high = int(present.min()), int(present.max())
    if high - low >= 2**62:
        return values, None
    codes = np.where(values == ABSENT, 0, values - low + 1)
    return narrow(codes), low


def decode_numbers(codes: Integers, base: int | None) -> Wide:
    """The inverse of `encode_numbers`."""
    if base is None:
        return codes.astype(np.int64)
    values = codes.astype(np.int64) + (base - 1)
    values[codes == 0] = ABSENT
    return values


@frozen
class Lists:
    """A list of numbers for every document, one behind the other, and the length of each."""

    counts: Integers
    values: Integers

    def documents(self) -> Wide:
        """The document that each value belongs to."""
        return np.repeat(np.arange(len(self.counts), dtype=np.int64), self.counts)

    def first(self) -> Wide:
        """Where each document's list begins, the end of the last one included."""
        return starts_of(self.counts)

    def check(self) -> Lists:
        """The same; ``ValueError`` if the lengths don't add up to the number of values."""
        if int(self.counts.sum(dtype=np.int64)) != len(self.values):
            raise ValueError("lists of another length than said")
        return self

    def sums(self) -> Wide:
        """The sum of each document's numbers."""
        before, first = starts_of(self.values), self.first()
        sums: Wide = before[first[1:]] - before[first[:-1]]
        return sums

    def kept(self, documents: npt.NDArray[np.bool_]) -> Lists:
        """The lists of some documents only."""
        return Lists(self.counts[documents], self.values[np.repeat(documents, self.counts)])


def joined(parts: list[Lists]) -> Lists:
    """The lists of several parts one behind the other."""
    if len(parts) == 1:
        return parts[0]
    counts = np.concatenate([np.empty(0, np.uint8), *(part.counts for part in parts)])
    return Lists(counts, np.concatenate([np.empty(0, np.uint8), *(part.values for part in parts)]))


@frozen
class Coded:
    """Lists of values for every document, as codes into a table of values."""

    terms: Sequence[str]
    lists: Lists


@frozen
class RegionLists:
    """The regions of every document: the block and the level (1 added; 0 for none) of each, and the labels of each region."""

    blocks: Lists
    levels: Integers
    labels: Coded


@frozen
class Columns:
    """All columns of some documents, by field.

    ``blocks``: the number of words in each block of a text field. ``sorts``: a field's first value as the number of a term, 1 added; 0 for
    none.
    """

    blocks: dict[str, Lists]
    numbers: dict[str, Wide]
    facets: dict[str, Coded]
    sorts: dict[str, Integers]
    regions: RegionLists | None

    @property
    def nbytes(self) -> int:
        """Memory that the arrays take, about."""
        lists = [*self.blocks.values(), *(facet.lists for facet in self.facets.values())]
        return sum(each.counts.nbytes + each.values.nbytes for each in lists)
