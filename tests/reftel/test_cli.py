"""The command line: formats, exit codes, and that every fault is one line on standard error and no traceback."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time

import commands
import pytest
from hostile import obeyed


def reftel_command(*arguments: object, **options) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "REFTEL_ARCHIVE"} | options.pop("env", {})
    return commands.run(*arguments, env=environment, **options)


def search(archive_path, *arguments, **options):
    return reftel_command("search", *arguments, "--archive", archive_path, **options)


# -- answers ------------------------------------------------------------------------------------------------------------------------------


def test_search_prints_hits_with_their_paragraphs_and_the_total(archive_path):
    done = search(archive_path, '"Minsk Group" AND precedent')
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].split("  ") == ["08BAKU101", "2008-02-13 05:12", "CONFIDENTIAL//SIPDIS", "Embassy Baku", "ROE"]
    assert "¶1. (C) The Minsk Group co-chairs saw no precedent in the case." in done.stdout
    assert "¶2. (S/NF) A precedent was mentioned twice." not in done.stdout  # it has less than the first, and nothing new
    assert "Lunch" not in done.stdout
    assert lines[-1] == "1 cable"


def test_words_side_by_side_rank_first(archive_path):
    done = search(archive_path, "Minsk Group AND precedent", "--format", "ids")
    assert done.stdout.split() == ["08BAKU101", "08MOSCOW202"]


def test_words_need_no_quotes_from_the_shell(archive_path):
    done = search(archive_path, "minsk", "precedents", "--format", "ids")
    assert done.stdout.split() == ["08BAKU101", "08MOSCOW202"]


def test_json_has_the_stable_keys(archive_path):
    page = json.loads(search(archive_path, "precedent", "--format", "json", "--facet", "year", "--facet", "from:1").stdout)
    assert list(page) == ["query", "total", "offset", "notes", "instead", "hits", "facets", "values_left_out"]
    assert page["total"] == 2
    assert list(page["hits"][0]) == [
        "key", "id", "score", "date", "date_precision", "classification", "caveats", "origin", "post", "subject", "signers", "source", "paragraphs",
        "found_by",
    ]  # fmt: skip
    assert page["facets"] == {"year": [{"value": "2008", "count": 2}], "from": [{"value": "BAKU", "count": 1}]}
    for hit in page["hits"]:
        for paragraph in hit["paragraphs"]:
            marked = [paragraph["text"][start:end].lower() for start, end in paragraph["highlights"]]
            assert marked
            assert set(marked) <= {"precedent", "precedents"}


def test_jsonl_csv_md_and_ids(archive_path):
    lines = search(archive_path, "precedent", "--format", "jsonl").stdout.splitlines()
    assert {json.loads(line)["id"] for line in lines} == {"08BAKU101", "08MOSCOW202"}
    rows = list(csv.DictReader(io.StringIO(search(archive_path, "precedent", "--format", "csv").stdout)))
    assert [row["signers"] for row in rows] == ["ROE", "DOE"]
    assert "**Minsk** **Group**" in search(archive_path, '"minsk group"', "--format", "md").stdout
    assert search(archive_path, "*", "--format", "ids", "--sort", "-date").stdout.split() == ["09PARIS303", "08MOSCOW202", "08BAKU101"]


@pytest.mark.parametrize(("number", "lines"), [("0", 0), ("1", 1), ("2", 2), ("all", 2), ("ALL", 2)])
def test_the_number_of_paragraphs_shown(archive_path, number, lines):
    for more in ((), ("--all",)):
        done = search(archive_path, "precedent id:08BAKU101", "--paragraphs", number, *more)
        assert (done.returncode, done.stdout.count("¶")) == (0, lines)


@pytest.mark.parametrize("number", ["-1", "x", "", "1.5", "²"])
def test_a_number_of_paragraphs_that_is_none(archive_path, number):
    done = search(archive_path, "precedent", "--paragraphs", number)
    assert (done.returncode, done.stdout) == (2, "")
    assert "is neither a number from 0 on nor 'all'" in done.stderr


@pytest.mark.parametrize(
    ("query", "line"),
    [
        ("refs:08STATE12345", "    REF: STATE 12345"),
        ("08BAKU101", "    found by: id 08BAKU101"),
        ("citedby:08MOSCOW202", "    cited by: 08MOSCOW202: A. BAKU 101"),
        ("tags:PREL class:c", "    found by: tags PREL; class CONFIDENTIAL"),
        ("roe", "    signed: ROE"),
        ("subject:visit", "    found by: subject"),
    ],
)
def test_a_hit_says_what_it_was_found_by(archive_path, query, line):
    assert line in search(archive_path, query).stdout.splitlines()


def test_all_streams_every_hit(archive_path):
    assert search(archive_path, "*", "--all", "--format", "ids").stdout.split() == ["08BAKU101", "08MOSCOW202", "09PARIS303"]
    assert search(archive_path, "*", "--all", "--format", "json").returncode == 2
    assert search(archive_path, "zzz", "--all", "--format", "ids").returncode == 1


def test_paging(archive_path):
    first = search(archive_path, "*", "-n", 2, "--sort", "date")
    assert "3 cables, 1 to 2 shown" in first.stdout
    assert search(archive_path, "*", "-n", 2, "--offset", 2, "--sort", "date", "--format", "ids").stdout.split() == ["09PARIS303"]


def test_facets(archive_path):
    done = reftel_command("facets", "*", "--archive", archive_path, "--facet", "tags:all", "--format", "csv")
    assert list(csv.reader(io.StringIO(done.stdout)))[1:] == [
        ["tags", "PREL", "3"], ["tags", "AJ", "1"], ["tags", "FR", "1"], ["tags", "PGOV", "1"], ["tags", "RS", "1"],
    ]  # fmt: skip


def test_show(archive_path):
    whole = reftel_command("show", "08 Baku 00101", "--archive", archive_path).stdout
    assert "MINSK GROUP VISIT" in whole
    assert "¶3. (U) Lunch was served." in whole
    one = reftel_command("show", "08BAKU101", "--para", 2, "--archive", archive_path).stdout
    assert one.strip() == "¶2. (S/NF) A precedent was mentioned twice."
    raw = reftel_command("show", "08BAKU101", "--raw", "--archive", archive_path).stdout
    assert raw.startswith("VZCZCXYZ0001")
    record = json.loads(reftel_command("show", "08BAKU101", "--format", "json", "--archive", archive_path).stdout)
    assert record["classified_by"] == {"name": "Jane Q. Roe", "title": "Ambassador", "reasons": ["1.4 (b)", "1.4 (d)"]}


def test_show_without_that_cable_or_paragraph(archive_path):
    missing = reftel_command("show", "08BAKU999", "--archive", archive_path)
    assert (missing.returncode, missing.stdout) == (1, "")
    assert "no cable '08BAKU999'" in missing.stderr
    paragraph = reftel_command("show", "08BAKU101", "--para", 9, "--archive", archive_path)
    assert paragraph.returncode == 1
    assert "its numbers are: 1, 2, 3" in paragraph.stderr


def test_normalize(sources):
    lines = reftel_command("normalize", sources).stdout.splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["08BAKU101", "08MOSCOW202", "09PARIS303"]
    array = json.loads(reftel_command("normalize", sources / "baku.txt", "--format", "json").stdout)
    assert array[0]["paragraphs"][1]["mark"] == "S/NF"
    assert "MINSK GROUP VISIT" in reftel_command("normalize", sources / "baku.txt", "--format", "table").stdout


def test_explain_gives_counts(archive_path):
    plan = json.loads(reftel_command("explain", "minsk AND precedent", "--archive", archive_path, "--format", "json").stdout)
    assert plan["plan"]["cables"] == 2
    assert [plan["plan"]["way"], *(child["way"] for child in plan["plan"]["children"])] == ["intersection", *["postings of its words"] * 2]
    assert "2 cables" in reftel_command("explain", "minsk AND precedent", "--archive", archive_path).stdout


def test_fields_and_stats(archive_path):
    assert "signer" in reftel_command("fields").stdout
    assert {"name", "kind", "help", "facet", "sort"} <= set(json.loads(reftel_command("fields", "--format", "json").stdout)[0])
    stats = json.loads(reftel_command("stats", "--archive", archive_path, "--format", "json").stdout)
    assert (stats["cables"], stats["source_files"], stats["years"]) == (3, 3, {"2008": 2, "2009": 1})


def test_the_archive_comes_from_the_environment(archive_path):
    assert reftel_command("search", "minsk", "--format", "ids", env={"REFTEL_ARCHIVE": str(archive_path)}).returncode == 0


# -- faults -------------------------------------------------------------------------------------------------------------------------------


def _one_line(done: subprocess.CompletedProcess[str]) -> str:
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    return done.stderr


def test_no_hits_is_1(archive_path):
    done = search(archive_path, "zzzzzz")
    assert (done.returncode, done.stdout.strip()) == (1, "0 cables")


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ('"minsk', "column 1"),
        ("singer:derse", "did you mean 'signer'?"),
        ("date:2008-13", "2008-13"),
        ("minsk AND", "AND"),
    ],
)
def test_a_bad_query_is_2_with_a_caret(archive_path, query, message):
    done = search(archive_path, query)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    assert message in done.stderr
    assert "^" in done.stderr


@pytest.mark.parametrize("arguments", [["--facet", "yeer"], ["--facet", "year:x"], ["--sort", "dat"]])
def test_a_bad_facet_or_sort_key_is_2(archive_path, arguments):
    assert search(archive_path, "*", *arguments).returncode == 2


def test_usage_is_2():
    assert reftel_command("search").returncode == 2
    done = reftel_command("serch", "x")
    assert done.returncode == 2
    assert "Did you mean 'search'?" in done.stderr


def test_a_missing_archive_is_3(tmp_path):
    done = search(tmp_path / "none", "minsk")
    assert done.returncode == 3
    assert "there is no archive here" in _one_line(done)


@pytest.mark.parametrize("victim", ["manifest.sqlite", "index"])
def test_a_damaged_archive_is_3(archive_path, tmp_path, victim):
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(archive_path, copy)
    for file in [copy / victim] if victim != "index" else (copy / victim).iterdir():
        file.write_bytes(b"\x80garbage" * 10)
    done = search(copy, "minsk")
    assert done.returncode == 3
    _one_line(done)


def _index(tmp_path, *sources):
    return reftel_command("index", *sources, "--archive", tmp_path / "archive", "--quiet")


def test_an_unreadable_source_is_4_and_the_rest_is_indexed(sources, tmp_path):
    (tmp_path / "picture.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(range(256)) * 20)
    done = _index(tmp_path, tmp_path / "picture.jpg", sources, tmp_path / "not-there")
    assert done.returncode == 4
    assert [line.count("picture.jpg") + line.count("not-there") for line in done.stderr.splitlines()] == [1, 1]
    assert search(tmp_path / "archive", "minsk").returncode == 0


def test_an_empty_folder_is_4(tmp_path):
    (tmp_path / "empty").mkdir()
    done = _index(tmp_path, tmp_path / "empty")
    assert done.returncode == 4
    assert "no files in this folder" in _one_line(done)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_forbidden_file_is_4(sources, tmp_path):
    forbidden = tmp_path / "forbidden.txt"
    forbidden.write_text((sources / "baku.txt").read_text("utf-8"), "utf-8")
    forbidden.chmod(0)
    done = _index(tmp_path, forbidden)
    assert done.returncode == 4
    assert "forbidden.txt" in _one_line(done)


def test_a_closed_pipe_ends_quietly(archive_path):
    writer = subprocess.Popen(
        [sys.executable, "-m", "reftel", "search", "*", "--format", "jsonl", "--archive", archive_path],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    writer.stdout.close()
    assert writer.wait(timeout=60) == 0
    assert writer.stderr.read() == b""
    writer.stderr.close()


def test_an_interrupt_ends_quietly_and_leaves_no_lock(make_telegram, sources, tmp_path):
    many = tmp_path / "many"
    many.mkdir()
    for number in range(3000):
        (many / f"{number}.txt").write_text(make_telegram(serial=number + 1000), "utf-8")
    archive = tmp_path / "archive"
    # A file that is just being opened has no owner yet who would close it; Python does, and tells developers so.
    command = [sys.executable, "-W", "ignore::ResourceWarning", "-m", "reftel", "index", many, "--archive", archive]
    indexing = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while not (archive / "manifest.sqlite").exists():
        time.sleep(0.01)
    time.sleep(0.3)
    indexing.send_signal(signal.SIGINT)
    _, complaint = indexing.communicate(timeout=300)
    *progress, last = filter(None, complaint.splitlines())  # click ends the line of the ^C
    assert (indexing.returncode, last) == (130, b"reftel: interrupted")
    assert all(b" cables from " in line for line in progress)  # on a slow machine
    assert _index(tmp_path, sources).returncode == 0
    assert search(archive, "*", "--format", "ids").stdout.split() == ["08BAKU101", "08MOSCOW202", "09PARIS303"]


def test_what_is_no_regular_file_is_4(sources, tmp_path):
    os.mkfifo(tmp_path / "fifo")
    done = _index(tmp_path, sources, tmp_path / "fifo")
    assert done.returncode == 4
    assert "fifo: not a regular file" in _one_line(done)


# -- hostile text -------------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hostile_archive(make_telegram, tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    attack = "\x1b]0;owned\x07\x1b[31m\x9b2J [bold red]x[/] <script>alert(1)</script> \u202etxt"
    text = make_telegram(subject=f"=cmd|' /C calc'!A0 {attack}", body=f"1. (C) Minsk {attack}\n\n2. (C) +1+1 minsk.", signer="ROE")
    (folder / "hostile.txt").write_text(text, "utf-8")
    reftel_command("index", folder, "--archive", folder / "archive")
    return folder / "archive"


@pytest.mark.parametrize(
    "arguments",
    [
        *(["search", "minsk", "--format", form] for form in ("table", "json", "jsonl", "csv", "ids", "md")),
        *(["show", "08BAKU101", *more] for more in ([], ["--raw"], ["--format", "json"], ["--para", "1"])),
        ["facets", "*"], ["stats"], ["explain", "minsk"], ["search", "\x1b[31m\x9b", "--format", "table"],
    ],
)  # fmt: skip
def test_no_output_lets_hostile_text_act(hostile_archive, arguments):
    done = reftel_command(*arguments, "--archive", hostile_archive)
    assert done.stdout or done.stderr
    for output in (done.stdout, done.stderr):
        assert not obeyed(output)


def test_hostile_text_is_shown_as_text(hostile_archive):
    shown = reftel_command("show", "08BAKU101", "--archive", hostile_archive).stdout
    assert "[bold red]x[/] <script>alert(1)</script>" in shown
    row = next(csv.DictReader(io.StringIO(search(hostile_archive, "minsk", "--format", "csv").stdout)))
    assert row["subject"].startswith("'=cmd")
    assert "<script>" not in search(hostile_archive, "minsk", "--format", "md").stdout
