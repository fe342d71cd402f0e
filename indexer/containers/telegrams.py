"""Several telegrams in one text: parted by a line ``NNNN``, which ends a transmission, by form feeds, or by their whole headers alone.

A mark parts telegrams only where one begins behind it: print-outs have form feeds between the pages of one telegram, a text speaks of NNNN,
quotes a header, repeats a cable between QUOTE and UNQUOTE, and sections of one cable come as transmissions of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from reftel.base.frozen import frozen
from reftel.indexer.message import MAX_CABLE
from reftel.indexer.telegram.classwords import ANY, CAPTION
from reftel.indexer.telegram.header_lines import header_line
from reftel.indexer.telegram.parts import split_telegram

_REACH = 12_000
"""Characters behind a mark that are looked at: the longest headers have some thousand."""
_REPEATED = 3
"""Headers one behind the other that may all be one telegram's."""
_BANNER = 3_000
"""Characters that stand above a header at most."""
_ROUTING_LINES = 60

_MARKS = re.compile(
    r"""^[ \t]{0,8}\#?[Nn]{4}[ \t]*$                            # NNNN
      | \f[\f\n\t ]*
      | ^(?P<header> This[ ]record[ ]is[ ]a[ ]partial[ ]extract | (?:[ZOPR]{1,2}[ ]+){0,2} \d{6}[ ]{0,2}Z?[ ]{1,3}[A-Z]{3,9}\.?[ ]{1,3}\d\d\b [^\n]{0,80}\n
          (?:[^\n]{0,80}\n){0,3}? FM[ ][A-Z] [^\n]{0,80}\n (?:[^\n]{0,80}\n){0,3}? (?:TO|INFO)\b )  # P 131016Z FEB 08, then FM, then TO""",
    re.VERBOSE | re.MULTILINE,
)
_CLASS_LINE = re.compile(rf"[ >]{{0,4}}{ANY}\b", re.IGNORECASE)
_ID_LINE = re.compile(rf"{ANY} {{1,8}}[A-Z][A-Z ]{{2,30}} {{1,8}}\d{{5,8}} *", re.IGNORECASE)  # above a header: SECRET   STATE   00119085
_OPENING = re.compile(rf"VZCZC|(?:OO|PP|RR|ZZ) +R[A-Z]{{3,6}}\b|DE +R[A-Z]{{3,6}}\b|ZN[YR] +[A-Z]{{5}}\b|{_ID_LINE.pattern}$")
_LABEL = re.compile(r"^[ >]{0,4}(?:E\.? ?O\.? ?1\d{4}|TAGS?\b|SUBJ(?:ECT)?\b|SIPDIS\b)", re.MULTILINE | re.IGNORECASE)
_DATE_LINE = re.compile(r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \d", re.IGNORECASE)
_PARAGRAPH = re.compile(r"^[ \t]{0,8}(?:¶ ?)?\d{1,3}[.)] {0,8}[(A-Z]", re.MULTILINE)
_FIRST_PARAGRAPH = re.compile(r"[ \t]{0,8}(?:¶ ?)?1\. {0,3}\S")
_ANNOUNCED = re.compile(r'(?:(?<!["-])[:,-]|\b(?:quote|qte|repeated|retransmi\w+|begin (?:text|cable|message)|follow(?:s|ing)))[\s.]{0,20}\Z', re.IGNORECASE)
_QUOTE = re.compile(r"^[ \t]{0,8}(?P<end>UN|END )?(?:BEGIN )?(?:QUOTE|QTE)\b", re.MULTILINE | re.IGNORECASE)
_LAST_MARK = re.compile(r"\n[ \t]{0,8}#?[Nn]{4}\s*\Z")


@frozen
class Part:
    """A telegram of a text: the line where it begins, and its text; ``None`` for one that is larger than a cable may be."""

    line: int
    text: str | None


def iter_parts(blocks: Iterable[str]) -> Iterator[Part]:
    """The telegrams of a text that comes in pieces of whole lines, in memory for one; a text of one telegram comes as it is."""
    splitter = _Splitter()
    for block in blocks:
        yield from splitter.add(block)
    yield from splitter.end()


class _Splitter:
    """Cuts a text that grows. ``_text``: from the last cut on, or, where that would be too much, the end of it."""

    def __init__(self) -> None:
        self._text = ""
        self._line = 1
        self._lines_gone = self._seen = self._parts = 0
        self._too_large = False
        self._begin_part(0)

    def _begin_part(self, place: int) -> None:
        """What is known of the part that begins there: how far it was looked at, whether a telegram stands in it, and whether a quotation is open."""
        self._known = place
        self._is_telegram = self._is_open = False

    def add(self, block: str) -> Iterator[Part]:
        self._text += block
        yield from self._cut(len(self._text) - _REACH)
        if len(self._text) > MAX_CABLE + 2 * _REACH:
            self._too_large = True
            gone = len(self._text) - 2 * _REACH
            self._lines_gone += self._text.count("\n", 0, gone)
            self._text = self._text[gone:]
            self._seen -= gone
            self._known -= gone

    def end(self) -> Iterator[Part]:
        yield from self._cut(len(self._text) + 1)
        if self._parts == 0 or self._text.strip():
            yield self._part(self._text)

    def _cut(self, limit: int) -> Iterator[Part]:
        """Cut at the marks before ``limit``."""
        begin = 0
        for mark in _MARKS.finditer(self._text, max(self._seen, 0)):
            if mark.start() >= limit:
                break
            place = self._place(mark, begin)
            if place is None:
                continue
            end, following = place
            if self._text[begin:end].strip() or self._too_large:
                self._parts += 1
                yield self._part(self._text[begin:end])
            self._line += self._lines_gone + self._text.count("\n", begin, following)
            self._lines_gone, self._too_large = 0, False
            begin = following
            self._begin_part(begin)
        self._text = self._text[begin:]
        self._seen = max(self._seen, limit) - begin
        self._known -= begin

    def _part(self, text: str) -> Part:
        if self._too_large or len(text) > MAX_CABLE:
            return Part(self._line, None)
        blank = re.match(r"(?:[ \t\f]*\n)*", text)
        skipped = blank.end() if blank and self._parts else 0
        return Part(self._line + text.count("\n", 0, skipped), _LAST_MARK.sub("", text[skipped:]).strip("\n\f") if self._parts else text)

    def _place(self, mark: re.Match[str], begin: int) -> tuple[int, int] | None:
        """Where the telegram before a mark ends and the next one begins; ``None`` where the mark parts none."""
        text = self._text
        own = text[begin : min(mark.start(), begin + _REACH)]
        if mark["header"] is None:
            behind = text[mark.end() : mark.end() + _REACH]
            return (mark.start(), mark.end()) if begins_telegram(behind) and not _goes_on(own, behind) else None
        start = _header_start(text, mark.start(), begin)
        if not self._ends_telegram(begin, start):
            return None
        behind = text[start : self._end_of(mark, start + _REACH)]
        return (start, start) if _has_head(behind) and not _goes_on(own, behind) else None

    def _ends_telegram(self, begin: int, place: int) -> bool:
        """Whether a telegram stands before ``place``, and no quotation is open there; each character is looked at once."""
        text, known = self._text, max(self._known, begin, 0)
        if not self._is_telegram:
            self._is_telegram = _PARAGRAPH.search(text, known, place) is not None
        if not self._is_telegram and known <= begin + _REACH:
            self._is_telegram = _has_head_before(text[begin : min(place, begin + _REACH)])
        for quote in _QUOTE.finditer(text, known, place):
            self._is_open = quote["end"] is None
        self._known = max(place, known)
        return self._is_telegram and not self._is_open and not _is_announced(text[max(begin, place - 200) : place])

    def _end_of(self, mark: re.Match[str], limit: int) -> int:
        """Where the telegram of a header ends at most: at the next mark; a second header before any paragraph is its own, which stands twice."""
        for count, other in enumerate(_MARKS.finditer(self._text, mark.end(), limit), 1):
            if other["header"] is None or count > _REPEATED or _PARAGRAPH.search(self._text, mark.end(), other.start()):
                return other.start()
        return limit


def begins_telegram(text: str) -> bool:
    """Whether a text begins as a telegram does: with a header, a caption with the labels of a head behind it, or the first paragraph."""
    text = text.lstrip("\f\n \t")
    mark = _MARKS.search(text, 0, _REACH)
    first = mark.start() if mark else min(len(text), _REACH)
    if mark and mark["header"] and first < _BANNER and not _PARAGRAPH.search(text, 0, first) and not _is_announced(text[:first]):
        return True  # a print-out may have something above it
    lines = [line for line in text[:first].split("\n", 60)[:60] if line.strip()]
    if len(lines) > 1 and _DATE_LINE.match(lines[0]):
        del lines[0]
    if not lines:
        return False
    if header_line(lines[0]) in ("routing", "dtg", "from"):
        return any(header_line(line) in ("from", "to", "dtg") for line in lines[1:25])
    if _CLASS_LINE.match(lines[0]):
        return _LABEL.search("\n".join(lines[1:20])) is not None
    return _FIRST_PARAGRAPH.match(lines[0]) is not None


def _header_start(text: str, place: int, begin: int) -> int:
    """Offset of the first of the header lines that end at ``place``: routing, channel and LOG lines, blank ones and lists between them."""
    start = end = place
    for _ in range(_ROUTING_LINES):
        if end <= begin:
            break
        line_start = text.rfind("\n", begin, end - 1) + 1 or begin
        line = text[line_start : end - 1]
        kind = header_line(line)
        if kind == "distribution" or _OPENING.match(line):
            start = line_start
        elif kind not in ("routing", "blank"):  # a list of routing indicators, or a signer who looks like one
            break
        end = line_start
        if line.startswith("VZCZC"):
            above = text.rfind("\n", begin, max(begin, end - 1)) + 1 or begin
            return above if above < end and _ID_LINE.fullmatch(text, above, end - 1) else start
    return start


def _has_head_before(before: str) -> bool:
    """Whether a header and a head stand there, and not only what a print-out or a dump has above a header."""
    return begins_telegram(before) and _LABEL.search(split_telegram(before).body) is not None


def _is_announced(before: str) -> bool:
    """Whether what stands before a header announces a quotation, or the header goes on in the middle of a dump's row."""
    return _ANNOUNCED.search(before[-200:]) is not None or "VZCZC" in before.removesuffix("\n").rpartition("\n")[2]


def _has_head(text: str) -> bool:
    """Whether a head or a first paragraph stands behind the header that a text begins with."""
    body = split_telegram(text).body
    lines = [line for line in body.split("\n", 60)[:60] if line.strip()]
    if not lines:
        return False
    labelled = _LABEL.search("\n".join(lines)) is not None
    return labelled or _CLASS_LINE.match(lines[0]) is not None or _FIRST_PARAGRAPH.match(lines[0]) is not None


def _goes_on(before: str, behind: str) -> bool:
    """Whether what follows is a later section of the cable before."""
    own, other = CAPTION.search(before), CAPTION.search(behind)
    if own is None or other is None or not other["part"] or int(other["part"]) < 2:
        return False
    return (own["post"].split(), int(own["serial"])) == (other["post"].split(), int(other["serial"]))
