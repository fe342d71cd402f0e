"""Scores: BM25F over the text fields, and the preferences of a plan on top; and the best hits without scoring all of them.

BM25F (Robertson and Zaragoza 2009, section 3.5): the frequencies of a word in a document's fields are weighted, normalised by field length,
and added up before they are saturated. Inflections and spelling variants of a query word count as that word. Words of phrases,
proximities and same-paragraph expressions score like words that stand alone.

Of common words the highest score in every `BLOCK` documents is known. Once so many hits are scored that the window is full, blocks that
can't reach the lowest of them are passed over.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

import numpy as np

from reftel.engine.reader import Reader
from reftel.search import plan
from reftel.search.engines.columns import Columns
from reftel.search.engines.evaluation import Evaluation
from reftel.search.engines.lexicon import BLOCK, Lexicon, ScoredWord, Scores
from reftel.search.engines.sets import DocumentSet, union
from reftel.search.positions import Integers
from reftel.search.walk import iter_words

_DECIMALS = 9  # so that two cables with the same words tie whatever order their scores were added up in
_MARGIN = 1e-8  # more than rounding changes
_FEW_HITS = 3000  # so few are scored one and all
_DEEP = 1000  # hits; a window that ends beyond is cut from the scores of all hits
_DENSE = 4  # where fewer than one document in so many is a hit, hardly a block can be passed over
_FIRST_BLOCKS = 16
_FEW_TIES = 64
_SPREAD = 8  # a word in so many times more documents is looked up; the scores of others are spread over all documents

Bonus = tuple[DocumentSet, float]


class Ranking:
    """The hits of one plan by falling score, ties by key."""

    def __init__(self, root: plan.Node, hits: DocumentSet, evaluation: Evaluation, reader: Reader, lexicon: Lexicon, columns: Columns) -> None:
        self._hits, self._reader, self._columns = hits, reader, columns
        self._words: list[ScoredWord] = [lexicon.scored(word) for word in dict.fromkeys(iter_words(root))]
        self._bonuses: list[Bonus] = [bonus for bonus in bonuses(root, hits, evaluation) if len(bonus[0])]

    def window(self, offset: int, limit: int | None) -> list[tuple[int, float]]:
        """Documents and scores of the hits from ``offset`` on."""
        end = len(self._hits) if limit is None else min(len(self._hits), offset + limit)
        if end <= offset:
            return []
        if not self._words and not self._bonuses:
            return [(document, 0.0) for document in self._columns.window("", self._hits, offset, limit).tolist()]
        documents, scores = self._best(end)
        documents, scores = self._ordered(documents, scores)
        return list(zip(documents[offset:end].tolist(), scores[offset:end].tolist(), strict=True))

    def _best(self, count: int) -> tuple[Integers, Scores]:
        """At least the first ``count`` hits, with any that tie with the last of them, in any order."""
        common = [word for word in self._words if word.highest is not None]
        if len(self._hits) > max(_FEW_HITS, self._hits.size // _DENSE) and count <= _DEEP and common:
            others = [word.documents for word in self._words if word.highest is None] + [documents for documents, _ in self._bonuses]
            apart = union(others, self._hits.size).both(self._hits)
            if apart.sparse:
                return self._by_blocks(common, apart, count)
        documents = self._hits.numbers
        return _above(documents, self._scores(documents), count)

    def _scores(self, documents: Integers) -> Scores:
        sought = [word for word in self._words if word.highest is not None or len(documents) * _SPREAD < len(word.documents)]
        spread = [word for word in self._words if all(word is not each for each in sought)]
        total = self._columns.added_up([(word.documents.numbers, word.scores) for word in spread], documents)
        for word in sought:
            total += word.at(documents)
        for preferred, bonus in self._bonuses:
            total[preferred.holds(documents)] += bonus
        return total

    def _by_blocks(self, common: list[ScoredWord], apart: DocumentSet, count: int) -> tuple[Integers, Scores]:
        """The best of ``apart``, scored one and all, and of the blocks of the common words, which are all that scores elsewhere."""
        documents, scores = _above(apart.numbers, self._scores(apart.numbers), count)
        highest = functools.reduce(np.add, (word.highest for word in common if word.highest is not None))
        chosen = np.argpartition(-highest, _FIRST_BLOCKS)[:_FIRST_BLOCKS] if len(highest) > _FIRST_BLOCKS else np.arange(len(highest))
        left = np.ones(len(highest), dtype=np.bool_)
        while len(chosen):
            left[chosen] = False
            more, more_scores = _above(*self._of_blocks(common, chosen, apart), count)
            documents, scores = _above(np.concatenate([documents, more]), np.concatenate([scores, more_scores]), count)
            chosen = np.flatnonzero(left & (highest >= _lowest(scores, count) - _MARGIN))
        return documents, scores

    def _of_blocks(self, common: list[ScoredWord], blocks: Integers, apart: DocumentSet) -> tuple[Integers, Scores]:
        """The hits in some blocks that are not in ``apart``, and their scores."""
        scores = functools.reduce(np.add, (word.scores.reshape(-1, BLOCK)[blocks] for word in common)).ravel()
        documents = (blocks[:, None] * BLOCK + np.arange(BLOCK)).ravel()
        if (int(blocks.max()) + 1) * BLOCK > self._hits.size:
            inside = documents < self._hits.size
            documents, scores = documents[inside], scores[inside]
        wanted = self._hits.mask[documents]
        if len(apart):
            wanted &= ~apart.holds(documents)
        return documents[wanted], scores[wanted]

    def _ordered(self, documents: Integers, scores: Scores) -> tuple[Integers, Scores]:
        scores = np.round(scores, _DECIMALS)
        if len(documents) <= _FEW_TIES:  # the keys of all documents need not be sorted for so few
            falling, key = (-scores).tolist(), self._reader.key
            ranked = sorted(range(len(documents)), key=lambda number: (falling[number], key(int(documents[number]))))
            order = np.array(ranked, dtype=np.intp)
        else:
            order = np.lexsort((self._reader.key_order()[documents], -scores))
        return documents[order], scores[order]


def _lowest(scores: Scores, count: int) -> float:
    """The score of the last of ``count`` hits; below every score where there are fewer."""
    return float(np.partition(scores, len(scores) - count)[len(scores) - count]) if len(scores) >= count else -1.0


def _above(documents: Integers, scores: Scores, count: int) -> tuple[Integers, Scores]:
    """Those that are among the best ``count``, ties included."""
    if len(scores) <= count:
        return documents, scores
    kept = scores >= _lowest(scores, count) - _MARGIN
    return documents[kept], scores[kept]


def bonuses(node: plan.Node, hits: DocumentSet, evaluation: Evaluation) -> Iterator[Bonus]:
    """The bonuses of every `plan.Prefer` of ``node``, in the parts of it that hold: documents, and what is added to their scores."""
    if isinstance(node, plan.Prefer):
        yield from bonuses(node.child, hits, evaluation)
        for bonus, weight in node.bonuses:
            yield evaluation.hits(bonus, hits), plan.PREFERENCE * weight
    elif isinstance(node, plan.And | plan.Or):
        for child in node.children:
            if _prefers(child):
                yield from bonuses(child, evaluation.hits(child, hits), evaluation)


def _prefers(node: plan.Node) -> bool:
    if isinstance(node, plan.And | plan.Or):
        return any(map(_prefers, node.children))
    return isinstance(node, plan.Prefer)
