"""An export on its way to a browser: written by a thread, a part at a time, never faster than it is read."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import IO, TYPE_CHECKING, cast

from reftel.render.export import write_hits

if TYPE_CHECKING:
    import reftel

_PART = 1 << 16
_AHEAD = 8
_PATIENCE = 60.0
"""Seconds for which a reader may take nothing before the export is given up."""


class _Gone(Exception):  # noqa: N818 - ends the writing thread
    """Nobody reads any more."""


class _Pipe:
    """A file for `write_hits` whose parts another thread takes."""

    def __init__(self) -> None:
        self.parts: queue.Queue[bytes | BaseException | None] = queue.Queue(_AHEAD)
        self._waiting = bytearray()
        self._gone = threading.Event()

    def write(self, data: bytes) -> int:
        """Keep these bytes, and hand over what is a part."""
        self._waiting += data
        if len(self._waiting) >= _PART:
            self.flush()
        return len(data)

    def flush(self) -> None:
        """Hand over what there is."""
        if self._waiting:
            part, self._waiting = bytes(self._waiting), bytearray()
            self.put(part)

    def put(self, part: bytes | BaseException | None) -> None:
        """Hand over a part, the error at which writing ended, or ``None`` for its end."""
        waited = 0.0
        while not self._gone.is_set() and waited < _PATIENCE:
            with contextlib.suppress(queue.Full):
                self.parts.put(part, timeout=0.5)
                return
            waited += 0.5
        raise _Gone

    def close(self) -> None:
        """Nobody reads any more."""
        self._gone.set()


async def exported(hits: Iterable[reftel.Hit] | Iterable[str], form: str, count: Callable[[int], None]) -> AsyncIterator[bytes]:
    """The bytes of an export; ``count`` is called with how many cables were written."""
    pipe = _Pipe()
    thread = threading.Thread(target=_write, args=(hits, form, pipe, count), name="reftel-export", daemon=True)
    thread.start()
    try:
        while (part := await asyncio.to_thread(pipe.parts.get)) is not None:
            if isinstance(part, BaseException):
                raise part
            yield part
    finally:
        pipe.close()


def _write(hits: Iterable[reftel.Hit] | Iterable[str], form: str, pipe: _Pipe, count: Callable[[int], None]) -> None:
    with contextlib.suppress(_Gone):
        try:
            write_hits(cast("Iterable[str]", _counted(hits, count)), cast("IO[bytes]", pipe), form)
            pipe.flush()
            pipe.put(None)
        except _Gone:
            raise
        except BaseException as error:  # noqa: BLE001 - told to whoever reads
            pipe.put(error)


def _counted(hits: Iterable[reftel.Hit] | Iterable[str], count: Callable[[int], None]) -> Iterator[object]:
    for number, hit in enumerate(hits, 1):
        yield hit
        count(number)
