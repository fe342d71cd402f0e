"""The walk through one term's postings that Whoosh's own queries are made of."""

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
    """Documents that hold a term, how often, the lengths of their fields, and on demand the positions in each."""

    documents: Wide
    frequencies: Wide
    lengths: Wide | None
    positions: Callable[[], list[list[int]]] | None


class ArrayMatcher(LeafMatcher):  # type: ignore[misc]  # Whoosh is untyped
    """Walks postings; blocks of 128 are passed over whole where their best score can't count."""

    def __init__(self, postings: TermPostings, format_: Any, scorer: Any, term: tuple[str, bytes]) -> None:
        self._postings, self.format, self.scorer, self._term = postings, format_, scorer, term
        self._ids: list[int] = postings.documents.tolist()
        self._place = 0
        self._positions: list[list[int]] | None = None

    def copy(self) -> ArrayMatcher:
        """The same walk at the same place."""
        twin = ArrayMatcher(self._postings, self.format, self.scorer, self._term)
        twin._place = self._place
        return twin

    def reset(self) -> None:
        """Go back to the first posting."""
        self._place = 0

    def is_active(self) -> bool:
        """Whether the walk stands at a posting."""
        return self._place < len(self._ids)

    def id(self) -> int:
        """The document at hand."""
        return self._ids[self._place]

    def all_ids(self) -> Iterator[int]:
        """Every document."""
        return iter(self._ids)

    def next(self) -> bool:
        """Go to the next posting; whether that began a new block."""
        if not self.is_active():
            raise ReadTooFar
        self._place += 1
        return self._place % _BLOCK == 0

    def skip_to(self, id: int) -> None:  # noqa: A002 - Whoosh's name
        """Go to the first document from here on that is not before ``id``."""
        if not self.is_active():
            raise ReadTooFar
        self._place = bisect.bisect_left(self._ids, id, self._place)

    def weight(self) -> float:
        """How often the document at hand holds the term."""
        return float(self._postings.frequencies[self._place])

    def value(self) -> bytes:
        """The positions, encoded as the field's format does."""
        return self.format.encode(self._here()) if self._postings.positions else b""

    def value_as(self, astype: str) -> Any:
        """The positions, frequency or weight at hand."""
        if astype == "positions":
            return self._here()
        return float(self.weight()) if astype == "weight" else int(self.weight()) if astype == "frequency" else super().value_as(astype)

    def spans(self) -> list[Any]:
        """The positions as Whoosh's spans."""
        if self._postings.positions is None:
            raise TypeError(f"the field '{self._term[0]}' has no positions")
        return [Span(position) for position in self._here()]

    def _here(self) -> list[int]:
        if self._positions is None:
            self._positions = self._postings.positions() if self._postings.positions else []
        return self._positions[self._place] if self._positions else []

    # -- passing over what can't count -----------------------------------------------------------------------------------------------------

    def _block(self) -> slice:
        start = self._place // _BLOCK * _BLOCK
        return slice(start, start + _BLOCK)

    def block_max_weight(self) -> float:
        """The largest weight of the block at hand."""
        return float(self._postings.frequencies[self._block()].max())

    def block_min_length(self) -> int:
        """The shortest field of the block at hand."""
        return 1 if self._postings.lengths is None else int(self._postings.lengths[self._block()].min())

    def block_max_length(self) -> int:
        """The longest field of the block at hand."""
        return 1 if self._postings.lengths is None else int(self._postings.lengths[self._block()].max())

    def skip_to_quality(self, minquality: float) -> int:
        """Go to the next block that may hold a better score; how many were passed over."""
        skipped = 0
        while self.is_active() and self.block_quality() <= minquality:
            self._place = self._block().stop
            skipped += 1
        return skipped
