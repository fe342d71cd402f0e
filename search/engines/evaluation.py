"""Evaluating one plan over an index, set-at-a-time: every node becomes a mask over document numbers.

A node is evaluated *within* a mask of documents that still matter, so that positions are only looked at where the cheaper parts of an AND
already hold.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from reftel.engine.cache import ArrayCache
from reftel.engine.columns import ABSENT
from reftel.engine.reader import Reader
from reftel.schema.errors import EngineError
from reftel.schema.fields import fields_by_name
from reftel.search import plan
from reftel.search.matching import fixed_prefix, matching, matching_pattern
from reftel.search.paragraphs import BODY, Paragraphs, paragraphs_where
from reftel.search.positions import PLACE_BITS, Integers, spans
from reftel.search.walk import children, iter_words

Mask = npt.NDArray[np.bool_]

_CITED, _ID = "refs", "id"
_CACHE_BYTES = 64 << 20
_COST = {plan.Phrase: 1, plan.Near: 2, plan.Paragraph: 3}


class Lexicon:
    """The words of an index that a `plan.Word` stands for and where they stand, remembered for the queries to come."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._cache = ArrayCache(_CACHE_BYTES)
        self.expand = functools.lru_cache(maxsize=4096)(self._expand)

    def _expand(self, word: plan.Word, field: str) -> tuple[str, ...]:
        if word.match == "exact":
            return (word.text,)
        return tuple(matching(word, self._reader.terms(field, fixed_prefix(word))))

    def counts(self, word: plan.Word, field: str) -> tuple[Integers, Integers]:
        """The documents that hold ``word`` in ``field``, rising, and how often each does."""
        count = self._reader.postings_of_any
        documents, frequencies = self._cache.get((word, field), lambda: count(field, self.expand(word, field)))
        return documents, frequencies


class Evaluation:
    """One plan over one reader."""

    def __init__(self, reader: Reader, lexicon: Lexicon) -> None:
        self._reader, self._lexicon = reader, lexicon
        self.counts = lexicon.counts
        self._ways: dict[type[plan.Node], Callable[..., Mask]] = {
            plan.Everything: lambda _node, within: within,
            plan.Nothing: lambda _node, _within: self._none(),
            plan.Word: self._word,
            plan.AnyOf: self._any,
            plan.Phrase: self._positional,
            plan.Near: self._positional,
            plan.And: self._all,
            plan.Or: self._any,
            plan.Not: lambda node, within: within & ~self.mask(node.child, within),
            plan.Mark: lambda node, within: self._paragraph(plan.Paragraph(node), within),
            plan.Paragraph: self._paragraph,
            plan.Value: self._value,
            plan.ValuePattern: self._value_pattern,
            plan.Range: self._range,
            plan.CitedBy: self._cited_by,
            plan.Prefer: lambda node, within: self.mask(node.child, within),
        }

    def mask(self, node: plan.Node, within: Mask | None = None) -> Mask:
        """Which documents of ``within`` (all live ones by default) ``node`` holds for."""
        return self._ways[type(node)](node, self._reader.live if within is None else within)

    def _none(self) -> Mask:
        return np.zeros(self._reader.size, dtype=np.bool_)

    def _of(self, documents: Integers) -> Mask:
        mask = self._none()
        mask[documents] = True
        return mask

    # -- words and positions ------------------------------------------------------------------------------------------------------------------

    def _word(self, word: plan.Word, within: Mask) -> Mask:
        mask = self._none()
        for field in word.fields:
            mask[self.counts(word, field)[0]] = True
        return mask & within

    def _positional(self, node: plan.Node, within: Mask) -> Mask:
        mask = self._none()
        for field in dict.fromkeys(field for word in iter_words(node) for field in word.fields):
            candidates = self._candidates(node, field, within & ~mask)
            if candidates.any():
                places = spans(node, _IndexText(self._reader, self._lexicon, field, candidates)).first
                mask[places >> PLACE_BITS] = True
        return mask

    def _candidates(self, node: plan.Node, field: str, within: Mask) -> Mask:
        """Documents of ``within`` that hold words enough for ``node`` in ``field``."""
        if isinstance(node, plan.Word):
            return within & self._of(self.counts(node, field)[0]) if field in node.fields else self._none()
        if isinstance(node, plan.AnyOf | plan.Or):
            masks = [self._candidates(child, field, within) for child in node.children]
            return functools.reduce(np.logical_or, masks, self._none())
        if isinstance(node, plan.Phrase | plan.Near | plan.And):
            for child in children(node):
                within = self._candidates(child, field, within)
        return within

    # -- combinations -------------------------------------------------------------------------------------------------------------------------

    def _all(self, node: plan.And, within: Mask) -> Mask:
        for child in sorted(node.children, key=_cost):
            if not within.any():
                break
            within = self.mask(child, within)
        return within

    def _any(self, node: plan.Or | plan.AnyOf, within: Mask) -> Mask:
        mask = self._none()
        for child in sorted(node.children, key=_cost):
            mask |= self.mask(child, within & ~mask)
        return mask

    # -- paragraphs ---------------------------------------------------------------------------------------------------------------------------

    def _paragraph(self, node: plan.Paragraph, within: Mask) -> Mask:
        candidates = self._candidates(node.child, BODY, within)
        if not candidates.any():
            return candidates
        regions = self._reader.regions()
        paragraphs = Paragraphs(regions.starts, regions.ends, regions.levels, regions.labels)
        try:
            holding = paragraphs_where(node.child, paragraphs, _IndexText(self._reader, self._lexicon, BODY, candidates))
        except TypeError as error:
            raise EngineError(str(error)) from error
        return candidates & self._of(regions.documents[holding])

    # -- values and numbers -------------------------------------------------------------------------------------------------------------------

    def _value(self, node: plan.Value, within: Mask) -> Mask:
        mask = self._none()
        for value in node.values:
            mask[self._reader.postings(node.field, value)[0]] = True
        return mask & within

    def _value_pattern(self, node: plan.ValuePattern, within: Mask) -> Mask:
        prefix = fixed_prefix(plan.Word(node.pattern, "wildcard"))
        return self._value(plan.Value(node.field, tuple(matching_pattern(node.pattern, self._reader.terms(node.field, prefix)))), within)

    def _range(self, node: plan.Range, within: Mask) -> Mask:
        numbers = self._reader.numbers(node.field)
        mask: Mask = within & (numbers != ABSENT)
        if node.lowest is not None:
            mask = mask & (numbers >= node.lowest)
        if node.highest is not None:
            mask = mask & (numbers <= node.highest)
        return mask

    def _cited_by(self, node: plan.CitedBy, within: Mask) -> Mask:
        citing = self.mask(plan.Value(_ID, node.ids))
        cited = self._reader.facet(_CITED)
        codes = np.unique(cited.codes[citing[cited.documents]])
        normalise = fields_by_name()[_ID].normalise
        return self._value(plan.Value(_ID, tuple(normalise(cited.values[code]) for code in codes.tolist())), within)


def _cost(node: plan.Node) -> int:
    """Rank of a node in the order of evaluation: whatever needs positions comes late."""
    below = max(map(_cost, children(node)), default=0)
    return max(below, _COST.get(type(node), 0))


class _IndexText:
    """One text field of the candidate documents, as `spans` wants it."""

    def __init__(self, reader: Reader, lexicon: Lexicon, field: str, candidates: Mask) -> None:
        self.name = field
        self._reader, self._lexicon, self._candidates = reader, lexicon, candidates

    def places(self, word: plan.Word) -> Integers:
        """Rising places of the words that ``word`` stands for."""
        found = [self._reader.places(self.name, term) for term in self._lexicon.expand(word, self.name)]
        kept = [places[self._candidates[places >> PLACE_BITS]] for places in found]
        if len(kept) == 1:
            only: Integers = kept[0]
            return only
        together: Integers = np.sort(np.concatenate([np.empty(0, dtype=np.int64), *kept]))
        return together

    def block_ends(self, places: Integers) -> Integers:
        """For each place the last place of its block."""
        blocks = self._reader.blocks(self.name)
        numbers = np.searchsorted(blocks.starts, places, "right") - 1
        ends: Integers = blocks.starts[numbers] + blocks.lengths[numbers] - 1
        return ends


