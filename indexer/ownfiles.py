"""A person's own files in an archive, which no run touches: notes, a SQLite file, and saved searches. How they are made ready to be written, and copied.

All of it is done under `reftel.indexer.lock.own_files`.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from reftel.base import durable
from reftel.indexer import sqlite_file
from reftel.indexer.notes_file import Altered, problems, put_seal, salvage, seal_state, take_seal_off
from reftel.indexer.saved_file import read_file, text_of
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
    """Make the notes at ``path`` safe for SQLite to write to: regular files of one name, private to their owner; whether the file is new.

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
    """Refuse what beside a SQLite file is no journal of its own. `reftel.base.durable.NotAFile`, `ArchiveDamaged`."""
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
    """Have SQLite roll back the change of a program that died in the middle of it, which takes the right to write. Errors: as of `make_ready`."""
    make_ready(path)
    with contextlib.closing(sqlite_file.connect(path, "mode=rw", reading=False, timeout=_WAIT)) as database:
        database.execute("pragma schema_version").fetchone()


def own_problems(archive: Path) -> Iterator[tuple[str, str]]:
    """What is wrong with the notes and saved searches in an archive: the file, and why."""
    notes = archive / NOTES_FILE
    try:
        yield from ((NOTES_FILE, problem) for problem in (problems(notes) if os.path.lexists(notes) else ()))
    except (sqlite3.Error, OSError, ValueError) as error:
        yield NOTES_FILE, sqlite_file.why(error)
    try:
        read_file(archive / SAVED_FILE)
    except ArchiveDamaged as error:
        yield SAVED_FILE, str(error)


def mend_own(folder: Path) -> Iterator[str]:
    """Replace damaged notes and saved searches by what can still be read of them; what was done, a sentence for each file.

    One of which nothing can be read stays as it is.
    """
    for name in sorted({name for name, _problem in own_problems(folder)}):
        path = folder / name
        count = _mended_saved(path) if name == SAVED_FILE else _mended_notes(path)
        if count is None:
            yield f"{name}: is damaged, and nothing in it could be read: it stays as it was; restore it from a backup, or remove it"
        else:
            yield f"{name}: was damaged, {count:,} entries could be read: look whether they are right"


def _mended_saved(path: Path) -> int | None:
    try:
        saved = read_file(path, checked=False)
    except ArchiveDamaged:
        return None
    durable.write_whole(path, text_of(saved))
    return len(saved.searches)


def _mended_notes(path: Path) -> int | None:
    fresh = path.with_name(f"{path.name}.mended")
    durable.new_file(fresh).close()
    count = salvage(path, fresh)
    if not count:
        fresh.unlink()
        return None
    durable.flush_file(fresh)
    durable.put_in_place(fresh, path)
    return count


def copy_own(archive: Path, target: Path) -> None:
    """Copy notes and saved searches into the folder ``target``, if there are any; consistent, even while somebody writes to the notes.

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
        contextlib.closing(sqlite_file.connect(source, "mode=ro", reading=True, timeout=_WAIT)) as old,
        contextlib.closing(sqlite3.connect(target, isolation_level=None)) as new,
    ):
        new.execute("pragma temp_store = memory")
        old.execute("begin")
        old.execute("pragma schema_version").fetchone()  # from here on no other program writes; waited for above, not by `backup`
        state = seal_state(old)
        if state == "wrong":
            raise Altered("its checksum is wrong")
        old.backup(new)
        new.execute("pragma journal_mode = delete")
        if state == "right":  # SQLite writes its own version into the copy, and starts its count of changes again
            new.execute("begin")
            put_seal(new)
            new.execute("commit")
        else:
            take_seal_off(new)


def _copy_bytes(source: Path, target: Path) -> None:
    """Copy the file with its journal, then let SQLite undo in the copy what a program that died has left half done."""
    for suffix in ("", "-journal", "-wal"):
        if durable.status(part := source.with_name(f"{source.name}{suffix}")) is not None:
            durable.copy_file(part, target.with_name(f"{target.name}{suffix}"))
    with contextlib.suppress(sqlite3.DatabaseError), contextlib.closing(sqlite3.connect(target, isolation_level=None)) as copy:
        copy.execute("pragma schema_version").fetchone()
        copy.execute("pragma journal_mode = delete")
