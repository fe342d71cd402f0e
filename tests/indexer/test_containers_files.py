import gzip
import io
import struct
import zipfile
from pathlib import Path

import pytest

import reftel
from reftel.indexer.containers import files
from reftel.indexer.containers.decoding import decode_bytes, iter_lines, sniff_encoding
from reftel.indexer.containers.reading import detect_layout, iter_messages
from reftel.indexer.message import Message
from reftel.schema.errors import SourceError

TELEGRAM = "O 130512Z FEB 08\nFM AMEMBASSY OSLO\nTO SECSTATE WASHDC 0001\n\nC O N F I D E N T I A L OSLO 000012\n\nSUBJECT: FJORDS\n\n1. (C) Café.\n"


def read(path: Path) -> tuple[list[Message], list[SourceError]]:
    errors: list[SourceError] = []
    return list(iter_messages(path, errors.append)), errors


def store(folder: Path, data: bytes, name: str = "x.bin") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode(),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-16-le"),
        lambda text: text.encode("utf-16-be"),
        lambda text: text.encode("cp1252"),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", "\r").encode("latin-1"),
        lambda text: gzip.compress(text.encode()),
    ],
)
def test_one_text_in_every_encoding(tmp_path: Path, encode) -> None:
    messages, errors = read(store(tmp_path, encode(TELEGRAM)))
    assert errors == []
    assert [(message.source.container, message.body) for message in messages] == [("telegram", TELEGRAM)]


def test_a_bad_byte_spoils_only_its_own_line() -> None:
    assert decode_bytes("“één”\n".encode() + b"caf\xe9 \x93q\x94\n" + "ü\n".encode()) == "“één”\ncafé “q”\nü\n"
    assert decode_bytes(b"\x81\x8d x") == "\x81\x8d x"  # undefined in Windows-1252


def test_lines_are_numbered_and_keep_their_ends() -> None:
    data = io.BytesIO(b"\xef\xbb\xbfone\r\ntwo\nthree")
    assert list(iter_lines(data, "utf-8-sig")) == [(1, "one\n"), (2, "two\n"), (3, "three")]


@pytest.mark.parametrize(("sample", "expected"), [(b"plain", "utf-8-sig"), (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", None), (b"a\x00b\x00c\x00", "utf-16-le"), (b"\x00a\x00b\x00c", "utf-16-be")])
def test_encodings_are_told_from_bytes(sample: bytes, expected: str | None) -> None:
    assert sniff_encoding(sample) == expected


def test_zip_members_are_read_in_place(tmp_path: Path) -> None:
    path = tmp_path / "heap.dat"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/one.txt", TELEGRAM)
        archive.writestr("picture.png", b"\x89PNG\x00\x00\x00\x00\x00" * 20)
        archive.writestr("two.txt.gz", gzip.compress(TELEGRAM.encode()))
        archive.writestr("empty.txt", "")
    messages, errors = read(path)
    assert [message.source.path for message in messages] == [f"{path}!a/one.txt", f"{path}!two.txt.gz"]
    assert [(error.path, error.message) for error in errors] == [(f"{path}!picture.png", "not a text file"), (f"{path}!empty.txt", "an empty file")]


def test_a_bomb_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "RATIO_FROM", 1 << 16)
    messages, errors = read(store(tmp_path, gzip.compress(b"1. (C) " * 3_000_000)))
    assert messages == []
    assert "unpacks to far more" in errors[0].message


@pytest.mark.parametrize("cut", [3, 12, 40, -9])
def test_damaged_compressed_files_are_errors(tmp_path: Path, cut: int) -> None:
    messages, errors = read(store(tmp_path, gzip.compress(TELEGRAM.encode())[:cut]))
    assert messages == []
    assert len(errors) == 1
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", TELEGRAM)
    messages, errors = read(store(tmp_path, buffer.getvalue()[:cut]))
    assert len(errors) == 1


def altered_zip(*changes: tuple[bytes, int, bytes], far: bytes = b"") -> bytes:
    """A zip of two telegrams with bytes put at places behind the first of a mark. ``far``: where the first begins, in the eight bytes of a large file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", TELEGRAM)
        archive.writestr("b.txt", TELEGRAM)
    data = bytearray(buffer.getvalue())
    entry, end = data.find(b"PK\x01\x02"), data.find(b"PK\x05\x06")
    if far:
        extra = struct.pack("<HH", 1, len(far)) + far
        data[end + 12 : end + 16] = struct.pack("<I", end - entry + len(extra))
        data[entry + 30 : entry + 32], data[entry + 42 : entry + 46] = struct.pack("<H", len(extra)), b"\xff" * 4
        data[entry + 51 : entry + 51] = extra
    for mark, behind, value in changes:
        place = data.find(mark) + behind
        data[place : place + len(value)] = value
    return bytes(data)


NOWHERE = "it leads to a place that no file has"


@pytest.mark.parametrize(
    ("data", "read_members", "messages"),
    [
        (altered_zip(), "ab", []),
        (altered_zip((b"PK\x01\x02", 8, b"\x01")), "b", ["!a.txt: an encrypted zip member; unpack it with its password to have it read"]),
        (altered_zip((b"PK\x01\x02", 8, b"\x41")), "b", ["!a.txt: an encrypted zip member; unpack it with its password to have it read"]),
        (altered_zip((b"PK\x05\x06", 16, b"\xff\xff\xff\x7f")), "", [f"!{name}.txt: a zip member that cannot be read: {NOWHERE}" for name in "ab"]),
        *((altered_zip(far=far), "b", [f"!a.txt: a zip member that cannot be read: {NOWHERE}"]) for far in (b"\xff" * 8, b"\xff" * 7 + b"\x7f", b"\0" * 7 + b"\x80")),
        (b"PK\x05\x06" + bytes(18), "", [": a zip file with no files to read"]),
    ],
)
def test_damage_to_a_zip_is_told_once(tmp_path: Path, data: bytes, read_members: str, messages: list[str]) -> None:
    path = store(tmp_path, data)
    found, errors = read(path)
    assert [message.source.path for message in found if message.source] == [f"{path}!{name}.txt" for name in read_members]
    assert [str(error) for error in errors] == [f"{path}{message}" for message in messages]
    reftel.build([path], tmp_path / "archive")
    assert reftel.build([path], tmp_path / "archive").exit_code == 0  # no night is to look at it again


@pytest.mark.parametrize(
    ("data", "message"),
    [(b"", "an empty file"), (b"  \n\n", "an empty file"), (bytes(range(256)) * 8, "not a text file"), (b"a shopping list\nmilk\n", "none of the known containers, and no text of a cable")],
)
def test_what_is_no_cable_is_said(tmp_path: Path, data: bytes, message: str) -> None:
    messages, errors = read(store(tmp_path, data))
    assert messages == []
    assert [error.message for error in errors] == [message]


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    messages, errors = read(tmp_path / "nowhere")
    assert messages == []
    assert "No such file" in errors[0].message


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ('{"_id": "", "body": "x"}', "json-lines"),
        ('[\n{"body": "x"},', "json-lines"),
        ('"1","2/13/2008 5:12","08OSLO12","Embassy Oslo","SECRET","","",""', "cables-csv"),
        ('"\n"1","2/13/2008 5:12","08OSLO12","Embassy Oslo","SECRET","","",""', "cables-csv"),
        ("<!DOCTYPE html><html>", "html"),
        ("\ufeff  <html lang='en'>", "html"),
        ("VZCZCXRO1\nOO RUEHXX\n", "telegram"),
        ("S E C R E T OSLO 000012\n", "telegram"),
        ("SUBJECT: FJORDS\n", "telegram"),
        (" ¶1.  (C) Text.\n", "body-only"),
        ("1. (C) Text.\n", "body-only"),
        ("(SBU) Text.\n", "body-only"),
        ("Draft Date: 1 MAY 1973\nFilm Number: n/a\nLegacy Key: x\nConcepts: FJORDS\n", "nara"),
        ("\n  Message Text\n\nCONFIDENTIAL\n", "nara"),
        (("S E C R E T OSLO 12 SIPDIS E.O. 12958: DECL: N/A TAGS: PREL SUBJECT: FJORDS 1. (C) " + "Text. " * 60 + "\n") * 3, "bodies"),
        ("Dear diary\n", None),
    ],
)
def test_layouts_are_told_from_the_content(sample: str, expected: str | None) -> None:
    assert detect_layout(sample) == expected
