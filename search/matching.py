"""Expands a plan's `Word` to the terms of a list that it stands for: of a lexicon for the engine, of one cable for snippets."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Sequence

import numpy as np

from reftel.base.patterns import regex
from reftel.schema.analysis import LAST_PART
from reftel.schema.spellings import alike
from reftel.search.plan import ALIKE, Word

_WILDCARD = regex(r"[*?]")


def matching(word: Word, terms: Sequence[str]) -> list[str]:
    """Those of ``terms`` that ``word`` stands for, in order."""
    return _BY_MATCH[word.match](word, terms)


def fixed_prefix(word: Word) -> str:
    """The common prefix of all terms that ``word`` may stand for, which limits the search to a range of a sorted lexicon."""
    if word.match == "inflected":
        return _shared_letters((word.text, *word.forms)) if word.forms is not None else ""
    if word.match == "wildcard":
        return _WILDCARD.split(word.text, maxsplit=1)[0]
    return "" if word.match in ("fuzzy", "spelled", "alike") else word.text


def _shared_letters(words: Sequence[str]) -> str:
    """The longest common prefix: ``("met", "meeting")`` -> ``"me"``."""
    first, last = min(words), max(words)
    return first[: next((at for at, letter in enumerate(first) if letter != last[at : at + 1]), len(first))]


def _exact(word: Word, terms: Sequence[str]) -> list[str]:
    return [term for term in terms if term == word.text]


def _inflected(word: Word, terms: Sequence[str]) -> list[str]:
    if word.forms is None:
        from reftel.schema.inflections import related  # noqa: PLC0415 - a search has asked the index for the forms

        return [term for term in terms if related(term, word.text)]
    return [term for term in terms if term == word.text or term in word.forms]


def _prefix(word: Word, terms: Sequence[str]) -> list[str]:
    return _alone([term for term in terms if term.startswith(word.text)])


def _wildcard(word: Word, terms: Sequence[str]) -> list[str]:
    return _alone(matching_pattern(word.text, terms))


def _alone(terms: list[str]) -> list[str]:
    """The terms without marks of last parts."""
    return [term for term in terms if not term.startswith(LAST_PART)]


def matching_pattern(pattern: str, terms: Sequence[str]) -> list[str]:
    """Those of ``terms`` that match the pattern as a whole: ``*`` any letters or none, ``?`` one. ``"qadha*"`` -> ``["qadhafi", ...]``."""
    matches = re.compile(fnmatch.translate(pattern.replace("[", "[[]"))).match  # translate makes atomic groups: no backtracking
    return [term for term in terms if matches(term)]


def _fuzzy(word: Word, terms: Sequence[str]) -> list[str]:
    return _within(word.distance, word, terms)


def _within(distance: int, word: Word, terms: Sequence[str]) -> list[str]:
    length = len(word.text)
    near = [term for term in terms if abs(len(term) - length) <= distance]
    if not near or not length:
        return near
    distances = edit_distances(word.text, near)
    return [near[number] for number in np.flatnonzero(distances <= distance).tolist()]


def _spelled(word: Word, terms: Sequence[str]) -> list[str]:
    spellings = set(word.spellings)
    return [term for term in terms if term in spellings]


def _alike(word: Word, terms: Sequence[str]) -> list[str]:
    return _within(ALIKE, word, [term for term in terms if alike(word.text, term)])


def edit_distances(text: str, terms: Sequence[str]) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    """Levenshtein distance of ``text`` to each of ``terms``, all at once: a row of the usual table for every term side by side.

    ``("cat", ["cut", "at"])`` -> ``[1, 1]``.
    """
    width = max(map(len, terms))
    letters = np.array(terms, dtype=f"U{max(width, 1)}").view(np.uint32).reshape(len(terms), max(width, 1)).T
    lengths = np.fromiter(map(len, terms), dtype=np.intp, count=len(terms))
    columns = np.arange(width + 1, dtype=np.int16)
    above = np.repeat(columns[:, None], len(terms), axis=1)
    for row, letter in enumerate(text, start=1):
        current = np.empty_like(above)
        current[0] = row
        for column in range(1, width + 1):
            change = above[column - 1] + (letters[column - 1] != ord(letter))
            current[column] = np.minimum(change, np.minimum(above[column], current[column - 1]) + 1)
        above = current
    found: np.ndarray[tuple[int], np.dtype[np.int16]] = above[lengths, np.arange(len(terms))]
    return found


_BY_MATCH: dict[str, Callable[[Word, Sequence[str]], list[str]]] = {
    "exact": _exact,
    "inflected": _inflected,
    "prefix": _prefix,
    "wildcard": _wildcard,
    "fuzzy": _fuzzy,
    "spelled": _spelled,
    "alike": _alike,
}
