"""No input takes long: every rule is given a megabyte of what it looks for. And no input gets out: nothing is fetched, written or run.

Times are CPU times and the bounds are generous; a rule that backtracks takes minutes where these texts take a tenth of a second.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import subprocess
import sys
import textwrap
import time
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hostile import obeyed

import reftel
from reftel.indexer.containers import files
from reftel.schema.cable import Cable

MEGABYTE = 1 << 20
SECONDS = 3.0
HEADER = """\
VZCZCXYZ0001
PP RUEHC
DE RUEHKB #0101/01 0440512
ZNY CCCCC ZZH
P 130512Z FEB 08
FM AMEMBASSY BAKU
TO RUEHC/SECSTATE WASHDC PRIORITY 1234
"""
HEAD = """\
C O N F I D E N T I A L BAKU 000101

SIPDIS

E.O. 12958: DECL: 02/12/2018
TAGS: PREL PGOV AJ
SUBJECT: A MEETING ABOUT MEETINGS

REF: STATE 12345

Classified By: Ambassador Jane Q. Roe for reasons 1.4 (b) and (d).

"""
TEXT = "1. (C) Nothing happened.\n\nROE\n"
PAGE = """\
<html><head><title>Cable</title></head><body><h3>Viewing cable 08BAKU101, A MEETING</h3>
<table class='cable'><tr><th>Reference ID</th><th>Created</th><th>Released</th><th>Classification</th><th>Origin</th></tr>
<tr><td>08BAKU101</td><td>2008-02-13 05:05</td><td>2010-12-01 23:11</td><td>CONFIDENTIAL</td><td>Embassy Baku</td></tr></table>
<code><pre>{header}</pre></code><code><pre>{body}</pre></code></body></html>
"""

UNITS = [
    " ", "\t", "\n", "\xa0", "\n\n", "-", "- ", "=", "(", "[", "1", "X", "x", "¶", "a", "\0", "A. ", "a ", "LONDON ", "1. (C) ", "\n1. (C) ", "\n¶1. (C) x",
    "\n\n(S/NF) ", "REF: ", "\nREF: ", "TAGS: ", "\nTAGS: ", "SUBJECT: ", "\nSUBJECT: ", "Classified By: ", "\nClassified By: ", "E.O. 12958: ",
    "\nE.O. 12958: ", ",", "/", ".", "'", '"', "&", "<", "&#x000A;", "SIPDIS\n", "LONDON 00000290  002 OF 003\n", "LONDON 00000290  002 OF 003 ", "TO ", "\nTO ",
    "\nINFO ", "\nXMT ", "RUEHC/SECSTATE WASHDC ", "SECTION 01 OF 02 ", "S E C R E T SECTION 02 OF 03 BAKU 000101\n", "\nPAGE 02 RUEHFRA0170", "\nSummary\n-------\n",
    "STATE 1, ", "\nROE", ">\n",
]  # fmt: skip
"""What most rules look for: a long run of each."""

MORE_UNITS = [
    "\r\n", " \n", ")", "0", "\n¶", "E", "é", "\x1b", "(A) ", "Word ", "word ", "1. ", "\n\n1. x", "\n(S/NF) ", "DECL: 01/01/2019 ", "for reasons 1.4 (b) ", "1.4 ", "and ",
    ":", ";", "\\", ">", "<pre>", "<div>", "<!--", "SIPDIS ", "SECRET\n", "XXXX  002 OF 003 ", " OF 0", "INFO ", "\nFM ", "RUEHC ", "\nRUEHC/SECSTATE WASHDC PRIORITY 1260",
    "130512Z FEB 08 ", "130512", "\nINFO LOG-00 ", "S E C R E T ", "PAGE 02 RUEHFRA0170 ", "08 STATE 1 ", "OVIP (ROE, JANE) ", "PREL ", "EINDETRD ", "\nTitle Words\n----\n",
    "End summary. ", "visit http://www.x.sgov.gov ", "\nNNNN", "\nDeclassified/Released US Department of State EO", "id: 12345 ", "select * from ", "...",
    "C O R R E C T E D ", "MINIMIZE CONSIDERED\n", "Mc", "Jr. ", "(S//REL TO USA, ", "[removed", "\nTAGS SECTION 02 UNCLAS ", "QUOTE ", "smith @ Sat Dec 4 19:20 ",
    "Document Number: 1\n", '","', '\n"1","2/13/2008 5:12","08BAKU101","', '{"body":', "[{", "\nNNNN\n", "x\f", "\f1. (C) x",
    "\nP 130512Z FEB 08\nFM AMEMBASSY BAKU\nTO SECSTATE WASHDC\n", "\nQUOTE\n", '\n1,2/13/2008 5:12,08BAKU101,x,y,,z,"', "\u2028", "\x85(S) ",
    "a-", "- - - ", "= = =", "\nSUBJECT: TALKS\n", "Dear Mr. X:\n", "\n1\n\n0. (C) ", "see our classified site ",
]  # fmt: skip
"""What single rules look for: shorter runs, in which a rule that tries again from every place still shows."""

NUMBERED: dict[str, Callable[[int], str]] = {
    "other addressees": lambda i: f"RUEHC/AMEMBASSY {letters(i)} PRIORITY {i % 9999:04}\n",
    "other names": lambda i: f"AMEMBASSY {letters(i)}\n",
    "other exclusions": lambda i: f"XMT {letters(i)}\n",
    "exclusions without a collective": lambda i: f"TO RUEHC/{letters(i)}\nXMT {letters(i + 7)}\n",
    "broken addressees": lambda _: "PRIORITY 1234\n",
    "paragraphs": lambda i: f"\n{i + 1}. (C) Text of it.\n",
    "unmarked paragraphs": lambda i: f"\n\n{i % 999 + 1}. Text of it.",
    "run-on paragraphs": lambda i: f"{i % 999 + 1}. (C) Text of it. ",
    "headings": lambda i: f"\nKey Points\n----------\n\n{i % 99 + 1}. (C) Text of it.\n",
    "marked headings": lambda i: f"\n{i % 99 + 1}. (C) Text of it.\n\n(S/NF) Key Points\n",
    "short paragraphs": lambda i: f"\n{i % 99 + 1}. (U) Kuwait\n(S/NF) Word",
    "marked texts": lambda _: "\n(S/NF) Word.\n",
    "blocks": lambda i: f"\n\nBlock {i} of text here.",
    "references": lambda i: f"{chr(65 + i % 26)}. 08 {letters(i)} {i + 1}\n",
    "tags": lambda i: f"{letters(i)} ",
    "sections": lambda i: f"PAGE 01 BAKU 000101\nS E C R E T SECTION {i % 90 + 2:02} OF 99 BAKU 000101\nTAGS: X\n",
    "banners": lambda i: f"{letters(i)} {i % 99999:08}  {i % 999:03} OF 999\n",
    "page lines": lambda i: f"SECRET\nPAGE 02 RUEHKB{i % 9999:04} S E C R E T\n",
    "impossible times": lambda i: f"P 990512Z FEB {i % 99:02}\n",
    "senders": lambda i: f"FM AMEMBASSY {letters(i)}\n",
    "words and numbers": lambda i: f"{letters(i)} {i} ",
    "signers": lambda i: f"{letters(i)}\n",
}  # fmt: skip


def letters(number: int) -> str:
    """A name of its own for each number: 0 -> ``AQX``."""
    name = ""
    while number >= 0:
        name += chr(65 + number % 26)
        number = number // 26 - 1
    return name + "QX"


def repeated(unit: str, size: int = MEGABYTE) -> str:
    return (unit * (size // len(unit) + 1))[:size]


def numbered(name: str, size: int = MEGABYTE) -> str:
    parts, length = list[str](), 0
    while length < size:
        parts.append(NUMBERED[name](len(parts)))
        length += len(parts[-1])
    return "".join(parts)


def as_header(text: str) -> str:
    return f"{HEADER}INFO {text}\n\n{HEAD}{TEXT}"


def as_body(text: str) -> str:
    return f"{HEADER}\n{HEAD}1. (C) Nothing. {text}\n\n2. (C) More.\n\nROE\n"


def behind_head(text: str) -> str:
    return f"{HEADER}\n{HEAD}{text}"


LABELS = ("N T I A L ", "DECL: ", "TAGS: ", "SUBJECT: ", "REF: ", "Classified By: ", "(d).")


def as_value(label: str, text: str) -> str:
    """A telegram with ``text`` behind a label of its head."""
    front, _, back = HEAD.partition(label)
    return f"{HEADER}\n{front}{label}{text}{back}{TEXT}"


def timed(read: Callable[..., object], *arguments: object) -> float:
    start = time.process_time()
    read(*arguments)
    return time.process_time() - start


def read_file(path: Path, data: str | bytes) -> list[Cable]:
    """The cables of a file that holds ``data``; only reftel's own errors are let pass."""
    path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8"))
    return list(reftel.read_cables(path, on_error=lambda _error: None))


def as_page(text: str) -> str:
    return PAGE.format(header=as_header(text).partition("\n\n")[0], body=f"{HEAD}1. (C) {text}")


def as_row(text: str) -> str:
    plain = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"1","2/13/2008 5:12","08BAKU101","Embassy Baku","CONFIDENTIAL","{plain}","{HEADER}INFO {plain}","{HEAD}1. (C) {plain}"\n'


def as_damaged_row(text: str) -> str:
    """The same with nothing escaped."""
    return f'"1","2/13/2008 5:12","08BAKU101","Embassy Baku","CONFIDENTIAL","","{HEADER}INFO {text}","{HEAD}1. (C) {text}"\n'


def as_json(text: str) -> str:
    return json.dumps({"_id": "08BAKU101", "header": f"{HEADER}INFO {text}", "body": f"{HEAD}1. (C) {text}"}) + "\n"


def as_broken_json(text: str) -> str:
    return '{"_id": "", "body": "\\\'' + json.dumps(text)[1:] + "}\n"


CONTAINERS: dict[str, Callable[[str], str]] = {
    "html": as_page, "csv": as_row, "damaged csv": as_damaged_row, "json": as_json, "broken json": as_broken_json, "file": str,
}  # fmt: skip


@pytest.mark.parametrize("unit", UNITS, ids=ascii)
def test_a_long_run_of_one_unit(unit: str) -> None:
    text = repeated(unit, MEGABYTE // 8)
    assert timed(reftel.normalize_text, text) < SECONDS / 2
    assert timed(reftel.normalize_text, f"{HEADER}\n{HEAD}{text}q") < SECONDS / 2


@pytest.mark.parametrize("unit", UNITS, ids=ascii)
def test_a_long_unit_in_every_place(unit: str) -> None:
    """Shorter, but in every place, and with and without another letter behind it: where a rule fails at the end it tries again."""
    for end in ("", "q"):
        text = repeated(unit, MEGABYTE // 128) + end
        telegrams = {"header": as_header(text), "body": as_body(text)} | {label: as_value(label, text) for label in LABELS}
        for place, telegram in telegrams.items():
            assert timed(reftel.normalize_text, telegram) < SECONDS / 6, (place, end)


@pytest.mark.parametrize("name", NUMBERED)
def test_ever_other_units(name: str, tmp_path: Path) -> None:
    """A quarter of a megabyte: rules that compare each thing with all before it show only where the things differ."""
    text = numbered(name, MEGABYTE // 4)
    assert timed(reftel.normalize_text, text) < SECONDS / 2
    assert timed(reftel.normalize_text, f"{HEADER}\n{HEAD}{text}") < SECONDS / 2
    page = PAGE.format(header=f"{HEADER}INFO NATO EU COLLECTIVE\n{text}", body=HEAD + TEXT)
    assert timed(read_file, tmp_path / "x", page) < SECONDS


@pytest.mark.parametrize("unit", UNITS + MORE_UNITS, ids=ascii)
def test_long_units_in_each_container(unit: str, tmp_path: Path) -> None:
    text = repeated(unit, MEGABYTE // 128)
    for container, write in CONTAINERS.items():
        data = write(text).encode("utf-8", "replace")
        assert timed(read_file, tmp_path / "x", data) < SECONDS / 4, container


@pytest.mark.parametrize("seed", range(25))
def test_mixtures_of_two_units(seed: int) -> None:
    chance = random.Random(seed)
    first, second = chance.sample(UNITS + MORE_UNITS, 2)
    text = repeated(first + second * chance.choice((1, 1, 2, 9, 60)), MEGABYTE // 16)
    for telegram in (text, as_header(text), as_body(text)):
        assert timed(reftel.normalize_text, telegram) < SECONDS / 3, (first, second)


@pytest.mark.parametrize("unit", [">\n", "\nREF: ", "SIPDIS\n", "x\n", "\n \n-", "Film Number: x\n"], ids=ascii)
def test_metadata_that_go_on_and_on(unit: str, tmp_path: Path) -> None:
    """A line without a label goes on with the value before it, however many there are."""
    text = repeated(unit, MEGABYTE // 2)
    labels = "Film Number: D7\nLocator: TEXT\nDraft Date: 1 MAY 1973\n"
    assert timed(read_file, tmp_path / "x", f"Message Text\n\n{HEADER}\n{HEAD}{TEXT}\n<< END OF DOCUMENT >>\n{labels}{text}") < SECONDS
    page = "".join(f"<p>{line}</p>" for line in labels.splitlines())
    assert timed(read_file, tmp_path / "x", f"<html>{page}<div>{text}</div><pre>{HEADER}\n{HEAD}{TEXT}</pre></html>") < SECONDS


def test_many_records_in_one_file(tmp_path: Path) -> None:
    """Two thousand records of the archives in one text: each costs its own length, not that of all before it."""
    path = tmp_path / "x"
    path.write_text("".join(f"Message Text\n1. (C) {number}.\nDocument Number: 1\nFilm Number: 2\nLocator: 3\n" for number in range(2_000)), "utf-8")
    assert timed(lambda: [cable.source for cable in reftel.read_cables(path)]) < SECONDS
    assert [cable.source.locator for cable in reftel.read_cables(path) if cable.source][:3] == [1, 6, 11]


# -- size -----------------------------------------------------------------------------------------------------------------------------


def test_a_hundred_thousand_addressees(tmp_path: Path) -> None:
    lines = "".join(f"RUEH{letters(i)[:2]}/AMEMBASSY {letters(i)} PRIORITY {i % 9999:04}\n" for i in range(100_000))
    page = PAGE.format(header=HEADER + lines, body=HEAD + TEXT)
    cables: list[Cable] = []
    assert timed(lambda: cables.extend(read_file(tmp_path / "x.html", page))) < 2 * SECONDS
    assert len(cables[0].recipients) == 100_001
    assert cables[0].recipients[-1].name == f"AMEMBASSY {letters(99_999)}"
    assert cables[0].signers == ("ROE",)
    assert timed(reftel.normalize_text, as_header(lines)) < SECONDS  # a telegram's header is looked for in its first lines only


def test_signs_alone_are_no_addressees() -> None:
    cable = reftel.normalize_text(as_header("RUEHMO/AMEMBASSY MOSCOW\n>\n-\nRUEHFR/AMEMBASSY PARIS"))
    assert [recipient.name for recipient in cable.recipients] == ["SECSTATE WASHDC", "AMEMBASSY MOSCOW", "AMEMBASSY PARIS"]


def test_ten_million_blanks() -> None:
    assert timed(reftel.normalize_text, as_body(" " * 10_000_000)) < SECONDS
    cable = reftel.normalize_text(as_body(" " * 10_000_000))
    assert [paragraph.number for paragraph in cable.paragraphs] == [1, 2]


LIMITED = """
import resource, sys, time
import reftel
reftel.normalize_text("1. (C) Nothing.")
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]), int(sys.argv[2])))
start = time.process_time()
errors = []
for cable in reftel.read_cables(sys.argv[1], on_error=errors.append):
    print("cable", cable.id, len(cable.body), len(cable.paragraphs))
for error in errors:
    print("error", error.message)
print("seconds", time.process_time() - start)
"""


def read_limited(path: Path, memory: int = 1500 << 20) -> list[str]:
    """What a process with ``memory`` bytes of address space finds in a file: lines ``cable ID characters paragraphs``, ``error MESSAGE``."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(LIMITED), str(path), str(memory)], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    *found, seconds = done.stdout.splitlines()
    assert float(seconds.split()[1]) < 10 * SECONDS
    return found


def test_a_page_of_fifty_megabytes(tmp_path: Path) -> None:
    path = tmp_path / "08BAKU101.html"
    paragraph = "{}. (C) Nothing at all happened in the capital on this or on any other day of the week, and nothing will.&#x000A;&#x000A;"
    text = "".join(paragraph.format(number + 1) for number in range(50 * MEGABYTE // 116))
    path.write_text(PAGE.format(header=HEADER, body=HEAD + text + "ROE"), "utf-8")
    found = read_limited(path)
    assert len(found) == 1
    assert found[0].startswith(("cable 08BAKU101 ", "error larger"))


def chunks(first: str, filler: str, size: int) -> Iterator[bytes]:
    yield first.encode()
    block = repeated(filler).encode()
    for _ in range(size // len(block)):
        yield block


BOMBS = {
    "telegram": (f"{HEADER}\n{HEAD}", "1. (C) Nothing. "),
    "csv": ('"1","2/13/2008 5:12","08BAKU101","Embassy Baku","SECRET","","","', "1. (C) Nothing. "),
    "csv lines": ('"1","2/13/2008 5:12","08BAKU101","Embassy Baku","SECRET","","","', "1. (C) Nothing.\n"),
    "json": ('{"_id": "08BAKU101", "header": "x", "body": "', "1. (C) Nothing. "),
    "blanks": ("", " "),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_gzip_bomb_costs_little(name: str, tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    with gzip.open(path, "wb") as bomb:
        for block in chunks(*BOMBS[name], 90 * MEGABYTE):
            bomb.write(block)
    found = read_limited(path)
    assert {line.split()[0] for line in found} == {"error"}


def test_a_zip_bomb_costs_little_and_the_rest_is_read(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("bomb.csv", "w") as bomb:
            for block in chunks(*BOMBS["csv lines"], 90 * MEGABYTE):
                bomb.write(block)
        archive.writestr("honest.txt", f"{HEADER}\n{HEAD}{TEXT}")
    found = read_limited(path)
    assert [line.split()[:2] for line in found] == [["cable", "08BAKU101"], ["error", "unpacks"]]


def test_a_bomb_inside_a_gzip_member_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one inside another gzip file: every layer has the same limits."""
    monkeypatch.setattr(files, "RATIO_FROM", 1 << 16)
    twice = gzip.compress(gzip.compress(b"1. (C) " * 3_000_000))
    errors: list[reftel.SourceError] = []
    path = tmp_path / "twice"
    path.write_bytes(twice)
    assert list(reftel.read_cables(path, on_error=errors.append)) == []
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("inner.gz", gzip.compress(b"1. (C) " * 3_000_000))
    assert list(reftel.read_cables(path, on_error=errors.append)) == []
    assert len(errors) == 2
    assert "unpacks to far more" in errors[1].message


@pytest.mark.parametrize("tag", ["<br>", "<a id=x>", "<"])
def test_a_page_of_tags_is_refused_before_it_takes_memory(tag: str, tmp_path: Path) -> None:
    path = tmp_path / "x.html"
    path.write_text(PAGE.format(header=HEADER, body=tag * 1_200_000), "utf-8")
    assert read_limited(path, 500 << 20) == ["error an HTML page with more than 1000000 tags"]


# -- markup ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tag", ["div", "b", "a href='x'", "table", "ul><li", "font", "pre"])
@pytest.mark.parametrize("where", ["page", "text"])
def test_deeply_nested_markup(tag: str, where: str, tmp_path: Path) -> None:
    nested = f"<{tag}>" * 50_000
    text = f"<html><body>{nested}" if where == "page" else PAGE.format(header=HEADER, body=f"{HEAD}{nested}{TEXT}")
    assert timed(read_file, tmp_path / "x.html", text) < SECONDS
    cables = read_file(tmp_path / "x.html", text)
    assert len(cables) == (where == "text")


ENTITIES = """\
<?xml version="1.0"?>
<!DOCTYPE html [
 <!ENTITY lol "lol">
 {declarations}
 <!ENTITY outside SYSTEM "file://{secret}">
 <!ENTITY net SYSTEM "http://127.0.0.1:9/entity">
 <!ENTITY % dtd SYSTEM "http://127.0.0.1:9/x.dtd"> %dtd;
]>
"""


def test_entities_of_a_document_stay_unread(tmp_path: Path) -> None:
    """No entity is expanded, no file and no address is opened; what the sites themselves wrote, and only that, is decoded."""
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret", "utf-8")
    laughter = "\n".join(f'<!ENTITY lol{i + 1} "{f"&lol{i};" * 10}">' for i in range(9))
    doctype = ENTITIES.format(declarations=laughter, secret=secret)
    body = f"{HEAD}1. (C) a &lol9; &lol; b &outside; &net; R&D; &amp; &#38; &#xFFFFFFFF; &#0; c"
    [cable] = read_file(tmp_path / "x.html", doctype + PAGE.format(header=HEADER, body=body))
    text = cable.paragraphs[0].text
    assert text.startswith("a &lol9; &lol; b &outside; &net; R&D; & & ")
    assert "the secret" not in cable.body
    assert len(cable.body) < 2 * len(body)


def test_an_xinclude_and_a_script_are_only_text(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret", "utf-8")
    body = f'{HEAD}1. (C) <xi:include href="file://{secret}" parse="text"/> <?php echo 1 ?> <![CDATA[ x ]]> end.'
    [cable] = read_file(tmp_path / "x.html", PAGE.format(header=HEADER, body=body))
    assert "the secret" not in cable.body
    assert "xi:include" in cable.body


# -- names ----------------------------------------------------------------------------------------------------------------------------

NAMES = ["../../x.txt", "/etc/cron.d/x", "..\\..\\x.txt", "C:\\x.txt", "a\x1b[31m\x07b.txt", "a\nb.txt", "\u202etxt.exe", "x" * 4000, "a/./b//c.txt", " "]


def tree(folder: Path) -> dict[str, int]:
    return {os.fspath(path): path.stat().st_mtime_ns for path in sorted(folder.rglob("*"))}


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name)[:20])
def test_names_of_members_lead_nowhere(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "a" / "b" / "c"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    path = folder / "heap.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), f"{HEADER}\n{HEAD}{TEXT}")
        archive.writestr("last.txt", f"{HEADER}\n{HEAD}{TEXT}")
    before = tree(tmp_path)
    cables = list(reftel.read_cables(path))
    assert [cable.id for cable in cables] == ["08BAKU101", "08BAKU101"]
    assert tree(tmp_path) == before


@pytest.mark.parametrize("name", ["a\x1b[31m\x07b.txt", "\u202etxt.exe", "a\nb.txt"], ids=ascii)
def test_names_reach_a_terminal_made_visible(name: str, tmp_path: Path) -> None:
    path = tmp_path / "heap.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), "a shopping list")
        archive.writestr(zipfile.ZipInfo(f"1{name}"), f"{HEADER}\n{HEAD}{TEXT}")
    done = subprocess.run(
        [sys.executable, "-m", "reftel", "normalize", str(path)], capture_output=True, text=True, encoding="utf-8", check=False, timeout=60
    )
    assert done.returncode == reftel.SourceError.exit_code
    assert "none of the known containers" in done.stderr
    assert json.loads(done.stdout)["source"]["path"].endswith(f"!1{name}")
    assert not obeyed(done.stdout + done.stderr)


def test_many_members_of_one_name_and_a_damaged_directory(tmp_path: Path) -> None:
    path = tmp_path / "heap.zip"
    with zipfile.ZipFile(path, "w") as archive, warnings.catch_warnings(action="ignore"):
        for _ in range(3):
            archive.writestr("x.txt", f"{HEADER}\n{HEAD}{TEXT}")
    assert len(list(reftel.read_cables(path))) == 3
    data = bytearray(path.read_bytes())
    data[-300:-100] = bytes(200)
    path.write_bytes(data)
    errors: list[reftel.SourceError] = []
    list(reftel.read_cables(path, on_error=errors.append))
    assert errors


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files are counted in /proc")
def test_reading_leaves_no_file_open(tmp_path: Path) -> None:
    path = tmp_path / "heap.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(3):
            archive.writestr(f"{number}.txt", f"{HEADER}\n{HEAD}{TEXT}".encode("utf-16"))
    before = _open_files()
    for _ in range(20):
        next(iter(reftel.read_cables(path)))
    assert _open_files() <= before
