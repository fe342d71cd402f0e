"""Columns of all segments put together, as the reader hands them out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from reftel.engine.columns import ABSENT, Lists, RegionLists, joined, starts_of
from reftel.engine.lexicon import Lexicon, common_ranks
from reftel.engine.postings import PLACE_BITS
from reftel.frozen import frozen

Integers = npt.NDArray[np.int64]

_NONE = np.empty(0, dtype=np.int64)


@frozen
class Blocks:
    """The blocks of a text field over all documents, in order: the place of each one's first word, and its number of words.

    Blocks ``first[d]`` to ``first[d + 1]`` belong to document *d*.
    """

    first: Integers
    starts: Integers
    lengths: Integers


@frozen
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


@frozen
class Facet:
    """A facet column: the values in rising order, and (document, number of value) pairs in document order."""

    values: tuple[str, ...]
    documents: Integers
    codes: Integers


def blocks_table(parts: Sequence[Lists]) -> Blocks:
    """The blocks of all segments."""
    lists = joined(list(parts))
    lengths = lists.values.astype(np.int64)
    first = lists.first()
    before = starts_of(lengths + 1)  # a block takes its words and the empty position behind
    documents = lists.documents()
    starts = documents << PLACE_BITS | (before[:-1] - before[first[:-1]][documents])
    return Blocks(first, starts, lengths)


def facet_table(parts: Sequence[tuple[Lexicon, Lists]]) -> Facet:
    """The values to count of all segments."""
    lists = joined([lists for _lexicon, lists in parts])
    if len(parts) == 1:
        lexicon = parts[0][0]
        return Facet(tuple(lexicon.slice(0, len(lexicon))), lists.documents(), lists.values.astype(np.int64))
    tables = [lexicon.slice(0, len(lexicon)) for lexicon, _lists in parts]
    values = sorted(set().union(*tables))
    numbers = dict(zip(values, range(len(values)), strict=True))
    codes = [_NONE]
    for table, (_lexicon, each) in zip(tables, parts, strict=True):
        new = np.fromiter(map(numbers.__getitem__, table), dtype=np.int64, count=len(table))
        codes.append(new[each.values])
    return Facet(tuple(values), lists.documents(), np.concatenate(codes))


def sort_table(parts: Sequence[tuple[Lexicon, npt.NDArray[Any]]]) -> Integers:
    """Numbers that sort all documents by a keyword, from each segment's terms and its documents' terms (1 added; 0 for none)."""
    numbers = [codes.astype(np.int64) - 1 for _lexicon, codes in parts]
    return rank_table([(lexicon, each) for (lexicon, _codes), each in zip(parts, numbers, strict=True)])


def rank_table(parts: Sequence[tuple[Lexicon, Integers]]) -> Integers:
    """Numbers that sort all documents by a term, from each segment's terms and its documents' terms (-1 for none: `ABSENT`)."""
    if not parts:
        return _NONE
    ranks = common_ranks([lexicon for lexicon, _numbers in parts])
    found = [np.append(rank, ABSENT)[numbers] for rank, (_lexicon, numbers) in zip(ranks, parts, strict=True)]
    return found[0] if len(found) == 1 else np.concatenate(found)


def regions_table(parts: Sequence[RegionLists], blocks: Blocks) -> Regions:
    """The regions of all segments."""
    lists = joined([part.blocks for part in parts])
    documents = lists.documents()
    numbers = blocks.first[documents] + lists.values.astype(np.int64)
    starts = blocks.starts[numbers]
    levels = np.concatenate([_NONE, *(part.levels.astype(np.int64) for part in parts)]) - 1
    return Regions(documents, starts, starts + blocks.lengths[numbers] - 1, levels, _labels(parts))


def _labels(parts: Sequence[RegionLists]) -> dict[str, Integers]:
    """By label the numbers of the regions that have it."""
    found: dict[str, list[Integers]] = {}
    base = 0
    for part in parts:
        regions = part.labels.lists.documents() + base
        for code, label in enumerate(part.labels.terms):
            having = regions[part.labels.lists.values == code]
            if len(having):
                found.setdefault(label, []).append(having)
        base += len(part.levels)
    return {label: np.concatenate(numbers) for label, numbers in found.items()}
