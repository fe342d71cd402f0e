"""A manifest's file as an archive in a cluster keeps it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import IO

import zstandard

from reftel.base import durable
from reftel.schema.errors import ArchiveDamaged

_LEVEL = 3


def pack_manifest(file: IO[bytes]) -> bytes:
    """The bytes of a manifest's file, packed."""
    packed = io.BytesIO()
    zstandard.ZstdCompressor(level=_LEVEL).copy_stream(file, packed)
    return packed.getvalue()


def unpack_manifest(packed: bytes, path: Path) -> None:
    """Write a manifest that was packed to a new file. `ArchiveDamaged` for what is none."""
    with durable.new_file(path) as file:
        try:
            _read, written = zstandard.ZstdDecompressor().copy_stream(io.BytesIO(packed), file)
        except zstandard.ZstdError as error:
            raise ArchiveDamaged(f"the manifest in the cluster cannot be unpacked ({error}); copy the archive there anew") from error
    if not written:
        raise ArchiveDamaged("the archive in the cluster has lost its manifest; copy it there anew")
