"""A file of named arrays: aligned, checksummed, read through a memory map. Byte by byte in docs/segment-format.md.

A header of 64 bytes, the arrays, and a JSON directory with the offset of each. Opening a `Container` checks header and directory;
`Container.verify` checks the checksums of the arrays.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import struct
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import numpy as np
import numpy.typing as npt

from reftel.base import durable

Array = npt.NDArray[Any]

FORMAT = 6
"""Raised whenever the container, the names or the encodings of its arrays change."""

OLDEST = 5
"""The first format that is still read. It has no masks of common terms, whose posting lists are read whole."""

MAGIC = b"\x89ARRAYS\n"
ALIGNMENT = 64
BETWEEN = "between the arrays"
"""The name under which `Container.verify` reports the padding between arrays."""
CHECKED = 1 << 16
"""Arrays of up to so many bytes are checked against their checksum when first read; longer ones only by `Container.verify`."""
TYPES = ("<u1", "<u2", "<u4", "<u8", "<i1", "<i2", "<i4", "<i8")

_PIECE = 1 << 25  # bytes read at once for a checksum
_PIECE_COPIED = 1 << 20
_HEADER = struct.Struct("<8sIIQQII")  # magic, format, 0, offset and length of the directory, its checksum, checksum of the preceding header bytes


class ContainerError(ValueError):
    """A file of arrays is cut short or altered."""


class ContainerVersionError(ValueError):
    """A file of arrays has another format version."""


class ContainerWriter:
    """Writes arrays into an empty file; `finish` writes directory and header."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._arrays: dict[str, tuple[int, int, str, int]] = {}
        self._place = _write(file, b"\0" * ALIGNMENT)
        self._open: tuple[str, int, str, int] | None = None

    def put(self, name: str, values: Array) -> None:
        """Write a whole array, little-endian."""
        ordered = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<"))
        self.put_parts(name, ordered.dtype.str.replace("|", "<"), iter((ordered.data.cast("B") if ordered.size else b"",)))

    def put_parts(self, name: str, kind: str, parts: Iterator[bytes | memoryview]) -> None:
        """Write an array of dtype ``kind`` from pieces, one in memory at a time."""
        self.begin(name, kind)
        for part in parts:
            self.append(part)
        self.end()

    def put_file(self, name: str, file: BinaryIO) -> None:
        """Write an array of bytes from a temporary file, which is closed."""
        file.seek(0)
        with file:
            self.put_parts(name, "<u1", iter(lambda: file.read(_PIECE_COPIED), b""))

    def begin(self, name: str, kind: str) -> None:
        """Begin an array of dtype ``kind``; `append` writes its bytes."""
        if kind not in TYPES or name in self._arrays or self._open:
            raise ValueError(f"'{name}' can't be written as {kind}")
        self._place += _write(self._file, b"\0" * (-self._place % ALIGNMENT))
        self._open = (name, self._place, kind, 0)

    def append(self, part: bytes | memoryview) -> None:
        """Write the next bytes of the array begun last."""
        if self._open is None:
            raise ValueError("no array was begun")
        name, start, kind, checksum = self._open
        self._place += _write(self._file, part)
        self._open = (name, start, kind, zlib.crc32(part, checksum))

    def end(self) -> None:
        """End the array begun last."""
        if self._open is None:
            raise ValueError("no array was begun")
        name, start, kind, checksum = self._open
        self._arrays[name] = (start, self._place - start, kind, checksum)
        self._open = None

    def finish(self, about: Mapping[str, Any]) -> None:
        """Write the directory, which includes ``about``, and the header."""
        directory = msgspec.json.encode({"about": dict(about), "arrays": self._arrays})
        _write(self._file, directory)
        head = _HEADER.pack(MAGIC, FORMAT, 0, self._place, len(directory), zlib.crc32(directory), 0)[:-4]
        self._file.seek(0)
        _write(self._file, head + struct.pack("<I", zlib.crc32(head)))
        self._file.flush()


def _write(file: BinaryIO, data: bytes | memoryview) -> int:
    file.write(data)
    return len(data)


class Container:
    """The arrays of one file or buffer. Raises `ContainerError` where they are cut short or altered."""

    def __init__(self, data: memoryview) -> None:
        self._data = data
        self.about, self._arrays = _read_directory(data)
        self._checked: set[str] = set()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all arrays."""
        return tuple(self._arrays)

    def __contains__(self, name: object) -> bool:
        return name in self._arrays

    def size(self, name: str) -> int:
        """Size of an array in bytes."""
        return self._arrays[name][1]

    def bytes(self, name: str) -> memoryview:
        """An array as bytes."""
        if name not in self._arrays:
            raise ContainerError(f"no array '{name}'")
        data = self._slice(name)
        if len(data) <= CHECKED and name not in self._checked:
            if zlib.crc32(data) != self._arrays[name][3]:
                raise ContainerError(f"the array '{name}' was altered")
            self._checked.add(name)
        return data

    def _slice(self, name: str) -> memoryview:
        place, length, *_ = self._arrays[name]
        return self._data[place : place + length]

    def array(self, name: str) -> Array:
        """An array as a read-only view."""
        data = self.bytes(name)
        return np.frombuffer(data, dtype=self._arrays[name][2])

    def verify(self) -> list[str]:
        """The names of the arrays with a wrong checksum; `BETWEEN` for padding that is not zero."""
        altered = [name for name, (*_, checksum) in self._arrays.items() if self._checksum(name) != checksum]
        return altered if not any(map(any, self._between())) else [*altered, BETWEEN]

    def _checksum(self, name: str) -> int:
        data, checksum = self._slice(name), 0
        for start in range(0, len(data), _PIECE):
            checksum = zlib.crc32(data[start : start + _PIECE], checksum)
            self.drop_pages()
        return checksum

    def drop_pages(self) -> None:
        """Drop the pages read so far from the process's memory; they are read again when needed."""

    def _between(self) -> Iterator[memoryview]:
        """The padding before each array, which is all zero."""
        end = _HEADER.size
        for start, size, *_ in sorted(self._arrays.values()):
            yield self._data[end:start]
            end = start + size


def _read_directory(data: memoryview) -> tuple[dict[str, Any], dict[str, tuple[int, int, str, int]]]:
    if len(data) < ALIGNMENT:
        raise ContainerError("the file is shorter than its header")
    head = bytes(data[: _HEADER.size])
    magic, version, _, place, length, checksum, head_checksum = _HEADER.unpack(head)
    if magic != MAGIC:
        raise ContainerError("the file does not begin like a file of arrays")
    if zlib.crc32(head[:-4]) != head_checksum:
        raise ContainerError("the header was altered")
    if not OLDEST <= version <= FORMAT:
        raise ContainerVersionError(f"format {version}; this version reads formats {OLDEST} and {FORMAT}")
    if place + length != len(data):
        raise ContainerError(f"the file has {len(data)} bytes, not {place + length}")
    text = bytes(data[place:])
    if zlib.crc32(text) != checksum:
        raise ContainerError("the directory was altered")
    directory = msgspec.json.decode(text)
    arrays = {name: tuple(entry) for name, entry in directory["arrays"].items()}
    for name, (start, size, kind, array_checksum) in arrays.items():
        whole = all(type(number) is int for number in (start, size, array_checksum))
        if not whole or kind not in TYPES or size % int(kind[-1]) or start % ALIGNMENT or not ALIGNMENT <= start <= start + size <= place:
            raise ContainerError(f"the directory places '{name}' where it can't be")
    return directory["about"], arrays


class MappedContainer(Container):
    """The arrays of a file, through a memory map."""

    def __init__(self, path: Path) -> None:
        with os.fdopen(durable.open_own(path, os.O_RDONLY), "rb") as file:
            if not os.fstat(file.fileno()).st_size:
                raise ContainerError("the file is empty")
            self._map: mmap.mmap | None = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._data = memoryview(self._map)
        try:
            super().__init__(self._data)
        except BaseException:
            self.close()
            raise

    def drop_pages(self) -> None:
        """As `Container.drop_pages`; does nothing where the system has no `madvise`."""
        if self._map is not None and hasattr(mmap, "MADV_DONTNEED"):
            self._map.madvise(mmap.MADV_DONTNEED)

    def close(self) -> None:
        """Close the map and its descriptor; arrays that still refer to it keep both open."""
        opened, self._map = self._map, None
        with contextlib.suppress(BufferError):
            self._data.release()
            if opened is not None:
                opened.close()
        self._data = memoryview(b"")
