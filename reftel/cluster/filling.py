"""An archive in a cluster as what a run publishes into: the manifest is brought here for the run and goes back with a new generation."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from reftel.cluster.spread import DaskPool, RemoteRecord
from reftel.engine.cache import Budget
from reftel.engine.specs import Record
from reftel.indexer.changes import NORMALISER_VERSION
from reftel.indexer.complaints import write_errors
from reftel.indexer.manifest import FILE_NAME, NEXT_NAME, Manifest
from reftel.indexer.publishing import Publication
from reftel.indexer.report import BuildReport
from reftel.indexer.sources import Selection
from reftel.indexer.workers import Pool, Workers
from reftel.record import record_of
from reftel.schema.errors import ArchiveDamaged
from reftel.schema.stored import cable_of
from reftel.search.engines.opensearch.client import connect
from reftel.search.engines.opensearch.engine import OpenSearchEngine
from reftel.search.engines.opensearch.lock import FillingLock
from reftel.search.engines.opensearch.mapping import about
from reftel.search.engines.opensearch.packed import pack_manifest, unpack_manifest
from reftel.search.engines.opensearch.writer import PARTS, GenerationWriter, fetch_record, generations

if TYPE_CHECKING:
    from reftel.search.engines.opensearch.address import Address
    from reftel.search.engines.opensearch.client import Connection

_VERSION_BITS = 32  # of a version, for what a step writes; the number of the run stands before them


class ClusterStore:
    """As `reftel.indexer.store.Store`: an archive in a cluster.

    ``dask``: the address of the scheduler whose workers read.
    """

    def __init__(self, address: Address, *, dask: str | None = None) -> None:
        self.address, self._dask = address, dask
        self._connection: Connection | None = None
        self._lock: FillingLock | None = None
        self._folder = Path()
        self._base: str | None = None

    def __str__(self) -> str:
        return str(self.address)

    def settled(self, selection: Selection) -> Selection:
        """As `Store.settled`."""
        return selection.settled(None)

    @contextlib.contextmanager
    def known(self) -> Iterator[Manifest | None]:
        """As `Store.known`."""
        with self._connected() as connection, _folder() as folder:
            base = self._current(connection)
            if base is None:
                yield None
                return
            with contextlib.closing(_fetch_manifest(connection, base, folder)) as manifest:
                yield manifest

    def last_run(self) -> int:
        """As `Store.last_run`."""
        with self.known() as manifest:
            return 0 if manifest is None else manifest.about.run

    @contextlib.contextmanager
    def writing(self, wait: float, report: BuildReport) -> Iterator[None]:
        """As `Store.writing`. What fillings left that were killed is removed."""
        with self._connected() as connection, FillingLock(connection, wait=wait) as lock, _folder() as folder:
            self._connection, self._lock, self._folder = connection, lock, folder
            self._base = self._current(connection)
            if GenerationWriter(connection).remove_leftovers():
                report.notes.append("an earlier filling of this archive died; what it had not published was removed")
            if self._base is not None:
                _check(connection, self._base, folder)
            yield
            report.notes += self._missing_replicas(connection)

    def begin(self, note: Callable[[str], None], *, fresh: bool) -> ClusterStep:  # noqa: ARG002 - a dead run leaves nothing to put right here
        """As `Store.begin`. A generation is built on the one before, unless that is of other rules or everything is read again."""
        assert self._connection is not None
        assert self._lock is not None
        publication = Publication(self._folder, 0)
        try:
            manifest = publication.manifest
            empty = fresh or self._base is None or any(row.normaliser != NORMALISER_VERSION for row in manifest.sources() if row.outcome != "failed")
            empty = empty or not _is_of_today(self._connection, self._base)
            writer = ClusterWriter(
                self._connection, self._base, manifest.shown_keys(), publication.run << _VERSION_BITS,
                clone=not empty, remembers=self._dask is not None,
            )  # fmt: skip
        except BaseException:
            publication.close()
            raise
        return ClusterStep(self, writer, publication)

    def publish(self, writer: ClusterWriter, publication: Publication, *, index_changes: bool) -> None:
        """Let the archive's name stand for what was written, with its manifest."""
        assert self._lock is not None
        publication.prepare(index_changes=index_changes)
        with (self._folder / NEXT_NAME).open("rb") as file:
            self._base = writer.publish(pack_manifest(file), self._lock.check)
        publication.conclude()

    def pool(self, workers: int) -> Pool:
        """As `Store.pool`."""
        return Workers(workers) if self._dask is None else DaskPool(self._dask)

    def _connected(self) -> contextlib.closing[Connection]:
        return contextlib.closing(connect(self.address))

    def _missing_replicas(self, connection: Connection) -> list[str]:
        if self._base is None:
            return []
        with connection.errors():
            lacking: int = connection.client.cluster.health(index=",".join(self._base + part for part in PARTS))["unassigned_shards"]
        return [f"{lacking} replicas are missing (a node is down?); until the cluster has made them, a part does not answer if another node is lost"] if lacking else []

    def _current(self, connection: Connection) -> str | None:
        found = generations(connection)
        if len(found) > 1:
            raise ArchiveDamaged(f"{self.address}: the name stands for {len(found)} generations ({', '.join(found)}); remove all but one, with its parts")
        return found[0] if found else None


class ClusterStep:
    """As `reftel.indexer.store.Step`."""

    def __init__(self, store: ClusterStore, writer: ClusterWriter, publication: Publication) -> None:
        self._store, self.writer, self.publication = store, writer, publication

    def publish(self, *, index_changes: bool, added: int | None) -> None:  # noqa: ARG002 - a cluster merges by itself
        """As `Step.publish`."""
        self._store.publish(self.writer, self.publication, index_changes=index_changes)


class ClusterWriter:
    """As `reftel.indexer.store.IndexWriter`: a generation that is begun when there is something to write.

    ``base``: the generation before, with the cables of ``keys``; built on if ``clone``, else what of it nothing has replaced is taken over in the end,
    by the rules of today. ``version``: that every document written here is newer than. ``remembers``: see `IndexWriter`.
    """

    def __init__(
        self, connection: Connection, base: str | None, keys: set[str], version: int, *, clone: bool, remembers: bool,
    ) -> None:  # fmt: skip
        self.remembers = remembers
        self._pool: DaskPool | None = None  # whose workers write
        self._connection, self._base, self._keys, self._version, self._clone = connection, base, keys, version, clone
        self._written: set[str] = set()
        self._begun: GenerationWriter | None = None
        self._until = contextlib.ExitStack()

    @property
    def _generation(self) -> GenerationWriter:
        if self._begun is None:
            writer = GenerationWriter(self._connection, base=self._base if self._clone else None)
            self._begun = self._until.enter_context(writer)
        return self._begun

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def count(self) -> int:
        """As `IndexWriter.count`."""
        return len(self._keys)

    def put_record(self, record: Record | RemoteRecord) -> bool:
        """As `IndexWriter.put_record`."""
        if isinstance(record, RemoteRecord):
            self._pool = record.pool
            self._generation.replace(record.key)
            record.write(str(self._connection.address), self._generation.index, self._next())
        else:
            self._generation.put(record, self._next())
        return self._note(record.key)

    def would_merge(self, added: int) -> bool:  # noqa: ARG002 - as above
        """As `IndexWriter.would_merge`."""
        return False

    def _note(self, key: str) -> bool:
        existed = key in self._keys
        self._keys.add(key)
        self._written.add(key)
        return existed

    def _next(self) -> int:
        self._version += 1
        return self._version

    def committed_record(self, key: str) -> bytes | None:
        """As `IndexWriter.committed_record`."""
        if key in self._written:
            self._flush()
            return self._generation.record(key)
        return None if self._base is None else fetch_record(self._connection, self._base, key)

    def _flush(self) -> None:
        if self._pool is not None:
            self._pool.flush()

    def delete(self, key: str) -> bool:
        """As `IndexWriter.delete`."""
        if key not in self._keys:
            return False
        self._keys.discard(key)
        self._written.discard(key)
        self._generation.delete(key, self._next())
        return True

    def publish(self, manifest: bytes, check: Callable[[], None]) -> str:
        """Publish the generation with its manifest; its name. ``check`` raises if another may have written meanwhile."""
        generation = self._generation
        self._flush()
        if self._base is not None and not self._clone:
            self._take_over(self._base, generation)
        generation.write_manifest(manifest)
        check()
        generation.publish(len(self._keys), instead_of=self._base)
        return generation.index

    def _take_over(self, base: str, generation: GenerationWriter) -> None:
        for key, record in OpenSearchEngine(self._connection, base, Budget()).records():
            if key in self._keys and key not in self._written:
                generation.put(record_of(cable_of(record)), self._next())

    def cancel(self) -> None:
        """As `IndexWriter.cancel`."""
        self._until.close()


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """A folder for a manifest."""
    with write_errors(Path(tempfile.gettempdir()), "the archive is as it was published last"), tempfile.TemporaryDirectory(prefix="reftel-") as name:
        yield Path(name)


def _fetch_manifest(connection: Connection, base: str, folder: Path) -> Manifest:
    path = folder / FILE_NAME
    unpack_manifest(OpenSearchEngine(connection, base, Budget()).manifest(), path, connection.address)
    manifest = Manifest(path)
    if not manifest.is_whole():
        manifest.close()
        raise ArchiveDamaged(f"{connection.address}: the checksum of its manifest is wrong; {connection.address.remedy}")
    return manifest


def _check(connection: Connection, base: str, folder: Path) -> None:
    """Bring the manifest here. `ArchiveDamaged` if it speaks of more or fewer cables than there are."""
    with contextlib.closing(_fetch_manifest(connection, base, folder)) as manifest:
        known, shown = manifest.count_shown(), OpenSearchEngine(connection, base, Budget()).count()
    if known != shown:
        raise ArchiveDamaged(
            f"{connection.address}: holds {shown:,} cables and its manifest lists {known:,}; `reftel verify` names them; {connection.address.remedy}"
        )


def _is_of_today(connection: Connection, base: str | None) -> bool:
    """Whether a generation was made by the rules of today."""
    if base is None:
        return False
    with connection.errors():
        (found,) = connection.client.indices.get_mapping(index=base).values()
    return bool(found["mappings"].get("_meta", {}).get("reftel") == about()["reftel"])
