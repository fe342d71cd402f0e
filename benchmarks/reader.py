"""How fast the reader is: pages and rows a second on one core, beside the time that lxml alone takes for the same pages.

usage: reader.py [--pages FOLDER] [--seconds N]

Without ``--pages`` the real pages of ../shared/corpus are read, or those of corpus_samples where that folder is absent. Times are CPU
times of this process, the best of several passes over all pages; the passes take turns, so that a busy machine slows all lines alike.
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import platform
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from importlib import metadata
from pathlib import Path

from lxml import etree

import reftel
from reftel.schema.cable import Cable

ROOT = Path(__file__).resolve().parents[1]
GOALS = {"cablegate-html": 400, "cables-csv": 800}
"""Cables a second on one core."""
PASSES = 3
"""The fewest passes that are timed."""


@dataclasses.dataclass(frozen=True, slots=True)
class Timing:
    """Cables of one pass and the CPU seconds of the fastest."""

    name: str
    cables: int
    seconds: float

    @property
    def rate(self) -> float:
        return self.cables / self.seconds


def find_pages(folder: Path | None) -> list[Path]:
    """Pages of the folder named, else of the first of the usual folders that has any."""
    folders = [folder] if folder else [ROOT.parent / "shared" / "corpus", ROOT / "corpus_samples"]
    found = (sorted(path.rglob("*.html")) for path in folders)
    return next((pages for pages in found if pages), [])


def fastest(works: dict[str, Callable[[], object]], seconds: float) -> dict[str, float]:
    """CPU seconds of the fastest pass of each work: at least `PASSES` rounds, and more while ``seconds`` last, behind one not counted."""
    times: dict[str, list[float]] = {name: [] for name in works}
    begin = time.process_time()
    for round_number in itertools.count():
        if round_number > PASSES and time.process_time() - begin > seconds:
            return {name: min(found[1:]) for name, found in times.items()}
        for name, work in works.items():
            start = time.process_time()
            work()
            times[name].append(time.process_time() - start)
    raise AssertionError("the rounds have an end")


# -- the two containers and the peer -----------------------------------------------------------------------------------------------


def read_all(paths: Iterable[Path]) -> int:
    return sum(1 for path in paths for _ in reftel.read_cables(path))


def parse_all(paths: Iterable[Path]) -> int:
    """What no reader of these pages can do without: read the file, parse it, take the text of its blocks and cells."""
    count = 0
    for path in paths:
        root = etree.fromstring(path.read_bytes(), etree.HTMLParser(encoding="utf-8"))
        for tag in ("pre", "td", "h3"):
            count += sum(len("".join(map(str, element.itertext()))) for element in root.iter(tag))
    return count


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def row_of(number: int, cable: Cable) -> str:
    """The cable as a row of the eight-column dump: no pilcrows, quotes escaped by a backslash, real line breaks."""
    year, month, day, hour, minute = re.findall(r"\d+", cable.date or "2008-01-01T00:00")[:5]
    moment = f"{int(month)}/{int(day)}/{year} {int(hour)}:{minute}"
    references = "|".join(reference.id for reference in cable.refs if reference.id)
    fields = (str(number), moment, cable.id or "", cable.origin or "", cable.classification or "", references, cable.header, cable.body.replace("¶", ""))
    return ",".join(map(quoted, fields))


def write_rows(pages: Iterable[Path], path: Path) -> int:
    """Render the cables of the pages into one dump; their number."""
    cables = [cable for page in pages for cable in reftel.read_cables(page)]
    path.write_text("".join(f"{row_of(number, cable)}\n" for number, cable in enumerate(cables, 1)), "utf-8")
    return len(cables)


def measure(pages: list[Path], seconds: float) -> list[Timing]:
    with tempfile.TemporaryDirectory() as folder:
        dump = Path(folder) / "cables.csv"
        rows = write_rows(pages, dump)
        works: dict[str, tuple[int, Callable[[], object]]] = {
            "cablegate-html": (len(pages), lambda: read_all(pages)),
            "cables-csv": (rows, lambda: read_all([dump])),
            "lxml alone": (len(pages), lambda: parse_all(pages)),
        }
        times = fastest({name: work for name, (_, work) in works.items()}, seconds)
        return [Timing(name, works[name][0], times[name]) for name in works]


# -- the table ------------------------------------------------------------------------------------------------------------------------


def machine() -> str:
    """Processor, system and the versions that matter, in one line."""
    versions = [f"{name} {metadata.version(name)}" for name in ("reftel", "lxml")]
    return ", ".join((processor(), f"{platform.system()} {platform.machine()}", f"Python {platform.python_version()}", *versions))


def processor() -> str:
    """Name of the processor where the system tells it."""
    table = Path("/proc/cpuinfo")
    match = re.search(r"model name\s*: (.+)", table.read_text("utf-8")) if table.exists() else None
    return " ".join(match[1].split()) if match else platform.processor() or "unknown processor"


def table(timings: list[Timing]) -> str:
    """The timings in Markdown, each beside its goal and the time of lxml alone."""
    peer = timings[-1]
    lines = ["| what | cables | ms a cable | cables/s | goal | times lxml alone |", "|---|---:|---:|---:|---:|---:|"]
    for timing in timings:
        milliseconds = 1000 / timing.rate
        goal = GOALS.get(timing.name)
        lines.append(
            f"| {timing.name} | {timing.cables} | {milliseconds:.2f} | {timing.rate:,.0f} | {goal or ''} | {peer.rate / timing.rate:.1f} |"
        )
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure the reader.")
    parser.add_argument("--pages", type=Path, help="folder of mirror pages (default: ../shared/corpus, else corpus_samples)")
    parser.add_argument("--seconds", type=float, default=10.0, help="CPU time spent on all passes")
    options = parser.parse_args()
    pages = find_pages(options.pages)
    if not pages:
        print("no pages to read", file=sys.stderr)
        return 4
    size = sum(page.stat().st_size for page in pages)
    print(f"{len(pages)} pages, {size / len(pages) / 1024:.1f} KiB each; {machine()}\n")
    timings = measure(pages, options.seconds)
    print(table(timings))
    missed = [timing.name for timing in timings if timing.rate < GOALS.get(timing.name, 0)]
    if missed:
        print(f"\nbelow the goal: {', '.join(missed)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
