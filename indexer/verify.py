"""Is an archive whole? Every file, every record, every entry of the manifest is read and compared; and how one that is not is rebuilt."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import os
import stat
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reftel.base import durable
from reftel.base.frozen import frozen
from reftel.engine.reader import Reader, open_reader
from reftel.engine.writer import MEMORY_MB
from reftel.index_errors import archive_errors
from reftel.indexer.build import build_selection
from reftel.indexer.complaints import write_errors
from reftel.indexer.kept import unpack
from reftel.indexer.lock import FILE_NAME as LOCK_NAME
from reftel.indexer.lock import ArchiveLock, own_files
from reftel.indexer.manifest import FILE_NAME, NEXT_NAME, About, Draft, Manifest
from reftel.indexer.ownfiles import OWN, copy_own, mend_own, own_problems
from reftel.indexer.presence import check_archive, has_a_part, others, strangers
from reftel.indexer.publishing import INDEX_FOLDER, find_manifest
from reftel.indexer.recovery import seen_before
from reftel.indexer.report import BuildReport
from reftel.indexer.sources import Selection
from reftel.indexer.walking import literal
from reftel.indexer.writer import field_specs
from reftel.schema.errors import REBUILD, ArchiveDamaged, ArchiveError
from reftel.schema.names import path_of
from reftel.schema.stored import cable_of

_DAMAGE = (ArchiveError, ValueError, LookupError, TypeError, AttributeError, OSError, ArithmeticError, EOFError, MemoryError)
"""What reading altered bytes can lead to, besides the errors that the archive's own files raise."""
_RECORDS_MAPPED = 20_000  # before the pages of the index leave memory
_UNKNOWN = 1 << 62  # the generation of an index that can't be opened: later than that of any manifest
_ATTEMPTS, _PAUSE = 20, 0.01  # to open what belongs together while a run publishes; seconds


@frozen
class Problem:
    """Something wrong with an archive: ``part`` is ``index``, ``manifest``, ``own files`` or ``archive``, ``place`` a file or a key."""

    part: str
    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.part}: {self.place}: {self.message}"


@dataclasses.dataclass(slots=True)
class Verdict:
    """What `verify` read and what is wrong.

    ``notes``: files that are no part of the archive, or none yet or any more, and dumps that are read in part; they do no harm.
    """

    cables: int = 0
    texts: int = 0
    sources: int = 0
    problems: list[Problem] = dataclasses.field(default_factory=list)
    notes: list[str] = dataclasses.field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return dataclasses.asdict(self)


def verify(archive: Path) -> Verdict:
    """Read everything in an archive. `ArchiveMissing` if there is none; all else is in the verdict."""
    verdict = Verdict()
    if has_a_part(archive):
        verdict.problems += (Problem("archive", name, f"it is {found}, and an archive holds nothing but files") for name, found in strangers(archive))
    if not verdict.problems:
        try:
            check_archive(archive)
        except ArchiveDamaged as error:
            verdict.problems.append(Problem("archive", str(archive), _short(error)))
    reader, manifest = _open(archive, verdict)
    keys: set[str] | None = None
    try:
        verdict.notes += (f"{name}: {what}" for name, what in others(archive, reader.generation if reader is not None else _UNKNOWN))
        if reader is not None:
            keys = _check_index(reader, verdict)
        if manifest is not None:
            _check_manifest(manifest, keys, verdict)
    finally:
        for part in (reader, manifest):
            if part is not None:
                part.close()
    verdict.problems += (Problem("own files", name, problem) for name, problem in own_problems(archive))
    return verdict


def _open(archive: Path, verdict: Verdict) -> tuple[Reader | None, Manifest | None]:
    """Index and manifest that belong together, as far as they can be opened. Both stay as they are while runs publish others."""
    for _ in range(_ATTEMPTS):
        reader = _open_index(archive, verdict)
        try:
            manifest = find_manifest(archive, reader.generation if reader is not None else _UNKNOWN)
            if manifest is not None and not _is_whole(manifest):
                verdict.problems.append(Problem("manifest", manifest.path.name, "its checksum is wrong"))
        except FileNotFoundError:  # it has just become the manifest of the archive
            manifest = None
        except _DAMAGE as error:
            verdict.problems.append(Problem("manifest", FILE_NAME, _short(error)))
            return reader, None
        if manifest is not None:
            return reader, manifest
        if reader is not None:
            reader.close()
        time.sleep(_PAUSE)
    verdict.problems.append(Problem("manifest", FILE_NAME, "it is newer than the index; the next run reads every file again"))
    return _open_index(archive, verdict), None


def _is_whole(manifest: Manifest) -> bool:
    try:
        return manifest.is_whole()
    except BaseException:
        manifest.close()
        raise


def _open_index(archive: Path, verdict: Verdict) -> Reader | None:
    try:
        with archive_errors():
            return open_reader(archive / INDEX_FOLDER)
    except _DAMAGE as error:
        verdict.problems.append(Problem("index", INDEX_FOLDER, _short(error)))
        return None


def _check_index(reader: Reader, verdict: Verdict) -> set[str] | None:
    """The keys of the index; ``None`` if they cannot be read."""
    keys: set[str] = set()
    if reader.specs != field_specs():
        verdict.problems.append(Problem("index", INDEX_FOLDER, f"it was built by another version, with other fields or rules for words; {REBUILD}"))
    try:
        with archive_errors():
            verdict.problems += (Problem("index", part, "its checksum is wrong") for part in reader.verify())
            for document, alive in enumerate(reader.live.tolist()):
                if document % _RECORDS_MAPPED == 0:
                    reader.drop_pages()
                if alive:
                    keys.add(_check_record(reader, document, verdict))
            return keys
    except _DAMAGE as error:
        verdict.problems.append(Problem("index", INDEX_FOLDER, _short(error)))
        return None


def _check_record(reader: Reader, document: int, verdict: Verdict) -> str:
    key: str = reader.key(document)
    verdict.cables += 1
    try:
        found = cable_of(reader.record(document)).key
    except _DAMAGE as error:
        verdict.problems.append(Problem("index", key, f"its record cannot be read: {_short(error)}"))
    else:
        if found != key:
            verdict.problems.append(Problem("index", key, f"its record is that of '{found}'"))
    return key


def _check_manifest(manifest: Manifest, keys: set[str] | None, verdict: Verdict) -> None:
    try:
        broken = manifest.problems()
        verdict.problems += (Problem("manifest", FILE_NAME, problem) for problem in broken)
        if not broken:
            verdict.problems += check_entries(manifest, keys, verdict)
    except _DAMAGE as error:
        verdict.problems.append(Problem("manifest", FILE_NAME, _short(error)))


def check_entries(manifest: Manifest, keys: set[str] | None, verdict: Verdict) -> Iterator[Problem]:
    """What is wrong with the entries of a manifest, among themselves and against the keys of the index, where those are known."""
    counts: Counter[str] = Counter()
    shown: Counter[str] = Counter()
    for version in manifest.all_versions():
        verdict.texts += 1
        counts[version.file] += 1
        shown[version.key] += version.chosen
        if not version.chosen:
            yield from _kept_record(version.key, version.path, version.record)
    left = Counter(row.file for row in manifest.held() if not row.is_whole)
    for row in manifest.sources():
        verdict.sources += 1
        found = counts.pop(row.path, 0)
        if found > row.cables + left[row.path]:
            yield Problem("manifest", row.path, f"{found} texts are listed, {row.cables} were read")
    for part in manifest.parts():
        source = manifest.source(part.path)
        if source is None or source.outcome != "begun" or part.texts > source.cables:
            yield Problem("manifest", part.path, f"{part.texts} of its texts are said to be published in part, which its own row does not say")
        else:
            verdict.notes.append(f"{part.path}: read in part, {part.texts:,} texts so far; the next run goes on behind them")
    manifest.all_seen()  # the error of one that cannot be read is a problem too
    yield from (Problem("manifest", path, "texts of a file that is not listed") for path in counts)
    yield from (Problem("manifest", key, f"{count} texts are marked as shown") for key, count in shown.items() if count != 1)
    if keys is not None:
        yield from (Problem("index", key, "the manifest does not know this cable") for key in sorted(keys - set(shown)))
        yield from (Problem("index", key, "lost: the manifest lists it") for key in sorted(set(shown) - keys))


def _kept_record(key: str, path: str, record: bytes | None) -> Iterator[Problem]:
    try:
        found = unpack(record or b"").key
    except ArchiveError as error:
        yield Problem("manifest", f"{key} of {path}", f"its kept text cannot be read: {_short(error)}")
    else:
        if found != key:
            yield Problem("manifest", f"{key} of {path}", f"its kept text is that of '{found}'")


def _short(error: BaseException) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__


@frozen
class Repair:
    """What `rebuild` did. ``lost``: keys that the damaged archive still names and the new one has not; ``kept``: where the damaged one is.

    ``mended``: what became of notes and saved searches that were damaged, a sentence each.
    """

    report: BuildReport
    kept: Path
    lost: tuple[str, ...]
    mended: tuple[str, ...] = ()


def rebuild(archive: Path, selection: Selection, *, workers: int = 1, memory: int = MEMORY_MB, wait: float = 0.0) -> Repair:
    """Rebuild an archive from its sources, then put it in the place of the old one, which is kept beside it.

    First sights, saved searches and notes are taken over as far as they can be read; the latter two at the end, under the lock that their
    writers respect, so that what is noted meanwhile is there. Nothing is changed, and nothing left behind, if any of it fails.

    Errors: `ArchiveError` and those of `reftel.indexer.build.build_selection`.
    """
    place = _with_a_name(archive)
    fresh = place.with_name(f"{place.name}.rebuild")
    with write_errors(archive, "it is as it was"), ArchiveLock(archive, wait=wait):
        durable.remove(fresh)
        try:
            durable.make_folder(fresh)
            _begin(archive, fresh)
            report = build_selection(selection, fresh, workers=workers, memory=memory)
            before, after = _known_keys(archive), _known_keys(fresh)
            with own_files(archive):
                copy_own(archive, fresh)
                mended = tuple(mend_own(fresh))
                durable.flush_folder(fresh)
                kept = _exchange(place, fresh)
        except BaseException:
            with contextlib.suppress(OSError):
                durable.remove(fresh)
            raise
    return Repair(report, kept, tuple(sorted(before - after)), mended)


def _with_a_name(archive: Path) -> Path:
    """The archive's folder under its name, where it was called ``.`` or ``..``."""
    return archive if archive.name not in {"", ".."} else archive.resolve()


def _exchange(archive: Path, fresh: Path) -> Path:
    """Put the new archive in the place of the old one; where the old one is now."""
    kept = first = archive.with_name(f"{archive.name}.damaged-{datetime.datetime.now(datetime.UTC):%Y%m%dT%H%M%S}")
    number = 1
    while os.path.lexists(kept):
        number += 1
        kept = first.with_name(f"{first.name}-{number}")
    os.rename(archive, kept)  # noqa: PTH104 - beside os.replace, which fault tests put a fault into
    try:
        os.rename(fresh, archive)  # noqa: PTH104
        durable.flush_folder(archive.absolute().parent)
    except BaseException:
        if not fresh.exists():
            os.rename(archive, fresh)  # noqa: PTH104
        os.rename(kept, archive)  # noqa: PTH104
        raise
    return kept


def known_sources(archive: Path) -> tuple[str, ...]:
    """The files that an archive was made from, as sources that name them and no others, as far as its manifest can be read."""
    for name in (NEXT_NAME, FILE_NAME):
        try:
            manifest = Manifest(archive / name)
            paths = tuple(literal(path_of(row.path)) for row in manifest.sources() if isinstance(row.path, str) and "\0" not in row.path)
        except ArchiveError:
            continue
        manifest.close()
        return paths
    return ()


def _begin(archive: Path, fresh: Path) -> None:
    """Begin an archive with what another one has that no run makes: first sights, and files that a person has put there."""
    seen, run = seen_before(archive / FILE_NAME)
    draft = Draft(fresh / FILE_NAME)
    draft.put_seen((key, *sight) for key, sight in seen.items())
    draft.finish(About(-1, run))
    for path in archive.iterdir():
        if path.name != LOCK_NAME and not path.name.startswith((FILE_NAME, *OWN)) and stat.S_ISREG(path.lstat().st_mode):
            durable.copy_file(path, fresh / path.name)


def _known_keys(archive: Path) -> set[str]:
    """Keys that the index or a manifest names, as far as they can be read."""
    reader, keys = _open_index(archive, Verdict()), set[str]()
    if reader is not None:
        keys = _check_index(reader, Verdict()) or set()
        reader.close()
    for name in (NEXT_NAME, FILE_NAME):
        try:
            manifest = Manifest(archive / name)
            keys |= manifest.shown_keys()
        except ArchiveError:
            continue
        manifest.close()
    return keys
