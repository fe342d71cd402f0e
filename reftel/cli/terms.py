"""``reftel terms QUERY``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

import reftel
from reftel.cli.options import (
    archive_option,
    console,
    echo_lines,
    echo_notes,
    format_option,
    notes_option,
    pager_option,
    query_argument,
)
from reftel.cli.paging import paged
from reftel.cli.words import QueryCommand
from reftel.render.hits import csv_line
from reftel.render.safe import json_text, safe_markdown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reftel.search.terms import SignificantTerm


@click.command("terms", cls=QueryCommand)
@query_argument
@archive_option
@notes_option
@format_option("table", "json", "jsonl", "csv", "md")
@click.option("--limit", "-n", metavar="N", type=click.IntRange(1), default=20, show_default=True, help="Words shown.")
@pager_option
def command(query: str, archive: str, notes: str | None, output_format: str, limit: int, pager: bool) -> int:
    """The words that the hits of a query hold significantly more often than the rest of the archive.

    \b
    reftel terms 'from:baku date:2008'
    """
    found = reftel.open(archive, notes=notes).terms(query, limit=limit)
    if output_format == "json":
        click.echo(json_text(found.to_dict(), indent=2))
    elif output_format == "table":
        from reftel.render.terms import print_terms  # noqa: PLC0415 - rich is slow to load

        with paged(wanted=pager):
            print_terms(console(), found)
    else:
        echo_lines(_lines(found.terms, output_format))
    if output_format != "json":
        echo_notes(found.notes)
        if found.left_out:
            click.echo(f"note: {len(found.terms):,} words shown, {found.left_out:,} more are significant", err=True)
    return 0 if found.total else 1


def _lines(terms: tuple[SignificantTerm, ...], output_format: str) -> Iterator[str]:
    if output_format == "jsonl":
        yield from (json_text(term.to_dict()) for term in terms)
        return
    names = ("word", "hits", "cables", "score")
    if output_format == "md":
        yield "| word | hits | cables | score |\n|---|---|---|---|"
        yield from (
            f"| {safe_markdown(term.word)} | {term.hits} | {term.cables} | {term.score:.1f} |" for term in terms
        )
    else:
        yield csv_line(names)
        yield from (csv_line(term.to_dict().values()) for term in terms)
