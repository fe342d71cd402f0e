"""Facets for people (nested rows with bars) and for programs."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from reftel.render.bars import aligned, cut_value
from reftel.render.hits import csv_line
from reftel.render.safe import safe_line

if TYPE_CHECKING:
    from rich.console import Console

    from reftel.search.drilldown import FacetBucket, FacetTable

OTHERS = "(others)"
"""The value of the row of a CSV that sums up the rest."""


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
        console.print(Text(_path(table), style="bold"))
        rows = list(_rows(table, 0))
        columns = aligned([(label, count) for label, count, _query in rows])
        for (label, _count, query), (text, row_bar) in zip(rows, columns, strict=True):
            console.print(Text(f" {text}").append(row_bar, style="dim"), soft_wrap=True)
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
    return "  " * depth + cut_value(safe_line(bucket.value))
