"""How an archive grows: ``python benchmarks/growth.py [--cables 1000000]``.

Short synthetic cables (about 2 KB), written in dumps of 10,000 just before they are read, come into one archive by ``reftel index``. At every size of
`SIZES`, and for each tenth of the whole: the rate, processor time and peak memory of the run that added them, of a run that finds nothing new, of one
with 100 new files and of ``reftel verify``; the size of the archive; and the times of questions. Numbers go to benchmarks/GROWTH.csv, which
GROWTH.md and growth.svg are made from (``--draw`` makes those two alone).
"""

from __future__ import annotations

import argparse
import csv
import datetime
import itertools
import json
import math
import os
import platform
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from cache import folder
from queries import queries
from report import processor, short, table
from synthetic import iter_cables, telegram, write_rows

from reftel.schema.cable import Cable

SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000)
TOKENS, PARAGRAPHS = 180, 4
DUMP = 10_000
NEW_FILES = 100
KINDS = {"rare": "rare term", "AND": "two terms AND", "owner's": "owner's query", "dates": "date range AND term", "page": "common term"}
"""Names of the classes here and in benchmarks/queries.py. ``page`` is a page of 20 with two marked paragraphs a hit, the others give the total and the ids of ten hits."""

_REFTEL = str(Path(sys.executable).with_name("reftel"))
_HERE = Path(__file__).parent
_SAMPLED = 0.25  # seconds
Numbers = dict[str, float]


# -- running and watching --------------------------------------------------------------------------------------------------------------


def run(*command: str) -> Numbers:
    """A process to its end: wall and processor seconds, peak of all its processes in MB (shared pages once), and of that what no file holds."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    watch = _Watch(process.pid)
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    watch.end()
    if process.returncode:
        sys.exit(f"{' '.join(command)}: exit status {process.returncode}\n{said}")
    return {"wall": wall, "processor": used.ru_utime + used.ru_stime, "peak": watch.peak, "peak_anonymous": watch.anonymous}


class _Watch:
    """Looks at a process and those it started, several times a second."""

    def __init__(self, pid: int) -> None:
        self.peak = self.anonymous = 0.0
        self._pid, self._ended = pid, threading.Event()
        self._thread = threading.Thread(target=self._go_on)
        self._thread.start()

    def end(self) -> None:
        self._ended.set()
        self._thread.join()

    def _go_on(self) -> None:
        while not self._ended.wait(_SAMPLED):
            sums = [sum(column) / 1024 for column in zip(*map(_memory, _family(self._pid)), strict=True)]
            if sums:
                self.peak, self.anonymous = max(self.peak, sums[0]), max(self.anonymous, sums[1])


def _family(pid: int) -> list[int]:
    """A process and all below it."""
    found = [pid]
    for each in found:
        try:
            tasks = Path(f"/proc/{each}/task").iterdir()
            found += [int(child) for task in tasks for child in (task / "children").read_text(encoding="ascii").split()]
        except OSError:
            continue  # it has ended
    return found


def _memory(pid: int) -> tuple[int, int]:
    """KB that a process has, its share of what it shares; and how much of that is memory without a file."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0, 0
    values = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines[1:])}
    return values["Pss"], values["Pss_Anon"]


# -- questions, in a fresh process -----------------------------------------------------------------------------------------------------


def ask(archive: Path) -> Numbers:
    """For every class the median of first questions and of later ones, in ms of processor time."""
    import pages  # noqa: PLC0415 - the parent needs none of it

    from reftel import open as open_archive  # noqa: PLC0415

    opened, text_of = open_archive(archive), pages.Reftel(archive).written
    found: Numbers = {}
    for name, group in KINDS.items():
        call = _page if name == "page" else _ids
        calls = [call(opened.search, text_of(list(query.expression))) for query in queries() if query.group == group]
        rounds = [[_timed(call) for call in calls] for _ in range(5)]
        found[f"{name}_first"] = statistics.median(rounds[0])
        found[f"{name}_later"] = statistics.median(itertools.chain(*rounds[1:]))
    return found


def _ids(search: Callable[..., object], text: str) -> Callable[[], object]:
    return lambda: [hit.id for hit in search(text, limit=10).hits]  # type: ignore[attr-defined]


def _page(search: Callable[..., object], text: str) -> Callable[[], object]:
    def call() -> object:
        hits = search(text, limit=20).hits  # type: ignore[attr-defined]
        return [(hit.subject_highlights, [(part.text, part.highlights) for part in hit.paragraphs]) for hit in hits]

    return call


def _timed(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return (time.process_time() - start) * 1000


# -- growing ---------------------------------------------------------------------------------------------------------------------------


def grow(most: int, place: Path) -> Iterator[tuple[int, Numbers]]:
    """Sizes and what was measured there."""
    shutil.rmtree(place, ignore_errors=True)
    sources, archive = place / "sources", place / "archive"
    (sources / "single").mkdir(parents=True)
    cables = iter_cables(most, tokens=TOKENS, paragraphs=PARAGRAPHS)
    singles = iter_cables(len(SIZES) * NEW_FILES, seed=2, tokens=TOKENS, paragraphs=PARAGRAPHS)
    command = (_REFTEL, "index", str(sources), "--archive", str(archive), "--quiet")
    before = 0
    for size in sorted({min(size, most) for size in (*SIZES, *range(most // 10, most + 1, most // 10))}):
        _write_dumps(sources, cables, before, size)
        found = {f"added_{name}": value for name, value in run(*command).items()} | {"added": float(size - before)}
        if size in SIZES or size == most:
            found |= _looked_at(command, sources, archive, singles)
        before = size
        yield size, found
    segments = float(len(list((archive / "index").glob("*.seg"))))
    found = {f"merged_{name}": value for name, value in run(sys.executable, __file__, "--merge", str(archive)).items()}
    yield before, found | {"segments": segments}


def _write_dumps(sources: Path, cables: Iterator[Cable], before: int, size: int) -> None:
    for start in range(before, size, DUMP):
        write_rows(sources / f"cables-{start:07}.csv", itertools.islice(cables, min(DUMP, size - start)))


def _looked_at(command: Sequence[str], sources: Path, archive: Path, singles: Iterator[Cable]) -> Numbers:
    found = {f"unchanged_{name}": value for name, value in run(*command).items()}
    for cable in itertools.islice(singles, NEW_FILES):
        (sources / "single" / f"{cable.id}S.txt").write_text(telegram(cable), encoding="utf-8")
    found |= {f"files_{name}": value for name, value in run(*command).items()}
    found |= {f"verify_{name}": value for name, value in run(_REFTEL, "verify", "--archive", str(archive)).items()}
    found["megabytes"] = sum(file.stat().st_size for file in archive.rglob("*") if file.is_file()) / 1e6
    found["source_megabytes"] = sum(file.stat().st_size for file in sources.rglob("*") if file.is_file()) / 1e6
    answer = subprocess.run([sys.executable, __file__, "--ask", str(archive)], check=True, stdout=subprocess.PIPE, text=True)
    found |= json.loads(answer.stdout.splitlines()[-1])
    cold = [run(_REFTEL, "search", '"Minsk Group" AND precedent', "--archive", str(archive)) for _ in range(5)]
    return found | {"cold": statistics.median(each["processor"] for each in cold) * 1000, "cold_peak": max(each["peak"] for each in cold)}


def merge(archive: Path) -> None:
    """All segments of a copy of the index into one. The copy is of links: segments are written once and never changed."""
    from reftel.engine.writer import open_writer  # noqa: PLC0415
    from reftel.indexer.writer import field_specs  # noqa: PLC0415
    from reftel.schema.inflections import bases_of_each  # noqa: PLC0415

    copy = archive.with_name("merged")
    shutil.copytree(archive / "index", copy, copy_function=os.link)
    open_writer(copy, field_specs(), roots=bases_of_each).commit(optimize=True)
    shutil.rmtree(copy)


# -- what is written -------------------------------------------------------------------------------------------------------------------

_HEAD = """\
# How an archive grows

Written by `python benchmarks/growth.py` on {date}: {machine}, {cores} cores, Python {python}{load}. The numbers: GROWTH.csv; the curves: growth.svg.

{most:,} synthetic cables of some {kilobytes:.1f} KB come into one archive by `reftel index`, in dumps of {dump:,} that are written just before they are read.
Peak memory is that of all processes together, pages that several share counted once, and the pages of the index that are in memory with it; in
brackets what stands in no file and can't be dropped.

"""
_QUESTIONS = """\
Questions, ms of processor time: first ones in a fresh process (later ones). A *page* has twenty hits with two marked paragraphs each, the others give
the ids of ten hits and the exact total. *Cold*: the whole process of `reftel search` with the owner's query. The exponent is that of the growth from
{before:,} to {most:,} cables: 1 would be as fast as the archive grows.

"""


def write(rows: dict[int, Numbers], load: str) -> None:
    """The numbers as CSV."""
    with (_HERE / "GROWTH.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("cables", "measure", "value"))
        out.writerow((0, "load: " + load, 0))
        out.writerows((size, name, f"{value:.4g}" if value < 1000 else f"{value:.0f}") for size, numbers in rows.items() for name, value in numbers.items())


def read() -> tuple[dict[int, Numbers], str]:
    """What `write` wrote, and what else the machine did."""
    rows: dict[int, Numbers] = {}
    load = ""
    with (_HERE / "GROWTH.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["measure"].startswith("load: "):
                load = row["measure"].removeprefix("load: ")
            else:
                rows.setdefault(int(row["cables"]), {})[row["measure"]] = float(row["value"])
    return rows, load


def page(rows: dict[int, Numbers], load: str) -> str:
    """The tables in Markdown."""
    looked = {size: numbers for size, numbers in rows.items() if "verify_wall" in numbers}
    most = max(looked)
    head = _HEAD.format(
        date=f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}", machine=processor(), cores=os.cpu_count(), python=platform.python_version(),
        load=f", {load}" if load else "", most=most, kilobytes=looked[most]["source_megabytes"] * 1000 / most, dump=DUMP,
    )  # fmt: skip
    lines = table(
        ["cables", "added", "cables/s", "ms of processor a cable", "peak, MB"],
        [[f"{size:,}", f"{each['added']:,.0f}", f"{each['added'] / each['added_wall']:,.0f}", short(each["added_processor"] / each["added"] * 1000), _peak(each, "added")]
         for size, each in rows.items()],
    )  # fmt: skip
    lines += ["", *table(
        ["cables", "nothing new, s", "peak", f"{NEW_FILES} new files, s", "peak", "verify, s", "peak", "archive, MB", "of the sources"],
        [[f"{size:,}", *itertools.chain(*((short(each[f"{what}_wall"]), _peak(each, what)) for what in ("unchanged", "files", "verify"))),
          f"{each['megabytes']:,.0f}", short(each["megabytes"] / each["source_megabytes"])] for size, each in looked.items()],
    ), ""]  # fmt: skip
    if "merged_wall" in rows[most]:
        merged = f"{rows[most]['merged_wall']:,.0f} s, peak {_peak(rows[most], 'merged')} MB."
        several = f"The {rows[most]['segments']:.0f} segments of {most:,} cables into one: {merged}"
        lines += [several if rows[most]["segments"] > 1 else "The last run with 100 new files made all segments into one.", ""]
    before = max((size for size in looked if size < most), default=most)
    lines += [_QUESTIONS.format(before=before, most=most) + "\n".join(table(
        ["cables", *KINDS, "cold"],
        [[f"{size:,}", *(f"{short(each[f'{kind}_first'])} ({short(each[f'{kind}_later'])})" for kind in KINDS), short(each["cold"])] for size, each in looked.items()]
        + [["exponent", *(" (".join(_exponent(looked, before, most, f"{kind}_{when}") for when in ("first", "later")) + ")" for kind in KINDS), _exponent(looked, before, most, "cold")]],
    )), ""]  # fmt: skip
    return head + "\n".join(lines)


def _peak(numbers: Numbers, what: str) -> str:
    return f"{numbers[f'{what}_peak']:,.0f} ({numbers[f'{what}_peak_anonymous']:,.0f})"


def _exponent(looked: dict[int, Numbers], before: int, most: int, name: str) -> str:
    if before == most:
        return "–"
    return f"{math.log(looked[most][name] / looked[before][name]) / math.log(most / before):.2f}"


def draw(rows: dict[int, Numbers]) -> None:
    """Rate, memory, questions and nights over the size of the archive."""
    import matplotlib as mpl  # noqa: PLC0415

    mpl.use("svg")
    mpl.rcParams |= {"svg.hashsalt": "reftel", "svg.fonttype": "none", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False}
    import matplotlib.pyplot as plt  # noqa: PLC0415
    from matplotlib.ticker import NullFormatter, NullLocator, StrMethodFormatter  # noqa: PLC0415

    looked = {size: numbers for size, numbers in rows.items() if "verify_wall" in numbers}
    figure, ((rate, memory), (asked, nights)) = plt.subplots(2, 2, figsize=(11, 6.5), constrained_layout=True)
    sizes = [size for size, each in rows.items() if "added_wall" in each]
    rate.plot(sizes, [rows[size]["added"] / rows[size]["added_wall"] for size in sizes], "o-", label="cables a second")
    rate.plot(sizes, [rows[size]["added"] / rows[size]["added_processor"] for size in sizes], "s--", label="a second of processor")
    memory.plot(sizes, [rows[size]["added_peak"] for size in sizes], "o-", label="indexing, MB")
    memory.plot(sizes, [rows[size]["added_peak_anonymous"] for size in sizes], "s--", label="without pages of files")
    memory.plot(list(looked), [each["verify_peak"] for each in looked.values()], "^-", label="verify, MB")
    for kind in KINDS:
        asked.plot(list(looked), [each[f"{kind}_first"] for each in looked.values()], "o-", label=f"{kind}, first, ms")
    asked.plot(list(looked), [each["cold"] for each in looked.values()], "s--", label="cold command, ms")
    for what, label in (("unchanged", "nothing new, s"), ("files", f"{NEW_FILES} new files, s"), ("verify", "verify, s")):
        nights.plot(list(looked), [each[f"{what}_wall"] for each in looked.values()], "o-", label=label)
    for axes, title in ((rate, "Adding"), (memory, "Peak memory"), (asked, "Questions"), (nights, "Nights")):
        axes.set(title=title, xlabel="cables in the archive", xscale="log")
        axes.set_xticks(list(looked), [f"{size:,}" for size in looked])
        axes.xaxis.set_minor_locator(NullLocator())
        axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    for axes in (rate, memory):
        axes.set_ylim(bottom=0)
    for axes in (asked, nights):
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
        axes.yaxis.set_minor_formatter(NullFormatter())
    figure.savefig(_HERE / "growth.svg", metadata={"Date": None})


def main() -> None:
    """Grow an archive and write what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cables", type=int, default=SIZES[-1])
    parser.add_argument("--folder", type=Path, default=folder() / "growth", help="where sources and archive are kept meanwhile")
    parser.add_argument("--load", default="", help="what else the machine did, for the head of the table")
    parser.add_argument("--draw", action="store_true", help="make page and picture of the numbers that are there")
    options = parser.parse_args()
    if not options.draw:
        rows: dict[int, Numbers] = {}
        for size, found in grow(options.cables, options.folder):
            rows.setdefault(size, {}).update(found)
            print(size, {name: round(value, 2) for name, value in found.items()}, flush=True)
            write(rows, options.load)  # again and again: a run takes long
        shutil.rmtree(options.folder)
    numbers, load = read()
    (_HERE / "GROWTH.md").write_text(page(numbers, load), encoding="utf-8")
    draw(numbers)
    print((_HERE / "GROWTH.md").read_text(encoding="utf-8"))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--ask"]:
        print(json.dumps(ask(Path(sys.argv[2]))))
    elif sys.argv[1:2] == ["--merge"]:
        merge(Path(sys.argv[2]))
    else:
        main()
