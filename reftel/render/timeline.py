"""Timelines: a bar chart of text, and their table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from reftel.render.bars import bar
from reftel.render.hits import csv_line
from reftel.render.safe import safe_line

if TYPE_CHECKING:
    from rich.console import Console

    from reftel.search.timeline import Timeline

_BAR, _BARS = 50, 24
"""Cells of the longest bar, of one timeline and of several side by side."""


def render_csv(lines: Sequence[Timeline]) -> Iterator[str]:
    """A line a query and period, the queries one after the other; the hits without a place in the picture as ``undated`` and ``coarse``."""
    yield csv_line(("query", "period", "count"))
    for line in lines:
        for period in line.periods:
            yield csv_line((line.query, period.value, period.count))
        for name, count in (("undated", line.undated), ("coarse", line.coarse)):
            if count:
                yield csv_line((line.query, name, count))


def print_timelines(console: Console, lines: Sequence[Timeline]) -> None:
    """A row a period, a bar a query, then what the bars leave out."""
    from rich.table import Table  # noqa: PLC0415 - rich is slow to load
    from rich.text import Text  # noqa: PLC0415

    highest = max((period.count for line in lines for period in line.periods), default=0)
    width = _BAR if len(lines) == 1 else _BARS
    table = Table(box=None, padding=(0, 1), show_header=len(lines) > 1, header_style="bold")
    table.add_column("", no_wrap=True)
    for line in lines:
        table.add_column("", justify="right", no_wrap=True)
        table.add_column(Text(safe_line(line.query)), no_wrap=True, overflow="ellipsis", min_width=min(width, 12))
    for row, period in enumerate(lines[0].periods):
        counts = [line.periods[row].count for line in lines]
        cells = [cell for count in counts for cell in (f"{count:,}", bar(count, highest, width))]
        table.add_row(period.value, *map(Text, cells))
    console.print(table)
    for line in lines:
        console.print(Text(safe_line(summary(line, named=len(lines) > 1)), style="bold"))


def summary(line: Timeline, *, named: bool) -> str:
    """How many hits there are, and how many of them have no place in the picture."""
    parts = [f"{line.query}: {_cables(line.total)}" if named else _cables(line.total)]
    if line.undated:
        parts.append(f"{line.undated:,} without a date")
    if line.coarse:
        parts.append(f"{line.coarse:,} whose {line.by} is not known")
    return ", ".join(parts)


def _cables(count: int) -> str:
    return f"{count:,} cable{'' if count == 1 else 's'}"
