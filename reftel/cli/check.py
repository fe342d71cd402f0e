"""``reftel check SOURCE...``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reftel.cli.options import console, follow_links_option, format_option, pager_option
from reftel.cli.paging import paged
from reftel.render.paths import relative_name, shown_name
from reftel.render.safe import json_text, safe_line, safe_name
from reftel.schema.errors import SourceError

if TYPE_CHECKING:
    from reftel.indexer.survey import Survey

_SHOWN_FAILURES = 20


@click.command("check")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...", type=click.Path())
@format_option("table", "json")
@follow_links_option
@click.option("--worst", metavar="N", type=click.IntRange(0), default=10, show_default=True, help="Name so many of the most doubtful cables.")
@pager_option
def command(sources: tuple[str, ...], output_format: str, follow_links: bool, worst: int, pager: bool) -> int:
    """Read files without indexing them, and say what they hold.

    Containers, what cables lack, ids that occur more than once, every kind of warning with a count and examples, and the cables to look at first:
    those whose records have the gravest doubts (docs/fidelity.md says which).
    """
    from reftel.indexer.report import links_line  # noqa: PLC0415
    from reftel.indexer.survey import survey  # noqa: PLC0415 - loads the readers

    result = survey(sources, follow_links=follow_links, worst=worst)
    if output_format == "json":
        click.echo(json_text(result.to_dict(), indent=2))
    else:
        with paged(wanted=pager):
            _print(result)
    for line in filter(None, [links_line(result.passed_links, relative_name)]):
        click.echo(f"note: {safe_name(line)}", err=True)
    for failure in result.failures[:_SHOWN_FAILURES]:
        click.echo(f"reftel: {safe_line(relative_name(failure))}", err=True)
    if len(result.failures) > _SHOWN_FAILURES:
        click.echo(f"reftel: and {len(result.failures) - _SHOWN_FAILURES:,} more lines; --format json has them", err=True)
    return SourceError.exit_code if result.failures else 0


def _print(result: Survey) -> None:
    click.echo(f"{result.cables:,} cables in {result.files:,} files; {result.failed:,} failures; {len(result.repeated):,} ids occur more than once")
    for title, counter in (("containers", result.containers), ("flags", result.flags), ("without", result.missing)):
        if counter:
            click.echo(f"{title}: " + ", ".join(f"{name} {count:,}" for name, count in counter.most_common()))
    if result.warnings:
        from reftel.render.warnings import print_warnings  # noqa: PLC0415 - rich is slow to load

        print_warnings(console(), result)
    if result.doubtful:
        click.echo(f"\nto look at first, of {result.doubted:,} with doubts:")
        for each in result.doubtful:
            place = shown_name(each.path) + (f", {each.locator}" if each.locator else "")
            click.echo(f"{safe_line(each.key)}  {place}")
            for doubt in each.doubts:
                click.echo(f"    {doubt.kind}: {safe_line(doubt.message)}")
