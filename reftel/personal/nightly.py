"""The nightly run: reindex, ask the saved searches, write the report. Nothing that is written holds a word of a cable's text."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import reftel
from reftel.archive import store_of
from reftel.base.durable import make_folder, replacing, write_whole
from reftel.indexer.changes import Wish
from reftel.indexer.complaints import reason
from reftel.indexer.config import Config, ConfigError, config_text, line_of
from reftel.indexer.own import REPORT
from reftel.indexer.reindex import reindex
from reftel.indexer.report import held_lines, removed_lines
from reftel.personal import saved
from reftel.render.safe import json_text, safe_line, safe_markdown
from reftel.schema.errors import OutputError, QueryError
from reftel.schema.names import name_of

if TYPE_CHECKING:
    from reftel.indexer.build import Progress
    from reftel.indexer.report import BuildReport


@dataclasses.dataclass(slots=True)
class NightReport:
    """What a night did: the run, the new hits of the saved searches, when it began, where the report was written."""

    started: datetime.datetime
    archive: Path | str
    build: BuildReport
    saved: list[saved.NewHits] = dataclasses.field(default_factory=list)
    written: list[Path] = dataclasses.field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "started": self.started.isoformat(timespec="seconds"),
            "archive": name_of(str(self.archive)),
            "reftel": _version(),
            **self.build.to_dict(),
            "saved": [each.to_dict() for each in self.saved],
        }


def check_saved(config: Config) -> None:
    """Read every configured query. `ConfigError` with the line of one that cannot be read, before the night begins."""
    from reftel.search.query.read import read_query  # noqa: PLC0415

    for name, query in config.saved.items():
        try:
            read_query(query)
        except QueryError as error:
            line = line_of(config_text(config.path), name, "saved")
            raise ConfigError(f"{config.path}:{line}: the saved search '{name}': {error}") from error


def run_night(
    config: Config,
    *,
    wish: Wish | None = None,
    dask: str | None = None,
    accept_removals: bool = False,
    wait: float | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    deliver: Callable[[NightReport], None] | None = None,
) -> NightReport:
    """Reindex, then report. ``dask``: as of `reftel.build`. ``deliver`` is given the report, before the new hits in it count as reported.

    Errors: `ConfigError`, those of `reftel.indexer.build.build_selection`, `OutputError` where the report cannot be written, and
    `ArchiveError` where the archive cannot note what was reported. After the last two it is up to date, and the next run reports these hits.
    """
    check_saved(config)
    store = store_of(config.archive, memory=config.memory, dask=dask)
    last = store.last_run()
    if isinstance(config.archive, Path):
        saved.begin(config.archive, config.saved, last)
    started = datetime.datetime.now(datetime.UTC)
    build = reindex(config, store, wish=wish, accept_removals=accept_removals, wait=wait, on_progress=on_progress)
    report = NightReport(started, config.archive, build)
    with build.timed("saved"), reftel.open(config.archive, cache_mb=config.memory) as archive:
        if not isinstance(config.archive, Path):  # where its own files are is known once it is there
            saved.begin(archive.own_folder, config.saved, last)
        report.saved = saved.new_hits(archive, config.saved)
        try:
            if config.report is not None:
                _write(report, config.report)
        finally:  # what the run did is reported whatever happens
            if deliver is not None:
                deliver(report)
        if report.saved:
            saved.mark(archive, report.saved)
    return report


def _write(report: NightReport, place: Path) -> None:
    """Write the report and what is new beside it: both, or neither."""
    path = place if place.suffix == ".json" else _unused(place, report)
    alerts = path.with_suffix(".md")
    try:
        make_folder(path.parent)
        with replacing(path, path.with_name(f"{path.name}.new")) as file:
            file.write(f"{json_text(report.to_dict(), indent=1)}\n".encode())
            file.flush()
            write_whole(alerts, render_alerts(report))
    except OSError as error:
        if not os.path.isfile(path):  # noqa: PTH113 - which never raises
            with contextlib.suppress(OSError):
                alerts.unlink(missing_ok=True)
        raise OutputError(
            f"{name_of(path)}: the report cannot be written: {reason(error)}; the archive is up to date, and the next run reports the same new hits"
        ) from error
    report.written = [path, alerts]


def _unused(folder: Path, report: NightReport) -> Path:
    """A name for a report that none has; names sort as the nights began."""
    moment = report.started
    while True:
        path = folder / f"{REPORT}{moment:%Y%m%dT%H%M%S.%fZ}-{report.build.run}.json"
        if not os.path.lexists(path):
            return path
        moment += datetime.timedelta(microseconds=1)


def render_alerts(report: NightReport) -> str:
    """New hits of the saved searches as Markdown that can be mailed."""
    build = report.build
    lines = [
        f"# {safe_markdown(name_of(Path(report.archive).name))}, {report.started:%Y-%m-%d %H:%M} UTC",
        "",
        f"{build.total:,} cables; {build.added:,} added, {build.replaced:,} replaced, {build.removed:,} removed; {_failures(build)}.",
    ]
    missing = [*held_lines(build.held, build.allowed, build.missing), *removed_lines(build.missing)]
    if missing:
        lines += ["", *(f"- {safe_markdown(line)}" for line in missing)]
    for found in report.saved:
        lines += ["", f"## {safe_markdown(found.name)}: {len(found.hits):,} new", "", f"`{safe_line(found.query).replace('`', ' ')}`", ""]
        if found.error:
            lines.append(f"The query cannot be read: {safe_markdown(found.error)}")
        lines += (f"- {safe_markdown(_line_of(hit))}" for hit in found.hits)
    return "\n".join(lines).rstrip() + "\n"


def _failures(build: BuildReport) -> str:
    known = f", {len(build.known_failures):,} known" if build.known_failures else ""
    return f"{len(build.new_failures):,} failures{known}"


def _line_of(hit: reftel.Hit) -> str:
    return ", ".join(filter(None, (hit.key, (hit.date or "")[:10], hit.classification, hit.cable.post)))


def _version() -> str:
    from importlib.metadata import version  # noqa: PLC0415

    return version("reftel")
