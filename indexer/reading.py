"""Reading a source file into cables, whole if it is small: then a file that changes while it is read is noticed before anything is kept."""

from __future__ import annotations

import contextlib
import dataclasses
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from pathlib import Path

from reftel.indexer.changes import Look, stamp
from reftel.indexer.containers.reading import iter_messages
from reftel.indexer.message import Message
from reftel.indexer.normalize import normalize_message
from reftel.schema.cable import Cable
from reftel.schema.errors import SourceError

WHOLE = 4 << 20
"""Bytes up to which a file is read whole before its cables are used; larger ones are dumps, which are streamed."""
_ATTEMPTS = 3
_AHEAD = 8
"""Files that wait for each worker."""

Text = tuple[Message, Cable]


@dataclasses.dataclass(slots=True)
class Contents:
    """The texts of a file, in order; ``failures`` is whole once they were all taken. ``steady``: it did not change meanwhile."""

    look: Look
    texts: Iterable[Text]
    failures: list[SourceError]
    steady: bool = True


def read_files(looks: Iterable[Look], workers: int) -> Iterator[Contents]:
    """The contents of files, in their order. ``workers``: processes that read the small ones."""
    if workers > 1:
        yield from _read_in_pool(looks, workers)
    else:
        yield from map(read_file, looks)


def read_file(look: Look) -> Contents:
    """The contents of one file."""
    return _read_whole(look) if look.row.size <= WHOLE else stream_file(look)


def stream_file(look: Look) -> Contents:
    """The contents of a large file; its texts are read while they are taken."""
    failures: list[SourceError] = []
    contents = Contents(look, (), failures)
    contents.texts = _stream(look.path, contents)
    return contents


def _stream(path: Path, contents: Contents) -> Iterator[Text]:
    try:
        before = stamp(path)
    except OSError as error:
        contents.failures.append(SourceError(f"cannot read this file: {error.strerror or error}", path=str(path)))
        return
    for message in iter_messages(path, contents.failures.append):
        yield message, normalize_message(message)
    contents.steady = _unchanged(path, before)


def _read_whole(look: Look) -> Contents:
    for _ in range(_ATTEMPTS):
        contents = stream_file(look)
        contents.texts = list(contents.texts)
        if contents.steady:
            break
    return contents


def _unchanged(path: Path, before: tuple[int, int, int]) -> bool:
    try:
        return stamp(path) == before
    except OSError:
        return False


def _read_in_pool(looks: Iterable[Look], workers: int) -> Iterator[Contents]:
    pending = iter(looks)
    # Spawned, not forked: a forked worker would hold the archive's lock open beyond the death of the run.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_begin_worker) as pool:
        waiting: list[tuple[Look, Future[Contents] | None]] = []
        try:
            while True:
                waiting += [(look, _submit(pool, look)) for look in islice(pending, workers * _AHEAD - len(waiting))]
                if not waiting:
                    return
                look, future = waiting.pop(0)
                yield _result(look, future)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _begin_worker() -> None:
    """Leave Ctrl-C to the run, and end when it dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _submit(pool: ProcessPoolExecutor, look: Look) -> Future[Contents] | None:
    if look.row.size > WHOLE:
        return None
    with contextlib.suppress(BrokenProcessPool):
        return pool.submit(_read_whole, look)
    return None


def _result(look: Look, future: Future[Contents] | None) -> Contents:
    """What a worker read; a file whose worker was killed is read here."""
    if future is not None:
        with contextlib.suppress(BrokenProcessPool):
            return future.result()
    return read_file(look)
