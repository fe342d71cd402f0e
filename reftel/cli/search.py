"""``reftel search QUERY``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

import reftel
from reftel.cli.options import (
    FORMATS,
    archive_option,
    completed,
    console,
    echo_lines,
    echo_notes,
    format_option,
    ids_option,
    notes_option,
    pager_option,
    query_argument,
    whole_number_or_all,
)
from reftel.cli.paging import paged
from reftel.cli.words import QueryCommand
from reftel.render import hits as render
from reftel.render import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reftel.search.results import Hit, Page

_LINES = {
    "jsonl": render.render_jsonl,
    "csv": render.render_csv,
    "ids": render.render_ids,
    "md": render.render_markdown,
}


@click.command("search", cls=QueryCommand)
@query_argument
@archive_option
@notes_option
@ids_option
@format_option(*FORMATS)
@click.option("--limit", "-n", metavar="N", type=click.IntRange(0), default=10, show_default=True, help="Hits shown; 0 for the total and the facets alone.")
@click.option("--offset", metavar="N", type=click.IntRange(0), default=0, show_default=True, help="Hits passed over first.")
@click.option(
    "--all", "everything", is_flag=True, help="Stream every hit, in order of key or by --sort, which holds the keys in memory; for every format but json."
)
@click.option(
    "--paragraphs", metavar="N", default="2", show_default=True, callback=whole_number_or_all, shell_complete=completed("paragraphs"),
    help="Paragraphs shown of each hit at most; those that add nothing are left out. all: every one that has words of the query, the best first.",
)
@click.option(
    "--sort",
    metavar="KEY",
    shell_complete=completed("order"),
    help="relevance, date, -date, id, from, class, prec, decl; - reverses.  [default: relevance; id with --all]",
)
@click.option(
    "--facet", "facets", multiple=True, metavar="FIELD[:N]", shell_complete=completed("facet"),
    help="Count all hits by this field, the N most frequent values (year:20, year:all); may be repeated.",
)
@pager_option
@click.pass_context
def command(
    context: click.Context,
    query: str,
    archive: str,
    notes: str | None,
    ids: list[str] | None,
    output_format: str,
    limit: int,
    offset: int,
    everything: bool,
    paragraphs: int | None,
    sort: str | None,
    facets: tuple[str, ...],
    pager: bool,
) -> int:
    """Find cables and show the one or two paragraphs of each that answer best, the matched words marked.

    A cable that was found otherwise says so: with the references asked for, the line of its head or the signature that has the words, or the
    fields it was found by. Several words need no quotes from the shell, but `"`, `*`, `>` and brackets do.

    \b
    reftel search '"Minsk Group" AND precedent'
    reftel search 'kosovo w/p precedent class:>=confidential date:2008' --facet from
    """
    opened = reftel.open(archive, notes=notes)
    if everything:
        _refuse_with_all(context, output_format)
        with paged(wanted=pager and output_format == "table"):
            return _stream(opened, query, ids, output_format, sort or "id", paragraphs)
    page = opened.search(query, facets=facets, sort=sort or "relevance", limit=limit, offset=offset, ids=ids, paragraphs=paragraphs)
    if output_format == "json":
        click.echo(render.render_json(page))
    elif output_format == "table":
        with paged(wanted=pager):
            _print_page(page)
    else:
        echo_lines(_LINES[output_format](page.hits))
        echo_notes(_left_out(page, output_format))
    if output_format != "json":
        echo_notes(page.notes)
    return 0 if page.total else 1


def _left_out(page: Page, output_format: str) -> Iterator[str]:
    """What a format that holds nothing but hits leaves out."""
    if len(page.hits) < page.total:
        yield f"{render.total_line(page)}; --limit and --offset show others, --all every one"
    if page.facets:
        yield f"--facet counts for table and json, {output_format} holds hits alone"


def _print_page(page: Page) -> None:
    if page.facets or not plain.suits(sys.stdout):
        from reftel.render.tables import print_page  # noqa: PLC0415 - rich is slow to load

        print_page(console(), page)
    else:
        print_hits(page.hits)
        click.echo(render.total_line(page))


def print_hits(hits: Iterable[Hit]) -> None:
    """Print hits for people."""
    if plain.suits(sys.stdout):
        for hit in hits:
            click.echo("\n".join(plain.hit_lines(hit)))
        return
    from reftel.render.tables import print_hit  # noqa: PLC0415 - rich is slow to load

    target = console()
    for hit in hits:
        print_hit(target, hit)


def _refuse_with_all(context: click.Context, output_format: str) -> None:
    given = [name for name in ("limit", "offset", "facets") if context.get_parameter_source(name) is ParameterSource.COMMANDLINE]
    if output_format == "json" or given:
        raise click.UsageError(
            "--all streams every hit: it goes with --format jsonl, csv, ids, md or table, without --limit, --offset and --facet"
        )


def _stream(opened: reftel.Archive, query: str, ids: list[str] | None, output_format: str, sort: str, paragraphs: int | None) -> int:
    page = opened.search(query, limit=0, ids=ids)
    echo_notes(page.notes)
    if output_format == "ids":
        echo_lines(render.render_ids(opened.keys(query, sort=sort, ids=ids)))
        return 0 if page.total else 1
    hits = opened.scan(query, sort=sort, ids=ids, paragraphs=paragraphs)
    if output_format == "table":
        print_hits(hits)
    else:
        echo_lines(_LINES[output_format](hits))
    return 0 if page.total else 1
