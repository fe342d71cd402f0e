"""What a user waits for: ``python benchmarks/page.py [--sizes 20000,100000] [--engines page-reftel,page-tantivy]``.

A page of twenty hits with marked passages, by every engine's own means (benchmarks/pages.py), over the cables and query classes of
benchmarks/peers.py. The first round of a class, before which nothing of its queries was read, and the later four are told apart. The table goes
to benchmarks/PAGE.md.
"""

from __future__ import annotations

import datetime
import math
import os
import platform
from pathlib import Path
from typing import Any

import peers
from cache import folder, iter_batches
from queries import GROUPS
from report import earlier, processor, short, table

TITLES = {
    "page-reftel": "reftel", "page-reftel-typed": "reftel, as typed", "page-tantivy": "tantivy-py", "page-fts5": "SQLite FTS5", "page-xapian": "Xapian",
}  # fmt: skip
_HEAD = """\
# A page, as a user gets it

Written by `python benchmarks/page.py` on {date}: {machine}, {cores} cores, Python {python}{load}. {versions}.

Twenty hits with date, classification and subject, the exact total (and facets), and passages with the matched words marked: two paragraphs a hit
through `reftel.open(…).search`, the passage of `SnippetGenerator` (1,000 characters) in tantivy, of `snippet()` (64 words) in FTS5, of `MSet.snippet`
(1,000 characters) in Xapian. "reftel, as typed" asks bare words: subject, body and head, with inflections. Every class has 40 queries, asked five
times over in a fresh process. Times in ms, {clock}: median of the later four rounds (of the first round, before which nothing of a query was read). "–": the
engine has no query for the same cables. Phrases reach across paragraphs everywhere but
in reftel, and tantivy marks no words that a prefix or a spelling variant stands for.
In the later rounds reftel has in memory how a query was read and where its words stand, as far as its caches reach; the owner's query is one and the
same, so that its first round is mostly such a later one too.
The engines without pages, on the same queries: RESULTS.md.
"""

Results = dict[str, Any]


def main() -> None:
    """Measure what is asked for and write the table."""
    options = peers.read_options(__doc__, TITLES, "PAGE.md")
    (folder() / "queries.json").unlink(missing_ok=True)
    results: dict[int, Results] = {}
    for size in map(int, options.sizes.split(",")):
        for _batch in iter_batches(size):
            pass  # the rows exist from here on
        results[size] = {}
        for engine in filter(peers.available, options.engines.split(",")):
            results[size][engine] = peers.measure(engine, size, keep=options.keep, earlier=engine in options.earlier.split(","))
            _write(results, options.output, peers.clock(options), options.load)  # again and again: a run takes long
    print(options.output.read_text(encoding="utf-8"))


def _write(results: dict[int, Results], path: Path, clock: str, load: str) -> None:
    versions = {TITLES[engine]: found["version"] for engines in results.values() for engine, found in engines.items() if "version" in found}
    head = _HEAD.format(
        date=f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}", machine=processor(), cores=os.cpu_count(), python=platform.python_version(),
        load=f", {load}" if load else "", clock=clock, versions=", ".join(f"{name} {version}" for name, version in versions.items()),
    )  # fmt: skip
    path.write_text("\n".join([head, *(line for size, engines in results.items() for line in _section(size, engines))]), encoding="utf-8")


def _section(size: int, engines: Results) -> list[str]:
    times = {name: found["queries"] for name, found in engines.items()}
    ours, theirs = times.get("page-reftel", {}), times.get("page-tantivy", {})
    ratios = {
        kind: {group: ours[group][kind] / theirs[group][kind] for group in GROUPS if group in ours and group in theirs} for kind in ("later", "first")
    }
    rows = [
        [group, *(_cell(found.get(group)) for found in times.values()), *(f"{ratios[kind][group]:.2f}" if group in ratios[kind] else "" for kind in ratios)]
        for group in GROUPS
    ]
    means = [f"{math.exp(sum(map(math.log, each.values())) / len(each)):.2f}" if each else "" for each in ratios.values()]
    rows.append(["geometric mean", *([""] * len(times)), *means])
    lines = table(["", *map(TITLES.__getitem__, times), "reftel : tantivy", "first rounds"], rows)
    return [f"## {size:,} cables", "", *lines, "", *earlier(engines, TITLES), *_totals(times), ""]


def _cell(times: Results | None) -> str:
    return f"{short(times['later'])} ({short(times['first'])})" if times else "–"


def _totals(times: Results) -> list[str]:
    """Where an engine finds other numbers of cables."""
    lines = []
    wanted = times.get("page-reftel", {})
    for name, groups in times.items():
        for group, found in groups.items():
            pairs = list(zip(found["totals"], wanted.get(group, found)["totals"], strict=False))
            different = sum(mine != yours for mine, yours in pairs)
            if different and name != "page-reftel-typed":
                lines.append(f"- {TITLES[name]}, {group}: {different} of {len(pairs)} totals differ from reftel's")
    return lines


if __name__ == "__main__":
    main()
