"""The SQLite file of a person's tags and notes: its tables, and whether it is as it was written, to the bit.

It is written to again and again, so its seal can't be put on from outside: the transaction that changes it seals it too, at its end. Files of earlier
versions, and those that another program has changed, have no seal that counts; they are read as they are, and get one with the next note.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from reftel.indexer import sqlite_file
from reftel.indexer.seal import SealState, live_seal, live_seal_state
from reftel.indexer.sqlite_file import Connection

FORMAT = 2  # 1 had no seal
TABLES = """
create table if not exists tag (key text not null, tag text not null, added text not null, primary key (key, tag)) without rowid;
create index if not exists key_by_tag on tag (tag, key);
create table if not exists note (number integer primary key, key text not null, text text not null, added text not null);
create index if not exists note_by_key on note (key);
"""
_NUMBER = 0xFF  # of the user version; the rest belongs to the seal
_WAIT = 10.0
_sound: dict[Path, tuple[int, ...]] = {}  # what tells that a file was not changed since its seal was looked at


class Altered(sqlite3.DatabaseError):
    """The file is not as it was written."""


@contextlib.contextmanager
def reading(path: Path) -> Iterator[Connection | None]:
    """A connection to read the notes through, all of one state; ``None`` while somebody makes the file.

    Errors: ``sqlite3.Error`` (`Altered`, `reftel.indexer.sqlite_file.ForeignTables`), `reftel.base.durable.NotAFile`, ``ValueError``.
    """
    with contextlib.closing(sqlite_file.connect(path, "mode=ro", reading=True, timeout=_WAIT)) as database:
        database.execute("begin")
        yield database if _begun(database, path) else None


@contextlib.contextmanager
def writing(path: Path) -> Iterator[Connection]:
    """A connection to change the notes through: all of it, or nothing if anything goes wrong. The file must be there, and may be empty.

    Errors: as of `reading`.
    """
    with contextlib.closing(sqlite_file.connect(path, "mode=rw", reading=False, timeout=_WAIT)) as database:
        database.execute("begin immediate")
        try:
            if not _begun(database, path):
                for statement in filter(str.strip, TABLES.split(";")):
                    database.execute(statement)
            yield database
            put_seal(database)
            database.execute("commit")
        except BaseException:
            if database.in_transaction:
                database.execute("rollback")
            raise


def put_seal(database: sqlite3.Connection) -> None:
    """Seal a file of notes as it will be when the transaction at hand is committed, which this must be the end of."""
    database.execute(f"pragma user_version = {FORMAT}")
    database.execute("pragma application_id = 0")
    if hasattr(database, "serialize"):  # a SQLite without it leaves no seal
        seal, version = live_seal(database.serialize(), FORMAT)
        database.execute(f"pragma user_version = {version}")
        database.execute(f"pragma application_id = {seal}")


def take_seal_off(database: sqlite3.Connection) -> None:
    """Leave a file without a seal, where it has one."""
    ((version,),) = database.execute("pragma user_version").fetchall()
    database.execute("pragma application_id = 0")
    database.execute(f"pragma user_version = {version & _NUMBER}")


def seal_state(database: sqlite3.Connection) -> SealState:
    """Whether a file is as it was when it was sealed, if it was."""
    return live_seal_state(database.serialize()) if hasattr(database, "serialize") else "none"


def _begun(database: Connection, path: Path) -> bool:
    """Whether there is anything in a file. Raises for one that can't be right."""
    ((version,),) = database.execute("pragma user_version").fetchall()
    version &= _NUMBER
    if not version and not database.execute("select 1 from sqlite_master limit 1").fetchall():
        return False
    if not 1 <= version <= FORMAT:
        raise Altered(f"notes of a later format ({version}) than this version reads ({FORMAT})" if version > FORMAT else f"notes of format {version}")
    sqlite_file.check_tables(database, TABLES)
    _check_seal(database, path)
    return True


def _check_seal(database: Connection, path: Path) -> None:
    status = path.stat()
    stamp = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    if _sound.get(path) == stamp or not hasattr(database, "serialize"):
        return
    data = database.serialize()
    if len(data) != status.st_size:
        raise Altered(f"it has {status.st_size:,} bytes, and says {len(data):,}")
    if live_seal_state(data) == "wrong":
        raise Altered("its checksum is wrong; restore it from a backup, or have `reftel verify --repair` keep what can be read")
    _sound[path] = stamp


def problems(path: Path) -> Iterator[str]:
    """What is wrong with a file of notes. Errors: as of `reading`, which are problems too."""
    if not path.stat().st_size:
        yield "it is empty: what was noted is lost, or nothing ever was; remove it"
        return
    _sound.pop(path, None)
    with reading(path) as database:
        if database is None:
            yield "there is nothing in it"
            return
        yield from sqlite_file.problems(database)
        for statement in ("select key, tag, added from tag", "select key, number, text, added from note"):
            for row in database.execute(statement):
                sqlite_file.plain(row)


def salvage(source: Path, target: Path) -> int:
    """Write what can be read of damaged notes into the empty file ``target``; how many tags and texts that were. Errors: ``sqlite3.Error``."""
    count = 0
    with writing(target) as new:
        for statement, insert in (
            ("select key, tag, added from tag", "insert or ignore into tag values (?, ?, ?)"),
            ("select key, text, added from note order by number", "insert into note (key, text, added) values (?, ?, ?)"),
        ):
            for row in _readable(source, statement):
                new.execute(insert, row)
                count += 1
    return count


def _readable(path: Path, statement: str) -> Iterator[tuple[str | int, ...]]:
    """The rows of damaged notes up to where they can't be read any further."""
    with (
        contextlib.suppress(sqlite3.Error, ValueError, OSError),
        contextlib.closing(sqlite_file.connect(path, "mode=ro", reading=True, timeout=_WAIT)) as database,
    ):
        sqlite_file.check_tables(database, TABLES)
        for row in database.execute(statement):
            with contextlib.suppress(ValueError):
                yield sqlite_file.plain(row)
