"""Records that several processes invert: nothing is lost or left behind, whatever happens to a process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from reftel.engine import batch, crew
from reftel.engine.errors import EngineError
from reftel.engine.reader import open_reader
from reftel.engine.specs import FieldSpec, Record
from reftel.engine.writer import open_writer

SPECS = (FieldSpec("body", "text", roots=True),)
RECORDS = [Record(f"k{number}", b"stored", {"body": [f"word{number % 7}\nfox"]}) for number in range(700)]


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch):
    """So that a few hundred records are many batches."""
    monkeypatch.setattr(batch, "_MOST", 20)
    monkeypatch.setattr(crew, "_ALONE", 2)


@pytest.fixture
def one_record(tmp_path):
    with open_writer(tmp_path, SPECS, roots=list) as writer:
        writer.add(Record("before", b"before", {"body": ["fox"]}))
    return tmp_path


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def crew_of(writer):
    return writer._crew


def test_few_records_start_no_process(tmp_path):
    with open_writer(tmp_path, SPECS, roots=list, workers=4) as writer:
        for record in RECORDS[:39]:
            writer.add(record)
        assert not crew_of(writer)._others


def test_a_process_that_is_killed_costs_nothing_that_was_there(one_record):
    before = names(one_record)
    writer = open_writer(one_record, SPECS, roots=list, workers=2)
    for number, record in enumerate(RECORDS):
        writer.add(record)
        if number == 100:
            os.kill(crew_of(writer)._others[0]._process.pid, signal.SIGKILL)
    with pytest.raises(EngineError, match="ended with -9"):
        writer.commit()
    assert names(one_record) == before
    reader = open_reader(one_record)
    assert reader.documents == 1
    reader.close()
    with open_writer(one_record, SPECS, roots=list) as writer:  # the lock was let go
        writer.add(RECORDS[0])


def test_what_fails_in_a_process_is_said(one_record):
    before = names(one_record)
    writer = open_writer(one_record, SPECS, roots=len, workers=2)  # no roots that could be written
    for record in RECORDS:
        writer.add(record)
    crew_of(writer)._run.finish = lambda _last: []  # it would fail in the same way, and first
    with pytest.raises(EngineError, match="a process that inverts failed: TypeError"):
        writer.commit()
    assert names(one_record) == before


def test_a_cancelled_writer_leaves_neither_files_nor_processes(one_record):
    before = names(one_record)
    writer = open_writer(one_record, SPECS, roots=list, workers=3)
    for record in RECORDS:
        writer.add(record)
    processes = [other._process for other in crew_of(writer)._others]
    assert len(processes) == 2
    writer.cancel()
    assert not any(process.is_alive() for process in processes)
    assert names(one_record) == before


_KILLED_WRITER = """
import os, sys
from reftel.engine import batch, crew
from reftel.engine.specs import FieldSpec, Record
from reftel.engine.writer import open_writer
batch._MOST, crew._ALONE = 20, 2
writer = open_writer(sys.argv[1], (FieldSpec("body", "text"),), workers=2)
for number in range(100):
    writer.add(Record(f"k{number}", b"", {"body": ["fox"]}))
print(writer._crew._others[0]._process.pid, flush=True)
os.kill(os.getpid(), 9)
"""


def test_processes_end_with_their_writer(tmp_path):
    """A writer that is killed leaves no process behind: each reads the end of its pipe."""
    done = subprocess.run([sys.executable, "-c", _KILLED_WRITER, tmp_path], check=False, capture_output=True, text=True)
    pid = int(done.stdout)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and _runs(pid):
        time.sleep(0.05)
    assert not _runs(pid)


def _runs(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
