"""The judged needs of the benchmarks: their measure, and that every question can be asked."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from reftel.schema.identifiers import canonical_id
from reftel.search.query import read_query

NEEDS = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "needs.py"))
GRADES = {"a": 3, "b": 1, "c": 0}


@pytest.mark.parametrize(
    ("found", "value"),
    [
        (["a", "b", "c"], 1.0),
        (["a", "b"], 1.0),
        (["x", "a", "b"], (7 / 1.584963 + 1 / 2) / (7 + 1 / 1.584963)),
        (["b", "a"], (1 + 7 / 1.584963) / (7 + 1 / 1.584963)),
        (["x"] * 10 + ["a"], 0.0),
        ([], 0.0),
    ],
)
def test_ndcg(found, value):
    assert NEEDS["ndcg"](found, GRADES) == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize(
    ("query", "every", "any_of"),
    [
        ("cia flights", "cia AND flights", "cia OR flights"),
        ('"missile defense" AND poland', '"missile defense" AND poland', '"missile defense" OR poland'),
        ('subject:rights council subject:"new order"', 'subject:rights AND council AND subject:"new order"', 'subject:rights OR council OR subject:"new order"'),
    ],
)
def test_a_question_for_all_or_any_of_its_parts(query, every, any_of):
    need = NEEDS["Need"](query, "", GRADES)
    assert (need.asked(every=True), need.asked(every=False)) == (every, any_of)


def test_every_need_can_be_asked_and_has_an_answer():
    needs = NEEDS["read_needs"]()
    assert len({need.query for need in needs}) == len(needs) == 40
    for need in needs:
        assert read_query(need.asked(every=True)).notes == read_query(need.asked(every=False)).notes == ()
        assert set(need.grades.values()) <= {0, 1, 2, 3}
        assert max(need.grades.values()) >= 2
        assert all(canonical_id(key) == key for key in need.grades)
