"""Passage scores: how many of a query's words one subject or paragraph has, how rare they are, and how near to each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from reftel.base.frozen import frozen
from reftel.engine.arrays import PLACE_BITS, Scores, Wide
from reftel.schema.fields import FIELDS
from reftel.search import plan
from reftel.search.positions import WordPlaces, together
from reftel.search.scoring import HALVED, MOST_WORDS, NEARNESS, PASSAGE, REVERSED, pairs_of

_DECAYED = np.exp2((1 - np.maximum(np.arange(1000 * HALVED + 1), 1)) / HALVED)
"""By distance what is left of a pair's nearness; the last one of all distances beyond is next to nothing."""


@frozen
class Weighed:
    """A word of a query and its idf."""

    word: plan.Word
    rarity: float


def may_have_passages(root: plan.Node, words: Sequence[plan.Word]) -> bool:
    """Whether passages affect the order of hits: only for several words that no phrase or proximity relates already."""
    return 1 < len(words) <= MOST_WORDS and not isinstance(root, plan.Word | plan.AnyOf | plan.Phrase | plan.Near)


def passage_scores(documents: Wide, words: Sequence[Weighed], field_text: Callable[[str], WordPlaces]) -> Scores:
    """The score of the best passage of each of ``documents``, which rise (float64). ``field_text``: the text of these documents, by field."""
    best = np.zeros(len(documents), dtype=np.float64)
    for field in FIELDS:
        own = [each for each in words if field.passage and field.name in each.word.fields]
        if len(own) > 1 and len(documents):
            ends, scores = block_scores(own, field_text(field.name))
            np.maximum.at(best, documents.searchsorted(ends >> PLACE_BITS), scores * field.passage)
    return best * PASSAGE


def block_scores(words: Sequence[Weighed], text: WordPlaces) -> tuple[Wide, Scores]:
    """The blocks with two or more of the words, each by its last place, and their passage scores."""
    places = [text.places(each.word) for each in words]
    ends = [text.block_ends(found) if len(found) else found for found in places]
    heads = [_heads(found) for found in ends]
    own = [end[head] for end, head in zip(ends, heads, strict=True)]
    blocks = together(own)
    if not len(blocks):
        return blocks, np.zeros(0, dtype=np.float64)
    numbers = blocks.searchsorted(np.concatenate(own))
    held = np.bincount(numbers, minlength=len(blocks))
    rarities = np.repeat([each.rarity for each in words], list(map(len, heads)))
    scores: Scores = np.bincount(numbers, weights=rarities, minlength=len(blocks)).astype(np.float64)
    for left, right in pairs_of(range(len(words))):
        found, nearest = _nearest(places[left], ends[left], heads[left], places[right], ends[right])
        smaller = min(words[left].rarity, words[right].rarity)
        scores[blocks.searchsorted(found)] += NEARNESS * smaller * nearest
    several = held > 1
    return blocks[several], scores[several]


def _heads(ends: Wide) -> npt.NDArray[np.intp]:
    """The index at which each block's places begin."""
    return np.flatnonzero(np.concatenate([np.ones(min(1, len(ends)), dtype=np.bool_), ends[1:] != ends[:-1]]))


def _nearest(left: Wide, ends: Wide, heads: npt.NDArray[np.intp], right: Wide, right_ends: Wide) -> tuple[Wide, Scores]:
    """The blocks that have both of a pair, and how near the two stand there at best (`scoring.nearness`).

    Of each place the last one of its block is given, and of the left ones where each block's run begins.
    """
    if not len(left) or not len(right):
        return left[:0], np.zeros(0, dtype=np.float64)
    behind = right.searchsorted(left, "right")
    follower = right.take(behind, mode="clip")
    nearest = np.where((behind < len(right)) & (follower <= ends), _decay(follower - left), 0.0)
    before = behind - 1
    before -= right[before] == left
    same = (before >= 0) & (right_ends[before] == ends)
    np.maximum(nearest, np.where(same, _decay(left - right[before]) * REVERSED, 0.0), out=nearest)
    best = np.maximum.reduceat(nearest, heads)
    both = best > 0
    return ends[heads][both], best[both]


def _decay(distances: Wide) -> Scores:
    decayed: Scores = _DECAYED.take(distances, mode="clip")
    return decayed
