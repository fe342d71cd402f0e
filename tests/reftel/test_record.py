"""The record: a cable cut into what an index holds of it."""

from __future__ import annotations

import pytest

from reftel.engine.specs import Record, Region
from reftel.record import record_of
from reftel.schema.analysis import LAST_PART
from reftel.schema.cable import Cable, Paragraph
from reftel.schema.fields import FIELDS

CABLE = Cable(
    id="08BAKU101",
    date="1970-01-02T00:01:00Z",
    date_precision="minute",
    classification="SECRET",
    subject="F-16s",
    tags=("prel",),
    signers=("ROE",),
    paragraphs=(
        Paragraph(1, "S/NF", "S", ("NOFORN",), "The juris-\ndiction", "Of Baku."),
        Paragraph(2, None, None, (), None, "Café."),
        Paragraph(3, "U", "U", (), None, ""),
    ),
    body="Head",
    head_end=4,
)


def named(stored: str) -> set[str]:
    return {field.name for field in FIELDS if field.stored == stored}


@pytest.fixture(scope="module")
def record() -> Record:
    return record_of(CABLE)


def test_words_are_folded_block_by_block(record):
    assert record.key == "08BAKU101"
    assert {name: record.words(name) for name, blocks in record.texts.items() if blocks} == {
        "subject": [["f", "16s"]],
        "body": [["the", "juris", "diction"], ["of", "baku"], ["cafe"], []],
        "head": [["head"], ["roe"]],
        "signer": [["roe"]],
    }


def test_further_forms_stand_at_their_words(record):
    assert record.joined == {
        "subject": ((0, 0, "f16s"), (0, 1, f"{LAST_PART}f16s")),
        "body": ((0, 1, "jurisdiction"), (0, 2, f"{LAST_PART}jurisdiction")),
    }


def test_values_are_normalised(record):
    assert {name: values for name, values in record.keywords.items() if values} == {
        "id": ("08BAKU101",), "year": ("1970",), "month": ("1970-01",), "tags": ("PREL",),
        "has": ("date", "subject", "tags", "signer", "id", "marks", "paragraphs"),
    }  # fmt: skip
    assert {name: number for name, number in record.numbers.items() if number is not None} == {"date": 1441, "class": 3}
    assert {name: values for name, values in record.facets.items() if values} == {
        "year": ("1970",), "month": ("1970-01",), "class": ("SECRET",), "tags": ("PREL",), "signer": ("ROE",),
    }  # fmt: skip


def test_paragraphs_know_their_block_and_their_mark(record):
    assert record.regions == (Region(1, 3, ("NOFORN",)), Region(2), Region(3, 0))


@pytest.mark.parametrize("cable", [CABLE, Cable()], ids=["full", "empty"])
def test_every_field_is_there(cable):
    record = record_of(cable)
    assert set(record.texts) == named("text")
    assert set(record.keywords) == named("keyword")
    assert set(record.numbers) == named("number")
    assert set(record.facets) == {field.name for field in FIELDS if field.facet}


def test_a_cable_of_nothing():
    record = record_of(Cable())
    assert record.key.startswith("text-")
    assert record.keywords["id"] == (record.key.upper(),)
    assert not any(record.texts.values())
    assert not any(record.facets.values())
    assert set(record.numbers.values()) == {None}
    assert (record.regions, record.joined) == ((), {})
