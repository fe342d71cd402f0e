"""Ranks hits by the scores of `reftel.search.scoring` and the preferences of a plan, without scoring all hits where that can be avoided.

Words of phrases, proximities and same-paragraph expressions score like single words. Passages are scored for the first `REACH` hits by everything
else.

Two methods find the best hits early. With one common word, the documents of all rare words are scored completely and merged with the common word's
champion list; the result is final if its lowest score is above the score of any other hit. With several common words, the highest score in each
block of `BLOCK` documents tells which blocks can be skipped. Neither is needed where the common words together can't lift a hit among the first
(`_most`): a common word adds little, so the rare ones mostly decide.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from reftel.engine.arrays import Scores, Wide
from reftel.engine.reader import Reader
from reftel.search import plan
from reftel.search.engines.columns import PreparedColumns
from reftel.search.engines.evaluation import Evaluation
from reftel.search.engines.scoredwords import BLOCK, CHAMPIONS, REMEMBERED, Champions, ScoredWord
from reftel.search.engines.sets import DocumentSet, union
from reftel.search.scoring import REACH, saturation
from reftel.search.walk import prefers

_TICKS = 1e9  # scores are rounded to 1e-9, so that cables with the same words tie in whatever order their scores are summed
_MARGIN = 1e-8  # larger than any rounding error
_FEW_HITS = 3000  # up to so many hits are all scored
_DEEP = 1000  # hits; a window that ends beyond is taken from the scores of all hits
_DENSE = 4  # if fewer than 1/4 of the documents are hits, hardly any block can be skipped
_FIRST_BLOCKS = 16
_FEW_TIES = 64
_SHARE = 2  # if fewer than 1/2 of a word's documents are hits, too few of its leaders are
_SPREAD = 8  # scores of a word in 8 times as many documents are looked up; those of rarer words are added in an array over all documents
_LOOKED_UP = 64  # for up to so many documents the scores of all words are looked up

Bonus = tuple[DocumentSet, float]
Best = tuple[Wide, Scores]
Passages = Callable[[Wide], Scores]
"""The passage scores of some documents, which rise."""


class Ranking:
    """The hits of one plan by falling score, ties by key. ``words``: those that add to scores, without repetitions."""

    def __init__(
        self, hits: DocumentSet, words: Sequence[ScoredWord], preferred: Sequence[Bonus], reader: Reader, columns: PreparedColumns,
        passages: Passages | None = None,
    ) -> None:  # fmt: skip
        self._hits, self._reader, self._columns, self._passages = hits, reader, columns, passages
        self._words = [word for word in words if len(word.documents)]
        self._bonuses = [bonus for bonus in preferred if len(bonus[0])]

    def window(self, offset: int, limit: int | None) -> list[plan.Found]:
        """``limit`` hits from ``offset`` on."""
        end = len(self._hits) if limit is None else min(len(self._hits), offset + limit)
        if end <= offset:
            return []
        if not self._words and not self._bonuses:
            documents = self._columns.window("", self._hits, offset, limit)
            return list(map(plan.Found, self._reader.keys_of(documents), itertools.repeat(0.0), documents.tolist()))
        if self._passages is not None and len(self._words) > 1:
            first = found_of(self._reader, *self.first(self._passages))
            rest = self._ordered(*self._best(end), len(first), end) if end > len(first) else []
            return [*first, *rest][offset:end]
        if len(self._words) == 1 and not self._bonuses and self._hits is self._words[0].documents and end <= REMEMBERED:
            return self._of_lone(self._words[0], end)[offset:end]
        return self._ordered(*self._best(end), offset, end)

    def first(self, passages: Passages) -> Best:
        """The first `REACH` hits in final order, and their scores, passages included."""
        count = min(REACH, len(self._hits))
        if not self._words and not self._bonuses:
            documents = self._columns.window("", self._hits, 0, count)
            return documents, np.zeros(len(documents), dtype=np.float64)
        documents, scores = self._best(count)
        if len(self._words) < 2:
            return self._in_order(documents, scores, 0, count)
        if len(documents) > count:
            kept = np.lexsort((self._reader.key_order()[documents], np.rint(scores * -_TICKS)))[:count]
            documents, scores = documents[kept], scores[kept]
        order = np.argsort(documents)
        documents, scores = documents[order], scores[order]
        return self._in_order(documents, scores + passages(documents), 0, count)

    def _of_lone(self, word: ScoredWord, end: int) -> list[plan.Found]:
        """The first hits of a query of a single word, cached in the word."""
        if len(word.first_hits) < end:
            word.first_hits = self._ordered(*self._best(end), 0, end)
        return word.first_hits

    def _best(self, count: int) -> Best:
        """At least the first ``count`` hits, with all ties of the last, in any order, and their scores."""
        lone = len(self._words) == 1 and self._hits is self._words[0].documents and self._hits.sparse
        if lone or len(self._hits) <= _LOOKED_UP:
            return self._one_and_all(self._hits, count)
        return self._by_champions(count) or self._by_blocks(count) or self._one_and_all(self._hits, count)

    def _one_and_all(self, hits: DocumentSet, count: int) -> Best:
        documents = hits.numbers
        return _above(documents, self._scores(documents), count)

    def _apart(self, words: list[ScoredWord]) -> DocumentSet | None:
        """The hits that have any of ``words`` or meet a preference; ``None`` if they are too many to score each."""
        sets = [word.documents for word in words] + [documents for documents, _ in self._bonuses]
        if not sets:
            return DocumentSet.none(self._hits.size)
        if sum(map(len, sets)) >= len(self._hits):
            return None
        apart = union(sets, self._hits.size).both(self._hits)
        return apart if apart.sparse else None

    def _scores(self, documents: Wide) -> Scores:
        few = len(documents) <= _LOOKED_UP
        sought: list[ScoredWord] = []
        spread: list[ScoredWord] = []
        for word in self._words:
            looked_up = few or word.common or len(documents) * _SPREAD < len(word.documents)
            (sought if looked_up else spread).append(word)
        total = self._columns.added_up([(word.documents.numbers, word.scores) for word in spread], documents) if spread else None
        for word in sought:
            total = word.at(documents) if total is None else np.add(total, word.at(documents), out=total)
        if total is None:
            total = np.zeros(len(documents), dtype=np.float64)
        for preferred, bonus in self._bonuses:
            total[preferred.holds(documents)] += bonus
        return total

    # -- skipping most hits ---------------------------------------------------------------------------------------------------------------

    def _by_champions(self, count: int) -> Best | None:
        """The best of the hits with any other word than the commonest, and of that word's champions; ``None`` if these don't suffice."""
        if not self._words or count > CHAMPIONS:
            return None
        main = max(self._words, key=lambda word: len(word.documents))
        apart = self._apart([word for word in self._words if word is not main])
        if apart is None:
            return None
        others = self._one_and_all(apart, count) if len(apart) else None
        if others is not None and _lowest(others[1], count) > _most([main]) + _MARGIN:
            return others
        leaders, found = main.leaders(count) if len(self._hits) * _SHARE > len(main.documents) else None, None
        if leaders is not None:
            found = self._with_champions(leaders, main, apart, others, count)
        if found is not None:
            return found
        if self._hits.sparse and not main.champions_ready:
            main.defer_champions()
            best = main.best_within(self._hits, count) if len(self._words) == 1 and not self._bonuses else None
            return None if best is None else best[:2]
        return self._with_champions(main.champions, main, apart, others, count)

    def _with_champions(self, champions: Champions, main: ScoredWord, apart: DocumentSet, others: Best | None, count: int) -> Best | None:
        documents, scores, floor = champions
        if self._hits is not main.documents or others is not None:
            wanted = self._hits.holds(documents)
            if others is not None:
                wanted &= ~apart.holds(documents)
            documents, scores = documents[wanted], scores[wanted]
        whole = len(documents) + len(apart) == len(self._hits)
        if len(scores) > count:
            end = len(scores) - int(scores[::-1].searchsorted(scores[count - 1] - _MARGIN))
            documents, scores = documents[:end], scores[:end]
        if others is not None:
            documents, scores = _above(np.concatenate([others[0], documents]), np.concatenate([others[1], scores]), count)
        return (documents, scores) if whole or _lowest(scores, count) > floor + _MARGIN else None

    def _by_blocks(self, count: int) -> Best | None:
        """The best of all hits with a rare word or a preference, and of those blocks of the other hits whose highest common-word scores suffice.

        ``None`` where hardly any block could be skipped.
        """
        common = [word for word in self._words if word.common]
        if not common or count > _DEEP or len(self._hits) <= max(_FEW_HITS, self._hits.size // _DENSE):
            return None
        apart = self._apart([word for word in self._words if not word.common])
        if apart is None:
            return None
        documents, scores = self._one_and_all(apart, count)
        if _lowest(scores, count) > _most(common) + _MARGIN:
            return documents, scores
        highest = functools.reduce(np.add, (word.highest for word in common))
        chosen = np.argpartition(-highest, _FIRST_BLOCKS)[:_FIRST_BLOCKS] if len(highest) > _FIRST_BLOCKS else np.arange(len(highest))
        left = np.ones(len(highest), dtype=np.bool_)
        while len(chosen):
            left[chosen] = False
            more, more_scores = _above(*self._of_blocks(common, chosen, apart), count)
            documents, scores = _above(np.concatenate([documents, more]), np.concatenate([scores, more_scores]), count)
            chosen = np.flatnonzero(left & (highest >= _lowest(scores, count) - _MARGIN))
        return documents, scores

    def _of_blocks(self, common: list[ScoredWord], blocks: Wide, apart: DocumentSet) -> Best:
        """The hits in ``blocks`` that are not in ``apart``, and their scores."""
        scores = functools.reduce(np.add, (word.scores.reshape(-1, BLOCK)[blocks] for word in common)).ravel()
        documents = (blocks[:, None] * BLOCK + np.arange(BLOCK)).ravel()
        if (int(blocks.max()) + 1) * BLOCK > self._hits.size:
            inside = documents < self._hits.size
            documents, scores = documents[inside], scores[inside]
        wanted = self._hits.mask[documents]
        if len(apart):
            wanted &= ~apart.holds(documents)
        return documents[wanted], scores[wanted]

    # -- the order ------------------------------------------------------------------------------------------------------------------------

    def _ordered(self, documents: Wide, scores: Scores, offset: int, end: int) -> list[plan.Found]:
        return found_of(self._reader, *self._in_order(documents, scores, offset, end))

    def _in_order(self, documents: Wide, scores: Scores, offset: int, end: int) -> Best:
        falling = np.rint(scores * -_TICKS)
        if len(documents) > _FEW_TIES:
            order = np.lexsort((self._reader.key_order()[documents], falling))[offset:end]
        elif len(set(ranked := falling.tolist())) == len(ranked):
            order = falling.argsort()[offset:end]
        else:  # without `key_order`, which sorts the keys of all documents
            keys = self._reader.keys_of(documents)
            order = np.array(sorted(range(len(ranked)), key=lambda place: (ranked[place], keys[place]))[offset:end], dtype=np.int64)
        return documents[order], falling[order] / -_TICKS


def found_of(reader: Reader, documents: Wide, scores: Scores) -> list[plan.Found]:
    """The hits with their keys and scores."""
    return list(map(plan.Found, reader.keys_of(documents), scores.tolist(), documents.tolist()))


def _most(words: Sequence[ScoredWord]) -> float:
    """What ``words`` add to any score at most: that of a word comes near to it with any number of occurrences, and never reaches it."""
    return sum(saturation(word.rarity) for word in words)


def _lowest(scores: Scores, count: int) -> float:
    """The ``count``-th highest score; -1.0, below every score, if there are fewer."""
    return float(np.partition(scores, len(scores) - count)[len(scores) - count]) if len(scores) >= count else -1.0


def _above(documents: Wide, scores: Scores, count: int) -> tuple[Wide, Scores]:
    """The best ``count`` documents and their scores, ties included."""
    if len(scores) <= count:
        return documents, scores
    kept = scores >= _lowest(scores, count) - _MARGIN
    return documents[kept], scores[kept]


def neighbours(node: plan.Node, hits: DocumentSet, evaluation: Evaluation) -> Iterator[ScoredWord]:
    """The scored phrases of every `plan.Neighbours` in ``node``, each within the hits of the part it belongs to."""
    if isinstance(node, plan.Prefer | plan.Neighbours):
        yield from neighbours(node.child, hits, evaluation)
        for phrase in node.phrases if isinstance(node, plan.Neighbours) else ():
            yield evaluation.scored_phrase(phrase, hits)
    elif isinstance(node, plan.And | plan.Or):
        for child in node.children:
            if prefers(child):
                yield from neighbours(child, evaluation.hits(child, hits), evaluation)


def bonuses(node: plan.Node, hits: DocumentSet, evaluation: Evaluation) -> Iterator[Bonus]:
    """The bonuses of every `plan.Prefer` in ``node``, each within the hits of the part it belongs to: documents, and the amount added to their scores."""
    if isinstance(node, plan.Prefer):
        yield from bonuses(node.child, hits, evaluation)
        for bonus, weight in node.bonuses:
            yield evaluation.hits(bonus, hits), plan.PREFERENCE * weight
    elif isinstance(node, plan.Neighbours):
        yield from bonuses(node.child, hits, evaluation)
    elif isinstance(node, plan.And | plan.Or):
        for child in node.children:
            if prefers(child):
                yield from bonuses(child, evaluation.hits(child, hits), evaluation)
