"""From words in the order of the text to postings in the order of terms, for some hundred documents at a time."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from reftel.engine.columns import Lists, narrow, starts_of

Integers = npt.NDArray[Any]
Words = tuple[npt.NDArray[np.uint32], Integers, Integers]
"""Term, document and position of many words."""

Blocks = Sequence[Sequence[str]]
Joined = Sequence[tuple[int, int, str]]
"""Block, place in the block, and word."""


@dataclasses.dataclass(frozen=True, slots=True)
class Inverted:
    """The postings of one field: for each term (in no order) how many documents hold it, then all postings by term and document.

    ``frequencies`` and ``positions`` are ``None`` for whole values. Positions of one posting after the other. Can be pickled.
    """

    terms: list[str]
    counts: Integers
    documents: Integers
    frequencies: Integers | None = None
    positions: Integers | None = None

    @property
    def nbytes(self) -> int:
        """Memory that the arrays take."""
        arrays = (self.counts, self.documents, self.frequencies, self.positions)
        return sum(array.nbytes for array in arrays if array is not None)


def invert_values(documents: Sequence[Iterable[str]]) -> Inverted:
    """Postings of whole values: one for each different value of a document."""
    distinct = [dict.fromkeys(values) for values in documents]
    lengths = np.fromiter(map(len, distinct), dtype=np.int64, count=len(distinct))
    terms, numbers = intern(chain.from_iterable(distinct), int(lengths.sum()))
    order = _stable_order(numbers, len(terms))
    holding = np.repeat(np.arange(len(distinct), dtype=np.int64), lengths)[order]
    return Inverted(terms, np.bincount(numbers, minlength=len(terms)), narrow(holding))


def invert_texts(documents: Sequence[Blocks], joined: Sequence[Joined] = ()) -> tuple[Inverted, Lists]:
    """Postings of running text, and the number of words in each block of each document.

    Positions run through the blocks of a document with one left empty between two of them. ``joined``: for each document the words that
    stand at the position of another word too.
    """
    blocks = _block_lengths(documents)
    total = int(blocks.values.sum(dtype=np.int64))
    more = [(number, *word) for number, words in enumerate(joined) for word in words]
    words = chain(chain.from_iterable(chain.from_iterable(documents)), [word for *_, word in more])
    terms, numbers = intern(words, total + len(more))
    block_positions = _block_positions(blocks)
    found: Words = (numbers, *_places(blocks, block_positions))
    if more:
        found = _with_joined(found, more, blocks.first(), block_positions)
    order = _stable_order(found[0], len(terms))
    found = (found[0][order], found[1][order], found[2][order])
    return _postings(terms, *(_without_repetitions(found) if more else found)), blocks


def _postings(terms: list[str], numbers: Integers, holding: Integers, positions: Integers) -> Inverted:
    """Postings from the term, document and position of every word, sorted by all three."""
    first = np.ones(len(numbers), dtype=np.bool_)
    first[1:] = (numbers[1:] != numbers[:-1]) | (holding[1:] != holding[:-1])
    starts = np.flatnonzero(first)
    frequencies = np.diff(starts, append=len(numbers))
    return Inverted(terms, np.bincount(numbers[starts], minlength=len(terms)), holding[starts], narrow(frequencies), positions)


def intern(words: Iterable[str], number: int) -> tuple[list[str], npt.NDArray[np.uint32]]:
    """The different words as they first occur, and for every word which of them it is."""
    known: defaultdict[str, int] = defaultdict()
    known.default_factory = known.__len__
    numbers = np.fromiter(map(known.__getitem__, words), dtype=np.uint32, count=number)
    return list(known), numbers


def _block_lengths(documents: Sequence[Blocks]) -> Lists:
    counts = np.fromiter(map(len, documents), dtype=np.int64, count=len(documents))
    total = int(counts.sum())
    return Lists(narrow(counts), narrow(np.fromiter(map(len, chain.from_iterable(documents)), dtype=np.int64, count=total)))


def _block_positions(blocks: Lists) -> npt.NDArray[np.int64]:
    """The position of the first word of every block in its document."""
    starts, first = starts_of(blocks.values.astype(np.int64) + 1), blocks.first()  # a block takes its words and the empty position behind
    positions: npt.NDArray[np.int64] = starts[:-1] - starts[first[:-1]][blocks.documents()]
    return positions


def _places(blocks: Lists, block_positions: npt.NDArray[np.int64]) -> tuple[Integers, Integers]:
    """Document and position of every word."""
    starts = starts_of(blocks.values)
    positions = np.repeat(block_positions - starts[:-1], blocks.values) + np.arange(int(starts[-1]), dtype=np.int64)
    return narrow(np.repeat(blocks.documents(), blocks.values)), narrow(positions)


def _with_joined(
    words: Words, more: Sequence[tuple[int, int, int, str]], first_blocks: npt.NDArray[np.int64], block_positions: npt.NDArray[np.int64]
) -> Words:
    """Term, document and position of every word in the order of the text, when the last terms belong to ``more``."""
    numbers, holding, positions = words
    documents = np.array([document for document, *_ in more], dtype=np.int64)
    blocks = np.array([block for _, block, *_ in more], dtype=np.int64)
    places = np.array([place for _, _, place, _ in more], dtype=np.int64)
    holding = np.concatenate([holding, documents])
    positions = np.concatenate([positions, block_positions[first_blocks[documents] + blocks] + places])
    order = np.lexsort((positions, holding))
    return numbers[order], narrow(holding[order]), narrow(positions[order])


def _without_repetitions(words: Words) -> Words:
    """Words sorted by term, document and position, each once."""
    numbers, holding, positions = words
    new = np.ones(len(numbers), dtype=np.bool_)
    new[1:] = (numbers[1:] != numbers[:-1]) | (holding[1:] != holding[:-1]) | (positions[1:] != positions[:-1])
    return numbers[new], holding[new], positions[new]


def _stable_order(numbers: npt.NDArray[np.uint32], different: int) -> npt.NDArray[np.intp]:
    """The order that sorts numbers below ``different``, equal ones as they come. NumPy sorts 16-bit numbers in linear time."""
    order = np.argsort(numbers.astype(np.uint16), kind="stable")
    if different > 1 << 16:
        order = order[np.argsort((numbers >> np.uint32(16)).astype(np.uint16)[order], kind="stable")]
    return order
