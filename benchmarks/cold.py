"""What a command costs from its start: ``python benchmarks/cold.py [--size 100000] [--rounds 15]``.

Processor time (user and system) of a whole ``reftel search`` process over so many synthetic cables, beside that of a process which does nothing but
import NumPy and click, and of one that does so without the threads of NumPy's linear algebra, which reftel does not start. All are run in turns, so that
whatever else the machine does falls on all; the files are in the system's cache, and the modules' bytecode is cached. The goal is a median difference of
80 ms at 100,000 cables.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path

from cache import folder, iter_batches
from peers import run

GOAL = 80
_THREADS = "OPENBLAS_NUM_THREADS"
QUERY = '"Minsk Group" AND precedent'


def spent(command: list[str], environment: dict[str, str]) -> float:
    """Processor time of a process in ms."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000


def archive(size: int) -> Path:
    """The archive of benchmarks/page.py, built if it is not there."""
    place = folder() / f"page-reftel-{size}-1"
    if not place.exists():
        for _batch in iter_batches(size):
            pass  # the rows exist from here on
        place.mkdir()
        run("page-reftel", size, "build", 1)
    return place


def main() -> None:
    """Print both and the difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=100_000, help="cables")
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONDONTWRITEBYTECODE", _THREADS)}
    nothing = [sys.executable, "-c", "import numpy, click"]
    search = [str(Path(sys.executable).with_name("reftel")), "search", QUERY, "--archive", str(archive(options.size))]
    ways = ((nothing, environment), (nothing, environment | {_THREADS: "1"}), (search, environment))
    rounds = [[spent(*way) for way in ways] for _ in range(1 + options.rounds)][1:]
    plain, alone, whole = (statistics.median(times) for times in zip(*rounds, strict=True))
    more, more_than_alone = (statistics.median(times[2] - times[which] for times in rounds) for which in (0, 1))
    print(f"{options.size:,} cables: reftel search {whole:.0f} ms; {more:.0f} ms more than importing NumPy and click, {plain:.0f} ms (goal {GOAL});")
    print(f"{more_than_alone:.0f} ms more than that without NumPy's threads, {alone:.0f} ms")


if __name__ == "__main__":
    main()
