"""Every hit of a query: keys come without their records, in any order, from any list."""

from __future__ import annotations

import pytest

import reftel
from reftel import state
from reftel.cli import main
from reftel.schema.stored import record_bytes


@pytest.fixture
def archive(archive_path):
    with reftel.open(archive_path) as opened:
        yield opened


QUERIES = ["*", "minsk", '"Minsk Group" OR precedent', "from:baku", "class:>=confidential -minsk"]


@pytest.mark.parametrize("sort", ["id", "-id", "date", "-date", "relevance"])
@pytest.mark.parametrize("query", QUERIES)
def test_keys_are_those_of_the_hits(archive, query, sort):
    keys = list(archive.keys(query, sort=sort))
    assert keys == [hit.key for hit in archive.scan(query, sort=sort)] == [hit.key for hit in archive.matches(query, sort=sort)]
    assert len(keys) == archive.count(query)
    if sort == "relevance":
        assert keys == [hit.key for hit in archive.search(query, limit=None).hits]


def test_keys_of_a_list(archive):
    listed = list(archive.keys())[::2]
    assert list(archive.keys("*", ids=listed)) == listed
    assert set(archive.keys("minsk", ids=listed)) == set(listed) & set(archive.keys("minsk"))


def test_ids_are_printed_and_exported_without_a_record_being_read(archive, archive_path, tmp_path, monkeypatch, capfd):
    wanted = [hit.key for hit in archive.scan("minsk", sort="-date")]
    monkeypatch.setattr(state, "cable_of", lambda _record: pytest.fail("a record was read"))
    asked = ["minsk", "--format", "ids", "--sort", "-date", "--archive", str(archive_path)]
    for command in (["search", *asked, "--all"], ["export", *asked]):
        with pytest.raises(SystemExit) as done:
            main(command)
        assert (done.value.code, capfd.readouterr().out.split()) == (0, wanted)
    assert archive.export("minsk", tmp_path / "ids.txt", format="ids", sort="-date") == len(wanted)
    assert (tmp_path / "ids.txt").read_text().split() == wanted


def test_records_that_are_not_what_the_index_says_are_damage(archive, monkeypatch):
    monkeypatch.setattr(archive._state.engine._reader, "records", lambda documents: [record_bytes(reftel.Cable(id="08BAKU1")).split(b"\n")] * len(documents))
    with pytest.raises(reftel.ArchiveDamaged, match="damaged"):
        archive.search("minsk")
