"""What each cache spares: ``python benchmarks/caches.py [--size 10000] [--rounds 25]``.

The query classes of benchmarks/queries.py, typed as a person types them, through the searcher: reading, notes, hints, forms, and the engine's first twenty
keys; no record is read. One archive is opened twice, once with all caches and once without the one in question, and asked in turns,
so that whatever else the machine does falls on both. The table goes to benchmarks/CACHES.md.
"""

# ruff: noqa: PLC0415, SLF001
from __future__ import annotations

import argparse
import contextlib
import datetime
import importlib
import json
import operator
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import Any

from cache import folder
from peers import query_file
from report import processor, table

_HEAD = """\
# What each cache spares

Written by `python benchmarks/caches.py` on {date}: {machine}, {cores} cores, Python {python}; {size:,} synthetic cables.

How much longer a query class takes without a cache, all others in place: processor time of {number} queries a class through the searcher (reading, notes,
hints, forms, the first twenty keys; no record is read), the shortest of rounds 2 to {rounds}, asked in turns with and without. Shown are the three classes
of {classes} that it spares most, and the median of all. Two openings that both have all caches differ by the line "nothing".

All of these draw on one budget (`engine/cache.py`). Synthetic cables hold hardly a name of the table of spellings: over 900 real ones a question for a
`~name` took half to twice as long again without the notes on names. Measured in the same way, and gone since then, as no class took 5 % more than the noise
without them: the bases of a word, the numbers of places, the parts of an AND, the fields of an expression, a word in one field, hints by name and by word. The keys of
documents, which spared up to 20 %, are read each time too, all of a window at once: that costs some 5 µs a question of ten hits.
"""

# By cache: whose it is, from the state of an opened archive on, its name there, and what takes its place; without that an empty cache.
LEFT_OUT: dict[str, tuple[str, str, str | None] | None] = {
    "nothing": None,
    "words": ("engine._words", "_scored", None),
    "postings and places": ("engine._reader", "_cache", None),
    "first hits": ("engine", "_first_hits", None),
    "rare phrases": ("engine._evaluation", "_phrases", None),
    "terms": ("engine._words", "terms", "_terms"),
    "last parts": ("engine._words", "last_parts", "_last_parts"),
    "forms": ("engine._words", "forms", "_forms_in_cables"),
    "sums of postings": ("engine._words", "total_postings", "_total_postings"),
    "outlines": ("engine._evaluation", "outline", "reftel.search.engines.outline:outline"),
    "hints by question": ("searcher._names", "_hints", None),
    "notes on names": ("searcher._names", "_note_on", "_stands_for"),
}


@contextlib.contextmanager
def left_out(name: str, state: Any) -> Iterator[None]:
    """One cache does not keep anything."""
    from reftel.engine.cache import Budget, Cache

    place = LEFT_OUT[name]
    if place is None:
        yield
        return
    path, attribute, plain = place
    owner = operator.attrgetter(path)(state)
    kept = getattr(owner, attribute)
    if plain is None:
        instead: Any = Cache(Budget(0), lambda _value: 0)
    elif ":" in plain:
        module, _, function = plain.partition(":")
        instead = getattr(importlib.import_module(module), function)
    else:
        instead = getattr(owner, plain)
    setattr(owner, attribute, instead)
    try:
        yield
    finally:
        setattr(owner, attribute, kept)


def archive(size: int) -> Path:
    """An archive of so many synthetic cables, built once."""
    place = folder() / f"caches-{size}"
    if not place.exists():
        from peers import add_manifest
        from synthetic import iter_cables

        from reftel.indexer.writer import CableWriter

        unfinished = place.with_name(place.name + ".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        with CableWriter(unfinished / "index", memory_mb=256) as writer:
            for cable in iter_cables(size):
                writer.put(cable)
        add_manifest(unfinished)
        unfinished.rename(place)
    return place


def measure(name: str, size: int, number: int, rounds: int) -> dict[str, list[float]]:
    """By class, the times of a query in microseconds with and without a cache."""
    from pages import PAGE, ReftelTyped

    import reftel
    from reftel.search.forms import forms_note
    from reftel.search.plan import Request
    from reftel.search.searcher import parse_facet, parse_sort

    place = archive(size)
    typed = ReftelTyped(place)
    states = [reftel.open(place)._state for _ in range(2)]
    groups: dict[str, list[dict[str, Any]]] = {}
    for query in json.loads(query_file().read_text()):
        groups.setdefault(query["group"], []).append(query)
    groups["~name"] = [{"text": text} for text in ("~hezbollah", "~qadhafi", "~kyiv minister", '~"abu mazen"', "~lerovnyk")]

    def ask(state: Any, query: dict[str, Any]) -> None:
        read = state.searcher.read(query["text"])
        request = Request(read.plan, parse_sort(query.get("sort", "relevance")), query.get("offset", 0), PAGE, tuple(map(parse_facet, query.get("facets", ()))))
        answer = state.engine.answer(request)
        state.searcher._notes(read, answer.total)
        if answer.found:
            forms_note(state.engine, read.plan)

    found = {}
    for group, queries in groups.items():
        asked = [query if "text" in query else query | {"text": typed.written(query["expression"])} for query in queries[:number]]
        times: list[list[float]] = [[], []]
        for _ in range(rounds):
            for which, state in enumerate(states):
                with left_out(name, state) if which else contextlib.nullcontext():
                    start = time.process_time()
                    for query in asked:
                        ask(state, query)
                    times[which].append((time.process_time() - start) / len(asked) * 1e6)
        found[group] = [min(each[1:]) for each in times]
    return found


def main() -> None:
    """Measure every cache and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=10000, help="cables; an index that `benchmarks/peers.py` left")
    parser.add_argument("--number", type=int, default=8, help="queries a class")
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--without", help="measure this cache alone and print the numbers")
    parser.add_argument("--output", type=Path, default=Path(__file__).with_name("CACHES.md"))
    options = parser.parse_args()
    if options.without:
        print(json.dumps(measure(options.without, options.size, options.number, options.rounds)))
        return
    def run(name: str) -> dict[str, list[float]]:
        command = [sys.executable, "-W", "ignore", __file__, "--without", name, "--size", str(options.size)]
        command += ["--number", str(options.number), "--rounds", str(options.rounds)]
        found: dict[str, list[float]] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        return found

    archive(options.size)
    query_file()
    rows = []
    for name, times in zip(LEFT_OUT, ThreadPool(2).imap(run, LEFT_OUT), strict=True):
        gains = sorted(((without / kept - 1) * 100, group) for group, (kept, without) in times.items())
        most = ", ".join(f"{group} {gain:+,.0f} %" for gain, group in reversed(gains[-3:]))
        rows.append([name, most, str(sum(gain >= 5 for gain, _ in gains)), f"{gains[len(gains) // 2][0]:+,.0f} %"])
        print(rows[-1], flush=True)
    head = _HEAD.format(
        date=f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}", machine=processor(), cores=os.cpu_count(), python=platform.python_version(),
        size=options.size, number=options.number, rounds=options.rounds, classes=len(times),
    )  # fmt: skip
    lines = table(["without", "longer by", "classes by 5 % or more", "median"], rows)
    options.output.write_text("\n".join([head, *lines, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
