"""Pictures: XML whatever a cable says, marks that a keyboard reaches, and the numbers of the table that goes with each."""

from __future__ import annotations

import collections
import itertools
import math
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

import reftel
from reftel.cli import run
from reftel.pictures import heatmap, network, timeline
from reftel.pictures import map as world
from reftel.pictures.svg import element, names_below, plain, short, steps
from reftel.schema.posts import all_posts
from reftel.schema.tables import read_table
from reftel.search.plan import Bucket

SAMPLES = Path(__file__).parents[2] / "corpus_samples"
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "</title><script>alert(1)</script><a xlink:href='javascript:alert(2)'>\"'&]]> \x00\x1b[31m\u202e\ud800\ufffe" + "x" * 9000


@pytest.fixture(scope="module")
def samples(tmp_path_factory) -> reftel.Archive:
    path = tmp_path_factory.mktemp("samples") / "archive"
    reftel.build([SAMPLES], path)
    return reftel.open(path)


def address(*values: object) -> str:
    return f"/search?q={values}"


def pictures(archive: reftel.Archive, query: str, **options: object) -> dict[str, str]:
    line = archive.timeline(query)
    return {
        "timeline": timeline.svg(line, archive.timeline("*", by=line.by), **options),
        "heatmap": heatmap.svg(archive.heat_map(query), **options),
        "map": world.svg(query, archive.facets(query, "from:all")["from"], **options),
        "network": network.svg(archive.citation_graph(query, depth=1), **options),
    }


def hostile_pictures() -> dict[str, str]:
    line = reftel.Timeline(HOSTILE, "year", 1, 1, 1, (), (Bucket("2008", 1),))
    rows = (reftel.HeatRow(HOSTILE, (1, 0, 0), (2, 3, 0)),)
    cables = (reftel.CitedCable(HOSTILE, True, 0, HOSTILE, None, HOSTILE, HOSTILE, HOSTILE), reftel.CitedCable("08STATE1", False, 1))
    graph = reftel.Citations((HOSTILE,), 1, "both", cables, (reftel.Citation(HOSTILE, "08STATE1", HOSTILE, "cable", HOSTILE),))
    return {
        "timeline": timeline.svg(line, line, link=address),
        "timelines": timeline.svg_several((line, line)),
        "heatmap": heatmap.svg(reftel.HeatMap(HOSTILE, "year", 1, ("2007", "2008", "2009"), rows, 0), link=address),
        "map": world.svg(HOSTILE, (Bucket(HOSTILE, 3), Bucket("BAKU", 1)), link=address),
        "network": network.svg(graph, link=address),
    }


def marks(picture: str) -> list[ET.Element]:
    root = ET.fromstring(picture)
    return [each for each in root.iter() if each.get("aria-label") and each is not root]


def test_what_a_cable_says_is_no_markup():
    for name, picture in hostile_pictures().items():
        root = ET.fromstring(picture)
        assert {each.tag.removeprefix(SVG) for each in root.iter()} <= {"svg", "title", "desc", "g", "a", "rect", "text", "line", "circle", "path", "polyline"}, name
        assert {key for each in root.iter() for key in each.attrib if "href" in key or key.startswith("on")} <= {"href"}
        assert all(each.get("href", "/").startswith("/") for each in root.iter())
        assert not re.search("[\x00-\x1f\u202e\ud800\ufffe]", picture), name
        assert all(len(each.text or "") < 200 for each in root.iter(f"{SVG}text")), name


def test_every_mark_is_reached_and_says_what_it_is(samples):
    for options in ({}, {"link": address}):
        for name, picture in pictures(samples, "minsk", **options).items():
            found = marks(picture)
            assert found, name
            for each in found:
                assert each.get("href") if options else each.get("tabindex") == "0"
                assert each.find(f"{SVG}title").text == each.get("aria-label")
            assert ET.fromstring(picture)[0].tag == f"{SVG}title"


def test_a_picture_in_a_page_has_no_style_and_one_alone_follows_the_system(samples):
    assert not any("<style" in picture or "style=" in picture for picture in pictures(samples, "minsk").values())
    assert all("prefers-color-scheme:dark" in picture for picture in pictures(samples, "minsk", alone=True).values())


@pytest.mark.parametrize("query", ["zzyzx", "*", "-has:date", "id:08STATE900112"])
def test_there_is_a_picture_of_any_result(samples, query):
    found = pictures(samples, query)
    assert list(found) == ["timeline", "heatmap", "map", "network"]
    for picture in found.values():
        assert ET.fromstring(picture).tag == f"{SVG}svg"


def test_the_numbers_of_a_timeline(samples):
    line, whole = samples.timeline("minsk", by="year"), samples.timeline("*", by="year")
    table = timeline.rows(line, whole)
    assert {period: hits for period, hits, _, _ in table if hits} == {
        str(year): count for year, count in collections.Counter(hit.date[:4] for hit in samples.scan("minsk") if hit.date).items()
    }
    assert all(share == (hits / every if every else None) for _, hits, every, share in table)
    shown = [each.get("aria-label") for each in marks(timeline.svg(line, whole))]
    assert len(shown) == len(table)
    assert f"{table[0][0]}: {table[0][1]} cable" in shown[0]


def test_the_numbers_of_a_heat_map(samples):
    for query in ("minsk", "*"):
        heat = samples.heat_map(query, posts=5)
        cut = 7 if heat.by == "month" else 4
        seen = {name: collections.Counter((hit.cable.post, hit.date[:cut]) for hit in samples.scan(name) if hit.date) for name in (query, "*")}
        for post, period, hits, every, share in heatmap.rows(heat):
            assert (hits, every, share) == (seen[query][post, period], seen["*"][post, period], hits / every)
        posts = {row.post for row in heat.rows}
        assert sum(hits for _, _, hits, _, _ in heatmap.rows(heat)) == sum(count for (post, _), count in seen[query].items() if post in posts)
        assert heat.left_out == len(samples.facets(query, "from:all")["from"]) - len(heat.rows)


def test_a_map_counts_posts_whose_place_is_not_known():
    posts = (Bucket("BAKU", 9), Bucket("NOWHERE", 4), Bucket("PARIS", 1))
    assert world.rows(posts) == [("BAKU", "Embassy Baku", 9, 40.4, 49.9), ("NOWHERE", None, 4, None, None), ("PARIS", "Embassy Paris", 1, 48.9, 2.4)]
    picture = world.svg("*", posts)
    assert [each.get("aria-label") for each in marks(picture)] == ["Embassy Baku: 9 cables", "Embassy Paris: 1 cable"]
    assert "10 cables by post; 4 of posts whose place is not known: NOWHERE 4" in picture
    first, second = (float(each.get("r")) for each in ET.fromstring(picture).iter(f"{SVG}circle"))
    assert first == pytest.approx(3 * second, abs=0.01)  # areas are as hits


def test_posts_of_one_city_share_a_circle_that_has_its_name():
    posts = (Bucket("UNVIEVIENNA", 9), Bucket("VIENNA", 4), Bucket("MOSCOW", 6), Bucket("USOSCE", 3), Bucket("NOWHERE", 2))
    picture = world.svg("*", posts, total=30, link=lambda stems: "/" + "+".join(stems))
    assert [(each.get("aria-label"), each.get("href")) for each in marks(picture)] == [
        ("UNVIE 9, Embassy Vienna 4, Mission USOSCE 3: 16 cables", "/UNVIEVIENNA+VIENNA+USOSCE"),
        ("Embassy Moscow: 6 cables", "/MOSCOW"),
    ]
    assert [each.text for each in ET.fromstring(picture).iter(f"{SVG}text")] == [
        "Vienna", "Moscow", "22 cables by post; 2 of posts whose place is not known: NOWHERE 2; 6 without a post",
    ]  # fmt: skip
    assert len(marks(world.svg("*", posts, most_marks=1))) == 1
    assert len(list(ET.fromstring(world.svg("*", posts, most_marks=1)).iter(f"{SVG}circle"))) == 2


def test_names_on_a_map_stand_beside_their_circles_and_never_over_each_other():
    posts = [Bucket(stem, 1 + 997 * number % 400) for number, stem in enumerate(all_posts())]
    picture = ET.fromstring(world.svg("*", posts))
    *names, _description = picture.iter(f"{SVG}text")
    assert len(names) == 30
    boxes = [(float(each.get("x")), float(each.get("y")), float(each.get("x")) + 6 * len(each.text)) for each in names]
    for (left, y, right), (other_left, other_y, other_right) in itertools.combinations(boxes, 2):
        assert abs(y - other_y) >= 11 or left >= other_right or other_left >= right
    assert all(left >= 0 and right <= 900 and 0 < y < 400 for left, y, right in boxes)


def test_many_places_of_a_heat_map_are_drawn_together_and_their_posts_and_periods_lead_on():
    rows = tuple(reftel.HeatRow(f"POST{number}", (1, 2, 0, 4), (1, 4, 3, 8)) for number in range(5))
    heat = reftel.HeatMap("*", "month", 35, ("2008-01", "2008-02", "2008-03", "2008-04"), rows, 0)
    apart, together = (marks(heatmap.svg(heat, link=address, most_marks=most)) for most in (15, 14))
    assert len(apart) == 15 + 5 + 4
    assert [each.get("aria-label") for each in together] == [
        *(f"POST{number}: 7 cables of 16 in these months" for number in range(5)),
        "2008-01: 5 cables of 5", "2008-02: 10 cables of 20", "2008-03: 0 cables of 15", "2008-04: 20 cables of 40",
    ]  # fmt: skip
    drawn = ET.fromstring(heatmap.svg(heat, most_marks=14)).iter(f"{SVG}path")
    cells = {each.get("fill-opacity"): each.get("d").count("z") for each in drawn}
    assert cells == {None: 5, "0.6": 10, "1": 5}  # frames; halves; whole


def test_a_line_of_shares_ends_where_the_archive_has_nothing():
    def line(*counts):
        return reftel.Timeline("*", "year", sum(counts), 0, 0, (), tuple(Bucket(str(2000 + number), count) for number, count in enumerate(counts)))

    (path,) = ET.fromstring(timeline.svg(line(1, 1, 0, 1, 0, 1, 1), line(2, 1, 0, 4, 0, 2, 2))).iter(f"{SVG}path")
    assert re.sub("[-0-9.,]+", "", path.get("d")) == "MLMhML"
    assert not list(ET.fromstring(timeline.svg(line(0), line(0))).iter(f"{SVG}path"))


def test_a_network_is_bounded_and_says_what_it_leaves_out():
    many = tuple(reftel.CitedCable(f"08STATE{number}", False, number > 0) for number in range(100))
    links = tuple(reftel.Citation("08STATE0", each.key, None, "cable", each.key) for each in many[1:])
    graph = reftel.Citations(("08STATE0",), 1, "out", many, links)
    picture = network.svg(graph)
    assert len(marks(picture)) == network.MOST_CABLES
    assert "60 cables, 59 citations; 40 further cables are left out" in picture
    assert len(network.rows(graph)) == 99


def _degrees(one: tuple[float, float], other: tuple[float, float]) -> float:
    (north, east), (other_north, other_east) = (map(math.radians, each) for each in (one, other))
    return math.degrees(math.acos(min(1, math.sin(north) * math.sin(other_north) + math.cos(north) * math.cos(other_north) * math.cos(east - other_east))))


def test_places_of_posts_are_on_earth_and_near_each_other_in_a_country():
    rows = read_table("post_places")
    stems = [row["stem"] for row in rows]
    assert stems == sorted(all_posts())  # no post of the table is without a place
    assert {row["source"] for row in rows} == {"naturalearth", "tz", "gazetteer"}
    by_city = {row["stem"]: (float(row["latitude"]), float(row["longitude"])) for row in rows}
    assert all(-60 < latitude < 75 and -180 <= longitude <= 180 for latitude, longitude in by_city.values())
    # One tenth of a degree is as near as the table tells: what lies in one city has one place.
    for one, other in (("MADRAS", "CHENNAI"), ("LENINGRAD", "STPETERSBURG"), ("SALONIKA", "THESSALONIKI"), ("GENEVA", "USDELSALTTWO")):
        assert by_city[one] == by_city[other]
    # No country is wider than its posts may be: degrees of a great circle between those of each, a little more than there are.
    widest = {"RU": 59, "CA": 40, "AU": 33, "MX": 27, "BR": 27, "CN": 21, "JP": 21}
    countries = collections.defaultdict(list)
    for post in all_posts().values():
        countries[post.country].append(by_city[post.stem])
    for country, places in countries.items():
        assert max(itertools.starmap(_degrees, itertools.combinations(places, 2)), default=0) < widest.get(country, 18), country
    # Places far from each other that one table has to keep apart: of each a second one is known by the same name elsewhere.
    for stem, (latitude, longitude) in {"SANJOSE": (9.9, -84.1), "GEORGETOWN": (6.8, -58.2), "SALVADOR": (-13.0, -38.5), "TRIPOLI": (32.9, 13.2), "HYDERABAD": (17.4, 78.5), "VALLETTA": (35.9, 14.5), "SUVA": (-18.1, 178.4)}.items():
        assert by_city[stem] == pytest.approx((latitude, longitude), abs=0.3)


def test_the_land_is_closed_and_within_the_map():
    for row in read_table("land"):
        numbers = list(map(float, row["coordinates"].split()))
        assert len(numbers) % 2 == 0
        points = list(zip(numbers[::2], numbers[1::2], strict=True))
        assert max(abs(one - two) for (one, _), (two, _) in itertools.pairwise(points)) < 180, row["ring"]


def test_a_picture_says_which_hits_it_does_not_show():
    line = reftel.Timeline("*", "month", 1210, 3, 7, (), (Bucket("2008-01", 700), Bucket("2008-02", 500)))
    assert "3 without a date, 7 whose month is not known" in [each.text for each in ET.fromstring(timeline.svg(line, line)).iter(f"{SVG}text")]
    heat = reftel.HeatMap("*", "month", 9, ("2008-01",), (reftel.HeatRow("BAKU", (5,), (6,)),), 2)
    assert "5 cables of 9 by post and month; 2 further posts are left out" in heatmap.svg(heat)


@pytest.mark.parametrize("length", [4, 7, 10])
@pytest.mark.parametrize("number", [1, 2, 12, 61, 150])
def test_names_below_columns_have_room_and_stay_in_the_picture(length, number):
    step = 700 / number
    drawn = [ET.fromstring(each) for each in names_below(["2" * length] * number, 150, step, 0, 900)]
    middles = [float(each.get("x")) for each in drawn]
    assert middles
    assert middles[-1] + 3.5 * length <= 900
    assert all(later - earlier >= 7 * length for earlier, later in itertools.pairwise(middles))


def test_small_parts():
    assert [steps(highest) for highest in (0, 1, 3, 37, 1200)] == [[0], [0, 1], [0, 1, 2, 3], [0, 10, 20, 30], [0, 500, 1000]]
    assert short("Bandar Seri Begawan", 8) == "Bandar …"
    assert plain('<"&\x1b>') == "&lt;&quot;&amp;␛&gt;"
    assert element("a", {"b": 1.236, "c": None, "d": '"'}) == '<a b="1.24" d="&quot;"/>'


@pytest.mark.parametrize("command", ["heatmap", "map", "network"])
def test_commands_draw_and_print(command, samples, tmp_path, capsys):
    path = tmp_path / "picture.svg"
    given = [command, "minsk", "--archive", str(samples.path)]
    assert run([*given, "--svg", str(path)]) == 0
    assert "wrote" in capsys.readouterr().err
    assert ET.fromstring(path.read_text("utf-8")).tag == f"{SVG}svg"
    assert run(given) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split(",")[0] in ("post", "citing")
    assert rows
    assert run([command, "zzyzx", "--archive", str(samples.path)]) == 1


def test_a_network_around_a_cable(samples, capsys):
    assert run(["network", "08 STATE 900112", "--archive", str(samples.path)]) == 0
    printed = [tuple(row.split(",")) for row in capsys.readouterr().out.splitlines()[1:]]
    assert printed == [(link.source, link.target) for link in samples.citations("08STATE900112").links if link.target]
    assert any("08STATE900112" in pair for pair in printed)
