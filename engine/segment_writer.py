"""Writing one segment file: from batches as they come, under a temporary name until it is whole."""

from __future__ import annotations

import os
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
import numpy.typing as npt

from reftel.engine import names
from reftel.engine.batch import Batch
from reftel.engine.columns import Columns, narrow, starts_of
from reftel.engine.columns_writer import put_columns
from reftel.engine.combining import Part, combine
from reftel.engine.container import ContainerWriter
from reftel.engine.folder import NEW, SEGMENT, new_segment_name
from reftel.engine.records import RecordBlocks
from reftel.engine.specs import KEY, FieldSpec
from reftel.engine.terms_writer import Roots, TermsWriter

Integers = npt.NDArray[Any]

_IN_MEMORY = 4 << 20

class SegmentFile:
    """The file of a segment that is being written. Records first, as they come; the rest at the end."""

    def __init__(self, folder: Path, specs: Sequence[FieldSpec]) -> None:
        self.folder, self.specs = folder, tuple(specs)
        self.name = new_segment_name()
        self._path = folder / (self.name + SEGMENT)
        self._temporary = folder / (self.name + SEGMENT + NEW)
        self._stream = self._temporary.open("xb")
        self._streams: list[BinaryIO] = []
        self.arrays = ContainerWriter(self._stream)
        self._block_sizes: list[int] = []
        self._block_counts: list[int] = []
        self._lengths: list[Integers] = []
        self.arrays.begin(names.part(names.RECORDS, names.RECORD_BLOCKS), "<u1")

    def add_records(self, records: RecordBlocks) -> None:
        """Append stored bytes."""
        for block in records.blocks:
            self.arrays.append(block)
        self._block_sizes += map(len, records.blocks)
        self._block_counts += records.counts
        self._lengths.append(records.lengths)

    def end_records(self, dictionary: bytes) -> None:
        """Write where the records stand, and the dictionary that they were compressed with."""
        self.arrays.end()
        self.arrays.put(names.part(names.RECORDS, names.RECORD_DICTIONARY), np.frombuffer(dictionary, dtype=np.uint8))
        sizes, counts = np.array(self._block_sizes, dtype=np.int64), np.array(self._block_counts, dtype=np.int64)
        lengths = np.concatenate([np.empty(0, np.uint8), *self._lengths])
        self.arrays.put(names.part(names.RECORDS, names.RECORD_BLOCKS_AT), narrow(starts_of(sizes)))
        self.arrays.put(names.part(names.RECORDS, names.RECORD_FIRST), narrow(starts_of(counts)))
        self.arrays.put(names.part(names.RECORDS, names.RECORD_LENGTHS), narrow(lengths))

    def terms_writer(self, name: str) -> TermsWriter:
        """What takes the postings of a field."""
        positions = any(spec.name == name and spec.kind == "text" for spec in self.specs)
        return TermsWriter(name, self._new_stream, positions=positions)

    def _new_stream(self) -> BinaryIO:
        """A nameless file for what has no place yet, so that nothing is left behind whatever happens."""
        stream = tempfile.SpooledTemporaryFile(_IN_MEMORY, dir=str(self.folder))  # noqa: SIM115 - closed here or by `abandon`
        self._streams.append(cast("BinaryIO", stream))
        return self._streams[-1]

    def roots_of(self, name: str, roots: Roots | None) -> Roots | None:
        """``roots``, if the field's words are to be found by their roots."""
        return roots if any(spec.name == name and spec.roots for spec in self.specs) else None

    def publish(self, size: int, bases: dict[str, int | None]) -> str:
        """Finish the file, flush it to the disk and give it its name, which is given back. The folder is not flushed."""
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


def inverted_fields(specs: Sequence[FieldSpec]) -> tuple[str, ...]:
    """The fields that have terms: the key, and those of text and keywords."""
    return (KEY, *(spec.name for spec in specs if spec.kind in ("text", "keyword")))


class _Terms:
    """The terms of a field over all batches, and the postings of each batch."""

    def __init__(self) -> None:
        self._numbers: defaultdict[str, int] = defaultdict()
        self._numbers.default_factory = self._numbers.__len__
        self._parts: list[Part] = []

    def add(self, batch: Batch, name: str, base: int) -> None:
        inverted = batch.inverted[name]
        lookup: Callable[[str], int] = self._numbers.__getitem__
        numbers = np.fromiter(map(lookup, inverted.terms), dtype=np.uint32, count=len(inverted.terms))
        self._parts.append(
            Part(numbers, narrow(inverted.counts), inverted.documents, inverted.frequencies, inverted.positions, base)
        )

    def write(self, file: SegmentFile, name: str, roots: Roots | None) -> list[Integers]:
        """Write the field; for each batch the places of its terms in the order of all."""
        terms = sorted(self._numbers)
        ranks = np.empty(len(terms), dtype=np.uint32)
        lookup: Callable[[str], int] = self._numbers.__getitem__
        ranks[np.fromiter(map(lookup, terms), dtype=np.int64, count=len(terms))] = np.arange(len(terms), dtype=np.uint32)
        parts = [Part(ranks[part.terms], part.counts, part.documents, part.frequencies, part.positions, part.base) for part in self._parts]
        writer = file.terms_writer(name)
        writer.add(combine(parts, len(terms)))
        writer.finish(file.arrays, terms, file.roots_of(name, roots))
        return [part.terms for part in parts]


class SegmentBuilder:
    """Collects batches in memory and writes them as one segment."""

    def __init__(self, folder: Path, specs: Sequence[FieldSpec], roots: Roots | None) -> None:
        self._file = SegmentFile(folder, specs)
        self._specs, self._roots = tuple(specs), roots
        self._terms = {name: _Terms() for name in inverted_fields(specs)}
        self._columns: list[Columns] = []
        self.size = 0
        self.nbytes = 0

    def add(self, batch: Batch) -> None:
        """Take the arrays of a batch."""
        for name, terms in self._terms.items():
            terms.add(batch, name, self.size)
        self._columns.append(batch.columns)
        self.size += batch.size
        self.nbytes += batch.nbytes

    def add_records(self, records: RecordBlocks) -> None:
        """Write the stored bytes of a batch; those of all batches in their order."""
        self._file.add_records(records)

    def finish(self, dictionary: bytes) -> str:
        """Write the segment; its name. ``dictionary``: what the records were compressed with."""
        self._file.end_records(dictionary)
        numbers: dict[str, list[Integers]] = {}
        for name in list(self._terms):
            numbers[name] = self._terms.pop(name).write(self._file, name, self._roots)  # popped: frees memory
        bases = put_columns(self._file.arrays, self._specs, self._columns, numbers)
        return self._file.publish(self.size, bases)

    def abandon(self) -> None:
        """Remove what was written."""
        self._file.abandon()
