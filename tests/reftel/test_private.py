"""Everything that is written is its owner's alone, whatever the umask; no text of a cable waits in the system's folder for temporary files."""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import reftel
from reftel.cli import run
from reftel.render.export import FORMATS
from reftel.render.output import written_whole


@pytest.fixture
def place(sources, tmp_path, monkeypatch) -> Path:
    """A working folder with a configuration."""
    folder = tmp_path / "place"
    folder.mkdir()
    (folder / "night.toml").write_text(f'archive = "archive"\nsources = ["{sources}"]\nreport = "new/reports"\nmemory = 16\nworkers = 1\n', "utf-8")
    (folder / "night.toml").chmod(0o600)
    monkeypatch.chdir(folder)
    for name in ("REFTEL_ARCHIVE", "REFTEL_NOTES"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def seen_by_others(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.lstat().st_mode & 0o077)


def test_the_whole_life_of_an_archive_is_private(place, sources, open_umask):
    steps = [
        (0, "init", sources, "--archive", "made/deep/archive"),
        (0, "index", sources, "--archive", "indexed/deep/archive"),
        (0, "reindex", "--config", "night.toml"),
        (0, "saved", "add", "minsk", "minsk"),
        (0, "note", "08BAKU101", "--tag", "t", "--text", "x"),
        (0, "note", "08BAKU101", "--tag", "t", "--notes", "elsewhere.sqlite"),
        (0, "reindex", "--config", "night.toml", "--full"),
        *((0, "export", "minsk", "--format", form, "--out", f"export.{form}") for form in FORMATS),
        (0, "backup", "copy"),
    ]
    for status, *arguments in steps:
        assert run([str(argument) for argument in arguments]) == status, arguments
        assert seen_by_others(place) == [], arguments
    segment = max((place / "archive/index").glob("*.seg"), key=lambda path: path.stat().st_size)
    segment.write_bytes(segment.read_bytes()[:-1] + b"\0")
    assert run(["verify", "--repair", "--config", "night.toml"]) == 0
    assert seen_by_others(place) == []
    written = {path.name for path in place.rglob("*")}
    assert {"reftel.toml", "mine.sqlite", "elsewhere.sqlite", "saved.json", "lock", "MAIN_WRITELOCK", "manifest.sqlite"} <= written


@pytest.mark.parametrize("stage", ["draft", "segment"])
def test_what_is_there_while_a_run_works_is_private(place, sources, open_umask, stage):
    from reftel.indexer.build import build

    seen: list[str] = []

    def look(_progress: object) -> None:
        seen.extend(str(path) for path in place.rglob("*"))
        assert seen_by_others(place) == []

    for _ in range(2):
        build([sources], place / "archive", on_progress=look)
        (place / "archive" / "manifest.sqlite").unlink()
    assert any(name.endswith("manifest.sqlite.draft.spool" if stage == "draft" else "MAIN_WRITELOCK") for name in seen)


@pytest.mark.parametrize(("before", "after"), [(None, 0o600), (0o644, 0o644), (0o640, 0o640), (0o400, 0o400)])
def test_an_export_keeps_the_mode_that_a_person_gave_the_file(archive, tmp_path, open_umask, before, after):
    path = tmp_path / "out.csv"
    if before is not None:
        path.write_text("old", "utf-8")
        path.chmod(before)
    archive.export("minsk", path)
    assert path.stat().st_mode & 0o7777 == after
    assert path.read_text("utf-8") != "old"
    assert [each.name for each in tmp_path.iterdir()] == ["out.csv"]


def test_a_picture_is_private_and_whole(tmp_path, open_umask):
    path = tmp_path / "picture.png"
    with pytest.raises(KeyError), written_whole(path) as file:  # noqa: PT012 - half of a file, and then a failure
        file.write(b"half")
        raise KeyError
    assert list(tmp_path.iterdir()) == []
    with written_whole(path) as file:
        file.write(b"whole")
    assert path.stat().st_mode & 0o7777 == 0o600


def test_a_link_to_an_export_stays_one(archive, tmp_path):
    (tmp_path / "link.csv").symlink_to(tmp_path / "there.csv")
    archive.export("minsk", tmp_path / "link.csv")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "there.csv").stat().st_size


def test_unpacked_texts_are_private_too(archive, tmp_path):
    archive.export("minsk", tmp_path / "out.zip", format="zip")
    with zipfile.ZipFile(tmp_path / "out.zip") as found:
        assert {member.external_attr >> 16 & 0o777 for member in found.infolist()} == {0o600}


@pytest.mark.parametrize("out", ["out.zip", None])
def test_no_text_of_an_export_waits_elsewhere(archive_path, tmp_path, monkeypatch, capfdbinary, out):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    monkeypatch.setattr(tempfile, "_get_default_tempdir", lambda: pytest.fail("a temporary file in the system's folder"))
    arguments = ["export", "minsk OR calm", "--format", "zip", "--archive", str(archive_path)]
    assert run([*arguments, *(["--out", str(tmp_path / out)] if out else [])]) == 0
    data = (tmp_path / out).read_bytes() if out else capfdbinary.readouterr().out
    expected = tmp_path / "expected.zip"
    monkeypatch.undo()
    with reftel.open(archive_path) as archive:
        archive.export("minsk OR calm", expected, format="zip")
    (tmp_path / "found.zip").write_bytes(data)
    with zipfile.ZipFile(tmp_path / "found.zip") as found, zipfile.ZipFile(expected) as other:
        assert found.namelist() == other.namelist()
        assert [found.read(name) for name in found.namelist()] == [other.read(name) for name in other.namelist()]
        assert found.read("paragraphs.csv").count(b"\n") > 3


def test_an_archive_that_others_may_look_into_is_told_of_once_for_each_mode(place, sources, capsys):
    def told() -> list[str]:
        assert run(["index", str(sources)]) == 0
        return [line for line in capsys.readouterr().err.splitlines() if "others" in line]

    assert told() == []
    (place / "archive").chmod(0o755)
    (line,) = told()
    assert "(mode 0755)" in line
    assert "chmod -R go= archive" in line
    assert run(["search", "minsk"]) == 0
    assert "others" not in capsys.readouterr().err
    assert told() == []
    (place / "archive").chmod(0o750)
    assert len(told()) == 1
    (place / "archive").chmod(0o700)
    assert told() == []
    (place / "archive").chmod(0o755)
    assert len(told()) == 1


def test_a_night_tells_of_it_too(place, capsys):
    (place / "archive").mkdir(0o755)
    (place / "archive").chmod(0o755)
    for count in (1, 0):
        assert run(["reindex", "--config", "night.toml", "--quiet"]) == 0
        assert capsys.readouterr().err.count("others than you may look into") == count
