"""One writer an archive: a lock that dies with its holder, and says who holds it."""

from __future__ import annotations

import datetime
import fcntl
import json
import os
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from reftel.schema.errors import ArchiveLocked

FILE_NAME = "lock"
_PAUSE = 0.1


class ArchiveLock:
    """The right to write to the archive in ``folder``; a context manager.

    The kernel lets go of it when the holder ends, in whatever way, so a dead holder is never in the way. The file itself stays: it says
    who holds the lock, and removing it would let two writers lock two files of one name. ``wait``: seconds to wait for another writer.
    Errors: `ArchiveLocked`, which names the holder's process and when it began.
    """

    def __init__(self, folder: Path, *, wait: float = 0.0) -> None:
        self._path = folder / FILE_NAME
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            self._acquire(wait)
            self._sign()
        except BaseException:
            os.close(self._descriptor)
            raise

    def _acquire(self, wait: float) -> None:
        end = time.monotonic() + wait
        while True:
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= end:
                    raise ArchiveLocked(f"{self._path.parent}: another process is writing to this archive ({self._holder()})") from None
                time.sleep(_PAUSE)
            else:
                return

    def _holder(self) -> str:
        try:
            holder = json.loads(os.pread(self._descriptor, 4096, 0))
            return f"process {int(holder['pid'])}, since {str(holder['started'])[:40]}"
        except (ValueError, KeyError, TypeError):
            return "it has not signed yet"

    def _sign(self) -> None:
        started = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        text = json.dumps({"pid": os.getpid(), "started": started}).encode()
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, text, 0)

    def release(self) -> None:
        """Let the next writer in."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.release()
