"""Indexing: source files into an archive, touching only what changed.

A run first looks at every file (size and time, then content hash), reads the changed ones, decides for each cable which file's text is
shown, and commits once: first the index, then the manifest. A run that dies in between leaves a manifest that is behind, and the next run
reads those files again, which changes nothing that is there already.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import stat
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from reftel.indexer.containers.reading import iter_messages
from reftel.indexer.manifest import Manifest, SourceRow, VersionRow
from reftel.indexer.message import Message
from reftel.indexer.normalize import normalize_message
from reftel.indexer.sources import iter_files
from reftel.indexer.writer import CableWriter
from reftel.schema.cable import Cable
from reftel.schema.errors import ArchiveDamaged, SourceError

INDEX_FOLDER = "index"


@dataclasses.dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: files looked at, cables read, and the file at hand."""

    files: int
    cables: int
    path: str


OnProgress = Callable[[Progress], None]


@dataclasses.dataclass(slots=True)
class BuildReport:
    """What a run did.

    ``added``, ``replaced``, ``removed`` count cables as the archive shows them, ``total`` those it holds now. ``duplicates``: key to the
    paths that hold it, the shown one first. ``failures``: what could not be read, with path and place. ``warnings``: cables read, by code.
    """

    added: int = 0
    replaced: int = 0
    removed: int = 0
    read_files: int = 0
    unchanged_files: int = 0
    removed_files: int = 0
    total: int = 0
    seconds: float = 0.0
    duplicates: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    failures: list[str] = dataclasses.field(default_factory=list)
    warnings: dict[str, int] = dataclasses.field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return dataclasses.asdict(self)


def build(sources: Iterable[str | os.PathLike[str]], archive: Path, *, on_progress: OnProgress | None = None) -> BuildReport:
    """Index files and folders into ``archive``; see `reftel.build`."""
    started = time.monotonic()
    paths = [Path(os.path.abspath(source)) for source in sources]  # noqa: PTH100 - resolve() would follow links
    archive.mkdir(mode=0o700, parents=True, exist_ok=True)
    run = _Run(archive, on_progress)
    try:
        run.read_all(paths)
        run.forget_missing(paths)
        run.finish()
    except BaseException:
        run.cancel()
        raise
    run.report.seconds = time.monotonic() - started
    return run.report


class _Run:
    """One run over the sources. `finish` keeps what it did, `cancel` drops it."""

    def __init__(self, archive: Path, on_progress: OnProgress | None) -> None:
        self.report = BuildReport()
        self._on_progress = on_progress
        self._folder = archive / INDEX_FOLDER
        self._writer = CableWriter(self._folder)  # takes the lock before anything else is touched
        self._manifest = Manifest(archive, create=True)
        self._files = self._cables = 0
        self._warnings: Counter[str] = Counter()
        # Keys written in this run: a better text for one of them waits in `_contested` for the first commit, since only then can the
        # index give back the record that it takes the place of.
        self._written: set[str] = set()
        self._contested: set[str] = set()
        # Keys that the archive showed before this run and whose text is gone; not counted as added when another text takes its place.
        self._lost: set[str] = set()

    # -- reading ---------------------------------------------------------------------------------------------------------------------

    def read_all(self, sources: Iterable[Path]) -> None:
        """Read every file that is new or changed."""
        for path in iter_files(sources, self._fail):
            self._files += 1
            try:
                self._look_at(path)
            except OSError as error:
                self._fail(SourceError(f"cannot read this file: {error.strerror or error}", path=str(path)))
            self._tell(str(path))

    def _look_at(self, path: Path) -> None:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            # a named pipe would block the run until somebody writes into it
            self._fail(SourceError("not a regular file; copy what it gives into one", path=str(path)))
            return
        before = self._manifest.source(str(path))
        if before and (before.size, before.mtime_ns) == (status.st_size, status.st_mtime_ns):
            self.report.unchanged_files += 1
            return
        digest = _digest(path)
        if before and before.sha256 == digest:
            self._manifest.put_source(dataclasses.replace(before, size=status.st_size, mtime_ns=status.st_mtime_ns))
            self.report.unchanged_files += 1
            return
        self._read(path, status, digest)

    def _read(self, path: Path, status: os.stat_result, digest: str) -> None:
        lost = self._drop_versions(str(path))
        cables, failures = 0, len(self.report.failures)
        for cables, message in enumerate(iter_messages(path, self._fail), 1):
            self._offer(path, message)
            if not cables % 100:
                self._tell(str(path))
        failures = len(self.report.failures) - failures
        for key in lost:
            if key not in self._written:
                self._promote(key)
        if cables:  # a file that gave nothing is looked at again next time
            self._manifest.put_source(SourceRow(str(path), status.st_size, status.st_mtime_ns, digest, cables, failures))
        else:
            self._manifest.drop_source(str(path))
        self.report.read_files += 1

    def _offer(self, file: Path, message: Message) -> None:
        cable = normalize_message(message)
        self._cables += 1
        self._warnings.update({warning.code for warning in cable.warnings})
        source = message.source
        assert source is not None  # only texts that come from no file have none
        length = len(cable.header) + len(cable.body)
        version = VersionRow(cable.key, str(file), source.path, source.locator or 0, length, message.released or "", chosen=False)
        others = self._manifest.versions(cable.key)
        if any(other.rank > version.rank for other in others):
            self._manifest.put_version(dataclasses.replace(version, record=_pack(cable)))
            self._promote(cable.key)
        elif cable.key in self._written:
            self._manifest.put_version(dataclasses.replace(version, record=_pack(cable)))
            self._contested.add(cable.key)
        else:
            self._demote_chosen(others)
            self._write(version, cable)

    # -- which text is shown ---------------------------------------------------------------------------------------------------------

    def _write(self, version: VersionRow, cable: Cable) -> None:
        """Show this text."""
        existed = self._writer.put(cable)
        self._written.add(cable.key)
        if existed or cable.key in self._lost:
            self.report.replaced += 1
        else:
            self.report.added += 1
        self._manifest.put_version(dataclasses.replace(version, chosen=True, record=None))

    def _promote(self, key: str) -> None:
        """Show the best text that the manifest has for ``key``, unless it is shown already; remove the cable where there is none."""
        versions = self._manifest.versions(key)
        if not versions:
            self._writer.delete(key)
            self.report.removed += 1
            return
        best = versions[0]
        if best.chosen:
            return
        if key in self._written:
            self._contested.add(key)
        elif best.record is not None:
            self._demote_chosen(versions)
            self._write(best, _unpack(best.record))

    def _demote_chosen(self, versions: Iterable[VersionRow]) -> None:
        """Take the record of the text shown so far out of the index into the manifest."""
        for version in versions:
            if version.chosen:
                record = self._committed_record(version.key)
                self._manifest.put_version(dataclasses.replace(version, chosen=False, record=zlib.compress(record)))

    def _committed_record(self, key: str) -> bytes:
        record = self._writer.committed_record(key)
        if record is None:
            raise ArchiveDamaged(f"{self._folder}: the manifest says that the index shows '{key}', but it does not; index into a new folder")
        return record

    def _drop_versions(self, file: str) -> set[str]:
        """Forget what ``file`` held; the keys whose shown text that was."""
        lost = set()
        for version in self._manifest.versions_of(file):
            self._manifest.drop_version(version)
            if version.chosen:
                lost.add(version.key)
        self._lost |= lost
        return lost

    # -- the end ---------------------------------------------------------------------------------------------------------------------

    def forget_missing(self, sources: Iterable[Path]) -> None:
        """Remove what came from files that are gone from folders named as sources. An empty or missing folder removes nothing."""
        roots = [source for source in sources if source.is_dir() and any(source.iterdir())]
        for name in self._manifest.paths():
            path = Path(name)
            if any(path.is_relative_to(root) for root in roots) and _is_gone(path):
                for key in self._drop_versions(name):
                    self._promote(key)
                self._manifest.drop_source(name)
                self.report.removed_files += 1

    def finish(self) -> None:
        """Publish the index, then the manifest."""
        self.report.total = self._writer.count()
        self._writer.commit()
        if self._contested:
            self._settle()
        self._manifest.commit()
        self.report.duplicates = {rows[0].key: [row.path for row in rows] for rows in self._manifest.duplicates()}
        self.report.warnings = dict(self._warnings.most_common())
        self._manifest.close()

    def _settle(self) -> None:
        """Replace texts written in this run for which a better one came later; the index gives back only what is committed."""
        self._writer = CableWriter(self._folder)
        self._written.clear()
        for key in sorted(self._contested):
            self._promote(key)
            self.report.replaced -= 1  # the text that it takes the place of was counted in this run already
        self._writer.commit()

    def cancel(self) -> None:
        """Leave the archive as it was."""
        self._writer.cancel()
        self._manifest.close()

    def _fail(self, error: SourceError) -> None:
        self.report.failures.append(str(error))

    def _tell(self, path: str) -> None:
        if self._on_progress:
            self._on_progress(Progress(self._files, self._cables, path))


def _is_gone(path: Path) -> bool:
    """Whether a file does not exist; one that cannot be looked at is not gone."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _pack(cable: Cable) -> bytes:
    return zlib.compress(json.dumps(cable.to_dict(), separators=(",", ":")).encode())


def _unpack(record: bytes) -> Cable:
    return Cable.from_dict(json.loads(zlib.decompress(record)))
