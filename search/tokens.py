"""The places of some tokens of a text, found without cutting all of it into tokens."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from reftel.base.patterns import regex
from reftel.engine.arrays import Wide
from reftel.schema.analysis import analyse, iter_tokens, odd_places, plain_letters, tokenize
from reftel.search.plan import Word
from reftel.search.results import Highlights

_LETTER, _JOINT = 1, 2
_KINDS = np.array([_LETTER if chr(code).isalnum() else _JOINT if chr(code) in "'.," else 0 for code in range(128)], dtype=np.uint8)

_RUN = regex(b"[0-9a-z]+")
_BLANK = " \n\t\r“”…"  # beside these a run of letters is a token by itself
_BEFORE, _BEHIND = "(\"-./–—", ".;:!?)\"-/–—"  # beside these too, unless an accent was cut: C!
_APART = _BLANK + ".,;:!?()\"/"  # words with nothing else between them are not parts of one
_CHANGING = regex(r"C(?<=[a-z]C)[!-?]|&|[',`][sS]-")  # what changes letters, or drops some inside a word: FernC!ndez, &aa8-bb, Minsk's-based
_SIGNS = bytes(code for code in range(128) if not chr(code).isalnum())
_HYPHEN = regex(r"-(?:[ \t]*\n[ \t]*)?")  # between two tokens that are not both numbers it makes them parts of one word
_FEW = 16  # forms of a word that are looked for
_ALIKE = 3  # letters that words begin with which are looked for together


class _Stem(NamedTuple):
    """Letters that some of the words looked for begin with, in lower case. ``wholes``: those words; ``None`` for any that begins so."""

    letters: bytes
    wholes: frozenset[bytes] | None


_NO_STEM = _Stem(b"", None)


class LetterSearch:
    """Finds some words of a question in texts by their letters, where these alone tell that they are tokens.

    Each word has a bit in the numbers that tell which of ``words`` a token stands for. ``forms`` gives the words that cables have for one of the
    question. Words of one letter, or with others than plain ones, are not looked for.
    """

    def __init__(self, words: Iterable[Word], forms: Callable[[Word], Sequence[str]]) -> None:
        self._words, self._forms = list(words), forms
        self._stems: dict[int, list[_Stem]] = {}

    def marked_ranges(self, text: str, standing: Sequence[int], which: Sequence[int], numbers: Sequence[int]) -> Highlights:
        """As the function, given the numbers of all tokens of the text that the words stand for, and which words each stands for.

        The words are looked for in their order. Each place found is one of those tokens; where there are as many, they are all.
        """
        found = self._places(text, which)
        if found is not None and numbers != standing:
            places = dict(zip(standing, found, strict=True))
            found = [places[number] for number in numbers] if places.keys() >= set(numbers) else None
        marked = None if found is None else _with_parts(text, numbers, found)
        return marked_ranges(text, numbers) if marked is None else marked

    def _places(self, text: str, which: Sequence[int]) -> list[tuple[int, int]] | None:
        """Begin and end of tokens that the words stand for, each behind the one before; ``None`` if their letters don't tell."""
        letters = text.encode("ascii", "replace").lower()  # as long as the text
        behind = 0
        ahead: dict[bytes, int] = {}
        found: list[tuple[int, int]] = []
        for words in which:
            stems = self._stems.get(words)
            if stems is None:
                stems = self._stems[words] = self._stems_of(words)
            end = 0
            while not end:
                if len(stems) == 1:
                    stem = stems[0]
                    start = letters.find(stem.letters, behind)
                else:
                    start, stem = _nearest(stems, letters, behind, ahead)
                if start < 0:
                    return None
                behind = start + len(stem.letters)
                if stem.wholes is None or len(stem.wholes) > 1:
                    behind = _behind(letters, start)
                    if stem.wholes and letters[start:behind] not in stem.wholes:
                        continue
                end = _end_of_token(text, start, behind)
            found.append((start, end))
        return found

    def _stems_of(self, words: int) -> list[_Stem]:
        """What is looked for where any of these words stands."""
        wholes: list[str] = []
        stems: list[_Stem] = []
        for number in range(words.bit_length()):
            word = self._words[number]
            if not words >> number & 1:
                continue
            if word.match == "prefix":
                stems += [_Stem(beginning.encode(), None) for beginning in _plain([word.text])]
            else:
                forms = (word.text,) if word.match == "exact" else self._forms(word)
                wholes += _plain(forms if len(forms) <= _FEW else ())
        for _letters, alike in itertools.groupby(sorted(set(wholes)), key=lambda whole: whole[:_ALIKE]):
            own = list(alike)
            stems.append(_Stem(_beginning(own[0], own[-1]).encode(), frozenset(whole.encode() for whole in own)))
        return stems


def _beginning(first: str, last: str) -> str:
    """The letters that two words both begin with, and all words between them."""
    return next(first[:end] for end in range(len(first), -1, -1) if last.startswith(first[:end]))


def _nearest(stems: Sequence[_Stem], letters: bytes, behind: int, ahead: dict[bytes, int]) -> tuple[int, _Stem]:
    """The first of some stems from a place on, and where it stands; -1 where none does. ``ahead``: where each was found last, so as to look for it once."""
    nearest, found = len(letters), _NO_STEM
    for stem in stems:
        place = ahead.get(stem.letters, -1)
        if place < behind:
            place = letters.find(stem.letters, behind)
            ahead[stem.letters] = place = len(letters) if place < 0 else place
        if place < nearest:
            nearest, found = place, stem
    return (-1, found) if found is _NO_STEM else (nearest, found)


def _plain(words: Iterable[str]) -> list[str]:
    """Those of the words that are looked for."""
    return [word for word in words if len(word) > 1 and word.isascii() and word.isalnum() and word == word.lower()]


def _with_parts(text: str, numbers: Sequence[int], found: Sequence[tuple[int, int]]) -> Highlights | None:
    """The characters of tokens, with one range for parts of a word; ``None`` if what stands between two doesn't tell whether they are."""
    marked = list(found[:1])
    for place in range(1, len(found)):
        left, right = found[place - 1], found[place]
        between = text[left[1] : right[0]].strip(_APART) if numbers[place] == numbers[place - 1] + 1 else ""
        if between:
            first, second = text[left[0] : left[1]], text[right[0] : right[1]]
            if not (between == "-" and first.isalnum() and second.isalnum() and _HYPHEN.fullmatch(text, left[1], right[0])):
                return None
            if not (first.isdigit() and second.isdigit()):
                marked[-1] = marked[-1][0], right[1]
                continue
        marked.append(right)
    return tuple(marked)


def _behind(letters: bytes, start: int) -> int:
    """Where a run of letters ends."""
    run = _RUN.match(letters, start)
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


def letters_in_row(text: str) -> bytes | None:
    """All letters and digits of a text in lower case. Each word that the text has is among them as a whole, as are those of several parts.

    ``None`` for a text with signs that would have to be read first.
    """
    if not text.isascii() or _CHANGING.search(text):
        return None
    return text.encode().lower().translate(None, _SIGNS)


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
