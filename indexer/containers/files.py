"""From a path to the byte streams in it: plain files, packed files (gzip, bzip2, xz), members of zip and tar files, read in place,
and whatever is packed so in one another.

Compressed input is never trusted: what unpacks to more than it may is cut off with an error, so that a bomb costs no memory.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import tarfile
import zipfile
from collections.abc import Generator
from typing import Any, cast

from reftel.base.frozen import frozen
from reftel.indexer.containers import tar, unpacking
from reftel.indexer.containers.foreign import is_link, office_document, what_it_is
from reftel.indexer.containers.zip_names import member_name, open_zip
from reftel.indexer.failures import unreadable
from reftel.indexer.regular import look, open_regular
from reftel.indexer.source_names import is_member_read
from reftel.schema.errors import SourceError
from reftel.schema.names import name_of

ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")  # of one without members the second
MAX_UNPACKED = 64 << 30
"""Bytes that one file may unpack to, and so each part of it."""
MAX_RATIO = 400
"""Unpacked bytes per packed byte that are believed once there are more than ``RATIO_FROM``; text packs about 4 to 1."""
RATIO_FROM = 64 << 20
BOMBS = 16
"""Parts of a file that may unpack to ``RATIO_FROM`` before it is given up, whatever its size."""
MAX_MEMBERS = 2_000_000
MAX_LAYERS = 8
"""How deep packings may stand in one another: a ``.txt.gz`` in a ``.tar.xz`` in a zip file has four layers."""
MAX_HELD = 256 << 20
"""Bytes of zip files inside others that memory holds: they are read from their end."""
STANDARD_INPUT = "-"
_ENCRYPTED = 1 << 0  # of the flags of a member
BUFFER = 1 << 16
"""Bytes that can be looked at before a stream is read."""
READ_ERRORS = (*unpacking.ERRORS, tarfile.TarError, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OverflowError)
"""What reading a damaged, encrypted or unknown compressed stream raises."""


@frozen
class Stream:
    """An open byte stream, the name it is reported under (the path, for a member of an archive ``PATH!MEMBER``), and the bytes it begins with."""

    name: str
    binary: io.BufferedReader[Any]
    front: bytes


Streams = Generator[Stream | SourceError, None, None]


def iter_streams(path: str | os.PathLike[str], *, follow: bool = True) -> Streams:
    """Open byte streams of a file, each closed when the next is asked for; an error in place of one that cannot be opened.

    ``follow``: also of the file that a link leads to.
    """
    name = name_of(path)
    try:
        with open_regular(path, follow=follow, buffer=BUFFER) as binary:
            size = look(path, follow=follow).st_size
            yield from _Unpacking(name, size).streams(name, binary, size)
    except SourceError as error:
        yield error
    except OSError as error:
        yield unreadable(name, error)


def iter_standard_input() -> Streams:
    """The byte streams of standard input, under the name ``-``; as of a file, but that a zip file can be read from a file only."""
    try:
        with io.BufferedReader(_Filled(io.FileIO(0, closefd=False)), BUFFER) as binary:
            size = os.fstat(binary.fileno()).st_size or MAX_UNPACKED  # nobody knows how much a pipe will give
            yield from _Unpacking(STANDARD_INPUT, size).streams(STANDARD_INPUT, binary, size)
    except OSError as error:
        yield unreadable(STANDARD_INPUT, error)


class _Unpacking:
    """What one file unpacks to through all its layers, which share one measure of bytes, members and memory."""

    def __init__(self, name: str, size: int) -> None:
        self._name, self._stopped = name, False
        self.left = max(BOMBS * RATIO_FROM, _believed(size))
        self._members = MAX_MEMBERS
        self._held = MAX_HELD

    def streams(self, name: str, binary: io.BufferedReader[Any], size: int | None, layer: int = 0) -> Streams:
        """The streams in a stream of ``size`` bytes (where that is known), which has so many layers around it."""
        try:
            front = binary.peek(BUFFER)
        except _Told:
            return
        except SourceError as error:
            yield error
            return
        start = front[: tar.BLOCK]
        packing = unpacking.packing_of(start)
        is_zip, is_tar = start[:4] in ZIP_MAGICS, packing is None and tar.begins_tar(start)
        if (packing or is_zip or is_tar) and layer >= MAX_LAYERS:
            yield SourceError(f"packed in more than {MAX_LAYERS} layers; unpack it to have it read", path=name)
        elif packing:
            with self._unpacked(packing.open(binary), name, size, "damaged compressed data") as unpacked:
                yield from self.streams(name, unpacked, None, layer + 1)
        elif is_tar:
            yield from self._tar_members(name, binary, layer + 1)
        elif not is_zip:
            what = what_it_is(start)
            yield SourceError(what, path=name) if what else Stream(name, binary, front)
        elif binary.seekable():
            yield from self._zip_members(name, binary, layer + 1)
        elif layer == 0:
            yield SourceError("a zip file, which ends with the list of what is in it; write it into a file first", path=name)
        else:
            yield from self._zip_inside(name, binary, size, layer + 1)

    def _unpacked(self, opened: object, name: str, size: int | None, damage: str) -> io.BufferedReader[Any]:
        limit = MAX_UNPACKED if size is None else _believed(size)
        return io.BufferedReader(_LimitedReader(cast("io.BufferedIOBase", opened), name, damage, self, limit), BUFFER)

    # -- zip -------------------------------------------------------------------------------------------------------------------------

    def _zip_inside(self, name: str, binary: io.BufferedReader[Any], size: int | None, layer: int) -> Streams:
        """The members of a zip file that stands in another file."""
        held = io.BytesIO()
        try:
            while (size or 0) <= self._held and held.tell() <= self._held and (data := binary.read(BUFFER)):
                held.write(data)
        except SourceError as error:
            yield error
            return
        size = max(size or 0, held.tell())
        if size > self._held:
            yield SourceError(f"a zip file of more than {self._held >> 20} MiB inside another file; take it out to have it read", path=name)
            return
        self._held -= size
        held.seek(0)
        yield from self._zip_members(name, io.BufferedReader(cast("Any", held)), layer)
        self._held += size

    def _zip_members(self, name: str, binary: io.BufferedReader[Any], layer: int) -> Streams:
        try:
            archive = open_zip(binary)
        except READ_ERRORS as error:
            yield _damaged(name, error, "a damaged zip file")
            return
        with archive:
            if document := office_document(archive.namelist()):
                yield SourceError(document, path=name)
                return
            members = [member for member in archive.infolist() if not member.filename.endswith("/") and is_member_read(member_name(member))]
            if not members:
                yield SourceError("a zip file with no files to read", path=name)
            for member in members:
                if self._is_at_end():
                    yield from self._say_end()
                    break
                yield from self._zip_member(archive, member, f"{name}!{member_name(member)}", layer)

    def _zip_member(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, layer: int) -> Streams:
        if is_link(member):
            yield SourceError("a link; what it stands for was not read", path=name)
            return
        if member.flag_bits & _ENCRYPTED:
            yield SourceError("an encrypted zip member; unpack it with its password to have it read", path=name)
            return
        try:
            opened = archive.open(member)
        except READ_ERRORS as error:
            yield _damaged(name, error, "a zip member that cannot be read")
            return
        with self._unpacked(opened, name, member.compress_size, "damaged compressed data") as binary:
            yield from self.streams(name, binary, member.file_size, layer)

    # -- tar -------------------------------------------------------------------------------------------------------------------------

    def _tar_members(self, name: str, binary: io.BufferedReader[Any], layer: int) -> Streams:
        found = False
        try:
            for member in tar.iter_members(binary, name):
                found = True
                if isinstance(member, SourceError):
                    yield member
                    continue
                if self._is_at_end():
                    yield from self._say_end()
                    break
                reader = _LimitedReader(io.BufferedReader(member.content), member.name, "a damaged member of a tar file")
                with io.BufferedReader(reader, BUFFER) as opened:
                    yield from self.streams(member.name, opened, member.size, layer)
        except _Told:
            return
        except SourceError as error:
            yield error
            return
        if not found:
            yield SourceError("a tar file with no files to read", path=name)

    # -- limits ----------------------------------------------------------------------------------------------------------------------

    def _is_at_end(self) -> bool:
        """Count a member; whether there were too many, or too much came out of them."""
        self._members -= 1
        return self._members < 0 or self.left < 0

    def _say_end(self) -> Streams:
        if not self._stopped:
            self._stopped = True
            much = f"more than {MAX_MEMBERS} members" if self._members < 0 else f"unpacks to more than {MAX_RATIO} times its size"
            yield SourceError(f"{much}; the rest was not read", path=self._name)


def _believed(packed: int) -> int:
    """Bytes that so many packed bytes can honestly hold."""
    return min(MAX_UNPACKED, max(RATIO_FROM, packed * MAX_RATIO))


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


class _Told(SourceError):  # noqa: N818 - it says what became of the error
    """The error of a stream that is read on behind it: it was reported already."""


class _LimitedReader(io.RawIOBase):
    """Reads through to ``binary``, and has errors named, behind all that could be read.

    ``unpacking``: what comes out counts there, and is no more than that and ``limit`` allow. Without it the stream is none that unpacks.
    """

    def __init__(self, binary: io.BufferedIOBase, name: str, damage: str, unpacking: _Unpacking | None = None, limit: int = 0) -> None:
        self._binary, self._name, self._damage = binary, name, damage
        self._unpacking, self._left = unpacking, limit
        self._error: SourceError | None = None
        self._told = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview | bytearray) -> int:  # type: ignore[override]
        view, filled = memoryview(buffer), 0
        while self._error is None and filled < len(view) and (data := self._read(len(view) - filled)):
            view[filled : filled + len(data)] = data
            filled += len(data)
        if self._error is not None and not filled:
            if self._told:
                raise _Told(self._damage, path=self._name)
            self._told = True
            raise self._error
        return filled

    def _read(self, size: int) -> bytes:
        try:
            data = self._binary.read1(size)
        except READ_ERRORS as error:
            self._error = _damaged(self._name, error, self._damage)
            return b""
        except SourceError as error:  # of what this stream stands in
            self._error = error
            return b""
        if self._unpacking is not None:
            self._left -= len(data)
            self._unpacking.left -= len(data)
            if self._left < 0 or self._unpacking.left < 0:
                self._error = SourceError("unpacks to far more than its size allows; unpack it by hand if it is honest", path=self._name)
        return data

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
