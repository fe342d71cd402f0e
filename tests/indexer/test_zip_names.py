"""Names inside zip files, whatever bytes they are, and whatever the file says of them."""

from __future__ import annotations

import io
import zipfile

import pytest

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
