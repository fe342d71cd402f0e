"""Completion: what is offered where, how a line is read and candidates are quoted, and that nothing is ever said but candidates."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

import click
import commands
import pytest
from hypothesis import given
from hypothesis import strategies as st

import reftel
from reftel.cli import COMMANDS, completing, group, run
from reftel.cli.completing import answer
from reftel.cli.shellwords import quote_for_bash, read_word, split_line
from reftel.personal.notes import Notes

SAMPLES = Path(__file__).parents[2] / "corpus_samples"
SHELLS = ("bash", "zsh", "fish")
PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ "


@pytest.fixture(scope="module")
def samples_path(tmp_path_factory):
    folder = tmp_path_factory.mktemp("samples")
    reftel.build([SAMPLES], folder / "archive")
    Notes(folder / "archive" / "mine.sqlite").add("08BAKU9014", tags=["precedent", "walk"])
    Notes(folder / "other.sqlite").add("08BAKU9014", tags=["preface"])
    run(["saved", "add", "Minsk", "minsk", "--archive", str(folder / "archive")])
    return folder / "archive"


def offered(line: str, shell: str = "zsh", **more: str) -> list[str]:
    """The words that the shell is offered at the end of the line."""
    lines = answer(group, shell, {"COMP_WORDS": line} | more).splitlines()
    return lines[1::3] if shell == "zsh" else [each.split(",", 1)[1].split("\t")[0] for each in lines]


# -- what is offered -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("reftel dupl", ["duplicates"]),
        ("reftel search from:ba", ["from:baku", "from:bamako"]),
        ("reftel search from:BAK", ["from:BAKU"]),
        ("reftel search from:Bak", ["from:Baku"]),
        ("reftel search 'kosovo -is:par", ["kosovo -is:partial"]),
        ("reftel search '(minsk tags:AJ,AM", ["(minsk tags:AJ,AM", "(minsk tags:AJ,AMGT"]),
        ("reftel search class:'>=conf", ["class:>=confidential"]),
        ("reftel search class:top", []),
        ("reftel search 'class:\"top", ['class:"top secret"']),
        ("reftel search sign", ["signer:"]),
        ("reftel search 'minsk fro", ["minsk from:"]),
        ("reftel search minsk -clas", ["-class:", "-classifiedby:"]),
        ("reftel search minsk -from:bak", ["-from:baku"]),
        ("reftel search minsk -f", ["-f", "-from:"]),
        ("reftel search minsk --f", ["--format", "--facet"]),
        ("reftel stats -f", ["-f"]),
        ("reftel search -- minsk -clas", ["-class:", "-classifiedby:"]),
        ("reftel search '~hezbo", ["~hezbolah", "~hezbollah"]),
        ("reftel search 'minsk -~Hezbo", ["minsk -~hezbolah", "minsk -~hezbollah"]),
        ("reftel search 'subject:~abu-maz", ["subject:~abu-mazen", "subject:~abu-mazin", "subject:~abu-mazzen"]),
        ("reftel search 'tags:~hezb", []),
        ("reftel search '~nosuchname", []),
        ("reftel search mine:pre", ["mine:precedent"]),
        ("reftel search --notes={folder}/other.sqlite mine:pre", ["mine:preface"]),
        ("reftel search id:08ba", ["id:08baku9014"]),
        ("reftel search nofield:x", []),
        ("reftel search 'id:(", []),
        ("reftel search 'subject:\"a", []),
        ("reftel search '\"from:ba", []),
        ("reftel search '\"a' fro", []),  # the phrase is still open
        ("reftel search '\"a' 'b\" fro", ['b" from:']),
        ("reftel search 'tags:\"AJ\",AM", ['tags:"AJ",AM', 'tags:"AJ",AMGT']),
        ("reftel search 'minsk from:\"bak", ['minsk from:"baku"']),
        ("reftel timeline minsk --compare source:na", ["source:nara"]),
        ("reftel similar 08BAKU9014 --query from:bak", ["from:baku"]),
        ("reftel show 08BAKU9014 --query from:bak", ["from:baku"]),
        ("reftel refs 08BA", ["08BAKU9014"]),
        ("reftel refs --missing minsk from:bak", ["from:baku"]),
        ("reftel similar 08BA", ["08BAKU9014"]),
        ("reftel show 08ba", ["08baku9014"]),
        ("reftel note 08BA", ["08BAKU9014"]),
        ("reftel note li", ["list"]),
        ("reftel note 08BAKU9014 --tag w", ["walk"]),
        ("reftel note list --tag=w", ["--tag=walk"]),
        ("reftel refs 08BAKU9014 --graph d", ["dot"]),
        ("reftel search x --facet mon", ["month"]),
        ("reftel search x --facet year:1", ["year:10"]),
        ("reftel search x --facet=year:a", ["--facet=year:all"]),
        ("reftel facets x --facet 'year>fr", ["year>from"]),
        ("reftel facets x --facet 'year:all>from:a", ["year:all>from:all"]),
        ("reftel search x --sort rel", ["relevance"]),
        ("reftel export x --sort rel", []),
        ("reftel search x --sort -da", ["-date"]),
        ("reftel search x --sort=-da", ["--sort=-date"]),
        ("reftel search x --format js", ["json", "jsonl"]),
        ("reftel search x --archive={archive} from:bak", ["from:baku"]),
        ("reftel search x -A {folder} from:bak", []),
        ("reftel search x -A '{archive}' from:bak", ["from:baku"]),
        ("reftel search x -A ${{HERE}}/archive from:bak", ["from:baku"]),
        ("reftel search x -A $NOWHERE/archive from:bak", []),
        ("reftel search x -A ~/archive from:bak", ["from:baku"]),
        ("reftel saved run M", ["Minsk"]),
        ("reftel saved remove M", ["Minsk"]),
        ("reftel saved rem", ["remove"]),
        ("reftel help sea", ["search"]),
        ("reftel help saved re", ["remove"]),
        ("reftel help search re", []),
        ("reftel count from:bak", ["from:baku"]),
        ("reftel show 08BAKU9014 08ba", ["08baku9014"]),
        ("reftel completion z", ["zsh"]),
        ("reftel nosuch x", []),
        ("reftel search x 2>/dev/null from:bak", ["from:baku"]),
        ("reftel stats; reftel search from:bak", ["from:baku"]),
        ("reftel search $(id) from:bak", ["from:baku"]),
        ("reftel search from:bak$(id)", []),
        ("reftel search from:$NOWHERE", []),
        ("reftel", []),
        ("reftel search 'from:ba\x1b", []),
    ],
)  # fmt: skip
def test_what_is_offered(samples_path, monkeypatch, line, expected):
    monkeypatch.setenv("REFTEL_ARCHIVE", str(samples_path))
    monkeypatch.setenv("HERE", str(samples_path.parent))
    monkeypatch.setenv("HOME", str(samples_path.parent))
    monkeypatch.delenv("NOWHERE", raising=False)
    assert offered(line.format(archive=samples_path, folder=samples_path.parent)) == expected


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("reftel search x -A ", "dir"), ("reftel search x --archive=", "dir"), ("reftel search x -A $HOME/", "dir"), ("reftel backup ", "dir"),
        ("reftel index ", "file"), ("reftel index a b", "file"), ("reftel lists union ", "file"), ("reftel lists union a ", "file"),
        ("reftel search x --ids-from ", "file"), ("reftel search x --notes ", "file"), ("reftel export x --out ", "file"),
        ("reftel timeline x --svg ", "file"), ("reftel reindex --config ", "file"), ("reftel init --config ", "file"),
        ("reftel search x > ", "file"), ("reftel search x 2>fi", "file"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("shell", SHELLS)
def test_files_are_left_to_the_shell(line, kind, shell):
    assert answer(group, shell, {"COMP_WORDS": line}).replace(",", "\n").split("\n")[0] == kind


def test_options_behind_the_cursor_count(samples_path, monkeypatch, tmp_path):
    monkeypatch.setenv("REFTEL_ARCHIVE", str(tmp_path))
    assert offered("reftel search from:bak") == []
    assert offered("reftel search from:bak", COMP_REST=f" -A {samples_path}") == ["from:baku"]
    assert offered("reftel saved run M", COMP_REST=f" --archive={samples_path}") == ["Minsk"]


def _parameters():
    for name in COMMANDS:
        command = group.get_command(click.Context(group), name)
        for each in command.commands.values() if isinstance(command, click.Group) else (command,):
            yield from ((f"{name} {each.name}", parameter) for parameter in each.params)


_FREE = {("index", "dask"), ("reindex", "dask"), ("mcp", "room"), ("note", "text"), ("show", "para"), ("saved", "query"), ("serve", "host"), ("serve", "names")}
"""Parameters whose values are anybody's."""


@pytest.mark.parametrize(("command", "parameter"), [pytest.param(*each, id=f"{each[0]} {each[1].name}") for each in _parameters()])
def test_whatever_takes_a_value_completes_it(command, parameter):
    kind = parameter.type
    if getattr(parameter, "is_flag", False) or (command.split()[0], parameter.name) in _FREE:
        return
    known = isinstance(kind, click.Choice | click.Path | click.File | click.IntRange | click.FloatRange | click.DateTime)
    assert known or parameter._custom_shell_complete, f"{command} {parameter.name}"


def test_of_many_candidates_the_common_beginnings_are_offered(samples_path, monkeypatch):
    monkeypatch.setenv("REFTEL_ARCHIVE", str(samples_path))
    every = offered("reftel show ")
    assert len(every) == 49
    monkeypatch.setattr(completing, "MOST_SHOWN", 20)
    lines = answer(group, "zsh", {"COMP_WORDS": "reftel show "}).splitlines()
    kinds = dict(zip(lines[1::3], lines[::3], strict=True))
    assert 1 < len(kinds) <= 20
    assert all(any(key.startswith(beginning) for beginning in kinds) for key in every)
    assert all((kind == "plain") == (beginning in every) for beginning, kind in kinds.items())
    assert offered("reftel show ", "fish") == every


# -- what a stranger may have put into an archive ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hostile_path(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    values = [f"V{place:02} {char}{char}x{char}" for place, char in enumerate(PUNCTUATION)]
    values += ["W1\x1b[31m", "W2\u202e", "W3\n;id", "W4\tid", "W5\x9b", "W6\u200b", "W7\x00", "W8\U000e0041", "W9 \u3000 x"]
    cables = [
        {"origin": value, "subject": "x", "body": f"1. (C) x{place}.", "signer": value, "tags": [value]} for place, value in enumerate(values)
    ]
    (folder / "c.jsonl").write_text("".join(json.dumps(cable) + "\n" for cable in cables), "utf-8")
    reftel.build([folder / "c.jsonl"], folder / "archive")
    names = ["A;id", "B\x1b[31m", "C\nid", "D\u202e", "E$(id)"]
    text = json.dumps({"searches": dict.fromkeys(names, "x"), "marks": {}})
    (folder / "archive" / "saved.json").write_text(text, "utf-8")
    notes = Notes(folder / "archive" / "mine.sqlite")
    notes.add("08BAKU1", tags=["plain"])
    with sqlite3.connect(notes.path) as database:
        database.executemany("insert into tag values ('08BAKU1', ?, 'x')", [(name.lower(),) for name in names])
    database.close()
    return folder / "archive"


@pytest.mark.parametrize("place", range(len(PUNCTUATION)))
def test_each_value_is_asked_for_by_its_candidate(hostile_path, monkeypatch, place):
    monkeypatch.setenv("REFTEL_ARCHIVE", str(hostile_path))
    (found,) = offered(f"reftel search from:V{place:02}")
    with reftel.open(hostile_path) as archive:
        (hit,) = archive.search(found).hits
    assert hit.cable.origin is not None
    assert hit.cable.origin.startswith(f"V{place:02}")


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("line", ["reftel search from:w", "reftel search 'from:\"w", "reftel search signer:w", "reftel search tags:w"])
def test_what_cannot_be_shown_is_not_offered(hostile_path, monkeypatch, line, shell):
    monkeypatch.setenv("REFTEL_ARCHIVE", str(hostile_path))
    found = answer(group, shell, {"COMP_WORDS": line}).replace("\t", "\n").splitlines()
    assert all(each.isprintable() for each in found)
    begun = {each.rpartition(":")[2].strip('"\\')[:2].lower() for each in found}
    # Blanks of every kind are one blank in a value, and what can't be seen (W2, W6, W8) is no part of one.
    assert not {"w1", "w5", "w7"} & begun
    if "from:" in line:
        with reftel.open(hostile_path) as archive:
            assert archive.count("from:W2") == archive.count("from:W6") == archive.count("from:W8") == 1


@pytest.mark.parametrize(
    ("line", "replaced", "expected"),
    [
        ("reftel saved run ", "", []),  # no search can be called so: the file is damaged
        ("reftel note 08BAKU1 --tag ", "", ["a\\;id", "e\\$\\(id\\)", "plain"]),
        ("reftel note 08BAKU1 --tag '", "", ["a;id'", "e$(id)'", "plain'"]),
        # One needs quotes in a query, so all have them.
        ("reftel search mine:", "", ['\\"a\\;id\\"', '\\"e\\$\\(id\\)\\"', '\\"plain\\"']),
    ],
)
def test_names_are_data_too(hostile_path, monkeypatch, line, replaced, expected):
    monkeypatch.setenv("REFTEL_ARCHIVE", str(hostile_path))
    assert offered(line, "bash", COMP_WORD=replaced) == expected


# -- lines and quotes ----------------------------------------------------------------------------------------------------------------------


@given(text=st.text(st.characters(blacklist_categories=("C", "Zl", "Zp"), blacklist_characters="\u00a0")), quote=st.sampled_from(["", "'", '"']))
def test_what_is_quoted_reads_back(text, quote):
    word = read_word(quote + quote_for_bash(text, quote) + quote, "bash")
    assert (word.text, word.known, word.quote, word.dangling) == (text, True, "", False)


def _argv(shell: str, line: str) -> list[str]:
    """What the shell itself makes of a line."""
    done = subprocess.run([shell, "-c", f"printf '%s\\0' {line}"], capture_output=True, text=True, encoding="utf-8", check=True, timeout=60,
                          env=dict(os.environ) | {"LC_ALL": "C.UTF-8"})  # fmt: skip
    return done.stdout.split("\0")[:-1]


@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_bash_reads_every_character_as_itself(quote):
    words = [*PUNCTUATION.strip(), *(f"a{char}b" for char in PUNCTUATION), "".join(PUNCTUATION), "$(id)", "`id`", "~root", "{a,b}", "!!", "-x", "é¶東"]
    assert _argv("bash", " ".join(quote + quote_for_bash(word, quote) + quote for word in words)) == words


@pytest.mark.parametrize("shell", SHELLS)
def test_a_line_is_read_as_the_shell_reads_it(shell, tmp_path, monkeypatch):
    if not shutil.which(shell):
        pytest.skip(f"there is no {shell} here")
    monkeypatch.setenv("VALUE", "v")
    lines = [r"a\ b c\"d", "'a b'c", '"a\\"b" d', '"a\\$b" e\\$f', "'a\"b' \"a'b\"", "a\\'b", "$VALUE a$VALUE", '"$VALUE b"', "'$VALUE'",
             "a'b'\"c\"d", '"" x', "\\;\\|\\&", "';' \"|\"", '"a\\\\b"', "~/x", "x~", "a#b"]  # fmt: skip
    for line in lines:
        assert [word.text for word in split_line(line, shell)] == _argv(shell, line), line


@pytest.mark.parametrize(
    ("line", "replaced", "expected"),
    [
        ("reftel search from:ba", "ba", ["baku", "bamako"]),
        ("reftel search from:ba", None, ["from:baku", "from:bamako"]),
        ("reftel search from:ba", "from:ba", ["from:baku", "from:bamako"]),
        ("reftel search 'from:bak", "from:bak", ["from:baku'"]),
        ('reftel search from:"bak', "bak", ['baku"']),
        ('reftel search "a"from:bak', "bak", []),
        ("reftel search from:bak", "another", []),
        ("reftel search 'minsk fro", "minsk fro", ["minsk from:", "minsk from: "]),  # a single one would have the quote closed
        ("reftel search 'minsk from:\"bak", "minsk from:\"bak", ["minsk from:\"baku\"'"]),
    ],
)  # fmt: skip
def test_bash_gets_what_it_puts_in_the_place_of_its_word(samples_path, monkeypatch, line, replaced, expected):
    monkeypatch.setenv("REFTEL_ARCHIVE", str(samples_path))
    more = {} if replaced is None else {"COMP_WORD": replaced}
    assert offered(line, "bash", **more) == expected


# -- nothing is said but candidates --------------------------------------------------------------------------------------------------------


def _asked(**environment: str) -> subprocess.CompletedProcess[str]:
    return commands.run(env=dict(os.environ) | environment)


def _missing(_archive: Path) -> None:
    pass


def _damaged(archive: Path) -> None:
    shutil.copytree(SAMPLES.parent / "tests" / "reftel", archive)  # a folder that is no archive


def _cut(archive: Path) -> None:
    reftel.build([SAMPLES / "telegrams"], archive)
    for file in archive.rglob("*"):
        if file.is_file():
            os.truncate(file, file.stat().st_size // 2)


def _file(archive: Path) -> None:
    archive.write_text("x")


def _pipe(archive: Path) -> None:
    reftel.build([SAMPLES / "telegrams"], archive)
    os.mkfifo(archive / "saved.json")


@pytest.mark.parametrize("make", [_pipe, _missing, _damaged, _cut, _file])
@pytest.mark.parametrize("line", ["reftel search from:", "reftel show ", "reftel note x --tag ", "reftel saved run ", "reftel search 'mine:"])
def test_a_bad_archive_gives_no_candidates_and_no_word(tmp_path, make, line):
    make(tmp_path / "archive")
    done = _asked(_REFTEL_COMPLETE="bash_complete", COMP_WORDS=line, REFTEL_ARCHIVE=str(tmp_path / "archive"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("line", ["reftel lists union {pipe} fi", "reftel search --ids-from {pipe} fro"])
def test_no_file_on_the_line_is_opened(tmp_path, line):
    os.mkfifo(tmp_path / "pipe")
    done = _asked(_REFTEL_COMPLETE="bash_complete", COMP_WORDS=line.format(pipe=tmp_path / "pipe"))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout in ("file,\n", "partial,from:\n")


def test_fields_need_no_archive(tmp_path, monkeypatch):
    monkeypatch.setenv("REFTEL_ARCHIVE", str(tmp_path))
    assert offered("reftel search tag") == ["tags:"]


@pytest.mark.parametrize("asked", ["1", "", "bash_source", "powershell_complete", "bash", "_", "bash_complete"])
def test_a_variable_that_no_script_set_is_told(asked):
    done = _asked(_REFTEL_COMPLETE=asked)
    assert (done.returncode, done.stdout) == (2, "")
    assert "_REFTEL_COMPLETE is set" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("asked", ["1", "bash_complete", "bash_source"])
def test_the_variable_keeps_no_command_from_its_work(monkeypatch, capsys, asked):
    monkeypatch.setenv("_REFTEL_COMPLETE", asked)
    monkeypatch.setenv("COMP_WORDS", "reftel sea")
    assert run(["fields", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_says_how_to_install_it(capsys, shell):
    assert run(["completion", shell]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith(f"# To install: reftel completion {shell} >")
    assert lines[0] == "#compdef reftel" if shell == "zsh" else lines[0].startswith("# ")


@pytest.mark.parametrize("shell", SHELLS)
def test_the_shell_takes_the_script(tmp_path, capsys, shell):
    if not shutil.which(shell):
        pytest.skip(f"there is no {shell} here")
    run(["completion", shell])
    (tmp_path / "script").write_text(capsys.readouterr().out, "utf-8")
    subprocess.run([shell, "-n", tmp_path / "script"], check=True, timeout=60)


def test_an_interrupt_says_nothing(monkeypatch):
    def interrupted(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(completing, "offers", interrupted)
    assert answer(group, "bash", {"COMP_WORDS": "reftel sea"}) == ""
