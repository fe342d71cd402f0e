"""Nodes that fail, clusters that are gone, full, read-only or foreign, fillings that are killed or meet each other: a named error, never half an answer."""

from __future__ import annotations

import contextlib
import http.server
import json
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import reftel
from reftel.cli import run
from reftel.cluster.copying import copy_archive, verify_in_cluster
from reftel.cluster.filling import ClusterStore
from reftel.indexer.build import build
from reftel.indexer.store import FolderStore
from reftel.record import record_of
from reftel.schema.cable import Cable, Paragraph
from reftel.schema.errors import ArchiveError, ArchiveMissing, ArchiveVersion, EngineError, QueryTooBroad
from reftel.search.engines.opensearch.address import parse_address
from reftel.search.engines.opensearch.client import connect
from reftel.search.engines.opensearch.writer import GenerationWriter

_MANY = 3000


def _cables(count=_MANY, word="minsk"):
    return (
        Cable(id=f"08BAKU{number}", subject=f"{word} talks", paragraphs=(Paragraph(1, None, None, (), None, f"{word} {number}"),)) for number in range(count)
    )


def _request(nodes, method, path, body, number=0):
    import urllib.request

    data = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(f"{nodes.url(number)}{path}", data, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(asked, timeout=60) as answer:
        return json.load(answer)


# -- nodes -----------------------------------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _killed(nodes, number):
    nodes.kill(number)
    try:
        yield
    finally:
        nodes.start(number)
        nodes.wait(number, 3)


def _answered(ask, wanted):
    """The same answer or a named error, and the answer at last."""
    for _ in range(100):
        found, error = _outcome(ask)
        if error is None:
            assert found == wanted
            return
        assert error.startswith("opensearch://")
        time.sleep(0.5)
    pytest.fail("no answer came back")


def _outcome(ask):
    """What an archive answers, or the error that it names."""
    try:
        return ask(), None
    except (ArchiveError, EngineError) as error:
        return None, str(error)


def _asked(archive):
    """Questions of every kind, each of several requests; and what they are answered."""
    return {
        "scan": lambda: list(archive.keys("minsk")),
        "order": lambda: list(archive.keys("minsk", sort="date")),
        "facets": lambda: archive.drill("minsk", "source>year").to_dict(),
        "first page": lambda: archive.search("minsk talks", facets="source").to_dict(),
        "later page": lambda: archive.search("minsk", offset=1500, limit=50).to_dict(),
    }


@pytest.mark.parametrize(("number", "replicas"), [(0, 1), (2, 1), (0, 0)])
def test_a_node_is_killed_while_questions_are_asked(three, fill, monkeypatch, number, replicas):
    """Also the node that is asked first. Nothing is answered from what was kept."""
    monkeypatch.setattr("reftel.search.engines.opensearch.engine._PAGE", 500)
    address = fill(three, f"dying{number}{replicas}", _cables(), shards=3, replicas=replicas)
    three.health(1, status="green")
    with reftel.open(address, cache_mb=0) as archive:
        asked = _asked(archive)
        wanted = {name: ask() for name, ask in asked.items()}
        assert len(wanted["scan"]) == len(wanted["order"]) == _MANY
        found, over = [], threading.Event()

        def ask_on(name):
            while not over.is_set():
                found.append((name, *_outcome(asked[name])))

        scan = archive.keys("minsk")
        begun = [next(scan) for _ in range(1200)]
        threads = [threading.Thread(target=ask_on, args=(name,)) for name in asked]
        for thread in threads:
            thread.start()
        time.sleep(1)
        with _killed(three, number):
            rest, error = _outcome(lambda: list(scan))
            assert begun + rest == wanted["scan"] if error is None else error.startswith("opensearch://")
            if replicas:
                for name, ask in asked.items():
                    _answered(ask, wanted[name])
            else:
                with pytest.raises((ArchiveError, EngineError), match=rf"a part of the archive does not answer \(.*dying{number}0-g|does not answer"):
                    archive.count("minsk")
            over.set()
            for thread in threads:
                thread.join()
        assert three.health(1, status="green")["status"] == "green"
        for name, ask in asked.items():
            _answered(ask, wanted[name])
    assert {name for name, _answer, _error in found} == set(asked)
    assert all(answer == wanted[name] if error is None else error.startswith("opensearch://") for name, answer, error in found)


def _places(nodes, index):
    """The nodes that have a part of an index."""
    return [int(line["node"].removeprefix("node")) for line in _request(nodes, "GET", f"/_cat/shards/{index}?format=json", None)]


def test_a_filling_without_replicas_ends_when_a_node_is_lost_and_the_next_one_goes_on(three, tmp_path, monkeypatch):
    monkeypatch.setattr("reftel.search.engines.opensearch.writer._ACTIVE", 1)
    sources = Path(__file__).parents[2] / "corpus_samples"
    address = f"opensearch://{three.hosts}/unreplicated"
    build([sources / "telegrams"], FolderStore(tmp_path / "archive"))
    copy_archive(tmp_path / "archive", parse_address(address), replicas=0)
    store = ClusterStore(parse_address(address))
    with reftel.open(address) as archive:
        before, index = len(archive), archive._state.engine.index
    victim = next(node for node in _places(three, index) if node not in _places(three, f"{index}-manifest"))
    down = []
    with contextlib.ExitStack() as until:

        def kill(so_far):
            if so_far.cables and not down:
                down.append(until.enter_context(_killed(three, victim)))

        with pytest.raises((ArchiveError, EngineError), match=r"a part of the archive does not answer \(shard \d of unreplicated-g.*no node has a copy"):
            build([sources], store, on_progress=kill)
        for command in (["index", str(sources)], ["verify"], ["count", "*"]):  # nothing of it is called damaged
            assert run([*command, "-A", address]) == 3
    three.health(status="green")
    with reftel.open(address) as archive:
        assert (len(archive), archive._state.engine.index) == (before, index)
    assert build([sources], store).total == 49
    assert run(["verify", "-A", address]) == 0


# -- fillings --------------------------------------------------------------------------------------------------------------------------------


def test_two_fillings_at_once_leave_one_whole_archive(cluster):
    address = parse_address(f"opensearch://{cluster.hosts}/twofold")

    def fill_with(word):
        with contextlib.closing(connect(address)) as connection, GenerationWriter(connection) as writer:
            writer.publish(writer.write(_cables(300, word)))

    threads = [threading.Thread(target=fill_with, args=(word,)) for word in ("one", "other")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reftel.open(str(address)) as archive:
        assert len(archive) == 300
        assert sorted((archive.count("one"), archive.count("other"))) == [0, 300]


_COPY = """
import itertools, sys, time
from reftel.schema.cable import Cable
from reftel.search.engines.opensearch.address import parse_address
from reftel.search.engines.opensearch.client import connect
from reftel.search.engines.opensearch.writer import GenerationWriter

def endless():
    for number in itertools.count():
        yield Cable(id=f"09X{number}", subject="half")
        if number == 500:
            print("half", flush=True)
        time.sleep(0.001)

with GenerationWriter(connect(parse_address(sys.argv[1]))) as writer:
    writer.write(endless())
"""


def test_a_killed_filling_changes_nothing_and_is_told_of(cluster, fill, tmp_path, capsys):
    address = fill(cluster, "kept", _cables(10))
    filling = subprocess.Popen([sys.executable, "-c", _COPY, address], stdout=subprocess.PIPE, text=True)
    assert filling.stdout.readline() == "half\n"
    filling.send_signal(signal.SIGKILL)
    filling.wait()
    filling.stdout.close()
    with reftel.open(address) as archive:
        assert (len(archive), archive.count("half")) == (10, 0)
    reftel.build([Path(__file__).parents[2] / "corpus_samples" / "telegrams"], tmp_path / "archive")
    assert run(["copy", str(tmp_path / "archive"), address]) == 0
    assert "note: removed 'kept-g" in capsys.readouterr().err


def test_what_is_written_late_makes_no_index(cluster):
    """Where the cluster makes indices of what it gets, as it does unless that is forbidden."""
    _request(cluster, "PUT", "/_cluster/settings", {"persistent": {"action.auto_create_index": "true"}})
    try:
        with contextlib.closing(connect(parse_address(f"opensearch://{cluster.hosts}/late"))) as connection:
            with GenerationWriter(connection) as writer:
                pass
            (cable,) = _cables(1)
            writer = _taken_up_again(writer, connection)
            writer.put(record_of(cable), 7)
            with pytest.raises(ArchiveError, match=r"another filling has removed what this one wrote .*'08BAKU0' was not written"):
                writer._bulk.flush()
            assert _request(cluster, "GET", "/_cat/indices/late-g*?format=json&expand_wildcards=all", None) == []
    finally:
        _request(cluster, "PUT", "/_cluster/settings", {"persistent": {"action.auto_create_index": None}})


def _taken_up_again(writer, connection):
    """A writer that goes on though what it wrote was removed."""
    late = GenerationWriter(connection)
    late.index = writer.index
    return late


def test_what_lost_cables_while_it_was_filled_is_not_published(cluster, fill):
    address = fill(cluster, "short", _cables(10))
    with contextlib.closing(connect(parse_address(address))) as connection, GenerationWriter(connection) as writer:
        count = writer.write(_cables(20))
        writer.record("08BAKU1")  # which has all written that is on its way
        _request(cluster, "DELETE", f"/{writer.index}/_doc/08BAKU0", None)
        with pytest.raises(ArchiveError, match="20 cables were written and the cluster holds 19"):
            writer.publish(count)
    with reftel.open(address) as archive:
        assert len(archive) == 10


def test_readers_of_a_generation_that_is_gone_are_told(cluster, fill):
    address = fill(cluster, "replaced", _cables(10))
    with reftel.open(address) as archive:
        fill(cluster, "replaced", _cables(20))
        with pytest.raises(ArchiveMissing, match="was refilled"):
            archive.count("minsk")
        assert archive.refresh()
        assert archive.count("minsk") == 20


# -- clusters --------------------------------------------------------------------------------------------------------------------------------


def test_a_cluster_that_takes_nothing_keeps_what_it_has(cluster, fill):
    address = fill(cluster, "steady", _cables(10))
    for setting, value in (("cluster.blocks.read_only", True), ("cluster.max_shards_per_node", 1)):
        _request(cluster, "PUT", "/_cluster/settings", {"persistent": {setting: value}})
        try:
            with pytest.raises((ArchiveError, EngineError), match="steady"):
                fill(cluster, "steady", _cables(20))
            with reftel.open(address) as archive:
                assert archive.count("minsk") == 10
        finally:
            _request(cluster, "PUT", "/_cluster/settings", {"persistent": {setting: None}})


def test_an_index_of_somebody_else_is_neither_read_nor_replaced(cluster, fill):
    _request(cluster, "PUT", "/theirs", {})
    with pytest.raises(ArchiveMissing, match="no archive of reftel's"):
        reftel.open(f"opensearch://{cluster.hosts}/theirs")
    with pytest.raises(ArchiveError, match="stays as it is"):
        fill(cluster, "theirs", _cables(1))
    with pytest.raises(ArchiveMissing, match="there is no archive here"):
        reftel.open(f"opensearch://{cluster.hosts}/nowhere")


def test_an_archive_of_other_rules_is_refused(cluster, fill, monkeypatch):
    address = fill(cluster, "older", _cables(1))
    monkeypatch.setattr("reftel.search.engines.opensearch.mapping.VERSION", 10_000)
    with pytest.raises(ArchiveVersion, match="'words' differs"):
        reftel.open(address)
    fill(cluster, "older", _cables(2))
    with reftel.open(address) as archive:
        assert len(archive) == 2


class _Elsewhere(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"version": {"number": "8.15.0", "build_flavor": "default"}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments):
        pass


def test_a_foreign_server_is_named():
    with http.server.HTTPServer(("127.0.0.1", 0), _Elsewhere) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            with pytest.raises(ArchiveVersion, match=r"the server is Elasticsearch 8\.15\.0; expected OpenSearch 2 or 3"):
                reftel.open(f"opensearch://127.0.0.1:{server.server_port}/cables")
        finally:
            server.shutdown()


def test_a_cluster_that_is_gone_is_named():
    with pytest.raises(ArchiveError, match=r"opensearch://127\.0\.0\.1:9/cables: the cluster does not answer"):
        reftel.open("opensearch://127.0.0.1:9/cables")


@pytest.mark.parametrize(("failures", "answered"), [(3, True), (4, False)])
def test_a_node_without_memory_is_asked_again(cluster, fill, monkeypatch, failures, answered):
    from opensearchpy import Transport, TransportError

    address, left, perform = fill(cluster, "crowded", _cables(10)), [failures], Transport.perform_request

    def crowded(self, method, url, *arguments, **named):
        if url.endswith("search") and left[0]:
            left[0] -= 1
            raise TransportError(429, "circuit_breaking_exception", {})
        return perform(self, method, url, *arguments, **named)

    monkeypatch.setattr("reftel.search.engines.opensearch.client._PAUSES", (0, 0, 0))
    with reftel.open(address) as archive:
        monkeypatch.setattr(Transport, "perform_request", crowded)
        if answered:
            assert archive.count("has:refs") == 0
        else:
            with pytest.raises(EngineError, match="too little memory"):
                archive.count("has:refs")


def test_a_question_of_too_many_words_is_refused(cluster, fill):
    address = fill(cluster, "broad", _cables(10))
    words = " w/3 ".join(["minsk", "talks"] * 7)
    with reftel.open(address) as archive, pytest.raises(QueryTooBroad):
        archive.count(words)


# -- values ----------------------------------------------------------------------------------------------------------------------------------

_HOSTILE = (
    '"; DROP', "a|b c|d", "¶b ¶e ¶m3", "{{}} ${x} \\ \" '", "../../etc/passwd", "<script>", "\x00\x1b[31m", "😀" * 500, "x" * 70_000, "é" * 40_000,
    "--- ---minsk", "[* ?", "*", "_id", "NULL",
)  # fmt: skip


def test_hostile_values_are_data(cluster, tmp_path):
    from reftel.indexer.writer import CableWriter  # noqa: F401 - the embedded engine takes the same

    cables = [
        Cable(
            id=None, subject=text, tags=(text,), signers=(text,), caveats=(text,), body=text, origin=text,
            paragraphs=(Paragraph(1, "S", "S", (text,), text, f"minsk {text} group"),),
        )
        for text in _HOSTILE
    ]  # fmt: skip
    address = parse_address(f"opensearch://{cluster.hosts}/hostile")
    with contextlib.closing(connect(address)) as connection, GenerationWriter(connection) as writer:
        assert writer.write(cables) == len(cables)
        writer.publish(len(cables))
    with reftel.open(str(address)) as archive:
        assert len(archive) == len({cable.key for cable in cables})
        for cable in cables:
            assert archive.cable(cable.key) == cable
        page = archive.search("minsk", facets=("tags:all", "caveat:all"), limit=None)
        assert {hit.key for hit in page.hits} == {cable.key for cable in cables}
        assert archive.count("para:(mark:S minsk)") == len(archive)


def test_copied_there_and_back(cluster, tmp_path, capsys):
    reftel.build([Path(__file__).parents[2] / "corpus_samples"], tmp_path / "there")
    address = f"opensearch://{cluster.hosts}/back"
    assert copy_archive(tmp_path / "there", parse_address(address)).cables > 40
    assert run(["copy", address, str(tmp_path / "back")]) == 0
    for place in (str(tmp_path / "back"), address):
        assert run(["verify", "-A", place]) == 0
    with reftel.open(tmp_path / "there") as before, reftel.open(tmp_path / "back") as after:
        assert list(after.keys()) == list(before.keys())
        for key in list(before.keys()):
            assert after.cable(key) == before.cable(key)
            assert after.versions(key) == before.versions(key)
        assert after.search("minsk group").to_dict() == before.search("minsk group").to_dict()
    capsys.readouterr()
    assert run(["backup", str(tmp_path / "kept"), "-A", address]) == 2
    assert "works on an archive in a folder" in capsys.readouterr().err
    assert run(["copy", str(tmp_path / "there"), str(tmp_path / "third")]) == ArchiveError.exit_code
    assert run(["copy", address, str(tmp_path / "back")]) == ArchiveError.exit_code


# -- archives of which something is gone -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "body", "told"),
    [
        ("POST", "/{}/_close", {}, "an index of the archive is closed"),
        ("PUT", "/{}/_settings", {"index.blocks.read": True}, "reading the archive is blocked"),
        ("DELETE", "/{}-words", None, "a part of the archive, the index '{}-words', is gone"),
    ],
)
def test_what_is_wrong_with_an_index_is_named(cluster, fill, method, path, body, told):
    address = fill(cluster, "ailing", _cables(10))
    with reftel.open(address) as archive:
        index = archive._state.engine.index
        _request(cluster, method, path.format(index), body)
        with pytest.raises((ArchiveError, EngineError), match=re.escape(told.format(index))):
            archive.search("minsk talks", facets="source")
    _request(cluster, "DELETE", f"/{index}", None)


def test_verify_finds_cables_and_words_that_are_gone(cluster, tmp_path):
    reftel.build([Path(__file__).parents[2] / "corpus_samples" / "telegrams"], tmp_path / "archive")
    address = parse_address(f"opensearch://{cluster.hosts}/gone")
    copy_archive(tmp_path / "archive", address)
    assert verify_in_cluster(address).problems == []
    with reftel.open(str(address)) as archive:
        index, some = archive._state.engine.index, next(iter(archive))
    for each in (index, f"{index}-words"):  # what was published is blocked for writing
        _request(cluster, "PUT", f"/{each}/_settings", {"index.blocks.write": False})
    _request(cluster, "DELETE", f"/{index}/_doc/{some}?refresh=true", None)
    _request(cluster, "DELETE", f"/{index}-words/_doc/body%200%20the?refresh=true", None)
    told = [str(problem) for problem in verify_in_cluster(address).problems]
    assert any(some in each for each in told)
    assert any("'the' of body" in each for each in told)
    _request(cluster, "DELETE", f"/{index}-words", None)
    assert any("is gone" in str(problem) for problem in verify_in_cluster(address).problems)
