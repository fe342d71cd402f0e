"""Opening the SQLite files of an archive, which may be damaged, or a stranger's: regular files, the tables expected and no others, bounded steps.

A file may bring views that never end, triggers, virtual tables, columns computed by expressions, trees of pages that lead back into
themselves. So what the file says of its own tables is compared, to the letter, with what this program writes, before anything else is asked
of it; and no statement takes more steps than a sound file of that size could need.
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
import sqlite3
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from reftel.base import durable
from reftel.base.patterns import regex

JOURNALS = ("-journal", "-wal", "-shm")
"""What SQLite puts behind the name of a file for what it keeps beside it."""

_TICK = 10_000  # steps of SQLite's machine between two looks at how many are left
_LEAST, _BY_BYTE = 5_000_000, 8  # steps that any statement may take, and for each byte of the file; a sound one takes less than 2
_DEFENCES = (
    "pragma trusted_schema = off",
    "pragma cell_size_check = on",
    "pragma mmap_size = 0",
    "pragma temp_store = memory",  # no text of a cable outside the archive's folder
)


_STATEMENT = regex(r"create (?P<kind>table|index) (?:if not exists )?(?P<rest>(?P<name>\w+)(?: on (?P<table>\w+))? .*)", re.DOTALL)


class ForeignTables(sqlite3.DatabaseError):
    """The file holds other tables than this program writes: damaged, or made by another one."""


class _Steps:
    """How many steps the statement at hand may still take. An object of its own, so that a connection is closed when it is let go of."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._size = 0
        self._left = 0

    def begin(self) -> None:
        with contextlib.suppress(FileNotFoundError):  # renamed, as a manifest is when it is published; it is as long as it was
            self._size = os.stat(self._path).st_size  # noqa: PTH116 - called for every cable
        self._left = (_LEAST + _BY_BYTE * self._size) // _TICK

    def lift(self) -> None:
        self._left = sys.maxsize

    def tick(self) -> bool:
        self._left -= 1
        return self._left < 0


class Connection(sqlite3.Connection):
    """SQLite's, each of its statements bounded."""

    _steps: _Steps | None = None

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> sqlite3.Cursor:  # type: ignore[override]  # no named ones
        """SQLite's own. ``sqlite3.OperationalError`` for one that takes too many steps, which its rows may raise later too."""
        if self._steps:
            self._steps.begin()
        return super().execute(statement, values)

    def executemany(self, statement: str, values: Iterable[Any], /) -> sqlite3.Cursor:
        """SQLite's own: as many steps as there are values for."""
        if self._steps:
            self._steps.lift()
        return super().executemany(statement, values)

    def bound(self, path: Path) -> None:
        """Begin to count, for a database in the file ``path``."""
        self._steps = _Steps(path)
        self.set_progress_handler(self._steps.tick, _TICK)


def connect(path: Path, options: str, *, reading: bool, timeout: float = 5.0) -> Connection:
    """A connection whose statements are their own transactions (``begin`` for longer ones). ``options``: of SQLite's file names, ``"mode=ro"``.

    Errors: `reftel.base.durable.NotAFile`, ``sqlite3.Error``; nothing stays open then.
    """
    for name in ("", *JOURNALS):
        durable.check_own(path.with_name(path.name + name))
    database = sqlite3.connect(
        f"{path.absolute().as_uri()}?{options}", uri=True, check_same_thread=False, isolation_level=None, timeout=timeout, factory=Connection
    )
    try:
        database.bound(path)
        for pragma in (*_DEFENCES, *(("pragma query_only = on",) if reading else ())):
            database.execute(pragma)
    except BaseException:
        database.close()
        raise
    return database


def check_tables(database: sqlite3.Connection, tables: str, perhaps: str = "") -> None:
    """`ForeignTables` unless the database holds the tables and indices of the script ``tables``, to the letter, and nothing else.

    ``perhaps``: the script of others that it may hold.
    """
    expected, other = _shape(tables), _shape(perhaps)
    found = database.execute("select type, name, tbl_name, sql from sqlite_master limit ?", (len(expected) + len(other) + 1,)).fetchall()
    if not expected <= _normal(found) <= expected | other or len(found) > len(_normal(found)):
        names = sorted(str(row[1]) for row in found)
        raise ForeignTables(f"it holds other tables than reftel writes: {', '.join(names)[:200] or 'none'}")


def check_table(database: sqlite3.Connection, tables: str, name: str) -> None:
    """`ForeignTables` unless the database holds this table of the script, to the letter; what else it holds is not looked at."""
    found = database.execute("select type, name, tbl_name, sql from sqlite_master where name = ? limit 2", (name,)).fetchall()
    if _normal(found) != {row for row in _shape(tables) if row[1] == name}:
        raise ForeignTables(f"it has no table '{name}' as reftel writes it")


@functools.cache
def _shape(tables: str) -> frozenset[tuple[str, ...]]:
    """What SQLite keeps in ``sqlite_master`` of a script like ours: kind, name, table, and the statement with its first words as it writes them."""
    found = [_STATEMENT.fullmatch(" ".join(statement.split())) for statement in tables.split(";")]
    return frozenset(
        (match["kind"], match["name"], match["table"] or match["name"], f"CREATE {match['kind'].upper()} {match['rest']}") for match in found if match
    )


def _normal(rows: Sequence[tuple[object, ...]]) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(" ".join(str(value).split()) for value in row) for row in rows)


def problems(database: sqlite3.Connection) -> list[str]:
    """What SQLite's own check of a file finds wrong; empty when it is sound."""
    try:
        rows = database.execute("pragma integrity_check(20)").fetchall()
    except sqlite3.DatabaseError as error:
        return [why(error)]
    return [str(found) for (found,) in rows if found != "ok"]


def why(error: Exception) -> str:
    """What is wrong with a file, from an error of SQLite's, the system's or of reading it."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, UnicodeDecodeError):
        return f"it is no UTF-8 from byte {error.start:,} on"
    if isinstance(error, RecursionError):
        return "it is nested too deep"
    return "reading it takes more steps than a sound file of its size" if "interrupted" in str(error) else str(error)


def text(value: object) -> str:
    """A text out of a table; ``ValueError`` for anything else. SQLite keeps any kind of value in any column."""
    if not isinstance(value, str) or "\0" in value:
        raise ValueError(f"{_shown(value)} in the place of a text")
    return value


def number(value: object, least: int = 0, most: int = (1 << 62) - 1) -> int:
    """A whole number out of a table, from ``least`` to ``most``; ``ValueError`` for anything else."""
    if not isinstance(value, int) or not least <= value <= most:
        raise ValueError(f"{_shown(value)} in the place of a number from {least} to {most}")
    return value


def plain(row: tuple[object, ...]) -> tuple[str | int, ...]:
    """A row of texts and whole numbers; ``ValueError`` for one with anything else."""
    return tuple(number(value) if isinstance(value, int) else text(value) for value in row)


def _shown(value: object) -> str:
    return "nothing" if value is None else f"{type(value).__name__} {str(value)[:40]!r}"
