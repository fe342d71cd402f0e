"""Header and body of a raw telegram, or of any fragment of one (CABLE_FORMATS 1.5).

The header ends with the block of addressees. It is found from the sender's FM line; where that is missing, from any line that only a header
has. A text without such a line is all body.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from reftel.indexer.telegram.classwords import BEGINNING
from reftel.indexer.telegram.header_lines import PARTIAL_EXTRACT, HeaderLine, header_line

_CAPTION = re.compile(
    rf"[ >]{{0,8}}(?:{BEGINNING}|SIPDIS\b|E\.?[ ]?O\.?[ ]{{0,2}}1\d{{4}}|TAGS?:?|SUBJ(?:ECT)?:|REFS?:)",
    re.VERBOSE | re.IGNORECASE,
)
_PARAGRAPH = re.compile(r"[ ]{0,8}(?:¶|\d{1,2}\.[ ]{0,3}\()")
_ADDRESS: frozenset[HeaderLine] = frozenset({"to", "info", "excluded", "addressee", "from", "dtg", "routing", "distribution"})
SEARCHED_LINES = 400
"""Lines of a text in which its header is looked for."""


class Parts(msgspec.Struct, frozen=True, gc=False):
    """Header and body of a telegram, each without the blank lines between them; empty where the text has none."""

    header: str
    body: str


def split_telegram(text: str) -> Parts:
    """``text`` cut behind the block of addressees.

    A text that holds only a header has an empty body, one that holds only a body an empty header.
    """
    lines = without_line_signs(text).split("\n", SEARCHED_LINES)
    kinds = [header_line(line) for line in lines[:SEARCHED_LINES]]
    anchor = _anchor(lines, kinds)
    if anchor is None:
        return Parts("", text)
    end = _end_of_header(lines, kinds, anchor)
    lines = text.split("\n", SEARCHED_LINES)
    return Parts("\n".join(lines[:end]).strip("\n"), "\n".join(lines[end:]).lstrip("\n"))


def without_line_signs(text: str) -> str:
    """The text with blanks in place of ``<br>``, of a dump's backslashes at the ends of lines, and of the ``>`` before each line of a quoted text.

    ``"GRAIN \\\\\\nAND WATER"`` -> ``"GRAIN  \\nAND WATER"``. A ``>`` before a few lines stays.
    """
    if "\\" in text:
        text = _ESCAPE.sub(lambda escape: " " * len(escape[0]), text)
    if "<" in text and ("<br" in text or "<BR" in text):
        text = _BREAK.sub(lambda tag: " " * len(tag[0]), text)
    quoted = text.count("\n>") if ">" in text else 0
    return _QUOTE_SIGN.sub(" ", text) if quoted > 2 and quoted * 2 > text.count("\n") else text


_ESCAPE = re.compile(r"\\(?:(?=[ \t]*(?:\n|\Z))|[a-z]?(?=\s*\Z))")
_BREAK = re.compile(r"<br ?/?>", re.IGNORECASE)
_QUOTE_SIGN = re.compile(r"^>", re.MULTILINE)


def _anchor(lines: Sequence[str], kinds: Sequence[HeaderLine]) -> int | None:
    """Line that certainly belongs to the header: the first FM line that begins an address block, else the last of the first header lines.

    A cable repeated inside another has its own FM line, so only what stands before the first paragraph or SUBJECT counts, unless all of
    that is a print-out's banner.
    """
    senders = [place for place, kind in enumerate(kinds) if kind == "from" and _is_sender(kinds, place)]
    if senders and not _has_paragraph(lines[: senders[0]]):
        return senders[0]
    stop = next((place for place, line in enumerate(lines[: len(kinds)]) if _CAPTION.match(line) and kinds[place] == "other"), len(kinds))
    found = [place for place in range(stop) if kinds[place] in _ADDRESS or PARTIAL_EXTRACT.match(lines[place])]
    return found[0] if found and (found[0] == 0 or not any(line.strip() for line in lines[: found[0]])) else None


def _is_sender(kinds: Sequence[HeaderLine], place: int) -> bool:
    """Whether an FM line stands where a sender does: next to a date-time group, routing lines or a TO line."""
    around = [kind for kind in (*kinds[max(0, place - 3) : place], *kinds[place + 1 : place + 3]) if kind != "blank"]
    return any(kind in ("dtg", "to", "routing", "distribution", "info") for kind in around)


def _has_paragraph(lines: Sequence[str]) -> bool:
    return any(_PARAGRAPH.match(line) for line in lines)


def _end_of_header(lines: Sequence[str], kinds: Sequence[HeaderLine], anchor: int) -> int:
    """Number of lines of the header. Behind the anchor every line up to a blank one is an addressee, unless the caption begins."""
    end = anchor + 1
    in_block = kinds[anchor] in ("to", "info", "from", "addressee")
    for place in range(anchor + 1, len(kinds)):
        kind, line = kinds[place], lines[place]
        if kind == "blank":
            in_block = False
        elif kind in _ADDRESS:
            in_block = True
            end = place + 1
        elif not in_block or _CAPTION.match(line) or _PARAGRAPH.match(line):
            break
        else:
            end = place + 1
    return end
