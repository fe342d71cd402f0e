"""What a page costs in a cluster: ``python benchmarks/in_cluster.py [--size 100000] [--nodes 3] [--heap 1g]``, after ``make build/cluster/.ready``.

The archive of benchmarks/page.py is copied to so many nodes of OpenSearch on this machine by ``reftel copy``. Then a page of twenty hits with two paragraphs
each and three facets is asked for ten queries of every class, as typed: a first round, and three later ones. Totals and facets have to be those
of the folder. The table goes to benchmarks/CLUSTER.md.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))

from cache import folder
from cluster.nodes import Cluster
from cold import archive as build_archive
from pages import ReftelTyped
from queries import GROUPS, queries
from report import processor, short, table

import reftel

FACETS = ("year", "from", "class")
_LATER = 3
_WARMING = 20
_HEAD = """\
# A page in a cluster

Written by `python benchmarks/in_cluster.py` on {date}: {machine}, {cores} cores, Python {python}{load}.

{size:,} synthetic cables of 7.5 KB on {nodes} nodes of OpenSearch with a heap of {heap}, {nodes} shards and no replica, all on this machine, which asks them too.
Filling by `reftel copy` from a folder: {filling:.0f} s by the clock; processor time a cable {client:.2f} ms of the process that copies, {servers:.2f} ms of the nodes
together. The cables take {cables:.0f} MB, the words {words:.0f} MB; in the folder the index takes {there:.0f} MB.

A page of twenty hits with two marked paragraphs each and the facets `year`, `from` and `class` over all hits, for ten queries a class. Times in ms by the
clock, medians: of the later three rounds, each by an archive just opened that has counted what the question finds, of the first round, and in the folder (later
rounds). The goal is 100 ms. OpenSearch tells its own processor time once a second, so that of classes which are quickly through is rough. Before all that,
twenty other queries of every class are asked, so that the Java machines are warm, as where people use them.

"""


def main() -> None:
    """Fill a cluster, ask it, write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=100_000, help="cables")
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--heap", default="1g", help="of each node")
    parser.add_argument("--load", default="", help="what else the machine did, for the head of the table")
    parser.add_argument("--output", type=Path, default=Path(__file__).with_name("CLUSTER.md"))
    options = parser.parse_args()
    place = build_archive(options.size)
    java = (f"-Xms{options.heap}", f"-Xmx{options.heap}", "-XX:+UseSerialGC", "-Xshare:auto")
    with tempfile.TemporaryDirectory() as home, Cluster(Path(home), options.nodes, java=java) as nodes:
        address = f"opensearch://{nodes.hosts}/bench"
        before, start = _spent(nodes), time.perf_counter()
        subprocess.run([sys.executable, "-m", "reftel", "copy", str(place), address, "--replicas", "0"], check=True)
        filling, used = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        own = used.ru_utime + used.ru_stime  # the nodes are children too, but not yet waited for
        sizes = {each["index"]: int(each["store.size"]) / 1e6 for each in _asked(nodes, "_cat/indices?format=json&bytes=b")}
        words = sum(size for name, size in sizes.items() if name.endswith("-words"))
        head = _HEAD.format(
            date=datetime.datetime.now(datetime.UTC).date(), machine=processor(), cores=os.cpu_count(), python=platform.python_version(),
            load=f"; {options.load}" if options.load else "", size=options.size, nodes=options.nodes, heap=options.heap, filling=filling,
            client=1000 * own / options.size, servers=(_spent(nodes) - before) / options.size, words=words,
            cables=sum(sizes.values()) - words, there=sum(file.stat().st_size for file in (place / "index").iterdir()) / 1e6,
        )  # fmt: skip
        print(head, flush=True)
        with reftel.open(address) as cluster, reftel.open(place) as there:
            _write(options.output, head, _rows(address, cluster, there, nodes))
    print(options.output.read_text(encoding="utf-8"))


def _rows(address: str, cluster: reftel.Archive, there: reftel.Archive, nodes: Cluster) -> list[list[str]]:
    typed, groups = ReftelTyped(folder()), dict[str, list[str]]()
    for query in queries(_WARMING, seed=0):
        cluster.search(typed.written(query.expression), facets=FACETS)
    for query in queries(10):
        groups.setdefault(query.group, []).append(typed.written(query.expression))
    rows, every = [], list[float]()
    for group in GROUPS:
        asked = groups[group]
        same = [_totals(cluster.search(each, limit=0, facets=FACETS)) == _totals(there.search(each, limit=0, facets=FACETS)) for each in asked]
        if not all(same):
            raise SystemExit(f"{group}: another total or facet than in the folder: {[each for each, equal in zip(asked, same, strict=True) if not equal]}")
        first = [_milliseconds(cluster, each) for each in asked]
        before, own = _spent(nodes), time.process_time()
        later = [_afresh(address, each) for _round in range(_LATER) for each in asked]
        own, servers = 1000 * (time.process_time() - own) / len(later), (_spent(nodes) - before) / len(later)
        folder_times = [_milliseconds(there, each) for _round in range(1 + _LATER) for each in asked][len(asked) :]
        every += later
        rows.append([group, *(short(statistics.median(times)) for times in (later, first, folder_times)), short(own), short(servers)])
        print(rows[-1], flush=True)
    quantiles = statistics.quantiles(every, n=20)
    rows.append(["all, median / p95", f"{statistics.median(every):.0f} / {quantiles[-1]:.0f}", *[""] * 4])
    return rows


def _totals(page: reftel.Page) -> object:
    return page.total, {name: [(bucket.value, bucket.count) for bucket in buckets] for name, buckets in page.facets.items()}


def _milliseconds(archive: reftel.Archive, query: str) -> float:
    start = time.perf_counter()
    archive.search(query, facets=FACETS)
    return 1000 * (time.perf_counter() - start)


def _afresh(address: str, query: str) -> float:
    """As a question whose words are known and which was not asked before: by an archive just opened, which has counted what it finds."""
    with reftel.open(address) as cluster:
        cluster.count(query)
        return _milliseconds(cluster, query)


def _spent(nodes: Cluster) -> float:
    """Processor time of all nodes so far, in ms."""
    return float(sum(node["process"]["cpu"]["total_in_millis"] for node in _asked(nodes, "_nodes/stats/process")["nodes"].values()))


def _asked(nodes: Cluster, path: str) -> Any:
    with urllib.request.urlopen(f"{nodes.url()}/{path}", timeout=30) as answer:
        return json.load(answer)


def _write(path: Path, head: str, rows: Sequence[Sequence[str]]) -> None:
    titles = ["", "later", "first", "folder", "of that the client's processor", "the nodes' processors"]
    path.write_text(head + "\n".join(table(titles, rows)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
