"""Hits by post and period, beside all cables that each post sent in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reftel.base.frozen import frozen
from reftel.search.plan import Request
from reftel.search.timeline import list_periods

if TYPE_CHECKING:
    from reftel.search.desk import Desk

MOST_MONTHS = 72
"""Columns up to which they are months; else years."""


@frozen(brief=True)
class HeatRow:
    """A post: its hits and all of its cables, one number a period of the map."""

    post: str
    hits: tuple[int, ...]
    cables: tuple[int, ...]


@frozen(brief=True)
class HeatMap:
    """Hits of ``query`` by post, those with most hits first, and by ``periods`` (``by`` month or year), the empty ones between included.

    ``left_out``: how many further posts there are.
    """

    query: str
    by: str
    total: int
    periods: tuple[str, ...]
    rows: tuple[HeatRow, ...]
    left_out: int

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        posts = [{"post": row.post, "hits": list(row.hits), "cables": list(row.cables)} for row in self.rows]
        return {"query": self.query, "by": self.by, "total": self.total, "periods": list(self.periods), "posts": posts, "left_out": self.left_out}

    def _repr_html_(self) -> str:
        from reftel.render.notebook import table  # noqa: PLC0415 - only a notebook asks

        rows = ((row.post, *(count or None for count in row.hits)) for row in self.rows)
        return table(f"{self.query}: {self.total:,} cables", ("post", *self.periods), rows)


def heat_map(desk: Desk, query: str, *, posts: int = 20) -> HeatMap:
    """The ``posts`` with most hits, by month, or by year where those are more than `MOST_MONTHS`."""
    read, everything = desk.read(query), desk.read("*")
    answer = desk.engine.answer(Request(read.plan, limit=0, facets=(("from", posts), ("month", None))))
    named, months = answer.facets["from"], [bucket.value for bucket in answer.facets["month"]]
    whole = list_periods(min(months), max(months)) if months else ()
    by = "month" if len(whole) <= MOST_MONTHS else "year"
    periods = whole if by == "month" else list_periods(whole[0][:4], whole[-1][:4])

    asked = [(root, (("from", each.value),)) for root in (read.plan, everything.plan) for each in named]
    tables = [{each.value: each.count for each in answer.facets[by]} for answer in desk.engine.facets_among(asked, by)]
    counts = [tuple(table.get(period, 0) for period in periods) for table in tables]
    rows = tuple(HeatRow(each.value, *pair) for each, pair in zip(named, zip(counts[: len(named)], counts[len(named) :], strict=True), strict=True))
    return HeatMap(read.printed, by, answer.total, periods, rows, named.left_out)
