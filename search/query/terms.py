"""From a written word to the folded terms that an index holds, wildcards kept.

The text goes through the same analysis as the cables, so that a query word falls apart where the indexed text does.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence
from typing import Literal

from reftel.base.frozen import frozen
from reftel.schema.analysis import MOST_PARTS, Joint, tokenize
from reftel.search.query.problems import Unreadable, quote

# Letters of the Yi script stand in for the wildcards during analysis: the tokeniser takes them for letters, and they have no case.
_STAR, _ONE = "ꀀ", "ꀁ"
_INTO_LETTERS = str.maketrans({"*": _STAR, "?": _ONE})
_INTO_SIGNS = str.maketrans({_STAR: "*", _ONE: "?"})

_MOST_REGROUPED = 3
_HINTS = {
    "&": "write AND", "&&": "write AND", "|": "write OR", "||": "write OR", "!": "write NOT", "+": "leave it out: all words are required",
    "-": "write it directly before a word: -kosovo",
}  # fmt: skip


@frozen
class Term:
    """A folded word or pattern. ``prefix``: a pattern with one ``*`` at its end, which ``text`` is without.

    ``spelled``: the same with umlauts written out, where it has any. ``joint``: how it is joined to the term behind it.
    """

    text: str
    match: Literal["exact", "prefix", "wildcard"] = "exact"
    spelled: str | None = None
    joint: Joint | None = None


def split_terms(text: str) -> tuple[Term, ...]:
    """Terms of ``text`` in order: ``"Nagorno-Kar*"`` -> exact ``nagorno``, prefix ``kar``.

    `Unreadable` where there is no letter or digit, or a wildcard stands without one.
    """
    if "*" not in text and "?" not in text:
        terms = tuple(Term(token.text, spelled=token.spelled, joint=token.joint) for token in tokenize(text))
    elif _STAR in text or _ONE in text:
        raise Unreadable(f"{quote(text)} joins a wildcard with a letter of the Yi script", "leave the wildcard out")
    else:
        tokens = tokenize(text.translate(_INTO_LETTERS))
        terms = tuple(dataclasses.replace(_term(token.text.translate(_INTO_SIGNS), text), joint=token.joint) for token in tokens)
    if not terms:
        raise Unreadable(f"{quote(text)} has no letter or digit to look for", _HINTS.get(text, "leave it out"))
    return terms


def parts_of_words(terms: Sequence[Term]) -> Iterator[tuple[Term, ...]]:
    """The terms, those together that are parts of one word."""
    start = 0
    for number, term in enumerate(terms, start=1):
        if term.joint is None or number == len(terms):
            yield tuple(terms[start:number])
            start = number


def ways_to_write(parts: tuple[Term, ...]) -> list[tuple[Term, ...]]:
    """The ways in which a word with these parts is written, each as terms side by side: first as it is, then with parts put together, and
    without an elided article. ``d'Ivoire`` -> ``d ivoire``, ``divoire``, ``ivoire``.
    """
    found = [parts]
    if all(term.match == "exact" for term in parts[:-1]):
        if len(parts) == _MOST_REGROUPED:
            found += [(_together(parts[:2]), parts[2]), (parts[0], _together(parts[1:]))]
        if 1 < len(parts) <= (MOST_PARTS if all(term.joint == "initials" for term in parts[:-1]) else _MOST_REGROUPED):
            found.append((_together(parts),))
    return [*found, *ways_to_write(parts[1:])] if len(parts) > 1 and parts[0].joint == "elision" else found


def _together(parts: tuple[Term, ...]) -> Term:
    return Term("".join([term.text for term in parts]), parts[-1].match)


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
