"""``reftel stats``."""

from __future__ import annotations

import click

import reftel
from reftel.cli.options import archive_option, console, format_option
from reftel.render.safe import json_text


@click.command("stats")
@archive_option
@format_option("table", "json")
def command(archive: str, output_format: str) -> int:
    """What an archive holds: cables, dates, sources, duplicates, size on disk."""
    record = reftel.open(archive).stats()
    if output_format == "json":
        click.echo(json_text(record, indent=2))
        return 0
    from reftel.render.stats import print_stats  # noqa: PLC0415 - rich is slow to load

    print_stats(console(), record)
    return 0
