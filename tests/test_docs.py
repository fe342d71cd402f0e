"""The docs say what is there: generated pages are current, every command and option is in them, the example program runs."""

from __future__ import annotations

import itertools
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import generate_docs
import pytest

import reftel
from reftel.cli import COMMANDS, group
from reftel.cli.words import QueryCommand
from reftel.schema.cable import Cable

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


@pytest.mark.parametrize("name", generate_docs.PAGES)
def test_a_generated_page_is_current(name):
    assert (DOCS / name).read_text("utf-8") == generate_docs.PAGES[name](), "run `make docs`"


def _text() -> str:
    return (ROOT / "README.md").read_text("utf-8") + "".join(page.read_text("utf-8") for page in sorted(DOCS.glob("*.md")))


_OF_OTHERS = {"--misses"}
"""Options of other programs that a page names."""


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_docs(command):
    assert f"reftel {command}" in _text()


def _commands() -> dict[str, click.Command]:
    """Every command by its whole name, those below `saved` too."""
    commands = {name: group.get_command(None, name) for name in COMMANDS}
    below = {f"{name} {each}": child for name, command in commands.items() for each, child in getattr(command, "commands", {}).items()}
    return commands | below


def _options(command: click.Command) -> set[str]:
    options = [parameter for parameter in command.params if isinstance(parameter, click.Option) and not parameter.hidden]
    return {name for option in options for name in (*option.opts, *option.secondary_opts)}


@pytest.mark.parametrize("name", _commands())
def test_the_command_line_page_has_every_option_and_no_other(name):
    sections = re.split(r"^#{2,3} ", (DOCS / "command-line.md").read_text("utf-8"), flags=re.MULTILINE)
    (section,) = (each for each in sections if re.match(rf"reftel {name}(?![a-z ]*[a-z])", each.split("\n")[0]))
    listed = re.findall(r"^- (.*?): ", section, flags=re.MULTILINE)
    assert {name.split()[0] for names in listed for name in re.findall(r"`(-[^`]+)`", names)} == _options(_commands()[name])


def _command_lines(text: str) -> list[str]:
    """Every `reftel COMMAND …` of the code blocks (after `$` where there are prompts) and the inline code of a page."""
    found = []
    for kind, block in re.findall(r"^```(\w*)\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL):
        lines = block.replace("\\\n", " ").splitlines()
        found += [line.removeprefix("$ ") for line in lines if kind != "console" or line.startswith("$ ")]
    found += [" ".join(code.split()) for code in re.findall(r"(?<!`)`([^`]+)`(?!`)", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))]
    return [line[match.start() :] for line in found if (match := re.search(r"(?<![\w./-])reftel (?=[a-z]|--|-V)", line))]


def _refused(line: str) -> str | None:
    """What click says against a command line: a command or an option that is not there, a value that is none of the choices. ``None``: nothing."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    words = list(itertools.takewhile(lambda word: not re.fullmatch(r"[|<>&;()…]+", word), lexer))[1:]
    command: click.Command = group
    context = click.Context(group, info_name="reftel", **group.context_settings)
    try:
        while isinstance(command, click.Group) and words and not words[0].startswith("-"):
            name = words.pop(0)
            command = command.get_command(context, name)
            if command is None:
                return f"no command {name!r}"
            context = click.Context(command, info_name=name, parent=context)
        values, _rest, parameters = command.make_parser(context).parse_args(command.arranged(context, words) if isinstance(command, QueryCommand) else words)
        for parameter in parameters:
            given = values.get(parameter.name)
            for value in given if isinstance(given, list) else [given]:
                if isinstance(parameter, click.Option) and isinstance(value, str) and not re.search(r"[A-Z…|]", value):
                    parameter.type.convert(value, parameter, context) if not isinstance(parameter.type, click.File) else None
    except click.UsageError as error:
        return error.format_message()
    return None


_PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: page.name)
def test_every_command_line_in_the_docs_is_one_that_is_accepted(page):
    refused = {line: complaint for line in _command_lines(page.read_text("utf-8")) if (complaint := _refused(line))}
    assert not refused


def test_command_lines_are_found_and_judged():
    text = "`reftel refs ID --nots F`\n\n```console\n$ reftel search a | head\nreftel: nothing\n```\n\n```sh\n17 3 * * *  reftel serch b\n```\n"
    assert _command_lines(text) == ["reftel search a | head", "reftel serch b", "reftel refs ID --nots F"]
    assert [bool(_refused(line)) for line in _command_lines(text)] == [False, True, True]
    assert _refused("reftel search 'a b' --format pdf")
    assert _refused("reftel search -n")
    assert not _refused("reftel search 'a \"b\"' -n 3 --format ids > out.txt")
    assert not _refused("reftel saved run --mark")
    assert sum(len(_command_lines(page.read_text("utf-8"))) for page in _PAGES) > 100


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: page.name)
def test_every_option_named_in_the_docs_exists(page):
    known = set().union(*map(_options, _commands().values()), {"--help", "--version"})
    named = set(re.findall(r"`(--[a-z][a-z-]+)", page.read_text("utf-8")))
    assert named <= known | _OF_OTHERS


def test_every_key_of_the_record_is_in_its_page():
    page = (DOCS / "record.md").read_text("utf-8")
    for key in Cable().to_dict():
        assert f"`{key}`" in page


def test_every_public_call_is_in_the_embedding_page():
    page = (DOCS / "embedding.md").read_text("utf-8")
    for name in ("build", "open", "read_cables", "normalize_text"):
        assert f"reftel.{name}(" in page
    for name, value in vars(reftel.Archive).items():
        if not name.startswith("_"):
            assert f"`archive.{name}{'`' if isinstance(value, property) else '('}" in page


def test_the_example_program_runs(tmp_path):
    done = subprocess.run(
        [sys.executable, DOCS / "examples" / "precedents.py", ROOT / "corpus_samples", tmp_path / "archive"],
        check=True, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert "column 1: unknown field 'singer'; did you mean 'signer'?" in done.stdout
    assert "Minsk, Group, precedent" in done.stdout


def test_links_between_pages_lead_somewhere():
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS.glob("*.md")]:
        for target in re.findall(r"\]\((?!http)([^)#]+)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_whoever_takes_a_query_takes_notes_for_mine():
    queries = {name for name, command in _commands().items() if not name.startswith("saved") and {"query", "archive"} <= {each.name for each in command.params}}
    assert len(queries) > 8
    assert {name for name in queries if "--notes" not in _options(_commands()[name])} == set()
