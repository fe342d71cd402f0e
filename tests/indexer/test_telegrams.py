"""Several telegrams in one file come apart, and one that only looks like several stays whole."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import reftel
from reftel.indexer.containers import telegrams
from reftel.indexer.containers.plain_text import iter_telegrams
from reftel.indexer.message import MAX_CABLE, Message
from reftel.schema.errors import SourceError

ROUTING = "VZCZCXYZ000{n}\nPP RUEHC RUEHZ\nRUEHXY\n\nDE RUEHLZ #012{n} 0441016\nZNY CCCCC ZZH\n"
HEADER = "P 131016Z FEB 08\nFM AMEMBASSY ZAGREB\nTO RUEHC/SECSTATE WASHDC PRIORITY 000{n}\nINFO RUEHBW/AMEMBASSY BELGRADE 0002\n"
HEAD = "\nC O N F I D E N T I A L ZAGREB 00012{n}\n\nSIPDIS\n\nE.O. 12958: DECL: 02/13/2018\nTAGS: PREL, HR\nSUBJECT: TALKS {n}\n\n"
TEXT = "1. (C) The talks went on.\n\n2. (C) They will be continued in March.\nALDANE\n"


def telegram(number: int, text: str = TEXT, *, routing: bool = True) -> str:
    return (ROUTING * routing + HEADER + HEAD).format(n=number) + text


OLD = "P R 281848Z DEC 66\nFM AMEMBASSY LUSAKA\nTO SECSTATE WASHDC\n\nCONFIDENTIAL LUSAKA 1234\n\nSUBJ: COPPER\n\n1. THE PRICE FELL.\nROE\n"
PARTIAL = "This record is a partial extract of the original cable. The full text is not available.\n" + HEAD.format(n=7) + TEXT
CAPTION = HEAD.format(n=8).lstrip() + TEXT
LOG = "INFO  LOG-00   EEB-00   AID-00\n      ISN-00   OMB-00  /010W\n                  ------------------2C6B4A  131016Z /38\n" + telegram(6, routing=False)
BODY = "1. (C) The talks went on.\n\n2. (C) More.\nALDANE\n"
WITH_HEADERS = [telegram(1), telegram(2, routing=False), OLD, PARTIAL, LOG, telegram(3, "The text has no numbers. It is short.\nALDANE\n")]
ANY = [*WITH_HEADERS, CAPTION, BODY]

NOT_CUT: dict[str, str] = {
    "NNNN in a sentence": telegram(1, "1. (C) The letters NNNN end a message.\n\n2. (C) NNNN, he said. So NNNN\nis the end.\nALDANE\n"),
    "NNNN on a line of a paragraph": telegram(1, "1. (C) The letters\nNNNN\nend a message, he said.\n\n2. (C) More.\nALDANE\n"),
    "NNNN at the end": telegram(1, TEXT + "\n\nNNNN\n\n"),
    "a label behind NNNN": telegram(1, TEXT + "\n\nNNNN\n\n\n      2004ZAGREB01540 - UNCLASSIFIED\n"),
    "a quoted header": telegram(1, "1. (C) The cable that came began:\n\n" + (ROUTING + HEADER).format(n=2) + "\nand was lost.\n\n2. (C) More.\nALDANE\n"),
    "a header without a word before it": telegram(1, "1. (C) The cable that came read\n" + HEADER.format(n=2) + "\nand was lost.\n\n2. (C) More.\nALDANE\n"),
    "an indented header": telegram(1, "1. (C) What came was\n\n" + "".join(f"> {line}\n" for line in telegram(2).split("\n")) + "\n2. (C) More.\nALDANE\n"),
    "a cable repeated": telegram(1, "1. (C) Following is repeated for you.\n\nQUOTE\n\nRoutine.\n\n" + telegram(2) + "UNQUOTE\n\nALDANE\n"),
    "a cable announced": telegram(1, "1. (C) Full text follows:\n\n" + telegram(2) + "\n2. (C) End.\nALDANE\n"),
    "form feeds between pages": telegram(1, "1. (C) The talks\n\f CONFIDENTIAL\n\nPAGE 02 ZAGREB 00123\nwent on.\n\f\n2. (C) More.\n\fALDANE\n"),
    "sections": telegram(1).replace("ZAGREB 000121", "SECTION 01 OF 02 ZAGREB 000121") + "\nNNNN\n"
    + telegram(1, "3. (C) Still more.\nALDANE\n").replace("ZAGREB 000121", "SECTION 02 OF 02 ZAGREB 000121"),
    "a print-out's banner": "CONFIDENTIAL   ZAGREB   00000121\nDISSEMINATION: POL\nAPPROVED: AMB\n\n" + telegram(1),
    "a row of a dump before the text": "12,2/13/2008 10:16,08ZAGREB121,Embassy Zagreb,CONFIDENTIAL,,\"" + telegram(1),
}  # fmt: skip


def read(text: str) -> list[str]:
    return [message.body if isinstance(message, Message) else str(message) for message in iter_telegrams([text], "f")]


@pytest.mark.parametrize("name", NOT_CUT)
def test_one_telegram_stays_whole(name: str) -> None:
    assert read(NOT_CUT[name]) == [NOT_CUT[name]]


MARKS = ["\nNNNN\n", "\n\n\nNNNN\n\n", "\n#NNNN\n", "NNNN  \n", "\f", "\n\f\n", "\nNNNN\n\f"]


@given(st.lists(st.sampled_from(ANY), min_size=2, max_size=6).flatmap(lambda texts: st.tuples(st.just(texts), st.lists(st.sampled_from(MARKS), min_size=len(texts) - 1, max_size=len(texts) - 1))))
def test_telegrams_joined_by_marks_come_apart(joined: tuple[list[str], list[str]]) -> None:
    texts, marks = joined
    text = "".join(part for pair in zip(texts, [*marks, ""], strict=True) for part in pair)
    assert read(text) == [part.strip("\n") for part in texts]


@given(st.lists(st.sampled_from(WITH_HEADERS), min_size=2, max_size=6), st.sampled_from(["", "\n", "\n\n\n"]))
def test_telegrams_come_apart_at_their_headers(texts: list[str], between: str) -> None:
    assert read(between.join(texts)) == [text.strip("\n") for text in texts]


@given(st.lists(st.sampled_from(list(NOT_CUT.values())), min_size=2, max_size=4), st.sampled_from(["\n\f\n", "\n\nNNNN\n\n"]))
def test_telegrams_that_look_like_several_come_apart_as_they_are(texts: list[str], mark: str) -> None:
    ends = [text for text in texts if not text.rstrip().endswith(("NNNN", "UNCLASSIFIED"))]
    found = read(mark.join(ends)) if len(ends) > 1 else ends
    assert [text.strip("\n") for text in found] == [text.strip("\n") for text in ends]


def test_a_last_mark_is_none_of_the_last_telegrams_text() -> None:
    assert read(telegram(1) + "\nNNNN\n" + telegram(2) + "\nNNNN\n\n") == [telegram(1).strip("\n"), telegram(2).strip("\n")]


def test_records_and_lines(tmp_path: Path) -> None:
    path = tmp_path / "several.txt"
    path.write_text("\n\nNNNN\n\n".join(ANY), "utf-8")
    cables = list(reftel.read_cables(path))
    for cable, text in zip(cables, ANY, strict=True):
        path.write_text(text.strip("\n"), "utf-8")
        (alone,) = reftel.read_cables(path)
        assert {**cable.to_dict(), "source": None} == {**alone.to_dict(), "source": None}
    lines = "\n\nNNNN\n\n".join(ANY).split("\n")
    places = [cable.source.locator or 0 for cable in cables if cable.source]
    assert [lines[place - 1] for place in places] == [text.split("\n")[0] for text in ANY]
    assert [cable.source and cable.source.container for cable in cables] == ["telegram"] * 7 + ["body-only"]


@pytest.mark.parametrize("size", [1000, 9_999, 70_000])
@pytest.mark.parametrize("reach", [3000, 12_000])
def test_cuts_do_not_depend_on_the_pieces_that_the_text_comes_in(size: int, reach: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telegrams, "_REACH", reach)
    text = "\nNNNN\n".join([*ANY, *NOT_CUT.values(), *ANY] * 4)
    whole = list(telegrams.iter_parts([text]))
    lines = text.splitlines(keepends=True)
    blocks, block = list[str](), ""
    for line in lines:
        block += line
        if len(block) > size:
            blocks.append(block)
            block = ""
    assert list(telegrams.iter_parts([*blocks, block])) == whole
    assert len(whole) > 60


def test_one_that_is_too_large_costs_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "x.gz"
    large = telegram(2, "1. (C) The talks went on.\n" * (MAX_CABLE // 20))
    path.write_bytes(gzip.compress("\nNNNN\n".join([telegram(1), large, telegram(3)]).encode(), 1))
    errors: list[SourceError] = []
    cables = list(reftel.read_cables(path, on_error=errors.append))
    assert [cable.subject for cable in cables] == ["TALKS 1", "TALKS 3"]
    assert [(error.locator, error.message) for error in errors] == [(telegram(1).count("\n") + 2, "larger than the 16 MiB that one cable may have; it was passed over")]
    assert cables[1].source is not None
    assert cables[1].source.locator == telegram(1).count("\n") + large.count("\n") + 5


def test_an_archive_has_them_all(tmp_path: Path, make_telegram: Callable[..., str]) -> None:
    path = tmp_path / "several.txt"
    path.write_text("\fNNNN\n".join(make_telegram(serial=serial) for serial in (1, 2, 3)), "utf-8")
    assert reftel.build([path], tmp_path / "archive").total == 3
    path.write_text("\fNNNN\n".join(make_telegram(serial=serial) for serial in (1, 3)), "utf-8")
    report = reftel.build([path], tmp_path / "archive", accept_removals=True)
    assert (report.total, report.removed) == (2, 1)


@pytest.mark.parametrize("unit", ["NNNN\n", "\f", HEADER.format(n=1), ROUTING.format(n=1), "QUOTE\n", "1. (C) x\nNNNN\n", "1. (C) x\n" + HEADER.format(n=1), "RUEHC\n", "\n"])
def test_no_text_takes_long(unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The characters that decisions look at are counted, not seconds."""
    looked = 0
    place = telegrams._Splitter._place

    def counted(self: telegrams._Splitter, mark: object, begin: int) -> object:
        nonlocal looked
        looked += 1
        return place(self, mark, begin)  # type: ignore[arg-type]

    monkeypatch.setattr(telegrams._Splitter, "_place", counted)
    text = telegram(1) + unit * (60_000 // len(unit))
    list(telegrams.iter_parts([text[at : at + 8000] for at in range(0, len(text), 8000)]))
    assert looked < 2 * text.count(unit) + 10


def test_a_rule_may_stand_between_telegrams() -> None:
    assert len(read(f"{WITH_HEADERS[0]}\n{'-' * 70}\n{WITH_HEADERS[0]}")) == 2
