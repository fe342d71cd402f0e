"""``reftel normalize -``: what another program gives is read as a file would be."""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest


def packed(text: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("a.txt", text)
    return written.getvalue()


def normalize(*arguments: str, **options: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        [sys.executable, "-m", "reftel", "normalize", *arguments], capture_output=True, timeout=120, check=False, **options
    )


@pytest.mark.parametrize("wrap", [bytes, gzip.compress, lambda data: data.decode().encode("utf-16")], ids=["plain", "gzip", "utf-16"])
def test_from_a_pipe(wrap, make_telegram, tmp_path):
    (tmp_path / "b.txt").write_text(make_telegram(serial=7), "utf-8")
    done = normalize("-", "b.txt", input=wrap(make_telegram().encode()), cwd=tmp_path)
    cables = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, [(cable["id"], cable["source"]["path"]) for cable in cables]) == (0, [("08BAKU101", "-"), ("08BAKU7", "b.txt")])


def test_a_pipe_gives_little_at_a_time(make_telegram):
    reading, writing = os.pipe()
    process = subprocess.Popen([sys.executable, "-m", "reftel", "normalize", "-"], stdin=reading, stdout=subprocess.PIPE)
    os.close(reading)
    with os.fdopen(writing, "wb", buffering=0) as pipe:
        for byte in gzip.compress(make_telegram().encode()):
            pipe.write(bytes([byte]))
    found, _ = process.communicate(timeout=120)
    assert json.loads(found)["id"] == "08BAKU101"


def test_a_zip_file_must_be_a_file(make_telegram, tmp_path):
    data = packed(make_telegram().encode())
    done = normalize("-", input=data)
    assert (done.returncode, done.stdout) == (4, b"")
    assert b"-: a zip file, which ends with the list of what is in it; write it into a file first" in done.stderr
    path = Path(tmp_path, "a.zip")
    path.write_bytes(data)
    with path.open("rb") as file:
        done = normalize("-", stdin=file)
    assert json.loads(done.stdout)["source"]["path"] == "-!a.txt"


@pytest.mark.parametrize("data", [b"", b"\0\1\2", b"no cable"])
def test_what_is_no_cable_is_said(data):
    done = normalize("-", input=data)
    assert (done.returncode, done.stdout) == (4, b"")
    assert done.stderr.startswith(b"reftel: -: ")
    assert done.stderr.count(b"\n") == 1
