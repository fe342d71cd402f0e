"""What a nightly run reads, forgets and keeps, and that ``forecast`` says the same before."""

from __future__ import annotations

import dataclasses
import datetime
import os
from pathlib import Path

import pytest

import reftel
from reftel.indexer.changes import Wish
from reftel.indexer.config import Config
from reftel.indexer.reindex import forecast, reindex
from reftel.indexer.sources import Selection
from reftel.indexer.walking import fits


class Night:
    """Invented cables under ``cables/``, and the archive that `run` keeps of them."""

    def __init__(self, folder: Path, make_telegram) -> None:
        self.folder, self._make = folder, make_telegram
        self.sources, self.exclude = [str(folder / "cables")], []
        for serial, name in enumerate(("a.txt", "b.txt", "deep/c.txt", "deep/d.txt"), 1):
            self.write(name, serial)

    def write(self, name: str, serial: int, words: str = "alpha", age: float = 1000) -> Path:
        path = self.folder / "cables" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self._make(serial=serial, body=f"1. (C) {words}"), "utf-8")
        written = datetime.datetime.now(datetime.UTC).timestamp() - age
        os.utime(path, (written, written))
        return path

    @property
    def config(self) -> Config:
        return Config(self.folder / "reftel.toml", self.folder / "archive", tuple(self.sources), tuple(self.exclude))

    def run(self, **wish):
        expected = forecast(self.config, Wish(**wish)).changes
        report = reindex(self.config, wish=Wish(**wish))
        assert report.read_files == sum(count for kind, count in expected.items() if kind not in ("unchanged", "touched", "passed", "gone"))
        assert report.removed_files == expected.get("gone", 0)
        return report

    def shown(self) -> list[int]:
        with reftel.open(self.folder / "archive") as archive:
            return sorted(int(hit.key.removeprefix("08BAKU")) for hit in archive.scan("*"))


@pytest.fixture
def night(tmp_path, make_telegram) -> Night:
    return Night(tmp_path, make_telegram)


def test_a_forecast_by_kind(night):
    assert forecast(night.config).changes == {"new": 4}
    night.run()
    night.write("a.txt", 1, "beta")
    night.write("b.txt", 2, age=500)
    night.write("deep/e.txt", 5)
    (night.folder / "cables/deep/c.txt").unlink()
    before = sorted((path, path.stat().st_mtime_ns) for path in (night.folder / "archive").rglob("*"))
    result = forecast(night.config)
    assert result.changes == {"changed": 1, "touched": 1, "new": 1, "unchanged": 1, "gone": 1}
    assert [Path(name).name for name in (*result.read, *result.forget)] == ["a.txt", "e.txt", "c.txt"]
    assert sorted((path, path.stat().st_mtime_ns) for path in (night.folder / "archive").rglob("*")) == before
    report = night.run()
    assert report.outcomes == {"read": 2, "touched": 1, "unchanged": 1, "gone": 1}
    assert (report.added, report.replaced, report.removed) == (1, 1, 1)
    assert night.run().outcomes == {"unchanged": 4}


def test_full_reads_everything_and_changes_nothing(night):
    night.run()
    assert forecast(night.config, Wish(full=True)).changes == {"asked": 4}
    report = night.run(full=True)
    assert (report.read_files, report.added, report.removed, report.new) == (4, 0, 0, [])
    assert night.shown() == [1, 2, 3, 4]


def test_since_passes_over_what_is_older(night):
    night.write("new.txt", 9, age=10)
    report = night.run(since=datetime.datetime.now(datetime.UTC).timestamp() - 100)
    assert report.outcomes == {"passed": 4, "read": 1}
    assert night.shown() == [9]
    night.run()
    (night.folder / "cables/a.txt").unlink()
    assert night.run(since=datetime.datetime.now(datetime.UTC).timestamp()).removed == 1


def test_what_is_excluded_later_is_forgotten(night):
    night.run()
    night.exclude = ["deep"]
    assert night.run().removed == 2
    assert night.shown() == [1, 2]
    night.exclude = []
    night.run()
    assert night.shown() == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("exclude", "left"),
    [(["*.txt"], []), (["a.*", "deep/c.txt"], [2, 4]), (["c.txt"], [1, 2, 4]), (["*/cables/b.txt"], [1, 3, 4]), (["dee"], [1, 2, 3, 4])],
)
def test_excludes(night, exclude, left):
    night.exclude = exclude
    reindex(night.config)
    assert night.shown() == left


@pytest.mark.parametrize(
    ("pattern", "found"),
    [("*.txt", [1, 2]), ("**/*.txt", [1, 2, 3, 4]), ("deep/*", [3, 4]), ("*/d.txt", [4]), ("d*", [3, 4]), ("[ab].txt", [1, 2])],
)
def test_patterns_and_what_goes_from_them(night, pattern, found):
    night.sources = [str(night.folder / "cables" / pattern)]
    night.run()
    assert night.shown() == found
    first = {1: "a.txt", 3: "deep/c.txt", 4: "deep/d.txt"}[found[0]]
    (night.folder / "cables" / first).unlink()
    report = night.run()
    if len(found) == 1:
        assert report.removed == 0  # nothing is left of this source: its disk may be missing
    else:
        assert night.shown() == found[1:]


def test_a_source_that_vanished_keeps_its_cables_and_the_others_go_on(night):
    other = night.folder / "other"
    other.mkdir()
    (night.folder / "cables/deep/c.txt").rename(other / "c.txt")
    night.sources.append(str(other))
    night.run()
    (other / "c.txt").unlink()
    (other / "lost+found").mkdir()
    (night.folder / "cables/a.txt").unlink()
    report = night.run()
    assert night.shown() == [2, 3, 4]
    assert "what was indexed from it earlier is kept" in report.failures[0]


def test_a_cable_that_another_source_holds_stays(night):
    night.write("copy.txt", 1)
    night.run()
    (night.folder / "cables/copy.txt").unlink()
    assert night.run().removed == 0
    assert night.shown() == [1, 2, 3, 4]


def test_what_failed_is_tried_again(night):
    path = night.folder / "cables/broken.txt"
    path.write_bytes(b"\x00\xff" * 300)
    os.utime(path, (1e9, 1e9))
    assert len(night.run().failures) == 1
    assert forecast(night.config).changes["failed-before"] == 1
    assert len(night.run().failures) == 1
    night.write("broken.txt", 7)
    assert night.run().failures == []
    assert 7 in night.shown()


def test_new_cables_are_told_once(night):
    assert len(night.run().new) == 4
    path = night.folder / "cables/a.txt"
    text = path.read_text("utf-8")
    path.unlink()
    assert night.run().removed == 1
    path.write_text(text, "utf-8")
    report = night.run()
    assert (report.added, report.new) == (1, [])


def test_its_own_configuration_and_reports_are_no_source(night):
    (night.folder / "reftel.toml").write_text('sources = ["."]', "utf-8")
    (night.folder / "reports").mkdir()
    (night.folder / "reports/reftel-1.json").write_text("{}", "utf-8")
    night.sources = [str(night.folder)]
    config = dataclasses.replace(night.config, report=night.folder / "reports")
    for _ in range(2):
        assert reindex(config).failures == []
    assert night.shown() == [1, 2, 3, 4]


def test_what_belongs_to_a_pattern():
    table = [
        ("/a/*/c.txt", "/a/b/c.txt", True), ("/a/*/c.txt", "/a/b/d/c.txt", False), ("/a/**/c.txt", "/a/c.txt", True),
        ("/a/**/c.txt", "/a/b/b/c.txt", True), ("/a/*", "/a/b/c.txt", True), ("/a/b*", "/a/c/b.txt", False), ("/a/**", "/b/c", False),
    ]  # fmt: skip
    for pattern, path, expected in table:
        assert fits(Path(path).parts, Path(pattern).parts) is expected, (pattern, path)


def test_a_pattern_of_many_stars_is_matched_in_no_time():
    assert Selection(("/" + "**/" * 200 + "x",)).forgets(Path("/" + "a/" * 400 + "y")) is False


def test_the_memory_of_the_configuration_is_the_writers(night, monkeypatch):
    from reftel.indexer import writer

    given = []
    original = writer.open_writer

    def spying(*arguments, **options):
        given.append(options["memory_mb"])
        return original(*arguments, **options)

    monkeypatch.setattr(writer, "open_writer", spying)
    reindex(dataclasses.replace(night.config, memory=16))
    assert given == [16]
    assert night.shown() == [1, 2, 3, 4]
