"""Reads an index as arrays over document numbers. A reader sees one commit for as long as it is open; it is thread-safe.

Documents are numbered from 0 over all segments, deleted ones included; the mask `Reader.live` is true for the others.
A *place* is a document and a position in one of its text fields as a single int64, ``document << 32 | position``; places sort as the
text reads. The words of a block have consecutive positions, and one position between two blocks is empty.
"""

from __future__ import annotations

import bisect
import functools
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from reftel.engine import tables, termsets
from reftel.engine.arrays import PLACE_BITS, Mask, Wide
from reftel.engine.blockmax import SkipBlocks, TermPart
from reftel.engine.cache import Budget, Cache
from reftel.engine.contents import TableOfContents, read_contents
from reftel.engine.damage import DAMAGE, damage_of, refuse_damage
from reftel.engine.errors import IndexClosed, IndexDamaged, IndexMissing
from reftel.engine.folder import has_segments, latest_generation
from reftel.engine.lexicon import encode_term
from reftel.engine.postings import FieldPostings
from reftel.engine.records import RecordLines
from reftel.engine.segment import Segment
from reftel.engine.specs import KEY
from reftel.engine.tables import BlockTable, Facet, Regions, RegionTable
from reftel.engine.termsets import SegmentTerms, TermSet

Read = TypeVar("Read")

__all__ = ["BlockTable", "Facet", "Reader", "Regions", "TermSet", "open_reader"]

_FEW_WANTED = 256  # documents, whose places in common terms are read, and cached, by themselves
_SOON_READ = 1 << 16  # postings and positions; up to so many are read whole and cached, since reading a part would take as long
_SOONER_READ = 1 << 12  # the same where few documents are wanted
_POSITIONS_KEPT = 1 << 23  # postings and positions; beyond, only the positions wanted are unpacked
_SOON_ADDED = 1 << 15  # postings whose frequencies are added up to position offsets in some 30 microseconds
_ATTEMPTS, _PAUSE = 20, 0.02
_NONE = np.empty(0, dtype=np.int64)


def open_reader(folder: str | Path, budget: Budget | None = None) -> Reader:
    """A reader of the last commit, whose caches use ``budget``. Errors: `IndexMissing`, `IndexDamaged`, `IndexVersion`."""
    place = Path(folder)
    try:
        with refuse_damage(place):
            if latest_generation(place) < 0:
                if has_segments(place):
                    raise IndexDamaged(f"the index in '{place}' has lost its table of contents")
                raise IndexMissing(f"there is no index in '{place}'")
            return _retry(lambda: Reader(place, read_contents(place), budget))
    except OSError as error:
        raise IndexDamaged(f"the index in '{place}' cannot be read: {error.strerror or error} ({error.filename or place})") from error


def _retry(attempt: Callable[[], Reader]) -> Reader:
    """The opened reader; retries if a writer removed an old segment between reading the table of contents and opening the segment."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return attempt()
        except FileNotFoundError:
            time.sleep(_PAUSE)
    return attempt()


class Reader:
    """One commit of an index, as arrays. Returned arrays must not be changed.

    ``size``: number of documents, deleted ones included; ``documents``: number of live ones; ``live``: mask of the live ones.
    """

    def __init__(self, folder: Path, contents: TableOfContents, budget: Budget | None = None) -> None:
        self.folder, self.specs, self.generation = folder, contents.specs, contents.generation
        opened: list[Segment] = []
        self._segments: Sequence[Segment] = opened
        try:
            opened.extend(Segment(folder, entry.name, entry.size, entry.deleted) for entry in contents.entries)
        except BaseException:
            for segment in opened:
                segment.close()
            raise
        self._bases: list[int] = [0, *np.cumsum([segment.size for segment in self._segments], dtype=np.int64).tolist()]
        self.size: int = self._bases[-1]
        self.live: Mask = np.concatenate([np.empty(0, np.bool_), *(segment.live for segment in self._segments)])
        self.documents = self.size - sum(segment.deletions for segment in self._segments)
        self.budget = budget or Budget()
        self._cache: Cache[tuple[Wide, ...]] = Cache(self.budget, _bytes)
        self._columns: dict[tuple[str, str], Any] = {}

    def close(self) -> None:
        """Close the files. Not while another thread reads; later calls raise `IndexClosed`."""
        opened, self._segments = self._segments, _Closed()
        if isinstance(opened, _Closed):
            return
        self.budget.clear()
        self._columns.clear()
        for segment in opened:
            segment.close()

    # -- terms ------------------------------------------------------------------------------------------------------------------------

    def terms(self, field: str, prefix: str = "") -> list[str]:
        """Every term of a text or keyword field that begins with ``prefix``, in code-point order; some may stand in deleted documents only."""
        return self.listed(self.with_prefix(field, prefix))

    def listed(self, terms: TermSet) -> list[str]:
        """The terms of a set in code-point order."""
        parts = self.guard(lambda: [termsets.listed(part, field) for part, field, _segment, _base in self._parts(terms)])
        return parts[0] if len(parts) == 1 else sorted(set().union(*parts))

    def with_prefix(self, field: str, prefix: str = "") -> TermSet:
        """The terms of a field that begin with ``prefix``."""
        return self._term_set(field, ("prefix", prefix), lambda segment: SegmentTerms.of_range(*segment.field(field).lexicon.range(prefix)))

    def roots(self, word: str) -> tuple[str, ...] | None:
        """The words that ``word`` is an inflection of, as the fields with roots have it; ``None`` if none of them has ``word``."""
        wanted = encode_term(word)

        def found() -> tuple[str, ...] | None:
            for segment, field in self._rooted():
                if (term := segment.field(field).lexicon.number(wanted)) is not None:
                    return tuple(segment.roots_of(field, term))
            return None

        return self.guard(found)

    def is_root(self, word: str) -> bool:
        """Whether a field with roots has ``word`` or an inflection of it."""
        wanted = encode_term(word)

        def found(segment: Segment, field: str) -> bool:
            return segment.is_root(field, word) or segment.field(field).lexicon.number(wanted) is not None

        return self.guard(lambda: any(found(segment, field) for segment, field in self._rooted()))

    def _rooted(self) -> Iterator[tuple[Segment, str]]:
        """Every segment with each of its fields that have roots."""
        fields = [spec.name for spec in self.specs if spec.roots]
        return ((segment, field) for segment in self._segments for field in fields if segment.has_roots(field))

    def with_forms(self, field: str, words: Sequence[str]) -> TermSet | None:
        """Those of ``words`` that a field has, and all inflections of any of them; ``None`` for a field without roots."""
        if not all(segment.has_roots(field) for segment in self._segments):
            return None
        return self._term_set(field, ("forms", *words), lambda segment: SegmentTerms.with_forms(segment, field, words))

    def spelled(self, field: str, word: str, distance: int) -> TermSet:
        """The terms of a field at a Levenshtein distance of at most ``distance`` from ``word``."""
        name = ("spelled", word, str(distance))
        return self._term_set(field, name, lambda segment: SegmentTerms.of_numbers(segment.spelling(field).near(word, distance).tolist()))

    def exactly(self, field: str, terms: Sequence[str]) -> TermSet:
        """Those of ``terms`` that a field has."""
        return self._term_set(field, ("terms", *terms), lambda segment: SegmentTerms.named(segment, field, terms))

    def without(self, terms: TermSet, others: TermSet) -> TermSet:
        """The terms of a set that are not in another set of the same field."""
        parts = tuple(part.without(other.numbers()) if len(other) else part for part, other in zip(terms.parts, others.parts, strict=True))
        return TermSet(terms.field, (*terms.name, "without", *others.name), parts)

    def _term_set(self, field: str, name: tuple[str, ...], find: Callable[[Segment], SegmentTerms]) -> TermSet:
        def found() -> TermSet:
            return TermSet(field, name, tuple([find(segment) if segment.has_terms(field) else SegmentTerms.none() for segment in self._segments]))

        return self.guard(found)

    def _parts(self, terms: TermSet) -> Iterator[tuple[SegmentTerms, FieldPostings, Segment, int]]:
        """For each segment with any of the terms: those terms, the field's postings, the segment, and its first document."""
        for part, segment, base in zip(terms.parts, self._segments, self._bases, strict=False):
            if len(part):
                yield part, segment.field(terms.field), segment, base

    # -- postings ---------------------------------------------------------------------------------------------------------------------

    def total_postings(self, terms: TermSet) -> int:
        """Sum of the document frequencies of the terms of a set, deleted documents included; cheap."""
        return self.guard(lambda: sum(field.total(low, high) for part, field, _segment, _base in self._parts(terms) for low, high in part.ranges))

    def document_counts(self, terms: TermSet) -> dict[str, int]:
        """Document frequency of each term of a set, deleted documents included; cheap."""
        counts: dict[str, int] = {}

        def count() -> None:
            for part, field, _segment, _base in self._parts(terms):
                for number in part.numbers():
                    term = field.lexicon.term(number)
                    counts[term] = counts.get(term, 0) + field.count(number)

        self.guard(count)
        return counts

    @functools.cached_property
    def skip_blocks(self) -> SkipBlocks:
        """The skip blocks of all segments."""
        return SkipBlocks(self._bases, None if self.documents == self.size else self.live)

    def common_terms(self, terms: TermSet) -> tuple[list[TermPart], TermSet]:
        """The common terms of a set (those with bounds), per segment, and the set of all other terms."""
        found: list[TermPart] = []
        rest = []
        for number, (part, segment) in enumerate(zip(terms.parts, self._segments, strict=False)):
            field = segment.field(terms.field) if len(part) else None
            if field is None or not (common := part.common(field)):
                rest.append(part)
                continue
            for term, bounds in common:
                kept = functools.partial(self._kept_postings, term, field, segment)
                found.append(TermPart(field, term, bounds, self._bases[number], self.skip_blocks.first(number), kept))
            rest.append(part.without([term for term, _ in common]))
        return found, TermSet(terms.field, (*terms.name, "uncommon"), tuple(rest)) if found else terms

    def postings(self, field: str, term: str) -> tuple[Wide, Wide]:
        """The live documents with ``term``, rising, and the frequency in each."""
        return self.postings_of(self.exactly(field, (term,)))

    def postings_of(self, terms: TermSet) -> tuple[Wide, Wide]:
        """The live documents with any term of a set, rising, and the frequency of all terms together in each."""
        if len(terms) == 1 and self.documents == self.size:
            return self.guard(lambda: self._postings_of_single(terms))
        documents, frequencies = self._cached(("postings", terms.field, terms.name), lambda: self._postings(terms))
        return documents, frequencies

    def _postings_of_single(self, terms: TermSet) -> tuple[Wide, Wide]:
        part, field, segment, base = next(self._parts(terms))
        documents, frequencies = self._kept_postings(part.ranges[0][0], field, segment)
        return documents + base if base else documents, frequencies

    def _postings(self, terms: TermSet) -> tuple[Wide, ...]:
        documents, frequencies = [_NONE], [_NONE]
        for part, field, segment, base in self._parts(terms):
            if len(part) == 1:
                found, counts = self._kept_postings(part.ranges[0][0], field, segment)
            else:
                found, counts = termsets.postings(part, field, segment.size)
            if segment.deletions:
                alive = segment.live[found]
                found, counts = found[alive], counts[alive]
            documents.append(found + base if base else found)
            frequencies.append(counts)
        return _joined(documents), _joined(frequencies)

    def _single(self, part: SegmentTerms, field: FieldPostings, segment: Segment) -> tuple[Wide, Wide, Wide]:
        """Documents, frequencies and position offsets of a single term in a segment."""
        term = part.ranges[0][0]
        documents, frequencies = self._kept_postings(term, field, segment)
        (starts,) = self._cache.get((segment.name, field.name, term, "starts"), lambda: (field.starts(term, frequencies),))
        return documents, frequencies, starts

    def _kept_postings(self, term: int, field: FieldPostings, segment: Segment) -> tuple[Wide, Wide]:
        """Documents and frequencies of a term in a segment, cached."""
        documents, frequencies = self._cache.get((segment.name, field.name, term), lambda: (field.documents(term), field.frequencies(term)))
        return documents, frequencies

    def places(self, field: str, term: str) -> Wide:
        """The places of ``term`` in live documents, rising."""
        return self.places_of(self.exactly(field, (term,)))

    def places_of(self, terms: TermSet, within: Wide | range | None = None) -> Wide:
        """The places of the terms of a set in live documents, rising.

        ``within``: the documents wanted, rising or as a range. A range is exact; with a list, places in other documents may be returned too.
        """
        key = ("places", terms.field, terms.name)
        whole = self._cache.peek(key)
        if whole is None and self._kept_whole(terms, within):
            whole = self._cached(key, lambda: self._places(terms, None))
        return self.guard(lambda: self._places(terms, within))[0] if whole is None else termsets.cut_places(whole[0], within)

    def total_places(self, terms: TermSet) -> int:
        """Number of postings and places of the terms of a set, deleted documents included; cheap."""
        return sum(field.size_of(low, high) for part, field, _segment, _base in self._parts(terms) for low, high in part.ranges)

    def _kept_whole(self, terms: TermSet, within: Wide | range | None) -> bool:
        """Whether all places of a set are cached: those of several terms, and those that are few enough to read whole."""
        few = isinstance(within, np.ndarray) and len(within) <= _FEW_WANTED
        return max(map(len, terms.parts), default=0) != 1 or self.total_places(terms) <= (_SOONER_READ if few else _SOON_READ)

    def _places(self, terms: TermSet, within: Wide | range | None) -> tuple[Wide]:
        found = [_NONE]
        for part, field, segment, base in self._parts(terms):
            if len(part) == 1:
                places = self._places_of_single(part, field, segment, termsets.local(within, base, segment.size))
            else:
                places = termsets.places(part, field)
            if segment.deletions:
                places = places[segment.live[places >> PLACE_BITS]]
            found.append(places + (base << PLACE_BITS) if base else places)
        return (_joined(found),)

    def _places_of_single(self, part: SegmentTerms, field: FieldPostings, segment: Segment, within: Wide | range | None) -> Wide:
        """The places of a single term in a segment. All its positions are unpacked and cached, unless few documents are wanted."""
        term = part.ranges[0][0]
        if isinstance(within, np.ndarray) and len(within) <= _FEW_WANTED and self._cache.peek((segment.name, field.name, term, "starts")) is None:
            wanted = within
            some = self._cache.get((segment.name, field.name, term, wanted.tobytes()), lambda: self._places_among(term, field, segment, wanted))
            if some:
                return some[0]
        whole = self._single(part, field, segment)
        if within is not None and not isinstance(within, range) and len(within) * termsets.RARE > len(whole[0]):
            within = None
        (documents, frequencies, starts), neighbours = termsets.cut(whole, within)
        key = ("positions", segment.name, field.name, term)
        kept = self._cache.peek(key)
        if kept is None and neighbours and field.size_of(*part.ranges[0]) <= _POSITIONS_KEPT:
            kept = self._cache.get(key, lambda: (field.positions(whole[2], whole[1], neighbours=True),))
        if kept is None:
            positions = field.positions(starts, frequencies, neighbours=neighbours)
        elif neighbours:
            positions = termsets.neighbouring(kept[0], starts - whole[2][:1], frequencies)
        else:
            positions = termsets.picked(kept[0], starts - whole[2][0], frequencies)
        return termsets.places_at(documents, frequencies, positions)

    def _places_among(self, term: int, field: FieldPostings, segment: Segment, wanted: Wide) -> tuple[Wide, ...]:
        """The places of a term in the ``wanted`` documents, as one array; none where reading the whole list is as fast."""
        bounds = field.bounds_of(term)
        if bounds is None:
            return ()
        kept = self._cache.peek((segment.name, field.name, term)) if field.count(term) <= _SOON_ADDED else None
        if kept is None:
            documents, frequencies, starts = field.among(term, bounds, wanted)
        else:
            (documents, frequencies, starts), _ = termsets.cut((kept[0], kept[1], field.starts(term, kept[1])), wanted)
        return (termsets.places_at(documents, frequencies, field.positions(starts, frequencies, neighbours=False)),)

    # -- columns --------------------------------------------------------------------------------------------------------------------------

    def numbers(self, field: str) -> Wide:
        """The value of a number field by document (int64), ``ABSENT`` for none."""
        return self._column("numbers", field, lambda: _joined([_NONE, *(segment.numbers(field) for segment in self._segments)]))

    def blocks(self, field: str) -> BlockTable:
        """The blocks of a text field."""
        return self._column("blocks", field, lambda: BlockTable([segment.blocks(field) for segment in self._segments]))

    def lengths(self, field: str) -> Wide:
        """Length of a text field in words, by document (int64)."""
        return self._column("lengths", field, lambda: _joined([_NONE, *(segment.lengths(field).astype(np.int64) for segment in self._segments)]))

    def average_length(self, field: str) -> float:
        """Average length of a text field in words over the live documents; 0 if there are none."""
        return self._column("average", field, lambda: self._average_length(self.lengths(field)))

    def _average_length(self, lengths: Wide) -> float:
        counted = lengths if self.documents == self.size else lengths[self.live]
        return float(counted.sum()) / max(self.documents, 1)

    def facet(self, field: str) -> Facet:
        """The facet column of a field."""
        parts = self._segments
        return self._column("facet", field, lambda: tables.merged_facet([(part.facet_terms(field), part.facet(field)) for part in parts]))

    def order(self, field: str) -> Wide:
        """Sort keys (int64) of documents by a number or keyword field, ``ABSENT`` for no value."""
        if any(spec.name == field and spec.kind == "number" for spec in self.specs):
            return self.numbers(field)
        parts = self._segments
        return self._column("order", field, lambda: tables.sort_table([(part.field(field).lexicon, part.sort(field)) for part in parts]))

    def regions(self) -> Regions:
        """The regions of all documents."""
        return self.guard(lambda: self._regions().whole)

    def regions_of(self, documents: Wide) -> Regions:
        """The regions of some documents, which rise; ``labels`` refer to the regions by their index in the result."""
        return self.guard(lambda: self._regions().of(documents))

    def _regions(self) -> RegionTable:
        field = next(spec.name for spec in self.specs if spec.regions)
        parts = self._segments
        return self._column("regions", "", lambda: RegionTable([part.regions() for part in parts], self.blocks(field), self.guard))

    # -- keys and records -----------------------------------------------------------------------------------------------------------------

    def iter_keys(self) -> Iterator[str]:
        """The keys of all documents, deleted ones included, segment by segment."""
        for segment in self._segments:
            yield from self.guard(functools.partial(_keys_of_segment, segment))

    def key(self, document: int) -> str:
        """The key of a document."""
        try:  # `guard` inlined: this is called for every hit
            segment, number = self._locate(document)
            return segment.field(KEY).lexicon.term(int(segment.key_numbers[number]))
        except DAMAGE as error:
            raise damage_of(self.folder, error) from error

    def keys_of(self, documents: Wide) -> list[str]:
        """The keys of some documents."""
        return self.guard(lambda: self._keys_of(documents))

    def _keys_of(self, documents: Wide) -> list[str]:
        if len(self._segments) == 1:
            return self._segments[0].keys_of(documents)
        found = [""] * len(documents)
        owners = np.searchsorted(self._bases, documents, "right") - 1
        for number in np.unique(owners).tolist():
            places = np.flatnonzero(owners == number)
            keys = self._segments[number].keys_of(documents[places] - self._bases[number])
            for place, key in zip(places.tolist(), keys, strict=True):
                found[place] = key
        return found

    def key_order(self) -> Wide:
        """Ranks (int64) of documents by key."""
        parts = self._segments
        return self._column("key_order", "", lambda: tables.rank_table([(part.field(KEY).lexicon, part.key_numbers) for part in parts]))

    def document(self, key: str) -> int | None:
        """The live document with this key, or ``None``."""
        return self.guard(lambda: self._document(encode_term(key)))

    def _document(self, key: bytes) -> int | None:
        for base, segment in zip(self._bases, self._segments, strict=False):
            postings = segment.field(KEY)
            number = postings.lexicon.number(key)
            if number is not None:
                alive = [document for document in postings.documents(number).tolist() if segment.live[document]]
                if alive:
                    return int(alive[0]) + base
        return None

    def record(self, document: int) -> bytes:
        """The stored bytes of a document."""
        return self.guard(self.records([document])[0].whole)

    def records(self, documents: Sequence[int]) -> list[RecordLines]:
        """The stored bytes of some documents, in their order, each a sequence of lines that are decompressed on access."""
        parts: dict[Segment, list[tuple[int, int]]] = {}
        for place, document in enumerate(documents):
            segment, number = self._locate(document)
            parts.setdefault(segment, []).append((place, number))

        def read() -> list[RecordLines]:
            found: dict[int, RecordLines] = {}
            for segment, own in parts.items():
                found |= zip([place for place, _number in own], segment.records([number for _place, number in own]), strict=True)
            return [found[place] for place in range(len(documents))]

        return self.guard(read)

    def dictionary(self) -> bytes:
        """The compression dictionary of the largest segment; may be empty."""
        largest = max(self._segments, key=lambda segment: segment.size, default=None)
        return b"" if largest is None else self.guard(lambda: largest.dictionary)

    # -- the whole --------------------------------------------------------------------------------------------------------------------------

    def verify(self) -> list[str]:
        """``segment: array`` for every array with a wrong checksum. Reads every byte."""
        return [f"{segment.name}: {name}" for segment in self._segments for name in segment.file.verify()]

    def drop_pages(self) -> None:
        """Drop the pages read so far from the process's memory; for callers that read everything once."""
        for segment in self._segments:
            segment.file.drop_pages()

    # -- helpers --------------------------------------------------------------------------------------------------------------------------

    def _locate(self, document: int) -> tuple[Segment, int]:
        number = bisect.bisect_right(self._bases, document) - 1
        return self._segments[number], document - self._bases[number]

    def guard(self, read: Callable[[], Read]) -> Read:
        """The result of ``read``; exceptions caused by damaged files become the engine's own errors."""
        try:
            return read()
        except DAMAGE as error:
            raise damage_of(self.folder, error) from error

    def _cached(self, key: tuple[Any, ...], make: Callable[[], tuple[Wide, ...]]) -> tuple[Wide, ...]:
        return self._cache.get(key, lambda: self.guard(make))

    def _column(self, kind: str, field: str, make: Callable[[], Read]) -> Read:
        """A column, made once and cached outside the budget. Two threads may both make it; the results are equal."""
        key = (kind, field)
        if key not in self._columns:
            self._columns[key] = self.guard(make)
        kept: Read = self._columns[key]
        return kept


class _Closed(Sequence[Segment]):
    """Stands for the segments of a closed reader; every access raises `IndexClosed`."""

    def __getitem__(self, _number: Any) -> Any:
        raise IndexClosed("the index was closed")

    def __iter__(self) -> Iterator[Segment]:
        raise IndexClosed("the index was closed")

    def __len__(self) -> int:
        raise IndexClosed("the index was closed")


def _bytes(arrays: tuple[Wide, ...]) -> int:
    return sum(array.nbytes for array in arrays) + 200


def _joined(parts: Sequence[Wide]) -> Wide:
    filled = [part for part in parts if len(part)]
    return filled[0] if len(filled) == 1 else np.concatenate([_NONE, *filled])


def _keys_of_segment(segment: Segment) -> list[str]:
    lexicon = segment.field(KEY).lexicon
    return lexicon.slice(0, len(lexicon))
