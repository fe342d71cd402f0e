"""The Whoosh schema of an index, with its field types and its format of positions."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterable, Sequence
from typing import Any

from reftel.engine.specs import KEY, FieldSpec
from reftel.engine.stock import ID, NUMERIC, STORED, Existence, FieldType, Positions, Schema, SimpleAnalyzer

RECORD = "record"
"""The stored field with a record's bytes."""

NUMBER_STEP = 16
"""Step in bits between the precisions that Whoosh queries numbers with."""


class PackedPositions(Positions):  # type: ignore[misc]  # Whoosh is untyped
    """Positions as little-endian uint32, without pickles."""

    def encode(self, positions: Sequence[int]) -> bytes:
        """``[1, 7]`` -> eight bytes."""
        return struct.pack(f"<{len(positions)}I", *positions)

    def decode_positions(self, value: bytes) -> list[int]:
        """The positions that `encode` encoded."""
        return list(struct.unpack(f"<{len(value) // 4}I", value))

    def decode_frequency(self, value: bytes) -> int:
        """Number of positions."""
        return len(value) // 4

    def combine(self, values: Iterable[bytes]) -> bytes:
        """The union of several encoded lists of positions, encoded."""
        return self.encode(sorted(set(itertools.chain.from_iterable(map(self.decode_positions, values)))))


class Blocks(FieldType):  # type: ignore[misc]
    """Running text as blocks of words. Queries through Whoosh's own parser are split at blanks and punctuation and lower-cased."""

    def __init__(self) -> None:
        super().__init__(PackedPositions(), SimpleAnalyzer(), scorable=True, multitoken_query="phrase")


class Keywords(ID):  # type: ignore[misc]
    """Whole values, any number per document, without frequencies and positions. ``sortable``: by the first one."""

    def __init__(self, *, sortable: bool) -> None:
        super().__init__(sortable=sortable)
        self.format = Existence()


def schema_of(specs: Sequence[FieldSpec]) -> Any:
    """The Whoosh schema for these fields."""
    fields: dict[str, Any] = {KEY: ID(unique=True, stored=True, sortable=True), RECORD: STORED()}
    for spec in specs:
        if spec.kind == "text":
            fields[spec.name] = Blocks()
        elif spec.kind == "keyword":
            fields[spec.name] = Keywords(sortable=spec.sort)
        elif spec.kind == "number":
            fields[spec.name] = NUMERIC(int, bits=64, shift_step=NUMBER_STEP, sortable=True)
    return Schema(**fields)
