"""What happened to a text: names struck out, an end cut off."""

from __future__ import annotations

import re

from reftel.indexer.telegram.classwords import CAPTION
from reftel.indexer.telegram.endings import closes_text
from reftel.indexer.telegram.headend import is_running_text
from reftel.indexer.telegram.layout import Layout

_REMOVED = re.compile(r"\[[^\]\[\n]{0,60}?(?:removed|redacted|withheld|deleted|excised)[^\]\[\n]{0,30}\]", re.IGNORECASE)
_DOTS = re.compile(r"(?:\.{3}|…)[\"”')\]]*$")
_MISSING = re.compile(r"\*[ ]*(?:missing section \d+|section \d+(?: of \d+)? missing)[ ]*\*", re.IGNORECASE)
_LOOSE_END = re.compile(r"[a-z,;-]$")
_NOISE = frozenset("~@^|\\")
_NUMBER_ALONE = re.compile(r"[ \t¶]*\d{1,3}\.[ ]*(?:\([A-Z/]{1,8}\))?")
_WHOLE_END = re.compile(
    r"""[Xx]{4,} $
      | (?:https?:|www\.|\bsgov\b) \S* (?:[ ]\S{1,12})? $
      | (?:\A|[.)\n]) \s* (?:points?[ ]of[ ]contact|POCs?) \b""",
    re.VERBOSE | re.IGNORECASE,
)
_WHOLE_END_WORDS = ("xxxx", "http", "www.", "gov", "contact", "poc")  # every such end has one of them
_ITEM = r"\n[ \t]*--?[ ]?[A-Z]\w*(?: [A-Z]\w*){0,3}[ \t]*"
_ITEMS_AT_END = re.compile(rf"{_ITEM}(?:\n[ \t]*)?{_ITEM}$")  # -- Varna⏎-- Ruse
_FEWEST_WORDS = 8
_SMALL_WORDS = frozenset(("THE", "OF", "AND", "TO", "IN", "THAT"))
_CLOSING_WORDS = ("summary", "comment", "request", "message", "report", "statement", "translation", "transcript", "paragraph", "quote", "guidance")
_CELL = range(32_700, 33_100)


def is_redacted(text: str) -> bool:
    """Whether names were struck out: four X or more, or a bracket such as ``[SOURCE REMOVED]``. ``"XXVIII"`` is a number."""
    return ("XXXX" in text or "xxxx" in text) or ("[" in text and _REMOVED.search(text) is not None)


def has_dots_at_end(text: str) -> bool:
    """Whether the text ends in three dots: the mirror cut it after some 250 characters."""
    return _DOTS.search(text[-80:].rstrip()) is not None


def lacks_section(text: str) -> bool:
    """Whether the text says that a section of it is missing: ``* Missing Section 002 *``."""
    return "*" in text and ("issing" in text or "ISSING" in text) and _MISSING.search(text) is not None


def has_loose_end(text: str) -> bool:
    """Whether an unsigned text ends inside a sentence or in line noise: ``"The mo~97@Q5"``.

    Closing words, struck names, addresses of web sites and persons to be asked are an end, unless the last word itself is cut: ``END COMMEN``.
    """
    last = text[-160:].rstrip()
    if not last or _is_whole_end(last) or _ITEMS_AT_END.search(last):
        return False
    words = last.split()
    if closes_text(" ".join(words)):
        word = words[-1].lower()
        return len(word) > 2 and word not in _CLOSING_WORDS and any(whole.startswith(word) for whole in _CLOSING_WORDS)
    if _LOOSE_END.search(last) or not _NOISE.isdisjoint(words[-1]):
        return True
    return _NUMBER_ALONE.fullmatch(last.rpartition("\n")[2]) is not None or _stops_in_capitals(last)


def _is_whole_end(last: str) -> bool:
    """Whether a text ends in a struck name, the address of a web site or the persons to be asked."""
    lower = last.lower()
    return any(map(lower.__contains__, _WHOLE_END_WORDS)) and _WHOLE_END.search(last) is not None


def _stops_in_capitals(last: str) -> bool:
    """Whether running text ends at a capital or in a bracket: ``"they said that Minister K"``, ``"¶11. (C"``; an entry of a list may end so."""
    line = last.rpartition("\n")[2]
    if line.rpartition("(")[2].find(")") < 0 < line.count("("):
        return True
    words = line.split()[-_FEWEST_WORDS:]
    if last.isupper():
        return not _SMALL_WORDS.isdisjoint(words) and last[-1].isalnum()
    return line[-1].isupper() and sum(word.islower() and word.isalpha() for word in words) * 2 >= _FEWEST_WORDS


def fills_cell(text: str) -> bool:
    """Whether a text is as long as a spreadsheet's cell may be, 32,767 characters as it was then; the mirror added some, its pilcrows are not counted."""
    return len(text) - text.count("¶") in _CELL


def is_truncated(text: str, layout: Layout) -> bool:
    """Whether the text breaks off: without one of its sections, or unsigned at a mirror's dots, inside a sentence, at the size of a cell, behind the head."""
    signature = layout.signature
    if signature.names:
        return lacks_section(text)
    if signature.dots or has_dots_at_end(text) or fills_cell(text) or lacks_section(text):
        return True
    return has_loose_end(layout.text[: signature.text_end]) or _is_all_head(layout)


def _is_all_head(layout: Layout) -> bool:
    """Whether a caption with labelled parts has no text behind it."""
    if layout.head_end < len(layout.text.rstrip()) or not layout.regions:
        return False
    above = layout.head[: layout.regions[0].start]
    return CAPTION.search(above) is not None and not any(map(is_running_text, above.split("\n")))
