"""Words of a query that begin with a minus are words, options are options."""

from __future__ import annotations

import click
import pytest

import reftel
from reftel.cli import COMMANDS, group, run
from reftel.cli.words import QueryCommand

LINES = [  # arguments, the query, other values
    (["hezbollah", "-amal"], "hezbollah -amal", {}),
    (["-nato"], "-nato", {}),
    (["-amal", "hezbollah", "-n", "5"], "-amal hezbollah", {"limit": 5}),
    (["-n5", "-nato"], "-nato", {"limit": 5}),
    (["-n", "5", "-n5x"], "-n5x", {"limit": 5}),
    (["-fjson", "-farc"], "-farc", {"output_format": "json"}),
    (["-Afghanistan", "-A", "here"], "-Afghanistan", {"archive": "here"}),
    (["-from:baku", "minsk", "--sort", "-date"], "-from:baku minsk", {"sort": "-date"}),
    (["-tags:PREL,AJ"], "-tags:PREL,AJ", {}),
    (['-"minsk group"', "precedent"], '-"minsk group" precedent', {}),
    (["-(a", "OR", "b)"], "-(a OR b)", {}),
    (["minsk", "--json", "-group"], "minsk -group", {"output_format": "json"}),
    (["--limit=3", "minsk", "-group"], "minsk -group", {"limit": 3}),
    (["--", "-n", "5"], "-n 5", {}),
    (["minsk", "--", "--limit"], "minsk --limit", {}),
    (["minsk", "-"], "minsk -", {}),
]


@pytest.mark.parametrize(("arguments", "query", "values"), LINES, ids=[" ".join(row[0]) for row in LINES])
def test_a_line_is_read_as_it_is_meant(arguments, query, values, monkeypatch):
    monkeypatch.delenv("REFTEL_ARCHIVE", raising=False)
    command = group.get_command(None, "search")
    context = command.make_context("search", list(arguments))
    assert context.params["query"] == query
    defaults = command.make_context("search", ["x"]).params
    assert {name: value for name, value in context.params.items() if value != defaults[name]} == {"query": query, **values}


@pytest.mark.parametrize("arguments", [["minsk", "--lmit", "3"], ["minsk", "--no-such-option"]])
def test_what_looks_like_a_long_option_is_none_in_silence(arguments):
    with pytest.raises(click.NoSuchOption):
        group.get_command(None, "search").make_context("search", arguments)


def test_an_option_without_its_value_is_told():
    with pytest.raises(click.BadOptionUsage, match="requires an argument"):
        group.get_command(None, "search").make_context("search", ["-amal", "minsk", "--sort"])


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_with_a_query_reads_it_so(name):
    command = group.get_command(None, name)
    commands = command.commands.values() if isinstance(command, click.Group) else (command,)
    for each in commands:
        asks = any(isinstance(parameter, click.Argument) and parameter.name == "query" for parameter in each.params)
        assert isinstance(each, QueryCommand) == asks


def test_a_negated_word_leaves_cables_out(archive_path, capsys):
    wanted = sorted(hit.key for hit in reftel.open(archive_path).search("* -precedent").hits)
    assert run(["search", "*", "-precedent", "-f", "ids", "-A", str(archive_path)]) == 0
    assert sorted(capsys.readouterr().out.split()) == wanted
    assert 0 < len(wanted) < 3
