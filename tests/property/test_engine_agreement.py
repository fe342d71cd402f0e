"""The engine over arrays and the in-memory oracle give the same cables, totals, facets and orders for any plan over any cables."""

from __future__ import annotations

import dataclasses
import tempfile

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from plan_strategies import FACETS, SORTS, archives, paragraphs, plans, positional

from reftel.engine import bounds
from reftel.indexer.writer import CableWriter
from reftel.record import record_of
from reftel.schema.cable import Cable
from reftel.search import plan
from reftel.search.engines import array_engine, evaluation, memory, ranking
from reftel.search.engines.array_engine import ArrayEngine
from reftel.search.engines.memory import MemoryEngine
from reftel.search.walk import children

# Each example writes an index and asks it many plans; shrinking one takes minutes, so a failure is printed as it was found.
FEW = settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def index(cables: tuple[Cable, ...], folder: str, cut: int) -> ArrayEngine:
    """The cables in several segments, with one document that was replaced and one that was deleted."""
    with CableWriter(folder) as writer:
        for cable in cables[:cut]:
            writer.put(Cable(id=cable.id, subject="talks minsk", body="group") if cable.id else cable)
        writer.put(Cable(id="99GONE9", subject="talks minsk group", body="minsk"))
    with CableWriter(folder) as writer:
        for cable in cables:
            writer.put(cable)
        writer.delete("99GONE9")
    return ArrayEngine.open(folder)


@pytest.fixture(scope="module", params=["as it is", "every word common, no phrase rare", "passages of two hits"])
def compare(request):
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "every word common, no phrase rare":
            patch.setattr(bounds, "_COMMON", 1)
            patch.setattr(evaluation, "_FEW_PLACES", 0)
        if request.param == "passages of two hits":
            for module in (memory, ranking, array_engine):
                patch.setattr(module, "REACH", 2)
        yield check_with


def check_with(cables: tuple[Cable, ...], cut: int, requests: list[plan.Request]) -> None:
    oracle = MemoryEngine(map(record_of, cables))
    with tempfile.TemporaryDirectory() as folder:
        engine = index(cables, folder, cut)
        try:
            for request in requests:
                agree(engine, oracle, request)
        finally:
            engine.close()


def agree(engine: ArrayEngine, oracle: MemoryEngine, request: plan.Request) -> None:
    assert list(engine.scan(request.root)) == list(oracle.scan(request.root))
    got, wanted = engine.answer(request), oracle.answer(request)
    assert got.total == wanted.total
    assert got.facets == wanted.facets
    if request.sort != "relevance":
        assert [hit.key for hit in got.found] == [hit.key for hit in wanted.found]
        return
    assert [hit.key for hit in got.found] == [hit.key for hit in wanted.found]
    assert [hit.score for hit in got.found] == pytest.approx([hit.score for hit in wanted.found], abs=1e-8)
    if request.limit is not None:
        whole = engine.answer(dataclasses.replace(request, offset=0, limit=None)).found
        assert got.found == whole[request.offset : request.offset + request.limit]


windows = st.sampled_from(((0, None), (0, 20), (1, 2), (0, 0)))
sorts = st.sampled_from(("relevance", *SORTS, *(f"-{name}" for name in SORTS)))
facets = st.lists(st.tuples(st.sampled_from(FACETS), st.none() | st.integers(1, 2)), max_size=3, unique_by=lambda pair: pair[0]).map(tuple)
requests = st.builds(
    lambda root, sort, window, wanted: plan.Request(root, sort, *window, wanted), plans, sorts, windows, facets
)


@FEW
@given(archives(), st.integers(0, 4), st.lists(requests, min_size=8, max_size=16))
def test_any_plan(compare, cables, cut, asked):
    compare(cables, cut, asked)


@FEW
@given(archives(), st.lists(positional.map(plan.Request), min_size=8, max_size=16))
def test_words_phrases_and_proximities(compare, cables, asked):
    compare(cables, 2, asked)


@FEW
@given(archives(), st.lists(paragraphs.map(plan.Request), min_size=8, max_size=16))
def test_same_paragraph_and_marks(compare, cables, asked):
    compare(cables, 0, asked)


@FEW
@given(archives(), st.lists(plans, min_size=4, max_size=8).map(lambda roots: plan.And(tuple(roots))))
def test_explain_counts_what_each_node_holds_for(cables, root):
    oracle = MemoryEngine(map(record_of, cables))
    with tempfile.TemporaryDirectory() as folder:
        engine = index(cables, folder, 1)
        try:
            todo = [(engine.explain(root), False)]
            while todo:
                counted, inside = todo.pop()
                node = counted.node
                assert counted.documents == len(oracle.matches(plan.Paragraph(node) if inside else node))
                assert [child.node for child in counted.children] == list(children(node))
                todo += [(child, inside or isinstance(node, plan.Paragraph)) for child in counted.children]
        finally:
            engine.close()
