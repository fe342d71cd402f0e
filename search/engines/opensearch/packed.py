"""A manifest's file as an archive in a cluster keeps it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import IO

import zstandard

from reftel.base import durable
from reftel.schema.errors import ArchiveDamaged
from reftel.search.engines.opensearch.address import Address

_LEVEL = 3


def pack_manifest(file: IO[bytes]) -> bytes:
    """The bytes of a manifest's file, packed."""
    packed = io.BytesIO()
    zstandard.ZstdCompressor(level=_LEVEL).copy_stream(file, packed)
    return packed.getvalue()


def unpack_manifest(packed: bytes, path: Path, address: Address) -> None:
    """Write the manifest of the archive at ``address``, which was packed, to a new file. `ArchiveDamaged` for what is none."""
    with durable.new_file(path) as file:
        try:
            _read, written = zstandard.ZstdDecompressor().copy_stream(io.BytesIO(packed), file)
        except zstandard.ZstdError as error:
            raise ArchiveDamaged(f"{address}: its manifest cannot be unpacked ({error}); {address.remedy}") from error
    if not written:
        raise ArchiveDamaged(f"{address}: its manifest is empty; {address.remedy}")
