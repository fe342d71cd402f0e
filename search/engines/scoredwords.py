"""The scores of a word by document, and its champion list. Postings of common words are read lazily, by skip block."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from reftel.engine.arrays import Scores, Wide, found_in
from reftel.engine.blockmax import BlockMaxPostings
from reftel.engine.reader import Read, Reader
from reftel.search.engines.sets import DocumentSet
from reftel.search.plan import Found
from reftel.search.scoring import K1

BLOCK = 128
"""Documents per block of `ScoredWord.highest`, counted over all segments."""

CHAMPIONS = 512
"""Length of a champion list; it is longer where others tie with the last champion."""

SOON_SCORED = 400
"""Documents of a common word, for each hit wanted, up to which scoring all of them is as fast as choosing skip blocks by their bounds."""

DEFERRED = 8
"""Times that a few hits of a common word are scored by themselves before its champion list is computed, which takes about eight times as long."""

REMEMBERED = 32
"""Number of first hits that are cached for a query of a single word."""

FEW_CHAMPIONS = 16
"""Smallest number of leaders to find by skip blocks."""

_BYTES_OF_HITS = 160 * REMEMBERED
_FIRST = 20  # skip blocks read in the first round, those with the highest bounds
_GROWTH = 4  # factor from round to round
_FEWER = 4  # times fewer skip blocks to read by bounds than to look hits up in
_ROUNDING = 1 + 1e-9  # bounds and scores are summed in different orders
_NO_NUMBERS, _NO_SCORES = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float64)


class Champions(NamedTuple):
    """The champion list of a word: documents by falling ``scores``. In all other documents the word's score is at most ``floor``."""

    documents: Wide
    scores: Scores
    floor: float


def saturated(frequency: Scores, rare: float) -> Scores:
    """BM25 scores (float64) of weighted frequencies, for a word with the idf ``rare``; as `scoring.saturated`, for arrays."""
    scores: Scores = frequency * (rare * (K1 + 1))
    scores /= frequency + K1
    return scores


class ScoredWord:
    """The documents with a word and their scores (float64).

    ``rarity``: the word's idf. Unless ``common``, ``scores`` has an entry per document of ``documents.numbers``. If ``common``, it has one per document
    of the index (0 without the word), padded to whole blocks.
    """

    def __init__(self, documents: DocumentSet, scores: Scores, rarity: float, *, common: bool) -> None:
        self.documents, self.rarity, self.common = documents, rarity, common
        self._scores: Scores | None = scores
        self._champions: Champions | None = None
        self.first_hits: list[Found] = []

    @property
    def scores(self) -> Scores:
        """The scores; see the class for their shape."""
        assert self._scores is not None
        return self._scores

    @functools.cached_property
    def highest(self) -> Scores:
        """The highest score in each block of `BLOCK` documents; of a common word only."""
        return _highest(self.scores)

    def at(self, numbers: Wide) -> Scores:
        """The score of each of ``numbers`` (documents, rising); 0 without the word."""
        if self.common:
            return self.scores[numbers]
        own = self.documents.numbers
        if own is numbers:
            return self.scores.copy()
        if len(own) < len(numbers):
            added = np.zeros(len(numbers), dtype=np.float64)
            places, found = found_in(numbers, own)
            added[places[found]] = self.scores[found]
            return added
        places, found = found_in(own, numbers)
        return self.scores.take(places, mode="clip") * found if len(own) else np.zeros(len(numbers), dtype=np.float64)

    def leaders(self, count: int) -> Champions | None:  # noqa: ARG002
        """At least the first ``count`` champions, if they can be found faster than the whole list, else ``None``."""
        return None

    def best_within(self, hits: DocumentSet, count: int) -> Champions | None:  # noqa: ARG002
        """The best ``count`` of ``hits``, all of which have the word, and ties with the last, if they can be found without scoring all, else ``None``."""
        return None

    @property
    def champions_ready(self) -> bool:
        """Whether to use the champion list for a few hits too: finding it costs more than scoring those once."""
        return True

    def defer_champions(self) -> None:
        """Note that a few hits are scored without the champion list; it is made ready for a word that this happens to repeatedly."""

    @property
    def champions(self) -> Champions:
        """The champion list, computed on first access."""
        if self._champions is None:
            self._champions = self._find_champions()
        return self._champions

    def _find_champions(self) -> Champions:
        return _spread_champions(self.scores, self.highest) if self.common else _best(self.documents.numbers, self.scores)

    @property
    def nbytes(self) -> int:
        """Size in bytes of what has been computed so far; champion list and first hits are small, and counted beforehand."""
        scores = 0 if self._scores is None else self._scores.nbytes + self._scores.nbytes // BLOCK
        return self.documents.nbytes + scores + _BYTES_OF_HITS + 16 * CHAMPIONS


class BoundedWord(ScoredWord):
    """A word that stands for common terms: documents, frequencies, scores and champion list are each computed on first use."""

    def __init__(self, reader: Reader, postings: BlockMaxPostings, documents: DocumentSet, rarity: float) -> None:
        super().__init__(documents, _NO_SCORES, rarity, common=True)
        self._scores = None
        self._reader, self._postings = reader, postings
        self._leaders: tuple[int, Champions] | None = None
        self._deferred = 0

    def _unpacking(self, read: Callable[[], Read]) -> Read:
        """The result of ``read``, which may unpack all frequencies."""
        made = self._postings.unpacked
        found = self._reader.guard(read)
        if self._postings.unpacked and not made:
            self.documents.say_grown()
        return found

    @property
    def scores(self) -> Scores:
        """The scores by document, padded to whole blocks."""
        if self._scores is None:
            self._scores = self._score_all()
            self.documents.say_grown()
        return self._scores

    def _score_all(self) -> Scores:
        return saturated(self._weighted(), self.rarity)

    def _weighted(self) -> Scores:
        """The weighted frequency by document, padded to whole blocks."""
        size = self.documents.size
        weighted = np.zeros(-(-size // BLOCK) * BLOCK, dtype=np.float64)
        for frequencies, weights in self._unpacking(self._postings.frequencies):
            weighted[:size] += frequencies * weights
        return weighted

    def _find_champions(self) -> Champions:
        if self._scores is not None:
            return super()._find_champions()
        weighted = self._weighted()  # scores rise with it: only those of the list are computed
        highest, floor = _highest(weighted), 0.0
        if len(highest) > CHAMPIONS:
            floor = _least(highest, CHAMPIONS)
        documents = np.flatnonzero(weighted >= floor / _ROUNDING if floor else weighted)
        return _best(documents, saturated(weighted[documents], self.rarity), float(saturated(np.array([floor]), self.rarity)[0]))

    def at(self, numbers: Wide) -> Scores:
        """As `ScoredWord.at`."""
        if self._scores is not None:
            return self._scores[numbers]
        return saturated(self._unpacking(lambda: self._postings.at(numbers)), self.rarity)

    def leaders(self, count: int) -> Champions | None:
        """As `ScoredWord.leaders`; reads only the skip blocks that can hold a leader."""
        if self._champions is not None or 2 * count > CHAMPIONS or len(self.documents) <= SOON_SCORED * count:
            return None
        if self._leaders is None or self._leaders[0] < count:
            wanted = max(FEW_CHAMPIONS, count + count // 2)
            self._leaders = wanted, self._reader.guard(lambda: self._find_leaders(wanted))
        return self._leaders[1]

    @property
    def nbytes(self) -> int:
        """As `ScoredWord.nbytes`."""
        return super().nbytes + self._postings.nbytes

    @property
    def champions_ready(self) -> bool:
        """Whether the champion list exists, or was put off by `defer_champions` several times."""
        return self._deferred >= DEFERRED or self._champions is not None

    def defer_champions(self) -> None:
        """As `ScoredWord.defer_champions`."""
        self._deferred += 1

    def best_within(self, hits: DocumentSet, count: int) -> Champions | None:
        """As `ScoredWord.best_within`. The best of a tenth of the documents stand in ten times as many blocks as those of all, each of the hits in one."""
        if self._scores is not None or self._postings.unpacked or _FEWER * count * len(self.documents) > len(hits) ** 2:
            return None
        return self._reader.guard(lambda: self._find_leaders(count, hits))

    def _find_leaders(self, count: int, hits: DocumentSet | None = None) -> Champions:
        """The best ``count`` documents (of ``hits``) and ties with the last: skip blocks are read by falling bound until no other is high enough."""
        ceilings = saturated(self._postings.ceilings(), self.rarity) * _ROUNDING
        order = np.argsort(-ceilings)[: np.count_nonzero(ceilings)]
        documents, scores, floor = _NO_NUMBERS, _NO_SCORES, 0.0
        start, end = 0, _FIRST
        while start < min(end, len(order)):
            more, weighted = self._postings.read(np.sort(order[start:end]))
            if hits is not None:
                wanted = hits.holds(more)
                more, weighted = more[wanted], weighted[wanted]
            documents, scores = np.concatenate([documents, more]), np.concatenate([scores, saturated(weighted, self.rarity)])
            if len(scores) > count:
                floor = _least(scores, count)
                kept = scores >= floor
                documents, scores = documents[kept], scores[kept]
            start, end = end, min(_GROWTH * end, int(np.count_nonzero(ceilings >= floor)))
        best = np.argsort(-scores, kind="stable")
        return Champions(documents[best], scores[best], floor)


def _highest(scores: Scores) -> Scores:
    """The highest of the scores of all documents in each block of `BLOCK`."""
    highest: Scores = scores.reshape(-1, BLOCK).max(axis=1)
    return highest


def _spread_champions(scores: Scores, highest: Scores) -> Champions:
    """The champion list by the scores of all documents, which have a 0 without the word, and the ``highest`` of each block."""
    floor = _least(highest, CHAMPIONS) if len(highest) > CHAMPIONS else 0.0  # at least `CHAMPIONS` documents score as high as the best of that many blocks
    documents = np.flatnonzero(scores >= floor if floor else scores)
    return _best(documents, scores[documents], floor)


def _best(documents: Wide, scores: Scores, floor: float = 0.0) -> Champions:
    """The champion list of ``documents``, the only ones whose scores exceed ``floor``."""
    if len(scores) > CHAMPIONS:
        floor = _least(scores, CHAMPIONS)
        kept = np.flatnonzero(scores >= floor)
        documents, scores = documents[kept], scores[kept]
    order = np.argsort(-scores, kind="stable")
    return Champions(documents[order], scores[order], floor)


def _least(scores: Scores, count: int) -> float:
    """The ``count``-th highest score."""
    return float(np.partition(scores, len(scores) - count)[len(scores) - count])
