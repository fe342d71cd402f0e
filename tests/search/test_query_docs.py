"""docs/query-language.md says what the program does: each of its examples is read, each of its errors is raised."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reftel.schema.errors import QueryError
from reftel.schema.fields import FIELDS
from reftel.search.query import read_query
from reftel.search.query.check import MOST_NEAR, MOST_PATTERNS
from reftel.search.query.leaves import LONGEST_DISTANCE
from reftel.search.query.parser import DEEPEST_BRACKETS, LONGEST_QUERY

PAGE = (Path(__file__).parents[2] / "docs" / "query-language.md").read_text("utf-8")
ROWS = [line.replace("\\|", "¦").split("|")[1:3] for line in PAGE.splitlines() if line.startswith("| `")]
EXAMPLES = [(example.replace("¦", "|"), "with a note" in meaning) for written, meaning in ROWS for example in re.findall(r"`([^`]+)`", written)]
ERRORS = re.findall(r"```\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize(("example", "noted"), EXAMPLES)
def test_an_example_is_read_and_has_a_note_where_the_page_says_so(example, noted):
    assert bool(read_query(example).notes) == noted


@pytest.mark.parametrize("block", ERRORS)
def test_an_error_is_printed_as_shown(block):
    with pytest.raises(QueryError) as caught:
        read_query(block.split("\n")[1].strip())
    assert str(caught.value) == block.rstrip("\n")


def test_the_page_has_examples_of_every_field():
    assert len(EXAMPLES) > 80
    assert len(ERRORS) == 2
    text = " ".join(example for example, _noted in EXAMPLES)
    assert [field.name for field in FIELDS if f"{field.name}:" not in text] == []


def test_the_limits_are_those_of_the_program():
    assert f"{LONGEST_QUERY:,} characters, {DEEPEST_BRACKETS} brackets" in PAGE
    assert f"{MOST_NEAR} words in one proximity expression" in PAGE
    assert f"{MOST_PATTERNS} words with" in PAGE
    assert f"`n` is 1 to {LONGEST_DISTANCE}." in PAGE


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_the_examples_of_the_field_table_are_read(field):
    for example in field.examples:
        assert read_query(example).notes == ()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("-a w/5 b", "NOT (a w/5 b)"), ("a b OR c", "(a b) OR c"), ("tags:PREL|AJ", "tags:PREL,AJ"), ("minsk /5 group", "minsk NEAR/5 group"),
        ("minsk w/5 group pre/3 talks", "minsk w/5 group pre/3 talks"), ("kosovo w/p minsk w/5 group", "kosovo w/p (minsk w/5 group)"),
        ('"a b c"~4', "=a w/4 =b w/4 =c"), ("mark:S", "mark:secret"), ("post:baku", 'from:"Embassy Baku"'),
        ("minsk w/5 group pre/3 talks", "(minsk w/5 group) pre/3 talks"),
    ],
)  # fmt: skip
def test_two_spellings_of_one_meaning(written, meant):
    assert read_query(written).plan == read_query(meant).plan
