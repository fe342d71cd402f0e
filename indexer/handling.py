"""Classification and caveats of the whole cable, from the container's cell and the caption."""

from __future__ import annotations

import functools

import msgspec

from reftel.indexer.telegram.caption import Caption
from reftel.schema import warnings as codes
from reftel.schema.cable import Warning  # noqa: A004 - the record's word for it
from reftel.schema.scales import CLASSIFICATION

_CLASSIFIED = frozenset({"CONFIDENTIAL", "SECRET", "TOP SECRET"})
_NOTHING = frozenset({"", "N/A", "NONE", "UNKNOWN"})


class Handling(msgspec.Struct, frozen=True, gc=False):
    """Level (a name of the classification scale), caveats sorted, and what a reader should know."""

    classification: str | None = None
    caveats: tuple[str, ...] = ()
    warnings: tuple[Warning, ...] = ()


def read_handling(printed: str | None, caption: Caption, channel: str | None, *, own_caption: bool) -> Handling:
    """The container's level where it states one, else the caption's; the caveats of both.

    ``channel`` is the class of the ZNY line. A caption that is another cable's (``own_caption`` false) does not count.
    """
    stated, stated_caveats, unread = split_classification(printed or "")
    shown = caption.level if own_caption else None
    caveats = set(stated_caveats) | (set(caption.caveats) if own_caption else set())
    warnings = [Warning(codes.CLASSIFICATION_UNREADABLE, "classification", f"no known level: {printed!r}")] if unread else []
    if stated and shown and stated != shown:
        warnings.append(Warning(codes.CLASSIFICATION_DISAGREES, "classification", f"container {stated}, caption {shown}"))
    if stated and shown and ("NOFORN" in stated_caveats) != ("NOFORN" in caption.caveats):
        where = "container" if "NOFORN" in stated_caveats else "caption"
        warnings.append(Warning(codes.NOFORN_DISAGREES, "caveats", f"only the {where} says NOFORN"))
    if channel and shown and shown in _CLASSIFIED and _rank(channel) < _rank(shown):
        warnings.append(Warning(codes.CHANNEL_DISAGREES, "classification", f"channel {channel}, caption {shown}"))
    level = stated or shown
    if level is None and channel in _CLASSIFIED:
        level = channel
        warnings.append(Warning(codes.CLASSIFICATION_FROM_CHANNEL, "classification", f"the header's channel is {channel}"))
    return Handling(level, tuple(sorted(caveats)), tuple(warnings))


@functools.lru_cache(maxsize=256)
def split_classification(printed: str) -> tuple[str | None, tuple[str, ...], bool]:
    """Level, caveats, and whether something is printed that is no level.

    ``"SECRET//NOFORN"`` -> SECRET, NOFORN; ``"UNCLASSIFIED//FOR OFFICIAL USE ONLY"`` is a level of its own.
    """
    text = " ".join(printed.upper().split())
    if text in _NOTHING:
        return None, (), False
    level = CLASSIFICATION.name(text)
    if level:
        return level, (), False
    head, *tail = (part.strip() for part in text.replace("//", "/").split("/"))
    rest = [part for part in tail if part and CLASSIFICATION.name(f"{head}//{part}") is None]
    joint = next((name for part in tail if (name := CLASSIFICATION.name(f"{head}//{part}"))), None)
    level = joint or CLASSIFICATION.name(head)
    caveats = tuple("NOFORN" if part == "NF" else part for part in rest)
    return (level, caveats, False) if level else (None, (), True)


@functools.lru_cache(maxsize=16)
def _rank(level: str) -> int:
    return CLASSIFICATION.rank(level) or 0
