"""``reftel normalize FILE...``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reftel.cli.options import console, follow_links_option, format_option, pager_option
from reftel.cli.paging import paged
from reftel.render.paths import relative_name
from reftel.render.safe import json_text, safe_name, safe_text
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
        from reftel.render.cables import print_cables  # noqa: PLC0415 - rich is slow to load

        with paged(wanted=pager):
            print_cables(console(), cables)
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
