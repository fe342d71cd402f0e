"""Sets of documents, as sorted numbers (int64) or as a mask over all documents, whichever is cheaper.

A set of fewer than 1/`SPARSE` of all documents is processed by its numbers, any other by its mask. Sets are immutable and shared between queries.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Self

import numpy as np

from reftel.engine.arrays import Mask, Wide, found_in

SPARSE = 8
_SEARCHED = 1 << 15  # members; up to so many, looking up a few numbers by bisection is faster than making a mask
_FEW = 64
_NONE = np.empty(0, dtype=np.int64)


class DocumentSet:
    """A set of documents out of ``size``."""

    __slots__ = ("_count", "_make", "_mask", "_numbers", "grew", "size")

    def __init__(self, size: int, numbers: Wide | None = None, mask: Mask | None = None) -> None:
        self.size, self._numbers, self._mask = size, numbers, mask
        self._count = -1 if numbers is None else len(numbers)
        self._make: Callable[[], Mask] | None = None
        self.grew: Callable[[], None] | None = None
        """Called when numbers or mask were made, so that a cache can count them."""

    @classmethod
    def of(cls, numbers: Wide, size: int) -> Self:
        """The set of these numbers, which are sorted and distinct."""
        return cls(size, numbers=numbers)

    @classmethod
    def by(cls, mask: Mask) -> Self:
        """The set of the documents where the mask is true."""
        return cls(len(mask), mask=mask)

    @classmethod
    def later(cls, size: int, count: int, make: Callable[[], Mask]) -> Self:
        """A set of ``count`` documents whose mask is made on first use."""
        made = cls(size)
        made._count, made._make = count, make
        return made

    @classmethod
    def none(cls, size: int) -> Self:
        """The empty set."""
        return cls(size, numbers=_NONE)

    @classmethod
    def among(cls, numbers: Wide, size: int) -> Self:
        """The set of these numbers, in any order, repetitions allowed."""
        if len(numbers) <= _FEW:
            return cls(size, numbers=np.array(sorted(set(numbers.tolist())), dtype=np.int64))
        mask = np.zeros(size, dtype=np.bool_)
        mask[numbers] = True
        return cls.by(mask)

    @property
    def nbytes(self) -> int:
        """Size in bytes of numbers and mask, as far as they were made."""
        return sum(each.nbytes for each in (self._numbers, self._mask) if each is not None)

    def __len__(self) -> int:
        if self._count < 0:
            self._count = int(np.count_nonzero(self.mask))
        return self._count

    @property
    def sparse(self) -> bool:
        """Whether the set is cheaper to process by numbers than by mask."""
        return len(self) * SPARSE < self.size

    @property
    def numbers(self) -> Wide:
        """The documents of the set, rising (int64)."""
        if self._numbers is None:
            self._numbers = np.flatnonzero(self.mask)
            self.say_grown()
        return self._numbers

    @property
    def mask(self) -> Mask:
        """The set as a mask over all documents."""
        if self._mask is None:
            if self._make is not None:
                self._mask = self._make()
            else:
                mask = np.zeros(self.size, dtype=np.bool_)
                mask[self._numbers] = True
                self._mask = mask
            self.say_grown()
        return self._mask

    def say_grown(self) -> None:
        """Call `grew`: the set, or what has been computed from it, takes more memory now."""
        if self.grew is not None:
            self.grew()

    def holds(self, numbers: Wide) -> Mask:
        """Mask of those of ``numbers`` that are in the set."""
        if self._mask is None and self._numbers is not None and len(numbers) <= _FEW and self._count <= _SEARCHED:
            return found_in(self.numbers, numbers)[1]
        return self.mask[numbers]

    def those_among(self, numbers: Wide) -> DocumentSet:
        """The documents of the set that are among ``numbers`` (any order, repetitions allowed). For small sets: the cost is independent of ``size``."""
        own = self.numbers
        if len(own) + len(numbers) <= _FEW:
            among = set(numbers.tolist())
            return DocumentSet.of(np.array([number for number in own.tolist() if number in among], dtype=np.int64), self.size)
        places, found = found_in(own, numbers)
        marked = np.zeros(len(own), dtype=np.bool_)
        marked[places[found]] = True
        return DocumentSet.of(own[marked], self.size)

    def both(self, other: DocumentSet) -> DocumentSet:
        """The intersection with ``other``."""
        small, large = (self, other) if len(self) <= len(other) else (other, self)
        if not small.sparse:
            return DocumentSet.by(small.mask & large.mask)
        numbers = small.numbers
        return DocumentSet.of(numbers[large.holds(numbers)], self.size)

    def without(self, other: DocumentSet) -> DocumentSet:
        """The difference: documents of this set that are not in ``other``."""
        if not len(other):
            return self
        if self.sparse:
            numbers = self.numbers
            return DocumentSet.of(numbers[~other.holds(numbers)], self.size)
        if not other.sparse:
            return DocumentSet.by(self.mask & ~other.mask)
        mask = self.mask.copy()
        mask[other.numbers] = False
        return DocumentSet.by(mask)


def union(sets: Sequence[DocumentSet], size: int) -> DocumentSet:
    """The union of the sets."""
    filled = [each for each in sets if len(each)]
    if len(filled) < 2:
        return filled[0] if filled else DocumentSet.none(size)
    if sum(map(len, filled)) * SPARSE < size:
        return DocumentSet.among(np.concatenate([each.numbers for each in filled]), size)
    mask = np.zeros(size, dtype=np.bool_)
    for each in filled:
        if each.sparse:
            mask[each.numbers] = True
        else:
            mask |= each.mask
    return DocumentSet.by(mask)
