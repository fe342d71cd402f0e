"""Names of files as text, and back."""

from __future__ import annotations

import itertools
import os

import pytest

from reftel.schema.errors import SourceError
from reftel.schema.names import name_of, one_line, path_of, without_surrogates

CASES = [
    (b"plain.html", "plain.html"),
    ("café.html".encode(), "café.html"),
    (b"caf\xe9.html", r"caf\xe9.html"),
    (b"\xff", r"\xff"),
    (b"\xed\xa0\x80", r"\xed\xa0\x80"),  # half of a surrogate pair, which UTF-8 does not have
    (b"\xc0\xaf", r"\xc0\xaf"),
    (rb"caf\xe9.html", r"caf\x5cxe9.html"),  # the characters, not the byte
    (rb"\x5cxe9", r"\x5cx5cxe9"),
    (rb"dos\x41\n\\", r"dos\x41\n\\"),  # stands for no byte that is no UTF-8
    (b"\\\xe9", r"\\xe9"),
    (b"\\xe\xe9", r"\xe\xe9"),
    (b"a\nb\tc", "a\nb\tc"),
    (b"\x1b[31m", "\x1b[31m"),
    ("\u202egnp".encode(), "\u202egnp"),
    ("e\u0301".encode(), "e\u0301"),
    (b"-n", "-n"),
    (b"a!b*[c]#?", "a!b*[c]#?"),
    (b"\xe9" * 255, r"\xe9" * 255),
]


@pytest.mark.parametrize(("raw", "name"), CASES)
def test_a_name_as_text_and_back(raw: bytes, name: str) -> None:
    assert name_of(os.fsdecode(raw)) == name
    assert os.fsencode(path_of(name)) == raw
    name.encode("utf-8")


def test_no_two_names_become_one_text() -> None:
    pieces = (b"\\", b"x", b"5c", b"e9", b"\xe9", b"\xc3\xa9", b"E9")
    raws = {b"".join(parts) for length in range(1, 6) for parts in itertools.product(pieces, repeat=length)}
    names = {name_of(os.fsdecode(raw)) for raw in raws}
    assert len(names) == len(raws)
    assert {os.fsencode(path_of(name)) for name in names} == raws


@pytest.mark.parametrize("text", ["\ud800", "a\udbffb", "\udc7f\udce9"])
def test_what_names_no_file_can_be_shown_all_the_same(text: str) -> None:
    assert name_of(text).isascii()
    path_of(text)


def test_a_message_about_a_path_can_be_printed() -> None:
    assert without_surrogates("caf\udce9 \ud800") == r"caf\xe9 \ud800"
    assert without_surrogates("\udc7f\udc80\udcff\udd00") == r"\udc7f\x80\xff\udd00"
    error = SourceError("gone", path="a\n\tb\u2028\udce9", locator=3)
    assert str(error) == r"a␊␉b␤\xe9:3: gone"


def test_one_line_keeps_blanks() -> None:
    assert one_line("a  b\r\nc") == "a  b␍␊c"
