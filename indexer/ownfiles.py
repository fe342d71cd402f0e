"""A person's own files in an archive, which no run touches: notes, a SQLite file, and saved searches. How they are made ready to be written, and copied.

All of it is done under `reftel.indexer.lock.own_files`.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

from reftel import durable
from reftel.indexer.sqlite_file import JOURNALS
from reftel.schema.errors import ArchiveDamaged, ArchiveLocked

NOTES_FILE = "mine.sqlite"
"""The name of the notes in an archive's folder."""

SAVED_FILE = "saved.json"
"""The name of the saved searches in an archive's folder."""

OWN = (NOTES_FILE, SAVED_FILE)

_WAIT = 10
_NAMES_ANOTHER = bytes((0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7))
"""The end of a journal that names a further one; https://www.sqlite.org/fileformat2.html, section 3"""


def make_ready(path: Path) -> bool:
    """See to it that SQLite may write to the notes at ``path``: regular files of one name, private to their owner; whether the file is new.

    Errors: ``OSError``, `ArchiveDamaged`.
    """
    check_journals(path)
    for suffix in ("", *JOURNALS):
        durable.unshare(path.with_name(f"{path.name}{suffix}"))
    if durable.status(path) is not None:
        return False
    durable.new_file(path).close()
    return True


def check_journals(path: Path) -> None:
    """Refuse what beside a SQLite file is no journal of its own. `reftel.durable.NotAFile`, `ArchiveDamaged`."""
    for suffix in JOURNALS:
        journal = path.with_name(f"{path.name}{suffix}")
        with contextlib.suppress(FileNotFoundError), os.fdopen(durable.open_own(journal, os.O_RDONLY), "rb") as file:
            length = len(_NAMES_ANOTHER)
            file.seek(max(0, os.fstat(file.fileno()).st_size - length))
            # A change to several databases at once leaves such a journal. No notes are ever changed so, and SQLite would remove the file
            # that it names, whatever that is.
            if file.read() == _NAMES_ANOTHER:
                raise ArchiveDamaged(f"{journal}: names another file, which SQLite would remove: no journal of notes does; remove it")


def settle(path: Path) -> None:
    """Have SQLite undo what a program that died in the middle of a change has left; only a program that may write can. Errors: as of `make_ready`."""
    make_ready(path)
    with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=_WAIT)) as database:
        database.execute("select count(*) from sqlite_master").fetchone()


def copy_own(archive: Path, target: Path) -> None:
    """Copy notes and saved searches into the folder ``target``, where they are; whole, whoever writes to the notes at the moment.

    Errors: ``OSError``, `ArchiveLocked`, `ArchiveDamaged`.
    """
    if durable.status(archive / SAVED_FILE) is not None:
        durable.copy_file(archive / SAVED_FILE, target / SAVED_FILE)
    if durable.status(archive / NOTES_FILE) is not None:
        copy_notes(archive / NOTES_FILE, target / NOTES_FILE)


def copy_notes(source: Path, target: Path) -> None:
    """Copy a SQLite file as it is after the last change that was whole. A damaged one is copied as it is. Errors: as of `copy_own`."""
    os.close(durable.open_own(source, os.O_RDONLY))
    check_journals(source)
    try:
        _copy_pages(source, target)
    except sqlite3.DatabaseError as error:
        if "locked" in str(error):
            raise ArchiveLocked(f"{source}: another program has been writing to the notes for {_WAIT} seconds") from error
        _copy_bytes(source, target)
    durable.flush_file(target)


def _copy_pages(source: Path, target: Path) -> None:
    durable.new_file(target).close()
    with (
        contextlib.closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=_WAIT, isolation_level=None)) as old,
        contextlib.closing(sqlite3.connect(target, isolation_level=None)) as new,
    ):
        for database in (old, new):
            database.execute("pragma temp_store = memory")
        old.execute("begin")
        old.execute("select count(*) from sqlite_master").fetchone()  # from here on no other program writes; waited for above, not by `backup`
        old.backup(new)
        new.execute("pragma journal_mode = delete")


def _copy_bytes(source: Path, target: Path) -> None:
    """Copy the file with its journal, then let SQLite undo in the copy what a program that died has left half done."""
    for suffix in ("", "-journal", "-wal"):
        if durable.status(part := source.with_name(f"{source.name}{suffix}")) is not None:
            durable.copy_file(part, target.with_name(f"{target.name}{suffix}"))
    with contextlib.suppress(sqlite3.DatabaseError), contextlib.closing(sqlite3.connect(target, isolation_level=None)) as copy:
        copy.execute("select count(*) from sqlite_master").fetchone()
        copy.execute("pragma journal_mode = delete")
