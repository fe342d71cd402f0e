"""The commands for research: formats, exit codes, pictures, completion."""

from __future__ import annotations

import csv
import io
import itertools
import json
import shlex
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hostile import obeyed

import reftel
from reftel.cli import run

SAMPLES = Path(__file__).parents[2] / "corpus_samples"


@pytest.fixture(scope="module")
def samples_path(tmp_path_factory):
    folder = tmp_path_factory.mktemp("samples")
    reftel.build([SAMPLES], folder / "archive")
    return folder / "archive"


@pytest.fixture
def ask(samples_path, capsys, monkeypatch):
    """Runs a command on the samples: exit status, standard output, standard error."""
    monkeypatch.setenv("REFTEL_ARCHIVE", str(samples_path))

    def run_it(*arguments):
        status = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run_it


# -- refs --------------------------------------------------------------------------------------------------------------------------------


def test_refs_table(ask):
    status, out, err = ask("refs", "08 Baku 9014")
    assert (status, err) == (0, "")
    lines = [line.strip() for line in out.splitlines()]
    assert (
        lines[0]
        == "08BAKU9014  2008-02-20  CONFIDENTIAL  Embassy Baku  DEPUTY MINISTER ACCEPTS A WALK, PROVIDED THAT IT STAYS A WALK"
    )
    assert lines[lines.index("cites") + 1].startswith("A. 08STATE900112  2008-02-12  SECRET")
    assert [line[:14].strip() for line in lines[lines.index("cited by") + 1 :]] == [
        "08TBILISI9007",
        "09ANKARA9120",
        "10MOSCOW9015",
    ]


def test_refs_marks_what_is_not_there(ask):
    _status, out, _err = ask("refs", "08STATE900112", "--out")
    assert "08USOSCE9011  (not in the archive)" in out
    assert "cited by" not in out


def test_refs_thread_is_in_time_order(ask):
    _status, out, _err = ask("refs", "08TBILISI9007", "--out", "--depth", 9, "--thread")
    keys = [line[2:].split()[0] for line in out.splitlines() if line[2:3] != " "]
    assert keys == ["08USOSCE9011", "08STATE900112", "08YEREVAN9031", "08BAKU9014", "08TBILISI9007"]
    assert [line[0] for line in out.splitlines() if "08TBILISI9007" in line] == ["*"]


@pytest.mark.parametrize("form", ["json", "jsonl", "csv", "ids", "md"])
def test_refs_formats(ask, form):
    status, out, _err = ask("refs", "08BAKU9014", "--format", form)
    assert status == 0
    if form == "json":
        record = json.loads(out)
        assert list(record) == ["roots", "depth", "direction", "cut", "left_out", "cables", "links"]
        assert list(record["links"][0]) == ["source", "target", "label", "kind", "raw", "assumed_year", "other"]
        assert list(record["cables"][0])[:3] == ["key", "in_archive", "distance"]
    elif form == "jsonl":
        assert {json.loads(line)["target"] for line in out.splitlines()} >= {
            "08STATE900112",
            "08YEREVAN9031",
            "08BAKU9014",
        }
    elif form == "csv":
        rows = list(csv.DictReader(io.StringIO(out)))
        assert [(row["source"], row["label"], row["target"]) for row in rows][:2] == [
            ("08BAKU9014", "A", "08STATE900112"), ("08BAKU9014", "B", "08YEREVAN9031"),
        ]  # fmt: skip
    elif form == "ids":
        assert out.split() == ["08STATE900112", "08YEREVAN9031", "08TBILISI9007", "09ANKARA9120", "10MOSCOW9015"]
    else:
        assert out.startswith("- **08STATE900112** 2008-02-12")


def test_refs_graphs(ask):
    _status, out, _err = ask("refs", "--query", "minsk", "--graph", "graphml")
    edges = ET.fromstring(out).findall(".//{http://graphml.graphdrawing.org/xmlns}edge")
    assert {(edge.get("source"), edge.get("target")) for edge in edges} >= {
        ("08TBILISI9007", "08BAKU9014"),
        ("10KYIV9071", "10MOSCOW9015"),
    }
    assert ask("refs", "--query", "minsk", "--graph", "dot")[1].startswith("digraph reftel {")
    assert json.loads(ask("refs", "08BAKU9014", "--graph", "json")[1])["roots"] == ["08BAKU9014"]


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["08BAKU9014"], 0), (["08RABAT9088"], 1), (["09BAKU1"], 1), ([], 2), (["08BAKU9014", "--query", "minsk"], 2), (["--query", "singer:x"], 2),
        (["--query", "zzzz"], 1), (["--query", "from:rabat"], 0), (["08BAKU9014", "--depth", "-1"], 2), (["08BAKU9014", "-A", "nowhere"], 3),
    ],
)  # fmt: skip
def test_refs_exit_status(ask, arguments, status):
    assert ask("refs", *arguments)[0] == status


# -- timeline ----------------------------------------------------------------------------------------------------------------------------


def test_timeline_table(ask):
    status, out, err = ask("timeline", "*")
    assert (status, err) == (0, "")
    rows = {
        line.split()[0]: line.split()[1:]
        for line in out.splitlines()
        if line.strip()[:4].isdigit() and len(line.split()[0]) == 4
    }
    assert rows["2009"] == ["12", "█" * 50]
    assert rows["1976"] == ["0"]
    assert out.splitlines()[-1] == "49 cables, 7 without a date"


def test_timeline_json_and_csv(ask):
    record = json.loads(ask("timeline", "date:2008", "--by", "month", "--compare", "minsk", "--format", "json")[1])
    assert (list(record), record["by"]) == (["by", "timelines"], "month")
    assert list(record["timelines"][0]) == ["query", "by", "total", "undated", "coarse", "notes", "periods"]
    assert [line["total"] for line in record["timelines"]] == [8, 13]
    rows = list(csv.DictReader(io.StringIO(ask("timeline", "date:2008", "--by", "month", "--format", "csv")[1])))
    assert [(row["period"], row["count"]) for row in rows][:3] == [("2008-02", "3"), ("2008-03", "1"), ("2008-04", "0")]
    assert sum(int(row["count"]) for row in rows) == 8


def test_timeline_of_nothing_is_1(ask):
    status, out, _err = ask("timeline", "zzzz")
    assert (status, out.strip()) == (1, "0 cables")


@pytest.mark.parametrize("compare", [[], ["--compare", "tags:PREL OR a$x$b"]])
def test_timeline_pictures(ask, tmp_path, cairo, compare):
    status, _out, err = ask(
        "timeline", "minsk $y_{1$ OR minsk", *compare, "--svg", tmp_path / "a.svg", "--png", tmp_path / "a.png"
    )
    told = [line for line in err.splitlines() if not line.startswith("note: ")]
    assert (status, told) == (0, [f"wrote {tmp_path / name}" for name in ("a.svg", "a.png")])
    text = "".join(ET.parse(tmp_path / "a.svg").getroot().itertext())
    assert "13 cables, 1 without a date" in text
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_a_picture_that_cannot_be_written_is_one_line(ask, tmp_path):
    status, _out, err = ask("timeline", "*", "--svg", tmp_path / "none" / "a.svg")
    assert status == 6
    assert len(err.splitlines()) == 1


def test_without_cairo_the_extra_is_named(ask, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "cairosvg", None)
    status, out, err = ask("timeline", "*", "--png", tmp_path / "a.png")
    assert (status, out) == (2, "")
    assert err == "reftel: a PNG needs CairoSVG, and the system's Cairo: pip install 'reftel[plot]'\n"
    assert not (tmp_path / "a.png").exists()


# -- facets ------------------------------------------------------------------------------------------------------------------------------


def test_facets_show_the_rest(ask):
    _status, out, _err = ask("facets", "*", "--facet", "year:3")
    assert [line.split()[:3] for line in out.splitlines()[1:5]] == [
        ["2009", "12", "█" * 15], ["2008", "8", "█" * 10], ["2010", "6", "███████▌"], ["(9", "others)", "16"],
    ]  # fmt: skip
    assert [line.split(",")[1:] for line in ask("facets", "*", "--facet", "year:3", "--format", "csv")[1].splitlines()] == [
        ["value", "count"], ["2009", "12"], ["2008", "8"], ["2010", "6"], ["(others)", "16"],
    ]  # fmt: skip
    record = json.loads(ask("facets", "*", "--facet", "year:3", "--format", "json")[1])
    assert record["facets"]["year"][0] == {"value": "2009", "count": 12}
    assert record["others"] == {"year": {"values": 9, "count": 16}}


def test_facets_nest_and_narrow(ask):
    record = json.loads(
        ask("facets", "minsk", "--facet", "year:1 > from:all", "--narrow", "--order", "value", "--format", "json")[1]
    )
    (year,) = record["facets"]["year>from"]
    assert (year["value"], year["query"], year["within"]["total"]) == ("2008", "minsk AND year:2008", year["count"])
    assert [bucket["value"] for bucket in year["within"]["buckets"]] == sorted(
        bucket["value"] for bucket in year["within"]["buckets"]
    )


def test_every_printed_query_can_be_pasted(ask):
    _status, out, _err = ask("facets", "minsk OR ferry", "--facet", "tags:all", "--facet", "to:all", "--narrow")
    lines = out.splitlines()
    pasted = 0
    for above, line in itertools.pairwise(lines):
        if line.startswith("    ") and " AND " in line:
            (query,) = shlex.split(line)
            count = int(above.rstrip("█▏▎▍▌▋▊▉").split()[-1])
            assert json.loads(ask("search", query, "-n", 0, "--format", "json")[1])["total"] == count
            pasted += 1
    assert pasted > 10


@pytest.mark.parametrize("facet", ["yeer", "year>yeer", "year:x", "year>"])
def test_a_bad_facet_is_2(ask, facet):
    assert ask("facets", "*", "--facet", facet)[0] == 2


# -- terms, similar, duplicates ------------------------------------------------------------------------------------------------------------


def test_terms(ask):
    status, out, _err = ask("terms", "minsk", "-n", 3)
    assert status == 0
    assert [line.split() for line in out.splitlines()[:2]] == [
        ["word", "of", "13", "hits", "of", "49", "cables", "score"],
        ["group", "12", "12", "47.5"],
    ]
    record = json.loads(ask("terms", "minsk", "--format", "json")[1])
    assert list(record) == ["query", "total", "cables", "notes", "terms", "left_out"]
    assert list(record["terms"][0]) == ["word", "hits", "cables", "score"]
    assert len(ask("terms", "minsk", "--format", "jsonl", "-n", 4)[1].splitlines()) == 4
    assert ask("terms", "minsk", "--format", "csv")[1].splitlines()[1].startswith("group,12,12,")
    assert "| group | 12 | 12 |" in ask("terms", "minsk", "--format", "md")[1]
    assert ask("terms", "zzzz")[0] == 1


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv", "ids", "md"])
def test_similar(ask, form):
    status, out, err = ask("similar", "08BAKU9014", "--query", "has:id", "-n", 2, "--format", form)
    assert status == 0
    assert (err == "") if form == "json" else err.startswith("note: 2 cables shown, ")
    assert "08STATE900112" in out
    if form == "json":
        (first, _second) = json.loads(out)["similar"]
        assert list(first) == ["key", "id", "score", "date", "classification", "origin", "subject", "terms"]
        assert list(first["terms"][0]) == ["word", "cables", "share"]
    if form == "table":
        assert "walk" in out.splitlines()[1]


def test_similar_exit_status(ask):
    assert ask("similar", "09BAKU1")[0] == 1
    assert ask("similar", "08BAKU9014", "--query", "zzzz")[0] == 1


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv", "ids"])
def test_duplicates(make_telegram, tmp_path, capsys, form):
    text = "\n\n".join(
        f"{number}. (C) Sentence number {number} of a text that was sent twice." for number in range(1, 9)
    )
    for serial in (1, 2):
        (tmp_path / f"{serial}.txt").write_text(
            make_telegram(serial=serial, body=text, subject=f"COPY {serial}"), "utf-8"
        )
    reftel.build([tmp_path], tmp_path / "archive")
    status = run(["duplicates", "-A", str(tmp_path / "archive"), "--format", form])
    out = capsys.readouterr().out
    assert status == 0
    assert "08BAKU1" in out
    assert "08BAKU2" in out
    if form == "json":
        (pair,) = json.loads(out)["duplicates"]
        assert (pair["kind"], pair["subjects"]) == ("same", ["COPY 1", "COPY 2"])
    if form == "ids":
        assert out == "08BAKU1 08BAKU2\n"
    assert run(["duplicates", "id:08BAKU1", "-A", str(tmp_path / "archive")]) == 1
    assert capsys.readouterr().out == "0 pairs\n"


def test_bad_duplicates_options_are_2(ask):
    assert ask("duplicates", "--threshold", "0")[0] == 2
    assert ask("duplicates", "--block", "12")[0] == 2
    assert ask("duplicates", "singer:x")[0] == 2


def test_near_words_are_proposed_on_standard_error_and_in_json(ask):
    status, out, err = ask("search", "presedent")
    assert (status, out, err) == (
        1,
        "0 cables\n",
        "note: no cable has 'presedent'; near it: precedent (7), precedents (2), present (2) and 1 more\n",
    )
    assert "precedent (7)" in json.loads(ask("search", "presedent", "--format", "json")[1])["notes"][0]


# -- hostile text --------------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hostile_path(make_telegram, tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    attack = "\x1b]0;owned\x07\x1b[31m\x9b2J [bold red]x[/] <script> \u202etxt"
    for serial in (1, 2):
        body = f"1. (C) Minsk {attack} and some more words so that this text is long enough to be a copy of another one somewhere, again and again."
        text = make_telegram(
            serial=serial, subject=f"=cmd|' /C calc'!A0 {attack}", body=body, ref="BAKU 1", tags=f"PREL {attack}"
        )
        (folder / f"{serial}.txt").write_text(text, "utf-8")
    (folder / "3.txt").write_text(make_telegram(serial=3), "utf-8")
    reftel.build([folder], folder / "archive")
    return folder / "archive"


@pytest.mark.parametrize(
    "arguments",
    [
        *(["refs", "08BAKU2", "--format", form] for form in ("table", "json", "jsonl", "csv", "ids", "md")),
        *(
            ["refs", "08BAKU2", *more]
            for more in (["--thread"], ["--graph", "dot"], ["--graph", "graphml"], ["--graph", "json"])
        ),
        *(["timeline", "minsk OR \x1b[31m\x9b", "--format", form] for form in ("table", "json", "csv")),
        *(["facets", "*", "--narrow", "--facet", "tags>signer", "--format", form] for form in ("table", "json", "csv")),
        *(["terms", "minsk", "--format", form] for form in ("table", "json", "jsonl", "csv", "md")),
        *(["similar", "08BAKU1", "--format", form] for form in ("table", "json", "jsonl", "csv", "ids", "md")),
        *(["duplicates", "--format", form] for form in ("table", "json", "jsonl", "csv", "ids")),
        ["search", "tags:\x1b[31m\u202ex"],
    ],
)
def test_no_output_lets_hostile_text_act(hostile_path, capsys, arguments):
    run([*arguments, "--archive", str(hostile_path)])
    captured = capsys.readouterr()
    assert captured.out or captured.err
    for output in captured:
        assert not obeyed(output)
    if "csv" in arguments:
        assert not any(
            cell.startswith(("=", "+", "@")) for row in csv.reader(io.StringIO(captured.out)) for cell in row
        )
