"""What is missing from the sources goes a little at a time; much at once is held back until a second run finds it missing too."""

from __future__ import annotations

import gzip
import os
import shutil
import sqlite3
import zipfile
from pathlib import Path

import pytest
import torture

import reftel
from reftel.indexer import build as building
from reftel.indexer import text
from reftel.indexer.changes import Wish
from reftel.indexer.config import Config
from reftel.indexer.limit import Limit
from reftel.indexer.reindex import forecast, reindex
from reftel.indexer.report import BuildReport
from reftel.indexer.seal import seal
from reftel.indexer.verify import verify

ROW = '"{0}","1/2/2008 10:{0:02}","08BAKU{0}","Embassy Baku","SECRET","","FM AMEMBASSY BAKU","1. (S) A precedent, number {0}."\n'


class Night:
    """Invented cables under ``cables/``, three in a folder, and the archive that `run` keeps of them, after a look ahead."""

    def __init__(self, folder: Path) -> None:
        self.cables, self.archive, self.limit = folder / "cables", folder / "archive", Limit()
        self.exclude: list[str] = []
        self.sources = [str(self.cables)]

    def fill(self, folder: str, first: int, count: int, words: str = "minsk") -> None:
        for serial in range(first, first + count):
            self.put(f"{folder}/{serial}.txt", torture.TEXT.format(serial=serial, words=words))

    def put(self, name: str, content: str | bytes) -> Path:
        path = self.cables / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        os.utime(path, (1.6e9, 1.6e9))
        return path

    def run(self, *, accept: bool = False, foreseen: bool = True, **wish: bool) -> BuildReport:
        config = Config(self.cables.parent / "reftel.toml", self.archive, tuple(self.sources), tuple(self.exclude), workers=1, max_removed=self.limit)
        ahead = forecast(config, Wish(**wish), accept_removals=accept)
        report = reindex(config, wish=Wish(**wish), accept_removals=accept)
        if foreseen:
            assert (ahead.held, ahead.missing) == (report.held, report.missing)
            assert ahead.changes.get("held", 0) == report.outcomes.get("held", 0)
            assert ahead.changes.get("gone", 0) == report.outcomes.get("gone", 0) == report.removed_files
        assert report.exit_code == (4 if report.held or report.new_failures else 0)
        assert verify(self.archive).problems == []
        return report

    def shown(self) -> set[int]:
        with reftel.open(self.archive) as opened:
            return {int(hit.key.removeprefix("08BAKU")) for hit in opened.scan("*")}


@pytest.fixture
def night(tmp_path) -> Night:
    made = Night(tmp_path)
    made.fill("2008", 1, 20)
    made.fill("2009", 21, 8)
    made.run()
    return made


def lose(night: Night, folder: str = "2009") -> None:
    shutil.rmtree(night.cables / folder)


def test_a_lost_folder_is_held_back_once(night):
    lose(night)
    report = night.run()
    assert (report.held, report.removed, report.allowed, report.outcomes) == (8, 0, 5, {"unchanged": 20, "held": 8})
    assert [str(entry) for entry in report.missing] == [f"{night.cables}/2009: the folder is gone: 8 files, 8 cables"]
    assert len(night.shown()) == 28
    report = night.run()
    assert (report.held, report.removed, report.removed_files, report.exit_code) == (0, 8, 8, 0)
    assert [(entry.why, entry.cables, entry.held) for entry in report.missing] == [("gone", 8, False)]
    assert night.shown() == set(range(1, 21))
    assert night.run().missing == []


def test_it_may_be_accepted_at_once(night):
    lose(night)
    assert night.run(accept=True).removed == 8
    assert night.shown() == set(range(1, 21))


def test_it_may_be_accepted_after_it_was_held(night):
    lose(night)
    night.run()
    assert night.run(accept=True).removed == 8


def test_what_comes_back_is_as_if_it_had_never_been_away(night):
    shutil.copytree(night.cables / "2009", night.cables.parent / "aside")
    lose(night)
    night.run()
    shutil.copytree(night.cables.parent / "aside", night.cables / "2009")
    for path in (night.cables / "2009").iterdir():
        os.utime(path, (1.6e9, 1.6e9))
    report = night.run()
    assert (report.read_files, report.missing, report.exit_code) == (0, [], 0)
    lose(night)
    assert night.run().held == 8  # a new loss, judged again
    assert len(night.shown()) == 28


def test_of_what_was_held_only_what_is_still_missing_goes(night):
    lose(night)
    night.run()
    night.fill("2009", 21, 3)
    report = night.run()
    assert (report.held, report.removed) == (0, 5)
    assert night.shown() == set(range(1, 24))


def test_what_is_missing_besides_is_judged_by_itself(night):
    lose(night)
    night.run()
    for serial in range(1, 8):
        (night.cables / f"2008/{serial}.txt").unlink()
    report = night.run()
    assert (report.held, report.removed) == (7, 8)
    assert night.shown() == set(range(1, 21))
    assert [(entry.why, entry.held) for entry in report.missing] == [("gone", False), ("files gone", True)]
    report = night.run()
    assert (report.held, report.removed) == (0, 7)


def test_a_few_go_at_once_and_are_told(night):
    for serial in range(21, 26):
        (night.cables / f"2009/{serial}.txt").unlink()
    report = night.run()
    assert (report.removed, report.held, report.exit_code) == (5, 0, 0)
    assert [str(entry) for entry in report.missing] == [f"{night.cables}/2009: files are gone from this folder: 5 files, 5 cables"]


@pytest.mark.parametrize("words", ["minsk", "minsk and more"])
def test_a_folder_that_got_another_name_takes_nothing_away(night, words):
    """The same content elsewhere is foreseen; the same cables in another form are not, but are found while reading."""
    lose(night)
    night.fill("deep/moved", 21, 8, words)
    report = night.run(foreseen=words == "minsk")
    assert (report.held, report.removed, report.missing, report.exit_code) == (0, 0, [], 0)
    assert len(night.shown()) == 28


def test_texts_that_another_file_holds_are_not_counted(night):
    night.put("all.csv", "".join(map(ROW.format, range(15, 25))))
    night.run()
    lose(night, "2008")
    lose(night)
    night.fill("new", 101, 1)
    report = night.run()
    assert (report.held, report.removed) == (18, 0)
    assert sum(entry.cables for entry in report.missing) == 18
    report = night.run()
    assert night.shown() == {*range(15, 25), 101}


def test_excluding_much_counts_too(night):
    night.exclude = ["2009"]
    report = night.run()
    assert [(entry.why, entry.cables, entry.held) for entry in report.missing] == [("excluded", 8, True)]
    assert night.run().removed == 8
    assert night.shown() == set(range(1, 21))


def test_an_exclude_that_was_a_mistake(night):
    night.exclude = ["2009"]
    night.run()
    night.exclude = []
    assert night.run().missing == []
    assert len(night.shown()) == 28


def test_a_source_that_vanishes_whole_in_between_changes_nothing(night):
    lose(night)
    night.run()
    night.cables.rename(night.cables.parent / "unmounted")
    for _ in range(2):
        report = night.run()
        assert (len(report.failures), report.removed, report.held) == (1, 0, 0)
    (night.cables.parent / "unmounted").rename(night.cables)
    assert night.run().removed == 8


def test_a_run_over_other_sources_settles_nothing(night, tmp_path):
    lose(night)
    night.run()
    night.put("../other/x.txt", torture.TEXT.format(serial=900, words="x"))
    reftel.build([tmp_path / "other"], night.archive)
    assert len(night.shown()) == 29
    assert night.run().removed == 8


# -- files that shrink --------------------------------------------------------------------------------------------------------------------


def dump(*serials: int) -> str:
    return "".join(map(ROW.format, serials))


@pytest.fixture
def dumped(tmp_path) -> Night:
    made = Night(tmp_path)
    made.put("small.csv", dump(90, 91))
    made.put("dump.csv", dump(*range(1, 31)))
    made.run()
    return made


def test_a_dump_that_lost_half_of_its_rows_is_held_back(dumped):
    dumped.put("dump.csv", dump(*range(1, 16), 40))
    report = dumped.run(foreseen=False)
    assert (report.held, report.added, report.removed) == (15, 1, 0)
    assert [(entry.why, entry.files, entry.cables) for entry in report.missing] == [("shrunk", 0, 15)]
    assert dumped.shown() == {*range(1, 31), 40, 90, 91}
    report = dumped.run()
    assert (report.read_files, report.held, report.removed) == (0, 0, 15)
    assert dumped.shown() == {*range(1, 16), 40, 90, 91}
    assert dumped.run().missing == []


def test_a_dump_that_lost_a_few_rows(dumped):
    dumped.put("dump.csv", dump(*range(1, 29)))
    report = dumped.run(foreseen=False)
    assert (report.held, report.removed, report.exit_code) == (0, 2, 0)
    assert [str(entry) for entry in report.missing] == [f"{dumped.cables}/dump.csv: this file gives fewer cables than before: 2 cables"]


def test_a_dump_that_is_whole_again(dumped):
    dumped.put("dump.csv", dump(*range(1, 11)))
    dumped.run(foreseen=False)
    dumped.put("dump.csv", dump(*range(1, 31)))
    report = dumped.run(foreseen=False)
    assert (report.held, report.removed, report.missing) == (0, 0, [])
    assert dumped.run().missing == []


def test_of_a_dump_that_changes_again_what_is_still_missing_goes(dumped):
    dumped.put("dump.csv", dump(*range(1, 11)))
    assert dumped.run(foreseen=False).held == 20
    dumped.put("dump.csv", dump(*range(1, 16), *range(26, 31)))
    report = dumped.run(foreseen=False)
    assert (report.held, report.removed) == (0, 10)


def test_rows_that_moved_to_another_dump(dumped):
    dumped.put("dump.csv", dump(*range(1, 11)))
    dumped.put("a-second.csv", dump(*range(11, 20)))
    dumped.put("second.csv", dump(*range(20, 31)))
    report = dumped.run(foreseen=False)
    assert (report.held, report.removed, report.missing) == (0, 0, [])
    assert len(dumped.shown()) == 32


def test_a_dump_that_shrank_and_is_then_gone(dumped):
    dumped.put("dump.csv", dump(*range(1, 11)))
    dumped.run(foreseen=False)
    (dumped.cables / "dump.csv").unlink()
    report = dumped.run()
    assert (report.held, report.removed) == (30, 0)
    assert dumped.run().removed == 30
    assert dumped.shown() == {90, 91}


def test_not_looked_at_is_not_still_missing(dumped):
    dumped.put("dump.csv", dump(*range(1, 11)))
    dumped.run(foreseen=False)
    assert dumped.run(since=1.7e9).removed == 0
    assert dumped.run().removed == 20


@pytest.mark.parametrize("kind", ["gzip", "zip", "member", "empty", "binary"])
def test_what_was_not_read_to_its_end_keeps_what_it_held(dumped, kind):
    """However often: a file cut short says nothing of what stood behind the cut."""
    half, whole = dump(*range(1, 11)), dump(*range(11, 31))
    path = dumped.cables / "dump.csv"
    if kind in ("zip", "member"):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("a.csv", half)
            packed.writestr("b.csv", whole * 40)
        os.utime(path, (1.6e9, 1.6e9))
        dumped.run()
        data = path.read_bytes()
        place = data.index(b"b.csv") + 60
        damaged = data[:-60] if kind == "zip" else data[:place] + bytes(30) + data[place + 30 :]
    else:
        content = {"gzip": gzip.compress((half + whole).encode()), "empty": b"", "binary": b"\x00\xff" * 99}[kind]
        damaged = content[:-30] if kind == "gzip" else content
    dumped.put("dump.csv", damaged)
    for number in range(3):
        report = dumped.run(foreseen=False, full=number == 2)
        assert (report.held, report.removed) == (0, 0)
        assert bool(report.failures) is bool(report.read_files)
    assert report.failures
    assert dumped.shown() == {*range(1, 31), 90, 91}


# -- runs that die, old archives, limits ----------------------------------------------------------------------------------------------------


def test_a_run_of_several_steps_holds_back_too(dumped, monkeypatch):
    monkeypatch.setattr(building, "STEP", 3)
    dumped.put("dump.csv", dump(*range(1, 11)))
    for number in range(6):
        dumped.put(f"more/{number}.csv", dump(50 + number))
    report = dumped.run(foreseen=False)
    assert report.steps > 2
    assert (report.held, report.removed) == (20, 0)
    assert dumped.run().removed == 20


def test_a_run_that_died_has_held_nothing_back(dumped, monkeypatch):
    """What it found missing is judged by the next run as if nobody had seen it."""
    monkeypatch.setattr(building, "STEP", 3)
    original = text.normalize_in_steps

    def dying(message):
        if "number 55" in message.body:
            raise KeyboardInterrupt
        return original(message)

    dumped.put("dump.csv", dump(*range(1, 11)))
    dumped.put("more/5.csv", dump(55))
    with monkeypatch.context() as patch:
        patch.setattr(text, "normalize_in_steps", dying)
        with pytest.raises(KeyboardInterrupt):
            dumped.run()
    assert verify(dumped.archive).problems == []
    assert len(dumped.shown()) == 32
    report = dumped.run(foreseen=False)
    assert (report.held, report.removed) == (20, 0)
    assert dumped.run().removed == 20


def test_an_archive_from_before_anything_was_held(night):
    path = night.archive / "manifest.sqlite"
    with sqlite3.connect(path) as database:
        for table in ("held", "failed"):
            database.execute(f"drop table {table}")
    database.close()
    seal(path)
    assert verify(night.archive).problems == []
    assert night.run().read_files == 0
    lose(night)
    assert night.run().held == 8
    assert night.run().removed == 8


@pytest.mark.parametrize(
    ("limit", "cables", "allowed"),
    [
        (Limit(), 4, 4), (Limit(), 5, 5), (Limit(), 20, 5), (Limit(), 770, 77), (Limit(), 9_990, 999), (Limit(), 250_000, 1000),
        (Limit(None, 3), 20, 3), (Limit(None, 0), 20, 0), (Limit(0.5, None), 20, 10), (Limit(0.0, None), 20, 0), (Limit(1.0, None), 20, 20),
        (Limit(None, None), 20, 20), (Limit(0.29, None), 100, 29), (Limit(0.5, 3), 20, 3), (Limit(0.1, None), 250_000, 25_000),
    ],
)  # fmt: skip
def test_limits(limit, cables, allowed):
    assert limit.allowed(cables) == allowed


@pytest.mark.parametrize(("limit", "held"), [(Limit(None, 8), 0), (Limit(None, 7), 8), (Limit(0.3, None), 0), (Limit(0.2, None), 8), (Limit(1.0, 8), 0)])
def test_the_limit_of_the_configuration_counts(night, limit, held):
    night.limit = limit
    lose(night)
    assert night.run().held == held
