"""A room over invented cables, asked in process."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

import reftel

pytest.importorskip("starlette", reason="the reading room needs reftel[serve]")
pytest.importorskip("jinja2", reason="the reading room needs reftel[serve]")

HOST = "room.test"


@dataclasses.dataclass(frozen=True)
class Response:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


async def asked(app, path: str, method: str = "GET", headers: dict[str, str] | None = None, body: bytes = b"") -> Response:
    """The response of an ASGI application."""
    path, _mark, query = path.partition("?")
    sent = {"host": HOST} | (headers or {})
    from urllib.parse import unquote

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http", "path": unquote(path), "raw_path": path.encode(),
        "query_string": query.encode(), "root_path": "", "server": (HOST, 80), "client": ("127.0.0.1", 1),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in sent.items()],
    }  # fmt: skip
    messages = iter([{"type": "http.request", "body": body}])
    ended = asyncio.Event()
    status, received, parts = 0, {}, []

    async def receive():
        if message := next(messages, None):
            return message
        await ended.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
            received.update({name.decode("latin-1"): value.decode("latin-1") for name, value in message["headers"]})
        else:
            parts.append(message.get("body", b""))
            if not message.get("more_body"):
                ended.set()

    await app(scope, receive, send)
    return Response(status, received, b"".join(parts))


Ask = Callable[..., Response]


@pytest.fixture(scope="session")
def asking():
    """``asked``, for tests that ask several things at once."""
    return asked


@pytest.fixture(scope="session")
def make_room():
    """Makes what asks a room over an archive: ``ask(path, method=…, headers=…, body=…)``."""
    from reftel.room.app import make_app
    from reftel.room.guard import Door

    def make(archive: Path | reftel.Archive, *, secret: str | None = None, door: Door | None = None, **options) -> Ask:
        opened = archive if isinstance(archive, reftel.Archive) else reftel.open(archive)
        app = make_app(opened, door or Door(frozenset({HOST}), secret), **options)
        return lambda path, method="GET", headers=None, body=b"": asyncio.run(asked(app, path, method, headers, body))

    return make


@pytest.fixture(scope="session")
def samples(tmp_path_factory) -> Path:
    archive = tmp_path_factory.mktemp("samples") / "archive"
    reftel.build([Path(__file__).parents[3] / "corpus_samples"], archive)
    return archive


@pytest.fixture(scope="session")
def ask(make_room, samples) -> Ask:
    return make_room(samples)
