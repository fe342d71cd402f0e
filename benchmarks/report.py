"""The results of benchmarks/peers.py as Markdown."""

from __future__ import annotations

import datetime
import math
import os
import platform
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from queries import GOAL_GROUPS, GROUPS

_TITLES = {"reftel": "reftel", "reftel-default": "reftel, default fields", "tantivy": "tantivy-py", "fts5": "SQLite FTS5", "xapian": "Xapian", "whoosh": "plain Whoosh"}
_HEAD = """\
# Peers side by side

Written by `make bench` on {date}: {machine}, {cores} cores, Python {python}{load}. {versions}.

Every engine indexes the same words of subject, body and head and the same values, and keeps the same bytes to show a hit by. A query gives the exact
total and ten hits (and facets over all hits); words are looked for in the body, exactly. "reftel, default fields" asks the same in subject, body and
head together, as a bare word does. Each build and each engine's queries run in a fresh process; every class has 40 queries, asked five times over.
Times in ms, {clock}: p50 / p95 (first: p50 of the first round, before which nothing of a query was read; later rounds find in reftel's bounded memories
what they need of a word, and the first hits of a word asked for alone). "–": the engine has no query for the same cables. Proximity does not
reach across paragraphs in reftel; elsewhere it does, and finds some cables more. Plain Whoosh is run at 20,000 cables only: it takes minutes for a
class beyond. Rates: building from words in memory, cables a second, on so many cores with all threads and processes that an engine has. Peak memory:
process and largest child together. The text: subjects and paragraphs as received.
"""


def write_report(results: dict[int, dict[str, Any]], path: Path, clock: str, load: str) -> None:
    """Write the table of every size."""
    versions = {_TITLES[engine]: found["version"] for engines in results.values() for engine, found in engines.items() if "version" in found}
    head = _HEAD.format(
        date=f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}", machine=processor(), cores=os.cpu_count(), python=platform.python_version(),
        versions=", ".join(f"{name} {version}" for name, version in versions.items()), clock=clock, load=f", {load}" if load else "",
    )  # fmt: skip
    path.write_text("\n".join([head, *(_section(size, engines) for size, engines in results.items())]), encoding="utf-8")


def processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor() or platform.machine())


def _section(size: int, engines: dict[str, Any]) -> str:
    names = list(engines)
    rows = [[group, *(_times(engines[name], group) for name in names), _ratio(engines, group)] for group in GROUPS]
    rows += [[title, *(_number(engines[name].get(key)) for name in names), ""] for title, key in (
        ("build, cables/s, 1 core", "rate1"), ("build, cables/s, 2 cores", "rate2"), ("peak memory, MB, 1 core", "peak1"),
        ("peak memory, MB, 2 cores", "peak2"), ("index, MB", "megabytes"), ("index, share of the text", "share"),
    )]  # fmt: skip
    parts = [f"## {size:,} cables", "", *table(["", *(_TITLES[name] for name in names), "reftel : tantivy"], rows), ""]
    if "cold" in engines.get("reftel", {}):
        parts += [f"Cold start, the whole process of `reftel search`, its bytecode cached: {engines['reftel']['cold']:.2f} s.", ""]
    return "\n".join([*parts, *_means(engines), *earlier(engines, _TITLES), *_totals(engines)])


def earlier(engines: dict[str, Any], titles: dict[str, str]) -> list[str]:
    """The engines whose times are those of an earlier run."""
    return [f"- {titles[name]}: asked in an earlier run, on {found['earlier']}" for name, found in engines.items() if "earlier" in found]


def table(head: list[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]


def _times(engine: dict[str, Any], group: str) -> str:
    times = engine["queries"].get(group)
    return f"{short(times['p50'])} / {short(times['p95'])} ({short(times['first'])})" if times else "–"


def short(value: float) -> str:
    return f"{value:.3f}" if value < 1 else f"{value:.2f}" if value < 10 else f"{value:.0f}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}" if value >= 10 else f"{value:.2f}"


def _value(engines: dict[str, Any], engine: str, group: str, kind: str) -> float | None:
    times = engines.get(engine, {}).get("queries", {}).get(group)
    return times[kind] if times else None


def _ratio(engines: dict[str, Any], group: str) -> str:
    ours, theirs = _value(engines, "reftel", group, "p50"), _value(engines, "tantivy", group, "p50")
    return f"{ours / theirs:.2f}" if ours and theirs else ""


def _means(engines: dict[str, Any]) -> list[str]:
    """Geometric means of the ratios over the classes of the goals."""
    lines = []
    for other in ("tantivy", "fts5", "xapian", "whoosh"):
        means = [_mean(engines, other, kind) for kind in ("p50", "first")]
        if all(means):
            lines.append(f"- reftel : {_TITLES[other]}, geometric mean over the classes of the goals: {means[0]:.2g}; of their first rounds: {means[1]:.2g}")
    return [*lines, ""]


def _mean(engines: dict[str, Any], other: str, kind: str) -> float:
    """Geometric mean of the ratios over the classes of the goals that both have; 0 without any."""
    pairs = [(_value(engines, "reftel", group, kind), _value(engines, other, group, kind)) for group in GOAL_GROUPS]
    ratios = [ours / theirs for ours, theirs in pairs if ours and theirs]
    return math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else 0.0


def _totals(engines: dict[str, Any]) -> list[str]:
    """Where an engine finds another number of cables."""
    lines = []
    wanted = engines.get("reftel", {}).get("queries", {})
    for name, engine in engines.items():
        for group, times in engine["queries"].items():
            pairs = list(zip(times["totals"], wanted.get(group, times)["totals"], strict=False))
            different = sum(ours != theirs for ours, theirs in pairs)
            if different and name != "reftel-default":
                lines.append(f"- {_TITLES[name]}, {group}: {different} of {len(pairs)} totals differ from reftel's")
    return [*lines, ""]
