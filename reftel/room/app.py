"""The room as an ASGI application: addresses, limits, errors."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import functools
import hmac
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from reftel.render.export import FORMATS
from reftel.room import drawn, pages
from reftel.room.exporting import exported
from reftel.room.guard import Door, Guard
from reftel.room.question import LONGEST, Question
from reftel.room.shown import environment, path_of
from reftel.room.slots import RoomBusy, Slots, TooSlow
from reftel.room.wording import say
from reftel.schema.errors import BadValueError, CableNotFound, MissingLibrary, QueryError, ReftelError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp

    import reftel

_STATIC = Path(__file__).with_name("static")
_LOOK_AFTER = 5.0  # seconds after which it is looked whether something was published
_LONGEST_FORM = 64 << 10
_LONGEST_ADDRESS = 16 << 10
_TICKETS = 100
_TYPES = {
    "csv": "text/csv; charset=utf-8; header=present", "jsonl": "application/jsonl; charset=utf-8", "md": "text/markdown; charset=utf-8",
    "zip": "application/zip", "bibtex": "application/x-bibtex; charset=utf-8", "ris": "application/x-research-info-systems; charset=utf-8",
}  # fmt: skip
_ENDINGS = {"ids": "txt", "footnotes": "txt", "bibtex": "bib"}


Configured = Callable[[], Mapping[str, str]]


@dataclasses.dataclass(frozen=True)
class Limits:
    """Questions answered at once and those that wait, their seconds; exports at once."""

    at_once: int = 4
    waiting: int = 200
    seconds: float = 20.0
    exports: int = 2


class Room:
    """One archive and what answers for it."""

    def __init__(self, archive: reftel.Archive, door: Door, limits: Limits, configured: Configured, *, own: bool) -> None:
        self.archive, self.door, self.limits, self.configured, self.own = archive, door, limits, configured, own
        self.slots = Slots(limits.at_once, limits.waiting, limits.seconds)
        self.templates = environment()
        self.templates.globals.update(form_token=door.form_token, own=own)
        self.exports = 0
        self.tickets: collections.OrderedDict[str, list[int]] = collections.OrderedDict()
        self._looked, self._looking = time.monotonic(), threading.Lock()
        self._values: dict[str, list[str]] = {}

    def current(self) -> reftel.Archive:
        """The archive as it was last published."""
        if time.monotonic() - self._looked >= _LOOK_AFTER and self._looking.acquire(blocking=False):
            try:
                self._looked = time.monotonic()
                if self.archive.refresh():
                    self._values.clear()
            finally:
                self._looking.release()
        return self.archive

    def values_of(self, field: str) -> list[str]:
        """The values of a facet, the most frequent first; none for another field."""
        if field not in pages.FACETS:
            return []
        if field not in self._values:
            self._values[field] = [bucket.value for bucket in self.archive.facets("*", [f"{field}:all"])[field]]
        return self._values[field]

    def response(self, answered: pages.Answered) -> Response:
        """A page of a template."""
        kind = "application/atom+xml" if answered.template.endswith(".xml") else "text/html"
        return Response(self.templates.get_template(answered.template).render(answered.values), answered.status, media_type=kind)

    def told(self, status: int, title: str, why: str, headers: dict[str, str] | None = None) -> Response:
        """A page that says why the one asked for can't be shown."""
        response = self.response(pages.Answered("told.html", {"question": Question(), "title": title, "why": why}, status))
        response.headers.update(headers or {})
        return response


Answer = Callable[[Room, "Request"], Response]


def make_app(archive: reftel.Archive, door: Door, limits: Limits | None = None, *, configured: Configured = dict, own: bool = False) -> ASGIApp:
    """The application. ``configured``: the kept searches of a configuration, as it is by then; ``own``: notes and kept searches may be written."""
    room = Room(archive, door, limits or Limits(), configured, own=own)

    def route(path: str, answer: Answer) -> Route:
        return Route(path, functools.partial(_answered, room, answer), methods=["GET"])

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        room.slots.close()

    routes: list[Route | Mount] = [
        route("/", _search), route("/search", _search), route("/help", _help), route("/saved", _saved), route("/saved/{name}.atom", _feed),
        route("/complete", _complete), route("/cable/{key}", _cable), route("/cable/{key}/texts", _texts), route("/cable/{key}/file.{ending}", _file),
        route("/cable/{key}/network", _around), route("/cable/{key}/network.{ending}", _around_file),
        *(route(f"/{name}", functools.partial(_picture, name)) for name in drawn.PICTURES),
        *(route(f"/{name}.{{ending}}", functools.partial(_picture_file, name)) for name in drawn.PICTURES),
        Route("/export/progress", functools.partial(_progress, room)), Route("/export/{form}", functools.partial(_export, room)),
        Mount("/static", StaticFiles(directory=_STATIC)),
    ]  # fmt: skip
    if own:
        routes += [
            Route("/cable/{key}/note", functools.partial(_posted, room, _note), methods=["POST"]),
            Route("/saved", functools.partial(_posted, room, _keep), methods=["POST"]),
        ]
    handlers: dict[Any, Callable[..., Any]] = {HTTPException: functools.partial(_http_error, room), Exception: functools.partial(_fault, room)}
    return Guard(Starlette(routes=routes, exception_handlers=handlers, lifespan=lifespan), door)


# -- how pages are answered --------------------------------------------------------------------------------------------------------------


async def _answered(room: Room, answer: Answer, request: Request) -> Response:
    return await _limited(room, functools.partial(answer, room, request))


async def _limited(room: Room, work: Callable[[], Response]) -> Response:
    """The result of ``work``, or a page that says why there is none."""
    try:
        return await room.slots.run(functools.partial(_whole, room, work))
    except RoomBusy:
        return room.told(503, say("busy"), say("busy_why"), {"retry-after": "2"})
    except TooSlow as slow:
        return room.told(503, say("too_slow"), say("too_slow_why", seconds=slow.seconds), {"retry-after": "60"})


def _whole(room: Room, work: Callable[[], Response]) -> Response:
    try:
        return work()
    except CableNotFound as error:
        return room.told(404, say("not_found"), str(error))
    except QueryError as error:
        return room.told(400, say("mistake"), str(error))
    except ReftelError as error:
        return room.told(500, say("forbidden"), str(error))


async def _http_error(room: Room, _request: Request, error: HTTPException) -> Response:
    return room.told(error.status_code, say("not_found") if error.status_code == 404 else say("forbidden"), say("not_found_why"))


async def _fault(room: Room, _request: Request, _error: Exception) -> Response:
    return room.told(500, say("forbidden"), "")


def _question(request: Request) -> Question:
    if len(request.url.query) > _LONGEST_ADDRESS:
        raise BadValueError("an address this long holds no question of the room", text=request.url.query[:40], start=0)
    return Question.read(request.query_params.multi_items())


def _search(room: Room, request: Request) -> Response:
    return room.response(pages.search_page(room.current(), _question(request)))


def _picture(name: str, room: Room, request: Request) -> Response:
    return room.response(pages.picture_page(room.current(), _question(request), name))


def _picture_file(name: str, room: Room, request: Request) -> Response:
    return _drawn(room, request.path_params["ending"], drawn.PICTURES[name](room.current(), _question(request)), name, name)


def _around(room: Room, request: Request) -> Response:
    return room.response(pages.network_page(room.current(), request.path_params["key"], _depth(request)))


def _around_file(room: Room, request: Request) -> Response:
    key = request.path_params["key"]
    return _drawn(room, request.path_params["ending"], drawn.citations_around(room.current(), key, _depth(request)), "around", f"network-{_file_name(key)}")


def _depth(request: Request) -> int:
    given = request.query_params.get("depth", "1")
    if given not in map(str, drawn.DEPTHS):
        raise BadValueError(f"'{given[:40]}' is no number of steps", text=given[:40], start=0, hint=f"choose one of {', '.join(map(str, drawn.DEPTHS))}")
    return int(given)


def _drawn(room: Room, ending: str, found: drawn.Drawn | None, kind: str, name: str) -> Response:
    """A picture as a file."""
    if ending not in drawn.TYPES:
        return room.told(404, say("not_found"), say("not_found_why"))
    if found is None:
        return room.told(404, say("not_found"), say(f"nothing_{kind}"))
    try:
        content = found.file(ending)
    except MissingLibrary as error:
        return room.told(501, say("forbidden"), str(error))
    return Response(content, headers={"content-disposition": f'attachment; filename="reftel-{name}.{ending}"'}, media_type=drawn.TYPES[ending])


def _help(room: Room, _request: Request) -> Response:
    return room.response(pages.help_page())


def _saved(room: Room, _request: Request) -> Response:
    return room.response(pages.saved_page(room.current(), room.configured(), own=room.own))


def _feed(room: Room, request: Request) -> Response:
    return room.response(pages.feed(room.current(), room.configured(), request.path_params["name"], str(request.base_url)))


def _complete(room: Room, request: Request) -> Response:
    return JSONResponse(pages.proposals(room.current(), request.query_params.get("q", ""), room.values_of))


def _cable(room: Room, request: Request) -> Response:
    archive, key, query = room.current(), request.path_params["key"], request.query_params.get("q", "")[:LONGEST]
    if (found := archive.cable(key).key) != key:
        return RedirectResponse(path_of(found) + (f"?{request.url.query}" if request.url.query else ""), 307)
    return room.response(pages.cable_page(archive, key, query, own=room.own))


def _texts(room: Room, request: Request) -> Response:
    return room.response(pages.texts_page(room.current(), request.path_params["key"]))


def _file(room: Room, request: Request) -> Response:
    ending = request.path_params["ending"]
    if ending not in pages.FILES:
        return room.told(404, say("not_found"), say("not_found_why"))
    kind, text_of = pages.FILES[ending]
    archive = room.current()
    cable = archive.cable(request.path_params["key"])
    headers = {"content-disposition": f'{"inline" if ending == "txt" else "attachment"}; filename="{_file_name(cable.key)}.{ending}"'}
    return Response(text_of(archive, cable).encode("utf-8", "replace"), headers=headers, media_type=f"{kind}; charset=utf-8")


def _file_name(key: str) -> str:
    return "".join(character if character.isascii() and character.isalnum() else "-" for character in key)[:80]


# -- taking away -------------------------------------------------------------------------------------------------------------------------


async def _export(room: Room, request: Request) -> Response:
    form = request.path_params["form"]
    if form not in FORMATS:
        return room.told(404, say("not_found"), say("not_found_why"))
    if room.exports >= room.limits.exports:
        return room.told(503, say("busy"), say("busy_why"), {"retry-after": "30"})
    room.exports += 1
    begun: list[tuple[Any, int]] = []

    def begin() -> Response:
        archive, query = room.current(), _question(request).query
        total = archive.count(query)
        begun.append((archive.keys(query) if form == "ids" else archive.matches(query), total))
        return Response()

    refused = await _limited(room, begin)
    if not begun:
        room.exports -= 1
        return refused
    (hits, total), ticket = begun[0], request.query_params.get("ticket", "")[:40]
    progress = [0, total]
    if ticket:
        room.tickets[ticket] = progress
        while len(room.tickets) > _TICKETS:
            room.tickets.popitem(last=False)

    def count(done: int) -> None:
        progress[0] = done

    async def body() -> AsyncIterator[bytes]:
        try:
            async for part in exported(hits, form, count):
                yield part
        finally:
            room.exports -= 1

    name = f"reftel-{form}.{_ENDINGS.get(form, form)}"
    headers = {"content-disposition": f'attachment; filename="{name}"', "x-total-cables": str(total)}
    return StreamingResponse(body(), headers=headers, media_type=_TYPES.get(form, "text/plain; charset=utf-8"))


async def _progress(room: Room, request: Request) -> Response:
    found = room.tickets.get(request.query_params.get("ticket", ""))
    if found is None:
        return JSONResponse(None, 404)
    done, total = found
    return JSONResponse({"done": done, "total": total, "said": say("export_progress", done=done, total=total)})


# -- writing one's own -------------------------------------------------------------------------------------------------------------------

Form = dict[str, str]


async def _posted(room: Room, answer: Callable[[Room, Request, Form], Response], request: Request) -> Response:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _LONGEST_FORM:
            return room.told(413, say("forbidden"), f"A form of more than {_LONGEST_FORM:,} bytes is not read.")
    form = dict(parse_qsl(body.decode("utf-8", "replace")))
    if not hmac.compare_digest(form.get("token", "").encode(), room.door.form_token.encode()):
        return room.told(403, say("forbidden"), "This form is not one that the room gave out since it was started. Load its page again.")
    return await _limited(room, functools.partial(answer, room, request, form))


def _note(room: Room, request: Request, form: Form) -> Response:
    archive = room.current()
    key = archive.cable(request.path_params["key"]).key
    if "forget" in form:
        archive.notes.remove(key, text=form["forget"])
    elif "untag" in form:
        archive.notes.remove(key, tags=form["untag"])
    else:
        archive.notes.add(key, tags=form.get("tags", "").split(), text=form.get("text") or None)
    return RedirectResponse(path_of(key, "#own"), 303)


def _keep(room: Room, _request: Request, form: Form) -> Response:
    from reftel.personal import saved  # noqa: PLC0415

    archive = room.current()
    if "seen" in form:
        saved.mark(archive, saved.new_hits(archive, room.configured(), before=archive.last_run(), only=form["seen"]))
    elif "forget" in form:
        saved.remove(archive.own_folder, form["forget"])
    else:
        saved.add(archive, form.get("name", ""), form.get("query", ""))
    return RedirectResponse("/saved", 303)



