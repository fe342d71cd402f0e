"""One bit turned in any file of an archive: no traceback, no hang, nothing that `verify` does not see; and nothing that is answered wrongly in silence."""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import flips
import pytest

import reftel
from reftel.cli import run
from reftel.indexer.verify import rebuild, verify


@pytest.fixture(scope="module")
def archive(tmp_path_factory) -> Path:
    return flips.small_archive(tmp_path_factory.mktemp("flips"))


@pytest.fixture
def copy(archive, tmp_path) -> Path:
    return Path(shutil.copytree(archive, tmp_path / "archive"))


def test_the_archive_has_every_file(archive):
    assert {path.suffix for path in flips.files_of(archive)} == {".toc", ".seg", ".sqlite", ".json"}
    assert verify(archive).problems == []
    assert verify(archive).notes == []


def test_turned_bits(copy):
    tallies = flips.turn_bits(copy, 120, seed=22)
    for name, tally in tallies.items():
        assert not tally.unseen, name
        assert not tally.kinds["traceback"] + tally.kinds["hang"], tally.examples
        assert not tally.kinds["silent"], (name, tally.examples)
    assert sum(tally.kinds["right"] + tally.kinds["named"] for tally in tallies.values()) == 120


@pytest.mark.parametrize("name", ["mine.sqlite", "saved.json", "manifest.sqlite"])
def test_every_bit_of_a_header_and_many_others_are_seen(copy, name):
    path, chance = copy / name, random.Random(name)
    size = path.stat().st_size
    places = {(place, bit) for place in range(min(size, 100)) for bit in range(8)}
    places |= {(chance.randrange(size), chance.randrange(8)) for _ in range(80)}
    unseen = []
    for place, bit in sorted(places):
        with flips.turned(path, place, bit):
            if not (seen_alone(copy, name) if name != "manifest.sqlite" else verify(copy).problems):
                unseen.append((place, bit))
    assert unseen == []


def seen_alone(archive: Path, name: str) -> bool:
    from reftel.indexer.ownfiles import own_problems

    return name in {file for file, _problem in own_problems(archive)}


def tags(archive: Path) -> dict[str, int]:
    with reftel.open(archive) as opened:
        return opened.notes.tags()


def test_notes_have_a_right_seal_after_every_change(copy):
    with reftel.open(copy) as opened:
        for number in range(30):
            opened.notes.add(f"08BAKU{number % 7}", tags=[f"t{number}"], text="words " * number * 20)
            if number % 3 == 0:
                opened.notes.remove(f"08BAKU{number % 7}", tags=[f"t{number}"])
            assert state(copy) == "right"
    assert verify(copy).problems == []


def state(archive: Path) -> str:
    from reftel.indexer.seal import live_seal_state

    return live_seal_state((archive / "mine.sqlite").read_bytes())


def test_notes_of_the_first_format_are_read_and_sealed_with_the_next_note(copy):
    with closing(sqlite3.connect(copy / "mine.sqlite")) as database:
        database.executescript("pragma application_id = 0; pragma user_version = 1;")
    assert (state(copy), verify(copy).problems, tags(copy)) == ("none", [], {"chapter-3": 1, "minsk": 2})
    assert run(["note", "08BAKU1", "--tag", "more", "--archive", str(copy)]) == 0
    assert (state(copy), verify(copy).problems) == ("right", [])


def test_what_another_program_notes_is_no_damage(copy):
    with closing(sqlite3.connect(copy / "mine.sqlite")) as database, database:
        database.execute("insert into tag values ('08BAKU2', 'theirs', '2026-01-01T00:00:00Z')")
    assert (state(copy), verify(copy).problems) == ("stale", [])
    assert tags(copy)["theirs"] == 1
    assert run(["note", "08BAKU1", "--tag", "more", "--archive", str(copy)]) == 0
    assert (state(copy), verify(copy).problems) == ("right", [])


def test_the_seal_is_right_whatever_sqlite_wrote_before(copy):
    path = copy / "mine.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.executescript("pragma application_id = 0; pragma user_version = 2;")
    data = bytearray(path.read_bytes())
    data[96:100] = (3_007_017).to_bytes(4, "big")  # an old version
    path.write_bytes(data)
    assert tags(copy)["minsk"] == 2
    with reftel.open(copy) as opened:
        opened.notes.add("08BAKU2", tags=["more"])
    assert (state(copy), verify(copy).problems) == ("right", [])


def test_damaged_notes_are_refused_by_who_reads_and_by_who_writes_them(copy, capsys):
    path = copy / "mine.sqlite"
    place = path.read_bytes().index(b"compare the others")
    with flips.turned(path, place, 0):
        for command in (["note", "list"], ["search", "mine:minsk"], ["note", "08BAKU1", "--tag", "x"]):
            assert run([*command, "--archive", str(copy)]) == 3
            assert "its checksum is wrong" in capsys.readouterr().err
        assert run(["search", "precedent", "--archive", str(copy)]) == 0


@pytest.mark.parametrize("damage", ["a bit", "the second half", "all", "a page"])
def test_a_repair_keeps_what_can_be_read_of_ones_own_files(archive, tmp_path, damage):
    folder = Path(shutil.copytree(archive.parent, tmp_path / "place"))
    copy = folder / "archive"
    for name in ("mine.sqlite", "saved.json"):
        path = copy / name
        data = bytearray(path.read_bytes())
        if damage == "a bit":
            data[data.index(b"precedent" if name == "saved.json" else b"compare")] ^= 1
        elif damage == "the second half":
            data = data[: len(data) // 2]
        elif damage == "all":
            data = bytearray(b"\x80garbage" * 500)
        else:
            data[len(data) // 2 : len(data) // 2 + 4096] = b"\xff" * len(data[len(data) // 2 : len(data) // 2 + 4096])
        path.write_bytes(data)
    assert {problem.place for problem in verify(copy).problems} == {"mine.sqlite", "saved.json"}
    before = {name: (copy / name).read_bytes() for name in ("mine.sqlite", "saved.json")}
    done = rebuild(copy, reftel.indexer.sources.Selection((str(folder / "sources"),)))
    left = {problem.place for problem in verify(copy).problems}
    assert left == {name for name in before if any(name in sentence and "stays as it was" in sentence for sentence in done.mended)}
    assert all((copy / name).read_bytes() == before[name] for name in left)
    assert ("saved.json" in left) == (damage != "a bit")
    assert ("mine.sqlite" in left) == (damage in ("the second half", "all"))
    assert [sentence.partition(":")[0] for sentence in done.mended] == ["mine.sqlite", "saved.json"]
    assert (done.kept / "mine.sqlite").exists()
    if damage == "a bit":
        assert tags(copy) == {"chapter-3": 1, "minsk": 2}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('{"searches": {"a": "x"}, "marks": {"a": 1e999}}', "float 'inf' in the place of a number"),
        ('{"searches": {"a": "x"}, "marks": {"a": 1.5}}', "in the place of a number"),
        ('{"searches": {"a": "x"}, "marks": {"a": 9223372036854775808}}', "in the place of a number"),
        ('{"searches": {"a": 5}, "marks": {}}', "in the place of a text"),
        ('{"searches": {"a b": "x"}, "marks": {}}', "no search can be called 'a b'"),
        ('{"searches": {"\\u001b[2J": "x"}, "marks": {}}', "no search can be called"),
        ('{"searches": [], "marks": {}}', "cannot be read"),
        ('{"searches": {}, "marks": {}, "checksun": "12345678"}', "unknown key 'checksun'"),
        ('{"searches": {}, "marks": {}, "checksum": "12345678"}', 'remove the line "checksum"'),
        ('{"searches": {}, "marks": {}, "checksum": null}', "in the place of a text"),
        ("[" * 100_000, "cannot be read"),
        ('{"searches": ' + '{"a":' * 50_000, "cannot be read"),
        ("[]", "cannot be read"),
        ("null", "cannot be read"),
        ("", "cannot be read"),
        ("\ufeff{}", "cannot be read"),
        ('{"searches": {}, "marks": {"a": ' + "9" * 5000 + "}}", "cannot be read"),
        (" " * (17 << 20), "has more than"),
    ],
    ids=lambda value: value[:40],
)
def test_saved_searches_of_a_stranger(copy, capsys, text, named):
    (copy / "saved.json").write_text(text, "utf-8")
    for command in (["saved", "list"], ["saved", "run"], ["saved", "add", "x", "y"], ["saved", "remove", "a"], ["verify"]):
        assert run([*command, "--archive", str(copy)]) == 3
        printed = capsys.readouterr()
        assert named in printed.out + printed.err
    assert (copy / "saved.json").read_text("utf-8") == text


def test_saved_searches_may_be_changed_by_hand(copy):
    (copy / "saved.json").write_text('{"searches": {"mine": "minsk"}, "marks": {"mine": 1}}\n', "utf-8")
    assert verify(copy).problems == []
    assert run(["saved", "add", "other", "group", "--archive", str(copy)]) == 0
    assert '"checksum": "' in (copy / "saved.json").read_text("utf-8")
    assert verify(copy).problems == []


ENDLESS = "with recursive n(i) as (select 1 union all select i + 1 from n) select"


@pytest.mark.parametrize(
    "script",
    [
        f"drop table tag; create view tag as {ENDLESS} 'k' as key, 't' as tag, '' as added from n where i < 0",
        f"drop table note; create view note as {ENDLESS} i as number, 'k' as key, 't' as text, '' as added from n",
        "create trigger forget after insert on tag begin delete from note; end",
        "create table more (a)",
        "drop index key_by_tag",
        "pragma user_version = 0",
        "pragma user_version = 99",
        "update tag set added = x'00ff'",
        "update note set text = 'a' || char(0)",
        "update note set key = cast(x'ff' as text)",
    ],
)
def test_notes_of_a_stranger(copy, capsys, script):
    with closing(sqlite3.connect(copy / "mine.sqlite", isolation_level=None)) as database:
        database.executescript(script)
    assert run(["verify", "--archive", str(copy)]) == 3
    assert run(["search", "mine:*", "--archive", str(copy)]) == 3
    assert run(["search", "precedent", "--archive", str(copy)]) == 0
    assert "Traceback" not in capsys.readouterr().err


def test_files_that_are_no_part_of_an_archive_are_named(copy, capsys):
    (copy / "README").write_text("mine")
    (copy / "manifest.sqlite.draft").write_bytes(b"")
    (copy / "index/MAIN_0123456789abcdef.seg").write_bytes(b"")
    (copy / "index/other").write_bytes(b"")
    assert run(["verify", "--archive", str(copy)]) == 0
    printed = capsys.readouterr().out
    for name, what in (("README", "no part"), ("manifest.sqlite.draft", "left by a run"), ("index/MAIN_0123456789abcdef.seg", "left by"), ("index/other", "no part")):
        assert f"note: {name}: {what}" in printed
