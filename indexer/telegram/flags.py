"""What happened to a text: names struck out, an end cut off, a corrected copy."""

from __future__ import annotations

import re

_REMOVED = re.compile(r"\[[^\]\[\n]{0,60}?(?:removed|redacted|withheld|deleted|excised)[^\]\[\n]{0,30}\]", re.IGNORECASE)
_DOTS = re.compile(r"(?:\.{3}|…)[\"”')\]]*$")
_MISSING_WORDS = ("issing Section", "ISSING SECTION", "issing section")
_MISSING = re.compile(r"\*[ ]*missing section \d+[ ]*\*", re.IGNORECASE)
_CORRECTED = re.compile(r"c\s?o\s?r\s?r\s?e\s?c\s?t\s?e\s?d[\s/]{0,6}c\s?o\s?p\s?y\b", re.IGNORECASE)
_LOOSE_END = re.compile(r"[a-z,;-]$")
_NOISE_END = re.compile(r"\S*[~@^|\\]\S*$")
_CLOSED = re.compile(r"\bend (?:of )?(?:\w+ )?\w+$|[Xx]{4,}$", re.IGNORECASE)


def is_redacted(text: str) -> bool:
    """Whether names were struck out: four X or more, or a bracket such as ``[SOURCE REMOVED]``. ``"XXVIII"`` is a number."""
    return ("XXXX" in text or "xxxx" in text) or ("[" in text and _REMOVED.search(text) is not None)


def has_dots_at_end(text: str) -> bool:
    """Whether the text ends in three dots: the mirror cut it after some 250 characters."""
    return _DOTS.search(text[-80:].rstrip()) is not None


def lacks_section(text: str) -> bool:
    """Whether the text says that a section of it is missing: ``* Missing Section 002 *``."""
    return "*" in text and any(place >= 0 and _MISSING.search(text, max(0, place - 12)) for place in map(text.find, _MISSING_WORDS))


def has_loose_end(text: str) -> bool:
    """Whether an unsigned text ends inside a sentence or in line noise. ``"The mo~97@Q5"``; closing words and struck names are an end."""
    last = text[-80:].rstrip()
    if not last or _CLOSED.search(last):
        return False
    return _LOOSE_END.search(last) is not None or _NOISE_END.search(last) is not None


def is_corrected(head: str) -> bool:
    """Whether the head says that this is a corrected copy, in any spacing: ``C O R R E C T E D  C O P Y``."""
    return "COPY" in "".join(head.split()).upper() and _CORRECTED.search(head) is not None
