"""Whatever happens to a run, the archive holds the old state or the new one, whole, and the next run makes it as one built afresh."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torture

import reftel
from reftel.cli import run
from reftel.indexer import reading
from reftel.indexer.publishing import INDEX_FOLDER
from reftel.indexer.sources import Selection
from reftel.indexer.verify import rebuild, verify
from reftel.indexer.workers import Workers
from reftel.schema.errors import ArchiveError

WRITES = ("fsync", "replace", "rename")
CALLS = (*WRITES, "unlink", "remove")


class Place:
    """Sources, an archive of an earlier state of them, and copies to try faults on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sources, self.first = folder / "sources", folder / "first"
        self.sources.mkdir()
        for number in range(6):
            self.write(f"{number}.txt", number + 1, "minsk group precedent " * (number + 3))
        reftel.build([self.sources], self.first)
        self.old = torture.state_of(self.first)
        self.write("0.txt", 1, "changed " * 9)
        self.write("second.txt", 2, "a longer text of the same cable " * 20)
        self.write("third.txt", 2, "the longest text of the same cable " * 30)
        self.write("new.txt", 20, "new precedent")
        (self.sources / "5.txt").unlink()
        self.new = torture.fresh_state(self.sources, folder / "fresh")

    def write(self, name: str, serial: int, words: str) -> None:
        (self.sources / name).write_text(torture.TEXT.format(serial=serial, words=words), "utf-8")

    def copy(self, name: str) -> Path:
        target = self.folder / name
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(self.first, target)
        return target

    def check(self, archive: Path) -> None:
        assert torture.find_fault(self.old, self.new, self.sources, archive) is None


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Place:
    return Place(tmp_path_factory.mktemp("faults"))


def in_child(action: Callable[[], object]) -> int:
    """Exit status of ``action`` in a process of its own, which may die in the middle of it: 0 done, 3 an archive's error, 9 anything else."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns where the test runner has threads
        child = os.fork()
    if not child:
        status = 9
        try:
            action()
            status = 0
        except ArchiveError:
            status = 3
        finally:
            os._exit(status)
    _, result = os.waitpid(child, 0)
    return -os.WTERMSIG(result) if os.WIFSIGNALED(result) else os.WEXITSTATUS(result)


def fail_at(number: int, fault: Callable[[], None], names: tuple[str, ...] = CALLS) -> Iterator[int]:
    """Put ``fault`` before the call of this number among those that make changes last; the number of calls so far."""
    count = 0

    def wrapped(original: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object, **options: object) -> object:
            nonlocal count
            count += 1
            if count == number:
                fault()
            return original(*arguments, **options)

        return call

    for name in names:
        setattr(os, name, wrapped(getattr(os, name)))
    while True:
        yield count


def count_calls(place: Place, names: tuple[str, ...] = CALLS) -> int:
    archive = place.copy("counted")

    def action() -> None:
        counter = fail_at(-1, lambda: None, names)
        next(counter)
        reftel.build([place.sources], archive)
        os._exit(100 + next(counter))

    return in_child(action) - 100


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def no_space() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_killed_at_every_step(place):
    statuses = []
    for number in range(1, count_calls(place) + 1):
        archive = place.copy("killed")

        def action(number=number, archive=archive) -> None:
            next(fail_at(number, kill))
            reftel.build([place.sources], archive)

        statuses.append(in_child(action))
        place.check(archive)
    assert set(statuses) == {-signal.SIGKILL}
    assert len(statuses) >= 8  # the protocol's own flushes and renames at the least


def test_a_full_disk_at_every_step(place):
    statuses = []
    for number in range(1, count_calls(place, WRITES) + 1):
        archive = place.copy("full")

        def action(number=number, archive=archive) -> None:
            next(fail_at(number, no_space, WRITES))
            reftel.build([place.sources], archive)

        statuses.append(in_child(action))
        place.check(archive)
    assert 9 not in statuses
    assert statuses.count(3) >= 6


@pytest.mark.parametrize("limit", [0, 100, 1000, 4096, 10_000, 20_000, 40_000, 60_000, 80_000])
def test_no_file_can_grow_beyond_a_limit(place, limit):
    archive = place.copy("limited")

    def action() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        reftel.build([place.sources], archive)

    assert in_child(action) in (0, 3)
    assert torture.state_of(archive) in (place.old, place.new)
    place.check(archive)


def test_killed_at_random_moments(tmp_path):
    killed, _ = torture.torture(tmp_path, 6, 7)
    assert killed


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_a_run_in_order(tmp_path, make_telegram, number, status):
    folder, archive = tmp_path / "cables", tmp_path / "archive"
    folder.mkdir()
    (folder / "first.txt").write_text(make_telegram(), "utf-8")
    reftel.build([folder], archive)
    old = torture.state_of(archive)
    for serial in range(1000, 3000):
        (folder / f"{serial}.txt").write_text(make_telegram(serial=serial), "utf-8")
    (tmp_path / "reftel.toml").write_text('sources = ["cables"]\n', "utf-8")
    # A file that is just being opened has no owner yet who would close it; Python does, and tells developers so.
    command = [sys.executable, "-W", "ignore::ResourceWarning", "-m", "reftel", "reindex", "--archive", archive]
    run = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    while not (archive / "manifest.sqlite.draft").exists():
        time.sleep(0.005)
    run.send_signal(number)
    _, complaint = run.communicate(timeout=60)
    assert run.returncode == status, complaint
    assert "Traceback" not in complaint
    assert torture.state_of(archive) == old
    assert torture.leftovers(archive) == []


@pytest.mark.parametrize("whole", [reading.WHOLE, 0], ids=["whole files", "streams"])
def test_a_worker_that_is_killed_costs_nothing(place, monkeypatch, whole):
    archive = place.folder / f"workers {whole}"
    original = Workers.begin
    killed = 0

    def begin(pool, function, *values):
        nonlocal killed
        task = original(pool, function, *values)
        if task.future is not None and not killed:
            for process in pool._pool._processes.values():
                os.kill(process.pid, signal.SIGKILL)
                killed += 1
        return task

    monkeypatch.setattr(Workers, "begin", begin)
    monkeypatch.setattr(reading, "ALONE", 2)
    monkeypatch.setattr(reading, "WHOLE", whole)
    from reftel.indexer.build import build_selection

    report = build_selection(Selection((str(place.sources),)), archive, workers=2)
    assert killed
    assert report.failures == []
    assert torture.state_of(archive) == place.new


@pytest.mark.parametrize("whole", [reading.WHOLE, 0], ids=["whole files", "streams"])
def test_workers_read_what_one_process_reads(place, monkeypatch, whole):
    from reftel.indexer.build import build_selection

    monkeypatch.setattr(reading, "ALONE", 2)
    monkeypatch.setattr(reading, "WHOLE", whole)
    archive = place.folder / f"parallel {whole}"
    build_selection(Selection((str(place.sources),)), archive, workers=2)
    assert torture.state_of(archive) == place.new


def test_a_file_that_changes_while_it_is_read_keeps_its_old_cables(place, monkeypatch):
    archive = place.copy("changing")
    reftel.build([place.sources], archive)
    before = torture.state_of(archive)
    path = place.sources / "new.txt"
    text = path.read_text("utf-8")
    original = reading.iter_messages

    def changing(read, on_error, **options):
        yield from original(read, on_error, **options)
        if read == path:
            path.write_text(path.read_text("utf-8") + "x\n", "utf-8")

    path.write_text(text + "y\n", "utf-8")
    monkeypatch.setattr(reading, "iter_messages", changing)
    try:
        (failure,) = reftel.build([place.sources], archive).failures
        assert "changed again and again while it was read" in failure
        assert torture.state_of(archive) == before
        monkeypatch.undo()
        assert reftel.build([place.sources], archive).read_files == 1
    finally:
        path.write_text(text, "utf-8")


def test_a_file_that_gives_nothing_any_more_keeps_its_old_cables(tmp_path, make_telegram):
    folder, archive = tmp_path / "cables", tmp_path / "archive"
    folder.mkdir()
    (folder / "a.txt").write_text(make_telegram(), "utf-8")
    (folder / "b.txt").write_text(make_telegram(serial=5), "utf-8")
    reftel.build([folder], archive)
    (folder / "a.txt").write_bytes(b"\x00\xff" * 400)
    for _ in range(2):
        report = reftel.build([folder], archive)
        assert (report.total, report.removed, len(report.failures)) == (2, 0, 1)
    (folder / "a.txt").unlink()
    assert reftel.build([folder], archive).removed == 1


def test_a_clock_set_back_hides_no_change(tmp_path, make_telegram, monkeypatch):
    folder, archive = tmp_path / "cables", tmp_path / "archive"
    folder.mkdir()
    path = folder / "a.txt"
    path.write_text(make_telegram(body="1. (C) alpha"), "utf-8")
    future = time.time() + 86_400
    os.utime(path, (future, future))
    reftel.build([folder], archive)
    path.write_text(make_telegram(body="1. (C) gamma"), "utf-8")  # the same size
    os.utime(path, (future, future))
    assert reftel.build([folder], archive).replaced == 1
    past = time.time() - 86_400 * 365 * 30
    monkeypatch.setattr(time, "time_ns", lambda: int(past * 1e9))
    path.write_text(make_telegram(body="1. (C) delta"), "utf-8")
    os.utime(path, (past - 100, past - 100))
    assert reftel.build([folder], archive).replaced == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_an_archive_that_may_not_be_written_is_an_error_and_stays(place):
    archive = place.copy("forbidden")
    archive.chmod(0o500)
    try:
        with pytest.raises(ArchiveError, match="cannot be written"):
            reftel.build([place.sources], archive)
    finally:
        archive.chmod(0o700)
    place.check(archive)


def _files(archive: Path) -> list[str]:
    return sorted(str(path.relative_to(archive)) for path in archive.rglob("*") if path.is_file() and path.stat().st_size and path.name != "lock")


@pytest.mark.parametrize("damage", ["cut in half", "emptied", "a bit turned in the middle", "overwritten"])
def test_damage_to_any_file_is_found_and_repaired(place, damage):
    names = [name for name in _files(place.first) if "WRITELOCK" not in name]
    assert len(names) >= 3
    for name in names:
        archive = place.copy("damaged")
        path = archive / name
        data = bytearray(path.read_bytes())
        if damage == "a bit turned in the middle":
            data[len(data) // 2] ^= 0x10
        path.write_bytes({"cut in half": data[: len(data) // 2], "emptied": b"", "overwritten": b"\x80garbage" * 20}.get(damage, bytes(data)))
        assert verify(archive).problems, name
        repair = rebuild(archive, Selection((str(place.sources),)))
        assert torture.state_of(archive) == place.new
        assert verify(archive).problems == []
        shutil.rmtree(repair.kept)


def test_a_lost_manifest_is_made_anew_from_the_index(place):
    archive = place.copy("headless")
    (archive / "manifest.sqlite").unlink()
    with pytest.raises(reftel.ArchiveDamaged, match="lost its manifest"):
        reftel.open(archive)
    reftel.build([place.sources], archive)
    assert torture.state_of(archive) == place.new
    assert verify(archive).problems == []


@pytest.mark.parametrize("order", ["index first", "manifest first"])
def test_a_copy_made_while_a_run_published_opens_and_heals(place, order):
    archive = place.copy("copied")
    later = place.copy("later")
    reftel.build([place.sources], later)
    source, rest = (later, place.first) if order == "manifest first" else (place.first, later)
    shutil.copy(source / "manifest.sqlite", archive / "manifest.sqlite")
    shutil.rmtree(archive / INDEX_FOLDER)
    shutil.copytree(rest / INDEX_FOLDER, archive / INDEX_FOLDER)
    with reftel.open(archive) as opened:
        assert opened.search("precedent").total
    report = reftel.build([place.sources], archive)
    assert report.failures == []
    reftel.build([place.sources], archive)
    if order == "manifest first":
        assert report.notes
        assert torture.state_of(archive) == place.new


def test_a_copy_made_while_a_run_reads_opens_and_goes_on(place):
    archive, copy = place.copy("busy"), place.folder / "caught"

    def copy_once(_progress: object) -> None:
        if not copy.exists() and list(archive.glob("*.draft")):
            shutil.copytree(archive, copy)

    reftel.build([place.sources], archive, on_progress=copy_once)
    assert list(copy.glob("*.draft"))
    assert torture.state_of(copy) == place.old
    place.check(copy)


def test_a_second_writer_waits_and_names_the_first(place, tmp_path):
    from reftel.indexer.build import build
    from reftel.indexer.lock import ArchiveLock

    archive = place.copy("contested")
    holder = ArchiveLock(archive)
    with pytest.raises(reftel.ArchiveLocked, match=rf"process {os.getpid()}, since 20\d\d-"):
        reftel.build([place.sources], archive)
    threading.Timer(0.5, holder.release).start()
    build([place.sources], archive, wait=30)
    assert torture.state_of(archive) == place.new


def test_a_dead_holder_is_not_in_the_way(place):
    archive = place.copy("orphaned")

    def action() -> None:
        from reftel.indexer.lock import ArchiveLock

        ArchiveLock(archive)
        kill()

    assert in_child(action) == -signal.SIGKILL
    reftel.build([place.sources], archive)
    assert torture.state_of(archive) == place.new


def test_an_open_archive_keeps_its_state_until_it_is_refreshed(place):
    archive = place.copy("watched")
    with reftel.open(archive) as opened:
        assert not opened.refresh()
        before = [hit.key for hit in opened.scan("*")]
        reftel.build([place.sources], archive)
        assert [hit.key for hit in opened.scan("*")] == before
        assert opened.refresh()
        assert "08BAKU20" in opened
        assert "08BAKU6" not in opened


def test_readers_always_find_index_and_manifest_together(tmp_path):
    sources, archive = tmp_path / "cables", tmp_path / "archive"
    sources.mkdir()
    faults: list[str] = []
    opened, done = 0, threading.Event()

    def write(number: int) -> None:
        (sources / f"{number}.txt").write_text(torture.TEXT.format(serial=number + 1, words="minsk " * 5), "utf-8")
        reftel.build([sources], archive)

    def read() -> None:
        nonlocal opened
        while not done.is_set():
            with reftel.open(archive) as found:
                total = found.search("minsk", limit=0).total
                if not total == len(found) == len(found._state.manifest.shown_keys()) == found.last_run():
                    faults.append(f"{total} hits, {len(found)} cables, run {found.last_run()}")
            opened += 1

    write(0)
    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(1, 16):
        write(number)
    done.set()
    for reader in readers:
        reader.join()
    assert faults == []
    assert opened > 10


def test_other_rules_read_everything_again(place, monkeypatch):
    from reftel.indexer import changes

    archive = place.copy("rules")
    reftel.build([place.sources], archive)
    monkeypatch.setattr(changes, "NORMALISER_VERSION", changes.NORMALISER_VERSION + 1)
    assert reftel.build([place.sources], archive).read_files == len(list(place.sources.iterdir()))
    assert reftel.build([place.sources], archive).read_files == 0


# -- first runs ----------------------------------------------------------------------------------------------------------------------

UNFINISHED = "the first run into this archive has not finished"


def says(capsys, *command: str) -> tuple[int, str]:
    capsys.readouterr()
    status = run(list(command))
    printed = capsys.readouterr()
    return status, printed.out + printed.err


def check_first(place: Place, archive: Path, capsys) -> bool:
    """Whether the archive is one; if not, every command says that it is none yet. Afterwards a run makes it as a first one does."""
    whole = torture.state_of(archive) == place.new
    commands = [("search", "precedent"), ("stats",), ("verify",), ("show", "08BAKU1"), ("backup", str(archive.with_name("away"))), ("saved", "list")]
    for command in [] if whole else commands:
        status, text = says(capsys, *command, "--archive", str(archive))
        assert status == 3
        assert (UNFINISHED if archive.exists() and any(archive.iterdir()) else "there is no archive here") in text
        assert not archive.with_name("away").exists()
    report = reftel.build([place.sources], archive)
    assert report.failures == []
    assert (report.added, report.run) == ((0, 1) if whole else (report.total, 1))
    assert torture.state_of(archive) == place.new
    assert torture.leftovers(archive) == []
    assert verify(archive).problems == []
    return whole


def test_killed_at_every_step_of_a_first_run(place, capsys):
    outcomes = []
    number = 0
    while True:
        number += 1
        archive = place.folder / f"killed {number}"

        def action(number=number, archive=archive) -> None:
            next(fail_at(number, kill, (*CALLS, "mkdir", "open")))
            reftel.build([place.sources], archive)

        status = in_child(action)
        if status == 0:
            break
        assert status == -signal.SIGKILL
        outcomes.append(check_first(place, archive, capsys))
    assert outcomes.count(False) >= 8
    assert outcomes == sorted(outcomes)  # once it is there it stays there


def test_an_empty_first_run_has_finished(tmp_path, capsys):
    (tmp_path / "cables").mkdir()
    archive = tmp_path / "archive"
    assert reftel.build([tmp_path / "cables"], archive).run == 1
    with reftel.open(archive) as opened:
        assert len(opened) == 0
    assert says(capsys, "search", "x", "--archive", str(archive))[0] == 1
    assert verify(archive).problems == []
    assert reftel.build([tmp_path / "cables"], archive).run == 1


@pytest.mark.parametrize(("lost", "named"), [("manifest.sqlite", "lost its manifest"), ("index", "lost its index")])
def test_an_archive_that_was_there_is_damaged_not_unfinished(place, capsys, lost, named):
    archive = place.copy(f"without {lost}")
    os.rename(archive / lost, place.folder / f"lost {lost}")  # noqa: PTH104
    for command in (("search", "precedent"), ("stats",), ("verify",), ("backup", str(place.folder / "away"))):
        status, text = says(capsys, *command, "--archive", str(archive))
        assert (status, named in text) == (3, True), text


_NONE = "there is no archive here"


@pytest.mark.parametrize("name", ["something", "lock", "index"])
def test_a_folder_with_a_link_is_no_damaged_archive(tmp_path, capsys, name):
    home = tmp_path / "home"
    home.mkdir()
    os.symlink(tmp_path, home / name)  # noqa: PTH211
    for command in (("search", "x"), ("stats",), ("verify",), ("verify", "--repair"), ("backup", str(tmp_path / "away"))):
        status, text = says(capsys, *command, "--archive", str(home))
        assert (status, _NONE in text or "has not finished" in text) == (3, True), text
    status, text = says(capsys, "index", str(tmp_path / "nothing"), "--archive", str(home))
    assert status in (2, 3, 4)
    assert "remove it" not in text
    assert os.listdir(home) == [name]  # noqa: PTH208


@pytest.mark.parametrize(("name", "said"), [("", _NONE), ("nowhere", _NONE), ("a file", "is a file, not the folder of an archive"), ("a file/below", _NONE), ("n" * 300, "File name too long")])
def test_where_there_is_none(tmp_path, capsys, name, said):
    (tmp_path / "a file").write_text("text")
    for command in (("search", "x"), ("stats",), ("verify",), ("backup", str(tmp_path / "away"))):
        status, text = says(capsys, *command, "--archive", str(tmp_path / name))
        assert status == 3
        assert said in text
