"""Writing an index and reading it back, with the engine's own reader and with stock Whoosh."""

from __future__ import annotations

import threading

import numpy as np
import pytest
import whoosh.index
from whoosh.qparser import QueryParser

from reftel.engine.arrays import PLACE_BITS
from reftel.engine.columns import ABSENT
from reftel.engine.errors import EngineError, IndexVersion, LockHeld
from reftel.engine.merging import MOST_SEGMENTS
from reftel.engine.reader import open_reader
from reftel.engine.specs import FieldSpec, Record, Region
from reftel.engine.writer import open_writer

SPECS = (
    FieldSpec("body", "text", regions=True),
    FieldSpec("subject", "text", facet=True),
    FieldSpec("tags", "keyword", facet=True, sort=True),
    FieldSpec("size", "number"),
)
RECORDS = (
    Record(
        "b", b"stored b", {"body": ["red\nfox", "", "fox\nden\nfox"], "subject": ["hen"]}, {"tags": ["P", "Q"]}, {"size": -7},
        {"tags": ["P", "Q", "P"], "subject": ["h\x1fen", ""]}, [Region(0, 2, ("N", "O")), Region(1), Region(2, 0, ("N",))],
    ),
    Record("a", b"", {"body": ["den"]}, {"tags": []}, {"size": None}, {"tags": ["Q"]}, [Region(0)]),
    Record("c", b"stored c" * 1000, {"body": ["fox"] * 3}, {"tags": ["Q"]}, {"size": 2**62}),
)  # fmt: skip


@pytest.fixture(params=[1, 3], ids=["one segment", "three segments"])
def folder(request, tmp_path):
    step = len(RECORDS) // request.param
    for start in range(0, len(RECORDS), step):
        with open_writer(tmp_path, SPECS) as writer:
            for record in RECORDS[start : start + step]:
                writer.add(record)
    return tmp_path


@pytest.fixture
def reader(folder):
    reader = open_reader(folder)
    yield reader
    reader.close()


def keys_of(reader):
    return reader.keys_of(np.arange(reader.size))


def places(*pairs):
    return [document << PLACE_BITS | position for document, position in pairs]


def test_terms_are_sorted_and_found_by_prefix(reader):
    assert reader.terms("body") == ["den", "fox", "red"]
    assert reader.terms("body", "f") == ["fox"]
    assert reader.terms("body", "g") == reader.terms("info") == []
    assert reader.terms("tags") == ["P", "Q"]


def test_postings_and_places_count_positions_over_blocks_with_one_left_empty(reader):
    documents, frequencies = reader.postings("body", "fox")
    assert (documents.tolist(), frequencies.tolist()) == ([0, 2], [3, 3])
    assert reader.places("body", "fox").tolist() == places((0, 1), (0, 4), (0, 6), (2, 0), (2, 2), (2, 4))
    assert reader.postings("body", "cat")[0].tolist() == reader.places("body", "cat").tolist() == []


def test_columns(reader):
    assert reader.numbers("size").tolist() == [-7, ABSENT, 2**62]
    assert reader.lengths("body").tolist() == [5, 1, 3]
    facet = reader.facet("tags")
    assert facet.values == ("P", "Q")
    assert list(zip(facet.documents.tolist(), facet.codes.tolist(), strict=True)) == [(0, 0), (0, 1), (1, 1)]
    assert reader.facet("subject").values == ("", "h\x1fen")
    assert reader.order("tags").tolist()[1] == ABSENT
    assert reader.order("tags")[0] < reader.order("tags")[2]


def test_blocks_and_regions(reader):
    blocks = reader.blocks("body")
    assert blocks.starts.tolist() == places((0, 0), (0, 3), (0, 4), (1, 0), (2, 0), (2, 2), (2, 4))
    assert blocks.lengths.tolist() == [2, 0, 3, 1, 1, 1, 1]
    regions = reader.regions()
    assert regions.documents.tolist() == [0, 0, 0, 1]
    assert regions.starts.tolist() == places((0, 0), (0, 3), (0, 4), (1, 0))
    assert (regions.ends - regions.starts + 1).tolist() == [2, 0, 3, 1]
    assert regions.levels.tolist() == [2, -1, 0, -1]
    assert {label: numbers.tolist() for label, numbers in regions.labels.items()} == {"N": [0, 2], "O": [0]}


def test_keys_and_records(reader):
    assert keys_of(reader) == ["b", "a", "c"]
    assert reader.key_order().argsort().tolist() == [1, 0, 2]
    assert [reader.record(reader.document(key)) for key in "abc"] == [b"", b"stored b", b"stored c" * 1000]
    assert reader.document("d") is None


def test_whoosh_itself_reads_the_index(folder):
    index = whoosh.index.open_dir(folder)
    parser = QueryParser("body", index.schema)
    with index.searcher() as searcher:
        found = lambda query: sorted(hit["key"] for hit in searcher.search(parser.parse(query)))  # noqa: E731
        assert found("fox") == ["b", "c"]
        assert found('"red fox"') == found("fo* AND NOT size:[0 TO]") == found("tags:P") == ["b"]
        assert found('"fox fox"') == []
        assert found("size:[-7 TO 0] OR den") == ["a", "b"]


@pytest.mark.parametrize("many", [1, 3, 1000])
def test_replace_and_delete(folder, monkeypatch, many):
    monkeypatch.setattr("reftel.engine.writer._MANY", many)
    with open_writer(folder, SPECS) as writer:
        assert writer.replace(Record("b", b"new", {"body": ["hen"]}))
        assert writer.committed_record("b") == b"stored b"
        assert writer.replace(Record("b", b"newer", {"body": ["cock"]}))
        assert not writer.replace(Record("d", b"d"))
        assert writer.delete("a")
        assert not writer.delete("a")
        assert "b" in writer
        assert "a" not in writer
        assert len(writer) == 3
        with pytest.raises(EngineError, match="taken"):
            writer.add(Record("b", b""))
    reader = open_reader(folder)
    assert reader.documents == 3
    assert sorted(reader.keys_of(np.flatnonzero(reader.live))) == ["b", "c", "d"]
    assert reader.record(reader.document("b")) == b"newer"
    assert reader.document("a") is None
    assert reader.postings("body", "hen")[0].tolist() == reader.places("body", "red").tolist() == []
    reader.close()


@pytest.mark.parametrize("commits", [0, 1, 3])
def test_keys_are_known_however_many_are_asked_for(tmp_path, commits):
    for commit in range(commits):
        with open_writer(tmp_path, SPECS) as writer:
            for number in range(400):
                assert not writer.replace(Record(f"é{commit}-{number}", b""))
    with open_writer(tmp_path, SPECS) as writer:
        for number in range(0, 400, 2):
            assert writer.delete(f"é0-{number}") == (commits > 0)
        for commit in range(4):
            known = [number for number in range(1000) if f"é{commit}-{number}" in writer]
            assert known == (list(range(commit == 0, 400, 1 + (commit == 0))) if commit < commits else [])


def test_merging_changes_nothing_but_the_numbers(folder):
    before = open_reader(folder)
    with open_writer(folder, SPECS) as writer:
        writer.delete("a")
        writer.commit(optimize=True)
    after = open_reader(folder)
    assert after.size == after.documents == 2
    for key in "bc":
        assert after.record(after.document(key)) == before.record(before.document(key))
    assert sorted((after.places("body", "fox") & 0xFFFF).tolist()) == sorted((before.places("body", "fox") & 0xFFFF).tolist())
    assert after.facet("tags").values == ("P", "Q")
    assert {label: len(numbers) for label, numbers in after.regions().labels.items()} == {"N": 2, "O": 1}
    assert before.documents == 3  # the old commit is still there for whoever reads it
    before.close()
    after.close()


def test_many_small_commits_keep_few_segments(tmp_path):
    for number in range(30):
        with open_writer(tmp_path, SPECS) as writer:
            writer.add(Record(f"k{number:02}", b"", {"body": ["fox"]}))
            writer.commit(added=0)
    assert len(list(tmp_path.glob("*.seg"))) <= MOST_SEGMENTS + 1
    reader = open_reader(tmp_path)
    assert sorted(keys_of(reader)) == [f"k{number:02}" for number in range(30)]
    assert len(reader.postings("body", "fox")[0]) == 30
    reader.close()


def test_a_cancelled_writer_leaves_no_trace(folder):
    files = sorted(path.name for path in folder.iterdir())
    writer = open_writer(folder, SPECS)
    writer.replace(Record("b", b"new"))
    writer.cancel()

    def fail():
        with open_writer(folder, SPECS) as writer:
            writer.delete("a")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with open_writer(folder, SPECS) as writer:
        assert not writer.commit()
    assert sorted(path.name for path in folder.iterdir() if path.name != "MAIN_WRITELOCK") == [f for f in files if f != "MAIN_WRITELOCK"]
    reader = open_reader(folder)
    assert reader.record(reader.document("b")) == b"stored b"
    reader.close()


def test_a_second_writer_is_refused_until_the_first_ends(folder):
    first = open_writer(folder, SPECS)
    with pytest.raises(LockHeld):
        open_writer(folder, SPECS)
    first.cancel()
    open_writer(folder, SPECS).cancel()


def test_other_fields_are_refused(folder):
    with pytest.raises(IndexVersion, match="other fields"):
        open_writer(folder, SPECS[:-1])
    open_writer(folder, SPECS).cancel()


@pytest.mark.parametrize("record", [Record("a\nb", b""), Record("k", b"", keywords={"tags": ["x\ny"]}), Record("k", b"", keywords={"tags": ["\ud800"]})])
def test_what_cannot_be_indexed_is_refused_before_anything_changes(folder, record):
    with open_writer(folder, SPECS) as writer:
        with pytest.raises(EngineError, match="can't be indexed"):
            writer.replace(record)
        writer.add(Record("d", b""))
    reader = open_reader(folder)
    assert reader.documents == 4
    reader.close()


@pytest.mark.parametrize("name", ["key", "record", "regions", "a.b", "_a"])
def test_names_that_fields_cannot_have(tmp_path, name):
    with pytest.raises(ValueError, match="can't be called"):
        open_writer(tmp_path, [FieldSpec(name, "keyword")])


def test_threads_share_a_reader(tmp_path):
    with open_writer(tmp_path, SPECS) as writer:
        for number in range(400):
            writer.add(Record(f"k{number}", b"x", {"body": ["\n".join([f"w{number % 20}", "fox"] * (number % 3 + 1))]}))
    reader = open_reader(tmp_path)
    wanted = {f"w{n}": len([k for k in range(400) if k % 20 == n]) for n in range(20)}
    failures = []

    def ask():
        for word, count in wanted.items():
            if len(reader.postings("body", word)[0]) != count or len(reader.places("body", "fox")) != sum(n % 3 + 1 for n in range(400)):
                failures.append(word)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    reader.close()


def test_an_empty_index_can_be_read(tmp_path):
    open_writer(tmp_path, SPECS).cancel()
    reader = open_reader(tmp_path)
    assert reader.documents == reader.size == 0
    assert reader.terms("body") == []
    assert reader.places("body", "fox").tolist() == reader.regions().starts.tolist() == reader.lengths("body").tolist() == []
    reader.close()


def test_a_commit_that_fails_frees_the_lock_and_leaves_the_index_as_it_was(folder, monkeypatch):
    writer = open_writer(folder, SPECS)
    writer.add(Record("d", b""))
    with monkeypatch.context() as patch:
        patch.setattr("whoosh.index.TOC.write", lambda *_: (_ for _ in ()).throw(OSError("no space left")))
        with pytest.raises(OSError, match="no space"):
            writer.commit()
    reader = open_reader(folder)
    assert reader.documents == 3
    reader.close()
    with open_writer(folder, SPECS) as writer:
        writer.add(Record("e", b""))
    reader = open_reader(folder)
    assert [key for key in ("d", "e") if key in keys_of(reader)] == ["e"]
    assert len(list(folder.glob("*.seg"))) == len({path.stem for path in folder.glob("*.seg")}) <= 4
    reader.close()
