"""``reftel duplicates [QUERY]``."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import click

import reftel
from reftel.cli.options import archive_option, completed, console, echo_lines, format_option, notes_option, pager_option
from reftel.cli.paging import paged
from reftel.cli.progress import Tell, progress
from reftel.cli.words import QueryCommand
from reftel.render.hits import csv_line
from reftel.render.safe import json_text, safe_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reftel.search.neardup import Duplicate

_STAGES = {"read": "texts read", "compared": "pairs of texts compared"}
_COLUMNS = ("kind", "first", "second", "resemblance", "containment", "block", "text")


@click.command("duplicates", cls=QueryCommand)
@click.argument("query", nargs=-1, shell_complete=completed("query"))
@archive_option
@notes_option
@format_option("table", "json", "jsonl", "csv", "ids")
@click.option("--threshold", metavar="SHARE", type=click.FloatRange(0, 1, min_open=True), default=0.8, show_default=True,
              help="Share of eight-word runs in common from which texts are near copies.")  # fmt: skip
@click.option("--block", metavar="WORDS", type=click.IntRange(0), default=60, show_default=True,
              help="Words in a row from which a common block counts, 39 or more; 0 for no blocks.")  # fmt: skip
@pager_option
def command(
    query: tuple[str, ...], archive: str, notes: str | None, output_format: str, threshold: float, block: int, pager: bool) -> int:
    """Find texts that stand under two ids: the same text, near copies, one inside the other, quoted blocks.

    Among all cables, or the hits of a query. `--format ids` prints a pair a line.

    \b
    reftel duplicates
    reftel duplicates 'from:state date:2008' --threshold 0.6 --block 0
    """
    left_out: list[int] = []
    opened = reftel.open(archive, notes=notes)
    telling: Tell | None = None

    def how_far(stage: str, done: int, total: int) -> None:
        if telling is not None:
            telling(f"{done:,} of {total:,} {_STAGES[stage]}", done, total)

    found = opened.duplicates(" ".join(query) or "*", threshold=threshold, block=block, on_left_out=left_out.append, on_progress=how_far)
    with progress() as tell:
        telling = tell
        first = next(found, None)
        telling = None  # from here on pairs are printed
    pairs = found if first is None else itertools.chain([first], found)
    if output_format == "json":
        click.echo(json_text({"duplicates": [pair.to_dict() for pair in pairs], "runs_left_out": sum(left_out)}, indent=2))
    elif output_format == "table":
        from reftel.render.duplicates import print_pairs  # noqa: PLC0415 - rich is slow to load

        with paged(wanted=pager):
            print_pairs(console(), pairs)
    else:
        echo_lines(_lines(pairs, output_format))
    if left_out and output_format != "json":
        from reftel.search.neardup import COMMON  # noqa: PLC0415 - loads NumPy

        click.echo(f"note: {sum(left_out):,} runs of words that more than {COMMON} texts share were taken for set phrases", err=True)
    return 1 if first is None else 0


def _lines(pairs: Iterable[Duplicate], output_format: str) -> Iterator[str]:
    if output_format == "csv":
        yield csv_line(_COLUMNS)
    for pair in pairs:
        if output_format == "jsonl":
            yield json_text(pair.to_dict())
        elif output_format == "ids":
            yield safe_line(f"{pair.first} {pair.second}")
        else:
            yield csv_line([pair.to_dict()[name] for name in _COLUMNS])
