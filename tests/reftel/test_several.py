"""Several cables at once, every order, counts; and the small things that every command has: --json, help, -V, a pager."""

from __future__ import annotations

import importlib.metadata
import io
import json
import os
import re
import sys

import commands
import pytest

from reftel import cli
from reftel.schema.fields import sort_fields

ALL = ["08BAKU101", "08MOSCOW202", "09PARIS303"]


@pytest.fixture
def run(archive_path, monkeypatch, capsys):
    """Runs a command on three cables: (exit status, standard output, standard error)."""
    monkeypatch.setenv("REFTEL_ARCHIVE", str(archive_path))

    def run(*arguments: str, typed: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed.encode())))
        status = cli.run(list(arguments))
        return status, *capsys.readouterr()

    return run


# -- show ---------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "typed", "ids"),
    [
        (["08 Baku 101", "09PARIS303"], "", ["08BAKU101", "09PARIS303"]),
        (["-"], "09PARIS303\n# a comment\n\n08 Baku 0101\n", ["09PARIS303", "08BAKU101"]),
        (["-"], "09PARIS303\n", ["09PARIS303"]),
        (["08BAKU101", "-", "08MOSCOW202"], "09PARIS303\n", ["08BAKU101", "09PARIS303", "08MOSCOW202"]),
        (["--ids-from", "-"], "09PARIS303\n08BAKU101\n", ["09PARIS303", "08BAKU101"]),
        (["--ids-from", "{list}"], "", ["08MOSCOW202", "08BAKU101"]),
        (["09PARIS303", "--ids-from", "{list}"], "", ["09PARIS303", "08MOSCOW202", "08BAKU101"]),
        (["--query", "precedent"], "", ["08BAKU101", "08MOSCOW202"]),
        (["--query", "precedent", "--para", "1"], "", ["08BAKU101", "08MOSCOW202"]),
    ],
)
def test_show_several(run, tmp_path, arguments, typed, ids):
    (tmp_path / "list.txt").write_text("08MOSCOW202\n08BAKU101\n", "utf-8")
    named = [argument.replace("{list}", str(tmp_path / "list.txt")) for argument in arguments]
    status, out, err = run("show", *named, "--json", typed=typed)
    assert (status, err) == (0, "")
    assert [record["id"] for record in json.loads(out)] == ids
    _status, lines, _err = run("show", *named, "--format", "jsonl", typed=typed)
    assert [json.loads(line)["id"] for line in lines.splitlines()] == ids
    _status, table, _err = run("show", *named, typed=typed)
    assert table.count("─" * 60) == len(ids) - 1
    heads = [line for line in table.splitlines() if line.startswith(("cable ", *ids))]
    assert [next(each for each in ids if each in line) for line in heads] == ids


def test_what_is_missing_is_named_and_the_rest_shown(run):
    for form in ("table", "jsonl", "json"):
        status, out, err = run("show", "08BAKU1", "08BAKU101", "nothing", "--format", form)
        assert status == 1
        assert [line[:24] for line in err.splitlines()] == ["reftel: no cable '08BAKU", "reftel: no cable 'nothin"]
        assert "MINSK GROUP VISIT" in out
    assert json.loads(out)[0]["id"] == "08BAKU101"
    assert run("show", "nothing", "nowhere", "--json")[:2] == (1, "[]\n")
    assert run("show", "-", typed="")[:2] == (1, "")


def test_a_paragraph_of_several(run):
    status, out, err = run("show", *ALL, "--para", "3", "--json")
    assert (status, [each["id"] for each in json.loads(out)]) == (1, ["08BAKU101"])
    assert err.count("has no paragraph 3") == 2
    assert run("show", *ALL, "--para", "9", "--json")[:2] == (1, "[]\n")


def test_the_hits_of_a_query_have_its_words_marked(run):
    _status, out, _err = run("show", "--query", "precedent", "--format", "jsonl")
    for line in out.splitlines():
        marked = [paragraph["text"][start:end] for paragraph in json.loads(line)["paragraphs"] for start, end in paragraph["highlights"]]
        assert {word.lower() for word in marked} <= {"precedent", "precedents"}
        assert marked
    assert run("show", "--query", "zzzz")[0] == 1


def test_one_cable_is_an_object_as_ever(run):
    assert json.loads(run("show", "08BAKU101", "--json")[1])["id"] == "08BAKU101"
    assert run("show", "08BAKU101", "--raw", "--json")[1].startswith("VZCZCXYZ0001")
    assert run("show", "08BAKU101", "09PARIS303", "--raw")[1].count("VZCZCXYZ0001") == 2


@pytest.mark.parametrize("arguments", [[], ["08BAKU101", "09PARIS303", "--diff"], ["-", "--versions"], ["--query", "minsk", "--neighbours"]])
def test_show_usage_is_2(run, arguments):
    assert run("show", *arguments)[0] == 2


# -- every hit, in every order ------------------------------------------------------------------------------------------------------------

ORDERS = ["relevance", *(sign + field.name for field in sort_fields() for sign in ("", "-"))]


@pytest.mark.parametrize("order", ORDERS)
def test_all_has_the_order_of_the_page(run, archive, order):
    _status, page, _err = run("search", "minsk OR calm", "--sort", order, "--format", "csv", "-n", "100")
    status, every, err = run("search", "minsk OR calm", "--sort", order, "--format", "csv", "--all")
    assert (status, err) == (0, "")
    assert every == page
    assert [hit.key for hit in archive.scan("minsk OR calm", sort=order)] == [hit.key for hit in archive.search("minsk OR calm", sort=order).hits]


def test_all_without_an_order_is_by_key(run):
    assert run("search", "*", "--all", "--format", "ids")[1].split() == sorted(ALL)


@pytest.mark.parametrize("more", [["--format", "json"], ["--json"], ["--facet", "year"], ["-n", "3"], ["--offset", "1"], ["--sort", "dat"]])
def test_what_does_not_go_with_all_is_2(run, more):
    assert run("search", "*", "--all", *more)[:2] == (2, "")


# -- counts -------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("query", "count"), [("*", 3), ("precedent", 2), ("zzzz", 0), ("minsk date:2009", 0)])
def test_count(run, archive, query, count):
    assert archive.count(query) == count
    assert run("count", query)[:2] == (0 if count else 1, f"{count}\n")
    status, out, _err = run("count", query, "--json")
    assert (status, json.loads(out)["total"]) == (0 if count else 1, count)


def test_count_among_a_list(run, archive):
    assert archive.count("*", ids=["08 Baku 101", "nothing"]) == 1
    assert run("count", "*", "--ids-from", "-", typed="09PARIS303\n")[:2] == (0, "1\n")
    assert run("count", '"minsk')[0] == 2


def test_no_hits_asked_for_are_a_total_and_facets(run):
    assert run("search", "precedent", "-n", "0") == (0, "2 cables\n", "")
    status, out, _err = run("search", "precedent", "-n", "0", "--facet", "year")
    assert status == 0
    assert out.splitlines() == ["year", f"  2008  2  {'█' * 20}", "", "2 cables"]
    assert run("search", "zzzz", "-n", "0")[:2] == (1, "0 cables\n")


# -- what every command has ---------------------------------------------------------------------------------------------------------------


def test_json_is_short_for_a_format(run):
    for arguments in (["search", "minsk"], ["facets", "*"], ["stats"], ["show", "08BAKU101"], ["refs", "08BAKU101"], ["fields"]):
        assert run(*arguments, "--json") == run(*arguments, "--format", "json")
        assert run("--help")[0] == 0
    assert run("search", "minsk", "--json", "--format", "json")[0] == 0
    status, out, err = run("search", "minsk", "--json", "--format", "csv")
    assert (status, out) == (2, "")
    assert "--json and --format csv exclude each other" in err


def test_json_is_wherever_the_format_is():
    def each(command, name):
        for below, child in getattr(command, "commands", {}).items():
            yield from each(child, f"{name} {below}")
        yield name, command

    for top in cli.COMMANDS:
        for name, command in each(cli.group.get_command(None, top), top):
            options = {option: parameter for parameter in command.params for option in parameter.opts}
            choices = getattr(getattr(options.get("--format"), "type", None), "choices", ())
            assert ("json" in choices) == ("--json" in options), name


@pytest.mark.parametrize("names", [[], ["search"], ["saved"], ["saved", "add"], ["help"]])
def test_help_is_the_help_of_the_command(run, names):
    status, out, err = run("help", *names)
    assert (status, err) == (0, "")
    assert out == run(*names, "--help")[1]


@pytest.mark.parametrize(("names", "message"), [(["serch"], "Did you mean 'search'?"), (["saved", "ad"], "ad"), (["search", "x"], "No such command")])
def test_help_for_what_is_no_command_is_2(run, names, message):
    status, out, err = run("help", *names)
    assert (status, out) == (2, "")
    assert message in err


def test_the_version_has_a_short_name(run):
    assert run("-V")[1] == run("--version")[1] == f"reftel, version {importlib.metadata.version('reftel')}\n"


# -- the pager ----------------------------------------------------------------------------------------------------------------------------


_CLEARED = "\x1b[2K"


def _on_a_terminal(*arguments: str, environment: dict[str, str]) -> tuple[str, int]:
    """What a terminal gets to see, and the exit status."""
    import pty

    ours, its = pty.openpty()
    process = commands.start(*arguments, stdin=its, stdout=its, stderr=its, env=os.environ | environment)
    os.close(its)
    seen = b""
    try:
        while piece := os.read(ours, 65536):
            seen += piece
    except OSError:  # Linux says so at the end
        pass
    os.close(ours)
    return seen.decode().rpartition(_CLEARED)[2], process.wait()  # without the bar that said how far it was


_PAGED = [
    ["search", "minsk"], ["search", "*", "--all"], ["kwic", "minsk"], ["facets", "*"], ["terms", "minsk"], ["refs", "08MOSCOW202"],
    ["similar", "08BAKU101"], ["duplicates"], ["fields"], ["show", "08BAKU101", "09PARIS303"], ["timeline", "*"],
]  # fmt: skip


@pytest.mark.parametrize("arguments", _PAGED, ids=lambda arguments: arguments[0])
def test_long_output_goes_through_the_pager(archive_path, arguments):
    environment = {"REFTEL_ARCHIVE": str(archive_path), "PAGER": "sed 's/^/> /'", "TERM": "xterm"}
    through, _status = _on_a_terminal(*arguments, environment=environment)
    assert re.search(r"(\A|\x1b\[2K)> ", through)  # where a bar was, it is gone
    straight, _status = _on_a_terminal(*arguments, "--no-pager", environment=environment)
    assert not re.search(r"^> ", straight, re.MULTILINE)
    for form in ("csv", "json", "ids"):
        if arguments[0] != "show" and "--all" not in arguments:
            assert not _on_a_terminal(*arguments, "--format", form, environment=environment)[0].startswith("> ")
            break


@pytest.mark.parametrize(
    ("pager", "shown"), [("head -n 1", 1), ("true", 0), ("no-such-pager", 20), ("less '", 20), ("cat", 20), ("sh -c 'exit 3'", 0)]
)
def test_a_pager_that_ends_early_or_is_none_is_no_fault(archive_path, pager, shown):
    environment = {"REFTEL_ARCHIVE": str(archive_path), "PAGER": pager, "TERM": "xterm"}
    seen, status = _on_a_terminal("show", "--query", "minsk OR calm OR precedent", environment=environment)
    assert status == 0
    assert "Traceback" not in seen
    assert len(seen.splitlines()) >= shown if shown == 20 else len(seen.splitlines()) == shown


def test_the_pager_gets_everything(archive_path, tmp_path):
    (tmp_path / "pager").write_text(f"#!/bin/sh\nread -r line; echo \"$line\" > {tmp_path}/first; cat > {tmp_path}/rest\n", "utf-8")
    (tmp_path / "pager").chmod(0o755)
    _seen, status = _on_a_terminal("show", *ALL, environment={"REFTEL_ARCHIVE": str(archive_path), "PAGER": str(tmp_path / "pager")})
    assert status == 0
    assert "08BAKU101" in (tmp_path / "first").read_text("utf-8")
    assert "09PARIS303" in (tmp_path / "rest").read_text("utf-8")
