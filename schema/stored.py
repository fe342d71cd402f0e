"""A record as an archive keeps it: JSON, which may be damaged or made by a stranger."""

from __future__ import annotations

import msgspec

from reftel.schema.cable import Cable
from reftel.schema.errors import ArchiveDamaged

_DECODER = msgspec.json.Decoder(Cable)


def record_bytes(cable: Cable) -> bytes:
    """The record as an archive keeps it."""
    return msgspec.json.encode(cable)


def cable_of(record: bytes) -> Cable:
    """The cable of a stored record. `ArchiveDamaged` for what is none."""
    try:
        return _DECODER.decode(record)
    except (ValueError, RecursionError) as error:
        raise ArchiveDamaged(f"a stored record cannot be read ({error}); `reftel verify` tells what is damaged") from error
