"""The E.O. line: when a cable is to be declassified.

Forms: ``E.O. 12958: DECL: 01/31/2019``, ``EO 12958 DECL: 2019/01/31``, ``DECL: 1/31/19``, ``N/A``, ``OADR``, ``MR``, ``GDS 8/12/85 (...)``,
an event (``DECL: TEN YEARS AFTER ...``), ``DNG: CO 01/31/2019`` (a downgrade), ``AS AMENDED; DECLASSIFIED JUNE 21, 2006`` (the past).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

import msgspec

from reftel.indexer.telegram.labels import LabelledPart
from reftel.schema.dates import parse_date

_LONGEST = 400
_DECL = re.compile(  # DECL: | DECLl: | DECL 01/31/2019 | AS AMENDED: DECL ON:
    r"""(?:\W{0,3}AS[ ]AMENDED)? (?: \W{0,3} (?: (?:DECL(?:AS|L|S)?|DCEL|DELC|EDCL) (?:[ ]ON)? [ ]? (?:[:;.,-]+[ ]*|(?=\d)) | DECLASSIFY (?:[ ]ON)? [ ]?:[ ]* ) )+""",
    re.VERBOSE | re.IGNORECASE,
)
_DATE = re.compile(
    r"""(?<![\d/]) (?: \d{4}[/.-]\d{1,2}[/.-]\d{1,2}           # 2019/01/31
                     | \d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})  # 1/31/2019, 01/31/19
                     | [A-Z]{3,9}\.?[ ]\d{1,2}(?:ST|ND|RD|TH)?,?[ ]\d{4}        # JANUARY 31, 2019
                     | \d{4}[ -][A-Z]{3,9}[ -]\d{1,2}         # 2019-JAN-31
                     | \d{1,2}(?:ST|ND|RD|TH)?[ -]?[A-Z]{3,9}\.?,?[ -]?(?:\d{4}|\d{2})  # 31 JAN 2019, 31JAN19
                     | 20\d{6} | [01]\d[0-3]\d20\d\d            # 20190131, 01312019
                   ) (?![\d/])""",
    re.VERBOSE | re.IGNORECASE,
)
_LOOSE_SIGN = re.compile(r"(?<=\d)[ ]?([/.-])[/.-]?[ ]?(?=\d)")  # 01//31/ 2019
_NOUGHT = re.compile(r"(?<=[\d/])O(?=[\d/]|\Z)|(?<!\w)O(?=\d/)")
_NO_DATE = re.compile(r"\bDNG\b|DECLASSIFIED|\bMR\b|\bSOURCE\b|\bXGDS|\bNGDS|\bRDS|\bCO\b", re.IGNORECASE)
_COMPLETE = re.compile(r"\d[/.-]\d{2}|\d{4}|\bN/?A\b|\bOADR\b|\bMR\b|GDS|X{4}", re.IGNORECASE)


class Declassification(msgspec.Struct, frozen=True, gc=False):
    """``raw`` the printed value in one line, ``on`` its ISO date; ``None`` for an event, OADR, MR, N/A, a downgrade, an impossible date."""

    on: str | None
    raw: str | None


def declassification_of(regions: Iterable[LabelledPart], *, year: int | None = None) -> Declassification | None:
    """What the first E.O. part of a head with a value says, else a ``Declassify on:`` part. ``year`` (the cable's) places two-digit years.

    ``"E.O. 12958: DECL: 01/31/2019"`` -> on ``2019-01-31``, raw ``01/31/2019``; ``"EO 12958 N/A"`` -> on ``None``, raw ``N/A``.
    """
    found = None
    for kind in ("eo", "declassify"):
        for region in regions:
            if region.kind != kind:
                continue
            raw = _value(region.text[:_LONGEST])
            if raw:
                return Declassification(_date(raw, year), raw)
            found = Declassification(None, None)
    return found


def _value(text: str) -> str:
    """The value in one line, without ``DECL:``: the first line, and the next where the first is no complete value."""
    lines = [line.strip() for line in text.strip().split("\n")]
    value = lines[0]
    if len(lines) > 1 and lines[1] and not _COMPLETE.search(value):
        value = f"{value} {lines[1]}"
    value = _DECL.sub("", " ".join(value.split()), count=1)
    value = value.strip(" :;,-")
    if value.endswith(")") and "(" not in value:  # (DECL: 01/31/2019)
        value = value[:-1]
    return value.rstrip('" ') if value.count('"') == 1 else value  # the sign of a row that was cut


@functools.lru_cache(1024)  # cables of one time are declassified on the same days
def _date(raw: str, year: int | None) -> str | None:
    if _NO_DATE.search(raw):
        return None
    match = _DATE.search(_LOOSE_SIGN.sub(lambda sign: sign[1], _NOUGHT.sub("0", raw)))
    date = parse_date(match[0], pivot=_pivot(year)) if match else None
    return date.isoformat() if date else None


def looks_like_date(raw: str) -> bool:
    """Whether a value without a date was meant as one: ``"011/2/2019"``, ``"02/30/2019"``; not ``"MR"``, nor a downgrade or a past date."""
    return _NO_DATE.search(raw) is None and re.search(r"\d[/.-]\d{1,2}[/.-]\d", raw.replace("O", "0")) is not None


def _pivot(year: int | None) -> int:
    """Two-digit years from here on are 19xx: a cable is declassified after it was sent. 2000 -> none, 1978 -> 78."""
    if year is None:
        return 66
    return 100 if year >= 2000 else year % 100
