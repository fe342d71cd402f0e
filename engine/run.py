"""One run of a writer: collects records into batches, inverts and compresses them in threads, and writes segments when memory is full."""

from __future__ import annotations

import collections
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np

from reftel.base.frozen import frozen
from reftel.engine.batch import Batch, BatchMaker
from reftel.engine.contents import Entry
from reftel.engine.records import Compressor, RecordBlocks, make_dictionary
from reftel.engine.segment_writer import SegmentBuilder
from reftel.engine.specs import FieldSpec, Record
from reftel.engine.terms_writer import Roots

_WAITING = 2  # batches being inverted and compressed
_SHARE = 0.9  # of the memory is for batches; the rest is for combining them, a slice of terms at a time


@frozen
class RunSettings:
    """Settings of a run. ``memory``: in bytes. ``dictionary``: for compressing records; if empty, the run trains its own."""

    folder: Path
    specs: tuple[FieldSpec, ...]
    roots: Roots | None
    memory: int
    dictionary: bytes


@frozen
class _Waiting:
    """A batch that other threads work on: its arrays and its compressed records."""

    inverted: Future[Batch]
    compressed: Future[RecordBlocks]


class Run:
    """Numbers records in order of arrival and writes them as segments.

    While one batch is filled, full ones are inverted in a second thread and compressed in a third: NumPy and Zstandard release the GIL.
    """

    def __init__(self, settings: RunSettings) -> None:
        self._settings, self._limit = settings, int(settings.memory * _SHARE)
        self._maker = BatchMaker(settings.specs)
        self._count = 0
        self._deleted: list[int] = []
        self._builder: SegmentBuilder | None = None
        self._compressor = Compressor(settings.dictionary)
        self._inverting: ThreadPoolExecutor | None = None  # a single thread: words are numbered in order of appearance
        self._compressing: ThreadPoolExecutor | None = None
        self._waiting: collections.deque[_Waiting] = collections.deque()
        self._written: list[tuple[str, int]] = []

    def add(self, record: Record) -> int:
        """Number of the record, which is added."""
        self._maker.add(record)
        self._count += 1
        if self._maker.full:
            self._hand_over(self._maker)
            self._maker = BatchMaker(self._settings.specs)
        return self._count - 1

    def delete(self, number: int) -> None:
        """Mark a record of this run as deleted."""
        self._deleted.append(number)

    def finish(self) -> list[Entry]:
        """All segments of the run, with their tombstones; writes what is still in memory."""
        last = self._maker
        if last.size and self._waiting:
            self._hand_over(last)
        elif last.size:  # a single batch is not worth another thread
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
        """Stop the threads and remove the unfinished segment. Finished segments stay in the folder."""
        for pool in (self._inverting, self._compressing):
            if pool is not None:
                pool.shutdown(cancel_futures=True)
        if self._builder is not None:
            self._builder.abandon()
            self._builder = None

    def _hand_over(self, maker: BatchMaker) -> None:
        """Give a full batch to the other threads, and collect finished ones."""
        builder = self._begin(maker.stored)
        if self._inverting is None or self._compressing is None:
            self._inverting, self._compressing = ThreadPoolExecutor(1, "inverting"), ThreadPoolExecutor(1, "compressing")
        inverted = self._inverting.submit(maker.take, builder.vocabularies)
        self._waiting.append(_Waiting(inverted, self._compressing.submit(self._compressor.blocks, maker.stored)))
        self._take(builder, _WAITING)
        if builder.nbytes >= self._limit:
            self._end_segment(builder)

    def _begin(self, stored: Sequence[bytes]) -> SegmentBuilder:
        """The segment being built; a new one trains its dictionary on ``stored`` unless there is one."""
        if self._builder is None:
            self._builder = SegmentBuilder(self._settings.folder, self._settings.specs, self._settings.roots)
            if not self._compressor.dictionary:
                self._compressor = Compressor(make_dictionary(stored))
        return self._builder

    def _take(self, builder: SegmentBuilder, most: int) -> None:
        """Add waiting batches to the segment, in order, until ``most`` are left."""
        while len(self._waiting) > most:
            waiting = self._waiting.popleft()
            builder.add(waiting.inverted.result())
            builder.add_records(waiting.compressed.result())

    def _end_segment(self, builder: SegmentBuilder) -> None:
        self._take(builder, 0)
        self._written.append((builder.finish(self._compressor.dictionary), builder.size))
        self._builder = None
