"""Calendar dates as cables print them."""

from __future__ import annotations

import datetime

from reftel.base.patterns import regex

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_MONTH_NAMES = (
    "JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE", "JULY", "AUGUST", "SEPTEMBER", "OCTOBER", "NOVEMBER", "DECEMBER",
)  # fmt: skip
_WEEKDAY = regex(r"(?:MON|TUES|WEDNES|THURS|FRI|SATUR|SUN)DAY[ ,]+")
_YEAR_FIRST = regex(r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})")  # 2018/02/13, 2018-2-13
_MONTH_FIRST = regex(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})")  # 02/13/2018, 2/13/18
_COMPACT = regex(r"((?:19|20)\d{2})(\d{2})(\d{2})")  # 20180213
_DAY_NAME = regex(r"(\d{1,2})(?:ST|ND|RD|TH)?[ -]*([A-Z]{3,9})\.?[ ,-]*'?(\d{4}|\d{2})")  # 21 JUN 06, 21-JUN-2006
_NAME_DAY = regex(r"([A-Z]{3,9})\.? *(\d{1,2})(?:ST|ND|RD|TH)?[ ,]+'?(\d{4}|\d{2})")  # JUNE 21, 2006
_YEAR_NAME = regex(r"(\d{4})[ -]+([A-Z]{3,9})\.?[ -]+(\d{1,2})")  # 1973 MAY 22, 2018-FEB-13
_COMPACT_AMERICAN = regex(r"([01]\d)([0-3]\d)(20\d{2})")  # 02132018
_LONGEST = 40


def month_number(name: str) -> int | None:
    """1 to 12 for a month's name or its abbreviation in any case: ``"Sept"`` -> 9; ``None`` for another word."""
    upper = name.upper().rstrip(".")
    whole = MONTHS.index(upper[:3]) if len(upper) >= 3 and upper[:3] in MONTHS else None
    return None if whole is None or not _MONTH_NAMES[whole].startswith(upper) else whole + 1


def century(two_digits: int, *, pivot: int = 66) -> int:
    """Four-digit year of a two-digit one; below ``pivot`` it is 20xx. ``6`` -> 2006, ``73`` -> 1973; a longer year stays."""
    if two_digits > 99:
        return two_digits
    return two_digits + (1900 if two_digits >= pivot else 2000)


def parse_date(text: str, *, pivot: int = 66) -> datetime.date | None:
    """Date of a text that is a date and nothing else; ``None`` where it is none or names a day that does not exist.

    Month first, as cables have it: ``"02/13/2018"``, ``"2/13/18"``; year first: ``"2018/02/13"``, ``"2018-02-13"``, ``"20180213"``;
    names: ``"June 21, 2006"``, ``"21 JUN 06"``, ``"1973 May 22"``, ``"Friday, 09 May 2008"``. Two digits of a year below ``pivot`` are 20xx. A first number above 12
    is a day (``"13/02/2018"``).
    """
    plain = " ".join(text.upper().split()).strip(" .,;:()")
    if len(plain) > _LONGEST:
        return None
    if "DAY" in plain:
        plain = _WEEKDAY.sub("", plain, count=1)
    return _numeric(plain, pivot) or _named(plain, pivot)


def _numeric(text: str, pivot: int) -> datetime.date | None:
    compact = text.replace(" ", "")
    if match := _YEAR_FIRST.fullmatch(compact) or _COMPACT.fullmatch(compact):
        return valid_date(int(match[1]), int(match[2]), int(match[3]))
    if match := _MONTH_FIRST.fullmatch(compact) or _COMPACT_AMERICAN.fullmatch(compact):
        year, first, second = century(int(match[3]), pivot=pivot), int(match[1]), int(match[2])
        return valid_date(year, second, first) if first > 12 else valid_date(year, first, second)
    return None


def _named(text: str, pivot: int) -> datetime.date | None:
    if match := _DAY_NAME.fullmatch(text):
        day, name, year = match[1], match[2], match[3]
    elif match := _NAME_DAY.fullmatch(text):
        name, day, year = match[1], match[2], match[3]
    elif match := _YEAR_NAME.fullmatch(text):
        year, name, day = match[1], match[2], match[3]
    else:
        return None
    month = month_number(name)
    return valid_date(century(int(year), pivot=pivot), month, int(day)) if month else None


def valid_date(year: int, month: int, day: int) -> datetime.date | None:
    """The date, or ``None`` where the calendar has no such day."""
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None
