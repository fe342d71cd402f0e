"""Archives between folders and clusters: copied there and back with all that they hold, and read through in a cluster."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

from reftel.base import durable
from reftel.base.frozen import frozen
from reftel.indexer.complaints import reason
from reftel.indexer.lock import ArchiveLock
from reftel.indexer.manifest import FILE_NAME, About, Draft, Manifest
from reftel.indexer.publishing import INDEX_FOLDER
from reftel.indexer.verify import Problem, Verdict, check_entries
from reftel.indexer.writer import CableWriter
from reftel.record import record_of
from reftel.schema.cable import Cable
from reftel.schema.errors import ArchiveDamaged, ArchiveError, ArchiveVersion, OutputError
from reftel.schema.stored import cable_of
from reftel.search.engines.opensearch.address import Address
from reftel.search.engines.opensearch.client import connect
from reftel.search.engines.opensearch.engine import OpenSearchEngine
from reftel.search.engines.opensearch.lock import FillingLock
from reftel.search.engines.opensearch.mapping import iter_words
from reftel.search.engines.opensearch.packed import pack_manifest, unpack_manifest
from reftel.search.engines.opensearch.writer import GenerationWriter
from reftel.search.plan import Everything
from reftel.snapshot import Location
from reftel.state import State

Progress = Callable[[int, int], None]
"""Told how many cables of how many are copied."""


@frozen
class Copied:
    """How many cables were copied, and the generations in the cluster that were removed, since fillings left them that were killed."""

    cables: int
    leftovers: tuple[str, ...] = ()


def copy_archive(
    source: Location, target: Location, *, wait: float = 0.0, shards: int | None = None, replicas: int | None = None, on_progress: Progress | None = None
) -> Copied:
    """Copy an archive from a folder to a cluster or back, or from one cluster to another: its cables and its manifest.

    In a cluster the copy takes the name of the one before at one moment, when it is whole; a folder must be a new one. No run may write to
    a folder meanwhile. ``shards`` and ``replicas``: as of `GenerationWriter`.
    ``wait``: seconds to wait for a run that writes to the folder, and for another filling of the cluster's archive.
    Errors: those of `reftel.open`, `ArchiveLocked`, `OutputError` if the folder cannot be written.
    """
    if isinstance(source, Path) and isinstance(target, Path):
        raise ArchiveError(f"{target}: is a folder, as {source} is; `reftel backup` copies those")
    with contextlib.ExitStack() as until:
        if isinstance(source, Path):
            until.enter_context(ArchiveLock(source, wait=wait, reading=True))
        state = until.enter_context(contextlib.closing(_opened(source)))
        cables = _told(state, on_progress)
        if isinstance(target, Path):
            return Copied(_to_folder(state, cables, target))
        return _to_cluster(state, cables, target, shards, replicas, wait)


def _opened(location: Location) -> State:
    """A state that nothing is asked of but what it holds."""

    def notes(_own: Path) -> NoReturn:
        raise ArchiveError(f"{location}: a copy has no tags and notes")

    return State(location, notes, 0)


def _told(state: State, on_progress: Progress | None) -> Iterator[Cable]:
    """The cables of an archive in order of key."""
    total = state.engine.count()
    for number, cable in enumerate(_cables(state)):
        if on_progress is not None:
            on_progress(number, total)
        yield cable
    if on_progress is not None:
        on_progress(total, total)


def _cables(state: State) -> Iterator[Cable]:
    if isinstance(state.engine, OpenSearchEngine):
        return (cable_of(record) for _key, record in state.engine.records())
    return map(state.load, state.engine.scan(Everything()))


def _manifest(state: State) -> bytes:
    """The manifest's file, packed."""
    if isinstance(state.engine, OpenSearchEngine):
        return state.engine.manifest()
    with state.manifest.path.open("rb") as file:
        return pack_manifest(file)


def _to_cluster(state: State, cables: Iterator[Cable], target: Address, shards: int | None, replicas: int | None, wait: float) -> Copied:
    with contextlib.closing(connect(target)) as connection, FillingLock(connection, wait=wait) as lock:
        with GenerationWriter(connection, shards=shards, replicas=replicas) as writer:
            count = writer.write(cables)
            writer.write_manifest(_manifest(state))
            lock.check()
            writer.publish(count)
        return Copied(count, tuple(writer.remove_leftovers()))


def _to_folder(state: State, cables: Iterator[Cable], target: Path) -> int:
    assert isinstance(state.engine, OpenSearchEngine)
    if durable.status(target) is not None:
        raise ArchiveError(f"{target}: is there already; name a new folder")
    partial = target.with_name(f"{target.name}.partial")
    try:
        durable.remove(partial)
        durable.make_folder(partial)
        try:
            with ArchiveLock(partial):
                count = 0
                with CableWriter(partial / INDEX_FOLDER) as writer:
                    for cable in cables:
                        writer.put(cable)
                        count += 1
                    writer.commit(added=0)
                _put_manifest(state.engine, partial)
            os.rename(partial, target)  # noqa: PTH104 - a folder, and never over another one
        except BaseException:
            with contextlib.suppress(OSError):
                durable.remove(partial)
            raise
        durable.flush_folder(target.absolute().parent)
    except OSError as error:
        raise OutputError(f"{target}: cannot be written: {reason(error)}") from error
    return count


def _put_manifest(engine: OpenSearchEngine, folder: Path) -> None:
    """Write a manifest that counts for the new index beside it, whatever index it was made with."""
    received = folder / f"{FILE_NAME}.received"
    unpack_manifest(engine.manifest(), received, engine.address)
    draft = Draft(folder / f"{FILE_NAME}.draft", received)
    try:
        draft.finish(About(-1, draft.about.run))
        durable.flush_file(draft.path)
    finally:
        draft.close()
    durable.put_in_place(draft.path, folder / FILE_NAME)
    received.unlink()


def verify_in_cluster(address: Address) -> Verdict:
    """Read every record, the words and the manifest of an archive in a cluster, and compare them."""
    verdict, keys, words = Verdict(), set[str](), set[tuple[str, str, int]]()
    with contextlib.closing(OpenSearchEngine.open(address)) as engine, tempfile.TemporaryDirectory(prefix="reftel-") as folder:
        for key, record in engine.records():
            verdict.cables += 1
            keys.add(key)
            try:
                cable = cable_of(record)
            except ArchiveError as error:
                verdict.problems.append(Problem("index", key, f"its record cannot be read: {error}"))
            else:
                words.update(iter_words(record_of(cable)))
                if cable.key != key:
                    verdict.problems.append(Problem("index", key, f"its record is that of '{cable.key}'"))
        try:
            words.difference_update(engine.words())
            if words:  # which no question that asks for them finds
                field, word, _wider = min(words)
                verdict.problems.append(Problem("index", "words", f"{len(words):,} words of cables are missing, among them '{word[:50]}' of {field}"))
        except ArchiveDamaged as error:
            verdict.problems.append(Problem("index", "words", str(error)))
        path = Path(folder) / FILE_NAME
        try:
            unpack_manifest(engine.manifest(), path, address)
            with contextlib.closing(Manifest(path)) as manifest:
                if not manifest.is_whole():
                    verdict.problems.append(Problem("manifest", FILE_NAME, "its checksum is wrong"))
                verdict.problems += check_entries(manifest, keys, verdict)
        except (ArchiveDamaged, ArchiveVersion) as error:
            verdict.problems.append(Problem("manifest", FILE_NAME, str(error)))
    return verdict
