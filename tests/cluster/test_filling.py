"""`reftel index` and `reindex` into a cluster: the state after every run is that of an archive in a folder, and of a copy of it, to the word."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from twins import Twins, words, write

import reftel
from reftel.archive import store_of
from reftel.cli import run
from reftel.cluster.copying import copy_archive
from reftel.indexer import build
from reftel.indexer.changes import Wish
from reftel.indexer.sources import Selection
from reftel.schema.errors import ArchiveDamaged, ArchiveError, ArchiveLocked, ArchiveMissing
from reftel.schema.fields import FIELDS
from reftel.search.engines.opensearch import lock
from reftel.search.engines.opensearch.address import parse_address
from reftel.search.engines.opensearch.client import connect
from reftel.search.engines.opensearch.engine import OpenSearchEngine
from reftel.search.engines.opensearch.lock import FillingLock
from reftel.search.engines.opensearch.writer import GenerationWriter, leftovers

_SAMPLES = Path(__file__).parents[2] / "corpus_samples"
@pytest.fixture
def twins(cluster, tmp_path, request):
    return Twins(cluster, request.node.name.partition("[")[0].replace("test_", ""), tmp_path / "archive")


def test_runs_cost_what_changed(twins, tmp_path):
    sources = tmp_path / "sources"
    shutil.copytree(_SAMPLES, sources)
    assert twins.run([sources]).added == 49
    twins.same()
    generation = _generation(twins.address)
    assert twins.run([sources]).steps == 0
    assert _generation(twins.address) == generation
    mirror = sources / "duplicates" / "second-mirror" / "08RABAT9088.html"
    kept = mirror.read_bytes()
    mirror.unlink()  # the shorter text is shown
    write(sources, 1, "minsk zymurgy")
    assert twins.run([sources]).replaced == 1
    twins.same()
    mirror.write_bytes(kept)  # the longer one again
    os.utime(mirror, (1_700_000_000, 1_700_000_000))
    write(sources, 1, "xylophone")  # a shorter text of a file that changed
    write(sources, 2, "zymurgy")
    twins.run([sources])
    twins.same()
    for number in (1, 2):
        (sources / f"{number}.txt").unlink()
    shutil.rmtree(sources / "telegrams")
    held = twins.run([sources])
    assert held.held or held.removed
    twins.same()
    twins.run([sources], limit=build.NO_LIMIT)
    twins.same()
    with reftel.open(twins.address) as archive:
        assert (archive.count("xylophone"), archive.count("zymurg*")) == (0, 0)


def _generation(address):
    with contextlib.closing(OpenSearchEngine.open(parse_address(address))) as engine:
        return engine.generation


def test_failures_and_touched_files_are_remembered(twins, tmp_path):
    sources = tmp_path / "sources"
    sources.mkdir()
    path = write(sources, 1, "minsk")
    broken = sources / "broken.zip"
    broken.write_bytes(b"PK\x03\x04 nothing")
    os.utime(broken, (1_700_000_000, 1_700_000_000))
    assert twins.run([sources]).new_failures
    assert twins.run([sources]).exit_code == 0
    os.utime(path, (1_600_000_000, 1_600_000_000))
    assert twins.run([sources]).outcomes["touched"] == 1
    twins.same()


def test_everything_is_read_again(twins, tmp_path):
    sources, kept = tmp_path / "sources", tmp_path / "kept"
    for folder in (sources, kept):
        folder.mkdir()
    for serial in range(1, 6):
        write(sources, serial, f"minsk word{serial}")
    write(kept, 9, "precedent")
    twins.run([sources, kept])
    shutil.rmtree(kept)  # what vanished whole stays, also where everything is read again
    twins.run([sources, kept], wish=Wish(full=True))
    with reftel.open(twins.address) as archive:
        assert (len(archive), archive.count("precedent")) == (6, 1)
    twins.same()


def test_the_number_of_shards_stays(cluster, tmp_path):
    address, sources = f"opensearch://{cluster.hosts}/parted", tmp_path / "sources"
    sources.mkdir()
    write(sources, 1, "minsk")
    reftel.build([sources], tmp_path / "archive")
    copy_archive(tmp_path / "archive", parse_address(address), shards=3)
    seen = {_generation(address)}
    for fill in (
        lambda: build.build_selection(Selection((str(sources),)), store_of(address), wish=Wish(full=True)),
        lambda: copy_archive(tmp_path / "archive", parse_address(address)),
    ):
        fill()
        seen.add(_generation(address))
        with contextlib.closing(connect(parse_address(address))) as connection:
            settings = connection.client.indices.get_settings(index=_generation(address))
        assert [each["settings"]["index"]["number_of_shards"] for each in settings.values()] == ["3"]
    assert len(seen) == 3


def test_an_archive_of_other_rules_is_made_anew_by_the_next_run(twins, tmp_path, monkeypatch):
    sources = tmp_path / "sources"
    sources.mkdir()
    write(sources, 1, "minsk")
    with monkeypatch.context() as patch:
        patch.setattr("reftel.search.engines.opensearch.mapping.VERSION", 10_000)
        reftel.build([sources], twins.address)
    reftel.build([sources], twins.folder)
    write(sources, 2, "kosovo")
    twins.run([sources])
    twins.same()


@pytest.mark.parametrize("count", [3, 100])
def test_a_text_is_the_longest_in_whatever_order(twins, tmp_path, monkeypatch, count):
    monkeypatch.setattr(build, "STEP", count)
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        folder.mkdir()
        for serial in range(1, 9):
            long = (serial % 2) == (folder == one)
            write(folder, serial, f"minsk {folder.name}{serial} " + "group " * (20 if long else 2))
    twins.folder, twins.address = tmp_path / f"archive{count}", f"{twins.address}{count}"
    twins.run([one, other])
    twins.same()
    with reftel.open(twins.address) as archive:
        assert archive.count("one1 OR other2 OR one3 OR other4") == 4
        assert archive.count("one2 OR other1") == 0


_RUN = """
import sys
import reftel
from reftel.indexer import build
build.STEP = 20
reftel.build([sys.argv[1]], sys.argv[2], on_progress=lambda so_far: print(so_far.cables, flush=True))
"""


def test_a_run_that_is_killed_is_gone_on_with(cluster, tmp_path, monkeypatch):
    monkeypatch.setattr(lock, "LEASE", 4.0)
    monkeypatch.setattr(lock, "BEAT", 1.0)
    sources, address = tmp_path / "sources", f"opensearch://{cluster.hosts}/interrupted"
    sources.mkdir()
    for serial in range(1, 101):
        write(sources, serial, f"minsk word{serial}")
    filling = subprocess.Popen([sys.executable, "-c", _RUN, str(sources), address], stdout=subprocess.PIPE, text=True)
    for line in filling.stdout:
        if int(line) >= 50:
            filling.send_signal(signal.SIGKILL)
            break
    filling.wait()
    filling.stdout.close()
    with reftel.open(address) as archive:
        assert 20 <= len(archive) <= 60
        before = len(archive)
    report = reftel.build([sources], address)
    assert (report.total, report.read_files) == (100, 100 - before)
    with contextlib.closing(connect(parse_address(address))) as connection:
        assert leftovers(connection) == []
    assert run(["verify", "-A", address]) == 0


def test_a_dump_is_gone_on_with(twins, tmp_path, monkeypatch):
    monkeypatch.setattr(build, "STEP", 3)
    monkeypatch.setattr("reftel.indexer.reading.WHOLE", 0)
    sources = tmp_path / "sources"
    sources.mkdir()
    pages = [write(sources, serial, f"minsk word{serial}") for serial in range(1, 12)]
    texts = [page.read_text("utf-8") for page in pages]
    for page in pages:
        page.unlink()
    dump = sources / "dump.jsonl"
    for edition, kept in ((texts, 6), (texts[8::-1], 11)):
        lines = [json.dumps({"id": f"08BAKU{text.partition('BAKU 0000')[2][:2]}", "body": text + "minsk " * (kept - 6)}) for text in edition]
        dump.write_text("\n".join(lines), "utf-8")
        os.utime(dump, (1_700_000_000 + kept, 1_700_000_000))

        def stop(so_far):
            if so_far.cables >= 7:
                raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(build, "_EVERY", 1)
            for archive in (twins.folder, twins.address):
                with pytest.raises(KeyboardInterrupt):
                    reftel.build([sources], archive, on_progress=stop)
                with reftel.open(archive) as opened:
                    assert len(opened) == kept
        twins.same()
        twins.run([sources])
        twins.same()


def test_two_fillings_at_once(cluster, tmp_path, capsys):
    address = f"opensearch://{cluster.hosts}/both"
    reftel.build([_SAMPLES / "telegrams"], address)
    with contextlib.closing(connect(parse_address(address))) as connection:
        with FillingLock(connection), pytest.raises(ArchiveLocked, match=f"another process is filling this archive .process {os.getpid()} on "):
            reftel.build([_SAMPLES], address)
        begun = time.monotonic()
        with FillingLock(connection):
            pass
        assert time.monotonic() - begun < lock.LEASE
    config = tmp_path / "reftel.toml"
    config.write_text(f"archive = {json.dumps(address)}\nsources = [{json.dumps(str(_SAMPLES))}]\nworkers = 1\n")
    waiting = [subprocess.Popen([sys.executable, "-m", "reftel", "reindex", "-c", str(config), "--wait", "300", "-q"]) for _ in range(2)]
    assert [each.wait() for each in waiting] == [0, 0]
    capsys.readouterr()
    with reftel.open(address) as archive:
        assert len(archive) == 49
    assert run(["reindex", "-c", str(config), "--dry-run"]) == 0
    assert "41 unchanged" in capsys.readouterr().out


def test_a_filling_that_was_succeeded_publishes_nothing(cluster, fill, monkeypatch):
    address = parse_address(f"opensearch://{cluster.hosts}/succeeded")
    with contextlib.closing(connect(address)) as connection:
        lost = FillingLock(connection)
        with lost:
            connection.client.delete(index="succeeded-lock", id="filling")
            with FillingLock(connection), pytest.raises(ArchiveError, match="another filling has taken over"):
                lost.check()
    fill(cluster, "succeeded", [])
    base = _generation(str(address))
    with contextlib.closing(connect(address)) as connection, GenerationWriter(connection, base=base) as writer:
        fill(cluster, "succeeded", [])
        with pytest.raises((ArchiveError, ArchiveMissing), match="published meanwhile"):
            writer.publish(0, instead_of=base)


def test_an_archive_that_lost_cables_is_not_built_on(cluster, tmp_path):
    address = f"opensearch://{cluster.hosts}/damaged"
    reftel.build([_SAMPLES / "telegrams"], address)
    with contextlib.closing(OpenSearchEngine.open(parse_address(address))) as engine:
        client = engine._connection.client
        client.indices.put_settings(index=engine.index, body={"index.blocks.write": None})
        client.delete(index=engine.index, id=next(engine.records())[0], params={"refresh": "true"})
    with pytest.raises(ArchiveDamaged, match="its manifest lists"):
        reftel.build([_SAMPLES], address)


def test_every_field_haswords(cluster):
    """What the comparisons above compare."""
    address = f"opensearch://{cluster.hosts}/worded"
    reftel.build([_SAMPLES], address)
    assert {field for field, _word, _wider, _roots in words(address)} == {field.name for field in FIELDS if field.stored == "text"}
    assert any(wider for _field, _word, wider, _roots in words(address))
