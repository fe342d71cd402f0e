"""A copy of an archive, made while nobody writes to it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from reftel import durable
from reftel.indexer.lock import FILE_NAME as LOCK_NAME
from reftel.indexer.lock import ArchiveLock
from reftel.indexer.manifest import FILE_NAME, NEXT_NAME
from reftel.schema.errors import ArchiveError, ArchiveMissing


def copy_archive(archive: Path, target: Path, *, wait: float = 0.0) -> None:
    """Copy ``archive`` to the new folder ``target``, which appears whole or not at all, private to its owner.

    Errors: `ArchiveMissing`, `ArchiveLocked` if a run still writes after ``wait`` seconds, `ArchiveError` if the copy cannot be written.
    """
    if not (archive / FILE_NAME).exists() and not (archive / NEXT_NAME).exists():
        raise ArchiveMissing(f"{archive}: there is no archive here")
    if target.exists():
        raise ArchiveError(f"{target}: is there already; name a new folder")
    partial = target.with_name(f"{target.name}.partial")
    try:
        with ArchiveLock(archive, wait=wait):
            shutil.rmtree(partial, ignore_errors=True)
            shutil.copytree(archive, partial, ignore=shutil.ignore_patterns(LOCK_NAME, "*.lock"))
        partial.chmod(0o700)
        for path in partial.rglob("*"):
            durable.flush_file(path)
        os.rename(partial, target)  # noqa: PTH104 - a folder, and never over another one
        durable.flush_folder(target.absolute().parent)
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise ArchiveError(f"{target}: cannot be written: {error.strerror or error}") from error
