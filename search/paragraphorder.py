"""Which of a cable's paragraphs come first: by the words that they have, how rare these are, and how near they stand.

Few paragraphs of few cables are compared here, each with a handful of words, so this is plain Python; `passages` weighs the same passages by the
same numbers for many cables at once.
"""

from __future__ import annotations

import bisect
import functools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from reftel.engine.arrays import Wide
from reftel.search.plan import Word
from reftel.search.positions import together
from reftel.search.scoring import ALL_PAIRS, NEARNESS, nearness, pairs_of

if TYPE_CHECKING:
    from reftel.search.paragraphs import ParagraphTexts

Rarity = Callable[[Word], float]
"""How much a word counts."""

Noted = tuple[Word, Wide, Wide]
"""A word, the places where it counts, and the paragraph of each."""

Kind = tuple[int, int]
"""The conditions and the words of a paragraph."""

_TELLING = math.log(2)
"""The rarity of a word that half of the cables have: one that more have is new in no paragraph."""
_FAR = 1 << 20  # places; words so far apart are not near at all
_DIGITS = 9  # what is the same but for rounding is the same


class ParagraphOrder:
    """The order of the paragraphs of some cables. ``conditions``: by paragraph, how many same-paragraph and mark expressions hold for it.

    The words of a paragraph are a number, in which each has a bit.
    """

    def __init__(self, texts: ParagraphTexts, noted: Sequence[Noted], conditions: Wide | None, rarity: Rarity) -> None:
        self._texts, self._noted, self._rarity = texts, noted, rarity
        self._conditions: list[int] = [] if conditions is None else conditions.tolist()
        self._bits = {word: number for number, word in enumerate(dict.fromkeys(word for word, _places, _numbers in noted))}
        self._in_order = len(noted) == len(self._bits) <= ALL_PAIRS  # the words of every cable were found in the same order, and each pair counts
        self._weights: dict[int, float] = {0: 0.0}
        self._pairs: dict[tuple[int, int], list[tuple[int, int, float]]] = {}
        self._places_of: dict[int, list[int]] = {}

    def ranked(self, numbers: Sequence[int], cable: int, limit: int | None) -> Sequence[int]:
        """At most ``limit`` of these paragraphs of a cable, the best first; ``None``: all of them, also what only repeats."""
        end = len(numbers) if limit is None else min(limit, len(numbers))
        if len(numbers) < 2 or not end or (len(self._bits) == 1 and not self._conditions):
            return numbers[:end]
        alike: dict[Kind, list[int]] = {}
        for number in numbers:
            kind = self._conditions[number] if self._conditions else 0, self._words.get(number, 0)
            alike.setdefault(kind, []).append(number)
        all_words = functools.reduce(int.__or__, [words for _conditions, words in alike])
        telling = (all_words & self._all_telling) or all_words
        ranked: list[int] = []
        first = shown = new = 0
        while alike and len(ranked) < end:
            if ranked and not new:  # nothing but conditions and passages can tell any more
                left = end - len(ranked)
                ranked += [-number for *_worth, number, _kind in sorted(self._worths(alike, cable, left), reverse=True)[:left]]
                break
            gains = {kind: self._weight(kind[1] & new) for kind in alike}
            most = max((gain > 0, kind[0], gain) for kind, gain in gains.items())
            best = {kind: alike[kind] for kind, gain in gains.items() if (gain > 0, kind[0], gain) == most}
            *_worth, number, kind = max(self._worths(best, cable, 1))
            ranked.append(-number)
            alike[kind].remove(-number)
            first = first if shown else kind[1]
            shown |= kind[1]
            new = telling & ~shown
            alike = {
                kind: found for kind, found in alike.items() if found and (limit is None or kind[1] & new or not first & ~kind[1])
            }
        return ranked

    def _worths(self, alike: dict[Kind, list[int]], cable: int, wanted: int) -> Iterator[tuple[int, float, int, Kind]]:
        """By paragraph the conditions that hold and how good a passage it is; the one that stands first in the text is the largest of equal ones.

        Of paragraphs with one word, which are equal, no more than are ``wanted``.
        """
        for kind, numbers in alike.items():
            conditions, words = kind
            if words & (words - 1):
                yield from [(conditions, self._passage(number, words, cable), -number, kind) for number in numbers]
            else:
                yield from [(conditions, self._weight(words), -number, kind) for number in numbers[:wanted]]

    @functools.cached_property
    def _words(self) -> dict[int, int]:
        """The words that each paragraph has."""
        found: dict[int, int] = {}
        for word, _places, numbers in self._noted:
            bit = 1 << self._bits[word]
            for number in dict.fromkeys(numbers.tolist()):
                found[number] = found.get(number, 0) | bit
        return found

    @functools.cached_property
    def _rarities(self) -> list[float]:
        return list(map(self._rarity, self._bits))

    @functools.cached_property
    def _all_telling(self) -> int:
        return sum(1 << number for number, rarity in enumerate(self._rarities) if rarity >= _TELLING)

    def _weight(self, words: int) -> float:
        """The sum of the rarities of some words."""
        if words not in self._weights:
            self._weights[words] = round(sum(self._rarities[number] for number in range(words.bit_length()) if words >> number & 1), _DIGITS)
        return self._weights[words]

    # -- passages -------------------------------------------------------------------------------------------------------------------------

    def _passage(self, number: int, words: int, cable: int) -> float:
        """How good a passage a paragraph with several words is. The words of a cable count in the order in which they were found in it."""
        key = words, -1 if self._in_order else cable
        if key not in self._pairs:
            self._pairs[key] = self._pairs_of(*key)
        score, (start, end) = self._weight(words), self._ends[number]
        for left, right, smaller in self._pairs[key]:
            score += NEARNESS * smaller * _nearest(_within(self._places(left), start, end), _within(self._places(right), start, end))
        return round(score, _DIGITS)

    @functools.cached_property
    def _ends(self) -> list[tuple[int, int]]:
        """The first and the last place of each paragraph."""
        paragraphs = self._texts.paragraphs
        return list(zip(paragraphs.starts.tolist(), paragraphs.ends.tolist(), strict=True))

    def _pairs_of(self, words: int, cable: int) -> list[tuple[int, int, float]]:
        """The pairs of some words that are looked at, and the smaller rarity of each. ``cable``: -1 for any."""
        rarities, order = self._rarities, range(len(self._bits)) if cable < 0 else self._words_of[cable]
        return [(left, right, min(rarities[left], rarities[right])) for left, right in pairs_of(order) if words >> left & words >> right & 1]

    @functools.cached_property
    def _words_of(self) -> list[list[int]]:
        """By cable the words that its paragraphs have, in the order in which they were found."""
        found: list[dict[int, None]] = [{} for _ in range(self._texts.cables)]
        for word, _places, numbers in self._noted:
            for owner in dict.fromkeys(self._texts.owners[numbers].tolist()):
                found[owner][self._bits[word]] = None
        return list(map(list, found))

    def _places(self, word: int) -> list[int]:
        """Where a word counts, rising."""
        if word not in self._places_of:
            self._places_of[word] = together([places for each, places, _numbers in self._noted if self._bits[each] == word]).tolist()
        return self._places_of[word]


def _within(places: list[int], start: int, end: int) -> list[int]:
    return places[bisect.bisect_left(places, start) : bisect.bisect_right(places, end)]


def _nearest(left: Sequence[int], right: Sequence[int]) -> float:
    """How near any of ``left`` and of ``right`` stand at best (`scoring.nearness`); both rise."""
    after = before = _FAR
    for place in left:
        number = bisect.bisect_left(right, place)
        if number:
            before = min(before, place - right[number - 1])
        if number < len(right) and right[number] == place:
            number += 1
        if number < len(right):
            after = min(after, right[number] - place)
    return max(nearness(after), nearness(-before))
