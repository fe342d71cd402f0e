"""A search from its text to a page of hits: reads the query, asks an engine, loads only the cables that are shown."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from reftel.schema.errors import BadValueError, UnknownFieldError
from reftel.schema.fields import facet_fields, fields_by_name, sort_fields
from reftel.search.describe import describe
from reftel.search.plan import Bucket, Request
from reftel.search.query import read_query
from reftel.search.results import ExplainedNode, Explanation, Hit, Page
from reftel.search.snippets import best_paragraphs, subject_highlights

if TYPE_CHECKING:
    from reftel.schema.cable import Cable
    from reftel.search.engines.base import Engine, NodeCount
    from reftel.search.plan import Node

SHOWN_PARAGRAPHS = 2
"""Paragraphs shown with a hit."""

DEFAULT_BUCKETS = 10
"""Facet buckets given back where a number is not asked for."""


class Searcher:
    """Answers query texts over one engine. ``load`` gives the record of a key."""

    def __init__(self, engine: Engine, load: Callable[[str], Cable]) -> None:
        self._engine = engine
        self._load = load

    def page(
        self, query: str, *, facets: Iterable[str] = (), sort: str = "relevance", limit: int | None = 20, offset: int = 0
    ) -> Page:
        """The hits ``offset`` to ``offset + limit`` of ``query``; see `Archive.search`."""
        if offset < 0 or (limit is not None and limit < 0):
            raise BadValueError("limit and offset must not be negative", text=f"limit={limit} offset={offset}", start=0)
        read = read_query(query)
        request = Request(read.plan, parse_sort(sort), offset, limit, tuple(map(parse_facet, facets)))
        answer = self._engine.answer(request)
        hits = tuple(self._hit(found.key, found.score, read.plan) for found in answer.found)
        return Page(read.printed, answer.total, offset, read.notes, hits, answer.facets)

    def scan(self, query: str) -> Iterator[Hit]:
        """Every hit in key order, one at a time."""
        plan = read_query(query).plan
        return (self._hit(key, 0.0, plan) for key in self._engine.scan(plan))

    def facets(self, query: str, names: Iterable[str]) -> dict[str, tuple[Bucket, ...]]:
        """The buckets of each facet over all hits; see `parse_facet`."""
        read = read_query(query)
        return self._engine.answer(Request(read.plan, limit=0, facets=tuple(map(parse_facet, names)))).facets

    def explain(self, query: str) -> Explanation:
        """How ``query`` was read, with counts for each part of its plan."""
        read = read_query(query)
        return Explanation(read.printed, read.notes, _explained(self._engine.explain(read.plan)))

    def _hit(self, key: str, score: float, plan: Node) -> Hit:
        cable = self._load(key)
        return Hit(key, score, cable, best_paragraphs(cable, plan, SHOWN_PARAGRAPHS), subject_highlights(cable, plan))


def _explained(count: NodeCount) -> ExplainedNode:
    children = tuple(map(_explained, count.children))
    return ExplainedNode(describe(count.node), count.documents, count.milliseconds, count.node.origin, children)


def parse_facet(text: str) -> tuple[str, int | None]:
    """Field name and number of buckets: ``"year:20"`` -> ``("year", 20)``; ``"year:all"`` -> every one; ``"year"`` -> `DEFAULT_BUCKETS`."""
    name, _, count = text.partition(":")
    field = fields_by_name().get(name.strip().lower())
    if field is None or not field.facet:
        raise UnknownFieldError(
            f"no facet '{name}'", text=text, start=0, end=len(name), hint=_nearest(name, [each.name for each in facet_fields()])
        )
    if count == "all":
        return field.name, None
    if count and not (count.isascii() and count.isdigit() and int(count) > 0):
        raise BadValueError(f"'{count}' is no number of buckets", text=text, start=len(name) + 1, end=len(text), hint="write year:20 or year:all")
    return field.name, int(count) if count else DEFAULT_BUCKETS


def parse_sort(text: str) -> str:
    """A checked sort key: ``relevance``, a sort field, or one with ``-`` for descending. ``"-DATE"`` -> ``"-date"``."""
    name = text.strip().lower()
    bare = name.removeprefix("-")
    field = fields_by_name().get(bare)
    if bare == "relevance":
        return bare
    if field is None or not field.sort:
        names = ["relevance", *(each.name for each in sort_fields())]
        raise BadValueError(f"cannot sort by '{text}'", text=text, start=0, end=len(text), hint=_nearest(bare, names))
    return f"-{field.name}" if name.startswith("-") else field.name


def _nearest(name: str, names: list[str]) -> str:
    near = difflib.get_close_matches(name, names, n=1)
    return f"did you mean '{near[0]}'?" if near else "choose one of " + ", ".join(names)
