"""What dumps did to a text before it came here, undone where fields are read; every text keeps its length, so that offsets stay true.

A dump's escapes stand at the ends of lines (``TALKS ON \\``). A mirror that shows the beginning of a cable, cut at some 250 characters, and
then the row that it was taken from has the head twice; the complete copy counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reftel.indexer.telegram.classwords import CAPTION, STEMS
from reftel.indexer.telegram.places import iter_places

_ESCAPE = re.compile(r"\\(?=[ \t]*(?:\n|\Z))|\\[a-z]?(?=\s*\Z)")
_FLAT_ESCAPE = re.compile(r"(?<=\s)\\(?=\s|\Z)")


def without_escapes(text: str) -> str:
    """The text with blanks in place of a dump's backslashes at the ends of lines: ``"GRAIN \\\\\\nAND WATER"`` -> ``"GRAIN  \\nAND WATER"``."""
    if "\\" not in text:
        return text
    text = _ESCAPE.sub(lambda escape: " " * len(escape[0]), text)
    return text if "\n" in text.strip() else _FLAT_ESCAPE.sub(" ", text)


_CUT = re.compile(r"(?:\.\.\.|…)[ \t\"]*\n")
_LONGEST_CUT = 1_500  # characters of a beginning that was cut
_LONGEST_ROW = 12_000  # characters of the row between the two copies, which may hold a header


def find_copies(text: str) -> tuple[int, int]:
    """Where the beginning of a cable ends that was cut at ``...``, and where the caption of its next copy begins; zeros without one.

    The caption is the first one's again, behind nothing but a row of the database or its labels.
    """
    beginning = text[:_LONGEST_CUT]
    cut = _CUT.search(beginning) if "..." in beginning or "…" in beginning else None
    if cut is None:
        return 0, 0
    first = next(_captions(text, 0, cut.start()), None)
    second = next(_captions(text, cut.end(), cut.end() + _LONGEST_ROW), None)
    if first is None or second is None or first["serial"].lstrip("0") != second["serial"].lstrip("0") or int(second["part"] or 1) > 1:
        return 0, 0
    return cut.end(), second.start()


def _captions(text: str, begin: int, end: int) -> Iterator[re.Match[str]]:
    """Captions at the start of a line or behind the signs of a row."""
    part = text[:end]
    for place in iter_places(part[begin:], STEMS):
        match = CAPTION.match(part, begin + place)
        if match and not part[part.rfind("\n", 0, match.start()) + 1 : match.start()].strip(" \t>\",'"):
            yield match
