"""Archives and packings, one in another: what is in them is read, and what cannot be read is named."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import stat
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

import reftel
from reftel.indexer.containers import files, tar
from reftel.indexer.containers.reading import iter_messages
from reftel.indexer.failures import Failures
from reftel.schema.errors import SourceError

TEXT = b"1. (C) Text.\n"


def info(name: str, kind: bytes = tarfile.REGTYPE, **values: object) -> tarfile.TarInfo:
    about = tarfile.TarInfo(name)
    about.type = kind
    for key, value in values.items():
        setattr(about, key, value)
    return about


def tarred(*members: tuple[str | tarfile.TarInfo, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form, encoding="utf-8") as archive:
        for member, content in members:
            about = member if isinstance(member, tarfile.TarInfo) else info(member)
            about.size = about.size or len(content)
            archive.addfile(about, io.BytesIO(content))
    return buffer.getvalue()


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def read(path: Path, data: bytes) -> tuple[list[str], list[str]]:
    """Names of the texts that were read, and errors, without the path."""
    path.write_bytes(data)
    errors: list[SourceError] = []
    names = [message.source.path if message.source else "" for message in iter_messages(path, errors.append)]
    return [name.removeprefix(str(path)) for name in names], [str(error).removeprefix(str(path)) for error in errors]


def patched(data: bytes, place: int, value: bytes) -> bytes:
    """A tar file with other bytes in its first head, and the checksum that goes with them."""
    block = bytearray(data[:512])
    block[place : place + len(value)] = value
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block) + data[512:]


TAR = tarred(("a/1.txt", TEXT), ("2.txt", TEXT))
BOTH = ["!a/1.txt", "!2.txt"]

READ: dict[str, tuple[bytes, list[str]]] = {
    "tar": (TAR, BOTH),
    "tar, GNU": (tarred(("a/1.txt", TEXT), ("x" * 300, TEXT), form=tarfile.GNU_FORMAT), ["!a/1.txt", "!" + "x" * 300]),
    "tar, as before 1988": (patched(tarred(("1.txt", TEXT), form=tarfile.USTAR_FORMAT), 257, bytes(8)), ["!1.txt"]),
    "tar.gz": (gzip.compress(TAR), BOTH),
    "tar.bz2": (bz2.compress(TAR), BOTH),
    "tar.xz": (lzma.compress(TAR), BOTH),
    "gzip, bzip2, xz": (gzip.compress(bz2.compress(lzma.compress(TEXT))), [""]),
    "several parts": (gzip.compress(TEXT) + gzip.compress(TEXT), [""]),
    "several parts, bzip2": (bz2.compress(TEXT) + bz2.compress(TEXT), [""]),
    "several parts, xz": (lzma.compress(TEXT) + bytes(8) + lzma.compress(TEXT), [""]),
    "two tars": (TAR + tarred(("3.txt", TEXT)), [*BOTH, "!3.txt"]),
    "zip in zip": (zipped(("a.zip", zipped(("1.txt", TEXT))), ("2.txt", TEXT)), ["!a.zip!1.txt", "!2.txt"]),
    "zip in tar.gz": (gzip.compress(tarred(("a.zip", zipped(("1.txt", TEXT))), ("2.txt", TEXT))), ["!a.zip!1.txt", "!2.txt"]),
    "tar.xz in zip": (zipped(("a.txz", lzma.compress(TAR)), ("3.txt", TEXT)), ["!a.txz!a/1.txt", "!a.txz!2.txt", "!3.txt"]),
    "a Mac's": (
        tarred(("./._1.txt", b"\0\5\26\7"), ("./1.txt", TEXT), ("__MACOSX/._1.txt", b"\0\5\26\7"), (".DS_Store", b"\0\0\0\1"), ("README", b"x")),
        ["!./1.txt"],
    ),
    "names that lead elsewhere": (tarred(("../../1.txt", TEXT), ("/etc/2.txt", TEXT)), ["!../../1.txt", "!/etc/2.txt"]),
    "a name that is no UTF-8": (tarred((info("caf\udce9.txt"), TEXT), form=tarfile.GNU_FORMAT), ["!caf\\xe9.txt"]),
    "a name twice": (tarred(("1.txt", TEXT), ("1.txt", TEXT)), ["!1.txt", "!1.txt"]),
    "folders and further names": (
        tarred((info("a", tarfile.DIRTYPE), b""), ("a/1.txt", TEXT), (info("a/2.txt", tarfile.LNKTYPE, linkname="a/1.txt"), b"")), ["!a/1.txt"],
    ),
    "large attributes": (tarred((info("1.txt", pax_headers={"comment": "x" * 100_000}), TEXT)), ["!1.txt"]),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_what_is_in_an_archive_is_read(name: str, tmp_path: Path) -> None:
    data, names = READ[name]
    assert read(tmp_path / "x", data) == (names, [])


def link(name: str) -> zipfile.ZipInfo:
    about = zipfile.ZipInfo(name)
    about.create_system, about.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return about


def layers(count: int) -> bytes:
    data = TEXT
    for _ in range(count):
        data = zipped(("x", data))
    return data


def head(size: int, kind: bytes = tarfile.GNUTYPE_LONGNAME) -> bytes:
    about = info("x", kind, size=size)
    return about.tobuf(tarfile.GNU_FORMAT)


def pax(data: bytes) -> bytes:
    about = info("x", tarfile.XHDTYPE, size=len(data))
    return about.tobuf(tarfile.USTAR_FORMAT) + data + bytes(-len(data) % 512)


REST = "; what stands behind this place was not read"
NAMED: dict[str, tuple[bytes, list[str], list[str]]] = {
    "cut in a member": (TAR[: 512 + 5], [], ["!a/1.txt: a damaged member of a tar file: it breaks off before its end", f": a damaged tar file: unexpected end of data{REST}"]),
    "cut between members": (TAR[:1024], ["!a/1.txt"], [f": a damaged tar file: it has no end mark, as if cut off{REST}"]),
    "cut in a head": (TAR[:1100], ["!a/1.txt"], [f": a damaged tar file: no head of a member at byte 1,024{REST}"]),
    "a damaged head": (TAR[:1024] + b"b" + TAR[1025:], ["!a/1.txt"], [f": a damaged tar file: no head of a member at byte 1,024{REST}"]),
    "something else behind": (TAR + b"x" * 600, BOTH, [f": a damaged tar file: invalid header{REST}"]),
    "no files": (tarred((".DS_Store", b"")), [], [": a tar file with no files to read"]),
    "a link": (tarred((info("a", tarfile.SYMTYPE, linkname="/etc/passwd"), b""), ("1.txt", TEXT)), ["!1.txt"], ["!a: a link to '/etc/passwd'; what it stands for was not read"]),
    "a link in a zip": (zipped((link("a"), b"/etc/passwd"), ("1.txt", TEXT)), ["!1.txt"], ["!a: a link; what it stands for was not read"]),
    "a device": (tarred((info("a", tarfile.CHRTYPE), b""), ("1.txt", TEXT)), ["!1.txt"], ["!a: no file but a device or a pipe; what it stands for was not read"]),
    "a file with holes": (
        patched(tarred((info("y", tarfile.GNUTYPE_SPARSE), b""), ("1.txt", TEXT)), 483, b"77777777777\0"), ["!1.txt"],
        ["!y: a file with holes; what it stands for was not read"],
    ),
    "too many layers": (layers(files.MAX_LAYERS + 1), [], ["!x" * 8 + ": packed in more than 8 layers; unpack it to have it read"]),
    "a name of a gigabyte": (head(1 << 30), [], [f": a damaged tar file: a head of 1,073,741,824 bytes{REST}"]),
    "a size below zero": (patched(TAR, 124, b"\xff" * 11 + b"\0"), [], [f": a damaged tar file: a member of a size below zero{REST}"]),
    "heads without end": (head(0) * 5000 + TAR, [], [f": a damaged tar file: heads without end{REST}"]),
    "an endless number": (pax(b"1" * 5000), [], [f": a damaged tar file: a head with an endless number{REST}"]),
    "xz cut off": (lzma.compress(TAR)[:-9], BOTH, [": damaged compressed data: it breaks off before its end"]),
    "bzip2 cut off": (bz2.compress(TEXT)[:-5], [], [": damaged compressed data: it breaks off before its end"]),
    "a 7z archive": (b"7z\xbc\xaf\x27\x1c\0\4" + os.urandom(50), [], [": a 7z archive; unpack it to have it read"]),
    "a RAR archive in a zip": (zipped(("a.rar", b"Rar!\x1a\x07\0" + os.urandom(50)), ("1.txt", TEXT)), ["!1.txt"], ["!a.rar: a RAR archive; unpack it to have it read"]),
    "a workbook": (
        zipped(("[Content_Types].xml", b"<x/>"), ("xl/workbook.xml", b"<x/>")), [], [": an Excel workbook; save it as CSV (UTF-8) to have it read"],
    ),
    "a document": (zipped(("[Content_Types].xml", b"<x/>"), ("word/document.xml", b"<x/>")), [], [": a Word document; save it as plain text to have it read"]),
    "an open document": (
        zipped(("mimetype", b"x"), ("content.xml", b"<x/>"), ("META-INF/manifest.xml", b"<x/>")), [],
        [": an OpenDocument file; save it as plain text or CSV to have it read"],
    ),
    "a PDF file": (b"%PDF-1.4\n" + TEXT, [], [": a PDF file; save its text as plain text to have it read"]),
}  # fmt: skip


@pytest.mark.parametrize("name", NAMED)
def test_what_cannot_be_read_is_named_and_the_rest_is_read(name: str, tmp_path: Path) -> None:
    data, names, errors = NAMED[name]
    assert read(tmp_path / "x", data) == (names, errors)
    reftel.build([tmp_path / "x"], tmp_path / "archive")
    assert reftel.build([tmp_path / "x"], tmp_path / "archive").exit_code == 0  # no night is to look at it again


BOMB = b"1. (C) " * 600_000
BOMBS: dict[str, Callable[[bytes], bytes]] = {
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "tar in xz": lambda data: lzma.compress(tarred(("a", data))),
    "tar in zip": lambda data: zipped(("a.tar", tarred(("a", data)))),
    "zip in zip": lambda data: zipped(("a.zip", zipped(("a", data)))),
    "bzip2 in tar": lambda data: tarred(("a", bz2.compress(data))),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_cut_off_in_every_packing(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "RATIO_FROM", 1 << 16)
    _, errors = read(tmp_path / "x", BOMBS[name](BOMB))
    assert [error.partition(": ")[2] for error in errors] == ["unpacks to far more than its size allows; unpack it by hand if it is honest"]


def test_many_small_bombs_are_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of them is within what it may unpack to; so many together are not."""
    monkeypatch.setattr(files, "RATIO_FROM", 1 << 16)
    data = zipped(("a", BOMB[: 60 << 10]))
    for _ in range(3):
        data = zipped(*((f"{number}.zip", data) for number in range(12)))
    names, errors = read(tmp_path / "x", data)
    assert 10 < len(names) < 200
    assert errors[-1] == ": unpacks to more than 400 times its size; the rest was not read"


def test_members_of_all_archives_in_a_file_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_MEMBERS", 5)
    data = tarred(*((f"{number}.tar", TAR) for number in range(4)))
    names, errors = read(tmp_path / "x", data)
    assert names == ["!0.tar!a/1.txt", "!0.tar!2.txt", "!1.tar!a/1.txt"]
    assert errors == [": more than 5 members; the rest was not read"]


def test_a_zip_file_in_another_that_is_too_large_for_memory_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_HELD", 1 << 20)
    data = tarred(("a.zip", zipped(("a", os.urandom(2 << 20)))), ("1.txt", TEXT))
    assert read(tmp_path / "x", data) == (["!1.txt"], ["!a.zip: a zip file of more than 1 MiB inside another file; take it out to have it read"])


def test_xz_is_not_given_the_memory_that_it_asks_for(tmp_path: Path) -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 600 << 20}]
    data = lzma.compress(TEXT, filters=filters)
    names, (error,) = read(tmp_path / "x", data)
    assert names == []
    assert "emory usage limit" in error


def test_a_large_tar_takes_no_memory(tmp_path: Path) -> None:
    """Peaks are compared: ten times as many members take no more."""
    peaks = []
    read(tmp_path / "x", gzip.compress(tarred(("1.txt", TEXT))))  # loads what it needs
    for count in (10, 100):
        data = gzip.compress(tarred(*((f"{number}.txt", TEXT * 1500) for number in range(count))), 1)
        tracemalloc.start()
        names, errors = read(tmp_path / "x", data)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert (len(names), errors) == (count, [])
    assert peaks[1] < peaks[0] + (1 << 20)


def test_an_archive_that_is_in_an_archive_may_be_unread(tmp_path: Path) -> None:
    failures = Failures()
    failures.add(SourceError("damaged", path="z!a.tar"))
    assert failures.unread_part("z!a.tar!1.txt", "z")
    assert failures.unread_part("z!a.tar", "z")
    assert not failures.unread_part("z!b.tar!1.txt", "z")
    assert not failures.unread_part("z!a.tar.gz!1.txt", "z")


# -- in an archive ----------------------------------------------------------------------------------------------------------------------


PACKS: dict[str, Callable[..., bytes]] = {
    "zip": zipped,
    "tar": tarred,
    "tar.xz": lambda *members: lzma.compress(tarred(*members)),
    "tar.gz in zip": lambda *members: zipped(("a.tar.gz", gzip.compress(tarred(*members), mtime=0))),
}


@pytest.mark.parametrize("pack", PACKS)
def test_members_come_and_go_as_files_do(pack: str, tmp_path: Path, make_telegram: Callable[..., str]) -> None:
    folder, archive = tmp_path / "f", tmp_path / "archive"
    folder.mkdir()
    texts = {serial: make_telegram(serial=serial, body=f"1. (C) Text {serial}.").encode() for serial in range(1, 6)}
    (folder / "alone.txt").write_bytes(make_telegram(serial=5, body="1. (C) Another and longer text of the fifth.").encode())

    def night(*serials: int, damage: Callable[[bytes], bytes] = bytes, change: bytes = b"") -> tuple[list[str], reftel.BuildReport]:
        members = [(f"d/{serial}.txt", texts[serial].replace(b"Text", change or b"Text")) for serial in serials]
        (folder / "x").write_bytes(damage(PACKS[pack](*members)))
        report = reftel.build([folder], archive, accept_removals=True)
        with reftel.open(archive) as opened:
            return sorted(hit.id or "" for hit in opened.search("*", limit=99).hits), report

    ids, report = night(1, 2, 3, 5)
    assert ids == ["08BAKU1", "08BAKU2", "08BAKU3", "08BAKU5"]
    assert report.duplicates.keys() == {"08BAKU5"}
    assert night(1, 2, 3, 5)[1].read_files == 0
    ids, report = night(1, 4, change=b"Other text")
    assert (ids, report.removed) == (["08BAKU1", "08BAKU4", "08BAKU5"], 2)
    with reftel.open(archive) as opened:
        assert opened.search('"other text"').total == 2
    ids, report = night(1, 4, damage=lambda data: data[: min(len(data) // 4, 1400)])  # what it held before may still be in it
    assert (ids, report.exit_code) == (["08BAKU1", "08BAKU4", "08BAKU5"], 4)
    (folder / "x").unlink()
    report = reftel.build([folder], archive, accept_removals=True)
    assert (report.total, report.removed) == (1, 2)


def test_begins_tar_takes_no_text_for_one() -> None:
    assert tar.begins_tar(TAR)
    for data in (b"", TAR[:511], bytes(512), TEXT * 99, b"x" * 512, TEXT + bytes(600), os.urandom(512)):
        assert not tar.begins_tar(data)
