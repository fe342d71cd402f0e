"""``reftel export QUERY``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import reftel
from reftel.cli.options import archive_option, completed, echo_notes, ids_option, notes_option, query_argument
from reftel.cli.words import QueryCommand
from reftel.render.export import FORMATS, write_export, write_hits
from reftel.render.paths import shown_name

if TYPE_CHECKING:
    from reftel.search.results import Hit

_EVERY = 1000
"""Cables between two steps of the progress bar."""


@click.command("export", cls=QueryCommand)
@query_argument
@archive_option
@notes_option
@ids_option
@click.option(
    "--format",
    "-f",
    "output_format",
    type=click.Choice(FORMATS),
    default="csv",
    show_default=True,
    help="What is written.",
)
@click.option(
    "--out",
    "-o",
    metavar="FILE",
    type=click.Path(dir_okay=False, allow_dash=True),
    help="File to write, whole or not at all; - is standard output. [default: -]",
)
@click.option(
    "--sort",
    default="id",
    show_default=True,
    metavar="KEY",
    shell_complete=completed("sort"),
    help="Order of the cables: id, which takes constant memory, or date, -date, from …, which hold the keys of all hits in memory; ties by key.",
)
@click.option("--bom", is_flag=True, help="Begin a CSV with a byte order mark, so that Excel reads it as UTF-8.")
def command(
    query: str,
    archive: str,
    notes: str | None,
    ids: list[str] | None,
    output_format: str,
    out: str | None,
    sort: str,
    bom: bool,
) -> int:
    """Write every hit with all paragraphs that match, for a spreadsheet, a bibliography or footnotes. Exit status 1: no hits.

    \b
    reftel export 'para:(mark:S "Minsk Group" precedent) date:2008' --format csv --bom --out minsk.csv
    reftel export mine:chapter-3 --format footnotes --sort date
    """
    opened = reftel.open(archive, notes=notes)
    page = opened.search(query, limit=0, ids=ids)
    echo_notes(page.notes)
    hits = opened.keys(query, sort=sort, ids=ids) if output_format == "ids" else opened.matches(query, sort=sort, ids=ids)
    if out in (None, "-"):
        if output_format == "zip" and sys.stdout.isatty():
            raise click.UsageError(
                "a zip file is nothing for a terminal: name a file with --out, or send the output into one"
            )
        write_hits(hits, sys.stdout.buffer, output_format, bom=bom)
        sys.stdout.buffer.flush()
    else:
        _write(hits, page.total, Path(out), output_format, bom=bom)
    return 0 if page.total else 1


def _write(hits: Iterable[Hit] | Iterable[str], total: int, path: Path, output_format: str, *, bom: bool) -> None:
    count = write_export(_with_progress(hits, total), path, output_format, bom=bom)
    click.echo(f"{count:,} cable{'' if count == 1 else 's'} written to {shown_name(str(path))}", err=True)


def _with_progress(hits: Iterable[Hit] | Iterable[str], total: int) -> Iterator[Any]:
    """The hits, with a bar on standard error while they are written, if that is a terminal."""
    if not sys.stderr.isatty() or total < _EVERY:
        yield from hits
        return
    with click.progressbar(length=total, label="writing", file=sys.stderr, update_min_steps=_EVERY) as bar:
        for hit in hits:
            yield hit
            bar.update(1)
