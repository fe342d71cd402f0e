"""A plan as the query that finds its cables."""

from __future__ import annotations

from collections.abc import Callable

from reftel.schema.errors import EngineError
from reftel.schema.fields import field_of_kind
from reftel.search import plan
from reftel.search.engines.opensearch.clusterwords import ClusterWords, escaped
from reftel.search.engines.opensearch.mapping import shortened
from reftel.search.engines.opensearch.positions import ALL, NONE, Positions, Query, any_term, union

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
        self._positions = Positions(lexicon)

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
                return self._positions.paragraph(node.child)
            case plan.Mark():
                return self._positions.paragraph(node)
            case plan.Prefer() | plan.Neighbours():
                return self.query(node.child)
            case plan.Word() | plan.AnyOf() | plan.Phrase() | plan.Near():
                return self._positions.query(node)
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
