"""``reftel kwic QUERY``."""

from __future__ import annotations

import itertools
import shutil
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

import reftel
from reftel.cli.options import (
    archive_option,
    echo_lines,
    echo_notes,
    format_option,
    ids_option,
    notes_option,
    pager_option,
    query_argument,
)
from reftel.cli.paging import paged
from reftel.cli.words import QueryCommand
from reftel.render.hits import csv_line
from reftel.render.safe import json_text, safe_line, safe_text

if TYPE_CHECKING:
    from reftel.search.kwic import KwicLine

_COLUMNS = ("key", "date", "paragraph", "mark", "left", "keyword", "right")
_WIDTH, _NARROWEST = 40, 10
_ORDERS = ("id", "date", "left", "right")


@click.command("kwic", cls=QueryCommand)
@query_argument
@archive_option
@notes_option
@ids_option
@format_option("table", "jsonl", "csv")
@click.option(
    "--width",
    "-w",
    metavar="N",
    type=click.IntRange(0, 1000),
    help="Characters of context on each side.  [default: 40, on a terminal as many as fit]",
)
@click.option(
    "--sort",
    type=click.Choice(_ORDERS),
    default="id",
    show_default=True,
    help="By cable, by date, or by the words before or behind the keyword.",
)
@click.option("--limit", "-n", metavar="N", type=click.IntRange(0), default=100, show_default=True, help="Lines shown.")
@click.option("--all", "everything", is_flag=True, help="Every line.")
@pager_option
def command(
    query: str,
    archive: str,
    notes: str | None,
    ids: list[str] | None,
    output_format: str,
    width: int | None,
    sort: str,
    limit: int,
    everything: bool,
    pager: bool,
) -> int:
    """Show every occurrence of the query's words in its context, one line each. Exit status 1: none.

    \b
    reftel kwic 'precedent class:>=secret' --width 60 --sort right
    """
    opened = reftel.open(archive, notes=notes)
    page = opened.search(query, limit=0, ids=ids)
    echo_notes(page.notes)
    lines = iter(opened.kwic(query, width=_WIDTH if width is None else width, sort=sort, ids=ids))
    shown = lines if everything else itertools.islice(lines, min(limit, sys.maxsize))
    with paged(wanted=pager and output_format == "table"):
        count = _print(shown, output_format, width)
    if next(lines, None) is not None:
        click.echo(f"note: only the first {count:,} lines are shown; --all shows every one", err=True)
    if page.total and not count and limit:
        click.echo(f"note: no word of the query stands in a paragraph of the cables found ({page.total:,})", err=True)
    return 0 if count else 1


def _print(lines: Iterable[KwicLine], output_format: str, width: int | None) -> int:
    counted = itertools.count()
    passed = (line for line, _number in zip(lines, counted, strict=False))
    if output_format == "table":
        echo_lines(_aligned(list(passed), width))
    elif output_format == "jsonl":
        echo_lines(json_text(line.to_dict()) for line in passed)
    else:
        echo_lines([csv_line(_COLUMNS)])
        echo_lines(
            csv_line((line.key, line.date, line.number, line.mark, line.left, line.keyword, line.right))
            for line in passed
        )
    return next(counted)


def _aligned(lines: list[KwicLine], width: int | None) -> Iterator[str]:
    """Key, day, paragraph and mark in columns, then the keyword below the one above.

    With a ``width`` of ``None`` as much context as a terminal has room for.
    """
    heads = [(safe_line(line.key), (line.date or "")[:10], _place(line)) for line in lines]
    sizes = [max(map(len, column), default=0) for column in zip(*heads, strict=True)]
    side = _WIDTH if width is None else width
    if width is None and sys.stdout.isatty():
        longest = max((len(line.keyword) for line in lines), default=0)
        side = max(min(side, (shutil.get_terminal_size().columns - sum(sizes) - 2 * len(sizes) - longest) // 2), _NARROWEST)
    for line, head in zip(lines, heads, strict=True):
        cells = "  ".join(cell.ljust(size) for cell, size in zip(head, sizes, strict=True))
        keyword = click.style(safe_text(line.keyword), fg="yellow", bold=True)
        yield f"{cells}  {safe_text(line.left)[-side:].rjust(side) if side else ''}{keyword}{safe_text(line.right)[:side]}".rstrip()


def _place(line: KwicLine) -> str:
    number = f"¶{line.number}" if line.number is not None else "¶"
    return f"{number} ({safe_line(line.mark)})" if line.mark else number
