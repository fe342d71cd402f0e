"""A real OpenSearch for the tests of this folder. They run where ``make test-cluster`` fetched one, and say why they don't elsewhere."""

from __future__ import annotations

import contextlib
import os
import sys
import urllib.request
from pathlib import Path

import pytest
from cluster.nodes import Cluster, missing

from reftel.search.engines.opensearch.address import parse_address
from reftel.search.engines.opensearch.client import connect
from reftel.search.engines.opensearch.writer import GenerationWriter

sys.path[:0] = [str(Path(__file__).parents[1] / "property"), str(Path(__file__).parent)]

SAMPLES = Path(__file__).parents[2] / "corpus_samples"


def pytest_collection_modifyitems(items):
    if os.environ.get("REFTEL_TEST_CLUSTER"):
        if lacking := missing():
            raise pytest.UsageError(lacking)
        return
    reason = "needs a real OpenSearch: make test-cluster"
    for item in items:
        if "cluster" in getattr(item, "fixturenames", ()) or "three" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def one_node(tmp_path_factory):
    with Cluster(tmp_path_factory.mktemp("one")) as nodes:
        yield nodes


@pytest.fixture(scope="module")
def cluster(one_node):
    """One node, without what other modules left: its memory is small."""
    yield one_node
    request = urllib.request.Request(f"{one_node.url()}/_all", method="DELETE")
    urllib.request.urlopen(request, timeout=60).close()


@pytest.fixture(scope="session")
def three(tmp_path_factory):
    """Three nodes. A test that kills one starts it again."""
    with Cluster(tmp_path_factory.mktemp("three"), 3) as nodes:
        yield nodes


@pytest.fixture(scope="session")
def fill():
    """Puts cables into a cluster under a name; the address."""

    def filled(nodes, name, cables, **options):
        address = f"opensearch://{nodes.hosts}/{name}"
        with contextlib.closing(connect(parse_address(address))) as connection, GenerationWriter(connection, **options) as writer:
            count = writer.write(cables)
            writer.publish(count)
        return address

    return filled
