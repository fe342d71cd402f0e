"""One writer publishes forty times while eight processes ask without a pause: each answer is that of one state, whole."""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import time
import warnings
from pathlib import Path

import pytest
import torture

import reftel

COMMITS, READERS, CABLES = 40, 8, 12
MEETINGS = 10  # so many times the writer waits until every reader has asked once more, however slow the machine is
MOST_FILES = 20  # beyond what a reader has open after its first answers
MOST_GROWTH = 64 << 10  # KiB that a reader may grow by after its first answers


def write_state(folder: Path, state: int) -> None:
    """State ``n`` holds the cables n to n + 11, all with ``alpha``, and one more, which has the word ``gen`` with the number as well."""
    (folder / f"{state - 1}.txt").unlink(missing_ok=True)
    for serial in range(state, state + CABLES):
        path = folder / f"{serial}.txt"
        if not path.exists():
            path.write_text(torture.TEXT.format(serial=serial + 1, words="alpha " * 5), "utf-8")
    (folder / "stamp.txt").write_text(torture.TEXT.format(serial=9000, words=f"alpha gen{state}"), "utf-8")


def fault_of(archive: reftel.Archive) -> str | None:
    """What is wrong with an open archive; the number of its state is told from its manifest, the rest from its index."""
    state = archive.last_run() - 1
    expected = {f"08BAKU{serial + 1}" for serial in range(state, state + CABLES)} | {"08BAKU9000"}
    page = archive.search("alpha", limit=None)
    found = {
        "keys": {hit.key for hit in page.hits} == expected,
        "total": page.total == len(archive) == len(expected),
        "this state's word": [hit.key for hit in archive.scan(f"gen{state}")] == ["08BAKU9000"],
        "the last state's word": archive.search(f"gen{state - 1}", limit=0).total == 0,
        "the record": f"gen{state}" in archive.cable("08BAKU9000").body,
    }
    wrong = [name for name, right in found.items() if not right]
    return f"state {state}: {', '.join(wrong)}" if wrong else None


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - as cheap as can be


def read(number: int, place: Path, rounds: object, out: Path) -> None:
    """Ask until the writer is done and once more; then leave what was found in ``out``."""
    os.nice(10)  # the writer is to get on, whatever the number of processors
    faults: list[str] = []
    refreshed, files, first_files, first_memory = 0, 0, 0, 0
    try:
        kept = reftel.open(place / "archive")
        last = False
        while True:
            with reftel.open(place / "archive") as fresh:
                faults += filter(None, [fault_of(fresh)])
            refreshed += kept.refresh()
            faults += filter(None, [fault_of(kept)])
            rounds[number] += 1
            files = max(files, open_files())
            if rounds[number] == 3:
                first_files, first_memory = open_files(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            if last and rounds[number] >= 3:
                break
            last = (place / "done").exists()
        state = kept.last_run() - 1
    except Exception as error:  # noqa: BLE001 - the point of the test
        faults.append(repr(error))
        state = -1
    growth = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - first_memory
    result = {"faults": faults[:5], "state": state, "refreshed": refreshed, "files": files - first_files, "growth": growth}
    out.write_text(json.dumps(result), "utf-8")


def meet(readers: list[multiprocessing.Process], rounds: object) -> None:
    """Wait until every reader that lives has asked once more."""
    before = list(rounds)
    while any(reader.is_alive() and rounds[number] == before[number] for number, reader in enumerate(readers)):
        time.sleep(0.002)


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="open files are counted in /proc")
def test_forty_commits_under_eight_readers(tmp_path):
    sources, archive = tmp_path / "cables", tmp_path / "archive"
    sources.mkdir()
    write_state(sources, 0)
    reftel.build([sources], archive)
    with reftel.open(archive) as opened:
        assert fault_of(opened) is None
    context = multiprocessing.get_context("fork")
    rounds = context.Array("q", READERS, lock=False)
    outs = [tmp_path / f"reader{number}.json" for number in range(READERS)]
    readers = [context.Process(target=read, args=(number, tmp_path, rounds, out)) for number, out in enumerate(outs)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns where the test runner has threads
        for reader in readers:
            reader.start()
    try:
        for state in range(1, COMMITS + 1):
            if state % (COMMITS // MEETINGS) == 1:
                meet(readers, rounds)
            write_state(sources, state)
            report = reftel.build([sources], archive)
            assert (report.failures, report.notes, report.run) == ([], [], state + 1)
    finally:
        (tmp_path / "done").touch()
        for reader in readers:
            reader.join()
    results = [json.loads(out.read_text("utf-8")) for out in outs]
    assert [result["faults"] for result in results] == [[]] * READERS
    assert {result["state"] for result in results} == {COMMITS}
    assert min(result["refreshed"] for result in results) >= MEETINGS - 2
    assert max(result["files"] for result in results) <= MOST_FILES
    assert max(result["growth"] for result in results) <= MOST_GROWTH
