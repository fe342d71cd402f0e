"""Significant words, and drilling down by facets."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

import reftel
from reftel.schema.errors import BadValueError, UnknownFieldError
from reftel.search.drilldown import narrowed, quote_value
from reftel.search.query.parser import parse
from reftel.search.terms import log_likelihood

SAMPLES = Path(__file__).parents[2] / "corpus_samples"


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    folder = tmp_path_factory.mktemp("samples")
    reftel.build([SAMPLES], folder / "archive")
    return reftel.open(folder / "archive")


# -- significant words -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hits", "found", "total", "cables", "score"),
    [
        (3, 3, 3, 6, 12 * math.log(2)),  # in all hits, in none of the others
        (1, 2, 5, 10, 0.0),  # spread evenly
        (5, 10, 5, 10, 0.0),  # everywhere
        (2, 2, 4, 8, 2 * (2 * math.log(2) + 2 * math.log(2 * 8 / (4 * 6)) + 4 * math.log(4 * 8 / (4 * 6)))),
    ],
)
def test_log_likelihood(hits, found, total, cables, score):
    assert log_likelihood(hits, found, total, cables) == pytest.approx(score)


def test_every_count_can_be_checked_by_a_query(samples):
    found = samples.terms("from:zagreb OR minsk", limit=15)
    assert len(found.terms) == 15
    for term in found.terms:
        assert samples.search(f"(from:zagreb OR minsk) AND ={term.word}", limit=0).total == term.hits
        assert samples.search(f"={term.word}", limit=0).total == term.cables
        assert term.score == pytest.approx(log_likelihood(term.hits, term.cables, found.total, found.cables))
    assert [term.score for term in found.terms] == sorted((term.score for term in found.terms), reverse=True)


def test_words_of_the_query_and_numbers_are_left_out(samples):
    words = [term.word for term in samples.terms("minsk", limit=100).terms]
    assert words[0] == "group"
    assert "minsk" not in words
    assert all(word.isalpha() and len(word) > 1 for word in words)


@pytest.mark.parametrize(("query", "total"), [("*", 49), ("zzzz", 0)])
def test_all_and_nothing_have_no_significant_words(samples, query, total):
    found = samples.terms(query)
    assert (found.total, found.terms) == (total, ())


def test_a_large_result_is_sampled_but_counted_whole(samples, monkeypatch):
    from reftel.search import terms

    whole = samples.terms("minsk", limit=3)
    monkeypatch.setattr(terms, "SAMPLE", 5)
    sampled = samples.terms("minsk", limit=3)
    assert whole.notes == ()
    assert "one hit in 3 " in sampled.notes[-1]
    for term in sampled.terms:
        assert samples.search(f"minsk AND ={term.word}", limit=0).total == term.hits


# -- facets ------------------------------------------------------------------------------------------------------------------------------


def test_the_rest_of_a_facet_is_summed_up(samples):
    table = samples.drill("*", "year:3")
    assert [(bucket.value, bucket.count) for bucket in table.buckets] == [("2009", 12), ("2008", 8), ("2010", 6)]
    assert (table.total, table.other_values, table.other_count) == (49, 9, 16)


def test_order_by_value_keeps_the_most_frequent(samples):
    table = samples.drill("*", "year:3", order="value")
    assert [bucket.value for bucket in table.buckets] == ["2008", "2009", "2010"]


def test_nested_counts_are_those_of_queries(samples):
    table = samples.drill("*", "year:all>from:all>class:all")
    for year in table.buckets:
        assert year.within.total == year.count
        for post in year.within.buckets:
            assert samples.search(f"year:{year.value} from:{post.value}", limit=0).total == post.count
            assert sum(bucket.count for bucket in post.within.buckets) <= post.count


FACETS = ["year", "month", "from", "class", "caveat", "prec", "tags", "signer", "to", "info", "refs", "is", "source"]


@pytest.mark.parametrize("query", ["*", "minsk", "minsk OR ferry", "Minsk Group AND precedent", "-minsk", "class:>=c"])
@pytest.mark.parametrize("facet", FACETS)
def test_each_narrower_query_gives_exactly_its_count(samples, query, facet):
    table = samples.drill(query, f"{facet}:all", narrow=True)
    for bucket in table.buckets:
        if bucket.query is not None:
            assert samples.search(bucket.query, limit=0).total == bucket.count
    some = any if facet in ("signer", "to", "info") else all
    assert some(bucket.query for bucket in table.buckets) or not table.buckets


def test_nested_narrower_queries(samples):
    table = samples.drill("minsk OR ferry", "year>from", narrow=True)
    first = table.buckets[0].within.buckets[0]
    assert first.query == f"(minsk OR ferry) AND year:{table.buckets[0].value} AND from:{first.value}"
    for year in table.buckets:
        for post in year.within.buckets:
            assert samples.search(post.query, limit=0).total == post.count


def test_a_name_inside_a_longer_one_gets_no_narrower_query(make_telegram, tmp_path):
    for number, signer in enumerate(["ROE", "ROE SMITH", "POE"]):
        (tmp_path / f"{number}.txt").write_text(make_telegram(serial=number + 1, signer=signer), "utf-8")
    reftel.build([tmp_path], tmp_path / "archive")
    archive = reftel.open(tmp_path / "archive")
    table = archive.drill("*", "signer", narrow=True)
    signed = {bucket.value: bucket.query for bucket in table.buckets}
    assert signed == {"POE": "signer:POE", "ROE": None, "ROE SMITH": 'signer:"ROE SMITH"'}
    assert {bucket.value: archive.search(bucket.query, limit=0).total for bucket in table.buckets if bucket.query} == {"POE": 1, "ROE SMITH": 1}


@pytest.mark.parametrize(
    ("query", "values", "text"),
    [
        ("*", [("year", "2008")], "year:2008"),
        ("*", [("year", "2008"), ("from", "BAKU")], "year:2008 AND from:BAKU"),
        ("a b", [("year", "2008")], "a b AND year:2008"),
        ("a OR b", [("tags", "CLINTON, HILLARY")], '(a OR b) AND tags:"CLINTON, HILLARY"'),
        (
            "a AND b",
            [("class", "UNCLASSIFIED//FOR OFFICIAL USE ONLY")],
            'a AND b AND class:"UNCLASSIFIED//FOR OFFICIAL USE ONLY"',
        ),
        ("a", [("tags", "THE “A” B")], 'a AND tags:"THE ?A? B"'),
        ("a", [("signer", "JANE “J” ROE")], 'a AND signer:"JANE J ROE"'),
    ],
)
def test_narrowed(query, values, text):
    assert narrowed(parse(query), values) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("BAKU", "BAKU"),
        ("2008-02", "2008-02"),
        ("TOP SECRET", '"TOP SECRET"'),
        ("-X", '"-X"'),
        ('A"B', '"A?B"'),
        ("THE “A” B", '"THE ?A? B"'),
        ("«A» ＂B", '"?A? ?B"'),
        ("", '""'),
        ("É", '"É"'),
    ],
)
def test_quote_value(value, text):
    assert quote_value(value) == text


@pytest.mark.parametrize(
    ("facet", "order", "error"),
    [
        ("yeer", "count", UnknownFieldError), ("year>yeer", "count", UnknownFieldError), ("year>", "count", UnknownFieldError),
        ("year:x", "count", BadValueError), ("year", "size", BadValueError), ("year>month>from>class>tags", "count", BadValueError),
    ],
)  # fmt: skip
def test_bad_facets(samples, facet, order, error):
    with pytest.raises(error):
        samples.drill("*", facet, order=order)


# -- the engine's part -------------------------------------------------------------------------------------------------------------------


def test_both_engines_answer_the_tools_alike(samples):
    from reftel.record import record_of
    from reftel.search.engines.memory import MemoryEngine
    from reftel.search.query import read_query

    engine = samples._state.engine
    oracle = MemoryEngine(record_of(hit.cable) for hit in samples.scan("*"))
    words = ["minsk", "group", "the", "zzzz", "derse"]
    for query in ("*", "minsk", "class:>=secret", "zzzz"):
        root = read_query(query).plan
        assert engine.numbers(root, "date") == oracle.numbers(root, "date")
        assert engine.numbers(root, "class") == oracle.numbers(root, "class")
        assert engine.count_words(root, words, ("subject", "body")) == oracle.count_words(
            root, words, ("subject", "body")
        )
        for values in ([], [("year", "2008")], [("tags", "PREL"), ("class", "SECRET")], [("tags", "NONE")]):
            assert engine.facets_among([(root, values)], "from") == oracle.facets_among([(root, values)], "from")
    assert list(engine.lexicon("subject")) == list(oracle.lexicon("subject"))
