"""Damaged sources: whatever happens to a file, reading it gives cables and reported errors, never another exception."""

import bz2
import gzip
import io
import json
import lzma
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reftel.indexer.containers.reading import iter_messages
from reftel.indexer.normalize import read_cables
from reftel.schema.cable import Cable
from reftel.schema.errors import SourceError

TELEGRAM = "VZCZCXRO1\nOO RUEHRA\nDE RUEHNY #0290/01 0440512\nZNY CCCCC ZZH\nO R 130512Z FEB 08\nFM AMEMBASSY OSLO\nTO RUEHC/SECSTATE WASHDC\n\nC O N F I D E N T I A L OSLO 000290\n\nSIPDIS\n\nE.O. 12958: DECL: 02/13/2018\nTAGS: PREL, NO\nSUBJECT: FJORDS\n\nREF: STATE 12\n\nClassified By: Jane Doe for reasons 1.4 (b).\n\n1. (C) Summary: Deep. End summary.\n\n2. (U) Cold.\n\nDOE\n"
HEADER, _, BODY = TELEGRAM.partition("\n\n")
PAGE = (
    "<html><body><h3>Viewing cable 08OSLO290, FJORDS</h3><table class='cable'><tr><th>Reference ID</th><th>Created</th></tr>"
    "<tr><td>08OSLO290</td><td>2008-02-13 05:05</td></tr></table><code><pre>" + HEADER.replace("\n", "&#x000A;") + "</pre></code><code><pre>"
    + BODY.replace("\n", "&#x000A;").replace("1. (C)", "<a id='par1' href='#par1'>¶</a>1. (C)") + "</pre></code></body></html>"
)
CSV = "".join(
    ",".join('"' + field.replace('"', '\\"') + '"' for field in (str(number), "2/13/2008 5:12", f"08OSLO{number}", "Embassy Oslo", "SECRET", "", HEADER, BODY)) + "\n"
    for number in (290, 291)
)
JSON = "".join(json.dumps({"_id": "", "origin": "Embassy Oslo", "date_time": "2/13/2008 5:12", "body": BODY}) + "\n" for _ in range(2))
NARA = "Message Text\n\n" + TELEGRAM + "\n<< END OF DOCUMENT >>\nDraft Date: 13 FEB 2008\nFilm Number: n/a\nConcepts: X\nLegacy Key: y\n"
SAVED = "id;date;refid;origin;classification;references;header;body\n" + "".join(
    ";".join('"' + field.replace('"', '""') + '"' for field in (str(number), "13.02.2008 05:12", f"08OSLO{number}", "Embassy Oslo", "SECRET", "", HEADER, BODY)) + "\n"
    for number in (290, 291)
)
SEVERAL = f"{TELEGRAM}\nNNNN\n{TELEGRAM}\nNNNN\n{TELEGRAM}"
SEEDS = [PAGE, CSV, JSON, NARA, TELEGRAM, BODY[BODY.index("1. (C)") :], SAVED, SEVERAL]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1", "cp1252"]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    data = draw(st.sampled_from(SEEDS)).encode(draw(st.sampled_from(ENCODINGS)), "replace")
    for _ in range(draw(st.integers(0, 3))):
        start, end = sorted(draw(st.tuples(st.integers(0, len(data)), st.integers(0, len(data)))))
        change = draw(st.sampled_from(["cut", "drop", "double", "splice", "noise"]))
        if change == "cut":
            data = data[:end]
        elif change == "drop":
            data = data[:start] + data[end:]
        elif change == "double":
            data = data[:end] + data[start:]
        elif change == "splice":
            data = data[:start] + draw(st.sampled_from(SEEDS)).encode() + data[end:]
        else:
            data = data[:start] + draw(st.binary(max_size=8)) + data[start:]
    return data


def read(path: Path, data: bytes) -> tuple[list[Cable], list[SourceError]]:
    path.write_bytes(data)
    errors: list[SourceError] = []
    return list(read_cables(path, on_error=errors.append)), errors


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damaged())
def test_damage_is_reported_and_never_raised(tmp_path: Path, data: bytes) -> None:
    cables, errors = read(tmp_path / "file", data)
    assert cables or errors
    for cable in cables:
        json.dumps(cable.to_dict()).encode()
        f"{cable.header}{cable.body}".encode()  # no half characters


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damaged(), st.integers(0, 60))
def test_damaged_compressed_files(tmp_path: Path, data: bytes, cut: int) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", data)
        archive.writestr("b", gzip.compress(data))
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as archive:
        for name, content in (("a", data), ("b.zip", buffer.getvalue())):
            about = tarfile.TarInfo(name)
            about.size = len(content)
            archive.addfile(about, io.BytesIO(content))
    for packed in (gzip.compress(data), buffer.getvalue(), tar.getvalue(), lzma.compress(tar.getvalue()), bz2.compress(data)):
        cables, errors = read(tmp_path / "file", packed[: len(packed) - cut])
        assert cables or errors


@pytest.mark.parametrize("text", SEEDS)
def test_the_sound_files_are_read(tmp_path: Path, text: str) -> None:
    cables, errors = read(tmp_path / "file", text.encode())
    assert errors == []
    assert all([(paragraph.number, paragraph.mark) for paragraph in cable.paragraphs] == [(1, "C"), (2, "U")] for cable in cables)


@pytest.mark.parametrize("unit", [" ", "-", "1", "X", "(", "¶", "\n", '"', "\\", "<", "&", "{", "[", "{\"body\":", "/", ":", "TO ", "¶1. ", "\t", "'", "\u00a0", "1/", "é"])
@pytest.mark.parametrize("start", ["", "SUBJECT: X\n", '"1","2/13/2008 5:12","08OSLO1","Embassy Oslo","S","","","', '{"body": "', "<html><h3>Viewing cable X, ", "FM AMEMBASSY OSLO\nTO "])
def test_a_megabyte_of_anything_is_read_in_no_time(tmp_path: Path, start: str, unit: str) -> None:
    path = tmp_path / "file"
    path.write_text(start + unit * (1_000_000 // len(unit)), "utf-8")
    errors: list[SourceError] = []
    assert len(list(iter_messages(path, errors.append))) + len(errors) >= 1
