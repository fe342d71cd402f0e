"""A disk that is full at any moment: a documented status, one line, and everything as it was."""

from __future__ import annotations

import ctypes
import errno
import io
import multiprocessing
import os
import resource
import shutil
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

import reftel
from reftel.cli import run
from reftel.indexer.verify import verify

CALLS = ("fsync", "replace", "rename", "mkdir", "pwrite", "ftruncate")

SAVE, UNSAVE = (["saved", "add", "new", "minsk"], 3), (["saved", "remove", "kept"], 3)
NOTE, FIRST_NOTE = (["note", "08BAKU101", "--tag", "new"], 3), (["note", "08BAKU101", "--tag", "new", "--notes", "first.sqlite"], 3)
INIT = (["init", "cables", "--config", "made/deep/reftel.toml"], 6)
BACKUP, REPAIR = (["backup", "copy"], 6), (["verify", "--repair"], 3)
EXPORT = (["export", "minsk", "--out", "out.zip", "--format", "zip"], 6)
COMMANDS = {
    "saved add": SAVE, "saved remove": UNSAVE, "note": NOTE, "first note": FIRST_NOTE, "init": INIT, "backup": BACKUP, "repair": REPAIR, "export": EXPORT,
}  # fmt: skip
"""Those that index are in test_faults: what they leave is another form of the old state or the new one."""


def damage(place: Path) -> None:
    segment = max((place / "archive/index").glob("*.seg"), key=lambda path: path.stat().st_size)
    data = bytearray(segment.read_bytes())
    data[60] ^= 1  # where nothing is kept: found by `verify`, in nobody's way
    segment.write_bytes(data)


def in_child(arguments: list[str], prepare: Callable[[], object]) -> tuple[int, str]:
    """Exit status and standard error of a command in a process of its own, or the number that `prepare` makes it end with."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns where the test runner has threads
        child = os.fork()
    if not child:
        status = 99
        try:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1)
            os.dup2(writing, 2)
            sys.stdout, sys.stderr = io.TextIOWrapper(io.FileIO(1, "w"), write_through=True), io.TextIOWrapper(io.FileIO(2, "w"), write_through=True)
            prepare()
            status = run(arguments)
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading, "rb") as file:
        text = file.read().decode("utf-8", "replace")
    _, result = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(result), text


def no_space_at(number: int, done: ctypes.c_int) -> None:
    """Have the call of this number fail, among those that make changes last, files made included; ``done`` counts them."""

    def fail() -> None:
        done.value += 1
        if done.value == number:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def wrapped(original: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object, **options: object) -> object:
            fail()
            return original(*arguments, **options)

        return call

    for name in CALLS:
        setattr(os, name, wrapped(getattr(os, name)))
    opened = os.open

    def open_file(path, flags, *arguments, **options):
        if flags & os.O_CREAT:
            fail()
        return opened(path, flags, *arguments, **options)

    os.open = open_file


def largest_file(limit: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))


def state(place: Path) -> dict[str, bytes | None]:
    """All that lies in the folder; the locks, which say who had them, and what stays of a damaged archive apart."""
    found = {str(path.relative_to(place)): path.read_bytes() if path.is_file() else None for path in place.rglob("*")}
    return {name: data for name, data in found.items() if Path(name).name not in {"lock", "MAIN_WRITELOCK"}}


def check(place: Path, arguments: list[str], expected: int, fault: Callable[[], object]) -> int:
    before = state(place)
    status, error = in_child(arguments, fault)
    assert status in {0, expected}, error
    assert "Traceback" not in error
    if status:
        assert state(place) == before, error
        assert len([line for line in error.splitlines() if line.startswith("reftel: ")]) == len(error.splitlines()) == 1
    return status


def restore(place: Path, kept: Path) -> None:
    for path in place.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.copytree(kept, place, dirs_exist_ok=True)


@pytest.mark.parametrize("name", COMMANDS)
def test_no_space_at_any_step(place, tmp_path, name):
    arguments, expected = COMMANDS[name]
    if name == "repair":
        damage(place)
    kept = Path(shutil.copytree(place, tmp_path / "kept"))
    statuses: list[int] = []
    done = multiprocessing.Value("i", 0, lock=False)
    while not statuses or len(statuses) <= done.value:  # the last fault came to pass
        done.value = 0
        statuses.append(check(place, arguments, expected, lambda: no_space_at(len(statuses) + 1, done)))
        restore(place, kept)
    assert statuses.count(expected) >= {"first note": 1, "note": 0}.get(name, 2)
    assert statuses[-1] == 0


@pytest.mark.parametrize("name", COMMANDS)
def test_no_file_can_grow_beyond_a_limit(place, tmp_path, name):
    arguments, expected = COMMANDS[name]
    if name == "repair":
        damage(place)
    kept = Path(shutil.copytree(place, tmp_path / "kept"))
    statuses = []
    for limit in (0, 10, 200, 3000, 4096, 5000, 9000, 13_000, 20_000, 30_000, 50_000, 100_000, 1_000_000):
        statuses.append(check(place, arguments, expected, lambda limit=limit: largest_file(limit)))
        restore(place, kept)
    assert statuses[0] == expected
    assert statuses[-1] == 0


def test_what_failed_works_once_there_is_room(place):
    damage(place)
    for name, (arguments, expected) in COMMANDS.items():
        status, error = in_child(arguments, lambda: largest_file(0))
        assert status == expected, (name, error)
    for name, (arguments, _) in COMMANDS.items():
        assert run(arguments) == 0, name
    assert verify(place / "archive").problems == []
    with reftel.open("archive") as archive:
        assert archive.notes.tags() == {"kept": 1, "new": 1}
