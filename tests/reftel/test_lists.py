"""Lists of ids: reading them, joining them, and searching only among their cables."""

from __future__ import annotations

import subprocess
import sys

import pytest

import reftel
from reftel.lists import intersect, iter_ids, list_key, minus, union


def command(*arguments: object, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "reftel", *map(str, arguments)], capture_output=True, text=True, encoding="utf-8", input=stdin, check=False, timeout=120
    )


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (" 08 Baku 00123 ", "08BAKU123"), ("08BAKU123", "08BAKU123"), ("1973STATE097844_b", "73STATE97844"),
        ("TEXT-0123456789ABCDEF", "text-0123456789abcdef"), ("what is this", "what is this"),
    ],
)  # fmt: skip
def test_a_line_stands_for_a_key(text, key):
    assert list_key(text) == key


def test_a_list_has_comments_empty_lines_and_each_key_once():
    assert list(iter_ids(["\ufeff08BAKU1\n", "\n", "# read in May\n", "08 BAKU 001  # again\n", "08MOSCOW2\r\n"])) == ["08BAKU1", "08MOSCOW2"]


A, B, C = ["08BAKU3", "08BAKU1", "08BAKU2"], ["08 baku 2", "08BAKU4", "08BAKU3"], ["08BAKU3"]


@pytest.mark.parametrize(
    ("operation", "lists", "expected"),
    [
        (union, (A, B), ["08BAKU3", "08BAKU1", "08BAKU2", "08BAKU4"]),
        (intersect, (A, B), ["08BAKU3", "08BAKU2"]),
        (intersect, (A, B, C), ["08BAKU3"]),
        (minus, (A, B), ["08BAKU1"]),
        (minus, (B, A, C), ["08BAKU4"]),
        (minus, (A, A), []),
        (union, ([], []), []),
    ],
)
def test_set_operations_keep_the_order_of_the_first(operation, lists, expected):
    assert list(operation(*lists)) == expected


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
    page = archive.search("precedent", ids=["08 Baku 101", "09PARIS303", "99NOWHERE1"], facets=["year"])
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
