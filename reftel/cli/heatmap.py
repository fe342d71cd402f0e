"""``reftel heatmap QUERY``."""

from __future__ import annotations

import click

import reftel
from reftel.cli.options import archive_option, echo_notes, notes_option, query_argument
from reftel.cli.pictures import echo_table, picture_options, write_pictures
from reftel.cli.words import QueryCommand


@click.command("heatmap", cls=QueryCommand)
@query_argument
@archive_option
@notes_option
@click.option("--posts", type=click.IntRange(1, 100), default=20, show_default=True, help="Posts to show, those with most hits first.")
@picture_options
def command(query: str, archive: str, notes: str | None, posts: int, svg: str | None, png: str | None) -> int:
    """Print as CSV, or draw, what share of each post's cables of each month are hits; by year where there are many months.

    \b
    reftel heatmap kosovo --svg kosovo.svg
    reftel heatmap kosovo --posts 50 > kosovo.csv
    """
    from reftel.pictures import heatmap  # noqa: PLC0415 - only to draw

    heat = reftel.open(archive, notes=notes).heat_map(query, posts=posts)
    if not write_pictures(lambda alone: heatmap.svg(heat, alone=alone), svg, png):
        echo_table(heatmap.heads(heat), ((*row[:-1], round(row[-1], 4)) for row in heatmap.rows(heat)))
    if heat.left_out:
        echo_notes([f"{heat.left_out:,} further posts are left out; see --posts"])
    return 0 if heat.total else 1
