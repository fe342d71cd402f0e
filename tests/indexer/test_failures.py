"""Failures: bounded however many there are, told as new once, and the same through workers as without."""

from __future__ import annotations

import gzip
import json
import os
import pickle
import tracemalloc
from pathlib import Path

import pytest

import reftel
from reftel.indexer import changes, reading
from reftel.indexer.build import build_selection
from reftel.indexer.changes import Wish, look_at
from reftel.indexer.failures import SHOWN, Failures, Unreadable, unreadable
from reftel.indexer.reading import read_whole
from reftel.indexer.sources import Selection
from reftel.indexer.survey import survey
from reftel.indexer.workers import Workers
from reftel.schema.errors import SourceError

GOOD = json.dumps({"_id": "08BAKU1", "header": "FM AMEMBASSY BAKU", "body": "1. (C) A precedent."})
CSV = '"1","1/2/2008 10:00","08BAKU{}","Embassy Baku","SECRET","","FM AMEMBASSY BAKU","1. (S) A precedent."\n'


def bad_lines(count: int) -> str:
    return GOOD + "\n" + "{x\n" * count


@pytest.fixture
def folder(tmp_path) -> Path:
    path = tmp_path / "cables"
    path.mkdir()
    return path


def put(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    os.utime(path, (1.6e9, 1.6e9))
    return path


@pytest.mark.parametrize("error", [SourceError("bad", path="a b", locator=3), SourceError("bad", path="x"), unreadable("x", OSError(5, "I/O")), unreadable("y", ValueError())])
def test_an_error_travels_between_processes(error):
    other = pickle.loads(pickle.dumps(error))
    assert (type(other), str(other), other.path, other.locator, other.message) == (type(error), str(error), error.path, error.locator, error.message)


def test_a_worker_that_reads_a_bad_file_lives_on(folder):
    """What it found cannot be read comes back; were the pool broken by it, this process would read all that follows."""
    look = look_at(put(folder / "bad.txt", b"\x00\xff" * 99), None, Wish())
    with Workers(2) as pool:
        pool.start()
        for _ in range(3):
            task = pool.begin(read_whole, look)
            assert task.future is not None
            assert [str(error) for error in task.future.result().failures.first] == [f"{folder}/bad.txt: none of the known containers, and no text of a cable"]


@pytest.mark.parametrize(
    ("count", "lines", "workers", "whole", "pack"),
    [
        (1, 1, 1, reading.WHOLE, bytes), (SHOWN, SHOWN, 1, reading.WHOLE, gzip.compress), (SHOWN + 1, SHOWN + 1, 1, 10, bytes),
        (5000, SHOWN + 1, 1, reading.WHOLE, bytes), (5000, SHOWN + 1, 2, reading.WHOLE, bytes), (5000, SHOWN + 1, 2, 10, gzip.compress),
    ],
)  # fmt: skip
def test_failures_of_a_file_are_counted_and_the_first_told(folder, tmp_path, monkeypatch, count, lines, workers, whole, pack):
    monkeypatch.setattr(reading, "WHOLE", whole)
    monkeypatch.setattr(reading, "ALONE", 1)
    put(folder / "a.json", GOOD.replace("BAKU1", "BAKU2"))
    path = put(folder / "dump.json", pack(bad_lines(count).encode()))
    report = build_selection(Selection((str(folder),)), tmp_path / "archive", workers=workers)
    assert (report.total, report.failed, report.failure_counts) == (2, count, {str(path): count})
    assert len(report.failures) == lines
    assert report.failures[0] == f"{path}:2: not a JSON object; this line was passed over"
    if count > SHOWN:
        assert report.failures[-1] == f"{path}: and {count - SHOWN:,} more in this file"
    assert report.to_dict()["failure_counts"] == {str(path): count}


def test_the_memory_for_bad_lines_does_not_grow(folder, tmp_path):
    """Peaks are compared, not seconds or what the machine has free: ten times as many lines take no more."""
    peaks = []
    for count in (1_000, 10_000):
        put(folder / "dump.json", bad_lines(count))
        tracemalloc.start()
        reftel.build([folder], tmp_path / f"archive-{count}")
        found = survey([folder])
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert (found.failed, len(found.failures)) == (count, SHOWN + 1)
    assert peaks[1] < peaks[0] + (1 << 19)


def test_collected_failures_know_what_was_not_read_to_its_end():
    failures = Failures()
    failures.add(SourceError("bad line", path="z!a", locator=1))
    assert not failures.unread_part("z!a", "z")
    failures.add(SourceError("damaged", path="z!b"))
    assert (failures.unread_part("z!b", "z"), failures.unread_part("z!a", "z"), failures.lasting) == (True, False, True)
    failures.add(Unreadable("gone", path="z"))
    assert (failures.unread_part("z!a", "z"), failures.lasting, failures.count) == (True, False, 3)
    many = Failures()
    for number in range(100_000):
        many.add(SourceError("bad", path=f"z!{number}"))
    assert len(many.unread) < 10_000
    assert many.unread_part("z!99999", "z")


BAD = {
    "binary": b"\x00\xff" * 99,
    "empty": b"",
    "no cable": b"hello\n",
    "bad lines": bad_lines(30).encode(),
    "damaged": gzip.compress(bad_lines(1).encode())[:-9],
    "half a dump": gzip.compress((CSV.format(7) * 900).encode())[:-40],
}


@pytest.mark.parametrize("content", BAD.values(), ids=BAD.keys())
@pytest.mark.parametrize("before", [None, CSV.format(7)], ids=["new", "was good"])
def test_a_bad_file_is_new_once(folder, tmp_path, monkeypatch, content, before):
    put(folder / "good.csv", CSV.format(3))
    bad, archive = folder / "x.bad", tmp_path / "archive"

    def night(**wish: bool) -> reftel.BuildReport:
        return build_selection(Selection((str(folder),)), archive, wish=Wish(**wish))

    if before:
        put(bad, before)
        night()
    put(bad, content)
    report = night()
    assert report.new_failures == report.failures
    assert (report.exit_code, report.known_failures) == (4, [])
    total = report.total
    for wish in ({}, {"full": True}, {}):
        report = night(**wish)
        assert (report.exit_code, report.new_failures, report.total) == (0, [], total)
        assert report.known_failures == report.failures
        assert report.to_dict()["known_failures"] == report.failures
    assert night(full=True).known_failures
    put(bad, content + b"{y" if content else b"\x00")  # another content
    assert (night().exit_code, night().exit_code) == (4, 0)
    monkeypatch.setattr(changes, "NORMALISER_VERSION", changes.NORMALISER_VERSION + 1)
    assert (night().exit_code, night().exit_code) == (4, 0)
    bad.unlink()
    report = night()
    assert (report.exit_code, report.failures) == (0, [])
    put(bad, content)
    assert night().exit_code == 4


def test_a_source_that_is_missing_is_never_known(folder, tmp_path):
    put(folder / "good.csv", CSV.format(3))
    for _ in range(3):
        assert reftel.build([folder, tmp_path / "missing"], tmp_path / "archive").exit_code == 4


def test_an_archive_from_before_failures_were_remembered(folder, tmp_path):
    """It has no table for them: it opens, and the next run that changes something adds it."""
    import sqlite3

    from reftel.indexer.seal import seal

    put(folder / "good.csv", CSV.format(3))
    bad = put(folder / "x.csv", CSV.format(4))
    put(folder / "y.bad", BAD["binary"])
    archive = tmp_path / "archive"
    reftel.build([folder], archive)
    with sqlite3.connect(archive / "manifest.sqlite") as database:
        database.execute("drop table failed")
    database.close()
    seal(archive / "manifest.sqlite")
    put(bad, BAD["binary"])
    report = reftel.build([folder], archive)
    assert (report.total, report.exit_code, len(report.new_failures), len(report.known_failures)) == (2, 4, 1, 1)
    assert reftel.build([folder], archive).exit_code == 0
