"""Columns of an index prepared for range filters, sorting and facet counts; each is built on first use and kept while the reader is open."""

from __future__ import annotations

import functools
import threading
from collections.abc import Sequence

import numpy as np

from reftel.engine.arrays import Mask, Scores, Wide
from reftel.engine.columns import ABSENT
from reftel.engine.reader import Reader
from reftel.schema.errors import EngineError
from reftel.schema.fields import fields_by_name
from reftel.search.engines.facets import FacetCounts
from reftel.search.engines.sets import DocumentSet

_FIRST_LOOK = 64


class PreparedColumns:
    """The prepared columns of one reader. Documents are numbered as in the reader."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.everything = DocumentSet.by(reader.live)
        self._sorted = functools.cache(self._sort_numbers)
        self._order = functools.cache(self._make_order)
        self._ranks = functools.cache(self._make_ranks)
        self.facet = functools.cache(self._make_facet)
        self._local = threading.local()

    def added_up(self, parts: Sequence[tuple[Wide, Scores]], wanted: Wide) -> Scores:
        """For each of ``wanted`` (documents), the sum of its scores over all ``parts``; float64, 0 where no part has it.

        ``parts``: pairs of documents, without repetitions, and a score for each.
        """
        if not parts:
            return np.zeros(len(wanted), dtype=np.float64)
        if len(parts) == 1 and parts[0][0] is wanted:
            return parts[0][1].copy()
        scratch: Scores | None = getattr(self._local, "scratch", None)  # reused: allocating this much memory is slow
        if scratch is None:
            scratch = self._local.scratch = np.zeros(self._reader.size, dtype=np.float64)
        try:
            for numbers, added in parts:
                scratch[numbers] += added
            return scratch[wanted]
        finally:
            for numbers, _ in parts:
                scratch[numbers] = 0.0

    def _make_facet(self, field: str) -> FacetCounts:
        facet = self._reader.facet(field)
        return FacetCounts(facet.values, facet.documents, facet.codes, self.everything)

    # -- ranges -------------------------------------------------------------------------------------------------------------------------------

    def between(self, field: str, lowest: int | None, highest: int | None, within: DocumentSet) -> DocumentSet:
        """The documents of ``within`` whose number is in ``lowest..highest`` (inclusive, ``None`` open).

        A sparse set is filtered document by document, any other by a slice of the sorted column.
        """
        if within.sparse:
            numbers = within.numbers
            values = self._reader.numbers(field)[numbers]
            return DocumentSet.of(numbers[_inside(values, lowest, highest)], within.size)
        values, documents = self._sorted(field)
        start = 0 if lowest is None else int(np.searchsorted(values, lowest, "left"))
        end = len(values) if highest is None else int(np.searchsorted(values, highest, "right"))
        mask = np.zeros(within.size, dtype=np.bool_)
        mask[documents[start:end]] = True
        if within is not self.everything:
            mask &= within.mask
        return DocumentSet.by(mask)

    def _sort_numbers(self, field: str) -> tuple[Wide, Wide]:
        """The values of a number field over the live documents that have one, rising, and their documents."""
        values = self._reader.numbers(field)
        documents = np.flatnonzero((values != ABSENT) & self._reader.live)
        documents = documents[np.argsort(values[documents], kind="stable")]
        return values[documents], documents

    # -- orders -------------------------------------------------------------------------------------------------------------------------------

    def window(self, sort: str, hits: DocumentSet, offset: int, limit: int | None) -> Wide:
        """``limit`` hits from ``offset`` on in the order ``sort``: a sort field, with ``-`` for falling, or ``""`` for key order."""
        _check(sort)
        end = len(hits) if limit is None else min(len(hits), offset + limit)
        if end <= offset:
            return np.empty(0, dtype=np.int64)
        order = self._order(sort)
        if hits is self.everything:
            return order[offset:end]
        if hits.sparse:
            return _smallest(hits.numbers, self._ranks(sort), end)[offset:end]
        look = max(_FIRST_LOOK, 2 * end * len(order) // len(hits))
        found = order[:look][hits.mask[order[:look]]]
        if len(found) < end:
            found = order[hits.mask[order]]
        return found[offset:end]

    def _make_order(self, sort: str) -> Wide:
        """All live documents in the order ``sort``: absent values last in both directions, ties by key."""
        documents = np.flatnonzero(self._reader.live)
        keys = self._reader.key_order()[documents]
        if not sort:
            return documents[np.argsort(keys, kind="stable")]
        values = self._reader.order(fields_by_name()[sort.removeprefix("-")].name)[documents]
        absent = values == ABSENT
        values = np.where(absent, 0, values)
        return documents[np.lexsort((keys, -values if sort.startswith("-") else values, absent))]

    def _make_ranks(self, sort: str) -> Wide:
        """The rank of each document in the order ``sort``."""
        order = self._order(sort)
        ranks = np.empty(self._reader.size, dtype=np.int64)
        ranks[order] = np.arange(len(order), dtype=np.int64)
        return ranks


def _check(sort: str) -> None:
    field = fields_by_name().get(sort.removeprefix("-"))
    if sort and (field is None or not field.sort):
        raise EngineError(f"'{sort.removeprefix('-')}' is no sort field")


def _inside(values: Wide, lowest: int | None, highest: int | None) -> Mask:
    inside: Mask = values != ABSENT
    if lowest is not None:
        inside &= values >= lowest
    if highest is not None:
        inside &= values <= highest
    return inside


def _smallest(numbers: Wide, ranks: Wide, count: int) -> Wide:
    """The ``count`` first of ``numbers`` by rank."""
    places = ranks[numbers]
    if count < len(places):
        chosen = np.argpartition(places, count)[:count]
        numbers, places = numbers[chosen], places[chosen]
    return numbers[np.argsort(places, kind="stable")]
