"""Who cites whom: resolution of years, steps, threads, and graphs for other programs."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hostile import obeyed

import reftel
from reftel.render.graph import render_dot, render_graph
from reftel.schema.cable import Cable, Reference
from reftel.schema.errors import CableNotFound
from reftel.search.citations import citations_among, prints_year

SAMPLES = Path(__file__).parents[2] / "corpus_samples"
HOSTILE = 'SAY "HI" \\N ]]> <b>&amp; \x1b[31m \u202e -> x; }'

CABLES = {
    "a": {"serial": 101, "dtg": "130512Z DEC 07", "subject": "FIRST", "ref": "ROE-DOE E-MAIL"},
    "b": {
        "serial": 202,
        "post": "MOSCOW",
        "dtg": "150900Z JAN 08",
        "ref": "A. BAKU 101  B. 07 STATE 777",
        "subject": HOSTILE,
    },
    "c": {"serial": 303, "post": "PARIS", "dtg": "010700Z FEB 08", "ref": "MOSCOW 202", "subject": "THIRD"},
    "d": {"serial": 404, "post": "ROME", "dtg": "010700Z JUN 08", "ref": "BAKU 101", "subject": "FOURTH"},
    "e": {"serial": 505, "post": "VIENNA", "dtg": "100700Z JAN 08", "ref": "MOSCOW 202", "subject": "FIFTH"},
    "f": {"serial": 5, "post": "OSLO", "dtg": "100700Z JAN 07", "ref": "ROE-DOE E-MAIL", "subject": "SIXTH"},
    "g": {"serial": 5, "post": "OSLO", "dtg": "110700Z JAN 08", "ref": "STATE 888", "subject": "SEVENTH"},
    "h": {"serial": 606, "post": "PARIS", "dtg": "010700Z MAR 08", "ref": "OSLO 5", "subject": "EIGHTH"},
}


@pytest.fixture(scope="module")
def thread(make_telegram, tmp_path_factory):
    folder = tmp_path_factory.mktemp("thread")
    for name, values in CABLES.items():
        (folder / f"{name}.txt").write_text(make_telegram(**values), "utf-8")
    reftel.build([folder], folder / "archive")
    return reftel.open(folder / "archive")


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    folder = tmp_path_factory.mktemp("samples")
    reftel.build([SAMPLES], folder / "archive")
    return reftel.open(folder / "archive")


def _targets(graph, key):
    return [(link.label, link.target, link.assumed_year, link.other) for link in graph.cites(key)]


@pytest.mark.parametrize(
    ("key", "links"),
    [
        # January, no year printed, last year's cable is here: assumed. A printed year is left alone.
        ("08MOSCOW202", [("A", "07BAKU101", True, "08BAKU101"), ("B", "07STATE777", False, None)]),
        # The cable of the same year is here and earlier, last year's is not: no doubt.
        ("08PARIS303", [(None, "08MOSCOW202", False, None)]),
        # June: only the same year is meant.
        ("08ROME404", [(None, "08BAKU101", False, None)]),
        # The cable of the same year was sent later, but last year's is not here.
        ("08VIENNA505", [(None, "08MOSCOW202", False, "07MOSCOW202")]),
        # Both are here.
        ("08PARIS606", [(None, "08OSLO5", False, "07OSLO5")]),
        # Neither is.
        ("08OSLO5", [(None, "08STATE888", False, "07STATE888")]),
        ("07OSLO5", [(None, None, False, None)]),
    ],
)
def test_what_a_cable_cites(thread, key, links):
    assert _targets(thread.citations(key, direction="out"), key) == links


@pytest.mark.parametrize(
    ("key", "citing"),
    [
        ("07BAKU101", ["08MOSCOW202"]),
        ("08BAKU101", ["08ROME404"]),
        ("08MOSCOW202", ["08VIENNA505", "08PARIS303"]),
        ("07STATE777", ["08MOSCOW202"]),
        ("07OSLO5", []),
    ],
)
def test_what_cites_a_cable_by_date(thread, key, citing):
    assert [link.source for link in thread.citations(key, direction="in").cited_by(key)] == citing


def test_a_later_cable_of_the_same_year_gives_way_to_last_years(make_telegram, tmp_path):
    for number, (serial, post, dtg, ref) in enumerate(
        [
            (7, "BAKU", "120000Z DEC 07", "X"),
            (7, "BAKU", "200000Z JAN 08", "X"),
            (8, "ROME", "100000Z JAN 08", "BAKU 7"),
        ]
    ):
        (tmp_path / f"{number}.txt").write_text(make_telegram(serial=serial, post=post, dtg=dtg, ref=ref), "utf-8")
    reftel.build([tmp_path], tmp_path / "archive")
    graph = reftel.open(tmp_path / "archive").citations("08ROME8")
    assert _targets(graph, "08ROME8") == [(None, "07BAKU7", True, "08BAKU7")]


@pytest.mark.parametrize(
    ("raw", "cable_id", "printed"),
    [
        ("08 STATE 12", "08STATE12", True), ("STATE 12", "08STATE12", False), ("2008 STATE 00012", "08STATE12", True),
        ("STATE 00012", "08STATE12", False), ("STATE 08-12", "08STATE12", True), ("08STATE12", "08STATE12", True), ("STATE 8", "08STATE8", False),
    ],
)  # fmt: skip
def test_whether_a_year_is_printed(raw, cable_id, printed):
    assert prints_year(Reference("A", cable_id, "cable", raw)) is printed


def test_further_serials_share_the_printed_year(make_telegram, tmp_path):
    (tmp_path / "a.txt").write_text(make_telegram(serial=2, post="BAKU", dtg="010000Z FEB 07"), "utf-8")
    (tmp_path / "b.txt").write_text(
        make_telegram(serial=9, post="ROME", dtg="010000Z FEB 08", ref="08 BAKU 1, 2"), "utf-8"
    )
    reftel.build([tmp_path], tmp_path / "archive")
    graph = reftel.open(tmp_path / "archive").citations("08ROME9", direction="out")
    assert [(link.target, link.assumed_year) for link in graph.cites("08ROME9")] == [
        ("08BAKU1", False),
        ("08BAKU2", False),
    ]


def test_steps_and_thread(thread):
    graph = thread.citations("08 Moscow 00202", depth=2)
    assert graph.roots == ("08MOSCOW202",)
    assert {cable.key: cable.distance for cable in graph.cables} == {
        "08MOSCOW202": 0, "07BAKU101": 1, "07STATE777": 1, "08PARIS303": 1, "08VIENNA505": 1,
    }  # fmt: skip
    assert [cable.key for cable in graph.thread()] == [
        "07STATE777",
        "07BAKU101",
        "08VIENNA505",
        "08MOSCOW202",
        "08PARIS303",
    ]
    assert [cable.key for cable in graph.cables if not cable.in_archive] == ["07STATE777"]
    assert graph.cable("07BAKU101").subject == "FIRST"


def test_directions(thread):
    assert {cable.key for cable in thread.citations("08PARIS303", depth=3, direction="out").cables} == {
        "08PARIS303", "08MOSCOW202", "07BAKU101", "07STATE777",
    }  # fmt: skip
    assert {cable.key for cable in thread.citations("07BAKU101", depth=3, direction="in").cables} == {
        "07BAKU101", "08MOSCOW202", "08PARIS303", "08VIENNA505",
    }  # fmt: skip


def test_a_cable_that_is_only_cited_can_be_asked_for_and_an_unknown_one_not(thread):
    assert not thread.citations("07STATE777").cables[0].in_archive
    with pytest.raises(CableNotFound, match="no cable '09STATE1'"):
        thread.citations("09STATE1")


def test_the_graph_of_a_query(thread):
    among = thread.citation_graph("date:2007-12..2008-02")
    assert {(link.source, link.target) for link in among.links if link.target} == {
        ("08MOSCOW202", "07BAKU101"), ("08PARIS303", "08MOSCOW202"), ("08VIENNA505", "08MOSCOW202"),
    }  # fmt: skip
    further = thread.citation_graph("id:08ROME404", depth=1)
    assert [cable.key for cable in further.cables] == ["08ROME404", "08BAKU101"]


def test_a_graph_is_cut_at_its_limit(thread):
    graph = citations_among(thread._state.searcher.desk, "*", limit=3)
    assert graph.cut
    assert len(graph.cables) == 3


def test_a_cycle_ends(make_telegram, tmp_path):
    (tmp_path / "a.txt").write_text(make_telegram(serial=1, dtg="010000Z JUN 08", ref="ROME 2"), "utf-8")
    (tmp_path / "b.txt").write_text(make_telegram(serial=2, post="ROME", dtg="010000Z JUN 08", ref="BAKU 1"), "utf-8")
    reftel.build([tmp_path], tmp_path / "archive")
    graph = reftel.open(tmp_path / "archive").citations("08BAKU1", depth=20)
    assert {(link.source, link.target) for link in graph.links} == {("08BAKU1", "08ROME2"), ("08ROME2", "08BAKU1")}


def test_the_thread_of_the_samples(samples):
    graph = samples.citations("08BAKU9014")
    assert [(link.label, link.target) for link in graph.cites("08BAKU9014")] == [
        ("A", "08STATE900112"),
        ("B", "08YEREVAN9031"),
    ]
    assert [link.source for link in graph.cited_by("08BAKU9014")] == ["08TBILISI9007", "09ANKARA9120", "10MOSCOW9015"]
    assert [cable.key for cable in samples.citations("08TBILISI9007", depth=9, direction="out").thread()] == [
        "08USOSCE9011", "08STATE900112", "08YEREVAN9031", "08BAKU9014", "08TBILISI9007",
    ]  # fmt: skip


@pytest.mark.parametrize("archive", ["samples", "thread"])
def test_citations_agree_with_queries(archive, request):
    """``refs:`` and ``citedby:`` find the same cables, also where a year was assumed."""
    opened = request.getfixturevalue(archive)
    assumed = 0
    for hit in opened.scan("has:id"):
        graph = opened.citations(hit.key)
        assumed += any(link.assumed_year for link in graph.links)
        assert sorted({link.source for link in graph.cited_by(hit.key)}) == [each.key for each in opened.scan(f"refs:{hit.key}")]
        here = {link.target for link in graph.cites(hit.key) if graph.cable(link.target or "") and graph.cable(link.target).in_archive}
        assert here == {each.key for each in opened.scan(f"citedby:{hit.key}")}
    assert bool(assumed) == (archive == "thread")


@pytest.mark.parametrize(
    ("query", "keys", "noted"),
    [
        ("refs:07BAKU101", ["08MOSCOW202"], 1),  # printed without a year in January
        ("refs:08BAKU101", ["08ROME404"], 1),  # not the one of January, which means last year's
        ("citedby:08MOSCOW202", ["07BAKU101"], 1),
        ("refs:07BAKU101 AND from:moscow", ["08MOSCOW202"], 1),
        ("has:id -refs:07BAKU101 date:2008-01", ["08OSLO5", "08VIENNA505"], 1),
        ("refs:07BAKU101,08MOSCOW202", ["08MOSCOW202", "08PARIS303", "08VIENNA505"], 1),
        ("07BAKU101", ["07BAKU101", "08MOSCOW202"], 1),
        ("refs:08MOSCOW202", ["08PARIS303", "08VIENNA505"], 0),
        ("refs:07STATE777", ["08MOSCOW202"], 0),  # printed with its year
        ("citedby:09NOWHERE1", [], 0),
    ],
)
def test_implied_years_in_queries(thread, query, keys, noted):
    page = thread.search(query, limit=None)
    assert sorted(hit.key for hit in page.hits) == keys
    assert sum("without a year" in note for note in page.notes) == noted
    assert page.total == len(list(thread.scan(query)))


# -- graphs for other programs -----------------------------------------------------------------------------------------------------------


def test_graphml_is_well_formed_and_whole(thread):
    graph = thread.citations("08MOSCOW202", depth=2)
    root = ET.fromstring(render_graph(graph, "graphml"))
    name = "{http://graphml.graphdrawing.org/xmlns}"
    declared = {key.get("id") for key in root.findall(f"{name}key")}
    nodes = root.findall(f".//{name}node")
    edges = root.findall(f".//{name}edge")
    assert {node.get("id") for node in nodes} == {cable.key for cable in graph.cables}
    assert {(edge.get("source"), edge.get("target")) for edge in edges} == {
        (link.source, link.target) for link in graph.links
    }
    assert {data.get("key") for data in root.iter(f"{name}data")} <= declared
    subjects = [data.text for data in root.iter(f"{name}data") if data.get("key") == "node_subject"]
    assert any('"HI" \\N ]]> <b>' in subject and not obeyed(subject) for subject in subjects)


_STRING = r'"(?:[^"\\]|\\.)*"'
_DOT_LINE = re.compile(
    rf"  (?:{_STRING}(?: -> {_STRING})?(?: \[[a-z]+=(?:{_STRING}|[a-z]+)(?:, [a-z]+=(?:{_STRING}|[a-z]+))*\])?;)"
)


def test_dot_is_well_formed_and_obeys_no_escape_of_a_subject(thread):
    graph = thread.citations("08MOSCOW202", depth=2)
    first, _direction, _style, *lines, last = render_dot(graph).split("\n")
    assert (first, last) == ("digraph reftel {", "}")
    assert all(_DOT_LINE.fullmatch(line) for line in lines)
    assert len(lines) == len(graph.cables) + len(graph.links)
    hostile = next(line for line in lines if "HI" in line)
    assert '\\"HI\\" \\\\N' in hostile
    assert not obeyed(hostile)
    assert '"08MOSCOW202" -> "07BAKU101" [label="A", style=dashed];' in "".join(lines)


def test_text_that_xml_cannot_write_is_replaced():
    from reftel.search.citations import Citations, CitedCable

    cable = CitedCable(Cable(id="08BAKU1").key, True, 0, subject="a\ud800b\uffffc\x00d")
    root = ET.fromstring(render_graph(Citations(("08BAKU1",), 0, "both", (cable,), ()), "graphml"))
    assert "a\\ud800b\ufffdc␀d" in "".join(root.itertext())
