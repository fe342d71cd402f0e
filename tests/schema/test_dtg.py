import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reftel.schema.dates import month_number, parse_date
from reftel.schema.dtg import impossible_group, iter_dtgs, parse_dtg


@pytest.mark.parametrize(
    ("text", "iso", "precedences"),
    [
        ("O R 130512Z FEB 08", "2008-02-13T05:12:00Z", ("IMMEDIATE", "ROUTINE")),
        ("P R 221828 Z MAY 73", "1973-05-22T18:28:00Z", ("PRIORITY", "ROUTINE")),
        ("R 281848Z DEC 66", "1966-12-28T18:48:00Z", ("ROUTINE",)),
        ("201247Z Jan 04", "2004-01-20T12:47:00Z", ()),
        ("PP 031223Z APR 08 ZDS", "2008-04-03T12:23:00Z", ("PRIORITY",)),
        ("Z 130512Z FEB 2008", "2008-02-13T05:12:00Z", ("FLASH",)),
        ("NIACT IMMEDIATE 130512Z FEB 08", "2008-02-13T05:12:00Z", ("NIACT IMMEDIATE",)),
        ("ZNY CCCCC ZZHO 130512ZFEB08", "2008-02-13T05:12:00Z", ("IMMEDIATE",)),
        ("DE RUEHXX #0290 0341016\nO 031016Z FEB 08", "2008-02-03T10:16:00Z", ("IMMEDIATE",)),
        ("FM X\nZ\nR 130512Z FEB 08\nP\n", "2008-02-13T05:12:00Z", ("ROUTINE",)),  # prosigns stand on its line
        ("O NIACT IMMEDIATE 130512Z FEB 08", "2008-02-13T05:12:00Z", ("IMMEDIATE", "NIACT IMMEDIATE")),
        ("NIACT IMMEDIATE P 130512Z FEB 08", "2008-02-13T05:12:00Z", ("NIACT IMMEDIATE", "PRIORITY")),
        ("P O 130512Z FEB 08", "2008-02-13T05:12:00Z", ("PRIORITY", "IMMEDIATE")),
        ("P 13O512Z FEB O8", "2008-02-13T05:12:00Z", ("PRIORITY",)),  # the letter O
        ("P/R 130512Z-FEB-08", "2008-02-13T05:12:00Z", ("PRIORITY", "ROUTINE")),
        ("P, R 130512Z/FEB/2008", "2008-02-13T05:12:00Z", ("PRIORITY", "ROUTINE")),
        ("P 13 O5I2Z FEB 08", "2008-02-13T05:12:00Z", ("PRIORITY",)),
        ("P 130512 ZULU FEB 08", "2008-02-13T05:12:00Z", ("PRIORITY",)),
        ("P 130512Z FBE 08", "2008-02-13T05:12:00Z", ("PRIORITY",)),
        ("P 130512Z FEB, '08", "2008-02-13T05:12:00Z", ("PRIORITY",)),
        ("P 130512Z FEB\n08\nFM X", "2008-02-13T05:12:00Z", ("PRIORITY",)),
        ("R 130512Z SEPT 08", "2008-09-13T05:12:00Z", ("ROUTINE",)),
        ("310512Z FEB 08\nP 010512Z MAR 08", "2008-03-01T05:12:00Z", ("PRIORITY",)),  # no 31 February
        ("------------------352654  200910Z /23\nR 200905Z AUG 09", "2009-08-20T09:05:00Z", ("ROUTINE",)),
        ("PAGE 01 OSLO 0012 182017Z\nO 182001Z MAY 01", "2001-05-18T20:01:00Z", ("IMMEDIATE",)),
    ],
)
def test_date_time_groups(text: str, iso: str, precedences: tuple[str, ...]) -> None:
    found = parse_dtg(text)
    assert found is not None
    assert (found.iso, found.precedences) == (iso, precedences)
    assert found.year == int(iso[:4])
    assert found.moment.tzinfo is datetime.UTC


@pytest.mark.parametrize("text", ["", "182017Z /23", "182017Z", "1182017Z FEB 08", "182517Z FEB 08", "182017Z FEB 081", "182017Z FOO 08", "182017Z JUNK 08"])
def test_what_is_no_group(text: str) -> None:
    assert parse_dtg(text) is None


@pytest.mark.parametrize(("text", "group"), [("O R 310512Z FEB 08", ("310512Z FEB 08", ("IMMEDIATE", "ROUTINE"))), ("182517Z FEB 08", ("182517Z FEB 08", ())), ("P 130512Z FOO 08", ("130512Z FOO 08", ("PRIORITY",))), ("130512Z FEB 08", None), ("182017Z /23", None)])
def test_groups_of_no_day_of_the_calendar(text: str, group: tuple[str, tuple[str, ...]] | None) -> None:
    assert impossible_group(text) == group


@pytest.mark.parametrize("text", ["FM X\nO R 130512Z FEB 08 ZDK", "FM X\n  O R 130512Z FEB 08 ZDK"])
def test_the_span_covers_prosigns_and_year(text: str) -> None:
    found = parse_dtg(text)
    assert found is not None
    assert text[found.start : found.end] == "O R 130512Z FEB 08"


def test_every_group_in_order() -> None:
    assert [dtg.iso[:10] for dtg in iter_dtgs("130512Z FEB 08 and 140512Z MAR 09")] == ["2008-02-13", "2009-03-14"]


@given(st.datetimes(datetime.datetime(1966, 1, 1), datetime.datetime(2010, 12, 31)), st.sampled_from(["Z", " Z ", ""]))
def test_printed_groups_read_back(moment: datetime.datetime, zone: str) -> None:
    found = parse_dtg(f"{moment:%d%H%M}{zone} {moment:%b} {moment:%y}".upper())
    assert found is not None
    assert found.moment.replace(tzinfo=None) == moment.replace(second=0, microsecond=0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("02/13/2018", "2018-02-13"),
        ("2/3/18", "2018-02-03"),
        ("2018/02/13", "2018-02-13"),
        ("2018-2-13", "2018-02-13"),
        ("02-13-2018", "2018-02-13"),
        ("20180213", "2018-02-13"),
        ("13/02/2018", "2018-02-13"),
        ("02/ 13/ 2018", "2018-02-13"),
        ("June 21, 2006", "2006-06-21"),
        ("21 JUN 06", "2006-06-21"),
        ("21-JUN-2006", "2006-06-21"),
        ("21JUN06", "2006-06-21"),
        ("Sept. 4, 1998", "1998-09-04"),
        ("May 5th, 2012", "2012-05-05"),
        ("Friday, 09 May 2008", "2008-05-09"),
        ("(8/12/85)", "1985-08-12"),
        ("12/05/2008", "2008-12-05"),
        ("05/04/34", "2034-05-04"),
    ],
)
def test_dates(text: str, expected: str) -> None:
    assert parse_date(text) == datetime.date.fromisoformat(expected)


@pytest.mark.parametrize("text", ["", "2/30/2018", "011/2/2019", "2/13", "13 FOO 2008", "in 2018", "N/A", "99/99/99", "Friday, Friday, 09 May 2008", "x" * 100])
def test_what_is_no_date(text: str) -> None:
    assert parse_date(text) is None


@pytest.mark.parametrize("text", ["2/13/50", "13/2/50", "13 FEB 50", "Feb. 13, 50"])
def test_two_digits_of_a_year_are_told_by_the_pivot(text: str) -> None:
    assert parse_date(text, pivot=50) == datetime.date(1950, 2, 13)
    assert parse_date(text, pivot=51) == datetime.date(2050, 2, 13)


@pytest.mark.parametrize(("name", "number"), [("JAN", 1), ("January", 1), ("sept", 9), ("Dec.", 12), ("MAYB", None), ("MAYX", None), ("JA", None), ("", None)])
def test_months(name: str, number: int | None) -> None:
    assert month_number(name) == number
