"""``reftel facets QUERY``."""

from __future__ import annotations

import click

import reftel
from reftel.cli.options import (
    archive_option,
    completed,
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
from reftel.render import facets as render
from reftel.render.safe import json_text
from reftel.schema.fields import facet_fields

_USUAL = ("year", "from", "class", "tags")


@click.command("facets", cls=QueryCommand)
@query_argument
@archive_option
@notes_option
@format_option("table", "json", "csv")
@click.option("--facet", "names", multiple=True, metavar="FIELD[:N]", shell_complete=completed("nested_facet"),
              help=f"Field to count by, with the number of values (year:20, year:all), others nested in each of its values behind > "
                   f"(year>from:5), up to four deep; may be repeated. "
                   f"Fields: {', '.join(f.name for f in facet_fields())}. [default: {', '.join(_USUAL)}]")  # fmt: skip
@click.option(
    "--order",
    type=click.Choice(("count", "value")),
    default="count",
    show_default=True,
    help="Order of the values shown.",
)
@click.option("--narrow", is_flag=True,
              help="Print with each value the query that gives exactly its hits, quoted for a shell. Where none does (a signer ROE is also found "
                   "in ROE SMITH), none is printed.")  # fmt: skip
@pager_option
def command(
    query: str, archive: str, notes: str | None, output_format: str, names: tuple[str, ...], order: str, narrow: bool, pager: bool) -> int:
    """Count the hits of a query by field values, over all hits. The query `'*'` counts the whole archive.

    What is not among the values shown is summed up in a row of its own, in CSV under the value `(others)`, in JSON under `others`; a hit
    with two of those values counts twice there.

    \b
    reftel facets kosovo --facet year:all --order value
    reftel facets kosovo --facet 'year>from:5' --narrow
    """
    opened = reftel.open(archive, notes=notes)
    page = opened.search(query, limit=0)
    tables = {name: opened.drill(query, name, order=order, narrow=narrow) for name in names or _USUAL}
    if output_format == "json":
        record = {"query": page.query, "total": page.total, "notes": list(page.notes)}
        click.echo(json_text(record | render.to_dict(tables), indent=2))
    elif output_format == "csv":
        echo_lines(render.render_csv(tables.values(), narrow=narrow))
    else:
        with paged(wanted=pager):
            render.print_tables(console(), tables.values(), page.total)
    if output_format != "json":
        echo_notes(page.notes)
    return 0 if page.total else 1
