"""Filling an archive in a cluster: a new generation beside the one that is asked, which takes its name when it is whole."""

from __future__ import annotations

import base64
import contextlib
import secrets
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Any, Self

from reftel.schema.cable import Cable
from reftel.schema.document import document_of
from reftel.schema.errors import ArchiveError
from reftel.schema.stored import record_bytes
from reftel.search.engines.opensearch.address import Address
from reftel.search.engines.opensearch.client import Connection
from reftel.search.engines.opensearch.mapping import (
    document_source,
    iter_words,
    mapping_of_cables,
    mapping_of_manifest,
    mapping_of_words,
    name_in_index,
    word_source,
)

PARTS = ("", "-words", "-manifest")
"""Behind the name of a generation: the indices of its cables, of its words and of its manifest."""

_AT_ONCE, _BYTES_AT_ONCE = 200, 8 << 20
_WORDS_AT_ONCE = 5000
_PIECE = 1 << 20  # bytes of a manifest in one document


class GenerationWriter:
    """Writes one generation. Used as a context manager: what was not published is removed."""

    def __init__(self, connection: Connection, *, shards: int | None = None, replicas: int | None = None) -> None:
        self._connection, self._client = connection, connection.client
        self.address: Address = connection.address
        self.index = f"{self.address.name}-g{secrets.token_hex(6)}"
        self._shards, self._replicas = shards, replicas
        self._words: set[tuple[str, str, int]] = set()
        self._published = False

    def __enter__(self) -> Self:
        try:
            with self._connection.errors():
                nodes: int = self._client.cluster.health()["number_of_data_nodes"]
                shards = self._shards or nodes
                replicas = min(1, nodes - 1) if self._replicas is None else self._replicas
                self._before()
                for part, mapping in zip(
                    PARTS, (mapping_of_cables(shards, replicas), mapping_of_words(replicas), mapping_of_manifest(replicas)), strict=True
                ):
                    self._client.indices.create(index=self.index + part, body=mapping)
        except BaseException:
            self._remove(self.index)
            raise
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        if not self._published:
            self._remove(self.index)

    def write(self, cables: Iterable[Cable]) -> int:
        """Add cables. How many there were."""
        return self._bulk(self.index, self._sources(cables), _AT_ONCE)

    def _sources(self, cables: Iterable[Cable]) -> Iterator[tuple[str, dict[str, Any]]]:
        for cable in cables:
            document = document_of(cable)
            self._words.update(iter_words(document))
            yield name_in_index(document.key), document_source(document, record_bytes(cable))

    def write_manifest(self, manifest: bytes) -> None:
        """Keep the file of a manifest, packed as it is given."""
        pieces = [manifest[start : start + _PIECE] for start in range(0, len(manifest), _PIECE)]
        rows = ((str(number), {"number": number, "data": base64.b64encode(piece).decode()}) for number, piece in enumerate(pieces))
        self._bulk(f"{self.index}-manifest", rows, 8)

    def publish(self) -> None:
        """Let the archive's name stand for this generation, at one moment, and remove the one before."""
        self._bulk(f"{self.index}-words", (word_source(*each) for each in sorted(self._words)), _WORDS_AT_ONCE)
        with self._connection.errors():
            for part in PARTS:
                self._client.indices.refresh(index=self.index + part)
            self._client.indices.forcemerge(index=f"{self.index}-words", max_num_segments=1)
            before = self._before()
            # All generations at once, since another filling may have ended a moment ago.
            others = {"index": f"{self.address.name}-g*", "alias": self.address.name, "must_exist": False}
            actions = [{"remove": others}, {"add": {"index": self.index, "alias": self.address.name}}]
            self._client.indices.update_aliases(body={"actions": actions})
        self._published = True
        for index in before:
            self._remove(index)

    def _before(self) -> list[str]:
        """The generations that the name stands for now. `ArchiveError` where it stands for an index that is none of reftel's."""
        if not self._client.indices.exists(index=self.address.name):
            return []
        found = self._client.indices.get_mapping(index=self.address.name)
        for index, mapping in found.items():
            if index == self.address.name or "reftel" not in mapping["mappings"].get("_meta", {}):
                raise ArchiveError(f"{self.address}: the index '{index}' is no archive of reftel's, and stays as it is; choose another name")
        return list(found)

    def leavings(self) -> list[str]:
        """Generations of this archive that its name does not stand for: of fillings that run now, or that were killed."""
        with self._connection.errors():
            every = self._client.indices.get(index=f"{self.address.name}-g*", params={"expand_wildcards": "all"})
            current = {self.index, *self._before()}
        names = [index for index in every if not index.endswith(PARTS[1:])]
        return sorted(index for index in names if index.removeprefix(f"{self.address.name}-g").isalnum() and index not in current)

    def _remove(self, index: str) -> None:
        with contextlib.suppress(Exception):  # a cluster that is gone has it still; `leavings` tells
            for part in PARTS:
                self._client.indices.delete(index=index + part, params={"ignore_unavailable": "true"})

    def _bulk(self, index: str, rows: Iterable[tuple[str, dict[str, Any]]], at_once: int) -> int:
        from opensearchpy import helpers  # noqa: PLC0415 - an optional extra

        actions = ({"_index": index, "_id": name, "_source": source} for name, source in rows)
        count = 0
        with self._connection.errors():
            found = helpers.streaming_bulk(
                self._client, actions, chunk_size=at_once, max_chunk_bytes=_BYTES_AT_ONCE, max_retries=5, initial_backoff=1, raise_on_error=False
            )
            for written, item in found:
                if not written:
                    (said,) = item.values()
                    raise ArchiveError(f"{self.address}: the cluster takes '{said.get('_id')}' not: {str(said.get('error'))[:300]}")
                count += 1
        return count
