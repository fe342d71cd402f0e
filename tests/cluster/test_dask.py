"""`--dask`: two workers read and write to a real cluster; one of them is killed, one does not see the files."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest
from twins import Twins, write

import reftel
from reftel.cli import run
from reftel.indexer import build
from reftel.schema.errors import ArchiveError, BadValueError

_SAMPLES = Path(__file__).parents[2] / "corpus_samples"
_FILES = 300
pytestmark = pytest.mark.filterwarnings("default")  # Dask's own


@pytest.fixture
def dask(cluster):
    distributed = pytest.importorskip("distributed", reason="needs distributed: make test-cluster installs it")
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1") as local,
        distributed.Client(local, set_as_default=False) as client,
    ):
        yield client


@pytest.fixture
def twins(cluster, dask, tmp_path, request):
    return Twins(cluster, f"dask-{request.node.name.partition('[')[0].replace('test_', '')}", tmp_path / "archive", dask.scheduler.address)


@pytest.fixture(autouse=True)
def _quiet(caplog):
    """Dask logs what its workers do while they end, to streams that pytest has closed by then."""
    caplog.set_level("CRITICAL", "distributed")


def _sources(folder, count=_FILES):
    folder.mkdir()
    for serial in range(1, count + 1):
        write(folder, serial, f"minsk word{serial}")
    return folder


def _pids(client):
    return client.run(os.getpid)


def test_runs_cost_what_changed(twins, tmp_path):
    sources = tmp_path / "sources"
    import shutil

    shutil.copytree(_SAMPLES, sources)
    twins.run([sources])
    twins.same()
    assert twins.run([sources]).steps == 0
    write(sources, 1, "xylophone")
    (sources / "duplicates" / "second-mirror" / "08RABAT9088.html").unlink()
    assert (held := twins.run([sources])).added == 1, held
    twins.same()


@pytest.mark.parametrize("count", [11, 1000])  # the last file ends no step, after which a folder would have one more to merge
def test_a_text_is_the_longest_in_whatever_order(twins, tmp_path, monkeypatch, count):
    monkeypatch.setattr(build, "STEP", count)
    folders = [tmp_path / name for name in ("one", "other", "third")]
    for folder in folders:
        folder.mkdir()
        for serial in range(1, 31):
            longest = folders.index(folder) == serial % 3
            write(folder, serial, f"minsk {folder.name}{serial} " + "group " * (20 if longest else 2 + len(folder.name)))
    twins.folder, twins.address = tmp_path / f"archive{count}", f"{twins.address}{count}"
    twins.run(folders)
    twins.same()


def test_dumps_are_read_by_workers(twins, tmp_path, monkeypatch):
    monkeypatch.setattr("reftel.indexer.reading.WHOLE", 1000)
    sources = tmp_path / "sources"
    sources.mkdir()
    text = write(sources, 1, "minsk").read_text()
    (sources / "1.txt").unlink()
    lines = "".join(reftel_line(text, serial) for serial in range(1, 200))
    dump = sources / "dump.jsonl"
    dump.write_text(lines)
    os.utime(dump, (1_700_000_000, 1_700_000_000))
    assert twins.run([sources]).total == 199
    twins.same()


def reftel_line(text, serial):
    import json

    return json.dumps({"id": f"08BAKU{serial}", "body": text.partition("\n\n")[2] + f" word{serial}", "header": text.partition("\n\n")[0]}) + "\n"


def test_a_killed_worker_costs_its_own_tasks_only(twins, dask, tmp_path):
    sources = _sources(tmp_path / "sources")
    killed = []

    def kill(so_far):
        if so_far.cables > 20 and not killed:
            killed.append(_pids(dask)[min(_pids(dask))])
            os.kill(killed[0], signal.SIGKILL)

    report = twins.run([sources], on_progress=_only_there(kill))
    assert killed
    assert killed[0] not in _pids(dask).values()
    assert (report.total, report.failures, report.read_files) == (_FILES, [], _FILES)
    twins.same()


def _only_there(tell):
    """Not for the run in the folder, which comes first and looks at as many files."""
    runs, files = [0], [_FILES + 1]

    def told(so_far):
        runs[0] += so_far.files < files[0]
        files[0] = so_far.files
        if runs[0] > 1:
            tell(so_far)

    return told


def _blind():
    import reftel.cluster.spread

    def refuse(path, *, follow=True):
        raise FileNotFoundError(2, "No such file or directory", str(path))

    reftel.cluster.spread.open_regular = refuse


def test_a_worker_that_sees_no_file_says_so_and_the_next_run_reads_it(twins, dask, tmp_path):
    sources = _sources(tmp_path / "sources", 60)
    blind = min(_pids(dask))
    dask.run(_blind, workers=[blind])
    report = reftel.build([sources], twins.address, dask=twins.dask)
    assert report.failures
    assert all(f"({blind}) cannot read this file: No such file" in failure and "under the same paths" in failure for failure in report.failures)
    assert report.total == 60 - len(report.failures)
    reftel.build([sources], twins.address)
    reftel.build([sources], twins.folder)
    with reftel.open(twins.address) as filled, reftel.open(twins.folder) as embedded:
        assert list(filled.keys()) == list(embedded.keys())


_DEADLY = """
import os

def dask_setup(worker):
    import reftel.cluster.spread as spread
    opened = spread.open_regular
    def deadly(path, **options):
        if path.name == "7.txt":
            os._exit(9)
        return opened(path, **options)
    spread.open_regular = deadly
"""


def test_a_file_that_kills_its_workers_is_named_and_the_others_are_read(cluster, tmp_path):
    """Real workers, each of which is restarted when it died. Two deaths are enough for the scheduler here, where it takes four by default."""
    distributed = pytest.importorskip("distributed", reason="needs distributed: make test-cluster installs it")
    import dask

    sources, address = _sources(tmp_path / "sources", 40), f"opensearch://{cluster.hosts}/deadly"
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 1}),
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1", preload=[_DEADLY]) as local,
    ):
        report = reftel.build([sources], address, dask=local.scheduler_address)
    assert [failure.partition(": ")[::2] for failure in report.failures] == [
        (str(sources / "7.txt"), "the workers that read this file died one after the other; look into their logs and at their memory")
    ]
    assert (report.total, report.exit_code) == (39, 4)
    assert reftel.build([sources], address).total == 40


_DEADLY_CABLE = """
import os

def dask_setup(worker):
    import reftel.indexer.text as text
    read = text.normalize_in_steps
    def deadly(message):
        if message.source.locator == %d:
            os._exit(9)
        return read(message)
    text.normalize_in_steps = deadly
"""


def test_a_cable_of_a_dump_that_kills_its_workers_is_named_and_the_others_are_read(cluster, monkeypatch):
    distributed = pytest.importorskip("distributed", reason="needs distributed: make test-cluster installs it")
    import dask

    dump, address = _SAMPLES / "dumps" / "cables.csv", f"opensearch://{cluster.hosts}/deadly-dump"
    places = [cable.source.locator for cable in reftel.read_cables(dump)]
    monkeypatch.setattr("reftel.indexer.reading.WHOLE", dump.stat().st_size - 1)
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 1}),
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1", preload=[_DEADLY_CABLE % places[1]]) as local,
    ):
        report = reftel.build([dump], address, dask=local.scheduler_address)
    assert [failure.partition(": ")[0] for failure in report.failures] == [f"{dump}:{places[1]}"]
    assert (report.total, report.exit_code) == (len(places) - 1, 4)
    assert reftel.build([dump], address).total == len(places)


def test_errors(cluster, tmp_path, capsys):
    pytest.importorskip("distributed", reason="needs distributed: make test-cluster installs it")
    from distributed import LocalCluster

    address = f"opensearch://{cluster.hosts}/dask-errors"
    with pytest.raises(ArchiveError, match=r"tcp://127\.0\.0\.1:9: no Dask scheduler answers"):
        reftel.build([_SAMPLES], address, dask="tcp://127.0.0.1:9")
    with LocalCluster(n_workers=0, dashboard_address=None, host="127.0.0.1") as nobody, pytest.raises(ArchiveError, match="has no workers; start some"):
        reftel.build([_SAMPLES], address, dask=nobody.scheduler_address)
    with pytest.raises(BadValueError, match="fill archives in a cluster alone"):
        reftel.build([_SAMPLES], tmp_path / "archive", dask="tcp://127.0.0.1:9")
    assert run(["index", str(_SAMPLES), "-A", str(tmp_path / "archive"), "--dask", "tcp://127.0.0.1:9"]) == 2
    assert "name one as opensearch://HOST:9200/NAME" in capsys.readouterr().err
    assert "distributed" in sys.modules
