"""``reftel stats``."""

from __future__ import annotations

import click

import reftel
from reftel.cli.options import archive_option, console, format_option
from reftel.render.paths import relative_name
from reftel.render.safe import json_text, safe_line


@click.command("stats")
@archive_option
@format_option("table", "json")
def command(archive: str, output_format: str) -> int:
    """What an archive holds: cables, dates, sources, duplicates, size on disk."""
    record = reftel.open(archive).stats()
    if output_format == "json":
        click.echo(json_text(record, indent=2))
        return 0
    from rich.table import Table  # noqa: PLC0415 - rich is slow to load
    from rich.text import Text  # noqa: PLC0415

    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in record.items():
        table.add_row(Text(name.replace("_", " ")), Text(safe_line(_shown(value))))
    console().print(table)
    return 0


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_shown(count)}" for name, count in value.items()) or "none"
    if isinstance(value, list):
        return ", ".join(map(_shown, value)) or "none"
    return f"{value:,}" if isinstance(value, int) else "none" if value is None else relative_name(str(value))
