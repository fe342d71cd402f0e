"""``reftel show ID``."""

from __future__ import annotations

import dataclasses
import difflib
import itertools
from typing import TYPE_CHECKING, Any, Literal

import click

import reftel
from reftel.cli.options import (
    archive_option,
    completed,
    console,
    echo_notes,
    format_option,
    ids_option,
    named_ids,
    notes_option,
    pager_option,
    read_ids,
    whole_text,
)
from reftel.cli.paging import paged
from reftel.render.paths import relative_name, shown_name
from reftel.render.safe import json_text, safe_line, safe_text
from reftel.schema.errors import CableNotFound
from reftel.schema.names import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from reftel.schema.cable import Cable, Paragraph
    from reftel.search.neighbours import Neighbours
    from reftel.search.results import Highlights


@click.command("show")
@click.argument("cable_ids", metavar="[ID]...", nargs=-1, shell_complete=completed("ids"))
@archive_option
@notes_option
@ids_option
@format_option("table", "json", "jsonl")
@click.option("--query", metavar="QUERY", callback=whole_text, shell_complete=completed("query"),
              help="Mark the words of this query in every paragraph, with --format json as `highlights`. Without any ID, show all its hits.")  # fmt: skip
@click.option(
    "--para",
    type=int,
    multiple=True,
    metavar="N",
    help="Only the paragraphs with this printed number; may be repeated.",
)
@click.option("--raw", is_flag=True, help="Header and body as received (control characters made visible).")
@click.option(
    "--versions", is_flag=True, help="List the files that hold this cable, the text that is shown first, and why."
)
@click.option("--diff", is_flag=True, help="Show in which lines the other texts differ from the one that is shown.")
@click.option(
    "--neighbours",
    is_flag=True,
    help="In place of the cable, list what it cites, what cites it, and the same subject from the same post before and after.",
)
@pager_option
def command(
    cable_ids: tuple[str, ...], archive: str, notes: str | None, ids: list[str] | None, output_format: str, query: str | None, para: tuple[int, ...],
    raw: bool, versions: bool, diff: bool, neighbours: bool, pager: bool,
) -> int:  # fmt: skip
    """Show cables, by their ids in any spelling ("08 Baku 123"), page addresses or file names, or by their keys if they have no id.

    An id `-` stands for a list on standard input. Of one id `--format json` prints an object, of anything else an array; jsonl prints a record
    a line. Where a cable is missing, that is said, the others are shown, and the exit status is 1.

    \b
    reftel show 08BAKU123 --para 3
    reftel show 08BAKU123 08MOSCOW456
    reftel search 'minsk date:2008' --all --format ids | reftel show -
    reftel show --query '"Minsk Group" w/p precedent'
    """
    named = _named(cable_ids)
    one = len(named) == 1 and _INPUT not in named and ids is None
    if not cable_ids and ids is None and query is None:
        raise click.UsageError("name a cable, a list of them with --ids-from, or --query QUERY for all its hits")
    if (versions or diff or neighbours) and not one:
        raise click.UsageError("--versions, --diff and --neighbours are for one cable, named by its ID")
    listed = [key for each in named for key in _expanded(each)] + (ids or [])
    opened = reftel.open(archive, notes=notes)
    view = _View("table" if raw else output_format, query, para, raw=raw, several=not one)
    with paged(wanted=pager and output_format == "table"):
        if versions or diff:
            _print_versions(opened.versions(named[0]), output_format, diff=diff)
            return 0
        if neighbours:
            return _print_neighbours(opened.neighbours(named[0]), output_format)
        if one:
            return 0 if _print_cable(opened, opened.cable(named[0]), view) else 1
        if cable_ids or ids is not None:
            return _print_list(opened, listed, view)
        return _print_hits(opened, query or "", view)


_INPUT = "-"


def _named(words: Sequence[str]) -> list[str]:
    """The ids named on the command line, `_INPUT` among them in its place."""
    groups = itertools.groupby(words, key=lambda word: word == _INPUT)
    return [each for is_input, group in groups for each in ([_INPUT] if is_input else named_ids(group))]


def _expanded(cable_id: str) -> list[str]:
    return read_ids(click.open_file(_INPUT, encoding="utf-8", errors="replace")) if cable_id == _INPUT else [cable_id]


@dataclasses.dataclass(frozen=True, slots=True)
class _View:
    """What is shown of each cable, and how; ``several``: it may not be the only one."""

    output_format: str
    query: str | None
    numbers: tuple[int, ...]
    raw: bool
    several: bool


def _print_list(opened: reftel.Archive, ids: list[str], view: _View) -> int:
    """Print the cables of a list; what is missing is reported, and makes the status 1."""
    missing = 0

    def cables() -> Iterator[Cable]:
        nonlocal missing
        for each in ids:
            try:
                yield opened.cable(each)
            except CableNotFound as error:
                missing += 1
                click.echo(f"reftel: {safe_text(str(error))}", err=True)

    printed, lacking = _print_each(opened, cables(), view)
    return 0 if printed and not missing and not lacking else 1


def _print_hits(opened: reftel.Archive, query: str, view: _View) -> int:
    """Print all hits of a query, the best first."""
    echo_notes(opened.search(query, limit=0).notes)
    printed, _lacking = _print_each(opened, (hit.cable for hit in opened.scan(query, sort="relevance")), view)
    return 0 if printed else 1


def _print_each(opened: reftel.Archive, cables: Iterable[Cable], view: _View) -> tuple[int, int]:
    """How many cables were printed, and how many have none of the paragraphs that were asked for."""
    printed = lacking = 0
    for cable in cables:
        if _print_cable(opened, cable, view, first=not printed):
            printed += 1
        else:
            lacking += 1
    if view.output_format == "json":
        click.echo("]" if printed else "[]")
    return printed, lacking


def _print_cable(opened: reftel.Archive, cable: Cable, view: _View, *, first: bool = True) -> bool:
    """Print a cable, set apart from the one before it. Whether it has the paragraphs that were asked for; a note says so where it has none."""
    chosen = [paragraph for paragraph in cable.paragraphs if not view.numbers or paragraph.number in view.numbers]
    if view.numbers and not chosen:
        there = ", ".join(str(paragraph.number) for paragraph in cable.paragraphs if paragraph.number is not None)
        asked = ", ".join(map(str, view.numbers))
        click.echo(f"reftel: {safe_line(cable.key)} has no paragraph {asked}; its numbers are: {there or 'none'}", err=True)
        return False
    highlights = _highlights(opened, cable, view) if view.query else {}
    if view.several and (view.output_format == "json" or not first):
        click.echo(("[" if first else ",") if view.output_format == "json" else "" if view.output_format == "jsonl" else f"{_RULE}\n", nl=False)
    if view.output_format != "table":
        click.echo(json_text(_record(cable, chosen, highlights), indent=2 if view.output_format == "json" else None))
    elif view.raw:
        click.echo(safe_text(_raw(cable)))
    else:
        from reftel.render.tables import print_cable  # noqa: PLC0415 - rich is slow to load

        head: Literal["whole", "line", "none"] = "whole" if not view.numbers else "line" if view.several else "none"
        print_cable(console(), cable, chosen, head=head, highlights=highlights)
    return True


_RULE = "─" * 60
"""What stands between two cables."""


def _record(cable: Cable, chosen: Iterable[Paragraph], highlights: Mapping[Paragraph, Highlights]) -> dict[str, Any]:
    marked = [
        paragraph.to_dict() | ({"highlights": [list(pair) for pair in highlights.get(paragraph, ())]} if highlights else {})
        for paragraph in chosen
    ]
    return cable.to_dict() | {"paragraphs": marked}


def _highlights(opened: reftel.Archive, cable: Cable, view: _View) -> dict[Paragraph, Highlights]:
    """Where the words of the query stand; for the one cable named a note where the whole of the query does not hold."""
    query = view.query or ""
    if not view.several:
        page = opened.search(query, limit=0, ids=[cable.key])
        echo_notes(page.notes if page.total else opened.search(query, limit=0).notes)  # why this cable is not found needs no reasons
        if not page.total:
            click.echo(f"note: the query does not find {safe_line(cable.key)}; its words are marked where they stand", err=True)
    return {cable.paragraphs[found.index]: found.highlights for found in opened.highlights(query, cable.key)}


def _print_neighbours(found: Neighbours, output_format: str) -> int:
    if output_format == "json":
        click.echo(json_text(found.to_dict(), indent=2))
    else:
        from reftel.render.tables import print_neighbours  # noqa: PLC0415 - rich is slow to load

        print_neighbours(console(), found)
    return 0 if len(found) else 1


def _raw(cable: Cable) -> str:
    return "\n\n".join(part for part in (cable.header, cable.body) if part)


def _print_versions(versions: Sequence[reftel.Version], output_format: str, *, diff: bool) -> None:
    if output_format == "json":
        click.echo(
            json_text(
                [
                    version.to_dict() | ({"diff": list(_difference(versions[0], version))} if diff else {})
                    for version in versions
                ],
                indent=2,
            )
        )
        return
    for version in versions:
        place = shown_name(f"{version.path}:{version.locator}" if version.locator else version.path)
        words = (
            f"{version.length:,} characters",
            f"released {version.released}" if version.released else "",
            "shown" if version.shown else "",
        )
        click.echo(f"{place}  " + safe_line(", ".join(filter(None, words))))
    click.echo(
        "The longest text is shown; of equally long ones the latest released, then the one whose path comes last."
    )
    for version in versions[1:] if diff else ():
        click.echo()
        for line in _difference(versions[0], version):
            click.echo(safe_text(line))


def _difference(shown: reftel.Version, other: reftel.Version) -> Iterator[str]:
    """Unified diff from the text that is shown to another one."""
    return difflib.unified_diff(
        _raw(shown.cable).splitlines(), _raw(other.cable).splitlines(),
        one_line(relative_name(shown.path)), one_line(relative_name(other.path)), lineterm="", n=1,
    )  # fmt: skip
