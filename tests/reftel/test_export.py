"""Exports: every hit, every matching paragraph, in every format; whole files or none; citations that other programs read."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
import subprocess
import zipfile
from pathlib import Path

import commands
import pytest
from hostile import obeyed

import reftel
from reftel.render.citation_formats import footnote, render_bibtex, render_ris, sender, tex, written_date
from reftel.render.export import COLUMNS, FORMATS, LONGEST_CELL, export_csv, write_export
from reftel.schema.cable import Cable
from reftel.search.results import Hit, HitParagraph


def export(archive_path, *arguments, text=True) -> subprocess.CompletedProcess:
    return commands.run("export", *arguments, "--archive", archive_path, text=text)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


# -- what is in it ------------------------------------------------------------------------------------------------------------------------


def test_csv_has_a_row_for_every_matching_paragraph(archive_path):
    done = export(archive_path, "precedent")
    assert (done.returncode, done.stderr) == (0, "")
    found = rows(done.stdout)
    assert tuple(found[0]) == COLUMNS
    assert [(row["key"], row["paragraph"], row["mark"], row["words"]) for row in found] == [
        ("08BAKU101", "1", "C", "precedent"), ("08BAKU101", "2", "S/NF", "precedent"), ("08MOSCOW202", "2", "C", "precedents"),
    ]  # fmt: skip
    assert found[0] | {"source": ""} == {
        "key": "08BAKU101", "id": "08BAKU101", "date": "2008-02-13T05:12:00Z", "date_precision": "minute", "classification": "CONFIDENTIAL",
        "caveats": "SIPDIS", "from": "BAKU", "subject": "MINSK GROUP VISIT", "signers": "ROE", "tags": "PREL;PGOV;AJ", "refs": "08STATE12345",
        "classified_by": "Jane Q. Roe", "declassify_on": "2018-02-12", "paragraph": "1", "mark": "C", "words": "precedent",
        "text": "The Minsk Group co-chairs saw no precedent in the case.", "source": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("para:(mark:>=S precedent)", [("08BAKU101", "2")]),
        ('"Minsk Group" w/p precedent', [("08BAKU101", "1")]),
        ("mark:U", [("08BAKU101", "3"), ("09PARIS303", "1"), ("09PARIS303", "2")]),
        # found by its head alone: one row without a paragraph
        ("from:moscow", [("08MOSCOW202", "")]),
        ("precedent from:moscow", [("08MOSCOW202", "2")]),
    ],
)
def test_rows_are_those_of_the_paragraphs_that_the_query_speaks_of(archive_path, query, expected):
    assert [(row["key"], row["paragraph"]) for row in rows(export(archive_path, query).stdout)] == expected


def test_jsonl_md_and_ids(archive_path):
    records = [json.loads(line) for line in export(archive_path, "precedent", "--format", "jsonl").stdout.splitlines()]
    assert [[paragraph["number"] for paragraph in record["paragraphs"]] for record in records] == [[1, 2], [2]]
    assert [ref["id"] for ref in records[1]["refs"]] == ["08BAKU101", "07STATE777"]
    assert records[0]["footnote"].endswith("paras. 1–2.")
    assert "score" not in records[0]
    assert "no **precedent** in" in export(archive_path, "precedent", "--format", "md").stdout
    assert export(archive_path, "*", "--format", "ids").stdout.split() == ["08BAKU101", "08MOSCOW202", "09PARIS303"]
    assert export(archive_path, "*", "--format", "ids", "--sort", "-date").stdout.split() == ["09PARIS303", "08MOSCOW202", "08BAKU101"]


def test_a_zip_has_the_texts_the_table_and_the_footnotes(archive_path, tmp_path):
    assert export(archive_path, "precedent", "--format", "zip", "--out", tmp_path / "x.zip").returncode == 0
    with zipfile.ZipFile(tmp_path / "x.zip") as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["texts/08BAKU101.txt", "texts/08MOSCOW202.txt", "paragraphs.csv", "footnotes.txt"]
        assert archive.read("texts/08BAKU101.txt").startswith(b"VZCZCXYZ0001")
        assert archive.read("paragraphs.csv").decode("utf-8-sig") == export(archive_path, "precedent").stdout
        assert archive.read("footnotes.txt").decode() == export(archive_path, "precedent", "--format", "footnotes").stdout
    piped = export(archive_path, "precedent", "--format", "zip", text=False)
    assert zipfile.ZipFile(io.BytesIO(piped.stdout)).namelist()[0] == "texts/08BAKU101.txt"


def test_the_same_hits_give_the_same_bytes(archive, tmp_path):
    for form in FORMATS:
        archive.export("*", tmp_path / "a", format=form)
        archive.export("*", tmp_path / "b", format=form)
        assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes(), form


def test_from_python(archive, tmp_path):
    assert archive.export("precedent", tmp_path / "x.csv", bom=True) == 2
    assert (tmp_path / "x.csv").read_bytes().startswith(b"\xef\xbb\xbfkey,id,")
    assert archive.export("precedent", tmp_path / "y.txt", format="footnotes", ids=["08MOSCOW202"]) == 1
    with pytest.raises(reftel.BadValueError, match="csv, jsonl, md"):
        archive.export("*", tmp_path / "z", format="xlsx")
    assert not (tmp_path / "z").exists()


def test_no_hits_is_1_with_a_header_only(archive_path, tmp_path):
    done = export(archive_path, "zzzz", "--out", tmp_path / "x.csv")
    assert (done.returncode, (tmp_path / "x.csv").read_text("utf-8").count("\n")) == (1, 1)


# -- whole or not at all ------------------------------------------------------------------------------------------------------------------


def _failing(hits):
    yield from hits
    raise RuntimeError("in the middle")


@pytest.mark.parametrize("form", FORMATS)
def test_an_export_that_fails_leaves_the_old_file(archive, tmp_path, form):
    target = tmp_path / "x"
    target.write_text("old", "utf-8")
    with pytest.raises(RuntimeError):
        write_export(_failing(archive.matches("precedent")), target, form)
    assert [file.name for file in tmp_path.iterdir()] == ["x"]
    assert target.read_text("utf-8") == "old"


def test_a_link_is_followed_and_kept(archive, tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "target")
    archive.export("*", tmp_path / "link", format="ids")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_text("utf-8").startswith("08BAKU101\n")


def test_a_dash_is_standard_output(archive_path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert export(archive_path, "precedent", "--out", "-").stdout == export(archive_path, "precedent").stdout != ""
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["--out", "/no/such/folder/x"], 6, "/no/such/folder/x cannot be written: No such file or directory"),
        (["--format", "xlsx"], 2, "xlsx"),
        (["--sort", "dat"], 2, "date"),
        (["--out", "/"], 2, "directory"),
    ],
)
def test_usage_is_2_and_a_file_that_cannot_be_written_6(archive_path, arguments, status, message):
    done = export(archive_path, "precedent", *arguments)
    assert (done.returncode, done.stdout) == (status, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_hits_are_taken_one_at_a_time(archive, tmp_path):
    hit = next(archive.matches("precedent"))
    alive = 0

    def many():
        nonlocal alive
        for _ in range(500):
            alive += 1
            yield dataclasses.replace(hit)

    lines = export_csv(many())
    assert next(lines).startswith("key,")
    assert alive == 0
    next(lines)
    assert alive == 1


# -- spreadsheets -------------------------------------------------------------------------------------------------------------------------


def _hit(text="A word.", **values) -> Hit:
    cable = Cable(**({"id": "08BAKU123", "date": "2008-02-13T05:12:00Z", "date_precision": "minute"} | values))
    return Hit(cable.key, 0.0, cable, (HitParagraph(4, "C", text, ((0, 1),), 0),))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", "\n=cmd|' /C calc'!A0", "\x00=1"])
def test_no_cell_is_a_formula(text):
    header, line = export_csv([_hit(text, subject=text, signers=(text,), tags=(text,))])
    for cell in next(csv.reader([line])):
        assert not re.match(r"\s*[=+\-@＝]", cell), cell
    assert header == ",".join(COLUMNS)


def test_a_row_is_one_line_and_no_cell_is_too_long_for_a_spreadsheet():
    _header, line = export_csv([_hit('quoted "text",\r\nbroken\n' + "x" * 100_000)])
    assert "\n" not in line
    cell = dict(zip(COLUMNS, next(csv.reader([line])), strict=True))["text"]
    assert cell.startswith('quoted "text", broken xxx')
    assert cell.endswith("[…]")
    assert LONGEST_CELL < len(cell) < 32_767


# -- citations ----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (
            {"origin": "Embassy Baku", "subject": "A VISIT", "classification": "CONFIDENTIAL"},
            'U.S. Embassy Baku, "A VISIT," 08BAKU123, February 13, 2008, CONFIDENTIAL, para. 4.',
        ),
        ({"origin": "Embassy Baku", "subject": 'THE "QUICK" VISIT.'}, "U.S. Embassy Baku, \"THE 'QUICK' VISIT,\" 08BAKU123, February 13, 2008, para. 4."),
        ({"origin": "Secretary of State", "subject": "WHY?"}, 'U.S. Department of State, "WHY?," 08BAKU123, February 13, 2008, para. 4.'),
        ({"subject": "A\nVISIT \x1b[31m"}, '"A VISIT ␛[31m," 08BAKU123, February 13, 2008, para. 4.'),
        ({"post": "BAKU"}, "BAKU, telegram, 08BAKU123, February 13, 2008, para. 4."),
        ({}, "Telegram, 08BAKU123, February 13, 2008, para. 4."),
        ({"date": None, "date_precision": None, "subject": "A"}, '"A," 08BAKU123, n.d., para. 4.'),
    ],
)
def test_footnotes(values, expected):
    assert footnote(_hit(**values)) == expected


def test_a_cable_without_an_id_is_cited_by_its_key():
    assert re.fullmatch(r'"A," \[no number, text-[0-9a-f]{16}\], n\.d\., para\. 4\.', footnote(_hit(id=None, date=None, subject="A")))


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ((), "2008."), ((None,), "2008."), ((3,), "2008, para. 3."), ((1, 2), "2008, paras. 1–2."), ((7, 1, 3, 4, 5, 3), "2008, paras. 1, 3–5, 7."),
        ((2, None), "2008, para. 2."),
    ],
)  # fmt: skip
def test_paragraphs_of_a_footnote(numbers, expected):
    hit = dataclasses.replace(_hit(), paragraphs=tuple(HitParagraph(number, None, "", (), 0) for number in numbers))
    assert footnote(hit).endswith(expected)


@pytest.mark.parametrize(
    ("date", "precision", "expected"),
    [
        ("2008-02-03T05:00:00Z", "hour", "February 3, 2008"), ("2008-02-03", "day", "February 3, 2008"), ("2008-02-01", "month", "February 2008"),
        ("2008-01-01", "year", "2008"), (None, None, "n.d."),
    ],
)  # fmt: skip
def test_dates_as_far_as_they_are_known(date, precision, expected):
    assert written_date(Cable(date=date, date_precision=precision)) == expected


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ("Embassy Baku", "U.S. Embassy Baku"), ("Consulate Adana", "U.S. Consulate Adana"), ("US Mission Geneva", "U.S. Mission Geneva"),
        ("Mission USNATO", "U.S. Mission USNATO"), ("Secretary of State", "U.S. Department of State"), ("USUN New York", "USUN New York"),
        ("American Institute Taiwan, Taipei", "American Institute Taiwan, Taipei"), (None, None),
    ],
)  # fmt: skip
def test_senders(origin, expected):
    assert sender(Cable(origin=origin)) == expected


def test_bibtex():
    hit = _hit(origin="Embassy Baku", subject="R&D: 5% of $1_000 #1 {x} ~ ^ \\ é", classification="SECRET", caveats=("NOFORN",), signers=("ROE",),
               tags=("PREL", "CLINTON, HILLARY"))  # fmt: skip
    (entry,) = render_bibtex([hit])
    assert entry.splitlines() == [
        "@techreport{08BAKU123,",
        "  author = {{U.S. Embassy Baku}},",
        r"  title = {{R\&D: 5\% of \$1\_000 \#1 \textbraceleft{}x\textbraceright{} \textasciitilde{} \textasciicircum{} \textbackslash{} é}},",
        "  institution = {U.S. Embassy Baku},",
        "  type = {Cable},",
        "  number = {08BAKU123},",
        "  year = {2008},",
        "  month = feb,",
        "  day = {13},",
        "  keywords = {PREL, CLINTON HILLARY},",
        "  note = {SECRET//NOFORN; para. 4; signed ROE},",
        "}",
    ]


@pytest.mark.parametrize("text", ["{", "}", "\\", "a}b{c", "{{", "100%", "a\nb", "\x1b"])
def test_tex_keeps_braces_balanced(text):
    depth = 0
    for sign in tex(text):
        depth += {"{": 1, "}": -1}.get(sign, 0)
        assert depth >= 0
    assert depth == 0


def test_ris():
    hit = _hit(origin="Embassy Baku", subject="A VISIT\nER  - ", summary="A summary.", classification="SECRET", tags=("PREL", "AJ"))
    (record,) = render_ris([hit])
    assert record.splitlines() == [
        "TY  - RPRT", "TI  - A VISIT ER -", "AU  - U.S. Embassy Baku", "PB  - U.S. Embassy Baku", "M3  - Cable", "SN  - 08BAKU123", "PY  - 2008",
        "DA  - 2008/02/13/", "AB  - A summary.", "KW  - PREL", "KW  - AJ", "N1  - SECRET; para. 4", "ER  - ",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("date", "precision", "expected"), [("2008-02-01", "month", "2008/02//"), ("2008-01-01", "year", "2008///"), (None, None, None)]
)
def test_ris_dates_leave_unknown_parts_empty(date, precision, expected):
    (record,) = render_ris([_hit(date=date, date_precision=precision)])
    assert [line[6:] for line in record.splitlines() if line.startswith("DA")] == ([expected] if expected else [])


# -- the samples --------------------------------------------------------------------------------------------------------------------------

SAMPLES = Path(__file__).parents[2] / "corpus_samples"


@pytest.fixture(scope="module")
def samples(tmp_path_factory) -> reftel.Archive:
    path = tmp_path_factory.mktemp("samples") / "archive"
    reftel.build([SAMPLES], path)
    return reftel.open(path)


@pytest.mark.parametrize("form", FORMATS)
def test_every_sample_is_exported_without_anything_that_acts(samples, tmp_path, form):
    assert samples.export("*", tmp_path / "x", format=form) == len(samples)
    if form != "zip":
        text = (tmp_path / "x").read_text("utf-8")
        assert not obeyed(text)


@pytest.mark.parametrize("query", ['"Minsk Group" w/p precedent', "precedent", "para:(mark:>=S -precedent)", "mark:NF"])
def test_an_export_has_the_cables_and_only_the_paragraphs_that_the_query_asks_for(samples, query):
    hits = list(samples.matches(query))
    assert [hit.key for hit in hits] == [hit.key for hit in samples.scan(query)]
    assert len(hits) == samples.search(query, limit=0).total
    for hit in hits:
        indexes = [paragraph.index for paragraph in hit.paragraphs]
        assert indexes == sorted(set(indexes))
