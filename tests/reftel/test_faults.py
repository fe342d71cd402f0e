"""Whatever is wrong around a command, a person gets one line that names it and an exit status that says what kind it is; never a traceback."""

from __future__ import annotations

import errno
import io
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

import reftel
from reftel import cli
from reftel.cli import streams

SOURCES = "{sources}"
ID = "08BAKU101"

PRINTING = (
    ["search", "minsk"], ["search", "minsk", "--facet", "year"], ["search", "minsk", "--format", "json"], ["search", "minsk", "--all", "--format", "csv"],
    ["show", ID], ["show", ID, "--raw"], ["kwic", "minsk"], ["refs", ID], ["refs", ID, "--graph", "dot"], ["similar", ID], ["export", "minsk"],
    ["export", "minsk", "--format", "zip"], ["facets", "minsk"], ["timeline", "minsk"], ["terms", "minsk"], ["duplicates"], ["explain", "minsk"],
    ["stats"], ["fields"], ["normalize", SOURCES], ["normalize", SOURCES, "--format", "table"], ["check", SOURCES], ["verify"], ["completion", "zsh"],
    ["--help"], ["search", "--help"], ["--version"],
)  # fmt: skip
"""Commands that print, and for the most part with letters that are not ASCII."""


_FORKING = """
import json, os, sys
import click, numpy, rich.console, rich.table, rich.tree
import reftel.cli, reftel.archive, reftel.search.searcher, reftel.indexer.normalize

commands, folder, fresh = json.loads(sys.argv[1])
for number, arguments in enumerate(commands):
    if (child := os.fork()) == 0:
        for stream in fresh:
            os.dup2(os.open(f"{folder}/{number}.{stream}", os.O_WRONLY | os.O_CREAT), stream)
        reftel.cli.main(arguments)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    with open(f"{folder}/{number}.status", "w") as file:
        file.write(str(status))
"""
"""Runs commands one after the other, each in a process of its own with the streams as this one got them, but for those in ``fresh``: files."""


class Done(NamedTuple):
    """What became of a command."""

    status: int
    out: bytes
    err: bytes


@pytest.fixture
def run_all(archive_path, sources, tmp_path):
    """Runs many commands with the same streams and environment, without starting Python for each."""

    def run(commands, *, redirect: str = "", fresh: tuple[int, ...] = (1, 2), env: dict[str, str] | None = None, stdout: int | None = None) -> dict[str, Done]:
        folder = tmp_path / "streams"
        folder.mkdir()
        wanted = json.dumps([[[str(argument).replace(SOURCES, str(sources)) for argument in arguments] for arguments in commands], str(folder), fresh])
        subprocess.run(
            ["sh", "-c", f'exec "$@" {redirect}', "sh", sys.executable, "-c", _FORKING, wanted], check=True, timeout=300, cwd=tmp_path, stdout=stdout,
            env=os.environ | {"REFTEL_ARCHIVE": str(archive_path), "OPENBLAS_NUM_THREADS": "1"} | (env or {}),
        )  # fmt: skip

        def read(number: int, what: object) -> bytes:
            path = folder / f"{number}.{what}"
            return path.read_bytes() if path.exists() else b""

        return {
            " ".join(str(argument) for argument in arguments): Done(int(read(number, "status")), read(number, 1), read(number, 2))
            for number, arguments in enumerate(commands)
        }

    return run


# -- where nothing can be printed ---------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has this file")
def test_a_full_disk_behind_standard_output_is_6(run_all):
    done = run_all(PRINTING, redirect=">/dev/full", fresh=(2,))
    line = b"reftel: standard output cannot be written: No space left on device\n"
    assert done == dict.fromkeys(done, Done(6, b"", line))


def test_a_closed_standard_output_is_6(run_all):
    done = run_all(PRINTING, redirect=">&-", fresh=(2,))
    line = b"reftel: standard output is closed: send it to a file, a pipe or /dev/null\n"
    assert done == dict.fromkeys(done, Done(6, b"", line))


_INDEXING = ["index", SOURCES, "--archive", "new"]


@pytest.mark.parametrize(
    ("redirect", "arguments", "status"),
    [
        ("2>&-", ["search", "minsk"], 0),
        ("2>&-", ["search", "singer:x"], 2),
        ("2>/dev/full", ["search", "singer:x"], 2),
        ("2>/dev/full", ["show", "08BAKU1"], 1),
        ("2>/dev/full", _INDEXING, 0),
        ("2>&-", _INDEXING, 0),
        ("<&-", ["lists", "union", "-", "-"], 1),
        ("<&-", ["search", "minsk", "--ids-from", "-"], 1),
        ("<&- >&- 2>&-", ["search", "minsk"], 6),
        ("<&- >&- 2>&-", _INDEXING, 6),
    ],
)
def test_closed_and_full_streams_change_nothing_else(run_all, tmp_path, redirect, arguments, status):
    (done,) = run_all([arguments], redirect=redirect, fresh=() if ">&-" in redirect or "2>" in redirect else (1, 2)).values()
    assert (done.status, done.err) == (status, b"")
    if arguments is _INDEXING:  # no file of it got the number of a closed stream
        assert cli.run(["verify", "--archive", str(tmp_path / "new")]) == 0


def test_a_reader_that_has_enough_is_no_fault(run_all, tmp_path):
    commands = [arguments for arguments in PRINTING if "verify" not in arguments]
    reader, writer = os.pipe()
    os.close(reader)
    done = run_all(commands, fresh=(2,), stdout=writer)
    os.close(writer)
    assert done == dict.fromkeys(done, Done(0, b"", b""))


# -- encodings ----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-16"])
def test_what_an_encoding_lacks_is_written_another_way(run_all, encoding):
    done = run_all([arguments for arguments in PRINTING if "export" not in arguments], env={"PYTHONIOENCODING": encoding})
    assert {name: each.err for name, each in done.items() if each.status or each.err} == {"duplicates": b""}
    for name, each in done.items():
        assert each.out.decode(encoding).strip(), name


def test_bars_and_signs_have_ascii_forms(run_all):
    facets, timeline, show = (["facets", "*", "--facet", "year"], ["timeline", "*", "--by", "year"], ["show", ID, "--para", 1])
    done = [each.out for each in run_all([facets, timeline, show], env={"PYTHONIOENCODING": "ascii"}).values()]
    assert b"#####" in done[0]
    assert b"#####" in done[1]
    assert done[2].startswith(b"para 1. (C) ")


def test_a_poor_locale_is_no_fault(run_all):
    done = run_all(PRINTING[:2], env={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"})
    assert [(each.status, each.err) for each in done.values()] == [(0, b"")] * 2


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_json_loses_no_letter(run_all, tmp_path, make_telegram, encoding):
    (tmp_path / "letters.txt").write_text(make_telegram(body="1. (C) “Łódź” \U0001f600 and █ é … end."), "utf-8")
    ((_name, done),) = run_all([["normalize", tmp_path / "letters.txt"]], env={"PYTHONIOENCODING": encoding}).items()
    assert json.loads(done.out.decode(encoding))["paragraphs"][0]["text"] == "“Łódź” \U0001f600 and █ é … end."


# -- files --------------------------------------------------------------------------------------------------------------------------------

LONG = "x" * 300


@pytest.mark.parametrize(
    ("arguments", "status", "named"),
    [
        *((arguments, 3, "File name too long") for arguments in (
            ["search", "x", "--archive", LONG], ["stats", "-A", LONG], ["index", SOURCES, "-A", LONG], ["verify", "-A", LONG], ["saved", "list", "-A", LONG],
            ["note", "list", "--notes", LONG],
        )),
        *((arguments, 2, "has no NUL character") for arguments in (["search", "x", "-A", "a\0b"], ["index", SOURCES, "-A", "\0"], ["backup", "b", "-A", "a\0"])),
        *((arguments, 2, "an empty name") for arguments in (["search", "x", "-A", ""], ["index", SOURCES, "--archive="], ["backup", "b", "-A", ""])),
        *(([*arguments, "-A", "a\nb"], 3, "reftel: a␊b: there is no archive here") for arguments in (["search", "x"], ["stats"], ["verify"], ["backup", "c"])),
        (["backup", "."], 3, ".: is there already"),
        (["backup", "/"], 3, "/: is there already"),
        (["backup", "/proc/none/copy"], 6, "/proc/none/copy: cannot be written: No such file or directory"),
        (["backup", f"/dev/full/{LONG}"], 6, "cannot be written: Not a directory"),
        (["note", "list", "--notes", "/dev/full"], 3, "/dev/full: the file of notes cannot be read ('full' is a device where a file was expected"),
        (["reindex", "--config", "none.toml"], 2, "reftel: none.toml: cannot be read: No such file or directory"),
        (["export", "minsk", "-o", LONG], 6, "File name too long"),
        (["export", "minsk", "-o", "none/hits.csv"], 6, "none/hits.csv cannot be written: No such file or directory"),
        (["export", "minsk", "-o", "/dev/full"], 6, "/dev/full cannot be written: No space left on device"),
        (["search", "minsk", "--ids-from", LONG], 2, "File name too long"),
        (["search", "minsk", "--ids-from", "/proc/self/mem"], 2, "/proc/self/mem"),
        (["search", "minsk", "--ids-from", "."], 2, "Is a directory"),
        (["lists", "union", "/proc/self/mem", "/dev/null"], 2, "/proc/self/mem"),
        *((arguments, 2, f"{arguments[-1]} is a device without an end") for arguments in (
            ["search", "minsk", "--ids-from", "/dev/zero"], ["show", "--ids-from", "/dev/urandom"], ["lists", "union", "/dev/null", "/dev/zero"], ["batch", "/dev/zero"],
        )),
        (["search", "minsk \udcff"], 2, "not a text"),
        (["note", ID, "--text", "\udcff"], 2, "not a text"),
    ],
    ids=repr,
)  # fmt: skip
def test_files_and_texts_that_are_none(archive_path, sources, tmp_path, monkeypatch, capsys, arguments, status, named):
    monkeypatch.setenv("REFTEL_ARCHIVE", str(archive_path))
    monkeypatch.chdir(tmp_path)
    assert cli.run([str(argument).replace(SOURCES, str(sources)) for argument in arguments]) == status
    out, err = capsys.readouterr()
    assert named in err.splitlines()[-1]
    assert (out, "Traceback" in err) == ("", False)


def _raising(error: Exception):
    def fail(*_arguments, **_options):
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (PermissionError(errno.EACCES, "Permission denied", "some/file"), 3, "some/file: Permission denied"),
        (PermissionError(errno.EACCES, "Permission denied", b"some/\xff"), 3, "some/\\xff: Permission denied"),
        (OSError(errno.EIO, "Input/output error"), 3, "Input/output error"),
        (OSError(errno.ENOSPC, "No space left on device", "some/file"), 6, "some/file: No space left on device"),
        (OSError(errno.EROFS, "Read-only file system", "a", None, "b"), 6, "a: b: Read-only file system"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"), 70, "a fault in reftel itself: UnicodeDecodeError: "),
        (sqlite3.OperationalError("disk I/O error"), 3, "cannot be used: disk I/O error"),
        (sqlite3.DatabaseError("file is not a database"), 3, "cannot be used: file is not a database"),
        (MemoryError(), 70, "there is not enough memory"),
        (RecursionError("maximum recursion depth exceeded"), 70, "a fault in reftel itself: RecursionError"),
        (KeyError("x\n\x1b[31m"), 70, "a fault in reftel itself: KeyError"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_the_net_below_all_commands(archive_path, monkeypatch, capsys, error, status, message):
    monkeypatch.setattr(reftel.Archive, "search", _raising(error))
    monkeypatch.delenv("REFTEL_DEBUG", raising=False)
    assert cli.run(["search", "minsk", "--archive", str(archive_path)]) == status
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("reftel: ")
    assert message in line
    assert "\x1b" not in line
    monkeypatch.setenv("REFTEL_DEBUG", "1")
    assert cli.run(["search", "minsk", "--archive", str(archive_path)]) == status
    assert "Traceback" in capsys.readouterr().err


def test_an_archive_that_may_not_be_read_is_3_for_programs_too(archive_path, monkeypatch):
    monkeypatch.setattr("reftel.snapshot.open_snapshot", _raising(PermissionError(errno.EACCES, "Permission denied", f"{archive_path}/index")))
    with pytest.raises(reftel.ArchiveError, match=r"the archive cannot be opened: Permission denied \(.*index\); it belongs to somebody else"):
        reftel.open(archive_path)


@pytest.mark.parametrize("arguments", [["index", "x"], ["init", "x"], ["reindex"]])
def test_a_current_folder_that_was_removed_is_named(tmp_path, monkeypatch, capsys, arguments):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert cli.run([*arguments, "--archive", "archive"]) == 3
    assert capsys.readouterr().err == "reftel: the current folder is gone: somebody has removed it; change to another one\n"


@pytest.mark.parametrize("name", ["a\0b", "\0", LONG, "none"])
def test_what_is_no_name_of_an_archive_is_an_error_of_its_own_for_programs_too(name):
    with pytest.raises(reftel.ArchiveError):
        reftel.open(name)


def test_a_terminal_left_non_blocking_is_waited_for():
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    size = 1 << 20
    child = subprocess.Popen([sys.executable, "-c", "import sys; print(len(sys.stdin.buffer.read()))"], stdin=reader, stdout=subprocess.PIPE)
    os.close(reader)
    buffer = io.BufferedWriter(streams._Output(writer, "wb"))
    buffer.write(b"x" * size)
    buffer.close()
    assert int(child.communicate(timeout=60)[0]) == size


# -- numbers that no list has -----------------------------------------------------------------------------------------------------------------

NUMBERED = {
    "search": lambda archive, number: archive.search("minsk", limit=number).hits, "terms": lambda archive, number: archive.terms("minsk", limit=number).terms,
    "similar": lambda archive, number: archive.similar(ID, limit=number), "missing": lambda archive, number: archive.missing(limit=number).cables,
    "citations": lambda archive, number: archive.citations(ID, limit=number).cables, "depth": lambda archive, number: archive.citations(ID, depth=number).cables,
    "graph": lambda archive, number: archive.citation_graph("minsk", limit=number).cables,
}  # fmt: skip


@pytest.mark.parametrize("name", NUMBERED)
def test_a_number_may_be_too_large_and_not_negative(archive, name):
    with pytest.raises(reftel.QueryError, match="must not be negative"):
        NUMBERED[name](archive, -1)
    assert list(NUMBERED[name](archive, 10**30)) == list(NUMBERED[name](archive, 10_000))


def test_a_command_shows_all_lines_where_more_are_asked_for_than_there_can_be(archive_path, capsys):
    lines = []
    for limit in (["--all"], ["--limit", str(10**30)]):
        assert cli.run(["kwic", "minsk", *limit, "--archive", str(archive_path)]) == 0
        lines.append(capsys.readouterr().out)
    assert lines[0] == lines[1]
    assert reftel.open(archive_path).new_hits("minsk", after_run=10**30)
