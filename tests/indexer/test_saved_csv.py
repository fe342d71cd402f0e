"""``cables.csv`` as spreadsheets, pandas and databases save it again: the same cables; and damage that loses only itself."""

from __future__ import annotations

import csv
import io
import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import reftel
from reftel.indexer.containers import cables_csv, saved_csv
from reftel.indexer.containers.decoding import normalise_newlines
from reftel.indexer.containers.reading import detect_layout, iter_messages
from reftel.indexer.message import MAX_CABLE, Message
from reftel.schema.errors import SourceError

HEADER = "P 130512Z FEB 08\nFM AMEMBASSY OSLO\nTO SECSTATE WASHDC"
NAMES = ["id", "date", "reference_id", "origin", "classification", "references", "header", "body"]
ROWS = [
    ["1", "2/13/2008 5:12", "08OSLO1", "Embassy Oslo", "SECRET", "07STATE1|08OSLO9", HEADER, 'He said "no", twice;\n\n"Yes," she said.\t| \\ end'],
    ["2", "2/14/2008 15:12", "08OSLO2", "Embassy Oslo", "CONFIDENTIAL//NOFORN", "", "", "1. (C) One word"],
    ["3", "12/1/2008 0:01", "08OSLO3", "Embassy Oslo", "UNCLASSIFIED", "", HEADER, '"'],
    ["4", "2/15/2008 5:12", "08OSLO4", "Embassy Oslo", "SECRET", "", HEADER, 'quoted:\n9,"2/13/2008 5:12",08OSLO9,Embassy Oslo,SECRET,,x,y\nend'],
]  # fmt: skip


def saved(rows: list[list[str]], names: list[str] | None = None, **form: object) -> str:
    written = io.StringIO(newline="")
    writer = csv.writer(written, **form)  # type: ignore[arg-type]
    writer.writerows(([names] if names else []) + rows)
    return written.getvalue()


def numbered(rows: list[list[str]]) -> list[list[str]]:
    return [[str(number), *row] for number, row in enumerate(rows)]


FORMS: dict[str, str] = {
    f"{delimiter!r}, {quoting}, {end!r}, {names and names[0]}": saved(ROWS, names, delimiter=delimiter, quoting=quoting, lineterminator=end)
    for delimiter, quoting, end, names in itertools.product(
        ",;\t|", (csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC), ("\n", "\r\n"), (None, NAMES, list("01234567"))
    )
} | {
    "pandas with its index": saved(numbered(ROWS), ["", *NAMES]),
    "pandas with its index and numbers": saved(numbered(ROWS), ["", *"01234567"]),
    "no numbers": saved([row[1:] for row in ROWS], NAMES[1:]),
    "other names": saved(ROWS, ["n", "datetime", "cable", "embassy", "class", "refs", "head", "text"]),
    "quotes escaped": saved(ROWS, None, doublequote=False, escapechar="\\", delimiter=";"),
    "quotes escaped, with names": saved(ROWS, NAMES, doublequote=False, escapechar="\\", quoting=csv.QUOTE_ALL),
    "for Excel": "\ufeffsep=;\r\n" + saved(ROWS, NAMES, delimiter=";"),
    "for Excel, without names": "sep=;\r\n" + saved(ROWS, delimiter=";"),
    "single quotes": saved(ROWS, quotechar="'", quoting=csv.QUOTE_ALL),
    "empty columns behind": saved([[*row, "", ""] for row in ROWS], delimiter=";"),
    "in another order": saved([[row[place] for place in (7, 2, 6, 1, 3, 5, 4)] for row in ROWS], [NAMES[place] for place in (7, 2, 6, 1, 3, 5, 4)]),
    "blank lines between": saved(ROWS, lineterminator="\n\n"),
}  # fmt: skip


def read(path: Path, data: bytes) -> tuple[list[Message], list[str]]:
    path.write_bytes(data)
    errors: list[SourceError] = []
    return list(iter_messages(path, errors.append)), [str(error).removeprefix(str(path)) for error in errors]


def fields(message: Message) -> list[str]:
    values = (message.date, message.printed_id, message.origin, message.classification, message.references, message.header, message.body)
    return [value or "" for value in values]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("form", FORMS)
def test_a_dump_saved_again_gives_the_same_cables(form: str, encoding: str, tmp_path: Path) -> None:
    messages, errors = read(tmp_path / "x", FORMS[form].encode(encoding))
    assert errors == []
    assert [fields(message) for message in messages] == [row[1:] for row in ROWS]
    assert {message.source.container for message in messages if message.source} == {"cables-csv"}


def test_locators_are_lines(tmp_path: Path) -> None:
    messages, _ = read(tmp_path / "x", saved(ROWS, NAMES, delimiter=";", lineterminator="\r\n").encode())
    assert [message.source and message.source.locator for message in messages] == [2, 7, 8, 11]


GOOD = "{0},2/13/2008 5:12,08OSLO{0},Embassy Oslo,SECRET,,FM X,\"one\nshe said \"\"no\"\"\"\n"
NO_ROW = "a row without its 8 fields; it was passed over"
NO_TEXT = "text that belongs to no row; it was passed over"
DAMAGE = {
    "a quote less": (GOOD.format(2)[:-2] + "\n", [f":4: {NO_ROW}"]),
    "a quote more": (GOOD.format(2).replace("one", 'on"e'), [f":4: {NO_ROW}"]),
    "cut off": (GOOD.format(2)[:50] + "\n", [f":4: {NO_ROW}"]),
    "a field more": (GOOD.format(2).replace("SECRET", "SECRET,x"), [f":4: {NO_ROW}"]),
    "other text": ("these are\nthe cables of 'x\n", [f":4: {NO_TEXT}"]),
    "other text with a quote": ('these are\nthe cables of "x\n', [f":4: {NO_TEXT}"]),
    "nothing": ("\n\n", []),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_loses_only_itself(name: str, tmp_path: Path) -> None:
    damage, expected = DAMAGE[name]
    before = GOOD.format(0) + GOOD.format(1)
    messages, errors = read(tmp_path / "x", (before + damage + GOOD.format(3) + GOOD.format(4)).encode())
    assert [message.printed_id for message in messages] == ["08OSLO0", "08OSLO1", "08OSLO3", "08OSLO4"]
    assert errors == [error.replace(":4:", ":5:") for error in expected]


@pytest.mark.parametrize("below", ["", "\n\n", '"', '"\n"', '""\n'])
def test_names_without_a_row_are_reported(below: str, tmp_path: Path) -> None:
    messages, errors = read(tmp_path / "x", f"id,date,reference_id,origin,classification,references,header,body\n{below}".encode())
    assert (messages, errors) == ([], [":1: names of columns without a row below them"])


def test_an_unfinished_last_row_is_reported(tmp_path: Path) -> None:
    messages, errors = read(tmp_path / "x", (GOOD.format(0) + GOOD.format(1)[:-9]).encode())
    assert [message.printed_id for message in messages] == ["08OSLO0"]
    assert errors == [f":3: {NO_ROW}"]


def test_a_row_that_is_too_large_costs_only_itself(tmp_path: Path) -> None:
    data = GOOD.format(0) + GOOD.format(1).replace("one", "1. (C) Fjords.\n" * (MAX_CABLE // 14)) + GOOD.format(2)
    messages, (error,) = read(tmp_path / "x", data.encode())
    assert [message.printed_id for message in messages] == ["08OSLO0", "08OSLO2"]
    assert error.startswith(":3: larger than the 16 MiB that one cable may have")


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ("1,2/13/2008 5:12,08OSLO12,Embassy Oslo,SECRET,,,\n", "saved-csv"),
        ("id;date;refid;origin;classification;destination;header;body\n", "saved-csv"),
        ("1\t13.02.2008 05:12\t08OSLO12\tEmbassy Oslo\tSECRET\t\t\t\n", "saved-csv"),
        ("1,13-Feb-08,08OSLO12,Embassy Oslo,SECRET,,,\n", "saved-csv"),
        ('"1","2/13/2008 5:12","08OSLO12","Embassy Oslo","SECRET","","","a ""b"" c"\n', "saved-csv"),
        ('"1","2/13/2008 5:12","08OSLO12","Embassy Oslo","SECRET","","","a \\"b\\" c"\n', "cables-csv"),
        ('"1","2/13/2008 5:12","08OSLO12","Embassy Oslo","SECRET","","",""\n', "cables-csv"),
        ("1, 2, 3\n4, 5, 6\n", None),
        ("S E C R E T OSLO 12\n\nTEXT, BODY, HEADER, DATE\n", "telegram"),
        ("1. (C) On 2/13/2008, 08OSLO12, a cable, said, so.\n", "body-only"),
    ],
)
def test_a_dump_saved_again_is_told_from_its_first_rows(sample: str, expected: str | None) -> None:
    assert detect_layout(sample) == expected


def test_one_row_of_the_first_dump_with_doubled_quotes_is_read() -> None:
    row = ",".join('"' + field.replace('"', '""') + '"' for field in ROWS[0])
    (message,) = cables_csv.iter_rows([row], "f")
    assert isinstance(message, Message)
    assert fields(message) == ROWS[0][1:]


plain = st.text(st.characters(codec="utf-8", exclude_characters="\r\x00\x0b\x0c\x85\u2028\u2029"), max_size=40)


@given(st.lists(st.tuples(plain, plain), min_size=1, max_size=5), st.sampled_from(",;\t|"), st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)))
def test_fields_agree_with_the_stock_reader(texts: list[tuple[str, str]], delimiter: str, quoting: int) -> None:
    rows = [[str(number), "2/13/2008 5:12", f"08OSLO{number}", "Embassy Oslo", "SECRET", "", *pair] for number, pair in enumerate(texts)]
    text = saved(rows, NAMES, delimiter=delimiter, quoting=quoting, lineterminator="\n")
    dialect = saved_csv.find_dialect(text)
    assert dialect is not None
    if dialect.escaped:  # the texts are such that they look it
        return
    for pieces in ([text], list(io.StringIO(text, newline="\n"))):
        found = list(saved_csv.iter_rows(pieces, "f", dialect))
        assert [fields(message) for message in found if isinstance(message, Message)] == [row[1:] for row in rows]
    assert list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))[1:] == rows


@pytest.mark.parametrize("unit", ['"', '""', 'x"\n', "x\n", '"x\n', "2,2/13/2008 5:12,08OSLO2,a,b,c,d,e\n", '2,2/13/2008 5:12,08OSLO2,a,b,c,d,"\n', ",", '",', "\\", '\\"', "\n"])
@pytest.mark.parametrize("start", [GOOD.format(1), "id;body;date\n", GOOD.format(1) + '2,2/13/2008 5:12,08OSLO2,a,b,c,d,"'])
def test_no_text_takes_long(start: str, unit: str) -> None:
    """No character is looked at more than a few times: those that are split are counted, not seconds."""
    text = start + unit * (100_000 // len(unit))
    dialect = saved_csv.find_dialect(text[: 1 << 16])
    assert dialect is not None
    reader = _Counted("f", dialect)
    list(reader.read(saved_csv._pieces([text], dialect)))
    assert reader.characters < 5 * len(text)


class _Counted(saved_csv._Rows):
    characters = 0

    def _split(self, text: str) -> tuple[list[tuple[int, list[str]]], int]:
        self.characters += len(text)
        return super()._split(text)


def test_a_whole_archive_of_it(tmp_path: Path) -> None:
    path = tmp_path / "saved.csv"
    path.write_text(normalise_newlines(FORMS["for Excel"]), "utf-8")
    report = reftel.build([path], tmp_path / "archive")
    assert (report.total, report.failures) == (4, [])
