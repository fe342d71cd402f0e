"""Values of fields: dates, ranks, portion marks, ids, posts and plain keywords."""

from __future__ import annotations

import pytest

from reftel.schema.fields import minutes_of
from reftel.search.plan import CitedBy, Mark, Paragraph, Range, Value, ValuePattern
from reftel.search.query import read_query

DATES = [  # query, first and last minute that it takes in
    ("date:2008", "2008-01-01", "2008-12-31T23:59"),
    ("date:2008-02", "2008-02-01", "2008-02-29T23:59"),
    ("date:2008-02-15", "2008-02-15", "2008-02-15T23:59"),
    ("date:2008-02-15T12", "2008-02-15T12:00", "2008-02-15T12:59"),
    ("date:2008-02-15T12:00", "2008-02-15T12:00", "2008-02-15T12:00"),
    ("date:2008-02-15T12:00Z", "2008-02-15T12:00", "2008-02-15T12:00"),
    ('date:"2008-02-15 12:00"', "2008-02-15T12:00", "2008-02-15T12:00"),
    ("date:2008-02-01..2008-02-15", "2008-02-01", "2008-02-15T23:59"),
    ("date:2008-02..2008-02", "2008-02-01", "2008-02-29T23:59"),
    ("date:2008..", "2008-01-01", None),
    ("date:..2008-02", None, "2008-02-29T23:59"),
    ("date:>2008-02", "2008-03-01", None),
    ("date:>=2008-02", "2008-02-01", None),
    ("date:<2008-02", None, "2008-01-31T23:59"),
    ("date:<=2008-02", None, "2008-02-29T23:59"),
    ("after:2008-02", "2008-03-01", None),
    ("after:2008-12-31", "2009-01-01", None),
    ("before:2008-02-15", None, "2008-02-14T23:59"),
    ("before:1970", None, "1969-12-31T23:59"),
    ("date:1966-02-28", "1966-02-28", "1966-02-28T23:59"),
    ("date:9999", "9999-01-01", "9999-12-31T23:59"),
    ("date:*", None, None),
]


@pytest.mark.parametrize(("text", "first", "last"), DATES)
def test_dates_are_inclusive_and_in_utc(text, first, last):
    bounds = (None if first is None else minutes_of(first), None if last is None else minutes_of(last))
    assert read_query(text).plan == Range("date", *bounds)


def test_the_declassification_date_is_a_field_of_its_own():
    assert read_query("decl:..2018").plan == Range("decl", None, minutes_of("2018-12-31T23:59"))


VALUES = [
    ("class:secret", Range("class", 3, 3)),
    ("class:S", Range("class", 3, 3)),
    ("class:u//fouo", Range("class", 1, 1)),
    ('class:"top secret"', Range("class", 4, 4)),
    ("class:>=confidential", Range("class", 2, None)),
    ("class:>c", Range("class", 3, None)),
    ("class:<=c", Range("class", None, 2)),
    ("class:<secret", Range("class", None, 2)),
    ("class:c..secret", Range("class", 2, 3)),
    ("class:c..", Range("class", 2, None)),
    ("class:secret..secret", Range("class", 3, 3)),
    ("class:U//FOR OFFICIAL USE ONLY", Range("class", 1, 1)),
    ("class:*", Range("class", None, None)),
    ("prec:>=immediate", Range("prec", 2, None)),
    ("prec:OO", Range("prec", 2, 2)),
    ("caveat:noforn", Value("caveat", ("NOFORN",))),
    ("caveat:NF", Value("caveat", ("NOFORN",))),
    ("tags:prel", Value("tags", ("PREL",))),
    ('tags:"clinton,  hillary"', Value("tags", ("CLINTON, HILLARY",))),
    ("tags:P*", ValuePattern("tags", "P*")),
    ("tags:*", ValuePattern("tags", "*")),
    ("tags:??", ValuePattern("tags", "??")),
    ("year:2008", Value("year", ("2008",))),
    ("year:200?", ValuePattern("year", "200?")),
    ("year:20*", ValuePattern("year", "20*")),
    ("month:2008-02", Value("month", ("2008-02",))),
    ("month:2008-*", ValuePattern("month", "2008-*")),
    ("id:08BAKU123", Value("id", ("08BAKU123",))),
    ('id:"08 Baku 00123"', Value("id", ("08BAKU123",))),
    ("id:08baku*", ValuePattern("id", "08BAKU*")),
    ("id:text-0123456789abcdef", Value("id", ("TEXT-0123456789ABCDEF",))),
    ("refs:08state012345", Value("refs", ("08STATE12345",))),
    ("refs:08STATE*", ValuePattern("refs", "08STATE*")),
    ("citedby:08baku0123", CitedBy(("08BAKU123",))),
    ("citedby:text-0123456789abcdef", CitedBy(("TEXT-0123456789ABCDEF",))),
    ("from:baku", Value("from", ("BAKU",))),
    ('from:"Embassy Baku"', Value("from", ("BAKU",))),
    ('from:"AMEMBASSY SAO PAULO"', Value("from", ("SAOPAULO",))),
    ("from:ba*", ValuePattern("from", "BA*")),
    ('from:"no  such place"', Value("from", ("NO SUCH PLACE",))),
    ("is:Redacted", Value("is", ("redacted",))),
    ("is:partial|redacted", Value("is", ("partial", "redacted"))),
    ("has:refs", Value("has", ("refs",))),
    ("has:signers", Value("has", ("signer",))),
    ("source:cablegate-html", Value("source", ("cablegate-html",))),
    ("source:cable*", ValuePattern("source", "cable*")),
]


@pytest.mark.parametrize(("text", "expected"), VALUES)
def test_a_value_stands_for(text, expected):
    assert read_query(text).plan == expected


MARKS = [
    ("S", Mark(3, 3)), ("s", Mark(3, 3)), ("secret", Mark(3, 3)), ("SBU", Mark(1, 1)), ("U//FOUO", Mark(1, 1)),
    ("S/NF", Mark(3, 3, ("NOFORN",))), ("S//NF", Mark(3, 3, ("NOFORN",))), ("S//NOFORN", Mark(3, 3, ("NOFORN",))),
    ("S/NF/OC", Mark(3, 3, ("NOFORN", "ORCON"))), ("NF", Mark(0, 4, ("NOFORN",))), ("*", Mark(0, 4)),
    (">=C", Mark(2, 4)), (">C", Mark(3, 4)), ("<C", Mark(0, 1)), ("<=C", Mark(0, 2)), (">=C/NF", Mark(2, 4, ("NOFORN",))),
    ('"top secret"', Mark(4, 4)),
]  # fmt: skip


@pytest.mark.parametrize(("value", "expected"), MARKS)
def test_a_portion_mark_is_a_level_and_caveats(value, expected):
    assert read_query(f"mark:{value}").plan == Paragraph(expected)
    assert read_query(f"para:(mark:{value})").plan == Paragraph(expected)
