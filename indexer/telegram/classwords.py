"""The words of the classification in every spelling that lines of a telegram have: plain, letter-spaced, with a damaged beginning.

Patterns are for ``re.VERBOSE`` too: a blank is always ``[ ]``.
"""

from __future__ import annotations

import re

from reftel.indexer.telegram.places import fold

WORDS = ("SECRET", "CONFIDENTIAL", "UNCLASSIFIED", "LIMITED OFFICIAL USE")
"""Class words as they stand alone on a line."""


def spaced(word: str, gap: str = "[ ]?") -> str:
    """A pattern for a word with ``gap`` between its letters: ``"SECRET"`` matches ``SECRET``, ``S E C R E T`` and ``SE C R ET``."""
    return gap.join(word)


def one_of(*patterns: str) -> str:
    """A pattern for any of the patterns."""
    return f"(?:{'|'.join(patterns)})"


LETTER_SPACED = one_of(*(spaced(word, "[ ]") for word in ("SECRET", "CONFIDENTIAL", "UNCLAS")))
"""Pattern of a letter-spaced class word."""

PLAIN = one_of("UNCLAS(?:SIFIED)?", "CONFIDENTIAL", "(?:TOP[ ])?SECRET")
"""Pattern of a plain class word."""

ANY = one_of(
    f"TOP[ ]{{0,3}}{spaced('SECRET')}", spaced("SECRET"), spaced("CONFIDENTIAL"), f"{spaced('UNCLAS')}(?:[ ]?{spaced('SIFIED')})?"
)  # fmt: skip
"""Pattern of a class word in either form."""

BEGINNING = one_of(
    f"U?[ ]?{spaced('UNCLAS')}", f"C?[ ]?[CO][ ]?O?[ ]?{spaced('NFIDEN')}", rf"S?[ ]?[SE][ ]?E?[ ]?{spaced('CRET')}\b",
    rf"{spaced('TOP')}[ ]{{1,3}}{spaced('SEC')}", "LIMITED[ ]OFFICIAL",
)  # fmt: skip
"""Pattern of how a class line begins, its first letter lost or doubled."""

STEMS = (
    "SECRET", "S E C R E T", "S e c r e t", "CONFIDENTIAL", "C O N F", "C o n f", "UNCLAS", "U N C L A S", "U n c l a s", "Unclas",
)  # fmt: skip
"""How a class word of a caption begins, for plain searching."""

SPACED_STEMS = ("S E C R", "C O N F", "U N C L")
"""How a letter-spaced class word in capitals begins, for plain searching."""

CORRECTED_COPY = re.compile(rf"{spaced('CORRECTED', '[ ]?')}[\s/]{{0,6}}{spaced('COPY', '[ ]?')}\b", re.IGNORECASE)
"""The notice that a telegram is sent again, corrected: ``CORRECTED COPY``, ``C O R R E C T E D//C O P Y``."""

CAPTION = re.compile(
    rf"""(?P<class>{ANY}) [ ]{{1,3}} (?: SECTION [ ]{{1,2}} (?P<part>\d{{1,2}}) [ ] OF [ ] (?P<of>\d{{1,2}}) [ ]{{1,3}} )?
        (?P<post> [A-Z]{{3,15}} (?:[ ][A-Z]{{2,15}}){{0,3}} ) [ ]{{1,2}} (?P<serial>\d{{3,6}}) (?!\w|\.\d)""",
    re.VERBOSE | re.IGNORECASE,
)
"""A caption line: class word, section, post and serial. ``S E C R E T SECTION 02 OF 03 HARARE 006677``, ``UNCLAS SAO PAULO 000487``."""


def _damaged(word: str, rest: str = "") -> re.Pattern[str]:
    """A class word with any blanks between its letters and one bad first letter: lost, doubled or another."""
    first, letters = word[0], spaced(word[1:], "[ ]{0,2}")
    return re.compile(rf"(?:{first}[ ]?{first}?[ ]{{0,2}}|[A-Z?][ ]{{0,2}})?{letters}{rest}(?=SECTION|[^A-Z]|\Z)", re.IGNORECASE)


DAMAGED = (
    ("TOP SECRET", re.compile(rf"{spaced('TOP')}[ ]{{0,3}}{spaced('SECRET', '[ ]{0,2}')}(?![A-Z])", re.IGNORECASE)),
    ("CONFIDENTIAL", _damaged("CONFIDENTIAL")),
    ("SECRET", _damaged("SECRET")),
    ("UNCLASSIFIED", _damaged("UNCLAS", f"(?:[ ]{{0,2}}{spaced('SIFIED', '[ ]{0,2}')})?")),
    ("LIMITED OFFICIAL USE", re.compile(r"LIMITED[ ]OFFICIAL[ ]USE\b", re.IGNORECASE)),
)
"""Levels with the pattern of their word, also damaged, at a place where only a class word can stand."""

_TAILS = ("", "NOFORN", "//NOFORN", "//NF", "SENSITIVE", "//FOUO", "SIPDIS", "FOROFFICIALUSEONLY", "//FOROFFICIALUSEONLY")
_LINES = frozenset(word.replace(" ", "") + tail for word in ("TOP SECRET", "UNCLAS", *WORDS) for tail in _TAILS)
_PAGE_TAG = re.compile(r" PTQ\d{4}$")  # CONFIDENTIAL PTQ1865: the communications centre's page number (00HARARE6677)


def is_class_line(line: str) -> bool:
    """Whether the line holds a class word and nothing else: ``"S E C R E T"``, ``"CONFIDENTIAL PTQ1865"``, ``"SECRET//NOFORN"``."""
    squeezed = "".join((_PAGE_TAG.sub("", line.strip()) if "PTQ" in line else line).split())
    return squeezed.upper() in _LINES


def is_corrected(text: str) -> bool:
    """Whether a text says that this is a corrected copy, in any spacing: ``C O R R E C T E D  C O P Y``."""
    return "ORRECTED" in fold(text).replace(" ", "") and CORRECTED_COPY.search(text) is not None
