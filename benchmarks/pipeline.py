"""The whole pipeline: ``reftel index`` on a rendered ``cables.csv``: ``python benchmarks/pipeline.py [--cables 20000]``.

Rates are wall times of whole processes, with one worker and with one a core; beside them stands the processor time of all their processes,
which a busy machine changes less. The shares are processor times of a run with one worker, taken at the doors between the stages; what a
stage calls of another one counts for that one. The table goes to benchmarks/PIPELINE.md.
"""

from __future__ import annotations

import argparse
import collections
import datetime
import functools
import importlib
import json
import os
import platform
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from cache import folder
from report import processor
from synthetic import write_csv

STAGES = (
    ("rows of the dump", "indexer.reading", "iter_messages"),
    ("normalising", "indexer.text", "side_by_side"),
    ("words and values", "indexer.text", "record_of"),
    ("JSON", "record", "record_bytes"),
    ("manifest", "indexer.choosing", "Chooser.offer"),
    ("index: taking records", "engine.writer", "Writer.replace"),
    ("index: inverting", "engine.batch", "BatchMaker.take"),
    ("index: compressing", "engine.records", "Compressor.blocks"),
    ("index: writing segments", "engine.segment_writer", "SegmentBuilder.finish"),
    ("publishing", "indexer.build", "_Run.publish"),
)
"""Stage, module of reftel, and the function that is its door."""

_HEAD = """\
# The whole pipeline

Written by `make bench` on {date}: {machine}, {cores} cores, Python {python}, load {load:.1f} from other work.

`reftel index` on a `cables.csv` of {cables:,} synthetic cables, {megabytes:,.0f} MB.

"""


class Clock:
    """CPU time of every stage, of all threads. A stage that calls another one waits meanwhile."""

    def __init__(self) -> None:
        self.spent: collections.Counter[str] = collections.Counter()
        self._local = threading.local()

    def enter(self, stage: str) -> None:
        self._settle()
        self._local.stack.append(stage)

    def leave(self) -> None:
        self._settle()
        self._local.stack.pop()

    def _settle(self) -> None:
        now, local = time.thread_time(), self._local
        if not hasattr(local, "stack"):
            local.stack, local.since = [], now
        if local.stack:
            self.spent[local.stack[-1]] += now - local.since
        local.since = now

    def timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """``function`` with its time taken; of a generator function that of every step."""

        @functools.wraps(function)
        def call(*values: Any, **named: Any) -> Any:
            self.enter(stage)
            try:
                result = function(*values, **named)
            finally:
                self.leave()
            return self._steps(stage, result) if isinstance(result, Iterator) else result

        return call

    def _steps(self, stage: str, steps: Iterator[Any]) -> Iterator[Any]:
        while True:
            self.enter(stage)
            try:
                step = next(steps)
            except StopIteration:
                return
            finally:
                self.leave()
            yield step


def stages(source: Path, archive: Path) -> dict[str, float]:
    """Seconds of CPU time by stage, of a build with one worker in this process."""
    import reftel  # noqa: PLC0415 - the parent needs none of it

    clock = Clock()
    for stage, module, name in STAGES:
        owner: Any = importlib.import_module(f"reftel.{module}")
        *outer, last = name.split(".")
        for part in outer:
            owner = getattr(owner, part)
        setattr(owner, last, clock.timed(stage, getattr(owner, last)))
    before = time.process_time()
    reftel.build([source], archive, workers=1)
    total = time.process_time() - before
    return dict(clock.spent) | {"everything else": total - sum(clock.spent.values())}


def index(source: Path, archive: Path, workers: int) -> tuple[float, float]:
    """Wall seconds of a whole ``reftel index``, and seconds of processor time of all its processes."""
    shutil.rmtree(archive, ignore_errors=True)
    start, before = time.perf_counter(), os.times()
    command = [str(Path(sys.executable).with_name("reftel")), "index", str(source), "--archive", str(archive), "--workers", str(workers)]
    subprocess.run(command, check=True, capture_output=True)
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - start, spent


def dump(cables: int) -> Path:
    """The rendered ``cables.csv``; made once."""
    path = folder() / f"cables-{cables}.csv"
    if not path.exists():
        unfinished = path.with_suffix(".new")
        write_csv(unfinished, cables)
        unfinished.replace(path)
    return path


def tables(runs: dict[int, tuple[float, float]], spent: dict[str, float], cables: int) -> str:
    """Both tables in Markdown."""
    total = sum(spent.values())
    lines = ["| workers | cables/s | processor time, ms a cable |", "| ---: | ---: | ---: |"]
    lines += [f"| {workers} | {cables / wall:,.0f} | {used / cables * 1000:.2f} |" for workers, (wall, used) in runs.items()]
    lines.append("")
    lines += ["| stage | ms a cable | share |", "| --- | ---: | ---: |"]
    order = sorted(spent, key=lambda stage: -spent[stage])
    lines += [f"| {stage} | {spent[stage] / cables * 1000:.3f} | {spent[stage] / total:.0%} |" for stage in order]
    return "\n".join([*lines, f"| all | {total / cables * 1000:.3f} | |", ""])


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cables", type=int, default=20_000)
    parser.add_argument("--output", type=Path, default=Path(__file__).with_name("PIPELINE.md"))
    options = parser.parse_args()
    source, archive = dump(options.cables), folder() / "pipeline"
    many = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    runs = {workers: index(source, archive, workers) for workers in sorted({1, many})}
    shutil.rmtree(archive)
    done = subprocess.run([sys.executable, "-W", "ignore", __file__, "--stages", source, archive], check=True, capture_output=True, text=True)
    shutil.rmtree(archive)
    head = _HEAD.format(
        date=f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}", machine=processor(), cores=many, python=platform.python_version(),
        cables=options.cables, megabytes=source.stat().st_size / 1e6, load=load,
    )  # fmt: skip
    options.output.write_text(head + tables(runs, json.loads(done.stdout.splitlines()[-1]), options.cables), encoding="utf-8")
    print(options.output.read_text(encoding="utf-8"))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--stages"]:
        print(json.dumps(stages(Path(sys.argv[2]), Path(sys.argv[3]))))
    else:
        main()
