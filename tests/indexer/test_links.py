"""A link in an archive from elsewhere, in the place of a file that is about to be written: what it leads to stays as it is."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import reftel
from reftel.base import durable
from reftel.cli import run
from reftel.indexer.sqlite_file import JOURNALS

INDEX, REINDEX = ("index", "cables"), ("reindex",)
ADD, REMOVE, NOTE, FORGET = ("saved", "add", "s", "minsk"), ("saved", "remove", "kept"), ("note", "08BAKU101", "--tag", "t"), ("note", "08BAKU101", "--remove")
BACKUP, REPAIR = ("backup", "copy"), ("verify", "--repair")

SQLITE = ("", *JOURNALS)
TABLE = [
    *((name, command) for name in ("lock", "index/MAIN_WRITELOCK") for command in (INDEX, REINDEX)),
    *(("lock", command) for command in (BACKUP, REPAIR)),
    *((f"manifest.sqlite{name}{suffix}", INDEX) for name in (".draft", ".remade", ".next") for suffix in (*SQLITE, ".spool")),
    *((f"manifest.sqlite{suffix}", REINDEX) for suffix in SQLITE),
    *((f"index/_MAIN_{number}.toc{new}", INDEX) for number in (1, 2, 3) for new in ("", ".new")),
    ("index/MAIN_0123456789abcdef.seg.new", INDEX),
    *((f"saved.json{suffix}", command) for suffix in ("", ".new", ".lock") for command in (ADD, REMOVE)),
    *((f"mine.sqlite{suffix}", command) for suffix in (*SQLITE, ".own") for command in (NOTE, FORGET)),
    *((f"{name}{suffix}", command) for name in ("saved.json", "mine.sqlite", "mine.sqlite-journal") for suffix in ("", ".new") for command in (BACKUP, REPAIR)),
    *((f"../{name}", command) for name, command in (("copy.partial", BACKUP), ("archive.rebuild", REPAIR))),
]  # fmt: skip


def symbolic(victim: Path, name: Path) -> None:
    name.symlink_to(victim)


def dangling(victim: Path, name: Path) -> None:
    victim.unlink()
    name.symlink_to(victim)


def hard(victim: Path, name: Path) -> None:
    os.link(victim, name)


def state(path: Path) -> tuple[bytes, int] | None:
    return (path.read_bytes(), path.stat().st_mode) if path.exists() else None


def try_it(place: Path, name: str, command: tuple[str, ...], plant: Callable[[Path, Path], None], capsys: pytest.CaptureFixture[str]) -> None:
    victim, planted = place.parent / "victim", place / "archive" / name
    like = planted.read_bytes() if planted.exists() else b"precious " * 2000
    victim.write_bytes(like)
    victim.chmod(0o640)
    planted.unlink(missing_ok=True)
    plant(victim, planted)
    before = state(victim)
    if command is REPAIR:
        segment = max((place / "archive/index").glob("*.seg"), key=lambda path: path.stat().st_size)
        segment.write_bytes(segment.read_bytes()[:-1] + b"\0")
    capsys.readouterr()
    status = run(list(command))
    error = capsys.readouterr().err
    assert state(victim) == before
    assert status in {0, 1, 3}, error
    assert status != 3 or "reftel: " in error, error
    assert "Traceback" not in error


@pytest.mark.parametrize("plant", [symbolic, dangling, hard])
@pytest.mark.parametrize(("name", "command"), TABLE, ids=lambda value: value if isinstance(value, str) else " ".join(value[:2]))
def test_nothing_is_written_through_a_link(place, capsys, name, command, plant):
    try_it(place, name, command, plant, capsys)


@pytest.mark.parametrize("name", ["lock", "saved.json", "mine.sqlite", "mine.sqlite-journal", "index/MAIN_WRITELOCK"])
def test_a_copy_of_hard_links_goes_on_by_itself(place, name):
    """As backup programs make them: the snapshot and the archive have their files in common until one is written to."""
    if not (place / "archive" / name).exists():
        (place / "archive" / name).touch()
    shutil.copytree("archive", "snapshot", copy_function=os.link)
    before = {path.name: path.read_bytes() for path in (place / "snapshot").rglob("*") if path.is_file()}
    for command in (INDEX, ADD, NOTE, FORGET, NOTE):
        assert run(list(command)) == 0
    with reftel.open("archive") as archive:
        assert archive.notes.tags() == {"t": 1}
        assert [archive.search(word).total for word in ("supper", "lunch", "minsk")] == [1, 0, 2]
    assert {path.name: path.read_bytes() for path in (place / "snapshot").rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("command", [INDEX, REINDEX, REPAIR, BACKUP])
def test_an_index_elsewhere_is_refused(place, capsys, command):
    (place / "archive/index").rename(place / "elsewhere")
    (place / "archive/index").symlink_to(place / "elsewhere")
    before = {path.name: path.read_bytes() for path in (place / "elsewhere").iterdir()}
    assert run(list(command)) in ({0, 3} if command is REPAIR else {3})
    assert {path.name: path.read_bytes() for path in (place / "elsewhere").iterdir()} == before
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["pipe", "folder"])
@pytest.mark.parametrize(
    ("name", "command"),
    [("lock", INDEX), ("index/MAIN_WRITELOCK", INDEX), ("manifest.sqlite.draft", INDEX), ("index/_MAIN_2.toc.new", INDEX), ("saved.json.new", ADD),
     ("mine.sqlite", NOTE), ("mine.sqlite-journal", NOTE), ("mine.sqlite-wal", NOTE)],
)  # fmt: skip
def test_what_is_no_file_hangs_nothing(place, capsys, name, command, make):
    (place / "archive" / name).unlink(missing_ok=True)
    make(place / "archive" / name)
    assert run(list(command)) in {0, 3}
    error = capsys.readouterr().err
    assert len(error.splitlines()) <= 2, error


def test_a_new_file_takes_the_place_of_a_link(tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("precious", "utf-8")
    (tmp_path / "name").symlink_to(victim)
    with durable.new_file(tmp_path / "name") as file:
        file.write(b"mine")
    assert victim.read_text("utf-8") == "precious"
    assert not (tmp_path / "name").is_symlink()
    with pytest.raises(FileExistsError):
        durable.fresh_file(tmp_path / "name")


def test_an_archive_behind_a_link_is_the_persons_own_choice(place):
    (place / "archive").rename(place / "elsewhere")
    (place / "archive").symlink_to("elsewhere")
    for command in (INDEX, ADD, NOTE, BACKUP):
        assert run(list(command)) == 0
    assert (place / "archive").is_symlink()
