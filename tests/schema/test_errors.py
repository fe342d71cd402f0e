"""Messages name the place, and stay readable however long the query is."""

from __future__ import annotations

import pytest

from reftel.schema.errors import CableNotFound, QueryError, SourceError, UnknownFieldError


def test_a_message_has_column_hint_query_and_caret():
    error = UnknownFieldError("unknown field 'singer'", text="a singer:x", start=2, end=8, hint="did you mean 'signer'?")
    assert str(error) == "unknown field 'singer' (column 3); did you mean 'signer'?\n  a singer:x\n    ^^^^^^"
    assert (error.column, isinstance(error, ValueError)) == (3, True)


@pytest.mark.parametrize(("place", "column"), [(0, 2), (5000, 83), (9999, 162)])
def test_a_long_query_is_cut_around_the_caret(place, column):
    text = "x" * place + "!" + "x" * (9999 - place)
    _, shown, caret = str(QueryError("bad sign", text=text, start=place)).split("\n")
    assert len(shown) < 200
    assert shown[column] == "!"
    assert caret == " " * column + "^"
    assert (shown.strip()[0] == "…", shown[-1] == "…") == (place > 0, place < 9999)


def test_a_place_behind_the_end_points_there():
    _, shown, caret = str(QueryError("no end", text="abc", start=99)).split("\n")
    assert caret.index("^") == len(shown)


def test_a_source_error_names_path_and_line():
    assert str(SourceError("no cable", path="a.csv", locator=7)) == "a.csv:7: no cable"


def test_a_cable_that_is_missing_is_named_without_quotes():
    assert (str(CableNotFound("no cable 'x'")), str(CableNotFound())) == ("no cable 'x'", "")


def test_line_breaks_in_a_query_do_not_break_the_caret_line():
    assert str(QueryError("bad", text="a\nb", start=2)).split("\n")[1:] == ["  a b", "    ^"]


@pytest.mark.parametrize(
    ("text", "start", "end", "expected", "caret"),
    [
        ("", 0, None, (0, 0), "^"),
        ("", 0, 5, (0, 0), "^"),
        ("   ", 0, 3, (0, 3), "^^^"),
        ("abc", 1, None, (1, 2), " ^"),
        ("abc", 1, 1, (1, 2), " ^"),
        ("abc", 2, 99, (2, 3), "  ^"),
        ("abc", 3, None, (3, 3), "   ^"),
        ("abc", 3, 4, (3, 3), "   ^"),
        ("abc", 99, 200, (3, 3), "   ^"),
        ("abc", -5, None, (0, 1), "^"),
        ("abc", 2, 0, (2, 3), "  ^"),
    ],
)
def test_a_place_is_in_its_text(text, start, end, expected, caret):
    """Never before its beginning nor past its end; and a caret is always shown."""
    error = QueryError("bad", text=text, start=start, end=end)
    assert (error.start, error.end) == expected
    assert str(error).split("\n")[-1] == f"  {caret}"
