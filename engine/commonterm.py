"""One term over all segments of a reader, read in parts: the stretches of documents where it may count most, or the documents at hand.

Whatever is made on the way stands in memory that each thread keeps: new memory takes the system longer than the work that is done in it.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from reftel.engine.bounds import Norms, TermBounds
from reftel.engine.postings import FieldPostings

Integers = npt.NDArray[Any]
Wide = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_NONE = np.empty(0, dtype=np.int64)
_NO_BOUND = np.full(1, 1e200)
_local = threading.local()


@dataclasses.dataclass(frozen=True, slots=True)
class TermPart:
    """A term in one segment: its number in ``field``, its bounds, the first document's number, and which documents are live (``None``: all)."""

    field: FieldPostings
    term: int
    bounds: TermBounds | None
    base: int
    size: int
    live: Mask | None

    def ceilings(self, weights: Norms) -> Norms:
        """By stretch, the frequency times ``weights`` (by document of the reader) at most. Without bounds all documents are one stretch."""
        if self.bounds is None or self.field.bounds is None:
            return _NO_BOUND
        return self.bounds.highest * self.field.bounds.quotients(weights, self.base)

    def read(self, stretches: Wide) -> tuple[Wide, Integers]:
        """The live documents in some stretches, and how often each holds the term."""
        if self.bounds is None:
            documents, frequencies = self.field.documents(self.term), self.field.frequencies(self.term)
        else:
            documents, frequencies = self.field.of_stretches(self.term, self.bounds, stretches)
        if self.live is not None:
            alive = self.live[documents]
            documents, frequencies = documents[alive], frequencies[alive]
        return documents + self.base, frequencies


class CommonTerm:
    """A term of a reader of ``size`` documents, by its parts."""

    def __init__(self, size: int, parts: Sequence[TermPart]) -> None:
        self._size, self._parts = size, parts

    def count(self) -> int:
        """How many live documents hold it: known without reading them where none is deleted."""
        if any(part.live is not None for part in self._parts):
            return int(np.count_nonzero(self.mask()))
        return sum(part.field.count(part.term) for part in self._parts)

    def mask(self) -> Mask:
        """The live documents that hold it."""
        mask = np.zeros(self._size, dtype=np.bool_)
        for part in self._parts:
            own = mask[part.base : part.base + part.size]
            own[part.field.documents(part.term, room=_room(self._size))] = True
            if part.live is not None:
                own &= part.live
        return mask

    def frequencies(self, mask: Mask | None) -> Integers:
        """How often each document holds it; 0 for those that don't, and for deleted ones. ``mask``: its own, where it is known already."""
        counts = [part.field.frequencies(part.term) for part in self._parts]
        frequencies = np.zeros(self._size, dtype=max((each.dtype for each in counts), key=lambda kind: kind.itemsize))
        for part, each in zip(self._parts, counts, strict=True):
            own = frequencies[part.base : part.base + part.size]
            if mask is not None and part.live is None:
                own[mask[part.base : part.base + part.size]] = each
            else:
                own[part.field.documents(part.term, room=_room(self._size))] = each
            if part.live is not None:
                own *= part.live
        return frequencies

    def ceilings(self, weights: Norms) -> Norms:
        """For every stretch of every part the frequency times ``weights`` at most."""
        return np.concatenate([part.ceilings(weights) for part in self._parts])

    def read(self, stretches: Wide) -> tuple[Wide, Integers]:
        """The live documents in some stretches, numbered rising as `ceilings` has them, and how often each holds the term."""
        found, base = [], 0
        for part in self._parts:
            size = 1 if part.bounds is None else len(part.bounds.highest)
            low, high = stretches.searchsorted((base, base + size)).tolist()
            if low < high:
                found.append(part.read(stretches[low:high] - base))
            base += size
        return np.concatenate([each for each, _ in found]), np.concatenate([each for _, each in found])


def _room(size: int) -> Wide:
    """Memory for so many numbers, the same for every call of a thread."""
    room: Wide | None = getattr(_local, "room", None)
    if room is None or len(room) < size:
        room = _local.room = np.empty(size, dtype=np.int64)
    return room
