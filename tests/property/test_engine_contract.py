"""The engines that need nothing but this process keep the contract."""

from __future__ import annotations

import engine_contract
import pytest

from reftel.indexer.writer import CableWriter
from reftel.search.engines.array_engine import ArrayEngine


@pytest.fixture(scope="module")
def oracle():
    return engine_contract.oracle()


@pytest.fixture(scope="module")
def whoosh(tmp_path_factory):
    folder = tmp_path_factory.mktemp("contract")
    with CableWriter(folder) as writer:
        for cable in engine_contract.CABLES:
            writer.put(cable)
    engine = ArrayEngine.open(folder)
    yield engine
    engine.close()


class TestMemoryEngine(engine_contract.PlanContract):
    @pytest.fixture
    def engine(self, oracle):
        return oracle


class TestArrayEngine(engine_contract.EngineContract):
    @pytest.fixture
    def engine(self, whoosh):
        return whoosh
