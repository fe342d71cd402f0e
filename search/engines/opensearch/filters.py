"""A plan as the query that finds its cables, and as the one that scores them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from reftel.engine.bounds import SLOPE
from reftel.schema.errors import EngineError
from reftel.schema.fields import field_of_kind, fields_by_name
from reftel.search import plan
from reftel.search.engines.opensearch.clusterwords import ClusterWords, escaped
from reftel.search.engines.opensearch.mapping import shortened
from reftel.search.engines.opensearch.positions import ALL, NONE, Positions, Query, any_term, union
from reftel.search.engines.outline import fields_of
from reftel.search.scoring import INFLECTED, K1, NEIGHBOURS
from reftel.search.walk import iter_words, prefers

# Of a field: its frequency, weighted and normalised by length; of all fields together: saturated. See `reftel.search.scoring`.
_PART = "return _score * params.weight / (params.base + params.slope * doc[params.length].value);"
_SATURATED = "return _score * params.factor / (_score + params.k1);"

WAYS: dict[type[plan.Node], str] = {
    plan.Everything: "all cables",
    plan.Nothing: "no cable",
    plan.Word: "terms of its words",
    plan.AnyOf: "terms and spans",
    plan.Phrase: "phrases of its words",
    plan.Near: "spans of its words",
    plan.And: "filters",
    plan.Or: "any of the queries below",
    plan.Not: "the cables left over",
    plan.Mark: "spans of paragraphs",
    plan.Paragraph: "spans of paragraphs",
    plan.Value: "terms of its values",
    plan.ValuePattern: "wildcard",
    plan.Range: "range",
    plan.CitedBy: "terms, from the references of those cables",
    plan.Prefer: "its first part; the others count in the order alone",
    plan.Neighbours: "its first part; the others count in the order alone",
}
"""By which way each kind of node is asked."""


class Filters:
    """Plans as queries over one archive. ``cited_by``: the ids that the cables with some ids cite."""

    def __init__(self, lexicon: ClusterWords, cited_by: Callable[[Query], list[str]]) -> None:
        self._lexicon, self._cited_by = lexicon, cited_by
        self.positions = Positions(lexicon)

    def query(self, node: plan.Node) -> Query:
        """The cables that a node holds for."""
        match node:
            case plan.Everything():
                return ALL
            case plan.Nothing():
                return NONE
            case plan.And():
                return {"bool": {"filter": list(map(self.query, node.children))}} if node.children else ALL
            case plan.Or():
                return union(list(map(self.query, node.children)))
            case plan.Not():
                return {"bool": {"must_not": [self.query(node.child)]}}
            case plan.Paragraph():
                return self.positions.paragraph(node.child)
            case plan.Mark():
                return self.positions.paragraph(node)
            case plan.Prefer() | plan.Neighbours():
                return self.query(node.child)
            case plan.Word() | plan.AnyOf() | plan.Phrase() | plan.Near():
                return self.positions.query(node)
            case _:
                return self._of_values(node)

    def _of_values(self, node: plan.Node) -> Query:
        match node:
            case plan.Value():
                return any_term(f"k_{node.field}", map(shortened, node.values))
            case plan.ValuePattern():
                return {"wildcard": {f"k_{node.field}": {"value": escaped(node.pattern)}}}
            case plan.Range():
                bounds = {name: value for name, value in (("gte", node.lowest), ("lte", node.highest)) if value is not None}
                return {"range": {f"n_{node.field}": bounds}} if bounds else {"exists": {"field": f"n_{node.field}"}}
            case plan.CitedBy():
                own = field_of_kind("id").name
                return any_term(f"k_{own}", self._cited_by(any_term(f"k_{own}", map(shortened, node.ids))))
            case _:
                raise EngineError(f"{type(node).__name__} can't be asked of an engine")

    # -- scores --------------------------------------------------------------------------------------------------------------------------

    def scores(self, root: plan.Node, words: Sequence[plan.Word]) -> list[Query]:
        """Queries whose scores add up to the score of a hit, passages left out. ``words``: those of the plan that add to it."""
        rarities = self.rarities([*words, *(word for phrase in _phrases(root) for word in iter_words(phrase))])
        found = [self._of_word(word, rarities[word]) for word in words]
        found += [_where(held, self._of_phrase(phrase, rarities)) for held, phrase in self._neighbours(root)]
        found += [_where(held, {"constant_score": {"filter": query, "boost": boost}}) for held, query, boost in self._bonuses(root)]
        return [query for query in found if query is not NONE]

    def rarities(self, words: Sequence[plan.Word]) -> dict[plan.Word, float]:
        """How much each word counts by the number of cables that hold it."""
        return self._lexicon.rarities(list(dict.fromkeys(words)), self.query)

    def _of_word(self, word: plan.Word, rarity: float) -> Query:
        parts = []
        for field in dict.fromkeys(word.fields):
            forms = self._lexicon.expansion(word, field).words
            own = shortened(word.text)
            terms = [_counted(f"t_{field}", form, 1.0 if word.match != "inflected" or form == own else INFLECTED) for form in forms]
            parts.append(self._of_field(field, terms))
        return _saturated(parts, rarity)

    def _of_phrase(self, phrase: plan.Phrase, rarities: dict[plan.Word, float]) -> Query:
        parts = [self._of_field(field, self.positions.occurrences(phrase, field)) for field in fields_of(phrase)]
        return _saturated(parts, NEIGHBOURS * min(rarities[word] for word in iter_words(phrase)))

    def _of_field(self, field: str, queries: Sequence[Query]) -> Query:
        found = [query for query in queries if query is not NONE]
        if not found:
            return NONE
        average = self._lexicon.average_length(field) or 1.0
        parameters = {"length": f"l_{field}", "base": 1 - SLOPE, "slope": SLOPE / average, "weight": fields_by_name()[field].weight}
        return _scripted(found, _PART, parameters)

    def _neighbours(self, node: plan.Node, held: tuple[Query, ...] = ()) -> Iterator[tuple[tuple[Query, ...], plan.Phrase]]:
        """The phrases of every `plan.Neighbours`, with the parts of the plan that must hold for them to count."""
        if isinstance(node, plan.Prefer | plan.Neighbours):
            yield from self._neighbours(node.child, held)
            yield from ((held, phrase) for phrase in (node.phrases if isinstance(node, plan.Neighbours) else ()))
        elif isinstance(node, plan.And | plan.Or):
            for child in filter(prefers, node.children):
                yield from self._neighbours(child, (*held, self.query(child)))

    def _bonuses(self, node: plan.Node, held: tuple[Query, ...] = ()) -> Iterator[tuple[tuple[Query, ...], Query, float]]:
        """What every `plan.Prefer` adds, likewise."""
        if isinstance(node, plan.Prefer):
            yield from self._bonuses(node.child, held)
            yield from ((held, self.query(bonus), plan.PREFERENCE * weight) for bonus, weight in node.bonuses)
        elif isinstance(node, plan.Neighbours):
            yield from self._bonuses(node.child, held)
        elif isinstance(node, plan.And | plan.Or):
            for child in filter(prefers, node.children):
                yield from self._bonuses(child, (*held, self.query(child)))


def _phrases(node: plan.Node) -> Iterator[plan.Phrase]:
    if isinstance(node, plan.Prefer | plan.Neighbours):
        yield from _phrases(node.child)
        yield from node.phrases if isinstance(node, plan.Neighbours) else ()
    elif isinstance(node, plan.And | plan.Or):
        for child in node.children:
            yield from _phrases(child)


def _counted(field: str, term: str, boost: float) -> Query:
    return {"term": {field: {"value": term, "boost": boost}}}


def _saturated(parts: Sequence[Query], rarity: float) -> Query:
    found = [part for part in parts if part is not NONE]
    return _scripted(found, _SATURATED, {"factor": rarity * (K1 + 1), "k1": K1}) if found else NONE


def _scripted(queries: Sequence[Query], source: str, parameters: dict[str, Any]) -> Query:
    """What a script makes of the scores of some queries added up."""
    return {"script_score": {"query": {"bool": {"should": list(queries)}}, "script": {"source": source, "params": parameters}}}


def _where(held: Sequence[Query], query: Query) -> Query:
    return {"bool": {"filter": list(held), "must": [query]}} if held and query is not NONE else query
