"""A reader that stops early leaves nothing open: every container, encoding and packing, stopped behind its first cable."""

from __future__ import annotations

import bz2
import gc
import gzip
import io
import json
import lzma
import os
import tarfile
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import reftel
from reftel.indexer import manifest
from reftel.indexer.changes import Wish, look_at
from reftel.indexer.containers import decoding
from reftel.indexer.containers.reading import iter_messages
from reftel.indexer.reading import read_files
from reftel.indexer.workers import Workers
from reftel.schema.errors import SourceError

HEADER = "O 130512Z FEB 08\nFM AMEMBASSY OSLO\nTO SECSTATE WASHDC 0001\n"
BODY = "C O N F I D E N T I A L OSLO 000012\n\nSUBJECT: FJORDS\n\n1. (C) Fjords were seen.\n"
ROW = f'"1","2/13/2008 5:12","08OSLO12","Embassy Oslo","SECRET","","{HEADER}","{BODY}"\n'
LINE = json.dumps({"_id": "08OSLO12", "header": HEADER, "body": BODY}) + "\n"
BARE = "S E C R E T OSLO 12 SIPDIS E.O. 12958: DECL: N/A TAGS: PREL SUBJECT: FJORDS 1. (C) " + "Text. " * 60 + "\n"
METADATA = "\n<< END OF DOCUMENT >>\nDraft Date: 1 MAY 1973\nFilm Number: D7\nLegacy Key: x\n"
CELLS = "".join(f"<tr><th>{name}</th><td>{value}</td></tr>" for name, value in (("Film Number", "D7"), ("Legacy Key", "x"), ("Locator", "TEXT")))

LONG = 2 * decoding._BLOCK // len(LINE)  # so that much is unread behind the first cable
CONTAINERS = {
    "cablegate-html": f"<html><h3>Viewing cable 08OSLO12, FJORDS</h3><pre>{HEADER}</pre><pre>{BODY}</pre></html>",
    "plusd-html": f"<html><body><pre>{HEADER}\n{BODY}</pre><table>{CELLS}</table></body></html>",
    "telegram": f"{HEADER}\n{BODY}",
    "body-only": "1. (C) Fjords were seen.\n",
    "nara": f"Message Text\n\n{HEADER}\n{BODY}{METADATA}" * 3,
    "cables-csv": ROW * 3,
    "cables-csv, long": ROW * LONG,
    "json-lines": LINE * 3,
    "json-lines, long": LINE * LONG,
    "body-only, one a line": BARE * 3,
}
ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "utf-8": str.encode,
    "utf-8-sig": lambda text: text.encode("utf-8-sig"),
    "cp1252": lambda text: text.replace("Fjords", "Fjörds").encode("cp1252"),
    "utf-16": lambda text: text.encode("utf-16"),
    "utf-16-le": lambda text: text.encode("utf-16-le"),
    "utf-16-be": lambda text: text.encode("utf-16-be"),
    "crlf": lambda text: text.replace("\n", "\r\n").encode(),
    "cr": lambda text: text.replace("\n", "\r").encode(),
    "crlf in utf-16": lambda text: text.replace("\n", "\r\n").encode("utf-16"),
}


def zipped(*members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, member in enumerate(members):
            archive.writestr(f"{number}.txt", member)
    return buffer.getvalue()


def tarred(*members: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for number, member in enumerate(members):
            about = tarfile.TarInfo(f"{number}.txt")
            about.size = len(member)
            archive.addfile(about, io.BytesIO(member))
    return buffer.getvalue()


PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "zip": lambda data: zipped(data, data),
    "gzip in zip": lambda data: zipped(gzip.compress(data), data),
    "gzip in gzip": lambda data: gzip.compress(gzip.compress(data)),
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "tar": lambda data: tarred(data, data),
    "gzip in tar in xz": lambda data: lzma.compress(tarred(gzip.compress(data), data)),
    "zip in gzip": lambda data: gzip.compress(zipped(data, data)),
    "zip in zip in tar": lambda data: tarred(zipped(zipped(data, data), data)),
}
UNREADABLE: dict[str, bytes] = {
    "cut gzip": gzip.compress(os.urandom(3000))[:900],
    "cut zip": zipped(os.urandom(3000))[:900],
    "cut zip in xz": lzma.compress(zipped(os.urandom(3000))[:900]),
    "cut tar": tarred(os.urandom(3000))[:900],
    "cut tar in bzip2": bz2.compress(tarred(os.urandom(3000))[:900]),
    "no text": bytes(range(256)) * 90,
    "nothing": b"",
    "a page without a cable": b"<html><body>x</body></html>",
}


def open_under(folder: Path) -> set[str]:
    """Names of the files in a folder that this process holds open; nothing where a system does not tell."""
    table = Path("/proc/self/fd")
    names = {str(entry.readlink()) for entry in table.iterdir() if os.path.lexists(entry)} if table.exists() else set()
    return {name for name in names if name.startswith(str(folder))}


@pytest.fixture
def nothing_left(tmp_path: Path) -> Iterator[Path]:
    """A folder of which no file may be open at the end, none closed only because nobody knew of it any more."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield tmp_path
        gc.collect()
        assert [str(warning.message) for warning in caught] == []
    assert open_under(tmp_path) == set()


def fail(error: SourceError) -> None:
    raise AssertionError(error)


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("container", CONTAINERS)
def test_stopped_behind_the_first_cable(container: str, packing: str, nothing_left: Path) -> None:
    path = nothing_left / "x"
    for encoding in ENCODINGS if packing in ("plain", "gzip in zip") and "long" not in container else ("utf-8", "utf-16"):
        path.write_bytes(PACKINGS[packing](ENCODINGS[encoding](CONTAINERS[container])))
        messages = iter_messages(path, fail)
        first = next(messages)
        assert first.source is not None
        assert first.source.container == container.partition(",")[0], encoding
        del messages
        assert open_under(nothing_left) == set(), encoding
        cables = reftel.read_cables(path, on_error=fail)
        assert next(cables).body in first.body, encoding
        del cables
        assert open_under(nothing_left) == set(), encoding


@pytest.mark.parametrize("packing", ["plain", "gzip in zip", "zip in zip in tar"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("container", ["json-lines, long", "cables-csv, long", "telegram"])
def test_a_run_that_ends_in_the_middle_of_a_file(container: str, encoding: str, packing: str, nothing_left: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reftel.indexer.reading.WHOLE", 0)
    path = nothing_left / "x"
    path.write_bytes(PACKINGS[packing](ENCODINGS[encoding](CONTAINERS[container])))
    contents = read_files([look_at(path, None, Wish())], Workers(1))
    kept = next(contents)  # what a traceback holds on to
    assert next(iter(kept.texts)).path.startswith(str(path))
    contents.close()  # type: ignore[attr-defined]
    assert open_under(nothing_left) == set()


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_let_go_of(name: str, nothing_left: Path) -> None:
    path = nothing_left / "x"
    path.write_bytes(UNREADABLE[name])
    with pytest.raises(SourceError) as caught:
        list(reftel.read_cables(path))
    assert caught.value.path.startswith(str(path))
    assert open_under(nothing_left) == set()


def test_what_an_error_handler_raises_comes_through(nothing_left: Path) -> None:
    """It is no fault of the file: the name of a broken pipe must not be given to the source."""

    def handler(error: SourceError) -> None:
        raise BrokenPipeError(str(error))

    path = nothing_left / "x"
    path.write_bytes(zipped(b"", b"1. (C) Text.\n"))
    with pytest.raises(BrokenPipeError, match="an empty file"):
        list(reftel.read_cables(path, on_error=handler))


def test_a_damaged_member_costs_only_itself(nothing_left: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(3):
            archive.writestr(f"{number}.txt", f"1. (C) Text {number}.\n" * 9)
    path = nothing_left / "x"
    path.write_bytes(buffer.getvalue().replace(b"Text 1.", b"Texx 1."))
    errors: list[SourceError] = []
    cables = list(reftel.read_cables(path, on_error=errors.append))
    assert [cable.source and cable.source.path for cable in cables] == [f"{path}!0.txt", f"{path}!2.txt"]
    assert [error.path for error in errors] == [f"{path}!1.txt"]
    assert "damaged compressed data" in errors[0].message


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError("the disk is gone")], ids=["a signal", "an error"])
@pytest.mark.parametrize("step", ["connect", "_read_about"])
def test_a_draft_that_is_never_finished_leaves_nothing_open(tmp_path, monkeypatch, step, error):
    """Whether a run is ended between the spool and the database, or behind both."""

    def fail(*_values, **_named):
        raise error

    place, name = (manifest.sqlite_file, "connect") if step == "connect" else (manifest.Draft, "_read_about")
    monkeypatch.setattr(place, name, fail)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ResourceWarning)
        with pytest.raises(KeyboardInterrupt if error is KeyboardInterrupt else OSError):
            manifest.Draft(tmp_path / "manifest.sqlite.draft")
        gc.collect()
    assert [str(warning.message) for warning in caught] == []
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.sqlite.draft"]  # which the next run removes; the spool is gone
