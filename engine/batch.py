"""Some hundred records as arrays: made by one process, and written by the same or another one."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from reftel.engine.columns import ABSENT, Coded, Columns, Lists, RegionLists, narrow
from reftel.engine.inversion import Inverted, intern, invert_texts, invert_values
from reftel.engine.specs import KEY, FieldSpec, Record

Integers = npt.NDArray[Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Batch:
    """Documents as arrays, numbered from 0. Can be pickled."""

    size: int
    inverted: dict[str, Inverted]
    columns: Columns

    @property
    def nbytes(self) -> int:
        """Memory that it takes, about."""
        return self.columns.nbytes + sum(each.nbytes for each in self.inverted.values())


def batch_of(records: Sequence[Record], specs: Sequence[FieldSpec]) -> Batch:
    """The records as arrays, without their stored bytes."""
    inverted = {KEY: invert_values([(record.key,) for record in records])}
    columns = Columns({}, {}, {}, {}, _regions(records, specs))
    for spec in specs:
        name = spec.name
        if spec.kind == "text":
            inverted[name], columns.blocks[name] = invert_texts(
                [record.texts.get(name, ()) for record in records], [record.joined.get(name, ()) for record in records]
            )
        elif spec.kind == "keyword":
            values = [record.keywords.get(name, ()) for record in records]
            inverted[name] = invert_values(values)
            if spec.sort:
                columns.sorts[name] = _first_values(values, inverted[name].terms)
        elif spec.kind == "number":
            columns.numbers[name] = _numbers([record.numbers.get(name) for record in records])
        if spec.facet:
            columns.facets[name] = coded([list(dict.fromkeys(record.facets.get(name, ()))) for record in records])
    return Batch(len(records), inverted, columns)


def coded(lists: Sequence[Sequence[str]]) -> Coded:
    """Lists of values as codes."""
    counts = np.fromiter(map(len, lists), dtype=np.int64, count=len(lists))
    terms, codes = intern((value for values in lists for value in values), int(counts.sum()))
    return Coded(terms, Lists(narrow(counts), codes))


def _numbers(values: Sequence[int | None]) -> npt.NDArray[np.int64]:
    return np.fromiter((ABSENT if value is None else value for value in values), dtype=np.int64, count=len(values))


def _first_values(values: Sequence[Sequence[str]], terms: Sequence[str]) -> Integers:
    codes = {term: code for code, term in enumerate(terms, 1)}
    return np.fromiter((codes[each[0]] if each else 0 for each in values), dtype=np.uint32, count=len(values))


def _regions(records: Sequence[Record], specs: Sequence[FieldSpec]) -> RegionLists | None:
    if not any(spec.regions for spec in specs):
        return None
    regions = [region for record in records for region in record.regions]
    counts = np.fromiter((len(record.regions) for record in records), dtype=np.int64, count=len(records))
    blocks = np.fromiter((region.block for region in regions), dtype=np.int64, count=len(regions))
    levels = np.fromiter((0 if region.level is None else region.level + 1 for region in regions), dtype=np.int64, count=len(regions))
    return RegionLists(Lists(narrow(counts), narrow(blocks)), narrow(levels), coded([region.labels for region in regions]))
