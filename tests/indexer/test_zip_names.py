"""Names inside zip files, whatever bytes they are, and whatever the file says of them."""

from __future__ import annotations

import io
import zipfile

import pytest

import reftel
from reftel.indexer.containers.files import iter_streams
from reftel.indexer.containers.zip_names import member_name, open_zip
from reftel.schema.errors import SourceError

_UTF_8 = 0x08  # in the second byte of the flags


def make_zip(names: dict[bytes, bytes], *, claims: bool, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of contents by the bytes of their names. ``claims``: whether it says of every name that it is UTF-8."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", compression) as archive:
        for number, (name, content) in enumerate(names.items()):
            archive.writestr(f"{number:04d}".ljust(len(name), "~"), content)
    data = bytearray(written.getvalue())
    for number, name in enumerate(names):
        placeholder = f"{number:04d}".ljust(len(name), "~").encode()
        place = -1
        while (place := data.find(placeholder, place + 1)) >= 0:
            data[place : place + len(name)] = name
    for mark, flags in ((b"PK\x03\x04", 7), (b"PK\x01\x02", 9)):
        place = -1
        while (place := data.find(mark, place + 1)) >= 0:
            data[place + flags] |= _UTF_8 if claims else 0
    return bytes(data)


CASES = [
    (b"caf\xc3\xa9.txt", True, "café.txt"),
    (b"caf\xc3\xa9.txt", False, "café.txt"),  # as a Mac writes it
    (b"caf\x82.txt", False, "café.txt"),  # code page 437
    (b"caf\xe9.txt", True, "cafΘ.txt"),  # says UTF-8, and is not
    (b"plain.txt", True, "plain.txt"),
    (b"\xff\xfe\xfd\xfc", True, "\xa0■²ⁿ"),
    (b"two\nlines\x1b[31m.txt", False, "two\nlines\x1b[31m.txt"),
    ("קובץ.txt".encode(), False, "קובץ.txt"),
]


@pytest.mark.parametrize(("name", "claims", "shown"), CASES)
def test_a_members_name(name: bytes, claims: bool, shown: str) -> None:
    names = {b"before.txt": b"first", name: b"the text", "später.txt".encode(): b"last"}
    archive = open_zip(io.BufferedReader(io.BytesIO(make_zip(names, claims=claims))))  # type: ignore[type-var]
    members = archive.infolist()
    assert [member_name(member) for member in members] == ["before.txt", shown, "später.txt"]
    assert [archive.read(member) for member in members] == [b"first", b"the text", b"last"]


def test_a_name_that_differs_before_its_member_costs_that_member_alone(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "one.zip"
    data = make_zip({"größe.txt".encode(): b"one", b"other.txt": b"two"}, claims=True)
    place = data.find("größe.txt".encode())
    path.write_bytes(data[: place + 2] + b"\xff\xff" + data[place + 4 :])
    found = list(iter_streams(path))
    assert [type(each) is SourceError for each in found] == [True, False]
    assert str(found[0]).startswith(f"{path}!größe.txt: a zip member that cannot be read")


@pytest.mark.parametrize("name", [b"\0bc", b"/", b"//", b".", b"..", b"../../a.txt", b"\\", b"a/"])
def test_a_name_that_names_nothing(tmp_path, name: bytes) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "one.zip"
    path.write_bytes(make_zip({b"first.txt": b"one", name: b"two", b"last.txt": b"three"}, claims=False))
    found = list(iter_streams(path))
    assert not any(isinstance(each, SourceError) for each in found)
    assert {each.name for each in found} >= {f"{path}!first.txt", f"{path}!last.txt"}  # type: ignore[union-attr]


@pytest.mark.parametrize("compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_member_costs_itself_alone(tmp_path, compression: int, make_telegram) -> None:  # type: ignore[no-untyped-def]
    text = make_telegram(body="1. (C) " + " ".join(f"word{number}" for number in range(2000))).encode()
    whole = make_zip({b"first.txt": text, b"last.txt": text}, claims=False, compression=compression)
    end = whole.index(b"PK\x03\x04", 4)
    for place in range(40, end, end // 40):
        path = tmp_path / "one.zip"
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        errors: list[SourceError] = []
        assert len(list(reftel.read_cables(path, on_error=errors.append))) + len(errors) == 2
        assert all("first.txt" in error.path for error in errors)
