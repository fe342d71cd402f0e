"""A checksum inside a SQLite file, which has none of its own: CRC-32 of all its bytes, in the four that SQLite leaves to applications.

A file that never changes is sealed from outside (`seal`). One that is written to again and again is sealed through SQLite (`live_seal`), in the
same transaction that changes it. The count of changes that SQLite keeps in the header is written down with the seal: so a file that another program has
changed since is told from a damaged one.
"""

from __future__ import annotations

import os
import sqlite3
import zlib
from pathlib import Path
from typing import BinaryIO, Literal

from reftel.base import durable

_PLACE, _LENGTH = 68, 4  # "application id" in the header of 100 bytes; https://www.sqlite.org/fileformat2.html, section 1.3
_JOURNAL_KIND, _VERSION, _HEADER = 18, 60, 100  # how changes are made (two bytes), "user version"
_COUNTER, _VALID_FOR = 24, 92  # the number of changes, and the number at the last one; SQLite writes them alike
_LIBRARY = 96  # the version of SQLite that made the last change
_CHANGES = 1 << 24  # of which the last three bytes are kept
_NEVER_ZERO = 3 << 29  # two bits, so that one altered bit does not make a seal look like none
_PART = 1 << 20


def seal(path: Path) -> None:
    """Write the checksum of a file that nobody has open and that will not change any more."""
    with os.fdopen(durable.open_own(path, os.O_RDWR), "r+b") as file:
        checksum, _found = _read(file)
        file.seek(_PLACE)
        file.write(checksum)


def is_sealed(path: Path) -> bool:
    """Whether a file is as it was when it was sealed, to the bit. One that never was sealed counts as sealed.

    It is opened once: a run may put another one in its place meanwhile.
    """
    with os.fdopen(durable.open_own(path, os.O_RDONLY), "rb") as file:
        checksum, found = _read(file)
    return found in (bytes(_LENGTH), checksum)


def _read(file: BinaryIO) -> tuple[bytes, bytes]:
    """The checksum, as if its own place held zeros (never 0, which stands for none); and what stands there."""
    head = bytearray(file.read(_PART))
    found = bytes(head[_PLACE : _PLACE + _LENGTH])
    head[_PLACE : _PLACE + _LENGTH] = bytes(_LENGTH)
    checksum = zlib.crc32(head)
    while part := file.read(_PART):
        checksum = zlib.crc32(part, checksum)
    return (checksum or 1).to_bytes(_LENGTH, "big"), found


def live_seal(data: bytes, number: int) -> tuple[int, int]:
    """The seal for the content of a database, for ``pragma application_id``; and what goes with it for ``pragma user_version``, 1 byte being ``number``.

    ``data``: the content at the end of the transaction that both are written in. When that is committed, SQLite counts it, and notes its own version.
    """
    data = data[:_LIBRARY] + _library().to_bytes(_LENGTH, "big") + data[_HEADER:]
    changes = int.from_bytes(data[_COUNTER : _COUNTER + _LENGTH], "big") + 1
    together = (changes % _CHANGES).to_bytes(3, "big") + bytes((number,))
    return int.from_bytes(_live_checksum(data), "big", signed=True), int.from_bytes(together, "big", signed=True)


def _library() -> int:
    major, minor, patch = sqlite3.sqlite_version_info
    return major * 1_000_000 + minor * 1_000 + patch


SealState = Literal["none", "right", "stale", "wrong"]


def live_seal_state(data: bytes) -> SealState:
    """Whether the content of a database is as it was when it was sealed.

    ``stale``: another program changed it since, which SQLite counts in the header; ``wrong``: it is another, and nobody changed it.
    """
    if data[_JOURNAL_KIND : _JOURNAL_KIND + 2] == b"\2\2":  # another program keeps changes in a log, which are not counted
        return "none"
    changes, found = data[_COUNTER : _COUNTER + _LENGTH], data[_PLACE : _PLACE + _LENGTH]
    at = data[_VERSION : _VERSION + 3]
    if changes != data[_VALID_FOR : _VALID_FOR + _LENGTH]:
        return "wrong"
    if found == bytes(_LENGTH):
        return "wrong" if any(at) else "none"
    right = found == _live_checksum(data)
    if at == (int.from_bytes(changes, "big") % _CHANGES).to_bytes(3, "big"):
        return "right" if right else "wrong"
    return "wrong" if right else "stale"  # nothing was changed but the count of changes


def _live_checksum(data: bytes) -> bytes:
    head = bytearray(data[:_HEADER])
    for place, length in ((_PLACE, _LENGTH), (_COUNTER, _LENGTH), (_VALID_FOR, _LENGTH), (_VERSION, 3)):
        head[place : place + length] = bytes(length)
    return (zlib.crc32(memoryview(data)[_HEADER:], zlib.crc32(head)) | _NEVER_ZERO).to_bytes(_LENGTH, "big")
