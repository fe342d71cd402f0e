"""Lists of ids: reading them, joining them, and searching only among their cables."""

from __future__ import annotations

import json
import subprocess

import commands
import pytest

import reftel
from reftel.cli.lists import joined
from reftel.personal.lists import read_list
from reftel.schema.identifiers import list_key


def command(*arguments: object, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return commands.run(*arguments, input=stdin)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (" 08 Baku 00123 ", "08BAKU123"), ("08BAKU123", "08BAKU123"), ("1973STATE097844_b", "73STATE97844"),
        ("TEXT-0123456789ABCDEF", "text-0123456789abcdef"), ("what is this", "what is this"),
    ],
)  # fmt: skip
def test_a_line_stands_for_a_key(text, key):
    assert list_key(text) == key


LISTS = [  # the lines of a list, its keys, the lines that could not be used
    (["08BAKU1", "", "08 BAKU 001 # again", "08 Baku 00002 # again", "# a comment", "\ufeff08MOSCOW3"], ["08BAKU1", "08BAKU2", "08MOSCOW3"], []),
    (["08BAKU1 08BAKU2", "08BAKU3,08BAKU4;08 Baku 5"], ["08BAKU1", "08BAKU2", "08BAKU3", "08BAKU4", "08BAKU5"], []),
    (["REF A: 08 BAKU 1", "(08BAKU2)", "[08BAKU3]", "* 08BAKU4", "- 08BAKU5,"], ["08BAKU1", "08BAKU2", "08BAKU3", "08BAKU4", "08BAKU5"], []),
    (["08baku1.html", "./x/08BAKU2.txt", "https://example.org/cables/08BAKU3_a.html", "C:\\x\\08BAKU4.html"], ["08BAKU1", "08BAKU2", "08BAKU3", "08BAKU4"], []),
    (["TEXT-0123456789ABCDEF", "text-0123456789abcdef"], ["text-0123456789abcdef"], []),
    (["08BAKU1", "what is this", "  nor this", "08BAKU2 read twice"], ["08BAKU1", "08BAKU2"], [(2, "what is this"), (3, "nor this"), (4, "read twice")]),
    (["see 08BAKU1 and 08 Moscow 2, para 4"], ["08BAKU1", "08MOSCOW2"], [(1, "see and para 4")]),
    (["Embassy Baku, February 13, 2008, CONFIDENTIAL, paras. 4"], [], [(1, "Embassy Baku February 13 2008 CONFIDENTIAL paras. 4")]),
    (["", "key,id,subject", "08BAKU1,08BAKU1,x", '08BAKU2,08BAKU2,"two', 'lines 08BAKU9"', "nothing,,x"], ["08BAKU1", "08BAKU2"], [(6, "nothing")]),
    (["id;origin", "08BAKU1;x", ";y"], ["08BAKU1"], [(3, "")]),
    (["Key\tSubject", "08BAKU1\tx"], ["08BAKU1"], []),
    (["source,label,target", "08BAKU1,A,08BAKU2", "08BAKU1,B,"], ["08BAKU2"], []),
    (["kind,first,second,text", "same,08BAKU1,08BAKU2,x"], ["08BAKU1", "08BAKU2"], []),
    (['{"key": "08BAKU1", "id": null}', "", '{"id": "08BAKU2"}', '{"other": 1}', "{broken", '{"id": null}'], ["08BAKU1", "08BAKU2"],
     [(4, '{"other": 1}'), (5, "{broken"), (6, "")]),
    (['{"total": 1, "hits": [', '{"key": "08BAKU1", "refs": [{"id": "08BAKU2"}]}', "]}"], ["08BAKU1"], []),
    (['{"id": "08BAKU9", "similar": [{"key": "08BAKU1"}]}'], ["08BAKU1"], []),
    (["[", '{"id": "08BAKU1", "refs": [{"id": "08BAKU2"}]},', '{"id": "08BAKU3"}', "]"], ["08BAKU1", "08BAKU3"], []),
    (['["08BAKU1", "08 Baku 2", "x", 5]'], ["08BAKU1", "08BAKU2"], [(1, "x"), (1, "5")]),
    (["[", '{"id": "08BAKU1"', "]"], [], [(3, "no JSON: Expecting ',' delimiter")]),
    (["[08BAKU1]", "[08BAKU2]"], ["08BAKU1", "08BAKU2"], []),
    (["08BAKU1  2008-02-13  SECRET", "  SUBJECT 08BAKU7", "    ¶1. see 08BAKU8", "", "1,204 cables, 1 to 1 shown", "end"], ["08BAKU1"], [(6, "end")]),
    (["## 08BAKU1: SUBJECT", "", "2008-02-13 · SECRET", "", "> ¶1. see 08BAKU8", "## text-0123456789abcdef: X"], ["08BAKU1", "text-0123456789abcdef"], []),
    (["- **08BAKU1** 2008-02-13 SECRET", "  - A. 08BAKU7"], ["08BAKU1"], []),
    ([], [], []),
    (["", "  "], [], []),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "keys", "unread"), LISTS)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_list_is_read_in_any_form_and_what_names_no_cable_is_named(lines, keys, unread, end):
    listed = read_list(f"{line}{end}" for line in lines)
    assert (list(listed.keys), list(listed.unread)) == (keys, unread)


COMMANDS = [("search", "minsk"), ("export", "minsk"), ("kwic", "minsk"), ("refs", "--query", "minsk"), ("similar", "08BAKU101"), ("refs", "--missing")]
FORMATS = {"search": "table json jsonl csv ids md", "export": "jsonl csv ids md", "kwic": "table jsonl csv", "refs": "table json md ids", "similar": "table json jsonl csv ids md"}


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_what_a_command_prints_is_a_list_for_the_next(archive_path, arguments):
    forms = FORMATS[arguments[0]].split()
    read = {}
    for form in forms:
        printed = command(*arguments, "--format", form, "--archive", archive_path)
        assert printed.returncode == 0, printed.stderr
        listed = read_list(printed.stdout.splitlines(keepends=True))
        assert listed.unread == (), form
        read[form] = sorted(listed.keys)
    assert all(keys == read[forms[0]] for keys in read.values())
    assert read[forms[0]]


def test_the_lines_of_a_file_that_could_not_be_used_are_named(archive_path, tmp_path):
    (tmp_path / "list").write_text("08BAKU101\nwhat is this\n" + "x\n" * 6, "utf-8")
    done = command("search", "*", "--ids-from", tmp_path / "list", "--format", "ids", "--archive", archive_path)
    assert done.stdout == "08BAKU101\n"
    read = "line 2 'what is this', line 3 'x', line 4 'x', line 5 'x', line 6 'x' and 2 more, which are left out"
    assert done.stderr == f"note: {tmp_path / 'list'}: no cable is named by {read}\n"


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        (["08", "BAKU", "101"], ["08BAKU101"]), (["08", "Baku", "101", "08MOSCOW202"], ["08BAKU101", "08MOSCOW202"]), (["08BAKU101", "08 Moscow 202"], ["08BAKU101", "08MOSCOW202"]),
        (["08BAKU101,08MOSCOW202"], ["08BAKU101", "08MOSCOW202"]), (["08BAKU101 08MOSCOW202"], ["08BAKU101", "08MOSCOW202"]),
        (["https://example.org/cables/08BAKU101_a.html"], ["08BAKU101"]), (["x/08baku101.html"], ["08BAKU101"]),
    ],
)  # fmt: skip
def test_ids_are_shown_as_they_are_pasted(archive_path, words, keys):
    done = command("show", *words, "--format", "jsonl", "--archive", archive_path)
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == keys
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", ["show", "refs", "similar", "note"])
@pytest.mark.parametrize("words", [["08", "BAKU", "101"], ["08BAKU101.html"], ["https://example.org/08BAKU101.html?x=1"], ["08baku00101"]])
def test_every_command_reads_the_same_ids(archive_path, tmp_path, name, words):
    more = ["--text", "x", "--notes", tmp_path / "mine.sqlite"] if name == "note" else []
    done = command(name, *words, *more, "--archive", archive_path)
    assert (done.returncode, done.stderr) == (0, "")
    if name != "similar":
        assert "08BAKU101" in done.stdout


@pytest.mark.parametrize(("name", "status"), [("refs", 2), ("similar", 2), ("note", 2), ("show", 1)])
def test_what_is_no_id_is_named(archive_path, name, status):
    done = command(name, "08BAKU101", "nonsense", "--archive", archive_path)
    assert done.returncode == status
    assert "nonsense" in done.stderr


A, B, C = ["08BAKU3", "08BAKU1", "08BAKU2"], ["08BAKU2", "08BAKU4", "08BAKU3"], ["08BAKU3"]


@pytest.mark.parametrize(
    ("operation", "lists", "expected"),
    [
        ("union", (A, B), ["08BAKU3", "08BAKU1", "08BAKU2", "08BAKU4"]),
        ("intersect", (A, B), ["08BAKU3", "08BAKU2"]),
        ("intersect", (A, B, C), ["08BAKU3"]),
        ("minus", (A, B), ["08BAKU1"]),
        ("minus", (B, A, C), ["08BAKU4"]),
        ("minus", (A, A), []),
        ("union", ([], []), []),
    ],
)
def test_set_operations_keep_the_order_of_the_first(operation, lists, expected):
    assert joined(operation, *lists) == expected


def test_set_operations_on_files_and_standard_input(tmp_path):
    (tmp_path / "a").write_text("\n".join(A), "utf-8")
    done = command("lists", "intersect", tmp_path / "a", "-", stdin="08 Baku 2\n")
    assert (done.returncode, done.stdout) == (0, "08BAKU2\n")
    assert command("lists", "minus", tmp_path / "a", tmp_path / "a").returncode == 1


@pytest.mark.parametrize("arguments", [["union"], ["union", "{a}"], ["xor", "{a}", "{a}"], ["union", "{a}", "{a}.none"]])
def test_usage_is_2(tmp_path, arguments):
    (tmp_path / "a").write_text("08BAKU1\n", "utf-8")
    done = command("lists", *(argument.format(a=tmp_path / "a") for argument in arguments))
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


def test_a_search_among_the_cables_of_a_list(archive):
    page = archive.search("=precedent", ids=["08 Baku 101", "09PARIS303", "99NOWHERE1"], facets=["year"])
    assert [hit.key for hit in page.hits] == ["08BAKU101"]
    assert page.facets["year"] == (reftel.Bucket("2008", 1),)
    assert page.notes == ("1 of the 3 ids of the list are not in the archive",)
    assert [hit.key for hit in archive.scan("*", ids=["09PARIS303", "08BAKU101"])] == ["08BAKU101", "09PARIS303"]
    assert archive.search("*", ids=[]).total == 0


def test_a_list_does_not_change_the_order_of_hits(archive):
    every = archive.search("Minsk Group AND precedent").hits
    listed = archive.search("Minsk Group AND precedent", ids=[hit.key for hit in reversed(every)]).hits
    assert [(hit.key, hit.score) for hit in listed] == [(hit.key, hit.score) for hit in every]


@pytest.mark.parametrize("more", [[], ["--all"]])
def test_ids_from_a_file_and_from_standard_input(archive_path, tmp_path, more):
    (tmp_path / "list").write_text("# mine\n08 MOSCOW 202\n09PARIS303\n", "utf-8")
    for source, stdin in ((tmp_path / "list", ""), ("-", "08MOSCOW202\n09PARIS303\n")):
        done = command("search", "minsk", "--ids-from", source, "--format", "ids", "--archive", archive_path, *more, stdin=stdin)
        assert (done.returncode, done.stdout, done.stderr) == (0, "08MOSCOW202\n", "")


def test_ids_that_the_archive_lacks_are_named_in_a_note(archive_path):
    done = command("search", "*", "--ids-from", "-", "--format", "ids", "--archive", archive_path, stdin="08BAKU101\n08BAKU999\n")
    assert (done.stdout, done.stderr) == ("08BAKU101\n", "note: 1 of the 2 ids of the list are not in the archive\n")


def test_a_list_that_is_not_there_is_2(archive_path, tmp_path):
    done = command("search", "*", "--ids-from", tmp_path / "none", "--archive", archive_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
