"""``reftel refs ID``."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    one_id,
    pager_option,
)
from reftel.cli.paging import paged
from reftel.cli.streams import write_exactly
from reftel.render import missing as render_missing
from reftel.render import refs as render
from reftel.render.graph import render_graph
from reftel.render.safe import json_text
from reftel.search.citations import MOST_CABLES

if TYPE_CHECKING:
    from reftel.search.citations import Citations, Direction
    from reftel.search.missing import Missing


@click.command("refs")
@click.argument("named", metavar="[ID]", nargs=-1, shell_complete=completed("cited"))
@archive_option
@notes_option
@format_option("table", "json", "jsonl", "csv", "ids", "md")
@click.option(
    "--query",
    metavar="QUERY",
    shell_complete=completed("query"),
    help="The graph of all hits of a query in place of one cable's.",
)
@click.option("--in", "incoming", is_flag=True, help="Only what cites it.")
@click.option("--out", "outgoing", is_flag=True, help="Only what it cites.")
@click.option(
    "--depth", type=click.IntRange(0, 20), metavar="N", help="Steps from the cable.  [default: 1; 0 with --query]"
)
@click.option("--graph", type=click.Choice(("dot", "graphml", "json")), help="Print the graph for another program.")
@click.option("--thread", is_flag=True, help="All cables of the graph in time order.")
@click.option(
    "--missing", is_flag=True, help="The cables that the hits of a query cite and the archive lacks, the most cited first; of all cables without a query."
)
@click.option(
    "--limit", "-n", metavar="N", type=click.IntRange(0), help=f"Cables at most.  [default: a graph's {MOST_CABLES:,}; all with --missing]"
)
@pager_option
def command(
    named: tuple[str, ...], archive: str, notes: str | None, output_format: str, query: str | None, incoming: bool, outgoing: bool, depth: int | None,
    graph: str | None, thread: bool, missing: bool, limit: int | None, pager: bool,
) -> int:  # fmt: skip
    """What a cable cites and what cites it; the cables that are not in the archive are marked.

    With --missing: what is cited and not there. What stands in place of the ID is then a query.

    Exit status 1: it cites nothing and nothing cites it; nothing is missing.

    \b
    reftel refs 08BAKU123 --depth 3 --thread
    reftel refs --query 'kosovo date:2008' --graph graphml > kosovo.graphml
    reftel refs --missing from:baku -n 20
    """
    if missing:
        _refuse_graph(incoming=incoming, outgoing=outgoing, depth=depth, graph=graph, thread=thread)
        wanted = _one_query(named, query)
        with paged(wanted=pager and output_format == "table"):
            return _print_missing(reftel.open(archive, notes=notes).missing(wanted, limit=limit), output_format)
    if bool(named) == (query is not None):
        raise click.UsageError("name one cable, or --query QUERY")
    cable_id = one_id(named) if named else ""
    most = MOST_CABLES if limit is None else max(limit, 1)
    direction = _direction(incoming=incoming, outgoing=outgoing, query=query)
    opened = reftel.open(archive, notes=notes)
    if query is not None:
        found = opened.citation_graph(query, depth=depth or 0, direction=direction, limit=most)
    else:
        found = opened.citations(cable_id, depth=1 if depth is None else depth, direction=direction, limit=most)
    with paged(wanted=pager and output_format == "table" and not graph):
        _print(found, output_format, graph, thread=thread or query is not None)
    if found.cut:
        click.echo(f"note: the graph was cut at {len(found.cables):,} cables, {found.left_out:,} or more are left out; --limit lets it grow", err=True)
    return 0 if found.links or (query is not None and found.cables) else 1


def _refuse_graph(**options: object) -> None:
    if any(value not in (None, False) for value in options.values()):
        raise click.UsageError("--missing lists cables; it goes without --in, --out, --depth, --graph and --thread")


def _one_query(named: tuple[str, ...], query: str | None) -> str:
    if named and query is not None:
        raise click.UsageError("give the query once: behind --missing, or with --query")
    return query if query is not None else " ".join(named) or "*"


def _print_missing(found: Missing, output_format: str) -> int:
    if output_format == "json":
        click.echo(json_text(found.to_dict(), indent=2))
    else:
        echo_lines(render_missing.LINES[output_format](found))
        echo_notes(found.notes)
    more = found.total - len(found.cables)
    if more and output_format not in ("json", "table"):
        click.echo(f"note: {len(found.cables):,} of {found.total:,} cables shown", err=True)
    return 0 if found.total else 1


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
