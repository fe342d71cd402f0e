"""Writes one segment file from batches, under a temporary name until it is complete."""

from __future__ import annotations

import dataclasses
import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from reftel.base import durable
from reftel.engine import names
from reftel.engine.arrays import Integers, narrow, starts_of
from reftel.engine.batch import Batch, new_vocabularies
from reftel.engine.columns import Columns
from reftel.engine.columns_writer import put_columns
from reftel.engine.combining import Part, Postings, TermSlices, combine
from reftel.engine.container import ContainerWriter
from reftel.engine.folder import NEW, SEGMENT, new_segment_name
from reftel.engine.records import RecordBlocks
from reftel.engine.specs import FieldSpec
from reftel.engine.terms_writer import Roots, TermsWriter

_IN_MEMORY = 4 << 20
_BYTES_OF_A_WORD = 64
_AT_ONCE = 1 << 20  # postings


class SegmentFile:
    """The file of a segment being written. Records are written as they arrive; terms and columns follow at the end."""

    def __init__(self, folder: Path, specs: Sequence[FieldSpec]) -> None:
        self.folder, self.specs = folder, tuple(specs)
        self.name = new_segment_name()
        self._path = folder / (self.name + SEGMENT)
        self._temporary = folder / (self.name + SEGMENT + NEW)
        self._stream = durable.new_file(self._temporary)
        self._streams: list[BinaryIO] = []
        self.arrays = ContainerWriter(self._stream)
        self._records: list[tuple[Integers, Integers, Integers]] = []  # by part: lines of each record, and the sizes of each line as in `RecordBlocks`
        self.arrays.begin(names.part(names.RECORDS, names.RECORD_LINES), "<u1")

    def add_records(self, records: RecordBlocks) -> None:
        """Write compressed records."""
        self.arrays.append(records.data)
        self._records.append((records.counts, records.sizes, records.lengths))

    def end_records(self, dictionary: bytes) -> None:
        """Write the offsets and lengths of the records, and their compression dictionary."""
        self.arrays.end()
        self.arrays.put(names.part(names.RECORDS, names.RECORD_DICTIONARY), np.frombuffer(dictionary, dtype=np.uint8))
        none = np.empty(0, dtype=np.uint8)
        counts, sizes, lengths = (np.concatenate([none, *parts]) for parts in (zip(*self._records, strict=True) if self._records else ((), (), ())))
        self.arrays.put(names.part(names.RECORDS, names.RECORD_LINES_AT), narrow(starts_of(sizes)))
        self.arrays.put(names.part(names.RECORDS, names.RECORD_FIRST), narrow(starts_of(counts)))
        self.arrays.put(names.part(names.RECORDS, names.RECORD_LENGTHS), narrow(lengths))

    def is_text(self, name: str) -> bool:
        """Whether a field holds running text."""
        return any(spec.name == name and spec.kind == "text" for spec in self.specs)

    def terms_writer(self, name: str, words: Sequence[Integers]) -> TermsWriter:
        """A writer for the postings of a field. ``words``: for a text field, the lengths of documents in words, an array per part."""
        return TermsWriter(name, self._new_stream, np.concatenate([np.empty(0, dtype=np.uint8), *words]) if self.is_text(name) else None)

    def _new_stream(self) -> BinaryIO:
        """An anonymous temporary file, which never stays behind."""
        stream = tempfile.SpooledTemporaryFile(_IN_MEMORY, dir=str(self.folder))  # noqa: SIM115 - closed here or by `abandon`
        self._streams.append(cast("BinaryIO", stream))
        return self._streams[-1]

    def roots_of(self, name: str, roots: Roots | None) -> Roots | None:
        """``roots`` if the field is indexed with roots, else ``None``."""
        return roots if any(spec.name == name and spec.roots for spec in self.specs) else None

    def publish(self, size: int, bases: dict[str, int | None]) -> str:
        """The segment's name; completes the file, flushes it to disk and renames it. The folder is not flushed."""
        self.arrays.finish({"documents": size, "bases": bases})
        os.fsync(self._stream.fileno())
        self._stream.close()
        self._temporary.replace(self._path)
        return self.name

    def abandon(self) -> None:
        """Remove the file."""
        for stream in (*self._streams, self._stream):
            stream.close()
        self._temporary.unlink(missing_ok=True)


class SegmentBuilder:
    """Collects batches in memory and writes them as one segment."""

    def __init__(self, folder: Path, specs: Sequence[FieldSpec], roots: Roots | None) -> None:
        self._file = SegmentFile(folder, specs)
        self._specs, self._roots = tuple(specs), roots
        self.vocabularies = new_vocabularies(specs)
        self._parts: dict[str, list[Part]] = {name: [] for name in self.vocabularies}
        self._columns: list[Columns] = []
        self.size = 0
        self._bytes = 0

    @property
    def nbytes(self) -> int:
        """Approximate memory use in bytes."""
        return self._bytes + _BYTES_OF_A_WORD * sum(map(len, self.vocabularies.values()))

    def add(self, batch: Batch) -> None:
        """Add the arrays of a batch made with `vocabularies`."""
        for name, parts in self._parts.items():
            each = batch.inverted[name]
            parts.append(Part(each.terms, each.counts, each.documents, each.frequencies, each.positions, self.size))
        self._columns.append(batch.columns)
        self.size += batch.size
        self._bytes += batch.nbytes

    def add_records(self, records: RecordBlocks) -> None:
        """Write the compressed records of the next batch."""
        self._file.add_records(records)

    def finish(self, dictionary: bytes) -> str:
        """The segment's name; writes the segment. ``dictionary``: the compression dictionary of the records."""
        self._file.end_records(dictionary)
        numbers = {name: [self._write_field(name)] * len(self._columns) for name in self.vocabularies}
        bases = put_columns(self._file.arrays, self._specs, self._columns, numbers)
        return self._file.publish(self.size, bases)

    def _write_field(self, name: str) -> Integers:
        """The rank of each word of the vocabulary among the field's terms; writes the terms and postings of the field."""
        vocabulary, parts = self.vocabularies[name], self._parts.pop(name)  # popped to free its memory
        terms, ranks = vocabulary.ranked()
        writer = self._file.terms_writer(name, [columns.blocks[name].sums() for columns in self._columns] if self._file.is_text(name) else [])
        for postings in self._postings(name, parts, ranks):
            writer.add(postings)
        writer.finish(self._file.arrays, terms, self._file.roots_of(name, self._roots))
        return ranks

    def _postings(self, name: str, parts: list[Part], ranks: Integers) -> Iterable[Postings]:
        if not self._file.is_text(name):
            return (combine([dataclasses.replace(part, terms=ranks[part.terms]) for part in parts], len(ranks)),)
        return TermSlices(parts, self.vocabularies[name].initials(), ranks, _AT_ONCE)

    def abandon(self) -> None:
        """Remove what was written."""
        self._file.abandon()
