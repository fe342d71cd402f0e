"""Indexing touches only what changed, and shows the best text of each cable whatever the order in which texts come and go."""

from __future__ import annotations

import json
import random
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

import reftel
from reftel.indexer import changes, choosing
from reftel.indexer.manifest import Manifest

BODY = "1. (C) {}"


@pytest.fixture
def folder(tmp_path) -> Path:
    path = tmp_path / "sources"
    path.mkdir()
    return path


@pytest.fixture
def write(folder, make_telegram):
    """Writes an invented telegram of serial 101; the words decide how long it is."""

    def write_file(name: str, words: str, **values: object) -> Path:
        path = folder / name
        path.write_text(make_telegram(body=BODY.format(words), **values), "utf-8")
        return path

    return write_file


@pytest.fixture
def build(folder, tmp_path):
    return lambda *sources: reftel.build(sources or [folder], tmp_path / "archive")


@pytest.fixture
def keys(tmp_path):
    def find(query: str) -> list[str]:
        with reftel.open(tmp_path / "archive") as archive:
            return [hit.key for hit in archive.scan(query)]

    return find


def counts(report: reftel.BuildReport) -> tuple[int, int, int, int]:
    return report.added, report.replaced, report.removed, report.total


def test_a_second_run_changes_nothing(write, build, tmp_path):
    write("a.txt", "alpha")
    assert counts(build()) == (1, 0, 0, 1)
    before = sorted((path, path.stat().st_mtime_ns) for path in (tmp_path / "archive" / "index").iterdir())
    report = build()
    assert counts(report) == (0, 0, 0, 1)
    assert (report.read_files, report.unchanged_files) == (0, 1)
    assert sorted((path, path.stat().st_mtime_ns) for path in (tmp_path / "archive" / "index").iterdir()) == before


def test_a_touched_file_is_not_read_again(write, build):
    path = write("a.txt", "alpha")
    build()
    path.touch()
    assert build().read_files == 0


@pytest.mark.parametrize("nanoseconds", [-(2**70), -(2**63) - 1, -(2**63), -1, 0, 2**63, 2**70])
def test_a_file_may_have_any_time(write, build, monkeypatch, nanoseconds):
    write("a.txt", "alpha")
    look = changes.look

    def look_long_ago(path, *, follow):
        return SimpleNamespace(st_size=look(path, follow=follow).st_size, st_mtime_ns=nanoseconds, st_mtime=nanoseconds / 1e9)

    monkeypatch.setattr(changes, "look", look_long_ago)
    assert [build().read_files for _ in range(2)] == [1, 0]


def test_a_changed_file_replaces_its_cables(write, build, keys):
    write("a.txt", "alpha")
    build()
    write("a.txt", "beta")
    assert counts(build()) == (0, 1, 0, 1)
    assert (keys("alpha"), keys("beta")) == ([], ["08BAKU101"])


def test_a_changed_file_that_holds_another_cable_removes_the_first(write, build, keys):
    write("a.txt", "alpha")
    build()
    write("a.txt", "alpha", serial=102)
    assert counts(build()) == (1, 0, 1, 1)
    assert keys("*") == ["08BAKU102"]


def test_a_file_that_is_gone_takes_its_cables_with_it(write, build, keys):
    write("a.txt", "alpha")
    write("b.txt", "beta", serial=102)
    build()
    (write("a.txt", "alpha")).unlink()
    report = build()
    assert counts(report) == (0, 0, 1, 1)
    assert report.removed_files == 1
    assert keys("*") == ["08BAKU102"]


def test_an_empty_or_missing_folder_removes_nothing(write, build, folder, keys):
    path = write("a.txt", "alpha")
    build()
    path.unlink()
    report = build()
    assert counts(report) == (0, 0, 0, 1)
    assert "what was indexed from it earlier is kept" in report.failures[0]
    folder.rmdir()
    assert counts(build()) == (0, 0, 0, 1)
    assert keys("*") == ["08BAKU101"]


def test_other_sources_are_left_alone(write, build, folder, tmp_path, keys):
    write("a.txt", "alpha")
    build()
    other = tmp_path / "other"
    other.mkdir()
    write("b.txt", "beta", serial=102).rename(other / "b.txt")
    assert counts(build(other)) == (1, 0, 0, 2)
    assert keys("*") == ["08BAKU101", "08BAKU102"]


@pytest.mark.parametrize("names", [("a.txt", "b.txt"), ("b.txt", "a.txt")])
def test_of_two_texts_in_one_run_the_longest_is_shown(write, build, keys, names):
    longer, shorter = names
    write(longer, "alpha and much more")
    write(shorter, "beta")
    report = build()
    assert counts(report) == (1, 0, 0, 1)
    (paths,) = report.duplicates.values()
    assert [Path(path).name for path in paths] == [longer, shorter]
    assert (keys("alpha"), keys("beta")) == (["08BAKU101"], [])


def test_a_better_text_that_comes_later_is_shown_and_the_other_kept(write, build, keys, tmp_path):
    write("a.txt", "alpha")
    build()
    write("b.txt", "beta and much more")
    assert counts(build()) == (0, 1, 0, 1)
    assert (keys("alpha"), keys("beta")) == ([], ["08BAKU101"])
    with reftel.open(tmp_path / "archive") as archive:
        versions = archive.versions("08BAKU101")
    assert [(Path(version.path).name, version.shown) for version in versions] == [("b.txt", True), ("a.txt", False)]
    assert "alpha" in versions[1].cable.body


def test_a_worse_text_that_comes_later_is_kept_but_not_shown(write, build, keys):
    write("a.txt", "alpha and much more")
    build()
    write("b.txt", "beta")
    assert counts(build()) == (0, 0, 0, 1)
    assert keys("alpha") == ["08BAKU101"]


def test_the_next_best_text_takes_the_place_of_one_that_goes(write, build, keys):
    write("a.txt", "alpha")
    best = write("b.txt", "beta and much more")
    build()
    best.unlink()
    assert counts(build()) == (0, 1, 0, 1)
    assert keys("alpha") == ["08BAKU101"]


def test_the_next_best_text_takes_the_place_of_one_that_shrinks(write, build, keys):
    write("a.txt", "alpha and more")
    write("b.txt", "beta and much more")
    build()
    write("b.txt", "beta")
    assert counts(build()) == (0, 1, 0, 1)
    assert (keys("alpha"), keys("beta")) == (["08BAKU101"], [])


def test_three_texts_that_rise(write, build, keys):
    write("a.txt", "alpha")
    write("b.txt", "beta and more")
    write("c.txt", "gamma and much much more")
    report = build()
    assert counts(report) == (1, 0, 0, 1)
    assert [Path(path).name for path in report.duplicates["08BAKU101"]] == ["c.txt", "b.txt", "a.txt"]
    assert keys("gamma") == ["08BAKU101"]


def test_one_cable_in_two_members_of_a_zip(folder, make_telegram, build, tmp_path):
    with zipfile.ZipFile(folder / "both.zip", "w") as archive:
        archive.writestr("a.txt", make_telegram(body=BODY.format("alpha")))
        archive.writestr("b.txt", make_telegram(body=BODY.format("beta and more")))
    build()
    with reftel.open(tmp_path / "archive") as opened:
        assert [Path(version.path).name for version in opened.versions("08BAKU101")] == ["both.zip!b.txt", "both.zip!a.txt"]


def test_a_body_without_an_id_keeps_its_key(folder, build, keys):
    (folder / "body.txt").write_text(" ¶1.  (C) The envoy spoke of a precedent. \n\n¶2.  (C) Others did not. \nROE\n", "utf-8")
    build()
    (key,) = keys("precedent")
    assert key.startswith("text-")
    assert keys(f"id:{key}") == [key]
    (folder / "body.txt").write_text("¶1. (C) The envoy spoke of a\nprecedent.\n\n¶2. (C) Others did not.\nROE\n", "utf-8")
    assert build().read_files == 1
    assert keys("precedent") == [key]


def test_the_archive_is_private_to_its_owner(write, build, tmp_path):
    write("a.txt", "alpha")
    build()
    assert (tmp_path / "archive").stat().st_mode & 0o077 == 0


def test_a_second_writer_is_refused(write, build, tmp_path):
    from reftel.indexer.writer import CableWriter

    write("a.txt", "alpha")
    build()
    writer = CableWriter(tmp_path / "archive" / "index")
    try:
        with pytest.raises(reftel.ArchiveLocked, match="another process is writing"):
            build()
    finally:
        writer.cancel()


def test_an_archive_inside_a_source_is_not_read(write, folder):
    write("a.txt", "alpha")
    for _ in range(2):
        report = reftel.build([folder], folder / "archive")
        assert (report.total, report.failures) == (1, [])


@pytest.mark.parametrize("remembered", [1, 1000])
def test_a_dump_may_hold_a_cable_again_and_again(folder, build, tmp_path, monkeypatch, remembered):
    monkeypatch.setattr(choosing, "_REMEMBERED", remembered)
    listed = []
    versions = Manifest.versions
    monkeypatch.setattr(Manifest, "versions", lambda manifest, key: listed.append(key) or versions(manifest, key))
    for seed in range(2):  # the second time all of them are in the archive
        bodies = ["1. (C) " + "x" * random.Random(seed + place).randrange(1, 20) for place in range(60)]
        lines = [json.dumps({"reference_id": f"08OSLO{place % 2 + 1}", "body": body}) for place, body in enumerate(bodies)]
        (folder / "dump.jsonl").write_text("\n".join(lines), "utf-8")
        assert build().total == 2
        with reftel.open(tmp_path / "archive") as archive:
            for number in range(2):
                best, *others = archive.versions(f"08OSLO{number + 1}")
                assert (best.shown, len(others), any(other.shown for other in others)) == (True, 29, False)
                assert best.locator == max(range(number, 60, 2), key=lambda place: (len(bodies[place]), place)) + 1
                assert archive.cable(f"08OSLO{number + 1}").body == bodies[best.locator - 1]
    # what is listed grows with the cables, not with their texts
    assert (len(listed) < 20) == (remembered > 1)
