"""``reftel explain QUERY``."""

from __future__ import annotations

import click

import reftel
from reftel.cli.options import archive_option, console, format_option, notes_option, query_argument
from reftel.cli.words import QueryCommand
from reftel.render.safe import json_text


@click.command("explain", cls=QueryCommand)
@query_argument
@archive_option
@notes_option
@format_option("table", "json")
def command(query: str, archive: str, notes: str | None, output_format: str) -> int:
    """Show how a query was read: as printed back, and its plan with the number of cables for each part, the way they were found and its time."""
    explanation = reftel.open(archive, notes=notes).explain(query)
    if output_format == "json":
        click.echo(json_text(explanation.to_dict(), indent=2))
        return 0
    from reftel.render.explanation import print_explanation  # noqa: PLC0415 - rich is slow to load

    print_explanation(console(), explanation)
    return 0
