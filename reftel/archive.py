"""The archive as an object: open it, ask it, read its cables. And the way into it: `build`, `read_cables`, `normalize_text`."""

from __future__ import annotations

import contextlib
import functools
import math
import os
import sys
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from reftel.base.frozen import brief_path, frozen
from reftel.engine.cache import DEFAULT_MB
from reftel.schema.cable import Cable
from reftel.schema.errors import (
    ArchiveClosed,
    BadValueError,
    CableNotFound,
    SourceError,
    UnknownFieldError,
)
from reftel.schema.identifiers import list_key
from reftel.schema.names import name_of
from reftel.schema.several import several

if TYPE_CHECKING:
    import pandas as pd

    from reftel.indexer.build import BuildReport, Progress
    from reftel.indexer.store import Store
    from reftel.personal.notes import Notes
    from reftel.search.batch import BatchAnswer, Question
    from reftel.search.citations import Citations, Direction
    from reftel.search.drilldown import FacetTable
    from reftel.search.heatmap import HeatMap
    from reftel.search.kwic import KwicLine
    from reftel.search.missing import Missing
    from reftel.search.neardup import Duplicate
    from reftel.search.neighbours import Neighbours
    from reftel.search.plan import Bucket, Top
    from reftel.search.results import Explanation, Hit, HitParagraph, Page
    from reftel.search.similar import SimilarCable
    from reftel.search.terms import Terms
    from reftel.search.timeline import Timeline
    from reftel.snapshot import Location
    from reftel.state import State

StrPath = str | os.PathLike[str]
AnyPath = StrPath | bytes | os.PathLike[bytes]
"""A name of a file is bytes; those that are no UTF-8 stand in a ``str`` as ``os.fsdecode`` puts them there."""

_KEYS_AHEAD = 1000  # as many as the engine reads at once
NOTES_VARIABLE = "REFTEL_NOTES"
"""The environment variable that names another file of notes."""


@frozen(brief=True)
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

    Use `reftel.open`. It may be closed, or used as a context manager; both are optional. What is asked of it after that raises
    `ArchiveClosed`, and so does the next step of an iterator that was begun before; records, hits and pages already read stay as they are.
    """

    def __init__(self, path: AnyPath, *, notes: StrPath | None = None, cache_mb: float = DEFAULT_MB) -> None:
        from reftel.state import State  # noqa: PLC0415 - `import reftel` stays light

        if not 0 <= cache_mb < math.inf:
            raise BadValueError("the megabytes for caches must be a number from 0 on", text=f"cache_mb={cache_mb}", start=0)
        self.path, self._cache_mb = location_of(path), cache_mb
        self._notes_file = notes
        self._notes = _notes_later(notes or os.environ.get(NOTES_VARIABLE))
        # Every method looks at `_state` once: it may be another one a moment later.
        self._state = State(self.path, self._notes, self._cache_mb)
        self._states: weakref.WeakSet[State] = weakref.WeakSet((self._state,))
        self._changing = threading.RLock()

    @property
    def notes(self) -> Notes:
        """Your own tags and notes on cables."""
        with self._state as state:
            return self._notes(state.own)

    @property
    def own_folder(self) -> Path:
        """Where your own files on the archive are, `notes` unless you name another file and saved searches: the archive's folder; of an archive in
        a cluster ``reftel/NAME-CLUSTER`` in ``$XDG_DATA_HOME`` or ``~/.local/share`` (docs/cluster.md).
        """
        with self._state as state:
            return state.own

    def refresh(self) -> bool:
        """Move on to what was published since the archive was opened; whether there was anything.

        Where there was nothing it takes some microseconds, and what is kept between questions stays. Searches that are under way in other
        threads, and iterators that were begun, end in the state they began with. Errors: as for `reftel.open`.
        """
        from reftel.state import State  # noqa: PLC0415

        with self._changing, self._state as before:
            if before.is_newest():
                return False
            after = State(self.path, self._notes, self._cache_mb)
            self._states.add(after)
            self._state = after  # what was before closes itself when the last iterator over it is gone
            if before.closed:  # by a signal's handler
                after.close()
            return before.number != after.number

    def search(
        self,
        query: str,
        *,
        facets: str | Iterable[str] = (),
        sort: str = "relevance",
        limit: int | None = 20,
        offset: int = 0,
        ids: str | Iterable[str] | None = None,
        paragraphs: int | None = 2,
    ) -> Page:
        """A page of hits.

        ``facets``: a field name or several, ``"year"`` or with a number of buckets ``"year:20"``, ``"year:all"``; counted over all hits.
        ``sort``: ``relevance`` or a sort field, ``-`` in front for descending. ``limit`` ``None``: every hit. ``ids``: only among these
        cables, in any spelling; a note says how many of them the archive lacks. ``paragraphs``: how many of each hit at most, the best
        first; a further one is there if it adds words of the query or has all that the first has. ``None``: every one that has any.
        Raises `QueryError` (with the place of the fault) for a query, facet or sort key that cannot be read.
        """
        with self._state as state:
            return state.searcher.page(query, facets=facets, sort=sort, limit=limit, offset=offset, ids=_keys(ids), paragraphs=paragraphs)

    def count(self, query: str, *, ids: str | Iterable[str] | None = None) -> int:
        """How many cables ``query`` finds; ``ids`` as for `search`."""
        with self._state as state:
            return state.searcher.count(query, _keys(ids))

    def batch(self, questions: str | Iterable[str | Question], *, limit: int | None = 0, hits: bool = False) -> Iterator[BatchAnswer]:
        """The answers to many questions, one after the other in constant memory: ``total`` of each, or the ``error`` that it is.

        ``limit``: also the ``keys`` of its first hits, best first; ``hits``: those with their paragraphs, which takes reading the cables.
        A question that cannot be read stops nothing. `reftel.read_questions` gives those of a list.
        """
        with self._state as state:
            return state.steps(state.searcher.batch([questions] if isinstance(questions, str) else questions, limit=limit, hits=hits))

    def scan(
        self, query: str, *, sort: str = "id", ids: str | Iterable[str] | None = None, paragraphs: int | None = 2
    ) -> Iterator[Hit]:
        """Every hit, one at a time; ``ids`` and ``paragraphs`` as for `search`.

        In order of key (``id``) in constant memory, with scores of 0; in that of ``relevance`` or another sort field the keys of all hits
        are held in memory.
        """
        with self._state as state:
            return state.steps(state.searcher.scan(query, _keys(ids), sort=sort, paragraphs=paragraphs))

    def keys(self, query: str = "*", *, sort: str = "id", ids: str | Iterable[str] | None = None) -> Iterator[str]:
        """The key of every hit, without reading the cables: its id, or what stands for one where there is none.

        In order of key (``id``), or in that of ``relevance`` or another sort field. ``ids`` as for `search`.
        """
        with self._state as state:
            return state.steps(state.searcher.keys(query, sort=sort, ids=_keys(ids)), ahead=_KEYS_AHEAD)

    def matches(self, query: str, *, sort: str = "id", ids: str | Iterable[str] | None = None) -> Iterator[Hit]:
        """Every hit with *all* paragraphs that match, in text order, instead of the best two.

        In order of key (``id``) in constant memory; in that of another sort field the keys of all hits are held in memory. A cable that was
        found by its head or its values alone has no paragraphs here.
        """
        with self._state as state:
            return state.steps(state.searcher.matches(query, sort=sort, ids=_keys(ids)))

    def highlights(self, query: str, id: str) -> tuple[HitParagraph, ...]:  # noqa: A002 - the API's name
        """The paragraphs of one cable that have words of ``query``, with their places, whether or not the whole query holds for it."""
        with self._state as state:
            return state.searcher.highlights(query, state.cable(id))

    def kwic(
        self, query: str, *, width: int = 40, sort: str = "id", ids: str | Iterable[str] | None = None
    ) -> Iterator[KwicLine]:
        """Every occurrence of the query's words in paragraphs, with ``width`` characters of context on each side.

        ``sort``: ``id`` (of the cable; streams), ``date``, ``left`` or ``right`` (the words beside the keyword).
        """
        with self._state as state:
            return state.steps(state.searcher.kwic(query, width=width, sort=sort, ids=_keys(ids)))

    def export(
        self,
        query: str,
        out: StrPath,
        *,
        format: str = "csv",  # noqa: A002 - the API's name
        sort: str = "id",
        bom: bool = False,
        ids: str | Iterable[str] | None = None,
    ) -> int:
        """The number of cables written to the file ``out``, which appears whole or not at all.

        ``format``: ``csv jsonl md ids zip footnotes bibtex ris``. ``bom``: begin a CSV with a byte order mark, which Excel wants.
        """
        from reftel.render.export import write_export  # noqa: PLC0415

        hits = self.keys(query, sort=sort, ids=ids) if format == "ids" else self.matches(query, sort=sort, ids=ids)
        return write_export(hits, Path(out), format, bom=bom)

    def neighbours(self, id: str) -> Neighbours:  # noqa: A002
        """The cables around one in its thread: what it cites, what cites it, and the same subject from the same post before and after."""
        from reftel.search.neighbours import neighbours  # noqa: PLC0415

        with self._state as state:
            return neighbours(state.searcher, state.cable(id))

    def citations(self, id: str, *, depth: int = 1, direction: Direction = "both", limit: int = 10_000) -> Citations:  # noqa: A002
        """The citation graph around a cable, ``depth`` steps each way; ``direction``: ``both``, ``in`` (cited by) or ``out`` (cites).

        ``limit``: cables that it holds at most; its ``left_out`` counts those met beyond.
        Raises `CableNotFound` for a cable that is neither in the archive nor cited in it.
        """
        from reftel.search.citations import citations_of  # noqa: PLC0415
        from reftel.state import spellings  # noqa: PLC0415

        with self._state as state:
            key = next((key for key in spellings(id) if state.searcher.desk.find(key)), list_key(id))
            return citations_of(state.searcher.desk, key, depth=depth, direction=direction, limit=limit)

    def citation_graph(self, query: str, *, depth: int = 0, direction: Direction = "out", limit: int = 10_000) -> Citations:
        """The citation graph of all hits of a query: at ``depth`` 0 the links among them, at 1 what they cite besides.

        ``limit``: as for `citations`.
        """
        from reftel.search.citations import citations_among  # noqa: PLC0415

        with self._state as state:
            return citations_among(state.searcher.desk, query, depth=depth, direction=direction, limit=limit)

    def missing(self, query: str = "*", *, limit: int | None = None) -> Missing:
        """The cables that hits of ``query`` cite and that the archive lacks, those cited by most hits first; the first ``limit``, or all."""
        from reftel.search.missing import missing_cables  # noqa: PLC0415

        with self._state as state:
            return missing_cables(state.searcher.desk, query, limit=limit)

    def timeline(self, query: str, *, by: str = "auto", most: int = 180) -> Timeline:
        """Hits by ``day``, ``month`` or ``year``, the empty ones between included; ``auto`` chooses, and months up to ``most`` of them."""
        return self.timelines([query], by=by, most=most)[0]

    def timelines(self, queries: str | Iterable[str], *, by: str = "auto", most: int = 180) -> tuple[Timeline, ...]:
        """A `timeline` for each query, or for one alone, all with the same periods."""
        from reftel.search.timeline import timelines  # noqa: PLC0415

        with self._state as state:
            return timelines(state.searcher.desk, tuple(several(queries)), by, most)

    def heat_map(self, query: str, *, posts: int = 20) -> HeatMap:
        """Hits by post and month (or year, where there are many months) beside all cables of the post in it; the ``posts`` with most hits."""
        from reftel.search.heatmap import heat_map  # noqa: PLC0415

        with self._state as state:
            return heat_map(state.searcher.desk, query, posts=posts)

    def drill(self, query: str, facet: str, *, order: str = "count", narrow: bool = False) -> FacetTable:
        """A facet with the rest summed up; ``"year>from:5"`` nests the second in each value of the first.

        ``order``: of the buckets shown, ``count`` or ``value``. ``narrow``: find the query that gives exactly each bucket's hits.
        """
        with self._state as state:
            return state.searcher.drill(query, facet, order=order, narrow=narrow)

    def terms(self, query: str, *, limit: int = 20) -> Terms:
        """The words that the hits of a query hold significantly more often than the rest of the archive."""
        from reftel.search.terms import significant_terms  # noqa: PLC0415

        with self._state as state:
            return significant_terms(state.searcher.desk, query, limit=limit)

    def similar(self, id: str, *, query: str = "*", limit: int = 10) -> Top[SimilarCable]:  # noqa: A002
        """The cables most like one, among the hits of ``query``, with the words that make them so; ``left_out``: how many more share a telling word."""
        from reftel.search.similar import similar_cables  # noqa: PLC0415

        with self._state as state:
            return similar_cables(state.searcher.desk, state.cable(id), query=query, limit=limit)

    def duplicates(
        self, query: str = "*", *, threshold: float = 0.8, block: int = 60, on_left_out: Callable[[int], None] | None = None,
        on_progress: Callable[[str, int, int], None] | None = None,
    ) -> Iterator[Duplicate]:  # fmt: skip
        """Pairs of hits with the same text, nearly the same, one inside the other, or a quoted block of ``block`` words or more in common.

        ``threshold``: share of eight-word runs in common from which texts are near copies. ``block`` 0: no quoted blocks.
        ``on_left_out`` is called with how many runs of words lead to no pair, since more than twenty texts have them; ``on_progress`` with how many texts
        of how many were ``read``, then how many pairs of them ``compared``.
        """
        from reftel.search.neardup import find_duplicates  # noqa: PLC0415

        with self._state as state:
            found = find_duplicates(
                state.searcher.desk, query, threshold=threshold, block=block, on_left_out=on_left_out, on_progress=on_progress
            )
            return state.steps(found)

    def facets(self, query: str, names: str | Iterable[str]) -> dict[str, Top[Bucket]]:
        """Facet buckets over all hits of ``query``; ``names`` as ``facets`` of `search`, ``left_out`` of each the number of further values."""
        with self._state as state:
            return state.searcher.facets(query, names)

    def explain(self, query: str) -> Explanation:
        """How ``query`` was read, with the number of cables for each part of its plan."""
        with self._state as state:
            return state.searcher.explain(query)

    def cable(self, id: str) -> Cable:  # noqa: A002 - the API's name
        """The record of a cable, by its id in any spelling or by its key. Raises `CableNotFound`."""
        with self._state as state:
            return state.cable(id)

    def __repr__(self) -> str:
        shown = brief_path(name_of(str(self.path)))
        try:
            return f"<Archive {shown}, {len(self):,} cables>"
        except ArchiveClosed:
            return f"<Archive {shown}, closed>"

    def to_frame(
        self, query: str, *, rows: str = "cable", sort: str = "id", ids: str | Iterable[str] | None = None
    ) -> pd.DataFrame:
        """Every hit as a ``pandas.DataFrame``: a row a ``cable``, or a ``paragraph`` that matches. `MissingLibrary` without pandas.

        Dates are in UTC. ``sort`` and ``ids`` as for `matches`.
        """
        from reftel.search.frames import to_frame  # noqa: PLC0415 - an optional extra

        return to_frame(self.matches(query, sort=sort, ids=ids), rows)

    def __getitem__(self, id: str) -> Cable:  # noqa: A002
        """The same as `cable`."""
        if not isinstance(id, str):
            raise TypeError(f"an archive is asked for a cable by its id, a text such as '08BAKU123', not by {type(id).__name__} {id!r}")
        return self.cable(id)

    def __iter__(self) -> Iterator[str]:
        """The key of every cable, in order."""
        return self.keys()

    def __reduce__(self) -> tuple[Any, ...]:
        """The location of the archive: another process opens it again, in the state of that time."""
        place = self.path if isinstance(self.path, Path) else str(self.path)
        return functools.partial(type(self), place, notes=self._notes_file, cache_mb=self._cache_mb), ()

    def __len__(self) -> int:
        with self._state as state:
            return state.engine.count()

    def __contains__(self, id: str) -> bool:  # noqa: A002
        try:
            self.cable(id)
        except CableNotFound:
            return False
        return True

    def versions(self, id: str) -> tuple[Version, ...]:  # noqa: A002
        """Every text of a cable that the sources hold, the one shown first: the longest, then the latest released."""
        from reftel.indexer.kept import unpack  # noqa: PLC0415

        with self._state as state:
            shown = state.cable(id)
            rows = state.manifest.versions(shown.key)
        return tuple(
            Version(row.path, row.locator or None, row.length, row.released or None, row.chosen, shown if row.chosen else unpack(row.record or b""))
            for row in sorted(rows, key=lambda row: not row.chosen)
        )

    def stats(self) -> dict[str, Any]:
        """What the archive holds, as plain values."""
        with self._state as state:
            files, versions, failures = state.manifest.counts()
            page = state.searcher.page("*", facets=("year:all", "class:all", "source:all"), sort="date", limit=1)
            last = state.searcher.page("has:date", sort="-date", limit=1)
            duplicates = state.manifest.duplicates()
        counts = {name: {bucket.value: bucket.count for bucket in buckets} for name, buckets in page.facets.items()}
        return {
            "archive": name_of(str(self.path)),
            "cables": page.total,
            "first_date": page.hits[0].date if page.hits else None,
            "last_date": last.hits[0].date if last.hits else None,
            "classifications": counts["class"],
            "containers": counts["source"],
            "years": dict(sorted(counts["year"].items())),
            "source_files": files,
            "texts": versions,
            "records_not_read": failures,
            "duplicates": duplicates,
            "bytes": _bytes_in(self.path) if isinstance(self.path, Path) else None,
        }

    def last_run(self) -> int:
        """Number of the last run that changed the archive."""
        with self._state as state:
            return state.manifest.about.run

    def new_hits(self, query: str, *, after_run: int) -> Iterator[Hit]:
        """The hits of ``query`` that the archive first held after the run of this number, in order of key; see `last_run`."""
        with self._state as state:
            return state.steps(state.searcher.scan(query, sorted(state.manifest.seen_since(min(after_run, sys.maxsize)))))

    def close(self) -> None:
        """Close the files of the archive: at once, or when the last answer is given that other threads wait for. May be called again."""
        with self._changing:
            for state in list(self._states):
                state.close()

    def __enter__(self) -> Self:
        with self._state:
            return self

    def __exit__(self, *_exception: object) -> None:
        self.close()


def value_clause(field: str, value: str) -> str:
    """The query for one value of a facet: ``("from", "BAKU")`` -> ``from:BAKU``. Raises `QueryError` for a value that its field cannot take."""
    from reftel.schema.fields import facet_fields  # noqa: PLC0415 - a search does without
    from reftel.search.drilldown import narrowed  # noqa: PLC0415
    from reftel.search.query import read_query  # noqa: PLC0415

    if field not in {each.name for each in facet_fields()}:
        raise UnknownFieldError(f"no facet is '{field}'", text=field, start=0, end=len(field))
    return narrowed(read_query("*").tree, [(field, value)])


def location_of(path: AnyPath) -> Location:
    """A folder, or an archive in a cluster. `BadValueError` for an address that is none."""
    from reftel.search.engines.opensearch.address import is_address, parse_address  # noqa: PLC0415 - `import reftel` stays light

    name = os.fsdecode(path)
    return parse_address(name) if is_address(name) else Path(name)


def store_of(path: AnyPath, *, memory: int | None = None, dask: str | None = None) -> Store:
    """An archive as a run publishes into it. ``memory``: megabytes, about, that the writer of an index in a folder keeps before it writes.

    ``dask``: the address of a Dask scheduler whose workers fill an archive in a cluster; `BadValueError` for one in a folder.
    """
    from reftel.indexer.store import FolderStore  # noqa: PLC0415

    location = location_of(path)
    if isinstance(location, Path):
        if dask is not None:
            hint = "name one as opensearch://HOST:9200/NAME, or leave Dask out: `workers` read with several processes of this machine"
            raise BadValueError("workers of Dask fill archives in a cluster alone", text=str(location), start=0, end=len(str(location)), hint=hint)
        return FolderStore(location) if memory is None else FolderStore(location, memory)
    from reftel.cluster.filling import ClusterStore  # noqa: PLC0415 - an optional extra

    return ClusterStore(location, dask=dask)


def _notes_later(file: StrPath | None) -> Callable[[Path], Notes]:
    """What gives the notes of a file, or else those in the folder of a person's own files: most processes ask for none."""

    @functools.cache
    def notes(own: Path) -> Notes:
        from reftel.personal.notes import NOTES_FILE, Notes  # noqa: PLC0415

        return Notes(file or own / NOTES_FILE)

    return notes


def _keys(ids: str | Iterable[str] | None) -> list[str] | None:
    return None if ids is None else [list_key(text) for text in several(ids)]


def _bytes_in(folder: Path) -> int:
    """Bytes of all files in a folder; what a run removes in the same moment counts for nothing."""
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            total += path.stat().st_size if path.is_file() else 0
    return total


def open(path: AnyPath, *, notes: StrPath | None = None, cache_mb: float = DEFAULT_MB) -> Archive:  # noqa: A001 - reftel.open, as the API has it
    """Open an archive for reading. Raises `ArchiveMissing`, `ArchiveDamaged` or `ArchiveVersion`.

    ``path``: its folder, or where it is in a cluster, ``"opensearch://HOST:9200/NAME"`` (docs/cluster.md), which may raise `ArchiveError` besides.

    ``notes``: the file of your own tags and notes, else ``$REFTEL_NOTES``, else ``mine.sqlite`` in the archive's folder. ``cache_mb``: size of the
    caches kept between queries, in megabytes; with 0 every answer is the same, only slower. Raises `BadValueError` for fewer.
    """
    return Archive(path, notes=notes, cache_mb=cache_mb)


def build(
    sources: AnyPath | Iterable[AnyPath],
    archive: AnyPath,
    *,
    follow_links: bool = False,
    workers: int = 1,
    dask: str | None = None,
    accept_removals: bool = False,
    on_progress: Callable[[Progress], None] | None = None,
) -> BuildReport:
    """Index files and folders, or one alone, into an archive, a folder or one in a cluster, made if it is not there. Only what changed since the last time is read.

    ``follow_links``: also what links that stand in the sources lead to. A source that is a link itself is followed in any case.

    ``workers``: processes that read. With several, a script that calls this must be one that can be imported without running
    (``if __name__ == "__main__"``), as always with Python's multiprocessing.
    ``dask``: the address of a Dask scheduler (``tcp://host:8786``), whose workers read and write in their place; for archives in a cluster (docs/cluster.md).

    Where more than a tenth of the cables, or more than 1,000, are missing from the sources at once, they stay until the next run finds the
    same missing, and are listed in the report's ``held`` and ``missing``; with ``accept_removals`` they go.

    What cannot be read is listed in the report's ``failures`` and stops nothing else. Raises `ArchiveLocked` while another process writes.
    """
    from reftel.indexer.build import build as build_archive  # noqa: PLC0415

    if isinstance(sources, str | bytes | os.PathLike):
        sources = (sources,)
    return build_archive(
        map(os.fsdecode, sources), store_of(archive, dask=dask), follow_links=follow_links, workers=workers,
        accept_removals=accept_removals, on_progress=on_progress,
    )  # fmt: skip


def read_cables(path: AnyPath, *, on_error: Callable[[SourceError], None] | None = None) -> Iterator[Cable]:
    """The cables of a file in any container, detected from its content, one at a time.

    A record that cannot be read is given to ``on_error`` and passed over; without ``on_error`` it is raised as `SourceError`.
    """
    from reftel.indexer.normalize import read_cables as read  # noqa: PLC0415

    return read(os.fsdecode(path), on_error=on_error)


def normalize_text(text: str, *, id: str | None = None) -> Cable:  # noqa: A002 - the API's name
    """The record of a raw telegram, or of any fragment of one: only a header, only the head lines, only a body.

    ``id`` (any spelling) supplies the implied year of references and the record's id.
    """
    from reftel.indexer.normalize import normalize_text as normalize  # noqa: PLC0415

    return normalize(text, id=id)
