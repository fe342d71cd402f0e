"""What packing costs: the queries of the comparison over packed numbers and over the same numbers unpacked.

``python benchmarks/packing.py [--cables 100000]`` asks the index that benchmarks/peers.py left: as it is, and with every stream of packed
numbers (gaps, frequencies, positions) in memory as a plain array of the narrowest type. Each in a fresh process, in turns; the table goes
to benchmarks/PACKING.md.
"""

from __future__ import annotations

import argparse
import datetime
import json
import math
import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import peers
from cache import folder, text_bytes
from queries import GROUPS
from report import processor

ROUNDS = 5
"""Processes of each way, in turns; the fastest counts, as a machine that is shared has slow spells."""

_LIMIT = 1.2  # of the time over unpacked numbers
_HEAD = """\
# What packing costs

Written by `make bench` on {date}: {machine}, {cores} cores, Python {python}; {cables:,} synthetic cables.

Gaps, frequencies and positions take {packed:,.0f} MB packed and {plain:,.0f} MB as plain arrays of the narrowest type; the whole index {index:,.0f} MB
and {unpacked:,.0f} MB, {index_share:.2f} and {unpacked_share:.2f} of the text of the cables. Times in ms of a query asked again, and of its first time: medians of
a class, in the fastest of {rounds} processes.

"""


class Plain:
    """Does what `reftel.engine.packing.Packed` does, for numbers that are not packed."""

    def __init__(self, packed: Any) -> None:
        self._numbers = packed.slice(0, packed.count)
        self.count = packed.count

    @property
    def nbytes(self) -> int:
        return int(self._numbers.nbytes)

    def slice(self, first: int, last: int) -> Any:
        return self._numbers[first:last]

    def take(self, numbers: Any) -> Any:
        return self._numbers[numbers]


def unpack() -> list[int]:
    """Have every field that is opened from now on hold plain arrays; gives the bytes that they take, as they come."""
    from reftel.engine.postings import FieldPostings  # noqa: PLC0415 - the parent needs no engine

    original, sizes = FieldPostings._packed, []  # noqa: SLF001 - the one place where packed numbers come from

    def plain(self: Any, kind: str, count: int) -> Any:
        made = Plain(original(self, kind, count))
        sizes.append(made.nbytes)
        return made

    FieldPostings._packed = plain  # type: ignore[method-assign]  # noqa: SLF001
    return sizes


def ask(cables: int, way: str, queries: Path) -> dict[str, Any]:
    """Times of every class, and for ``plain`` the bytes of the arrays."""
    sizes = unpack() if way == "plain" else []
    times = peers.ask("reftel", cables, json.loads(queries.read_text(encoding="utf-8")))
    return {"times": times, "bytes": sum(sizes)}


def measure(cables: int, queries: Path) -> tuple[dict[str, dict[str, dict[str, float]]], int]:
    """By way and class the lowest median of all processes, and the bytes of the plain arrays."""
    found: dict[str, list[dict[str, Any]]] = {"packed": [], "plain": []}
    size = 0
    for _ in range(ROUNDS):
        for way, rounds in found.items():
            command = [sys.executable, "-W", "ignore", __file__, "--ask", str(cables), way, str(queries)]
            result = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1])
            rounds.append(result["times"])
            size = max(size, result["bytes"])
    medians = {
        way: {group: {kind: min(times[group][kind] for times in rounds) for kind in ("p50", "first")} for group in GROUPS}
        for way, rounds in found.items()
    }
    return medians, size


def packed_bytes(index: Path) -> int:
    """Bytes of the packed streams of an index, with the starts of their blocks."""
    from reftel.engine import names  # noqa: PLC0415
    from reftel.engine.container import MappedContainer  # noqa: PLC0415

    kinds = tuple("/" + kind for kind in (names.GAPS, names.FREQUENCIES, names.POSITIONS))
    total = 0
    for path in index.glob("*.seg"):
        file = MappedContainer(path)
        total += sum(file.size(name) for name in file.names if name.removesuffix(names.STARTS).endswith(kinds))
    return total


def table(medians: dict[str, dict[str, dict[str, float]]]) -> str:
    """Classes in Markdown, with the ratios."""
    lines = ["|  | packed | plain | packed : plain | first, packed | first, plain | packed : plain |", "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"]
    ratios: dict[str, list[float]] = {"p50": [], "first": []}
    for group in GROUPS:
        cells = [group]
        for kind, all_ratios in ratios.items():
            packed, plain = medians["packed"][group][kind], medians["plain"][group][kind]
            all_ratios.append(packed / plain)
            cells += [f"{packed:.3f}", f"{plain:.3f}", f"{packed / plain:.2f}"]
        lines.append(f"| {' | '.join(cells)} |")
    means = {kind: math.exp(statistics.fmean(map(math.log, found))) for kind, found in ratios.items()}
    lines.append(f"| geometric mean | | | {means['p50']:.2f} | | | {means['first']:.2f} |")
    slow = [group for group, ratio in zip(GROUPS, ratios["p50"], strict=True) if ratio > _LIMIT]
    return "\n".join([*lines, "", f"More than a fifth slower than over plain arrays: {', '.join(slow) or 'no class'}.", ""])


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cables", type=int, default=100_000)
    parser.add_argument("--output", type=Path, default=Path(__file__).with_name("PACKING.md"))
    options = parser.parse_args()
    index = folder() / f"reftel-{options.cables}-1" / "index"
    if not index.is_dir():
        raise SystemExit(f"no index of {options.cables} cables: run benchmarks/peers.py first")
    medians, plain = measure(options.cables, peers.query_file())
    packed, whole = packed_bytes(index), sum(path.stat().st_size for path in index.iterdir())
    text = text_bytes(options.cables)
    head = _HEAD.format(
        date=f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}", machine=processor(), cores=os.cpu_count(), python=platform.python_version(), cables=options.cables,
        rounds=ROUNDS, packed=packed / 1e6, plain=plain / 1e6, index=whole / 1e6, unpacked=(whole - packed + plain) / 1e6,
        index_share=whole / text, unpacked_share=(whole - packed + plain) / text,
    )  # fmt: skip
    options.output.write_text(head + table(medians), encoding="utf-8")
    print(options.output.read_text(encoding="utf-8"))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--ask"]:
        print(json.dumps(ask(int(sys.argv[2]), sys.argv[3], Path(sys.argv[4]))))
    else:
        main()
