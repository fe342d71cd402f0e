"""The OpenSearch engine keeps the contract of all engines, on one shard and on three."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "property"))
import engine_contract

from reftel.engine.cache import Budget
from reftel.schema.errors import ArchiveClosed
from reftel.search import plan
from reftel.search.engines.opensearch.address import parse_address
from reftel.search.engines.opensearch.engine import OpenSearchEngine


@pytest.fixture(scope="module", params=[1, 3])
def opened(cluster, fill, request):
    address = fill(cluster, f"contract{request.param}", engine_contract.CABLES, shards=request.param)
    with contextlib.closing(OpenSearchEngine.open(parse_address(address))) as engine:
        yield engine


class TestOpenSearchEngine(engine_contract.EngineContract):
    @pytest.fixture
    def engine(self, opened):
        return opened

    def test_facets_of_more_values_than_are_told_at_once(self, engine, monkeypatch):
        wanted = engine.answer(plan.Request(plan.Everything(), limit=0, facets=(("tags", 1),))).facets
        monkeypatch.setattr("reftel.search.engines.opensearch.engine._BUCKETS", 1)
        monkeypatch.setattr("reftel.search.engines.opensearch.engine._IN_A_STEP", 2)
        found = engine.answer(plan.Request(plan.Everything(), limit=0, facets=(("tags", 1),))).facets
        assert found == wanted
        assert found["tags"].left_out == wanted["tags"].left_out

    def test_deep_pages_are_read_by_a_point_in_time(self, engine, monkeypatch):
        wanted = engine.answer(plan.Request(plan.Everything(), "date", limit=None))
        monkeypatch.setattr("reftel.search.engines.opensearch.engine._WINDOW", 1)
        monkeypatch.setattr("reftel.search.engines.opensearch.engine._PAGE", 2)
        assert engine.answer(plan.Request(plan.Everything(), "date", limit=None)) == wanted
        assert engine.answer(plan.Request(plan.Everything(), "date", 2, 2)).found == wanted.found[2:4]
        assert list(engine.scan(plan.Everything())) == engine_contract.ALL


def test_a_closed_engine_says_so(cluster, fill):
    engine = OpenSearchEngine.open(parse_address(fill(cluster, "closed", engine_contract.CABLES[:1])), Budget())
    engine.close()
    with pytest.raises(ArchiveClosed):
        engine.scan(plan.Everything())
