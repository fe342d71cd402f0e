"""Tags and notes of one's own on cables, in a SQLite file beside the archive that indexing never touches.

They belong to a cable's key, so they survive a rebuilt archive, and also while a cable is not in it.
"""

from __future__ import annotations

import contextlib
import datetime
import fnmatch
import os
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from reftel.base.durable import NotAFile
from reftel.base.frozen import brief_path, frozen
from reftel.base.patterns import regex
from reftel.indexer.notes_file import Altered, reading, writing
from reftel.indexer.ownfiles import NOTES_FILE, make_ready, settle
from reftel.indexer.sqlite_file import ForeignTables, plain, why
from reftel.schema.errors import ArchiveDamaged, ArchiveError, ArchiveLocked, BadValueError
from reftel.schema.names import name_of, without_surrogates
from reftel.schema.several import several

__all__ = ["NOTES_FILE", "Note", "Notes", "parse_tag"]

_TAG = regex(r"[^\W_][\w./-]*")
_TAG_HINT = "a tag is letters and digits, joined by - _ . or /, as in minsk-group"


@frozen(brief=True)
class Note:
    """What is noted on one cable: tags in order, texts in the order in which they were written; ``changed`` ISO 8601, UTC."""

    key: str
    tags: tuple[str, ...]
    texts: tuple[str, ...]
    changed: str

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {"key": self.key, "tags": list(self.tags), "texts": list(self.texts), "changed": self.changed}


class Notes:
    """The tags and notes of one file. It is made by the first note; reading where there is none finds none."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)

    def __repr__(self) -> str:
        return f"<Notes {brief_path(name_of(self.path))}>"

    def add(self, key: str, *, tags: str | Iterable[str] = (), text: str | None = None) -> None:
        """Add tags and a text to what is noted on a cable. A tag that is there already stays as it is."""
        names = [parse_tag(tag) for tag in several(tags)]
        kept = without_surrogates((text or "").replace("\0", "")).strip()
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        with self._writing() as database:
            database.executemany("insert or ignore into tag values (?, ?, ?)", [(key, name, now) for name in names])
            if kept:
                database.execute("insert into note (key, text, added) values (?, ?, ?)", (key, kept, now))

    def remove(self, key: str, *, tags: str | Iterable[str] = (), text: str | None = None) -> int:
        """How many tags and texts were removed from a cable: those named, or all where none is."""
        names = [parse_tag(tag) for tag in several(tags)]
        if not self.path.exists():
            return 0
        with self._writing() as database:
            before = database.total_changes
            if not names and text is None:
                database.execute("delete from tag where key = ?", (key,))
                database.execute("delete from note where key = ?", (key,))
            database.executemany("delete from tag where key = ? and tag = ?", [(key, name) for name in names])
            if text is not None:
                database.execute("delete from note where key = ? and text = ?", (key, text.strip()))
            return database.total_changes - before

    def of(self, key: str) -> Note | None:
        """What is noted on one cable; ``None`` for nothing."""
        return next(self._notes("where key = ?", (key,)), None)

    def __iter__(self) -> Iterator[Note]:
        return self._notes("", ())

    def tagged(self, pattern: str) -> frozenset[str]:
        """The keys of the cables with this tag, or with one like it: ``"minsk*"``. ``"*"`` is every cable with a tag or a note."""
        if pattern == "*":
            return frozenset(note.key for note in self)
        if "*" not in pattern and "?" not in pattern:
            return frozenset(key for key, _tag in self._rows("select key, tag from tag where tag = ?", (pattern,)))
        return frozenset(key for key, tag in self._rows("select key, tag from tag") if fnmatch.fnmatchcase(tag, pattern.replace("[", "[[]")))

    def tags(self) -> dict[str, int]:
        """Every tag with the number of cables that have it, in alphabetical order."""
        return dict(self._rows("select tag, count(*) from tag group by tag order by tag"))

    def _notes(self, where: str, values: tuple[str, ...]) -> Iterator[Note]:
        # ``where`` is one of this module's own two conditions, never text from outside.
        rows = self._rows(f"select key, 0, tag, added from tag {where} union all select key, number, text, added from note {where}", values * 2)  # noqa: S608
        found: dict[str, list[tuple[int, str, str]]] = {}
        for key, number, text, added in rows:
            found.setdefault(key, []).append((number, text, added))
        for key, parts in sorted(found.items()):
            tags = tuple(text for number, text, _added in sorted(parts) if not number)
            texts = tuple(text for number, text, _added in sorted(parts) if number)
            yield Note(key, tags, texts, max(added for _number, _text, added in parts))

    def _rows(self, statement: str, values: tuple[str, ...] = ()) -> list[Any]:
        if not self.path.exists():
            return []
        self._settle()
        with self._errors("read"), reading(self.path) as database:
            return [] if database is None else list(map(plain, database.execute(statement, tuple(map(without_surrogates, values)))))

    def _settle(self) -> None:
        """Clean up after a writer that died. Where that fails, reading says why."""
        if self.path.with_name(f"{self.path.name}-journal").exists():
            from reftel.indexer.lock import own_files  # noqa: PLC0415 - a search does without

            with contextlib.suppress(OSError, ArchiveError, sqlite3.Error), own_files(self.path.parent):
                settle(self.path)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """A connection to write to, under a lock that a repair of the archive respects; a file that was made for a change that failed goes again."""
        from reftel.indexer.complaints import write_errors  # noqa: PLC0415 - a search does without
        from reftel.indexer.lock import own_files  # noqa: PLC0415

        with own_files(self.path.parent), write_errors(self.path):
            new = make_ready(self.path)
            try:
                with self._errors("written"), writing(self.path) as database:
                    yield database
            except BaseException:
                if new:
                    self.path.unlink(missing_ok=True)
                raise

    @contextlib.contextmanager
    def _errors(self, done: str) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, NotAFile, ValueError) as error:
            damaged = done == "read" or isinstance(error, Altered | ForeignTables | ValueError)
            kind = ArchiveLocked if "locked" in str(error) else ArchiveDamaged if damaged else ArchiveError
            advice = "; `--notes FILE` keeps yours in a file of your own" if "readonly" in str(error) else ""
            raise kind(f"{self.path}: the file of notes cannot be {done} ({why(error)}){advice}") from error


def parse_tag(text: str) -> str:
    """A tag as it is kept: ``" Minsk-Group "`` -> ``"minsk-group"``. `BadValueError` for what a query could not ask for."""
    tag = text.strip().lower()
    if not _TAG.fullmatch(tag):
        raise BadValueError(f"'{text}' is no tag", text=text, start=0, end=len(text), hint=_TAG_HINT)
    return tag
