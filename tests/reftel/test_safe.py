"""Text from a cable stays data on a terminal, in a spreadsheet, in Markdown and in JSON."""

from __future__ import annotations

import csv
import io
import json

import pytest

from reftel.render.hits import csv_line
from reftel.render.safe import json_text, safe_cell, safe_line, safe_markdown, safe_text

HOSTILE = "a\x1b[31mred\x1b]0;title\x07\x9b2J\x00\x7f\u202eevil\u2066\u2028x\rb"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain ¶1. “text” é", "plain ¶1. “text” é"),
        ("tab\tand\nnewline", "tab\tand\nnewline"),
        ("\x1b[31mred", "␛[31mred"),
        ("bell\x07", "bell␇"),
        ("csi\x9b2J", "csi\\x9b2J"),
        ("del\x7f", "del\\x7f"),
        ("right\u202eleft", "right\\u202eleft"),
        ("carriage\rreturn", "carriagereturn"),
    ],
)
def test_safe_text(text, expected):
    assert safe_text(text) == expected


def test_nothing_that_a_terminal_obeys_is_left():
    for cleaned in (safe_text(HOSTILE), safe_line(HOSTILE), safe_cell(HOSTILE), safe_markdown(HOSTILE), json_text(HOSTILE)):
        assert not any(ord(character) < 0x20 or 0x7F <= ord(character) <= 0x9F for character in cleaned)
        assert not set(cleaned) & set("\u202e\u2066\u2028")


def test_json_is_exact():
    assert json.loads(json_text({"text": HOSTILE})) == {"text": HOSTILE}


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@sum(a1)", "\t=1", "  =1", "\n=1", "＝1"])
def test_a_cell_never_starts_a_formula(formula):
    assert safe_cell(formula).startswith("'")


@pytest.mark.parametrize("text", ["SUBJECT", "a=b", "1-2", "", "¶1", "(C)"])
def test_other_cells_stay_as_they_are(text):
    assert safe_cell(text) == text


def test_a_csv_line_reads_back():
    cells = ["a,b", 'say "x"', "two\nlines", None, 3, 1.5, "=x"]
    assert next(csv.reader(io.StringIO(csv_line(cells)))) == ["a,b", 'say "x"', "two\nlines", "", "3", "1.5", "'=x"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<script>", "\\<script\\>"),
        ("[x](javascript:y)", "\\[x\\](javascript:y)"),
        ("*bold* _it_ `code`", "\\*bold\\* \\_it\\_ \\`code\\`"),
        ("- point", "\\- point"),
        ("1. first", "1\\. first"),
        ("# title", "\\# title"),
        ("&amp;", "\\&amp;"),
    ],
)
def test_markdown_is_escaped(text, expected):
    assert safe_markdown(text) == expected
