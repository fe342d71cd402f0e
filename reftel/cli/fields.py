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
    from reftel.render.fields import print_fields  # noqa: PLC0415 - rich is slow to load

    with paged(wanted=pager):
        print_fields(console(), FIELDS)
    return 0


