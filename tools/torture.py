"""Kill a run at a random moment, again and again, and look at what is left.

usage: python tools/torture.py [--rounds 200] [--seed N]

Each round changes the sources (new, changed, removed files, second texts of cables), starts `reftel index` on them and kills it with SIGKILL
at a random moment. Then the archive must hold the state before the run or the one after it, whole; the next run must succeed, leave nothing
behind, and give what an archive built afresh gives.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import reftel
from reftel.indexer.publishing import INDEX_FOLDER
from reftel.indexer.verify import verify

TEXT = """\
VZCZCXYZ0001
PP RUEHC
DE RUEHKB #{serial:04}/01 0440512
ZNY CCCCC ZZH
P 130512Z FEB 08
FM AMEMBASSY BAKU
TO RUEHC/SECSTATE WASHDC PRIORITY 1234

C O N F I D E N T I A L BAKU {serial:06}

E.O. 12958: DECL: 02/12/2018
TAGS: PREL AJ
SUBJECT: INVENTED CABLE {serial}

1. (C) {words}
ROE
"""
QUERIES = ("*", "precedent", '"minsk group" AND precedent', "minsk w/5 group", "tags:PREL")
WORDS = ("minsk", "group", "precedent", "lunch", "visit", "envoy", "treaty", "border", "harbour", "calm")
LEFTOVERS = (".draft", ".next", ".spool", ".remade", ".new", ".tmp")

State = dict[str, str]


def state_of(archive: Path) -> State:
    """Every key with a hash of its record, and the keys that each query finds; empty where there is no archive yet."""
    try:
        opened = reftel.open(archive)
    except reftel.ArchiveMissing:
        return {}
    with opened:
        state = {hit.key: hashlib.sha256(json.dumps(hit.cable.to_dict()).encode()).hexdigest() for hit in opened.scan("*")}
        for query in QUERIES:
            state[f"query {query}"] = " ".join(hit.key for hit in opened.scan(query))
    return state if len(state) > len(QUERIES) else {}


def change_sources(folder: Path, chance: random.Random) -> None:
    """Write, rewrite and remove some files; one file at least is left."""
    folder.mkdir(exist_ok=True)
    files = sorted(folder.iterdir())
    for path in chance.sample(files[1:], min(len(files[1:]), chance.randrange(4))):
        path.unlink()
    for _ in range(chance.randrange(1, 12)):
        words = " ".join(chance.choices(WORDS, k=chance.randrange(5, 300)))
        name = f"{chance.randrange(40)}.txt"
        (folder / name).write_text(TEXT.format(serial=chance.randrange(1, 30), words=words), "utf-8")


def fresh_state(sources: Path, place: Path) -> State:
    """The state of an archive built afresh."""
    shutil.rmtree(place, ignore_errors=True)
    reftel.build([sources], place)
    return state_of(place)


def leftovers(archive: Path) -> list[str]:
    """Names of files that no run should leave."""
    return sorted(path.name for path in archive.rglob("*") if path.name.endswith(LEFTOVERS))


def start(sources: Path, archive: Path) -> subprocess.Popen[bytes]:
    """A run as a process of its own."""
    command = [sys.executable, "-m", "reftel", "index", str(sources), "--archive", str(archive), "--quiet"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - our own command


def find_fault(before: State, expected: State, sources: Path, archive: Path) -> str | None:
    """What is wrong after a run was killed between the states ``before`` and ``expected``; ``None`` if nothing is."""
    if state_of(archive) not in (before, expected):
        return "the archive holds neither the old state nor the new one"
    report = reftel.build([sources], archive)
    if report.failures:
        return f"the next run failed: {report.failures[0]}"
    if state_of(archive) != expected:
        return "after the next run the archive is not as one built afresh"
    if leftovers(archive):
        return f"left behind: {', '.join(leftovers(archive))}"
    problems = verify(archive).problems
    return str(problems[0]) if problems else None


def torture(folder: Path, rounds: int, seed: int) -> tuple[int, int]:
    """Rounds in which the run was killed, and in which it had ended before. ``AssertionError`` for anything wrong."""
    chance = random.Random(seed)  # noqa: S311 - to be repeatable
    sources, archive, place = folder / "sources", folder / "archive", folder / "fresh"
    change_sources(sources, chance)
    began = time.monotonic()
    assert start(sources, archive).wait() == 0
    whole = time.monotonic() - began
    killed = 0
    for number in range(rounds):
        before = state_of(archive)
        change_sources(sources, chance)
        run = start(sources, archive)
        time.sleep(chance.uniform(0.3, 1.05) * whole)
        run.send_signal(signal.SIGKILL)
        killed += run.wait() == -signal.SIGKILL
        fault = find_fault(before, fresh_state(sources, place), sources, archive)
        assert fault is None, f"round {number} of seed {seed}: {fault}"
    assert (archive / INDEX_FOLDER).is_dir()
    return killed, rounds - killed


def main() -> None:
    """Run as many rounds as asked, in a folder of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))  # noqa: S311
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        killed, ended = torture(Path(folder), options.rounds, options.seed)
    sys.stdout.write(f"seed {options.seed}: {killed} runs killed, {ended} had ended before; every archive whole\n")


if __name__ == "__main__":
    main()
