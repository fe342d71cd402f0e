"""The nightly run as ``reftel.toml`` describes it: what it would change, and the run itself."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from reftel.indexer.build import OnProgress, build_selection
from reftel.indexer.changes import READS, Wish, look_at
from reftel.indexer.config import Config, ConfigError
from reftel.indexer.failures import unreadable
from reftel.indexer.limit import NO_LIMIT
from reftel.indexer.manifest import Manifest
from reftel.indexer.own import absolute, own_archive, own_file, own_report
from reftel.indexer.removals import Judgement, find_missing, judge, places
from reftel.indexer.report import BuildReport, Missing
from reftel.indexer.sources import Selection
from reftel.indexer.store import FolderStore, Store
from reftel.schema.errors import SourceError
from reftel.schema.names import name_of


@dataclasses.dataclass(slots=True)
class Forecast:
    """What a run would do: files by kind of change, those that it would read or forget, what it could not look at, and links
    that it would not follow (``passed_links``).

    ``missing``, ``held``, ``allowed``: as in a `BuildReport`, as far as it is known without reading. A file that moved is known by its
    content; that cables moved to other files is not known yet, nor that a changed file gives fewer.
    """

    changes: dict[str, int] = dataclasses.field(default_factory=dict)
    read: list[str] = dataclasses.field(default_factory=list)
    forget: list[str] = dataclasses.field(default_factory=list)
    missing: list[Missing] = dataclasses.field(default_factory=list)
    held: int = 0
    allowed: int = 0
    failures: list[str] = dataclasses.field(default_factory=list)
    passed_links: list[str] = dataclasses.field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return dataclasses.asdict(self)

    @property
    def exit_code(self) -> int:
        """The exit status of the command line."""
        return SourceError.exit_code if self.failures or self.held else 0

    def count(self, change: str) -> None:
        """Count a file."""
        self.changes[change] = self.changes.get(change, 0) + 1


def selection_of(config: Config) -> Selection:
    """The files that a configuration names; itself, the archive and the reports are none."""
    own = own_file(config.path)
    if isinstance(config.archive, Path):
        own |= own_archive(config.archive)
    if config.report is not None:
        own |= own_report(config.report, map(absolute, config.sources))
    return Selection(config.sources, config.exclude, own, "all" if config.follow_links else "named")


def folder_store(config: Config) -> FolderStore:
    """The archive in the folder that a configuration names. `ConfigError` where it names one in a cluster."""
    if not isinstance(config.archive, Path):
        raise ConfigError(f"{config.path}: the archive '{config.archive}' is no folder")
    return FolderStore(config.archive, config.memory)


def reindex(
    config: Config,
    store: Store | None = None,
    *,
    wish: Wish | None = None,
    accept_removals: bool = False,
    on_progress: OnProgress | None = None,
    wait: float | None = None,
) -> BuildReport:
    """Bring the archive in ``store``, or in the folder that ``config`` names, up to date; see `reftel.indexer.build.build_selection`.

    ``wait`` instead of the configured one.
    """
    return build_selection(
        selection_of(config), store or folder_store(config),
        wish=wish, limit=NO_LIMIT if accept_removals else config.max_removed, workers=config.workers, on_progress=on_progress,
        wait=config.wait if wait is None else wait,
    )  # fmt: skip


def forecast(config: Config, wish: Wish | None = None, *, store: Store | None = None, accept_removals: bool = False) -> Forecast:
    """What `reindex` would do, judged by names, sizes, times and content hashes; nothing is written, no cable is read."""
    result = Forecast()
    store = store or folder_store(config)
    with store.known() as manifest:
        selection = store.settled(selection_of(config))
        looked, contents = _look(selection, manifest, wish or Wish(), result)
        if manifest is not None:
            missing = find_missing(manifest, selection, looked)
            moved = {row.file for row in missing if row.is_whole and _content(manifest, row.file) in contents}
            limit = NO_LIMIT if accept_removals else config.max_removed
            _foresee(result, judge(manifest, missing, limit, manifest.count_shown(), moved=moved))
    return result


def _look(selection: Selection, manifest: Manifest | None, wish: Wish, result: Forecast) -> tuple[set[str], set[str]]:
    """Look at every file; those that would not be read, and the contents of those that would."""
    unread, contents = set(), set()
    rows = {row.path: row for row in manifest.sources()} if manifest is not None else {}

    def fail(error: SourceError) -> None:
        result.failures.append(str(error))

    for path in selection.iter_files(fail):
        name = name_of(path)
        try:
            look = look_at(path, rows.get(name), wish, follow=selection.follows(path))
        except SourceError as error:
            fail(error)
        except (OSError, ValueError) as error:
            fail(unreadable(name, error))
        else:
            result.count(look.change)
            if look.change in READS:
                result.read.append(name)
                contents.add(look.row.sha256)
            elif look.change != "passed":
                unread.add(name)
    result.passed_links = sorted(map(name_of, selection.passed_links))
    return unread, contents


def _content(manifest: Manifest, file: str) -> str | None:
    row = manifest.source(file)
    return row.sha256 or None if row is not None else None


def _foresee(result: Forecast, judgement: Judgement) -> None:
    """Take over what would go and what would be held back."""
    for row in judgement.going:
        if row.is_whole:
            held = row in judgement.held
            result.count("held" if held else "gone")
            if not held:
                result.forget.append(row.file)
    result.held, result.allowed = judgement.cables(held=True), judgement.allowed
    result.missing = places(judgement)
