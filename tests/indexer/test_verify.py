"""One bit turned, anywhere in the files of an archive: it is found, its place is named, and a repair gives what a fresh build gives."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torture

import reftel
from reftel.base import durable
from reftel.cli import run
from reftel.engine.container import MappedContainer
from reftel.indexer import verify as verifying
from reftel.indexer import writer as writing
from reftel.indexer.manifest import FILE_NAME
from reftel.indexer.seal import is_sealed, seal
from reftel.indexer.verify import verify

SEGMENT, CONTENTS, MANIFEST = "index/MAIN_*.seg", "index/_MAIN_*.toc", FILE_NAME


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """A folder with sources and their archive: two commits, a deleted document, a cable with a second text."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "cables").mkdir()
    for number in range(9):
        text = torture.TEXT.format(serial=number + 1, words="minsk group precedent " * (number + 3))
        (folder / f"cables/{number}.txt").write_text(text, "utf-8")
    reftel.build([folder / "cables"], folder / "archive")
    (folder / "cables/second.txt").write_text(torture.TEXT.format(serial=2, words="a longer precedent " * 40), "utf-8")
    reftel.build([folder / "cables"], folder / "archive")
    (folder / "reftel.toml").write_text('sources = ["cables"]\nmemory = 16\n', "utf-8")
    assert verify(folder / "archive").problems == []
    return folder


@pytest.fixture
def copy(whole, tmp_path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "copy"))


def largest(folder: Path, pattern: str) -> Path:
    return max((folder / "archive").glob(pattern), key=lambda path: path.stat().st_size)


def turn(path: Path, place: int, bit: int = 0) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1 << bit
    path.write_bytes(data)


def arrays_of(path: Path) -> dict[str, tuple[int, int]]:
    """Place and length of every array of a segment file."""
    data = path.read_bytes()
    start = int.from_bytes(data[16:24], "little")
    return {name: (place, size) for name, (place, size, *_) in json.loads(data[start:])["arrays"].items()}


def in_array(name: str) -> Callable[[Path], int]:
    return lambda path: arrays_of(path)[name][0] + arrays_of(path)[name][1] // 2


def padding(path: Path) -> int:
    ends = {place + size for place, size in arrays_of(path).values()}
    return next(end for end in sorted(ends) if end % 64 and end < directory(path))


def directory(path: Path) -> int:
    return int.from_bytes(path.read_bytes()[16:24], "little")


def at(place: int) -> Callable[[Path], int]:
    return lambda path: place % path.stat().st_size


def share(part: float) -> Callable[[Path], int]:
    return lambda path: int(path.stat().st_size * part)


@pytest.mark.parametrize(
    ("pattern", "place", "named"),
    [
        (SEGMENT, at(0), "the file does not begin like a file of arrays"),
        (SEGMENT, at(8), "the header was altered"),  # the format's number: not another version, but damage
        (SEGMENT, at(36), "the header was altered"),
        (SEGMENT, at(50), "between the arrays"),
        (SEGMENT, padding, "between the arrays"),
        (SEGMENT, in_array("body/terms"), "body/terms"),
        (SEGMENT, in_array("body/positions"), "body/positions"),
        (SEGMENT, in_array("body/postings"), "body/postings"),
        (SEGMENT, in_array("date/number"), "date/number"),
        (SEGMENT, in_array("records/lines"), "records/lines"),
        (SEGMENT, directory, "the directory was altered"),
        (SEGMENT, at(-1), "the directory was altered"),
        (CONTENTS, at(0), "index"),
        (CONTENTS, share(0.5), "index"),
        (CONTENTS, at(-20), "index"),  # the footer: its magic, where the container begins, the checksum
        (CONTENTS, at(-12), "index"),
        (CONTENTS, at(-1), "index"),
        (MANIFEST, at(0), "manifest"),
        (MANIFEST, at(24), "manifest"),
        (MANIFEST, at(68), "its checksum is wrong"),  # the checksum itself
        (MANIFEST, at(90), "manifest"),
        (MANIFEST, share(0.3), "its checksum is wrong"),
        (MANIFEST, share(0.6), "its checksum is wrong"),
        (MANIFEST, at(-1), "its checksum is wrong"),
    ],
)
def test_a_turned_bit_is_3_and_repaired(copy, monkeypatch, capsys, pattern, place, named):
    path = largest(copy, pattern)
    turn(path, place(path))
    monkeypatch.chdir(copy)
    assert run(["verify", "--archive", "archive"]) == 3
    found = capsys.readouterr().out
    assert named in found
    assert pattern != SEGMENT or path.stem in found
    assert run(["verify", "--archive", "archive", "--repair"]) == 0
    assert run(["verify", "--archive", "archive"]) == 0
    assert torture.state_of(copy / "archive") == torture.fresh_state(copy / "cables", copy / "fresh")


def test_every_array_of_a_segment_is_named(copy):
    path = largest(copy, SEGMENT)
    data = path.read_bytes()
    for name, (place, size) in arrays_of(path).items():
        for offset in {0, size // 2, size - 1} if size else ():
            turn(path, place + offset, offset % 8)
            assert f"{path.stem}: {name}" in {problem.place for problem in verify(copy / "archive").problems}
            path.write_bytes(data)
    assert verify(copy / "archive").problems == []


@pytest.mark.parametrize("pattern", [SEGMENT, CONTENTS, MANIFEST])
def test_no_bit_at_all_can_be_turned_unseen(copy, pattern):
    path, chance = largest(copy, pattern), random.Random(5)
    data = path.read_bytes()
    for _ in range(60):
        place, bit = chance.randrange(len(data)), chance.randrange(8)
        turn(path, place, bit)
        assert verify(copy / "archive").problems, (place, bit)
        path.write_bytes(data)


def test_the_other_files_of_an_archive_hold_nothing_that_matters(whole):
    """The locks: who held them last. Every other file is in the tables above."""
    known = {path for pattern in (SEGMENT, CONTENTS, MANIFEST) for path in (whole / "archive").glob(pattern)}
    rest = {path.name for path in (whole / "archive").rglob("*") if path.is_file() and path not in known}
    assert rest <= {"lock", "MAIN_WRITELOCK"}


def test_a_container_of_the_index_says_where_its_arrays_are(whole):
    path = largest(whole, SEGMENT)
    container = MappedContainer(path)
    assert {name: container.size(name) for name in container.names} == {name: size for name, (_, size) in arrays_of(path).items()}


def test_a_seal_covers_everything_and_none_is_none(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(bytes(3 << 20))
    assert is_sealed(path)
    seal(path)
    assert is_sealed(path)
    assert path.read_bytes()[68:72] != bytes(4)
    for place in (0, 67, 70, 72, (1 << 20) - 1, 1 << 20, (3 << 20) - 1):
        turn(path, place)
        assert not is_sealed(path)
        turn(path, place)
    seal(path)
    assert is_sealed(path)


def test_a_file_that_another_one_replaces_while_it_is_read_is_whole(tmp_path, monkeypatch):
    file, other = tmp_path / "file", tmp_path / "other"
    for path, letter in ((file, b"a"), (other, b"b")):
        path.write_bytes(letter * 4000)
        path.write_bytes(path.read_bytes()[:68] + bytes(4) + path.read_bytes()[72:])
        seal(path)

    def replaced(path, flags):
        descriptor = os.open(path, flags)
        if other.exists():
            other.replace(file)
        return descriptor

    monkeypatch.setattr(durable, "open_own", replaced)
    assert is_sealed(file)
    assert file.read_bytes().startswith(b"b")
    file.write_bytes(file.read_bytes().replace(b"bb", b"bc", 1))
    assert not is_sealed(file)


@pytest.mark.parametrize("moment", ["_check_index", "_check_manifest", "find_manifest"])
def test_a_run_that_publishes_meanwhile_is_no_damage(copy, monkeypatch, moment):
    archive, before = copy / "archive", verify(copy / "archive")
    of_old, left = getattr(verifying, moment), iter((10, 11))

    def and_a_run(*arguments):
        for number in left:
            (copy / f"cables/{number}.txt").write_text(torture.TEXT.format(serial=number + 1, words="new"), "utf-8")
            reftel.build([copy / "cables"], archive)
            break
        return of_old(*arguments)

    monkeypatch.setattr(verifying, moment, and_a_run)
    found = verify(archive)
    assert found.problems == []
    assert found.notes == before.notes
    assert found.cables == before.cables + (moment == "find_manifest" and 2)
    monkeypatch.undo()
    assert verify(archive).cables == before.cables + (2 if moment == "find_manifest" else 1)


@pytest.mark.parametrize("change", ["version", "field"])
def test_an_archive_of_another_version_is_told_and_made_anew(whole, tmp_path, monkeypatch, capsys, change):
    if change == "version":
        monkeypatch.setattr(writing, "VERSION", 0)
    else:
        monkeypatch.setattr(writing, "FIELDS", tuple(field for field in writing.FIELDS if field.name != "summary"))
    writing.field_specs.cache_clear()
    reftel.build([whole / "cables"], tmp_path / "archive")
    monkeypatch.undo()
    writing.field_specs.cache_clear()
    archive = ["--archive", str(tmp_path / "archive")]

    assert [run(arguments) for arguments in (["search", "minsk", *archive], ["index", str(whole / "cables"), *archive])] == [3, 3]
    assert capsys.readouterr().err.count("`reftel verify --repair` rebuilds it from its sources") == 2
    assert run(["verify", *archive]) == 3
    assert "by another version" in capsys.readouterr().out
    assert run(["verify", "--repair", *archive]) == 0
    assert run(["verify", *archive]) == run(["search", "minsk", *archive]) == 0
