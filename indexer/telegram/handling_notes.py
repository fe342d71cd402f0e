"""Handling notes: the sentence that says how a message is to be handled, run into the line before it or on a line of its own."""

from __future__ import annotations

import re

# What is sensitive, so that the words are the text's own: "HOW PORTS HANDLE SENSITIVE BUT UNCLASSIFIED PAPERS".
_THINGS = (
    r"[ ]+ (?! (?:AND|OR|PLEASE|PLS|NOT?|PROTECT|HANDL\w+|TREAT|NOFORN|SIPDIS|ENTIRE|TEXT|THIS|CABLE|MESSAGE|TELEGRAM|BEGIN|SUMMARY|COMMENT|FOR|DO)\b)"
    r"[A-Z]\w+ (?:[ ][\w'’-]+){0,5}+ [ ]* (?:\n|\Z)"
)
_NOTE = re.compile(
    rf"""\b (?: (?: (?:THIS[ ](?:CABLE|MESSAGE|TELEGRAM)[ ]IS | ENTIRE[ ]TEXT)\b[ ,:.-]{{0,3}} )? SEN\w{{2,8}}[ -]{{1,2}}BUT[ -]{{1,2}}UN\w{{3,}}+ (?! {_THINGS} )
          | SBU\b[ ,;:.-]{{1,4}} (?:ENTIRE|PLEASE|NOT|PROTECT|HANDLE|NOFORN)\b
          | (?:PLEASE[ ]|PLS[ ])? (?:PROTECT|HANDLE)[ ]ACCORD\w+
          | (?:AND[ ])? NOT[ ]FOR[ ](?:INTERNET|PUBLIC|FURTHER|RELEASE|DISTRIBUTION)\b
          | (?:UNCLAS(?:SIFIED)?//)?FOR[ ]OFFICIAL[ ]USE[ ]ONLY\b (?! {_THINGS} )
          | ENTIRE[ ]TEXT\b
          | THIS[ ](?:CABLE|MESSAGE|TELEGRAM)[ ](?:IS|CONTAINS)\b
        )""",
    re.VERBOSE | re.IGNORECASE,
)
_STEMS = ("SEN", "SBU", "ACCORD", "NOT FOR ", "OFFICIAL USE", "ENTIRE TEXT", "THIS ")  # every note has one of them
_BEFORE = re.compile(r"(?:(?<!\w)\(?(?:U|SBU|U//FOUO)\)?)?[\s(*;:-]*\Z", re.IGNORECASE)
_LONGEST_BEFORE = 20


def without_note(text: str) -> str:
    """The text up to the handling note behind it: ``"GRAIN HARVEST Sensitive but Unclassified. Please ..."`` -> ``"GRAIN HARVEST"``.

    Unchanged where there is none, or where nothing stands before it.
    """
    upper = text.upper()
    match = _NOTE.search(text) if any(map(upper.__contains__, _STEMS)) else None
    if match is None:
        return text
    start = max(0, match.start() - _LONGEST_BEFORE)
    before = _BEFORE.search(text, start, match.start())
    rest = text[: before.start() if before else match.start()]
    return rest if any(map(str.isalnum, rest)) else text
