"""Whoosh's matcher over one posting list, which Whoosh's own queries are built from."""

from __future__ import annotations

import bisect
import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

from reftel.engine.arrays import Wide
from reftel.engine.stock import LeafMatcher, ReadTooFar, Span

_BLOCK = 128


@dataclasses.dataclass(frozen=True, slots=True)
class TermPostings:
    """A posting list: documents, frequencies, lengths of the field, and a function that gives the positions in each document."""

    documents: Wide
    frequencies: Wide
    lengths: Wide | None
    positions: Callable[[], list[list[int]]] | None


class ArrayMatcher(LeafMatcher):  # type: ignore[misc]  # Whoosh is untyped
    """Iterates over postings; skips blocks of 128 whose best score is too low."""

    def __init__(self, postings: TermPostings, format_: Any, scorer: Any, term: tuple[str, bytes]) -> None:
        self._postings, self.format, self.scorer, self._term = postings, format_, scorer, term
        self._ids: list[int] = postings.documents.tolist()
        self._place = 0
        self._positions: list[list[int]] | None = None

    def copy(self) -> ArrayMatcher:
        """A matcher at the same posting."""
        twin = ArrayMatcher(self._postings, self.format, self.scorer, self._term)
        twin._place = self._place
        return twin

    def reset(self) -> None:
        """Return to the first posting."""
        self._place = 0

    def is_active(self) -> bool:
        """Whether there is a current posting."""
        return self._place < len(self._ids)

    def id(self) -> int:
        """The current document."""
        return self._ids[self._place]

    def all_ids(self) -> Iterator[int]:
        """Every document."""
        return iter(self._ids)

    def next(self) -> bool:
        """Whether the next posting, which becomes the current one, begins a new block."""
        if not self.is_active():
            raise ReadTooFar
        self._place += 1
        return self._place % _BLOCK == 0

    def skip_to(self, id: int) -> None:  # noqa: A002 - Whoosh's name
        """Advance to the first document that is not before ``id``."""
        if not self.is_active():
            raise ReadTooFar
        self._place = bisect.bisect_left(self._ids, id, self._place)

    def weight(self) -> float:
        """The frequency in the current document."""
        return float(self._postings.frequencies[self._place])

    def value(self) -> bytes:
        """The current positions, encoded in the field's format."""
        return self.format.encode(self._here()) if self._postings.positions else b""

    def value_as(self, astype: str) -> Any:
        """The current positions, frequency or weight."""
        if astype == "positions":
            return self._here()
        return float(self.weight()) if astype == "weight" else int(self.weight()) if astype == "frequency" else super().value_as(astype)

    def spans(self) -> list[Any]:
        """The current positions as Whoosh's spans."""
        if self._postings.positions is None:
            raise TypeError(f"the field '{self._term[0]}' has no positions")
        return [Span(position) for position in self._here()]

    def _here(self) -> list[int]:
        if self._positions is None:
            self._positions = self._postings.positions() if self._postings.positions else []
        return self._positions[self._place] if self._positions else []

    # -- skipping of blocks ----------------------------------------------------------------------------------------------------------------

    def _block(self) -> slice:
        start = self._place // _BLOCK * _BLOCK
        return slice(start, start + _BLOCK)

    def block_max_weight(self) -> float:
        """The largest weight of the current block."""
        return float(self._postings.frequencies[self._block()].max())

    def block_min_length(self) -> int:
        """The length of the shortest field of the current block."""
        return 1 if self._postings.lengths is None else int(self._postings.lengths[self._block()].min())

    def block_max_length(self) -> int:
        """The length of the longest field of the current block."""
        return 1 if self._postings.lengths is None else int(self._postings.lengths[self._block()].max())

    def skip_to_quality(self, minquality: float) -> int:
        """Number of blocks skipped; advances to the next block that may hold a better score."""
        skipped = 0
        while self.is_active() and self.block_quality() <= minquality:
            self._place = self._block().stop
            skipped += 1
        return skipped
