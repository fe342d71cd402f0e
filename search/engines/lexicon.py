"""The words of an index that a `plan.Word` stands for: where they stand and what they add to a score, remembered between queries."""

from __future__ import annotations

import dataclasses
import functools
import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from reftel.engine.cache import BoundedCache
from reftel.engine.reader import Reader, TermSet
from reftel.schema.analysis import stem
from reftel.schema.fields import fields_by_name
from reftel.search import plan
from reftel.search.engines.sets import SPARSE, DocumentSet
from reftel.search.matching import fixed_prefix, matching
from reftel.search.positions import Integers, found_in

Scores = npt.NDArray[np.float64]

K1 = 1.2
B = 0.75
BLOCK = 128
"""Documents whose highest score is kept together for words that stand in many."""

CHAMPIONS = 512
"""Documents whose scores are kept in order for every word; more where others tie with the last of them."""

_CACHE_BYTES = 256 << 20
_REMEMBERED = 4096


class Champions(NamedTuple):
    """The documents where a word adds most, by falling ``scores``. It adds at most ``floor`` in any that is not among them."""

    documents: Integers
    scores: Scores
    floor: float


class ScoredWord:
    """The documents that hold a word and what it adds to their scores.

    Of a rare word ``scores`` stands beside ``documents.numbers``. Of a common one it has a place for every document (0 where the word is
    not), padded to whole blocks, and ``highest`` is the largest of each block.
    """

    __slots__ = ("_champions", "documents", "highest", "scores")

    def __init__(self, documents: DocumentSet, scores: Scores, highest: Scores | None) -> None:
        self.documents, self.scores, self.highest = documents, scores, highest
        self._champions: Champions | None = None

    def at(self, numbers: Integers) -> Scores:
        """What the word adds to the score of each of ``numbers``, which rise."""
        if self.highest is not None:
            return self.scores[numbers]
        own = self.documents.numbers
        if len(own) < len(numbers):
            added = np.zeros(len(numbers), dtype=np.float64)
            places, found = found_in(numbers, own)
            added[places[found]] = self.scores[found]
            return added
        places, found = found_in(own, numbers)
        return self.scores.take(places, mode="clip") * found if len(own) else np.zeros(len(numbers), dtype=np.float64)

    @property
    def champions(self) -> Champions:
        """Where the word adds most; found when it is first asked for."""
        if self._champions is None:
            self._champions = _champions(self)
        return self._champions

    @property
    def nbytes(self) -> int:
        """Bytes that it takes, with the mask and the champions that may still be made."""
        return self.scores.nbytes * 2 + self.documents.size + 16 * CHAMPIONS


def _champions(word: ScoredWord) -> Champions:
    documents, scores, floor = word.documents.numbers, word.scores, 0.0
    if word.highest is not None:
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


class Lexicon:
    """Words over one reader."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._scored: BoundedCache[ScoredWord] = BoundedCache(_CACHE_BYTES, lambda word: word.nbytes)
        self._norms = functools.cache(self._make_norms)
        self.terms = functools.lru_cache(maxsize=_REMEMBERED)(self._terms)
        self.total_postings = functools.lru_cache(maxsize=_REMEMBERED)(self._total_postings)

    def _terms(self, word: plan.Word, field: str) -> TermSet:
        """The terms of ``field`` that ``word`` stands for."""
        if word.match == "exact":
            return self._reader.exactly(field, (word.text,))
        if word.match == "prefix":
            return self._reader.with_prefix(field, word.text)
        if word.match == "fuzzy":
            return self._reader.spelled(field, word.text, word.distance)
        if word.match == "stem" and (found := self._reader.with_root(field, stem(word.text))) is not None:
            return found
        return self._reader.exactly(field, matching(word, self._reader.terms(field, fixed_prefix(word))))

    def _total_postings(self, word: plan.Word) -> int:
        """The documents that hold a term that ``word`` stands for, summed over terms and fields."""
        return sum(self._reader.total_postings(self.terms(word, field)) for field in dict.fromkeys(word.fields))

    def counts(self, word: plan.Word, field: str) -> tuple[Integers, Integers]:
        """The documents that hold ``word`` in ``field``, rising, and how often each does."""
        documents, frequencies = self._reader.postings_of(self.terms(word, field))
        return documents, frequencies

    def documents(self, word: plan.Word, field: str) -> DocumentSet:
        """The documents that hold ``word`` in ``field``."""
        return self.scored(_in_field(word, field)).documents

    def scored(self, word: plan.Word) -> ScoredWord:
        """The documents that hold ``word`` in any of its fields, with BM25F."""
        return self._scored.get(word, lambda: self._score(word))

    def _score(self, word: plan.Word) -> ScoredWord:
        numbers, frequency = self._weighted(word)
        holding, size = len(numbers), self._reader.size
        rarity = math.log(1 + (self._reader.documents - holding + 0.5) / (holding + 0.5))
        scores: Scores = frequency * (rarity * (K1 + 1)) / (K1 + frequency)
        if holding * SPARSE < size:
            return ScoredWord(DocumentSet.of(numbers, size), scores, None)
        spread = np.zeros(-(-size // BLOCK) * BLOCK, dtype=np.float64)
        spread[numbers] = scores
        return ScoredWord(DocumentSet.by(spread[:size] > 0), spread, spread.reshape(-1, BLOCK).max(axis=1))

    def _weighted(self, word: plan.Word) -> tuple[Integers, Scores]:
        """Documents, and the frequencies of all fields weighted, normalised by length and added up."""
        parts = []
        for field in dict.fromkeys(word.fields):
            numbers, counts = self.counts(word, field)
            parts.append((numbers, counts * self._norms(field)[numbers]))
        filled = [part for part in parts if len(part[0])]
        if len(filled) == 1:
            return filled[0]
        total = np.zeros(self._reader.size if filled else 0, dtype=np.float64)
        for numbers, frequency in filled:
            total[numbers] += frequency
        found = np.flatnonzero(total)
        return found, total[found]

    def _make_norms(self, field: str) -> Scores:
        """What a frequency in a field is multiplied with, by document: the field's weight, less for a long text."""
        lengths = self._reader.lengths(field)
        average = float(lengths[self._reader.live].sum()) / max(self._reader.documents, 1) or 1.0
        norms: Scores = np.divide(fields_by_name()[field].weight, 1 - B + B * lengths / average, dtype=np.float64)
        return norms


@functools.lru_cache(maxsize=_REMEMBERED)
def _in_field(word: plan.Word, field: str) -> plan.Word:
    """The same word in one of its fields alone; in none if it isn't one of them."""
    fields = (field,) if field in word.fields else ()
    return word if word.fields == fields else dataclasses.replace(word, fields=fields)
