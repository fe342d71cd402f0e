"""Which files sources name, under which names, and what of reftel's own is none; whatever the system says of a source, the others are read."""

from __future__ import annotations

import errno
import glob
import io
import os
from pathlib import Path

import pytest

import reftel
from reftel.indexer import sources
from reftel.indexer.config import read_config
from reftel.indexer.reindex import forecast, reindex, selection_of
from reftel.indexer.sources import Selection


@pytest.fixture
def write(tmp_path, make_telegram):
    def write_file(name: str, serial: int, words: str = "alpha") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(make_telegram(serial=serial, body=f"1. (C) {words}"), "utf-8")
        os.utime(path, (1.6e9, 1.6e9))
        return path

    return write_file


@pytest.fixture
def configure(tmp_path):
    def write_config(text: str, name: str = "conf/reftel.toml"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return read_config(path)

    return write_config


def shown(archive: Path) -> list[int]:
    with reftel.open(archive) as opened:
        return sorted(int(hit.key.removeprefix("08BAKU")) for hit in opened.scan("*"))


@pytest.mark.parametrize(
    "source", ["../cables", "../cables/", "./../cables/.", "..//cables", "../conf/../cables", "../cables/*.txt", "../link/../cables", "../to/c"]
)
def test_a_dry_run_knows_the_files_of_the_run(write, configure, tmp_path, source):
    """``link`` leads into a folder beside whose parent there are other cables: ``..`` behind it is not the folder that the link lies in."""
    write("cables/a.txt", 1)
    write("cables/b.txt", 2)
    (tmp_path / "link").symlink_to(tmp_path / "conf")
    (tmp_path / "to").mkdir()
    (tmp_path / "to/c").symlink_to(tmp_path / "cables")
    config = configure(f'sources = ["{source}"]')
    assert forecast(config).changes == {"new": 2}
    assert reindex(config).added == 2
    assert forecast(config).changes == {"unchanged": 2}
    (tmp_path / "cables/a.txt").unlink()
    assert forecast(config).changes == {"unchanged": 1, "gone": 1}
    assert reindex(config).removed == 1


def test_dots_behind_a_link_lead_where_the_system_goes(write, configure, tmp_path):
    write("here/cables/a.txt", 1)
    write("far/cables/b.txt", 2)
    (tmp_path / "far/deep").mkdir()
    (tmp_path / "here/link").symlink_to(tmp_path / "far/deep")
    config = configure('sources = ["link/../cables"]', "here/reftel.toml")
    reindex(config)
    assert shown(config.archive) == [2]


@pytest.mark.parametrize(
    ("sources", "report", "named"),
    [
        (["."], "reports", "whole"), (["."], "reports", "relative"), (["."], "report.json", "linked"), (["."], ".", "relative"),
        (["./"], "cables/er", "linked"), (["*"], "reports", "relative"), (["*"], "report.json", "linked"), (["**"], "reports", "linked"),
        (["**"], ".", "relative"), (["**/*"], "report.json", "relative"), (["**/*"], "cables/er", "whole"), ([".", "cables"], ".", "linked"),
    ],
)  # fmt: skip
def test_what_is_its_own_is_no_source(write, tmp_path, monkeypatch, sources, report, named):
    """A configuration that lies among the cables with everything that runs, repairs and backups leave beside it."""
    write("cables/a.txt", 1)
    listed = ", ".join(f'"{source}"' for source in sources)
    (tmp_path / "reftel.toml").write_text(f'sources = [{listed}]\nreport = "{report}"\n', "utf-8")
    for name in ("archive.damaged-20260101T000000", "archive.rebuild", "archive.partial", "copy.partial"):
        (tmp_path / name / "index").mkdir(parents=True)
        (tmp_path / name / "index/MAIN_WRITELOCK").write_text("", "utf-8")
        (tmp_path / name / "lock").write_text("{}", "utf-8")
    place = tmp_path / report if report.endswith(".json") else tmp_path / report / "reftel-20260101T000000Z-1.json"
    place.parent.mkdir(parents=True, exist_ok=True)
    for path in (place, place.with_suffix(".md"), place.with_name(f"{place.name}.new")):
        path.write_text("{}", "utf-8")
    path = Path("reftel.toml") if named == "relative" else tmp_path / "reftel.toml"
    if named == "linked":
        (tmp_path.parent / f"{tmp_path.name}-link").symlink_to(tmp_path)
        path = tmp_path.parent / f"{tmp_path.name}-link" / "reftel.toml"
    monkeypatch.chdir(tmp_path)
    config = read_config(path)
    assert forecast(config).changes == {"new": 1}
    for _ in range(2):
        assert reindex(config).failures == []
    assert forecast(config).changes == {"unchanged": 1}
    assert shown(config.archive) == [1]


def test_an_archive_that_never_published_is_no_source(write, tmp_path):
    write("cables/a.txt", 1)
    for name in ("dead/lock", "dead/index/MAIN_WRITELOCK", "dead/index/MAIN_x.seg.new", "copied/_MAIN_1.toc", "copied/MAIN_x.seg"):
        (tmp_path / "cables" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "cables" / name).write_text("1", "utf-8")
    assert [path.name for path in Selection((str(tmp_path / "cables"),)).iter_files(pytest.fail)] == ["a.txt"]


def test_sources_inside_the_reports_folder_and_inside_the_archives(write, configure, tmp_path):
    write("all/cables/a.txt", 1)
    config = configure('sources = ["../all/cables"]\narchive = "../all"\nreport = "../all"')
    assert reindex(config).failures == []
    assert shown(config.archive) == [1]


@pytest.mark.parametrize(
    ("sources", "exclude", "left"),
    [
        (["o", "o/old"], ["old/*"], [1, 2]),
        (["o/old", "o"], ["old/*"], [1, 2]),
        (["o", "o/old"], ["o/old/*"], [1, 2]),
        (["o", "o/old"], ["b.txt"], [1]),
        (["o"], ["old/*"], [1]),
        (["o", "o/old/*.txt"], ["old/*"], [1, 2]),
        (["o/*"], ["old/*"], [1, 2]),
        (["o/*"], ["b.*"], [1]),
        (["./o/", "o/../o/old/"], ["old"], [1, 2]),
    ],
)
def test_a_file_stays_while_any_source_gives_it(write, tmp_path, monkeypatch, sources, exclude, left):
    """The same if it was indexed before it was excluded, whatever the order in which sources are kept."""
    monkeypatch.chdir(tmp_path)
    write("o/a.txt", 1)
    write("o/old/b.txt", 2)
    reftel.build(["o"], "archive")
    from reftel.indexer.build import build_selection

    for _ in range(2):
        build_selection(Selection(tuple(sources), tuple(exclude)), Path("archive"))
        assert shown(tmp_path / "archive") == left


def test_what_a_missing_source_may_hold_is_kept_though_another_source_holds_it_too(write, tmp_path):
    write("o/a.txt", 1)
    write("o/disk/b.txt", 2).unlink()
    write("o/disk/b.txt", 2)
    sources = [tmp_path / "o", tmp_path / "o/disk"]
    reftel.build(sources, tmp_path / "archive")
    (tmp_path / "o/disk/b.txt").unlink()
    report = reftel.build(sources, tmp_path / "archive")
    assert shown(tmp_path / "archive") == [1, 2]
    assert len(report.failures) == 1


def test_a_folder_in_the_place_of_a_file_does_not_hold_its_cables(write, tmp_path):
    write("o/a.txt", 1)
    write("o/b.txt", 2)
    reftel.build([tmp_path / "o"], tmp_path / "archive")
    (tmp_path / "o/b.txt").unlink()
    (tmp_path / "o/b.txt").mkdir()
    assert reftel.build([tmp_path / "o"], tmp_path / "archive").removed == 1


def test_named_files_are_not_compared_with_every_file_of_the_archive(write, tmp_path, monkeypatch):
    for serial in range(60):
        write(f"{serial}.txt", serial + 1)
    compared = []
    is_pattern, is_relative_to = sources.is_pattern, Path.is_relative_to
    monkeypatch.setattr(sources, "is_pattern", lambda source: compared.append(source) or is_pattern(source))
    monkeypatch.setattr(Path, "is_relative_to", lambda path, *other: compared.append(path) or is_relative_to(path, *other))
    for half in range(2):
        report = reftel.build([tmp_path / f"{serial}.txt" for serial in range(30 * half, 30 * half + 30)], tmp_path / "archive")
        assert report.total == 30 * half + 30
    assert len(compared) < 30 * 30


def test_patterns_find_what_glob_finds(write, tmp_path):
    for number, name in enumerate(("a.csv", "b/a.csv", "b/c/a.csv", "b/c/.hidden.csv", ".d/a.csv", "e*/a.csv", "b/x.txt")):
        write(name, number)
    for pattern in ("*", "**", "**/*.csv", "b/**", "b/**/a.csv", "*/*.csv", "[be]*/a.csv", "b/c/.*", "**/**/a.csv", "b/*/a.csv", "b/nothing/*", "?/x.txt"):
        names = glob.glob(str(tmp_path / pattern), recursive=True)  # noqa: PTH207 - the model
        expected = sorted(path for name in names for path in Selection((name,)).iter_files(pytest.fail))
        found = sorted(Selection((str(tmp_path / pattern),)).iter_files(lambda _error: None))
        assert found == sorted(set(expected)), pattern


def test_a_pattern_does_not_go_round_in_circles(write, tmp_path):
    write("a/b/x.csv", 1)
    (tmp_path / "a/b/loop").symlink_to(tmp_path / "a")
    assert list(Selection((str(tmp_path / "**/*.csv"),)).iter_files(pytest.fail)) == [tmp_path / "a/b/x.csv"]
    assert list(Selection((str(tmp_path / ("**/" * 60) / "x.csv"),)).iter_files(pytest.fail)) == [tmp_path / "a/b/x.csv"]


# -- what the system says of a source ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "bad", ["n" * 300, "d/" * 3000, "a\0b", "a\0*", "n" * 300 + "*", "*/" + "n" * 300, "loop/x", "good/a.txt/x", "[", "", "loop", "n" * 300 + "/**"]
)
def test_a_source_with_an_impossible_name_is_reported_and_the_others_are_indexed(write, tmp_path, monkeypatch, bad):
    monkeypatch.chdir(tmp_path)
    write("good/a.txt", 1)
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "archive").mkdir()
    report = reftel.build([bad, "good"], "archive")
    assert (report.added, report.total) == (1, 1)
    if bad:
        assert len(report.failures) == 1
        assert report.exit_code == 4
    assert [path.name for path in Selection(("good",), (bad,)).iter_files(pytest.fail)] == ["a.txt"]


ERRORS = [OSError(number, os.strerror(number)) for number in (errno.EACCES, errno.EIO, errno.ESTALE, errno.ELOOP, errno.ENAMETOOLONG, errno.EPERM)]
ERRORS += [ValueError("embedded null byte"), OSError("without a number")]
CALLS = ["stat", "scandir", "open", "read", "top"]


# A name that the system takes for none is told when it is looked at, before the file is opened.
ERRORS_OF_CALLS = [(call, error) for call in CALLS for error in ERRORS if call not in ("open", "read") or isinstance(error, OSError)]


@pytest.mark.parametrize(
    ("call", "error"), ERRORS_OF_CALLS, ids=[f"{call}-{type(error).__name__}-{getattr(error, 'errno', None)}" for call, error in ERRORS_OF_CALLS]
)
def test_every_error_of_a_source_is_that_sources(write, tmp_path, monkeypatch, call, error):
    """Once for a file that was never read and once for one whose cables the archive holds: they stay. The next run reads it."""
    write("good/a.txt", 1)
    bad = write("bad/b.txt", 2)
    sources = [tmp_path / "bad", tmp_path / "good"]
    for known in (False, True):
        archive = tmp_path / f"archive-{known}"
        if known:
            write("bad/b.txt", 2)
            reftel.build(sources, archive)
            write("bad/b.txt", 2, "changed")
        with monkeypatch.context() as patch:
            _fail(patch, call, bad, error)
            report = reftel.build(sources, archive)
        assert shown(archive) == ([1, 2] if known else [1])
        assert (len(report.failures), report.exit_code) == (1, 4), report.failures
        assert str(tmp_path / "bad") in report.failures[0]
        report = reftel.build(sources, archive)
        assert (shown(archive), report.failures) == ([1, 2], [])


def _fail(patch: pytest.MonkeyPatch, call: str, bad: Path, error: Exception) -> None:
    """Let a system call fail for the bad file, or for the folder that it lies in."""
    place = bad if call in ("stat", "open", "read") else bad.parent

    def failing(original, *kinds):
        def called(path=".", *values, **options):
            if isinstance(path, str | os.PathLike) and os.fspath(path) == str(place):
                raise error
            return original(path, *values, **options)

        return called

    if call in ("stat", "top"):
        patch.setattr(os, "stat", failing(os.stat))
    elif call == "scandir":
        patch.setattr(os, "scandir", failing(os.scandir))
    elif call == "open":
        patch.setattr(os, "open", failing(os.open))
    else:

        class Broken(io.FileIO):
            def readinto(self, buffer):
                if os.path.samestat(os.fstat(self.fileno()), place.stat()):
                    raise error
                return super().readinto(buffer)

        patch.setattr(io, "FileIO", Broken)


def test_a_configuration_names_what_is_its_own(configure, tmp_path):
    own = selection_of(configure('sources = ["x"]\nreport = "../reports"')).own
    for name in ("conf/reftel.toml", "conf/archive", "conf/archive.partial", "conf/archive.rebuild", "conf/archive.damaged-1", "reports"):
        assert own.has(str(tmp_path / name)), name
    for name in ("conf/archive.txt", "conf/archives", "conf/reftel.txt", "reports.txt"):
        assert not own.has(str(tmp_path / name)), name
