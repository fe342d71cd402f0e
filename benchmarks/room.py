"""What the reading room adds to a search, and fifty readers at once: ``python benchmarks/room.py [--archives FOLDER,FOLDER] [--readers 50]``.

Without archives those of benchmarks/page.py are built. The first page of ten queries a class is made in process: the hits alone, with the facets
of the page, and the page as HTML, each in a round of its own over what the round before has read. Then `reftel serve` is asked by readers who
read for up to eight seconds between two pages. The table goes to benchmarks/ROOM.md.
"""

from __future__ import annotations

import argparse
import datetime
import http.client
import os
import platform
import random
import re
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote_plus

import peers
from cache import folder, iter_batches
from pages import ReftelTyped
from queries import queries
from report import processor, table

import reftel
from reftel.room import pages
from reftel.room.app import Limits, Room
from reftel.room.guard import Door
from reftel.room.question import ON_A_PAGE, Question

_HEAD = """\
# The reading room

Written by `python benchmarks/room.py` on {date}: {machine}, {cores} cores, Python {python}{load}.

Ten queries a class of benchmarks/queries.py, as typed. Processor time in ms, median / 95th percentile of all queries: the hits alone
(`Archive.search`, {hits} hits), the same with the facets of the page, the page as HTML with all that it asks of the archive, and what it takes beyond the
search with its facets; the largest page in kB. Each is measured when the words of the query have been read before.

Readers: so many threads, each of which asks a page of `reftel serve` over one connection, reads for up to {pause:g} seconds, and asks again, for {seconds:g} seconds; wall
time in ms until the page has arrived, answers other than 200 counted.

"""


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--archives", default="", help="folders of archives, in place of new ones")
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--pause", type=float, default=8)
    parser.add_argument("--load", default="", help="what else the machine did, for the head of the table")
    parser.add_argument("--output", type=Path, default=Path(__file__).with_name("ROOM.md"))
    options = parser.parse_args()
    archives = [Path(each) for each in options.archives.split(",")] if options.archives else [_built(size) for size in (20_000, 100_000)]
    asked = _asked()
    rows = [_row(place, asked, options) for place in archives]
    head = _HEAD.format(
        date=datetime.date.today().isoformat(), machine=processor(), cores=os.cpu_count(), python=platform.python_version(), hits=ON_A_PAGE,
        load=f"; {options.load}" if options.load else "", pause=options.pause, seconds=options.seconds,
    )  # fmt: skip
    titles = ["cables", "hits", "with facets", "page", "beyond the search", "largest page", f"{options.readers} readers, p50 / p95", "pages", "not 200"]
    options.output.write_text(head + "\n".join(table(titles, rows)) + "\n", encoding="utf-8")
    print(options.output.read_text(encoding="utf-8"))


def _built(size: int) -> Path:
    for _batch in iter_batches(size):
        pass  # the rows exist from here on
    peers.measure("page-reftel", size, keep=True)
    return folder() / f"page-reftel-{size}-1"


def _asked() -> list[str]:
    typed = ReftelTyped(folder())
    return [typed.written(query.expression) for query in queries(10)]


def _row(place: Path, asked: list[str], options: argparse.Namespace) -> list[str]:
    archive = reftel.open(place)
    room = Room(archive, Door(frozenset()), Limits(), dict, own=False)
    largest = 0

    def page(question: Question) -> None:
        nonlocal largest
        largest = max(largest, len(room.response(pages.search_page(archive, question)).body))

    questions = [Question(text) for text in asked]
    facets = [pages.with_number(Question(), name) for name in pages.FACETS]
    ways: list[Callable[[Question], object]] = [
        lambda question: archive.search(question.query, limit=ON_A_PAGE),
        lambda question: archive.search(question.query, limit=ON_A_PAGE, facets=facets),
        page,
    ]
    for question in questions:
        page(question)
    times = [[_milliseconds(way, question) for question in questions] for way in ways]
    beyond = [whole - search for search, whole in zip(times[1], times[2], strict=True)]
    waits, other = _readers(place, asked, options)
    return [
        f"{len(archive):,}", *(f"{statistics.median(each):.1f} / {_p95(each):.1f}" for each in (*times, beyond)), f"{largest / 1000:.0f}",
        f"{statistics.median(waits):.0f} / {_p95(waits):.0f}", f"{len(waits):,}", str(other),
    ]  # fmt: skip


def _milliseconds(way: Callable[[Question], object], question: Question) -> float:
    begun = time.process_time()
    way(question)
    return 1000 * (time.process_time() - begun)


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def _readers(place: Path, asked: list[str], options: argparse.Namespace) -> tuple[list[float], int]:
    """The waiting times of all readers in ms, and how many answers had another status than 200."""
    command = [sys.executable, "-m", "reftel", "serve", "--archive", str(place), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as served:
        try:
            assert served.stdout
            found = re.search(r"localhost:(\d+)", served.stdout.readline())
            assert found
            waits: list[float] = []
            others: list[int] = []
            end = time.monotonic() + options.seconds
            readers = [
                threading.Thread(target=_read, args=(int(found[1]), random.Random(number), asked, end, options.pause, waits, others))
                for number in range(options.readers)
            ]
            for each in readers:
                each.start()
            for each in readers:
                each.join()
        finally:
            served.terminate()
    return waits, len(others)


def _read(port: int, choice: random.Random, asked: list[str], end: float, pause: float, waits: list[float], others: list[int]) -> None:
    connection = http.client.HTTPConnection("localhost", port, timeout=60)
    time.sleep(choice.uniform(0, pause))
    while time.monotonic() < end:
        begun = time.monotonic()
        connection.request("GET", f"/search?q={quote_plus(choice.choice(asked))}")
        response = connection.getresponse()
        response.read()
        waits.append(1000 * (time.monotonic() - begun))
        if response.status != 200:
            others.append(response.status)
        time.sleep(choice.uniform(0, pause))


if __name__ == "__main__":
    main()
