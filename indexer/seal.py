"""A checksum inside a SQLite file, which has none of its own: CRC-32 of all its bytes, in the four that SQLite leaves to applications."""

from __future__ import annotations

import os
import zlib
from pathlib import Path

from reftel import durable

_PLACE, _LENGTH = 68, 4  # "application id" in the header of 100 bytes; https://www.sqlite.org/fileformat2.html, section 1.3
_PART = 1 << 20


def seal(path: Path) -> None:
    """Write the checksum of a file that nobody has open and that will not change any more."""
    checksum = _checksum(path)
    with os.fdopen(durable.open_own(path, os.O_RDWR), "r+b") as file:
        file.seek(_PLACE)
        file.write(checksum)


def is_sealed(path: Path) -> bool:
    """Whether a file is as it was when it was sealed, to the bit. One that never was sealed counts as sealed."""
    with path.open("rb") as file:
        file.seek(_PLACE)
        found = file.read(_LENGTH)
    return found in (bytes(_LENGTH), _checksum(path))


def _checksum(path: Path) -> bytes:
    """The checksum, as if its own place held zeros; never 0, which stands for none."""
    with path.open("rb") as file:
        head = bytearray(file.read(_PART))
        head[_PLACE : _PLACE + _LENGTH] = bytes(_LENGTH)
        checksum = zlib.crc32(head)
        while part := file.read(_PART):
            checksum = zlib.crc32(part, checksum)
    return (checksum or 1).to_bytes(_LENGTH, "big")
