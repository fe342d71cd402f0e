"""The worker processes of a run; results come back in the order in which they were asked for."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import Any, Generic, Protocol, Self, TypeVar

from reftel.base.frozen import frozen
from reftel.schema.errors import ArchiveError

AHEAD = 4
"""Tasks that wait for each worker."""
TOGETHER = 16
"""Small files that are one task, so that their texts are read side by side."""

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


_Given_co = TypeVar("_Given_co", covariant=True)


class WorkersDied(ArchiveError):  # noqa: N818 - as errors are called here
    """A task was given up, since the workers that had it died one after the other."""


class Begun(Protocol[_Given_co]):
    """A task under way."""

    def result(self) -> _Given_co:
        """What it gives, or raises. `WorkersDied` where no worker lives through it."""
        ...


class Pool(Protocol):
    """The workers of a run. A context manager: they end with it.

    ``together``: small files that it is handed as one task.
    """

    together: int

    def start(self) -> None:
        """Start the workers: there is enough to do for more than this process."""
        ...

    def begin(self, function: Callable[..., _Result], *values: Any) -> Begun[_Result]:
        """Have ``function`` called."""
        ...

    def in_order(self, items: Iterable[_Item], begin: Callable[[_Item], Begun[_Result]]) -> Iterator[_Result]:
        """What the tasks of ``items`` give, one item after the other. As many as keep all busy are begun beforehand."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...


@frozen
class Task(Generic[_Result]):
    """Something that a worker does; this process does it where there is no worker, or where it was killed."""

    future: Future[_Result] | None
    here: Callable[[], _Result]

    def result(self) -> _Result:
        """What it gives, or raises."""
        if self.future is not None:
            with contextlib.suppress(BrokenProcessPool):
                return self.future.result()
        return self.here()


def cores() -> int:
    """How many processes can work at once here."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Workers:
    """``count`` processes. They are started by `start`; until then, and if ``count`` is 1, everything is done in this process."""

    together = TOGETHER

    def __init__(self, count: int) -> None:
        self.count = count
        self._pool: ProcessPoolExecutor | None = None

    def start(self) -> None:
        """Have other processes do what is begun from now on."""
        if self._pool is None and self.count > 1:
            # Spawned, not forked: a forked worker would hold the archive's lock open beyond the death of the run.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self.count, mp_context=context, initializer=_begin_worker)
            # The pool starts a process with each task as long as none is idle. All are started here: one that is started while another
            # dies is never ended by the pool, which then waits for it forever (seen with Python 3.11).
            with contextlib.suppress(BrokenProcessPool):
                for _ in range(self.count):
                    self._pool.submit(_do_nothing)

    def begin(self, function: Callable[..., _Result], *values: Any) -> Task[_Result]:
        """Have ``function`` called."""
        future = None
        if self._pool is not None:
            with contextlib.suppress(BrokenProcessPool):
                future = self._pool.submit(function, *values)
        return Task(future, lambda: function(*values))

    def in_order(self, items: Iterable[_Item], begin: Callable[[_Item], Begun[_Result]]) -> Iterator[_Result]:
        """What the tasks of ``items`` give, one item after the other. As many as keep all workers busy are begun beforehand."""
        return in_order(items, begin, lambda: 0 if self._pool is None else self.count * AHEAD)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)


def in_order(items: Iterable[_Item], begin: Callable[[_Item], Begun[_Result]], ahead: Callable[[], int]) -> Iterator[_Result]:
    """What the tasks of ``items`` give, in their order, so many begun ``ahead`` of the one that is waited for."""
    waiting: deque[Begun[_Result]] = deque()
    for item in items:
        waiting.append(begin(item))
        if len(waiting) > ahead():
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _do_nothing() -> None:
    """A task that is done at once."""


def _begin_worker() -> None:
    """Leave Ctrl-C to the run, and end when it dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
