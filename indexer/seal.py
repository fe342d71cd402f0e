"""A checksum inside a SQLite file, which has none of its own: CRC-32 of all its bytes, in the four that SQLite leaves to applications.

A file that never changes is sealed from outside (`seal`). One that is written to again and again is sealed by SQLite itself (`live_seal`),
in a transaction of its own behind the one that changed it; what that transaction changes in the file's header does not count.
"""

from __future__ import annotations

import os
import zlib
from pathlib import Path

from reftel import durable

_PLACE, _LENGTH = 68, 4  # "application id" in the header of 100 bytes; https://www.sqlite.org/fileformat2.html, section 1.3
_COUNTER, _VALID_FOR, _HEADER = 24, 92, 100  # the number of changes, and the number at the last one; SQLite writes them alike
_NEVER_ZERO = 3 << 29  # two bits, so that one altered bit does not make a seal look like none
_PART = 1 << 20


def seal(path: Path) -> None:
    """Write the checksum of a file that nobody has open and that will not change any more."""
    checksum = _checksum(path)
    with os.fdopen(durable.open_own(path, os.O_RDWR), "r+b") as file:
        file.seek(_PLACE)
        file.write(checksum)


def is_sealed(path: Path) -> bool:
    """Whether a file is as it was when it was sealed, to the bit. One that never was sealed counts as sealed."""
    with os.fdopen(durable.open_own(path, os.O_RDONLY), "rb") as file:
        file.seek(_PLACE)
        found = file.read(_LENGTH)
    return found in (bytes(_LENGTH), _checksum(path))


def _checksum(path: Path) -> bytes:
    """The checksum, as if its own place held zeros; never 0, which stands for none."""
    with os.fdopen(durable.open_own(path, os.O_RDONLY), "rb") as file:
        head = bytearray(file.read(_PART))
        head[_PLACE : _PLACE + _LENGTH] = bytes(_LENGTH)
        checksum = zlib.crc32(head)
        while part := file.read(_PART):
            checksum = zlib.crc32(part, checksum)
    return (checksum or 1).to_bytes(_LENGTH, "big")


def live_seal(data: bytes) -> int:
    """The seal for the content of a database, as ``pragma application_id`` takes it."""
    head = bytearray(data[:_HEADER])
    for place in (_PLACE, _COUNTER, _VALID_FOR):
        head[place : place + _LENGTH] = bytes(_LENGTH)
    checksum = zlib.crc32(memoryview(data)[_HEADER:], zlib.crc32(head)) | _NEVER_ZERO
    return int.from_bytes(checksum.to_bytes(_LENGTH, "big"), "big", signed=True)


def is_live_sealed(data: bytes) -> bool:
    """Whether the content of a database is as it was when it was sealed; one that was changed since, and not sealed again, counts as sealed."""
    found = data[_PLACE : _PLACE + _LENGTH]
    alike = data[_COUNTER : _COUNTER + _LENGTH] == data[_VALID_FOR : _VALID_FOR + _LENGTH]
    return found == bytes(_LENGTH) or (alike and int.from_bytes(found, "big", signed=True) == live_seal(data))
