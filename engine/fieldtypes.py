"""Whoosh field types that take what the caller has already cut: blocks of words, and whole keyword values."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from reftel.engine.stock import ID, Existence, FieldType, Positions, SimpleAnalyzer

Posting = tuple[bytes, int, float, bytes]
"""What Whoosh's writer takes: term, frequency, weight, encoded value."""


class PackedPositions(Positions):  # type: ignore[misc]  # Whoosh is untyped
    """Positions as little-endian 32-bit integers, so that a block of postings is read as one array and no pickle is involved."""

    def encode(self, positions: Sequence[int]) -> bytes:
        """``[1, 7]`` -> eight bytes."""
        return struct.pack(f"<{len(positions)}I", *positions)

    def decode_positions(self, value: bytes) -> list[int]:
        """The inverse of `encode`."""
        return list(struct.unpack(f"<{len(value) // 4}I", value))

    def split(self, values: bytes, frequencies: Iterable[int]) -> tuple[bytes, ...]:
        """Encoded values that stand one behind the other, taken apart by how many positions each has."""
        ends = [4 * end for end in itertools.accumulate(frequencies)]
        return tuple(values[start:end] for start, end in zip([0, *ends], ends, strict=False))

    def decode_frequency(self, value: bytes) -> int:
        """How many positions there are."""
        return len(value) // 4


class Blocks(FieldType):  # type: ignore[misc]
    """Running text as blocks of words.

    Positions run through all blocks with one left empty between two of them, so that a phrase never matches across.
    Query text that comes through Whoosh's own parser is cut at blanks and punctuation and lower-cased.
    """

    def __init__(self) -> None:
        super().__init__(PackedPositions(), SimpleAnalyzer(), scorable=True, multitoken_query="phrase")

    def index(self, value: tuple[Sequence[Sequence[str]], Iterable[tuple[int, int, str]]], **_options: Any) -> Iterator[Posting]:
        """Postings of one document's blocks and joined words."""
        for word, positions in word_positions(*value).items():
            yield word.encode(), len(positions), float(len(positions)), self.format.encode(positions)


class Keywords(ID):  # type: ignore[misc]
    """Whole values, several to a document; neither counted nor placed."""

    def __init__(self) -> None:
        super().__init__()
        self.format = Existence()

    def index(self, value: Iterable[str], **_options: Any) -> Iterator[Posting]:
        """One posting for each different value."""
        for item in dict.fromkeys(value):
            yield item.encode(), 1, 1.0, b""


def word_positions(blocks: Sequence[Sequence[str]], joined: Iterable[tuple[int, int, str]] = ()) -> dict[str, list[int]]:
    """Positions of every word. ``[["a", "b"], ["a"]]`` -> ``{"a": [0, 3], "b": [1]}``."""
    positions: dict[str, list[int]] = {}
    place = 0
    for block in blocks:
        for word in block:
            positions.setdefault(word, []).append(place)
            place += 1
        place += 1
    starts = [0, *itertools.accumulate(len(block) + 1 for block in blocks)]
    for number, place, word in joined:
        positions[word] = sorted({*positions.get(word, ()), starts[number] + place})
    return positions
