"""How often a command asks the cluster: requests cost more than anything else where it is far away."""

from __future__ import annotations

from pathlib import Path

import pytest

import reftel
from reftel.cluster.copying import copy_archive
from reftel.search.engines.opensearch.address import parse_address

_SAMPLES = Path(__file__).parents[2] / "corpus_samples"
_FACETS = ("year", "from", "class")


@pytest.fixture(scope="module")
def address(cluster, tmp_path_factory):
    folder, address = tmp_path_factory.mktemp("requests") / "archive", f"opensearch://{cluster.hosts}/requests"
    reftel.build([_SAMPLES], folder)
    copy_archive(folder, parse_address(address))
    return address


@pytest.fixture
def asked(monkeypatch):
    """The requests so far."""
    from opensearchpy import Transport

    made, perform = [], Transport.perform_request

    def counted(self, method, url, *arguments, **named):
        made.append(f"{method} {url}")
        return perform(self, method, url, *arguments, **named)

    monkeypatch.setattr(Transport, "perform_request", counted)
    return made


@pytest.mark.parametrize(
    ("ask", "first", "later"),
    [
        (lambda archive: archive.search("minsk", facets=_FACETS), 4, 1),
        (lambda archive: archive.search("minsk group talks", facets=_FACETS), 5, 0),
        (lambda archive: archive.search("minsk AND talks", facets=_FACETS), 5, 0),
        (lambda archive: archive.search("~gaddafi", facets=_FACETS), 6, 1),
        (lambda archive: archive.search("*", sort="date", facets=_FACETS), 1, 1),
        (lambda archive: archive.search("class:confidential", facets=_FACETS), 1, 1),
        (lambda archive: archive.count("from:baku"), 1, 0),
        (lambda archive: list(archive.keys("from:baku")), 3, 3),
        (lambda archive: archive.facets("*", _FACETS), 1, 0),
        (lambda archive: archive.drill("*", "year>from>class"), 3, 3),
        (lambda archive: archive.heat_map("*"), 2, 1),
        (lambda archive: archive.timeline("*"), 1, 0),
        (lambda archive: archive.cable("06REYKJAVIK9012"), 1, 1),
        (lambda archive: archive.explain("minsk AND group"), 6, 2),
    ],
)
def test_few_requests(address, asked, ask, first, later):
    with reftel.open(address) as archive:
        for most in (first, later):
            asked.clear()
            ask(archive)
            assert len(asked) <= most, asked


def test_a_page_behind_the_first_has_its_texts_with_it(address, asked):
    with reftel.open(address) as archive:
        archive.search("minsk OR group", limit=2, facets=_FACETS)
        asked.clear()
        archive.search("minsk OR group", limit=2, offset=2, facets=_FACETS)
        assert len(asked) == 1
