"""``reftel facets QUERY``."""

from __future__ import annotations

import click

import reftel
from reftel.cli.options import archive_option, console, echo_notes, format_option, query_argument
from reftel.render.hits import csv_line
from reftel.render.safe import json_text
from reftel.schema.fields import facet_fields

_USUAL = ("year", "from", "class", "tags")


@click.command("facets")
@query_argument
@archive_option
@format_option("table", "json", "csv")
@click.option("--facet", "names", multiple=True, metavar="FIELD[:N]",
              help=f"Field to count by, with the number of values (year:20, year:all); may be repeated. Fields: {', '.join(f.name for f in facet_fields())}. "
                   f"[default: {', '.join(_USUAL)}]")  # fmt: skip
def command(query: str, archive: str, output_format: str, names: tuple[str, ...]) -> int:
    """Count the hits of a query by field values, over all hits. The query '*' counts the whole archive."""
    page = reftel.open(archive).search(query, facets=names or _USUAL, limit=0)
    if output_format == "json":
        record = page.to_dict()
        click.echo(json_text({key: record[key] for key in ("query", "total", "notes", "facets")}, indent=2))
    elif output_format == "csv":
        click.echo(csv_line(("facet", "value", "count")))
        for name, buckets in page.facets.items():
            for bucket in buckets:
                click.echo(csv_line((name, bucket.value, bucket.count)))
    else:
        from reftel.render.tables import print_page  # noqa: PLC0415 - rich is slow to load

        print_page(console(), page)
    if output_format != "json":
        echo_notes(page.notes)
    return 0 if page.total else 1
