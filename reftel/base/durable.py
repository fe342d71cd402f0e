"""How reftel writes files: private to their owner, never through a link, and so that they survive a power cut.

An archive may come from elsewhere, with a link where a run is about to write. So a file that is made takes the place of what has its name
(`new_file`), one that stays is opened only if it is a regular file of one name (`open_own`), and nothing follows a link. Content is
written beside its place, flushed, then put there by one rename.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

NO_ROOM = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
"""The numbers of errors for a disk that is full, a quota that is used up, and a file that may not grow further."""

PRIVATE = 0o600
PRIVATE_FOLDER = 0o700

_CLOSED = os.O_NOFOLLOW | os.O_CLOEXEC
_ACCESS = {"wb": os.O_WRONLY, "w+b": os.O_RDWR}
_PART = 1 << 20


class NotAFile(OSError):  # noqa: N818 - named after what was found
    """A link, a pipe, a folder … where a regular file should be (or, for a folder, a folder)."""


def refusal(path: Path, found: str, wanted: str = "a file") -> NotAFile:
    """The error for a name that is not written to."""
    message = f"'{path.name}' is {found} where {wanted} was expected, and nothing is written through it: look at it, and remove it or name another place"
    return NotAFile(errno.ELOOP, message, str(path))


def kind_of(mode: int) -> str:
    """What a name stands for, in words."""
    names = {stat.S_IFLNK: "a link", stat.S_IFDIR: "a folder", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket", stat.S_IFREG: "a file"}
    return names.get(stat.S_IFMT(mode), "a device")


def status(path: Path) -> os.stat_result | None:
    """What stands at ``path`` itself, links not followed; ``None`` for nothing."""
    try:
        return path.lstat()
    except FileNotFoundError:
        return None


def new_file(path: Path, mode: str = "wb", buffering: int = -1) -> BinaryIO:
    """A new, empty file, open for writing (``wb``) or both (``w+b``). What had its name is removed, a link itself, not what it leads to."""
    path.unlink(missing_ok=True)
    return fresh_file(path, mode, buffering)


def fresh_file(path: Path, mode: str = "wb", buffering: int = -1) -> BinaryIO:
    """A new, empty file, open, where nothing has its name yet; ``FileExistsError`` if something has."""
    descriptor = os.open(path, _ACCESS[mode] | os.O_CREAT | os.O_EXCL | _CLOSED, PRIVATE)
    return cast("BinaryIO", os.fdopen(descriptor, mode, buffering))


def open_own(path: Path, flags: int) -> int:
    """A descriptor of a regular file; with ``O_CREAT`` in ``flags`` it is made where there is none. `NotAFile` for anything else."""
    try:
        descriptor = os.open(path, flags | _CLOSED | os.O_NONBLOCK, PRIVATE)
    except OSError as error:
        found = status(path)
        if found is not None and not stat.S_ISREG(found.st_mode):
            raise refusal(path, kind_of(found.st_mode)) from error
        raise
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        raise refusal(path, kind_of(mode))
    return descriptor


def check_own(path: Path) -> None:
    """`NotAFile` if something else than a regular file has this name; nothing if none has it."""
    found = status(path)
    if found is not None and not stat.S_ISREG(found.st_mode):
        raise refusal(path, kind_of(found.st_mode))


def read_own(path: Path, most: int) -> bytes:
    """The content of a regular file of ``most`` bytes at most. Errors: `NotAFile`, other ``OSError``, ``ValueError`` for a longer one."""
    with os.fdopen(open_own(path, os.O_RDONLY), "rb") as file:
        # To ask for ``most`` bytes would take the memory for them, however short the file is.
        data = file.read() if os.fstat(file.fileno()).st_size <= most else None
    if data is None or len(data) > most:
        raise ValueError(f"'{path.name}' has more than {most:,} bytes")
    return data


def make_folder(path: Path) -> None:
    """Make a folder and those that it lies in, private to their owner, where they are not there yet. The path is the person's: links are followed."""
    try:
        path.mkdir(PRIVATE_FOLDER)
    except FileNotFoundError:
        if path.parent == path:
            raise
        make_folder(path.parent)
        path.mkdir(PRIVATE_FOLDER, exist_ok=True)
    except FileExistsError as error:
        if not path.is_dir():
            raise refusal(path, kind_of(path.lstat().st_mode), "a folder") from error


def make_inner_folder(path: Path) -> None:
    """Make a folder inside one of reftel's own if it is not there yet; `NotAFile` if a link has its name."""
    make_folder(path)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise refusal(path, kind_of(found.st_mode), "a folder")


def remove(path: Path) -> None:
    """Remove a file, a link (not what it leads to) or a folder with all that is in it, if it is there."""
    found = status(path)
    if found is not None and stat.S_ISDIR(found.st_mode):
        import shutil  # noqa: PLC0415 - only a run removes folders, and searches start through this module too

        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def copy_file(source: Path, target: Path) -> None:
    """Copy a regular file to a new one, private to its owner, and flush it. `NotAFile` if ``source`` is a link or the like."""
    with os.fdopen(open_own(source, os.O_RDONLY), "rb") as file, new_file(target) as copy:
        while part := file.read(_PART):
            copy.write(part)
        copy.flush()
        os.fsync(copy.fileno())


def unshare(path: Path) -> None:
    """Make a file safe to change in place: a regular one without another name; one with another name is replaced by a copy.

    Errors: `NotAFile`. Nothing is done where there is no file.
    """
    found = status(path)
    if found is None:
        return
    if not stat.S_ISREG(found.st_mode):
        raise refusal(path, kind_of(found.st_mode))
    if found.st_nlink > 1:
        with replacing(path, path.with_name(f"{path.name}.own")) as file, os.fdopen(open_own(path, os.O_RDONLY), "rb") as old:
            while part := old.read(_PART):
                file.write(part)


def flush_file(path: Path) -> None:
    """Wait until the content of ``path`` is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def flush_folder(folder: Path) -> None:
    """Wait until the names in ``folder`` are on the disk."""
    flush_file(folder)


def put_in_place(temporary: Path, path: Path) -> None:
    """Rename a flushed file to its name, in place of what has that name, and wait until the rename is on the disk."""
    os.replace(temporary, path)  # noqa: PTH105 - the one name that fault tests put a fault into
    flush_folder(path.parent)


@contextlib.contextmanager
def replacing(path: Path, temporary: Path) -> Iterator[BinaryIO]:
    """A file that takes the place of ``path`` when all of it is written and flushed; whatever ends the writing leaves ``path`` as it was.

    That the new name is on the disk is sure only after `flush_folder`: the file was put there whole, so a failure of that is not raised.
    """
    try:
        with new_file(temporary, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)  # noqa: PTH105 - the one name that fault tests put a fault into
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    with contextlib.suppress(OSError):
        flush_folder(path.parent)


def write_whole(path: Path, text: str) -> None:
    """Write a text file whole or not at all; private to its owner."""
    with replacing(path, path.with_name(f"{path.name}.new")) as file:
        file.write(text.encode("utf-8"))
