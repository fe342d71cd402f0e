"""Where a run publishes: what `Store` asks of any place, and the one that is a folder."""

from __future__ import annotations

import contextlib
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from reftel.base import durable
from reftel.engine.specs import Record
from reftel.engine.writer import MEMORY_MB
from reftel.index_errors import archive_errors
from reftel.indexer.complaints import write_errors
from reftel.indexer.lock import ArchiveLock
from reftel.indexer.manifest import FILE_NAME, Manifest
from reftel.indexer.presence import refuse_strangers
from reftel.indexer.publishing import INDEX_FOLDER, Publication, find_manifest, index_generation
from reftel.indexer.recovery import check_count, check_whole, open_publication, seen_before
from reftel.indexer.report import BuildReport
from reftel.indexer.sources import Selection
from reftel.indexer.workers import Pool, Workers
from reftel.indexer.writer import CableWriter
from reftel.schema.errors import ArchiveMissing

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class IndexWriter(Protocol):
    """An index that is being changed. Nothing is visible before it is published."""

    @property
    def remembers(self) -> bool:
        """Whether `committed_record` also gives what was put since; where not, the run keeps it beside the manifest."""
        ...

    def __contains__(self, key: object) -> bool: ...

    def count(self) -> int:
        """How many cables there will be."""
        ...

    def put_record(self, record: Record) -> bool:
        """Add a record, in place of the one with its key if there is one; whether there was one."""
        ...

    def committed_record(self, key: str) -> bytes | None:
        """The stored record that was published last under this key; ``None`` if there is none."""
        ...

    def delete(self, key: str) -> bool:
        """Remove the cable with this key; whether there was one."""
        ...

    def would_merge(self, added: int) -> bool:
        """Whether publishing would rewrite anything although nothing has changed. ``added``: as of `Step.publish`."""
        ...

    def cancel(self) -> None:
        """Discard the changes and release everything. May be called after they were published."""
        ...


class Step(Protocol):
    """The part of a run that is published at one moment: an index and a manifest that change together."""

    @property
    def writer(self) -> IndexWriter:
        """The index."""
        ...

    @property
    def publication(self) -> Publication:
        """The manifest."""
        ...

    def publish(self, *, index_changes: bool, added: int | None) -> None:
        """Replace both at one moment. Called where there is something to publish.

        ``added``: cables that the steps before it in this run added; ``None`` if others follow.
        """
        ...


class Store(Protocol):
    """An archive as a run sees it."""

    def settled(self, selection: Selection) -> Selection:
        """The selected files without the archive's own."""
        ...

    def known(self) -> contextlib.AbstractContextManager[Manifest | None]:
        """The manifest as it was published last, to be read; ``None`` where there is no archive yet."""
        ...

    def last_run(self) -> int:
        """Number of the last run that changed the archive; 0 where none did."""
        ...

    def writing(self, wait: float, report: BuildReport) -> contextlib.AbstractContextManager[None]:
        """The right to write, for one run; the archive is looked at before. `ArchiveLocked` if another still writes after ``wait`` seconds."""
        ...

    def begin(self, note: Callable[[str], None], *, fresh: bool) -> Step:
        """A step of the run. ``fresh``: everything is read again, so building on what is there would save nothing."""
        ...

    def pool(self, workers: int) -> Pool:
        """The workers that read."""
        ...

    def __str__(self) -> str:
        """Its name, for messages."""
        ...


class FolderStep:
    """As `Step`, in a folder."""

    def __init__(self, archive: Path, memory: int, note: Callable[[str], None]) -> None:
        self.writer = CableWriter(archive / INDEX_FOLDER, memory_mb=memory)
        try:
            self.publication = open_publication(archive, note)
        except BaseException:
            self.writer.cancel()
            raise

    def publish(self, *, index_changes: bool, added: int | None) -> None:
        """As `Step.publish`."""
        self.publication.prepare(index_changes=index_changes)
        if index_changes:
            self.writer.commit(added=added)
        self.publication.conclude()


class FolderStore:
    """An archive in a folder. ``memory``: megabytes, about, that the index's writer keeps before it writes."""

    def __init__(self, archive: Path, memory: int = MEMORY_MB) -> None:
        self._archive, self._memory = archive, memory
        self._checked = False

    def __str__(self) -> str:
        return str(self._archive)

    def settled(self, selection: Selection) -> Selection:
        """As `Store.settled`."""
        return selection.settled(self._archive)

    @contextlib.contextmanager
    def known(self) -> Iterator[Manifest | None]:
        """As `Store.known`."""
        refuse_strangers(self._archive)
        manifest = None
        with contextlib.suppress(ArchiveMissing), archive_errors():
            manifest = find_manifest(self._archive, index_generation(self._archive))
        with contextlib.closing(manifest) if manifest is not None else contextlib.nullcontext():
            yield manifest

    def last_run(self) -> int:
        """As `Store.last_run`."""
        with self.known() as manifest:
            return seen_before(self._archive / FILE_NAME)[1] if manifest is None else manifest.about.run

    @contextlib.contextmanager
    def writing(self, wait: float, report: BuildReport) -> Iterator[None]:
        """As `Store.writing`."""
        with write_errors(self._archive, "the archive is as it was published last"):
            durable.make_folder(self._archive)
            refuse_strangers(self._archive)
            with ArchiveLock(self._archive, wait=wait) as lock:
                check_whole(self._archive)
                self._checked = False
                yield
                self._tell_who_may_read(lock, report)

    def begin(self, note: Callable[[str], None], *, fresh: bool) -> FolderStep:  # noqa: ARG002 - records are replaced one by one here
        """As `Store.begin`."""
        step = FolderStep(self._archive, self._memory, note)
        if not self._checked:
            try:
                check_count(self._archive, step.publication.manifest, step.writer.count())
            except BaseException:
                step.writer.cancel()
                step.publication.close()
                raise
            self._checked = True
        return step

    def pool(self, workers: int) -> Pool:
        """As `Store.pool`."""
        return Workers(workers)

    def _tell_who_may_read(self, lock: ArchiveLock, report: BuildReport) -> None:
        """Note in the report that others may look into the archive, once for each mode that its folder has had."""
        mode = stat.S_IMODE(self._archive.stat().st_mode)
        if not mode & _OTHERS:
            lock.tell(None)
        elif lock.told != mode:
            report.notes.append(
                f"others than you may look into the archive's folder (mode {mode:04o}); if that is not meant: chmod -R go= {self._archive} (said once)"
            )
            lock.tell(mode)
