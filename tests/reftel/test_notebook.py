"""What users of Python libraries expect: sequences, subscripts, dates, pickles, tables of pandas, and HTML in which every text is data."""

from __future__ import annotations

import datetime
import pickle
import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

import reftel
from reftel.render.notebook import element, marked, table
from reftel.search.results import ExplainedNode

EMBEDDING = Path(__file__).parents[2] / "docs/embedding.md"
HOSTILE = "<script>alert(1)</script> <img src=x onerror=alert(2)> \"'><b>& \x1b[31m \u202e </td></table>"


def test_a_page_is_a_sequence_of_its_hits(archive):
    page = archive.search("minsk", limit=1)
    assert (len(page), page.total) == (1, 2)
    assert list(page) == [page[0]] == list(page.hits)
    assert page[:5] == page.hits
    assert not archive.search("zzyzx")


def test_an_archive_is_subscripted_by_ids(archive):
    assert archive["08 Baku 101"] == archive.cable("08BAKU101")
    assert list(archive) == ["08BAKU101", "08MOSCOW202", "09PARIS303"]
    with pytest.raises(KeyError):
        archive["08BAKU9"]
    with pytest.raises(TypeError, match=r"by its id, a text such as '08BAKU123', not by int 0"):
        archive[0]


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2008-02-13T05:12:00Z", datetime.datetime(2008, 2, 13, 5, 12, tzinfo=datetime.UTC)),
        ("2008-02-01T00:00:00Z", datetime.datetime(2008, 2, 1, tzinfo=datetime.UTC)),
        (None, None),
    ],
)
def test_dates_as_python_has_them(date, expected):
    cable = reftel.Cable(id="08BAKU1", date=date)
    assert cable.datetime == expected
    assert reftel.Hit("08BAKU1", 1.0, cable, ()).datetime == expected


def test_the_version_is_that_of_the_project():
    text = (EMBEDDING.parents[1] / "pyproject.toml").read_text("utf-8")
    assert f'version = "{reftel.__version__}"' in text


def test_results_and_errors_come_back_from_a_pickle(archive):
    page = archive.search("minsk", facets=["year:1"], limit=2)
    for value in (page, page[0], page[0].cable, page.facets["year"], archive.drill("*", "year>from"), archive.timeline("*"), archive.explain("minsk")):
        back = pickle.loads(pickle.dumps(value))
        assert back == value
        assert type(back) is type(value)
    assert pickle.loads(pickle.dumps(page)).facets["year"].left_out == page.facets["year"].left_out
    for question in ('"minsk', "singer:roe", "date:2008-13", "class:>=blue"):
        with pytest.raises(reftel.QueryError) as caught:
            archive.search(question)
        error = pickle.loads(pickle.dumps(caught.value))
        assert type(error) is type(caught.value)
        assert (str(error), vars(error)) == (str(caught.value), vars(caught.value))


def test_an_archive_is_opened_again_from_a_pickle(archive_path, tmp_path):
    with reftel.open(archive_path, notes=tmp_path / "mine.sqlite", cache_mb=3) as archive:
        kept = pickle.dumps(archive)
        archive.notes.add("08BAKU101", tags=["kept"])
    with pickle.loads(kept) as again:
        assert again.count("mine:kept minsk") == 1
        assert again._cache_mb == 3


class _Seen(HTMLParser):
    """Elements and texts of HTML."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements += [tag, *(name for name, _ in attrs)]
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


_OURS = {"h3", "h4", "p", "b", "i", "mark", "strong", "blockquote", "table", "caption", "thead", "tbody", "tr", "th", "td", "style", "scope"}


def _hostile() -> list[object]:
    words = ((0, 8),)
    cable = reftel.Cable(
        id=HOSTILE, date=HOSTILE, classification=HOSTILE, caveats=(HOSTILE,), origin=HOSTILE, subject=HOSTILE, signers=(HOSTILE,),
        paragraphs=(reftel.Paragraph(1, HOSTILE, None, (), HOSTILE, HOSTILE),),
    )  # fmt: skip
    hit = reftel.Hit(HOSTILE, 1.0, cable, (reftel.HitParagraph(1, HOSTILE, HOSTILE, words, 0),), words, (reftel.FoundBy(HOSTILE, HOSTILE, words),))
    bucket = reftel.Bucket(HOSTILE, 1)
    inner = reftel.FacetTable(HOSTILE, 1, (reftel.FacetBucket(HOSTILE, 1),), 0, 0)
    outer = reftel.FacetTable(HOSTILE, 1, (reftel.FacetBucket(HOSTILE, 1, HOSTILE, inner),), 3, 4)
    timeline = reftel.Timeline(HOSTILE, "year", 1, 0, 0, (), (bucket,))
    near = reftel.Neighbour(HOSTILE, cable)
    return [
        cable, hit, outer, timeline, archive_page(hit, bucket), reftel.Neighbours(HOSTILE, (near,), (), (near,), ()),
        reftel.Terms(HOSTILE, 1, 1, (), (reftel.SignificantTerm(HOSTILE, 1, 1, 1.0),)),
        reftel.HeatMap(HOSTILE, "year", 1, (HOSTILE,), (reftel.HeatRow(HOSTILE, (1,), (1,)),), 0),
        reftel.Explanation(HOSTILE, (), ExplainedNode(HOSTILE, 1, 0.5, HOSTILE, None, (ExplainedNode(HOSTILE, 1, 0.5, HOSTILE, None),))),
        reftel.Citations(
            (HOSTILE,), 1, "out", (reftel.CitedCable(HOSTILE, True, 1, HOSTILE, None, None, None, HOSTILE),),
            (reftel.Citation(HOSTILE, HOSTILE, HOSTILE, "cable", HOSTILE), reftel.Citation(HOSTILE, None, None, "other", HOSTILE)),
        ),
    ]  # fmt: skip


def archive_page(hit: reftel.Hit, bucket: reftel.Bucket) -> reftel.Page:
    from reftel.search.plan import Top

    return reftel.Page(HOSTILE, 1, 0, (HOSTILE,), (hit,), {HOSTILE: Top((bucket,), 3)})


def test_nothing_of_a_cable_is_markup():
    for value in _hostile():
        seen = _Seen(value._repr_html_())
        assert not seen.open
        assert set(seen.elements) <= _OURS
        assert "<script>alert(1)</script>" in seen.text
        assert "\x1b" not in seen.text
        assert "\u202e" not in seen.text


def test_a_page_shows_its_hits_with_the_words_marked(archive):
    shown = archive.search("precedent", facets=["year:1"], limit=1)._repr_html_()
    assert "<mark>precedent</mark>" in shown
    assert "precedent: 2 cables, 1 to 1 shown" in shown
    assert "¶1 (C)" in shown


@pytest.mark.parametrize(
    ("asked", "cells"),
    [
        (lambda archive: archive.explain("minsk"), ["minsk", "2"]),
        (lambda archive: archive.heat_map("minsk"), ["2008", "1"]),
        (lambda archive: archive.citations("08BAKU101"), ["08BAKU101"]),
        (lambda archive: archive.neighbours(archive["08BAKU101"].key), ["08BAKU101"]),
        (lambda archive: archive.terms("minsk"), ["minsk: 2 cables"]),
    ],
)
def test_results_are_tables(archive, asked, cells):
    shown = _Seen(asked(archive)._repr_html_())
    assert shown.elements[:2] == ["table", "caption"]
    assert all(cell in shown.text for cell in cells)


def test_markup():
    assert marked("a<b>", [(1, 3)]) == "a<mark>&lt;b</mark>&gt;"
    assert element("a", "x", title='"', lang=None) == '<a title="&quot;">x</a>'
    long = table("t", ("n",), [(number,) for number in range(1234)])
    assert long.count("<tr>") == 101
    assert "<p>1,134 more</p>" in long


def test_tables_of_pandas(archive):
    cables = archive.to_frame("minsk")
    assert list(cables["key"]) == ["08BAKU101", "08MOSCOW202"]
    assert cables["date"][0] == archive["08BAKU101"].datetime
    assert str(cables["date"].dtype) == "datetime64[s, UTC]"
    paragraphs = archive.to_frame("precedent", rows="paragraph")
    assert list(zip(paragraphs["key"], paragraphs["number"], paragraphs["mark"], strict=True)) == [
        ("08BAKU101", 1, "C"), ("08BAKU101", 2, "S/NF"), ("08MOSCOW202", 2, "C"),
    ]  # fmt: skip
    assert archive.search("minsk", limit=1).to_pandas().shape[0] == 1
    assert list(archive.to_frame("zzyzx").columns) == list(cables.columns)
    assert reftel.Page("a", 1, 0, (), (reftel.Hit("a", 1.0, reftel.Cable(), ()),), {}).to_pandas()["date"].isna().all()
    with pytest.raises(reftel.BadValueError, match=r"no rows by 'hit' .*choose cable or paragraph"):
        archive.to_frame("*", rows="hit")


def test_without_pandas_it_is_said(archive, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r"pip install 'reftel\[pandas\]'"):
        archive.to_frame("*")


def test_the_blocks_of_the_page_run(sources, tmp_path, monkeypatch):
    """Every block of Python of docs/embedding.md, one after the other, over the archive of these tests."""
    import asyncio
    import concurrent.futures
    import multiprocessing

    monkeypatch.chdir(tmp_path)
    (tmp_path / "dumps").symlink_to(sources)
    blocks = re.findall(r"^```python\n(.*?)^```", EMBEDDING.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    assert len(blocks) == 5
    names = {"__name__": "page", "reftel": reftel, "asyncio": asyncio, "concurrent": concurrent, "multiprocessing": multiprocessing}
    names |= {"questions": ["minsk", "precedent"]}
    for block in blocks:
        text = block.replace("08 Baku 123", "08 Baku 101")
        if "await " in text:
            text = "async def _main():\n    return " + text.split("= ", 1)[1] + "\npage = asyncio.run(_main())\n"
        exec(compile(text, str(EMBEDDING), "exec"), names)
        names["archive"] = reftel.open("archive")  # some blocks close theirs
    assert names["counts"] == {"minsk": 2, "precedent": 2}
    assert names["page"].total == 2
    assert names["work"]("minsk") == 2
    assert len(names["frame"]) == 2


def test_another_process_asks_an_archive_that_was_sent_to_it(archive):
    import concurrent.futures
    import multiprocessing

    with concurrent.futures.ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert pool.submit(reftel.Archive.count, archive, "minsk").result() == 2

