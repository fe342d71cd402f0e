"""What goes into a pipe or a file: no line is wrapped; and what people are shown names files from the current folder on."""

from __future__ import annotations

import json
import os

import commands
import pytest

import reftel
from reftel import cli
from reftel.render.paths import relative_name

SUBJECT = "ONE LONG CABLE " + "AND ANOTHER " * 12 + "LAST"
LONG = "The Minsk Group met and " + "talked at length\nabout the precedent that nobody had wanted to set " * 6 + "in the end."


@pytest.fixture(scope="module")
def desk(make_telegram, tmp_path_factory):
    """A folder with sources and an archive of them; one cable twice."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "dumps" / "second").mkdir(parents=True)
    for place, body in (("dumps", LONG), ("dumps/second", LONG + " Or so it seemed.")):
        (folder / place / "long.txt").write_text(make_telegram(subject=SUBJECT, body=f"1. (C) {body}"), "utf-8")
    reftel.build([folder / "dumps"], folder / "archive")
    return folder


@pytest.fixture
def run(desk, monkeypatch, capsys):
    monkeypatch.chdir(desk)
    monkeypatch.delenv("REFTEL_ARCHIVE", raising=False)

    def run(*arguments: str) -> str:
        cli.run(list(arguments))
        done = capsys.readouterr()
        return done.out + done.err

    return run


@pytest.mark.parametrize("columns", [None, "60"])
@pytest.mark.parametrize("arguments", [["search", "precedent"], ["search", "precedent", "--all"], ["search", "precedent", "--facet", "year"], ["show", "08BAKU101"]])
def test_a_paragraph_is_one_line_in_a_pipe(run, monkeypatch, arguments, columns):
    if columns:
        monkeypatch.setenv("COLUMNS", columns)
    lines = run(*arguments).splitlines()
    (paragraph,) = (line for line in lines if "The Minsk Group met" in line)
    assert paragraph.count("nobody had wanted to set") == 6
    assert any(SUBJECT in line for line in lines)
    assert not any(line != line.rstrip() for line in lines)


def test_a_terminal_has_its_width(desk):
    environment = os.environ | {"REFTEL_ARCHIVE": str(desk / "archive")}
    for arguments in (["search", "precedent"], ["show", "08BAKU101"]):
        for columns in (60, 100):
            shown = commands.on_terminal(arguments, columns=columns, folder=desk, environment=environment)
            assert 40 < max(map(len, shown.splitlines())) <= columns


@pytest.mark.parametrize(
    "arguments",
    [
        ["index", "dumps"], ["index", "dumps", "no-such-file"], ["show", "08BAKU101"], ["show", "08BAKU101", "--versions"], ["show", "08BAKU101", "--diff"],
        ["stats"], ["init", "dumps", "--config", "x/reftel.toml"], ["reindex", "--config", "reftel.toml", "--dry-run", "--full"], ["backup", "kept"],
        ["reindex", "--config", "none.toml"], ["verify", "-A", "none"], ["export", "*", "-o", "hits.csv"], ["search", "x", "-A", "none"],
        ["check", "dumps"], ["normalize", "none"], ["duplicates"], ["saved", "list", "-c", "none.toml"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_people_are_shown_names_from_here_on(run, desk, arguments):
    (desk / "reftel.toml").write_text('archive = "archive"\nsources = ["dumps"]\n', "utf-8")
    shown = run(*arguments)
    assert shown.strip()
    assert str(desk) not in shown


def test_programs_get_names_as_they_are_stored(run, desk):
    stored = str(desk / "dumps" / "second" / "long.txt")
    assert json.loads(run("show", "08BAKU101", "--format", "json"))["source"]["path"] == stored
    assert stored in json.loads(run("stats", "--format", "json"))["duplicates"]["08BAKU101"]
    assert json.loads(run("show", "08BAKU101", "--versions", "--format", "json"))[0]["path"] == stored


@pytest.mark.parametrize(
    ("folder", "name", "shown"),
    [
        ("/a", "/a/b/c", "b/c"),
        ("/a", "/ab/c", "/ab/c"),
        ("/a/b", "/a/c", "/a/c"),
        ("/a", "/a", "/a"),
        ("/a", "/a/", "/a/"),
        ("/", "/elsewhere/x", "/elsewhere/x"),
        ("/a", "b/c", "b/c"),
        ("/a", "/a/b.csv:12: no columns", "b.csv:12: no columns"),
        ("/caf\udce9", "/caf\\xe9/a", "a"),
    ],
)
def test_relative_names(monkeypatch, folder, name, shown):
    monkeypatch.setattr(os, "getcwd", lambda: folder)
    assert relative_name(name) == shown


def test_a_folder_that_is_gone_is_no_fault(monkeypatch):
    def gone() -> str:
        raise FileNotFoundError

    monkeypatch.setattr(os, "getcwd", gone)
    assert relative_name("/a/b") == "/a/b"


# -- tables and progress ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [60, 80, 100, 120, 200])
def test_normalize_has_a_line_a_cable_on_any_terminal(desk, columns):
    command = ["normalize", "dumps", "--format", "table"]
    lines = commands.on_terminal(command, columns=columns, folder=desk, environment=dict(os.environ)).splitlines()
    assert [line[:9] for line in lines] == ["cable    ", "08BAKU101", "08BAKU101"]
    assert all("ONE LONG" in line and len(line) <= columns for line in lines[1:])
    assert ("PREL PGOV AJ" in lines[1]) == (columns >= 120)


def test_a_run_tells_files_and_bytes(desk, tmp_path):
    from reftel.indexer.extent import Extent

    told = []
    reftel.build([desk / "dumps"], tmp_path / "archive", on_progress=told.append)
    with Extent([str(desk / "dumps")]) as extent:
        extent._thread.join(60)
    sizes = [file.stat().st_size for file in (desk / "dumps").rglob("*.txt")]
    assert (extent.known, extent.files, extent.bytes) == (True, len(sizes), sum(sizes))
    assert [progress.bytes for progress in told] == sorted(progress.bytes for progress in told)
    reftel.build([desk / "dumps"], tmp_path / "archive", on_progress=told.append)  # nothing changed
    assert (told[-1].files, told[-1].bytes, told[-1].cables) == (2, sum(sizes), 0)


def test_what_cannot_be_counted_ends_no_run(tmp_path):
    from reftel.indexer.extent import Extent

    with Extent(["no-such-file", "a\0b", str(tmp_path)]) as extent:
        extent._thread.join(60)
    assert (extent.known, extent.files, extent.bytes) == (True, 0, 0)


def test_duplicates_tell_how_far_they_are(archive):
    told = []
    list(archive.duplicates("*", on_progress=lambda *far: told.append(far)))
    assert told[:3] == [("read", 0, 3), ("read", 1, 3), ("read", 2, 3)]
    assert {stage for stage, _done, _total in told} <= {"read", "compared"}


def test_progress_on_a_terminal_and_elsewhere(desk, monkeypatch, capsys):
    from reftel.cli import progress

    monkeypatch.setattr(progress.time, "monotonic", iter(range(0, 100, 4)).__next__)
    with progress.progress() as tell:
        for done in range(4):
            tell(f"{done} texts read", done, 4 if done else None, at="a.txt")
    assert capsys.readouterr().err.splitlines() == ["reftel: 1 texts read (25%), now a.txt", "reftel: 3 texts read (75%), now a.txt"]
    with progress.progress(quiet=True) as tell:
        assert tell is None


def test_a_picture_says_where_it_is(run, monkeypatch):
    monkeypatch.setattr("reftel.pictures.png.as_png", str.encode)
    assert run("timeline", "minsk", "--png", "a.png", "--svg", "b.svg", "--format", "csv").splitlines()[-2:] == ["wrote b.svg", "wrote a.png"]


@pytest.mark.parametrize("arguments", [["search", "precedent"], ["refs", "08BAKU101"], ["kwic", "precedent"], ["show", "08BAKU101"], ["similar", "08BAKU101"]])
@pytest.mark.parametrize("columns", [60, 80])
def test_what_is_too_long_for_a_terminal_goes_on_between_words(desk, arguments, columns):
    environment = os.environ | {"REFTEL_ARCHIVE": str(desk / "archive")}
    command = arguments
    lines = commands.on_terminal(command, columns=columns, folder=desk, environment=environment).splitlines()
    assert max(map(len, lines)) <= columns
    words = set(" ".join(lines).split())
    assert not words & {"LO", "NG", "CAB", "LE", "CABL", "E", "preced", "ent"}


def test_kwic_takes_the_context_that_fits_unless_told(desk):
    environment = os.environ | {"REFTEL_ARCHIVE": str(desk / "archive")}
    command = ["kwic", "precedent"]
    for columns, more, left in ((80, [], 20), (200, [], 40), (80, ["--width", "30"], 30), (20, [], 10)):
        lines = commands.on_terminal([*command, *more], columns=columns, folder=desk, environment=environment).splitlines()
        places = {line.index("precedent") for line in lines}
        assert len(places) == 1
        assert next(iter(places)) - len("08BAKU101  2008-02-13  ¶1 (C)  ") == left
