"""``reftel similar ID``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

import reftel
from reftel.cli.options import (
    archive_option,
    completed,
    console,
    echo_lines,
    format_option,
    notes_option,
    one_id,
    pager_option,
)
from reftel.cli.paging import paged
from reftel.render.hits import csv_line
from reftel.render.safe import json_text, safe_line, safe_markdown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reftel.search.similar import SimilarCable

_SHOWN_WORDS = 8


@click.command("similar")
@click.argument("words", nargs=-1, required=True, metavar="ID", shell_complete=completed("ids"))
@archive_option
@notes_option
@format_option("table", "json", "jsonl", "csv", "ids", "md")
@click.option("--limit", "-n", metavar="N", type=click.IntRange(1), default=10, show_default=True, help="Cables shown.")
@click.option(
    "--query", default="*", metavar="QUERY", shell_complete=completed("query"), help="Only among the hits of this query."
)
@pager_option
def command(words: tuple[str, ...], archive: str, notes: str | None, output_format: str, limit: int, query: str, pager: bool) -> int:
    """The cables most like one, and the words that make them so.

    \b
    reftel similar 08BAKU123 --query '-from:baku'
    """
    cable_id = one_id(words)
    found = reftel.open(archive, notes=notes).similar(cable_id, query=query, limit=limit)
    if output_format == "json":
        click.echo(json_text({"id": cable_id, "similar": [each.to_dict() for each in found], "left_out": found.left_out}, indent=2))
    elif output_format == "table":
        with paged(wanted=pager):
            _print_table(found)
    else:
        echo_lines(_lines(found, output_format))
    if found.left_out and output_format != "json":
        click.echo(f"note: {len(found):,} cables shown, {found.left_out:,} more share a telling word", err=True)
    return 0 if found else 1


def _lines(found: Sequence[SimilarCable], output_format: str) -> Iterator[str]:
    if output_format == "csv":
        yield csv_line(("key", "score", "date", "from", "subject", "words"))
    for each in found:
        if output_format == "ids":
            yield safe_line(each.key)
        elif output_format == "jsonl":
            yield json_text(each.to_dict())
        elif output_format == "csv":
            yield csv_line((each.key, round(each.score, 4), each.cable.date, each.cable.post or each.cable.origin, each.cable.subject,
                            " ".join(term.word for term in each.terms)))  # fmt: skip
        else:
            yield f"- **{safe_markdown(each.key)}** {each.score:.2f} {safe_markdown(_head(each))}: {safe_markdown(_words(each))}"


def _head(similar: SimilarCable) -> str:
    cable = similar.cable
    return safe_line(
        "  ".join(filter(None, ((cable.date or "")[:10], cable.origin or cable.post, cable.subject or "(no subject)")))
    )


def _words(similar: SimilarCable) -> str:
    shown = [f"{term.word} {term.share:.2f}" for term in similar.terms[:_SHOWN_WORDS]]
    more = len(similar.terms) - len(shown)
    return safe_line(", ".join(shown) + (f" and {more} more" if more else ""))


def _print_table(found: Sequence[SimilarCable]) -> None:
    from reftel.render.console import print_hanging  # noqa: PLC0415 - rich is slow to load

    target = console()
    for each in found:
        print_hanging(target, f"{each.score:.2f}  {safe_line(each.key)}  {_head(each)}", style="bold")
        print_hanging(target, f"      {_words(each)}", style="dim")
    if not found:
        target.print("no cable shares its telling words")
