"""The date-time group: day, hour, minute, ``Z``, month and year, behind the precedence prosigns: ``O R 130512Z FEB 08``."""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Iterator

from reftel.base.frozen import frozen
from reftel.base.patterns import regex
from reftel.schema import scales
from reftel.schema.dates import MONTHS, century, month_number
from reftel.schema.nearest import slips

# 130512Z FEB 08, 221828 Z MAY 73, 201247Z Jan 04, 130512ZFEB2008. LOG and PAGE times (182017Z /23) have no month and do not match.
_GROUP = regex(
    r"""(?P<day> [0-9] (?<![0-9][0-9]) [0-9] ) (?P<hour>[0-9]{2}) (?P<minute>[0-9]{2})
        [ ]{0,3} (?:Z(?:ULU)?)? [ /-]{0,3}
        (?P<month> (?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC) [A-Z]{0,6} ) [.,/-]?
        [ ]{0,3} \n? [ ]{0,3} ['’]? (?P<year> (?:19|20)[0-9]{2} | [0-9]{2} ) (?![0-9])""",
    re.VERBOSE | re.IGNORECASE,
)
_MISTYPED = regex(r"\b(?P<time>[0-9OIl]{2} ?[0-9OIl]{4})(?P<zone>[ ]{0,3}Z[ ]{0,3})(?P<month>[A-Z]{3,9})(?P<gap>\.?[ ]{0,3})(?P<year>[0-9O]{2})\b")  # 2O1345Z ARP O8
_precedence_name = functools.lru_cache(maxsize=256)(scales.PRECEDENCE.name)
_WORD = regex(r"[^ \t,/]+")
_NO_MONTH = regex(r"\b\d{6}[ ]{0,3}Z[ ]{1,3}(?!(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC))[A-Z]{3,9}\.?[ ]{1,3}\d{2}\b")
_BEFORE = 48  # characters before the group in which prosigns stand


@frozen
class Dtg:
    """A date-time group: the moment (UTC), the precedences of its prosigns in printed order, and where it stands in the text.

    ``precedences`` are words of the precedence scale: action first, then info. ``end`` is behind the year: suffixes such as ``ZDK`` follow.
    """

    moment: datetime.datetime
    precedences: tuple[str, ...]
    start: int
    end: int

    @property
    def iso(self) -> str:
        """``"2008-02-13T05:12:00Z"``."""
        return f"{self.moment.isoformat()[:19]}Z"

    @property
    def year(self) -> int:
        """Four-digit year."""
        return self.moment.year


def parse_dtg(text: str) -> Dtg | None:
    """The first date-time group of ``text`` that names a month, a year and a day of the calendar; ``None`` if there is none.

    ``"O R 130512Z FEB 08 ZDK"`` -> 2008-02-13 05:12 UTC, IMMEDIATE and ROUTINE. 66 to 99 are years of the last century.
    """
    return next(iter_dtgs(text), None) or next(iter_dtgs(_MISTYPED.sub(_corrected, text)), None)


_AS_DIGITS = str.maketrans({"O": "0", "I": "1", "l": "1", " ": ""})


def _corrected(group: re.Match[str]) -> str:
    """A group without a typist's letter O for a nought, or slip in the month: ``"2O1345Z ARP O8"`` -> ``"201345Z APR 08"``."""
    month = next((month for month in MONTHS if len(group["month"]) == 3 and group["month"] in slips(month)), group["month"])
    return group["time"].translate(_AS_DIGITS) + group["zone"] + month + group["gap"] + group["year"].replace("O", "0")


def impossible_group(text: str) -> tuple[str, tuple[str, ...]] | None:
    """The first group of ``text`` that names no month or no day of the calendar, as printed, and the precedences before it: ``"P 311345Z JUN 08"``."""
    match = next((match for match in _GROUP.finditer(text) if _moment(match) is None), None) or _NO_MONTH.search(text)
    return (match[0], _precedences(text, match.start())[0]) if match else None


def iter_dtgs(text: str) -> Iterator[Dtg]:
    """Every date-time group of ``text`` in order; those that name no day of the calendar are passed over."""
    for match in _GROUP.finditer(text):
        moment = _moment(match)
        if moment is not None:
            precedences, start = _precedences(text, match.start())
            yield Dtg(moment, precedences, start, match.end())


def _moment(match: re.Match[str]) -> datetime.datetime | None:
    month = month_number(match["month"])
    if month is None:
        return None
    try:
        return datetime.datetime(
            century(int(match["year"])), month, int(match["day"]), int(match["hour"]), int(match["minute"]), tzinfo=datetime.UTC
        )
    except ValueError:
        return None


def _precedences(text: str, end: int) -> tuple[tuple[str, ...], int]:
    """Prosigns that stand directly before ``end`` on its line (``O R``, ``PP``, ``NIACT IMMEDIATE``), and where they begin."""
    line_start = max(text.rfind("\n", 0, end) + 1, end - _BEFORE)
    before = text[line_start:end]
    found: list[str] = []
    for match in reversed(list(_WORD.finditer(before))):
        name = _precedence_name(match[0].removeprefix("ZZH"))  # ZNY CCCCC ZZHO 130512Z: the line break was lost
        if name is None:
            break
        niact = name == "NIACT IMMEDIATE" and found[:1] == ["IMMEDIATE"]
        found[: 1 if niact else 0] = [name]
        end = line_start + match.start()
    return tuple(found), end
