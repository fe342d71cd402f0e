"""Streams of the packings that hold one file: gzip, bzip2 and xz, each also of several parts one behind the other."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable
from typing import Protocol, cast

from reftel.base.frozen import frozen

_MEMORY = 256 << 20
"""Bytes that unpacking may take; xz at its strongest takes 65 MiB, and a file may ask for gigabytes."""
_PIECE = 1 << 16

ERRORS = (OSError, EOFError, zlib.error, lzma.LZMAError)
"""What reading a damaged stream raises."""


@frozen
class Packing:
    """A packing of one file: the bytes that it begins with, and how a stream of it is opened."""

    magic: bytes
    open: Callable[[io.BufferedIOBase], io.BufferedIOBase]


def packing_of(start: bytes) -> Packing | None:
    """The packing of what begins with these bytes; ``None`` where they are not packed."""
    return next((packing for packing in _PACKINGS if start.startswith(packing.magic) and (packing.magic != _BZIP2 or start[4:10] in _BZIP2_BLOCKS)), None)


class _Decompressor(Protocol):
    """What `bz2` and `lzma` have for one part of a stream."""

    eof: bool
    unused_data: bytes

    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...

    @property
    def needs_input(self) -> bool: ...


class _Unpacked(io.RawIOBase):
    """What a stream of one or more parts unpacks to. The library's own reader takes as much memory as the stream asks for."""

    def __init__(self, packed: io.BufferedIOBase, start: Callable[[], _Decompressor]) -> None:
        self._packed, self._start = packed, start
        self._part: _Decompressor | None = start()
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview | bytearray) -> int:  # type: ignore[override]
        while self._part is not None:
            if self._part.eof:
                self._begin_part(self._part.unused_data)
                continue
            data, self._rest = self._rest, b""
            if not data and self._part.needs_input and not (data := self._packed.read(_PIECE)):
                raise EOFError("it breaks off before its end")
            if unpacked := self._part.decompress(data, len(buffer)):
                buffer[: len(unpacked)] = unpacked
                return len(unpacked)
        return 0

    def _begin_part(self, rest: bytes) -> None:
        """Go on with the next part, behind zeros that fill the stream up; what is none belongs to somebody else."""
        while not (rest := rest.lstrip(b"\0")) and (data := self._packed.read(_PIECE)):
            rest = data
        self._part = self._start() if rest else None
        self._rest = rest


def _open_bzip2(packed: io.BufferedIOBase) -> io.BufferedIOBase:
    return io.BufferedReader(_Unpacked(packed, cast("Callable[[], _Decompressor]", bz2.BZ2Decompressor)))


def _open_xz(packed: io.BufferedIOBase) -> io.BufferedIOBase:
    return io.BufferedReader(_Unpacked(packed, lambda: cast("_Decompressor", lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MEMORY))))


_BZIP2 = b"BZh"
_BZIP2_BLOCKS = (b"1AY&SY", b"\x17rE8P\x90")  # a first block's number, or the end's where there is nothing in it
_PACKINGS = (
    Packing(b"\x1f\x8b", lambda packed: gzip.GzipFile(fileobj=packed)),
    Packing(_BZIP2, _open_bzip2),
    Packing(b"\xfd7zXZ\0", _open_xz),
)
