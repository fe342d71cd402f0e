"""Kinds of TAGS (Traffic Analysis by Geography and Subject).

``geo`` a country or region (``SP``, ``XA``), ``subject`` one of the Department's subjects (``PREL``), ``programme`` a K tag (``KNNP``),
``organisation`` (``NATO``), ``person`` (``CLINTON, HILLARY``), ``topic`` words instead of a code (``ORGANIZED CRIME``), ``unknown``.
"""

from __future__ import annotations

import functools
import re
from typing import Literal

from reftel.base.patterns import regex
from reftel.schema.tables import read_table

TagKind = Literal["geo", "subject", "programme", "organisation", "person", "topic", "unknown"]

_PROGRAMME = regex(r"K[A-Z]{3}")  # KNNP
_SUBJECT = regex(
    r"[ABCEMOPST][A-Z]{3}"
)  # the first letter is the group: A administration, E economic, P political ...
_GEO = regex(r"[A-Z]{2}")
_LONGEST_FUSED = 40
_CODE = regex(r"[A-Z][A-Z0-9-]{1,4}")


@functools.cache
def _known() -> dict[str, TagKind]:
    return {row["tag"]: row["kind"] for row in read_table("tags")}  # type: ignore[misc]


def is_known_tag(tag: str) -> bool:
    """Whether the table lists this tag: ``"PREL"``, ``"ORGANIZED CRIME"``; a plausible code such as ``"PREK"`` is not listed."""
    return tag in _known() or tag.startswith("TIP IN ")


def is_tag_code(word: str) -> bool:
    """Whether a capital word has the form of one tag: listed, or two to five letters, digits, hyphens (``"AU-1"``, ``"MTCRE"``)."""
    return word in _known() or _CODE.fullmatch(word) is not None


def tag_kind(tag: str) -> TagKind:
    """Kind of a tag. ``"PREL"`` -> ``"subject"``, ``"CLINTON, HILLARY"`` -> ``"person"``.

    An unlisted tag is judged by its form: two letters are geo, K and three letters a programme, four letters whose first is that of a
    subject group a subject (many are slips of one letter), a comma makes a person, a blank a topic.
    """
    if kind := _known().get(tag):
        return kind
    if "," in tag:
        return "person"
    if " " in tag:
        return "topic"
    forms: tuple[tuple[re.Pattern[str], TagKind], ...] = (
        (_GEO, "geo"),
        (_PROGRAMME, "programme"),
        (_SUBJECT, "subject"),
    )
    return next((kind for form, kind in forms if form.fullmatch(tag)), "unknown")


@functools.cache
def topics() -> frozenset[str]:
    """The listed tags of several words: ``"ITALY NATIONAL ELECTIONS"``."""
    return frozenset(tag for tag in _known() if " " in tag)


@functools.lru_cache(maxsize=4096)
def split_fused(word: str) -> tuple[str, ...]:
    """Listed codes that ran together, one of four letters among them: ``"ETRDEINVHR"`` -> ``("ETRD", "EINV", "HR")``.

    Empty for a listed word, and where the table allows no reading or several: of those with the fewest codes there must be one.
    """
    known = _known()
    if word in known or not 6 <= len(word) <= _LONGEST_FUSED or len(word) % 2:
        return ()
    readings: list[list[tuple[str, ...]]] = [[()]]  # by place, half the letters before it: those with the fewest codes
    for end in range(2, len(word) + 1, 2):
        found = [
            (*before, code)
            for size in (4, 2)
            if size <= end and (code := word[end - size : end]) in known
            for before in readings[(end - size) // 2]
        ]
        fewest = min(map(len, found), default=0)
        readings.append([reading for reading in found if len(reading) == fewest][:2])
    fused = readings[-1]
    return fused[0] if len(fused) == 1 and any(len(code) == 4 for code in fused[0]) else ()
