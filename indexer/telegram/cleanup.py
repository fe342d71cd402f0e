"""What dumps did to a text before it came here, undone where fields are read; every text keeps its length, so that offsets stay true.

A dump's escapes stand at the ends of lines (``TALKS ON \\``). A mirror that shows the beginning of a cable, cut at some 250 characters, and
then the row that it was taken from has the head twice; the complete copy counts.
"""

from __future__ import annotations

import re

_ESCAPE = re.compile(r"\\(?=[ \t]*(?:\n|\Z))|\\[a-z]?(?=\s*\Z)")
_FLAT_ESCAPE = re.compile(r"(?<=\s)\\(?=\s|\Z)")


def without_escapes(text: str) -> str:
    """The text with blanks in place of a dump's backslashes at the ends of lines: ``"GRAIN \\\\\\nAND WATER"`` -> ``"GRAIN  \\nAND WATER"``."""
    if "\\" not in text:
        return text
    text = _ESCAPE.sub(lambda escape: " " * len(escape[0]), text)
    return text if "\n" in text.strip() else _FLAT_ESCAPE.sub(" ", text)
