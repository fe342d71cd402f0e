"""The places of some tokens of a text, found without cutting all of it into tokens."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from reftel.base.patterns import regex
from reftel.engine.arrays import Wide
from reftel.schema.analysis import analyse, iter_tokens, odd_places, plain_letters, tokenize
from reftel.search.plan import Word
from reftel.search.results import Highlights

_LETTER, _JOINT = 1, 2
_KINDS = np.array([_LETTER if chr(code).isalnum() else _JOINT if chr(code) in "'.," else 0 for code in range(128)], dtype=np.uint8)

_RUN = regex("[0-9A-Za-z]+")
_BLANK = " \n\t\r“”…"  # beside these a run of letters is a token by itself
_BEFORE, _BEHIND = "(\"-./–—", ".;:!?)\"-/–—"  # beside these too, unless an accent was cut: C!
_APART = _BLANK + ".,;:!?()\"/"  # words with nothing else between them are not parts of one
_FEW = 16  # words that are looked for one by one


class LetterSearch:
    """Finds some words of a question in texts by their letters, where these alone tell that they are tokens.

    ``forms`` gives the words that cables have for one of the question. Words of one letter, or with others than plain ones, are not looked for.
    """

    def __init__(self, words: Iterable[Word], forms: Callable[[Word], Sequence[str]]) -> None:
        whole: list[str] = []
        beginnings: list[str] = []
        for word in words:
            if word.match == "prefix":
                beginnings.append(word.text)
            else:
                found = (word.text,) if word.match == "exact" else forms(word)
                whole += found if len(found) <= _FEW else ()
        self._whole, self._beginnings = _cases(whole), _cases(beginnings)

    def marked_ranges(self, text: str, standing: Sequence[int], numbers: Sequence[int]) -> Highlights:
        """As the function, given the numbers of all tokens of the text that these words stand for, and no other.

        Each place found is one of those; where there are as many, they are all.
        """
        found = self._places(text)
        if len(found) != len(standing):
            return marked_ranges(text, numbers)
        if len(numbers) != len(standing):
            places = dict(zip(standing, found, strict=True))
            if not places.keys() >= set(numbers):
                return marked_ranges(text, numbers)
            found = [places[number] for number in numbers]
        elif numbers != standing:
            return marked_ranges(text, numbers)
        for place in range(1, len(found)):
            if numbers[place] == numbers[place - 1] + 1 and text[found[place - 1][1] : found[place][0]].strip(_APART):
                return marked_ranges(text, numbers)  # they may be parts of one word
        return tuple(found)

    def _places(self, text: str) -> list[tuple[int, int]]:
        """Begin and end of tokens that the words stand for, in order; there may be more."""
        found: dict[int, int] = {}
        for word in self._whole:
            length, start = len(word), text.find(word)
            while start >= 0:
                behind = start + length
                if end := _end_of_token(text, start, behind):
                    found[start] = end
                start = text.find(word, behind)
        for beginning in self._beginnings:
            start = text.find(beginning)
            while start >= 0:
                behind = _behind(text, start)
                if end := _end_of_token(text, start, behind):
                    found[start] = end
                start = text.find(beginning, behind)
        return sorted(found.items())


def _cases(words: Iterable[str]) -> list[str]:
    """The words that are looked for, in the cases that nearly all are written in: ``minsk``, ``Minsk``, ``MINSK``."""
    plain = [word for word in words if len(word) > 1 and word.isascii() and word.isalnum() and word == word.lower()]
    return list(dict.fromkeys(form for word in plain for form in (word, word.capitalize(), word.upper())))


def _behind(text: str, start: int) -> int:
    """Where a run of letters ends."""
    run = _RUN.match(text, start)
    return run.end() if run else start


def _end_of_token(text: str, start: int, end: int) -> int:
    """Where the token ends that a run of letters is, or that it is with a possessive; 0 if what stands beside it doesn't tell."""
    before, behind = text[start - 1 : start] if start else "", text[end : end + 1]
    if before not in _BLANK and (before not in _BEFORE or text[start - 2 : start - 1] == "C"):
        return 0
    if behind in _BLANK:
        return 0 if text[end - 1] == "8" and "&" in text else end  # &frozen conflict8
    if text[end - 1] in "C8":
        return 0
    if behind in "'’" and text[end + 1 : end + 2] in ("s", "S"):
        end += 2
        behind = text[end : end + 1]
    return end if behind in _BEHIND or behind in _BLANK or (behind == "," and text[end + 1 : end + 2] in _BLANK) else 0


def marked_ranges(text: str, numbers: Sequence[int]) -> Highlights:
    """The characters of the tokens with these numbers, which rise; one range for parts of a word."""
    ranges = token_ranges(text, numbers)
    found = ranges[:1]
    flat: str | None = None
    joints: Sequence[int] | None = None
    for (before, number), (left, right) in zip(itertools.pairwise(numbers), itertools.pairwise(ranges), strict=True):
        if before == number - 1 and not text[left[1] : right[0]].isspace():  # parts have a sign between them, or nothing
            flat = text.replace("\n", " ") if flat is None else flat
            parts = _are_parts(text, flat, left, right)
            if parts is None:
                joints = analyse(text).joints if joints is None else joints
                parts = before in joints
            if parts:
                found[-1] = (found[-1][0], right[1])
                continue
        found.append(right)
    return tuple(found)


def _are_parts(text: str, flat: str, left: tuple[int, int], right: tuple[int, int]) -> bool | None:
    """Whether two tokens, one behind the other, are parts of one word; ``None`` where what stands between the blanks around them doesn't tell.

    ``flat``: the text with blanks for its line breaks.
    """
    begin, end = _around(flat, left[0], " ")[0], _around(flat, right[1], " ")[1]
    for token, following in itertools.pairwise(tokenize(text[begin:end])):
        if (begin + token.start, begin + token.end) == left and (begin + following.start, begin + following.end) == right:
            return token.joint is not None
    return None


def token_ranges(text: str, numbers: Sequence[int]) -> list[tuple[int, int]]:
    """The characters of the tokens with these numbers, which rise.

    Most tokens are runs of letters. Only words with anything that joins letters, and lines in which they are told apart otherwise, are cut into
    tokens: none reaches across a blank, but for those, nor across a line or from one sentence into the next.
    """
    if not numbers:
        return []
    plain = plain_letters(text.replace(". ", ".\n"))
    if plain is None:
        tokens = list(itertools.islice(iter_tokens(text), numbers[-1] + 1))
        return [(tokens[number].start, tokens[number].end) for number in numbers]
    kinds = _KINDS[np.frombuffer(plain.encode(), dtype=np.uint8)]
    letters = np.zeros(len(kinds) + 2, dtype=np.bool_)
    np.equal(kinds, _LETTER, out=letters[1:-1])
    edges = np.flatnonzero(letters[1:] != letters[:-1])
    edges = _corrected(edges, text, _windows(plain, _joints(kinds, letters)))
    return list(zip(edges[0::2][numbers].tolist(), edges[1::2][numbers].tolist(), strict=True))


def _windows(plain: str, joints: list[int]) -> list[tuple[int, int]]:
    """Lines with odd places, and words with joints elsewhere: begin and end, in order, none inside another."""
    lines = sorted({_around(plain, place, "\n") for place in odd_places(plain)})
    flat = plain.replace("\n", " ") if joints else plain
    words = dict.fromkeys(_around(flat, place, " ") for place in joints)
    if not lines:
        return list(words)
    starts, ends = zip(*lines, strict=True)
    return sorted([*lines, *(word for word in words if not _inside(word[0], starts, ends))])


def _around(text: str, place: int, between: str) -> tuple[int, int]:
    end = text.find(between, place)
    return text.rfind(between, 0, place + 1) + 1, end if end >= 0 else len(text)


def _inside(place: int, starts: Sequence[int], ends: Sequence[int]) -> bool:
    number = bisect.bisect_right(starts, place) - 1
    return number >= 0 and place < ends[number]


def _joints(kinds: np.ndarray[tuple[int], np.dtype[np.uint8]], letters: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> list[int]:
    places: list[int] = np.flatnonzero((kinds == _JOINT) & letters[2:]).tolist()
    return places


def _corrected(edges: Wide, text: str, windows: Sequence[tuple[int, int]]) -> Wide:
    """The edges of tokens, those inside ``windows`` as they should be."""
    if not windows:
        return edges
    starts, ends = np.array(windows, dtype=np.int64).T
    lows, highs = edges.searchsorted(starts).tolist(), edges.searchsorted(ends, "right").tolist()
    pieces, done = [], 0
    for (start, end), low, high in zip(windows, lows, highs, strict=True):
        own = [start + edge for token in iter_tokens(text[start:end]) for edge in (token.start, token.end)]
        pieces += [edges[done:low], np.array(own, dtype=np.int64)]
        done = high
    return np.concatenate([*pieces, edges[done:]])
