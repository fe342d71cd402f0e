"""Titles: whether a line can be a heading, where a sentence before one ends, and the plain text of one."""

from __future__ import annotations

import functools
import re

from reftel.indexer.telegram.lines import clean
from reftel.schema.marking import parse_mark

LONGEST_TITLE = 150
# The end of a sentence, of closing words without a full stop, or the blanks before a rule. What is looked ahead for here and below is
# how one of the alternatives can begin: that spares most places the trial of all of them.
SENTENCE_BREAK = re.compile(
    r"""(?=[.!?\"”)\]\seE]) (?: [.!?][\"”'’)\]]{0,2}\s{1,9} | [\"”)\]]\s{2,9} | \s{4,9} | \s(?=-{5})
      | \b(?:end|End|END)[ ](?:of[ ])?
        (?:summary|Summary|SUMMARY|comment|Comment|COMMENT|note|Note|NOTE|text|Text|TEXT)(?:[.)]{0,2}\s{1,9}(?!OF\b|of\b)|[.)]{1,2}(?=[A-Z][a-z])) )""",
    re.VERBOSE,
)
_MAY_BREAK = re.compile(r"[.!?\"”)\]]|\s\s|-----|[eE][nN][dD] ")  # spares most lines the search for a break
HANDLING = re.compile(r"\W*(?:sensitive[ -]but[ -]unclass|please protect|not for internet|for official use|entire text)", re.IGNORECASE)
"""How a notice of handling begins, which is no title."""
_WORD = re.compile(r"[A-Za-z][\w'’]*")
_ABBREVIATED = re.compile(r"(?:\b[A-Z]\.|\b(?:Mr|Ms|Mrs|Dr|Amb|Gen|Col|Sen|Rep|vs|St|No))\.?\s*$|\bSection [A-Z]\.\s*$")
_SMALL = (
    "a an and as at but by de del for from in into is it its la le nor of off on onto or over per than that the their to up via vs with"
    " without are was be not do does al el wa bin ibn"
)
_SMALL_WORDS = frozenset(_SMALL.split())
_OPENING_QUOTES = "\"“'‘"
_NO_TITLE = re.compile(
    r"""(?=[BDEIMNOSUVXY\s(*.[#-] | [A-Z\d]\d?\) | \d{4}[ ])
        \s*(?: (?:0\d|1[0-7]|2[1-3])[0-5]\d[ ] | end\b | begin\b(?![ ]summary) | nnnn | -- | -[ ] | \* | [a-z]\) | \d{1,2}\) | \(?[ivx]+\) | sipdis | noforn
             | unquote | minimize | \(.*\)$ | \[.*\]$ | (?:original[ ])?source[ ]?[-:–] | dear\b | yours\b | sincerely | [x\s.#-]+$ )""",
    re.VERBOSE | re.IGNORECASE,
)
_CLOSED = re.compile(r".{0,140}\b(?:removed\]|end (?:of )?(?:summary|comment|text|note)\W{0,3}$)", re.IGNORECASE)


_FILES = (".pdf", ".doc", ".htm", ".html", ".cfm", ".asp", ".jpg")


def is_no_title(line: str) -> bool:
    """Whether a line is certainly no heading: a list item, an hour of a schedule, a greeting, struck-out words, a file's name, closing words at its front or end."""
    if _NO_TITLE.match(line):
        return True
    lower = line.lower()
    if lower.endswith(_FILES):
        return True
    return ("end " in lower or "removed]" in lower) and _CLOSED.match(line) is not None


def is_title(line: str) -> bool:
    """Whether a short line can be a heading: no sentence's end, no list item, no closing words, no small letter first. ``"Next Steps"``, ``"2009"``."""
    return 0 < len(line) <= LONGEST_TITLE and _is_title(line)


@functools.lru_cache(1024)  # a line is looked at again for the paragraph behind it, and many cables have the same headings
def _is_title(line: str) -> bool:
    if is_no_title(line):
        return False
    if (line[-1] in ".;," and not line.endswith("...")) or (line[-1] == '"' and line.count('"') % 2):
        return False
    words = line.split()
    return len(words) <= 16 and not line.lstrip(_OPENING_QUOTES)[:1].islower() and (len(words) <= 9 or looks_titled(line))


@functools.lru_cache(1024)  # as for `_is_title`; no caller has a line of more than a few hundred characters
def looks_titled(line: str) -> bool:
    """Whether most of a line's words begin with a capital, small words aside."""
    capitals = [word[0].isupper() for word in _WORD.findall(line) if word.lower() not in _SMALL_WORDS]
    return bool(capitals) and sum(capitals) * 10 >= len(capitals) * 7


def is_headline(line: str) -> bool:
    """Whether all of a line's words but small ones begin with a capital, of four words at least: ``"And Contemplates Closer Ties."``."""
    words = _WORD.findall(line)
    return len(words) > 3 and not any(map(str.isdigit, line)) and all(word[0].isupper() or word in _SMALL_WORDS for word in words)


def is_named(line: str) -> bool:
    """Whether every word of a line but small ones has a capital, of four words at least: ``"e-PINE Meetings in Washington D.C."``."""
    words = line.split()
    return len(words) > 3 and all(word.lower() in _SMALL_WORDS or any(map(str.isupper, word)) for word in words)


def sentence_breaks(text: str, low: int, high: int) -> list[int]:
    """Offsets behind the ends of sentences in a stretch; ``U.S.``, ``Mr.`` and ``Section A.`` end none."""
    if not _MAY_BREAK.search(text, low, high):
        return []
    places = [match.end() for match in SENTENCE_BREAK.finditer(text, low, high)]
    return [place for place in places if not _ABBREVIATED.search(text[max(0, place - 20) : place])]


_SHORT_RULE = re.compile(r"(?<=[^\s-]) (?:- -(?: -)*|-{3,}|={3,})$")


def plain_title(title: str) -> str:
    """The title in one line without a mark of its own: ``"(S/NF) KEY POINTS"`` -> ``"KEY POINTS"``."""
    words = " ".join(clean(title).replace("¶", "").split())
    if words[-1:] in ("-", "="):
        words = _SHORT_RULE.sub("", words)
    if "(" not in words:
        return words
    front = re.match(r"\(([A-Za-z/ ,-]{1,60})\)\s*", words)
    if front and parse_mark(front[1]):
        words = words[front.end() :]
    back = re.search(r"\s\(([A-Za-z/ ]{1,20})\)$", words[-30:])
    return words[: len(words) - len(back.group())] if back and parse_mark(back[1]) else words


def has_mark(line: str) -> bool:
    """Whether a line begins with a portion mark: ``"(S/NF) KEY POINTS"``."""
    front = re.match(r"\(([A-Z/]{1,8})\) ", line) if line.startswith("(") else None
    return front is not None and parse_mark(front[1]) is not None
