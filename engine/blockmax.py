"""What a word stands for in all segments of a reader, read by blocks of documents: those where it may count most, before any other.

A word may stand for several terms, in several fields. Its common terms are read in parts, by their bounds; the postings of the others are few.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

import numpy as np

from reftel.engine.arrays import Integers, Mask, Wide
from reftel.engine.bounds import SKIP_BLOCK, Norms, TermBounds
from reftel.engine.postings import FieldPostings
from reftel.frozen import frozen


class SkipBlocks:
    """The blocks of all segments, numbered throughout. ``bases``: each segment's first document, and the number of all documents."""

    def __init__(self, bases: Sequence[int], live: Mask | None) -> None:
        self.size, self.live = bases[-1], live
        self._bases = np.array(bases, dtype=np.int64)
        self._firsts = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(-(-np.diff(self._bases) // SKIP_BLOCK))])
        self.count = int(self._firsts[-1])

    def first(self, segment: int) -> int:
        """The first stretch of a segment."""
        return int(self._firsts[segment])

    @functools.cached_property
    def starts(self) -> Wide:
        """The first document of each stretch."""
        segments = np.repeat(np.arange(len(self._bases) - 1), np.diff(self._firsts))
        starts: Wide = self._bases[segments] + (np.arange(self.count) - self._firsts[segments]) * SKIP_BLOCK
        return starts

    def documents(self, blocks: Wide) -> Wide:
        """The documents of some blocks."""
        documents = self.starts[blocks, None] + np.arange(SKIP_BLOCK)
        ends = self._bases[self._firsts.searchsorted(blocks, "right")]
        inside: Wide = documents[documents < ends[:, None]]
        return inside

    def places(self, documents: Wide) -> tuple[Wide, Wide]:
        """The stretch of each document, and its place in it."""
        segments = self._bases.searchsorted(documents, "right") - 1
        own = documents - self._bases[segments]
        return self._firsts[segments] + own // SKIP_BLOCK, own % SKIP_BLOCK


@frozen
class TermPart:
    """A common term in one segment: its number in ``field``, its bounds, and the first of the segment's documents and blocks.

    ``postings``: the documents of the segment that hold it, and how often each does; unpacked once and kept, as whoever shows hits asks for them too.
    """

    field: FieldPostings
    term: int
    bounds: TermBounds
    base: int
    first: int
    postings: Callable[[], tuple[Wide, Integers]]


@frozen
class FieldPart:
    """What a word stands for in one field: its common terms, and the live documents and frequencies of the others together.

    ``weights``: what frequencies are multiplied with, by document, and ``scale`` all of them; ``scaled`` is both in one.
    """

    weights: Norms
    terms: Sequence[TermPart]
    documents: Wide
    frequencies: Integers
    scaled: Norms
    scale: float

    @property
    def weighted(self) -> Norms:
        """The frequencies of the terms that are not common, multiplied."""
        weighted: Norms = self.frequencies * self.weights[self.documents]
        return weighted if self.scale == 1.0 else weighted * self.scale


class BlockMaxPostings:
    """The common terms of a word, and its others, by blocks."""

    def __init__(self, skip_blocks: SkipBlocks, fields: Sequence[FieldPart]) -> None:
        self._skip_blocks, self._fields = skip_blocks, fields
        self._places = [skip_blocks.places(field.documents) for field in fields]
        self._frequencies: list[tuple[Integers, Norms]] | None = None

    @property
    def nbytes(self) -> int:
        """Bytes of `frequencies`, which may still be made: one a document and field, unless a text has a word more than 255 times."""
        return sum(self._skip_blocks.size + 16 * len(field.documents) for field in self._fields)

    def count(self) -> int | None:
        """How many live documents hold the word, if that is known without reading them: of one term where nothing is deleted."""
        terms = [term for field in self._fields for term in field.terms]
        several = len({term.base for term in terms}) < len(terms) or any(len(field.documents) for field in self._fields)
        return None if several or self._skip_blocks.live is not None else sum(term.field.count(term.term) for term in terms)

    def mask(self) -> Mask:
        """The live documents that hold the word."""
        mask = np.zeros(self._skip_blocks.size, dtype=np.bool_)
        if self._frequencies is not None:
            for frequencies, _weights in self._frequencies:
                mask |= frequencies > 0
            return mask
        for field in self._fields:
            mask[field.documents] = True
            for term in field.terms:
                mask[term.base :][term.postings()[0]] = True
        if self._skip_blocks.live is not None:
            mask &= self._skip_blocks.live
        return mask

    def frequencies(self) -> list[tuple[Integers, Norms]]:
        """By field how often each document holds the word, 0 for deleted ones, and the field's weights. Kept, and what is asked after reads these."""
        if self._frequencies is None:
            self._frequencies = [(self._of_field(field), field.scaled) for field in self._fields]
        return self._frequencies

    def _of_field(self, field: FieldPart) -> Integers:
        postings = [term.postings() for term in field.terms]
        highest = sum(int(each.max(initial=0)) for each in (*(counts for _documents, counts in postings), field.frequencies))
        frequencies = np.zeros(self._skip_blocks.size, dtype=np.min_scalar_type(highest))
        frequencies[field.documents] = field.frequencies
        alone = self.count() is not None
        for term, (documents, counts) in zip(field.terms, postings, strict=True):
            own = frequencies[term.base :]
            if alone:
                own[documents] = counts
            else:
                own[documents] += counts.astype(frequencies.dtype, copy=False)
        if self._skip_blocks.live is not None:
            frequencies *= self._skip_blocks.live
        return frequencies

    def ceilings(self) -> Norms:
        """For every stretch the sum of the frequencies times their weights at most."""
        ceilings = np.zeros(self._skip_blocks.count, dtype=np.float64)
        for field, (blocks, _) in zip(self._fields, self._places, strict=True):
            for term in field.terms:
                assert term.field.bounds is not None
                found = term.bounds.highest * (term.field.bounds.quotients(field.weights, term.base) * field.scale)
                ceilings[term.first : term.first + len(found)] += found
            if len(blocks):
                heads = np.flatnonzero(np.concatenate([np.ones(1, dtype=np.bool_), blocks[1:] != blocks[:-1]]))
                ceilings[blocks[heads]] += np.maximum.reduceat(field.weighted, heads)
        return ceilings

    def read(self, chosen: Wide) -> tuple[Wide, Norms]:
        """The live documents in some blocks, which rise, and the sum of the frequencies of each times their weights."""
        if self._frequencies is not None:
            documents = self._skip_blocks.documents(chosen)
            weighted = sum(frequencies[documents] * weights[documents] for frequencies, weights in self._frequencies)
            found = np.flatnonzero(weighted)
            return documents[found], np.asarray(weighted)[found]
        table = np.zeros((len(chosen), SKIP_BLOCK), dtype=np.float64)
        for field, (blocks, places) in zip(self._fields, self._places, strict=True):
            for term in field.terms:
                self._add(table, chosen, term, field)
            if len(blocks):
                rows = chosen.searchsorted(blocks)
                inside = chosen.take(rows, mode="clip") == blocks
                table[rows[inside], places[inside]] += field.weighted[inside]
        found = table.ravel().nonzero()[0]
        documents = self._skip_blocks.starts[chosen[found // SKIP_BLOCK]] + found % SKIP_BLOCK
        if self._skip_blocks.live is not None:
            alive = self._skip_blocks.live[documents]
            documents, found = documents[alive], found[alive]
        return documents, table.ravel()[found]

    def _add(self, table: Norms, chosen: Wide, term: TermPart, field: FieldPart) -> None:
        low, high = chosen.searchsorted((term.first, term.first + len(term.bounds.counts))).tolist()
        own = chosen[low:high] - term.first
        counts = term.bounds.counts[own]
        if not counts.any():
            return
        documents, frequencies = term.field.of_skip_blocks(term.term, term.bounds, own[counts > 0])
        table[np.repeat(np.arange(low, high), counts), documents % SKIP_BLOCK] += frequencies * field.weights[documents + term.base] * field.scale
