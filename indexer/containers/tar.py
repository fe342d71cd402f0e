"""Members of a tar file, read once from front to back, as far as it can be read.

The library ends in silence at a damaged head, and reads heads of any size; here the first is an error and the second is not done.
"""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Iterator
from typing import Any, cast

from reftel.base.frozen import frozen
from reftel.indexer.source_names import is_member_read
from reftel.schema.errors import SourceError
from reftel.schema.names import name_of

BLOCK = 512
_LONGEST_HEAD = 1 << 18
"""Bytes of the longest name or list of attributes of a member; real ones have some hundred."""
_LONGEST_NUMBER = 500
_DIGITS = re.compile(rb"[0-9]+")
_ERRORS = (tarfile.TarError, ValueError, OverflowError, RecursionError)

@frozen
class Member:
    """A file in a tar file: its name, its size, and its content, which can be read until the next member is asked for."""

    name: str
    size: int
    content: io.RawIOBase


def begins_tar(start: bytes) -> bool:
    """Whether these first bytes of a file are the head of a tar file's first member: it has its own checksum."""
    if len(start) < BLOCK or b"\0" not in start[:BLOCK]:
        return False
    try:
        tarfile.TarInfo.frombuf(start[:BLOCK], "utf-8", "surrogateescape")
    except _ERRORS:
        return False
    return True


def iter_members(binary: io.BufferedReader[Any], name: str) -> Iterator[Member | SourceError]:
    """The files to read in a tar file and in those that stand behind it in the same stream; an error for what could not be read.

    Folders, and further names of a file that stands before, are left out.
    """
    try:
        more = True
        while more:
            forward = _Forward(binary)
            archive = tarfile.TarFile(fileobj=cast("Any", forward), encoding="utf-8", errors="surrogateescape")
            while (member := archive.next()) is not None:
                cast("Any", archive).members.clear()  # the library remembers them all
                if member.size < 0:
                    raise tarfile.ReadError("a member of a size below zero")
                inside = name_of(member.name)
                if member.isdir() or member.islnk() or not is_member_read(inside):
                    continue
                if strange := _strange(member):
                    yield SourceError(f"{strange}; what it stands for was not read", path=f"{name}!{inside}")
                else:
                    yield Member(f"{name}!{inside}", member.size, _Content(forward, member))
            forward.check_end()
            more = forward.pass_zeros()
    except _ERRORS as error:
        reason = "heads without end" if isinstance(error, RecursionError) else error
        yield SourceError(f"a damaged tar file: {reason}; what stands behind this place was not read", path=name)


def _strange(member: tarfile.TarInfo) -> str | None:
    """What a member is that is no plain file."""
    if member.issym():
        return f"a link to {member.linkname!r}"
    if member.issparse():
        return "a file with holes"
    return None if member.isfile() else "no file but a device or a pipe"


class _Forward:
    """A stream as `tarfile` takes it for reading heads: it leads forward only, gives no more than a head has, and remembers what it gave last."""

    def __init__(self, binary: io.BufferedReader[Any]) -> None:
        self._binary = binary
        self._place = 0
        self._last = b""

    def tell(self) -> int:
        return self._place

    def read(self, size: int) -> bytes:
        if not 0 <= size <= _LONGEST_HEAD:
            raise tarfile.ReadError(f"a head of {size:,} bytes")
        self._last = self.take(size)
        if max(map(len, _DIGITS.findall(self._last)), default=0) > _LONGEST_NUMBER:  # the library takes the square of it
            raise tarfile.ReadError("a head with an endless number")
        return self._last

    def take(self, size: int) -> bytes:
        """The same of a member's content."""
        data = self._binary.read(size)
        self._place += len(data)
        return data

    def seek(self, place: int) -> None:
        if place < self._place:
            raise tarfile.ReadError("it leads back into itself")
        if self._binary.seekable():
            self._binary.seek(place - self._place, io.SEEK_CUR)
            self._place = place
        while self._place < place and self.take(min(_LONGEST_HEAD, place - self._place)):
            pass

    def check_end(self) -> None:
        """Raise where the members did not end at a block of zeros, as those of a whole tar file do."""
        if not self._last:
            raise tarfile.ReadError("it has no end mark, as if cut off")
        if len(self._last) < BLOCK or self._last.strip(b"\0"):
            raise tarfile.ReadError(f"no head of a member at byte {self._place - len(self._last):,}")

    def pass_zeros(self) -> bool:
        """Go on to what stands behind the zeros that fill a tar file up; whether there is anything."""
        while zeros := self._binary.peek(1):
            count = len(zeros) - len(zeros.lstrip(b"\0"))
            self._binary.read(count)
            if count < len(zeros):
                return True
        return False


class _Content(io.RawIOBase):
    """The content of a member."""

    def __init__(self, forward: _Forward, member: tarfile.TarInfo) -> None:
        self._forward = forward
        self._place, self._end = member.offset_data, member.offset_data + member.size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview | bytearray) -> int:  # type: ignore[override]
        size = min(len(buffer), self._end - self._place)
        self._forward.seek(self._place)
        data = self._forward.take(size)
        if len(data) < size:
            raise tarfile.ReadError("it breaks off before its end")
        self._place += size
        buffer[:size] = data
        return size
