"""Scores of hits: queries whose 32-bit scores add up to them, and the same sums to the letter, from the frequencies that a hit brings along.

Every frequency is a query of its own with a name, whose score the cluster gives back with a hit. So hits that 32 bits cannot tell apart are put in order
here, as any other engine has them.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from reftel.base.frozen import frozen
from reftel.engine.bounds import SLOPE
from reftel.schema.fields import fields_by_name
from reftel.search import plan
from reftel.search.engines.opensearch.clusterwords import ClusterWords
from reftel.search.engines.opensearch.mapping import shortened
from reftel.search.engines.opensearch.positions import NONE, Positions, Query, counted, scripted
from reftel.search.engines.outline import fields_of
from reftel.search.scoring import INFLECTED, K1, NEIGHBOURS, saturated
from reftel.search.walk import iter_words, prefers

CLOSE = 2e-6
"""Scores of the cluster that differ by this part of theirs or less may stand the other way round."""

# Of a field: its frequency, weighted and normalised by length; of all fields together: saturated. See `reftel.search.scoring`.
_PART = "return _score * params.weight / (params.base + params.slope * doc[params.length].value);"
_SATURATED = "return _score * params.factor / (_score + params.k1);"


@frozen
class _Frequency:
    """How often something stands in a field: the name of the query that tells it, and what the cluster counts an occurrence."""

    name: str
    counted: float


@frozen
class _Field:
    """The frequencies of a field that are added up, and how they are weighted."""

    length: str
    weight: float
    slope: float
    frequencies: tuple[_Frequency, ...]

    def weighted(self, told: Mapping[str, float], lengths: Mapping[str, Sequence[int]]) -> float:
        """The weighted frequency in a cable."""
        frequency = sum(round(told[each.name] / each.counted) * each.counted for each in self.frequencies if each.name in told)
        return frequency * self.weight / (1 - SLOPE + self.slope * lengths[self.length][0]) if frequency else 0.0


@frozen
class _Summand:
    """A word, a phrase or a preference. ``condition``: the name of a query that must find the cable for it to count."""

    fields: tuple[_Field, ...] = ()
    rarity: float = 0.0
    times: float = 1.0
    bonus: float = 0.0
    condition: str | None = None


class Scores:
    """What adds to the scores of a plan's hits, passages left out. ``words``: those of the plan that add to it. ``query``: what finds a node's cables."""

    def __init__(self, root: plan.Node, words: Sequence[plan.Word], lexicon: ClusterWords, query: Callable[[plan.Node], Query]) -> None:
        self._lexicon, self._query, self._positions = lexicon, query, Positions(lexicon)
        self._names = map(str, itertools.count())
        self._summands: list[_Summand] = []
        self.queries: list[Query] = []
        rarities = lexicon.rarities(list(dict.fromkeys([*words, *(word for phrase in _phrases(root) for word in iter_words(phrase))])), query)
        for word in words:
            self._add(*self._of_word(word, rarities[word]))
        for held, phrase in self._neighbours(root):
            self._add(*self._of_phrase(phrase, NEIGHBOURS, min(rarities[word] for word in iter_words(phrase))), held)
        for held, preferred, bonus in self._bonuses(root):
            self._add({"constant_score": {"filter": preferred, "boost": bonus}}, _Summand(bonus=bonus), held)

    @property
    def columns(self) -> list[str]:
        """The columns that `exact` needs of a hit."""
        return sorted({field.length for each in self._summands for field in each.fields})

    def exact(self, hit: Mapping[str, Any]) -> float:
        """The score of a hit, of which the cluster tells the first seven digits."""
        told: Mapping[str, float] = hit.get("matched_queries", {})
        total = 0.0
        for each in self._summands:
            if each.condition is None or each.condition in told:
                frequency = sum(field.weighted(told, hit["fields"]) for field in each.fields)
                total += each.bonus + each.times * saturated(frequency, each.rarity)
        return total

    def _add(self, query: Query, summand: _Summand, held: Sequence[Query] = ()) -> None:
        if query is NONE:
            return
        if held or summand.bonus:
            name = next(self._names)
            query, summand = {"bool": {"filter": list(held), "must": [query], "_name": name}}, dataclasses.replace(summand, condition=name)
        self.queries.append(query)
        self._summands.append(summand)

    def _of_word(self, word: plan.Word, rarity: float) -> tuple[Query, _Summand]:
        parts = []
        own = shortened(word.text)
        for field in dict.fromkeys(word.fields):
            forms = self._lexicon.expansion(word, field).words
            inflected = word.match == "inflected"
            whole, less = ([form for form in forms if (inflected and form != own) is which] for which in (False, True))
            queries = [(query, 1.0) for query in counted(field, whole, 1.0)] + [(query, INFLECTED) for query in counted(field, less, INFLECTED)]
            parts.append(self._of_field(field, queries))
        return _together(parts, rarity, 1.0)

    def _of_phrase(self, phrase: plan.Phrase, times: float, rarity: float) -> tuple[Query, _Summand]:
        parts = [self._of_field(field, [(query, 1.0) for query in self._positions.occurrences(phrase, field)]) for field in fields_of(phrase)]
        return _together(parts, rarity, times)

    def _of_field(self, field: str, queries: Sequence[tuple[Query, float]]) -> tuple[Query, _Field]:
        """``queries``: each with what it counts an occurrence."""
        average = self._lexicon.average_length(field) or 1.0
        found = _Field(f"l_{field}", fields_by_name()[field].weight, SLOPE / average, tuple(_Frequency(next(self._names), each) for _query, each in queries))
        parameters = {"length": found.length, "base": 1 - SLOPE, "slope": found.slope, "weight": found.weight}
        return scripted([_named(query, each.name) for (query, _), each in zip(queries, found.frequencies, strict=True)], _PART, parameters), found

    def _neighbours(self, node: plan.Node, held: tuple[Query, ...] = ()) -> Iterator[tuple[tuple[Query, ...], plan.Phrase]]:
        """The phrases of every `plan.Neighbours`, with the parts of the plan that must hold for them to count."""
        if isinstance(node, plan.Prefer | plan.Neighbours):
            yield from self._neighbours(node.child, held)
            yield from ((held, phrase) for phrase in (node.phrases if isinstance(node, plan.Neighbours) else ()))
        elif isinstance(node, plan.And | plan.Or):
            for child in filter(prefers, node.children):
                yield from self._neighbours(child, (*held, self._query(child)))

    def _bonuses(self, node: plan.Node, held: tuple[Query, ...] = ()) -> Iterator[tuple[tuple[Query, ...], Query, float]]:
        """What every `plan.Prefer` adds, likewise."""
        if isinstance(node, plan.Prefer):
            yield from self._bonuses(node.child, held)
            yield from ((held, self._query(bonus), plan.PREFERENCE * weight) for bonus, weight in node.bonuses)
        elif isinstance(node, plan.Neighbours):
            yield from self._bonuses(node.child, held)
        elif isinstance(node, plan.And | plan.Or):
            for child in filter(prefers, node.children):
                yield from self._bonuses(child, (*held, self._query(child)))


def _phrases(node: plan.Node) -> Iterator[plan.Phrase]:
    if isinstance(node, plan.Prefer | plan.Neighbours):
        yield from _phrases(node.child)
        yield from node.phrases if isinstance(node, plan.Neighbours) else ()
    elif isinstance(node, plan.And | plan.Or):
        for child in node.children:
            yield from _phrases(child)


def _together(parts: Sequence[tuple[Query, _Field]], rarity: float, times: float) -> tuple[Query, _Summand]:
    found = [part for part, field in parts if field.frequencies]
    query = scripted(found, _SATURATED, {"factor": times * rarity * (K1 + 1), "k1": K1}) if found else NONE
    return query, _Summand(tuple([field for _part, field in parts]), rarity, times)


def _named(query: Query, name: str) -> Query:
    """A query under a name, which its score is given back by."""
    ((kind, about),) = query.items()
    if kind == "match":
        ((field, asked),) = about.items()
        return {kind: {field: {**asked, "_name": name}}}
    return {kind: {**about, "_name": name}}
