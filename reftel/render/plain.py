"""A hit as the lines that `tables.print_hit` prints where nothing is coloured, without loading rich: that takes longer than a search."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, TextIO

from reftel.render.hits import describe, excerpt, flow, label
from reftel.render.safe import safe_line

if TYPE_CHECKING:
    from reftel.search.results import Hit

WIDTH = 120
"""Characters of a line in a file or a pipe."""

_ASKED_FOR = frozenset(("COLUMNS", "FORCE_COLOR", "TTY_COMPATIBLE", "UNICODE_VERSION"))
"""Variables of the environment by which rich writes otherwise than plain lines of `WIDTH`."""

# Latin, Greek and Russian letters, dashes, quotation marks, ellipses, and what `safe_text` makes of control characters. What rich gives
# another width, or none, is in no range.
_RANGES = ((0x20, 0x7E), (0xA0, 0xAC), (0xAE, 0x2FF), (0x370, 0x482), (0x1E00, 0x1EFF), (0x2010, 0x2027), (0x2400, 0x2426))
_ONE_CELL = frozenset(chr(code) for first, last in _RANGES for code in range(first, last + 1))
_WORD = re.compile(r"\s*\S+\s*")


def suits(file: TextIO) -> bool:
    """Whether ``file`` is to get plain lines of `WIDTH` characters: it is no terminal, and nobody asked for anything else."""
    encoding = (getattr(file, "encoding", None) or "").lower()
    return os.name == "posix" and encoding in ("utf-8", "utf8") and not file.isatty() and not _ASKED_FOR.intersection(os.environ)


def hit_lines(hit: Hit) -> list[str] | None:
    """The lines of a hit, the empty one behind it included. ``None`` where a character may not be one cell wide: rich measures those."""
    lines: list[str] = []
    for text, indent in _parts(hit):
        if not _ONE_CELL.issuperset(text):
            return None
        wrapped = wrap(text, WIDTH - indent)
        lines += (f"{' ' * indent}{line.rstrip()}" for line in wrapped) if indent else wrapped
    return [*lines, ""]


def _parts(hit: Hit) -> Iterator[tuple[str, int]]:
    """Each text of a hit with its indent."""
    yield "  ".join(map(safe_line, (hit.key, *describe(hit.cable)))), 0
    yield flow(hit.cable.subject, hit.subject_highlights)[0] if hit.cable.subject else "(no subject)", 2
    for paragraph in hit.paragraphs:
        text, first = flow(paragraph.text, paragraph.highlights)
        before, start, end, after = excerpt(text, first)
        yield f"{safe_line(label(paragraph))} {before}{text[start:end]}{after}", 4


def wrap(text: str, width: int) -> list[str]:
    """``text`` cut into lines of at most ``width`` characters, as rich cuts it: between words, and words that are longer anywhere.

    A blank behind a word stays with it, unless the line were longer for it.
    """
    breaks = [0]
    used = 0
    for match in _WORD.finditer(text):
        start, end = match.span()
        length = len(match.group().rstrip())
        if length > width - used:
            pieces = range(start, end, width) if length > width else (start,)
            breaks += (piece for piece in pieces if piece)
            used = 0
            start = pieces[-1]
        used += end - start
    return [_fitting(text[start:end], width) for start, end in pairwise([*breaks, len(text)])]


def _fitting(line: str, width: int) -> str:
    return line[: max(width, len(line.rstrip()))]
