"""A state of an archive, index and manifest that belong together, opened while runs may be publishing; in a folder or in a cluster."""

from __future__ import annotations

import contextlib
import functools
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from reftel.base.durable import make_folder
from reftel.schema.errors import ArchiveError
from reftel.search.engines.opensearch.address import Address

if TYPE_CHECKING:
    from reftel.engine.cache import Budget
    from reftel.indexer.manifest import Manifest
    from reftel.search.engines.array_engine import ArrayEngine
    from reftel.search.engines.base import ArchiveEngine
    from reftel.search.engines.opensearch.engine import OpenSearchEngine

Location = Path | Address
"""A folder, or an archive in a cluster."""

INDEX_FOLDER = "index"
_ATTEMPTS, _PAUSE = 20, 0.01


class Snapshot(Protocol):
    """An engine and a manifest that belong together."""

    @property
    def engine(self) -> ArchiveEngine:
        """What answers queries."""
        ...

    @property
    def manifest(self) -> Manifest:
        """What the archive was made from."""
        ...

    @property
    def number(self) -> tuple[object, ...]:
        """Identifies this state among those published before and after it."""
        ...

    @property
    def own(self) -> Path:
        """The folder of a person's own files on the archive: tags and notes, saved searches."""
        ...

    def is_newest(self) -> bool:
        """Whether nothing was published since it was opened: a quick look, which opens nothing. In doubt ``False``."""
        ...

    def close(self) -> None:
        """Close both."""
        ...


class FolderSnapshot:
    """A state of an archive in a folder. ``files``: what `_files_of` gave before it was opened."""

    def __init__(self, path: Path, engine: ArrayEngine, manifest: Manifest, files: tuple[object, ...]) -> None:
        self.engine, self.manifest = engine, manifest
        self.number: tuple[object, ...] = engine.generation, manifest.about, files[0]  # a rebuilt archive counts from 1 again
        self.own, self._files = path, files

    def is_newest(self) -> bool:
        """As `Snapshot.is_newest`."""
        return _files_of(self.own) == self._files

    def close(self) -> None:
        """As `Snapshot.close`."""
        self.engine.close()
        self.manifest.close()


class ClusterSnapshot:
    """A generation of an archive in a cluster. Its manifest is fetched when it is first asked for: most processes don't."""

    def __init__(self, engine: OpenSearchEngine) -> None:
        self.engine = engine
        self.number: tuple[object, ...] = (engine.generation,)

    @functools.cached_property
    def manifest(self) -> Manifest:
        """As `Snapshot.manifest`."""
        import tempfile  # noqa: PLC0415 - a search does without

        from reftel.indexer.manifest import FILE_NAME, Manifest  # noqa: PLC0415
        from reftel.search.engines.opensearch.packed import unpack_manifest  # noqa: PLC0415

        with tempfile.TemporaryDirectory(prefix="reftel-") as folder:
            path = Path(folder) / FILE_NAME
            unpack_manifest(self.engine.manifest(), path, self.engine.address)
            return Manifest(path)  # which keeps the file open when its name is gone

    @property
    def own(self) -> Path:
        """As `Snapshot.own`: on this machine, since a cluster knows no persons. It is told by the cluster's id, whichever nodes an address names."""
        try:
            kept = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share").absolute()
        except RuntimeError as error:
            raise ArchiveError(
                f"{self.engine.address}: there is no home folder for your own notes and saved searches; set $XDG_DATA_HOME to a folder for them"
            ) from error
        own = kept / "reftel" / f"{self.engine.address.name}-{self.engine.cluster}"
        with contextlib.suppress(OSError):  # who writes there is told
            make_folder(own)
        return own

    def is_newest(self) -> bool:
        """As `Snapshot.is_newest`."""
        return self.engine.is_newest()

    def close(self) -> None:
        """As `Snapshot.close`."""
        self.engine.close()
        if "manifest" in vars(self):
            self.manifest.close()


def open_snapshot(location: Location, budget: Budget) -> Snapshot:
    """The last state that was published. Errors: `ArchiveMissing`, `ArchiveDamaged`, `ArchiveVersion`; of a cluster any `ArchiveError`."""
    if isinstance(location, Path):
        files = _files_of(location)  # first: what is published while the rest is opened counts as new
        return FolderSnapshot(location, *_open_folder(location, budget), files)
    from reftel.search.opening import open_in_cluster  # noqa: PLC0415 - `import reftel` stays light

    return ClusterSnapshot(open_in_cluster(location, budget))


def _files_of(path: Path) -> tuple[object, ...]:
    """Identifies the files that publishing replaces (see `reftel.indexer.publishing`), so that later ones can be told from them."""
    from reftel.engine.folder import contents_name, latest_generation  # noqa: PLC0415 - `import reftel` stays light
    from reftel.indexer.manifest import FILE_NAME, NEXT_NAME  # noqa: PLC0415

    index = path / INDEX_FOLDER
    return tuple(_file_of(name) for name in (index / contents_name(latest_generation(index)), path / NEXT_NAME, path / FILE_NAME))


def _file_of(path: Path) -> tuple[object, ...] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return path.name, found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _open_folder(path: Path, budget: Budget) -> tuple[ArrayEngine, Manifest]:
    """Index and manifest of the last state that was published. Errors: `ArchiveMissing`, `ArchiveDamaged`, `ArchiveVersion`."""
    from reftel.indexer.manifest import FILE_NAME, Manifest  # noqa: PLC0415 - `import reftel` stays light
    from reftel.indexer.presence import check_archive  # noqa: PLC0415
    from reftel.indexer.publishing import find_manifest  # noqa: PLC0415
    from reftel.search.opening import open_engine  # noqa: PLC0415

    check_archive(path)
    for _ in range(_ATTEMPTS):
        engine = open_engine(path / INDEX_FOLDER, budget)
        try:
            manifest = find_manifest(path, engine.generation)
        except BaseException:
            engine.close()
            raise
        if manifest is not None:
            manifest.careful = True
            return engine, manifest
        engine.close()  # a run has published in between
        time.sleep(_PAUSE)
    # A copy that was made while a run published: the index is whole, and the next run makes a manifest that fits it.
    engine = open_engine(path / INDEX_FOLDER, budget)
    try:
        return engine, Manifest(path / FILE_NAME)
    except BaseException:
        engine.close()
        raise
