"""What an archive was made from: every source file with its content hash, every cable with the files that hold it.

A SQLite file beside the index. A cable that several files hold has a row for each; the one that the index shows is ``chosen``, the others
keep their record here, so that nothing has to be read again when the chosen one goes.
"""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from reftel.schema.errors import ArchiveDamaged, ArchiveMissing, ArchiveVersion

FILE_NAME = "manifest.sqlite"
FORMAT = 1

_TABLES = """
create table if not exists about (format integer not null);
create table if not exists source (
    path text primary key, size integer not null, mtime_ns integer not null, sha256 text not null, cables integer not null, failures integer not null
) without rowid;
create table if not exists version (
    key text not null, file text not null, path text not null, locator integer not null, length integer not null, released text not null, chosen integer not null,
    record blob,
    primary key (key, path, locator)
) without rowid;
create index if not exists version_by_file on version (file);
"""


@dataclasses.dataclass(frozen=True, slots=True)
class SourceRow:
    """A source file as it was read. ``cables`` and ``failures`` count its records."""

    path: str
    size: int
    mtime_ns: int
    sha256: str
    cables: int
    failures: int


@dataclasses.dataclass(frozen=True, slots=True)
class VersionRow:
    """One file's text of a cable.

    ``file`` is the source file, ``path`` the same or the member of a zip file in it. ``length`` in characters; ``released`` as the
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


_VERSION_COLUMNS = "key, file, path, locator, length, released, chosen, record"


class Manifest:
    """The manifest of an open archive. Changes are kept at `commit`, dropped at `close`."""

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        path = folder / FILE_NAME
        if not create and not path.exists():
            raise ArchiveMissing(f"{folder}: there is no archive here; make one with `reftel index SOURCE --archive {folder}`")
        try:
            self._open(path, create=create)
        except sqlite3.DatabaseError as error:
            raise ArchiveDamaged(f"{path}: the manifest cannot be read ({error}); index the sources again into a new folder") from error

    def _open(self, path: Path, *, create: bool) -> None:
        if create:
            self._database = sqlite3.connect(path, check_same_thread=False)
            self._database.executescript("pragma synchronous = full;" + _TABLES)
            self._database.execute("insert into about select ? where not exists (select * from about)", (FORMAT,))
        else:
            self._database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False)
        (found,) = self._database.execute("select format from about").fetchone() or (None,)
        if found != FORMAT:
            self._database.close()
            raise ArchiveVersion(f"{path}: format {found}, this version reads format {FORMAT}; index the sources again into a new folder")

    def source(self, path: str) -> SourceRow | None:
        """The row of a source file, if it was read before."""
        row = self._database.execute("select path, size, mtime_ns, sha256, cables, failures from source where path = ?", (path,)).fetchone()
        return SourceRow(*row) if row else None

    def paths(self) -> list[str]:
        """Every source file known."""
        return [path for (path,) in self._database.execute("select path from source order by path")]

    def put_source(self, row: SourceRow) -> None:
        """Add or replace a source file."""
        self._database.execute("insert or replace into source values (?, ?, ?, ?, ?, ?)", dataclasses.astuple(row))

    def drop_source(self, path: str) -> None:
        """Forget a source file (not its versions)."""
        self._database.execute("delete from source where path = ?", (path,))

    def versions(self, key: str) -> list[VersionRow]:
        """Every text of a cable, the best first."""
        rows = self._database.execute(f"select {_VERSION_COLUMNS} from version where key = ?", (key,))  # noqa: S608 - constants
        return sorted((_version(row) for row in rows), key=lambda version: version.rank, reverse=True)

    def versions_of(self, file: str) -> list[VersionRow]:
        """Every text that a source file holds."""
        rows = self._database.execute(f"select {_VERSION_COLUMNS} from version where file = ?", (file,))  # noqa: S608 - constants
        return [_version(row) for row in rows]

    def put_version(self, version: VersionRow) -> None:
        """Add or replace one file's text of a cable."""
        self._database.execute("insert or replace into version values (?, ?, ?, ?, ?, ?, ?, ?)", dataclasses.astuple(version))

    def drop_version(self, version: VersionRow) -> None:
        """Forget one file's text of a cable."""
        self._database.execute(
            "delete from version where key = ? and path = ? and locator = ?", (version.key, version.path, version.locator)
        )

    def duplicates(self) -> Iterator[list[VersionRow]]:
        """The texts of every cable that has more than one, the chosen one first."""
        keys = self._database.execute("select key from version group by key having count(*) > 1 order by key").fetchall()
        return (self.versions(key) for (key,) in keys)

    def counts(self) -> tuple[int, int, int]:
        """Numbers of source files, of versions, and of records that could not be read."""
        (files, failures) = self._database.execute("select count(*), coalesce(sum(failures), 0) from source").fetchone()
        (versions,) = self._database.execute("select count(*) from version").fetchone()
        return files, versions, failures

    def commit(self) -> None:
        """Keep all changes since the last commit."""
        self._database.commit()

    def close(self) -> None:
        """Close; changes not committed are dropped."""
        self._database.close()


def _version(row: tuple[str, str, str, int, int, str, int, bytes | None]) -> VersionRow:
    key, file, path, locator, length, released, chosen, record = row
    return VersionRow(key, file, path, locator, length, released, bool(chosen), record)
