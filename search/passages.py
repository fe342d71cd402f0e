"""The best passage of some cables: how many of a question's words stand in one subject or paragraph, how rare they are, and how near."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from reftel.frozen import frozen
from reftel.schema.fields import FIELDS
from reftel.search import plan
from reftel.search.positions import PLACE_BITS, Integers, WordPlaces
from reftel.search.scoring import HALVED, MOST_WORDS, NEARNESS, PASSAGE, REVERSED, pairs_of

Scores = npt.NDArray[np.float64]


@frozen
class Weighed:
    """A word of a question and its rarity."""

    word: plan.Word
    rarity: float


def may_have_passages(root: plan.Node, words: Sequence[plan.Word]) -> bool:
    """Whether passages tell hits apart: of several words, of which the question doesn't say itself how they are to stand."""
    return 1 < len(words) <= MOST_WORDS and not isinstance(root, plan.Word | plan.AnyOf | plan.Phrase | plan.Near)


def passage_scores(documents: Integers, words: Sequence[Weighed], field_text: Callable[[str], WordPlaces]) -> Scores:
    """What the best passage of each of ``documents``, which rise, adds to its score."""
    best = np.zeros(len(documents), dtype=np.float64)
    for field in FIELDS:
        own = [each for each in words if field.passage and field.name in each.word.fields]
        if len(own) > 1 and len(documents):
            ends, scores = block_scores(own, field_text(field.name))
            owners = ends >> PLACE_BITS
            places = np.minimum(documents.searchsorted(owners), len(documents) - 1)
            wanted = documents[places] == owners
            np.maximum.at(best, places[wanted], scores[wanted] * field.passage)
    return best * PASSAGE


def block_scores(words: Sequence[Weighed], text: WordPlaces) -> tuple[Integers, Scores]:
    """The blocks that have two of the words or more, by their last place, and how good a passage each is."""
    places = [text.places(each.word) for each in words]
    ends = [text.block_ends(found) if len(found) else found for found in places]
    heads = [_heads(found) for found in ends]
    blocks, numbers = np.unique(np.concatenate([end[head] for end, head in zip(ends, heads, strict=True)]), return_inverse=True)
    if not len(blocks):
        return blocks, np.zeros(0, dtype=np.float64)
    held = np.bincount(numbers, minlength=len(blocks))
    rarities = np.repeat([each.rarity for each in words], list(map(len, heads)))
    scores: Scores = np.bincount(numbers, weights=rarities, minlength=len(blocks)).astype(np.float64)
    for left, right in pairs_of(range(len(words))):
        found, nearest = _nearest(places[left], ends[left], places[right], text)
        smaller = min(words[left].rarity, words[right].rarity)
        scores[blocks.searchsorted(found)] += NEARNESS * smaller * nearest
    several = held > 1
    return blocks[several], scores[several]


def _heads(ends: Integers) -> npt.NDArray[np.intp]:
    """Where each block's run of places begins."""
    return np.flatnonzero(np.concatenate([np.ones(min(1, len(ends)), dtype=np.bool_), ends[1:] != ends[:-1]]))


def _nearest(left: Integers, ends: Integers, right: Integers, text: WordPlaces) -> tuple[Integers, Scores]:
    """The blocks that have both of a pair, and how near the two stand there at best (`scoring.nearness`)."""
    if not len(left) or not len(right):
        return left[:0], np.zeros(0, dtype=np.float64)
    behind = right.searchsorted(left, "right")
    follower = right[np.minimum(behind, len(right) - 1)]
    after = np.where((behind < len(right)) & (follower <= ends), _decay(follower - left), 0.0)
    before = right.searchsorted(left) - 1
    leader = right[np.maximum(before, 0)]
    same = (before >= 0) & (text.block_ends(leader) == ends)
    nearest = np.maximum(after, np.where(same, _decay(left - leader) * REVERSED, 0.0))
    heads = _heads(ends)
    best = np.maximum.reduceat(nearest, heads)
    both = best > 0
    return ends[heads][both], best[both]


def _decay(distances: Integers) -> Scores:
    decayed: Scores = np.exp2((1 - np.minimum(np.maximum(distances, 1), 1000 * HALVED)) / HALVED)  # `np.clip` takes long to begin
    return decayed
