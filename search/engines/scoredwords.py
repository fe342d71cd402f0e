"""What a word adds to the scores of the documents that hold it, and where it adds most. Of common words no more is read than is asked for."""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from reftel.engine.blockmax import BlockMaxPostings
from reftel.engine.reader import Reader
from reftel.search.engines.sets import DocumentSet
from reftel.search.plan import Found
from reftel.search.positions import Integers, found_in
from reftel.search.scoring import K1

Scores = npt.NDArray[np.float64]

BLOCK = 128
"""Documents whose highest score is kept together for words that stand in many."""

CHAMPIONS = 512
"""Documents whose scores are kept in order for every word; more where others tie with the last of them."""

SOON_SCORED = 1 << 15
"""Documents of a common word; so few are as soon scored one and all as told apart by their stretches."""

REMEMBERED = 32
"""So many first hits of a question for a word alone are kept as they are given back."""

FEW_CHAMPIONS = 16
"""So many are found first where that spares going through all documents."""

_BYTES_OF_HITS = 160 * REMEMBERED
_FIRST = 20  # stretches that are read at once, the most promising ones
_GROWTH = 4
_ROUNDING = 1 + 1e-9  # bounds are compared with scores that were reckoned in another order
_NO_NUMBERS, _NO_SCORES = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float64)


class Champions(NamedTuple):
    """The documents where a word adds most, by falling ``scores``. It adds at most ``floor`` in any that is not among them."""

    documents: Integers
    scores: Scores
    floor: float


def saturated(frequency: Scores, rare: float) -> Scores:
    """What weighted frequencies of a word of this rarity add to scores; `scoring.saturated` of each."""
    scores: Scores = frequency * (rare * (K1 + 1))
    scores /= frequency + K1
    return scores


class ScoredWord:
    """The documents that hold a word and what it adds to their scores.

    Of a rare word ``scores`` stands beside ``documents.numbers``. Of a ``common`` one it has a place for every document (0 where the word is
    not), padded to whole blocks, and ``highest`` is the largest of each block.
    """

    def __init__(self, documents: DocumentSet, scores: Scores, rarity: float, *, common: bool) -> None:
        self.documents, self.rarity, self.common = documents, rarity, common
        self._scores: Scores | None = scores
        self._champions: Champions | None = None
        self.first_hits: list[Found] = []

    @property
    def scores(self) -> Scores:
        """What it adds."""
        assert self._scores is not None
        return self._scores

    @functools.cached_property
    def highest(self) -> Scores:
        """The largest of each block; of a common word."""
        highest: Scores = self.scores.reshape(-1, BLOCK).max(axis=1)
        return highest

    def at(self, numbers: Integers) -> Scores:
        """What the word adds to the score of each of ``numbers``, which rise."""
        if self.common:
            return self.scores[numbers]
        own = self.documents.numbers
        if len(own) < len(numbers):
            added = np.zeros(len(numbers), dtype=np.float64)
            places, found = found_in(numbers, own)
            added[places[found]] = self.scores[found]
            return added
        places, found = found_in(own, numbers)
        return self.scores.take(places, mode="clip") * found if len(own) else np.zeros(len(numbers), dtype=np.float64)

    def leaders(self, count: int) -> Champions | None:  # noqa: ARG002
        """At least the first ``count`` of the champions, where they are sooner found than all of them."""
        return None

    def champions_at_hand(self) -> bool:
        """Whether there are champions, or were asked for before: to find them takes longer than to score a few hits once."""
        return True

    @property
    def champions(self) -> Champions:
        """Where the word adds most; found when it is first asked for."""
        if self._champions is None:
            self._champions = _champions(self)
        return self._champions

    @property
    def nbytes(self) -> int:
        """Bytes that it takes, with the mask, the champions and the first hits that may still be made."""
        return _BYTES_OF_HITS + (16 * self.documents.size if self.common else 16 * len(self.documents)) + self.documents.size + 16 * CHAMPIONS


class BoundedWord(ScoredWord):
    """A word that stands for common terms: documents, frequencies, scores and champions are read apart, each when it is first asked for."""

    def __init__(self, reader: Reader, postings: BlockMaxPostings, documents: DocumentSet, rarity: float) -> None:
        super().__init__(documents, _NO_SCORES, rarity, common=True)
        self._scores = None
        self._reader, self._postings = reader, postings
        self._leaders: tuple[int, Champions] | None = None
        self._wanted = False

    def _frequencies(self) -> list[tuple[npt.NDArray[Any], Scores]]:
        return self._reader.guard(self._postings.frequencies)

    @property
    def scores(self) -> Scores:
        """What it adds, by document."""
        if self._scores is None:
            size = self.documents.size
            scores = np.zeros(-(-size // BLOCK) * BLOCK, dtype=np.float64)
            for frequencies, weights in self._frequencies():
                scores[:size] += frequencies * weights
            scores[:size] = saturated(scores[:size], self.rarity)
            self._scores = scores
        return self._scores

    def at(self, numbers: Integers) -> Scores:
        """As `ScoredWord.at`."""
        if self._scores is not None:
            return self._scores[numbers]
        parts = [frequencies[numbers] * weights[numbers] for frequencies, weights in self._frequencies()]
        return saturated(functools.reduce(np.add, parts), self.rarity)

    def leaders(self, count: int) -> Champions | None:
        """As `ScoredWord.leaders`, by the bounds of its stretches."""
        if self._champions is not None or 2 * count > CHAMPIONS or len(self.documents) <= SOON_SCORED:
            return None
        if self._leaders is None or self._leaders[0] < count:
            wanted = max(FEW_CHAMPIONS, count + count // 2)
            self._leaders = wanted, self._reader.guard(lambda: self._find_leaders(wanted))
        return self._leaders[1]

    @property
    def nbytes(self) -> int:
        """As `ScoredWord.nbytes`."""
        return super().nbytes + self._postings.nbytes

    def champions_at_hand(self) -> bool:
        """As `ScoredWord.champions_at_hand`."""
        wanted, self._wanted = self._wanted, True
        return wanted or self._champions is not None

    def _find_leaders(self, count: int) -> Champions:
        """The best ``count`` and what ties with the last of them: stretch after stretch is read until no other can hold one as good."""
        ceilings = saturated(self._postings.ceilings(), self.rarity) * _ROUNDING
        order = np.argsort(-ceilings)[: np.count_nonzero(ceilings)]
        documents, scores, floor = _NO_NUMBERS, _NO_SCORES, 0.0
        start, end = 0, _FIRST
        while start < min(end, len(order)):
            more, weighted = self._postings.read(np.sort(order[start:end]))
            documents, scores = np.concatenate([documents, more]), np.concatenate([scores, saturated(weighted, self.rarity)])
            if len(scores) > count:
                floor = _least(scores, count)
                kept = scores >= floor
                documents, scores = documents[kept], scores[kept]
            start, end = end, min(_GROWTH * end, int(np.count_nonzero(ceilings >= floor)))
        best = np.argsort(-scores, kind="stable")
        return Champions(documents[best], scores[best], floor)


def _champions(word: ScoredWord) -> Champions:
    documents, scores, floor = word.documents.numbers, word.scores, 0.0
    if word.common:
        if len(word.highest) > CHAMPIONS:  # at least so many documents reach the lowest of the highest blocks
            floor = _least(word.highest, CHAMPIONS)
            documents = np.flatnonzero(scores >= floor)
        scores = scores[documents]
    if len(scores) > CHAMPIONS:
        floor = _least(scores, CHAMPIONS)
        kept = np.flatnonzero(scores >= floor)
        documents, scores = documents[kept], scores[kept]
    order = np.argsort(-scores, kind="stable")
    return Champions(documents[order], scores[order], floor)


def _least(scores: Scores, count: int) -> float:
    """The lowest of the ``count`` highest."""
    return float(np.partition(scores, len(scores) - count)[len(scores) - count])
