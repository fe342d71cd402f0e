"""Whatever stands where a file is expected, nothing waits for it: it is read if it is a regular file, and named if it is not."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import reftel
from reftel.indexer import regular
from reftel.indexer.changes import digest
from reftel.schema.errors import SourceError

SECONDS = 120  # far more than any of it takes; without the rule it would take for ever

MADE_UP = "a file that the kernel makes up"
KINDS = {
    "pipe": "a pipe", "socket": "a socket", "pipe.link": "a pipe", "/dev/zero": "a device", "/dev/tty": "a device", "/dev/full": "a device",
    "/proc/kmsg": MADE_UP, "/proc/self/environ": MADE_UP,
    "/sys/kernel/profiling": MADE_UP, "round.link": None, "nothing.link": None,
}  # fmt: skip
"""What is not a regular file, and what is said of it; ``None`` where the system says it."""


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    path = tmp_path / "sources"
    path.mkdir()
    os.mkfifo(path / "pipe")
    with monkeypatch.context() as context, socket.socket(socket.AF_UNIX) as bound:
        context.chdir(path)  # the name of a socket may have 107 bytes only
        bound.bind("socket")
    (path / "pipe.link").symlink_to("pipe")
    (path / "round.link").symlink_to("round.link")
    (path / "nothing.link").symlink_to("not there")
    return path


def places(folder: Path) -> dict[Path, str | None]:
    """Of all kinds those that this system has, those elsewhere behind links."""
    found = dict[Path, str | None]()
    for name, told in KINDS.items():
        if not name.startswith("/"):
            found[folder / name] = told
        elif Path(name).exists():
            (folder / Path(name).name).symlink_to(name)
            found[folder / Path(name).name] = told
    return found


@pytest.mark.parametrize("command", ["index", "check", "normalize"])
def test_no_command_waits_for_it(folder, command, make_telegram, tmp_path):
    (tmp_path / "real.txt").write_text(make_telegram(), "utf-8")
    expected = places(folder)
    done = subprocess.run(
        [sys.executable, "-m", "reftel", command, *map(str, expected), "/dev/stdin", str(tmp_path / "real.txt")],
        stdin=subprocess.PIPE, capture_output=True, text=True, timeout=SECONDS, check=False, env=os.environ | {"REFTEL_ARCHIVE": str(tmp_path / "archive")},
    )  # fmt: skip
    assert done.returncode == 4
    for path, told in expected.items():
        kind = "" if told is None else told if told == MADE_UP else f"not a regular file but {told}"
        assert f"{path}: {kind}" in done.stderr
    assert "/dev/stdin: not a regular file but a pipe" in done.stderr
    assert "Traceback" not in done.stderr
    assert ("08BAKU101" if command == "normalize" else "1 cable") in done.stdout


def test_no_function_waits_for_it(folder):
    for path, told in places(folder).items():
        with pytest.raises(SourceError, match=told):
            list(reftel.read_cables(path))
        with pytest.raises((SourceError, OSError), match=told):
            digest(path)


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(SourceError, match="a folder, where a file was expected"):
        list(reftel.read_cables(tmp_path))


def test_what_takes_the_place_of_a_file_is_not_read(tmp_path, monkeypatch, make_telegram):
    """The file that was looked at, and the one that is opened, are two moments apart."""
    path = tmp_path / "a.txt"
    path.write_text("secret", "utf-8")
    status = path.stat()
    monkeypatch.setattr(regular, "look", lambda *_, **__: status)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(SourceError, match="a pipe"):
        regular.open_regular(path)
    path.unlink()
    (tmp_path / "other.txt").write_text("secret", "utf-8")
    path.symlink_to("other.txt")
    with pytest.raises(SourceError, match="a link, where a file was a moment ago"):
        regular.open_regular(path, follow=False)
    with regular.open_regular(path) as file:
        assert file.read() == b"secret"


def test_a_file_that_says_it_is_empty_is_taken_at_its_word(tmp_path, monkeypatch):
    path = tmp_path / "endless"
    path.write_bytes(b"more and more")
    honest = os.fstat

    def says_empty(descriptor: int) -> os.stat_result:
        status = list(honest(descriptor))
        status[6] = 0
        return os.stat_result(status)

    monkeypatch.setattr(os, "fstat", says_empty)
    with regular.open_regular(path) as file:
        assert file.read() == b""


def test_every_opened_file_is_closed(tmp_path):
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("needs /proc")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty").touch()
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    for name in ("pipe", "empty", "nothing"):
        for read in (digest, lambda path: list(reftel.read_cables(path))):
            with pytest.raises((SourceError, OSError)) if name != "empty" or read is not digest else open(os.devnull):  # noqa: PTH123
                read(tmp_path / name)
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208
    shutil.rmtree(tmp_path)
