"""``reftel fields``."""

from __future__ import annotations

from typing import Any

import click

from reftel.cli.options import console, format_option, pager_option
from reftel.cli.paging import paged
from reftel.render.safe import json_text
from reftel.schema.fields import FIELDS, Field


def describe_field(field: Field) -> dict[str, Any]:
    """What a reader of the field table wants to know, as plain values."""
    return {
        "name": field.name,
        "aliases": list(field.aliases),
        "kind": field.kind,
        "help": field.help,
        "examples": list(field.examples),
        "default": field.default,
        "facet": field.facet,
        "sort": field.sort,
        "values": list(field.scale.names if field.scale else field.choices),
    }


@click.command("fields")
@format_option("table", "json")
@pager_option
def command(output_format: str, pager: bool) -> int:
    """List the fields that queries, facets and --sort can name."""
    if output_format == "json":
        click.echo(json_text([describe_field(field) for field in FIELDS], indent=2))
        return 0
    from rich.table import Table  # noqa: PLC0415 - rich is slow to load
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, padding=(0, 1), header_style="bold")
    for name in ("field", "kind", "use", "meaning", "example"):
        table.add_column(name, overflow="fold")
    for field in FIELDS:
        names = Text(field.name, style="bold").append("".join(f" {alias}" for alias in field.aliases), style="dim not bold")
        uses = [use for use, given in (("bare words", field.default), ("facet", field.facet), ("sort", field.sort)) if given]
        table.add_row(names, Text(field.kind), Text(", ".join(uses)), Text(field.help), Text(field.examples[0]))
    with paged(wanted=pager):
        console().print(table)
    return 0


