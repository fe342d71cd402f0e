"""An archive in a folder and one in a cluster that the same runs fill, and what they must have in common."""

from __future__ import annotations

import contextlib
import os

import reftel
from reftel.archive import store_of
from reftel.cli import run
from reftel.cluster.copying import copy_archive
from reftel.indexer.build import build_selection
from reftel.indexer.sources import Selection
from reftel.search.engines.opensearch.address import parse_address
from reftel.search.engines.opensearch.engine import OpenSearchEngine

_TEXT = "R 010000Z JAN 08\nFM AMEMBASSY BAKU\nTO SECSTATE WASHDC\nC O N F I D E N T I A L BAKU {serial:06}\nSUBJECT: {words}\n\n1. (C) {words} talks.\nDERSE\n"
_COUNTED = ("added", "replaced", "removed", "total", "read_files", "unchanged_files", "removed_files", "held", "allowed", "new", "outcomes", "warnings",
            "duplicates", "failures", "known_failures", "run", "steps")  # fmt: skip
_QUESTIONS = ("minsk group", "*", "kosovo OR precedent", '"minsk group" w/p precedent', "qadhaf*", "walk", "co-chair", "f-16")


def write(folder, serial, words):
    path = folder / f"{serial}.txt"
    path.write_text(_TEXT.format(serial=serial, words=words), "utf-8")
    os.utime(path, (1_700_000_000 + len(words), 1_700_000_000))
    return path


class Twins:
    """One archive in a folder and one in a cluster, filled by the same runs."""

    def __init__(self, nodes, name, folder, dask=None):
        self.dask = dask
        self.folder, self.address, self.copied = folder, f"opensearch://{nodes.hosts}/{name}", parse_address(f"opensearch://{nodes.hosts}/{name}-copy")

    def run(self, sources, **options):
        wish = {"wish": options.pop("wish")} if "wish" in options else {}
        reports = []
        for store in (store_of(self.folder), store_of(self.address, dask=self.dask)):
            selection = Selection(tuple(map(str, sources)))
            reports.append(build_selection(selection, store, **wish, **options))
        there, here = ({name: getattr(report, name) for name in _COUNTED} for report in reports)
        assert here == there
        return reports[1]

    def same(self):
        with reftel.open(self.folder) as embedded, reftel.open(self.address) as filled:
            assert list(filled.keys()) == list(embedded.keys())
            for key in list(embedded.keys()):
                assert filled.cable(key) == embedded.cable(key)
                assert filled.versions(key) == embedded.versions(key)
            for question in _QUESTIONS:
                assert list(filled.keys(question, sort="relevance")) == list(embedded.keys(question, sort="relevance")), question
                assert filled.search(question, facets=("from:all", "tags:all")).facets == embedded.search(question, facets=("from:all", "tags:all")).facets
            assert filled.last_run() == embedded.last_run()
        copy_archive(self.folder, self.copied)
        assert words(self.address) == words(str(self.copied))
        assert run(["verify", "-A", self.address]) == 0


def words(address):
    with contextlib.closing(OpenSearchEngine.open(parse_address(address))) as engine:
        body = {"query": {"match_all": {}}, "sort": [{"field": "asc"}, {"word": "asc"}, {"wider": "asc"}], "_source": ["roots"]}
        pages = engine._connection.pages(f"{engine.index}-words", body, 10_000)
        return [(*hit["sort"], hit["_source"]["roots"]) for page in pages for hit in page["hits"]["hits"]]
