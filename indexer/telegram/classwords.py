"""The words of the classification as captions, page lines and class lines print them: plain, letter-spaced, in any case."""

from __future__ import annotations

import re


def spaced(word: str, blanks: str = "[ ]?") -> str:
    """A pattern for a word with or without blanks between its letters: ``"SECRET"`` matches ``S E C R E T``."""
    return blanks.join(word)


ANY = rf"(?:TOP[ ]{{0,3}}{spaced('SECRET')}|{spaced('SECRET')}|{spaced('CONFIDENTIAL')}|{spaced('UNCLAS')}(?:[ ]?{spaced('SIFIED')})?)"
"""Pattern of a class word, for use with IGNORECASE."""

STEMS = (
    "SECRET", "S E C R E T", "S e c r e t", "CONFIDENTIAL", "C O N F", "C o n f", "UNCLAS", "U N C L A S", "U n c l a s", "Unclas",
)  # fmt: skip
"""How a class word of a caption begins, for plain searching."""

CAPTION = re.compile(
    rf"""(?P<class>{ANY}) [ ]{{1,3}} (?: SECTION [ ]{{1,2}} (?P<part>\d{{1,2}}) [ ] OF [ ] (?P<of>\d{{1,2}}) [ ]{{1,3}} )?
        (?P<post> [A-Z]{{3,15}} (?:[ ][A-Z]{{2,15}}){{0,3}} ) [ ]{{1,2}} (?P<serial>\d{{3,6}}) (?!\w|\.\d)""",
    re.VERBOSE | re.IGNORECASE,
)
"""A caption line: class word, section, post and serial. ``S E C R E T SECTION 02 OF 03 HARARE 006677``, ``UNCLAS SAO PAULO 000487``."""
