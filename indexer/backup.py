"""A copy of an archive, made while nobody writes to it."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from reftel.base import durable
from reftel.engine.folder import LOCK as INDEX_LOCK
from reftel.engine.reader import open_reader
from reftel.index_errors import archive_errors
from reftel.indexer.complaints import reason
from reftel.indexer.lock import FILE_NAME as LOCK_NAME
from reftel.indexer.lock import ArchiveLock, own_files
from reftel.indexer.ownfiles import OWN, copy_own, own_problems
from reftel.indexer.presence import check_archive
from reftel.indexer.publishing import INDEX_FOLDER, find_manifest
from reftel.indexer.recovery import check_whole
from reftel.schema.errors import ArchiveDamaged, ArchiveError, ArchiveLocked, OutputError

_ATTEMPTS = 3
_LOCKS = {LOCK_NAME, INDEX_LOCK}


def copy_archive(archive: Path, target: Path, *, wait: float = 0.0) -> None:
    """Copy ``archive`` to the new folder ``target``, which appears whole or not at all, private to its owner.

    An archive that this process can't write to (another user's, a read-only disk) is copied without its lock, and looked at before and
    afterwards: whether it changed meanwhile.

    Errors: those of `reftel.indexer.presence.check_archive`, `ArchiveLocked` if a run still writes after ``wait`` seconds, `ArchiveDamaged` for a
    link or the like inside it, `ArchiveError` if the archive cannot be read, `OutputError` if the copy cannot be written. A damaged archive is copied
    as it is, and then `ArchiveDamaged` says so, of what is told without reading all of it.
    """
    try:
        _check(archive, target)
        made = partial = target.with_name(f"{target.name}.partial")
        with ArchiveLock(archive, wait=wait, reading=True) as lock:
            try:
                _copy_held(archive, partial) if lock.held else _copy_steady(archive, partial)
                os.rename(partial, target)  # noqa: PTH104 - a folder, and never over another one
                made = target
                durable.flush_folder(target.absolute().parent)
            except BaseException:
                with contextlib.suppress(OSError):
                    durable.remove(made)
                raise
    except OSError as error:
        if isinstance(error.filename, str) and Path(error.filename).is_relative_to(archive):
            raise ArchiveError(f"{archive}: cannot be read: {reason(error)}") from error
        raise OutputError(f"{target}: cannot be written: {reason(error)}") from error
    _tell_damage(archive, target)


def _tell_damage(archive: Path, copy: Path) -> None:
    try:
        check_whole(copy)
        with archive_errors(), contextlib.closing(open_reader(copy / INDEX_FOLDER)) as reader:
            manifest = find_manifest(copy, reader.generation)
        if manifest is not None:  # else the next run reads every file again
            manifest.close()
        problem = next((f"{name}: {what}" for name, what in own_problems(copy)), None)
    except ArchiveError as error:
        problem = str(error).replace(str(copy), str(archive))
    if problem is not None:
        raise ArchiveDamaged(f"{copy}: is the copy of a damaged archive ({problem}); keep an older one until `reftel verify` finds no problem")


def _check(archive: Path, target: Path) -> None:
    check_archive(archive)
    if durable.status(target) is not None:
        raise ArchiveError(f"{target}: is there already; name a new folder")
    if Path(os.path.realpath(target)).is_relative_to(os.path.realpath(archive)):  # resolve() fails for links in a circle
        raise ArchiveError(f"{target}: lies inside the archive; name a folder outside of it")


def _copy_held(archive: Path, partial: Path) -> None:
    _copy(archive, partial)
    with own_files(archive):
        copy_own(archive, partial)
    durable.flush_folder(partial)


def _copy_steady(archive: Path, partial: Path) -> None:
    """Copy an archive that others may be writing to; once more if they were."""
    for _ in range(_ATTEMPTS):
        with contextlib.suppress(FileNotFoundError):
            before = _state(archive)
            _copy(archive, partial)
            copy_own(archive, partial)
            durable.flush_folder(partial)
            if _state(archive) == before:
                return
    raise ArchiveLocked(f"{archive}: was written to again and again while it was copied, and cannot be locked from here; try again later")


def _copy(archive: Path, partial: Path) -> None:
    """Copy all but the locks and a person's own files."""
    durable.remove(partial)
    durable.make_folder(partial)
    for path, status in _entries(archive):
        copy = partial / path.relative_to(archive)
        if stat.S_ISDIR(status.st_mode):
            copy.mkdir(durable.PRIVATE_FOLDER)
        elif path.name not in _LOCKS and not (path.parent == archive and path.name.startswith(OWN)):
            durable.copy_file(path, copy)
    for path, status in _entries(archive):
        if stat.S_ISDIR(status.st_mode):
            durable.flush_folder(partial / path.relative_to(archive))


def _state(archive: Path) -> list[tuple[str, int, int, int]]:
    """A fingerprint of an archive's files, which any writing changes."""
    return sorted((str(path), status.st_ino, status.st_size, status.st_mtime_ns) for path, status in _entries(archive))


def _entries(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Every file and folder in a folder, a folder before what is in it. `ArchiveDamaged` for anything else."""
    folders = [folder]
    while folders:
        for path in sorted(folders.pop().iterdir()):
            status = durable.status(path)
            if status is None:  # a journal of notes comes and goes
                continue
            if stat.S_ISDIR(status.st_mode):
                folders.append(path)
            elif not stat.S_ISREG(status.st_mode):
                kind = durable.kind_of(status.st_mode)
                raise ArchiveDamaged(f"{path}: is {kind}; there are only files and folders in an archive: look at it and remove it")
            yield path, status
