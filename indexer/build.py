"""Indexing: source files into an archive, touching only what changed.

A run looks at every file (size and time, then content hash), reads the changed ones, decides for each cable which file's text is shown, and
publishes it at once (`reftel.indexer.publishing`); a long run in several whole steps, also within a dump. A run that dies, is stopped or meets a
full disk leaves the archive as it was at the last step, and the next one goes on from there.
"""

from __future__ import annotations

import dataclasses
import datetime
import itertools
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from reftel.base.frozen import frozen
from reftel.engine.writer import MEMORY_MB
from reftel.indexer.changes import READS, Look, Wish, look_at
from reftel.indexer.choosing import Chooser
from reftel.indexer.failures import Failures, Unreadable, unreadable
from reftel.indexer.limit import NO_LIMIT, Limit
from reftel.indexer.manifest import PartRow, SourceRow
from reftel.indexer.reading import Contents, read_files
from reftel.indexer.removals import find_missing, judge, leave, places, release, settle
from reftel.indexer.report import BuildReport, held_line
from reftel.indexer.sources import Selection
from reftel.indexer.store import FolderStore, Store
from reftel.indexer.text import Text
from reftel.indexer.walking import OnError
from reftel.indexer.workers import Pool
from reftel.schema.errors import SourceError
from reftel.schema.names import name_of, path_of

__all__ = ["BuildReport", "Progress", "build", "build_selection"]


@frozen
class Progress:
    """How far a run is: files looked at, cables read, and the file at hand.

    ``bytes``: of the files that are settled, and about as many as were taken from the one at hand. What is to come is not known to a run:
    `reftel.indexer.extent.Extent` counts it beside.
    """

    files: int
    cables: int
    path: str
    bytes: int = 0


OnProgress = Callable[[Progress], None]
_EVERY = 100
STEP = 10_000
"""Cables after which a run publishes what it has read: whole files, and the part of a dump. What is gone from files is forgotten last."""
_PART = 10  # of the archive: a step of fewer cables costs more for the copy of the manifest than for them


def build(
    sources: Iterable[str | os.PathLike[str]],
    archive: Path | Store,
    *,
    follow_links: bool = False,
    workers: int = 1,
    accept_removals: bool = False,
    on_progress: OnProgress | None = None,
    wait: float = 0.0,
) -> BuildReport:
    """Index files and folders into ``archive``; see `reftel.build`. ``wait``: seconds to wait for another writer."""
    selection = Selection(tuple(os.fsdecode(source) for source in sources), links="all" if follow_links else "named")
    limit = NO_LIMIT if accept_removals else None
    return build_selection(selection, archive, limit=limit, workers=workers, on_progress=on_progress, wait=wait)


def build_selection(
    selection: Selection,
    archive: Path | Store,
    *,
    wish: Wish | None = None,
    limit: Limit | None = None,
    workers: int = 1,
    memory: int = MEMORY_MB,
    on_progress: OnProgress | None = None,
    wait: float = 0.0,
) -> BuildReport:
    """Bring ``archive`` up to date with the selected files.

    ``limit``: how many cables may go at once (`reftel.indexer.removals`). ``workers``: processes that read. ``memory``: megabytes,
    about, that the index's writer keeps before it writes.

    Errors: `ArchiveLocked` if another process still writes after ``wait`` seconds, `ArchiveDamaged`, `ArchiveVersion`, and `ArchiveError`
    if the disk is full or the archive cannot be written; it is as it was published last then.
    """
    started = time.monotonic()
    store = FolderStore(archive, memory) if isinstance(archive, Path) else archive
    selection = store.settled(selection)
    report = BuildReport()
    with store.writing(wait, report):
        run = _Run(store, report, wish or Wish(), on_progress)
        try:
            run.read_all(selection, store.pool(workers))
            run.forget_missing(selection, limit or Limit())
            run.publish()
        finally:
            run.close()
    report.seconds = round(time.monotonic() - started, 3)
    return report


class _Run:
    """One run over the sources, under the archive's lock. `publish` keeps what it did since the last step, `close` alone drops it."""

    def __init__(self, store: Store, report: BuildReport, wish: Wish, on_progress: OnProgress | None) -> None:
        self.report = report
        self._store = store
        self._wish, self._on_progress = wish, on_progress
        self._files = self._bytes = 0
        self._warnings: Counter[str] = Counter()
        self._begin_step(fresh=wish.full)
        try:
            self._shown = self._writer.count()
            self._left = {row.file for row in self._publication.manifest.held() if not row.is_whole}
        except BaseException:
            self.close()
            raise
        self._looked: set[str] = set()

    def _begin_step(self, *, fresh: bool = False) -> None:
        self._step = self._store.begin(self.report.notes.append, fresh=fresh)
        self._writer, self._publication = self._step.writer, self._step.publication
        self._chooser = Chooser(self._writer, self._publication, str(self._store))
        self._step_end = self.report.read_cables + max(STEP, self._writer.count() // _PART)

    # -- reading ---------------------------------------------------------------------------------------------------------------------

    def read_all(self, selection: Selection, pool: Pool) -> None:
        """Read every file that is new or changed. After every step what is finished is published, so that a run that dies keeps it."""
        with self.report.timed("reading"):
            for contents in read_files(self._looks(selection), pool):
                self._take(contents)
                self._tell(contents.look.row.path)
                if self.report.read_cables >= self._step_end:
                    self._next_step()

    def _next_step(self) -> None:
        self._publish_step(last=False)
        self.close()
        self._begin_step()

    def _looks(self, selection: Selection) -> Iterator[Look | None]:
        """The files to read. What needs no reading is settled here, behind the files before it (`read_files`)."""
        errors = list[SourceError]()
        for path in selection.iter_files(errors.append):
            self._files += 1
            look = self._look_at(path, errors.append, follow=selection.follows(path))
            if errors or look is None or look.change not in READS:
                yield None
                self._fail(errors)
            if look is not None and look.change in READS:
                yield self._resumed(look)
                continue
            if look is None:
                self.report.count("failed")
            else:
                self._settle(look)
            self._tell(name_of(path))
        yield None
        self._fail(errors)

    def _look_at(self, path: Path, on_error: OnError, *, follow: bool) -> Look | None:
        name = name_of(path)
        try:
            with self.report.timed("looking"):
                return look_at(path, self._publication.manifest.source(name), self._wish, follow=follow)
        except SourceError as error:
            on_error(error)
        except (OSError, ValueError) as error:
            on_error(unreadable(name, error))
        return None

    def _settle(self, look: Look) -> None:
        """Count a file that needs no reading."""
        self.report.count(look.change)
        self.report.unchanged_files += 1
        self._bytes += look.row.size
        if look.row.path in self._left and look.change != "passed":
            self._looked.add(look.row.path)
        if look.change == "touched":
            self._publication.draft.put_source(look.row)

    def _resumed(self, look: Look) -> Look:
        """The look, with what need not be read again of a file that a run has published in part, and which is as it was."""
        part = self._part(look)
        same = part is not None and (part.sha256, part.normaliser) == (look.row.sha256, look.row.normaliser)
        return dataclasses.replace(look, done=part.texts) if part is not None and same and not self._wish.full else look

    def _part(self, look: Look) -> PartRow | None:
        return self._publication.manifest.part(look.row.path) if look.change == "changed" else None  # what is read in part has no hash yet

    def _take(self, contents: Contents) -> None:
        """Put the cables of a file in place of those that it held before."""
        row, done = contents.look.row, contents.look.done
        name = row.path
        texts, end = iter(contents.texts), self._bytes + row.size
        first = next(texts, None)
        failures = contents.failures
        if not contents.steady:
            failures.add(Unreadable("changed again and again while it was read; what it held before is kept", path=name))
            first = None
        elif first is None and not failures.count and not done:
            failures.add(SourceError("holds no cable; what it held before is kept", path=name))
        given = self._publication.manifest.given(name) if done else set[str]()
        cables = self._replace(contents, itertools.chain([first], texts), given, end) if first else done
        self._bytes = end
        if not contents.steady and cables:
            failures.add(Unreadable("changed while it was read; the next run reads it again", path=name))
        outcome = "failed" if not cables else "partly" if failures.count else "read"
        self.report.count(outcome)
        self.report.read_files += 1
        kept = self._leave(name, given, failures) if cables else 0
        self._remember(dataclasses.replace(row, cables=cables + kept, failures=failures.count, outcome=outcome), failures)

    def _remember(self, row: SourceRow, failures: Failures) -> None:
        """Record how a file was read and report its failures; those that an earlier run recorded count as known."""
        manifest, known = self._publication.manifest, False
        if failures.count:
            known = failures.lasting and manifest.knows_failed(row)
            self.report.fail(row.path, failures, known=known)
        if not failures.lasting:  # the same content may be read the next time
            row = dataclasses.replace(row, sha256="", mtime_ns=-1)
        if row.cables or not manifest.versions_of(row.path):
            self._put_source(row)
        elif failures.lasting and not known:  # what it held before is kept, with the row of the content that it had
            self._publication.draft.put_failed(row)

    def _put_source(self, row: SourceRow) -> None:
        before = self._publication.manifest.source(row.path)
        if before is not None and before.outcome == "begun":
            self._publication.draft.drop_part(row.path)
        if before != row:
            self._publication.draft.put_source(row)

    def _replace(self, contents: Contents, texts: Iterable[Text], given: set[str], end: int) -> int:
        """Take in the texts of a file, of a dump in parts; how many it has so far, and in ``given`` the keys of those that replace others."""
        name, cables = contents.look.row.path, contents.look.done
        part = self._part(contents.look)
        if part is not None and not cables:  # of another content
            self._publication.draft.drop_part(name)
        replaces = part.replaces if part is not None and cables else self._publication.manifest.holds(name)
        parted, new = True, list[str]()
        for text in texts:
            if parted and self.report.read_cables >= self._step_end:
                parted = self._publish_part(contents, cables, new, replaces=replaces)
                new.clear()
            cables += 1
            self._warnings.update(text.warnings)
            if replaces and text.record.key not in given:
                self._chooser.drop(name, text.record.key)
                given.add(text.record.key)
                new.append(text.record.key)
            self._chooser.offer(name, text)
            self.report.read_cables += 1
            self._bytes = min(self._bytes + text.length, end)
            if not cables % _EVERY:
                self._tell(name)
        return cables

    def _publish_part(self, contents: Contents, texts: int, given: list[str], *, replaces: bool) -> bool:
        """Publish so many ``texts`` of a dump before the others; whether that can be. ``given``: their keys since the part before."""
        if not contents.can_be_parted():
            return False
        row, publication = contents.look.row, self._publication
        held = publication.manifest.count_texts_of(row.path) if replaces else texts
        begun = dataclasses.replace(row, sha256="", mtime_ns=-1, cables=max(texts, held), failures=contents.failures.count, outcome="begun")
        publication.draft.put_source(begun)
        publication.draft.put_part(PartRow(row.path, row.sha256, row.normaliser, texts, replaces), given)
        self._next_step()
        return True

    def _leave(self, name: str, given: set[str], failures: Failures) -> int:
        """Handle the texts that a file used to give and no longer does.

        Those that may stand in what could not be read stay as they are, and are counted here; the others are judged at the end of the run.
        """
        if not given:
            return 0
        places = self._publication.manifest.places_of(name)
        kept = {
            (key, path, locator)
            for key, path, locator in places
            if key not in given and (not failures.lasting or failures.unread_part(path, name))
        }
        if any(key not in given for key, _path, _locator in places) or name in self._left:
            leave(self._publication, name, given, kept)
        self._looked.add(name)
        return len(kept)

    # -- the end ---------------------------------------------------------------------------------------------------------------------

    def forget_missing(self, selection: Selection, limit: Limit) -> None:
        """Remove cables of files that are gone or excluded now, and texts that files no longer give, unless that is more than the limit allows."""
        publication, report = self._publication, self.report
        missing = find_missing(publication.manifest, selection, self._looked)
        release(publication, missing)
        judgement = judge(publication.manifest, missing, limit, self._shown)
        report.held, report.allowed = judgement.cables(held=True), judgement.allowed
        report.missing = places(judgement)
        for row in missing:
            source = publication.manifest.source(row.file)
            if row.is_whole and source is not None and source.outcome != "failed":
                report.count("held" if row in judgement.held else "gone")
                report.removed_files += row not in judgement.held
        if missing:
            settle(publication, self._chooser, judgement)
        self._tell_links(selection)

    def _tell_links(self, selection: Selection) -> None:
        """Report the links that were skipped, and the files that an earlier run read through them."""
        self.report.passed_links = sorted(map(name_of, selection.passed_links))
        if selection.passed_links:
            rows = self._publication.manifest.sources()
            behind = [row.path for row in rows if row.cables and selection.is_behind_links(Path(path_of(row.path)))]
            self.report.notes += filter(None, [held_line(behind)])

    def publish(self) -> None:
        """Publish the last step, and report what the archive holds now."""
        self.report.duplicates = self._publication.manifest.duplicates()
        self._publish_step(last=True)

    def _publish_step(self, *, last: bool) -> None:
        """Publish index and manifest, and add what changed to the report."""
        report, publication = self.report, self._publication
        before = report.added + report.replaced if last else None
        report.total = self._writer.count()
        added, removed = self._chooser.added(), self._chooser.removed()
        report.added += len(added)
        report.removed += len(removed)
        report.replaced += sum(self._chooser.existed.values()) - len(removed)
        if added:
            new = sorted(publication.manifest.unseen(added))
            at = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
            publication.draft.put_seen((key, publication.run, at) for key in new)
            report.new += new
        index_changes = self._chooser.changed
        if before and not index_changes:  # the run's last cable ended a step
            index_changes = self._writer.would_merge(before)
        changed = index_changes or publication.changed
        report.warnings = dict(self._warnings.most_common())
        report.run = publication.run - (not changed)
        report.steps += changed
        if changed:
            with report.timed("publishing"):
                self._step.publish(index_changes=index_changes, added=before)

    def close(self) -> None:
        """Discard what was not published and release everything."""
        try:
            self._writer.cancel()
        finally:
            self._publication.close()

    def _fail(self, errors: list[SourceError]) -> None:
        """Report what cannot be listed or looked at."""
        for error in errors:
            failures = Failures()
            failures.add(error)
            self.report.fail(error.path, failures)
        errors.clear()

    def _tell(self, path: str) -> None:
        if self._on_progress:
            self._on_progress(Progress(self._files, self.report.read_cables, path, self._bytes))
