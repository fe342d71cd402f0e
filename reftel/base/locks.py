"""Locks that die with their holder (``flock``), on what has a name *now*: whoever waited while a folder was put in another's place takes the new one's."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from pathlib import Path

from reftel.base import durable

_PAUSE = 0.02
_GONE = 1.0
"""Seconds in which a folder may be away while another one takes its place."""


class Taken(OSError):  # noqa: N818 - named after what was found
    """Another process holds the lock. ``text``: what it wrote into the lock's file."""

    def __init__(self, path: Path, text: bytes) -> None:
        super().__init__(errno.EWOULDBLOCK, "another process holds the lock", str(path))
        self.text = text


class NoLocks(OSError):  # noqa: N818
    """The system refused to lock at all, as some network file systems do."""

    def __init__(self, path: Path, error: OSError) -> None:
        what = f"this file system gives no locks ({error.strerror or error}): keep the archive on a local disk, or mount it with locks"
        super().__init__(error.errno or errno.ENOLCK, what, str(path))


def take(path: Path, wait: float, flags: int = os.O_RDWR | os.O_CREAT) -> int:
    """A descriptor of the file ``path``, locked; closing it lets go. The file is made where there is none. ``wait``: seconds.

    Errors: `Taken`, `NoLocks`, `reftel.base.durable.NotAFile` for a link and the like, and other ``OSError`` where the file can't be opened.
    """
    end = time.monotonic() + wait
    while True:
        descriptor = _locked(path, flags, end)
        found = durable.status(path)
        if found is not None and os.path.samestat(found, os.fstat(descriptor)):
            if found.st_nlink == 1 or not flags & os.O_CREAT:
                return descriptor
            path.unlink()  # the file has another name, and reftel does not write to what is under that
        os.close(descriptor)


def take_folder(folder: Path, wait: float) -> int:
    """A descriptor of a folder, locked; closing it lets go. Nothing is written for it. ``wait``: seconds. Errors: as of `take`."""
    end = time.monotonic() + wait
    while True:
        descriptor = _locked(folder, os.O_RDONLY | os.O_DIRECTORY, end)
        try:
            if os.path.samestat(folder.stat(), os.fstat(descriptor)):
                return descriptor
        except FileNotFoundError:
            pass
        os.close(descriptor)


def _locked(path: Path, flags: int, end: float) -> int:
    descriptor = _opened(path, flags)
    try:
        _lock(descriptor, path, end)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _opened(path: Path, flags: int) -> int:
    patience = time.monotonic() + _GONE
    while True:
        try:
            if flags & os.O_DIRECTORY:
                return os.open(path, flags | os.O_CLOEXEC)
            return durable.open_own(path, flags)
        except FileNotFoundError:
            if not flags & (os.O_CREAT | os.O_DIRECTORY) or time.monotonic() >= patience:
                raise
            time.sleep(_PAUSE)


def _lock(descriptor: int, path: Path, end: float) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except InterruptedError:
            continue
        except OSError as error:
            if error.errno not in {errno.EWOULDBLOCK, errno.EAGAIN}:
                raise NoLocks(path, error) from error
            if time.monotonic() >= end:
                raise Taken(path, _text(descriptor)) from None
            time.sleep(_PAUSE)
        else:
            return


def _text(descriptor: int) -> bytes:
    try:
        return os.pread(descriptor, 4096, 0)
    except OSError:  # a folder
        return b""
