"""Turn single bits in every file of an archive, and look at what is answered then.

usage: python tools/flips.py [ARCHIVE] [--rounds 200] [--seed N] [--seconds N]

Each round takes a copy of the archive (a small one of its own if none is named), turns one bit of one file, asks what people ask, and then lets
`verify` look. Every file takes its turn. An answer is one of

right      what it was before
named      an error of reftel's own that says what is damaged
silent     another answer than before, without a word
traceback  any other error
hang       no answer within so many seconds

The last three columns of the table should be empty but for `silent`, where arrays are too long to be checked whenever they are read; and
`verify` must see every bit that was turned, but for those of the locks, which hold nothing.
"""

from __future__ import annotations

import argparse
import dataclasses
import random
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import torture

import reftel
from reftel.indexer.verify import verify
from reftel.personal import saved
from reftel.schema.errors import ReftelError

KINDS = ("right", "named", "silent", "traceback", "hang")
LOCKS = ("lock", "MAIN_WRITELOCK")


class _TooLong(BaseException):
    """No answer in time; not an Exception, so that nothing takes it for damage."""


@dataclasses.dataclass
class Tally:
    """How often each kind of answer was given with a bit turned in files of one name, and the bits that `verify` did not see."""

    kinds: Counter[str] = dataclasses.field(default_factory=Counter)
    unseen: list[tuple[int, int]] = dataclasses.field(default_factory=list)
    examples: dict[str, str] = dataclasses.field(default_factory=dict)


def answers(archive: Path) -> list[object]:
    """What people ask of an archive: its cables, searches, facets, numbers, notes, saved searches, texts that are not shown."""
    with reftel.open(archive) as opened:
        keys = [hit.key for hit in opened.scan("*")]
        pages = [
            [(hit.key, hit.score) for hit in opened.search(query, facets=["year", "from", "class", "tags"]).hits]
            for query in (*torture.QUERIES, "subject:invent*", "para:(mark:C minsk)", "minsk pre/3 precedent", "mine:*", "date:2008")
        ]
        facets = opened.facets("*", ["year", "from", "class", "tags", "source"])
        records = [opened.cable(key).to_dict() for key in keys]
        versions = [[(each.to_dict(), each.cable.to_dict()) for each in opened.versions(key)] for key in keys]
        stats = {name: value for name, value in opened.stats().items() if name not in ("archive", "bytes")}
        marked = [note.to_dict() for note in opened.notes]
        new = [hit.key for hit in opened.new_hits("*", after_run=0)]
        return [keys, pages, facets, records, versions, stats, marked, new, dataclasses.asdict(saved.read_saved(archive))]


def small_archive(folder: Path) -> Path:
    """An archive with everything that one can have: two commits, deleted documents, a second text, notes, a saved search."""
    sources, archive = folder / "sources", folder / "archive"
    sources.mkdir()
    for number in range(9):
        (sources / f"{number}.txt").write_text(torture.TEXT.format(serial=number + 1, words="minsk group precedent " * (number + 3)), "utf-8")
    reftel.build([sources], archive)
    (sources / "second.txt").write_text(torture.TEXT.format(serial=2, words="a longer precedent " * 40), "utf-8")
    reftel.build([sources], archive)
    with reftel.open(archive) as opened:
        saved.add(opened, "precedents", "precedent")
        opened.notes.add("08BAKU1", tags=["chapter-3", "minsk"], text="compare the others")
        opened.notes.add("08BAKU4", tags=["minsk"])
    return archive


def files_of(archive: Path) -> list[Path]:
    """Every file that holds anything, but for locks."""
    return sorted(path for path in archive.rglob("*") if path.is_file() and path.stat().st_size and path.name not in LOCKS)


@contextmanager
def turned(path: Path, place: int, bit: int) -> Iterator[None]:
    """The file with one bit turned."""
    data = path.read_bytes()
    changed = bytearray(data)
    changed[place] ^= 1 << bit
    path.write_bytes(changed)
    try:
        yield
    finally:
        path.write_bytes(data)


@contextmanager
def within(seconds: int) -> Iterator[None]:
    """End what takes longer."""

    def end(_number: int, _frame: object) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def kind_of(ask: Callable[[], object], expected: object, seconds: int) -> tuple[str, str]:
    """Which kind of answer is given, and the error."""
    try:
        with within(seconds):
            return ("right", "") if ask() == expected else ("silent", "")
    except _TooLong:
        return "hang", ""
    except ReftelError as error:
        return "named", str(error)
    except Exception as error:  # noqa: BLE001 - what is looked for
        return "traceback", repr(error)


def turn_bits(archive: Path, rounds: int, seed: int, seconds: int = 60) -> dict[str, Tally]:
    """What became of so many turned bits, by file; the archive is as it was afterwards."""
    chance = random.Random(seed)  # noqa: S311 - to be repeatable
    expected = answers(archive)
    tallies: dict[str, Tally] = {}
    files = files_of(archive)
    for number in range(rounds):
        path = files[number % len(files)]
        tally = tallies.setdefault(str(path.relative_to(archive)), Tally())
        place, bit = chance.randrange(path.stat().st_size), chance.randrange(8)
        with turned(path, place, bit):
            kind, error = kind_of(lambda: answers(archive), expected, seconds)
            tally.kinds[kind] += 1
            tally.examples.setdefault(kind, f"bit {bit} of byte {place}: {error}"[:300])
            if not verify(archive).problems:
                tally.unseen.append((place, bit))
    return tallies


def main() -> int:
    """Turn as many bits as asked, in a folder of its own; 1 if a bit was not seen by `verify`, or led to a traceback or a hang."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("archive", nargs="?", type=Path)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))  # noqa: S311
    parser.add_argument("--seconds", type=int, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "copy"
        if options.archive:
            shutil.copytree(options.archive, archive)
        else:
            archive = small_archive(Path(folder))
        tallies = turn_bits(archive, options.rounds, options.seed, options.seconds)
    bad = 0
    sys.stdout.write(f"seed {options.seed}\n{'file':<34}{''.join(f'{kind:>11}' for kind in KINDS)}{'unseen':>11}\n")
    for name, tally in sorted(tallies.items()):
        sys.stdout.write(f"{name:<34}{''.join(f'{tally.kinds[kind]:>11}' for kind in KINDS)}{len(tally.unseen):>11}\n")
        for kind in ("traceback", "hang"):
            if kind in tally.examples:
                sys.stdout.write(f"  {kind}: {tally.examples[kind]}\n")
        bad += len(tally.unseen) + tally.kinds["traceback"] + tally.kinds["hang"]
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
