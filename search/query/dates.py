"""Dates as a query writes them, to minutes since 1970, UTC.

>>> read_moment("2008-02") == (read_moment("2008-02-01")[0], read_moment("2008-02-29")[1])
True
"""

from __future__ import annotations

import calendar
import datetime
import re

from reftel.search.query.problems import Unreadable, quote

_EPOCH = datetime.datetime(1970, 1, 1)  # naive arithmetic: all of it is UTC
_FORMS = re.compile(
    r"""([0-9]{4})                                # 2008
        (?: - ([0-9]{2})                          # 2008-02
            (?: - ([0-9]{2})                      # 2008-02-15
                (?: [Tt\ ] ([0-9]{2}) (?: : ([0-9]{2}) )? [Zz]? )?  # 2008-02-15T12, 2008-02-15T12:00
            )?
        )?""",
    re.VERBOSE,
)
_HINT = "write 2008, 2008-02, 2008-02-15 or 2008-02-15T12:00"
_RANGE_HINT = "write 2008-02-01..2008-02-15, 2008.. or ..2008"

Bounds = tuple[int | None, int | None]


def read_range(text: str) -> Bounds:
    """First and last minute, inclusive, of a date or a range of dates: ``"2008.."`` -> (start of 2008, ``None``)."""
    first, dots, last = text.partition("..")
    if not dots:
        return read_moment(text)
    if not first.strip() and not last.strip():
        raise Unreadable(f"{quote(text)} has neither a first nor a last date", _RANGE_HINT)
    lowest = read_moment(first.strip())[0] if first.strip() else None
    highest = read_moment(last.strip())[1] if last.strip() else None
    if lowest is not None and highest is not None and lowest > highest:
        raise Unreadable(f"{quote(text)} ends before it starts", "write the earlier date first")
    return lowest, highest


def read_comparison(op: str, text: str) -> Bounds:
    """Bounds of ``>2008-02`` (after its last minute), ``>=`` (from its first), ``<`` (before its first), ``<=`` (to its last)."""
    if ".." in text:
        raise Unreadable(f"{quote(op + text)} compares with a range", "compare with one date, or write the range alone")
    first, last = read_moment(text)
    bounds: dict[str, Bounds] = {">": (last + 1, None), ">=": (first, None), "<": (None, first - 1), "<=": (None, last)}
    return bounds[op]


def read_moment(text: str) -> tuple[int, int]:
    """First and last minute of a year, month, day, hour or minute."""
    match = _FORMS.fullmatch(text)
    if match is None:
        raise Unreadable(f"{quote(text)} is no date", _HINT)
    year, month, day, hour, minute = (None if part is None else int(part) for part in match.groups())
    if not year:
        raise Unreadable(f"{quote(text)} is no date: years begin at 0001", _HINT)
    months = (month, month) if month is not None else (1, 12)
    if not 1 <= months[0] <= 12:
        raise Unreadable(f"{quote(text)} is no date: there is no month {month:02}", _HINT)
    length = calendar.monthrange(year, months[1])[1]
    days = (day, day) if day is not None else (1, length)
    if not 1 <= days[0] <= length:
        raise Unreadable(f"{quote(text)} is no date: the month has {length} days", _HINT)
    if (hour or 0) > 23 or (minute or 0) > 59:
        raise Unreadable(f"{quote(text)} is no date: there is no such time of day", _HINT)
    hours = (hour, hour) if hour is not None else (0, 23)
    minutes = (minute, minute) if minute is not None else (0, 59)
    first, last = (
        _minutes(datetime.datetime(year, months[end], days[end], hours[end], minutes[end]))
        for end in (0, 1)
    )
    return first, last


def _minutes(moment: datetime.datetime) -> int:
    return int((moment - _EPOCH).total_seconds()) // 60
