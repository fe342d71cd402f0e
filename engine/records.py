"""Stored bytes, compressed a few records at a time with a dictionary that all blocks of a segment share.

Records of an index are much alike. With a dictionary of what is frequent in them, short blocks compress as well as long ones do without
(measured: better than blocks of 64 KB), and showing a hit means inflating little more than its own record.
"""

from __future__ import annotations

import collections
import dataclasses
import re
import zlib
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from reftel.engine.columns import narrow

Integers = npt.NDArray[Any]

BLOCK = 16 << 10
"""Bytes of records that make a block; a longer record is one by itself."""

LONGEST_DICTIONARY = 32 << 10  # as far as zlib looks back
_LEVEL = 3
_SAMPLE = 1 << 20
_WORTH_IT = 64 << 10
_WORD = re.compile(rb"[0-9A-Za-z\x80-\xff]{3,}")
_FRAME = 1500  # bytes of the beginning and the end of a record, where structured ones are alike


@dataclasses.dataclass(frozen=True, slots=True)
class RecordBlocks:
    """Compressed blocks of records, how many records each holds, and the length of every record."""

    blocks: list[bytes]
    counts: list[int]
    lengths: Integers


class Compressor:
    """Compresses records with a dictionary, which may be empty."""

    def __init__(self, dictionary: bytes) -> None:
        self.dictionary = dictionary
        # Preparing the dictionary takes as long as compressing it; a prepared object is copied for each block.
        self._prepared = zlib.compressobj(_LEVEL, zdict=dictionary) if dictionary else zlib.compressobj(_LEVEL)

    def compress(self, data: bytes) -> bytes:
        """One block."""
        stream = self._prepared.copy()
        return stream.compress(data) + stream.flush()

    def blocks(self, records: Sequence[bytes]) -> RecordBlocks:
        """Records in blocks of at least `BLOCK` bytes, but for the last."""
        groups: list[list[bytes]] = [[]]
        size = 0
        for record in records:
            groups[-1].append(record)
            size += len(record)
            if size >= BLOCK:
                groups.append([])
                size = 0
        groups = [group for group in groups if group]
        lengths = np.fromiter(map(len, records), dtype=np.int64, count=len(records))
        return RecordBlocks([self.compress(b"".join(group)) for group in groups], list(map(len, groups)), narrow(lengths))


def inflate(data: bytes, dictionary: bytes, size: int) -> bytes:
    """A block of ``size`` bytes; ``ValueError`` or ``zlib.error`` if it is not that."""
    stream = zlib.decompressobj(zdict=dictionary) if dictionary else zlib.decompressobj()
    inflated = stream.decompress(data, size + 1)
    if len(inflated) != size:
        raise ValueError("records of another length than said")
    return inflated


def make_dictionary(records: Iterable[bytes]) -> bytes:
    """What is frequent in some records, the most frequent last, where zlib reaches it most cheaply; empty if there is too little to tell."""
    counts: collections.Counter[bytes] = collections.Counter()
    size, frame = 0, b""
    for record in records:
        if size >= _SAMPLE:
            break
        frame = frame or record[:_FRAME] + record[-_FRAME:]
        counts.update(_WORD.findall(record))
        size += len(record)
    if size < _WORTH_IT:
        return b""
    room = LONGEST_DICTIONARY - len(frame)
    chosen: list[bytes] = []
    for word, count in counts.most_common():
        room -= len(word) + 1
        if room < 0 or count < 2:
            break
        chosen.append(word)
    return b" ".join([*reversed(chosen), frame])
