"""Dates as a query writes them, to minutes since 1970, UTC: in ISO 8601, as cables print them, and in every form that reftel's outputs have.

>>> read_moment("2008-02") == (read_moment("2008-02-01")[0], read_moment("2008-02-29")[1])
True
"""

from __future__ import annotations

import calendar
import datetime
import re

from reftel.base.patterns import regex
from reftel.schema.dates import month_number, parse_date, valid_date
from reftel.schema.dtg import parse_dtg
from reftel.search.query.problems import Unreadable, quote

_EPOCH = datetime.datetime(1970, 1, 1)  # naive arithmetic: all of it is UTC
_ISO = regex(
    r"""([0-9]{4})                                  # 2008
        (?: - ([0-9]{1,2})                          # 2008-02
            (?: - ([0-9]{1,2})                      # 2008-02-15
                (?: (?: [Tt] | ,?[ ] ) ([0-9]{1,2}) (?: : ([0-9]{2}) (?: : [0-9]{2} (?: [.,] [0-9]+ )? )? | [Hh] )?  # T12, 12:00, 12:00:00, 12h
                    (?: [ ]? (?: [Zz] | UTC | ([+-]) ([0-9]{2}) :? ([0-9]{2}) ) )?
                )?
            )?
        )?""",
    re.VERBOSE,
)
_YEARS = regex(r"([0-9]{4})-([0-9]{4})")
_QUARTER = regex(r"(?P<year>[0-9]{4})[- ]?Q(?P<quarter>[1-4])|Q(?P<first>[1-4])[- /]?(?P<behind>[0-9]{4})", re.IGNORECASE)
_WEEK = regex(r"([0-9]{4})-?W([0-9]{2})", re.IGNORECASE)
_MONTH = regex(r"([A-Z]{3,9})\.?,?[ -]*([0-9]{4})", re.IGNORECASE)  # February 2008
_PLUSD = regex(r"([0-9]{4}) ([A-Z]{3,9}) ([0-9]{1,2})(, [0-9]{2}:[0-9]{2})?(?: \([A-Z]+\))?", re.IGNORECASE)  # 1973 May 22, 18:28 (Tuesday)
_TWO_WAYS = regex(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{2,4})")
_BETWEEN = regex(r"between (.*) and (.*)", re.IGNORECASE)
_INSIDE = regex(r"\[(.*)\]|from (.*)", re.IGNORECASE)  # [2008 TO 2009]
_DASH = regex(r"[ ]?[–—―][ ]?|[ ]-{1,2}[ ]")
_WORDS = regex(r"[ ](?:to|until|till|through|thru)[ ]", re.IGNORECASE)
_HINT = "write 2008, 2008-02, 2008-02-15 or 2008-02-15T12:00"
_RANGE_HINT = "write 2008-02-01..2008-02-15, 2008.. or ..2008"

Bounds = tuple[int | None, int | None]


class NoDate(Unreadable):
    """What has the form of a date neither whole nor in part, unlike a date that the calendar lacks."""


def is_dated(text: str) -> bool:
    """Whether ``text`` has the form of a date or a range, though it may be one that the calendar lacks: ``"2008 to 2009"``, ``"Feb 30, 2008"``."""
    try:
        read_range(text)
    except Unreadable as problem:
        return not isinstance(problem, NoDate)
    return True


def read_range(text: str) -> Bounds:
    """First and last minute, inclusive, of a date or a range of dates: ``"2008.."`` -> (start of 2008, ``None``).

    Between the two dates may stand two dots, a dash or ``to``: ``"2008-01 .. 2008-03"``, ``"2008–2009"``, ``"Feb 2008 to 2009"``.
    """
    if _moment(text) is not None:
        return read_moment(text)
    first, dots, last = ends_of_range(text)
    if not dots:
        return read_moment(text)
    if not first and not last:
        raise Unreadable(f"{quote(text)} has neither a first nor a last date", _RANGE_HINT)
    lowest = read_moment(first)[0] if first else None
    highest = read_moment(last)[1] if last else None
    if lowest is not None and highest is not None and lowest > highest:
        raise Unreadable(f"{quote(text)} ends before it starts", "write the earlier date first")
    return lowest, highest


def ends_of_range(text: str) -> tuple[str, str, str]:
    """What stands before, at and behind the sign of a range; the sign is empty where there is none."""
    if between := _BETWEEN.fullmatch(text):
        return between[1], "and", between[2]
    inside = _INSIDE.fullmatch(text)
    plain = text.replace("…", "..").replace("...", "..") if inside is None else inside[1] or inside[2]
    if years := _YEARS.fullmatch(plain):
        return years[1], "-", years[2]
    first, dots, last = plain.partition("..")
    if not dots and (sign := _WORDS.search(plain) or _DASH.search(plain)):
        first, dots, last = plain[: sign.start()], sign[0], plain[sign.end() :]
    return first.strip(), dots, last.strip()


def read_comparison(op: str, text: str) -> Bounds:
    """Bounds of ``>2008-02`` (after its last minute), ``>=`` (from its first), ``<`` (before its first), ``<=`` (to its last)."""
    if _moment(text) is None and ends_of_range(text)[1]:
        raise Unreadable(f"{quote(op + text)} compares with a range", "compare with one date, or write the range alone")
    first, last = read_moment(text)
    bounds: dict[str, Bounds] = {">": (last + 1, None), ">=": (first, None), "<": (None, first - 1), "<=": (None, last)}
    return bounds[op]


def read_moment(text: str) -> tuple[int, int]:
    """First and last minute of a year, quarter, month, week, day, hour or minute."""
    moment = _moment(text)
    if moment is None:
        raise NoDate(f"{quote(text)} is no date", _HINT)
    return moment


def _moment(text: str) -> tuple[int, int] | None:
    """`read_moment`, ``None`` for what has no form of a date; `Unreadable` for what the calendar lacks, or what can be read in two ways."""
    if match := _ISO.fullmatch(text):
        return _iso(text, match)
    if match := _QUARTER.fullmatch(text):
        year, quarter = int(match["year"] or match["behind"]), int(match["quarter"] or match["first"])
        return _months(text, year, 3 * quarter - 2, 3 * quarter)
    if match := _WEEK.fullmatch(text):
        return _week(text, int(match[1]), int(match[2]))
    if (match := _MONTH.fullmatch(text)) and (month := month_number(match[1])):
        return _months(text, int(match[2]), month, month)
    if match := _PLUSD.fullmatch(text):
        text = f"{match[3]} {match[2]} {match[1]}{match[4] or ''}"
    day, comma, time = text.rpartition(", ")
    if comma and re.fullmatch("[0-9]{2}:[0-9]{2}", time) and (found := _moment(day)):
        start = found[0] + int(time[:2]) * 60 + int(time[3:])
        return start, start
    group = parse_dtg(text)
    if group is not None and (group.start, group.end) == (0, len(text)):
        return (_minutes(group.moment.replace(tzinfo=None)),) * 2
    return _printed_day(text)


def _printed_day(text: str) -> tuple[int, int] | None:
    """The day of a date as cables and footnotes print it: ``"Feb 15, 2008"``, ``"15 FEB 08"``, ``"02/15/2008"``."""
    found = parse_date(text)
    if found is None:
        return None
    numbers = _TWO_WAYS.fullmatch(text.strip())
    other = valid_date(found.year, int(numbers[2]), int(numbers[1])) if numbers else None
    if other is not None and other != found:
        raise Unreadable(f"{quote(text)} may be {found} or {other}", "write the one that is meant")
    return _days(found, found)


def _iso(text: str, match: re.Match[str]) -> tuple[int, int]:
    year, month, day, hour, minute = (None if part is None else int(part) for part in match.groups()[:5])
    if not year:
        raise Unreadable(f"{quote(text)} is no date: years begin at 0001", _HINT)
    if month is None:
        return _months(text, year, 1, 12)
    if not 1 <= month <= 12:
        raise Unreadable(f"{quote(text)} is no date: there is no month {month:02}", _HINT)
    if day is None:
        return _months(text, year, month, month)
    length = calendar.monthrange(year, month)[1]
    if not 1 <= day <= length:
        raise Unreadable(f"{quote(text)} is no date: the month has {length} days", _HINT)
    if (hour or 0) > 23 or (minute or 0) > 59:
        raise Unreadable(f"{quote(text)} is no date: there is no such time of day", _HINT)
    sign, hours, minutes = match.groups()[5:]
    offset = int(f"{sign}1") * (int(hours) * 60 + int(minutes)) if sign else 0
    start = _minutes(datetime.datetime(year, month, day, hour or 0, minute or 0)) - offset
    return start, start + (24 * 60 if hour is None else 60 if minute is None else 1) - 1


def _months(text: str, year: int, first: int, last: int) -> tuple[int, int]:
    """From the first of one month to the last of another one."""
    if not year:
        raise Unreadable(f"{quote(text)} is no date: years begin at 0001", _HINT)
    length = calendar.monthrange(year, last)[1]
    return _days(datetime.date(year, first, 1), datetime.date(year, last, length))


def _week(text: str, year: int, week: int) -> tuple[int, int]:
    """From Monday to Sunday of a week of ISO 8601."""
    try:
        monday = datetime.date.fromisocalendar(year, week, 1)
        return _days(monday, datetime.date.fromisocalendar(year, week, 7))
    except ValueError:
        raise Unreadable(f"{quote(text)} is no date: the year has no such week", _HINT) from None


def _days(first: datetime.date, last: datetime.date) -> tuple[int, int]:
    start, end = (_minutes(datetime.datetime(day.year, day.month, day.day)) for day in (first, last))
    return start, end + 24 * 60 - 1


def _minutes(moment: datetime.datetime) -> int:
    return int((moment - _EPOCH).total_seconds()) // 60
