"""What an archive was made from: every source file with its content hash, every cable with the files that hold it.

A SQLite file beside the index. A cable that several files hold has a row for each; the one that the index shows is ``chosen``, the others
keep their record here, so that nothing has to be read again when the chosen one goes. How a manifest takes effect together with its
index is in `reftel.indexer.publishing`.
"""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import itertools
import os
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from reftel.base import durable
from reftel.base.frozen import frozen
from reftel.indexer import sqlite_file
from reftel.indexer.seal import is_sealed, seal
from reftel.indexer.sqlite_file import number, text
from reftel.schema.errors import REBUILD, ArchiveDamaged, ArchiveMissing, ArchiveVersion

FILE_NAME = "manifest.sqlite"
NEXT_NAME = "manifest.sqlite.next"
FORMAT = 2
_SPOOL = ".spool"
_MOST_UNWRITTEN, _MOST_UNWRITTEN_BYTES = 1000, 4 << 20
_MOST_UNWRITTEN_SPOOL = 1 << 20  # bytes
_AT_ONCE = 500  # keys that are looked up together

_TABLES = """
create table about (format integer not null, base integer not null, run integer not null);
create table source (
    path text primary key, size integer not null, mtime_ns integer not null, sha256 text not null, cables integer not null, failures integer not null,
    outcome text not null, normaliser integer not null
) without rowid;
create table version (
    key text not null, file text not null, path text not null, locator integer not null, length integer not null, released text not null, chosen integer not null,
    record blob,
    primary key (key, path, locator)
) without rowid;
create index version_by_file on version (file);
create table seen (key text primary key, run integer not null, at text not null) without rowid;
"""
_LATER_TABLES = """
create table if not exists failed (path text primary key, sha256 text not null, normaliser integer not null) without rowid;
create table if not exists held (
    file text not null, key text not null, path text not null, locator integer not null, run integer not null,
    primary key (file, key, path, locator)
) without rowid;
create table if not exists part (path text primary key, sha256 text not null, normaliser integer not null, texts integer not null,
    replaces integer not null
) without rowid;
create table if not exists given (file text not null, key text not null, primary key (file, key)) without rowid;
"""
"""Tables that an older archive of this format may lack; the next run adds them, empty."""


@frozen
class About:
    """``base``: the generation of the index that the run which made this manifest began with; ``run``: how many runs changed the archive."""

    base: int
    run: int


@frozen
class SourceRow:
    """A source file as it was read. ``cables`` and ``failures`` count its records.

    ``outcome``: ``read``, ``partly`` (some records could not be read), ``begun`` (there is a `PartRow`) or ``failed`` (no cable; looked at
    again by every run).
    ``normaliser``: the version of the rules it was read by. ``mtime_ns`` is -1 where the time says nothing, since the file changed just
    before it was read.
    """

    path: str
    size: int
    mtime_ns: int
    sha256: str
    cables: int
    failures: int
    outcome: str = "read"
    normaliser: int = 0


@frozen
class VersionRow:
    """One file's text of a cable.

    ``file`` is the source file, ``path`` the same or the member of an archive in it. ``length`` in characters; ``released`` as the
    container prints it; ``record`` (compressed JSON) only where not ``chosen``.
    """

    key: str
    file: str
    path: str
    locator: int
    length: int
    released: str
    chosen: bool
    record: bytes | None = None

    @property
    def rank(self) -> tuple[int, str, str, int]:
        """What decides which text is shown: the longest, then the latest released, then the last path (only to be deterministic)."""
        return (self.length, self.released, self.path, self.locator)


@frozen
class HeldRow:
    """What the archive keeps although its source no longer gives it: one text of a file that has others now, or a whole ``file``.

    ``key``, ``path`` and ``locator`` are those of the text, empty for a whole file. ``run``: the run that found it missing and held it back;
    0 while no run has come to its end since.
    """

    file: str
    key: str = ""
    path: str = ""
    locator: int = 0
    run: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether this is the whole file."""
        return not self.key


@frozen
class PartRow:
    """How far a file is read that a run publishes part by part: its first ``texts`` are published.

    ``sha256``: of the whole file, which shows that the rest belongs to them. ``replaces``: whether the archive held other texts of the file as
    this reading began; then `Manifest.given` has the keys that were replaced so far.
    """

    path: str
    sha256: str
    normaliser: int
    texts: int
    replaces: bool


_SOURCE_COLUMNS = ", ".join(field.name for field in dataclasses.fields(SourceRow))
_VERSION_COLUMNS = ", ".join(field.name for field in dataclasses.fields(VersionRow))


_DAMAGE = (sqlite3.DatabaseError, ValueError, TypeError, durable.NotAFile)
_SOON_CHECKED = 16 << 20  # bytes; that takes 10 ms
_ANY_TIME = 1 << 63  # of what number() is asked for: nanoseconds since or before 1970


class CannotOpen(ArchiveDamaged):
    """The manifest's file is there, but could not be opened: no permission, or it was not there a moment ago."""


class Manifest:
    """A manifest that is only read. Errors: `ArchiveMissing`, `ArchiveDamaged`, `ArchiveVersion`."""

    careful = False
    """Whether to look at the checksum of the file, unless it is a long one, before a row is read for the first time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._checked():
            self._database = _open(path)
            try:
                self.about = self._read_about()
            except BaseException:
                self._database.close()
                raise

    @contextlib.contextmanager
    def _checked(self) -> Iterator[None]:
        try:
            yield
        except _DAMAGE as error:
            raise ArchiveDamaged(
                f"{self.path}: the manifest cannot be read ({sqlite_file.why(error)}); `reftel verify --repair` rebuilds the archive"
            ) from error

    def _read_about(self) -> About:
        """What the manifest says of itself. `ArchiveVersion` for another format, `_DAMAGE` for anything but a manifest."""
        sqlite_file.check_table(self._database, _TABLES, "about")
        ((found, base, run),) = self._database.execute("select format, base, run from about limit 2").fetchall()
        if number(found) != FORMAT:
            raise ArchiveVersion(f"{self.path}: format {found}, this version reads format {FORMAT}; {REBUILD}")
        sqlite_file.check_tables(self._database, _TABLES, _LATER_TABLES)
        return About(number(base, -1), number(run))

    def _rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        if self.careful:
            self.careful = False
            with contextlib.suppress(FileNotFoundError):  # renamed, as a manifest is when it is published
                if self.path.stat().st_size <= _SOON_CHECKED and not self.is_whole():
                    raise ValueError("its checksum is wrong")
        return self._database.execute(query, values).fetchall()

    def source(self, path: str) -> SourceRow | None:
        """The row of a source file, if it was read before."""
        with self._checked():
            rows = self._rows(f"select {_SOURCE_COLUMNS} from source where path = ?", path)  # noqa: S608 - constants
            return _source(rows[0]) if rows else None

    def sources(self) -> list[SourceRow]:
        """Every source file, in order of path."""
        with self._checked():
            return list(map(_source, self._rows(f"select {_SOURCE_COLUMNS} from source order by path")))  # noqa: S608 - constants

    def versions(self, key: str) -> list[VersionRow]:
        """Every text of a cable, the best first."""
        with self._checked():
            rows = self._rows(f"select {_VERSION_COLUMNS} from version where key = ?", key)  # noqa: S608 - constants
            return sorted(map(_version, rows), key=lambda version: version.rank, reverse=True)

    def versions_of(self, file: str) -> list[VersionRow]:
        """Every text that a source file holds."""
        with self._checked():
            return list(map(_version, self._rows(f"select {_VERSION_COLUMNS} from version where file = ?", file)))  # noqa: S608 - constants

    def all_versions(self) -> Iterator[VersionRow]:
        """Every text of every cable."""
        with self._checked():
            yield from map(_version, self._database.execute(f"select {_VERSION_COLUMNS} from version"))  # noqa: S608 - constants

    def shown_keys(self) -> set[str]:
        """The key of every cable that the index shows."""
        with self._checked():
            return {text(key) for (key,) in self._rows("select key from version where chosen")}

    def duplicates(self) -> dict[str, list[str]]:
        """The paths of the texts of every cable that has more than one, by key, the best text first."""
        found: dict[str, list[str]] = {}
        with self._checked():
            for key, path in self._rows(
                "select key, path from version where key in (select key from version group by key having count(*) > 1) "
                "order by key, length desc, released desc, path desc, locator desc"
            ):
                found.setdefault(text(key), []).append(text(path))
        return found

    def counts(self) -> tuple[int, int, int]:
        """Numbers of source files that gave cables, of versions, and of records that could not be read in those files."""
        with self._checked():
            ((files, failures),) = self._rows("select count(*), coalesce(sum(failures), 0) from source where outcome != 'failed'")
            # not count(*), which SQLite does in one step, however long it takes
            ((versions,),) = self._rows("select coalesce(sum(1), 0) from version")
            return number(files), number(versions), number(failures)

    def seen_since(self, run: int) -> set[str]:
        """Keys of the cables that were first seen by a run after this one."""
        with self._checked():
            return {text(key) for (key,) in self._rows("select key from seen where run > ?", run)}

    def unseen(self, keys: Iterable[str]) -> list[str]:
        """Those of some keys that no run has seen yet."""
        unseen: list[str] = []
        each = iter(keys)
        while some := list(itertools.islice(each, _AT_ONCE)):
            with self._checked():
                found = self._rows(f"select key from seen where key in ({', '.join('?' * len(some))})", *some)  # noqa: S608 - question marks
            seen = {text(key) for (key,) in found}
            unseen += [key for key in some if key not in seen]
        return unseen

    def all_seen(self) -> list[tuple[str, int, str]]:
        """Key, run and time of the first sight of every cable, those that are gone included."""
        with self._checked():
            return [(text(key), number(run), text(at)) for key, run, at in self._rows("select key, run, at from seen")]

    def knows_failed(self, row: SourceRow) -> bool:
        """Whether this content of a source file could not be read before, by the same rules."""
        before = self.source(row.path)
        if before is not None and before.failures and (before.sha256, before.normaliser) == (row.sha256, row.normaliser):
            return True
        where = (row.path, row.sha256, row.normaliser)
        with self._checked():
            return self._has("failed") and bool(self._rows("select 1 from failed where path = ? and sha256 = ? and normaliser = ?", *where))

    def held(self) -> list[HeldRow]:
        """What is kept although its source no longer gives it."""
        with self._checked():
            if not self._has("held"):
                return []
            rows = self._rows("select file, key, path, locator, run from held order by file, key, path, locator")
            return [HeldRow(text(file), text(key), text(path), number(locator), number(run)) for file, key, path, locator, run in rows]

    def part(self, path: str) -> PartRow | None:
        """How far a source file is read, where that is not to its end."""
        return next((row for row in self.parts() if row.path == path), None)

    def parts(self) -> list[PartRow]:
        """The source files that are read in part."""
        with self._checked():
            if not self._has("part"):
                return []
            rows = self._rows("select path, sha256, normaliser, texts, replaces from part order by path")
            return [
                PartRow(text(path), text(sha256), number(rules), number(texts), bool(number(replaces, 0, 1)))
                for path, sha256, rules, texts, replaces in rows
            ]

    def given(self, file: str) -> set[str]:
        """The keys of the texts that the reading of a file has given so far which is published in part."""
        with self._checked():
            return {text(key) for (key,) in self._rows("select key from given where file = ?", file)}

    def count_texts_of(self, file: str) -> int:
        """How many texts a source file holds."""
        with self._checked():
            ((count,),) = self._rows("select coalesce(sum(1), 0) from version where file = ?", file)
            return number(count)

    def holds(self, file: str) -> bool:
        """Whether there are texts of a source file."""
        with self._checked():
            return bool(self._rows("select 1 from version where file = ? limit 1", file))

    def places_of(self, file: str) -> list[tuple[str, str, int]]:
        """Key, path and locator of every text that a source file holds."""
        with self._checked():
            rows = self._rows("select key, path, locator from version where file = ? order by key, path, locator", file)
            return [(text(key), text(path), number(locator)) for key, path, locator in rows]

    def count_texts(self, key: str) -> int:
        """How many texts of a cable there are."""
        with self._checked():
            ((count,),) = self._rows("select coalesce(sum(1), 0) from version where key = ?", key)
            return number(count)

    def count_shown(self) -> int:
        """How many cables the index shows."""
        with self._checked():
            ((count,),) = self._rows("select coalesce(sum(1), 0) from version where chosen")
            return number(count)

    def _has(self, table: str) -> bool:
        return bool(self._rows("select 1 from sqlite_master where type = 'table' and name = ?", table))

    def is_whole(self) -> bool:
        """Whether every bit of the file is as it was written."""
        return is_sealed(self.path)

    def problems(self) -> list[str]:
        """What SQLite's own check of the file finds wrong; empty if it is sound. `is_whole` finds more, this says what it is."""
        return sqlite_file.problems(self._database)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def __del__(self) -> None:  # an archive that was refreshed leaves its old manifest to whoever still reads it
        with contextlib.suppress(AttributeError, sqlite3.Error):
            self._database.close()


class Draft(Manifest):
    """A manifest that is being written, in a new file of its own that no reader looks at; a copy of ``before``, or empty.

    The file needs no journal: if the run dies, it is removed as a whole. The records of texts written in this run are kept in a spool
    beside it, one behind the other, since the index gives back only what is committed.
    """

    def __init__(self, path: Path, before: Path | None = None) -> None:  # no super().__init__: the file may be empty yet
        self.path = path
        self._unwritten: list[tuple[object, ...]] = []
        self._unwritten_bytes = 0
        remove_draft(path)
        if before is None:
            durable.new_file(path).close()
        else:
            durable.copy_file(before, path)
        with contextlib.ExitStack() as undone:  # a signal may come at any line
            self._spool = undone.enter_context(contextlib.closing(_Spool(path.with_name(f"{path.name}{_SPOOL}"))))
            self._database = undone.enter_context(contextlib.closing(sqlite_file.connect(path, "mode=rw", reading=False)))
            self._database.execute("pragma journal_mode = off")
            self._database.execute("pragma synchronous = off")
            if not path.stat().st_size:
                self._database.executescript(_TABLES)
                self._database.execute("insert into about values (?, -1, 0)", (FORMAT,))
            with self._checked():
                self.about = self._read_about()
            self._database.executescript(_LATER_TABLES)
            self._database.execute("begin")
            undone.pop_all()

    def put_source(self, row: SourceRow) -> None:
        """Add or replace a source file."""
        self._database.execute("insert or replace into source values (?, ?, ?, ?, ?, ?, ?, ?)", dataclasses.astuple(row))

    def drop_source(self, path: str) -> None:
        """Forget a source file (not its versions)."""
        self._database.execute("delete from source where path = ?", (path,))
        self._database.execute("delete from failed where path = ?", (path,))
        self._database.execute("delete from held where file = ?", (path,))
        self.drop_part(path)

    def put_part(self, row: PartRow, given: Iterable[str]) -> None:
        """Note how far a source file is read. ``given``: keys of its texts since the part before."""
        self._database.execute("insert or replace into part values (?, ?, ?, ?, ?)", dataclasses.astuple(row))
        self._database.executemany("insert or ignore into given values (?, ?)", ((row.path, key) for key in given))

    def drop_part(self, path: str) -> None:
        """Forget that a source file was read in part."""
        self._database.execute("delete from part where path = ?", (path,))
        self._database.execute("delete from given where file = ?", (path,))

    def put_failed(self, row: SourceRow) -> None:
        """Note which content of a source file gave no cable, while the row that is kept describes the content before."""
        self._database.execute("insert or replace into failed values (?, ?, ?)", (row.path, row.sha256, row.normaliser))

    def put_version(self, version: VersionRow) -> None:
        """Add or replace one file's text of a cable."""
        row = (version.key, version.file, version.path, version.locator, version.length, version.released, version.chosen, version.record)
        self._unwritten.append(row)
        self._unwritten_bytes += len(version.record or b"")
        if len(self._unwritten) >= _MOST_UNWRITTEN or self._unwritten_bytes >= _MOST_UNWRITTEN_BYTES:
            self._write_versions()

    def _write_versions(self) -> None:
        """Write the texts put since the last time: many together take a fraction of the time. Called before anything reads or drops texts."""
        if self._unwritten:
            self._database.executemany("insert or replace into version values (?, ?, ?, ?, ?, ?, ?, ?)", self._unwritten)
            self._unwritten.clear()
            self._unwritten_bytes = 0

    @contextlib.contextmanager
    def _checked(self) -> Iterator[None]:
        self._write_versions()  # what goes wrong here is no damage, but perhaps a full disk
        with super()._checked():
            yield

    def drop_version(self, key: str, path: str, locator: int) -> None:
        """Forget one file's text of a cable."""
        self._write_versions()
        self._database.execute("delete from version where key = ? and path = ? and locator = ?", (key, path, locator))

    def drop_versions(self, key: str, file: str) -> None:
        """Forget all texts of a cable that a file holds."""
        self._write_versions()
        self._database.execute("delete from version where key = ? and file = ?", (key, file))

    def put_held(self, row: HeldRow) -> None:
        """Add or replace something that is kept."""
        self._database.execute("insert or replace into held values (?, ?, ?, ?, ?)", dataclasses.astuple(row))

    def drop_held(self, row: HeldRow) -> None:
        """Forget that something was kept: it is there again, or gone for good."""
        where = (row.file, row.key, row.path, row.locator)
        self._database.execute("delete from held where file = ? and key = ? and path = ? and locator = ?", where)

    def put_written(self, key: str, record: bytes) -> None:
        """Keep the record that this run put into the index."""
        self._spool.put(key, record)

    def written(self, key: str) -> bytes | None:
        """The record that this run put into the index, if it did."""
        return self._spool.get(key)

    def put_seen(self, rows: Iterable[tuple[object, ...]]) -> None:
        """Note the first sight of cables (key, run, time); a sight that was noted before stays."""
        self._database.executemany("insert or ignore into seen values (?, ?, ?)", rows)

    def finish(self, about: About) -> None:
        """Write everything out and close."""
        self._write_versions()
        self._database.execute("update about set base = ?, run = ?", (about.base, about.run))
        self._database.execute("commit")
        self.close()
        seal(self.path)

    def close(self) -> None:
        """Close the files and remove the spool."""
        super().close()
        self._spool.close()


def remove_draft(path: Path) -> None:
    """Remove a draft, its spool, and what SQLite would take for the journals of its file."""
    for suffix in ("", _SPOOL, *sqlite_file.JOURNALS):
        path.with_name(f"{path.name}{suffix}").unlink(missing_ok=True)


class _Spool:
    """Records by key in a file of their own, written some at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = durable.new_file(path, "w+b", buffering=0)  # so that closing writes nothing, which could fail
        self._places: dict[str, tuple[int, int]] = {}
        self._unwritten: list[bytes] = []
        self._written = self._end = 0  # of the file, and of what goes into it

    def put(self, key: str, record: bytes) -> None:
        """Keep a record, in place of an earlier one."""
        self._unwritten.append(record)
        self._places[key] = self._end, len(record)
        self._end += len(record)
        if self._end - self._written >= _MOST_UNWRITTEN_SPOOL:
            self._write()

    def _write(self) -> None:
        self._file.seek(self._written)
        if self._file.write(b"".join(self._unwritten)) != self._end - self._written:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._path))
        self._unwritten.clear()
        self._written = self._end

    def get(self, key: str) -> bytes | None:
        """The record that was kept last."""
        if key not in self._places:
            return None
        place, length = self._places[key]
        if place >= self._written:
            self._write()
        self._file.seek(place)
        return self._file.read(length)

    def close(self) -> None:
        """Close the file and remove it."""
        self._file.close()
        self._path.unlink(missing_ok=True)


def _open(path: Path) -> sqlite3.Connection:
    try:
        # A published manifest never changes: it is replaced. So nothing has to be locked, and no file is made beside it.
        return sqlite_file.connect(path, "mode=ro&immutable=1", reading=True)
    except (OSError, sqlite3.OperationalError) as error:
        if isinstance(error, FileNotFoundError) or not path.exists():
            raise ArchiveMissing(
                f"{path.parent}: there is no archive here; make one with `reftel index SOURCE --archive {path.parent}`"
            ) from error
        raise CannotOpen(f"{path}: the manifest cannot be opened ({sqlite_file.why(error)}); look at its permissions") from error


def _source(row: tuple[object, ...]) -> SourceRow:
    path, size, mtime_ns, sha256, cables, failures, outcome, normaliser = row
    return SourceRow(
        text(path), number(size, -1), number(mtime_ns, -_ANY_TIME, _ANY_TIME), text(sha256), number(cables), number(failures), text(outcome),
        number(normaliser),
    )  # fmt: skip


def _version(row: tuple[object, ...]) -> VersionRow:
    key, file, path, locator, length, released, chosen, record = row
    if record is not None and not isinstance(record, bytes):
        raise ValueError(f"the kept text of '{key!r:.80}' is none")
    return VersionRow(
        text(key), text(file), text(path), number(locator), number(length), text(released), chosen=bool(number(chosen, 0, 1)), record=record
    )
