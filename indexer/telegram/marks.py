"""The portion mark of a paragraph in its bracket: as printed, damaged, or behind the words of a heading."""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from reftel.indexer.telegram.titles import looks_titled
from reftel.schema.marking import parse_mark


class Start(msgspec.Struct, frozen=True, gc=False):
    """A paragraph's start: ``at`` the pilcrow, number or mark, ``text_at`` behind them; number and mark as printed.

    ``mark_span`` is where the mark stands if some words of a heading stand before it: ``1. SUMMARY: (C) The``.
    """

    at: int
    text_at: int
    number: int | None
    mark: str | None
    mark_span: tuple[int, int] | None = None


MARK = r"[({\[<]{1,2} [ ]{0,2} (?P<mark> [A-Za-z/] [A-Za-z/\\,.:\s–-]{0,150} ) [)}\]>]{1,2}"
"""A bracket that may hold a portion mark, for a verbose expression."""


@lru_cache(1024)
def printed_mark(printed: str | None) -> str | None:
    """The portion mark of a bracket as printed, one line: ``" C "`` -> ``"C"``; ``None`` where the bracket is text, ``"U.S."``."""
    if printed is None:
        return None
    words = _ENTIRE.sub("", " ".join(printed.split()).rstrip(" .:"))
    return words if parse_mark(words) else None


_ENTIRE = re.compile(r"\W{1,4}ENTIRE (?:TEXT|PARAGRAPH|MESSAGE|CABLE)$", re.IGNORECASE)  # (C - ENTIRE TEXT.)


_LATE_MARK = re.compile(
    r"""[ \t]* (?:\n[ \t]*)? \(? (?P<words> ["“]?[A-Z][^\n()\[\]]{0,70}? ) \)?
         (?P<pause> ["”]?[ ]?[:;.?!–—-]{1,3} )? [ \t]* (?:\n[ \t]*){0,6} (?:-{1,2}[ ]{1,2})?
         \([ ]?(?P<mark> [A-Z][A-Z/,\s-]{0,60} )\) (?=[\s:.]) (?= (?P<behind> [\s:.]{1,8} (?: [a-z] | [^\n]{0,100}?\([A-Z]\) ) )? )""",
    re.VERBOSE,
)
_SIMPLE_WORDS = re.compile(r"[\w'’]+(?: [ /&]{1,3} [\w'’]+ ){0,5}", re.VERBOSE)
_MOST_WORDS = 9
_REACH = 200  # characters in which the bracket begins
_OPENING_WORDS = frozenset(
    "summary introduction comment background overview action key begin end executive bluf note conclusion context scenesetter intro".split()
)


def with_late_mark(text: str, start: Start) -> Start:
    """The start with the mark that stands behind the words of a heading: ``1. KEY POINTS -- (C) The``, ``1. What Comes Next? (C) The``."""
    beginning = "" if start.mark else text[start.text_at : start.text_at + _REACH]
    match = _LATE_MARK.match(text, start.text_at) if "(" in beginning else None
    mark = printed_mark(match["mark"]) if match else None
    if match is None or mark is None:
        return start
    words, pause = match["words"], (match["pause"] or "").strip(' "”')
    usual = words.split()[0].lower() in _OPENING_WORDS
    simple = _SIMPLE_WORDS.fullmatch(words) is not None
    apart = pause and ((usual and simple) or (pause[0] != "." and not match["behind"] and words.count(" ") < _MOST_WORDS))
    if not apart and not (simple and looks_titled(words) and (pause or usual or words.isupper())):
        return start
    return msgspec.structs.replace(start, mark=mark, mark_span=(match.start("mark") - 1, match.end()))
