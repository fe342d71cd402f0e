"""A night: reindex, ask the saved searches, write the report. Nothing that is written holds a word of a cable's text."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import reftel
from reftel import saved
from reftel.durable import make_folder, write_whole
from reftel.indexer.changes import Wish
from reftel.indexer.config import Config, ConfigError, config_text, line_of
from reftel.indexer.reindex import reindex
from reftel.render.safe import json_text, safe_line, safe_markdown
from reftel.schema.errors import QueryError
from reftel.schema.names import name_of

if TYPE_CHECKING:
    from reftel.indexer.build import Progress
    from reftel.indexer.report import BuildReport


@dataclasses.dataclass(slots=True)
class NightReport:
    """What a night did: the run, the new hits of the saved searches, when it began, where the report was written."""

    started: datetime.datetime
    archive: Path
    build: BuildReport
    saved: list[saved.NewHits] = dataclasses.field(default_factory=list)
    written: list[Path] = dataclasses.field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "started": self.started.isoformat(timespec="seconds"),
            "archive": name_of(self.archive),
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
    config: Config, *, wish: Wish | None = None, wait: float | None = None, on_progress: Callable[[Progress], None] | None = None
) -> NightReport:
    """Reindex, then report. Errors: `ConfigError` and those of `reftel.indexer.build.build_selection`."""
    check_saved(config)
    report = NightReport(datetime.datetime.now(datetime.UTC), config.archive, reindex(config, wish=wish, wait=wait, on_progress=on_progress))
    with report.build.timed("saved"), reftel.open(config.archive) as archive:
        report.saved = saved.new_hits(archive, config.saved, before=report.build.run - (report.build.steps if report.build.new else 0))
        if config.report is not None:
            _write(report, config.report)
        if report.saved:
            saved.mark(archive, report.saved)
    return report


def _write(report: NightReport, place: Path) -> None:
    path = place if place.suffix == ".json" else place / f"reftel-{report.started:%Y%m%dT%H%M%SZ}-{report.build.run}.json"
    make_folder(path.parent)
    write_whole(path, json_text(report.to_dict(), indent=1) + "\n")
    alerts = path.with_suffix(".md")
    write_whole(alerts, render_alerts(report))
    report.written = [path, alerts]


def render_alerts(report: NightReport) -> str:
    """New hits of the saved searches as Markdown that can be mailed."""
    build = report.build
    lines = [
        f"# {safe_markdown(name_of(report.archive.name))}, {report.started:%Y-%m-%d %H:%M} UTC",
        "",
        f"{build.total:,} cables; {build.added:,} added, {build.replaced:,} replaced, {build.removed:,} removed; {len(build.failures):,} failures.",
    ]
    for found in report.saved:
        lines += ["", f"## {safe_markdown(found.name)}: {len(found.hits):,} new", "", f"`{safe_line(found.query).replace('`', ' ')}`", ""]
        if found.error:
            lines.append(f"The query cannot be read: {safe_markdown(found.error)}")
        lines += (f"- {safe_markdown(_line_of(hit))}" for hit in found.hits)
    return "\n".join(lines).rstrip() + "\n"


def _line_of(hit: reftel.Hit) -> str:
    return ", ".join(filter(None, (hit.key, (hit.date or "")[:10], hit.classification, hit.cable.post)))


def _version() -> str:
    from importlib.metadata import version  # noqa: PLC0415

    return version("reftel")
