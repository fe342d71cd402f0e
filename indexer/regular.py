"""Opening source files: a regular file is read; a pipe, a device or a file of the kernel's, which may never end, is not even opened."""

from __future__ import annotations

import errno
import functools
import io
import os
import stat
from typing import Any

from reftel.schema.errors import SourceError
from reftel.schema.names import name_of

_KINDS = {stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device"}
_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
_KERNEL = ("/proc", "/sys")

Path = str | os.PathLike[str]


def open_regular(path: Path, *, follow: bool = True, buffer: int = io.DEFAULT_BUFFER_SIZE) -> io.BufferedReader[Any]:
    """A regular file, open for reading. ``follow``: also where ``path`` is a link to one.

    Errors: ``OSError``, `SourceError` for what is something else, also if it took the file's place a moment ago.
    """
    look(path, follow=follow)  # some devices do something when they are opened
    try:
        descriptor = os.open(path, _FLAGS | (0 if follow else os.O_NOFOLLOW))
    except OSError as error:
        if error.errno == errno.ELOOP and not follow:
            raise _link(path) from error
        raise
    try:
        status = _checked(path, os.fstat(descriptor))
    except BaseException:
        os.close(descriptor)
        raise
    raw: Any = io.FileIO(descriptor)
    if not status.st_size:  # taken at its word: some files of the kernel's say so and never end
        raw.close()
        raw = io.BytesIO()
    return io.BufferedReader(raw, buffer)


def look(path: Path, *, follow: bool = True) -> os.stat_result:
    """Size, time and so on of a regular file. Errors: as of `open_regular`."""
    return _checked(path, os.stat(path, follow_symlinks=follow))  # noqa: PTH116 - a path may be a str


def _checked(path: Path, status: os.stat_result) -> os.stat_result:
    if stat.S_ISLNK(status.st_mode):
        raise _link(path)
    if stat.S_ISDIR(status.st_mode):
        raise SourceError("a folder, where a file was expected; name the files in it", path=name_of(path))
    if not stat.S_ISREG(status.st_mode):
        kind = _KINDS.get(stat.S_IFMT(status.st_mode), "something else")
        raise SourceError(f"not a regular file but {kind}; copy what it gives into one", path=name_of(path))
    if status.st_dev in _kernel_devices():
        raise SourceError("a file that the kernel makes up; copy what it gives into a regular one", path=name_of(path))
    return status


def _link(path: Path) -> SourceError:
    return SourceError("a link, where a file was a moment ago; it was not followed", path=name_of(path))


@functools.cache
def _kernel_devices() -> frozenset[int]:
    """Numbers of the file systems whose files the kernel makes up when they are read."""
    return frozenset(os.stat(folder).st_dev for folder in _KERNEL if os.path.ismount(folder))  # noqa: PTH116
