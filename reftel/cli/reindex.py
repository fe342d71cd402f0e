"""``reftel reindex``."""

from __future__ import annotations

import contextlib
import datetime
import functools
import logging
import signal
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from reftel.cli.configuration import load_config
from reftel.cli.options import accept_option, archive_option, config_option, dask_option, format_option
from reftel.render.paths import shown_name
from reftel.render.safe import json_text, safe_line, safe_name
from reftel.schema.names import name_of

if TYPE_CHECKING:
    from reftel.indexer.config import Config
    from reftel.indexer.reindex import Forecast
    from reftel.personal.nightly import NightReport

_LOG = logging.getLogger("reftel")
_TERMINATED = 143
_SHOWN = 20


class _Terminated(KeyboardInterrupt):
    """The process was asked to end (SIGTERM)."""


class _UtcFormatter(logging.Formatter):
    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - logging's name
        return time.strftime(datefmt or "%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))


@click.command("reindex")
@archive_option
@config_option
@format_option("table", "json")
@click.option("--full", is_flag=True, help="Read every file again, changed or not.")
@click.option("--dry-run", is_flag=True, help="Say what would be read and forgotten, by kind; change nothing.")
@click.option(
    "--since",
    metavar="DATE",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="Look only at files changed at this time (UTC, 2026-11-01 or 2026-11-01T03:00:00) or later.",
)
@click.option(
    "--wait",
    type=click.FloatRange(0),
    metavar="SECONDS",
    help="Wait so long for another run; the configuration's 60 by default.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    metavar="N",
    help="Processes that read, instead of the configured number.",
)
@dask_option
@accept_option
@click.option("--quiet", "-q", is_flag=True, help="Log warnings and errors only, print no summary.")
def command(
    archive: str, config: str | None, output_format: str, full: bool, dry_run: bool, since: datetime.datetime | None, wait: float | None,
    workers: int | None, dask: str | None, accept_removals: bool, quiet: bool,
) -> int:  # fmt: skip
    """Bring the archive up to date as reftel.toml says: the command for every night.

    \b
    reftel reindex --dry-run
    reftel reindex --config /etc/reftel.toml --quiet
    """
    from reftel.indexer.changes import Wish  # noqa: PLC0415 - loads the readers

    settings = load_config(config, archive, workers=workers)
    wish = Wish(full=full, since=since.replace(tzinfo=datetime.UTC).timestamp() if since else None)
    with _logging(quiet=quiet):
        if dry_run:
            return _forecast(settings, wish, output_format, accept_removals=accept_removals)
        return _run(settings, wish, wait, output_format, dask=dask, accept_removals=accept_removals, quiet=quiet)


def _run(settings: Config, wish: Any, wait: float | None, output_format: str, *, dask: str | None, accept_removals: bool, quiet: bool) -> int:
    from reftel.personal.nightly import run_night  # noqa: PLC0415

    _LOG.info("reindexing %s", safe_name(name_of(str(settings.archive))))
    try:
        with _terminable():
            report = run_night(
                settings, wish=wish, dask=dask, accept_removals=accept_removals, wait=wait, on_progress=_progress(),
                deliver=functools.partial(_deliver, output_format=output_format, quiet=quiet),
            )  # fmt: skip
    except _Terminated:
        _LOG.error("terminated; the archive holds the state before this run, or after it, whole")
        return _TERMINATED
    return report.build.exit_code


def _deliver(report: NightReport, *, output_format: str, quiet: bool) -> None:
    _log(report)
    if output_format == "json":
        click.echo(json_text(report.to_dict(), indent=2))
    elif not quiet:
        _summarise(report)


def _log(report: NightReport) -> None:
    from reftel.indexer.report import held_lines, known_line, links_line, removed_lines  # noqa: PLC0415

    for note in report.build.notes:
        _LOG.warning("%s", safe_line(note))
    for failure in report.build.new_failures:
        _LOG.warning("%s", safe_line(failure))
    for line in held_lines(report.build.held, report.build.allowed, report.build.missing):
        _LOG.warning("%s", safe_line(line))
    level = logging.WARNING if report.build.exceeds() else logging.INFO
    for line in removed_lines(report.build.missing):
        _LOG.log(level, "removed: %s", safe_line(line))
    for line in filter(None, (known_line(report.build), links_line(report.build.passed_links))):
        _LOG.info("%s", safe_line(line))
    for found in report.saved:
        if found.error:
            _LOG.warning("saved search %s: %s", found.name, safe_line(found.error))
        else:
            _LOG.info("saved search %s: %d new", found.name, len(found.hits))
    for path in report.written:
        _LOG.info("wrote %s", safe_name(name_of(path)))


def _summarise(report: NightReport) -> None:
    from reftel.indexer.report import removed_lines, summary_line  # noqa: PLC0415

    build = report.build
    click.echo(summary_line(build, shown_name(name_of(str(report.archive)))))
    if build.warnings:
        click.echo("warnings: " + ", ".join(f"{code} {count:,}" for code, count in build.warnings.items()))
    for line in removed_lines(build.missing):
        click.echo(f"removed: {shown_name(line)}")
    for found in report.saved:
        click.echo(
            f"{found.name}: {len(found.hits):,} new"
            + (": " + ", ".join(hit.key for hit in found.hits[:_SHOWN]) if found.hits else "")
        )
    if build.held:
        click.echo(f"{build.held:,} cables held back (named above)")
    if build.failures:
        click.echo(f"{build.failed:,} could not be read ({'named above' if build.new_failures else 'as before'})")


def _forecast(settings: Config, wish: Any, output_format: str, *, accept_removals: bool) -> int:
    from reftel.archive import store_of  # noqa: PLC0415
    from reftel.indexer.reindex import forecast  # noqa: PLC0415
    from reftel.indexer.report import held_lines, links_line  # noqa: PLC0415
    from reftel.personal.nightly import check_saved  # noqa: PLC0415

    check_saved(settings)
    result = forecast(settings, wish, store=store_of(settings.archive), accept_removals=accept_removals)
    if output_format == "json":
        click.echo(json_text(result.to_dict(), indent=2))
    else:
        _print_forecast(result)
    for line in filter(None, [links_line(result.passed_links)]):
        _LOG.info("%s", safe_line(line))
    for failure in result.failures:
        _LOG.warning("%s", safe_line(failure))
    for line in held_lines(result.held, result.allowed, result.missing):
        _LOG.warning("%s", safe_line(line))
    return result.exit_code


def _print_forecast(result: Forecast) -> None:
    from reftel.indexer.report import removed_lines  # noqa: PLC0415

    click.echo(", ".join(f"{count:,} {change}" for change, count in sorted(result.changes.items())) or "no files")
    for title, names in (("read", result.read), ("forget", result.forget)):
        for name in names[:_SHOWN]:
            click.echo(f"{title}  {shown_name(name)}")
        if len(names) > _SHOWN:
            click.echo(f"{title}  and {len(names) - _SHOWN:,} more: --format json lists all")
    for line in removed_lines(result.missing):
        click.echo(f"remove  {shown_name(line)}")


def _progress() -> Any:
    last = time.monotonic()

    def tell(progress: Any) -> None:
        nonlocal last
        if time.monotonic() - last >= 30:
            last = time.monotonic()
            _LOG.info("%d cables read, %d files looked at", progress.cables, progress.files)

    return tell


@contextlib.contextmanager
def _terminable() -> Iterator[None]:
    """End in order on SIGTERM, as on Ctrl-C."""

    def end(_number: int, _frame: object) -> None:
        raise _Terminated

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextlib.contextmanager
def _logging(*, quiet: bool) -> Iterator[None]:
    """Log lines on standard error: time (UTC), level, message."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_UtcFormatter("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%SZ"))
    _LOG.addHandler(handler)
    _LOG.setLevel(logging.WARNING if quiet else logging.INFO)
    _LOG.propagate = False
    try:
        yield
    finally:
        _LOG.removeHandler(handler)
