"""Cables into the index, whose fields are those of the field table."""

from __future__ import annotations

import functools
from pathlib import Path
from types import TracebackType
from typing import Self

from reftel.engine.specs import FieldSpec, Kind, Record
from reftel.engine.writer import MEMORY_MB, Writer, open_writer
from reftel.index_errors import archive_errors
from reftel.record import record_of
from reftel.schema.analysis import VERSION
from reftel.schema.cable import Cable
from reftel.schema.fields import FIELDS, Field, Stored
from reftel.schema.inflections import bases_of_each

_KINDS: dict[Stored, Kind] = {"text": "text", "keyword": "keyword", "number": "number", "nothing": "none"}


@functools.cache
def field_specs() -> tuple[FieldSpec, ...]:
    """What the index holds of each field of the field table."""
    return tuple(_spec(field) for field in FIELDS if field.stored != "nothing" or field.facet)


def _spec(field: Field) -> FieldSpec:
    kind = _KINDS[field.stored]
    return FieldSpec(
        field.name, kind, field.facet, sort=field.sort and kind == "keyword", regions=field.paragraphs, roots=field.kind == "text",
        version=VERSION if kind == "text" else 0,
    )  # fmt: skip


class CableWriter:
    """Puts cables into the index in ``folder``; nothing is visible before `commit`. As a context manager: commits, cancels on an error.

    ``memory_mb``: megabytes, about, that it fills before it writes a segment to the disk.
    Errors: `ArchiveLocked` while another writer is open, `ArchiveVersion` if the archive has other fields, `ArchiveDamaged`.
    """

    remembers = False
    """As `reftel.indexer.store.IndexWriter.remembers`."""

    def __init__(self, folder: str | Path, *, memory_mb: int = MEMORY_MB) -> None:
        with archive_errors():
            self._writer: Writer = open_writer(folder, field_specs(), roots=bases_of_each, memory_mb=memory_mb)

    def __contains__(self, key: object) -> bool:
        return key in self._writer

    def count(self) -> int:
        """How many cables there will be, or are, after `commit`."""
        return len(self._writer)

    def put(self, cable: Cable) -> bool:
        """Add ``cable``, in place of the one with its key if there is one; whether there was one. Errors as of `put_record`."""
        return self.put_record(record_of(cable))

    def put_record(self, record: Record) -> bool:
        """Add what `record_of` made of a cable, in place of the one with its key if there is one; whether there was one.

        `EngineError` if it can't be indexed; nothing is changed then.
        """
        with archive_errors():
            return self._writer.replace(record)

    def committed_record(self, key: str) -> bytes | None:
        """The stored record that was committed last under this key; ``None`` if there is none. Only before `commit`."""
        with archive_errors():
            return self._writer.committed_record(key)

    def delete(self, key: str) -> bool:
        """Remove the cable with this key; whether there was one."""
        with archive_errors():
            return self._writer.delete(key)

    def would_merge(self, added: int) -> bool:
        """As `reftel.indexer.store.IndexWriter.would_merge`."""
        return self._writer.would_merge(added)

    def commit(self, *, optimize: bool = False, added: int | None = None) -> bool:
        """Publish the changes and close the writer; whether there were any. ``optimize`` rewrites the index in one piece.

        ``added``: as of `Step.publish`.
        """
        with archive_errors():
            return self._writer.commit(optimize=optimize, added=added)

    def cancel(self) -> None:
        """Drop the changes and close the writer."""
        with archive_errors():
            self._writer.cancel()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with archive_errors():
            self._writer.__exit__(kind, error, trace)
