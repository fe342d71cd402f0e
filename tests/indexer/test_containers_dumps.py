import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reftel.indexer.containers import cables_csv, json_lines, plain_text
from reftel.indexer.containers.reading import detect_layout, iter_messages
from reftel.indexer.message import Message
from reftel.schema.errors import SourceError


def lines(text: str) -> list[tuple[int, str]]:
    return list(enumerate(io.StringIO(text, newline="\n"), 1))


def pieces(text: str) -> list[str]:
    return list(io.StringIO(text, newline="\n"))


def split(found) -> tuple[list[Message], list[tuple[int | None, str]]]:
    everything = list(found)
    messages = [item for item in everything if isinstance(item, Message)]
    return messages, [(item.locator, item.message) for item in everything if isinstance(item, SourceError)]


def quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def row(number: int, *, body: str = "S E C R E T", header: str = "FM X", references: str = "") -> str:
    return ",".join(map(quoted, (str(number), "2/13/2008 5:12", f"08OSLO{number}", "Embassy Oslo", "SECRET", references, header, body)))


def test_a_row_gives_its_eight_fields() -> None:
    (message,), errors = split(cables_csv.iter_rows(pieces(row(1, body='a "b" \\ c,\n"d",\nit\'s', references="08OSLO1|07STATE2")), "f"))
    assert errors == []
    assert message == Message(
        body='a "b" \\ c,\n"d",\nit\'s',
        header="FM X",
        printed_id="08OSLO1",
        date="2/13/2008 5:12",
        classification="SECRET",
        origin="Embassy Oslo",
        references="08OSLO1|07STATE2",
        source=message.source,
    )
    assert (message.source.container, message.source.locator) == ("cables-csv", 1)


def test_line_ends_written_out_are_line_ends_where_there_are_no_others() -> None:
    (message,), _ = split(cables_csv.iter_rows(pieces(row(1, body="ABODY").replace("ABODY", "A\\nB\\r\\nC\\nC:\\\\new")), "f"))
    assert message.body == "A\nB\nC\nC:\\new"


def test_escaped_apostrophes_and_line_ends() -> None:
    (message,), _ = split(cables_csv.iter_rows(pieces(row(1).replace("S E C R E T", "it\\'s\\\nhere")), "f"))
    assert message.body == "it's\nhere"


@pytest.mark.parametrize("stray", ['"\n', '"\n"\n', "\n", '\n"\n\n'])
def test_stray_quotes_between_rows_do_not_matter(stray: str) -> None:
    text = "".join(f"{row(number)}\n{stray}" for number in range(1, 5))
    messages, errors = split(cables_csv.iter_rows(pieces(stray + text), "f"))
    assert [message.printed_id for message in messages] == ["08OSLO1", "08OSLO2", "08OSLO3", "08OSLO4"]
    assert all(message.body == "S E C R E T" for message in messages)
    assert errors == []


@pytest.mark.parametrize(
    ("damage", "count"),
    [
        (lambda good: good[:-20], 1),  # cut off
        (lambda good: good.replace('","', '";"', 3), 0),  # no row at all
        (lambda _good: '"2","2/13/2008 5:12","08OSLO2","Embassy Oslo","', 1),
    ],
)
def test_a_damaged_row_loses_only_itself(damage, count: int) -> None:
    text = f"{row(1)}\n{damage(row(2, body='x' * 60))}\n{row(3)}\n"
    messages, errors = split(cables_csv.iter_rows(pieces(text), "f"))
    assert [message.printed_id for message in messages] == ["08OSLO1", "08OSLO3"]
    assert len(errors) == count


def test_a_damaged_row_is_reported_with_its_line() -> None:
    text = "\n".join([row(1, body="one\ntwo"), row(2)[:-1], row(3), ""])
    _, errors = split(cables_csv.iter_rows(pieces(text), "f"))
    assert errors == [(3, "a row without its 8 fields; it was passed over")]


def test_unescaped_quotes_inside_a_body_are_kept() -> None:
    text = row(1, body="BODY").replace("BODY", 'he said "no", twice')
    messages, errors = split(cables_csv.iter_rows(pieces(text + "\n" + row(2)), "f"))
    assert [message.body for message in messages] == ['he said "no", twice', "S E C R E T"]
    assert errors == []


def test_a_row_quoted_inside_a_body_is_text() -> None:
    (message,), errors = split(cables_csv.iter_rows(pieces(row(1, body="> \n" + row(9) + "\nmore")), "f"))
    assert message.body == "> \n" + row(9) + "\nmore"
    assert errors == []


@pytest.mark.parametrize("end", ["\n", "\n\n3. (C) No more came.\nROE\n"])
def test_a_row_quoted_by_a_telegram_is_text(end: str) -> None:
    text = f"UNCLAS BAKU 000012\n\nSUBJECT: A\n\n1. (C) A sample:\n\n{row(9)}{end}"
    assert detect_layout(text) == "telegram"
    assert detect_layout(f'the end of a row"\n{row(9)}{end}') == "cables-csv"


def test_text_before_the_first_row_is_reported() -> None:
    messages, errors = split(cables_csv.iter_rows(pieces(f"number,date,id\n{row(1)}\n"), "f"))
    assert len(messages) == 1
    assert errors == [(1, "text that belongs to no row; it was passed over")]


def test_rows_do_not_depend_on_the_pieces_that_the_text_comes_in() -> None:
    rows = (row(1, body='one\n"two"\n'), row(2), "", row(3, body="a")[:-9], row(4))
    text = "\n".join(("stray", *rows))
    by_line = list(cables_csv.iter_rows(pieces(text), "f"))
    assert [item.locator if isinstance(item, SourceError) else item.source.locator for item in by_line] == [1, 2, 5, 7, 8]
    for cut in range(1, 6):
        parts = ["".join(pieces(text)[:cut]), "".join(pieces(text)[cut:])]
        assert [str(item) for item in cables_csv.iter_rows(parts, "f")] == [str(item) for item in by_line]


printable = st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"), max_size=60)


@given(printable, printable)
def test_fields_agree_with_the_stock_reader_set_right(header: str, body: str) -> None:
    text = row(1, header=header, body=body)
    (message,), errors = split(cables_csv.iter_rows(pieces(text + "\n"), "f"))
    (expected,) = csv.reader(io.StringIO(text, newline=""), escapechar="\\", doublequote=False)
    assert [message.header, message.body] == expected[6:] == [header, body]
    assert errors == []


# -- JSON ---------------------------------------------------------------------------------------------------------------------------------

FULL = {"_id": "08OSLO12", "origin": "Embassy Oslo", "date_time": "2008-02-13 05:05", "classification": "SECRET", "body": "S E C R E T  SIPDIS", "header": "FM X  TO Y", "reference_id": "08OSLO12"}
BARE = {"_id": "07STATE1|07STATE2", "origin": "Embassy Oslo", "date_time": "2/13/2008 5:12", "classification": "SECRET", "body": "it's SIPDIS"}


def test_a_full_record() -> None:
    (message,), errors = split(json_lines.iter_records(lines(json.dumps(FULL)), "f"))
    assert errors == []
    assert message == Message(
        body="S E C R E T  SIPDIS",
        header="FM X  TO Y",
        printed_id="08OSLO12",
        date="2008-02-13 05:05",
        classification="SECRET",
        origin="Embassy Oslo",
        source=message.source,
    )
    assert (message.source.container, message.source.locator) == ("json-lines", 1)


def test_an_id_without_a_header_is_the_reference_column() -> None:
    (message,), _ = split(json_lines.iter_records(lines(json.dumps(BARE)), "f"))
    assert (message.printed_id, message.references, message.header) == (None, "07STATE1|07STATE2", "")


def test_broken_apostrophes_are_read() -> None:
    (message,), errors = split(json_lines.iter_records(lines(json.dumps(BARE).replace("'", "\\'")), "f"))
    assert (message.body, errors) == ("it's SIPDIS", [])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"body": "cut', "not a JSON object; this line was passed over"),
        ("[1, 2", "not a JSON object; this line was passed over"),
        ('"text"', "not a JSON object; this line was passed over"),
        ('{"_id": "08OSLO1"}', "a JSON object without a body; this line was passed over"),
        ("[" * 100_000, "not a JSON object; this line was passed over"),
        ('{"a":' * 100_000, "not a JSON object; this line was passed over"),
    ],
)
def test_a_damaged_line_loses_only_itself(line: str, reason: str) -> None:
    text = f"{json.dumps(FULL)}\n{line}\n\n{json.dumps(FULL)}\n"
    messages, errors = split(json_lines.iter_records(lines(text), "f"))
    assert [message.source.locator for message in messages] == [1, 4]
    assert errors == [(2, reason)]


def test_an_array_over_several_lines() -> None:
    text = "[\n" + json.dumps(FULL) + ",\n" + json.dumps(FULL) + "\n]\n"
    messages, errors = split(json_lines.iter_records(lines(text), "f"))
    assert len(messages) == 2
    assert errors == []


@pytest.mark.parametrize("text", [json.dumps([FULL, FULL]), json.dumps([FULL, FULL], indent=2), json.dumps(FULL, indent="\t") + ",\n" + json.dumps(FULL), json.dumps({"cables": [FULL, FULL], "total": 2}), json.dumps({"08OSLO12": FULL, "08OSLO13": FULL}),
                                  json.dumps({key.upper(): value for key, value in FULL.items()}) + "\n" + json.dumps(FULL)])
def test_arrays_on_one_line_and_objects_over_several(text: str) -> None:
    assert detect_layout(text) == "json-lines"
    messages, errors = split(json_lines.iter_records(lines(text), "f"))
    assert [message.body for message in messages] == ["S E C R E T  SIPDIS"] * 2
    assert errors == []


def test_an_object_that_never_ends_is_named() -> None:
    messages, errors = split(json_lines.iter_records(lines(f'{json.dumps(FULL)}\n{{\n  "body": "x",\n'), "f"))
    assert (len(messages), errors) == (1, [(2, "not a JSON object; this line was passed over")])


def test_values_of_any_type_are_text() -> None:
    record = '{"body": "half \\ud800 of a pair", "header": null, "references": ["08OSLO1", "08OSLO2"], "date": 2008, "origin": ""}'
    (message,), _ = split(json_lines.iter_records(lines(record), "f"))
    assert (message.body, message.header, message.references, message.date, message.origin) == ("half \ufffd of a pair", "", "08OSLO1|08OSLO2", "2008", None)


def test_words_that_lost_their_line_break_come_apart() -> None:
    assert json_lines.split_fused("OSLO 000348SipdisE.o. 12958: N/ATags: NOSubject: X") == "OSLO 000348  Sipdis  E.o. 12958: N/ATags: NOSubject: X"
    assert json_lines.split_fused("SIPDIS E.O. 12958") == "SIPDIS E.O. 12958"


@pytest.mark.parametrize("text", ["OSLO 000348SipdisE.o. 12958: N/ATags: NOSubject: X", "SIPDIS E.O. 12958", "x", ""])
def test_places_before_words_came_apart(text: str) -> None:
    parted = json_lines.split_fused(text)
    for place, letter in enumerate(parted):
        before = json_lines.place_before_split(text, place)
        assert text[before : before + 1] == letter or letter == " "
    assert json_lines.place_before_split(text, len(parted)) == len(text)


# -- plain text ---------------------------------------------------------------------------------------------------------------------------


def test_one_body_a_line() -> None:
    messages, _ = split(plain_text.iter_bodies(lines("one\n\n two \n"), "f"))
    assert [(message.body, message.source.locator, message.header) for message in messages] == [("one", 1, ""), (" two ", 3, "")]


NARA = """Message Text

CONFIDENTIAL

PAGE 01        STATE  097844

12
ORIGIN EUR-20
INFO  OCT-01   /021 R

DRAFTED BY EUR/NE:JDOE
                     --------------------- 051543
P R 221828 Z MAY 73
FM SECSTATE WASHDC
TO AMEMBASSY OSLO PRIORITY

C O N F I D E N T I A L STATE 097844

E. O. 11652:  N/ A
SUBJECT: FJORDS
1. DEEP.
ROGERS
<< END OF DOCUMENT >>


---
Capture Date: 01 JAN 1994
Channel Indicators: n/a
Current Classification: UNCLASSIFIED
Concepts: FJORDS,
 DEPTH
Decaption Date: 01 JAN 1960
Document Number: 1973STATE097844
Draft Date: 22 MAY 1973
Film Number: n/a
From: STATE
Previous Classification: CONFIDENTIAL
Subject: FJORDS
TAGS: PFOR, NO
To: OSLO
"""


@pytest.mark.parametrize("end", ["<< END OF DOCUMENT >>\n", "*** Current Classification *** UNCLASSIFIED\n", ""])
def test_a_text_of_the_state_archiving_system(tmp_path: Path, end: str) -> None:
    path = tmp_path / "document"
    path.write_text(NARA.replace("<< END OF DOCUMENT >>\n", end))
    errors: list[SourceError] = []
    (message,) = iter_messages(path, errors.append)
    assert errors == []
    assert message.source.container == "nara"
    assert message.body.startswith("CONFIDENTIAL\n\nPAGE 01")
    assert message.body.endswith("1. DEEP.\nROGERS")
    assert (message.printed_id, message.date, message.classification, message.origin) == ("1973STATE097844", "22 MAY 1973", "CONFIDENTIAL", "STATE")
    assert message.attribute("Concepts") == "FJORDS, DEPTH"
    assert message.attribute("Film Number", "Decaption Date") is None


def test_several_documents_in_one_text(tmp_path: Path) -> None:
    path = tmp_path / "documents"
    path.write_text(NARA + "\n" + NARA.replace("97844", "97845"))
    errors: list[SourceError] = []
    found = [(message.printed_id, message.source.locator) for message in iter_messages(path, errors.append)]
    assert found == [("1973STATE097844", 1), ("1973STATE097845", NARA.count("\n") + 2)]


def test_dumps_are_streamed(tmp_path: Path) -> None:
    path = tmp_path / "cables.csv"
    path.write_text("".join(f"{row(number)}\n" for number in range(1, 3000)))
    messages = iter_messages(path, pytest.fail)
    assert next(messages).printed_id == "08OSLO1"
    assert sum(1 for _ in messages) == 2998
