"""Facets for people (nested rows with bars) and for programs."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from reftel.render.bars import BAR, bar
from reftel.render.hits import csv_line
from reftel.render.safe import safe_line

if TYPE_CHECKING:
    from rich.console import Console

    from reftel.search.drilldown import FacetBucket, FacetTable

OTHERS = "(others)"
"""The value of the row of a CSV that sums up the rest."""

_WIDEST = 60


def to_dict(tables: Mapping[str, FacetTable]) -> dict[str, Any]:
    """``facets``: lists of buckets under the facets as they were asked for (without numbers), ``others``: what is not among them."""
    records = {"".join(name.split()): table.to_dict() for name, table in tables.items()}
    names = {name: ">".join(part.split(":")[0].lower() for part in name.split(">")) for name in records}
    return {
        "facets": {names[name]: record["buckets"] for name, record in records.items()},
        "others": {names[name]: record["others"] for name, record in records.items()},
    }


def render_csv(tables: Iterable[FacetTable], *, narrow: bool) -> Iterator[str]:
    """A line a value; facets and values that are nested are joined by ``>``."""
    yield csv_line(("facet", "value", "count", *(("query",) if narrow else ())))
    for table in tables:
        yield from _lines(table, (), (), narrow=narrow)


def _lines(table: FacetTable, facets: tuple[str, ...], values: tuple[str, ...], *, narrow: bool) -> Iterator[str]:
    facet = ">".join((*facets, table.facet))
    for bucket in table.buckets:
        yield csv_line((facet, ">".join((*values, bucket.value)), bucket.count, *((bucket.query,) if narrow else ())))
        if bucket.within:
            yield from _lines(bucket.within, (*facets, table.facet), (*values, bucket.value), narrow=narrow)
    if table.other_values:
        yield csv_line((facet, ">".join((*values, OTHERS)), table.other_count, *((None,) if narrow else ())))


def print_tables(console: Console, tables: Iterable[FacetTable], total: int) -> None:
    """A block a facet, a row a value, with a bar beside that of the largest row; then the total."""
    from rich.text import Text  # noqa: PLC0415 - rich is slow to load

    for table in tables:
        width = min(max((len(label) for label, _count, _query in _rows(table, 0)), default=0), _WIDEST)
        highest = max((count for _label, count, _query in _rows(table, 0)), default=0)
        digits = len(f"{highest:,}")
        console.print(Text(_path(table), style="bold"))
        for label, count, query in _rows(table, 0):
            line = Text(f" {label:<{width}}  {count:>{digits},}  ")
            line.append(bar(count, highest, BAR), style="dim")
            console.print(line, soft_wrap=True)
            if query:
                console.print(
                    Text(
                        f"    {' ' * (len(label) - len(label.lstrip()))}{safe_line(shlex.quote(query))}", style="cyan"
                    ),
                    soft_wrap=True,
                )
        console.print()
    console.print(Text(f"{total:,} cable{'' if total == 1 else 's'}", style="bold"))


def _path(table: FacetTable) -> str:
    first = next((bucket.within for bucket in table.buckets if bucket.within), None)
    return f"{table.facet} > {_path(first)}" if first else table.facet


def _rows(table: FacetTable, depth: int) -> Iterator[tuple[str, int, str | None]]:
    """Label, count and narrower query of every row, the nested ones indented below theirs."""
    for bucket in table.buckets:
        yield _label(bucket, depth), bucket.count, bucket.query
        if bucket.within:
            yield from _rows(bucket.within, depth + 1)
    if table.other_values:
        others = f"{table.other_values:,} other{'' if table.other_values == 1 else 's'}"
        yield f"{'  ' * depth}({others})", table.other_count, None


def _label(bucket: FacetBucket, depth: int) -> str:
    value = safe_line(bucket.value)
    return "  " * depth + (value if len(value) <= _WIDEST else value[: _WIDEST - 1] + "…")
