"""The nightly run as ``reftel.toml`` describes it: what it would change, and the run itself."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reftel.indexer.build import OnProgress, build_selection
from reftel.indexer.changes import READS, Wish, look_at
from reftel.indexer.config import Config
from reftel.indexer.manifest import Manifest, SourceRow
from reftel.indexer.own import absolute, own_archive, own_file, own_report
from reftel.indexer.presence import refuse_strangers
from reftel.indexer.publishing import find_manifest, index_generation
from reftel.indexer.report import BuildReport
from reftel.indexer.sources import Selection
from reftel.indexer.writer import archive_errors
from reftel.schema.errors import ArchiveMissing, SourceError
from reftel.schema.names import name_of, path_of


@dataclasses.dataclass(slots=True)
class Forecast:
    """What a run would do: files by kind of change, those that it would read or forget, what it could not look at, and links
    that it would not follow."""

    changes: dict[str, int] = dataclasses.field(default_factory=dict)
    read: list[str] = dataclasses.field(default_factory=list)
    forget: list[str] = dataclasses.field(default_factory=list)
    failures: list[str] = dataclasses.field(default_factory=list)
    passed_links: list[str] = dataclasses.field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return dataclasses.asdict(self)

    def count(self, change: str) -> None:
        """Count a file."""
        self.changes[change] = self.changes.get(change, 0) + 1


def selection_of(config: Config) -> Selection:
    """The files that a configuration names; itself, the archive and the reports are none."""
    own = own_file(config.path) | own_archive(config.archive)
    if config.report is not None:
        own |= own_report(config.report, map(absolute, config.sources))
    return Selection(config.sources, config.exclude, own, "all" if config.follow_links else "named")


def reindex(config: Config, *, wish: Wish | None = None, on_progress: OnProgress | None = None, wait: float | None = None) -> BuildReport:
    """Bring the archive up to date; see `reftel.indexer.build.build_selection`. ``wait`` instead of the configured one."""
    return build_selection(
        selection_of(config), config.archive,
        wish=wish, workers=config.workers, memory=config.memory, on_progress=on_progress, wait=config.wait if wait is None else wait,
    )  # fmt: skip


def forecast(config: Config, wish: Wish | None = None) -> Forecast:
    """What `reindex` would do, told from names, sizes, times and content hashes; nothing is written, no cable is read."""
    result = Forecast()
    refuse_strangers(config.archive)
    rows = {row.path: row for row in _known(config.archive)}
    selection = selection_of(config).settled(config.archive)

    def fail(error: SourceError) -> None:
        result.failures.append(str(error))

    for path in selection.iter_files(fail):
        name = name_of(path)
        try:
            change = look_at(path, rows.get(name), wish or Wish(), follow=selection.follows(path)).change
        except SourceError as error:
            fail(error)
        except OSError as error:
            fail(SourceError(f"cannot read this file: {error.strerror or error}", path=name))
        else:
            result.count(change)
            if change in READS:
                result.read.append(name)
    for name in rows:
        if selection.forgets(Path(path_of(name))):
            result.count("gone")
            result.forget.append(name)
    result.passed_links = sorted(map(name_of, selection.passed_links))
    return result


def _known(archive: Path) -> Iterator[SourceRow]:
    manifest = _manifest(archive)
    if manifest is not None:
        yield from manifest.sources()
        manifest.close()


def _manifest(archive: Path) -> Manifest | None:
    try:
        with archive_errors():
            return find_manifest(archive, index_generation(archive))
    except ArchiveMissing:
        return None
