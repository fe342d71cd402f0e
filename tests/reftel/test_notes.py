"""Tags and notes of one's own: kept by key, searched with mine:, untouched by indexing."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import threading

import commands
import pytest

import reftel
from reftel.personal.notes import Notes, parse_tag
from reftel.schema.errors import ArchiveDamaged, BadValueError


def command(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name not in ("REFTEL_ARCHIVE", "REFTEL_NOTES")}
    return commands.run(*arguments, env=clean | environment)


@pytest.fixture
def own(archive_path, tmp_path) -> reftel.Archive:
    """The archive with a file of notes of its own."""
    archive = reftel.open(archive_path, notes=tmp_path / "mine.sqlite")
    archive.notes.add("08BAKU101", tags=["Precedent", "chapter-3"], text="compare Moscow")
    archive.notes.add("08MOSCOW202", tags=["precedent"])
    archive.notes.add("09PARIS303", text="only a text")
    return archive


def test_notes_are_kept_in_order(own):
    note = own.notes.of("08BAKU101")
    own.notes.add("08BAKU101", tags=["chapter-3"], text=" and Paris \n")
    assert own.notes.of("08BAKU101").texts == ("compare Moscow", "and Paris")
    assert (note.key, note.tags, note.texts) == ("08BAKU101", ("chapter-3", "precedent"), ("compare Moscow",))
    assert own.notes.tags() == {"chapter-3": 1, "precedent": 2}
    assert [each.key for each in own.notes] == ["08BAKU101", "08MOSCOW202", "09PARIS303"]


def test_removing(own):
    assert own.notes.remove("08BAKU101", tags=["precedent"]) == 1
    assert own.notes.of("08BAKU101").tags == ("chapter-3",)
    assert own.notes.remove("08BAKU101", text="compare Moscow") == 1
    assert own.notes.of("08BAKU101").texts == ()
    assert own.notes.remove("08BAKU101") == 1
    assert own.notes.of("08BAKU101") is None
    assert own.notes.remove("08BAKU101") == 0


def test_nothing_is_written_before_the_first_note(tmp_path):
    notes = Notes(tmp_path / "mine.sqlite")
    assert (list(notes), notes.tags(), notes.of("08BAKU1"), notes.remove("08BAKU1"), notes.tagged("*")) == ([], {}, None, 0, frozenset())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("mine:precedent", ["08BAKU101", "08MOSCOW202"]),
        ("mine:PRECEDENT", ["08BAKU101", "08MOSCOW202"]),
        ("mine:chapter-*", ["08BAKU101"]),
        ("mine:chapter-3,precedent", ["08BAKU101", "08MOSCOW202"]),
        ("mine:(chapter-3 precedent)", ["08BAKU101"]),
        ("mine:(precedent -chapter-3)", ["08MOSCOW202"]),
        ("mine:*", ["08BAKU101", "08MOSCOW202", "09PARIS303"]),
        ("-mine:precedent", ["09PARIS303"]),
        ("minsk mine:chapter-3", ["08BAKU101"]),
        ("calm OR mine:chapter-3", ["08BAKU101", "09PARIS303"]),
        ("mine:precedent class:secret", ["08MOSCOW202"]),
        ("mine:nowhere", []),
    ],
)
def test_mine_in_queries(own, query, keys):
    assert [hit.key for hit in own.search(query, sort="id").hits] == keys
    assert [hit.key for hit in own.scan(query)] == keys
    assert own.explain(query).root.cables == len(keys)


def test_an_unknown_tag_is_a_note(own):
    assert own.search("mine:nowhere OR -mine:nowhere").notes == ("no cable is tagged 'nowhere'; `reftel note list` lists your tags",)
    assert own.search("mine:precedent").notes == ()


@pytest.mark.parametrize("query", ["mine:>a", "para:(mine:a)", "mine:~"])
def test_mine_is_no_field_of_text(own, query):
    with pytest.raises(reftel.QueryError):
        own.search(query)


def test_facets_count_tagged_cables(own):
    assert own.search("mine:precedent", facets=["from"]).facets["from"] == (reftel.Bucket("BAKU", 1), reftel.Bucket("MOSCOW", 1))


@pytest.mark.parametrize(("text", "tag"), [(" Minsk-Group ", "minsk-group"), ("a/b.c_1", "a/b.c_1"), ("précédent", "précédent"), ("3", "3")])
def test_tags(text, tag):
    assert parse_tag(text) == tag


@pytest.mark.parametrize("text", ["", "two words", "a*", "a,b", "-a", "a:b", "_", "'"])
def test_what_a_query_could_not_ask_for_is_no_tag(tmp_path, text):
    with pytest.raises(BadValueError, match="is no tag"):
        Notes(tmp_path / "mine.sqlite").add("08BAKU1", tags=[text])
    assert not (tmp_path / "mine.sqlite").exists()


def test_notes_survive_reindexing_and_building_anew(sources, tmp_path):
    folder, archive = tmp_path / "sources", tmp_path / "archive"
    shutil.copytree(sources, folder)
    reftel.build([folder], archive)
    reftel.open(archive).notes.add("08BAKU101", tags=["kept"])
    (folder / "baku.txt").unlink()
    reftel.build([folder], archive)
    assert (reftel.open(archive).search("mine:kept").total, reftel.open(archive).notes.tags()) == (0, {"kept": 1})
    shutil.copy(sources / "baku.txt", folder)
    for part in archive.iterdir():
        if part.name != "mine.sqlite":
            shutil.rmtree(part) if part.is_dir() else part.unlink()
    reftel.build([folder], archive)
    assert [hit.key for hit in reftel.open(archive).search("mine:kept").hits] == ["08BAKU101"]


def test_threads_may_share_the_notes(tmp_path):
    notes = Notes(tmp_path / "mine.sqlite")
    threads = [threading.Thread(target=notes.add, args=(f"08BAKU{number}",), kwargs={"tags": ["t"]}) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert notes.tags() == {"t": 16}


def test_a_damaged_file_is_an_error_of_its_own(archive_path, tmp_path):
    (tmp_path / "mine.sqlite").write_bytes(b"garbage " * 1000)
    archive = reftel.open(archive_path, notes=tmp_path / "mine.sqlite")
    assert archive.search("minsk").total == 2
    with pytest.raises(ArchiveDamaged, match="the file of notes"):
        archive.search("mine:precedent")
    done = command("note", "list", "--archive", archive_path, "--notes", tmp_path / "mine.sqlite")
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1


# -- the command --------------------------------------------------------------------------------------------------------------------------


def test_the_command(archive_path, tmp_path):
    def note(*arguments: object) -> subprocess.CompletedProcess[str]:
        return command("note", *arguments, "--archive", archive_path, "--notes", tmp_path / "n.sqlite")

    added = note("08 Baku 101", "--tag", "a", "--tag", "b", "--text", "=1+1")
    assert (added.returncode, added.stdout) == (0, "08BAKU101  a b\n    =1+1\n")
    assert note("08MOSCOW202", "--tag", "a").returncode == 0
    assert note("list", "--tag", "A", "--format", "ids").stdout == "08BAKU101\n08MOSCOW202\n"
    assert note("list", "--tag", "a", "--tag", "b", "--format", "ids").stdout == "08BAKU101\n"
    row = next(csv.DictReader(io.StringIO(note("list", "--format", "csv").stdout)))
    assert (row["key"], row["tags"], row["texts"]) == ("08BAKU101", "a;b", "'=1+1")
    assert json.loads(note("08MOSCOW202", "--format", "jsonl").stdout)["tags"] == ["a"]
    removed = note("08BAKU101", "--remove")
    assert (removed.returncode, removed.stderr) == (0, "3 removed from 08BAKU101\n")
    assert note("08BAKU101").returncode == 1
    assert note("list", "--tag", "b").returncode == 1


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["08BAKU999", "--tag", "a"], 1), (["08BAKU101", "--tag", "a b"], 2), (["list", "--remove"], 2), (["list", "--text", "x"], 2), ([], 2),
        (["08BAKU101", "--text", " "], 2), (["08BAKU101", "--remove", "--text", ""], 2),
    ],
)  # fmt: skip
def test_faults(archive_path, tmp_path, arguments, status):
    done = command("note", *arguments, "--archive", archive_path, "--notes", tmp_path / "n.sqlite")
    assert (done.returncode, done.stdout) == (status, "")
    assert "Traceback" not in done.stderr


def test_the_file_comes_from_the_environment(archive_path, tmp_path):
    variable = {"REFTEL_NOTES": str(tmp_path / "mine.sqlite"), "REFTEL_ARCHIVE": str(archive_path)}
    assert command("note", "08BAKU101", "--tag", "env", **variable).returncode == 0
    assert command("search", "mine:env", "--format", "ids", **variable).stdout == "08BAKU101\n"
    assert command("facets", "mine:env", "--facet", "year", "--format", "csv", **variable).stdout == "facet,value,count\nyear,2008,1\n"
