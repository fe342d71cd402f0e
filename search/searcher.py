"""A search from its text to a page of hits: reads the query, asks an engine, loads only the cables that are shown."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from reftel.engine.cache import Budget, Cache
from reftel.schema.errors import BadValueError, QueryError, UnknownFieldError
from reftel.schema.fields import facet_fields, fields_by_name, sort_fields
from reftel.schema.names import without_surrogates
from reftel.schema.nearest import nearest
from reftel.schema.several import several
from reftel.search.describe import describe
from reftel.search.desk import Desk, Records
from reftel.search.forms import form_counts, forms_note, with_forms
from reftel.search.hits import HitMaker
from reftel.search.impliedyears import resolve_years
from reftel.search.names import Names
from reftel.search.plan import And, Bucket, Found, Request, Top
from reftel.search.query import ParsedQuery, read_query
from reftel.search.query.problems import refuse_negative
from reftel.search.results import DEFAULT_WIDTH, ExplainedNode, Explanation, Hit, HitParagraph, Page
from reftel.search.snippets import Findings, matching_paragraphs
from reftel.search.tagged import Lookup, ids_node, nothing_tagged, resolve, unknown_tags

if TYPE_CHECKING:
    from reftel.schema.cable import Cable
    from reftel.search.batch import BatchAnswer, Question
    from reftel.search.drilldown import FacetTable
    from reftel.search.engines.base import Engine, NodeCount
    from reftel.search.kwic import KwicLine
    from reftel.search.plan import Node

SHOWN_PARAGRAPHS = 2
"""Paragraphs shown with a hit."""

DEFAULT_BUCKETS = 10
"""Facet buckets given back where a number is not asked for."""

_BYTES_OF_A_QUERY = 500  # for each of its characters, with its tree and its plan


class Searcher:
    """Answers query texts over one engine. ``tagged`` gives the keys that have a tag of one's own, ``budget`` holds what is kept between questions."""

    def __init__(self, records: Records, tagged: Lookup = nothing_tagged, budget: Budget | None = None) -> None:
        self._records, self._tagged = records, tagged
        self._engine = engine = records.engine
        self._maker = HitMaker(engine, records.load, tagged)
        budget = budget or Budget()
        self._names = Names(engine, records.load, budget)
        self._read = Cache[ParsedQuery](budget, lambda read: _BYTES_OF_A_QUERY * (2 + len(read.text))).over(read_query)

    def read(self, query: str, ids: str | Iterable[str] | None = None) -> ParsedQuery:
        """``query`` as engines can answer it: tags of one's own looked up, restricted to ``ids`` where they are given."""
        read = self._read(query)
        notes = (*read.notes, *self._names.notes(read.checked.root), *unknown_tags(read.plan, self._tagged))
        plan, assumed = resolve_years(resolve(read.plan, self._tagged), self._records)
        notes += assumed
        if ids is not None:
            wanted = list(dict.fromkeys(several(ids)))
            listed = ids_node(wanted)
            missing = len(wanted) - self._engine.answer(Request(listed, limit=0)).total
            notes += (f"{missing:,} of the {len(wanted):,} ids of the list are not in the archive",) if missing else ()
            plan = And((plan, listed))
        return read if plan is read.plan and notes == read.notes else dataclasses.replace(read, plan=plan, notes=notes)

    def page(
        self,
        query: str,
        *,
        facets: str | Iterable[str] = (),
        sort: str = "relevance",
        limit: int | None = 20,
        offset: int = 0,
        ids: str | Iterable[str] | None = None,
        paragraphs: int | None = SHOWN_PARAGRAPHS,
    ) -> Page:
        """The hits ``offset`` to ``offset + limit`` of ``query``; see `Archive.search`."""
        _check_window(offset, limit)
        read = self.read(query, ids)
        request = Request(read.plan, parse_sort(sort), offset, limit, tuple(map(parse_facet, several(facets))), shown=True)
        answer = self._engine.answer(request)
        hits = tuple(self._shown(read, paragraphs, answer.found))
        notes = (*self._notes(read, answer.total), *(forms_note(self._engine, read.plan) if hits else ()))
        return Page(read.printed, answer.total, offset, notes, hits, answer.facets)

    def _notes(self, read: ParsedQuery, total: int) -> tuple[str, ...]:
        """How a query was read, other spellings of its names, and, where it finds nothing, what may have been meant."""
        notes = (*read.notes, *self._names.hints(read.text, read.checked.root))
        if total:
            return notes
        from reftel.search.suggest import suggestions  # noqa: PLC0415 - only where nothing is found

        return *notes, *suggestions(self._engine, read.plan, read.text)

    def scan(
        self, query: str, ids: str | Iterable[str] | None = None, *, sort: str = "id", paragraphs: int | None = SHOWN_PARAGRAPHS
    ) -> Iterator[Hit]:
        """Every hit, one at a time; see `Archive.scan`."""
        read = self.read(query, ids)
        return self._shown(read, paragraphs, self._found(read.plan, sort))

    def count(self, query: str, ids: str | Iterable[str] | None = None) -> int:
        """How many hits ``query`` has."""
        return self._engine.answer(Request(self.read(query, ids).plan, limit=0)).total

    def batch(self, questions: Iterable[str | Question], *, limit: int | None = 0, hits: bool = False) -> Iterator[BatchAnswer]:
        """The answers to many questions, one at a time; see `Archive.batch`."""
        from reftel.search.batch import numbered  # noqa: PLC0415 - as above

        _check_window(0, limit)
        return (self._answered(question, limit, hits=hits) for question in numbered(questions))

    def _answered(self, question: Question, limit: int | None, *, hits: bool) -> BatchAnswer:
        from reftel.search.batch import BatchAnswer, check_text  # noqa: PLC0415

        asked = question.line or 0, question.name and without_surrogates(question.name), without_surrogates(question.text)
        try:
            check_text(question.text)
            read = self.read(question.text)
            answer = self._engine.answer(Request(read.plan, limit=limit, shown=hits))
        except QueryError as error:
            return BatchAnswer(*asked, error=error.with_traceback(None))
        shown = tuple(self._shown(read, SHOWN_PARAGRAPHS, answer.found)) if hits else ()
        return BatchAnswer(*asked, read.printed, answer.total, tuple(found.key for found in answer.found), self._notes(read, answer.total), hits=shown)

    def keys(self, query: str, *, sort: str = "id", ids: str | Iterable[str] | None = None) -> Iterator[str]:
        """The key of every hit; see `Archive.keys`."""
        plan, order = self.read(query, ids).plan, parse_sort(sort)
        if order == "id":
            return self._engine.scan(plan)
        return (found.key for found in self._engine.answer(Request(plan, order, limit=None)).found)

    def matches(self, query: str, *, sort: str = "id", ids: str | Iterable[str] | None = None) -> Iterator[Hit]:
        """Every hit with all paragraphs that match, one at a time; see `Archive.matches`."""
        read = self.read(query, ids)
        found = (each._replace(score=0.0) for each in self._found(read.plan, sort))
        return self._maker.hits(read, found, Findings.matching)

    def highlights(self, query: str, cable: Cable) -> tuple[HitParagraph, ...]:
        """The paragraphs of one cable that have anything of ``query``, whether or not the whole of it holds."""
        return matching_paragraphs(cable, with_forms(self._engine, self.read(query).plan))

    def kwic(
        self, query: str, *, width: int = DEFAULT_WIDTH, sort: str = "id", ids: str | Iterable[str] | None = None
    ) -> Iterator[KwicLine]:
        """Every occurrence; see `Archive.kwic`."""
        from reftel.search.kwic import kwic_lines, parse_order, sort_lines  # noqa: PLC0415 - a plain search starts without it

        order = parse_order(sort)
        refuse_negative("the width", width=width)
        plan = self.read(query, ids).plan
        found = self._found(plan, "date" if order == "date" else "id")
        return iter(sort_lines(kwic_lines(self._engine, plan, found, width), order))

    def _found(self, plan: Node, sort: str) -> Iterator[Found]:
        """The keys of all hits with their scores: streamed in key order, where every score is 0, held in memory in another one."""
        if parse_sort(sort) == "id":
            return (Found(key, 0.0) for key in self._engine.scan(plan))
        return iter(self._engine.answer(Request(plan, parse_sort(sort), limit=None)).found)

    @property
    def desk(self) -> Desk:
        """What the tools of research ask: the engine, its records and this reader of queries."""
        return Desk(self._engine, self._records.load, self._records.several, read=self.read)

    def drill(self, query: str, facet: str, *, order: str = "count", narrow: bool = False) -> FacetTable:
        """A facet with the rest summed up, others nested in it; see `Archive.drill`."""
        from reftel.search.drilldown import facet_table, parse_order_of_buckets, split_levels  # noqa: PLC0415 - as above

        levels = [parse_facet(part) for part in split_levels(facet)]
        return facet_table(self.desk, query, levels, order=parse_order_of_buckets(order), narrow=narrow)

    def facets(self, query: str, names: str | Iterable[str], ids: str | Iterable[str] | None = None) -> dict[str, Top[Bucket]]:
        """The buckets of each facet over all hits; see `parse_facet`."""
        read = self.read(query, ids)
        return self._engine.answer(Request(read.plan, limit=0, facets=tuple(map(parse_facet, several(names))))).facets

    def explain(self, query: str) -> Explanation:
        """How ``query`` was read, with counts for each part of its plan."""
        read = self.read(query)
        return Explanation(read.printed, read.notes, _explained(self._engine, self._engine.explain(read.plan)))

    def _shown(self, read: ParsedQuery, paragraphs: int | None, found: Iterable[Found]) -> Iterator[Hit]:
        """Hits with at most so many paragraphs of them."""
        refuse_negative("the number of paragraphs", paragraphs=paragraphs)
        return self._maker.hits(read, found, lambda findings, number, record: findings.best(number, record, paragraphs))


def _check_window(offset: int, limit: int | None) -> None:
    if offset < 0 or (limit is not None and limit < 0):
        raise BadValueError("limit and offset must not be negative", text=f"limit={limit} offset={offset}", start=0)


def _explained(engine: Engine, count: NodeCount) -> ExplainedNode:
    children = tuple([_explained(engine, child) for child in count.children])
    forms = form_counts(engine, count.node)
    return ExplainedNode(describe(count.node), count.documents, count.milliseconds, count.way, count.node.origin, children, forms)


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
    if name == "relevance":
        return name
    if field is None or not field.sort:
        names = ["relevance", *(each.name for each in sort_fields())]
        hint = "the best hits come first: write relevance" if bare == "relevance" else _nearest(bare, names)
        raise BadValueError(f"cannot sort by '{text}'", text=text, start=0, end=len(text), hint=hint)
    return f"-{field.name}" if name.startswith("-") else field.name


def _nearest(name: str, names: list[str]) -> str:
    near = nearest(name, names)
    return f"did you mean '{near}'?" if near else "choose one of " + ", ".join(names)
