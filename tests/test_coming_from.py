"""docs/coming-from.md promises what there is: each of its queries is read, each of its commands and options exists."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest

from reftel.cli import group
from reftel.search.query import read_query

_CODE = re.compile(r"`([^`]+)`")
PAGE = (Path(__file__).parents[1] / "docs" / "coming-from.md").read_text("utf-8")
ROWS = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| want")]
HERE = [(row[0], code) for row in ROWS for code in _CODE.findall(row[-1])]
QUERIES = [(want, code) for want, code in HERE if not code.startswith("reftel ")]
COMMANDS = [(want, code) for want, code in HERE if code.startswith("reftel ")]


def test_the_page_is_read():
    assert {len(row) for row in ROWS} == {3}
    assert len(QUERIES) > 50
    assert len(COMMANDS) > 15
    assert all(_CODE.findall(row[-1]) for row in ROWS)


@pytest.mark.parametrize(("want", "query"), QUERIES)
def test_a_query_is_read_without_a_note(want, query):
    assert read_query(query).notes == ()


@pytest.mark.parametrize(("want", "line"), COMMANDS)
def test_a_command_is_there_with_its_options(want, line):
    name, *arguments = shlex.split(line)[1:]
    command = group.get_command(None, name)
    list_file = next((place for place, argument in enumerate(arguments) if argument == "list.txt"), None)
    if list_file is not None:
        arguments[list_file] = os.devnull  # the file is the reader's
    with command.make_context(name, arguments) as context:
        query = context.params.get("query")
    if query:
        assert read_query(query).notes == ()
