"""The archive as an object: open it, ask it, read its cables. And the way into it: `build`, `read_cables`, `normalize_text`."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from reftel.schema.cable import Cable
from reftel.schema.errors import CableNotFound, SourceError
from reftel.schema.fields import squash
from reftel.schema.identifiers import canonical_id

if TYPE_CHECKING:
    from reftel.indexer.build import BuildReport, Progress
    from reftel.search.plan import Bucket
    from reftel.search.results import Explanation, Hit, Page

StrPath = str | os.PathLike[str]
INDEX_FOLDER = "index"


@dataclasses.dataclass(frozen=True, slots=True)
class Version:
    """One file's text of a cable. ``length`` of header and body in characters, ``released`` as the container prints it."""

    path: str
    locator: int | None
    length: int
    released: str | None
    shown: bool
    cable: Cable

    def to_dict(self) -> dict[str, Any]:
        """The JSON form, without the record."""
        return {name: getattr(self, name) for name in ("path", "locator", "length", "released", "shown")}


class Archive:
    """An open archive: a snapshot of what was indexed when it was opened. Several threads may ask the same object.

    Use `reftel.open`. It may be closed, or used as a context manager; both are optional.
    """

    def __init__(self, path: StrPath) -> None:
        from reftel.indexer.manifest import Manifest  # noqa: PLC0415 - `import reftel` stays light
        from reftel.search.engines.whoosh_engine import WhooshEngine  # noqa: PLC0415
        from reftel.search.searcher import Searcher  # noqa: PLC0415

        self.path = Path(path)
        self._manifest = Manifest(self.path)
        self._engine = WhooshEngine.open(self.path / INDEX_FOLDER)
        self._searcher = Searcher(self._engine, self._load)

    def search(
        self, query: str, *, facets: Iterable[str] = (), sort: str = "relevance", limit: int | None = 20, offset: int = 0
    ) -> Page:
        """A page of hits.

        ``facets``: field names, ``"year"`` or with a number of buckets ``"year:20"``, ``"year:all"``; counted over all hits.
        ``sort``: ``relevance`` or a sort field, ``-`` in front for descending. ``limit`` ``None``: every hit.
        Raises `QueryError` (with the place of the fault) for a query, facet or sort key that cannot be read.
        """
        return self._searcher.page(query, facets=facets, sort=sort, limit=limit, offset=offset)

    def scan(self, query: str) -> Iterator[Hit]:
        """Every hit in order of key, one at a time, in constant memory. Scores are 0."""
        return self._searcher.scan(query)

    def facets(self, query: str, names: Iterable[str]) -> dict[str, tuple[Bucket, ...]]:
        """Facet buckets over all hits of ``query``; ``names`` as ``facets`` of `search`."""
        return self._searcher.facets(query, names)

    def explain(self, query: str) -> Explanation:
        """How ``query`` was read, with the number of cables for each part of its plan."""
        return self._searcher.explain(query)

    def cable(self, id: str) -> Cable:  # noqa: A002 - the API's name
        """The record of a cable, by its id in any spelling or by its key. Raises `CableNotFound`."""
        for key in dict.fromkeys(filter(None, (canonical_id(id), squash(id), id.strip()))):
            with contextlib.suppress(CableNotFound):
                return self._load(key)
        raise CableNotFound(f"no cable '{id}' in {self.path}; `id:{id.strip()[:4]}*` in a search finds near ones")

    def __len__(self) -> int:
        return self._engine.count()

    def __contains__(self, id: str) -> bool:  # noqa: A002
        try:
            self.cable(id)
        except CableNotFound:
            return False
        return True

    def versions(self, id: str) -> tuple[Version, ...]:  # noqa: A002
        """Every text of a cable that the sources hold, the one shown first: the longest, then the latest released."""
        shown = self.cable(id)
        rows = self._manifest.versions(shown.key)
        return tuple(
            Version(row.path, row.locator or None, row.length, row.released or None, row.chosen, _unpacked(row.record) if row.record else shown)
            for row in sorted(rows, key=lambda row: not row.chosen)
        )

    def stats(self) -> dict[str, Any]:
        """What the archive holds, as plain values."""
        files, versions, failures = self._manifest.counts()
        page = self.search("*", facets=("year:all", "class:all", "source:all"), sort="date", limit=1)
        last = self.search("has:date", sort="-date", limit=1)
        counts = {name: {bucket.value: bucket.count for bucket in buckets} for name, buckets in page.facets.items()}
        return {
            "archive": str(self.path),
            "cables": page.total,
            "first_date": page.hits[0].date if page.hits else None,
            "last_date": last.hits[0].date if last.hits else None,
            "classifications": counts["class"],
            "containers": counts["source"],
            "years": dict(sorted(counts["year"].items())),
            "source_files": files,
            "texts": versions,
            "records_not_read": failures,
            "duplicates": {rows[0].key: [row.path for row in rows] for rows in self._manifest.duplicates()},
            "bytes": sum(file.stat().st_size for file in self.path.rglob("*") if file.is_file()),
        }

    def close(self) -> None:
        """Close the files of the archive."""
        self._engine.close()
        self._manifest.close()

    def _load(self, key: str) -> Cable:
        record = self._engine.record(key)
        if record is None:
            raise CableNotFound(f"no cable '{key}' in {self.path}")
        return Cable.from_dict(json.loads(record))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()


def _unpacked(record: bytes) -> Cable:
    return Cable.from_dict(json.loads(zlib.decompress(record)))


def open(path: StrPath) -> Archive:  # noqa: A001 - reftel.open, as the API has it
    """Open an archive for reading. Raises `ArchiveMissing`, `ArchiveDamaged` or `ArchiveVersion`."""
    return Archive(path)


def build(sources: Iterable[StrPath], archive: StrPath, *, on_progress: Callable[[Progress], None] | None = None) -> BuildReport:
    """Index files and folders into an archive, made if it is not there. Only what changed since the last time is read.

    What cannot be read is listed in the report's ``failures`` and stops nothing else. Raises `ArchiveLocked` while another process writes.
    """
    from reftel.indexer.build import build as build_archive  # noqa: PLC0415

    return build_archive(sources, Path(archive), on_progress=on_progress)


def read_cables(path: StrPath, *, on_error: Callable[[SourceError], None] | None = None) -> Iterator[Cable]:
    """The cables of a file in any container, detected from its content, one at a time.

    A record that cannot be read is given to ``on_error`` and passed over; without ``on_error`` it is raised as `SourceError`.
    """
    from reftel.indexer.normalize import read_cables as read  # noqa: PLC0415

    return read(path, on_error=on_error)


def normalize_text(text: str, *, id: str | None = None) -> Cable:  # noqa: A002 - the API's name
    """The record of a raw telegram, or of any fragment of one: only a header, only the head lines, only a body.

    ``id`` (any spelling) supplies the implied year of references and the record's id.
    """
    from reftel.indexer.normalize import normalize_text as normalize  # noqa: PLC0415

    return normalize(text, id=id)
