"""``reftel count QUERY``."""

from __future__ import annotations

import click

import reftel
from reftel.cli.options import archive_option, echo_notes, format_option, ids_option, notes_option, query_argument
from reftel.cli.words import QueryCommand
from reftel.render.safe import json_text


@click.command("count", cls=QueryCommand)
@query_argument
@archive_option
@notes_option
@ids_option
@format_option("table", "json")
def command(query: str, archive: str, notes: str | None, ids: list[str] | None, output_format: str) -> int:
    """Print how many cables a query finds, and nothing else. Exit status 1: none.

    \b
    reftel count 'minsk class:>=secret'
    """
    page = reftel.open(archive, notes=notes).search(query, limit=0, ids=ids)
    if output_format == "json":
        click.echo(json_text({"query": page.query, "total": page.total, "notes": list(page.notes)}, indent=2))
    else:
        click.echo(page.total)
        echo_notes(page.notes)
    return 0 if page.total else 1
