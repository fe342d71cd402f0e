"""Putting records into an index: one writer at a time, nothing visible before `Writer.commit`, everything or nothing after it."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from reftel.engine import layout, toc
from reftel.engine.codec import ArchiveCodec
from reftel.engine.damage import refuse_damage
from reftel.engine.errors import EngineError, IndexVersion, LockHeld
from reftel.engine.reader import Reader
from reftel.engine.specs import FieldSpec, Record
from reftel.engine.stock import TOC, SegmentReader, SegmentWriter, clean_files

_MOST_SEGMENTS = 8
_SEGMENTS_AFTER_MERGE = 4
_MEMORY_MB = 128
_REGION = struct.Struct("<Ii")


def open_writer(folder: str | Path, specs: Sequence[FieldSpec]) -> Writer:
    """A writer for the index in ``folder``, which is made if there is none.

    Errors: `LockHeld` while another writer is open, `IndexVersion` if the index has other fields, `IndexDamaged`, and ``ValueError`` for
    names that fields can't have.
    """
    place = Path(folder)
    schema = layout.schema_of(specs)
    place.mkdir(parents=True, exist_ok=True)
    index = toc.SafeIndex(place)
    lock = index.lock("WRITELOCK")
    if not lock.acquire():
        raise LockHeld(f"another process is writing to '{place}'")
    try:
        with refuse_damage(place):
            _create_or_check(place, index, specs, schema)
            return Writer(index, specs, lock, Reader(place, index.storage, tuple(specs)))
    except BaseException:
        lock.release()
        raise


def _create_or_check(folder: Path, index: toc.SafeIndex, specs: Sequence[FieldSpec], schema: Any) -> None:
    if toc.latest_generation(index.storage) < 0 and not toc.has_segment_files(index.storage):
        layout.write_description(folder, specs)
        TOC.create(index.storage, schema, toc.INDEX_NAME)
    elif layout.read_description(folder) != tuple(specs):
        raise IndexVersion(f"the index in '{folder}' was built with other fields; build it anew")


class Writer:
    """Collects changes until `commit`. As a context manager: commits at the end, cancels on an error."""

    def __init__(self, index: toc.SafeIndex, specs: Sequence[FieldSpec], lock: Any, before: Reader) -> None:
        self._index, self._specs, self._lock, self._before = index, tuple(specs), lock, before
        self._writer = SegmentWriter(index, _lk=False, codec=ArchiveCodec(), limitmb=_MEMORY_MB)
        self._committed = {before.key(document): document for document in np.flatnonzero(before.live).tolist()}
        self._added: dict[str, int] = {}
        self._changed = False
        self._open = True

    def __contains__(self, key: object) -> bool:
        return key in self._added or key in self._committed

    def __len__(self) -> int:
        return len(self._added) + len(self._committed)

    def committed_record(self, key: str) -> bytes | None:
        """The stored bytes of the record that was committed last under this key; ``None`` if there is none. Only before `commit`."""
        document = self._before.document(key)
        return None if document is None else self._before.record(document)

    def add(self, record: Record) -> None:
        """Add a record under a new key; `EngineError` if the key is taken."""
        if record.key in self:
            raise EngineError(f"the key '{record.key}' is taken")
        self._put(record)

    def replace(self, record: Record) -> bool:
        """Add a record, in place of the one with its key if there is one; whether there was one."""
        values = self._values(record)
        existed = self.delete(record.key)
        self._put(record, values)
        return existed

    def delete(self, key: str) -> bool:
        """Remove the record with this key; whether there was one."""
        if key in self._added:
            self._writer.newsegment.delete_document(self._added.pop(key))
        elif key in self._committed:
            self._writer.delete_document(self._committed.pop(key))
        else:
            return False
        self._changed = True
        return True

    def commit(self, *, optimize: bool = False) -> bool:
        """Publish the changes and close the writer; whether there were any. ``optimize`` leaves a single segment without gaps."""
        if not self._changed and not optimize:
            self.cancel()
            return False
        try:
            self._writer.commit(mergetype=_merge_all if optimize else _merge_small)
        finally:
            self._close()
        return True

    def cancel(self) -> None:
        """Drop the changes and close the writer."""
        if not self._open:
            return
        try:
            self._writer.cancel()
            contents = toc.read_toc(self._index.storage)
            clean_files(self._index.storage, toc.INDEX_NAME, contents.generation, contents.segments)
        finally:
            self._close()

    def _close(self) -> None:
        if self._open:
            self._open = False
            self._before.close()
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None and self._open:
            self.commit()
        else:
            self.cancel()

    def _put(self, record: Record, values: dict[str, Any] | None = None) -> None:
        number = self._writer.docnum
        self._writer.add_document(**(values or self._values(record)))
        self._added[record.key] = number
        self._changed = True

    def _values(self, record: Record) -> dict[str, Any]:
        """What Whoosh's ``add_document`` takes. Checked here, as Whoosh can't take back a document that it began."""
        _check_terms(record)
        values: dict[str, Any] = {
            layout.KEY: record.key,
            layout.STORED: zlib.compress(record.stored),
            layout.REGIONS: b"".join(_REGION.pack(region.block, -1 if region.level is None else region.level) for region in record.regions),
            layout.LABELS: _json([[number, label] for number, region in enumerate(record.regions) for label in region.labels]),
        }
        for spec in self._specs:
            values |= _field_values(spec, record)
        return values


def _check_terms(record: Record) -> None:
    for value in (record.key, *(value for values in record.keywords.values() for value in values)):
        if "\n" in value:
            raise EngineError(f"{value!r} of '{record.key}' can't be indexed: a line break in a value")
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise EngineError(f"{value!r} of '{record.key}' can't be indexed: {error}") from error


def _field_values(spec: FieldSpec, record: Record) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if spec.kind == "text":
        blocks = record.texts.get(spec.name, ())
        lengths = [len(block) for block in blocks]
        values = {spec.name: (blocks, record.joined.get(spec.name, ())), layout.blocks_column(spec.name): struct.pack(f"<{len(lengths)}I", *lengths)}
    elif spec.kind == "keyword":
        words = record.keywords.get(spec.name, ())
        values = {spec.name: words}
        if spec.sort:
            values[layout.sort_column(spec.name)] = words[0].encode() if words else b""
    elif spec.kind == "number":
        values = {spec.name: record.numbers.get(spec.name)}
    if spec.facet:
        values[layout.facet_column(spec.name)] = _json(list(dict.fromkeys(record.facets.get(spec.name, ()))))
    return values


def _json(value: list[Any]) -> bytes:
    return json.dumps(value).encode() if value else b""


def _merge_small(writer: Any, segments: list[Any]) -> list[Any]:
    """Merge policy: drop empty segments; of more than eight, merge the smallest until four remain. Large ones are seldom rewritten."""
    kept = sorted((segment for segment in segments if segment.doc_count()), key=lambda segment: segment.doc_count_all())
    if len(kept) > _MOST_SEGMENTS:
        for segment in kept[:-_SEGMENTS_AFTER_MERGE]:
            _merge(writer, segment)
        kept = kept[-_SEGMENTS_AFTER_MERGE:]
    return kept


def _merge_all(writer: Any, segments: list[Any]) -> list[Any]:
    for segment in segments:
        if segment.doc_count():
            _merge(writer, segment)
    return []


def _merge(writer: Any, segment: Any) -> None:
    reader = SegmentReader(writer.storage, writer.schema, segment)
    writer.add_reader(reader)
    reader.close()
