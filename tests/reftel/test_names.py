"""Names of files and folders are bytes: whatever they are, cables under them are kept, shown, found again and forgotten like any others."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import reftel
from reftel.cli import run
from reftel.indexer.verify import known_sources
from reftel.schema.names import name_of, path_of

NAMES = [
    b"caf\xe9.html", "café.html".encode(), "cafe\u0301.html".encode(), b"\xff", b"\xed\xb3\xa9", rb"caf\xe9.html", rb"\x5cxe9",
    b"two\nlines", b"tab\there  and blanks ", b"\x1b[31mred", "\u202egnp.txt".encode(), "\u2028".encode(), b"-n", b"--help", b"!", b"a!b.txt",
    b"*", b"[ab]", b"a#b", b"\xe9" * 255, b"b" * 255, b"a:3", b"%e9", b"'\"`$(id)",
]  # fmt: skip
FOLDERS = [b"caf\xe9", b"two\nlines", b"-n", b"*", b"[ab]!", rb"caf\xe9", b"\xe9" * 255]


def inside(folder: Path, raw: bytes) -> Path:
    return folder / os.fsdecode(raw)


@pytest.fixture(params=FOLDERS, ids=lambda name: name_of(os.fsdecode(name[:20])).encode("unicode_escape").decode())
def folder(tmp_path, request) -> Path:
    """A folder called by the name."""
    path = inside(tmp_path, request.param)
    path.mkdir()
    return path


@pytest.fixture
def fill(make_telegram):
    """Puts a telegram into a folder for each name, and one more."""

    def write_files(folder: Path, words: str = "Alpha.") -> list[Path]:
        paths = [inside(folder, raw) for raw in NAMES]
        for serial, path in enumerate(paths, 1):
            path.write_text(make_telegram(serial=serial, body=f"1. (C) {words}"), "utf-8")
        (folder / "stays.txt").write_text(make_telegram(serial=99), "utf-8")
        for path in (*paths, folder / "stays.txt"):  # a time that cannot be that of a later change
            os.utime(path, ns=(2_000_000_000, 2_000_000_000))
        return paths

    return write_files


def outcomes(report: reftel.BuildReport) -> dict[str, int]:
    assert not report.failures
    json.dumps(report.to_dict(), ensure_ascii=False).encode("utf-8")
    return report.outcomes


def test_every_night_knows_the_files_again(folder, fill, tmp_path):
    archive, count = tmp_path / "archive", len(NAMES)
    files = fill(folder)
    assert outcomes(reftel.build([folder], archive, accept_removals=True)) == {"read": count + 1}
    for path in folder.iterdir():
        os.utime(path, ns=(1_000_000_000, 1_000_000_000))
    assert outcomes(reftel.build([folder], archive, accept_removals=True)) == {"touched": count + 1}
    assert outcomes(reftel.build([folder], archive, accept_removals=True)) == {"unchanged": count + 1}
    fill(folder, "Alpha and beta.")
    assert outcomes(reftel.build([folder], archive, accept_removals=True)) == {"read": count, "touched": 1}
    with reftel.open(archive) as opened:
        for serial, path in enumerate(files, 1):
            assert opened.cable(f"08BAKU{serial}").source.path == name_of(path)
            assert [version.path for version in opened.versions(f"08BAKU{serial}")] == [name_of(path)]
    assert sorted(known_sources(archive)) == sorted(map(str, folder.iterdir()))
    for number, path in enumerate(files):
        path.rename(folder / f"renamed {number}")
    assert outcomes(reftel.build([folder], archive, accept_removals=True)) == {"read": count, "unchanged": 1, "gone": count}
    for number, path in enumerate(files):
        (folder / f"renamed {number}").rename(path)
    assert outcomes(reftel.build([folder], archive, accept_removals=True)) == {"read": count, "unchanged": 1, "gone": count}
    for path in files:
        path.unlink()
    assert outcomes(reftel.build([folder], archive, accept_removals=True)) == {"unchanged": 1, "gone": count}


@pytest.mark.parametrize("given", [os.fsencode, os.fspath, Path])
def test_a_name_may_be_given_as_bytes_text_or_path(fill, tmp_path, given):
    for path in fill(tmp_path):
        assert [cable.source.path for cable in reftel.read_cables(given(path))] == [name_of(path)]
    archive = inside(tmp_path, b"arch\xefve")
    assert outcomes(reftel.build([given(tmp_path / name) for name in ("stays.txt", os.fsdecode(b"caf\xe9.html"))], given(archive))) == {"read": 2}
    assert outcomes(reftel.build(given(path), given(archive))) == {"read": 1}  # one source alone
    with reftel.open(given(archive)) as opened:
        assert path_of(opened.cable("08BAKU1").source.path) == str(inside(tmp_path, b"caf\xe9.html"))


def test_members_of_a_zip(folder, tmp_path, make_telegram):
    packed = [inside(folder, raw[:200]) for raw in NAMES]
    for serial, path in enumerate(packed, 1):
        with zipfile.ZipFile(path, "w") as written:
            written.writestr("a!b.txt", make_telegram(serial=serial))
    (folder / "stays.txt").write_text(make_telegram(serial=99), "utf-8")
    os.utime(folder / "stays.txt", ns=(2_000_000_000, 2_000_000_000))
    reftel.build([folder], tmp_path / "archive")
    with reftel.open(tmp_path / "archive") as archive:
        assert [archive.cable(f"08BAKU{serial}").source.path for serial in range(1, 25)] == [f"{name_of(path)}!a!b.txt" for path in packed]
    (tmp_path / "archive" / "manifest.sqlite").unlink()  # it is rebuilt from what the index holds
    report = reftel.build([folder], tmp_path / "archive")
    assert (outcomes(report), report.total) == ({"read": 25}, 25)
    for path in packed:
        path.unlink()
    assert outcomes(reftel.build([folder], tmp_path / "archive", accept_removals=True)) == {"unchanged": 1, "gone": 24}


def test_the_archive_and_its_configuration_may_be_called_so(folder, capsys, make_telegram):
    (folder / "one.txt").write_text(make_telegram(), "utf-8")
    archive = folder / "archive"
    assert run(["init", str(folder), "--archive", str(archive)]) == 0
    with (folder / "reftel.toml").open("a", encoding="utf-8") as config:
        config.write('\nexclude = ["reftel.toml", "*.damaged-*", "reports"]\nreport = "reports"')
    for arguments in (["reindex"], ["reindex", "--dry-run"], ["saved", "add", "one", "baku"], ["saved", "list"]):
        assert run([*arguments, "--archive", str(archive)]) == 0
    (report,) = (folder / "reports").glob("*.json")
    assert json.loads(report.read_text("utf-8"))["archive"] == name_of(archive)
    assert report.with_suffix(".md").read_text("utf-8").startswith("# archive, ")
    (archive / "manifest.sqlite").write_bytes(b"not a manifest")
    capsys.readouterr()
    assert run(["verify", "--archive", str(archive), "--repair"]) == 0
    assert "rebuilt: 1 cable" in capsys.readouterr().err
    assert run(["backup", "--archive", str(archive), str(folder / "copy")]) == 0
    capsys.readouterr()
    assert run(["stats", "--archive", str(folder / "copy"), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["archive"] == name_of(folder / "copy")
    assert run(["search", "*", "--archive", str(folder / "nothing")]) == 3
    assert run(["search", "*", "--archive", str(folder / "one.txt")]) == 3
    captured = capsys.readouterr()
    captured.err.encode("utf-8")


def test_a_configuration_names_them_in_text(fill, tmp_path):
    sources = inside(tmp_path, b"d\xf8ssier")
    sources.mkdir()
    fill(sources)
    config = tmp_path / "reftel.toml"
    for excluded, files in (([], 25), ([r"caf\xe9.html"], 24), ([r"caf\x5cxe9.html"], 24), ([r"*\xe9*"], 23), (["café*", r"[\xf0-\xff]"], 23)):
        config.write_text(f"sources = ['d\\xf8ssier']\nexclude = {json.dumps(excluded)}\nreport = 'report.json'\n", "utf-8")
        assert run(["reindex", "--config", str(config), "--quiet"]) == 0
        report = json.loads((tmp_path / "report.json").read_text("utf-8"))
        assert report["read_files"] + report["unchanged_files"] == files, excluded


def json_names(text: str) -> set[str]:
    """The source paths in JSON or JSON lines."""
    records = json.loads(text)["hits"] if text.startswith('{\n') else [json.loads(line) for line in text.splitlines()]
    return {record["source"]["path"] for record in records}


def csv_names(text: str) -> set[str]:
    return {row["source"] for row in csv.DictReader(io.StringIO(text))}


def test_every_command_shows_them(fill, tmp_path, capsysbinary, make_telegram):
    folder = inside(tmp_path, b"\xe9t\xe9")
    folder.mkdir()
    names = {name_of(path) for path in fill(folder)}
    (folder / "other.txt").write_text(make_telegram(serial=1, body="1. (C) Al."), "utf-8")
    at = ["--archive", str(tmp_path / "archive")]

    def printed(*arguments: str) -> str:
        assert run([*arguments, *(() if arguments[0] in ("check", "normalize") else at)]) == 0, arguments
        captured = capsysbinary.readouterr()
        assert b"\x1b" not in captured.out + captured.err, arguments
        captured.err.decode("utf-8")
        return captured.out.decode("utf-8")

    shown = printed("index", str(folder))
    assert rf"{tmp_path}/\xe9t\xe9/caf\xe9.html  instead of  {tmp_path}/\xe9t\xe9/other.txt" in shown
    for text in (printed("normalize", str(folder)), printed("search", "*", "-f", "json", "-n", "99"), printed("export", "*", "-f", "jsonl")):
        assert json_names(text) - {name_of(folder / "stays.txt"), name_of(folder / "other.txt")} == names
    for text in (printed("search", "*", "-f", "csv", "-n", "99"), printed("export", "*", "-f", "csv")):
        assert csv_names(text) > {rf"{tmp_path}/\xe9t\xe9/{name}" for name in (r"caf\xe9.html", r"caf\x5cxe9.html", "two␊lines", "a!b.txt")}
    assert f"\n{tmp_path}/\\xe9t\\xe9/two␊lines" in "\n" + printed("show", "08BAKU8", "--versions")
    assert "two␊lines" in printed("show", "08BAKU8")
    assert rf"+++ {tmp_path}/\xe9t\xe9/other.txt" in printed("show", "08BAKU1", "--versions", "--diff")
    assert json.loads(printed("show", "08BAKU1", "--versions", "-f", "json"))[0]["path"] == name_of(inside(folder, NAMES[0]))
    assert json.loads(printed("stats", "-f", "json"))["duplicates"]["08BAKU1"][0] == name_of(inside(folder, NAMES[0]))
    for arguments in (
        ["check", str(folder)], ["check", str(folder), "-f", "json"], ["normalize", str(folder), "-f", "table"], ["stats"], ["verify"],
        *(["search", "*", "-f", form] for form in ("table", "jsonl", "md", "ids")),
        *(["export", "*", "-f", form] for form in ("md", "footnotes", "bibtex", "ris")),
        ["export", "*", "-f", "zip", "--out", str(inside(folder, b"\xe9.zip"))],
    ):  # fmt: skip
        printed(*arguments)


def test_in_any_locale(fill, tmp_path, make_telegram):
    """As a person would: in other processes, with workers, in a folder that is called so itself."""
    here = inside(tmp_path, b"h\xf6re")
    (here / "sources").mkdir(parents=True)
    files = fill(here / "sources")
    for number in range(330):  # so that workers are started
        (here / "sources" / f"{number}.txt").write_text(make_telegram(serial=1000 + number), "utf-8")

    def reftel_in(environment: dict[str, str], *arguments: str) -> dict[str, object]:
        done = subprocess.run(
            [sys.executable, "-m", "reftel", *arguments, "-f", "json"], cwd=here, capture_output=True, timeout=600, check=False,
            env=os.environ | environment,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr.decode("utf-8", "backslashreplace")
        return json.loads(done.stdout)

    first = reftel_in({"LC_ALL": "C"}, "index", "sources", "--workers", "2")
    assert (first["failures"], first["read_files"]) == ([], 331 + len(files))
    # names are the same bytes under every locale, also where Python takes it at its word
    for settings in ({"LC_ALL": "C.UTF-8"}, {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}):
        again = reftel_in(settings, "index", "sources", "--workers", "2")
        assert (again["unchanged_files"], again["failures"]) == (331 + len(files), []), settings
    found = reftel_in({"LC_ALL": "C"}, "show", "08BAKU1")
    assert found["source"]["path"] == name_of(files[0])
