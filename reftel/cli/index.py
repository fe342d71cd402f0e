"""``reftel index SOURCE...``."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import click

import reftel
from reftel.cli.options import accept_option, archive_option, dask_option, follow_links_option, format_option
from reftel.cli.progress import progress
from reftel.render.paths import relative_name, shown_name
from reftel.render.safe import json_text, safe_line, safe_name
from reftel.schema.names import name_of

if TYPE_CHECKING:
    from reftel.indexer.build import BuildReport, Progress

_SHOWN_DUPLICATES = 10


@click.command("index")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...", type=click.Path())
@archive_option
@format_option("table", "json")
@follow_links_option
@click.option("--workers", type=click.IntRange(1, 64), metavar="N", help="Processes that read; one a core by default.")
@dask_option
@accept_option
@click.option("--quiet", "-q", is_flag=True, help="No progress and no summary; errors only.")
def command(
    sources: tuple[str, ...], archive: str, output_format: str, follow_links: bool, workers: int | None, dask: str | None, accept_removals: bool,
    quiet: bool,
) -> int:  # fmt: skip
    """Index cables from files and folders. Run again, it reads only what changed.

    A file that changed replaces its cables, a file that is gone from a folder takes its cables with it, unless another file holds them.
    In folders and archives, hidden files, README and `*.md` files and what systems put there (`__MACOSX`, `Thumbs.db`) are passed over.
    """
    from reftel.indexer.report import held_lines, known_line  # noqa: PLC0415
    from reftel.indexer.workers import cores  # noqa: PLC0415

    with _progress(sources, follow_links=follow_links, quiet=quiet or output_format == "json") as on_progress:
        report = reftel.build(
            sources, archive,
            follow_links=follow_links, workers=workers or cores(), dask=dask, accept_removals=accept_removals, on_progress=on_progress,
        )  # fmt: skip
    for note in report.notes:
        click.echo(f"reftel: {safe_line(note)}", err=True)
    for failure in (*report.new_failures, *filter(None, [known_line(report, relative_name)])):
        click.echo(f"reftel: {safe_line(relative_name(failure))}", err=True)
    for line in held_lines(report.held, report.allowed, report.missing):
        click.echo(f"reftel: {shown_name(line)}", err=True)
    if output_format == "json":
        click.echo(json_text(report.to_dict(), indent=2))
    elif not quiet:
        _print_summary(report, archive)
    return report.exit_code


def _print_summary(report: BuildReport, archive: str) -> None:
    from reftel.indexer.report import links_line, removed_lines, summary_line  # noqa: PLC0415 - only once there is a report

    click.echo(summary_line(report, shown_name(name_of(archive))))
    for line in removed_lines(report.missing):
        click.echo(f"removed: {shown_name(line)}")
    if report.duplicates:
        click.echo(f"in several files: {len(report.duplicates):,}; the longest text is shown")
    for key, paths in list(report.duplicates.items())[:_SHOWN_DUPLICATES]:
        click.echo(f"  {safe_line(key)}  {shown_name(paths[0])}  instead of  {', '.join(map(shown_name, paths[1:]))}")
    if len(report.duplicates) > _SHOWN_DUPLICATES:
        click.echo(f"  and {len(report.duplicates) - _SHOWN_DUPLICATES:,} more: `reftel stats --format json` lists all")
    for line in filter(None, [links_line(report.passed_links, relative_name)]):
        click.echo(f"note: {safe_name(line)}", err=True)
    if report.new_failures:
        click.echo(f"{report.failed:,} could not be read (named above)", err=True)


@contextlib.contextmanager
def _progress(sources: tuple[str, ...], *, follow_links: bool, quiet: bool) -> Iterator[Callable[[Progress], None] | None]:
    """Tells how much was read, of all that the sources hold once that is counted."""
    with contextlib.ExitStack() as stack:
        tell = stack.enter_context(progress(quiet=quiet))
        if tell is None:
            yield None
            return
        from reftel.indexer.extent import Extent  # noqa: PLC0415 - loads what walks through folders

        extent = stack.enter_context(Extent(sources, follow_links=follow_links))

        def how_far(so_far: Progress) -> None:
            total = max(extent.bytes, so_far.bytes, 1) if extent.known else None
            of = f" of {max(extent.files, so_far.files):,}" if extent.known else ""
            tell(f"{so_far.cables:,} cables from {so_far.files:,}{of} files", so_far.bytes, total, at=shown_name(so_far.path))

        yield how_far
