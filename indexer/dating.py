"""When a cable was sent: the date-time group first, then what the container says, then what the text says of itself."""

from __future__ import annotations

import datetime
import re

import msgspec

from reftel.schema import warnings as codes
from reftel.schema.cable import DatePrecision, DateSource, Warning  # noqa: A004 - the record's word for it
from reftel.schema.dates import parse_date
from reftel.schema.dtg import Dtg

_USUAL_FORMS = (
    re.compile(r"(?P<month>\d\d?)/(?P<day>\d\d?)/(?P<year>\d{4}) (?P<hour>\d\d?):(?P<minute>\d\d)"),  # 2/13/2008 5:12
    re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d) (?P<hour>\d\d):(?P<minute>\d\d)"),  # 2008-02-13 05:12
)
_CLOCK = re.compile(r"[T ,]{1,3}(\d{1,2}):(\d{2})(?::\d{2})?(?: ?([AP])M\b)?", re.IGNORECASE)
_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")  # 13.02.2008: who puts points has the day first
_MIRROR_FORM = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}")
_TEXT_DATE = re.compile(
    r"\s{0,20}((?:MON|TUES|WEDNES|THURS|FRI|SATUR|SUN)DAY, {0,2}\d{1,2} [A-Z]{3,9} \d{4}(?:, {0,2}\d{1,2}:\d{2})?)", re.IGNORECASE
)
_PAGES = frozenset({"cablegate-html", "plusd-html"})


class Dated(msgspec.Struct, frozen=True, gc=False):
    """Date of a cable in the record's form, all ``None`` where there is none, with what a reader should know about it."""

    date: str | None = None
    precision: DatePrecision | None = None
    source: DateSource | None = None
    warnings: tuple[Warning, ...] = ()

    @property
    def year(self) -> int | None:
        """Four-digit year."""
        return int(self.date[:4]) if self.date else None


def date_cable(dtg: Dtg | None, printed: str | None, body: str, container: str | None, *, unread: str | None = None) -> Dated:
    """The date-time group if there is one; else the container's date; else the first line of a retyped text.

    Such a line is ``Friday, 09 May 2008, 14:05``. ``unread``: a group that names no day of the calendar.
    """
    stated = _stated(printed, container)
    if unread:
        impossible = Warning(codes.DATE_UNREADABLE, "date", f"date-time group not read: {unread!r}")
        stated = msgspec.structs.replace(stated, warnings=(impossible, *stated.warnings))
    if dtg:
        return Dated(dtg.iso, "minute", "dtg", _disagreement(dtg, stated))
    if stated.date:
        return stated
    found = _TEXT_DATE.match(body)
    moment = parse_moment(found[1]) if found else None
    if moment:
        return Dated(*moment, "text", stated.warnings)
    missing = Warning(codes.DATE_MISSING, "date", "no date-time group and no other date")
    return Dated(warnings=stated.warnings or (missing,))


def _stated(printed: str | None, container: str | None) -> Dated:
    """The container's date. A mirror's minutes that repeat the hour on a twelve-hour clock are left out: they are its known defect."""
    if not printed:
        return Dated()
    moment = parse_moment(printed)
    source: DateSource = "page" if container in _PAGES else "row"
    if moment is None:
        return Dated(warnings=(Warning(codes.DATE_UNREADABLE, "date", f"date not read: {printed[:40]!r}"),))
    date, precision = moment
    if _MIRROR_FORM.fullmatch(printed.strip()) and repeats_hour(date):
        warning = Warning(codes.DATE_MINUTES_LOST, "date", f"minutes repeat the hour: {printed!r}")
        return Dated(f"{date[:14]}00:00Z", "hour", source, (warning,))
    return Dated(date, precision, source)


def repeats_hour(date: str) -> bool:
    """Whether the minutes of an ISO time are its hour on a twelve-hour clock: ``14:02`` and ``00:12`` do, ``14:14`` does not."""
    hour, minute = int(date[11:13]), int(date[14:16])
    return minute == ((hour - 1) % 12) + 1


def parse_moment(printed: str) -> tuple[str, DatePrecision] | None:
    """ISO date and precision of a container's date.

    ``"2/13/2008 5:12"``, ``"2008-02-13 05:12"`` -> minute; ``"1973 May 22, 18:28 (Tuesday)"`` -> minute; ``"22 MAY 1973"`` -> day.
    As spreadsheets print it again: ``"2/13/2008 5:12:00 PM"``, ``"13.02.2008 17:12"`` -> minute.
    """
    if usual := _usual_moment(printed):
        return usual, "minute"
    text = printed.strip()[:60]
    clock = _CLOCK.search(text)
    day_text = text[: clock.start()] if clock else text
    day = parse_date(_DAY_FIRST.sub(r"\3-\2-\1", day_text.split("(")[0]))
    if day is None:
        return None
    hour = _hour(clock) if clock else 24
    if clock and hour < 24 and int(clock[2]) < 60:
        return f"{day.isoformat()}T{hour:02}:{clock[2]}:00Z", "minute"
    return f"{day.isoformat()}T00:00:00Z", "day"


def _hour(clock: re.Match[str]) -> int:
    """Hour of a clock of 24 hours, or of 12 where a half of the day is named."""
    hour = int(clock[1])
    return hour if clock[3] is None or not 1 <= hour <= 12 else hour % 12 + 12 * (clock[3] in "Pp")


def _usual_moment(printed: str) -> str | None:
    """ISO date of the two forms that nearly every container uses: ``"2/13/2008 5:12"`` and ``"2008-02-13 05:12"``."""
    match = next(filter(None, (form.fullmatch(printed) for form in _USUAL_FORMS)), None)
    if match is None:
        return None
    year, month, day, hour, minute = map(int, match.group("year", "month", "day", "hour", "minute"))
    try:
        return f"{datetime.datetime(year, month, day, hour, minute).isoformat()}Z"
    except ValueError:
        return None


def _disagreement(dtg: Dtg, stated: Dated) -> tuple[Warning, ...]:
    if not stated.date:
        return ()
    other = datetime.datetime.fromisoformat(stated.date)
    if abs(other - dtg.moment) <= _AS_NEAR:
        return ()
    return (Warning(codes.DATE_DISAGREES, "date", f"date-time group {dtg.iso}, container {stated.date}"),)


_AS_NEAR = datetime.timedelta(hours=26)
