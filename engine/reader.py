"""Reading an index as arrays over document numbers. One reader sees one commit for as long as it lives; threads may share it.

Documents are numbered from 0 over all segments, deleted ones included (`Reader.live` says which count).
A *place* is a document and a position in one of its text fields in a single integer, ``document << 32 | position``; places sort as the
text reads. A block's words stand at neighbouring positions, and the position between two blocks is empty.
"""

from __future__ import annotations

import bisect
import dataclasses
import functools
import json
import time
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from reftel.engine import layout, toc
from reftel.engine.cache import ArrayCache
from reftel.engine.codec import Integers
from reftel.engine.columns import ABSENT, BytesColumn, IntegerColumn
from reftel.engine.damage import refuse_damage
from reftel.engine.errors import IndexDamaged, IndexMissing
from reftel.engine.specs import FieldSpec
from reftel.engine.stock import FileStorage

Mask = npt.NDArray[np.bool_]
Read = TypeVar("Read")

PLACE_BITS = 32
_CACHE_BYTES = 128 << 20
_ATTEMPTS, _PAUSE = 20, 0.02
_NONE = np.empty(0, dtype=np.int64)


@dataclasses.dataclass(frozen=True, slots=True)
class Blocks:
    """The blocks of a text field over all documents, in order: the place of each one's first word, and its number of words.

    Blocks ``first[d]`` to ``first[d + 1]`` belong to document *d*.
    """

    first: Integers
    starts: Integers
    lengths: Integers


@dataclasses.dataclass(frozen=True, slots=True)
class Regions:
    """All regions of all documents, in order.

    Document, first and last place (last < first if it has no words), level (-1 for none), and by label the numbers of the regions that
    have it.
    """

    documents: Integers
    starts: Integers
    ends: Integers
    levels: Integers
    labels: dict[str, Integers]


@dataclasses.dataclass(frozen=True, slots=True)
class Facet:
    """A facet column: the values in rising order, and (document, number of value) pairs in document order."""

    values: tuple[str, ...]
    documents: Integers
    codes: Integers


def open_reader(folder: str | Path) -> Reader:
    """A reader of the last commit. Errors: `IndexMissing`, `IndexDamaged`, `IndexVersion`."""
    place = Path(folder)
    storage = FileStorage(str(place))
    if toc.latest_generation(storage) < 0:
        if toc.has_segment_files(storage):
            raise IndexDamaged(f"the index in '{place}' has lost its table of contents")
        raise IndexMissing(f"there is no index in '{place}'")
    specs = layout.read_description(place)
    with refuse_damage(place):
        return _retry(lambda: Reader(place, storage, specs))


def _retry(attempt: Callable[[], Reader]) -> Reader:
    """Try again when a writer removed an old segment between the reading of the table of contents and the opening."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return attempt()
        except FileNotFoundError:
            time.sleep(_PAUSE)
    return attempt()


class _Segment:
    """One open segment: its number of documents, which of them live, its terms and its columns."""

    def __init__(self, storage: Any, segment: Any) -> None:
        self.size: int = segment.doc_count_all()
        self.live = np.ones(self.size, dtype=np.bool_)
        self.live[list(segment.deleted_docs())] = False
        codec = segment.codec()
        self.files = segment.open_compound_file(storage)
        self.terms = codec.terms_reader(self.files, segment)
        self.columns = codec.per_document_reader(self.files, segment)
        self.sorted_terms = functools.cache(self.terms.sorted_terms)

    def cells(self, name: str) -> tuple[bytes, Integers]:
        """All cells of a bytes column, joined, and their lengths."""
        if not self.columns.has_column(name):
            return b"", np.zeros(self.size, dtype=np.int64)
        cells: tuple[bytes, Integers] = self.columns.column_reader(name, BytesColumn()).cells()
        return cells

    def numbers(self, name: str) -> Integers:
        """All cells of a number column."""
        if not self.columns.has_column(name):
            return np.full(self.size, ABSENT, dtype=np.int64)
        numbers: Integers = self.columns.column_reader(name, IntegerColumn()).numbers()
        return numbers

    @functools.cached_property
    def records(self) -> Any:
        """The column of stored bytes."""
        return self.columns.column_reader(layout.STORED, BytesColumn())


class Reader:
    """One commit of an index, as arrays. Arrays that are handed out must not be changed."""

    def __init__(self, folder: Path, storage: Any, specs: tuple[FieldSpec, ...]) -> None:
        contents = toc.read_toc(storage)
        self.folder, self.specs, self.generation = folder, specs, contents.generation
        self._segments = [_Segment(storage, segment) for segment in contents.segments]
        sizes = [segment.size for segment in self._segments]
        self._bases = [0, *np.cumsum(sizes, dtype=np.int64).tolist()]
        self.size: int = self._bases[-1]
        self.live: Mask = np.concatenate([np.empty(0, np.bool_), *(segment.live for segment in self._segments)])
        self.documents = int(self.live.sum())
        self._cache = ArrayCache(_CACHE_BYTES)
        self._columns: dict[tuple[str, str], Any] = {}

    def close(self) -> None:
        """Let go of the files."""
        for segment in self._segments:
            segment.files.close()
        self._segments = []

    # -- terms and postings -----------------------------------------------------------------------------------------------------------

    def terms(self, field: str, prefix: str = "") -> list[str]:
        """Every term of a text or keyword field that begins with ``prefix``, in code-point order; some may stand in deleted documents only."""
        with refuse_damage(self.folder):
            parts = [_with_prefix(segment.sorted_terms(field), prefix) for segment in self._segments]
        if len(parts) == 1:
            return parts[0]
        return sorted({term for part in parts for term in part})

    def postings(self, field: str, term: str) -> tuple[Integers, Integers]:
        """The live documents that hold ``term``, rising, and how often each does."""
        documents, frequencies = self._cache.get(("postings", field, term), lambda: self._guard(lambda: self._postings(field, term)))
        return documents, frequencies

    def postings_of_any(self, field: str, terms: Sequence[str]) -> tuple[Integers, Integers]:
        """The live documents that hold any of ``terms``, rising, and how often each does, all terms together."""
        if len(terms) == 1:
            return self.postings(field, terms[0])
        documents, frequencies = self._guard(lambda: self._postings(field, *terms))
        totals = np.bincount(documents, weights=frequencies, minlength=self.size)
        found = np.flatnonzero(totals)
        return found, totals[found].astype(np.int64)

    def _postings(self, field: str, *terms: str) -> tuple[Integers, Integers]:
        documents, frequencies = [_NONE], [_NONE]
        for base, segment in zip(self._bases, self._segments, strict=False):
            for term in terms:
                for numbers, counts, _values in segment.terms.blocks(field, term.encode()):
                    documents.append(numbers + base)
                    frequencies.append(counts)
        found = np.concatenate(documents)
        alive = self.live[found]
        return found[alive], np.concatenate(frequencies)[alive]

    def places(self, field: str, term: str) -> Integers:
        """The places of ``term`` in live documents, rising."""
        return self._cache.get(("places", field, term), lambda: self._guard(lambda: (self._places(field, term),)))[0]

    def _places(self, field: str, term: str) -> Integers:
        places = [_NONE]
        for base, segment in zip(self._bases, self._segments, strict=False):
            for numbers, counts, values in segment.terms.blocks(field, term.encode()):
                positions = np.frombuffer(values, dtype="<u4").astype(np.int64)
                places.append(np.repeat(numbers + base, counts) << PLACE_BITS | positions)
        found: Integers = np.concatenate(places)
        alive: Integers = found[self.live[found >> PLACE_BITS]]
        return alive

    # -- columns --------------------------------------------------------------------------------------------------------------------------

    def numbers(self, field: str) -> Integers:
        """A number field's value by document, ``ABSENT`` where it has none."""
        return self._column("numbers", field, lambda: np.concatenate([_NONE, *(segment.numbers(field) for segment in self._segments)]))

    def blocks(self, field: str) -> Blocks:
        """The blocks of a text field."""
        return self._column("blocks", field, lambda: _blocks(*self._cells(layout.blocks_column(field))))

    def lengths(self, field: str) -> Integers:
        """Number of words in a text field by document."""
        return self._column("lengths", field, lambda: _lengths(self.blocks(field)))

    def facet(self, field: str) -> Facet:
        """The values to count of a field."""
        return self._column("facet", field, lambda: _facet(self._split_cells(layout.facet_column(field))))

    def order(self, field: str) -> Integers:
        """Numbers that sort documents as a number or keyword field does, ``ABSENT`` where it has no value."""
        if any(spec.name == field and spec.kind == "number" for spec in self.specs):
            return self.numbers(field)
        return self._column("order", field, lambda: _ranks(self._split_cells(layout.sort_column(field))))

    def regions(self) -> Regions:
        """The regions of all documents."""
        return self._column("regions", "", self._regions)

    def _regions(self) -> Regions:
        field = next(spec.name for spec in self.specs if spec.regions)
        data, lengths = self._cells(layout.REGIONS)
        cells = np.frombuffer(data, dtype=layout.REGION_CELL)
        counts = lengths // layout.REGION_CELL.itemsize
        documents = np.repeat(np.arange(self.size, dtype=np.int64), counts)
        blocks = self.blocks(field)
        numbers = blocks.first[documents] + cells["block"].astype(np.int64)
        starts = blocks.starts[numbers]
        labels = _labels(self._split_cells(layout.LABELS), np.cumsum(counts) - counts)
        return Regions(documents, starts, starts + blocks.lengths[numbers] - 1, cells["level"].astype(np.int64), labels)

    # -- keys and records -----------------------------------------------------------------------------------------------------------------

    @property
    def keys(self) -> list[bytes]:
        """The key of every document, encoded."""
        return self._column("keys", "", lambda: self._split_cells(layout.KEY))

    def key(self, document: int) -> str:
        """The key of a document."""
        return self._guard(self.keys[document].decode)

    def key_order(self) -> Integers:
        """Numbers that sort documents by key."""
        return self._column("key_order", "", lambda: _ranks(self.keys))

    def document(self, key: str) -> int | None:
        """The document with this key."""
        found = self.postings(layout.KEY, key)[0]
        return int(found[0]) if len(found) else None

    def record(self, document: int) -> bytes:
        """The stored bytes of a document, as they were given."""
        number = bisect.bisect_right(self._bases, document) - 1
        segment = self._segments[number]
        return self._guard(lambda: zlib.decompress(segment.records[document - self._bases[number]]))

    # -- helpers --------------------------------------------------------------------------------------------------------------------------

    def _guard(self, read: Callable[[], Read]) -> Read:
        with refuse_damage(self.folder):
            return read()

    def _column(self, kind: str, field: str, make: Callable[[], Read]) -> Read:
        """A column made once and kept. Two threads may both make it; they make equal ones."""
        key = (kind, field)
        if key not in self._columns:
            self._columns[key] = self._guard(make)
        kept: Read = self._columns[key]
        return kept

    def _cells(self, name: str) -> tuple[bytes, Integers]:
        parts = [segment.cells(name) for segment in self._segments]
        return b"".join(data for data, _ in parts), np.concatenate([_NONE, *(lengths for _, lengths in parts)])

    def _split_cells(self, name: str) -> list[bytes]:
        data, lengths = self._cells(name)
        ends = np.cumsum(lengths).tolist()
        return [data[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def _with_prefix(terms: list[str], prefix: str) -> list[str]:
    if not prefix:
        return terms
    start = bisect.bisect_left(terms, prefix)
    end = bisect.bisect_left(terms, True, start, key=lambda term: not term.startswith(prefix))
    return terms[start:end]


def _blocks(data: bytes, cell_lengths: Integers) -> Blocks:
    lengths = np.frombuffer(data, dtype="<u4").astype(np.int64)
    counts = cell_lengths // 4
    first = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    before = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths + 1)])  # a block takes its words and the empty position behind
    documents = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    starts = documents << PLACE_BITS | (before[:-1] - before[first[:-1]][documents])
    return Blocks(first, starts, lengths)


def _lengths(blocks: Blocks) -> Integers:
    before = np.concatenate([np.zeros(1, np.int64), np.cumsum(blocks.lengths)])
    lengths: Integers = before[blocks.first[1:]] - before[blocks.first[:-1]]
    return lengths


def _facet(cells: list[bytes]) -> Facet:
    lists = {cell: json.loads(cell) if cell else [] for cell in set(cells)}
    values = sorted({value for items in lists.values() for value in items})
    numbers = {value: number for number, value in enumerate(values)}
    codes = {cell: [numbers[value] for value in items] for cell, items in lists.items()}
    counts = np.fromiter((len(codes[cell]) for cell in cells), dtype=np.int64, count=len(cells))
    flat = np.fromiter((code for cell in cells for code in codes[cell]), dtype=np.int64, count=int(counts.sum()))
    return Facet(tuple(values), np.repeat(np.arange(len(cells), dtype=np.int64), counts), flat)


def _ranks(cells: list[bytes]) -> Integers:
    ranks = {cell: rank for rank, cell in enumerate(sorted(set(cells)))} | {b"": ABSENT}
    return np.fromiter((ranks[cell] for cell in cells), dtype=np.int64, count=len(cells))


def _labels(cells: list[bytes], first_regions: Integers) -> dict[str, Integers]:
    found: dict[str, list[int]] = {}
    for cell, first in zip(cells, first_regions.tolist(), strict=True):
        for region, label in json.loads(cell) if cell else ():
            found.setdefault(label, []).append(first + region)
    return {label: np.array(regions, dtype=np.int64) for label, regions in found.items()}


