"""From a path to the byte streams in it: plain files, gzip files, members of zip files, read in place.

Compressed input is never trusted: a member that unpacks to more than it may is cut off with an error, so that a bomb costs no memory.
"""

from __future__ import annotations

import contextlib
import errno
import gzip
import io
import lzma
import os
import zipfile
import zlib
from collections.abc import Generator
from typing import Any, cast

from reftel.frozen import frozen
from reftel.indexer.containers.zip_names import member_name, open_zip
from reftel.indexer.failures import unreadable
from reftel.indexer.regular import open_regular
from reftel.indexer.source_names import is_member_read
from reftel.schema.errors import SourceError
from reftel.schema.names import name_of

GZIP_MAGIC = b"\x1f\x8b"
ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")  # of one without members the second
MAX_UNPACKED = 8 << 30
"""Bytes that one gzip file or zip member may unpack to."""
MAX_RATIO = 400
"""Unpacked bytes per packed byte that are believed once a member is larger than ``RATIO_FROM``; text packs about 4 to 1."""
RATIO_FROM = 64 << 20
MAX_MEMBERS = 2_000_000
STANDARD_INPUT = "-"
_ENCRYPTED = 1 << 0  # of the flags of a member
BUFFER = 1 << 17
"""Bytes that can be looked at before a stream is read."""
READ_ERRORS = (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OverflowError)
"""What reading a damaged, encrypted or unknown compressed stream raises."""


@frozen
class Stream:
    """An open byte stream and the name it is reported under: the path, for a zip member ``PATH!MEMBER``."""

    name: str
    binary: io.BufferedReader[Any]


Streams = Generator[Stream | SourceError, None, None]


def iter_streams(path: str | os.PathLike[str], *, follow: bool = True) -> Streams:
    """Open byte streams of a file, each closed when the next is asked for; an error in place of one that cannot be opened.

    ``follow``: also of the file that a link leads to.
    """
    name = name_of(path)
    try:
        with open_regular(path, follow=follow, buffer=BUFFER) as binary:
            yield from _streams(name, binary)
    except SourceError as error:
        yield error
    except OSError as error:
        yield unreadable(name, error)


def iter_standard_input() -> Streams:
    """The byte streams of standard input, under the name ``-``; as of a file, but that a zip file can be read from a file only."""
    try:
        with io.BufferedReader(_Filled(io.FileIO(0, closefd=False)), BUFFER) as binary:
            yield from _streams(STANDARD_INPUT, binary)
    except OSError as error:
        yield unreadable(STANDARD_INPUT, error)


def _streams(name: str, binary: io.BufferedReader[Any]) -> Streams:
    magic = binary.peek(4)[:4]
    if magic.startswith(GZIP_MAGIC):
        packed = os.fstat(binary.fileno()).st_size or MAX_UNPACKED  # nobody knows how much a pipe will give
        with _unpacked(binary, name, packed) as unpacked:
            yield Stream(name, unpacked)
    elif magic in ZIP_MAGICS and not binary.seekable():
        yield SourceError("a zip file, which ends with the list of what is in it; write it into a file first", path=name)
    elif magic in ZIP_MAGICS:
        yield from _members(name, binary)
    else:
        yield Stream(name, binary)


def _members(name: str, binary: io.BufferedReader[Any]) -> Streams:
    try:
        archive = open_zip(binary)
    except READ_ERRORS as error:
        yield _damaged(name, error, "a damaged zip file")
        return
    with archive:
        members = [member for member in archive.infolist() if not member.filename.endswith("/") and is_member_read(member_name(member))]
        if not members:
            yield SourceError("a zip file with no files to read", path=name)
        for member in members[:MAX_MEMBERS]:
            yield from _member(archive, member, f"{name}!{member_name(member)}")
        if len(members) > MAX_MEMBERS:
            yield SourceError(f"more than {MAX_MEMBERS} members; the rest was not read", path=name)


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> Streams:
    if member.flag_bits & _ENCRYPTED:
        yield SourceError("an encrypted zip member; unpack it with its password to have it read", path=name)
        return
    try:
        opened = archive.open(member)
    except READ_ERRORS as error:
        yield _damaged(name, error, "a zip member that cannot be read")
        return
    with _limited(opened, name, member.compress_size) as binary:
        try:
            packed = binary.peek(2)[:2] == GZIP_MAGIC
        except SourceError as error:
            yield error
            return
        if packed:
            with _unpacked(binary, name, member.file_size) as unpacked:
                yield Stream(name, unpacked)
        else:
            yield Stream(name, binary)


class _Filled(io.RawIOBase):
    """Reads through to a file that may be a pipe, and waits until there is as much as was asked for: what a file is shows in its first bytes."""

    def __init__(self, raw: io.FileIO) -> None:
        self._raw = raw

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._raw.seekable()

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._raw.seek(offset, whence)

    def fileno(self) -> int:
        return self._raw.fileno()

    def readinto(self, buffer: memoryview | bytearray) -> int:  # type: ignore[override]
        view, filled = memoryview(buffer), 0
        while filled < len(view) and (count := self._raw.readinto(view[filled:])):
            filled += count
        return filled


class _LimitedReader(io.RawIOBase):
    """Reads through to ``binary`` until more came out than ``packed`` bytes can honestly hold."""

    def __init__(self, binary: io.BufferedIOBase, name: str, packed: int) -> None:
        self._binary, self._name = binary, name
        self._left = min(MAX_UNPACKED, max(RATIO_FROM, packed * MAX_RATIO))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview | bytearray) -> int:  # type: ignore[override]
        try:
            data = self._binary.read(len(buffer))
        except READ_ERRORS as error:
            raise _damaged(self._name, error, "damaged compressed data") from error
        self._left -= len(data)
        if self._left < 0:
            raise SourceError("unpacks to far more than its size allows; unpack it by hand if it is honest", path=self._name)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        with contextlib.suppress(*READ_ERRORS):
            self._binary.close()
        super().close()


def _damaged(name: str, error: Exception, what: str) -> SourceError:
    """The failure of compressed data; what the system could not read may be whole."""
    nowhere = type(error) in (ValueError, OverflowError) or getattr(error, "errno", None) == errno.EINVAL
    if isinstance(error, OSError) and error.errno is not None and not nowhere:
        return unreadable(name, error)
    return SourceError(f"{what}: {'it leads to a place that no file has' if nowhere else error}", path=name)


def _limited(binary: object, name: str, packed: int) -> io.BufferedReader[Any]:
    return io.BufferedReader(_LimitedReader(cast("io.BufferedIOBase", binary), name, packed), BUFFER)


def _unpacked(binary: io.BufferedReader[Any], name: str, packed: int) -> io.BufferedReader[Any]:
    return _limited(gzip.GzipFile(fileobj=binary), name, packed)
