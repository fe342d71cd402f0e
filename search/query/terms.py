"""From a written word to the folded terms that an index holds, wildcards kept.

The text goes through the same analysis as the cables, so that a query word falls apart where the indexed text does.
"""

from __future__ import annotations

import re
from typing import Literal

from reftel.frozen import frozen
from reftel.schema.analysis import iter_tokens
from reftel.search.query.problems import Unreadable, quote

# Letters of the Yi script stand in for the wildcards during analysis: the tokeniser takes them for letters, and they have no case.
_STAR, _ONE = "ꀀ", "ꀁ"
_INTO_LETTERS = str.maketrans({"*": _STAR, "?": _ONE})
_INTO_SIGNS = str.maketrans({_STAR: "*", _ONE: "?"})

_HINTS = {
    "&": "write AND", "&&": "write AND", "|": "write OR", "||": "write OR", "!": "write NOT", "+": "leave it out: all words are required",
    "-": "write it directly before a word: -kosovo",
}  # fmt: skip


@frozen
class Term:
    """A folded word or pattern. ``prefix``: a pattern with one ``*`` at its end, which ``text`` is without."""

    text: str
    match: Literal["exact", "prefix", "wildcard"] = "exact"


def split_terms(text: str) -> tuple[Term, ...]:
    """Terms of ``text`` in order: ``"Nagorno-Kar*"`` -> exact ``nagorno``, prefix ``kar``.

    `Unreadable` where there is no letter or digit, or a wildcard stands without one.
    """
    if "*" not in text and "?" not in text:
        terms = tuple(Term(token.text) for token in iter_tokens(text))
    elif _STAR in text or _ONE in text:
        raise Unreadable(f"{quote(text)} joins a wildcard with a letter of the Yi script", "leave the wildcard out")
    else:
        tokens = iter_tokens(text.translate(_INTO_LETTERS))
        terms = tuple(_term(token.text.translate(_INTO_SIGNS), text) for token in tokens)
    if not terms:
        raise Unreadable(f"{quote(text)} has no letter or digit to look for", _HINTS.get(text, "leave it out"))
    return terms


def has_wildcard(text: str) -> bool:
    """Whether ``*`` or ``?`` stands in ``text``."""
    return "*" in text or "?" in text


def _term(pattern: str, text: str) -> Term:
    if not has_wildcard(pattern):
        return Term(pattern)
    pattern = re.sub(r"\*+", "*", pattern)
    if not pattern.strip("*?"):
        hint = "write at least one letter, as in qadhaf*; to leave a gap, write pre/2"
        raise Unreadable(f"{quote(text)} has a wildcard without a letter or digit", hint)
    if pattern.endswith("*") and not has_wildcard(pattern[:-1]):
        return Term(pattern[:-1], "prefix")
    return Term(pattern, "wildcard")
