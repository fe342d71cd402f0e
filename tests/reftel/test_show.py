"""Reading one cable: highlighted words, the pager, neighbours; and the command for words in context."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
from pathlib import Path

import commands
import pytest
from hostile import obeyed

import reftel

pty = pytest.importorskip("pty", reason="pseudo-terminals are a Unix thing")

SAMPLES = Path(__file__).parents[2] / "corpus_samples"


def command(*arguments: object, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return commands.run(*arguments, input=stdin)


def on_a_terminal(*arguments: object, pager: str) -> str:
    """What a terminal gets to see."""
    main, side = os.openpty()
    environment = os.environ | {"PAGER": pager, "TERM": "xterm", "COLUMNS": "100"}
    process = commands.start(*arguments, stdin=side, stdout=side, stderr=side, env=environment)
    os.close(side)
    seen = b""
    while True:
        try:
            piece = os.read(main, 65536)
        except OSError:  # Linux: the other side is closed
            break
        if not piece:
            break
        seen += piece
    process.wait()
    os.close(main)
    return seen.decode()


# -- highlights ---------------------------------------------------------------------------------------------------------------------------


def test_highlights_in_json(archive_path):
    record = json.loads(command("show", "08BAKU101", "--query", "minsk group", "--format", "json", "--archive", archive_path).stdout)
    marked = [[each["text"][start:end] for start, end in each["highlights"]] for each in record["paragraphs"]]
    assert marked == [["Minsk", "Group"], [], []]
    assert "highlights" not in json.loads(command("show", "08BAKU101", "--format", "json", "--archive", archive_path).stdout)["paragraphs"][0]


def test_all_paragraphs_are_marked_and_shown(archive, archive_path):
    assert [found.number for found in archive.highlights("precedent", "08 Baku 101")] == [1, 2]
    shown = command("show", "08BAKU101", "--query", "precedent", "--archive", archive_path)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout == command("show", "08BAKU101", "--archive", archive_path).stdout


def test_a_query_that_does_not_find_the_cable_is_a_note(archive_path):
    done = command("show", "08BAKU101", "--query", "precedent -lunch", "--archive", archive_path)
    assert (done.returncode, done.stderr) == (0, "note: the query does not find 08BAKU101; its words are marked where they stand\n")


def test_a_bad_query_is_2(archive_path):
    done = command("show", "08BAKU101", "--query", '"minsk', "--archive", archive_path)
    assert (done.returncode, done.stdout) == (2, "")


# -- the pager ----------------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def pager(tmp_path) -> Path:
    """A pager that puts a line in front of what it gets."""
    script = tmp_path / "pager"
    script.write_text("#!/bin/sh\necho PAGED\ncat\n", "utf-8")
    script.chmod(0o755)
    return script


def test_a_terminal_gets_colours_through_its_pager(archive_path, pager):
    seen = on_a_terminal("show", "08BAKU101", "--query", "precedent", "--archive", archive_path, pager=str(pager))
    assert seen.startswith("PAGED")
    assert "\x1b[1;33mprecedent\x1b[0m" in seen


@pytest.mark.parametrize("arguments", [["--no-pager"], ["--format", "json"]])
def test_no_pager_where_none_is_wanted(archive_path, pager, arguments):
    seen = on_a_terminal("show", "08BAKU101", *arguments, "--archive", archive_path, pager=str(pager))
    assert "PAGED" not in seen
    assert "MINSK GROUP VISIT" in seen


def test_an_error_reaches_the_terminal(archive_path, pager):
    seen = on_a_terminal("show", "08BAKU999", "--archive", archive_path, pager=str(pager))
    assert "PAGED" not in seen
    assert "no cable '08BAKU999'" in seen


# -- neighbours ---------------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def samples(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("samples") / "archive"
    reftel.build([SAMPLES], path)
    return path


def test_neighbours_of_a_sample(samples):
    found = json.loads(command("show", "08BAKU9014", "--neighbours", "--format", "json", "--archive", samples).stdout)
    assert [(each["label"], each["id"], each["held"]) for each in found["cites"]] == [("A", "08STATE900112", True), ("B", "08YEREVAN9031", True)]
    assert [each["id"] for each in found["cited_by"]] == ["08TBILISI9007", "09ANKARA9120", "10MOSCOW9015"]
    table = command("show", "08BAKU9014", "--neighbours", "--archive", samples).stdout
    assert "  B. 08YEREVAN9031  2008-02-15 13:27  CONFIDENTIAL//SIPDIS  Embassy Yerevan  ASHGROVE  MINISTRY SHRUGS AT A WALK\n" in table


def test_a_cited_cable_that_is_not_there_is_said_to_be_missing(archive, archive_path):
    found = archive.neighbours("08MOSCOW202")
    assert [(each.id, each.cable is not None) for each in found.cites] == [("08BAKU101", True), ("07STATE777", False)]
    assert "  B. 07STATE777  not in the archive\n" in command("show", "08MOSCOW202", "--neighbours", "--archive", archive_path).stdout


def test_the_same_subject_from_the_same_post_in_order_of_time(make_telegram, tmp_path):
    subjects = ["LAKE TALKS", "RE: LAKE TALKS", "LAKE TALKS", "OTHER TALKS"]
    for number, subject in enumerate(subjects, 1):
        text = make_telegram(serial=number, dtg=f"{10 - number:02}0512Z FEB 08", subject=subject, ref="STATE 1")
        (tmp_path / f"{number}.txt").write_text(text, "utf-8")
    (tmp_path / "paris.txt").write_text(make_telegram(serial=9, post="PARIS", subject="LAKE TALKS", ref="STATE 1"), "utf-8")
    reftel.build([tmp_path], tmp_path / "archive")
    found = reftel.open(tmp_path / "archive").neighbours("08BAKU2")
    assert ([each.id for each in found.before], [each.id for each in found.after]) == (["08BAKU3"], ["08BAKU1"])
    assert [each.id for each in found.cites] == ["08STATE1"]


def test_a_cable_alone_has_none(archive_path, samples):
    done = command("show", "text-39ca0d67c1ea11a6", "--neighbours", "--archive", samples)
    assert done.returncode == 1
    assert command("show", "08BAKU999", "--neighbours", "--archive", archive_path).returncode == 1


# -- words in context ---------------------------------------------------------------------------------------------------------------------


def test_kwic_lines_are_aligned(archive_path):
    done = command("kwic", "precedent", "--width", 10, "--archive", archive_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "08BAKU101    2008-02-13  ¶1 (C)     rs saw no precedent in the ca",
        "08BAKU101    2008-02-13  ¶2 (S/NF)          A precedent was menti",
        "08MOSCOW202  2008-03-15  ¶2 (C)            No precedents were set.",
    ]


def test_kwic_for_programs(archive, archive_path):
    lines = [json.loads(line) for line in command("kwic", "precedent", "--format", "jsonl", "--archive", archive_path).stdout.splitlines()]
    assert lines == [line.to_dict() for line in archive.kwic("precedent")]
    assert lines[1] == {
        "key": "08BAKU101", "date": "2008-02-13T05:12:00Z", "paragraph": 2, "mark": "S/NF", "left": "A ", "keyword": "precedent",
        "right": " was mentioned twice.", "start": 2, "end": 11,
    }  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(command("kwic", "precedent", "--format", "csv", "--archive", archive_path).stdout)))
    assert [(row["key"], row["paragraph"], row["mark"], row["keyword"]) for row in rows] == [
        ("08BAKU101", "1", "C", "precedent"), ("08BAKU101", "2", "S/NF", "precedent"), ("08MOSCOW202", "2", "C", "precedents"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("id", ["¶1", "¶2", "¶2"]),
        ("date", ["¶1", "¶2", "¶2"]),
        ("left", [" A ", " No ", " saw no "]),
        ("right", [" in the case.", " was mentioned twice.", " were set."]),
    ],
)
def test_kwic_sorts(archive_path, sort, expected):
    lines = command("kwic", "precedent", "--sort", sort, "--archive", archive_path).stdout.splitlines()
    assert [text in line for text, line in zip(expected, lines, strict=True)] == [True, True, True]


def test_kwic_limit_and_notes(archive_path):
    done = command("kwic", "precedent", "--limit", 2, "--archive", archive_path)
    assert (len(done.stdout.splitlines()), done.stderr) == (2, "note: only the first 2 lines are shown; --all shows every one\n")
    assert len(command("kwic", "precedent", "--limit", 2, "--all", "--archive", archive_path).stdout.splitlines()) == 3
    none = command("kwic", "from:baku", "--archive", archive_path)
    assert (none.returncode, none.stdout) == (1, "")
    assert none.stderr == "note: no word of the query stands in a paragraph of the cables found (1)\n"
    assert command("kwic", "zzz", "--archive", archive_path).returncode == 1


def test_kwic_among_listed_cables(archive_path):
    done = command("kwic", "precedent", "--ids-from", "-", "--archive", archive_path, stdin="08MOSCOW202\n")
    assert done.stdout.startswith("08MOSCOW202")


def test_kwic_lets_no_text_act(samples):
    output = command("kwic", "formulas OR cmd OR script OR escape*", "--all", "--archive", samples).stdout
    assert not obeyed(output)
