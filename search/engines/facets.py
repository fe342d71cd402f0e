"""Counting facets over every hit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reftel.engine.arrays import Wide, ranges
from reftel.search.engines.sets import DocumentSet
from reftel.search.plan import Bucket, Top


class FacetCounts:
    """One facet over all documents: ``documents`` and ``codes`` say which has which of ``values`` (in rising order), in document order.

    Few hits are looked up one by one. Where more than half of the live documents are hits, those that are none are taken from the totals.
    """

    def __init__(self, values: Sequence[str], documents: Wide, codes: Wide, live: DocumentSet) -> None:
        self._values, self._documents, self._codes, self._live = values, documents, codes, live
        self._single = len(documents) == live.size and bool((documents == np.arange(live.size)).all())
        self._first = np.searchsorted(documents, np.arange(live.size + 1, dtype=np.int64))
        self._totals = self._counts_of(live)

    def count(self, hits: DocumentSet, limit: int | None) -> Top[Bucket]:
        """Buckets by falling count, then value, at most ``limit`` of them. ``hits``: which documents count."""
        if len(hits) * 2 <= len(self._live):
            return self._buckets(self._counts_of(hits), limit)
        return self._buckets(self._totals - self._counts_of(self._live.without(hits)), limit)

    def _counts_of(self, hits: DocumentSet) -> Wide:
        if self._single:
            codes = self._codes[hits.numbers]
        elif hits.sparse:
            first = self._first[hits.numbers]
            codes = self._codes[ranges(first, self._first[hits.numbers + 1] - first)]
        else:
            codes = self._codes[hits.mask[self._documents]]
        return np.bincount(codes, minlength=len(self._values))

    def _buckets(self, counts: Wide, limit: int | None) -> Top[Bucket]:
        found = np.flatnonzero(counts)
        every = len(found)
        if limit is not None and 0 < limit < len(found):
            least = np.partition(counts[found], len(found) - limit)[len(found) - limit]
            found = found[counts[found] >= least]
        order = found[np.argsort(-counts[found], kind="stable")][:limit]
        buckets = (Bucket(self._values[code], number) for code, number in zip(order.tolist(), counts[order].tolist(), strict=True))
        return Top(buckets, every - len(order))
