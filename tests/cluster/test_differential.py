"""The same cables, totals, facets, orders, scores and pages as the oracle and the embedded engine, for generated plans and for questions over pages."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "property"))
from plan_strategies import FACETS, SORTS, cables, paragraphs, plans, positional
from query_strategies import IDS

import reftel
from reftel.cluster.copying import copy_archive
from reftel.record import record_of
from reftel.schema.errors import QueryTooBroad
from reftel.search import plan
from reftel.search.engines.memory import MemoryEngine
from reftel.search.engines.opensearch.address import parse_address
from reftel.search.engines.opensearch.engine import OpenSearchEngine

_SAMPLES = Path(__file__).parents[2] / "corpus_samples"
_REAL = Path(__file__).parents[3] / "shared" / "corpus"
_CABLES, _PLANS = 40, 150
_GENERATE = settings(
    max_examples=_PLANS, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)


def _invented():
    """The same cables in every run."""
    found = []

    @seed(1)
    @settings(_GENERATE, max_examples=3 * _CABLES)
    @given(cables("X"))
    def collect(cable):
        found.append(cable)

    collect()
    kept = sorted(dict.fromkeys(found), key=lambda cable: -len(cable.paragraphs))[:_CABLES]
    ids = [*IDS, *(f"0{number % 10}BAKU{number}" for number in range(1000, 1000 + _CABLES))]
    return [msgspec.structs.replace(cable, id=identity) for cable, identity in zip(kept, ids, strict=False)]


@pytest.fixture(scope="module", params=[1, 3], ids=["one shard", "three shards"])
def both(cluster, fill, request):
    invented = _invented()
    address = fill(cluster, f"invented{request.param}", invented, shards=request.param)
    with contextlib.closing(OpenSearchEngine.open(parse_address(address))) as engine:
        yield engine, MemoryEngine(map(record_of, invented))


_sorts = st.sampled_from(("relevance", "relevance", *SORTS, *(f"-{name}" for name in SORTS)))
_facets = st.lists(st.tuples(st.sampled_from(FACETS), st.none() | st.integers(1, 2)), max_size=2, unique_by=lambda pair: pair[0]).map(tuple)
_windows = st.sampled_from(((0, None), (0, 20), (1, 2), (0, 0)))
_requests = st.builds(
    lambda root, sort, window, wanted: plan.Request(root, sort, *window, wanted), st.one_of(plans, positional, paragraphs), _sorts, _windows, _facets
)


@_GENERATE
@given(_requests)
def test_any_plan(both, request_):
    engine, oracle = both
    try:
        keys = list(engine.scan(request_.root))
    except QueryTooBroad:
        return
    assert keys == list(oracle.scan(request_.root))
    got, wanted = engine.answer(request_), oracle.answer(request_)
    assert (got.total, got.facets) == (wanted.total, wanted.facets)
    assert {name: top.left_out for name, top in got.facets.items()} == {name: top.left_out for name, top in wanted.facets.items()}
    assert [hit.key for hit in got.found] == [hit.key for hit in wanted.found]
    assert [hit.score for hit in got.found] == pytest.approx([hit.score for hit in wanted.found], abs=2e-9)


QUESTIONS = (
    '"Minsk Group" AND precedent', "minsk group", "kosovo OR karabakh", '"minsk group" w/p precedent', "para:(mark:S minsk)", "mark:>=C iran",
    "class:>=confidential date:2008", "qadhaf*", "qadhafi~1", "~gaddafi", "president NOT minister", "from:baku OR from:tbilisi", "tags:PREL,AJ",
    "refs:08*", "subject:iran", "united nations security council", "is:redacted", "has:refs nuclear", "co-operation", "f-16", '"u.s. ambassador"',
    "s*", "*", "economic growth OR trade deficit", "minister w/10 (oil OR gas)", "oil pre/5 company", "U.S. military assistance",
    "para:(minister NOT oil)", "the", "caveat:noforn government", "walk w/3 minsk w/3 co-chair", "signer:derse", "nothinglikethis", "embassy officials",
    "prec:>=immediate meeting", "al-qa'ida", '"prime minister" w/p election', "08BAKU9001",
)  # fmt: skip


@pytest.fixture(scope="module", params=["samples", "pages"])
def archives(cluster, request, tmp_path_factory):
    """An archive in a folder, and its copy in a cluster."""
    source = _SAMPLES if request.param == "samples" else _REAL
    if not source.is_dir():
        pytest.skip(f"no real pages in {source}")
    folder, address = tmp_path_factory.mktemp("embedded") / "archive", f"opensearch://{cluster.hosts}/{request.param}"
    reftel.build([source], folder)
    copy_archive(folder, parse_address(address), shards=2)
    with reftel.open(folder) as embedded, reftel.open(address) as copied:
        yield embedded, copied


def test_questions_over_pages(archives):
    embedded, copied = archives
    for question in QUESTIONS:
        for options in ({"facets": ("year:all", "from", "tags:3")}, {"sort": "-date", "offset": 3, "limit": 7}, {"sort": "from", "limit": 5}):
            assert _told(copied.search(question, **options)) == _told(embedded.search(question, **options)), question
        assert list(copied.keys(question)) == list(embedded.keys(question)), question
        assert list(copied.keys(question, sort="relevance")) == list(embedded.keys(question, sort="relevance")), question


def _told(page):
    """A page with its scores rounded, for a comparison."""
    hits = [hit.to_dict() | {"score": pytest.approx(hit.score, abs=2e-9)} for hit in page.hits]
    return page.query, page.total, page.notes, page.facets, hits


def test_every_tool_answers_the_same(archives):
    embedded, copied = archives
    question, some = "minsk OR president", next(iter(embedded.keys("has:refs")))
    assert len(copied) == len(embedded)
    asked = (
        lambda archive: archive.count(question),
        lambda archive: archive.cable(some),
        lambda archive: archive.versions(some),
        lambda archive: archive.timeline(question),
        lambda archive: archive.drill(question, "year>from:3"),
        lambda archive: archive.drill("minsk", "from", narrow=True),
        lambda archive: archive.terms(question),
        lambda archive: archive.similar(some),
        lambda archive: list(archive.duplicates()),
        lambda archive: archive.missing(),
        lambda archive: archive.citations(some),
        lambda archive: archive.citation_graph(question, depth=1),
        lambda archive: list(archive.kwic("minsk", sort="left")),
        lambda archive: [_without_score(hit) for hit in archive.matches(question)],
        lambda archive: archive.highlights(question, some),
        lambda archive: archive.neighbours(some),
        lambda archive: [answer.total for answer in archive.batch(["minsk", "precedent", "bad:field"])],
        lambda archive: _counts(archive.explain("minsk w/5 group para:(mark:S oil)").root),
        lambda archive: archive.last_run(),
        lambda archive: [hit.key for hit in archive.new_hits(question, after_run=0)],
        lambda archive: {name: value for name, value in archive.stats().items() if name not in ("archive", "bytes")},
    )
    for number, ask in enumerate(asked):
        assert ask(copied) == ask(embedded), number


def _without_score(hit):
    return hit.to_dict() | {"score": 0}


def _counts(node):
    return node.text, node.cables, [_counts(child) for child in node.children]
