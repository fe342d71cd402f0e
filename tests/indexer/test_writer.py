"""From cables to the index: every field of the table is there, and the record comes back."""

from __future__ import annotations

from pathlib import Path

import pytest

from reftel import record
from reftel.engine.reader import open_reader
from reftel.indexer import writer as module
from reftel.indexer.writer import CableWriter, field_specs
from reftel.record import record_of
from reftel.schema.cable import Cable, Paragraph, Source
from reftel.schema.errors import ArchiveLocked, ArchiveVersion, EngineError
from reftel.schema.fields import FIELDS, Field
from reftel.schema.stored import cable_of

SAMPLES = Path(__file__).parents[2] / "corpus_samples"

CABLE = Cable(
    id="08BAKU1", source=Source("a.txt", "telegram"), date="2008-02-13T05:12:00Z", date_precision="minute", classification="SECRET",
    subject="The lake", tags=("PREL", "AJ"), body="1. (S/NF) Calm.\n2. Hills.",
    paragraphs=(Paragraph(1, "S/NF", "S", ("NOFORN",), "LAKE", "Calm."), Paragraph(2, None, None, (), None, "Hills.")),
)  # fmt: skip


def test_the_specs_follow_the_field_table():
    specs = {spec.name: spec for spec in field_specs()}
    assert set(specs) == {field.name for field in FIELDS if field.stored != "nothing"}
    for field in FIELDS:
        if field.stored != "nothing":
            assert specs[field.name].facet == field.facet
    assert [spec.name for spec in field_specs() if spec.regions] == ["body"]
    assert specs["id"].sort
    assert specs["class"].kind == "number"


def test_a_new_line_in_the_field_table_is_a_new_field_of_the_index(monkeypatch, tmp_path):
    CableWriter(tmp_path / "old").commit()
    more = (*FIELDS, Field("colour", "keyword", "", (), values=lambda _cable: ("RED",), facet_values=lambda _cable: ("RED",)))
    for place in ("reftel.indexer.writer.FIELDS", "reftel.record.FIELDS"):
        monkeypatch.setattr(place, more)
    monkeypatch.setattr(module, "field_specs", module.field_specs.__wrapped__)
    for name in ("_fields", "_counted"):
        monkeypatch.setattr(record, name, getattr(record, name).__wrapped__)
    with CableWriter(tmp_path / "new") as writer:
        writer.put(CABLE)
    reader = open_reader(tmp_path / "new")
    assert reader.postings("colour", "RED")[0].tolist() == [0]
    assert reader.facet("colour").values == ("RED",)
    reader.close()
    with pytest.raises(ArchiveVersion):
        CableWriter(tmp_path / "old")


def test_the_record_and_its_paragraphs(tmp_path):
    record = record_of(CABLE)
    assert [(region.block, region.level, region.labels) for region in record.regions] == [(1, 3, ("NOFORN",)), (2, None, ())]
    with CableWriter(tmp_path) as writer:
        assert not writer.put(CABLE)
        assert writer.put(CABLE)
        assert writer.count() == 1
    with CableWriter(tmp_path) as writer:
        assert cable_of(writer.committed_record("08BAKU1")) == CABLE
        assert writer.committed_record("08BAKU2") is None
        assert writer.put(CABLE)
        assert writer.delete("08BAKU1")
        assert writer.count() == 0


def test_errors_that_users_see(tmp_path):
    with CableWriter(tmp_path) as writer:
        with pytest.raises(ArchiveLocked):
            CableWriter(tmp_path)
        with pytest.raises(EngineError, match="can't be indexed"):
            writer.put(Cable(id="08\nBAKU1"))
        assert not writer.commit()
