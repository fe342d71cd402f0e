"""Batches: up to 512 records collected one by one, then turned into arrays."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

import numpy as np

from reftel.base.frozen import frozen
from reftel.engine.arrays import narrow
from reftel.engine.columns import ABSENT, Coded, Columns, Lists, RegionLists
from reftel.engine.interning import Vocabulary
from reftel.engine.inversion import Inverted, TextInverter, ValueInverter
from reftel.engine.specs import KEY, FieldSpec, Record, Region

Vocabularies = dict[str, Vocabulary]

_MOST = 512
_MOST_BYTES = 16 << 20
_MOST_WORDS = 1 << 20
_AT_ONCE, _BYTES_AT_ONCE = 64, 1 << 20  # records, and bytes of what is stored of them, whose values are collected together


def inverted_fields(specs: Sequence[FieldSpec]) -> tuple[str, ...]:
    """The fields that have terms: the key, and those of text and keywords."""
    return (KEY, *(spec.name for spec in specs if spec.kind in ("text", "keyword")))


def new_vocabularies(specs: Sequence[FieldSpec]) -> Vocabularies:
    """An empty vocabulary for each field that has terms."""
    return {name: Vocabulary() for name in inverted_fields(specs)}


@frozen
class Batch:
    """Documents as arrays, numbered from 0. Terms are numbered by the vocabularies passed to `BatchMaker.take`."""

    size: int
    inverted: dict[str, Inverted]
    columns: Columns

    @property
    def nbytes(self) -> int:
        """Approximate size in bytes."""
        return self.columns.nbytes + sum(each.nbytes for each in self.inverted.values())


class BatchMaker:
    """Collects records until it is `full`, then makes one `Batch` of them.

    ``stored``: the stored bytes of the records, which are not part of the batch.
    """

    def __init__(self, specs: Sequence[FieldSpec]) -> None:
        kinds = {spec.name: spec.kind for spec in specs}
        self._texts = {name: TextInverter() for name, kind in kinds.items() if kind == "text"}
        self._keywords = {name: ValueInverter() for name, kind in kinds.items() if kind == "keyword"}
        self._keys = ValueInverter()
        self._numbers: dict[str, list[int]] = {name: [] for name, kind in kinds.items() if kind == "number"}
        self._facets = {spec.name: _Coder() for spec in specs if spec.facet}
        self._sorted = tuple(spec.name for spec in specs if spec.sort and spec.kind == "keyword")
        self._regions = _Regions() if any(spec.regions for spec in specs) else None
        self.stored: list[bytes] = []
        self._bytes = 0
        self._waiting: list[Record] = []
        self._waiting_bytes = 0

    @property
    def size(self) -> int:
        """Number of records collected."""
        return len(self.stored)

    @property
    def full(self) -> bool:
        """Whether the batch has reached its limit of records, bytes or words."""
        return self.size >= _MOST or self._bytes >= _MOST_BYTES or sum(map(len, self._texts.values())) >= _MOST_WORDS

    def add(self, record: Record) -> None:
        """Collect a record."""
        self.stored.append(record.stored)
        self._bytes += len(record.stored)
        self._waiting.append(record)
        self._waiting_bytes += len(record.stored)
        if len(self._waiting) >= _AT_ONCE or self._waiting_bytes >= _BYTES_AT_ONCE:
            self._sort_in()

    def _sort_in(self) -> None:
        """Put the values of the waiting records to those of their fields: a field of many records takes less time than many of one."""
        records, self._waiting, self._waiting_bytes = self._waiting, [], 0
        self._keys.add([(record.key,) for record in records])
        for name, text in self._texts.items():
            text.add([record.texts.get(name, ()) for record in records], [record.joined.get(name, ()) for record in records])
        for name, keywords in self._keywords.items():
            keywords.add([record.keywords.get(name, ()) for record in records])
        for name, numbers in self._numbers.items():
            given = [record.numbers.get(name) for record in records]
            numbers += [ABSENT if number is None else number for number in given]
        for name, facet in self._facets.items():
            facet.add([record.facets.get(name, ()) for record in records])
        if self._regions is not None:
            self._regions.add([record.regions for record in records])

    def take(self, vocabularies: Vocabularies) -> Batch:
        """The batch. To be called once; nothing can be added afterwards."""
        self._sort_in()
        inverted = {KEY: self._keys.take(vocabularies[KEY])[0]}
        columns = Columns({}, {}, {}, {}, self._regions.take() if self._regions is not None else None)
        for name, text in self._texts.items():
            inverted[name], columns.blocks[name] = text.take(vocabularies[name])
        for name, keywords in self._keywords.items():
            inverted[name], firsts = keywords.take(vocabularies[name])
            if name in self._sorted:
                columns.sorts[name] = firsts
        for name, numbers in self._numbers.items():
            columns.numbers[name] = np.array(numbers, dtype=np.int64)
            numbers.clear()
        for name, facet in self._facets.items():
            columns.facets[name] = facet.take()
        return Batch(self.size, inverted, columns)


class _Coder:
    """Encodes one list of values per document as codes into a table of distinct values."""

    def __init__(self) -> None:
        self._clear()

    def _clear(self) -> None:
        self._table: dict[str, int] = {}
        self._counts: list[int] = []
        self._codes: list[int] = []

    def add(self, lists: Iterable[Sequence[str]]) -> None:
        """Encode the lists of the next documents; in a list repeated values count once."""
        unrepeated = [values if len(values) < 2 else dict.fromkeys(values) for values in lists]
        table = self._table
        self._counts.extend(map(len, unrepeated))
        self._codes += [table.setdefault(value, len(table)) for value in itertools.chain.from_iterable(unrepeated)]

    def take(self) -> Coded:
        """The lists encoded so far; starts over with an empty table."""
        lists = Lists(narrow(np.array(self._counts, dtype=np.int64)), narrow(np.array(self._codes, dtype=np.int64)))
        coded = Coded(list(self._table), lists)
        self._clear()
        return coded


class _Regions:
    """Collects the regions of documents."""

    def __init__(self) -> None:
        self._labels = _Coder()
        self._clear()

    def _clear(self) -> None:
        self._counts: list[int] = []
        self._blocks: list[int] = []
        self._levels: list[int] = []

    def add(self, documents: Sequence[Sequence[Region]]) -> None:
        """Collect the regions of the next documents."""
        regions = list(itertools.chain.from_iterable(documents))
        self._counts.extend(map(len, documents))
        self._blocks += [region.block for region in regions]
        self._levels += [0 if region.level is None else region.level + 1 for region in regions]
        self._labels.add([region.labels for region in regions])

    def take(self) -> RegionLists:
        """The regions collected so far; starts over empty."""
        counts, blocks, levels = (narrow(np.array(each, dtype=np.int64)) for each in (self._counts, self._blocks, self._levels))
        self._clear()
        return RegionLists(Lists(counts, blocks), levels, self._labels.take())
