"""Small files are read together: what each gives, and the order in which everything is told, is as if they were read one by one."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest
import torture

import reftel
from reftel.indexer import build, reading, text
from reftel.indexer.build import build_selection
from reftel.indexer.changes import Wish, look_at
from reftel.indexer.reading import read_files, read_together, read_whole
from reftel.indexer.sources import Selection
from reftel.indexer.workers import Workers

_SAMPLES = Path(__file__).parents[2] / "corpus_samples"


def look(path):
    return look_at(path, None, Wish())


@pytest.fixture
def folder(tmp_path) -> Path:
    """With some cables."""
    path = tmp_path / "cables"
    path.mkdir()
    for number in range(10):
        put(path / f"{number}.txt", torture.TEXT.format(serial=number + 1, words=f"minsk word{number}"))
    return path


def put(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    os.utime(path, (1e9, 1e9))
    return path


def looks(folder):
    return [look(path) for path in sorted(folder.rglob("*")) if path.is_file()]


def paths(together):
    return [each.look.path.name for each in together]


def told(together):
    """All that is known of contents, with failures as they are told."""
    return [(each.look, each.texts, [str(error) for error in each.failures.first], each.failures.unread, each.steady, each.stamp) for each in together]


@pytest.fixture(params=[False, True], ids=["samples", "cut off"])
def samples(request, tmp_path) -> Path:
    """All containers, whole or each without its last third."""
    if not request.param:
        return _SAMPLES
    for number, path in enumerate(sorted(path for path in _SAMPLES.rglob("*") if path.is_file())):
        content = path.read_bytes()
        put(tmp_path / f"{number}{path.suffix}", content[: len(content) * 2 // 3])
    return tmp_path


def test_they_give_what_each_gives_alone(samples):
    files = looks(samples)
    assert len(files) > 40
    assert told(read_together(files)) == told(map(read_whole, files))


def test_as_many_as_memory_holds_easily(folder, monkeypatch):
    monkeypatch.setattr(reading, "WHOLE", 4000)
    files = looks(folder)
    small, large = files[0], look(put(folder / "large.txt", "x" * 900))
    dump, empty = look(put(folder / "dump.txt", "x" * 5000)), look(put(folder / "empty.txt", ""))
    assert small.row.size < 300
    given = [small, small, large, small, dump, empty, small, None, None, small, *[empty] * 5]
    expected = [[small, small], [large], [small], [dump], [empty, small], [small, empty, empty], [empty, empty, empty]]
    assert list(reading._together(given, 3)) == expected
    assert list(reading._together([None], 3)) == []


def test_what_unpacks_to_much_is_read_alone(folder, monkeypatch):
    words = "minsk precedent " * 2000
    put(folder / "3a.txt.gz", gzip.compress(torture.TEXT.format(serial=31, words=words).encode(), mtime=0))
    monkeypatch.setattr(reading, "WHOLE", 20_000)
    files = looks(folder)
    assert sum(each.row.size for each in files) < 5_000
    assert paths(read_together(files)) == ["0.txt", "1.txt", "2.txt", "3.txt"]
    read = list(read_files(files, Workers(1)))
    assert paths(read) == [each.path.name for each in files]
    assert told(read) == told(map(read_whole, files))


def test_one_that_changes_meanwhile_is_read_again(folder, monkeypatch):
    original, left = reading.iter_messages, [1]

    def changing(path, on_error, **options):
        yield from original(path, on_error, **options)
        if path.name == "4.txt" and left:
            left.pop()
            path.write_text(torture.TEXT.format(serial=5, words="other words"))

    monkeypatch.setattr(reading, "iter_messages", changing)
    files = looks(folder)
    read = list(read_files(files, Workers(1)))
    assert not left
    assert paths(read) == [each.path.name for each in files]
    assert told(read) == told(map(read_whole, files))
    assert b"other words" in read[4].texts[0].record.stored


def test_an_error_comes_at_the_turn_of_its_file(folder, tmp_path, monkeypatch):
    """What was read before it is kept as if each file were read alone."""
    original = text.normalize_in_steps

    def failing(message):
        if "word7" in message.body:
            raise RuntimeError("an error of the program")
        return original(message)

    monkeypatch.setattr(build, "STEP", 3)
    with monkeypatch.context() as patch:
        patch.setattr(text, "normalize_in_steps", failing)
        with pytest.raises(RuntimeError, match="an error of the program"):
            reftel.build([folder], tmp_path / "archive")
    with reftel.open(tmp_path / "archive") as archive:
        assert len(archive) == 6
    report = reftel.build([folder], tmp_path / "archive")
    assert (report.unchanged_files, report.added, report.total) == (6, 4, 10)


def test_failures_are_told_in_the_order_of_the_files(folder, tmp_path):
    """Those of what cannot even be looked at among those of what was read."""
    damaged = [put(folder / f"{number}-damaged.txt", b"\0\xff" * 99) for number in (1, 4, 7)]
    pipe = folder / "5-pipe.txt"
    os.mkfifo(pipe)
    empty = tmp_path / "empty"
    empty.mkdir()
    missing = tmp_path / "missing.txt"
    sources = (str(folder), str(missing), str(damaged[0]), str(empty))
    report = build_selection(Selection(sources), tmp_path / "archive")
    told = [failure.split(": ")[0] for failure in report.failures]
    assert told == list(map(str, (damaged[0], damaged[1], pipe, damaged[2], missing, empty)))
    assert list(report.outcomes.items()) == [("read", 10), ("failed", 4)]


@pytest.mark.parametrize("workers", [1, 2])
def test_how_far_a_run_is(folder, tmp_path, monkeypatch, workers):
    """It is told when a file was read, and at the end all is settled."""
    monkeypatch.setattr(reading, "ALONE", 2)
    told = []
    build_selection(Selection((str(folder),)), tmp_path / "archive", workers=workers, on_progress=told.append)
    size = sum(path.stat().st_size for path in folder.iterdir())
    assert (told[-1].files, told[-1].cables, told[-1].bytes) == (10, 10, size)
    assert [progress.cables for progress in told] == list(range(1, 11))
