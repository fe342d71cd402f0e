"""What of filling an archive in a cluster needs none: records as documents, words told from what is stored, what workers of Dask do, configurations."""

from __future__ import annotations

import contextlib
import dataclasses
from pathlib import Path

import pytest

import reftel
from reftel.cli import run
from reftel.cluster import spread
from reftel.indexer import reading
from reftel.indexer.changes import Wish, look_at
from reftel.indexer.config import ConfigError, find_config, read_config
from reftel.indexer.reading import read_whole
from reftel.indexer.reindex import reindex
from reftel.indexer.text import texts_of
from reftel.indexer.workers import Workers, WorkersDied
from reftel.record import record_of
from reftel.schema.errors import ArchiveError, ArchiveVersion
from reftel.schema.stored import cable_of
from reftel.search.engines.opensearch.mapping import document_source, iter_words, word_query, words_in_source

_SAMPLES = Path(__file__).parents[2] / "corpus_samples"
_REAL = Path(__file__).parents[3] / "shared" / "corpus"


def _cables(folder):
    for path in sorted(folder.rglob("*.*")):
        yield from reftel.read_cables(path, on_error=[].append)


@pytest.mark.parametrize("folder", [_SAMPLES, _REAL])
def test_the_words_of_a_record_are_told_from_what_the_cluster_holds(folder):
    if not folder.is_dir():
        pytest.skip(f"no real pages in {folder}")
    count = 0
    for cable in _cables(folder):
        record = record_of(cable)
        told, words = set(words_in_source(document_source(record))), set(iter_words(record))
        assert told >= words
        # Where the number of a wider form ends before digits is a guess; the guesses ask for the same token.
        assert {str(word_query(*word)) for word in told} == {str(word_query(*word)) for word in words}
        count += 1
    assert count > 40


def _look(path):
    return look_at(path, None, Wish())


def test_a_worker_keeps_what_it_reads_and_gives_the_places():
    paths = sorted((_SAMPLES / "telegrams").iterdir())[:2]
    results = spread.read(spread.rules(), [(read_whole, (_look(path),)) for path in paths])
    given = spread.places(results)
    for result, light, records in zip(results, given, spread.stored(results), strict=True):
        assert [cable_of(record).key for record in records] == [text.record.key for text in light.texts]
        assert [dataclasses.replace(text, record=None) for text in light.texts] == [dataclasses.replace(text, record=None) for text in result.texts]
        assert all(text.record.stored == b"" for text in light.texts)
    assert spread.places(spread.read(spread.rules(), [(texts_of, ([],))])) == [[]]


def test_a_worker_refuses_other_rules_and_names_files_that_it_lacks(tmp_path, monkeypatch):
    monkeypatch.setattr(spread, "_here", lambda: "one (tcp://127.0.0.1:1)")  # outside of Dask no worker is running
    with pytest.raises(ArchiveVersion, match="another version of reftel"):
        spread.read((0, 0, 0), [])
    path = tmp_path / "there.txt"
    path.write_text("x")
    look = _look(path)
    path.unlink()
    (contents,) = spread.read(spread.rules(), [(read_whole, (look,))])
    (message,) = contents.failures.messages(str(path))
    assert "the worker one (tcp://127.0.0.1:1) cannot read this file: No such file or directory; workers need the sources under the same paths as the run" in message
    assert not contents.failures.lasting


class _Workers:
    """A pool whose tasks run here. A task that is to read the ``deadly`` file kills every worker that gets it."""

    def __init__(self, deadly: Path | None) -> None:
        self._deadly = deadly

    def close_group(self, group):
        pass

    def submit(self, function, *values):
        return function, values

    def wait(self, task):
        function, values = task
        return function(*map(self._made, values))

    def _made(self, value):
        if isinstance(value, tuple) and value and callable(value[0]):  # what another task gives
            return self.wait(value)
        if isinstance(value, list) and any(look.path == self._deadly for _function, (look,) in value):
            raise WorkersDied("they died")
        return value


@pytest.mark.parametrize("deadly", [None, 0, 1, 2])
def test_a_file_that_kills_workers_costs_itself_alone(deadly):
    paths = sorted((_SAMPLES / "telegrams").iterdir())[:3]
    group = spread._Group(_Workers(None if deadly is None else paths[deadly]))
    for path in paths:
        group.add((read_whole, (_look(path),)))
    for place, path in enumerate(paths):
        found = group.result(place)
        if place == deadly:
            assert not found.texts
            assert found.failures.messages(str(path)) == [f"{path}: the workers that read this file died one after the other; look into their logs and at their memory"]
            continue
        assert not found.failures.messages(str(path))
        assert [cable_of(text.record.stored).key for text in found.texts] == [cable.key for cable in reftel.read_cables(path)]


class _Unlucky(spread.DaskPool):
    """Tasks that run here. The first so many that are waited for are given up."""

    def __init__(self, deaths: int) -> None:
        super().__init__("tcp://nobody:1")
        self._deaths, self._runs = deaths, _Workers(None)

    def submit(self, function, *values):
        return self._runs.submit(function, *values)

    def wait(self, task):
        if self._deaths:
            self._deaths -= 1
            raise WorkersDied("they died")
        return self._runs.wait(task)

    def _count(self):
        return 1


@pytest.mark.parametrize(("deaths", "told"), [(1, None), (2, None), (3, "they died")])
def test_what_a_worker_was_to_write_when_it_died_is_written_by_another(monkeypatch, deaths, told):
    sent = []
    monkeypatch.setattr(spread, "_connection", lambda address: address)
    monkeypatch.setattr("reftel.search.engines.opensearch.writer.send", lambda _connection, actions: sent.extend(actions))
    pool = _Unlucky(0)
    contents = pool.begin(read_whole, _look(min((_SAMPLES / "telegrams").iterdir()))).result()
    pool._deaths = deaths
    for version, text in enumerate(contents.texts, 1):
        text.record.write("opensearch://here/cables", f"cables-g{deaths}", version)
    with pytest.raises(ArchiveError, match=told) if told else contextlib.nullcontext():
        pool.flush()
    written = {action["index"]["_id"]: action["index"]["version"] for action, _source in sent if "index" in action}
    assert written == ({} if told else {text.record.key: version for version, text in enumerate(contents.texts, 1)})


def test_a_text_that_is_another_than_was_decided_on_is_not_written(tmp_path, monkeypatch):
    path = min((_SAMPLES / "telegrams").iterdir())
    results = spread.read(spread.rules(), [(read_whole, (_look(path),))])
    sent = []
    monkeypatch.setattr(spread, "_connection", lambda address: address)
    monkeypatch.setattr("reftel.search.engines.opensearch.writer.send", lambda _connection, actions: sent.extend(actions))
    (text, *_rest) = results[0].texts
    place = (text.record.key, text.path, text.locator, text.length)
    spread.write(results, "opensearch://here/cables", "cables-g1", {(0, 0): (place, 7)})
    (action, source), *words = sent
    assert action == {"index": {"_index": "cables-g1-filling", "_id": text.record.key, "version": 7, "version_type": "external_gte"}}
    assert source == document_source(text.record)
    assert {name for word, _source in words for name in word} == {"create"}
    before = len(sent)
    spread.write(results, "opensearch://here/cables", "cables-g1", {(0, 0): (place, 8)})  # whose words are there
    assert len(sent) == before + 1
    with pytest.raises(ArchiveError, match="changed while it was read a second time"):
        spread.write(results, "opensearch://here/cables", "cables-g1", {(0, 0): ((*place[:3], place[3] + 1), 9)})


def test_configurations_name_archives_in_clusters(tmp_path, monkeypatch):
    path = tmp_path / "reftel.toml"
    path.write_text('archive = "opensearch://127.0.0.1:9/cables"\nsources = ["cables"]\n')
    config = read_config(path)
    assert config.archive == "opensearch://127.0.0.1:9/cables"
    with pytest.raises(ConfigError, match="is no folder"):
        reindex(config)
    with contextlib.chdir(tmp_path):
        assert find_config("opensearch://127.0.0.1:9/cables") == path
    with contextlib.chdir("/"), pytest.raises(ConfigError, match="in the current folder"):
        find_config("opensearch://127.0.0.1:9/cables")


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["index", str(_SAMPLES), "-A", "opensearch://127.0.0.1:9/cables"], 3, "the cluster does not answer"),
        (["index", str(_SAMPLES), "-A", "opensearch://127.0.0.1:9/CABLES"], 2, "is no name of an archive in a cluster"),
        (["index", str(_SAMPLES), "-A", "nowhere", "--dask", "tcp://127.0.0.1:9"], 2, "workers of Dask fill archives in a cluster alone"),
    ],
)
def test_what_cannot_be_filled(tmp_path, capsys, arguments, status, message):
    with contextlib.chdir(tmp_path):
        assert run(arguments) == status
        assert message in capsys.readouterr().err
        assert not (tmp_path / "nowhere").exists()


class _Lost:
    """A task that kills whoever does it."""

    def result(self):
        raise WorkersDied("they died")


class _Mortal(Workers):
    """Workers that die of one cable."""

    def __init__(self, deadly):
        super().__init__(1)
        self._deadly = deadly

    def begin(self, function, *values):
        (messages,) = values
        return _Lost() if any(message.source.locator == self._deadly for message in messages) else super().begin(function, *values)


def test_a_cable_of_a_dump_that_kills_workers_costs_itself_alone(monkeypatch):
    path = _SAMPLES / "dumps" / "cables.csv"
    monkeypatch.setattr(reading, "WHOLE", path.stat().st_size - 1)
    whole = [text for contents in reading.read_files([_look(path)], Workers(1)) for text in contents.texts]
    assert len(whole) > 2
    deadly = whole[1].locator
    for contents in reading.read_files([_look(path)], _Mortal(deadly)):
        texts = list(contents.texts)
        assert [text.locator for text in texts] == [text.locator for text in whole if text.locator != deadly]
        why = "the workers that read this cable died one after the other; look into their logs and at their memory"
        assert contents.failures.messages(str(path)) == [f"{path}:{deadly}: {why}"]
        assert not contents.can_be_parted()
        assert contents.failures.unread_part(str(path), str(path))
