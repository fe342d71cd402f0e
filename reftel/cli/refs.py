"""``reftel refs ID``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

import reftel
from reftel.cli.completion import complete_ids, complete_query
from reftel.cli.options import archive_option, console, echo_lines, format_option, notes_option
from reftel.cli.streams import write_exactly
from reftel.render import refs as render
from reftel.render.graph import render_graph
from reftel.render.safe import json_text

if TYPE_CHECKING:
    from reftel.search.citations import Citations, Direction


@click.command("refs")
@click.argument("cable_id", metavar="[ID]", required=False, shell_complete=complete_ids)
@archive_option
@notes_option
@format_option("table", "json", "jsonl", "csv", "ids", "md")
@click.option(
    "--query",
    metavar="QUERY",
    shell_complete=complete_query,
    help="The graph of all hits of a query in place of one cable's.",
)
@click.option("--in", "incoming", is_flag=True, help="Only what cites it.")
@click.option("--out", "outgoing", is_flag=True, help="Only what it cites.")
@click.option(
    "--depth", type=click.IntRange(0, 20), metavar="N", help="Steps from the cable.  [default: 1; 0 with --query]"
)
@click.option("--graph", type=click.Choice(("dot", "graphml", "json")), help="Print the graph for another program.")
@click.option("--thread", is_flag=True, help="All cables of the graph in time order.")
def command(
    cable_id: str | None, archive: str, notes: str | None, output_format: str, query: str | None, incoming: bool, outgoing: bool, depth: int | None,
    graph: str | None, thread: bool,
) -> int:  # fmt: skip
    """What a cable cites and what cites it; the cables that are not in the archive are marked.

    Exit status 1: it cites nothing and nothing cites it.

    \b
    reftel refs 08BAKU123 --depth 3 --thread
    reftel refs --query 'kosovo date:2008' --graph graphml > kosovo.graphml
    """
    if (cable_id is None) == (query is None):
        raise click.UsageError("name one cable, or --query QUERY")
    direction = _direction(incoming=incoming, outgoing=outgoing, query=query)
    opened = reftel.open(archive, notes=notes)
    if query is not None:
        found = opened.citation_graph(query, depth=depth or 0, direction=direction)
    else:
        found = opened.citations(cable_id or "", depth=1 if depth is None else depth, direction=direction)
    _print(found, output_format, graph, thread=thread or query is not None)
    if found.cut:
        click.echo(f"note: the graph was cut at {len(found.cables):,} cables", err=True)
    return 0 if found.links or (query is not None and found.cables) else 1


def _direction(*, incoming: bool, outgoing: bool, query: str | None) -> Direction:
    if incoming == outgoing:
        return "out" if query is not None and not incoming else "both"
    return "in" if incoming else "out"


def _print(found: Citations, output_format: str, graph: str | None, *, thread: bool) -> None:
    if graph:
        write_exactly()
        click.echo(render_graph(found, graph))
    elif output_format == "json":
        click.echo(json_text(found.to_dict(), indent=2))
    elif output_format == "table":
        (render.print_thread if thread else render.print_citations)(console(), found)
    else:
        echo_lines(render.LINES[output_format](found))
