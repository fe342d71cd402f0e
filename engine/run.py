"""The records of one writer on their way into segments: batches, threads, memory, and segments that memory had no room for."""

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

_WAITING = 2  # batches that are being worked on
_SHARE = 0.9  # of the memory for batches; the rest is for putting them together, which is done a stretch of terms at a time


@frozen
class RunSettings:
    """What a run needs to know. ``memory`` in bytes. ``dictionary``: what records are compressed with; a run makes its own if it is empty."""

    folder: Path
    specs: tuple[FieldSpec, ...]
    roots: Roots | None
    memory: int
    dictionary: bytes


@frozen
class _Waiting:
    """A batch that other threads work on."""

    inverted: Future[Batch]
    compressed: Future[RecordBlocks]


class Run:
    """Numbers records as they come and writes them as segments.

    Full batches are inverted in one thread and their records compressed in another, while the next is filled: NumPy and the compressor work
    beside the interpreter.
    """

    def __init__(self, settings: RunSettings) -> None:
        self._settings, self._limit = settings, int(settings.memory * _SHARE)
        self._maker = BatchMaker(settings.specs)
        self._count = 0
        self._deleted: list[int] = []
        self._builder: SegmentBuilder | None = None
        self._compressor = Compressor(settings.dictionary)
        self._inverting: ThreadPoolExecutor | None = None  # one thread: words are numbered in their order
        self._compressing: ThreadPoolExecutor | None = None
        self._waiting: collections.deque[_Waiting] = collections.deque()
        self._written: list[tuple[str, int]] = []

    def add(self, record: Record) -> int:
        """Take a record; its number."""
        self._maker.add(record)
        self._count += 1
        if self._maker.full:
            self._hand_over(self._maker)
            self._maker = BatchMaker(self._settings.specs)
        return self._count - 1

    def delete(self, number: int) -> None:
        """Leave a record out again."""
        self._deleted.append(number)

    def finish(self) -> list[Entry]:
        """Write what is in memory; all segments, with what is deleted in them."""
        last = self._maker
        if last.size and self._waiting:
            self._hand_over(last)
        elif last.size:  # few records are not worth another thread
            builder = self._begin(last.stored)
            builder.add(last.take(builder.vocabularies))
            builder.add_records(self._compressor.blocks(last.stored))
        if self._builder is not None:
            self._end_segment(self._builder)
        self.abandon()
        deleted = np.array(sorted(self._deleted), dtype=np.int64)
        base, entries = 0, []
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

    def _hand_over(self, maker: BatchMaker) -> None:
        """Give a full batch to the other threads, and take from them what is done."""
        builder = self._begin(maker.stored)
        if self._inverting is None or self._compressing is None:
            self._inverting, self._compressing = ThreadPoolExecutor(1, "inverting"), ThreadPoolExecutor(1, "compressing")
        inverted = self._inverting.submit(maker.take, builder.vocabularies)
        self._waiting.append(_Waiting(inverted, self._compressing.submit(self._compressor.blocks, maker.stored)))
        self._take(builder, _WAITING)
        if builder.nbytes >= self._limit:
            self._end_segment(builder)

    def _begin(self, stored: Sequence[bytes]) -> SegmentBuilder:
        """The segment that these records go into."""
        if self._builder is None:
            self._builder = SegmentBuilder(self._settings.folder, self._settings.specs, self._settings.roots)
            if not self._compressor.dictionary:  # one for the whole segment
                self._compressor = Compressor(make_dictionary(stored))
        return self._builder

    def _take(self, builder: SegmentBuilder, most: int) -> None:
        """Take batches that are done, in their order, until ``most`` are left."""
        while len(self._waiting) > most:
            waiting = self._waiting.popleft()
            builder.add(waiting.inverted.result())
            builder.add_records(waiting.compressed.result())

    def _end_segment(self, builder: SegmentBuilder) -> None:
        self._take(builder, 0)
        self._written.append((builder.finish(self._compressor.dictionary), builder.size))
        self._builder = None
