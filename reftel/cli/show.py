"""``reftel show ID``."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

import click

import reftel
from reftel.cli.options import archive_option, completed, console, echo_notes, format_option, notes_option
from reftel.cli.paging import paged
from reftel.render.paths import relative_name, shown_name
from reftel.render.safe import json_text, safe_line, safe_text
from reftel.schema.names import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reftel.neighbours import Neighbours
    from reftel.schema.cable import Cable, Paragraph
    from reftel.search.results import Highlights


@click.command("show")
@click.argument("cable_id", metavar="ID", shell_complete=completed("ids"))
@archive_option
@notes_option
@format_option("table", "json")
@click.option("--query", metavar="QUERY", shell_complete=completed("query"), help="Mark the words of this query in every paragraph; with --format json each paragraph has `highlights`.")
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
@click.option(
    "--pager/--no-pager",
    default=True,
    help="Send what is for people through $PAGER, if standard output is a terminal. [default: pager]",
)
def command(
    cable_id: str,
    archive: str,
    notes: str | None,
    output_format: str,
    query: str | None,
    para: tuple[int, ...],
    raw: bool,
    versions: bool,
    diff: bool,
    neighbours: bool,
    pager: bool,
) -> int:
    """Show one cable, by its id in any spelling ("08 Baku 123"), or by its key if it has no id.

    On a terminal it goes through `$PAGER`.

    \b
    reftel show 08BAKU123 --para 3
    reftel show 08BAKU123 --query '"Minsk Group" w/p precedent'
    """
    opened = reftel.open(archive, notes=notes)
    with paged(wanted=pager and output_format == "table"):
        if versions or diff:
            _print_versions(opened.versions(cable_id), output_format, diff=diff)
            return 0
        if neighbours:
            return _print_neighbours(opened.neighbours(cable_id), output_format)
        cable = opened.cable(cable_id)
        if raw:
            click.echo(safe_text(_raw(cable)))
            return 0
        return _print_cable(cable, para, output_format, _highlights(opened, cable, query) if query else {})


def _highlights(opened: reftel.Archive, cable: Cable, query: str) -> dict[Paragraph, Highlights]:
    """Where the words of the query stand; a note where the whole of it does not hold."""
    page = opened.search(query, limit=0, ids=[cable.key])
    echo_notes(page.notes)
    if not page.total:
        click.echo(
            f"note: the query does not find {safe_line(cable.key)}; its words are marked where they stand", err=True
        )
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


def _print_cable(
    cable: Cable, numbers: tuple[int, ...], output_format: str, highlights: Mapping[Paragraph, Highlights]
) -> int:
    chosen = [paragraph for paragraph in cable.paragraphs if not numbers or paragraph.number in numbers]
    if numbers and not chosen:
        there = ", ".join(str(paragraph.number) for paragraph in cable.paragraphs if paragraph.number is not None)
        click.echo(
            f"reftel: {cable.key} has no paragraph {', '.join(map(str, numbers))}; its numbers are: {there or 'none'}",
            err=True,
        )
        return 1
    if output_format == "json":
        record = cable.to_dict()
        marked = [
            paragraph.to_dict()
            | ({"highlights": [list(pair) for pair in highlights.get(paragraph, ())]} if highlights else {})
            for paragraph in chosen
        ]
        record["paragraphs"] = marked
        click.echo(json_text(record, indent=2))
        return 0
    from reftel.render.tables import print_cable  # noqa: PLC0415 - rich is slow to load

    print_cable(console(), cable, chosen, whole=not numbers, highlights=highlights)
    return 0


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
        _raw(shown.cable).splitlines(), _raw(other.cable).splitlines(), one_line(relative_name(shown.path)), one_line(relative_name(other.path)), lineterm="", n=1
    )
