"""Every page of the corpus: nothing raises, and what a few plain expressions can see on a page is in the record.

The expressions are this test's own and share nothing with the reader. Pages are read where they stand; none of their text is kept here.
"""

from __future__ import annotations

import datetime
import functools
import html
import re
from pathlib import Path

import pytest

import reftel

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
PAGES = sorted(CORPUS.glob("cablegate*/**/*.html"))
SEEDS = sorted((CORPUS / "seed").glob("*")) if CORPUS.exists() else []
pytestmark = pytest.mark.skipif(not PAGES, reason="the corpus of real pages is not beside the checkout")

MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
CLASSES = {"UNCLASSIFIED", "CONFIDENTIAL", "SECRET", "UNCLASSIFIED//FOR OFFICIAL USE ONLY"}
STEMS = {  # origin label -> id stem where dropping the kind of post and blanks does not give it
    "Secretary of State": "STATE", "Iran RPO Dubai": "RPODUBAI", "US Interests Section Havana": "HAVANA", "UNVIE": "UNVIEVIENNA",
    "Embassy The Hague": "THEHAGUE", "Mission USNATO": "USNATO", "USEU Brussels": "BRUSSELS", "Mission UNESCO": "UNESCOPARISFR",
    "Mission Geneva": "GENEVA", "USUN New York": "USUNNEWYORK", "Mission USOSCE": "USOSCE", "American Institute Taiwan, Taipei": "TAIPEI",
}  # fmt: skip
# How many of the 225 pages have the field; the numbers may rise, never fall. Four pages were cut before their first paragraph.
FLOORS = {"subject": 218, "tags": 224, "signers": 207, "paragraphs": 221}


@functools.cache
def text_of(path: Path) -> str:
    return path.read_text("utf-8", "replace")


@functools.cache
def cable_of(path: Path) -> reftel.Cable:
    [cable] = reftel.read_cables(path)
    return cable


def cell(path: Path, number: int) -> str:
    """Text of a cell of the page's table: 0 id, 1 created, 2 released, 3 classification, 4 origin."""
    table = re.search(r"<table class='cable'>(.*?)</table>", text_of(path), re.DOTALL)
    assert table
    return html.unescape(re.sub(r"<[^>]+>", "", re.findall(r"<td>(.*?)</td>", table[1], re.DOTALL)[number])).strip()


def blocks(path: Path) -> tuple[str, str]:
    """Header and body of the page with the site's markup taken out."""
    found = re.findall(r"<code><pre>(.*?)</pre></code>", text_of(path), re.DOTALL)
    header, body = (re.sub(r"</?(?:a|br|em|td|tr|table|code|pre)\b[^>]*>", "", block).replace("&#x000A;", "\n") for block in found)
    return header, body


def dtg_of(header: str) -> str | None:
    """ISO time of the first line of day, time, Z, month and year: ``P 130512Z FEB 08``."""
    match = re.search(r"^(?:[ZOPR]{1,2} ){0,2}(\d\d)(\d\d)(\d\d) ?Z ([A-Za-z]{3}) (\d\d)\b", header, re.MULTILINE)
    if match is None:
        return None
    day, hour, minute, month, year = match.groups()
    full = int(year) + (1900 if int(year) > 50 else 2000)
    moment = datetime.datetime(full, MONTHS.index(month.upper()) + 1, int(day), int(hour), int(minute), tzinfo=datetime.UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def named(path: Path) -> str:
    return path.stem


def test_the_whole_corpus_is_there() -> None:
    assert (len(PAGES), len(SEEDS)) == (225, 1)


@pytest.mark.parametrize("path", SEEDS, ids=named)
def test_the_seed_has_paragraphs_and_no_id(path: Path) -> None:
    [cable] = reftel.read_cables(path)
    assert cable.id is None
    assert cable.paragraphs
    assert cable.signers


def check_identity(path: Path) -> None:
    cable = cable_of(path)
    printed = re.fullmatch(r"(\d\d)([A-Z]+)0*(\d+)", cell(path, 0))
    assert printed
    assert path.stem == cell(path, 0)
    assert cable.id == "".join(printed.groups())
    label = cell(path, 4)
    assert cable.origin == label
    stem = STEMS.get(label) or re.sub(r"^(?:Embassy|Consulate|REO|Mission)", "", label).replace(" ", "").upper()
    assert cable.post in {stem, printed[2]}


def check_date(path: Path) -> None:
    cable = cable_of(path)
    created = cell(path, 1)
    expected = dtg_of(blocks(path)[0])
    assert cable.date
    if expected:
        assert (cable.date, cable.date_precision, cable.date_source) == (expected, "minute", "dtg")
    else:  # a partial extract: the page's own time, whose minutes are wrong
        assert cable.date[:13].replace("T", " ") == created[:13] or cable.date_source == "dtg"
        assert cable.date_source in ("page", "dtg")
    assert cable.date[:4] == created[:4]


def check_classification(path: Path) -> None:
    cable = cable_of(path)
    printed = cell(path, 3)
    level = re.match(r"UNCLASSIFIED//FOR OFFICIAL USE ONLY|UNCLASSIFIED|CONFIDENTIAL|SECRET", printed)
    assert level
    assert level[0] in CLASSES
    assert cable.classification == level[0]
    assert ("NOFORN" in printed) <= ("NOFORN" in cable.caveats)


def check_numbered_pages_have_paragraphs(path: Path) -> None:
    """Wherever a line begins with a pilcrow, a number and a mark there is a paragraph of that number and mark."""
    body = blocks(path)[1]
    marked = re.findall(r"^¶(\d{1,2})\.\s{1,3}\((C|S|U|SBU|S/NF|C/NF|S//NF|C//NF)\)", body, re.MULTILINE)
    seen = [(str(paragraph.number), paragraph.mark) for paragraph in cable_of(path).paragraphs]
    if "multi-cable" in cable_of(path).flags:
        assert seen
        return
    missing = [pair for pair in dict.fromkeys(marked) if pair not in seen]
    assert missing == []
    if re.search(r"^¶1\. ", body, re.MULTILINE):
        assert any(number == "1" for number, _ in seen)


def check_the_stored_text_is_the_text_of_the_page(path: Path) -> None:
    """Nothing is lost and nothing is added: header and body are the page's blocks without its markup."""
    cable = cable_of(path)
    assert [" ".join(part.split()) for part in (cable.header, cable.body)] == [" ".join(part.split()) for part in blocks(path)]


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_a_page(path: Path) -> None:
    check_identity(path)
    check_date(path)
    check_classification(path)
    check_numbered_pages_have_paragraphs(path)
    check_the_stored_text_is_the_text_of_the_page(path)


@pytest.mark.parametrize("name", FLOORS)
def test_fields_are_filled_as_often_as_ever(name: str) -> None:
    assert sum(bool(getattr(cable_of(path), name)) for path in PAGES) >= FLOORS[name]
