"""A dump is published in parts: a run that dies leaves what it has published of it, and the next one goes on behind that, if the dump is as it was."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import tarfile
from pathlib import Path

import pytest
import torture

import reftel
from reftel.indexer import build, reading, text
from reftel.indexer.limit import NO_LIMIT, Limit
from reftel.indexer.manifest import Draft, Manifest
from reftel.indexer.sources import Selection
from reftel.indexer.verify import verify

STEP = 3
ROW = '"{0}","1/2/2008 10:{1:02}","08BAKU{1}","Embassy Baku","SECRET","","FM AMEMBASSY BAKU","1. (S) A precedent, {2} {1}."\n'


def dump(*serials: int, words: str = "number") -> str:
    return "".join(ROW.format(line, serial, words) for line, serial in enumerate(serials, 1))


class Dump:
    """A file, the archive of it, and runs that are stopped as by Ctrl-C where they meet some words in it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.archive, self.name = folder, folder / "archive", "dump.csv"
        self.read: list[str] = []  # the bodies that were read, by all runs
        self.stop = ""

    @property
    def path(self) -> Path:
        return self.folder / "sources" / self.name

    def write(self, content: str | bytes) -> None:
        self.path.parent.mkdir(exist_ok=True)
        self.path.write_bytes(content.encode() if isinstance(content, str) else content)
        os.utime(self.path, (1e9, 1e9))

    def run(self, *, full: bool = False, limit: Limit | None = None) -> reftel.BuildReport:
        return build.build_selection(Selection((str(self.path.parent),)), self.archive, wish=build.Wish(full=full), limit=limit)

    def die(self, at: str) -> None:
        """A run that dies."""
        self.stop = at
        with pytest.raises(KeyboardInterrupt):
            self.run()
        self.stop = ""
        self.read.clear()

    def held(self) -> set[str]:
        with reftel.open(self.archive) as archive:
            return {key.removeprefix("08BAKU") for key in archive.keys("*")}

    def is_as_made_afresh(self) -> bool:
        assert verify(self.archive).problems == []
        assert verify(self.archive).notes == []
        assert torture.leftovers(self.archive) == []
        return torture.state_of(self.archive) == torture.fresh_state(self.path.parent, self.folder / "fresh")


@pytest.fixture
def dumped(tmp_path, monkeypatch) -> Dump:
    made = Dump(tmp_path)
    original = text.normalize_in_steps

    def read(message):
        if made.stop and made.stop in message.body:
            raise KeyboardInterrupt
        made.read.append(message.body)
        return original(message)

    monkeypatch.setattr(text, "normalize_in_steps", read)
    monkeypatch.setattr(build, "STEP", STEP)
    monkeypatch.setattr(reading, "WHOLE", 0)
    monkeypatch.setattr(reading, "_STRETCH", 1)
    return made


def tar(*pages: tuple[str, str]) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, content in pages:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content.encode()))
    return file.getvalue()


def test_a_small_file_is_never_parted(dumped, monkeypatch):
    monkeypatch.setattr(reading, "WHOLE", 1 << 20)
    dumped.write(dump(*range(1, 12)))
    assert dumped.run().steps == 1


def test_the_report_is_of_the_whole_run(dumped):
    dumped.write(dump(*range(1, 12)))
    report = dumped.run()
    assert (report.steps, report.added, report.total, report.read_files, report.outcomes) == (4, 11, 11, 1, {"read": 1})
    assert dumped.is_as_made_afresh()
    assert dumped.run().read_files == 0


@pytest.mark.parametrize(("word", "kept"), [("number 1.", 0), ("number 4.", 0), ("number 5.", 3), ("number 7.", 3), ("number 8.", 6), ("number 11.", 9)])
@pytest.mark.parametrize("name", ["dump.csv", "dump.csv.gz"])
def test_a_run_that_dies_is_gone_on_with(dumped, word, kept, name):
    dumped.name = name
    content = dump(*range(1, 12)).encode()
    dumped.write(gzip.compress(content, mtime=0) if name.endswith("gz") else content)
    dumped.die(word)
    if kept:
        assert dumped.held() == {str(serial) for serial in range(1, kept + 1)}
        assert verify(dumped.archive).problems == []
        assert verify(dumped.archive).notes == [f"{dumped.path}: read in part, {kept} texts so far; the next run goes on behind them"]
    report = dumped.run()
    assert (len(dumped.read), report.added, report.total, report.failures, report.notes) == (11 - kept, 11 - kept, 11, [], [])
    assert dumped.is_as_made_afresh()
    assert dumped.run().read_files == 0


def test_it_may_die_again(dumped):
    dumped.write(dump(*range(1, 12)))
    for word in ("number 5.", "number 8.", "number 11."):
        dumped.die(word)
    assert dumped.run().total == 11
    assert len(dumped.read) == 2
    assert dumped.is_as_made_afresh()


def test_members_of_a_large_archive(dumped):
    dumped.name = "pages.tar"
    dumped.write(tar(*((f"{number}.txt", torture.TEXT.format(serial=number, words=f"precedent {number}")) for number in range(1, 9))))
    dumped.die("precedent 5\n")
    assert dumped.held() == {"1", "2", "3"}
    dumped.run()
    assert len(dumped.read) == 5
    assert dumped.is_as_made_afresh()


@pytest.mark.parametrize(
    ("after", "kept"),
    [
        (dump(*range(1, 16)), set()),
        (dump(*range(1, 12), words="other"), set()),
        (dump(*range(20, 31)), {1, 2, 3, 4, 5, 6}),  # held back by the first run that finds them gone
        (dump(2, 3, 4), {1, 5, 6}),
    ],
    ids=["grown", "other texts", "other cables", "shrunk"],
)
def test_a_dump_that_has_changed_is_read_from_its_beginning(dumped, after, kept):
    dumped.write(dump(*range(1, 12)))
    dumped.die("number 8.")
    dumped.write(after)
    rows = after.count("\n")
    report = dumped.run(limit=Limit(None, 0))
    assert (len(dumped.read), report.held, report.failures) == (rows, len(kept), [])
    assert dumped.run().removed == len(kept)
    assert dumped.is_as_made_afresh()


def test_a_dump_that_holds_nothing_now_keeps_what_it_held(dumped):
    dumped.write(dump(*range(1, 12)))
    dumped.die("number 8.")
    dumped.write(b"\0\0\0")
    assert dumped.run().exit_code == 4
    assert dumped.held() == {"1", "2", "3", "4", "5", "6"}
    dumped.write(dump(*range(1, 12)))
    dumped.run()
    assert len(dumped.read) == 5
    assert dumped.is_as_made_afresh()


def test_what_a_newer_edition_lacks_goes_after_its_last_part(dumped):
    """Cables 7 and 8 have left it, 9 stands twice in it; before the last part they are as the edition before had them."""
    dumped.write(dump(*range(1, 10)))
    dumped.run()
    dumped.write(dump(9, 1, 2, 3, 4, 5, 6, 9, 10, words="newer"))
    dumped.die("newer 4.")
    assert dumped.held() == {str(serial) for serial in range(1, 10)}
    with reftel.open(dumped.archive) as archive:
        assert sorted(archive.keys("newer")) == ["08BAKU1", "08BAKU2", "08BAKU9"]
    dumped.die("newer 9.")
    report = dumped.run()
    assert (len(dumped.read), report.added, report.removed, report.total) == (3, 1, 2, 8)
    assert dumped.is_as_made_afresh()


def test_a_cable_that_stands_in_two_parts(dumped):
    dumped.write(dump(1, 2, 3, 4, 5, 6, 1, 2))
    dumped.die("number 5.")
    dumped.run()
    assert dumped.is_as_made_afresh()
    with contextlib.closing(Manifest(dumped.archive / "manifest.sqlite")) as manifest:
        assert manifest.count_texts("08BAKU1") == manifest.count_texts("08BAKU2") == 2


def test_failures_are_told_once_over_all_parts(dumped):
    rows = dump(*range(1, 12)).splitlines(keepends=True)
    rows[1] = '"2","1/2/2008 10:02","08BAKU2","broken\n'
    rows[8] = '"9","1/2/2008 10:09","08BAKU9","broken\n'
    dumped.write("".join(rows))
    dumped.die("number 6.")
    report = dumped.run()
    assert [":".join(line.split(":")[1:2]) for line in report.failures] == ["2", "9"]
    assert (report.total, report.outcomes) == (9, {"partly": 1})
    assert dumped.is_as_made_afresh()
    assert dumped.run().failures == []


def test_a_dump_that_is_gone_or_left_out_takes_its_parts_with_it(dumped):
    dumped.write(dump(*range(1, 12)))
    dumped.die("number 8.")
    (dumped.path.parent / "other.txt").write_text(torture.TEXT.format(serial=40, words="precedent"), "utf-8")
    dumped.path.unlink()
    assert dumped.run(limit=NO_LIMIT).removed == 6
    assert dumped.is_as_made_afresh()
    dumped.read.clear()
    dumped.write(dump(*range(1, 12)))
    dumped.run()
    assert len(dumped.read) == 11
    assert dumped.is_as_made_afresh()


def test_a_dump_that_changes_while_it_is_read_is_not_parted_further(dumped, monkeypatch):
    dumped.write(dump(*range(1, 12)))
    original = text.normalize_in_steps

    def growing(message):
        if "number 5." in message.body:
            with dumped.path.open("a", encoding="utf-8") as file:
                file.write(ROW.format(12, 12, "number"))
        return original(message)

    with monkeypatch.context() as patch:
        patch.setattr(text, "normalize_in_steps", growing)
        report = dumped.run()
    assert (report.steps, report.total) == (3, 12)  # the last one merges
    assert [line.rpartition(": ")[2] for line in report.failures] == ["changed while it was read; the next run reads it again"]
    os.utime(dumped.path, (1e9, 1e9))
    dumped.read.clear()
    dumped.run()
    assert len(dumped.read) == 12
    assert dumped.is_as_made_afresh()


@pytest.mark.parametrize("full", [True, False], ids=["full", "older rules"])
def test_everything_is_read_where_that_is_asked_for(dumped, monkeypatch, full):
    dumped.write(dump(*range(1, 12)))
    dumped.die("number 8.")
    if not full:
        monkeypatch.setattr("reftel.indexer.changes.NORMALISER_VERSION", 10_000)
    dumped.run(full=full)
    assert len(dumped.read) == 11
    assert dumped.is_as_made_afresh()


def test_verify_tells_of_a_part_that_does_not_fit(dumped):
    dumped.write(dump(*range(1, 12)))
    dumped.die("number 8.")
    path = dumped.archive / "manifest.sqlite"
    draft = Draft(dumped.folder / "draft.sqlite", path)
    (part,) = draft.parts()
    draft.drop_part(part.path)
    draft.put_part(type(part)(part.path, part.sha256, part.normaliser, 7, part.replaces), ())
    draft.finish(draft.about)
    draft.path.replace(path)
    (problem,) = verify(dumped.archive).problems
    assert str(problem) == f"manifest: {dumped.path}: 7 of its texts are said to be published in part, which its own row does not say"
