"""How much a common term adds at most to the score of a document, for every stretch of 128 documents: most need not be looked at.

What counts is a term's frequency in a document divided by the document's *norm*, which grows with its length (BM25; Robertson and Zaragoza 2009,
section 3.2). Norms depend on the average length of all documents, which changes with every commit; so bounds are kept for norms by the lengths as they
were when the segment was written, which are kept too. A reader multiplies them with the greatest quotient of old and present norm in the stretch.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from reftel.engine import names
from reftel.engine.arrays import Integers, Wide, narrow, starts_of
from reftel.engine.container import Container, ContainerWriter
from reftel.frozen import frozen

Norms = npt.NDArray[np.float64]

SKIP_BLOCK = 128
"""Documents of a stretch."""

SLOPE = 0.75
"""How far the norm follows the length (BM25's *b*)."""

_COMMON = 2048  # documents; of terms in fewer all can be scored in no time
_DENSE = 16  # of a term in fewer than one document in so many, a stretch holds too few to be worth an entry
_STEPS = 255
_ONE = 1 << 16  # scales count in fractions of it


def norms(lengths: Integers, average: float) -> Norms:
    """What frequencies are divided by, for documents of these lengths: 1 for one of ``average`` length."""
    result: Norms = lengths * (SLOPE / (average or 1.0))
    result += 1 - SLOPE
    return result


def written_norms(words: Integers) -> Norms:
    """The norms that bounds were made with, from the lengths that were kept with them."""
    return norms(words, float(words.sum(dtype=np.int64)) / max(len(words), 1))


# -- writing -----------------------------------------------------------------------------------------------------------------------------


@frozen
class _Row:
    """What is kept of one term, by stretch: the bound in steps of ``scale``, the number of its documents, and the first of them."""

    term: int
    scale: int
    highest: npt.NDArray[np.uint8]
    counts: npt.NDArray[np.uint8]
    first: npt.NDArray[np.uint8]


class BoundsWriter:
    """Takes the postings of a field, and writes the bounds of its common terms. ``words``: the length of every document."""

    def __init__(self, words: Integers) -> None:
        self._words, self._norms = words, written_norms(words)
        self._least = max(_COMMON, len(words) // _DENSE)
        self._rows: list[_Row] = []
        self._terms = 0

    def add(self, counts: Integers, documents: Integers, frequencies: Integers) -> None:
        """The postings of the next terms, of which each has some."""
        starts = starts_of(counts)
        for term in np.flatnonzero(counts >= self._least).tolist():
            part = slice(int(starts[term]), int(starts[term + 1]))
            self._rows.append(_row(self._terms + term, documents[part], frequencies[part], self._norms))
        self._terms += len(counts)

    def finish(self, file: ContainerWriter, name: str) -> None:
        """Write them; nothing if no term is common."""
        if not self._rows:
            return
        file.put(names.part(name, names.BOUND_TERMS), narrow(np.array([row.term for row in self._rows], dtype=np.int64)))
        file.put(names.part(name, names.BOUND_WORDS), narrow(self._words))
        file.put(names.part(name, names.BOUND_SCALES), narrow(np.array([row.scale for row in self._rows], dtype=np.int64)))
        file.put(names.part(name, names.BOUNDS), np.concatenate([row.highest for row in self._rows]))
        file.put(names.part(name, names.BOUND_COUNTS), np.concatenate([row.counts for row in self._rows]))
        file.put(names.part(name, names.BOUND_FIRST), np.concatenate([row.first for row in self._rows]))


def _row(term: int, documents: Integers, frequencies: Integers, norm: Norms) -> _Row:
    blocks = documents // SKIP_BLOCK
    heads = np.flatnonzero(np.concatenate([np.ones(1, dtype=np.bool_), blocks[1:] != blocks[:-1]]))
    filled, size = blocks[heads], -(-len(norm) // SKIP_BLOCK)
    highest, counts, first = np.zeros(size, dtype=np.float64), np.zeros(size, dtype=np.uint8), np.zeros(size, dtype=np.uint8)
    highest[filled] = np.maximum.reduceat(frequencies / norm[documents], heads)
    counts[filled] = np.diff(heads, append=len(documents))
    first[filled] = documents[heads] % SKIP_BLOCK
    scale = math.ceil(float(highest.max()) * _ONE / _STEPS)
    return _Row(term, scale, np.ceil(highest * (_ONE / scale)).clip(max=_STEPS).astype(np.uint8), counts, first)


# -- reading -----------------------------------------------------------------------------------------------------------------------------


class Bounds:
    """The bounds of a field in one segment of ``documents`` documents. ``terms``: the numbers of the terms that have bounds."""

    def __init__(self, file: Container, name: str, documents: int) -> None:
        array = {kind: file.array(names.part(name, kind)) for kind in names.OF_BOUNDS}
        self.terms, self._scales = array[names.BOUND_TERMS], array[names.BOUND_SCALES]
        words = array[names.BOUND_WORDS]
        size = -(-len(words) // SKIP_BLOCK)
        if len(words) > documents or len(self._scales) != len(self.terms):
            raise ValueError(f"'{name}' has bounds of another size than said")
        self._highest, self._counts, self._first = (
            array[kind].reshape(len(self.terms), size) for kind in (names.BOUNDS, names.BOUND_COUNTS, names.BOUND_FIRST)
        )
        self._words = words
        self._quotients: tuple[Norms, Norms] | None = None

    def quotients(self, weights: Norms, base: int) -> Norms:
        """By stretch the greatest product of a document's norm at writing and its weight now. The segment's first document is ``base``.

        Those of the weights that were asked for last are kept.
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
        return TermBounds(highest, self._counts[row].astype(np.int64), self._first[row])


@frozen
class TermBounds:
    """By stretch: frequency divided by norm, as they were at writing, at most; the number of documents; the first of them."""

    highest: Norms
    counts: Wide
    first: Integers
