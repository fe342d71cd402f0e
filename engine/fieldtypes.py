"""The Whoosh schema of an index, and the field types and the format of positions that it needs."""

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
"""Bits between two precisions that numbers are indexed with."""


class PackedPositions(Positions):  # type: ignore[misc]  # Whoosh is untyped
    """Positions as little-endian 32-bit integers, so that no pickle is involved."""

    def encode(self, positions: Sequence[int]) -> bytes:
        """``[1, 7]`` -> eight bytes."""
        return struct.pack(f"<{len(positions)}I", *positions)

    def decode_positions(self, value: bytes) -> list[int]:
        """The inverse of `encode`."""
        return list(struct.unpack(f"<{len(value) // 4}I", value))

    def decode_frequency(self, value: bytes) -> int:
        """How many positions there are."""
        return len(value) // 4

    def combine(self, values: Iterable[bytes]) -> bytes:
        """The positions of several values in one."""
        return self.encode(sorted(set(itertools.chain.from_iterable(map(self.decode_positions, values)))))


class Blocks(FieldType):  # type: ignore[misc]
    """Running text as blocks of words. Query text that comes through Whoosh's own parser is cut at blanks and punctuation and lower-cased."""

    def __init__(self) -> None:
        super().__init__(PackedPositions(), SimpleAnalyzer(), scorable=True, multitoken_query="phrase")


class Keywords(ID):  # type: ignore[misc]
    """Whole values, several to a document; neither counted nor placed. ``sortable``: by the first one."""

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
