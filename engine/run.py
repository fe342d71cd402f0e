"""Records on their way into segments: batches, memory, and segments that memory had no room for."""

from __future__ import annotations

import collections
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np

from reftel.engine.batch import BatchMaker
from reftel.engine.contents import Entry
from reftel.engine.records import Compressor, RecordBlocks, make_dictionary
from reftel.engine.segment_writer import SegmentBuilder
from reftel.engine.specs import FieldSpec, Record
from reftel.engine.terms_writer import Roots

_BATCH = 512
_BATCH_BYTES = 16 << 20
_BATCH_WORDS = 1 << 20
_WAITING = 3  # batches whose records are being compressed
_SHARE = 0.45  # of the memory for batches; putting them together takes as much again


class Run:
    """The records of one writer. Documents are numbered through all segments that it fills.

    ``memory`` in bytes. ``dictionary``: what records are compressed with; made from the first ones if it is empty.
    """

    def __init__(self, folder: Path, specs: Sequence[FieldSpec], roots: Roots | None, memory: int, dictionary: bytes) -> None:
        self._specs, self._limit = specs, int(memory * _SHARE)
        self._folder, self._roots = folder, roots
        self._stored: list[bytes] = []
        self._bytes = 0
        self._builder: SegmentBuilder | None = None
        self._maker: BatchMaker | None = None
        self._compressor = Compressor(dictionary)
        self._pool: ThreadPoolExecutor | None = None
        self._compressing: collections.deque[Future[RecordBlocks]] = collections.deque()
        self._written: list[tuple[str, int]] = []
        self._count = 0
        self._deleted: list[int] = []

    def add(self, record: Record) -> int:
        """Take a record; its number."""
        if self._builder is None or self._maker is None:
            self._builder = SegmentBuilder(self._folder, self._specs, self._roots)
            self._maker = BatchMaker(self._specs, self._builder.vocabularies)
        self._maker.add(record)
        self._stored.append(record.stored)
        self._bytes += len(record.stored)
        self._count += 1
        if len(self._stored) >= _BATCH or self._bytes >= _BATCH_BYTES or self._maker.words >= _BATCH_WORDS:
            self._end_batch()
        return self._count - 1

    def delete(self, number: int) -> None:
        """Leave a document out again."""
        self._deleted.append(number)

    def finish(self) -> list[Entry]:
        """Write what is in memory; the segments of the whole run."""
        self._end_batch()
        self._end_segment()
        deleted, entries = np.array(sorted(self._deleted), dtype=np.int64), []
        base = 0
        for name, size in self._written:
            low, high = np.searchsorted(deleted, (base, base + size)).tolist()
            entries.append(Entry(name, size, deleted[low:high] - base))
            base += size
        return entries

    def abandon(self) -> None:
        """Stop. Segments that were written are left over."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
        if self._builder is not None:
            self._builder.abandon()
            self._builder = None

    def _end_batch(self) -> None:
        builder, maker = self._builder, self._maker
        if builder is None or maker is None or not self._stored:
            return
        stored, self._stored, self._bytes = self._stored, [], 0
        if not self._compressor.dictionary and not builder.size:  # one for the whole segment
            self._compressor = Compressor(make_dictionary(stored))
        if len(stored) >= _BATCH and self._pool is None:
            self._pool = ThreadPoolExecutor(1)  # zlib works beside the interpreter
        if self._pool is not None:
            self._compressing.append(self._pool.submit(self._compressor.blocks, stored))
        builder.add(maker.take())
        if self._pool is None:
            builder.add_records(self._compressor.blocks(stored))
        self._take_compressed(builder, _WAITING)
        if builder.nbytes >= self._limit:
            self._end_segment()

    def _take_compressed(self, builder: SegmentBuilder, most: int) -> None:
        while len(self._compressing) > most:
            builder.add_records(self._compressing.popleft().result())

    def _end_segment(self) -> None:
        if self._builder is None:
            return
        self._take_compressed(self._builder, 0)
        self._written.append((self._builder.finish(self._compressor.dictionary), self._builder.size))
        self._builder = None
