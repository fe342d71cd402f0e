"""Hits over time: how many cables a day, month or year, with the empty ones between."""

from __future__ import annotations

import collections
import dataclasses
import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

from reftel.base.frozen import frozen
from reftel.schema.errors import BadValueError
from reftel.search.plan import Answer, Bucket, Node, Request

if TYPE_CHECKING:
    from reftel.search.desk import Desk
    from reftel.search.query.read import ParsedQuery

Grain = Literal["day", "month", "year"]
By = Literal["day", "month", "year", "auto"]

MOST_PERIODS = 40_000
"""Rows of a timeline: a century of days."""

_MOST_DAYS = 92  # rows up to which auto takes days
_EPOCH = datetime.datetime(1970, 1, 1)  # naive arithmetic: all of it is UTC


@frozen(brief=True)
class Timeline:
    """Hits of ``query`` by period: ``2008-02-13``, ``2008-02`` or ``2008``, in time order, the empty ones between included.

    ``undated``: hits without a date. ``coarse``: hits whose date is known less exactly than ``by``. The periods' counts, ``undated`` and
    ``coarse`` add up to ``total``.
    """

    query: str
    by: Grain
    total: int
    undated: int
    coarse: int
    notes: tuple[str, ...]
    periods: tuple[Bucket, ...]

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "query": self.query,
            "by": self.by,
            "total": self.total,
            "undated": self.undated,
            "coarse": self.coarse,
            "notes": list(self.notes),
            "periods": [dataclasses.asdict(period) for period in self.periods],
        }

    def _repr_html_(self) -> str:
        from reftel.render.notebook import table  # noqa: PLC0415 - only a notebook asks

        rest = (("undated", self.undated), (f"{self.by} not known", self.coarse))
        periods = ((period.value, period.count) for period in self.periods)
        return table(f"{self.query}: {self.total:,} cables", (self.by, "cables"), (*periods, *(each for each in rest if each[1])))


def timelines(desk: Desk, queries: Sequence[str], by: str, most: int) -> tuple[Timeline, ...]:
    """A timeline a query, all with the same periods. ``auto``: days up to three months, months up to ``most`` of them, else years."""
    if by not in get_args(By):
        raise BadValueError(f"no timeline by '{by}'", text=by, start=0, hint="choose day, month, year or auto")
    read = [desk.read(query) for query in queries]
    facets = (("year", None), ("month", None)) if by in ("auto", "month") else (("year", None),)
    answers = [desk.engine.answer(Request(parsed.plan, limit=0, facets=facets)) for parsed in read]
    grain = cast("Grain", _grain(answers, most) if by == "auto" else by)
    counted = [
        _days(desk, parsed.plan) if grain == "day" else {bucket.value: bucket.count for bucket in answer.facets[grain]}
        for parsed, answer in zip(read, answers, strict=True)
    ]
    named = [period for counts in counted for period in counts]
    periods = list_periods(min(named), max(named)) if named else ()
    return tuple(
        _timeline(parsed, grain, answer, counts, periods) for parsed, answer, counts in zip(read, answers, counted, strict=True)
    )


def _timeline(read: ParsedQuery, grain: Grain, answer: Answer, counts: dict[str, int], periods: Sequence[str]) -> Timeline:
    dated = sum(bucket.count for bucket in answer.facets["year"])
    filled = tuple(Bucket(period, counts.get(period, 0)) for period in periods)
    return Timeline(read.printed, grain, answer.total, answer.total - dated, dated - sum(counts.values()), read.notes, filled)


def _days(desk: Desk, root: Node) -> dict[str, int]:
    counts: collections.Counter[str] = collections.Counter()
    for key, minutes in desk.engine.numbers(root, "date"):
        moment = _EPOCH + datetime.timedelta(minutes=minutes)
        # A date known to the month or year stands at its first midnight; only the record says whether it is one.
        may_be_coarse = moment.day == 1 and moment.hour == moment.minute == 0
        if not (may_be_coarse and desk.load(key).date_precision in ("month", "year")):
            counts[moment.date().isoformat()] += 1
    return dict(counts)


def _grain(answers: Sequence[Answer], most: int) -> str:
    months = [bucket.value for answer in answers for bucket in answer.facets["month"]]
    if not months:
        return "year"
    count = len(list_periods(min(months), max(months)))
    return "day" if count * 30 <= min(_MOST_DAYS, most) else "month" if count <= most else "year"


def list_periods(first: str, last: str) -> tuple[str, ...]:
    """Every period from ``first`` to ``last``: ``("2008-11", "2009-01")`` -> 2008-11, 2008-12, 2009-01. `BadValueError` for too many."""
    names = {4: _years, 7: _months, 10: _days_between}[len(first)](first, last)
    if len(names) > MOST_PERIODS:
        raise BadValueError(
            f"from {first} to {last} are {len(names):,} rows",
            text=first,
            start=0,
            hint="choose month or year, or narrow the query",
        )
    return names


def _years(first: str, last: str) -> tuple[str, ...]:
    return tuple(f"{year:04}" for year in range(int(first), int(last) + 1))


def _months(first: str, last: str) -> tuple[str, ...]:
    start, end = (int(text[:4]) * 12 + int(text[5:]) - 1 for text in (first, last))
    return tuple(f"{number // 12:04}-{number % 12 + 1:02}" for number in range(start, end + 1))


def _days_between(first: str, last: str) -> tuple[str, ...]:
    start, end = datetime.date.fromisoformat(first), datetime.date.fromisoformat(last)
    return tuple((start + datetime.timedelta(days=number)).isoformat() for number in range((end - start).days + 1))
