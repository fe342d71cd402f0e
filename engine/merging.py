"""Merges several segments into one, without their deleted documents; one range of terms at a time, to limit memory."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from reftel.engine.arrays import Integers, Wide, starts_of
from reftel.engine.batch import inverted_fields
from reftel.engine.columns_writer import put_columns
from reftel.engine.combining import Part, combine
from reftel.engine.lexicon import merged_terms
from reftel.engine.postings import FieldPostings
from reftel.engine.records import Compressor, RecordBlocks
from reftel.engine.segment import Segment
from reftel.engine.segment_writer import SegmentFile
from reftel.engine.specs import FieldSpec
from reftel.engine.terms_writer import Roots

MOST_SEGMENTS = 5
"""Segments that a run leaves behind at most. Each of them is asked by every query, and costs a short one about as much as the first."""

MOST_IN_A_RUN = 24
"""Segments that there may be while a run goes on: a long one merges its own once, in the end."""

_SPARE = 4  # documents that are rewritten at the end of a run, for each that it added, to leave fewer segments
_LARGEST = 300_000  # documents that are rewritten at once, half a minute; more only where too many segments would remain
_AT_ONCE = 4_000_000  # postings and positions combined at once
_RECORDS = 500  # records read at once
_RECORDS_MAPPED = 20_000  # records read before their pages are dropped


def choose(sizes: Sequence[tuple[int, int]], added: int | None) -> list[int]:
    """Indices of the segments to merge. ``sizes``: live documents and all documents of each segment. ``added``: documents that the run added which ends
    now; ``None`` while it goes on.

    Chosen are segments with more deleted than live documents. Where too many would remain, the smallest are chosen too, and larger ones as long as each
    is no larger than those chosen so far together: so a document is seldom rewritten, and many small commits stay cheap. At the end of a run the
    smallest are chosen as far as they are few beside what the run added.
    """
    order = sorted(range(len(sizes)), key=lambda number: sizes[number])
    chosen = [number for number in order if 2 * sizes[number][0] < sizes[number][1]]
    rest = [number for number in order if number not in chosen]
    most, spare = (MOST_IN_A_RUN, 0) if added is None else (MOST_SEGMENTS, min(_SPARE * added, _LARGEST))
    least = len(rest) - most + 1 if len(rest) + bool(chosen) > most else 0
    alone = not chosen
    chosen += rest[:least]
    total = sum(sizes[number][0] for number in chosen)
    for number in rest[least:]:
        larger = sizes[number][0]
        if total + larger > (_LARGEST if least and larger <= total else spare):
            break
        chosen.append(number)
        total += larger
    return [] if alone and len(chosen) == 1 else sorted(chosen)


def merge(folder: Path, specs: Sequence[FieldSpec], segments: Sequence[Segment], roots: Roots | None) -> tuple[str, int]:
    """Name and number of documents of a new segment with the live documents of ``segments``, in their order."""
    file = SegmentFile(folder, specs)
    try:
        compressor = Compressor(shared_dictionary(segments))
        for segment in segments:
            for records in _records(segment, compressor):
                file.add_records(records)
        file.end_records(compressor.dictionary)
        maps = _new_numbers(segments)
        numbers = {name: _merge_field(file, name, segments, maps, roots) for name in inverted_fields(specs)}
        size = sum(int(np.count_nonzero(segment.live)) for segment in segments)
        bases = put_columns(file.arrays, specs, [segment.columns(tuple(specs)) for segment in segments], numbers)
        return file.publish(size, bases), size
    except BaseException:
        file.abandon()
        raise


def _new_numbers(segments: Sequence[Segment]) -> list[Wide]:
    """For each segment, the new number of each of its live documents."""
    bases = starts_of(np.array([np.count_nonzero(segment.live) for segment in segments], dtype=np.int64))
    return [np.cumsum(segment.live) - 1 + base for segment, base in zip(segments, bases.tolist(), strict=False)]


def _merge_field(file: SegmentFile, name: str, segments: Sequence[Segment], maps: Sequence[Wide], roots: Roots | None) -> list[Integers]:
    """For each segment, the new numbers of its terms; writes the field."""
    fields = [segment.field(name) for segment in segments]
    terms, ranks = merged_terms([field.lexicon for field in fields])
    words = [segment.lengths(name)[segment.live] for segment in segments] if file.is_text(name) else []
    writer = file.terms_writer(name, words)
    for low, high in _term_ranges(fields, ranks, len(terms)):
        parts = [
            _part(field, numbers, segment, documents, low, high)
            for field, numbers, segment, documents in zip(fields, ranks, segments, maps, strict=True)
        ]
        writer.add(combine(parts, high - low))
        for segment in segments:  # a merge reads every page of its segments, and each of them once
            segment.file.drop_pages()
    used = writer.finish(file.arrays, terms, file.roots_of(name, roots))
    numbers = np.cumsum(used) - 1
    return [numbers[each] for each in ranks]


def _term_ranges(fields: Sequence[FieldPostings], ranks: Sequence[Wide], size: int) -> Iterator[tuple[int, int]]:
    """Ranges of terms with about `_AT_ONCE` postings and positions each; a single term may have more."""
    weights = np.zeros(size, dtype=np.int64)
    for field, numbers in zip(fields, ranks, strict=True):
        weights[numbers] += np.diff(field.ends(), prepend=0)
    number = starts_of(weights)[:-1] // _AT_ONCE
    cuts = [0, *(np.flatnonzero(np.diff(number)) + 1).tolist(), size]
    return itertools.pairwise(cuts)


def _part(field: FieldPostings, numbers: Wide, segment: Segment, new_numbers: Wide, low: int, high: int) -> Part:
    """The live postings of a segment for the terms of ranks ``low`` to ``high``."""
    start, end = np.searchsorted(numbers, (low, high)).tolist()
    counts, documents = field.of_range(start, end)
    frequencies = field.range_frequencies(start, end) if field.placed else None
    positions = field.range_positions(start, end) if field.placed else None
    if segment.deletions:
        kept = segment.live[documents]
        if frequencies is not None and positions is not None:
            positions, frequencies = positions[np.repeat(kept, frequencies)], frequencies[kept]
        before = starts_of(kept)[starts_of(counts)]
        counts, documents = np.diff(before), documents[kept]
    return Part(numbers[start:end] - low, counts, new_numbers[documents], frequencies, positions)


def shared_dictionary(segments: Iterable[Segment]) -> bytes:
    """The compression dictionary of the largest segment that has one; empty if none has."""
    largest_first = sorted(segments, key=lambda segment: -segment.size)
    return next((segment.dictionary for segment in largest_first if segment.dictionary), b"")


def _records(segment: Segment, compressor: Compressor) -> Iterator[RecordBlocks]:
    """The stored bytes of the live documents. Lines with the same dictionary are copied without recompressing them."""
    live = np.flatnonzero(segment.live)
    for start in range(0, len(live), _RECORDS):
        documents = live[start : start + _RECORDS]
        if segment.dictionary == compressor.dictionary:
            yield segment.record_blocks(documents)
        else:
            yield compressor.blocks([record.whole() for record in segment.records(documents.tolist())])
        if start % _RECORDS_MAPPED == 0:
            segment.file.drop_pages()
