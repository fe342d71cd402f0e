"""Inverts a batch of documents: from words in text order to postings in term order."""

from __future__ import annotations

import itertools
from array import array
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from reftel.base.frozen import frozen
from reftel.engine.arrays import Integers, narrow, starts_of
from reftel.engine.columns import Lists
from reftel.engine.interning import Grouped, Vocabulary, WordStream
from reftel.engine.specs import join_words

Joined = Sequence[tuple[int, int, str]]
"""Block number, word offset in the block, and word."""


@frozen
class Inverted:
    """The postings of one field of a batch, sorted by term and document.

    ``terms``: vocabulary numbers, in a text field by rising initial. ``counts``: postings per term. ``documents`` and ``frequencies``: one entry per
    posting. ``positions``: those of all postings, concatenated. The last two are ``None`` for keyword fields.
    """

    terms: Integers
    counts: Integers
    documents: Integers
    frequencies: Integers | None = None
    positions: Integers | None = None

    @property
    def nbytes(self) -> int:
        """Size of the arrays in bytes."""
        arrays = (self.terms, self.counts, self.documents, self.frequencies, self.positions)
        return sum(array.nbytes for array in arrays if array is not None)


class ValueInverter:
    """Inverts the values of a keyword field."""

    def __init__(self) -> None:
        self._values: list[str] = []
        self._counts = array("I")

    def add(self, documents: Iterable[Sequence[str]]) -> None:
        """Add the values of the next documents; of a document repeated ones count once."""
        unrepeated = [values if len(values) < 2 else dict.fromkeys(values) for values in documents]
        self._values.extend(itertools.chain.from_iterable(unrepeated))
        self._counts.extend(map(len, unrepeated))

    def take(self, vocabulary: Vocabulary) -> tuple[Inverted, Integers]:
        """The postings of the documents added so far, and per document the term number + 1 of its first value (0 for none); starts over empty."""
        numbers, counts = vocabulary.numbers(self._values), _frozen(self._counts)
        self._values, self._counts = [], array("I")
        firsts = np.zeros(len(counts), dtype=np.uint32)
        some = counts > 0
        firsts[some] = numbers[starts_of(counts)[:-1][some]] + np.uint32(1)
        order = _stable_order(numbers)
        holding = np.repeat(np.arange(len(counts), dtype=np.int64), counts)[order]
        numbers = numbers[order]
        starts = _starts_of_runs(numbers)
        return Inverted(numbers[starts], narrow(np.diff(starts, append=len(numbers))), narrow(holding)), firsts


@frozen
class _Words:
    """Words in text order, an entry per word: its bytes as two uint64, its document, and its position."""

    low: Integers
    high: Integers
    documents: Integers
    positions: Integers

    def with_others(self, places: Integers, low: Integers, high: Integers) -> _Words:
        """The words with others inserted, each after the word at an index of ``places`` and at the same position."""
        order = np.argsort(places, kind="stable")
        places = places[order]
        behind = places + 1
        return _Words(
            np.insert(self.low, behind, low[order]), np.insert(self.high, behind, high[order]),
            np.insert(self.documents, behind, self.documents[places]), np.insert(self.positions, behind, self.positions[places]),
        )  # fmt: skip


class TextInverter:
    """Inverts running text. Positions count through all blocks of a document and leave one empty between two blocks."""

    def __init__(self) -> None:
        self._words, self._others = WordStream(), WordStream()
        self._clear()

    def _clear(self) -> None:
        self._counts, self._lengths = array("I"), array("I")
        self._joined: list[tuple[int, int, int]] = []

    def __len__(self) -> int:
        return len(self._words)

    def add(self, documents: Sequence[Sequence[str]], joined: Sequence[Joined] = ()) -> None:
        """Add the blocks of the next documents. ``joined``: of each, additional words at the position of another word."""
        for document, others in enumerate(joined, len(self._counts)):
            if others:
                self._joined += [(document, block, place) for block, place, _word in others]
                self._others.add_joined(join_words([word for _block, _place, word in others]), len(others))
        self._lengths.extend(self._words.add_blocks(list(itertools.chain.from_iterable(documents))))
        self._counts.extend(map(len, documents))

    def take(self, vocabulary: Vocabulary) -> tuple[Inverted, Lists]:
        """The postings of the documents added so far, and the number of words in each block of each document; starts over empty."""
        blocks = Lists(narrow(_frozen(self._counts)), narrow(_frozen(self._lengths)))
        words = _Words(*self._words.take(vocabulary), *_places(blocks))
        if self._joined:
            documents, numbers, places = np.array(self._joined, dtype=np.int64).T
            before = starts_of(blocks.values)[blocks.first()[documents] + numbers]
            words = words.with_others(before + places, *self._others.take(vocabulary))
        self._clear()
        return _postings(words, vocabulary.grouped(words.low, words.high)), blocks


def _frozen(numbers: array[int]) -> npt.NDArray[np.uint32]:
    return np.array(numbers, dtype=np.uint32)


def _starts_of_runs(*columns: Integers) -> npt.NDArray[np.intp]:
    """Indices at which any of the columns changes, 0 included."""
    new = np.zeros(len(columns[0]), dtype=np.bool_)
    new[:1] = True
    for column in columns:
        new[1:] |= column[1:] != column[:-1]
    return np.flatnonzero(new)


def _postings(words: _Words, grouped: Grouped) -> Inverted:
    documents, positions = words.documents[grouped.order], words.positions[grouped.order]
    new_term = np.zeros(len(documents), dtype=np.bool_)
    new_term[grouped.starts] = True
    new_posting = new_term.copy()
    new_posting[1:] |= documents[1:] != documents[:-1]
    repeated = ~new_posting
    repeated[1:] &= positions[1:] == positions[:-1]
    if repeated.any():  # a word twice at one position: of the text itself and among the joined words
        kept = ~repeated
        documents, positions, new_term, new_posting = documents[kept], positions[kept], new_term[kept], new_posting[kept]
    starts = np.flatnonzero(new_posting)
    frequencies = np.diff(starts, append=len(documents))
    terms = np.flatnonzero(new_term[starts])
    return Inverted(grouped.numbers, narrow(np.diff(terms, append=len(starts))), documents[starts], narrow(frequencies), positions)


def _block_positions(blocks: Lists) -> npt.NDArray[np.int64]:
    """The position of the first word of every block."""
    starts, first = starts_of(blocks.values.astype(np.int64) + 1), blocks.first()  # + 1: the empty position after a block
    positions: npt.NDArray[np.int64] = starts[:-1] - starts[first[:-1]][blocks.documents()]
    return positions


def _places(blocks: Lists) -> tuple[Integers, Integers]:
    """The document and the position of every word."""
    starts = starts_of(blocks.values)
    positions = np.repeat(_block_positions(blocks) - starts[:-1], blocks.values) + np.arange(int(starts[-1]), dtype=np.int64)
    return narrow(np.repeat(blocks.documents(), blocks.values)), narrow(positions)


def _stable_order(numbers: npt.NDArray[np.uint32]) -> npt.NDArray[np.intp]:
    """The stable argsort of uint32, by two passes over 16 bits each, which NumPy sorts in linear time."""
    order = np.argsort(numbers.astype(np.uint16), kind="stable")
    if len(numbers) and int(numbers.max()) >= 1 << 16:
        order = order[np.argsort((numbers >> np.uint32(16)).astype(np.uint16)[order], kind="stable")]
    return order
