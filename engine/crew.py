"""The records of one writer, spread over runs in this process and in others."""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt

from reftel.engine.batch import BatchMaker
from reftel.engine.columns import starts_of
from reftel.engine.contents import Entry
from reftel.engine.remote import RemoteRun
from reftel.engine.run import Run, Task
from reftel.engine.specs import Record

_ALONE = 4
"""Batches that this process does before others are started, which takes as long as inverting a thousand records."""


class Crew:
    """Numbers records as they come and gives full batches to whoever has nothing to do: other processes first, as this one also fills the
    batches. Every run writes segments of its own, with its share of the memory, so the more there are the more segments there will be."""

    def __init__(self, task: Task, workers: int) -> None:
        """``workers``: processes that invert, this one included."""
        self._task = dataclasses.replace(task, memory=task.memory // workers)
        self._workers = workers
        self._run = Run(self._task)
        self._others: list[RemoteRun] = []
        self._maker = BatchMaker(task.specs)
        self._batches: list[tuple[int, int]] = []  # the run that got each, 0 for that of this process, and its size
        self._count = 0
        self._deleted: list[int] = []

    def add(self, record: Record) -> int:
        """Take a record; its number."""
        self._maker.add(record)
        self._count += 1
        if self._maker.full:
            self._hand_over(self._maker)
            self._maker = BatchMaker(self._task.specs)
        return self._count - 1

    def delete(self, number: int) -> None:
        """Leave a document out again."""
        self._deleted.append(number)

    def finish(self) -> list[Entry]:
        """Write what is in memory; the segments of all runs. `EngineError` if one of the processes failed."""
        for other in self._others:
            other.end()
        self._batches.append((0, self._maker.size))
        segments = [self._run.finish(self._maker), *(other.finish() for other in self._others)]
        runs, sizes = np.array(self._batches, dtype=np.int64).T
        entries = []
        for run, written in enumerate(segments):
            deleted = self._deleted_in(runs == run, sizes)
            base = 0
            for name, size in written:
                low, high = np.searchsorted(deleted, (base, base + size)).tolist()
                entries.append(Entry(name, size, deleted[low:high] - base))
                base += size
        return entries

    def abandon(self) -> None:
        """Stop. Segments that were written are left over."""
        for other in self._others:
            other.abandon()
        self._run.abandon()

    def _hand_over(self, maker: BatchMaker) -> None:
        if len(self._batches) == _ALONE:
            task = dataclasses.replace(self._task, dictionary=self._run.dictionary)
            self._others += (RemoteRun(task) for _ in range(self._workers - 1))
        run = next((number for number, other in enumerate(self._others, 1) if other.ready), 0)
        self._batches.append((run, maker.size))
        (self._others[run - 1] if run else self._run).add(maker)

    def _deleted_in(self, chosen: npt.NDArray[np.bool_], sizes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The deleted documents of one run, numbered by it: those of the batches that it got."""
        starts = starts_of(sizes)
        numbers = np.array(sorted(self._deleted), dtype=np.int64)
        batches = np.searchsorted(starts, numbers, side="right") - 1
        before = starts_of(np.where(chosen, sizes, 0))
        mine = chosen[batches]
        found: npt.NDArray[np.int64] = (numbers - starts[batches] + before[batches])[mine]
        return found
