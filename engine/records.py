"""Stored bytes, compressed record by record with a dictionary that all records of a segment share.

Records of an index are much alike. With a dictionary of what is frequent in them each compresses nearly as well by itself as several together,
and showing a hit means inflating its own record alone. Zstandard, because it takes half of zlib's time to compress and to inflate, and less room.
"""

from __future__ import annotations

import collections
import functools
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import zstandard

from reftel.engine.columns import narrow
from reftel.frozen import frozen
from reftel.patterns import regex

Integers = npt.NDArray[Any]

MOST_INFLATED, MOST_RATIO = 256 << 20, 100
LONGEST_DICTIONARY = 110 << 10
_LEVEL = 3
_SAMPLE = 2 << 20
_WORTH_IT = 128 << 10
_WORD = regex(rb"[0-9A-Za-z\x80-\xff]{3,}")
_FRAME = 1500  # bytes of the beginning and the end of a record, where structured ones are alike


@frozen
class RecordBlocks:
    """Compressed records, and the length of each."""

    blocks: list[bytes]
    lengths: Integers


class Compressor:
    """Compresses records with a dictionary, which may be empty. For one thread at a time."""

    def __init__(self, dictionary: bytes) -> None:
        self.dictionary = dictionary
        prepared = _raw(dictionary)
        if prepared is not None:
            prepared.precompute_compress(level=_LEVEL)
        self._stream = zstandard.ZstdCompressor(level=_LEVEL, dict_data=prepared, write_checksum=True)

    def blocks(self, records: Sequence[bytes]) -> RecordBlocks:
        """Records, each a block by itself."""
        lengths = np.fromiter(map(len, records), dtype=np.int64, count=len(records))
        return RecordBlocks(list(map(self._stream.compress, records)), narrow(lengths))


def _raw(dictionary: bytes) -> zstandard.ZstdCompressionDict | None:
    return zstandard.ZstdCompressionDict(dictionary, dict_type=zstandard.DICT_TYPE_RAWCONTENT) if dictionary else None


_prepared = functools.lru_cache(8)(_raw)


def most_inflated(compressed: int) -> int:
    """How many bytes so many compressed ones may hold: a few bytes that claim to be gigabytes are damage, or were made to fill the memory."""
    return max(MOST_INFLATED, MOST_RATIO * compressed)


class Inflater:
    """Inflates blocks that were compressed with one dictionary. For one thread at a time."""

    def __init__(self, dictionary: bytes) -> None:
        self._stream = zstandard.ZstdDecompressor(dict_data=_prepared(dictionary))

    def inflate(self, data: bytes | memoryview, size: int) -> bytes:
        """A block of ``size`` bytes; ``ValueError`` if it is not that."""
        if size > most_inflated(len(data)):
            raise ValueError(f"records of {size:,} bytes in {len(data):,} compressed ones")
        try:
            # The length that the block gives itself is what would be allocated: it must be known to be right before.
            if zstandard.frame_content_size(data) != size:
                raise ValueError("records of another length than said")
            return self._stream.decompress(data) if size else b""
        except zstandard.ZstdError as error:
            raise ValueError(f"records that can't be inflated: {error}") from error


def make_dictionary(records: Iterable[bytes]) -> bytes:
    """What is frequent in some records, the most frequent last, where it is reached most cheaply; empty if there is too little to tell."""
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
