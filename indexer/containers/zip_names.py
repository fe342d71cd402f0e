"""Names inside zip files: told as what they are, and never a reason not to read a file.

A zip file says of a name that it is UTF-8, or nothing; then it is code page 437 by the format's own rule (APPNOTE.TXT, appendix D), but UTF-8
where a Mac or an older Info-ZIP wrote it.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any, cast

_UTF_8 = 1 << 11  # bit 11 of the general purpose flags
_HEAD, _HEAD_LENGTH = b"PK\x03\x04", 30  # before each member, up to its name
_ENTRY, _ENTRY_LENGTH = b"PK\x01\x02", 46  # in the directory
_LENGTHS = (28, 30, 32)  # where an entry has the lengths of name, extra field and comment


def open_zip(binary: io.BufferedReader[Any]) -> zipfile.ZipFile:
    """A zip file for reading, also one that says of a name that it is UTF-8 where it is not. Errors: as of ``zipfile.ZipFile``."""
    try:
        return zipfile.ZipFile(binary)
    except UnicodeDecodeError:
        return zipfile.ZipFile(cast("io.BufferedReader[Any]", _Mended(binary)))


def member_name(member: zipfile.ZipInfo) -> str:
    """A member's name as it is to be shown: read as UTF-8 wherever it is that."""
    if member.flag_bits & _UTF_8 or member.filename.isascii():
        return member.filename
    try:
        return member.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return member.filename


class _Mended:
    """A zip file that says UTF-8 of no name, neither in its directory nor before the members; the rest as it is."""

    def __init__(self, binary: io.BufferedReader[Any]) -> None:
        self._binary = binary

    def read(self, size: int = -1) -> bytes:
        data = self._binary.read(size)
        if data.startswith(_HEAD) and size == _HEAD_LENGTH:
            return _without_utf_8(data, [0], 7)
        return _without_utf_8(data, _entries(data), 9) if data.startswith(_ENTRY) else data

    def __getattr__(self, name: str) -> Any:
        return getattr(self._binary, name)


def _without_utf_8(data: bytes, places: Iterable[int], flags: int) -> bytes:
    mended = bytearray(data)
    for place in places:
        mended[place + flags] &= ~(_UTF_8 >> 8)
    return bytes(mended)


def _entries(directory: bytes) -> Iterator[int]:
    """Where the entries of a zip file's directory begin."""
    place = 0
    while directory.startswith(_ENTRY, place) and place + _ENTRY_LENGTH <= len(directory):
        yield place
        place += _ENTRY_LENGTH + sum(int.from_bytes(directory[place + at : place + at + 2], "little") for at in _LENGTHS)
