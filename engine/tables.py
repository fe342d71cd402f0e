"""Tables over all segments, as the reader returns them: blocks, regions, facets, sort orders."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from reftel.base.frozen import frozen
from reftel.engine.arrays import PLACE_BITS, Wide, ranges, starts_of
from reftel.engine.columns import ABSENT, Lists, RegionLists, joined
from reftel.engine.lexicon import Lexicon, common_ranks

Guard = Callable[[Callable[[], dict[str, Wide]]], dict[str, Wide]]

_NONE = np.empty(0, dtype=np.int64)
_FEW = 1024  # places; for more, the blocks of all documents are computed and cached


class BlockTable:
    """The blocks of a text field over all documents: the place of each block's first word, and its length in words.

    Blocks ``first[d]`` to ``first[d + 1]`` belong to document *d*. Queries for a few documents compute the blocks of those documents only.
    """

    def __init__(self, parts: Sequence[Lists]) -> None:
        lists = joined(list(parts))
        self._values, self.first = lists.values, lists.first()

    @functools.cached_property
    def starts(self) -> Wide:
        """The first place of every block (int64)."""
        return self._starts(np.arange(len(self.first) - 1, dtype=np.int64), np.diff(self.first), self.lengths)

    @functools.cached_property
    def lengths(self) -> Wide:
        """The length of every block in words (int64)."""
        lengths: Wide = self._values.astype(np.int64)
        return lengths

    def of(self, documents: Wide) -> tuple[Wide, Wide]:
        """First places and lengths of the blocks of some documents, which rise."""
        low = self.first[documents]
        counts = self.first[documents + 1] - low
        lengths: Wide = self._values[ranges(low, counts)].astype(np.int64)
        return self._starts(documents, counts, lengths), lengths

    def _starts(self, documents: Wide, counts: Wide, lengths: Wide) -> Wide:
        before = starts_of(lengths + 1)  # + 1: the empty position after a block
        starts: Wide = np.repeat((documents << PLACE_BITS) - before[starts_of(counts)[:-1]], counts) + before[:-1]
        return starts

    def ends_at(self, places: Wide) -> Wide:
        """The last place of the block of each of ``places``."""
        documents = places >> PLACE_BITS
        if len(places) > _FEW or "starts" in self.__dict__:
            starts, lengths = self.starts, self.lengths
        else:
            starts, lengths = self.of(np.array(sorted(set(documents.tolist())), dtype=np.int64))
        numbers = starts.searchsorted(places, "right") - 1
        ends: Wide = starts[numbers] + lengths[numbers] - 1
        return ends


@frozen
class Regions:
    """The regions of some documents, in order; int64 arrays with an entry per region.

    ``starts`` and ``ends``: first and last place (last < first for a region without words). ``levels``: -1 for none. ``labels``: the numbers of the
    regions with a label; read on first access, since few queries need them.
    """

    documents: Wide
    starts: Wide
    ends: Wide
    levels: Wide
    labels: Mapping[str, Wide]


class _Labels(Mapping[str, Wide]):
    """The numbers of the regions with each label, read on first access."""

    def __init__(self, find: Callable[[], dict[str, Wide]]) -> None:
        self._found = functools.cache(find)

    def __getitem__(self, label: str) -> Wide:
        return self._found()[label]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found())

    def __len__(self) -> int:
        return len(self._found())


@frozen
class Facet:
    """A facet column: the values in rising order, and pairs of document and value number (``codes``) in document order."""

    values: tuple[str, ...]
    documents: Wide
    codes: Wide


def merged_facet(parts: Sequence[tuple[Lexicon, Lists]]) -> Facet:
    """The facet column over all segments, from each segment's values and codes."""
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


def sort_table(parts: Sequence[tuple[Lexicon, npt.NDArray[Any]]]) -> Wide:
    """Ranks that sort all documents by a keyword, from each segment's terms and each document's term number + 1 (0 for none: `ABSENT`)."""
    numbers = [codes.astype(np.int64) - 1 for _lexicon, codes in parts]
    return rank_table([(lexicon, each) for (lexicon, _codes), each in zip(parts, numbers, strict=True)])


def rank_table(parts: Sequence[tuple[Lexicon, Wide]]) -> Wide:
    """Ranks that sort all documents by a term, from each segment's terms and each document's term number (-1 for none: `ABSENT`)."""
    if not parts:
        return _NONE
    ranks = common_ranks([lexicon for lexicon, _numbers in parts])
    found = [np.append(rank, ABSENT)[numbers] for rank, (_lexicon, numbers) in zip(ranks, parts, strict=True)]
    return found[0] if len(found) == 1 else np.concatenate(found)


class RegionTable:
    """The regions of all segments. ``blocks``: the blocks of the field with regions. ``guard``: runs reads that happen later."""

    def __init__(self, parts: Sequence[RegionLists], blocks: BlockTable, guard: Guard) -> None:
        self._guard = guard
        lists = joined([part.blocks for part in parts])
        self._blocks, self._values, self._first = blocks, lists.values, lists.first()
        self._levels = _joined([part.levels for part in parts])
        self._labels = [part.labels for part in parts]

    @functools.cached_property
    def whole(self) -> Regions:
        """All regions."""
        documents = np.repeat(np.arange(len(self._first) - 1, dtype=np.int64), np.diff(self._first))
        numbers = self._blocks.first[documents] + self._values.astype(np.int64)
        return self._table(documents, self._blocks.starts[numbers], self._blocks.lengths[numbers], None)

    def of(self, documents: Wide) -> Regions:
        """The regions of some documents, which rise; ``labels`` refer to the regions by their index in the result."""
        low, first_blocks = self._first[documents], self._blocks.first[documents]
        counts = self._first[documents + 1] - low
        chosen = ranges(low, counts)
        starts, lengths = self._blocks.of(documents)
        first_blocks = starts_of(self._blocks.first[documents + 1] - first_blocks)[:-1]
        numbers = np.repeat(first_blocks, counts) + self._values[chosen].astype(np.int64)
        return self._table(np.repeat(documents, counts), starts[numbers], lengths[numbers], chosen)

    def _table(self, documents: Wide, starts: Wide, lengths: Wide, chosen: Wide | None) -> Regions:
        levels = (self._levels if chosen is None else self._levels[chosen]).astype(np.int64) - 1
        return Regions(documents, starts, starts + lengths - 1, levels, _Labels(lambda: self._guard(lambda: self._labelled(chosen))))

    def _labelled(self, chosen: Wide | None) -> dict[str, Wide]:
        """For each label, the indices of the regions that have it, among those ``chosen``."""
        found: dict[str, list[Wide]] = {}
        base = 0
        for labels in self._labels:
            size = len(labels.lists.counts)
            own, first = (np.arange(size, dtype=np.int64), base) if chosen is None else _between(chosen, base, size)
            counts = labels.lists.counts[own]
            if counts.any():
                codes = labels.lists.values[ranges(labels.lists.first()[own], counts)]
                regions = np.repeat(np.arange(first, first + len(own), dtype=np.int64), counts)
                for code in np.flatnonzero(np.bincount(codes, minlength=len(labels.terms))).tolist():
                    found.setdefault(labels.terms[code], []).append(regions[codes == code])
            base += size
        return {label: np.concatenate(numbers) for label, numbers in found.items()}


def _between(rising: Wide, base: int, size: int) -> tuple[Wide, int]:
    """The numbers from ``base`` to ``base + size``, minus ``base``, and the index of the first of them."""
    low, high = rising.searchsorted((base, base + size)).tolist()
    return rising[low:high] - base, low


def _joined(parts: Sequence[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    return parts[0] if len(parts) == 1 else np.concatenate([np.empty(0, np.uint8), *parts])
