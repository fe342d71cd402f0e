"""A hit as lines for pipes and files, without loading rich: that takes longer than a search."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, TextIO

from reftel.render.excerpts import cut, excerpt
from reftel.render.hits import describe, flow, found_lines, label
from reftel.render.safe import safe_line

if TYPE_CHECKING:
    from reftel.search.results import Highlights, Hit

_COLOUR_ASKED_FOR = frozenset(("FORCE_COLOR", "TTY_COMPATIBLE"))
"""Variables of the environment by which rich colours what goes into a pipe."""


def suits(file: TextIO) -> bool:
    """Whether ``file`` is to get plain lines: it is no terminal, and nobody asked for colours in spite of that."""
    return not file.isatty() and not _COLOUR_ASKED_FOR.intersection(os.environ)


def hit_lines(hit: Hit) -> Iterator[str]:
    """The lines of a hit, a paragraph a line however long it is, so that `grep` finds what stands in it; the empty line behind included."""
    yield "  ".join(map(safe_line, (hit.key, *describe(hit.cable)))).rstrip()
    subject = hit.cable.subject or ""
    yield f"  {flow(subject, hit.subject_highlights)[0].rstrip() if subject.strip() else '(no subject)'}"
    for name, text, highlights in found_lines(hit):
        yield _excerpt(f"{name}:", text, highlights)
    for paragraph in hit.paragraphs:
        yield _excerpt(safe_line(label(paragraph)), paragraph.text, paragraph.highlights)
    yield ""


def _excerpt(name: str, text: str, highlights: Highlights) -> str:
    flowing, places = flow(text, highlights)
    shown = "".join(piece for piece, _place in cut(flowing, excerpt(flowing, places)))
    return f"    {name} {shown}".rstrip()
