"""Who may ask the room, and from where: the first thing that every request meets.

Other sites that a reader's browser shows must get nothing: a request names this room in ``Host`` (else a foreign name could be made to lead
here), comes from no foreign page, and what is answered may neither be framed nor read elsewhere. Where there is a secret it is asked for, as
the password of HTTP's basic scheme or in the first address, which leaves a session cookie.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import dataclasses
import hmac
import logging
import secrets
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response

if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from typing import Any

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "reftel-room"
KEY = "key"
"""The name in the first address that has the secret."""

_AFTER_A_WRONG_ONE = 0.5  # seconds
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
    "x-robots-tag": "noindex",
}


@dataclasses.dataclass(frozen=True)
class Door:
    """``hosts``: the names and ports under which the room is asked, ``secret``: what is to be known, ``None`` for nothing."""

    hosts: frozenset[str]
    secret: str | None = None
    session: str = dataclasses.field(default_factory=lambda: secrets.token_urlsafe(32))
    form_token: str = dataclasses.field(default_factory=lambda: secrets.token_urlsafe(32))


class Guard:
    """The ASGI application around the room's own."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app, self._door = app, door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let the room do so."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        refusal = await self._refusal(scope)
        await (refusal or self._app)(scope, receive, guarded)

    async def _refusal(self, scope: MutableMapping[str, Any]) -> Response | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "").lower()
        if host not in self._door.hosts:
            return _no(421, f"This room is not called '{host}'. Open it as {' or '.join(f'http://{name}/' for name in sorted(self._door.hosts))}.")
        if (origin := headers.get("origin")) is not None and not self._own(origin):
            return _no(403, f"A page of '{origin}' asked, which is not this room.")
        if _is_foreign(headers, scope["method"]):
            return _no(403, "A page of another site asked. A link to this room works when it is followed.")
        return None if self._door.secret is None else await self._ask_for_secret(scope, headers, self._door.secret)

    def _own(self, origin: str) -> bool:
        parts = urlsplit(origin)
        return parts.scheme in ("http", "https") and parts.netloc.lower() in self._door.hosts

    async def _ask_for_secret(self, scope: MutableMapping[str, Any], headers: Headers, secret: str) -> Response | None:
        if _same(_cookie(headers), self._door.session) or _same(_password(headers), secret):
            return None
        pairs = parse_qsl(scope["query_string"].decode("latin-1"))
        given = dict(pairs).get(KEY)
        if scope["method"] == "GET" and _same(given, secret):
            rest = urlencode([pair for pair in pairs if pair[0] != KEY])
            response = RedirectResponse("/" + scope["path"].lstrip("/") + (f"?{rest}" if rest else ""), 303)
            response.set_cookie(COOKIE, self._door.session, httponly=True, samesite="strict", path="/")
            return response
        if given is not None or "authorization" in headers:
            await asyncio.sleep(_AFTER_A_WRONG_ONE)
        return _no(401, "This room asks for a password; any user name will do.", {"www-authenticate": 'Basic realm="reftel", charset="UTF-8"'})


def without_secret(record: logging.LogRecord) -> bool:
    """A filter for uvicorn's log of requests: what stands for the secret in an address is not written down."""
    if isinstance(record.args, tuple):
        record.args = tuple(_hidden(value) if isinstance(value, str) else value for value in record.args)
    return True


def _hidden(address: str) -> str:
    path, _mark, query = address.partition("?")
    pairs = parse_qsl(query, keep_blank_values=True)
    return f"{path}?{urlencode([(name, '***' if name == KEY else value) for name, value in pairs], safe='*')}" if KEY in dict(pairs) else address


def _is_foreign(headers: Headers, method: str) -> bool:
    """Whether another site's page asks, otherwise than by a link that somebody followed."""
    if headers.get("sec-fetch-site", "none") in ("none", "same-origin"):
        return False
    followed = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    return not (followed and method == "GET")


def _no(status: int, why: str, headers: dict[str, str] | None = None) -> Response:
    printable = "".join(character if character.isprintable() else "?" for character in why)
    return PlainTextResponse(f"{printable[:500]}\n", status, headers)


def _same(given: str | None, wanted: str) -> bool:
    return given is not None and hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())


def _password(headers: Headers) -> str | None:
    scheme, _blank, coded = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(coded, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return None


def _cookie(headers: Headers) -> str | None:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return None
    return found.value if found else None
