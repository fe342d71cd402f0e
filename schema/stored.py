"""A record as an archive keeps it: JSON, which may be damaged or made by a stranger."""

from __future__ import annotations

import functools
from typing import TypeVar

import msgspec

from reftel.schema.cable import Cable, Paragraph
from reftel.schema.errors import ArchiveDamaged

_Read = TypeVar("_Read")


class _Glance(msgspec.Struct, frozen=True):
    """What a hit shows of its cable; the paragraphs as they stand in the record."""

    id: str | None = None
    date: str | None = None
    classification: str | None = None
    subject: str | None = None
    paragraphs: tuple[msgspec.Raw, ...] = ()


_CABLE = msgspec.json.Decoder(Cable)
_GLANCE = msgspec.json.Decoder(_Glance)
_PARAGRAPH = msgspec.json.Decoder(Paragraph)


def record_bytes(cable: Cable) -> bytes:
    """The record as an archive keeps it."""
    return msgspec.json.encode(cable)


def cable_of(record: bytes) -> Cable:
    """The cable of a stored record. `ArchiveDamaged` for what is none."""
    return _decoded(_CABLE, record)


def _decoded(decoder: msgspec.json.Decoder[_Read], record: bytes | msgspec.Raw) -> _Read:
    try:
        return decoder.decode(record)
    except (ValueError, RecursionError) as error:
        raise ArchiveDamaged(f"a stored record cannot be read ({error}); `reftel verify` tells what is damaged") from error


class Stored:
    """A stored record, read as far as it is asked for: head fields, single paragraphs, or the whole `cable`. `ArchiveDamaged` for what is none."""

    def __init__(self, record: bytes) -> None:
        self._record = record

    @classmethod
    def of(cls, cable: Cable) -> Stored:
        """A record that was read already."""
        made = cls(b"")
        made.cable = cable
        return made

    @functools.cached_property
    def cable(self) -> Cable:
        """The whole."""
        return cable_of(self._record)

    @functools.cached_property
    def head(self) -> Cable | _Glance:
        """Id, date, classification and subject."""
        return self.__dict__.get("cable") or _decoded(_GLANCE, self._record)

    def paragraph(self, number: int) -> Paragraph:
        """A paragraph."""
        found = self.head.paragraphs[number]
        return found if isinstance(found, Paragraph) else _decoded(_PARAGRAPH, found)
