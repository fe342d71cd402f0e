"""One filling at a time: a document that says who fills an archive, which its holder renews every few seconds while it lives."""

from __future__ import annotations

import contextlib
import datetime
import os
import platform
import secrets
import threading
import time
from types import TracebackType
from typing import Any, Self

from reftel.schema.errors import ArchiveError, ArchiveLocked
from reftel.search.engines.opensearch.client import Connection

PART = "-lock"
"""Behind the name of an archive: the index with the one document."""

BEAT = 3.0
"""Seconds after which a holder renews it."""

LEASE = 15.0
"""Seconds after which a holder that did not is taken for dead. Each waits so long by its own clock, so clocks need not agree."""

_ID = "filling"
_POLL = 0.5


class FillingLock:
    """The right to fill an archive; a context manager. ``wait``: seconds to wait for another filling.

    Whoever finds a holder looks until the document changes, so a live one is named after a few seconds, and a dead one is succeeded after `LEASE`.
    Errors: `ArchiveLocked`, which names the holder.
    """

    def __init__(self, connection: Connection, *, wait: float = 0.0) -> None:
        self._connection, self._client = connection, connection.client
        self._index = f"{connection.address.name}{PART}"
        self._about: dict[str, Any] = {
            "process": os.getpid(), "host": platform.node(), "token": secrets.token_hex(8),
            "started": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"), "beat": 0,
        }  # fmt: skip
        self._wait = wait
        self._place: dict[str, int] = {}
        self._changing = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._live, daemon=True)

    def __enter__(self) -> Self:
        with self._connection.errors():
            self._make_index()
            self._take()
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join()
        with contextlib.suppress(Exception):  # who comes next waits for the lease
            self._client.delete(index=self._index, id=_ID, params=self._place)

    def check(self) -> None:
        """`ArchiveError` if another filling has taken over, since this one was not heard of for so long."""
        if not self._renew():
            raise ArchiveError(
                f"{self._connection.address}: another filling has taken over, since this one did not reach the cluster for {LEASE:.0f} seconds; "
                "what was published last stays, run it again"
            )

    def _make_index(self) -> None:
        from opensearchpy.exceptions import RequestError  # noqa: PLC0415 - an optional extra

        if self._client.indices.exists(index=self._index):
            return
        settings = {"number_of_shards": 1, "auto_expand_replicas": "0-1"}
        try:
            self._client.indices.create(index=self._index, body={"settings": settings, "mappings": {"enabled": False}})
        except RequestError as error:
            if "resource_already_exists" not in str(error.error):
                raise

    def _take(self) -> None:
        """Write the document: at once, or after its holder went or died."""
        until = time.monotonic() + self._wait
        seen: dict[str, int] | None = None
        since = time.monotonic()
        while not self._create():
            found = self._found()
            if found is None:
                continue
            place, holder = found
            if place != seen:
                if seen is not None and time.monotonic() >= until:
                    raise ArchiveLocked(f"{self._connection.address}: another process is filling this archive ({_named(holder)})")
                seen, since = place, time.monotonic()
            elif time.monotonic() - since >= LEASE:
                with contextlib.suppress(self._conflict()):
                    self._client.delete(index=self._index, id=_ID, params=place)
                continue
            time.sleep(_POLL)

    def _create(self) -> bool:
        with contextlib.suppress(self._conflict()):
            made = self._client.index(index=self._index, id=_ID, body=self._about, params={"op_type": "create"})
            self._place = _place(made)
            return True
        return False

    def _found(self) -> tuple[dict[str, int], dict[str, Any]] | None:
        from opensearchpy.exceptions import NotFoundError  # noqa: PLC0415

        try:
            found = self._client.get(index=self._index, id=_ID)
        except NotFoundError:
            return None
        return _place(found), found["_source"]

    def _live(self) -> None:
        while not self._ended.wait(BEAT):
            with contextlib.suppress(Exception):  # a cluster that doesn't answer may the next time; `check` tells what became of the lock
                self._renew()

    def _renew(self) -> bool:
        with self._changing, self._connection.errors():
            self._about["beat"] += 1
            with contextlib.suppress(self._conflict()):
                self._place = _place(self._client.index(index=self._index, id=_ID, body=self._about, params=dict(self._place)))
                return True
            found = self._found()  # a write that was not answered may have been done
            if found is not None and found[1].get("token") == self._about["token"]:
                self._place = found[0]
                return True
            return False

    @staticmethod
    def _conflict() -> type[Exception]:
        from opensearchpy.exceptions import ConflictError  # noqa: PLC0415

        return ConflictError


def _place(answer: dict[str, Any]) -> dict[str, int]:
    return {"if_seq_no": answer["_seq_no"], "if_primary_term": answer["_primary_term"]}


def _named(holder: dict[str, Any]) -> str:
    return f"process {holder.get('process')} on {str(holder.get('host'))[:80]}, since {str(holder.get('started'))[:40]}"
