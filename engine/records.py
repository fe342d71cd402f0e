"""Stored records, compressed line by line with a dictionary that all records of a segment share.

Lines are decompressed one by one too: showing a hit costs only the lines that are shown. Lines are short, which is why the dictionary is trained.
Zstandard takes half the time of zlib in both directions, and less space.
"""

from __future__ import annotations

import functools
import itertools
import threading
from collections.abc import Iterable, Sequence, Sized
from typing import overload

import numpy as np
import zstandard

from reftel.base.frozen import frozen
from reftel.engine.arrays import Integers, narrow

MOST_INFLATED, MOST_RATIO = 256 << 20, 100
LONGEST_DICTIONARY = 110 << 10
_LEVEL = 3
_SAMPLE = 2 << 20
_WORTH_IT = 128 << 10
_BETWEEN = b"\n"
_LARGE = 512 << 10
_LENGTHS = {"k": 537, "d": 8}
"""Training takes four times as long if it tries several lengths; for samples from `_LARGE` bytes on it chose these, or some no half percent better."""


@frozen
class RecordBlocks:
    """Compressed lines of records, one after the other in ``data``: ``counts`` of them per record, ``sizes`` in bytes, ``lengths`` uncompressed."""

    data: bytes
    counts: Integers
    sizes: Integers
    lengths: Integers


class Compressor:
    """Compresses records with a dictionary, which may be empty. For one thread at a time."""

    def __init__(self, dictionary: bytes) -> None:
        self.dictionary = dictionary
        prepared = _prepare(dictionary)
        if prepared is not None:
            prepared.precompute_compress(level=_LEVEL)
        self._stream = zstandard.ZstdCompressor(level=_LEVEL, dict_data=prepared, write_checksum=True, write_dict_id=False)

    def blocks(self, records: Sequence[bytes]) -> RecordBlocks:
        """The records, each line compressed by itself."""
        lines = [record.split(_BETWEEN) for record in records]
        flat = list(itertools.chain.from_iterable(lines))
        compressed = list(map(self._stream.compress, flat))
        return RecordBlocks(b"".join(compressed), _lengths_of(lines), _lengths_of(compressed), _lengths_of(flat))


def _lengths_of(parts: Sequence[Sized]) -> Integers:
    return narrow(np.fromiter(map(len, parts), dtype=np.int64, count=len(parts)))


def _prepare(dictionary: bytes) -> zstandard.ZstdCompressionDict | None:
    return zstandard.ZstdCompressionDict(dictionary) if dictionary else None


_prepared = functools.lru_cache(8)(_prepare)


def most_inflated(compressed: int) -> int:
    """Limit of the uncompressed size, in bytes, for a compressed size: more is damage, or a decompression bomb."""
    return max(MOST_INFLATED, MOST_RATIO * compressed)


class Inflater:
    """Decompresses blocks that were compressed with one dictionary; thread-safe."""

    def __init__(self, dictionary: bytes) -> None:
        self._dictionary = dictionary
        self._local = threading.local()

    def inflate(self, data: bytes | memoryview, size: int) -> bytes:
        """The ``size`` bytes of a compressed block; ``ValueError`` if it is damaged or of another size."""
        if size > MOST_INFLATED and size > most_inflated(len(data)):
            raise ValueError(f"records of {size:,} bytes in {len(data):,} compressed ones")
        try:
            # Zstandard allocates the size that the block declares, so that is checked first.
            if zstandard.frame_content_size(data) != size:
                raise ValueError(f"a line of {size} bytes declares another size")
            return self._stream().decompress(data) if size else b""
        except zstandard.ZstdError as error:
            raise ValueError(f"records that can't be inflated: {error}") from error

    def _stream(self) -> zstandard.ZstdDecompressor:
        """The decompressor of this thread."""
        stream: zstandard.ZstdDecompressor | None = getattr(self._local, "stream", None)
        if stream is None:
            stream = self._local.stream = zstandard.ZstdDecompressor(dict_data=_prepared(self._dictionary))
        return stream


class RecordLines(Sequence[bytes]):
    """The lines of a stored record, each decompressed on access; ``ValueError`` if it is damaged. Usable after the index is closed.

    ``cuts``: offset of each line's block in the segment, with the end of the last one; ``blocks`` begins at ``cuts[0]``.
    """

    __slots__ = ("_blocks", "_cuts", "_inflater", "_lengths")

    def __init__(self, blocks: bytes, cuts: list[int], lengths: list[int], inflater: Inflater) -> None:
        self._blocks, self._cuts, self._lengths, self._inflater = blocks, cuts, lengths, inflater

    def __len__(self) -> int:
        return len(self._lengths)

    @overload
    def __getitem__(self, number: int) -> bytes: ...
    @overload
    def __getitem__(self, number: slice) -> list[bytes]: ...
    def __getitem__(self, number: int | slice) -> bytes | list[bytes]:
        if isinstance(number, slice):
            return [self[each] for each in range(*number.indices(len(self)))]
        size = self._lengths[number]  # which raises `IndexError`
        return self._inflater.inflate(self.block(number), size)

    def block(self, number: int) -> bytes:
        """A line, compressed."""
        cuts = self._cuts
        number, base = number % len(self._lengths), cuts[0]
        return self._blocks[cuts[number] - base : cuts[number + 1] - base]

    def whole(self) -> bytes:
        """The whole record."""
        if sum(self._lengths) > most_inflated(len(self._blocks)):
            raise ValueError(f"a record of {sum(self._lengths):,} bytes in {len(self._blocks):,} compressed ones")
        return _BETWEEN.join(self[:])


def make_dictionary(records: Iterable[bytes]) -> bytes:
    """A compression dictionary trained on the lines of ``records``; empty if they are too few or have nothing in common."""
    lines: list[bytes | bytearray | memoryview] = []
    size = 0
    for record in records:
        if size >= _SAMPLE:
            break
        lines += record.split(_BETWEEN)
        size += len(record)
    if size < _WORTH_IT:
        return b""
    try:
        return zstandard.train_dictionary(LONGEST_DICTIONARY, lines, level=_LEVEL, **(_LENGTHS if size >= _LARGE else {})).as_bytes()
    except zstandard.ZstdError:  # of lines that have nothing in common
        return b""
