"""Laws of the query language, over generated queries and cables, as the in-memory engine evaluates them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from query_strategies import WORDS, query_texts, records

from reftel.search.engines.memory import MemoryEngine
from reftel.search.plan import Request
from reftel.search.query import read_query

words = st.sampled_from(WORDS)


def keys(engine: MemoryEngine, query: str) -> set[str]:
    return engine.matches(read_query(query).plan)


@given(records, query_texts, query_texts)
def test_and_or_and_not_are_those_of_sets(found, left, right):
    engine = MemoryEngine(found)
    every, lefts, rights = keys(engine, "*"), keys(engine, left), keys(engine, right)
    assert keys(engine, f"({left}) AND ({right})") == keys(engine, f"({left}) ({right})") == lefts & rights
    assert keys(engine, f"({left}) OR ({right})") == lefts | rights
    assert keys(engine, f"NOT ({left})") == keys(engine, f"-({left})") == every - lefts


@given(records, words, words)
def test_a_narrower_operator_finds_a_part(found, left, right):
    engine = MemoryEngine(found)
    phrase, ordered = keys(engine, f'"{left} {right}"'), keys(engine, f"={left} pre/1 ={right}")
    near, wider = keys(engine, f"={left} w/2 ={right}"), keys(engine, f"={left} w/5 ={right}")
    paragraph, both = keys(engine, f"={left} w/p ={right}"), keys(engine, f"={left} ={right}")
    assert phrase == ordered <= near <= wider <= both
    assert paragraph <= both
    assert near == keys(engine, f"={right} w/2 ={left}")
    assert keys(engine, f"={left}") <= keys(engine, left)


@given(records, query_texts)
def test_an_answer_counts_all_hits_and_windows_them(found, query):
    engine = MemoryEngine(found)
    plan = read_query(query).plan
    whole = engine.answer(Request(plan, limit=None, facets=(("year", None), ("tags", None))))
    assert {hit.key for hit in whole.found} == engine.matches(plan)
    assert whole.total == len(whole.found)
    parts = [engine.answer(Request(plan, offset=offset, limit=2)).found for offset in range(0, 6, 2)]
    assert sum(parts, ()) == whole.found
    scores = [hit.score for hit in whole.found]
    assert scores == sorted(scores, reverse=True)
    assert sum(bucket.count for bucket in whole.facets["year"]) <= whole.total
