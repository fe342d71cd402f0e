"""Lists of questions: what is read of them, what is answered, and how it is printed."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys

import commands
import pytest

import reftel
from reftel import Question
from reftel.schema.errors import ArchiveClosed, BadValueError, QueryError

LISTS = [  # lines of a file, and what is read of them
    ("kosovo\nminsk group\n", [Question("kosovo", None, 1), Question("minsk group", None, 2)]),
    ("\ufeffkosovo\r\n\r\n  # note\r\n minsk \r\n", [Question("kosovo", None, 1), Question("minsk", None, 4)]),
    ("ch-2\tkosovo\n", [Question("kosovo", "ch-2", 1)]),
    ("Chapter 2 \t kosovo\tminsk \n", [Question("kosovo minsk", "Chapter 2", 1)]),
    ("\tkosovo\nkosovo\t\n\t\n", [Question("kosovo", None, 1), Question("kosovo", None, 2)]),
    ("#1\tkosovo\n'#1\tkosovo", [Question("kosovo", "'#1", 2)]),
    ("kosovo #2", [Question("kosovo #2", None, 1)]),
    ("", []),
    ("\n \n#\n", []),
]


@pytest.mark.parametrize(("text", "expected"), LISTS)
def test_the_questions_of_a_list(text, expected):
    assert list(reftel.read_questions(io.StringIO(text, newline=None))) == expected


QUESTIONS = [  # question, total, first keys, notes or errors that it has
    ("precedent", 2, ["08BAKU101", "08MOSCOW202"], ""),
    ("*", 3, ["08BAKU101", "08MOSCOW202"], ""),
    ("from:moscow", 1, ["08MOSCOW202"], ""),
    ("prezedent", 0, [], "near it: precedent"),
    ("absent from:baku", 0, [], ""),
    ("mine:nothing", 0, [], "no cable is tagged"),
    ("minsk and group", 2, ["08BAKU101", "08MOSCOW202"], ""),
    ("(minsk", None, [], "never closed"),
    ("singer:doe", None, [], "unknown field"),
    ("date:x", None, [], "x"),
    ("", None, [], "empty"),
    ("p\udce9re", None, [], "no UTF-8"),
]


def test_each_question_is_answered_as_a_search_answers_it(archive):
    answers = list(archive.batch([question for question, *_rest in QUESTIONS], limit=2))
    assert [answer.line for answer in answers] == list(range(1, len(QUESTIONS) + 1))
    for answer, (question, total, keys, said) in zip(answers, QUESTIONS, strict=True):
        assert (answer.total, list(answer.keys), answer.hits, answer.name) == (total, keys, (), None), question
        if total is None:
            assert isinstance(answer.error, QueryError)
            assert answer.query is None
            assert answer.error.__traceback__ is None  # it would keep what was read for it
            assert said in str(answer.error)
        else:
            page = archive.search(question, limit=2)
            notes = tuple(note for note in page.notes if not note.startswith("also found as: "))  # nearly every question would have one
            assert (answer.query, answer.total, answer.notes, answer.error) == (page.query, page.total, notes, None)
            assert answer.keys == tuple(hit.key for hit in page.hits)
            assert archive.count(question) == total
            assert said in " ".join(answer.notes)


def test_counting_reads_no_cable(archive, monkeypatch):
    def read(_key):
        raise AssertionError("a cable was read")

    with archive._state as state:
        monkeypatch.setattr(state.engine, "texts", read)
    assert [answer.total for answer in archive.batch(["precedent", "from:baku minsk", "absent"], limit=1)] == [2, 1, 0]
    assert archive.count("precedent") == 2
    with pytest.raises(AssertionError, match="was read"):
        list(archive.batch(["precedent"], limit=1, hits=True))


def test_hits_are_those_of_a_search(archive):
    (answer,) = archive.batch(["precedent"], limit=1, hits=True)
    assert answer.hits == archive.search("precedent", limit=1).hits
    assert json.loads(json.dumps(answer.to_dict()))["hits"][0]["key"] == "08BAKU101"


@pytest.mark.parametrize(
    ("questions", "expected"),
    [
        ("precedent", [(1, None)]),
        ([Question("a"), Question("b", "n", 7), "c"], [(1, None), (7, "n"), (3, None)]),
        ([], []),
    ],
)
def test_questions_have_places(archive, questions, expected):
    assert [(answer.line, answer.name) for answer in archive.batch(questions)] == expected


def test_a_list_is_read_as_it_is_answered(archive):
    read = []

    def endless():
        while True:
            read.append("precedent")
            yield "precedent"

    answers = archive.batch(endless())
    assert [next(answers).total for _ in range(3)] == [2, 2, 2]
    assert len(read) == 3


def test_a_negative_limit_and_a_closed_archive(archive, archive_path):
    with pytest.raises(BadValueError, match="must not be negative"):
        archive.batch(["a"], limit=-1)
    with reftel.open(archive_path) as other:
        answers = other.batch(["precedent", "precedent"])
        next(answers)
    with pytest.raises(ArchiveClosed):
        next(answers)


# -- the command -------------------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def batch(archive_path, tmp_path):
    def call(content, *options, by_name=True):
        path = tmp_path / "questions.txt"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        with path.open("rb") as file:
            return commands.run("batch", path if by_name else "-", "--archive", archive_path, *options, stdin=file.fileno())

    return call


MIXED = "# mine\nprecedent\n\nch-2\tminsk w/p group\nprezedent\n=unprecedented OR (\n"

TABLE = """\
        2  precedent
        2  ch-2  minsk w/p group
        0  prezedent
           note: no cable has 'prezedent'; near it: precedent (1), precedents (1)
    error  =unprecedented OR (
           line 6: """


def test_a_table(batch):
    done = batch(MIXED)
    assert done.stdout.startswith(TABLE)
    assert done.stdout.splitlines()[-1] == "4 questions: 2 with hits, 1 without, 1 could not be read; 1 with notes"
    assert (done.returncode, done.stderr) == (2, "")
    assert batch(MIXED, by_name=False).stdout == done.stdout
    assert batch(MIXED.encode("utf-16")).stdout == batch(MIXED.replace("\n", "\r\n").encode("utf-8-sig")).stdout == done.stdout


def test_ids_and_hits(batch):
    assert batch("precedent\n", "--limit", "1").stdout.splitlines() == ["        2  precedent", "           08BAKU101", "1 question: 1 with hits, 0 without"]
    lines = batch("precedent\nlunch\n", "-n", "1", "--hits").stdout.splitlines()
    assert lines[:3] == ["        2  precedent", "08BAKU101  2008-02-13 05:12  CONFIDENTIAL//SIPDIS  Embassy Baku  ROE", "  MINSK GROUP VISIT"]
    assert "    ¶3. (U) Lunch was served." in lines


def test_csv_is_safe_and_json_lines_are_whole(batch):
    content = MIXED + "=1+1\n"
    done = batch(content, "--format", "csv", "-n", "5")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [(row["line"], row["name"], row["question"], row["total"], row["ids"]) for row in rows] == [
        ("2", "", "precedent", "2", "08BAKU101;08MOSCOW202"),
        ("4", "ch-2", "minsk w/p group", "2", "08BAKU101;08MOSCOW202"),
        ("5", "", "prezedent", "0", ""),
        ("6", "", "'=unprecedented OR (", "", ""),
        ("7", "", "'=1+1", "0", ""),
    ]
    assert [bool(row["error"]) for row in rows] == [False, False, False, True, False]
    assert "near it" in rows[2]["notes"]
    assert done.stderr == "5 questions: 2 with hits, 2 without, 1 could not be read; 2 with notes\n"
    records = [json.loads(line) for line in batch(content, "--format", "jsonl").stdout.splitlines()]
    assert [record["total"] for record in records] == [2, 2, 0, None, 0]
    assert list(records[0]) == ["line", "name", "question", "query", "total", "keys", "notes", "hits", "error"]
    assert (records[3]["error"]["start"], records[3]["question"]) == (18, "=unprecedented OR (")


def test_those_without_hits(batch):
    done = batch(MIXED, "--empty", "-f", "csv")
    assert [row["question"] for row in csv.DictReader(io.StringIO(done.stdout))] == ["prezedent"]
    assert done.stderr.startswith("reftel: line 6: ")


@pytest.mark.parametrize(
    ("content", "options", "status"),
    [
        ("precedent\nabsent\n", (), 0),
        ("absent\nabsent from:baku\n", (), 1),
        ("absent\n", ("--empty",), 0),
        ("precedent\n", ("--empty",), 1),
        ("precedent\n(\n", (), 2),
        ("precedent\n(\n", ("--empty",), 2),
        (b"p\xe9re\n", (), 2),
        ("# nothing\n", (), 1),
        ("precedent\n", ("--hits",), 2),
        ("precedent\n", ("--hits", "-n", "1", "-f", "csv"), 2),
        ("precedent\n", ("-n", "-1"), 2),
    ],
)
def test_exit_status(batch, content, options, status):
    assert batch(content, *options).returncode == status


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"p\xe9re\n", "line 1: these bytes are no UTF-8 (column 2); save the list as UTF-8"), (b"\xff\xfea", "cannot be read"), (b"", "no question in")],
)
def test_what_cannot_be_read_is_told(batch, content, said):
    done = batch(content)
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_is_none(archive_path, tmp_path):
    for name in ("missing", "."):
        done = commands.run("batch", os.path.join(tmp_path, name), "--archive", archive_path)  # noqa: PTH118 - keeps the dot
        assert (done.returncode, done.stdout) == (2, "")
        assert "Traceback" not in done.stderr


def test_standard_input_may_be_closed(archive_path):
    command = f'"{sys.executable}" -m reftel batch - --archive "{archive_path}" <&-'
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "reftel: no question in standard input\n")


def test_on_a_terminal_long_lines_go_on_below(archive_path, tmp_path):
    (tmp_path / "questions.txt").write_text("precedent minsk group kosovo lunch dinner calm travelled night\n")
    command = ["batch", "questions.txt", "--archive", archive_path]
    lines = commands.on_terminal(command, columns=60, folder=tmp_path, environment=dict(os.environ)).splitlines()
    assert lines[0] == "        0  precedent minsk group kosovo lunch"
    assert lines[1] == "           dinner calm travelled night"
    assert lines[-1].startswith("1 question: 0 with hits, 1 without")
