"""Records on their way into segments: batches, memory, and segments that memory had no room for."""

from __future__ import annotations

import collections
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np

from reftel.engine.batch import Batch, BatchMaker
from reftel.engine.contents import Entry
from reftel.engine.records import Compressor, RecordBlocks, make_dictionary
from reftel.engine.segment_writer import SegmentBuilder
from reftel.engine.specs import FieldSpec, Record
from reftel.engine.terms_writer import Roots
from reftel.frozen import frozen

_BATCH = 512
_BATCH_BYTES = 16 << 20
_BATCH_WORDS = 1 << 20
_WAITING = 2  # batches that are being worked on
_SHARE = 0.45  # of the memory for batches; putting them together takes as much again


@frozen
class _Waiting:
    """A batch that other threads work on."""

    inverted: Future[Batch]
    compressed: Future[RecordBlocks]


class Run:
    """The records of one writer. Documents are numbered through all segments that it fills.

    Full batches are inverted in one thread and their records compressed in another, while the next is filled: NumPy and the compressor
    work beside the interpreter. ``memory`` in bytes. ``dictionary``: what records are compressed with; made from the first ones if it
    is empty.
    """

    def __init__(self, folder: Path, specs: Sequence[FieldSpec], roots: Roots | None, memory: int, dictionary: bytes) -> None:
        self._specs, self._limit = specs, int(memory * _SHARE)
        self._folder, self._roots = folder, roots
        self._stored: list[bytes] = []
        self._bytes = 0
        self._builder: SegmentBuilder | None = None
        self._maker: BatchMaker | None = None
        self._compressor = Compressor(dictionary)
        self._inverting: ThreadPoolExecutor | None = None  # one thread: words are numbered in their order
        self._compressing: ThreadPoolExecutor | None = None
        self._waiting: collections.deque[_Waiting] = collections.deque()
        self._written: list[tuple[str, int]] = []
        self._count = 0
        self._deleted: list[int] = []

    def add(self, record: Record) -> int:
        """Take a record; its number."""
        if self._builder is None:
            self._builder = SegmentBuilder(self._folder, self._specs, self._roots)
        if self._maker is None:
            self._maker = BatchMaker(self._specs, self._builder.vocabularies)
        self._maker.add(record)
        self._stored.append(record.stored)
        self._bytes += len(record.stored)
        self._count += 1
        if len(self._stored) >= _BATCH or self._bytes >= _BATCH_BYTES or self._maker.words >= _BATCH_WORDS:
            self._hand_over(self._builder, self._maker)
        return self._count - 1

    def delete(self, number: int) -> None:
        """Leave a document out again."""
        self._deleted.append(number)

    def finish(self) -> list[Entry]:
        """Write what is in memory; the segments of the whole run."""
        if self._builder is not None:
            if self._waiting and self._maker is not None:
                self._hand_over(self._builder, self._maker)
            self._end_segment(self._builder)
        deleted, entries = np.array(sorted(self._deleted), dtype=np.int64), []
        base = 0
        for name, size in self._written:
            low, high = np.searchsorted(deleted, (base, base + size)).tolist()
            entries.append(Entry(name, size, deleted[low:high] - base))
            base += size
        return entries

    def abandon(self) -> None:
        """Stop. Segments that were written are left over."""
        for pool in (self._inverting, self._compressing):
            if pool is not None:
                pool.shutdown(cancel_futures=True)
        if self._builder is not None:
            self._builder.abandon()
            self._builder = None

    def _hand_over(self, builder: SegmentBuilder, maker: BatchMaker) -> None:
        """Give a batch to the other threads, and take from them what is done."""
        if self._inverting is None or self._compressing is None:
            self._inverting, self._compressing = ThreadPoolExecutor(1, "inverting"), ThreadPoolExecutor(1, "compressing")
        compressor = self._compressor_for(self._stored, builder)
        self._waiting.append(_Waiting(self._inverting.submit(maker.take), self._compressing.submit(compressor.blocks, self._stored)))
        self._begin_batch()
        self._take(builder, _WAITING)
        if builder.nbytes >= self._limit:
            self._end_segment(builder)

    def _begin_batch(self) -> None:
        self._stored, self._bytes, self._maker = [], 0, None

    def _compressor_for(self, stored: Sequence[bytes], builder: SegmentBuilder) -> Compressor:
        if not self._compressor.dictionary and not builder.size and not self._waiting:  # one for the whole segment
            self._compressor = Compressor(make_dictionary(stored))
        return self._compressor

    def _take(self, builder: SegmentBuilder, most: int) -> None:
        """Take batches that are done, in their order, until ``most`` are left."""
        while len(self._waiting) > most:
            waiting = self._waiting.popleft()
            builder.add(waiting.inverted.result())
            builder.add_records(waiting.compressed.result())

    def _end_segment(self, builder: SegmentBuilder) -> None:
        self._take(builder, 0)
        if self._stored and self._maker is not None:  # few records: not worth another thread
            compressor = self._compressor_for(self._stored, builder)
            builder.add(self._maker.take())
            builder.add_records(compressor.blocks(self._stored))
            self._begin_batch()
        self._written.append((builder.finish(self._compressor.dictionary), builder.size))
        self._builder = self._maker = None
