"""The commands of the night: exit codes, reports, saved searches, verify and backup; and nothing of a cable's text where it must not be."""

from __future__ import annotations

import configparser
import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import commands
import pytest

import reftel
from reftel.cli import group
from reftel.indexer.lock import ArchiveLock
from reftel.schema.errors import ArchiveMissing

ROOT = Path(__file__).parents[2]
SECRET = "quincunx"


class Night:
    """A folder with sources, a configuration and an archive, and the command line on it."""

    def __init__(self, folder: Path, make_telegram) -> None:
        self.folder, self._make = folder, make_telegram
        self._clock = int(time.time()) - 3600
        self.write("a.txt", 1)
        self.configure()

    def write(self, name: str, serial: int, words: str = "precedent") -> Path:
        path = self.folder / "cables" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self._make(serial=serial, subject=f"{SECRET} ONE", body=f"1. (C) {SECRET} {words}"), "utf-8")
        self._clock -= 1
        os.utime(path, (self._clock, self._clock))  # settled: the time of a file that changed just now is not trusted
        return path

    def configure(self, *lines: str) -> None:
        (self.folder / "reftel.toml").write_text('\n'.join(('sources = ["cables"]', 'report = "report.json"', "wait = 0", *lines)), "utf-8")

    def run(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if name != "REFTEL_ARCHIVE"}
        return commands.run(*arguments, cwd=self.folder, env=environment)

    @property
    def report(self) -> dict[str, object]:
        return json.loads((self.folder / "report.json").read_text("utf-8"))


@pytest.fixture
def night(tmp_path, make_telegram) -> Night:
    return Night(tmp_path, make_telegram)


def test_a_night_and_its_report(night):
    done = night.run("reindex")
    assert done.returncode == 0, done.stderr
    assert "1 cables; 1 added" in done.stdout
    assert all(line.split()[1] in {"INFO", "WARNING", "ERROR"} for line in done.stderr.splitlines())
    report = night.report
    assert (report["run"], report["added"], report["new"], report["outcomes"]) == (1, 1, ["08BAKU1"], {"read": 1})
    assert {"looking", "reading", "publishing"} <= set(report["durations"])
    assert report["cables_per_second"] > 0
    quiet = night.run("reindex", "--quiet")
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")
    assert night.report["outcomes"] == {"unchanged": 1}


def test_a_dry_run_makes_no_archive(night):
    done = night.run("reindex", "--dry-run", "--format", "json", "--quiet")
    assert json.loads(done.stdout)["changes"] == {"new": 1}
    assert not (night.folder / "archive").exists()


def test_failures_are_4_and_in_log_and_report(night):
    (night.folder / "cables/broken.txt").write_bytes(b"\x00\xff" * 99)
    done = night.run("reindex", "--quiet")
    assert done.returncode == 4
    assert "WARNING" in done.stderr
    assert "broken.txt" in done.stderr
    assert len(night.report["failures"]) == 1
    assert night.report["total"] == 1


def test_another_run_is_5_and_named(night):
    night.run("reindex", "--quiet")
    lock = ArchiveLock(night.folder / "archive")
    try:
        done = night.run("reindex", "--quiet")
    finally:
        lock.release()
    assert done.returncode == 5
    assert f"process {os.getpid()}, since 20" in done.stderr


def test_a_damaged_archive_is_3_and_can_be_repaired(night):
    night.run("reindex", "--quiet")
    night.run("saved", "add", "mine", "precedent")
    assert night.run("verify").returncode == 0
    (night.folder / "archive/manifest.sqlite").write_bytes(b"\x80garbage" * 99)
    assert night.run("reindex", "--quiet").returncode == 3
    found = night.run("verify")
    assert found.returncode == 3
    assert "manifest" in found.stdout
    repaired = night.run("verify", "--repair")
    assert repaired.returncode == 0, repaired.stderr
    assert "the damaged archive is" in repaired.stderr
    assert night.run("verify").returncode == 0
    assert night.run("search", SECRET, "--format", "ids").stdout.split() == ["08BAKU1"]
    assert "mine" in night.run("saved", "list").stdout
    assert len(list(night.folder.glob("archive.damaged-*"))) == 1


def test_a_bad_configuration_is_2_before_anything_is_done(night):
    night.configure("[saved]", "wrong = 'singer:roe'")
    for command in (("reindex",), ("reindex", "--dry-run")):
        done = night.run(*command)
        assert done.returncode == 2
        assert "reftel.toml:5: the saved search 'wrong': unknown field 'singer'" in done.stderr
    assert not (night.folder / "archive").exists()
    assert night.run("reindex", "--config", "none.toml").returncode == 2


def test_nothing_of_a_text_is_in_logs_and_reports(night):
    night.configure("[saved]", "all = 'precedent'")
    outputs = []
    for name, serial in (("b.txt", 2), ("c.txt", 2)):
        night.write(name, serial, "precedent " * serial)
        (night.folder / "cables/dump.json").write_text(f'{{"body": "{SECRET}"\n{SECRET}', "utf-8")
        done = night.run("reindex")
        outputs += [done.stdout, done.stderr, (night.folder / "report.json").read_text("utf-8"), (night.folder / "report.md").read_text("utf-8")]
    assert SECRET not in "".join(outputs).lower()


def test_saved_searches_report_what_is_new_once(night):
    night.configure("[saved]", "configured = 'precedent'")
    night.run("reindex", "--quiet")
    assert [(found["name"], found["new"]) for found in night.report["saved"]] == [("configured", 1)]
    assert night.run("saved", "add", "kept", "treaty").returncode == 0
    assert "configured  precedent  (reftel.toml)" in night.run("saved", "list").stdout
    night.write("b.txt", 2, "precedent and treaty")
    night.write("a.txt", 1, "precedent, and a better text with a treaty")
    night.run("reindex", "--quiet")
    hits = {found["name"]: [hit["key"] for hit in found["hits"]] for found in night.report["saved"]}
    assert hits == {"configured": ["08BAKU2"], "kept": ["08BAKU2"]}
    alerts = (night.folder / "report.md").read_text("utf-8")
    assert "## kept: 1 new" in alerts
    assert "- 08BAKU2, 2008-02-13, CONFIDENTIAL, BAKU" in alerts
    night.run("reindex", "--quiet")
    assert [found["new"] for found in night.report["saved"]] == [0, 0]


def test_saved_run_shows_and_marks(night):
    night.run("reindex", "--quiet")
    night.run("saved", "add", "kept", "precedent")
    assert night.run("saved", "run").returncode == 1
    night.write("b.txt", 2)
    night.run("index", "cables", "--quiet")
    for _ in range(2):
        done = night.run("saved", "run", "kept", "--format", "json")
        assert [hit["key"] for hit in json.loads(done.stdout)[0]["hits"]] == ["08BAKU2"]
    assert night.run("saved", "run", "--mark").returncode == 0
    assert night.run("saved", "run").returncode == 1
    assert night.run("saved", "run", "none").returncode == 2
    assert night.run("saved", "add", "a b", "precedent").returncode == 2
    assert night.run("saved", "add", "bad", "singer:x").returncode == 2
    assert night.run("saved", "remove", "kept").returncode == 0
    assert night.run("saved", "remove", "kept").returncode == 1
    assert night.run("saved", "list").returncode == 1


def test_init_writes_once_and_never_over(night):
    (night.folder / "reftel.toml").unlink()
    assert night.run("init", "cables").returncode == 0
    text = (night.folder / "reftel.toml").read_text("utf-8")
    again = night.run("init", "other")
    assert again.returncode == 2
    assert "is there already" in again.stderr
    assert (night.folder / "reftel.toml").read_text("utf-8") == text
    assert night.run("reindex", "--quiet").returncode == 0


def test_a_backup_is_a_copy_that_opens(night):
    os.utime(night.folder / "cables/a.txt", (1e9, 1e9))
    night.run("reindex", "--quiet")
    done = night.run("backup", "copy")
    assert done.returncode == 0, done.stderr
    assert (night.folder / "copy").stat().st_mode & 0o077 == 0
    assert night.run("search", SECRET, "--archive", "copy", "--format", "ids").stdout.split() == ["08BAKU1"]
    assert night.run("verify", "--archive", "copy").returncode == 0
    assert night.run("backup", "copy").returncode == 3
    assert night.run("backup", "other", "--archive", "none").returncode == 3
    shutil.rmtree(night.folder / "archive")
    (night.folder / "copy").rename(night.folder / "archive")
    assert night.run("reindex", "--quiet").returncode == 0
    assert night.report["outcomes"] == {"unchanged": 1}


def test_everything_in_an_archive_is_private(night):
    night.run("reindex", "--quiet")
    archive = night.folder / "archive"
    assert archive.stat().st_mode & 0o077 == 0
    for path in archive.iterdir():
        assert path.is_dir() or path.stat().st_mode & 0o077 == 0, path
    assert (night.folder / "report.json").stat().st_mode & 0o077 == 0


def test_first_seen_stays(night):
    night.run("reindex", "--quiet")
    with reftel.open(night.folder / "archive") as archive:
        assert archive.last_run() == 1
        assert [hit.key for hit in archive.new_hits("*", after_run=0)] == ["08BAKU1"]
        assert list(archive.new_hits("*", after_run=1)) == []


@pytest.mark.parametrize("name", ["reftel.service", "reftel.timer"])
def test_unit_files_can_be_read(name):
    parser = configparser.ConfigParser(strict=True, interpolation=None)
    parser.optionxform = str
    parser.read(ROOT / "systemd" / name, "utf-8")
    assert parser.has_section("Unit")
    if name.endswith("service"):
        service = parser["Service"]
        assert (service["PrivateNetwork"], service["ProtectSystem"], service["UMask"]) == ("yes", "strict", "0077")
        assert "reindex" in service["ExecStart"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze here")
def test_systemd_takes_the_unit_files(tmp_path):
    for name in ("reftel.service", "reftel.timer"):
        text = (ROOT / "systemd" / name).read_text("utf-8").replace("/usr/local/bin/reftel", shutil.which("true") or "/bin/true")
        (tmp_path / name).write_text(text, "utf-8")
    done = subprocess.run(["systemd-analyze", "verify", tmp_path / "reftel.timer", tmp_path / "reftel.service"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# -- what is missing ------------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def lost(night) -> Night:
    """A night after which a folder of eight cables was lost."""
    for serial in range(2, 10):
        night.write(f"deep/{serial}.txt", serial)
    assert night.run("reindex", "--quiet").returncode == 0
    shutil.rmtree(night.folder / "cables/deep")
    return night


@pytest.mark.parametrize("command", [("reindex",), ("index", "cables")])
def test_a_lost_folder_is_4_names_it_and_goes_the_second_time(lost, command):
    done = lost.run(*command)
    assert done.returncode == 4
    assert "held back: 8 cables are missing from the sources, and no more than 5 may go at once" in done.stderr
    logged = f"WARNING {lost.folder}/" if command[0] == "reindex" else "reftel: "  # a log is read elsewhere
    assert f"{logged}cables/deep: the folder is gone: 8 files, 8 cables" in done.stderr
    assert "--accept-removals" in done.stderr
    assert len(lost.run("search", SECRET, "-n", "20", "--format", "ids").stdout.split()) == 9
    if command[0] == "reindex":
        assert (lost.report["held"], lost.report["allowed"], lost.report["removed"]) == (8, 5, 0)
        place = str(lost.folder / "cables/deep")
        assert lost.report["missing"] == [{"place": place, "why": "gone", "files": 8, "cables": 8, "held": True}]
        assert "held back: 8 cables" in (lost.folder / "report.md").read_text("utf-8")
    quiet = lost.run(*command, "--quiet")
    assert (quiet.returncode, quiet.stdout) == (0, "")
    assert ("removed: " in quiet.stderr) is (command[0] == "reindex")  # the log is for whoever did not read the first
    assert lost.run("search", SECRET, "--format", "ids").stdout.split() == ["08BAKU1"]


@pytest.mark.parametrize("command", [("reindex",), ("index", "cables")])
def test_removals_that_are_accepted_are_named_too(lost, command):
    done = lost.run(*command, "--accept-removals")
    assert done.returncode == 0, done.stderr
    assert "8 removed" in done.stdout
    assert "removed: cables/deep: the folder is gone: 8 files, 8 cables" in done.stdout
    assert lost.run("search", SECRET, "--format", "ids").stdout.split() == ["08BAKU1"]


def test_a_dry_run_foresees_what_is_held_back(lost):
    done = lost.run("reindex", "--dry-run")
    assert (done.returncode, done.stdout.splitlines()[0]) == (4, "8 held, 1 unchanged")
    assert "held back: 8 cables" in done.stderr
    accepted = lost.run("reindex", "--dry-run", "--accept-removals")
    assert (accepted.returncode, accepted.stdout.splitlines()[0]) == (0, "8 gone, 1 unchanged")
    assert "remove  cables/deep: " in accepted.stdout


def test_the_limit_of_the_configuration(lost):
    lost.configure("max_removed = 8")
    assert lost.run("reindex", "--quiet").returncode == 0
    lost.configure("max_removed = 'ten'")
    done = lost.run("reindex")
    assert done.returncode == 2
    assert "reftel.toml:4: 'max_removed' is 'ten'; expected a number of cables" in done.stderr


# -- known failures, damage, reports -----------------------------------------------------------------------------------------------------------


def test_a_bad_file_is_4_once(night):
    bad = night.folder / "cables/broken.txt"
    bad.write_bytes(b"\x00\xff" * 99)
    assert night.run("reindex", "--quiet").returncode == 4
    assert len(night.report["new_failures"]) == 1
    done = night.run("reindex")
    assert done.returncode == 0
    assert (night.report["new_failures"], len(night.report["known_failures"]), len(night.report["failures"])) == ([], 1, 1)
    (line,) = (line for line in done.stderr.splitlines() if "broken.txt" in line)
    assert " INFO 1 could not be read, as before: " in line
    assert "1 could not be read (as before)" in done.stdout
    quiet = night.run("reindex", "--quiet")
    assert (quiet.returncode, quiet.stderr) == (0, "")
    indexed = night.run("index", "cables")
    assert indexed.returncode == 0
    assert "1 could not be read, as before" in indexed.stderr
    bad.write_bytes(b"\x00\xfe" * 99)
    assert night.run("index", "cables", "--quiet").returncode == 4


@pytest.mark.parametrize("command", [("reindex", "--quiet"), ("index", "cables", "--quiet")])
@pytest.mark.parametrize("place", [200, -200])
def test_a_manifest_that_was_altered_is_3_before_anything_is_done(night, command, place):
    """To any bit: what SQLite reads without complaint is altered all the same."""
    night.run("reindex", "--quiet")
    path = night.folder / "archive/manifest.sqlite"
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    assert night.run("verify").returncode == 3
    night.write("b.txt", 2)
    before = sorted((each, each.stat().st_mtime_ns) for each in (night.folder / "archive/index").iterdir())
    done = night.run(*command)
    assert done.returncode == 3
    assert "manifest" in done.stderr
    assert "`reftel verify --repair`" in done.stderr
    assert before == sorted((each, each.stat().st_mtime_ns) for each in (night.folder / "archive/index").iterdir())
    assert path.read_bytes() == data
    assert night.run("verify", "--repair").returncode == 0
    assert night.run(*command).returncode == 0


def test_a_manifest_of_another_index_is_3(night):
    night.run("reindex", "--quiet")
    shutil.copytree(night.folder / "archive", night.folder / "old")
    night.write("b.txt", 2)
    night.run("reindex", "--quiet")
    shutil.copy(night.folder / "old/manifest.sqlite", night.folder / "archive/manifest.sqlite")
    done = night.run("reindex", "--quiet")
    assert done.returncode == 3
    assert "the index shows 2 cables and the manifest lists 1" in done.stderr


def _blocked(place: Path, kind: str) -> None:
    """Put something where the report is to go."""
    if kind == "file":
        place.parent.mkdir(exist_ok=True)
        place.write_text("in the way", "utf-8")
    elif kind == "folder":
        (place / "x").mkdir(parents=True)


@pytest.mark.parametrize(
    ("report", "blocked", "kind"),
    [("report.json", "report.json", "folder"), ("report.json", "report.md", "folder"), ("deep/report.json", "deep", "file"), ("reports", "reports", "file"), ("r" * 300, "x", "")],
)
def test_a_report_that_cannot_be_written_is_6_and_loses_no_hit(night, report, blocked, kind):
    (night.folder / "reftel.toml").write_text(f'sources = ["cables"]\nreport = "{report}"\n[saved]\nall = "precedent"\n', "utf-8")
    _blocked(night.folder / blocked, kind)
    before = {path.name for path in night.folder.iterdir()}
    for _ in range(2):
        done = night.run("reindex", "--quiet")
        assert done.returncode == 6
        (line,) = done.stderr.splitlines()
        assert "the report cannot be written" in line
    assert {path.name for path in night.folder.iterdir()} == before | {"archive"}
    assert night.run("search", SECRET, "--format", "ids").stdout.split() == ["08BAKU1"]
    night.configure("[saved]", "all = 'precedent'")
    shutil.rmtree(night.folder / "report.json", ignore_errors=True)
    shutil.rmtree(night.folder / "report.md", ignore_errors=True)
    assert night.run("reindex", "--quiet").returncode == 0
    assert [(found["name"], found["new"]) for found in night.report["saved"]] == [("all", 1)]
    assert night.run("reindex", "--quiet").returncode == 0
    assert night.report["saved"][0]["new"] == 0


def test_a_full_disk_at_any_moment_behind_the_run(tmp_path, make_telegram, monkeypatch):
    """Every write behind the publishing fails once: the status is as documented, nothing half is left, and the hits are told afterwards."""
    import errno

    from reftel.base import durable
    from reftel.indexer.config import read_config
    from reftel.personal import nightly
    from reftel.schema.errors import ArchiveError, OutputError

    original, calls = durable.replacing, []
    for failing in range(1, 4):
        folder = tmp_path / str(failing)
        night = Night(folder, make_telegram) if folder.mkdir() is None else None
        night.configure("[saved]", "all = 'precedent'")
        nightly.run_night(read_config(folder / "reftel.toml"))
        night.write("b.txt", 2)
        calls.clear()

        def replacing(path, temporary, *, number=failing):
            if path.parent.name != "index":
                calls.append(path.name)
            if len(calls) == number and path.parent.name != "index":
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
            return original(path, temporary)

        before = sorted(path.name for path in folder.rglob("*.json*"))
        with monkeypatch.context() as patch:
            patch.setattr(durable, "replacing", replacing)
            patch.setattr(nightly, "replacing", replacing)
            with pytest.raises((OutputError, ArchiveError), match="No space left") as raised:
                nightly.run_night(read_config(folder / "reftel.toml"))
        assert raised.value.exit_code == (3 if calls[-1] == "saved.json" else 6)
        assert sorted(path.name for path in folder.rglob("*.json*")) == before
        assert not list(folder.rglob("*.new"))
        with reftel.open(folder / "archive") as opened:
            assert len(opened) == 2
        told = nightly.run_night(read_config(folder / "reftel.toml")).saved
        assert [hit.key for hit in told[0].hits] == ["08BAKU2"]
        assert nightly.run_night(read_config(folder / "reftel.toml")).saved[0].hits == ()


def test_a_damaged_saved_json_ends_the_night_before_it_begins(night):
    night.run("reindex", "--quiet")
    (night.folder / "archive/saved.json").write_text("{", "utf-8")
    night.write("b.txt", 2)
    done = night.run("reindex", "--quiet")
    assert done.returncode == 3
    assert "saved.json" in done.stderr
    assert night.run("search", SECRET, "--format", "ids").stdout.split() == ["08BAKU1"]


def test_nights_within_a_moment_have_reports_of_their_own(tmp_path):
    """Named so that they sort as the nights began, also where two began in the same moment."""
    import datetime

    from reftel.indexer.report import BuildReport
    from reftel.personal.nightly import NightReport, _write

    moment = datetime.datetime(2026, 11, 25, 3, 17, 0, 999_999, datetime.UTC)
    written = []
    for step in (0, 0, 0, 2, 10, 1_000_000):
        report = NightReport(moment + datetime.timedelta(microseconds=step), tmp_path / "archive", BuildReport(run=12, total=len(written)))
        _write(report, tmp_path / "reports")
        written.append(report.written[0])
    assert len(set(written)) == len(written) == len(list((tmp_path / "reports").glob("*.json"))) == len(list((tmp_path / "reports").glob("*.md")))
    assert sorted(written) == written
    assert [json.loads(path.read_text("utf-8"))["total"] for path in written] == list(range(len(written)))


def test_the_configuration_in_this_folder_names_the_archive_of_every_command(night):
    night.configure("archive = 'elsewhere'", "[saved]", f"words = '{SECRET}'")
    assert night.run("reindex", "--quiet").returncode == 0
    assert (night.folder / "elsewhere").is_dir()
    for line in ("count", "search --format ids", "facets --format json", "explain", "kwic", "timeline"):
        assert night.run(*line.split(), SECRET).returncode == 0, line
    assert night.run("show", "08BAKU1", "--format", "json").returncode == 0
    assert night.run("saved", "list").stdout == f"words  {SECRET}  (reftel.toml)\n"
    assert night.run("verify").returncode == 0
    assert night.run("count", SECRET, "--archive", "archive").returncode == ArchiveMissing.exit_code
    assert commands.run("count", SECRET, cwd=night.folder, env=os.environ | {"REFTEL_ARCHIVE": "archive"}).returncode == ArchiveMissing.exit_code
    completed = os.environ | {"_REFTEL_COMPLETE": "bash_complete", "COMP_WORDS": "reftel show 08B", "COMP_CWORD": "2"}
    completed.pop("REFTEL_ARCHIVE", None)
    assert commands.run(cwd=night.folder, env=completed).stdout == "plain,08BAKU1\n"


def test_a_configuration_in_this_folder_that_cannot_be_used(night, tmp_path):
    night.configure("archive = 5")
    done = night.run("count", SECRET)
    assert (done.returncode, "reftel.toml:4: 'archive' is a whole number" in done.stderr) == (2, True)
    assert night.run("count", SECRET, "--archive", "archive").returncode == ArchiveMissing.exit_code


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can give a file away")
def test_a_configuration_of_somebody_else_names_no_cluster(night):
    night.configure('archive = "opensearch+http://192.0.2.1/cables"')
    os.chown(night.folder / "reftel.toml", 12345, 12345)
    done = night.run("count", SECRET)
    assert (done.returncode, "belongs to somebody else" in done.stderr) == (2, True)


@pytest.mark.parametrize("line", ["serve --port 0", "mcp", "batch questions.txt"])
@pytest.mark.parametrize(("where", "kept"), [((), 64), (("--archive", "archive"), 256)])
def test_memory_is_that_of_commands_that_answer_many_questions(night, monkeypatch, line, where, kept):
    night.configure("memory = 64")
    (night.folder / "questions.txt").write_text(SECRET, "utf-8")
    assert night.run("reindex", "--quiet").returncode == 0
    monkeypatch.chdir(night.folder)
    monkeypatch.delenv("REFTEL_ARCHIVE", raising=False)
    opened = []

    def stop(_archive: str, *, cache_mb: float, **_named: object) -> None:
        opened.append(cache_mb)
        raise ArchiveMissing("far enough")

    monkeypatch.setattr(reftel, "open", stop)
    with pytest.raises(ArchiveMissing, match="far enough"):
        group.main([*line.split(), *where], standalone_mode=False)
    assert opened == [kept]


def test_memory_of_a_configuration_that_is_named(night, monkeypatch):
    night.configure("memory = 64")
    assert night.run("reindex", "--quiet").returncode == 0
    monkeypatch.delenv("REFTEL_ARCHIVE", raising=False)
    monkeypatch.setattr(reftel, "open", lambda *_values, cache_mb, **_named: pytest.fail(f"opened with {cache_mb}"))
    with pytest.raises(pytest.fail.Exception, match="opened with 64"):
        group.main(["serve", "--port", "0", "--config", str(night.folder / "reftel.toml")], standalone_mode=False)
