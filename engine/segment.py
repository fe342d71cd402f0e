"""One open segment file: its terms, columns and records, each read on first access."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from reftel.engine import names
from reftel.engine.arrays import Integers, Mask, Wide, narrow, ranges
from reftel.engine.columns import Coded, Columns, Lists, RegionLists, decode_numbers
from reftel.engine.container import ContainerError, MappedContainer
from reftel.engine.folder import SEGMENT
from reftel.engine.lexicon import Lexicon, encode_term
from reftel.engine.postings import FieldPostings, open_lexicon
from reftel.engine.records import Inflater, RecordBlocks, RecordLines
from reftel.engine.specs import KEY, FieldSpec
from reftel.engine.spelling import Spelling

_BASE_LIMIT = 1 << 63


class Segment:
    """An open segment file. Raises any of `damage.SYMPTOMS` where it is damaged. ``live``: mask of the documents that are not deleted."""

    def __init__(self, folder: Path, name: str, size: int, deleted: Integers) -> None:
        self.name, self.size = name, size
        self.file = _open(folder, name)
        try:
            # Every document has at least a byte of lengths: this refuses a made-up size before memory is allocated for it.
            if self.file.about["documents"] != size or self.file.size(names.part(names.RECORDS, names.RECORD_LENGTHS)) < size:
                raise ValueError(f"'{name}' does not have the {size} documents that the table of contents gives")
            self._bases = _bases(self.file.about["bases"])
            self.live: Mask = np.ones(size, dtype=np.bool_)
            self.live[deleted] = False
        except BaseException:
            self.file.close()
            raise
        self.deletions = len(deleted)
        self.field = functools.cache(self._field)
        self.roots = functools.cache(self._roots)
        self.spelling = functools.cache(lambda field: Spelling.of(self.field(field).lexicon))
        self.facet_terms = functools.cache(lambda field: open_lexicon(self.file, names.part(field, names.FACET)))

    def close(self) -> None:
        """Close the file."""
        self.field.cache_clear()
        self.roots.cache_clear()
        self.spelling.cache_clear()
        self.facet_terms.cache_clear()
        self.__dict__.pop("_record_places", None)
        self.file.close()

    # -- terms ----------------------------------------------------------------------------------------------------------------------------

    def has_terms(self, name: str) -> bool:
        """Whether a field has terms here."""
        return names.part(name, names.TERMS) in self.file

    def _field(self, name: str) -> FieldPostings:
        return FieldPostings(self.file, name, self.size)

    def has_roots(self, name: str) -> bool:
        """Whether the terms of a field have roots here."""
        return names.part(name, names.ROOTS) in self.file

    def _roots(self, name: str) -> Lexicon:
        return open_lexicon(self.file, names.part(name, names.ROOTS))

    def is_root(self, name: str, word: str) -> bool:
        """Whether any term of a field is an inflection of ``word``."""
        return self.roots(name).number(encode_term(word)) is not None

    def forms(self, name: str, root: str) -> list[int]:
        """The numbers of a field's terms that are inflections of ``root``, rising."""
        number = self.roots(name).number(encode_term(root))
        if number is None:
            return []
        starts = self._array(name, names.ROOT_TERMS_AT)
        found: list[int] = self._array(name, names.ROOT_TERMS)[int(starts[number]) : int(starts[number + 1])].tolist()
        return found

    def roots_of(self, name: str, term: int) -> list[str]:
        """The words that a field's term is an inflection of."""
        rooted, roots = self._array(name, names.ROOTED), self._array(name, names.ROOTS_OF_ROOTED)
        low, high = rooted.searchsorted(term), rooted.searchsorted(term, "right")
        return self.roots(name).select(roots[low:high].tolist())

    @functools.cached_property
    def key_numbers(self) -> Wide:
        """The number of each document's key."""
        postings = self.field(KEY)
        numbers = np.full(self.size, -1, dtype=np.int64)
        if postings.total(0, len(postings.lexicon)) == len(postings.lexicon) == self.size:  # one document per key
            numbers[postings.first] = np.arange(self.size, dtype=np.int64)
        else:
            counts, documents = postings.of_range(0, len(postings.lexicon))
            if len(documents) != self.size:
                raise ValueError(f"'{self.name}' has {len(documents)} keys for {self.size} documents")
            numbers[documents] = np.repeat(np.arange(len(counts)), counts)
        if numbers.min(initial=0) < 0:
            raise ValueError(f"'{self.name}' has a document without a key")
        return numbers

    def keys_of(self, documents: Wide) -> list[str]:
        """The keys of some documents."""
        return self.field(KEY).lexicon.select(self.key_numbers[documents].tolist())

    # -- columns --------------------------------------------------------------------------------------------------------------------------

    def numbers(self, name: str) -> Wide:
        """A number column: int64 by document, `ABSENT` for none."""
        return decode_numbers(self._column(name, names.NUMBER), self._bases[name])

    def lengths(self, name: str) -> Integers:
        """Length of a text field in words, by document."""
        return self._column(name, names.LENGTH)

    def blocks(self, name: str) -> Lists:
        """The length in words of each block of each document."""
        return self._lists(name, names.BLOCK_COUNTS, names.BLOCK_WORDS)

    def facet(self, name: str) -> Lists:
        """Codes into `facet_terms` by document."""
        lists = self._lists(name, names.FACET_COUNTS, names.FACET_CODES)
        if int(lists.values.max(initial=0)) >= max(1, len(self.facet_terms(name))):
            raise ValueError(f"'{name}' has values that are not in its table")
        return lists

    def sort(self, name: str) -> Integers:
        """The term number + 1 of each document's first value; 0 for none."""
        codes = self._column(name, names.SORT)
        if int(codes.max(initial=0)) > len(self.field(name).lexicon):
            raise ValueError(f"'{name}' has values that are no terms")
        return codes

    def regions(self) -> RegionLists:
        """The regions of all documents."""
        blocks = self._lists(names.REGIONS, names.REGION_COUNTS, names.REGION_BLOCKS)
        levels = self._array(names.REGIONS, names.REGION_LEVELS)
        counts, codes = self._array(names.REGIONS, names.LABEL_COUNTS), self._array(names.REGIONS, names.LABEL_CODES)
        if len(levels) != len(blocks.values) or len(counts) != len(levels):
            raise ValueError(f"'{self.name}' has {len(blocks.values)} regions, but {len(levels)} levels and labels of {len(counts)}")
        terms = open_lexicon(self.file, names.part(names.REGIONS, names.LABELS))
        return RegionLists(blocks, levels, Coded(terms.slice(0, len(terms)), Lists(counts, codes).check()))

    def columns(self, specs: tuple[FieldSpec, ...]) -> Columns:
        """All columns, of the live documents only."""
        live = self.live
        result = Columns({}, {}, {}, {}, _kept_regions(self.regions(), live) if any(spec.regions for spec in specs) else None)
        for spec in specs:
            if spec.kind == "text":
                result.blocks[spec.name] = self.blocks(spec.name).kept(live)
            elif spec.kind == "number":
                result.numbers[spec.name] = self.numbers(spec.name)[live]
            elif spec.kind == "keyword" and spec.sort:
                result.sorts[spec.name] = self.sort(spec.name)[live]
            if spec.facet:
                terms = self.facet_terms(spec.name)
                result.facets[spec.name] = Coded(terms.slice(0, len(terms)), self.facet(spec.name).kept(live))
        return result

    # -- records --------------------------------------------------------------------------------------------------------------------------

    def records(self, documents: Sequence[int]) -> list[RecordLines]:
        """The stored bytes of some documents."""
        first, at, lengths = self._record_places
        data, inflater = self.file.bytes(names.part(names.RECORDS, names.RECORD_LINES)), self._inflater
        found = []
        for low, high in zip(first[documents].tolist(), first[1:][documents].tolist(), strict=True):
            cuts = at[low : high + 1].tolist()
            found.append(RecordLines(bytes(_slice_of(data, cuts[0], cuts[-1])), cuts, lengths[low:high].tolist(), inflater))
        return found

    def record_blocks(self, documents: Wide) -> RecordBlocks:
        """The stored bytes of some documents, one or more, which rise, as they are compressed."""
        first, at, lengths = self._record_places
        starts, ends = first[documents].astype(np.int64), first[documents + 1].astype(np.int64)
        lines = ranges(starts, ends - starts)
        sizes = at[lines + 1].astype(np.int64) - at[lines]
        if (sizes < 0).any():
            raise ValueError(f"'{self.name}' has lines of records that end before they begin")
        data, new = self.file.bytes(names.part(names.RECORDS, names.RECORD_LINES)), np.flatnonzero(starts[1:] != ends[:-1]) + 1
        runs = zip(at[starts[[0, *new]]].tolist(), at[ends[[*(new - 1), -1]]].tolist(), strict=True)
        return RecordBlocks(b"".join([_slice_of(data, low, high) for low, high in runs]), narrow(ends - starts), narrow(sizes), lengths[lines])

    @functools.cached_property
    def _record_places(self) -> tuple[Integers, Integers, Integers]:
        """The number of each record's first line, and the offset and uncompressed length of every line."""
        first, at, lengths = (self._array(names.RECORDS, kind) for kind in (names.RECORD_FIRST, names.RECORD_LINES_AT, names.RECORD_LENGTHS))
        if len(first) != self.size + 1 or len(at) != len(lengths) + 1 or int(first[-1]) != len(lengths):
            raise ValueError(f"'{self.name}' has records whose numbers of lines don't add up")
        return first, at, lengths

    @functools.cached_property
    def _inflater(self) -> Inflater:
        return Inflater(self.dictionary)

    @functools.cached_property
    def dictionary(self) -> bytes:
        """The compression dictionary of the records; may be empty."""
        return bytes(self.file.bytes(names.part(names.RECORDS, names.RECORD_DICTIONARY)))

    # -- helpers --------------------------------------------------------------------------------------------------------------------------

    def _array(self, name: str, kind: str) -> Integers:
        return self.file.array(names.part(name, kind))

    def _column(self, name: str, kind: str) -> Integers:
        values = self._array(name, kind)
        if len(values) != self.size:
            raise ValueError(f"'{names.part(name, kind)}' has {len(values)} values for {self.size} documents")
        return values

    def _lists(self, name: str, counts: str, values: str) -> Lists:
        return Lists(self._column(name, counts), self._array(name, values)).check()


def _open(folder: Path, name: str) -> MappedContainer:
    try:
        return MappedContainer(folder / (name + SEGMENT))
    except ContainerError as error:
        raise ContainerError(f"'{name}': {error}") from error


def _slice_of(data: memoryview, start: int, end: int) -> memoryview:
    if not 0 <= start <= end <= len(data):
        raise ValueError(f"records are said to stand at {start:,} to {end:,} of {len(data):,} bytes")
    return data[start:end]


def _bases(values: Mapping[str, Any]) -> dict[str, int | None]:
    """The base of each number column, as the segment's directory gives it; ``ValueError`` for an impossible one."""
    for name, base in values.items():
        if base is not None and (type(base) is not int or not -_BASE_LIMIT <= base < _BASE_LIMIT):
            raise ValueError(f"the numbers of '{name}' can't count from {base!r}")
    return dict(values)


def _kept_regions(regions: RegionLists, live: Mask) -> RegionLists:
    kept = np.repeat(live, regions.blocks.counts)
    return RegionLists(regions.blocks.kept(live), regions.levels[kept], Coded(regions.labels.terms, regions.labels.lists.kept(kept)))
