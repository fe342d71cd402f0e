"""The E.O. line: declassification dates and what stands in their place."""

import pytest
from readers import parse_eo

from reftel.indexer.telegram.eo import Declassification

VALUES = [
    ("E.O. 12958: DECL: 01/31/2019", "2019-01-31", "01/31/2019"),
    ("EO 12958 DECL: 2/1/2020", "2020-02-01", "2/1/2020"),
    ("E.O. 12958: DECL: 22-MAY-2016", "2016-05-22", "22-MAY-2016"),
    ("E.O. 12958 - N/A", None, "N/A"),
    ("E.O. 12.958: DECL: DECL: 04232019", "2019-04-23", "04232019"),
    ("E.O. I2958 - DECL - APRIL 23RD, 2019", "2019-04-23", "APRIL 23RD, 2019"),
    ("E-O 12958: DECL: 2/1/2020", "2020-02-01", "2/1/2020"),
    ("3.O. 12958: DECL: 2/1/2020", "2020-02-01", "2/1/2020"),
    ("O. 12958: DECLASSIFY: 2019-APR-23", "2019-04-23", "2019-APR-23"),
    ("E.0. 12958 (DECL: 2/1/2020)", "2020-02-01", "2/1/2020"),
    ("E,O, 12958: DCEL: 2/1/2020", "2020-02-01", "2/1/2020"),
    ("EXECUTIVE ORDER 12958, AS AMENDED: DECL ON: 02/01/2O20", "2020-02-01", "02/01/2O20"),
    ("EO12958: DECL: 2/1/2020 DERIVED FROM: DSCG 05-1", "2020-02-01", "2/1/2020"),
    ("E.O. 12958: DECL: 2019/12/16", "2019-12-16", "2019/12/16"),
    ("E.O. 12958: DECL: 2019-02-12", "2019-02-12", "2019-02-12"),
    ("EO 12958 DECL: 11/29/10", "2010-11-29", "11/29/10"),
    ("E.O. 12958: DECL: 12/31/25", "2025-12-31", "12/31/25"),
    ("E.O. 12598: DECLl: 01/31/2019", "2019-01-31", "01/31/2019"),
    ("E.o. 12958: decl: 01/31/2019", "2019-01-31", "01/31/2019"),
    ("E. O. 12958: 01/31/2019", "2019-01-31", "01/31/2019"),
    ("E.O. 12958: DECL: January 31, 2019", "2019-01-31", "January 31, 2019"),
    ("E.O. 12958: DECL: \n01/31/2019", "2019-01-31", "01/31/2019"),
    ("E.O. 12958: Declassify on 01/31/2019", "2019-01-31", "Declassify on 01/31/2019"),
    ("E.O. 12958: N/A", None, "N/A"),
    ("E.O. 12958:N/A", None, "N/A"),
    ("EO 12958 N/A", None, "N/A"),
    ("E.O.12356: DECL:OADR", None, "OADR"),
    ("E.O. 12958: DECL: MR", None, "MR"),
    ("E.O. 12958: DNG: CO 01/31/2019", None, "DNG: CO 01/31/2019"),
    ("E.O. 12958: DECL: TEN YEARS AFTER UNIFICATION", None, "TEN YEARS AFTER UNIFICATION"),
    ("E.O. 12958: DECL: UPON THE CLOSURE OF THE MISSION\nIN BAKU", None, "UPON THE CLOSURE OF THE MISSION IN BAKU"),
    ("E.O. 12958: AS AMENDED; DECLASSIFIED JUNE 21, 2006", None, "AS AMENDED; DECLASSIFIED JUNE 21, 2006"),
    ("E.O. 12958: DECL: DECLASSIFIED BY NARA 09/02/2009", None, "DECLASSIFIED BY NARA 09/02/2009"),
    ("E.O. 12958: DECL: 011/2/2019", None, "011/2/2019"),
    ("E.O. 12958: DECL: 02/30/2019", None, "02/30/2019"),
    ("E.O. 11652: GDS", None, "GDS"),
    ('E.O. 12958: DECL: 01/31/2019 "', "2019-01-31", "01/31/2019"),
    ("E.O. 12958: DECL: 20190131", "2019-01-31", "20190131"),
    ("E.O. 12958: DECL: 31JAN19", "2019-01-31", "31JAN19"),
    ("E.O. 12958: DECL: 01/31/ 2019", "2019-01-31", "01/31/ 2019"),
    ("E.O. 12958: DECL: 01//31//2019", "2019-01-31", "01//31//2019"),
]


@pytest.mark.parametrize(("text", "on", "raw"), VALUES)
def test_values(text, on, raw):
    assert parse_eo(f"S E C R E T BAKU 000012\n\n{text}\nTAGS: PREL", year=2009) == Declassification(on, raw)
    assert parse_eo(text, year=2009) == Declassification(on, raw)


def test_two_digit_years_lie_behind_the_cable():
    assert parse_eo("E.O. 12065: GDS 8/12/85 (ROE, JANE) OR-P", year=1979) == Declassification(
        "1985-08-12", "GDS 8/12/85 (ROE, JANE) OR-P"
    )
    assert parse_eo("E.O. 12958: DECL: 8/12/05", year=1995) == Declassification("2005-08-12", "8/12/05")


@pytest.mark.parametrize(
    "text",
    [
        "E.O. 12958: DECL: 01/31/2019 Tags: prel Subject: grain",
        "E.O. 12958:  DECL: 01/31/2019 TAG PTER, PGOV, SW",
        "EO 12958 DECL: 01/31/2019  TAGS OVIP (ROE, JANE), UAE",
        "000012SipdisE.o. 12958: decl: 01/31/2019Tags: prel",
    ],
)
def test_tags_may_share_the_line(text):
    assert parse_eo(text, year=2009) == Declassification("2019-01-31", "01/31/2019")


def test_declassify_on_stands_in_for_a_missing_line():
    text = "SUBJECT: GRAIN\nClassified By: DCM Jane Roe, reason 1.4 (b)\nDeclassify on: 01/31/2019\n"
    assert parse_eo(text, year=2009) == Declassification("2019-01-31", "01/31/2019")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "TAGS: PREL",
        "(U) Classified by CDA Jane Roe; E.O. 12958, reasons 1.4 (b) and (d).",
        "Classified By: DCM Jane Roe, \nE.O. 12958, reasons 1.4 (b)",
    ],
)
def test_no_line(text):
    assert parse_eo(text) is None
