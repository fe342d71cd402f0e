"""The records of texts that are not shown, as the manifest keeps them."""

from __future__ import annotations

import zlib

from reftel.engine.records import most_inflated
from reftel.schema.cable import Cable
from reftel.schema.errors import ArchiveDamaged
from reftel.schema.stored import cable_of

_ADVICE = "`reftel verify` tells what is damaged"


def pack(record: bytes) -> bytes:
    """A record as it is kept. One that would become smaller than `unpack` believes is kept as long as it is."""
    packed = zlib.compress(record, 1)
    return packed if len(record) <= most_inflated(len(packed)) else zlib.compress(record, 0)


def unpack(packed: bytes) -> Cable:
    """The cable of a kept record. `ArchiveDamaged` for what is none, and for a few bytes that would fill the memory."""
    inflater = zlib.decompressobj()
    try:
        record = inflater.decompress(packed, most_inflated(len(packed)) + 1)
    except zlib.error as error:
        raise ArchiveDamaged(f"a kept text cannot be inflated ({error}); {_ADVICE}") from error
    if not inflater.eof or inflater.unused_data:
        raise ArchiveDamaged(f"a kept text is cut short, or longer than it can be; {_ADVICE}")
    return cable_of(record)
