"""The largest cable that is read, and what a larger one costs: an error that names size and limit, and nothing of its neighbours."""

from __future__ import annotations

import gzip
import io
import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import reftel
from reftel.indexer import reading
from reftel.indexer.containers import decoding
from reftel.indexer.message import MAX_CABLE, Message

MEGABYTE = 1 << 20
HEADER = "O 130512Z FEB 08\nFM AMEMBASSY OSLO\nTO SECSTATE WASHDC 0001\n"
HEAD = "C O N F I D E N T I A L OSLO 000012\n\nSUBJECT: FJORDS\n\n"
BODY = f"{HEAD}1. (C) Fjords were seen.\n"
METADATA = "\n<< END OF DOCUMENT >>\nDraft Date: 1 MAY 1973\nFilm Number: D7\nLegacy Key: x\n"


def page(text: str) -> str:
    return f"<html><h3>Viewing cable 08OSLO12, FJORDS</h3><pre>{HEADER}</pre><pre>{HEAD}{text}</pre></html>"


def row(text: str) -> str:
    return f'"1","2/13/2008 5:12","08OSLO12","Embassy Oslo","SECRET","","{HEADER}","{HEAD}{text}"\n'


def line(text: str) -> str:
    return json.dumps({"_id": "08OSLO12", "header": HEADER, "body": HEAD + text}, ensure_ascii=False) + "\n"


def bare(text: str) -> str:
    return "S E C R E T OSLO 12 SIPDIS E.O. 12958: DECL: N/A TAGS: PREL SUBJECT: FJORDS 1. (C) " + "Text. " * 60 + text.replace("\n", " ") + "\n"


def record(text: str) -> str:
    return f"Message Text\n\n{HEADER}\n{HEAD}{text}{METADATA}"


ALONE: dict[str, Callable[[str], str]] = {
    "cablegate-html": page,
    "plusd-html": lambda text: f"<html><p>Film Number: D7</p><p>Legacy Key: x</p><p>Locator: y</p><pre>{HEADER}\n{HEAD}{text}</pre></html>",
    "telegram": lambda text: f"{HEADER}\n{HEAD}{text}",
    "body-only": lambda text: f"1. (C) {text}",
}
AMONG_OTHERS: dict[str, Callable[[str], str]] = {"cables-csv": row, "json-lines": line, "body-only": bare, "nara": record}
FILLERS = {"one line": "x" * 120, "lines": "1. (C) Fjords.\n", "of two bytes": "é" * 60, "blanks": " "}


def filled(filler: str, size: int) -> str:
    unit = FILLERS[filler]
    return unit * (size // len(unit.encode()) + 1)


def read(path: Path) -> tuple[list[reftel.Cable], list[reftel.SourceError]]:
    errors: list[reftel.SourceError] = []
    return list(reftel.read_cables(path, on_error=errors.append)), errors


@pytest.mark.parametrize("container", ALONE)
def test_a_file_larger_than_a_cable_is_refused(container: str, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text(ALONE[container](filled("lines", MAX_CABLE)), "utf-8")
    cables, (error,) = read(path)
    assert cables == []
    size = path.stat().st_size / MEGABYTE
    assert error.message == f"larger than the 16 MiB that one cable may have (it has {size:.1f} MiB); it was passed over"
    path.write_bytes(gzip.compress(path.read_bytes(), 1))
    cables, (error,) = read(path)
    assert cables == []
    assert error.message == "larger than the 16 MiB that one cable may have; it was passed over"


@pytest.mark.parametrize(("filler", "encoding"), [*((filler, "utf-8") for filler in FILLERS), ("one line", "utf-16")])
@pytest.mark.parametrize("container", AMONG_OTHERS)
def test_a_cable_that_is_too_large_costs_only_itself(container: str, filler: str, encoding: str, tmp_path: Path) -> None:
    write = AMONG_OTHERS[container]
    before = write("1. (C) First.\n") * 2
    path = tmp_path / "x"
    size = 2 * MAX_CABLE if filler == "of two bytes" else MAX_CABLE
    path.write_text(before + write(filled(filler, size)) + write("1. (C) Last.\n") * 2, encoding)
    cables, (error,) = read(path)
    assert len(cables) == 4
    assert "First." in cables[1].body
    assert "Last." in cables[2].body
    assert error.message == "larger than the 16 MiB that one cable may have; it was passed over"
    assert error.locator == before.count("\n") + 1
    lines = 1 + sum(write(text).count("\n") for text in ("1. (C) First.\n", "1. (C) First.\n", filled(filler, size)))
    assert cables[2].source is not None
    assert cables[2].source.locator == lines


@pytest.mark.parametrize("container", [*ALONE, *AMONG_OTHERS])
def test_the_largest_cable_is_read_in_bounded_memory(container: str, tmp_path: Path) -> None:
    """A process with 700 MiB of address space reads it; a third of that is taken before anything is read."""
    write = (ALONE | AMONG_OTHERS)[container]
    path = tmp_path / "x"
    path.write_text(write(filled("lines", MAX_CABLE - 3 * MEGABYTE)), "utf-8")
    script = f"""
import resource, reftel
reftel.normalize_text("1. (C) Nothing.")
resource.setrlimit(resource.RLIMIT_AS, (700 << 20, 700 << 20))
print(*(len(cable.body) > {10 * MEGABYTE} for cable in reftel.read_cables({str(path)!r})))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=600, check=False)
    assert (done.stdout, done.stderr) == ("True\n", "")


def test_an_endless_line_costs_no_memory() -> None:
    class Endless(io.RawIOBase):
        left = 40 * MEGABYTE // (1 << 18)

        def read(self, size: int = -1) -> bytes:  # type: ignore[override]
            self.left -= 1
            return b"x" * size if self.left > 0 else b"\ny\n" if self.left == 0 else b""

    blocks = list(decoding.iter_blocks(Endless(), "utf-8-sig"))  # type: ignore[arg-type]
    (_, long), last = enumerate("".join(blocks).splitlines())
    assert last == (1, "y")
    assert MAX_CABLE < len(long) < MAX_CABLE + 4 * MEGABYTE


def test_large_messages_wait_in_short_stretches() -> None:
    small, large = Message("x", header=""), Message("x" * (reading.WHOLE + 1), header="")
    messages = [small] * 40 + [large] * 3 + [small]
    assert [len(stretch) for stretch in reading._stretches(messages)] == [16, 16, 9, 1, 1, 1]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_blocks_are_whole_lines_wherever_the_reading_stops(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(7)
    for _ in range(300):
        monkeypatch.setattr(decoding, "_BLOCK", chance.choice((4, 6, 10, 16)))
        text = "".join(chance.choice(("a", "é", "\n", "\r\n", "\r", "\n\n", "xyz", "\u2028", "\f")) for _ in range(chance.randrange(60)))
        blocks = list(decoding.iter_blocks(io.BytesIO(text.encode(encoding)), "utf-8-sig" if encoding == "utf-8" else encoding))
        assert "".join(blocks) == decoding.normalise_newlines(text)
        assert all(block.endswith("\n") for block in blocks[:-1])
        assert "" not in blocks


def test_records_of_the_archives_are_told_apart_across_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "_BLOCK", 64)
    path = tmp_path / "x"
    path.write_text("Draft Date: 1 JAN 1974\n" + "".join(record(f"1. (C) Number {number}.\n") for number in range(5)), "utf-8")
    cables, errors = read(path)
    assert errors == []
    assert [cable.paragraphs[0].text for cable in cables] == [f"Number {number}." for number in range(5)]
    lines = record("1. (C) Number 0.\n").count("\n")
    assert [cable.source and cable.source.locator for cable in cables] == [1, *(2 + lines * number for number in range(1, 5))]
    path.write_text("Draft Date: 1 JAN 1974\n" + record("1. (C) Alone.\n"), "utf-8")
    (cable,), errors = read(path)
    assert cable.source is not None
    assert cable.source.locator is None
