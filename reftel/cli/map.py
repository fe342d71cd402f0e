"""``reftel map QUERY``."""

from __future__ import annotations

import click

import reftel
from reftel.cli.options import archive_option, echo_notes, notes_option, query_argument
from reftel.cli.pictures import echo_table, picture_options, write_pictures
from reftel.cli.words import QueryCommand


@click.command("map", cls=QueryCommand)
@query_argument
@archive_option
@notes_option
@picture_options
def command(query: str, archive: str, notes: str | None, svg: str | None, png: str | None) -> int:
    """Print as CSV, or draw on a map, how many hits each post sent.

    \b
    reftel map kosovo --svg kosovo.svg
    """
    from reftel.pictures import map as picture  # noqa: PLC0415 - only to draw

    page = reftel.open(archive, notes=notes).search(query, facets="from:all", limit=0)
    if not write_pictures(lambda alone: picture.svg(page.query, page.facets["from"], total=page.total, alone=alone), svg, png):
        echo_table(picture.HEADS, picture.rows(page.facets["from"]))
    echo_notes(page.notes)
    return 0 if page.total else 1
