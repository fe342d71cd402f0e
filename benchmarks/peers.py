"""Search engines side by side on the same synthetic cables: ``python benchmarks/peers.py [--sizes 20000,100000] [--engines reftel,tantivy]``.

Every build and every round of queries runs in a fresh process. A query class is asked query by query, `ROUNDS` times over; p50 and p95 are
over all those calls, "first" is the p50 of the first round, when nothing of a query was read before. The table goes to benchmarks/RESULTS.md.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import importlib.util
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from cache import Row, folder, iter_batches, text_bytes

ROUNDS = 5
SYSTEM_PYTHON = "/usr/bin/python3"
LARGEST = {"whoosh": 20_000}
"""Engines too slow for more cables than this."""

CLOCK = time.process_time if os.environ.get("BENCH_CLOCK") == "processor" else time.perf_counter
"""Processor time is what a busy machine measures calls by; nothing here waits for a disk."""

ENGINES = ("reftel", "reftel-default", "tantivy", "fts5", "xapian", "whoosh")
_SECONDS_A_CLASS = 30
Results = dict[str, Any]


# -- in the fresh process ----------------------------------------------------------------------------------------------------------------


class _Timer:
    """Passes batches on and leaves the time of reading them out."""

    def __init__(self, number: int, clock: Callable[[], float]) -> None:
        self._batches, self._clock, self.outside = iter_batches(number), clock, 0.0

    def __iter__(self) -> Iterator[list[Row]]:
        while True:
            start = self._clock()
            batch = next(self._batches, None)
            self.outside += self._clock() - start
            if batch is None:
                return
            yield batch


def build(engine: str, size: int, cores: int) -> Results:
    """Build a new index on so many cores. Peak memory in MB: this process and the largest of its children together."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
    adaptor = _adaptor(engine, size, cores)
    clock = CLOCK if cores == 1 else time.perf_counter  # what several cores spend together is not how long it takes
    batches = _Timer(size, clock)
    start = clock()
    adaptor.build(batches, cores)
    spent = clock() - start - batches.outside
    peak = sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    bytes_used = sum(file.stat().st_size for file in _place(engine, size, cores).rglob("*") if file.is_file())
    return {"version": adaptor.version, "rate": size / spent, "peak": peak, "megabytes": bytes_used / 1e6}


def ask(engine: str, size: int, queries: list[Results]) -> dict[str, Results]:
    """Times in ms of every class, and the totals found."""
    adaptor = _adaptor(engine, size, 1)
    adaptor.open()
    groups: dict[str, list[Results]] = {}
    for query in queries:
        groups.setdefault(query["group"], []).append(query)
    return {group: times for group, members in groups.items() if (times := _times(adaptor, members))}


def _times(adaptor: Any, queries: list[Results]) -> Results:
    calls = [adaptor.prepare(query) for query in queries]
    if None in calls:
        return {}
    rounds: list[list[float]] = []
    totals: list[int] = []
    began = time.perf_counter()
    for _ in range(ROUNDS):
        spent = []
        for call in calls:
            start = CLOCK()
            total = call()
            spent.append((CLOCK() - start) * 1000)
            if not rounds:
                totals.append(total)
            if time.perf_counter() - began > _SECONDS_A_CLASS:
                break
        rounds.append(spent)
        if time.perf_counter() - began > _SECONDS_A_CLASS:
            break
    flat = sorted(value for spent in rounds for value in spent)
    later = [value for spent in rounds[1:] for value in spent] or rounds[0]
    return {
        "p50": statistics.median(flat), "p95": flat[int(len(flat) * 0.95)], "first": statistics.median(rounds[0]),
        "later": statistics.median(later), "totals": totals,
    }  # fmt: skip


def _adaptor(engine: str, size: int, cores: int) -> Any:
    from adaptors import ADAPTORS  # noqa: PLC0415 - the parent needs no engine
    from pages import PAGES  # noqa: PLC0415

    return {**ADAPTORS, **PAGES}[engine](_place(engine, size, cores))


def _place(engine: str, size: int, cores: int) -> Path:
    return folder() / f"{engine}-{size}-{cores}"


# -- in the parent -----------------------------------------------------------------------------------------------------------------------


def run(engine: str, *arguments: object) -> Results:
    """What this script gives back in a fresh process."""
    python = SYSTEM_PYTHON if engine.endswith("xapian") else sys.executable
    command = [python, "-W", "ignore", __file__, "--run", engine, *map(str, arguments)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{engine} {arguments} failed:\n{done.stderr}")
    result: Results = json.loads(done.stdout.splitlines()[-1])
    return result


def available(engine: str) -> bool:
    """Whether an engine can be run here."""
    engine = engine.removeprefix("page-")
    if engine == "xapian":
        return Path(SYSTEM_PYTHON).exists() and not subprocess.run([SYSTEM_PYTHON, "-c", "import xapian"], check=False, capture_output=True).returncode
    return engine not in ("tantivy", "whoosh") or importlib.util.find_spec(engine) is not None


def measure(engine: str, size: int, *, keep: bool, earlier: bool = False) -> Results:
    """Everything measured of one engine at one size.

    ``keep``: an index that is already there is asked, not rebuilt; ``earlier``: the times that an earlier run took are given, where there are some.
    """
    report = folder() / f"{engine}-{size}.build.json"
    if engine in ("reftel-default", "page-reftel-typed"):
        return _asked(engine, size, earlier=False)
    if not (keep and report.exists()):
        report.write_text(json.dumps(_builds(engine, size)))
    built: Results = json.loads(report.read_text())
    built["share"] = built["megabytes"] * 1e6 / text_bytes(size)
    return built | _asked(engine, size, earlier=earlier)


def _asked(engine: str, size: int, *, earlier: bool) -> Results:
    """The times of all classes as ``queries``, and as ``earlier`` the day they were taken on, if that was in an earlier run."""
    answers = folder() / f"{engine}-{size}.asked.json"
    if earlier and answers.exists():
        day = datetime.datetime.fromtimestamp(answers.stat().st_mtime, datetime.UTC)
        return {"queries": json.loads(answers.read_text()), "earlier": f"{day:%Y-%m-%d}"}
    queries = run(engine, size, query_file())
    answers.write_text(json.dumps(queries))
    return {"queries": queries}


def read_options(about: str | None, engines: Iterable[str], output: str) -> argparse.Namespace:
    """The options of a run over ``engines``; the process ends where other ones are named."""
    engines = list(engines)
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--sizes", default="20000,100000", help="numbers of cables; 250000 on request")
    parser.add_argument("--engines", default=",".join(engines))
    parser.add_argument("--keep", action="store_true", help="ask indexes that an earlier run left, where there are some")
    parser.add_argument("--earlier", default="", metavar="ENGINES", help="engines of which the times of an earlier run are given, where there are some")
    parser.add_argument("--processor", action="store_true", help="times of the processor, for a machine that is busy")
    parser.add_argument("--load", default="", help="what else the machine did, for the head of the table")
    parser.add_argument("--output", type=Path, default=Path(__file__).with_name(output))
    given = parser.parse_args()
    known = set(engines)
    if unknown := {*given.engines.split(","), *filter(None, given.earlier.split(","))} - known:
        parser.error(f"no engine {', '.join(sorted(unknown))}; there are {', '.join(sorted(known))}")
    if given.processor:
        os.environ["BENCH_CLOCK"] = "processor"  # for the processes that ask
    return given


def _builds(engine: str, size: int) -> Results:
    result: Results = {}
    for cores in (2, 1) if engine in ("reftel", "tantivy") else (1,):
        shutil.rmtree(_place(engine, size, cores), ignore_errors=True)
        _place(engine, size, cores).mkdir()
        made = run(engine, size, "build", cores)
        result |= made | {f"rate{cores}": made["rate"], f"peak{cores}": made["peak"]}
        if cores > 1:
            shutil.rmtree(_place(engine, size, cores))
    return result


def query_file() -> Path:
    """The queries of all classes, in a file."""
    path = folder() / "queries.json"
    if not path.exists():
        from queries import queries  # noqa: PLC0415 - needs NumPy

        path.write_text(json.dumps([dataclasses.asdict(query) for query in queries()]))
    return path


def clock(options: argparse.Namespace) -> str:
    """What the times are, for the head of the table."""
    return "processor time" if options.processor else "wall time"


def cold_start(size: int) -> float:
    """Median wall time in seconds of a whole ``reftel search`` process, the files in the system's cache.

    As in a user's installation the modules' bytecode is cached: PYTHONDONTWRITEBYTECODE is unset in the process, and a run before the
    seven that are measured writes it.
    """
    from cold import archive  # noqa: PLC0415

    command = [str(Path(sys.executable).with_name("reftel")), "search", '"Minsk Group" AND precedent', "--archive", str(archive(size))]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    times = []
    for _ in range(1 + 7):
        start = time.perf_counter()
        done = subprocess.run(command, check=False, capture_output=True, env=environment)
        if done.returncode > 1:  # 1: no hits
            done.check_returncode()
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])


def add_manifest(archive: Path) -> None:
    """Give an index built without sources the manifest of an archive of one cable."""
    from synthetic import write_csv  # noqa: PLC0415

    import reftel  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch, "one.csv")
        write_csv(source, 1)
        reftel.build([source], Path(scratch, "archive"))
        shutil.copyfile(Path(scratch, "archive", "manifest.sqlite"), archive / "manifest.sqlite")


def main() -> None:
    """Measure what is asked for and write the table."""
    options = read_options(__doc__, ENGINES, "RESULTS.md")
    from report import write_report  # noqa: PLC0415

    (folder() / "queries.json").unlink(missing_ok=True)
    results: dict[int, Results] = {}
    for size in map(int, options.sizes.split(",")):
        for _batch in iter_batches(size):
            pass  # the rows exist from here on
        found = results[size] = {}
        for engine in filter(available, options.engines.split(",")):
            if size <= LARGEST.get(engine, size):
                found[engine] = measure(engine, size, keep=options.keep, earlier=engine in options.earlier.split(","))
                print(size, engine, {name: round(value, 1) for name, value in found[engine].items() if isinstance(value, float)}, flush=True)
                if engine == "reftel":
                    found["reftel"]["cold"] = cold_start(size)
                write_report(results, options.output, clock(options), options.load)  # again and again: a run takes long
    print(options.output.read_text())


def _child(engine: str, size: str, task: str, *cores: str) -> None:
    if task == "build":
        result: Iterable[Any] = build(engine, int(size), int(cores[0]))
    else:
        result = ask(engine, int(size), json.loads(Path(task).read_text()))
    print(json.dumps(result))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        _child(*sys.argv[2:])
    else:
        main()
