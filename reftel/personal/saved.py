"""Saved searches: queries under a name, and for each the cables that are new since it was last reported.

Those of ``reftel.toml`` and those that ``reftel saved add`` keeps in the archive (``saved.json``, beside the index) are one list; of two with
one name the configured one counts. A cable is new when the archive never held it before: one that only got a better text is not.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reftel.base.durable import make_folder, write_whole
from reftel.base.frozen import frozen
from reftel.indexer.complaints import write_errors
from reftel.indexer.lock import own_files
from reftel.indexer.ownfiles import SAVED_FILE as FILE_NAME
from reftel.indexer.saved_file import Saved, is_saved_name, read_file, text_of
from reftel.schema.errors import BadValueError, QueryError

if TYPE_CHECKING:
    from reftel.archive import Archive
    from reftel.search.results import Hit


@frozen
class NewHits:
    """What a saved search found that is new; ``error`` in place of hits where its query cannot be read (any more)."""

    name: str
    query: str
    hits: tuple[Hit, ...] = ()
    error: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The JSON form: ids, dates, markings and posts, and nothing of a cable's text."""
        found = [
            {"key": hit.key, "id": hit.id, "date": hit.date, "classification": hit.classification, "post": hit.cable.post}
            for hit in self.hits
        ]
        return {"name": self.name, "query": self.query, "new": len(found), "hits": found, "error": self.error}


def read_saved(archive: Path) -> Saved:
    """The searches kept in an archive. `ArchiveDamaged` if the file cannot be read."""
    return read_file(archive / FILE_NAME)


def configured(archive: str | os.PathLike[str], config: str | os.PathLike[str] | None = None) -> dict[str, str]:
    """The searches of a configuration: the file ``config``, else the ``reftel.toml`` of the archive where there is one. Errors: `ConfigError`."""
    from reftel.indexer.config import config_path, read_config  # noqa: PLC0415 - most searches are kept in the archive

    path = Path(config) if config else config_path(archive)
    return read_config(path).saved if config or path.is_file() else {}


@contextlib.contextmanager
def changing(archive: Path) -> Iterator[Saved]:
    """The searches kept in an archive, to be changed; written at the end, one process at a time.

    Errors: `ArchiveDamaged`, `ArchiveLocked`, `ArchiveError` if they can't be written; nothing is changed then.
    """
    path = archive / FILE_NAME
    with own_files(archive):
        saved = read_saved(archive)
        yield saved
        with write_errors(path):
            write_whole(path, text_of(saved))


def add(archive: Archive, name: str, query: str) -> bool:
    """Keep a search in the archive; cables that come later are its new ones. Whether there was one of that name.

    Errors: `QueryError` for a query that cannot be read or a name with other signs than letters, digits, ``_`` and ``-``.
    """
    if not is_saved_name(name):
        raise BadValueError(f"a saved search cannot be called '{name}'", text=name, start=0, end=len(name), hint="use letters, digits, '_' and '-'")
    archive.search(query, limit=0)
    with changing(archive.own_folder) as saved:
        existed = name in saved.searches
        saved.searches[name] = query
        saved.marks[name] = archive.last_run()
    return existed


def begin(archive: Path, names: Iterable[str], run: int) -> None:
    """Note where searches begin that were never reported: their new cables are those of the runs after ``run``.

    It is written before a run, so that whatever keeps a report from being written keeps no hit from the next one.
    """
    marks = read_saved(archive).marks
    if all(name in marks for name in names):
        return
    with write_errors(archive):
        make_folder(archive)
    with changing(archive) as saved:
        for name in names:
            saved.marks.setdefault(name, run)


def remove(archive: Path, name: str) -> bool:
    """Forget a search that was kept in the archive; whether there was one."""
    with changing(archive) as saved:
        saved.marks.pop(name, None)
        return saved.searches.pop(name, None) is not None


def new_hits(archive: Archive, configured: Mapping[str, str], *, before: int = 0, only: str | None = None) -> list[NewHits]:
    """New hits of every saved search, or of one. ``before``: the run after which cables are new for a search that was never reported."""
    saved = read_saved(archive.own_folder)
    searches = saved.searches | dict(configured)
    names = [name for name in sorted(searches) if only is None or name == only]
    return [_found(archive, name, searches[name], min(saved.marks.get(name, before), archive.last_run())) for name in names]


def mark(archive: Archive, found: list[NewHits]) -> None:
    """Note that these hits were reported."""
    with changing(archive.own_folder) as saved:
        saved.marks |= {each.name: archive.last_run() for each in found if each.error is None}


def _found(archive: Archive, name: str, query: str, run: int) -> NewHits:
    try:
        return NewHits(name, query, tuple(archive.new_hits(query, after_run=run)))
    except QueryError as error:
        return NewHits(name, query, error=error.message)
