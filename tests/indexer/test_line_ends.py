"""Line ends of every kind: the same records, whether a whole file has them or only the texts in it."""

from __future__ import annotations

import io
import json
import random
from pathlib import Path

import pytest

import reftel
from reftel.indexer.containers import decoding

ENDS = {"CR LF": "\r\n", "CR": "\r", "VT": "\x0b", "FF": "\x0c", "NEL": "\x85", "LS": "\u2028", "PS": "\u2029"}
SAMPLES = Path(__file__).parents[2] / "corpus_samples"
FILES = ["telegrams/08MUSCAT9019.txt", "telegrams/73KATHMANDU9041.txt", "telegrams/starts-at-caption.txt", "bodies/minsk-precedent.txt", "bodies.txt",
         "dumps/cables.csv", "nara/1975LUSAKA09045.txt", "cablegate/2008/02/08BAKU9014.html", "plusd/1974SUVA09012_b.html"]  # fmt: skip


def records(path: Path) -> list[dict[str, object]]:
    return [cable.to_dict() | {"source": cable.source and cable.source.locator} for cable in reftel.read_cables(path)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("name", FILES)
def test_a_file_with_other_line_ends_gives_the_same_records(name: str, end: str, encoding: str, tmp_path: Path) -> None:
    text = (SAMPLES / name).read_text("utf-8")
    assert "\n" in text
    path = tmp_path / Path(name).name
    path.write_bytes(text.replace("\n", ENDS[end]).encode(encoding))
    assert records(path) == records(SAMPLES / name)


@pytest.mark.parametrize("end", ENDS)
def test_a_text_with_other_line_ends_gives_the_same_record(end: str, tmp_path: Path) -> None:
    text = (SAMPLES / "telegrams/08MUSCAT9019.txt").read_text("utf-8")
    odd = text.replace("\n", ENDS[end])
    assert reftel.normalize_text(odd) == reftel.normalize_text(text)
    path = tmp_path / "x"
    for ascii_only in (True, False):
        path.write_text(json.dumps({"_id": "08MUSCAT9019", "body": odd}, ensure_ascii=ascii_only) + "\n", "utf-8", newline="")
        (cable,) = reftel.read_cables(path)
        path.write_text(json.dumps({"_id": "08MUSCAT9019", "body": text}, ensure_ascii=ascii_only) + "\n", "utf-8", newline="")
        (expected,) = reftel.read_cables(path)
        assert cable == expected


@pytest.mark.parametrize("end", ["\\n", "\\r\\n", "<br>", "<BR />", "<br>\n", "\n> ", "\\\n", " \\\n"])
def test_line_ends_that_are_written_out_or_quoted_give_the_same_fields(end: str) -> None:
    text = (SAMPLES / "telegrams/08MUSCAT9019.txt").read_text("utf-8")
    told, odd = (reftel.normalize_text(each) for each in (text, text.replace("\n", end)))
    for field in ("date", "recipients", "classification", "caveats", "declassify_on", "tags", "subject", "refs", "classified_by", "signers", "flags"):
        assert getattr(odd, field) == getattr(told, field), field
    assert [(each.number, each.mark) for each in odd.paragraphs] == [(each.number, each.mark) for each in told.paragraphs]


def test_a_path_in_a_text_without_line_ends_has_none() -> None:
    text = f"1. (C) The files are in C:\\news and C:\\nets. {'They were read. ' * 100}"
    assert reftel.normalize_text(text).body == text


@pytest.mark.parametrize("end", [end for end in ENDS if end not in ("CR LF", "CR")])
def test_a_row_whose_text_has_other_line_ends_gives_the_same_record(end: str, tmp_path: Path) -> None:
    rows = (SAMPLES / "dumps/cables.csv").read_text("utf-8")
    header = "FM AMEMBASSY NAIROBI"
    assert header in rows
    path = tmp_path / "x"
    path.write_text(rows.replace("\n" + header, ENDS[end] + header), "utf-8", newline="")
    assert [cable.header for cable in reftel.read_cables(path)] == [cable.header for cable in reftel.read_cables(SAMPLES / "dumps/cables.csv")]


def test_bytes_that_are_no_utf_8_keep_their_accents(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes("1. (C) Café.\x0b\x0b2. (C) “Señor”.\x0b".encode("cp1252"))
    (cable,) = reftel.read_cables(path)
    assert [paragraph.text for paragraph in cable.paragraphs] == ["Café.", "“Señor”."]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_blocks_are_whole_lines_with_odd_line_ends_too(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(7)
    for _ in range(200):
        monkeypatch.setattr(decoding, "_BLOCK", chance.choice((4, 6, 10, 16)))
        text = "".join(chance.choice(("a", "é", "\u2028", "\u2029", "\x0b", "\f", "\x85", "xyz")) for _ in range(chance.randrange(60)))
        blocks = list(decoding.iter_blocks(io.BytesIO(text.encode(encoding)), "utf-8-sig" if encoding == "utf-8" else encoding, odd=True))
        assert "".join(blocks) == decoding.plain_line_ends(text)
        assert all(block.endswith("\n") for block in blocks[:-1])


@pytest.mark.parametrize(("text", "odd"), [("a\u2028b", True), ("a\u2028b\n", True), ("a\nb\u2028c", False), ("a\nb", False), ("a", False), ("a\x0cb\x0c", True)])
def test_odd_line_ends_are_those_of_a_text_without_others(text: str, odd: bool) -> None:
    assert decoding.has_odd_line_ends(text) is odd
