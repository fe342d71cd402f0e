"""The scoring function that all engines share: its constants, the idf and saturation of words, and the nearness of pairs.

A hit's score is a sum:

* of every word BM25F over its fields (Robertson and Zaragoza 2009, section 3.5): its frequencies are weighted by field, normalised by length,
  added up and saturated. A form that the question has counts whole, an inflection `INFLECTED`.
* of every two words side by side in the question the same, `NEIGHBOURS` times, for the places where they stand so in the cable.
* for the first `REACH` by the two above, `PASSAGE` times the cable's best passage: of a subject or a paragraph with two words of the question
  or more the sum of the words' rarities, and of every pair of them the smaller rarity times `NEARNESS` and how near they stand
  (full dependence, Metzler and Croft 2005, in a form that needs no counts of pairs). A field's ``passage`` weighs it.

Hits beyond the first `REACH` follow those. The numbers were chosen by benchmarks/ranking.py on one half of the pages and checked on the other.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise
from typing import TypeVar

K1 = 1.2
INFLECTED = 0.2
NEIGHBOURS = 0.3
PASSAGE = 1.5
NEARNESS = 1.0
REVERSED = 0.8
"""Factor of a pair in the reverse order of the query."""
HALVED = 4
"""Positions with each of which further apart a pair counts half."""
REACH = 128
MOST_WORDS = 64
"""Queries with more words get no passage scores."""
ALL_PAIRS = 8
"""Up to so many words every pair counts; with more, only neighbours in the query."""

_Item = TypeVar("_Item")


def rarity(documents: int, holding: int) -> float:
    """The idf of a word that ``holding`` of all ``documents`` have."""
    return math.log(1 + (documents - holding + 0.5) / (holding + 0.5))


def saturated(frequency: float, rare: float) -> float:
    """The BM25 score of a weighted frequency."""
    return rare * (K1 + 1) * frequency / (frequency + K1)


def saturation(rare: float) -> float:
    """What `saturated` stays below, whatever the frequency."""
    return rare * (K1 + 1)


def nearness(distance: int) -> float:
    """The factor of a pair (at most 1) whose second word is ``distance`` positions after the first, or before it if negative."""
    return float(2.0 ** (-(abs(distance) - 1) / HALVED)) * (1.0 if distance > 0 else REVERSED)


def pairs_of(words: Sequence[_Item]) -> Iterator[tuple[_Item, _Item]]:
    """The pairs of a query's words that count, in query order."""
    return combinations(words, 2) if len(words) <= ALL_PAIRS else pairwise(words)
