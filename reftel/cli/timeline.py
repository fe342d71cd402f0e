"""``reftel timeline QUERY``."""

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
from reftel.cli.pictures import picture_options, write_pictures
from reftel.cli.words import QueryCommand
from reftel.render import timeline as render
from reftel.render.safe import json_text


@click.command("timeline", cls=QueryCommand)
@query_argument
@archive_option
@notes_option
@format_option("table", "json", "csv")
@click.option(
    "--by",
    type=click.Choice(("auto", "day", "month", "year")),
    default="auto",
    show_default=True,
    help="The periods to count by.",
)
@click.option("--compare", multiple=True, metavar="QUERY", shell_complete=completed("query"),
              help="A further query in the same picture; may be repeated.")  # fmt: skip
@picture_options
@pager_option
def command(
    query: str,
    archive: str,
    notes: str | None,
    output_format: str,
    by: str,
    compare: tuple[str, ...],
    svg: str | None,
    png: str | None,
    pager: bool,
) -> int:
    """Count the hits of a query by day, month or year; empty periods are shown as such.

    \b
    reftel timeline kosovo --by month
    reftel timeline kosovo --compare abkhazia --svg frozen.svg
    """
    opened = reftel.open(archive, notes=notes)
    lines = opened.timelines([query, *compare], by=by)
    if svg or png:
        from reftel.pictures import timeline  # noqa: PLC0415 - only to draw

        whole = opened.timeline("*", by=lines[0].by)
        write_pictures(lambda alone: timeline.svg_several(lines, alone=alone) if compare else timeline.svg(lines[0], whole, alone=alone), svg, png)
    if output_format == "json":
        click.echo(json_text({"by": lines[0].by, "timelines": [line.to_dict() for line in lines]}, indent=2))
    elif output_format == "csv":
        echo_lines(render.render_csv(lines))
    else:
        with paged(wanted=pager):
            render.print_timelines(console(), lines)
    if output_format != "json":
        echo_notes(note for line in lines for note in line.notes)
    return 0 if any(line.total for line in lines) else 1
