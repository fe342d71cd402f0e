"""Timelines: a bar chart of text, and a picture drawn with matplotlib."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reftel.render.bars import bar
from reftel.render.hits import csv_line
from reftel.render.output import written_whole
from reftel.render.safe import safe_line
from reftel.schema.errors import ReftelError
from reftel.search.timeline import days_in, first_day

if TYPE_CHECKING:
    from rich.console import Console

    from reftel.search.timeline import Timeline

_BAR, _BARS = 50, 24
"""Cells of the longest bar, of one timeline and of several side by side."""


class PlotError(ReftelError):
    """matplotlib is not installed."""

    exit_code = 2


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


def draw(lines: Sequence[Timeline], path: str, form: str) -> None:
    """Draw to a file, ``form`` svg or png: bars for one query, lines for several. `PlotError` without matplotlib, `OutputError`."""
    try:
        import matplotlib as mpl  # noqa: PLC0415 - an optional extra
        from matplotlib.figure import Figure  # noqa: PLC0415
    except ImportError as error:
        raise PlotError(f"--{form} needs matplotlib: pip install 'reftel[plot]'") from error
    with mpl.rc_context({"svg.hashsalt": "reftel", "svg.fonttype": "none"}), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a query in letters that the font lacks is drawn with boxes
        figure = Figure(figsize=(10, 4.5), layout="constrained")
        _fill(figure.add_subplot(), lines)
        with written_whole(Path(path)) as file:
            figure.savefig(file, format=form, dpi=150, metadata={"Date": None} if form == "svg" else None)


def _fill(axes: Any, lines: Sequence[Timeline]) -> None:
    places, widths = _places(lines[0])
    for line in lines:
        counts = [period.count for period in line.periods]
        if len(lines) == 1:
            axes.bar(places, counts, width=widths, align="edge", color="#1f4e79")
        else:
            axes.plot(places, counts, marker="o", markersize=3, label=_label(line))
    _text(axes.set_title(_label(lines[0]) if len(lines) == 1 else ""))
    axes.set_ylabel(f"cables a {lines[0].by}")
    axes.set_ylim(bottom=0)
    axes.yaxis.get_major_locator().set_params(integer=True)
    if lines[0].by == "year":
        axes.xaxis.get_major_locator().set_params(integer=True)
    axes.spines[["top", "right"]].set_visible(False)
    if len(lines) > 1:
        for text in axes.legend(frameon=False).get_texts():
            _text(text)


def _places(line: Timeline) -> tuple[list[Any], list[float]]:
    """Where the periods stand on the axis and how wide they are there: numbers for years, dates and days else."""
    if line.by == "year":
        return [int(period.value) for period in line.periods], [0.9] * len(line.periods)
    return [first_day(period.value) for period in line.periods], [
        days_in(period.value) * 0.9 for period in line.periods
    ]


def _label(line: Timeline) -> str:
    # A label that begins with "_" is left out of a legend.
    return ("\u200b" if line.query.startswith("_") else "") + safe_line(summary(line, named=True))


def _text(text: Any) -> None:
    """A dollar sign in a query starts no formula."""
    text.set_parse_math(False)
