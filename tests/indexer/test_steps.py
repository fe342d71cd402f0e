"""A long run publishes in whole steps: what it finished before it died is kept, and the next run goes on behind it."""

from __future__ import annotations

import os

import pytest
import torture

import reftel
from reftel.indexer import build, text
from reftel.indexer.workers import Workers
from reftel.indexer.writer import CableWriter

FILES = 10
STEP = 3


@pytest.fixture
def sources(tmp_path, monkeypatch):
    monkeypatch.setattr(build, "STEP", STEP)
    monkeypatch.setattr(Workers, "together", 1)  # of files that are read side by side none is taken when reading one is stopped
    folder = tmp_path / "cables"
    folder.mkdir()
    for number in range(FILES):
        path = folder / f"{number}.txt"
        path.write_text(torture.TEXT.format(serial=number + 1, words=f"minsk word{number}"), "utf-8")
        os.utime(path, (1e9 - 1, 1e9 - 1))
    return folder


@pytest.fixture
def stop_at(monkeypatch):
    """Gives a function after which reading the text with a word is as if somebody pressed Ctrl-C."""
    original = text.normalize_in_steps

    def stop(word: str | None) -> None:
        def read(message):
            if word is not None and word in message.body:
                raise KeyboardInterrupt
            return original(message)

        monkeypatch.setattr(text, "normalize_in_steps", read)

    return stop


def test_the_report_counts_all_steps(sources, tmp_path):
    archive = tmp_path / "archive"
    report = reftel.build([sources], archive)
    assert (report.steps, report.run) == (4, 4)
    assert (report.added, report.total, report.read_files, len(report.new)) == (FILES,) * 4
    assert report.outcomes == {"read": FILES}
    (sources / "9.txt").unlink()
    (sources / "8.txt").unlink()
    for number in range(4):
        path = sources / f"{number}.txt"
        path.write_text(torture.TEXT.format(serial=number + 1, words="changed"), "utf-8")
        os.utime(path, (1e9, 1e9))  # settled: the time of a file that changed just now is not trusted
    report = reftel.build([sources], archive)
    assert (report.steps, report.added, report.replaced, report.removed, report.total) == (2, 0, 4, 2, 8)
    assert torture.state_of(archive) == torture.fresh_state(sources, tmp_path / "fresh")
    assert reftel.build([sources], archive).steps == 0


@pytest.mark.parametrize(("step", "steps"), [(3, 4), (5, 3), (10, 1), (2, 6), (100, 1)])
def test_a_run_of_several_steps_leaves_one_segment(sources, tmp_path, monkeypatch, step, steps):
    """Also where its last cable ended a step: the segments are merged in one more."""
    monkeypatch.setattr(build, "STEP", step)
    archive = tmp_path / "archive"
    report = reftel.build([sources], archive)
    assert (report.steps, report.added, report.total) == (steps, FILES, FILES)
    assert len(list(archive.glob("index/*.seg"))) == 1
    assert torture.state_of(archive) == torture.fresh_state(sources, tmp_path / "fresh")
    assert reftel.build([sources], archive).steps == 0


def test_steps_grow_with_the_archive(sources, tmp_path, monkeypatch):
    """Each copies the manifest: after 3, 6 (a half of 3 is less), 9 and, as a half of 9 is more, 13 cables."""
    monkeypatch.setattr(build, "_PART", 2)
    for number in range(FILES, 14):
        (sources / f"9{number}.txt").write_text(torture.TEXT.format(serial=number + 1, words="minsk"), "utf-8")
    totals = []
    original = CableWriter.commit
    monkeypatch.setattr(CableWriter, "commit", lambda writer, **asked: totals.append(writer.count()) or original(writer, **asked))
    assert reftel.build([sources], tmp_path / "archive").steps == 5
    assert totals == [3, 6, 9, 13, 14]


@pytest.mark.parametrize(("word", "kept"), [("word0", 0), ("word2", 0), ("word3", 3), ("word7", 6), ("word9", 9)])
def test_a_run_that_dies_is_gone_on_with(sources, tmp_path, stop_at, word, kept):
    archive = tmp_path / "archive"
    stop_at(word)
    with pytest.raises(KeyboardInterrupt):
        reftel.build([sources], archive)
    if kept:
        with reftel.open(archive) as opened:
            assert len(opened) == opened.search("minsk", limit=0).total == kept
    stop_at(None)
    report = reftel.build([sources], archive)
    assert (report.read_files, report.unchanged_files, report.added, report.notes) == (FILES - kept, kept, FILES - kept, [])
    assert torture.state_of(archive) == torture.fresh_state(sources, tmp_path / "fresh")


def test_a_text_that_moved_on_is_there_at_the_end(sources, tmp_path, stop_at):
    """The file that held it is read in one step, the one that holds it now in a later one."""
    archive = tmp_path / "archive"
    reftel.build([sources], archive)
    moved = (sources / "0.txt").read_text("utf-8")
    for number in range(4):
        (sources / f"{number}.txt").write_text(torture.TEXT.format(serial=number + 20, words="minsk other"), "utf-8")
    (sources / "9b.txt").write_text(moved, "utf-8")
    stop_at("word0")
    with pytest.raises(KeyboardInterrupt):
        reftel.build([sources], archive)
    stop_at(None)
    reftel.build([sources], archive)
    assert torture.state_of(archive) == torture.fresh_state(sources, tmp_path / "fresh")
