"""Links in sources: followed only if asked, said if not; never round in a circle, and what was read through one is not forgotten in silence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import reftel
from reftel.cli import run
from reftel.indexer.build import build_selection
from reftel.indexer.sources import Selection
from reftel.indexer.verify import known_sources


@pytest.fixture
def place(tmp_path, make_telegram) -> Path:
    """Sources with links of every kind; 1 and 2 are files in them, 11 and 12 lie elsewhere."""
    files = {"sources/a/1.txt": 1, "sources/b/2.txt": 2, "elsewhere/11.txt": 11, "elsewhere/deep/12.txt": 12}
    for name, serial in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(make_telegram(serial=serial), "utf-8")
    return tmp_path


def link(place: Path, name: str, target: str) -> None:
    (place / "sources" / name).symlink_to(target)


def serials(archive: Path) -> list[int]:
    with reftel.open(archive) as opened:
        return sorted(int(hit.key.removeprefix("08BAKU")) for hit in opened.scan("*"))


SOURCES = [(), ("**",), ("**", "*.txt"), ("*", "*.txt"), ("a", "*"), ("*", "to", "*.txt"), ("a", "t[o]", "**")]
"""Behind the folder of the sources: itself, and patterns."""

LINKS = [
    # links, what is read without following, what is read with it: from the folder as a whole
    ({"a/to.txt": "../../elsewhere/11.txt"}, {"a/to.txt"}, [1, 2, 11]),
    ({"a/to": "../../elsewhere"}, {"a/to"}, [1, 2, 11, 12]),
    ({"a/to": "../../elsewhere", "b/to": "../../elsewhere"}, {"a/to", "b/to"}, [1, 2, 11, 12]),
    ({"a/to": "."}, {"a/to"}, [1, 2]),
    ({"a/to": "..", "b/to": ".."}, {"a/to", "b/to"}, [1, 2]),
    ({"a/to": "../b", "b/to": "../a"}, {"a/to", "b/to"}, [1, 2]),
    ({"a/to.txt": "1.txt"}, {"a/to.txt"}, [1, 2]),
    ({"a/.to": "../../elsewhere", "a/README": "../../elsewhere/11.txt", "a/to.md": "../../elsewhere/11.txt"}, set(), None),
]


@pytest.mark.parametrize("source", SOURCES, ids=lambda parts: "/".join(parts) or "folder")
@pytest.mark.parametrize(("links", "passed", "followed"), LINKS, ids=[" ".join(links) + str(len(links)) for links, _, _ in LINKS])
def test_links_are_followed_only_if_asked(place, links, passed, followed, source):
    for name, target in links.items():
        link(place, name, target)
    archive = place / "archive"
    named = str(place.joinpath("sources", *source))
    report = reftel.build([named], archive)
    assert set(serials(archive)) <= {1, 2}
    assert set(report.passed_links) <= {str(place / "sources" / name) for name in (*passed, "a/README", "a/to.md")}
    again = reftel.build([named], archive)
    assert (again.read_files, again.removed_files, again.notes) == (0, 0, [])
    if not source:
        assert (serials(archive), report.failures) == ([1, 2], [])
        assert set(report.passed_links) == {str(place / "sources" / name) for name in passed}
        report = reftel.build([named], archive, follow_links=True)
        assert (serials(archive), report.failures, report.passed_links) == (followed or [1, 2], [], [])
        assert max(len(paths) for paths in [*report.duplicates.values(), ["alone"]]) <= 2  # and no file by name after name
    else:
        reftel.build([named], archive, follow_links=True)


def test_a_circle_has_an_end(place):
    """Every folder has links to all folders: without a rule there would be more ways through them than one could ever walk."""
    names = [f"{number:02}" for number in range(12)]
    for name in names:
        (place / "sources" / name).mkdir()
        for other in names:
            link(place, f"{name}/to-{other}", f"../{other}")
    for source in ("sources", "sources/**/*.txt", "sources/**/**", "sources/*/to-*/**/*.txt"):
        for links in ("named", "all"):
            found = list(Selection((str(place / source),), links=links).iter_files(lambda _error: None))
            assert len(found) == len(set(found)) < 5000


@pytest.mark.parametrize("source", ["to.txt", "to", "to/deep", "to/*.txt"])
def test_what_is_named_is_followed(place, source, monkeypatch):
    (place / "to.txt").symlink_to("elsewhere/11.txt")
    (place / "to").symlink_to("elsewhere")
    monkeypatch.chdir(place)
    assert run(["index", source, "--archive", "archive"]) == 0
    assert serials(place / "archive") == {"to.txt": [11], "to": [11, 12], "to/deep": [12], "to/*.txt": [11]}[source]
    (place / "reftel.toml").write_text(f"archive = 'other'\nsources = ['{source}']\n", "utf-8")
    assert run(["reindex", "--config", "reftel.toml"]) == 0
    assert serials(place / "other") == serials(place / "archive")


def test_what_was_read_through_links_is_kept_and_said(place, capsys):
    """As by a version that followed them: it stays until somebody decides."""
    link(place, "a/to.txt", "../../elsewhere/11.txt")
    link(place, "b/to", "../../elsewhere/deep")
    link(place, "a/broken.txt", "nowhere")
    archive = place / "archive"
    config = place / "reftel.toml"

    def night(*more: str) -> tuple[dict, str]:
        config.write_text("sources = ['sources']\nreport = 'report.json'\n" + "\n".join(more), "utf-8")
        capsys.readouterr()
        assert run(["reindex", "--config", str(config), "--quiet"]) in (0, 4)
        return json.loads((place / "report.json").read_text("utf-8")), capsys.readouterr().err

    report, log = night("follow_links = true")
    assert (serials(archive), report["passed_links"]) == ([1, 2, 11, 12], [])
    assert "broken.txt: cannot read this file: No such file or directory" in log
    report, log = night()
    assert serials(archive) == [1, 2, 11, 12]
    assert "2 files were read earlier through links that are not followed now" in log
    assert report["passed_links"] == [str(place / "sources" / name) for name in ("a/broken.txt", "a/to.txt", "b/to")]
    (place / "elsewhere" / "11.txt").unlink()  # the link is there still
    assert night()[0]["removed"] == 0
    (place / "sources" / "a" / "to.txt").unlink()
    report, log = night()
    assert (serials(archive), report["removed"]) == ([1, 2, 12], 1)
    assert "1 file was read earlier through links" in log
    report, log = night("exclude = ['to']")
    assert (serials(archive), log) == ([1, 2], "")
    assert report["passed_links"] == [str(place / "sources/a/broken.txt")]


def test_a_file_that_becomes_a_link_keeps_what_it_held(place):
    reftel.build([place / "sources"], place / "archive")
    (place / "sources/a/1.txt").unlink()
    link(place, "a/1.txt", "../../elsewhere/11.txt")
    report = reftel.build([place / "sources"], place / "archive")
    assert serials(place / "archive") == [1, 2]
    assert report.notes[0].startswith(f"1 file was read earlier through links that are not followed now: {place}/sources/a/1.txt; ")
    assert report.failures == []
    # nor does a repair that goes by the archive alone read what is behind it
    chosen = Selection(known_sources(place / "archive"), links="none")
    report = build_selection(chosen, place / "other")
    assert serials(place / "other") == [2]
    assert "a link" in report.failures[0]


@pytest.mark.parametrize("command", ["index", "check", "normalize"])
def test_every_command_that_reads_has_the_option(place, command, capsys):
    link(place, "a/to.txt", "../../elsewhere/11.txt")
    archive = ["--archive", str(place / "archive")] if command == "index" else []
    assert run([command, str(place / "sources"), *archive]) == 0
    printed = capsys.readouterr()
    assert f"note: 1 link was not followed: {place}/sources/a/to.txt; --follow-links, or follow_links = true in reftel.toml, follows them" in printed.err
    assert "BAKU11" not in printed.out
    assert run([command, str(place / "sources"), *archive, "--follow-links"]) == 0
    printed = capsys.readouterr()
    assert "note: " not in printed.err
    assert ("BAKU11" if command == "normalize" else "3 cables") in printed.out


@pytest.mark.parametrize("command", [["reindex", "--dry-run"], ["reindex"]])
def test_a_night_says_it_and_is_well(place, command, capsys):
    link(place, "a/to.txt", "../../elsewhere/11.txt")
    config = place / "reftel.toml"
    config.write_text("sources = ['sources']\n", "utf-8")
    assert run([*command, "--config", str(config)]) == 0
    assert "INFO 1 link was not followed" in capsys.readouterr().err
    assert run([*command, "--config", str(config), "--quiet"]) == 0  # cron sends mail for every line
    assert capsys.readouterr().err == ""


def test_a_source_of_links_alone_failed(place, capsys):
    (place / "sources/a/1.txt").unlink()
    link(place, "a/to.txt", "../../elsewhere/11.txt")
    assert run(["index", str(place / "sources/a"), "--archive", str(place / "archive")]) == 4
    assert "no files but 1 link, which is passed over, in this folder" in capsys.readouterr().err


def test_a_link_that_takes_the_place_of_a_file_while_it_is_looked_at(place, monkeypatch):
    """Between the walk and the opening somebody may put a link there, to what only the reader may read."""
    path = place / "sources/a/1.txt"
    walk = Selection.iter_files

    def swapping(self, on_error):
        for found in walk(self, on_error):
            if found == path:
                path.unlink()
                path.symlink_to("../../elsewhere/11.txt")
            yield found

    monkeypatch.setattr(Selection, "iter_files", swapping)
    report = reftel.build([place / "sources"], place / "archive")
    assert serials(place / "archive") == [2]
    assert [failure.partition(": ")[2][:7] for failure in report.failures] == ["a link,"]
    for command in ("check", "normalize"):
        path.unlink()
        path.write_text("1. (C) Text.", "utf-8")
        assert run([command, str(place / "sources")]) == 4
