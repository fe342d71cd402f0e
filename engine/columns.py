"""Columns: one number, or a list of numbers, per document of a segment, stored in the narrowest type that holds them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from reftel.base.frozen import frozen
from reftel.engine.arrays import Integers, Wide, narrow, starts_of

ABSENT = -(2**63)
"""Stands in a number column for a document without a value."""


def encode_numbers(values: Wide) -> tuple[Integers, int | None]:
    """Codes and base of a number column: 0 for `ABSENT`, else ``value - base + 1``. Base ``None``: the codes are the values themselves."""
    present = values[values != ABSENT]
    if not len(present):
        return np.zeros(len(values), dtype=np.uint8), 0
    low, high = int(present.min()), int(present.max())
    if high - low >= 2**62:
        return values, None
    codes = np.where(values == ABSENT, 0, values - low + 1)
    return narrow(codes), low


def decode_numbers(codes: Integers, base: int | None) -> Wide:
    """The numbers (int64) that `encode_numbers` encoded."""
    if base is None:
        return codes.astype(np.int64)
    values = codes.astype(np.int64) + (base - 1)
    values[codes == 0] = ABSENT
    return values


@frozen
class Lists:
    """One list of numbers per document: ``counts`` has the length of each list, ``values`` all lists concatenated."""

    counts: Integers
    values: Integers

    def documents(self) -> Wide:
        """The document of each value."""
        return np.repeat(np.arange(len(self.counts), dtype=np.int64), self.counts)

    def first(self) -> Wide:
        """Offset of each document's list in ``values``, with the total at the end."""
        return starts_of(self.counts)

    def check(self) -> Lists:
        """The lists themselves; ``ValueError`` if the lengths don't add up to the number of values."""
        if int(self.counts.sum(dtype=np.int64)) != len(self.values):
            raise ValueError(f"lists of {int(self.counts.sum(dtype=np.int64))} values in all have {len(self.values)}")
        return self

    def sums(self) -> Wide:
        """The sum of each document's numbers."""
        before, first = starts_of(self.values), self.first()
        sums: Wide = before[first[1:]] - before[first[:-1]]
        return sums

    def kept(self, documents: npt.NDArray[np.bool_]) -> Lists:
        """The lists of the documents where the mask is true."""
        return Lists(self.counts[documents], self.values[np.repeat(documents, self.counts)])


def joined(parts: list[Lists]) -> Lists:
    """The lists of several parts, concatenated."""
    if len(parts) == 1:
        return parts[0]
    counts = np.concatenate([np.empty(0, np.uint8), *(part.counts for part in parts)])
    return Lists(counts, np.concatenate([np.empty(0, np.uint8), *(part.values for part in parts)]))


@frozen
class Coded:
    """One list of values per document, as codes into the table ``terms``."""

    terms: Sequence[str]
    lists: Lists


@frozen
class RegionLists:
    """The regions of every document: block numbers per document, and for each region its level + 1 (0 for none) and its labels."""

    blocks: Lists
    levels: Integers
    labels: Coded


@frozen
class Columns:
    """All columns of some documents, by field.

    ``blocks``: the number of words in each block of a text field. ``sorts``: term number + 1 of a document's first value; 0 for none.
    """

    blocks: dict[str, Lists]
    numbers: dict[str, Wide]
    facets: dict[str, Coded]
    sorts: dict[str, Integers]
    regions: RegionLists | None

    @property
    def nbytes(self) -> int:
        """Approximate size of the arrays in bytes."""
        lists = [*self.blocks.values(), *(facet.lists for facet in self.facets.values())]
        return sum(each.counts.nbytes + each.values.nbytes for each in lists)
