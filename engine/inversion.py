"""From words in the order of the text to postings in the order of terms, for some hundred documents at a time."""

from __future__ import annotations

import dataclasses
from array import array
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from reftel.engine.columns import Lists, narrow, starts_of
from reftel.engine.interning import Vocabulary, WordStream
from reftel.engine.specs import join_words

Integers = npt.NDArray[Any]
Words = tuple[npt.NDArray[np.uint32], Integers, Integers]
"""Term, document and position of many words."""

Blocks = Sequence[str]
Joined = Sequence[tuple[int, int, str]]
"""Block, place in the block, and word."""


@dataclasses.dataclass(frozen=True, slots=True)
class Inverted:
    """The postings of one field: the numbers of its terms, rising, how many documents hold each, then all postings by term and document.

    ``frequencies`` and ``positions`` are ``None`` for whole values. Positions of one posting after the other. Can be pickled.
    """

    terms: Integers
    counts: Integers
    documents: Integers
    frequencies: Integers | None = None
    positions: Integers | None = None

    @property
    def nbytes(self) -> int:
        """Memory that the arrays take."""
        arrays = (self.terms, self.counts, self.documents, self.frequencies, self.positions)
        return sum(array.nbytes for array in arrays if array is not None)


class ValueInverter:
    """Takes the whole values of one document after the other."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._values: list[str] = []
        self._counts = array("I")

    def add(self, values: Sequence[str]) -> None:
        """The next document; repeated values count once."""
        if len(values) > 1:
            values = tuple(dict.fromkeys(values))
        self._values += values
        self._counts.append(len(values))

    def take(self) -> tuple[Inverted, Integers]:
        """The postings of the documents taken so far, and by document the number of the first value, 1 added; 0 where there is none."""
        numbers, counts = self._vocabulary.numbers(self._values), _frozen(self._counts)
        self._values, self._counts = [], array("I")
        firsts = np.zeros(len(counts), dtype=np.uint32)
        some = counts > 0
        firsts[some] = numbers[starts_of(counts)[:-1][some]] + np.uint32(1)
        order = _stable_order(numbers)
        holding = np.repeat(np.arange(len(counts), dtype=np.int64), counts)[order]
        numbers = numbers[order]
        starts = _starts_of_runs(numbers)
        return Inverted(numbers[starts], narrow(np.diff(starts, append=len(numbers))), narrow(holding)), firsts


class TextInverter:
    """Takes the running text of one document after the other.

    Positions run through the blocks of a document with one left empty between two of them.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._words = WordStream(vocabulary)
        self._clear()

    def _clear(self) -> None:
        self._counts, self._lengths = array("I"), array("I")
        self._joined: list[tuple[int, int, int, str]] = []

    def __len__(self) -> int:
        return len(self._words)

    def add(self, blocks: Blocks, joined: Joined = ()) -> None:
        """The next document. ``joined``: words that stand at the position of another word too."""
        if joined:
            self._joined += [(len(self._counts), *word) for word in joined]
        self._lengths.extend(map(self._words.add, blocks))
        self._counts.append(len(blocks))

    def take(self) -> tuple[Inverted, Lists]:
        """The postings of the documents taken so far, and the number of words in each block of each document."""
        blocks = Lists(narrow(_frozen(self._counts)), narrow(_frozen(self._lengths)))
        block_positions = _block_positions(blocks)
        joined = self._joined
        self._words.add(join_words(word for *_, word in joined))
        words: Words = (self._words.take(), *_places(blocks, block_positions))
        self._clear()
        if joined:
            words = _with_joined(words, joined, blocks.first(), block_positions)
        order = _stable_order(words[0])
        words = (words[0][order], words[1][order], words[2][order])
        return _postings(_without_repetitions(words) if joined else words), blocks


def _frozen(numbers: array[int]) -> npt.NDArray[np.uint32]:
    return np.array(numbers, dtype=np.uint32)


def _starts_of_runs(*columns: Integers) -> npt.NDArray[np.intp]:
    """Where any of the columns changes, the beginning included."""
    new = np.zeros(len(columns[0]), dtype=np.bool_)
    new[:1] = True
    for column in columns:
        new[1:] |= column[1:] != column[:-1]
    return np.flatnonzero(new)


def _postings(words: Words) -> Inverted:
    """Postings from words sorted by term, document and position."""
    numbers, holding, positions = words
    starts = _starts_of_runs(numbers, holding)
    frequencies = np.diff(starts, append=len(numbers))
    numbers = numbers[starts]
    terms = _starts_of_runs(numbers)
    return Inverted(numbers[terms], narrow(np.diff(terms, append=len(numbers))), holding[starts], narrow(frequencies), positions)


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
    words: Words, joined: Sequence[tuple[int, int, int, str]], first_blocks: npt.NDArray[np.int64], block_positions: npt.NDArray[np.int64]
) -> Words:
    """The words in the order of the text, where the last terms belong to those that are joined."""
    documents, blocks, places = np.array([word[:3] for word in joined], dtype=np.int64).T
    holding = np.concatenate([words[1], documents])
    positions = np.concatenate([words[2], block_positions[first_blocks[documents] + blocks] + places])
    order = np.lexsort((positions, holding))
    return words[0][order], narrow(holding[order]), narrow(positions[order])


def _without_repetitions(words: Words) -> Words:
    """Words sorted by term, document and position, each once."""
    kept = _starts_of_runs(*words)
    return words[0][kept], words[1][kept], words[2][kept]


def _stable_order(numbers: npt.NDArray[np.uint32]) -> npt.NDArray[np.intp]:
    """The order that sorts numbers, equal ones as they come. NumPy sorts 16-bit numbers in linear time."""
    order = np.argsort(numbers.astype(np.uint16), kind="stable")
    if len(numbers) and int(numbers.max()) >= 1 << 16:
        order = order[np.argsort((numbers >> np.uint32(16)).astype(np.uint16)[order], kind="stable")]
    return order
