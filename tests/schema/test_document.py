"""The document: a cable cut into what an index holds of it."""

from __future__ import annotations

import pytest

from reftel.schema.analysis import LAST_PART
from reftel.schema.cable import Cable, Paragraph
from reftel.schema.document import Document, ParagraphEntry, document_of
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
def document() -> Document:
    return document_of(CABLE)


def test_words_are_folded_block_by_block(document):
    assert document.key == "08BAKU101"
    assert {name: blocks for name, blocks in document.texts.items() if blocks} == {
        "subject": (("f", "16s"),),
        "body": (("the", "juris", "diction"), ("of", "baku"), ("cafe",), ()),
        "head": (("head",), ("roe",)),
        "signer": (("roe",),),
    }


def test_further_forms_stand_at_their_words(document):
    assert document.joined == {
        "subject": ((0, 0, "f16s"), (0, 1, f"{LAST_PART}f16s")),
        "body": ((0, 1, "jurisdiction"), (0, 2, f"{LAST_PART}jurisdiction")),
    }


def test_values_are_normalised(document):
    assert {name: values for name, values in document.keywords.items() if values} == {
        "id": ("08BAKU101",), "year": ("1970",), "month": ("1970-01",), "tags": ("PREL",),
        "has": ("date", "subject", "tags", "signer", "id", "marks", "paragraphs"),
    }  # fmt: skip
    assert {name: number for name, number in document.numbers.items() if number is not None} == {"date": 1441, "class": 3}
    assert {name: values for name, values in document.facets.items() if values} == {
        "year": ("1970",), "month": ("1970-01",), "class": ("SECRET",), "tags": ("PREL",), "signer": ("ROE",),
    }  # fmt: skip


def test_paragraphs_know_their_block_and_their_mark(document):
    assert document.paragraphs == (ParagraphEntry(1, 3, ("NOFORN",)), ParagraphEntry(2, None, ()), ParagraphEntry(3, 0, ()))


@pytest.mark.parametrize("cable", [CABLE, Cable()], ids=["full", "empty"])
def test_every_field_is_there(cable):
    document = document_of(cable)
    assert set(document.texts) == named("text")
    assert set(document.keywords) == named("keyword")
    assert set(document.numbers) == named("number")
    assert set(document.facets) == {field.name for field in FIELDS if field.facet}


def test_a_cable_of_nothing():
    document = document_of(Cable())
    assert document.key.startswith("text-")
    assert document.keywords["id"] == (document.key.upper(),)
    assert not any(document.texts.values())
    assert not any(document.facets.values())
    assert set(document.numbers.values()) == {None}
    assert (document.paragraphs, document.joined) == ((), {})
