"""One writer an archive: a lock that dies with its holder, and says who holds it."""

from __future__ import annotations

import contextlib
import datetime
import json
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from reftel.base import locks
from reftel.indexer.complaints import write_errors
from reftel.schema.errors import ArchiveLocked

FILE_NAME = "lock"
OWN_WAIT = 30.0
"""Seconds to wait for another process that writes notes or saved searches, which takes a moment."""


class ArchiveLock:
    """The right to write to the archive in ``folder``; a context manager.

    The kernel releases it when the holder ends, however it ends, so a dead holder is never in the way. The file itself stays: it says
    who holds the lock, and removing it would let two writers lock two files of one name. ``wait``: seconds to wait for another writer.
    ``reading``: only nobody else is to write; where this process can't write to the archive, and there is no lock that it could read, it is done
    without, and `held` is false.

    Errors: `ArchiveLocked`, which names the holder's process and when it began; `ArchiveError` if the file can't be made or locked.
    """

    def __init__(self, folder: Path, *, wait: float = 0.0, reading: bool = False) -> None:
        self._path = folder / FILE_NAME
        self._descriptor = -1
        self.told: int | None = None
        """The mode of the folder that a person was warned about, if any (`tell`)."""
        with write_errors(folder):
            try:
                self._take(wait, reading=reading)
            except locks.Taken as error:
                raise ArchiveLocked(f"{folder}: another process is writing to this archive ({_holder(error.text)})") from None
            except BaseException:
                self.release()
                raise

    @property
    def held(self) -> bool:
        """Whether nobody else can write."""
        return self._descriptor >= 0

    def _take(self, wait: float, *, reading: bool) -> None:
        try:
            self._descriptor = locks.take(self._path, wait)
        except locks.Taken:
            raise
        except OSError:
            if not reading:
                raise
            with contextlib.suppress(FileNotFoundError, PermissionError, locks.NoLocks):
                self._descriptor = locks.take(self._path, wait, os.O_RDONLY)
        else:
            told = _values(os.pread(self._descriptor, 4096, 0)).get("told")
            self.told = told if isinstance(told, int) else None
            with contextlib.suppress(OSError) if reading else contextlib.nullcontext():  # a copy must work where the disk is full
                self._sign()

    def tell(self, mode: int | None) -> None:
        """Note that a person was warned about this mode of the folder, so that the warning comes once."""
        if mode != self.told:
            self.told = mode
            self._sign()

    def _sign(self) -> None:
        started = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        text = json.dumps({"pid": os.getpid(), "started": started, "told": self.told}).encode()
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


def _holder(text: bytes) -> str:
    holder = _values(text)
    try:
        return f"process {int(holder['pid'])}, since {str(holder['started'])[:40]}"
    except (ValueError, KeyError, TypeError, OverflowError):
        return "it has not signed yet"


def _values(text: bytes) -> dict[str, Any]:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}


@contextlib.contextmanager
def own_files(folder: Path) -> Iterator[None]:
    """The right to change a person's own files in ``folder``, notes and saved searches, for a moment. It is the folder itself that is locked,
    so nothing is written for it; whoever waited while a repair put a new archive in the place of the old one has the new one's.

    Errors: `ArchiveLocked`, `ArchiveError`.
    """
    with write_errors(folder):
        try:
            descriptor = locks.take_folder(folder, OWN_WAIT)
        except locks.Taken:
            raise ArchiveLocked(f"{folder}: another process has been changing notes or saved searches for {OWN_WAIT:.0f} seconds") from None
    try:
        yield
    finally:
        os.close(descriptor)
