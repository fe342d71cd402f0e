"""The field table: that it is sound, and what each field takes from a cable."""

from __future__ import annotations

from typing import get_args

import msgspec
import pytest

from reftel.schema import cable as records
from reftel.schema.cable import Cable, ClassifiedBy, Paragraph, Recipient, Reference, Source
from reftel.schema.fields import (
    FIELDS,
    STORED,
    Block,
    Field,
    Kind,
    field_of_kind,
    fields_by_name,
    fields_meant,
    lower,
    minutes_of,
    paragraph_field,
    squash,
)

NAMES = [field.name for field in FIELDS]

CABLE = Cable(
    id="08BAKU101",
    source=Source("x.txt", "telegram"),
    date="2008-02-13T05:12:00Z",
    date_precision="minute",
    classification="CONFIDENTIAL",
    caveats=("SIPDIS", "NOFORN"),
    origin="Embassy Baku",
    post="BAKU",
    subject="MINSK GROUP",
    summary="They met.",
    tags=("PREL", "Clinton,  Hillary", "PREL"),
    refs=(Reference("A", "08STATE1", "cable", "08 STATE 1"), Reference("B", None, "other", "a letter"), Reference("C", "08STATE1", "cable", "08 STATE 1")),
    signers=("ROE", "DOE", "ROE"),
    classified_by=ClassifiedBy("Jane Roe", "Ambassador"),
    declassify_on="2018-02-13",
    precedence="PRIORITY",
    recipients=(Recipient("action", "SECSTATE"), Recipient("info", "Amembassy Moscow"), Recipient("info", "AMEMBASSY  MOSCOW")),
    paragraphs=(Paragraph(1, "C", "C", (), "Summary", "They met."), Paragraph(2, None, None, (), None, "And left.")),
    flags=("partial",),
    head_end=23,
    warnings=(records.Warning("id-missing", "id", "none"),),
    body="First line\n\nSecond line\n\n1. (C) They met.\n\n2. And left.\n\nROE\n",
)
EMPTY = Cable(id=None, body="")


def taken(field: Field, cable: Cable) -> object:
    """What an index stores of a cable under a field, and what is counted."""
    stored = {"text": [block.text for block in field.blocks(cable)], "keyword": list(map(field.normalise, field.values(cable))), "number": field.number(cable)}
    return stored.get(field.stored), None if field.facet_values is None else list(field.facet_values(cable))


TAKEN = {
    "subject": (["MINSK GROUP"], None),
    "body": (["Summary", "They met.", "And left."], None),
    "head": (["First line", "Second line", "ROE", "DOE", "ROE"], None),
    "summary": (["They met."], None),
    "id": (["08BAKU101"], None),
    "date": (20_047_992, None),
    "after": (None, None),
    "before": (None, None),
    "year": (["2008"], ["2008"]),
    "month": (["2008-02"], ["2008-02"]),
    "from": (["BAKU", "EMBASSY BAKU"], ["BAKU"]),
    "class": (2, ["CONFIDENTIAL"]),
    "caveat": (["SIPDIS", "NOFORN"], ["SIPDIS", "NOFORN"]),
    "prec": (1, ["PRIORITY"]),
    "tags": (["PREL", "CLINTON, HILLARY"], ["PREL", "CLINTON, HILLARY"]),
    "signer": (["ROE", "DOE", "ROE"], ["ROE", "DOE"]),
    "classifiedby": (["Jane Roe", "Ambassador"], None),
    "to": (["SECSTATE"], ["SECSTATE"]),
    "info": (["Amembassy Moscow", "AMEMBASSY  MOSCOW"], ["AMEMBASSY MOSCOW"]),
    "decl": (25_308_000, None),
    "refs": (["08STATE1"], ["08STATE1"]),
    "citedby": (None, None),
    "para": (None, None),
    "mark": (None, None),
    "mine": (None, None),
    "is": (["partial"], ["partial"]),
    "has": (["date", "subject", "summary", "tags", "refs", "signer", "classifiedby", "decl", "id", "marks", "paragraphs", "warnings"], None),
    "source": (["telegram"], ["telegram"]),
}


@pytest.mark.parametrize("field", FIELDS, ids=NAMES)
def test_what_a_field_takes_from_a_cable(field):
    assert taken(field, CABLE) == TAKEN[field.name]


@pytest.mark.parametrize("field", FIELDS, ids=NAMES)
def test_an_empty_cable_has_nothing_but_its_key(field):
    stored, counted = taken(field, EMPTY)
    assert stored == ([EMPTY.key.upper()] if field.name == "id" else None if field.stored in ("number", "nothing") else [])
    assert not counted


@pytest.mark.parametrize(
    ("change", "name", "expected"),
    [
        ({"date_precision": "year"}, "month", ([], [])),
        ({"date_precision": "year"}, "year", (["2008"], ["2008"])),
        ({"post": None}, "from", (["EMBASSY BAKU"], ["EMBASSY BAKU"])),
        ({"origin": None}, "from", (["BAKU", "EMBASSY BAKU"], ["BAKU"])),
        ({"post": None, "origin": None}, "from", ([], [])),
        ({"classification": "no level"}, "class", (None, ["no level"])),
        ({"paragraphs": ()}, "body", ([], None)),
        ({"paragraphs": (), "signers": ()}, "head", (["First line", "Second line", "1. (C) They met.", "2. And left.", "ROE\n"], None)),
        ({"classified_by": ClassifiedBy("Jane Roe", None)}, "classifiedby", (["Jane Roe"], None)),
        ({"id": None}, "has", ([*TAKEN["has"][0][:8], "marks", "paragraphs", "warnings"], None)),
    ],
)
def test_what_is_left_out(change, name, expected):
    assert taken(fields_by_name()[name], msgspec.structs.replace(CABLE, **change)) == expected


def test_blocks_of_paragraphs_know_their_paragraph():
    assert paragraph_field().name == "body"
    assert paragraph_field().blocks(CABLE) == (Block("Summary"), Block("They met.", 0), Block("And left.", 1))


def test_every_kind_is_stored_as_something():
    assert set(STORED) == set(get_args(Kind)) == {field.kind for field in FIELDS}


@pytest.mark.parametrize("field", FIELDS, ids=NAMES)
def test_a_field_has_what_its_kind_needs(field):
    assert field.help
    assert field.examples
    assert all(f"{field.name}:" in example for example in field.examples)
    assert (field.scale is not None) == (field.kind in ("ordered", "mark"))
    assert bool(field.choices) == (field.kind == "choice")
    assert field.of in ("", *NAMES)
    assert not field.default or (field.stored == "text" and field.weight > 0)
    assert not field.sort or field.stored in ("keyword", "number")
    functions = {"text": "blocks", "keyword": "values", "number": "number"}
    plain = Field("x", field.kind, "", ())
    assert {name for name in functions.values() if getattr(field, name) is not getattr(plain, name)} == ({functions[field.stored]} if field.stored in functions else set())


def test_no_two_fields_have_a_name_in_common():
    names = [*NAMES, *(alias for field in FIELDS for alias in field.aliases)]
    meant = [name for field in FIELDS for name in field.meant]
    assert len(set(names)) == len(names) == len(fields_by_name())
    assert len(set(meant)) == len(meant) == len(fields_meant())
    assert not set(meant) & set(names)
    assert {name: field.name for name, field in fields_by_name().items()} == {name: field.name for field in FIELDS for name in (field.name, *field.aliases)}
    assert {name: field.name for name, field in fields_meant().items()} == {name: field.name for field in FIELDS for name in field.meant}
    assert all(name == name.lower() and name.isidentifier() for name in names)
    assert all(name == name.lower() and name.isalnum() for name in meant)


@pytest.mark.parametrize(("kind", "name"), [("id", "id"), ("references", "refs"), ("text", "subject"), ("date", "date")])
def test_the_first_of_a_kind(kind, name):
    assert field_of_kind(kind).name == name


@pytest.mark.parametrize(
    ("value", "squashed", "lowered"),
    [("  a \t B\n", "A B", "a b"), ("Zu\u0308rich Vie\u0302\u0323t", "ZÜRICH VIỆT", "zürich việt"), ("a\u200bb", "AB", "ab"), ("a\u202eb", "AB", "ab"), ("", "", "")],
)
def test_values_are_compared_without_case_blanks_and_what_is_not_seen(value, squashed, lowered):
    assert (squash(value), lower(value)) == (squashed, lowered)


@pytest.mark.parametrize(
    ("iso", "minutes"),
    [("1970-01-01", 0), ("1970-01-02", 1440), ("1969-12-31T23:59:00Z", -1), ("1970-01-01T01:00:00+01:00", 0), ("1970-01-01T00:01:59Z", 1), ("1969-12-31T23:59:30Z", -1), ("2008-02-13T05:12:00Z", 20_047_992)],
)
def test_minutes_since_1970(iso, minutes):
    assert minutes_of(iso) == minutes
