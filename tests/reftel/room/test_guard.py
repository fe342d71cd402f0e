"""Who may ask the room, and what an archive made by somebody hostile can do on its pages."""

from __future__ import annotations

import base64
import contextlib
import re
from urllib.parse import quote, quote_plus

import pytest
from hostile import obeyed
from lxml import etree
from lxml import html as lxml_html

import reftel
from reftel.cli import run

SECRET = "correct horse battery"


def _basic(password):
    return "Basic " + base64.b64encode(f"anyone:{password}".encode()).decode()


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("GET", {}, 200),
        ("GET", {"host": "evil.example"}, 421),  # a foreign name that was made to lead here
        ("GET", {"host": ""}, 421),
        ("GET", {"host": "ROOM.test"}, 200),
        ("GET", {"host": "room.test:81"}, 421),
        ("GET", {"host": "room.test.evil.example"}, 421),
        ("GET", {"origin": "http://room.test"}, 200),
        ("GET", {"origin": "https://evil.example"}, 403),
        ("GET", {"origin": "null"}, 403),
        ("GET", {"origin": "http://room.test@evil.example"}, 403),
        ("GET", {"sec-fetch-site": "same-origin", "sec-fetch-mode": "cors"}, 200),
        ("GET", {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}, 200),  # a link that was followed
        ("GET", {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"}, 403),
        ("GET", {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}, 403),
        ("GET", {"sec-fetch-site": "same-site", "sec-fetch-mode": "cors"}, 403),
        ("POST", {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}, 403),
        ("POST", {}, 405),
        ("DELETE", {}, 405),
    ],
)
def test_only_the_rooms_own_pages_ask(ask, method, headers, status):
    assert ask("/search?q=minsk", method, headers).status == status


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/", {}, 401),
        ("/static/room.css", {}, 401),
        ("/", {"authorization": _basic(SECRET)}, 200),
        ("/", {"authorization": _basic("guess")}, 401),
        ("/", {"authorization": "Basic %%%"}, 401),
        ("/", {"authorization": f"Bearer {SECRET}"}, 401),
        ("/?key=guess", {}, 401),
        ("/?q=a&key=" + quote_plus(SECRET), {}, 303),
        ("/", {"cookie": f"reftel-room={SECRET}"}, 401),
        ("/", {"cookie": "reftel-room=session"}, 200),
        ("/", {"cookie": '"=;;reftel-room'}, 401),
    ],
)
def test_where_there_is_a_secret_it_is_asked_for(make_room, samples, monkeypatch, path, headers, status):
    from reftel.room.guard import Door

    monkeypatch.setattr("reftel.room.guard._AFTER_A_WRONG_ONE", 0)
    ask = make_room(samples, door=Door(frozenset({"room.test"}), SECRET, session="session"))
    response = ask(path, headers=headers)
    assert response.status == status
    if status == 303:
        assert response.headers["location"] == "/?q=a"
        assert {"httponly", "samesite=strict"} <= {part.strip().lower() for part in response.headers["set-cookie"].split(";")}
    assert SECRET not in response.text


@pytest.mark.parametrize("path", ["/", "/search?q=minsk", "/nowhere", "/export/csv?q=minsk", "/static/room.js", "/cable/08STATE900112/file.txt", "/saved"])
def test_every_response_keeps_to_its_own_origin(ask, path):
    headers = ask(path).headers
    policy = dict(part.split(None, 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert {policy[name] for name in ("script-src", "style-src", "img-src", "connect-src", "form-action")} == {"'self'"}
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert "set-cookie" not in headers


def test_static_files_are_those_of_the_room_alone(ask):
    for path in ("/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static//etc/passwd", "/static/"):
        assert ask(path).status in (404, 405)


# -- a hostile archive -------------------------------------------------------------------------------------------------------------------

ATTACK = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{7*191}}{% raw %}\x1b]0;owned\x07\x9b2J \u202etxt --></textarea></title>\r\nSet-Cookie: a=b"
PICTURES = ("timeline", "heatmap", "map", "network")
_ON_A_LINE = ATTACK.replace("\r\n", " ")


@pytest.fixture(scope="module")
def hostile(make_telegram, tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "in").mkdir()
    values = {
        "subject": f"MINSK {_ON_A_LINE}", "ref": f"A. BAKU 102 B. {_ON_A_LINE}", "signer": _ON_A_LINE, "precedence": _ON_A_LINE, "prosign": "P",
        "body": f"1. (C) Minsk {ATTACK}\n\n2. (<B>) minsk {ATTACK}\n\n{ATTACK}",
    }  # fmt: skip
    first = make_telegram(**values)
    (folder / "in" / '"><script>alert(3)<!--\u202e.txt').write_text(first, "utf-8")
    (folder / "in" / "second\n<img src=x onerror=alert(4)>.txt").write_text(f"{first}\n{ATTACK}", "utf-8")
    (folder / "in" / "cited.txt").write_text(make_telegram(**(values | {"serial": 102, "ref": f"A. BAKU 101 {_ON_A_LINE}"})), "utf-8")
    (folder / "in" / "bare.txt").write_text(f"1. (C) Minsk {ATTACK}\n\n2. (S) minsk {ATTACK}", "utf-8")
    reftel.build([folder / "in"], folder / "archive")
    archive = reftel.open(folder / "archive")
    archive.notes.add("08BAKU101", tags="minsk", text=ATTACK)
    from reftel.personal import saved

    saved.add(archive, "hostile", f'minsk "{"<script>alert(5)</script>"}"')
    return archive


def _addresses(archive):
    typed = quote_plus(_ON_A_LINE)
    yield from ("/", "/help", "/saved", "/search?q=minsk", "/search?q=*&more=signer", "/search?q=mine:minsk", f"/search?q={typed}", "/search?q=nonsense+baku")
    yield from (f"/search?q=a&only=from:{typed}", f"/search?q=minsk&only=signer:{typed}&without=class:{typed}", f"/search?sort={typed}", f"/search?page={typed}")
    for name in PICTURES:
        yield from (f"/{name}?q=minsk", f"/{name}?q={typed}", f"/{name}?q=*&only=signer:{typed}", f"/{name}.{typed}?q=minsk")
    yield from (f"/{quote(ATTACK, safe='')}", f"/cable/{quote(ATTACK, safe='')}", f"/export/{quote(ATTACK, safe='')}", f"/search?only={typed}")
    for key in archive.keys("*"):
        yield from (f"/cable/{key}?q=minsk", f"/cable/{key}?q={typed}", f"/cable/{key}/texts", f"/cable/{key}/file.{typed}", f"/cable/{key}/network?depth=2", f"/cable/{key}/network?depth={typed}")


def test_no_page_lets_a_hostile_archive_or_question_act(make_room, hostile):
    ask = make_room(hostile, own=True)
    held = 0
    for address in _addresses(hostile):
        response = ask(address)
        assert response.status < 500, address
        assert response.headers["content-type"].startswith("text/html"), address
        assert not any("\n" in value or "\r" in value for value in response.headers.values())
        assert "set-cookie" not in response.headers
        assert not obeyed(response.text), address
        assert str(7 * 191) not in response.text
        page = lxml_html.fromstring(response.text)
        held += "<script>" in page.text_content()
        assert [each.get("src") for each in page.iter("script")] == ["/static/room.js"], address
        assert {each.tag for each in page.iter(etree.Element)}.isdisjoint({"img", "iframe", "object", "embed", "base", "style", "foreignobject", "animate", "set"}), address
        for element in page.iter(etree.Element):
            assert not any(name.startswith("on") or name == "style" for name in element.attrib), address
            for name in ("href", "action", "src"):
                assert re.match(r"/(?!/)|#", element.get(name, "/")), (address, element.get(name))
    assert held > 5  # the attack was there, as text


def test_no_download_lets_a_hostile_archive_act(make_room, hostile):
    ask = make_room(hostile)
    key = next(hostile.keys("text:minsk -id:08*"))
    for address in (*(f"/export/{form}?q=minsk" for form in ("csv", "jsonl", "md", "ids", "footnotes", "bibtex", "ris")),
                    *(f"/cable/{name}/file.{ending}" for name in (key, "08BAKU101") for ending in ("txt", "bib", "ris"))):  # fmt: skip
        response = ask(address)
        assert response.status == 200, address
        assert re.fullmatch(r'(attachment|inline); filename="[A-Za-z0-9.-]+"', response.headers["content-disposition"]), address
        assert "html" not in response.headers["content-type"]
        assert not obeyed(response.text), address


def test_no_picture_to_take_away_lets_a_hostile_archive_act(make_room, hostile):
    ask, held = make_room(hostile), 0
    typed = quote_plus(f"minsk OR subject:(\"{_ON_A_LINE.replace(chr(34), ' ')}\")")
    for path in (*(f"/{name}.{{}}?q={asked}" for name in PICTURES for asked in ("minsk", typed)), "/cable/08BAKU101/network.{}?depth=2"):
        for ending in ("svg", "csv"):
            response = ask(path.format(ending))
            assert response.status == 200 or "timeline" in path, path  # of cables of one month there is none
            assert response.status == 404 or re.fullmatch(r'attachment; filename="reftel-[A-Za-z0-9.-]+"', response.headers["content-disposition"]), path
            assert "html" not in response.headers["content-type"] or response.status == 404
            assert not any("\n" in value or "\r" in value for value in response.headers.values())
            assert not obeyed(response.text), path
            if ending == "csv":
                assert not re.search("^[=+@]", response.text, re.MULTILINE)
            elif response.status == 200:
                picture = etree.fromstring(response.body)
                tags = {each.tag.rpartition("}")[2] for each in picture.iter(etree.Element)}
                assert tags <= {"svg", "title", "desc", "style", "g", "rect", "text", "circle", "path", "line"}, path
                assert not any(name.startswith("on") or "href" in name for each in picture.iter(etree.Element) for name in each.attrib), path
                held += "<script>" in "".join(picture.itertext())
    assert held > 3


def test_no_png_of_a_hostile_archive_fails(make_room, hostile, cairo):
    ask = make_room(hostile)
    for path in (*(f"/{name}.png?q=minsk" for name in PICTURES[1:]), "/cable/08BAKU101/network.png"):
        assert ask(path).body.startswith(b"\x89PNG"), path


def test_the_feed_of_a_hostile_archive_is_well_formed(make_room, hostile, make_telegram, monkeypatch):
    monkeypatch.setattr(type(hostile), "new_hits", lambda archive, *_query, **_run: archive.scan("minsk"))
    body = make_room(hostile)("/saved/hostile.atom").body
    feed = etree.fromstring(body)
    assert len(feed.findall("{http://www.w3.org/2005/Atom}entry")) == hostile.count("minsk")
    assert {each.tag.rpartition("}")[2] for each in feed.iter()} == {
        "feed", "title", "id", "link", "author", "name", "updated", "entry", "summary",
    }  # fmt: skip


# -- the command -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--host", "0.0.0.0"], "--host 0.0.0.0 lets other machines ask: that needs --token or --password-file FILE"),
        (["--host", "192.0.2.1"], "needs --token or --password-file FILE"),
        (["--token", "--password-file", "{open}"], "exclude each other"),
        (["--password-file", "{open}"], "chmod 600"),
        (["--password-file", "{open}.nowhere"], "cannot be read as a file of a password"),
        (["--password-file", "{short}"], "has 5 characters; a password here has 12 at least"),
        (["--host", "192.0.2.1", "--token"], "cannot listen at 192.0.2.1"),
    ],
)
def test_the_room_opens_to_others_with_a_secret_alone(samples, tmp_path, capsys, arguments, told):
    for name, text, mode in (("open", SECRET, 0o644), ("short", "short", 0o600)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(mode)
    given = [each.format(open=tmp_path / "open", short=tmp_path / "short") for each in arguments]
    assert run(["serve", "--archive", str(samples), *given]) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "hosts"),
    [
        ([], {"127.0.0.1:80", "localhost:80", "[::1]:80", "127.0.0.1", "localhost", "[::1]"}),
        (["--host", "localhost", "--name", "Desk.example:8443"], {"desk.example:8443", "localhost:80"}),
    ],
)
def test_the_names_of_the_room_are_those_it_is_opened_by(samples, capsys, monkeypatch, arguments, hosts):
    uvicorn = pytest.importorskip("uvicorn", reason="the reading room needs reftel[serve]")

    class Listening(contextlib.AbstractContextManager):
        def __exit__(self, *_exception):
            return None

        def getsockname(self):
            return "127.0.0.1", 80

    served = []
    monkeypatch.setattr("reftel.cli.serve._listen", lambda *_address: Listening())
    monkeypatch.setattr(uvicorn.Server, "run", lambda self, **_more: served.append(self.config.app))
    assert run(["serve", "--archive", str(samples), *arguments]) == 0
    (app,) = served
    assert hosts <= app._door.hosts
    assert "cables of" in capsys.readouterr().out


def test_nothing_of_a_question_is_logged(samples, capsys, monkeypatch):
    uvicorn = pytest.importorskip("uvicorn", reason="the reading room needs reftel[serve]")
    configured = []
    monkeypatch.setattr(uvicorn.Server, "run", lambda self, **_more: configured.append(self.config))
    for arguments, logged in (([], False), (["--log"], True)):
        assert run(["serve", "--archive", str(samples), "--port", "0", *arguments]) == 0
        assert configured.pop().access_log is logged


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/?key=SECRET", "/?key=***"),
        ("/search?q=minsk&key=SECRET&key=SECRET", "/search?q=minsk&key=***&key=***"),
        ("/?%6bey=SECRET", "/?key=***"),  # which the room takes for the same
        ("/search?q=key%3DSECRET", "/search?q=key%3DSECRET"),
        ("/cable/08BAKU101", "/cable/08BAKU101"),
    ],
)
def test_the_secret_of_the_first_address_is_not_logged(path, logged):
    import logging

    from reftel.room.guard import without_secret

    record = logging.LogRecord("uvicorn.access", logging.INFO, "", 0, '%s - "%s %s HTTP/%s" %d', ("127.0.0.1:1", "GET", path, "1.1", 303), None)
    assert without_secret(record)
    assert record.getMessage() == f'127.0.0.1:1 - "GET {logged} HTTP/1.1" 303'


def test_a_cable_that_cites_and_is_tagged_by_hundreds_is_shown_with_what_is_left_out(make_room, make_telegram, tmp_path, monkeypatch):
    """Who else cites a missing cable is asked for some of them only: it takes the longer the more a cable cites."""
    tags = " ".join(f"T{number:03}" for number in range(300))
    (tmp_path / "a.txt").write_text(make_telegram(tags=tags, subject="MANY"))
    (tmp_path / "b.txt").write_text(make_telegram(serial=7, ref="\n     ".join(f"{letter}. STATE {number}" for number, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ" * 5, 100))))
    reftel.build([tmp_path], tmp_path / "archive")
    with reftel.open(tmp_path / "archive") as archive:
        asked, count = [], archive.count
        monkeypatch.setattr(archive, "count", lambda query, **more: asked.append(query) or count(query, **more))
        ask = make_room(archive)
        links = len(archive.citations("08BAKU7", direction="out").links)
        assert links > 100
        page = lxml_html.fromstring(ask("/cable/08BAKU7").body)
        assert f"and {links - 100} more" in page.text_content()
        assert 0 < len(asked) <= 30
        assert "and 240 more" in lxml_html.fromstring(ask("/cable/08BAKU101").body).text_content()
