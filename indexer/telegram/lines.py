"""The lines of a cable's text, told apart: words of the message from what transmission and copying put between them.

Page banners, ``PAGE 02 ...`` lines, class lines beside them and injected ``SIPDIS`` lines interrupt sentences, subjects and
reference lists. They are masked, not cut out: `mask_noise` gives a text of the same length, so every offset stays true, and `clean`
drops the mask.
Banners are found wherever they stand, also in running text and in texts that lost their line breaks.
"""

from __future__ import annotations

import enum
import itertools
import re
from collections.abc import Iterable, Iterator

from reftel.indexer.telegram.artefacts import PAGE, Banner, is_advert, is_debris, is_stamp, iter_banners
from reftel.indexer.telegram.classwords import WORDS, is_class_line, letter_spaced, one_of
from reftel.indexer.telegram.places import iter_places

FILLER = "\x00"  # stands for a masked character; neither a blank nor a word


class Kind(enum.StrEnum):
    """What a line is."""

    TEXT = "text"
    BLANK = "blank"
    RULE = "rule"
    BANNER = "banner"
    PAGE = "page"
    CLASS = "class"
    SIPDIS = "sipdis"
    STAMP = "stamp"
    ADVERT = "advert"
    DEBRIS = "debris"


_RULE_CHARACTERS = "-=*_~–—"
_RULE_STARTS = frozenset(_RULE_CHARACTERS)
_LONGEST_CLASS_LINE = 60
_CLASS_WORDS = (*WORDS, letter_spaced("SECRET"), letter_spaced("CONFIDENTIAL"))
_INJECTED_WORDS = ("SIPDIS", "Sipdis", *_CLASS_WORDS)
_INJECTED = re.compile(rf"(?P<sipdis>S(?:IPDIS|ipdis))(?!\w)|{one_of(*_CLASS_WORDS)}(?: PTQ\d{{4}})?[ \t]{{0,8}}")
_GLUED_CLASS = re.compile(r"(?<=  )(?:SECRET|CONFIDENTIAL|UNCLASSIFIED)(?=\s{0,3}\Z)")
_MOST_PAGES = 5000  # a cable has a few dozen at most
_MASKED = re.compile(FILLER + "+")


def line_kind(line: str) -> Kind:
    """Kind of one line, seen alone. ``"-----"`` -> rule, ``"S E C R E T"`` -> class, ``"NNNN"`` -> debris, ``"Hello."`` -> text."""
    stripped = line.strip()
    if not stripped.strip(FILLER):
        return Kind.BLANK
    if is_rule(stripped):
        return Kind.RULE
    if len(stripped) <= _LONGEST_CLASS_LINE:
        kind = _short_kind(stripped)
        if kind is not None:
            return kind
    if is_stamp(stripped):
        return Kind.STAMP
    if is_advert(stripped):
        return Kind.ADVERT
    return Kind.DEBRIS if is_debris(stripped) else Kind.TEXT


def _short_kind(stripped: str) -> Kind | None:
    if stripped.upper() == "SIPDIS":
        return Kind.SIPDIS
    if is_class_line(stripped):
        return Kind.CLASS
    if stripped[-1].isdigit() or stripped[-1] == ".":
        banner = next(iter_banners(stripped), None)
        if banner is not None and banner.start == 0 and banner.end == len(stripped):
            return Kind.BANNER
    page = PAGE.match(stripped) if stripped.startswith("PAGE") else None
    return Kind.PAGE if page and page.end() == len(stripped) else None


def is_rule(line: str) -> bool:
    """Whether the line is a rule of dashes, equal signs or asterisks, also a split one (``---- --``, ``- - - -``)."""
    stripped = line.strip()
    if stripped[:1] not in _RULE_STARTS or stripped.strip(_RULE_CHARACTERS + " \t"):
        return False
    return len(stripped.replace(" ", "").replace("\t", "")) > 2


_ESCAPE = re.compile(r"\\(?:(?=[ \t]*(?:\n|\Z))|[a-z]?(?=\s*\Z))")
_FLAT_ESCAPE = re.compile(r"(?<=\s)\\(?=\s|\Z)")


def without_escapes(text: str) -> str:
    """The text with blanks in place of a dump's backslashes at the ends of lines: ``"GRAIN \\\\\\nAND WATER"`` -> ``"GRAIN  \\nAND WATER"``."""
    if "\\" not in text:
        return text
    text = _ESCAPE.sub(lambda escape: " " * len(escape[0]), text)
    return text if "\n" in text.strip() else _FLAT_ESCAPE.sub(" ", text)


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
    return _COLLAPSED.sub(lambda gap: " \n" * (len(gap[0]) // 2) + " " * (len(gap[0]) % 2), text)


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
    places = itertools.islice(iter_places(text, ("PAGE ",)), _MOST_PAGES)
    pages = [page.span() for place in places if (page := PAGE.match(text, place))]
    return mask_spans(text, [*spans, *pages, *_class_lines_beside(text, pages)])


def mask_injected(text: str, begin: int) -> str:
    """The text with class words alone on a line, and ``SIPDIS``, masked from ``begin`` on.

    In the head they are the caption's, further down they were injected (CABLE_FORMATS 4.2), also where lines were re-flowed later.
    """
    spans = []
    for place in iter_places(text, _INJECTED_WORDS):
        match = _INJECTED.match(text, place) if place >= begin else None
        if match and _is_injected(text, place, match):
            spans.append(match.span())
    return mask_spans(text, spans)


def _is_injected(text: str, place: int, match: re.Match[str]) -> bool:
    """Class words must be the whole line; ``SIPDIS`` stands anywhere, unless the text speaks of it: ``use SIPDIS caption``."""
    if match.lastgroup == "sipdis":
        return _SPOKEN_BEFORE.search(text[max(0, place - 60) : place]) is None and _SPOKEN_BEHIND.match(text, match.end()) is None
    before = text[max(0, place - 8) : place]
    line = before.rpartition("\n")[2] if "\n" in before or place < 8 else before
    return not line.strip(" \t" + FILLER) and text[match.end() : match.end() + 1] in ("", "\n")


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


def mask_spans(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text, same length, with the spans replaced by filler; line breaks stay. Spans may overlap."""
    parts: list[str] = []
    done = 0
    for start, end in sorted(spans):
        begin = max(start, done)
        if begin >= end:
            continue
        parts += [text[done:begin], _fill(text[begin:end])]
        done = end
    return "".join([*parts, text[done:]]) if parts else text


def _fill(text: str) -> str:
    return "\n".join(FILLER * len(line) for line in text.split("\n"))


def clean(text: str) -> str:
    """The text without masked characters; lines that held nothing else go with their line break, so a sentence runs on over a banner."""
    if FILLER not in text:
        return text
    return "\n".join(_unmasked_lines(text))


def _unmasked_lines(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        if FILLER not in line:
            yield line
        elif line.strip(FILLER + " \t"):
            yield " ".join(part.strip() for part in _MASKED.split(line) if part.strip())
