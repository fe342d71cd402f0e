"""Writes the columns of a segment, concatenated from those of batches or of other segments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from reftel.engine import names
from reftel.engine.arrays import Integers, narrow
from reftel.engine.columns import Coded, Columns, Lists, RegionLists, encode_numbers, joined
from reftel.engine.container import ContainerWriter
from reftel.engine.specs import FieldSpec
from reftel.engine.terms_writer import put_terms


def put_columns(
    file: ContainerWriter, specs: Sequence[FieldSpec], parts: Sequence[Columns], numbers: Mapping[str, Sequence[Integers]]
) -> dict[str, int | None]:
    """The base of each number column; writes all columns.

    ``numbers``: for a sortable field, one array per part that maps its term numbers to those of the segment.
    """
    bases: dict[str, int | None] = {}
    for spec in specs:
        if spec.kind == "text":
            _put_blocks(file, spec.name, joined([part.blocks[spec.name] for part in parts]))
        elif spec.kind == "number":
            codes, bases[spec.name] = encode_numbers(np.concatenate([part.numbers[spec.name] for part in parts]))
            file.put(names.part(spec.name, names.NUMBER), codes)
        elif spec.kind == "keyword" and spec.sort:
            _put_sort(file, spec.name, [part.sorts[spec.name] for part in parts], numbers[spec.name])
        if spec.facet:
            place = (names.FACET, names.FACET_COUNTS, names.FACET_CODES)
            _put_coded(file, [names.part(spec.name, kind) for kind in place], [part.facets[spec.name] for part in parts])
    regions = [part.regions for part in parts if part.regions is not None]
    if regions:
        _put_regions(file, regions)
    return bases


def _put_blocks(file: ContainerWriter, name: str, blocks: Lists) -> None:
    file.put(names.part(name, names.BLOCK_COUNTS), narrow(blocks.counts))
    file.put(names.part(name, names.BLOCK_WORDS), narrow(blocks.values))
    file.put(names.part(name, names.LENGTH), narrow(blocks.sums()))


def _put_sort(file: ContainerWriter, name: str, codes: Sequence[Integers], numbers: Sequence[Integers]) -> None:
    # a code is a term number + 1, or 0
    mapped = [np.concatenate([np.zeros(1, np.int64), new + 1])[old] for old, new in zip(codes, numbers, strict=True)]
    file.put(names.part(name, names.SORT), narrow(np.concatenate(mapped)))


def _put_coded(file: ContainerWriter, place: Sequence[str], parts: Sequence[Coded]) -> None:
    """Write the table of values and the lists of codes, without values that only deleted documents had."""
    used = [np.bincount(part.lists.values, minlength=len(part.terms)) > 0 for part in parts]
    values = sorted({part.terms[number] for part, mask in zip(parts, used, strict=True) for number in np.flatnonzero(mask).tolist()})
    codes = dict(zip(values, range(len(values)), strict=True))
    mapped = [np.fromiter((codes.get(term, 0) for term in part.terms), dtype=np.int64, count=len(part.terms)) for part in parts]
    lists = joined([Lists(part.lists.counts, narrow(new[part.lists.values])) for part, new in zip(parts, mapped, strict=True)])
    terms_name, counts_name, codes_name = place
    put_terms(file, terms_name, values)
    file.put(counts_name, narrow(lists.counts))
    file.put(codes_name, narrow(lists.values))


def _put_regions(file: ContainerWriter, parts: Sequence[RegionLists]) -> None:
    blocks = joined([part.blocks for part in parts])
    file.put(names.part(names.REGIONS, names.REGION_COUNTS), narrow(blocks.counts))
    file.put(names.part(names.REGIONS, names.REGION_BLOCKS), narrow(blocks.values))
    file.put(names.part(names.REGIONS, names.REGION_LEVELS), narrow(np.concatenate([part.levels for part in parts])))
    place = (names.LABELS, names.LABEL_COUNTS, names.LABEL_CODES)
    _put_coded(file, [names.part(names.REGIONS, kind) for kind in place], [part.labels for part in parts])
