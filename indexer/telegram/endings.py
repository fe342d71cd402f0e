"""Where a message ends: what closes a text, and what copying left behind it taken off."""

from __future__ import annotations

import re

from reftel.indexer.telegram.artefacts import find_statement, is_debris, is_handling, trailing_stamp
from reftel.indexer.telegram.lines import WORDS, line_kind

_SENTENCE_ENDS = frozenset(".!?:;")
_CLOSING_SIGNS = "\"”“'’)]*»"
_LAST_SIGNS = frozenset("\"”)]*=_-…")
CLOSING = re.compile(
    r"""\b(?: end [ ] (?:of[ ])? (?:\w+[ ])?
              (?: summary | comments? | note | text | points | part\ \w+ | message | cable | report | non-?paper | letter | list | quote
                | transcript | statement | translation | bio | background | table | excerpt | action\ request )
          | unquote | unqte | gp-?\d | exempt | gds | xgds
          | minimized?\ considered (?:\ for\ \w+)? ) [.)\]:]* $""",
    re.VERBOSE | re.IGNORECASE,
)
"""Words that close a text or a part of it, at its end."""
_END_OF = re.compile(r"(?:\A|[.!?:;\"”)\]\n-])\s*\(?end\s(?:of\s)?(?:\w+[ ]){0,3}\w+$", re.IGNORECASE)  # "... fell. End Annex 2"


def ends_sentence(text: str) -> bool:
    """Whether a stripped text is finished: a full stop with or without closing signs behind it, a bracket, a rule, a struck name.

    ``"to be closed.)"`` -> yes; ``"said XXXX"`` -> yes; ``"to the"`` -> no.
    """
    if text[-1:] in _LAST_SIGNS or text[-4:].upper() == "XXXX":
        return True
    return text.rstrip(_CLOSING_SIGNS)[-1:] in _SENTENCE_ENDS


def closes_text(text: str) -> bool:
    """Whether a stripped text ends in closing words: ``"... fell. End of excerpts"``; ``"by the end of the"`` is none."""
    return CLOSING.search(text) is not None or _END_OF.search(text) is not None


def strip_debris(tail: str, end: int) -> int:
    """Offset of the end without trailing debris: lines of it, tokens behind the last word, database statements."""
    while True:
        end = len(tail[:end].rstrip())
        if end == 0:
            return 0
        start = tail.rfind("\n", 0, end) + 1
        line = tail[start:end]
        if line_kind(line) not in WORDS or is_debris(line) or is_handling(line):
            end = start
            continue
        left = find_statement(tail, end)
        left = trailing_stamp(line, start) if left is None else left
        if left is None:
            return end
        end = left


def without_struck_stamp(tail: str, end: int) -> int:
    """The end before a struck-out line that follows debris (``NNNN``); a struck-out line under the text is the signer's place."""
    start = tail.rfind("\n", 0, end) + 1
    line = tail[start:end].strip()
    if len(line) < 4 or line.strip("Xx"):
        return end
    shorter = strip_debris(tail, start)
    between = tail[shorter:start]
    return shorter if between.strip() and re.search(r"\w", between) else end
