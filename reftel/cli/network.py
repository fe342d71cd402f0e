"""``reftel network QUERY``."""

from __future__ import annotations

import click

import reftel
from reftel.cli.options import archive_option, notes_option, query_argument
from reftel.cli.pictures import echo_table, picture_options, write_pictures
from reftel.cli.words import QueryCommand
from reftel.schema.identifiers import named_cable


@click.command("network", cls=QueryCommand)
@query_argument
@archive_option
@notes_option
@click.option("--depth", type=click.IntRange(0, 5), default=1, show_default=True, help="Steps along citations.")
@picture_options
def command(query: str, archive: str, notes: str | None, depth: int, svg: str | None, png: str | None) -> int:
    """Print as CSV, or draw, who cites whom: around a cable, if the query is an id, or among the hits of a query.

    From hits it goes to what they cite; from a cable also to what cites it.

    \b
    reftel network 08STATE12345 --depth 2 --svg around.svg
    reftel network 'kosovo date:2008-02' --svg kosovo.svg
    """
    from reftel.pictures import network  # noqa: PLC0415 - only to draw

    opened = reftel.open(archive, notes=notes)
    around = named_cable(query)
    graph = opened.citations(around, depth=depth) if around else opened.citation_graph(query, depth=depth)
    if not write_pictures(lambda alone: network.svg(graph, alone=alone), svg, png):
        echo_table(network.HEADS, network.rows(graph))
    return 0 if network.rows(graph) else 1
