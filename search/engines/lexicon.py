"""The words of an index that a `plan.Word` stands for: where they stand and what they add to a score, remembered between queries."""

from __future__ import annotations

import dataclasses
import functools
import math
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

import numpy as np
import numpy.typing as npt

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

_CACHE_BYTES = 256 << 20


@dataclasses.dataclass(frozen=True, slots=True)
class ScoredWord:
    """The documents that hold a word and what it adds to their scores.

    Of a rare word ``scores`` stands beside ``documents.numbers``. Of a common one it has a place for every document (0 where the word is
    not), padded to whole blocks, and ``highest`` is the largest of each block.
    """

    documents: DocumentSet
    scores: Scores
    highest: Scores | None

    def at(self, numbers: Integers) -> Scores:
        """What the word adds to the score of each of ``numbers``, which rise."""
        if self.highest is not None:
            return self.scores[numbers]
        own = self.documents.numbers
        added = np.zeros(len(numbers), dtype=np.float64)
        if len(own) < len(numbers):
            places, found = found_in(numbers, own)
            added[places[found]] = self.scores[found]
        else:
            places, found = found_in(own, numbers)
            added[found] = self.scores[places[found]]
        return added

    @property
    def nbytes(self) -> int:
        """Bytes that it takes, with the mask that may still be made."""
        return self.scores.nbytes * 2 + self.documents.size


class Memo:
    """Keeps what was made last, up to ``limit`` bytes together. Threads may share it."""

    def __init__(self, limit: int) -> None:
        self._limit, self._size = limit, 0
        self._items: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """What is kept under ``key``, made now if nothing is. Two threads may both make it; they make equal ones."""
        with self._lock:
            found = self._items.get(key)
            if found is not None:
                self._items.move_to_end(key)
                return found
        made = make()
        with self._lock:
            if key not in self._items:
                self._items[key] = made
                self._size += made.nbytes
            while self._size > self._limit and len(self._items) > 1:
                self._size -= self._items.popitem(last=False)[1].nbytes
        return made


class Lexicon:
    """Words over one reader."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._memo = Memo(_CACHE_BYTES)
        self._norms = functools.cache(self._make_norms)
        self.terms = functools.lru_cache(maxsize=4096)(self._terms)

    def _terms(self, word: plan.Word, field: str) -> TermSet:
        """The terms of ``field`` that ``word`` stands for."""
        if word.match == "exact":
            return self._reader.exactly(field, (word.text,))
        if word.match == "prefix":
            return self._reader.with_prefix(field, word.text)
        if word.match == "stem" and (found := self._reader.with_root(field, stem(word.text))) is not None:
            return found
        return self._reader.exactly(field, matching(word, self._reader.terms(field, fixed_prefix(word))))

    def counts(self, word: plan.Word, field: str) -> tuple[Integers, Integers]:
        """The documents that hold ``word`` in ``field``, rising, and how often each does."""
        documents, frequencies = self._reader.postings_of(self.terms(word, field))
        return documents, frequencies

    def documents(self, word: plan.Word, field: str) -> DocumentSet:
        """The documents that hold ``word`` in ``field``."""
        if field not in word.fields:
            return DocumentSet.none(self._reader.size)
        return self.scored(word if word.fields == (field,) else dataclasses.replace(word, fields=(field,))).documents

    def scored(self, word: plan.Word) -> ScoredWord:
        """The documents that hold ``word`` in any of its fields, with BM25F."""
        scored: ScoredWord = self._memo.get(word, lambda: self._score(word))
        return scored

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
