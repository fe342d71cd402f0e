"""Block-max retrieval: the postings of a query word over all segments of a reader, read skip block by skip block, the most promising ones first.

A word may stand for several terms in several fields. The postings of its common terms are read by skip block, as their bounds suggest; the other terms
have few postings, which are read whole.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from reftel.base.frozen import frozen
from reftel.engine.arrays import Integers, Mask, Wide, found_in
from reftel.engine.bounds import SKIP_BLOCK, Norms, TermBounds
from reftel.engine.postings import FieldPostings

_LONG = 1 << 16  # postings; those of shorter lists are unpacked all at once in less than a millisecond
_FEW = 16  # frequencies of a long list are read by themselves until 1/16 of them were

Cells = tuple[Wide, Norms]
"""Documents of some skip blocks, numbered from 0 over these, 128 a block, and the weighted frequency of each."""


class SkipBlocks:
    """The skip blocks of all segments, numbered consecutively; ``count`` of them.

    ``bases``: each segment's first document, with the number of all documents at the end. ``live``: mask of documents, ``None`` if none is deleted.
    """

    def __init__(self, bases: Sequence[int], live: Mask | None) -> None:
        self.size, self.live = bases[-1], live
        self._bases = np.array(bases, dtype=np.int64)
        self._firsts = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(-(-np.diff(self._bases) // SKIP_BLOCK))])
        self.count = int(self._firsts[-1])

    def first(self, segment: int) -> int:
        """The first skip block of a segment."""
        return int(self._firsts[segment])

    @functools.cached_property
    def starts(self) -> Wide:
        """The first document of each skip block (int64)."""
        segments = np.repeat(np.arange(len(self._bases) - 1), np.diff(self._firsts))
        starts: Wide = self._bases[segments] + (np.arange(self.count) - self._firsts[segments]) * SKIP_BLOCK
        return starts

    def documents(self, blocks: Wide) -> Wide:
        """The documents of some skip blocks."""
        documents = self.starts[blocks, None] + np.arange(SKIP_BLOCK)
        ends = self._bases[self._firsts.searchsorted(blocks, "right")]
        inside: Wide = documents[documents < ends[:, None]]
        return inside

    def places(self, documents: Wide) -> tuple[Wide, Wide]:
        """The skip block of each document, and its index in the block (0 to 127)."""
        if not len(documents):
            return documents, documents
        segments = self._bases.searchsorted(documents, "right") - 1
        own = documents - self._bases[segments]
        return self._firsts[segments] + own // SKIP_BLOCK, own % SKIP_BLOCK


@frozen
class TermPart:
    """A common term in one segment: its number in ``field``, its bounds, and the segment's first document (``base``) and skip block (``first``).

    ``postings``: the segment's documents with the term and their frequencies; unpacked once and cached, since paragraphs are chosen by them too.
    """

    field: FieldPostings
    term: int
    bounds: TermBounds
    base: int
    first: int
    postings: Callable[[], tuple[Wide, Integers]]

    def mask(self) -> Mask:
        """The segment's documents with the term."""
        return self.field.mask(self.term, self.bounds)


@frozen
class FieldPart:
    """A word's terms in one field: the common ones, and the live documents and frequencies of all others together.

    ``weights``: factor of frequencies, by document (float64); ``scale``: factor of all of them; ``scaled``: ``weights * scale``.
    """

    weights: Norms
    terms: Sequence[TermPart]
    documents: Wide
    frequencies: Integers
    scaled: Norms
    scale: float

    @property
    def weighted(self) -> Norms:
        """The weighted frequencies of the terms that are not common, one per entry of ``documents``."""
        weighted: Norms = self.frequencies * self.weights[self.documents]
        return weighted if self.scale == 1.0 else weighted * self.scale


class BlockMaxPostings:
    """The postings of a word, with upper bounds by skip block. Documents are numbered as in the reader."""

    def __init__(self, skip_blocks: SkipBlocks, fields: Sequence[FieldPart]) -> None:
        self._skip_blocks, self._fields = skip_blocks, fields
        self._places = [skip_blocks.places(field.documents) for field in fields]
        self._frequencies: list[tuple[Integers, Norms]] | None = None
        self._read_singly = 0

    @property
    def nbytes(self) -> int:
        """Size in bytes: whole postings of rare terms; of common ones `frequencies`, once made, a byte per document and field (more where one exceeds 255)."""
        rare = sum(field.documents.nbytes + field.frequencies.nbytes for field in self._fields)
        return rare + sum(frequencies.nbytes for frequencies, _weights in self._frequencies or ())

    @property
    def unpacked(self) -> bool:
        """Whether `frequencies` are there."""
        return self._frequencies is not None

    def count(self) -> int | None:
        """Document frequency of the word if that is known without reading postings (a single term, no tombstones), else ``None``."""
        terms = [term for field in self._fields for term in field.terms]
        several = len({term.base for term in terms}) < len(terms) or any(len(field.documents) for field in self._fields)
        return None if several or self._skip_blocks.live is not None else sum(term.field.count(term.term) for term in terms)

    def mask(self) -> Mask:
        """Mask of the live documents that hold the word."""
        mask = np.zeros(self._skip_blocks.size, dtype=np.bool_)
        if self._frequencies is not None:
            for frequencies, _weights in self._frequencies:
                mask |= frequencies > 0
            return mask
        for field in self._fields:
            mask[field.documents] = True
            for term in field.terms:
                own = term.mask()
                mask[term.base : term.base + len(own)] |= own
        if self._skip_blocks.live is not None:
            mask &= self._skip_blocks.live
        return mask

    def frequencies(self) -> list[tuple[Integers, Norms]]:
        """For each field, the word's frequency by document (0 for deleted ones) and the weights by document. Cached for `mask` and `read`."""
        if self._frequencies is None:
            self._frequencies = [(self._of_field(field), field.scaled) for field in self._fields]
        return self._frequencies

    def at(self, documents: Wide) -> Norms:
        """The weighted frequency in each of ``documents``, which are live and rise."""
        if self._frequencies is None:
            self._read_singly += len(documents)
            postings = sum(term.field.count(term.term) for field in self._fields for term in field.terms)
            if postings >= _LONG and self._read_singly * _FEW < postings:
                return functools.reduce(np.add, [_at(field, documents) for field in self._fields])
        return functools.reduce(np.add, [frequencies[documents] * weights[documents] for frequencies, weights in self.frequencies()])

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
        """Upper bound of the weighted frequency in each skip block (float64)."""
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
        """The live documents with the word in the skip blocks ``chosen``, which rise, and the weighted frequency of each."""
        if self._frequencies is not None:
            documents = self._skip_blocks.documents(chosen)
            weighted = sum(frequencies[documents] * weights[documents] for frequencies, weights in self._frequencies)
            found = np.flatnonzero(weighted)
            return documents[found], np.asarray(weighted)[found]
        fields = zip(self._fields, self._places, strict=True)
        cells, weighted = _added_up([part for field, places in fields for part in _parts(field, places, chosen)], len(chosen))
        documents = self._skip_blocks.starts[chosen[cells // SKIP_BLOCK]] + cells % SKIP_BLOCK
        if self._skip_blocks.live is not None:
            alive = self._skip_blocks.live[documents]
            documents, weighted = documents[alive], weighted[alive]
        return documents, weighted


def _added_up(parts: Sequence[Cells], blocks: int) -> Cells:
    """The cells of all parts, rising, and the sum of the values in each."""
    if len(parts) == 1:
        return parts[0]
    table = np.zeros(blocks * SKIP_BLOCK, dtype=np.float64)
    for cells, weighted in parts:
        table[cells] += weighted
    found = table.nonzero()[0]
    return found, table[found]


def _at(field: FieldPart, documents: Wide) -> Norms:
    """The weighted frequency of a word in one field in each of ``documents``."""
    places, found = found_in(field.documents, documents)
    frequencies = np.zeros(len(documents), dtype=np.int64)
    frequencies[found] = field.frequencies[places[found]]
    for term in field.terms:
        low, high = documents.searchsorted((term.base, term.base + term.field.size)).tolist()
        own, counts, _starts = term.field.among(term.term, term.bounds, documents[low:high] - term.base)
        frequencies[documents.searchsorted(own + term.base)] += counts
    return frequencies * field.scaled[documents]


def _parts(field: FieldPart, places: tuple[Wide, Wide], chosen: Wide) -> Iterator[Cells]:
    """Of each common term, and of all others together, the weighted frequencies in the skip blocks ``chosen``."""
    for term in field.terms:
        low, high = chosen.searchsorted((term.first, term.first + len(term.bounds.counts))).tolist()
        own = chosen[low:high] - term.first
        if len(own):
            mask, frequencies = term.field.of_skip_blocks(term.term, term.bounds, own)
            cells = mask.ravel().nonzero()[0]
            weights = field.weights[own[cells // SKIP_BLOCK] * SKIP_BLOCK + cells % SKIP_BLOCK + term.base]
            yield cells + low * SKIP_BLOCK, frequencies * weights * field.scale
    blocks, own_places = places
    if len(blocks):
        rows = chosen.searchsorted(blocks)
        inside = chosen.take(rows, mode="clip") == blocks
        yield rows[inside] * SKIP_BLOCK + own_places[inside], field.weighted[inside]
