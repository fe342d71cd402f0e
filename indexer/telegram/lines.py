"""The lines of a message, each with what it is: told once, for all readers.

A numbered paragraph begins a line of its own here, wherever it stands, so that what is over it can be looked at line by line.
"""

from __future__ import annotations

import itertools
import re
import string
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import msgspec

from reftel.indexer.telegram.classwords import is_class_line

FILLER = "\x00"  # stands for a masked character; neither a blank nor a word
SIDES = " \t\r\xa0¶"
"""What may stand on both sides of a line's words: blanks, and the site's pilcrows."""


LineKind = Literal["text", "blank", "rule", "class", "sipdis", "artefact", "start", "bracket"]
"""What a line is. ``artefact``: all of it was put in by transmission or copying, and is masked; ``start``: a numbered paragraph begins;
``bracket``: it may begin with the mark of an unnumbered one."""
WORDS = ("text", "bracket")
"""What a line of the message's own words is, seen alone."""
_RULE_CHARACTERS = "-=*_~+–—"
_RULE_SIGNS = _RULE_CHARACTERS + " \t"
_RULE_STARTS = frozenset(_RULE_CHARACTERS + ".")
_LONGEST_CLASS_LINE = 60
_MASKED = re.compile(FILLER + "+")
_CLASS_STARTS = frozenset(("SE", "S ", "Se", "CO", "C ", "Co", "UN", "U ", "Un", "LI", "Li", "TO", "T ", "To", "SI", "Si"))
# What a line is that begins so, with one letter or two; others are looked at more closely.
_BY_FIRST: dict[str, LineKind] = {
    **{two: "text" for two in map("".join, itertools.product("CLSTU", string.ascii_letters)) if two not in _CLASS_STARTS},
    **dict.fromkeys("ABDEFGHIJKMNOPQRVWXYZabcdefghijklmnopqrstuvwxyz0123456789\"'\u201c\u2018", "text"),
    "": "blank", "(": "bracket",
}  # fmt: skip


def line_kind(line: str) -> LineKind:
    """Kind of one line, seen alone. ``"-----"`` -> rule, ``"S E C R E T"`` -> class, ``"secret"``, the last word of a text, -> text."""
    stripped = (clean(line) if FILLER in line else line).strip(SIDES)
    if kind := _BY_FIRST.get(stripped[:1]):
        return "artefact" if kind == "blank" and FILLER in line else kind
    if len(stripped) <= _LONGEST_CLASS_LINE and stripped[:2] in _CLASS_STARTS:
        if stripped.upper() == "SIPDIS":
            return "sipdis"
        return "class" if is_class_line(stripped) else "text"
    return "rule" if is_rule(stripped) else "text"


def is_rule(line: str) -> bool:
    """Whether the line is a rule of dashes, equal signs, asterisks or the like, also a split one (``---- --``, ``- - - -``)."""
    stripped = line.strip()
    if stripped[:1] not in _RULE_STARTS:
        return False
    if stripped.strip(_RULE_SIGNS):
        return len(stripped) > _SHORTEST_DOTTED and not stripped.strip(".")
    gaps = stripped.count(" ") + stripped.count("\t")
    return len(stripped) - gaps > 2 and not (gaps > 1 and _COLUMNS.search(stripped))


_COLUMNS = re.compile(r"-[ \t]{2,}-")  # the rule of a table's columns
_SHORTEST_DOTTED = 4  # full stops of a rule


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


class Lines(msgspec.Struct, frozen=True, gc=False):
    """A text with its lines: line ``i`` begins at ``starts[i]`` and is a ``kinds[i]``. ``starts`` has the end of the text too."""

    text: str
    starts: list[int]
    kinds: list[LineKind]

    def index(self, at: int) -> int:
        """The line that the character at an offset is in."""
        return bisect_right(self.starts, at, 0, len(self.kinds)) - 1

    def end(self, line: int) -> int:
        """Where a line ends, without its line break."""
        end = self.starts[line + 1]
        return end - 1 if end > self.starts[line] and self.text[end - 1] == "\n" else end

    def content(self, line: int) -> str:
        """A line without its line break; empty behind the last one."""
        return self.text[self.starts[line] : self.end(line)] if line < len(self.kinds) else ""

    def of(self, wanted: LineKind) -> list[int]:
        """The lines of a kind."""
        return [line for line, kind in enumerate(self.kinds) if kind == wanted]

    def words(self, line: int) -> int:
        """Where the first word of a line stands; the end of the text behind the last line."""
        content = self.content(line)
        return self.starts[line] + len(content) - len(content.lstrip(" \t" + FILLER))

    def below(self, line: int, *others: LineKind) -> int:
        """The next line that is no artefact, nor one of ``others``; behind the last line, their number."""
        line += 1
        while line < len(self.kinds) and (self.kinds[line] == "artefact" or self.kinds[line] in others):
            line += 1
        return line

    def before(self, end: int) -> Lines:
        """The lines up to an offset."""
        if end >= len(self.text):
            return self
        count = max(1, bisect_left(self.starts, end))
        cut = Lines(self.text[:end], [*self.starts[:count], end], self.kinds[:count])
        if self.end(count - 1) > end:
            cut.kinds[-1] = line_kind(cut.content(count - 1))
        return cut

    def masked(self, spans: Sequence[tuple[int, int]]) -> Lines:
        """The lines with the spans masked; numbered paragraphs keep their starts."""
        if not spans:
            return self
        made = Lines(mask_spans(self.text, spans), self.starts, self.kinds[:])
        done = 0  # each line is looked at once
        for start, end in sorted(spans):
            for line in range(max(done, made.index(start)), made.index(end - 1) + 1):
                if made.kinds[line] != "start":
                    made.kinds[line] = line_kind(made.content(line))
                done = line + 1
        return made


def lines_of(text: str, cuts: Iterable[int] = ()) -> Lines:
    """The lines of a masked text. ``cuts`` are the offsets of its numbered paragraphs, rising."""
    contents = text.split("\n")
    kinds = [_BY_FIRST.get(line[:1]) or _BY_FIRST.get(line[:2]) or _BY_FIRST.get(line.lstrip(SIDES)[:1]) or line_kind(line) for line in contents]
    starts = list(itertools.accumulate([len(line) + 1 for line in contents[:-1]], initial=0))
    inside = []
    for at in cuts:
        line = bisect_right(starts, at) - 1
        if text[starts[line] : at].strip(SIDES + FILLER):
            inside.append((line, at))
        else:
            kinds[line] = "start"
    return Lines(text, [*starts, len(text)], kinds) if not inside else _cut(text, starts, kinds, inside)


def _cut(text: str, starts: list[int], kinds: list[LineKind], inside: list[tuple[int, int]]) -> Lines:
    """The lines, cut at the offsets of the paragraphs that begin inside of them."""
    cut_starts: list[int] = []
    cut_kinds: list[LineKind] = []
    done = 0
    for line, at in inside:
        cut_starts += starts[done : line + 1]
        cut_kinds += kinds[done : line + 1]
        done = line + 1
        if cut_kinds[-1] != "start":
            cut_kinds[-1] = line_kind(text[cut_starts[-1] : at])
        cut_starts.append(at)
        cut_kinds.append("start")
    return Lines(text, [*cut_starts, *starts[done:], len(text)], [*cut_kinds, *kinds[done:]])


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
