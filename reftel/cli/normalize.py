"""``reftel normalize FILE...``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reftel.cli.options import console, follow_links_option, format_option, pager_option
from reftel.cli.paging import paged
from reftel.render.paths import relative_name
from reftel.render.safe import json_text, safe_line, safe_name, safe_text
from reftel.schema.errors import SourceError
from reftel.schema.names import name_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reftel.schema.cable import Cable


STANDARD_INPUT = "-"


class _Failures:
    """Reports what could not be read as it comes, of each file the first few, and remembers that there was something."""

    def __init__(self) -> None:
        self.count = self._here = 0

    def __call__(self, error: SourceError) -> None:
        from reftel.indexer.failures import SHOWN  # noqa: PLC0415

        self.count += 1
        self._here += 1
        if self._here <= SHOWN:
            click.echo(f"reftel: {safe_text(relative_name(str(error)))}", err=True)

    def end(self, path: str) -> None:
        """Say how many more there were in a file."""
        from reftel.indexer.failures import and_more  # noqa: PLC0415

        for message in and_more(self._here, path):
            click.echo(f"reftel: {safe_text(relative_name(message))}", err=True)
        self._here = 0


@click.command("normalize")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path())
@format_option("jsonl", "json", "table")
@follow_links_option
@pager_option
def command(files: tuple[str, ...], output_format: str, follow_links: bool, pager: bool) -> int:
    """Read cables from files in any container and print their records, without indexing them. A folder stands for the files in it,
    `-` for standard input.

    jsonl prints one record a line, json one array, table a line a cable.
    """
    failures = _Failures()
    cables = _read(files, failures, follow_links=follow_links)
    if output_format == "jsonl":
        for cable in cables:
            click.echo(json_text(cable.to_dict()))
    elif output_format == "json":
        _print_array(cables)
    else:
        with paged(wanted=pager):
            _print_table(cables)
    return SourceError.exit_code if failures.count else 0


def _read(files: tuple[str, ...], failures: _Failures, *, follow_links: bool) -> Iterator[Cable]:
    from reftel.indexer.normalize import read_cables, read_standard_input  # noqa: PLC0415 - only commands that read sources load the readers
    from reftel.indexer.report import links_line  # noqa: PLC0415
    from reftel.indexer.sources import Selection  # noqa: PLC0415

    if STANDARD_INPUT in files:
        yield from read_standard_input(on_error=failures)
        failures.end(STANDARD_INPUT)
    files = tuple(name for name in files if name != STANDARD_INPUT)
    selection = Selection(files, links="all" if follow_links else "named")
    for path in selection.iter_files(failures):
        yield from read_cables(path, on_error=failures, follow=selection.follows(path))
        failures.end(name_of(path))
    for line in filter(None, [links_line(sorted(map(name_of, selection.passed_links)), relative_name)]):
        click.echo(f"note: {safe_name(line)}", err=True)


def _print_array(cables: Iterator[Cable]) -> None:
    click.echo("[", nl=False)
    for number, cable in enumerate(cables):
        click.echo(("," if number else "") + "\n" + json_text(cable.to_dict(), indent=2), nl=False)
    click.echo("\n]")


_COLUMNS = {"cable": 0, "date": 0, "class": 12, "from": 10, "signed": 14, "tags": 20, "¶": 0, "warnings": 0, "subject": 0}
"""The columns of the table, and how many cells each takes at most on a terminal; 0: as many as it needs."""
_DISPENSABLE = ("tags", "signed", "warnings", "from")
"""Columns that a terminal without room does without, the first one first."""
_SUBJECT = 28
"""Cells that a subject wants."""


def _print_table(cables: Iterator[Cable]) -> None:
    """A line a cable: whole in a pipe, on a terminal cut so that it stays one."""
    from rich.table import Table  # noqa: PLC0415 - rich is slow to load
    from rich.text import Text  # noqa: PLC0415

    target = console()
    rows = [[Text(safe_line(cell)) for cell in _cells(cable)] for cable in cables]
    widths = {name: max((row[number].cell_len for row in rows), default=0) for number, name in enumerate(_COLUMNS)}
    widths = {name: max(width, len(name)) for name, width in widths.items()}
    if target.is_terminal:
        widths = _fitting(widths, target.width)
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for name, width in widths.items():
        table.add_column(name, overflow="ellipsis", no_wrap=True, width=width)
    for row in rows:
        table.add_row(*(cell for name, cell in zip(_COLUMNS, row, strict=True) if name in widths))
    target.print(table)


def _cells(cable: Cable) -> tuple[str, ...]:
    marking = "//".join(filter(None, (cable.classification, *cable.caveats)))
    counts = str(len(cable.paragraphs)), str(len(cable.warnings) or "")
    return (cable.key, (cable.date or "")[:10], marking, cable.post or "", ", ".join(cable.signers), " ".join(cable.tags), *counts, cable.subject or "")


def _fitting(widths: dict[str, int], room: int) -> dict[str, int]:
    """The columns that a terminal of ``room`` cells has, with their widths there."""
    kept = {name: min(width, _COLUMNS[name] or width) for name, width in widths.items()}
    kept["subject"] = _SUBJECT
    for name in _DISPENSABLE:
        if sum(kept.values()) + 2 * (len(kept) - 1) > room:
            del kept[name]
    return kept | {"subject": max(room - sum(kept.values()) - 2 * (len(kept) - 1) + _SUBJECT, 10)}
