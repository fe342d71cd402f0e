"""Which of a cable's paragraphs come first: by the words that they have, how rare these are, and how near they stand.

Few paragraphs of few cables are compared here, each with a handful of words, so this is plain Python; `passages` weighs the same passages by the
same numbers for many cables at once.
"""

from __future__ import annotations

import bisect
import functools
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from reftel.engine.arrays import Wide
from reftel.search.plan import Word
from reftel.search.positions import BITS, together
from reftel.search.scoring import ALL_PAIRS, NEARNESS, nearness, pairs_of

if TYPE_CHECKING:
    from reftel.search.paragraphs import ParagraphTexts

Rarity = Callable[[Word], float]
"""How much a word counts."""

Noted = tuple[Word, Wide, Wide]
"""A word, the places where it counts, and the paragraph of each."""

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
        self._bit_of = [self._bits[word] for word, _places, _numbers in noted]
        self._in_order = len(noted) == len(self._bits) <= ALL_PAIRS  # the words of every cable were found in the same order, and each pair counts
        self._pairs: dict[tuple[int, int], list[tuple[int, int, float]]] = {}
        self._places_of: dict[int, list[int]] = {}
        self._passages: dict[int, float] = {}

    def ranked(self, numbers: Sequence[int], limit: int | None) -> Sequence[int]:
        """At most ``limit`` of these paragraphs of a cable, which rise, the best first; ``None``: all of them, also what only repeats."""
        end = len(numbers) if limit is None else min(limit, len(numbers))
        if len(numbers) < 2 or not end or (len(self._bits) == 1 and not self._conditions):
            return numbers[:end]
        words, ranked = self._words, list[int]()
        all_words = first = shown = new = 0
        for number in numbers:
            all_words |= words[number]
        telling = (all_words & self._all_telling) or all_words
        left = numbers
        while left and len(ranked) < end:
            if ranked and not new:  # nothing but conditions and passages can tell any more
                return [*ranked, *self._best(left, end - len(ranked))]
            [number] = self._best(self._gaining(left, new), 1)
            ranked.append(number)
            first = first or words[number]
            shown |= words[number]
            new = telling & ~shown
            left = [each for each in left if each != number and (words[each] & new or not first & ~words[each] or limit is None)]
        return ranked

    def _gaining(self, numbers: Sequence[int], new: int) -> Sequence[int]:
        """The paragraphs with the most of the ``new`` words among those with the most conditions that have any; if none has, those with the most conditions."""
        if new:
            words, weights = self._words, self._weights
            numbers = [number for number in numbers if weights[words[number] & new]] or numbers
        if self._conditions and len(numbers) > 1:
            numbers = _most(numbers, [self._conditions[number] for number in numbers])
        return _most(numbers, [weights[words[number] & new] for number in numbers]) if new and len(numbers) > 1 else numbers

    def _best(self, numbers: Sequence[int], wanted: int) -> Sequence[int]:
        """Of paragraphs, which rise, those with the most conditions, and of these the best passages; of equal ones those that stand first in the text."""
        if len(numbers) == 1:
            return numbers
        words, weights = self._words, self._weights
        worths = [self._passage(number) if words[number] & (words[number] - 1) else weights[words[number]] for number in numbers]
        if wanted == 1 and not self._conditions:
            return [numbers[worths.index(max(worths))]]
        conditions = [self._conditions[number] for number in numbers] if self._conditions else [0] * len(numbers)
        order = sorted(zip(conditions, worths, [-number for number in numbers], strict=True), reverse=True)
        return [-number for _condition, _worth, number in order[:wanted]]

    @functools.cached_property
    def _words(self) -> list[int]:
        """The words that each paragraph has."""
        found: npt.NDArray[Any] = np.zeros(len(self._texts.paragraphs), dtype=np.int64 if len(self._bits) < BITS else np.object_)
        for bit, (_word, _places, numbers) in zip(self._bit_of, self._noted, strict=True):
            found[numbers] |= 1 << bit
        words: list[int] = found.tolist()
        return words

    @functools.cached_property
    def _rarities(self) -> list[float]:
        return list(map(self._rarity, self._bits))

    @functools.cached_property
    def _weights(self) -> _Weights:
        return _Weights(self._rarities)

    @functools.cached_property
    def _all_telling(self) -> int:
        return sum(1 << number for number, rarity in enumerate(self._rarities) if rarity >= _TELLING)

    # -- passages -------------------------------------------------------------------------------------------------------------------------

    def _passage(self, number: int) -> float:
        """How good a passage a paragraph with several words is. The words of a cable count in the order in which they were found in it."""
        if number not in self._passages:
            words = self._words[number]
            key = words, -1 if self._in_order else int(self._texts.owners[number])
            if key not in self._pairs:
                self._pairs[key] = self._pairs_of(*key)
            score, start, end = self._weights[words], self._starts[number], self._ends[number]
            for left, right, smaller in self._pairs[key]:
                score += NEARNESS * smaller * _nearest(_within(self._places(left), start, end), _within(self._places(right), start, end))
            self._passages[number] = round(score, _DIGITS)
        return self._passages[number]

    @functools.cached_property
    def _starts(self) -> list[int]:
        """The first place of each paragraph."""
        starts: list[int] = self._texts.paragraphs.starts.tolist()
        return starts

    @functools.cached_property
    def _ends(self) -> list[int]:
        """The last place of each paragraph."""
        ends: list[int] = self._texts.paragraphs.ends.tolist()
        return ends

    def _pairs_of(self, words: int, cable: int) -> list[tuple[int, int, float]]:
        """The pairs of some words that are looked at, and the smaller rarity of each. ``cable``: -1 for any."""
        rarities, order = self._rarities, range(len(self._bits)) if cable < 0 else self._words_of[cable]
        return [(left, right, min(rarities[left], rarities[right])) for left, right in pairs_of(order) if words >> left & words >> right & 1]

    @functools.cached_property
    def _words_of(self) -> list[list[int]]:
        """By cable the words that its paragraphs have, in the order in which they were found."""
        found: list[dict[int, None]] = [{} for _ in range(self._texts.cables)]
        for bit, (_word, _places, numbers) in zip(self._bit_of, self._noted, strict=True):
            for owner in dict.fromkeys(self._texts.owners[numbers].tolist()):
                found[owner][bit] = None
        return list(map(list, found))

    def _places(self, word: int) -> list[int]:
        """Where a word counts, rising."""
        if word not in self._places_of:
            parts = [places for bit, (_word, places, _numbers) in zip(self._bit_of, self._noted, strict=True) if bit == word]
            self._places_of[word] = together(parts).tolist()
        return self._places_of[word]


class _Weights(dict[int, float]):
    """The sum of the rarities of some words, by the words."""

    def __init__(self, rarities: Sequence[float]) -> None:
        super().__init__()
        self._rarities = rarities

    def __missing__(self, words: int) -> float:
        total = self[words] = round(sum(self._rarities[number] for number in range(words.bit_length()) if words >> number & 1), _DIGITS)
        return total


def _most(numbers: Sequence[int], amounts: Sequence[float]) -> Sequence[int]:
    """The numbers of which there is most."""
    most = max(amounts)
    return [number for number, amount in zip(numbers, amounts, strict=True) if amount == most]


def _within(places: list[int], start: int, end: int) -> list[int]:
    return places[bisect.bisect_left(places, start) : bisect.bisect_right(places, end)]


def _nearest(left: Sequence[int], right: Sequence[int]) -> float:
    """How near any of ``left`` and of ``right`` stand at best (`scoring.nearness`); both rise."""
    after = before = _FAR
    for place in left:
        number = bisect.bisect_left(right, place)
        if number and place - right[number - 1] < before:
            before = place - right[number - 1]
        if number < len(right) and right[number] == place:
            number += 1
        if number < len(right) and right[number] - place < after:
            after = right[number] - place
    return max(nearness(after), nearness(-before))
