"""Block-max bounds: for each common term and skip block, an upper bound of what the term adds to the score of a document there.

A skip block is 128 consecutive documents of a segment. The bounded quantity is the term's frequency divided by the document's *norm*, which grows
with the document's length (BM25; Robertson and Zaragoza 2009, section 3.2). Norms depend on the average length of all documents, which changes
with every commit. Bounds are therefore stored for the lengths at the time of writing, together with those lengths, and a reader multiplies each
bound by the largest ratio of norm at writing to norm now in the skip block.
"""

from __future__ import annotations

import math
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from reftel.base.frozen import frozen
from reftel.engine import names
from reftel.engine.arrays import Integers, Mask, Wide, narrow, starts_of
from reftel.engine.container import Container, ContainerWriter

Norms = npt.NDArray[np.float64]

SKIP_BLOCK = 128
"""Documents per skip block."""

SLOPE = 0.75
"""BM25's *b*: 0 ignores the length of a document, 1 normalises by it fully."""

_COMMON = 2048  # documents; rarer terms are scored completely in less time than bounds would save
_DENSE = 16  # terms in fewer than 1/16 of the documents get no bounds: a skip block would hold fewer than 8 of their postings
_BYTES = SKIP_BLOCK // 8
_BITS = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).sum(axis=1, dtype=np.uint8)  # how many bits of each byte are set
_FROM = np.uint8(255) >> np.arange(8, dtype=np.uint8)  # the bits of a byte from each place on
_STEPS = 255
_ONE = 1 << 16  # a stored scale of 1 << 16 is 1.0


def norms(lengths: Integers, average: float) -> Norms:
    """BM25 norms (float64, one per length) that frequencies are divided by: 1.0 for a document of ``average`` length. ``lengths``: in words."""
    result: Norms = lengths * (SLOPE / (average or 1.0))
    result += 1 - SLOPE
    return result


def written_norms(words: Integers) -> Norms:
    """The norms that stored bounds refer to. ``words``: lengths of all documents at the time of writing."""
    return norms(words, float(words.sum(dtype=np.int64)) / max(len(words), 1))


# -- writing -----------------------------------------------------------------------------------------------------------------------------


@frozen
class _Row:
    """What is stored for one term, an entry per skip block: bound in steps of ``scale``, number of postings, number of positions."""

    term: int
    scale: int
    highest: npt.NDArray[np.uint8]
    counts: npt.NDArray[np.uint8]
    places: Integers


class BoundsWriter:
    """Computes and writes the bounds of a field's common terms. ``words``: the length of every document, in words.

    ``masks``: a temporary file for their documents, a bit each.
    """

    def __init__(self, words: Integers, masks: BinaryIO) -> None:
        self._words, self._norms, self._masks = words, written_norms(words), masks
        self._least = max(_COMMON, len(words) // _DENSE)
        self._rows: list[_Row] = []
        self._terms = 0

    def add(self, counts: Integers, documents: Integers, frequencies: Integers) -> None:
        """Take the postings of the next terms. ``counts``: postings per term, none of them 0; the other arrays have one entry per posting."""
        starts = starts_of(counts)
        for term in np.flatnonzero(counts >= self._least).tolist():
            part = slice(int(starts[term]), int(starts[term + 1]))
            self._rows.append(_row(self._terms + term, documents[part], frequencies[part], self._norms))
            self._masks.write(_bits(documents[part], len(self._words)).data)
        self._terms += len(counts)

    def finish(self, file: ContainerWriter, name: str) -> None:
        """Write the bounds; nothing if no term is common."""
        if not self._rows:
            self._masks.close()
            return
        file.put(names.part(name, names.BOUND_TERMS), narrow(np.array([row.term for row in self._rows], dtype=np.int64)))
        file.put(names.part(name, names.BOUND_WORDS), narrow(self._words))
        file.put(names.part(name, names.BOUND_SCALES), narrow(np.array([row.scale for row in self._rows], dtype=np.int64)))
        file.put(names.part(name, names.BOUNDS), np.concatenate([row.highest for row in self._rows]))
        file.put(names.part(name, names.BOUND_COUNTS), np.concatenate([row.counts for row in self._rows]))
        file.put(names.part(name, names.BOUND_PLACES), narrow(np.concatenate([row.places for row in self._rows])))
        file.put_file(names.part(name, names.BOUND_DOCUMENTS), self._masks)


def _row(term: int, documents: Integers, frequencies: Integers, norm: Norms) -> _Row:
    blocks = documents // SKIP_BLOCK
    heads = np.flatnonzero(np.concatenate([np.ones(1, dtype=np.bool_), blocks[1:] != blocks[:-1]]))
    filled, size = blocks[heads], -(-len(norm) // SKIP_BLOCK)
    highest, counts, places = np.zeros(size, dtype=np.float64), np.zeros(size, dtype=np.uint8), np.zeros(size, dtype=np.uint32)
    highest[filled] = np.maximum.reduceat(frequencies / norm[documents], heads)
    counts[filled] = np.diff(heads, append=len(documents))
    places[filled] = np.add.reduceat(frequencies, heads, dtype=np.uint32)
    scale = math.ceil(float(highest.max()) * _ONE / _STEPS)
    return _Row(term, scale, np.ceil(highest * (_ONE / scale)).clip(max=_STEPS).astype(np.uint8), counts, narrow(places))


def _bits(documents: Integers, size: int) -> npt.NDArray[np.uint8]:
    """A bit for each of ``size`` documents, and for those that the last skip block lacks."""
    mask = np.zeros(-(-size // SKIP_BLOCK) * SKIP_BLOCK, dtype=np.bool_)
    mask[documents] = True
    return np.packbits(mask)


# -- reading -----------------------------------------------------------------------------------------------------------------------------


class Bounds:
    """The bounds of a field in one segment of ``documents`` documents. ``terms``: the numbers of the terms that have bounds, rising."""

    def __init__(self, file: Container, name: str, documents: int) -> None:
        array = {kind: file.array(names.part(name, kind)) for kind in names.OF_BOUNDS}
        self.terms, self._scales = array[names.BOUND_TERMS], array[names.BOUND_SCALES]
        words = array[names.BOUND_WORDS]
        size = -(-len(words) // SKIP_BLOCK)
        if len(words) > documents or len(self._scales) != len(self.terms):
            raise ValueError(f"the arrays of bounds of '{name}' have sizes that don't match")
        self._highest, self._counts, self._places = (
            array[kind].reshape(len(self.terms), size) for kind in (names.BOUNDS, names.BOUND_COUNTS, names.BOUND_PLACES)
        )
        self._masks = array[names.BOUND_DOCUMENTS].reshape(len(self.terms), size, _BYTES)
        self._words = words
        self._quotients: tuple[Norms, Norms] | None = None

    def quotients(self, weights: Norms, base: int) -> Norms:
        """For each skip block, the largest product of a document's norm at writing and its weight now (float64).

        ``weights``: of all documents of the reader; ``base``: the segment's first document. The result for the last ``weights`` is cached.
        """
        if self._quotients is None or self._quotients[0] is not weights:
            products = written_norms(self._words) * weights[base : base + len(self._words)]
            self._quotients = weights, np.maximum.reduceat(products, np.arange(0, len(products), SKIP_BLOCK))
        return self._quotients[1]

    def of(self, term: int) -> TermBounds | None:
        """The bounds of a term; ``None`` if it is not common."""
        row = int(self.terms.searchsorted(term))
        if row >= len(self.terms) or int(self.terms[row]) != term:
            return None
        highest = self._highest[row] * (float(self._scales[row]) / _ONE)
        return TermBounds(highest, self._counts[row].astype(np.int64), self._places[row], self._masks[row])


@frozen
class TermBounds:
    """Of one term, an entry per skip block: upper bound of frequency / norm at writing, number of postings, number of positions.

    ``bits``: a row of 16 bytes per skip block, a bit per document.
    """

    highest: Norms
    counts: Wide
    places: Integers
    bits: npt.NDArray[np.uint8]

    def mask(self, chosen: Wide | slice = slice(None)) -> Mask:
        """For each document of the skip blocks ``chosen`` whether it holds the term, a row per skip block."""
        return np.unpackbits(self.bits[chosen], axis=1).view(np.bool_)

    def before(self, documents: Wide) -> tuple[Mask, Wide]:
        """For each of ``documents`` whether it holds the term, and how many do before it in its skip block."""
        blocks, places = documents // SKIP_BLOCK, documents % SKIP_BLOCK
        bits, rows, cells = self.bits[blocks], np.arange(len(documents)), places >> 3
        counts = _BITS.take(bits).cumsum(axis=1, dtype=np.uint8)
        if (counts[:, -1] != self.counts[blocks]).any():
            raise ValueError("the mask of a term has other documents than its bounds count")
        own = bits[rows, cells] & _FROM[places & 7]  # from the document on
        return own > _FROM[places & 7] >> 1, counts[rows, cells] - _BITS.take(own).astype(np.int64)
