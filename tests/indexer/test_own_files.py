"""Notes and saved searches are a person's own: no repair loses one, a backup holds them whole, whoever writes at the moment."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import struct
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

import reftel
from reftel.engine.folder import Lock
from reftel.indexer import verify
from reftel.indexer.backup import copy_archive
from reftel.indexer.lock import ArchiveLock, own_files
from reftel.indexer.sources import Selection
from reftel.personal import saved
from reftel.personal.notes import Notes


@pytest.fixture
def archive(archive_path, tmp_path) -> Path:
    return Path(shutil.copytree(archive_path, tmp_path / "archive"))


def repair(archive: Path, sources: Path) -> verify.Repair:
    return verify.rebuild(archive, Selection((str(sources),)))


def note(archive: Path, tag: str, key: str = "08BAKU101") -> None:
    Notes(archive / "mine.sqlite").add(key, tags=[tag])


def tags(archive: Path) -> set[str]:
    return set(Notes(archive / "mine.sqlite").tags())


def keep_search(archive: Path, name: str) -> None:
    with saved.changing(archive) as found:
        found.searches[name] = "minsk"


# -- a repair -----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [True, False], ids=["there before", "made meanwhile"])
def test_what_is_noted_during_a_repair_is_in_the_new_archive(archive, sources, monkeypatch, before):
    if before:
        note(archive, "before")
        keep_search(archive, "before")
    original = verify.build_selection

    def build(*arguments, **options):
        note(archive, "meanwhile")
        keep_search(archive, "meanwhile")
        return original(*arguments, **options)

    monkeypatch.setattr(verify, "build_selection", build)
    repair(archive, sources)
    expected = {"before", "meanwhile"} if before else {"meanwhile"}
    assert tags(archive) == set(saved.read_saved(archive).searches) == expected


def test_no_note_of_one_who_goes_on_writing_is_lost_by_a_repair(archive, sources):
    noted: list[str] = []
    done = threading.Event()

    def write() -> None:
        while not done.is_set():
            tag = f"t{len(noted)}"
            note(archive, tag)
            keep_search(archive, tag)
            noted.append(tag)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(3):
            before = len(noted)
            repair(archive, sources)
            while len(noted) < before + 2 and writer.is_alive():
                time.sleep(0.01)
    finally:
        done.set()
        writer.join()
    assert len(noted) >= 6
    assert tags(archive) == set(saved.read_saved(archive).searches) == set(noted)


def hold_own(folder: Path) -> contextlib.AbstractContextManager[object]:
    return own_files(folder)


def hold_archive(folder: Path) -> contextlib.AbstractContextManager[object]:
    return ArchiveLock(folder)


def take_archive(folder: Path) -> None:
    with ArchiveLock(folder, wait=60):
        (folder / "written").touch()


@pytest.mark.parametrize(
    ("hold", "write", "written"),
    [
        (hold_own, lambda folder: note(folder, "late"), "mine.sqlite"),
        (hold_own, lambda folder: keep_search(folder, "late"), "saved.json"),
        (hold_archive, take_archive, "written"),
    ],
    ids=["notes", "saved searches", "a run"],
)
def test_who_waited_while_a_folder_was_exchanged_writes_into_the_one_that_is_there(tmp_path, hold, write, written):
    folder, fresh, kept = tmp_path / "archive", tmp_path / "fresh", tmp_path / "kept"
    folder.mkdir()
    fresh.mkdir()
    with hold(folder):
        waiting = threading.Thread(target=write, args=(folder,))
        waiting.start()
        waiting.join(0.3)
        assert waiting.is_alive()
        folder.rename(kept)
        waiting.join(0.1)
        fresh.rename(folder)
    waiting.join()
    assert (folder / written).exists()
    assert not (kept / written).exists()


def test_a_lock_whose_file_was_removed_is_taken_anew(tmp_path):
    with ArchiveLock(tmp_path):
        (tmp_path / "lock").unlink()
        with ArchiveLock(tmp_path), pytest.raises(reftel.ArchiveLocked):
            ArchiveLock(tmp_path)


def test_two_repairs_within_a_second_keep_both_damaged_archives(archive, sources):
    first, second = repair(archive, sources).kept, repair(archive, sources).kept
    assert first != second
    assert first.is_dir()
    assert second.is_dir()


def test_an_archive_that_is_called_by_a_dot_is_repaired(archive, sources, monkeypatch):
    monkeypatch.chdir(archive)
    kept = repair(Path(), sources).kept
    assert kept.parent == archive.parent
    assert verify.verify(archive).problems == []


# -- a copy -------------------------------------------------------------------------------------------------------------------------------

_WRITER = """
import sys
from reftel.personal.notes import Notes
notes = Notes(sys.argv[1])
print("begun", flush=True)
for number in range(1_000_000):
    notes.add(f"08BAKU{number % 50}", tags=[f"a{number}", f"b{number}"])
    if number > 20:
        notes.remove(f"08BAKU{(number - 20) % 50}", tags=[f"a{number - 20}", f"b{number - 20}"])
"""


def test_a_backup_made_while_another_process_writes_notes_is_whole(archive, tmp_path):
    writer = subprocess.Popen([sys.executable, "-c", _WRITER, archive / "mine.sqlite"], stdout=subprocess.PIPE, text=True)
    try:
        assert writer.stdout.readline() == "begun\n"
        while not tags(archive) and writer.poll() is None:
            time.sleep(0.01)
        for number in range(5):
            copy = tmp_path / f"copy{number}"
            copy_archive(archive, copy, wait=60)
            with contextlib.closing(sqlite3.connect(copy / "mine.sqlite")) as database:
                assert database.execute("pragma integrity_check").fetchall() == [("ok",)]
            found = tags(copy)
            assert found
            assert {tag[1:] for tag in found if tag[0] == "a"} == {tag[1:] for tag in found if tag[0] == "b"}
            assert not [path.name for path in copy.iterdir() if path.name.startswith("mine.sqlite-")]
    finally:
        writer.kill()
        writer.communicate()


def die_in_the_middle(path: Path) -> None:
    """Leave notes whose last change was half written when the writer died: a hot journal."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns where the test runner has threads
        child = os.fork()
    if not child:
        try:
            database = sqlite3.connect(path, isolation_level=None)
            database.execute("pragma cache_size = 1")
            database.execute("begin immediate")
            database.executemany("insert into note (key, text, added) values ('08BAKU101', ?, '')", [("half " * 600,)] * 200)
            database.execute("delete from tag")
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert path.with_name("mine.sqlite-journal").stat().st_size
    assert path.stat().st_size > 100_000


def texts(archive: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(archive / "mine.sqlite")) as database:
        return [text for (text,) in database.execute("select text from note")]


def look(archive: Path, _sources: Path, _copy: Path) -> Path:
    return archive


def back_up(archive: Path, _sources: Path, copy: Path) -> Path:
    copy_archive(archive, copy)
    return copy


def back_up_damaged(archive: Path, _sources: Path, copy: Path) -> Path:
    with pytest.raises(reftel.ArchiveDamaged, match="is the copy of a damaged archive"):
        copy_archive(archive, copy)
    return copy


def mend(archive: Path, sources: Path, _copy: Path) -> Path:
    repair(archive, sources)
    return archive


@pytest.mark.parametrize("way", [look, back_up, mend])
def test_what_a_dead_writer_left_half_done_counts_for_nothing(archive, sources, tmp_path, way):
    Notes(archive / "mine.sqlite").add("08BAKU101", tags=["kept"], text="whole")
    die_in_the_middle(archive / "mine.sqlite")
    result = way(archive, sources, tmp_path / "copy")
    assert tags(result) == {"kept"}
    assert texts(result) == ["whole"]


@pytest.mark.parametrize("way", [back_up, mend])
def test_notes_that_another_program_keeps_in_a_log_are_taken_whole(archive, sources, tmp_path, way):
    note(archive, "first")
    with contextlib.closing(sqlite3.connect(archive / "mine.sqlite", isolation_level=None)) as other:
        other.execute("pragma journal_mode = wal")
        other.execute("insert into tag values ('08BAKU101', 'second', '')")
        assert (archive / "mine.sqlite-wal").stat().st_size
        result = way(archive, sources, tmp_path / "copy")
    assert tags(result) == {"first", "second"}
    assert sorted(path.name for path in result.glob("mine*")) == ["mine.sqlite"]


@pytest.mark.parametrize("way", [back_up_damaged, mend])
def test_damaged_notes_are_taken_as_they_are(archive, sources, tmp_path, way):
    (archive / "mine.sqlite").write_bytes(b"garbage " * 1000)
    assert (way(archive, sources, tmp_path / "copy") / "mine.sqlite").read_bytes() == b"garbage " * 1000


def add_note(archive: Path, _sources: Path, _copy: Path) -> Path:
    note(archive, "more")
    return archive


@pytest.mark.parametrize("way", [add_note, back_up, mend])
def test_no_journal_has_a_file_of_ones_own_removed(archive, sources, tmp_path, way):
    """SQLite removes the file that the journal of a change to several databases names, once it has undone that change."""
    note(archive, "kept")
    die_in_the_middle(archive / "mine.sqlite")
    victim = tmp_path / "victim"
    victim.write_text("precious", "utf-8")
    name = os.fsencode(victim)
    page = struct.unpack(">H", (archive / "mine.sqlite").read_bytes()[16:18])[0]
    with (archive / "mine.sqlite-journal").open("ab") as journal:
        journal.write(struct.pack(">I", 0x4000_0000 // page + 1) + name + struct.pack(">II", len(name), sum(name)) + bytes.fromhex("d9d505f920a163d7"))
    with pytest.raises(reftel.ArchiveError, match="names another file"):
        way(archive, sources, tmp_path / "copy")
    assert victim.read_text("utf-8") == "precious"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["archive", "victim"]


# -- an archive that can't be written to ----------------------------------------------------------------------------------------------------


def refuse_to_open(monkeypatch: pytest.MonkeyPatch, number: int, when: Callable[[str, int], bool]) -> None:
    original = os.open

    def opened(path, flags, *arguments, **options):
        if when(os.fspath(path), flags):
            raise OSError(number, os.strerror(number), os.fspath(path))
        return original(path, flags, *arguments, **options)

    monkeypatch.setattr(os, "open", opened)


@pytest.mark.parametrize("lock", [True, False], ids=["with a lock file", "without"])
@pytest.mark.parametrize("number", [13, 30, 28], ids=["not permitted", "read-only disk", "full disk"])
def test_an_archive_that_nobody_here_can_write_to_is_copied(archive, tmp_path, monkeypatch, lock, number):
    note(archive, "kept")
    if not lock:
        (archive / "lock").unlink()
    writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT
    refuse_to_open(monkeypatch, number, lambda path, flags: path.startswith(f"{archive}/") and bool(flags & writing))
    copy_archive(archive, tmp_path / "copy")
    monkeypatch.undo()
    assert tags(tmp_path / "copy") == {"kept"}
    assert verify.verify(tmp_path / "copy").problems == []
    assert (archive / "lock").exists() == lock


def test_an_archive_that_changes_while_it_is_copied_without_a_lock_is_copied_again(archive, tmp_path, monkeypatch):
    from reftel.indexer import backup

    (archive / "lock").unlink()
    refuse_to_open(monkeypatch, 30, lambda path, flags: path.endswith("/lock") and bool(flags & os.O_CREAT))
    original, rounds, busy = backup.copy_own, 0, 1

    def copy_own(*arguments):
        nonlocal rounds
        rounds += 1
        if rounds <= busy:
            (archive / f"new{rounds}").touch()
        original(*arguments)

    monkeypatch.setattr(backup, "copy_own", copy_own)
    copy_archive(archive, tmp_path / "copy")
    assert (rounds, (tmp_path / "copy" / "new1").exists()) == (2, True)
    busy = 100
    with pytest.raises(reftel.ArchiveLocked, match="was written to again and again"):
        copy_archive(archive, tmp_path / "other")
    assert not list(tmp_path.glob("other*"))


@pytest.mark.parametrize(
    ("place", "error", "blamed"),
    [
        ("archive/index", reftel.ArchiveError, "archive: cannot be read: Permission denied"),
        ("copy.partial", reftel.OutputError, "copy: cannot be written: Permission denied"),
    ],
)
def test_a_backup_blames_the_right_folder(archive, tmp_path, monkeypatch, place, error, blamed):
    refuse_to_open(monkeypatch, 13, lambda path, _flags: path.startswith(f"{tmp_path / place}/"))
    with pytest.raises(error, match=f"{tmp_path}/{blamed}"):
        copy_archive(archive, tmp_path / "copy")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["archive"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("manifest.sqlite", "the manifest cannot be read"), ("mine.sqlite", "file is not a database"), ("saved.json", "the saved searches cannot be read"),
        ("index/*.seg", "the file does not begin like a file of arrays"), ("index/*.toc", "the table of contents is not whole"),
    ],
)  # fmt: skip
def test_a_backup_of_a_damaged_archive_is_made_and_said_to_be_one(archive, tmp_path, name, said):
    reftel.open(archive).notes.add("08BAKU1", tags="x")
    (archive / "saved.json").write_text('{"searches": {}, "marks": {}}')
    (damaged,) = archive.glob(name)
    damaged.write_bytes(b"\0" * damaged.stat().st_size)
    with pytest.raises(reftel.ArchiveDamaged, match=f"is the copy of a damaged archive .*{said}"):
        copy_archive(archive, tmp_path / "copy")
    assert next((tmp_path / "copy").glob(name)).read_bytes() == damaged.read_bytes()


@pytest.mark.parametrize("name", ["copy", "index/copy", "."])
def test_no_backup_inside_the_archive(archive, name):
    with pytest.raises(reftel.ArchiveError, match=r"lies inside the archive|is there already"):
        copy_archive(archive, archive / name)


@pytest.mark.parametrize("name", [".", "..", "/", "", "archive", "archive/.."])
def test_no_backup_over_what_is_there(archive, monkeypatch, name):
    monkeypatch.chdir(archive.parent)
    with pytest.raises(reftel.ArchiveError, match="is there already; name a new folder"):
        copy_archive(archive, Path(name))
    assert list(archive.parent.iterdir()) == [archive]


@pytest.mark.parametrize("name", ["lock", "index/more", "mine.sqlite", "saved.json", "manifest.sqlite.next"])
def test_what_is_no_file_is_not_copied(archive, tmp_path, name):
    (archive / name).unlink(missing_ok=True)
    os.mkfifo(archive / name)
    with pytest.raises(reftel.ArchiveError, match="a pipe"):
        copy_archive(archive, tmp_path / "copy")
    assert not list(tmp_path.glob("copy*"))


def test_the_index_has_one_writer(tmp_path):
    from reftel.engine.errors import LockHeld

    lock = Lock(tmp_path)
    with pytest.raises(LockHeld):
        Lock(tmp_path)
    lock.release()
    Lock(tmp_path).release()


# -- what the system says of a lock --------------------------------------------------------------------------------------------------------


def fail(number: int, times: int = 1_000_000) -> Callable[..., None]:
    import fcntl

    original = fcntl.flock

    def flock(*arguments):
        nonlocal times
        if times:
            times -= 1
            raise OSError(number, os.strerror(number))
        original(*arguments)

    return flock


def begin_run(archive: Path) -> None:
    ArchiveLock(archive).release()


@pytest.mark.parametrize("number", [37, 38, 95, 5], ids=["ENOLCK", "ENOSYS", "EOPNOTSUPP", "EIO"])
@pytest.mark.parametrize("write", [begin_run, lambda archive: note(archive, "t"), lambda archive: keep_search(archive, "s")], ids=["run", "note", "saved"])
def test_a_file_system_without_locks_is_no_other_process(archive, monkeypatch, number, write):
    monkeypatch.setattr("fcntl.flock", fail(number))
    with pytest.raises(reftel.ArchiveError, match=r"gives no locks .*keep the archive on a local disk") as caught:
        write(archive)
    assert not isinstance(caught.value, reftel.ArchiveLocked)


def test_a_lock_that_a_signal_interrupted_is_asked_for_again(archive, monkeypatch):
    asked, flock = [], fail(4, 3)
    monkeypatch.setattr("fcntl.flock", lambda *arguments: asked.append(arguments) or flock(*arguments))
    begin_run(archive)
    assert len(asked) >= 4


def test_only_a_lock_that_is_held_is_another_process(archive, monkeypatch):
    monkeypatch.setattr("fcntl.flock", fail(11))
    with pytest.raises(reftel.ArchiveLocked, match="another process is writing"):
        begin_run(archive)


@pytest.mark.parametrize(
    ("number", "said"), [(13, "Permission denied .*lock.*belongs to somebody else"), (30, "Read-only file system .*lock.*mounted read-only")]
)
def test_a_lock_that_cannot_be_made_says_why(archive, monkeypatch, number, said):
    refuse_to_open(monkeypatch, number, lambda path, _flags: path.endswith("lock"))
    with pytest.raises(reftel.ArchiveError, match=said):
        begin_run(archive)


def test_the_lock_remembers_what_was_told(archive):
    with ArchiveLock(archive) as lock:
        lock.tell(0o755)
    with ArchiveLock(archive) as lock:
        assert lock.told == 0o755
    assert json.loads((archive / "lock").read_text("utf-8"))["pid"] == os.getpid()
