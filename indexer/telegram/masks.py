"""What transmission and copying put between the words of a message, masked; and the line breaks that a container lost.

Page banners, ``PAGE 02 ...`` lines, class lines beside them and injected ``SIPDIS`` lines interrupt sentences, subjects and
reference lists. They are masked, not cut out: `mask_noise` gives a text of the same length, so every offset stays true, and `clean`
drops the mask.
Banners are found wherever they stand, also in running text and in texts that lost their line breaks.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator

from reftel.indexer.telegram.artefacts import PAGE, Banner, iter_banners
from reftel.indexer.telegram.classwords import is_class_line
from reftel.indexer.telegram.lines import Lines, mask_spans
from reftel.indexer.telegram.parts import without_line_signs
from reftel.indexer.telegram.places import iter_places

_GLUED_CLASS = re.compile(r"(?<=  )(?:SECRET|CONFIDENTIAL|UNCLASSIFIED)(?=\s{0,3}\Z)")
_MOST_PAGES = 5000  # a cable has a few dozen at most
_FLAT_ESCAPE = re.compile(r"(?<=\s)\\(?=\s|\Z)")


def without_escapes(text: str) -> str:
    """The text with blanks in place of the signs that `without_line_signs` knows; in one line, of backslashes between blanks too."""
    text = without_line_signs(text)
    return text if "\\" not in text or "\n" in text.strip() else _FLAT_ESCAPE.sub(" ", text)


def restore_lines(text: str) -> str:
    """A text that lost its line breaks to runs of blanks, same length, with breaks where they must have been; others unchanged.

    Two blanks are a line break unless they could be the typist's after a full stop, four are a blank line:
    ``"to the  city.    2. (C)"`` -> ``"to the\\n city.\\n\\n  2. (C)"``. A text with one blank everywhere stays one line.
    """
    if "\n" in text.strip() or "  " not in text:
        return text
    lost = len(_LOST_BREAK.findall(text))
    wrapped = (lost > 2 and lost * _FEWEST_BREAKS > len(text)) or (lost > 0 and len(text) < _FEWEST_BREAKS)
    return _BLANK_RUN.sub(lambda run: _restored(run.group(), wrapped=wrapped), text)


_COLLAPSED = re.compile(r"(?<! ) {2,}+(?!\d{3}(?:\.\d{1,2})? {1,2}OF )", re.IGNORECASE)


def restore_breaks(text: str) -> str:
    """A text whose line breaks became two blanks each, of the same length, with line breaks again; another text unchanged.

    The two blanks inside a page banner (``OSLO 00000290  002 OF 003``) were printed and stay.
    """
    if "\n" in text:
        return text
    return _COLLAPSED.sub(_as_breaks, text)


def _as_breaks(gap: re.Match[str]) -> str:
    width = len(gap[0])
    return " \n" + " " * (width - 2) if width > _WIDEST_BREAK else " \n" * (width // 2) + " " * (width % 2)


_WIDEST_BREAK = 9  # blanks; more of them are a line break with the indentation behind it


_BLANK_RUN = re.compile(r"(?<=[^\s]) {2,}|(?<=[.?!:\"”)]) {2,}")
_LOST_BREAK = re.compile(r" {4}|[a-z,]  [a-z]")


_FEWEST_BREAKS = 2500  # characters a lost line break; fewer are the typist's


def _restored(run: str, *, wrapped: bool) -> str:
    if not wrapped:
        return run
    return "\n\n" + run[2:] if len(run) > 3 else "\n" + run[1:]


def mask_noise(text: str, banners: Iterable[Banner] | None = None) -> str:
    """The text, same length, with banners, PAGE lines and the class lines beside them replaced by `FILLER`.

    ``banners`` are those of the text where they are known already.

    ``"to the\\nLONDON 00000290  002 OF 002\\nmeeting"`` -> `clean` gives ``"to the\\nmeeting"``.
    """
    spans = [(banner.start, banner.end) for banner in (iter_banners(text) if banners is None else banners)]
    pages = [page.span() for page in itertools.islice(PAGE.finditer(text), _MOST_PAGES)]
    braces = _LONE_BRACE.finditer(text) if "}" in text and "{" not in text else ()
    return mask_spans(text, [*spans, *pages, *_class_lines_beside(text, pages), *(brace.span() for brace in braces)])


_LONE_BRACE = re.compile(r"\}(?<=[ \n]\})(?=\s)")  # for a line break, in one dump


def injected(lines: Lines, begin: int) -> Iterator[tuple[int, int]]:
    """Spans of the class words alone on a line, and of ``SIPDIS``, from ``begin`` on.

    In the head they are the caption's, further down they were injected (CABLE_FORMATS 4.2), ``SIPDIS`` also where lines were re-flowed later.
    """
    for line in lines.of("class"):
        if lines.starts[line] >= begin:
            yield lines.starts[line], lines.end(line)
    for place in iter_places(lines.text, ("SIPDIS", "Sipdis")):
        end = place + len("SIPDIS")
        if place >= begin and not _goes_on(lines.text, end) and not _is_spoken_of(lines.text, place, end):
            yield place, end


def _goes_on(text: str, end: int) -> bool:
    return text[end : end + 1].isalnum()


def _is_spoken_of(text: str, start: int, end: int) -> bool:
    """Whether the text speaks of the word: ``use SIPDIS caption``."""
    return _SPOKEN_BEFORE.search(text[max(0, start - 60) : start]) is not None or _SPOKEN_BEHIND.match(text, end) is not None


_SPOKEN_BEFORE = re.compile(r"\b(?:slug(?:ged|s)?|caption(?:ed|s)?|includ(?:e|ing)|marked|titled?|labell?ed)\b[^.;!?]*$", re.IGNORECASE)
_SPOKEN_BEHIND = re.compile(r"[\"”'’,]{0,2}\s{1,3}(?:caption|channel|distribution|handling|slug|label|cables?\b|messages?\b)", re.IGNORECASE)


def _class_lines_beside(text: str, pages: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Lines such as ``CONFIDENTIAL`` in the three lines before and the one after each PAGE line, also glued to the line before it."""
    for start, end in pages:
        offset = max(0, start - 200)
        glued = _GLUED_CLASS.search(text[offset:start])
        if glued:
            yield offset + glued.start(), offset + glued.end()
        for at, line in (*_split_lines(text[offset:start], offset)[-4:], *_split_lines(text[end : end + 200], end)[:3]):
            if is_class_line(line):
                yield at, at + len(line)


def _split_lines(text: str, at: int) -> list[tuple[int, str]]:
    """Offsets and contents of the lines of a stretch that begins at ``at``."""
    lines = text.split("\n")
    starts = itertools.accumulate((len(line) + 1 for line in lines), initial=at)
    return list(zip(starts, lines, strict=False))
