"""What the pages of the room show."""

from __future__ import annotations

import asyncio
import io
import json
import re
import sys
import threading
import zipfile
from pathlib import Path
from urllib.parse import quote_plus, unquote_plus

import pytest
from lxml import etree
from lxml import html as lxml_html

import reftel
from reftel.cli import run
from reftel.room.shown import places
from reftel.schema.errors import BadValueError, QueryError

OWNER = '"Minsk Group" AND precedent'


def _page(ask, path):
    response = ask(path)
    assert response.status == 200, response.text
    return lxml_html.fromstring(response.text)


def _texts(page, selector):
    return [" ".join(each.text_content().split()) for each in page.xpath(selector)]


def _search(text, *more):
    return "&".join([f"/search?q={quote_plus(text)}", *more])


def test_a_search_shows_what_the_archive_answers(ask, samples):
    page, expected = _page(ask, _search(OWNER)), reftel.open(samples).search(OWNER)
    assert _texts(page, "//h1") == ["5 cables"]
    assert _texts(page, "//*[@class='key']") == [hit.key for hit in expected.hits]
    marked = [[" ".join(each.text_content().split()) for each in hit.xpath(".//p[@class='paragraph']//mark")] for hit in page.xpath("//li[@class='hit']")]
    assert marked == [
        [" ".join(paragraph.text[start:end].split()) for paragraph in hit.paragraphs for start, end in paragraph.highlights] for hit in expected.hits
    ]
    assert _texts(page, "//ul[@class='notes']/li") == list(expected.notes)


def test_all_values_of_a_facet_are_bounded_and_the_rest_is_told(ask, samples, monkeypatch):
    posts = len(reftel.open(samples).facets("*", ["from:all"])["from"])
    monkeypatch.setattr("reftel.room.pages._MORE_BUCKETS", 12)
    (facet,) = _page(ask, _search("*", "more=from")).xpath("//section[@class='facet'][h3='Post']")
    assert [" ".join(each.text_content().split()) for each in facet.xpath("./p")] == [f"and {posts - 12} more fewer"]
    assert [len(facet.xpath(".//li")), len(facet.xpath("./p/a"))] == [12, 1]


def test_links_beside_the_hits_narrow_exclude_and_let_go(ask, samples):
    archive = reftel.open(samples)
    page = _page(ask, _search("minsk"))
    (baku,) = page.xpath("//a[@class='value'][starts-with(normalize-space(), 'BAKU')]/@href")
    assert _texts(_page(ask, baku), "//h1") == [f"{archive.count('minsk from:baku'):,} cable"]
    (state,) = _page(ask, baku).xpath("//a[@class='value'][starts-with(normalize-space(), 'STATE')]/@href")
    assert _texts(_page(ask, state), "//h1") == [f"{archive.count('minsk (from:baku OR from:state)'):,} cables"]
    assert _texts(_page(ask, state), "//ul[@class='chips']//b") == ["BAKU", "STATE"]
    (without,) = page.xpath("//a[@class='exclude'][@aria-label='Exclude BAKU']/@href")
    assert _texts(_page(ask, without), "//h1") == [f"{archive.count('minsk NOT from:baku'):,} cables"]
    (let_go,) = _page(ask, without).xpath("//ul[@class='chips']//a[@class='not']/@href")
    assert _texts(_page(ask, let_go), "//h1") == _texts(page, "//h1")


def test_every_value_beside_the_hits_leads_to_as_many_cables_as_it_says(ask):
    page = _page(ask, _search("*"))
    links = page.xpath("//a[@class='value'][span[@class='count']]")
    assert len(links) > 30
    for link in links:
        count = link.xpath("span[@class='count']")[0].text_content()
        found = _texts(_page(ask, link.get("href")), "//h1")[0]
        assert found.split()[0] == count, link.get("href")


def test_the_bars_above_the_hits_narrow_by_their_time(ask, samples):
    archive = reftel.open(samples)
    bars = _page(ask, _search("minsk")).xpath("//*[@class='picture']//a")
    counts = {period.value: period.count for period in archive.timeline("minsk").periods}
    assert [(bar.get("aria-label").split(" cable")[0], bar.get("href")) for bar in bars] == [
        (f"{period}: {count}", f"/search?q=minsk&only=date%3A{period}") for period, count in counts.items()
    ]  # fmt: skip
    assert _texts(_page(ask, bars[0].get("href")), "//h1") == [f"{archive.count('minsk date:2006-08')} cable"]
    table = ask("/timeline.csv?q=minsk").text.splitlines()
    assert [line.split(",")[:2] for line in table[1:]] == [[period, str(count)] for period, count in counts.items()]
    assert etree.fromstring(ask("/timeline.svg?q=minsk").body).tag.endswith("svg")
    assert ask("/timeline.gif?q=minsk").status == ask("/timeline.csv?q=nonsensical").status == 404


PICTURES = ("timeline", "heatmap", "map", "network")


def test_every_picture_is_reached_by_a_link_and_is_what_the_command_draws(ask, samples, tmp_path):
    page = _page(ask, _search("minsk", "only=class:CONFIDENTIAL"))
    links = page.xpath("//nav[@class='pictures']/a/@href")
    assert links == [f"/{name}?q=minsk&only=class%3ACONFIDENTIAL" for name in PICTURES]
    for name, link in zip(PICTURES, links, strict=True):
        shown = _page(ask, link)
        assert len(shown.xpath("//*[@class='picture']")) == 1, name
        assert [each.get("href") for each in shown.xpath("//nav[@class='pictures']/a")] == ["/search?q=minsk&only=class%3ACONFIDENTIAL", *links]
        downloads = shown.xpath("//p[@class='downloads']/a/@href")
        assert [each for each in downloads if ".png?" not in each] == [link.replace("?", f".{ending}?") for ending in ("svg", "csv")]
        assert run([name, "(minsk) class:CONFIDENTIAL", "--archive", str(samples), "--svg", str(tmp_path / "a.svg")]) == 0
        if name != "timeline":  # the title has the question as it was asked; of the timeline the command takes the finest periods
            drawn, written = (re.sub("<title>[^<]*</title>|<desc>[^<]*</desc>|aria-label=.*?class", "", text) for text in (ask(downloads[0]).text, (tmp_path / "a.svg").read_text()))
            assert drawn == written, name


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("question", ["q=minsk", "q=*", "q=*&only=from:BAKU&only=date:2008", "q=minsk&without=class:SECRET"])
def test_every_mark_of_a_picture_leads_to_as_many_cables_as_it_says(ask, name, question):
    page = _page(ask, f"/{name}?{question}")
    marks = page.xpath("//*[@class='picture']//a")
    assert marks or "no cables that answer are of different times" in page.text_content()
    for mark in marks[:40]:
        found = _page(ask, mark.get("href"))
        if name == "network":
            assert mark.get("aria-label").split()[0] in found.xpath("//h1/text()")[0] + found.xpath("string(//*[@class='key'])")
        else:
            said = re.search(r"([\d,]+) cables?", mark.get("aria-label"))[1]
            shown = found.xpath("//h1/text()")[0].split()[0]
            # A post leads to all of its hits, also to those without a date.
            assert shown == said or ("in these" in mark.get("aria-label") and int(shown) > int(said)), mark.get("aria-label")


def test_a_table_has_the_numbers_of_its_picture(ask, samples):
    archive = reftel.open(samples)
    rows = [_texts(row, "./*") for row in _page(ask, "/map?q=minsk").xpath("//tbody/tr")]
    assert [(row[0], row[2]) for row in rows] == [(bucket.value, f"{bucket.count:,}") for bucket in archive.facets("minsk", "from:all")["from"]]
    assert rows[0][3] == "40.4° N, 49.9° E" if rows[0][0] == "BAKU" else rows[0][3]
    heat = archive.heat_map("minsk")
    table = _page(ask, "/heatmap?q=minsk").xpath("//table")[0]
    periods = _texts(table, ".//thead//th")[1:]
    assert {
        (_texts(row, "./th")[0], period, told) for row in table.xpath(".//tbody/tr") for period, told in zip(periods, _texts(row, "./td"), strict=True) if told
    } == {
        (row.post, period, f"{hits}/{every}") for row in heat.rows for period, hits, every in zip(heat.periods, row.hits, row.cables, strict=True) if every
    }  # fmt: skip


def test_the_network_around_a_cable_goes_as_many_steps_as_asked(ask, samples):
    archive = reftel.open(samples)
    (link,) = _page(ask, "/cable/08STATE900112").xpath("//a[text()='Citations as a picture']/@href")
    for depth in (1, 2):
        page = _page(ask, f"{link}?depth={depth}")
        rows = {tuple(_texts(row, "./*")) for row in page.xpath("//tbody/tr")}
        assert rows == {(each.source, each.target) for each in archive.citations("08STATE900112", depth=depth).links if each.target}
        table = ask(f"{link}.csv?depth={depth}").text.splitlines()
        assert {tuple(row.split(",")) for row in table[1:]} == rows
    assert "Citations around 08USOSCE9011" in _page(ask, "/cable/08USOSCE9011/network").text_content()  # which the archive lacks
    assert ask("/cable/08NOWHERE1/network").status == 404
    assert ask(f"{link}?depth=9").status == ask(f"{link}.svg?depth=x").status == 400


def test_what_a_png_lacks_is_said(ask, monkeypatch):
    monkeypatch.setitem(sys.modules, "cairosvg", None)
    response = ask("/map.png?q=minsk")
    assert (response.status, response.headers["content-type"]) == (501, "text/html; charset=utf-8")
    assert "pip install &#39;reftel[plot]&#39;" in response.text


def test_a_png_is_one(ask, cairo):
    for path in (*(f"/{name}.png?q=minsk" for name in PICTURES), "/cable/08STATE900112/network.png"):
        response = ask(path)
        assert response.headers["content-type"] == "image/png"
        assert response.body.startswith(b"\x89PNG"), path


def test_pages_of_pictures_stay_small_however_long_the_question_is(ask):
    long = " OR ".join(["minsk", *(f"from:{'A' * 60}{number}" for number in range(20))])
    for question in ("*", long):
        for name in PICTURES:
            body = ask(f"/{name}?q={quote_plus(question)}").body
            assert b'class="picture"' in body
            assert len(body) < 100_000, (name, len(body))
        assert not _page(ask, f"/heatmap?q={quote_plus(long)}").xpath("//*[@class='picture']//a")  # its marks say what they are, and lead nowhere


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_of_a_mistake_or_of_nothing_says_so(ask, name):
    assert "unknown field" in _page(ask, f"/{name}?q=singer:x").text_content()
    assert ask(f"/{name}.svg?q=singer:x").status == 400
    assert "No cable answers" in _page(ask, f"/{name}?q=zzyzx").text_content()
    assert ask(f"/{name}.csv?q=zzyzx").status == 404


@pytest.fixture(scope="module")
def sparse(make_room, make_telegram, tmp_path_factory):
    """A room of two cables, a century apart, the second on its own: it has a post, cites nothing and nothing cites it."""
    folder = tmp_path_factory.mktemp("sparse")
    (folder / "in").mkdir()
    for number, (post, dtg) in enumerate((("BAKU", "130512Z FEB 66"), ("PARIS", "130512Z FEB 65"))):
        (folder / "in" / f"{number}.txt").write_text(make_telegram(post=post, serial=101 + number, dtg=dtg, ref=None))
    (folder / "in" / "bare.txt").write_text("1. (C) Herons without a head.")
    reftel.build([folder / "in"], folder / "archive")
    return make_room(folder / "archive")


@pytest.mark.parametrize(
    ("name", "query", "told"),
    [
        ("timeline", "from:paris", "no cables that answer are of different times"),
        ("heatmap", "herons", "no cable that answers has a date and a post"),
        ("map", "herons", "no cable that answers has a post"),
        ("network", "*", "no cable that answers cites another"),
        ("cable/66BAKU101/network", "", "it cites no cable, and none cites it"),
    ],
)
def test_what_has_no_picture_says_why(sparse, name, query, told):
    assert told in _page(sparse, f"/{name}?q={query}").text_content()
    response = sparse(f"/{name}.svg?q={query}")
    assert (response.status, told in response.text) == (404, True)


def test_a_century_has_a_timeline_with_the_years_that_have_cables_in_its_table(sparse):
    page = _page(sparse, "/timeline?q=*")
    assert len(page.xpath("//*[@class='picture']//a")) == 100
    assert [_texts(row, "./*") for row in page.xpath("//tbody/tr")] == [["1966", "1", "1", "100.0%"], ["2065", "1", "1", "100.0%"]]


def test_pages_follow_one_another_and_hold_every_hit_once(ask, samples):
    address, keys = _search("*", "sort=id"), []
    while address:
        page = _page(ask, address)
        keys += _texts(page, "//*[@class='key']")
        address = next(iter(page.xpath("//a[@rel='next']/@href")), None)
    assert keys == list(reftel.open(samples).keys("*", sort="id"))


@pytest.mark.parametrize(
    ("typed", "message", "fault", "fix"),
    [
        ("kosovo singer:pellerin", "unknown field 'singer'", "singer", "kosovo signer:pellerin"),
        ('minsk "group', "quote", '"', 'minsk "group"'),
        ("minsk (group OR (walk", "this bracket is never closed", "(", "minsk (group OR (walk))"),
        ("from:baku, date:2008", "a value is missing in the list", "baku,", "from:baku date:2008"),
        ("date:2008-13", "2008-13", "2008-13", None),
        ("minsk) OR (group", "this bracket closes nothing", ")", None),
    ],
)
@pytest.mark.parametrize("more", [(), ("only=from:BAKU",)], ids=["alone", "narrowed"])
def test_a_mistake_is_pointed_at_and_its_fix_is_a_link(ask, typed, message, fault, fix, more):
    page = _page(ask, _search(typed, *more))
    assert message in _texts(page, "//p[@class='message']")[0]
    assert _texts(page, "//mark[@class='fault']") == [fault]
    assert [unquote_plus(link) for link in page.xpath("//ul[@class='fixes']//a/@href")] == (["&".join((f"/search?q={fix}", *more))] if fix else [])
    assert page.xpath("//input[@id='q']/@value") == [typed]


def test_a_question_that_finds_nothing_is_explained_part_by_part(ask):
    page = _page(ask, _search("precedant from:baku"))
    rows = [[" ".join(cell.text_content().split()) for cell in row.xpath("td")] for row in page.xpath("//table//tr[td]")]
    assert rows == [["precedant", "0"], ["from:baku", "1"]]


@pytest.mark.parametrize(
    ("question", "instead"),
    [
        (("precedant from:baku",), {"precedent from:baku": "1", "precedents from:baku": "1", "from:baku": "1"}),
        (("minsk and precedent",), {"minsk AND precedent": "9"}),
        (("or minsk",), {}),  # OR with nothing before it can't be asked
        (("precedant", "only=from:BAKU"), {"(precedent) AND from:BAKU": "1", "(precedents) AND from:BAKU": "1", "from:BAKU": "1"}),
    ],
)
def test_what_may_be_meant_is_a_link_with_what_it_finds(ask, question, instead):
    page = _page(ask, _search(*question))
    links = page.xpath("//span[@class='instead']")
    found = {link.xpath("string(a)"): " ".join(link.xpath("a/following-sibling::text()")).strip() for link in links}
    assert found == instead
    for link in links:
        assert _texts(_page(ask, link.xpath("a/@href")[0]), "//h1")[0].split()[0] == found[link.xpath("string(a)")]


@pytest.mark.parametrize(
    "address",
    ["/search?page=0", "/search?page=x", "/search?sort=nonsense", "/search?only=nonsense:1", "/search?only=from", "/search?q=" + "a" * 2001,
     "/search?" + "&".join(f"only=from:A{number}" for number in range(50)), "/search?only=date:2008'"],
)  # fmt: skip
def test_an_address_that_no_link_has_is_told_what_is_wrong(ask, address):
    assert ask(address).status == 400


def test_a_cable_has_its_paragraphs_marks_and_what_is_around_it(ask, samples):
    archive = reftel.open(samples)
    page = _page(ask, "/cable/08STATE900112?q=walk")
    cable = archive.cable("08STATE900112")
    assert page.xpath("//div[@class='para']/@id") == [f"p{paragraph.number}" for paragraph in cable.paragraphs]
    assert [" ".join(text.split()) for text in _texts(page, "//div[@class='words']")] == [" ".join(each.text.split()) for each in cable.paragraphs]
    marks = sum(len(each.highlights) for each in archive.highlights("walk", cable.key))
    assert page.xpath("//mark/@id") == [f"m{number}" for number in range(1, marks + 1)]
    assert page.xpath("//nav[@class='marks']//a/@href") == [f"#m{number}" for number in range(1, marks + 1)]
    around = {" ".join(each.xpath("h2")[0].text_content().split()): each for each in page.xpath("//aside//section")}
    assert {link.text for link in around["Cited by"].xpath(".//a")} == {each.id for each in archive.neighbours(cable.key).cited_by}
    assert around["References"].xpath(".//span[@class='absent']")[0].text == "08USOSCE9011"
    assert "U.S. Department of State" in around["How to cite"].text_content()


def test_an_id_in_another_spelling_leads_to_the_cable(ask):
    response = ask("/cable/08%20state%20900112?q=walk")
    assert (response.status, response.headers["location"]) == (307, "/cable/08STATE900112?q=walk")


def test_other_texts_of_a_cable_are_compared(ask):
    page = _page(ask, "/cable/08RABAT9088/texts")
    assert page.xpath("//pre[@class='diff']//span[@class='less'] | //pre[@class='diff']//span[@class='more']")


def test_every_link_of_every_kind_of_page_leads_somewhere(ask):
    asked, waiting = set(), ["/", "/help", "/saved", _search("minsk"), _search("precedant from:baku"), "/cable/08STATE900112?q=walk", "/cable/08RABAT9088"]
    for address in waiting:
        page = lxml_html.fromstring(ask(address).text)
        for link in page.xpath("//a/@href | //link/@href | //script/@src"):
            target = link.partition("#")[0]
            kind = target.split("?")[0].split("/")[1] if target else ""
            if target and target not in asked and (kind not in ("search", "cable") or len(asked) < 150):
                asked.add(target)
                response = ask(target)
                assert response.status < 400, target
            if link.startswith("#") and len(link) > 1:
                assert page.xpath("//*[@id=$id]", id=link[1:]), link
    assert len(asked) > 60


@pytest.mark.parametrize(("typed", "proposed"), [("minsk sub", "minsk subject:"), ("from:bak", "from:BAKU"), ("-class:conf", "-class:CONFIDENTIAL"), ("08STATE9001", "id:08STATE900112")])
def test_the_last_word_is_completed(ask, typed, proposed):
    found = json.loads(ask(f"/complete?q={quote_plus(typed)}").text)
    assert proposed in found
    assert all(each.startswith((typed.split()[0][:2], "id:")) for each in found)


def test_completion_of_what_is_none_is_empty(ask):
    for typed in ("", " ", "nonsense:", '"', "id:*", "a" * 30):
        assert json.loads(ask(f"/complete?q={quote_plus(typed)}").text) == []


# -- taking away -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["csv", "jsonl", "md", "ids", "footnotes", "bibtex", "ris", "zip"])
def test_an_export_is_what_the_archive_exports(ask, samples, tmp_path, form):
    reftel.open(samples).export(f"({OWNER}) AND class:CONFIDENTIAL", tmp_path / "out", format=form)
    response = ask(f"/export/{form}?q={quote_plus(OWNER)}&only=class:CONFIDENTIAL&ticket=t1")
    if form == "zip":
        ours, theirs = (zipfile.ZipFile(io.BytesIO(data)) for data in (response.body, (tmp_path / "out").read_bytes()))
        assert {name: ours.read(name) for name in ours.namelist()} == {name: theirs.read(name) for name in theirs.namelist()}
    else:
        assert response.body == (tmp_path / "out").read_bytes()
    assert response.headers["content-disposition"].startswith('attachment; filename="reftel-')
    assert json.loads(ask("/export/progress?ticket=t1").text)["done"] == int(response.headers["x-total-cables"])


def test_exports_at_once_are_limited_and_end(make_room, samples, asking):
    from reftel.room.app import Limits

    ask = make_room(samples, limits=Limits(exports=0))
    assert ask("/export/csv?q=minsk").status == 503
    again = make_room(samples, limits=Limits(exports=1))
    for _time in range(3):  # a place is free again behind each, also behind a mistake
        assert again("/export/csv?q=minsk").status == 200
        assert again('/export/csv?q="').status == 400


# -- limits ------------------------------------------------------------------------------------------------------------------------------


def test_a_slow_question_keeps_its_thread():
    from reftel.room.slots import RoomBusy, Slots, TooSlow

    async def scenario():
        slots, released = Slots(at_once=1, waiting=1, seconds=0.05), threading.Event()
        try:
            with pytest.raises(TooSlow):
                await slots.run(released.wait)
            with pytest.raises(RoomBusy):  # the thread still works
                await slots.run(lambda: 1)
        finally:
            released.set()

    asyncio.run(scenario())


def test_a_full_room_says_so_and_goes_on():
    from reftel.room.slots import RoomBusy, Slots

    async def scenario():
        slots, started, released = Slots(at_once=1, waiting=1, seconds=600), threading.Event(), threading.Event()
        held = asyncio.ensure_future(slots.run(lambda: started.set() or released.wait()))
        await asyncio.to_thread(started.wait)
        first = asyncio.ensure_future(slots.run(lambda: 2))
        await asyncio.sleep(0)
        try:
            with pytest.raises(RoomBusy):  # one waits already
                await slots.run(lambda: 3)
        finally:
            released.set()
        return await asyncio.gather(held, first)

    assert asyncio.run(scenario()) == [True, 2]


def test_an_error_of_a_question_gives_its_slot_back():
    from reftel.room.slots import Slots

    async def scenario():
        slots = Slots(at_once=1, waiting=0, seconds=5)
        for _time in range(3):
            with pytest.raises(ZeroDivisionError):
                await slots.run(lambda: 1 // 0)
            await asyncio.sleep(0)
        return await slots.run(lambda: "answered")

    assert asyncio.run(scenario()) == "answered"


def test_a_busy_room_answers_503_with_a_reason(make_room, samples):
    from reftel.room.app import Limits

    released = threading.Event()
    archive = reftel.open(samples)
    slow = make_room(archive, limits=Limits(seconds=0.2))
    archive.search, kept = (lambda *_args, **_more: released.wait()), archive.search
    try:
        response = slow("/search?q=minsk")
        assert (response.status, response.headers["retry-after"]) == (503, "60")
        assert "takes too long" in response.text
    finally:
        released.set()
        archive.search = kept


# -- what is published, kept, noted ------------------------------------------------------------------------------------------------------


def test_what_is_published_is_shown_without_a_restart(make_room, make_telegram, tmp_path, monkeypatch):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(make_telegram())
    reftel.build([tmp_path / "in"], tmp_path / "archive")
    monkeypatch.setattr("reftel.room.app._LOOK_AFTER", 0)
    ask = make_room(tmp_path / "archive")
    assert _texts(_page(ask, "/search?q=*"), "//h1") == ["1 cable"]
    (tmp_path / "in" / "b.txt").write_text(make_telegram(post="MOSCOW", serial=7))
    reftel.build([tmp_path / "in"], tmp_path / "archive")
    assert _texts(_page(ask, "/search?q=*"), "//h1") == ["2 cables"]


@pytest.fixture
def own(make_room, make_telegram, tmp_path):
    from reftel.room.guard import Door

    (tmp_path / "a.txt").write_text(make_telegram())
    reftel.build([tmp_path / "a.txt"], tmp_path / "archive")
    return make_room(tmp_path / "archive", door=Door(frozenset({"room.test"}), form_token="token"), own=True), tmp_path / "archive"


def _post(ask, path, **values):
    body = "&".join(f"{name}={quote_plus(value)}" for name, value in values.items()).encode()
    return ask(path, "POST", {"content-type": "application/x-www-form-urlencoded", "origin": "http://room.test"}, body)


def test_notes_are_written_with_the_rooms_own_form_alone(own):
    ask, archive = own
    assert _post(ask, "/cable/08BAKU101/note", text="stolen").status == 403
    assert _post(ask, "/cable/08BAKU101/note", token="wrong", text="stolen").status == 403
    assert reftel.open(archive).notes.of("08BAKU101") is None
    assert _post(ask, "/cable/08BAKU101/note", token="token", text="read <twice>", tags="minsk later").status == 303
    note = reftel.open(archive).notes.of("08BAKU101")
    assert (note.tags, note.texts) == (("later", "minsk"), ("read <twice>",))
    page = _page(ask, "/cable/08BAKU101")
    assert "read <twice>" in page.text_content()
    assert _texts(_page(ask, "/search?q=mine:minsk"), "//h1") == ["1 cable"]
    assert _post(ask, "/cable/08BAKU101/note", token="token", forget="read <twice>").status == 303
    assert _post(ask, "/cable/08BAKU101/note", token="token", tags="~").status == 400


def test_a_room_that_is_read_only_has_no_forms_that_write(ask):
    assert ask("/cable/08STATE900112/note", "POST").status in (404, 405)
    assert ask("/saved", "POST").status in (404, 405)
    assert 'method="post"' not in ask("/cable/08STATE900112").text


def test_kept_searches_show_what_is_new_as_a_page_and_as_a_feed(own, make_telegram, monkeypatch):
    ask, archive = own
    monkeypatch.setattr("reftel.room.app._LOOK_AFTER", 0)
    assert _post(ask, "/saved", token="token", name="all", query="*").status == 303
    assert "0 new" in _texts(_page(ask, "/saved"), "//section")[0]
    (archive.parent / "b.txt").write_text(make_telegram(post="MOSCOW", serial=7, subject="A <B> & C"))
    reftel.build([archive.parent / "a.txt", archive.parent / "b.txt"], archive)
    assert "1 new" in _texts(_page(ask, "/saved"), "//section")[0]
    feed = etree.fromstring(ask("/saved/all.atom").body)
    atom = {"a": "http://www.w3.org/2005/Atom"}
    assert feed.xpath("a:entry/a:title/text()", namespaces=atom) == ["08MOSCOW7 A <B> & C"]
    assert feed.xpath("a:entry/a:link/@href", namespaces=atom) == ["http://room.test/cable/08MOSCOW7"]
    assert _post(ask, "/saved", token="token", seen="all").status == 303
    assert "0 new" in _texts(_page(ask, "/saved"), "//section")[0]
    assert _post(ask, "/saved", token="token", forget="all").status == 303
    assert ask("/saved/all.atom").status == 404


def test_searches_of_the_configuration_are_kept_there_alone(make_room, make_telegram, tmp_path):
    from reftel.personal import saved
    from reftel.room.guard import Door

    (tmp_path / "a.txt").write_text(make_telegram())
    reftel.build([tmp_path / "a.txt"], tmp_path / "archive")
    with reftel.open(tmp_path / "archive") as archive:
        saved.add(archive, "own", "tags:PREL")
    configuration = tmp_path / "reftel.toml"
    configuration.write_text('sources = ["a.txt"]\n[saved]\nmeetings = "meeting"\n')
    door = Door(frozenset({"room.test"}), form_token="token")
    ask = make_room(tmp_path / "archive", door=door, configured=lambda: saved.configured(tmp_path / "archive"), own=True)
    assert _texts(_page(ask, "/saved"), "//section/h2") == ["meetings", "own"]
    assert _page(ask, "/saved").xpath("//button[@name='forget']/@value") == ["own"]
    assert ask("/saved/meetings.atom").status == 200
    with configuration.open("a") as lines:
        lines.write('minsk = "minsk"\n')
    assert _texts(_page(ask, "/saved"), "//section/h2") == ["meetings", "minsk", "own"]


def test_a_clause_for_a_value_can_be_asked():
    from reftel.archive import value_clause

    assert [value_clause(*each) for each in (("from", "BAKU"), ("class", "UNCLASSIFIED//FOR OFFICIAL USE ONLY"), ("signer", 'O"NEIL*'))] == [
        "from:BAKU", 'class:"UNCLASSIFIED//FOR OFFICIAL USE ONLY"', 'signer:"O NEIL"',
    ]  # fmt: skip
    for field, value in (("nonsense", "1"), ("subject", "x")):
        with pytest.raises(QueryError):
            value_clause(field, value)


def test_a_question_is_read_from_the_address_that_it_gives():
    from reftel.room.question import Question

    asked = Question("a OR b", (("from", "BAKU"), ("from", "STATE"), ("date", "2008-01..2008-03")), (("class", "SECRET"),), "-date", 3)
    from urllib.parse import parse_qsl

    assert Question.read(parse_qsl(asked.address().partition("?")[2])) == asked
    assert asked.query == "(a OR b) AND (from:BAKU OR from:STATE) AND date:2008-01..2008-03 AND NOT class:SECRET"
    with pytest.raises(BadValueError):
        Question.read([("only", "date:2008) OR (x")])


# -- files --------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("paths", "shown"),
    [
        (["/home/ann/cables/a.html"], ["a.html"]),
        (["/home/ann/one/a.html", "/home/ann/two/a.html"], ["one/a.html", "two/a.html"]),
        (["/home/ann/all.csv", "/home/ann/all.csv"], ["all.csv", "all.csv"]),
        (["/home/ann/a.html", "/mnt/disk/a.html"], ["home/ann/a.html", "mnt/disk/a.html"]),
        (["a.html", "/home/a.html"], ["a.html", "/home/a.html"]),
    ],
)
def test_files_are_named_by_what_tells_them_apart(paths, shown):
    assert places(paths) == shown


def test_no_page_tells_where_on_this_machine_the_sources_lie(ask, samples):
    folder = str(Path(__file__).parents[3])
    with reftel.open(samples) as archive:
        (key,) = (key for key in archive.keys("*") if len(archive.versions(key)) > 1)
    for path in (f"/cable/{key}", f"/cable/{key}/texts"):
        response = ask(path)
        assert (response.status, folder in response.text) == (200, False)
        assert f"{key}.html" in response.text
