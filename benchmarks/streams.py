"""How fast every hit of a question comes: ``python benchmarks/streams.py [--size 20000]``.

Over the archive of benchmarks/page.py: keys a second through the API, in the first run of an order and in the best of three, the same by a whole
``reftel search --all --format ids`` process, and lines of keywords in context a second, beside the way that reads every cable whole
(tests/property/kwic_oracle.py). Processor time throughout.
"""

from __future__ import annotations

import argparse
import collections
import itertools
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from cold import archive, spent
from queries import OWNER
from synthetic import words

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "property"))

KEYS_GOAL = 200_000
_LINES = 2000


def rate(items: Callable[[], Iterable[object]]) -> tuple[int, float]:
    """How many there are, and how many of them come in a second."""
    start = time.process_time()
    counted = itertools.count()
    collections.deque(zip(items(), counted, strict=False), maxlen=0)
    number = next(counted)
    return number, number / (time.process_time() - start)


def main() -> None:
    """Print all rates."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=20_000, help="cables")
    place = archive(parser.parse_args().size)
    import kwic_oracle  # noqa: PLC0415

    import reftel  # noqa: PLC0415
    from reftel.search.forms import with_forms  # noqa: PLC0415
    from reftel.search.snippets import CableText  # noqa: PLC0415

    opened = reftel.open(place)
    state = opened._state  # noqa: SLF001
    for query, sort in itertools.product(("*", "date:2005.."), ("id", "date", "relevance")):
        (number, first), *later = [rate(lambda: opened.keys(query, sort=sort)) for _ in range(3)]  # noqa: B023 - called at once
        print(f"keys of {query} by {sort}: {number:,}; {first:,.0f} a second in the first run, later {max(each for _, each in later):,.0f} (goal {KEYS_GOAL:,})")
    reftel_command = [str(Path(sys.executable).with_name("reftel"))]
    commands = [[*reftel_command, *arguments, "--archive", str(place)] for arguments in (("count", "*"), ("search", "*", "--all", "--format", "ids"))]
    began, whole = map(min, zip(*([spent(command, dict(os.environ)) for command in commands] for _ in range(5)), strict=True))
    rates = [f"{len(opened) * 1000 / taken:,.0f}" for taken in (whole, whole - began)]
    print(f"search '*' --all --format ids: {rates[0]} a second of the whole process, {rates[1]} of what it takes longer than to count them")

    def read_whole(query: str) -> Iterator[object]:
        plan = with_forms(state.engine, state.searcher.read(query).plan)
        for key in state.engine.scan(plan):
            cable = state.load(key)
            yield from kwic_oracle.kwic_lines(cable, CableText.of(cable), plan, 40)

    ranked = [word for word in words() if word.isascii() and len(word) > 1]
    phrase, word = OWNER[1][1:], OWNER[2][1]
    questions = (
        ranked[10], ranked[1000], ranked[50_000], f'"{" ".join(phrase)}" AND {word}', f'"{ranked[5]} {ranked[9]}"', f"{ranked[100]} w/5 {ranked[200]}",
        f"{ranked[60]} w/p {ranked[100]}", f"date:2005 {ranked[300]}",
    )  # fmt: skip
    for query in questions:
        opened.count(query)
        number, new = rate(lambda: itertools.islice(opened.kwic(query), _LINES))  # noqa: B023
        _, old = rate(lambda: itertools.islice(read_whole(query), _LINES))  # noqa: B023
        print(f"kwic {query}: {number:,} lines, {new:,.0f} a second; {new / old:.1f} times those of cables read whole")


if __name__ == "__main__":
    main()
