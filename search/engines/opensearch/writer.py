"""Filling an archive in a cluster: a new generation beside the one that is asked, which takes its name when it is whole.

A generation begins empty, or as a clone of the one before: the cluster links the files that it has, so that only what changes is written.
"""

from __future__ import annotations

import base64
import contextlib
import re
import secrets
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self

from reftel.engine.specs import Record
from reftel.record import record_of
from reftel.schema.cable import Cable
from reftel.schema.errors import ArchiveError
from reftel.search.engines.opensearch.address import Address
from reftel.search.engines.opensearch.client import Connection
from reftel.search.engines.opensearch.mapping import (
    document_source,
    iter_words,
    mapping_of_cables,
    mapping_of_manifest,
    mapping_of_words,
    name_in_index,
    word_query,
    word_source,
    words_in_source,
)

PARTS = ("", "-words", "-manifest")
"""Behind the name of a generation: the indices of its cables, of its words and of its manifest."""

_FILLING = "-filling"
"""Behind the name of an index: an alias that it has until it is published. All writes go to that, so that one which comes later, or after the index
was removed, finds nothing to write to; to the name of an index that is gone the cluster may make a new one."""

Word = tuple[str, str, int]
"""Field, word, and how many places more than one it spans."""

_AT_ONCE, _BYTES_AT_ONCE = 200, 8 << 20
_WORDS_AT_ONCE = 5000
_COUNTED_AT_ONCE = 500
_FETCHED_AT_ONCE = 100
_PIECE = 1 << 20  # bytes of a manifest in one document
_SENT_AT_ONCE = 2  # bulks that are under way
_COPIED = "10m"  # to wait for replicas
_MERGED = 600  # seconds to wait for segments
_ACTIVE = 30  # seconds that a write waits for a shard of which no node has a copy now, as while one restarts
_ANSWERED = 90  # and in which it is answered
_CONFLICT, _UNAVAILABLE = 409, 503
_GENERATION = re.compile("g[0-9a-f]{12}")

Action = tuple[dict[str, Any], dict[str, Any] | None]


class GenerationWriter:
    """Writes one generation. Used as a context manager: what was not published is removed.

    ``base``: the generation to build on, of the same rules. ``shards`` and ``replicas``: if nothing is said, those of the generation that the archive's
    name stands for; of a first one, a shard for each node and one replica where there are several.
    """

    def __init__(self, connection: Connection, *, shards: int | None = None, replicas: int | None = None, base: str | None = None) -> None:
        self._connection, self._client = connection, connection.client
        self.address: Address = connection.address
        self.index = f"{self.address.name}-g{secrets.token_hex(6)}"
        self._shards, self._replicas, self._base = shards, replicas, base
        self._numbers: dict[Word, int] = {}
        self._held: dict[str, array[int]] = {}  # the words of what was written since, by key
        self._freed: set[int] = set()  # words of texts that were replaced since
        self._changed: set[str] = set()  # keys of the base that are others now
        self._bulk = Bulk(connection, _AT_ONCE)
        self._published = False

    def __enter__(self) -> Self:
        try:
            with self._connection.errors():
                self._before()
                if self._base is None:
                    self._create()
                else:
                    self._clone(self._base)
        except BaseException:
            self.remove(self.index)
            raise
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self._bulk.close()
        if not self._published:
            self.remove(self.index)

    def _create(self) -> None:
        shards, replicas = self._numbers_before()
        shards = self._shards or shards
        replicas = replicas if self._replicas is None else self._replicas
        mappings = mapping_of_cables(shards, replicas), mapping_of_words(replicas), mapping_of_manifest(replicas)
        for part, mapping in zip(PARTS, mappings, strict=True):
            self._client.indices.create(index=self.index + part, body=mapping | self._alias(part))

    def _numbers_before(self) -> tuple[int, int]:
        """Shards and replicas of the generation that the archive's name stands for; where there is none, what suits the cluster's nodes."""
        published = generations(self._connection)
        if published:
            return self._numbers_of(published[0])
        nodes: int = self._client.cluster.health()["number_of_data_nodes"]
        return nodes, min(1, nodes - 1)

    def _numbers_of(self, index: str) -> tuple[int, int]:
        said = self._client.indices.get_settings(index=index)[index]["settings"]["index"]
        return int(said["number_of_shards"]), int(said["number_of_replicas"])

    def _clone(self, base: str) -> None:
        """The cables and words of ``base``, linked; its manifest is always written again."""
        self._client.indices.put_settings(index=",".join(base + part for part in PARTS), body={"index.blocks.write": True})
        _shards, replicas = self._numbers_of(base)
        settings = {"index.blocks.write": None, "index.number_of_replicas": replicas}
        for part in PARTS[:2]:
            self._client.indices.clone(index=base + part, target=self.index + part, body={"settings": settings} | self._alias(part))
        self._client.indices.create(index=f"{self.index}-manifest", body=mapping_of_manifest(replicas) | self._alias("-manifest"))

    def _alias(self, part: str) -> dict[str, Any]:
        return {"aliases": {self.index + part + _FILLING: {}}}

    # -- writing -------------------------------------------------------------------------------------------------------------------------

    def write(self, cables: Iterable[Cable]) -> int:
        """Add cables. How many there were."""
        count = 0
        for count, cable in enumerate(cables, 1):  # noqa: B007 - counts
            self.put(record_of(cable))
        return count

    def put(self, record: Record, version: int | None = None) -> None:
        """Add a cable, in place of the one with its key. ``version``: as of `Bulk.put`."""
        numbers = self._numbers
        self.replace(record.key)
        self._held[record.key] = array("I", {numbers.setdefault(word, len(numbers)) for word in iter_words(record)})
        self._bulk.put(self.index, name_in_index(record.key), document_source(record), version)

    def delete(self, key: str, version: int) -> None:
        """Remove a cable."""
        self.replace(key)
        self._bulk.delete(self.index, name_in_index(key), version)

    def replace(self, key: str) -> None:
        """Note that what is held under a key will be another, or nothing."""
        self._freed.update(self._held.pop(key, ()))
        if self._base is not None:
            self._changed.add(key)

    def record(self, key: str) -> bytes | None:
        """The stored JSON of a cable as it was written last, published or not; ``None`` if there is none.

        Who asks is about to replace it. Words that others wrote with it are noted, as `put` notes those of its own.
        """
        self._bulk.flush()
        found = _fetch(self._connection, self.index, [key], "record,t_*")[0]
        if found is not None and key not in self._held:
            self._freed.update(self._numbers.setdefault(word, len(self._numbers)) for word in words_in_source(found))
        return _record_in(found)

    def write_manifest(self, manifest: bytes) -> None:
        """Keep the file of a manifest, packed as it is given."""
        pieces = [manifest[start : start + _PIECE] for start in range(0, len(manifest), _PIECE)]
        for number, piece in enumerate(pieces):
            self._bulk.put(f"{self.index}-manifest", str(number), {"number": number, "data": base64.b64encode(piece).decode()})
        self._bulk.flush()

    # -- words ---------------------------------------------------------------------------------------------------------------------------

    def _write_words(self) -> None:
        with Bulk(self._connection, _WORDS_AT_ONCE) as bulk:
            for word in sorted(self._numbers):
                write_word(bulk, self.index, word)

    def _drop_words(self) -> None:
        """Remove the words that no cable has any more, of those that texts had which are gone or replaced."""
        words = list(self._numbers)
        freed = {words[number] for number in self._freed}
        if self._base is not None:
            freed.update(self._words_before(self._base, sorted(self._changed)))
        if not freed:
            return
        with Bulk(self._connection, _WORDS_AT_ONCE) as bulk:
            for word in self._without_cables(sorted(freed)):
                bulk.delete(f"{self.index}-words", word_source(*word)[0])

    def _words_before(self, base: str, keys: Sequence[str]) -> Iterator[Word]:
        for start in range(0, len(keys), _FETCHED_AT_ONCE):
            for found in _fetch(self._connection, base, keys[start : start + _FETCHED_AT_ONCE], "t_*"):
                yield from words_in_source(found or {})

    def _without_cables(self, words: Sequence[Word]) -> Iterator[Word]:
        for start in range(0, len(words), _COUNTED_AT_ONCE):
            some = words[start : start + _COUNTED_AT_ONCE]
            filters = {str(number): word_query(*word) for number, word in enumerate(some)}
            answer = self._connection.search(self.index, {"size": 0, "aggs": {"each": {"filters": {"filters": filters}}}})
            buckets: Mapping[str, Any] = answer["aggregations"]["each"]["buckets"]
            yield from (word for number, word in enumerate(some) if not buckets[str(number)]["doc_count"])

    # -- publishing ----------------------------------------------------------------------------------------------------------------------

    def publish(self, count: int, *, instead_of: str | None = None) -> None:
        """Let the archive's name stand for this generation, at one moment, and remove the one before.

        ``count``: how many cables it must hold. ``instead_of``: the generation that the name must stand for until then.
        `ArchiveError` if one of both is not so, and `EngineError` if a part does not answer.
        """
        self._bulk.flush()
        self._write_words()
        with self._connection.errors():
            for part in PARTS:
                self._client.indices.refresh(index=self.index + part)
        self._drop_words()
        with self._connection.errors():
            self._client.indices.refresh(index=f"{self.index}-words")
            if self._base is None:
                self._merge()
            names = ",".join(self.index + part for part in PARTS)
            # Nothing that comes late, of a worker that was taken for dead, is to change what was published.
            self._client.indices.put_settings(index=names, body={"index.blocks.write": True})
            self._client.cluster.health(index=names, params={"wait_for_no_initializing_shards": "true", "timeout": _COPIED}, request_timeout=660, ignore=408)
        self._check_whole(count)
        with self._connection.errors():
            before = self._before()
            self._take_name(instead_of)
        self._published = True
        for index in before:
            self.remove(index)

    def _merge(self) -> None:
        """Make of each shard one segment, which answers sooner, and let go of those before.

        Beside what is stored of a cable the cluster keeps all that came, for copies that lag behind; of what was flushed a merge drops that.
        What takes longer than is waited for ends by itself, and is asked from the next refresh on.
        """
        from opensearchpy.exceptions import ConnectionTimeout  # noqa: PLC0415 - an optional extra

        both = f"{self.index},{self.index}-words"
        self._client.indices.flush(index=both)
        with contextlib.suppress(ConnectionTimeout):
            self._client.indices.forcemerge(index=both, params={"max_num_segments": 1}, request_timeout=_MERGED)
        self._client.indices.refresh(index=both)

    def _check_whole(self, count: int) -> None:
        """That every part answers, with as many cables as were written."""
        for part in PARTS:
            found = self._connection.search(self.index + part, {"size": 0, "track_total_hits": True})["hits"]["total"]["value"]
            if not part and found != count:
                raise ArchiveError(
                    f"{self.address}: {count:,} cables were written and the cluster holds {found:,} of them; what was published last stays, run it again"
                )

    def _take_name(self, instead_of: str | None) -> None:
        from opensearchpy.exceptions import NotFoundError  # noqa: PLC0415 - an optional extra

        name = self.address.name
        if instead_of is None:  # all generations at once, since another filling may have ended a moment ago
            others = {"index": f"{name}-g*", "alias": name, "must_exist": False}
        else:
            others = {"index": instead_of, "alias": name, "must_exist": True}
        filled = [{"remove": {"index": self.index + part, "alias": self.index + part + _FILLING}} for part in PARTS]
        try:
            self._client.indices.update_aliases(body={"actions": [{"remove": others}, {"add": {"index": self.index, "alias": name}}, *filled]})
        except NotFoundError as error:
            raise ArchiveError(f"{self.address}: another filling has published meanwhile; its state stays, run this one again") from error

    def _before(self) -> list[str]:
        return generations(self._connection)

    def remove_leftovers(self) -> list[str]:
        """Remove the generations that the archive's name does not stand for, which fillings left that were killed. Only under `FillingLock`."""
        names = leftovers(self._connection, but=self.index)
        for name in names:
            self.remove(name)
        return names

    def remove(self, index: str) -> None:
        """Remove a generation."""
        with contextlib.suppress(Exception):  # a cluster that is gone has it still; the next filling removes it
            for part in PARTS:
                self._client.indices.delete(index=index + part, params={"ignore_unavailable": "true"})


class Bulk:
    """Documents on their way into indices that are being filled, many at a time, some bulks at once."""

    def __init__(self, connection: Connection, at_once: int) -> None:
        self._connection, self._at_once = connection, at_once
        self._waiting: list[Action] = []
        self._threads = ThreadPoolExecutor(_SENT_AT_ONCE)
        self._sent: list[Future[None]] = []

    def put(self, index: str, name: str, source: dict[str, Any], version: int | None = None, *, new: bool = False) -> None:
        """Add or replace a document. ``version``: one that is there with a higher one stays, whichever comes first. ``new``: one that is there stays."""
        self._add({"create" if new else "index": {"_index": index + _FILLING, "_id": name, **_versioned(version)}}, source)

    def delete(self, index: str, name: str, version: int | None = None) -> None:
        """Remove a document."""
        self._add({"delete": {"_index": index + _FILLING, "_id": name, **_versioned(version)}}, None)

    def _add(self, action: dict[str, Any], source: dict[str, Any] | None) -> None:
        self._waiting.append((action, source))
        if len(self._waiting) >= self._at_once:
            self._send()

    def _send(self) -> None:
        while len(self._sent) >= _SENT_AT_ONCE:
            self._sent.pop(0).result()
        if self._waiting:
            actions, self._waiting = self._waiting, []
            self._sent.append(self._threads.submit(send, self._connection, actions))

    def flush(self) -> None:
        """Until all that was added is in the cluster. Errors: what the cluster did not take."""
        self._send()
        while self._sent:
            self._sent.pop(0).result()

    def close(self) -> None:
        """Drop what was not flushed."""
        self._waiting.clear()
        self._threads.shutdown(wait=True, cancel_futures=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if kind is None:
                self.flush()
        finally:
            self.close()


def _versioned(version: int | None) -> dict[str, Any]:
    return {} if version is None else {"version": version, "version_type": "external_gte"}


def send(connection: Connection, actions: Sequence[Action]) -> None:
    """Send actions of a bulk request. What was passed over, since a later version is there or the document itself, is no error."""
    from opensearchpy import helpers  # noqa: PLC0415 - an optional extra

    with connection.errors():
        found = helpers.streaming_bulk(
            connection.client, actions, chunk_size=len(actions), max_chunk_bytes=_BYTES_AT_ONCE, max_retries=5, initial_backoff=1,
            raise_on_error=False, expand_action_callback=lambda action: action, params={"require_alias": "true", "timeout": f"{_ACTIVE}s"},
            request_timeout=_ANSWERED,
        )  # fmt: skip
        for written, item in found:
            (said,) = item.values()
            missing = said.get("result") == "not_found"
            if not written and not missing and said["status"] != _CONFLICT:
                raise ArchiveError(f"{connection.refusal(said['status'], said['error'])}; '{said['_id']}' was not written, what was published last stays")


def write_word(bulk: Bulk, index: str, word: Word) -> None:
    """Add a word to the index of words of a generation, unless it is there."""
    name, source = word_source(*word)
    bulk.put(f"{index}-words", name, source, new=True)


def generations(connection: Connection) -> list[str]:
    """The generations that an archive's name stands for now. `ArchiveError` where it stands for an index that is none of reftel's."""
    client, address = connection.client, connection.address
    with connection.errors():
        if not client.indices.exists(index=address.name):
            return []
        found = client.indices.get_mapping(index=address.name)
    for index, mapping in found.items():
        if index == address.name or "reftel" not in mapping["mappings"].get("_meta", {}):
            raise ArchiveError(f"{address}: the index '{index}' is no archive of reftel's, and stays as it is; choose another name")
    return list(found)


def leftovers(connection: Connection, but: str = "") -> list[str]:
    """Generations of an archive that its name does not stand for: of fillings that run now, or that were killed."""
    client, name = connection.client, connection.address.name
    with connection.errors():
        every = client.indices.get_mapping(index=f"{name}-g*", params={"expand_wildcards": "all"})
    current = {but, *generations(connection)}
    found = {index.removesuffix(part) for index, mapping in every.items() for part in PARTS[1:] if "reftel" in mapping["mappings"].get("_meta", {})}
    return sorted(index for index in found if _GENERATION.fullmatch(index.removeprefix(f"{name}-")) and index not in current)


def fetch_record(connection: Connection, index: str, key: str) -> bytes | None:
    """The stored JSON of a cable in a generation, as it was written last; ``None`` if there is none."""
    return _record_in(_fetch(connection, index, [key], "record")[0])


def _fetch(connection: Connection, index: str, keys: Sequence[str], fields: str) -> list[dict[str, Any] | None]:
    with connection.errors():
        found = connection.client.mget(index=index, body={"ids": list(map(name_in_index, keys))}, params={"_source_includes": fields})["docs"]
    for each in found:
        if "error" in each:
            raise connection.refusal(_UNAVAILABLE, each["error"])
    return [each["_source"] if each["found"] else None for each in found]


def _record_in(source: Mapping[str, Any] | None) -> bytes | None:
    return None if source is None else "\n".join(source["record"]).encode()
