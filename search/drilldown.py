"""Facets for drilling down: the rest summed up, facets in facets, and the query that narrows to each bucket."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

from reftel.base.frozen import frozen
from reftel.schema.errors import BadValueError, QueryError
from reftel.schema.fields import fields_by_name
from reftel.search.plan import Request
from reftel.search.query import tree
from reftel.search.query.lexer import READ_OTHERWISE
from reftel.search.query.parser import parse
from reftel.search.query.printer import print_tree
from reftel.search.query.types import type_of

if TYPE_CHECKING:
    from reftel.search.desk import Desk
    from reftel.search.plan import Bucket, Node
    from reftel.search.query import ParsedQuery

Order = Literal["count", "value"]

DEEPEST = 4
"""Facets that may be nested in each other."""


@frozen(brief=True)
class FacetBucket:
    """A value, its number of hits, and what is nested in it.

    ``query`` gives exactly these hits; ``None`` if it was not asked for, or where no query does.
    """

    value: str
    count: int
    query: str | None = None
    within: FacetTable | None = None

    def to_dict(self) -> dict[str, Any]:
        """The JSON form; ``query`` and ``within`` only where they are there."""
        more = {"query": self.query, "within": self.within.to_dict() if self.within else None}
        return {"value": self.value, "count": self.count} | {
            name: value for name, value in more.items() if value is not None
        }


@frozen(brief=True)
class FacetTable:
    """One facet over ``total`` hits.

    ``other_values``: how many values are not among ``buckets``; ``other_count``: the sum of their counts (a hit with two counts twice).
    """

    facet: str
    total: int
    buckets: tuple[FacetBucket, ...]
    other_values: int
    other_count: int

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "facet": self.facet,
            "total": self.total,
            "buckets": [bucket.to_dict() for bucket in self.buckets],
            "others": {"values": self.other_values, "count": self.other_count},
        }

    def _repr_html_(self) -> str:
        from reftel.render.notebook import table  # noqa: PLC0415 - only a notebook asks

        rest = [(f"({self.other_values:,} others)", self.other_count)] if self.other_values else []
        return table(f"{self.facet}: {self.total:,} cables", (self.facet, "cables"), (*_indented(self, 0), *rest))


def _indented(of: FacetTable, depth: int) -> Iterator[tuple[str, int]]:
    """Every value with its count, what is nested in it behind it."""
    for bucket in of.buckets:
        yield "\u2003" * depth + bucket.value, bucket.count
        if bucket.within:
            yield from _indented(bucket.within, depth + 1)
            if bucket.within.other_values:
                yield "\u2003" * (depth + 1) + f"({bucket.within.other_values:,} others)", bucket.within.other_count


Level = tuple[str, int | None]
"""A facet and the number of buckets to show, ``None`` for all."""


def parse_order_of_buckets(text: str) -> Order:
    """``count`` or ``value``; `BadValueError` for another."""
    if text not in get_args(Order):
        raise BadValueError(
            f"no order of buckets is '{text}'", text=text, start=0, end=len(text), hint="choose count or value"
        )
    return cast("Order", text)


def split_levels(text: str) -> list[str]:
    """The parts of a nested facet, the outermost first: ``"year:all > from:5"`` -> ``["year:all", "from:5"]``."""
    parts = [part.strip() for part in text.split(">")]
    if len(parts) > DEEPEST:
        raise BadValueError(
            f"{len(parts)} facets inside each other", text=text, start=0, end=len(text), hint=f"at most {DEEPEST}"
        )
    return parts


def facet_table(
    desk: Desk, query: str, levels: Sequence[Level], *, order: Order = "count", narrow: bool = False
) -> FacetTable:
    """The first of ``levels`` over all hits of ``query``, the others nested in each of its buckets."""
    return _Drill(desk, desk.read(query), tuple(levels), order, narrow=narrow).tables([()])[0]


class _Drill:
    """One query on its way down its facets."""

    def __init__(self, desk: Desk, read: ParsedQuery, levels: tuple[Level, ...], order: Order, *, narrow: bool) -> None:
        self._desk, self._read, self._levels, self._order, self._narrow = desk, read, levels, order, narrow

    def tables(self, chosen: Sequence[tuple[tuple[str, str], ...]]) -> list[FacetTable]:
        """The next facet among the hits that have these values, once for each choice of values."""
        if not chosen:
            return []
        name, limit = self._levels[len(chosen[0])]
        answers = self._desk.engine.facets_among([(self._read.plan, values) for values in chosen], name)
        shown = [self._ordered(answer.facets[name][:limit]) for answer in answers]  # the most frequent, whatever the order
        paths = [[(*values, (name, bucket.value)) for bucket in buckets] for values, buckets in zip(chosen, shown, strict=True)]
        deeper = len(chosen[0]) + 1 < len(self._levels)
        within = iter(self.tables([path for each in paths for path in each]) if deeper else itertools.repeat(None))
        made = [tuple(self._bucket(*pair, next(within)) for pair in zip(*each, strict=True)) for each in zip(shown, paths, strict=True)]
        rest = [answer.facets[name][len(buckets) :] for answer, buckets in zip(answers, shown, strict=True)]
        return [
            FacetTable(name, answer.total, buckets, len(others), sum(bucket.count for bucket in others))
            for answer, buckets, others in zip(answers, made, rest, strict=True)
        ]

    def _ordered(self, buckets: tuple[Bucket, ...]) -> tuple[Bucket, ...]:
        return tuple(sorted(buckets, key=lambda bucket: bucket.value)) if self._order == "value" else buckets

    def _bucket(self, bucket: Bucket, chosen: tuple[tuple[str, str], ...], within: FacetTable | None) -> FacetBucket:
        query = self._query(chosen, bucket.count) if self._narrow else None
        return FacetBucket(bucket.value, bucket.count, query, within)

    def _query(self, chosen: tuple[tuple[str, str], ...], count: int) -> str | None:
        """The narrower query, where it gives exactly ``count``: a name like ``ROE`` may also stand inside a longer one."""
        try:
            text = narrowed(self._read.tree, chosen)
            return text if _total(self._desk, self._desk.read(text).plan) == count else None
        except QueryError:
            return None


def narrowed(root: tree.Node, values: Sequence[tuple[str, str]]) -> str:
    """A query with fields added: ``("a OR b", [("year", "2008")])`` -> ``(a OR b) AND year:2008``.

    Raises `QueryError` for a value that its field cannot take.
    """
    written = ((field, type_of(fields_by_name()[field]).written(value)) for field, value in values)
    clauses = tuple(parse(f"{field}:{quote_value(value)}") for field, value in written)
    if isinstance(root, tree.Star):
        return print_tree(tree.And(clauses)) if len(clauses) > 1 else print_tree(clauses[0])
    first = root.children if isinstance(root, tree.And) else (root,)
    return print_tree(tree.And((*first, *clauses)))


def quote_value(value: str) -> str:
    """A field's value as a query writes it: ``"BAKU"`` -> ``BAKU``, ``"CLINTON, HILLARY"`` -> ``"CLINTON, HILLARY"``."""
    plain = value.replace("-", "").isalnum() and value.isascii() and value[0] != "-"
    return value if plain else f'"{READ_OTHERWISE.sub("?", value)}"'


def _total(desk: Desk, root: Node) -> int:
    return desk.engine.answer(Request(root, limit=0)).total
