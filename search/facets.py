"""Counting facets over every hit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from reftel.search.plan import Bucket

Integers = npt.NDArray[np.int64]


def count_facet(values: Sequence[str], documents: Integers, codes: Integers, hits: npt.NDArray[np.bool_], limit: int | None) -> tuple[Bucket, ...]:
    """Buckets by falling count, then value, at most ``limit`` of them.

    ``documents`` and ``codes``: which document has which of ``values`` (in rising order). ``hits``: which documents count.
    """
    counts = np.bincount(codes[hits[documents]], minlength=len(values))
    order = np.argsort(-counts, kind="stable")
    order = order[: np.count_nonzero(counts)][:limit]
    return tuple(Bucket(values[code], int(counts[code])) for code in order.tolist())
