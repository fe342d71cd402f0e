"""Hits over time: every hit is in a bar or said not to be."""

from __future__ import annotations

from pathlib import Path

import pytest

import reftel
from reftel.record import record_of
from reftel.render.bars import bar
from reftel.render.timeline import render_csv
from reftel.schema.cable import Cable
from reftel.schema.errors import BadValueError
from reftel.search.desk import Desk
from reftel.search.engines.memory import MemoryEngine
from reftel.search.query import read_query
from reftel.search.timeline import list_periods, timelines

SAMPLES = Path(__file__).parents[2] / "corpus_samples"


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    folder = tmp_path_factory.mktemp("samples")
    reftel.build([SAMPLES], folder / "archive")
    return reftel.open(folder / "archive")


def desk_of(*cables: Cable) -> Desk:
    return Desk(MemoryEngine(map(record_of, cables)), {cable.key: cable for cable in cables}.__getitem__, read=read_query)


def _nonzero(line):
    return {period.value: period.count for period in line.periods if period.count}


def test_years_of_the_samples(samples):
    line = samples.timeline("*")  # 1973 to 2010: auto takes years
    assert (line.by, line.total, line.undated, line.coarse) == ("year", 49, 7, 0)
    assert _nonzero(line) == {
        "1973": 1, "1974": 1, "1975": 1, "1979": 1, "1989": 1, "2004": 2, "2005": 1, "2006": 4, "2007": 4, "2008": 8, "2009": 12, "2010": 6,
    }  # fmt: skip
    assert [period.value for period in line.periods] == [str(year) for year in range(1973, 2011)]


@pytest.mark.parametrize(
    ("query", "by", "chosen", "expected"),
    [
        ("date:2008-02", "auto", "day", {"2008-02-12": 1, "2008-02-15": 1, "2008-02-20": 1}),
        ("date:2008-02", "month", "month", {"2008-02": 3}),
        ("date:2008", "auto", "month", {"2008-02": 3, "2008-03": 1, "2008-06": 1, "2008-09": 2, "2008-11": 1}),
        ("from:zagreb", "day", "day", {"2009-07-01": 1, "2009-07-02": 1}),
        ("zzzz", "auto", "year", {}),
    ],
)
def test_grains(samples, query, by, chosen, expected):
    line = samples.timeline(query, by=by)
    assert (line.by, _nonzero(line)) == (chosen, expected)


@pytest.mark.parametrize("by", ["day", "month", "year"])
@pytest.mark.parametrize("query", ["*", "minsk", "class:>=secret", "-has:date"])
def test_everything_adds_up_and_equals_the_facets(samples, query, by):
    line = samples.timeline(query, by=by)
    assert (
        sum(period.count for period in line.periods) + line.undated + line.coarse
        == line.total
        == samples.search(query).total
    )
    if by != "day":
        buckets = samples.facets(query, [f"{by}:all"])[by]
        assert _nonzero(line) == {bucket.value: bucket.count for bucket in buckets}


def test_days_agree_with_date_queries(samples):
    for day, count in _nonzero(samples.timeline("*", by="day")).items():
        assert samples.search(f"date:{day}", limit=0).total == count


def test_several_queries_share_their_periods(samples):
    first, second, none = samples.timelines(["date:2008", "from:zagreb", "zzzz"], by="month")
    assert (
        [period.value for period in first.periods]
        == [period.value for period in second.periods]
        == [period.value for period in none.periods]
    )
    assert (first.periods[0].value, first.periods[-1].value) == ("2008-02", "2009-07")
    assert (sum(p.count for p in first.periods), sum(p.count for p in second.periods), none.total) == (8, 2, 0)


def test_dates_less_exact_than_the_bars_are_counted_apart():
    desk = desk_of(
        Cable(id="08BAKU1", date="2008-03-01T00:00:00Z", date_precision="month"),
        Cable(id="08BAKU2", date="2008-03-01T00:00:00Z", date_precision="day"),
        Cable(id="08BAKU3", date="2008-01-01T00:00:00Z", date_precision="year"),
        Cable(id="08BAKU4", date="2008-03-03T10:00:00Z", date_precision="minute"),
        Cable(id="08BAKU5"),
    )
    found = {by: timelines(desk, ["*"], by, 180)[0] for by in ("day", "month", "year")}
    assert {by: (line.total, line.undated, line.coarse) for by, line in found.items()} == {
        "day": (5, 1, 2),
        "month": (5, 1, 1),
        "year": (5, 1, 0),
    }
    assert [(period.value, period.count) for period in found["day"].periods] == [
        ("2008-03-01", 1),
        ("2008-03-02", 0),
        ("2008-03-03", 1),
    ]


@pytest.mark.parametrize(
    ("first", "last", "periods"),
    [
        ("2007", "2009", ("2007", "2008", "2009")),
        ("2008-11", "2009-01", ("2008-11", "2008-12", "2009-01")),
        ("2008-02-28", "2008-03-01", ("2008-02-28", "2008-02-29", "2008-03-01")),
        ("2008", "2008", ("2008",)),
    ],
)
def test_periods_have_no_holes(first, last, periods):
    assert list_periods(first, last) == periods


def test_too_many_rows_are_refused():
    with pytest.raises(BadValueError, match="choose month or year"):
        list_periods("1800-01-01", "2010-01-01")


def test_an_unknown_grain_is_an_error(samples):
    with pytest.raises(BadValueError, match="choose day, month, year or auto"):
        samples.timeline("*", by="week")


@pytest.mark.parametrize(
    ("count", "highest", "text"),
    [
        (1, 2, "██"), (2, 2, "████"), (0, 2, ""), (1, 1000, "▏"), (0, 0, ""), (15, 32, "█▉"), (10**18, 10**18, "████"), (10**18 // 2 + 1, 10**18, "██"),
        (1, 10**18, "▏"),
    ],
)  # fmt: skip
def test_bars(count, highest, text):
    assert bar(count, highest, 4) == text


def test_csv_says_what_has_no_bar(samples):
    lines = list(render_csv(samples.timelines(["*"], by="year")))
    assert lines[0] == "query,period,count"
    assert lines[-1] == "*,undated,7"
    assert "*,1976,0" in lines
