"""Which parts of a long paragraph are shown with a hit: those that have the words of the question."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from reftel.schema.analysis import fold_word

if TYPE_CHECKING:
    from reftel.search.results import Highlights

EXCERPT = 700
"""Characters of a paragraph shown with a hit, in one piece or in several."""

GAP = " … "

_MARGIN = 20  # characters that cutting at a blank may take
_FURTHER = 150  # characters of each piece but the first
_MOST_PIECES = 3
_SAME_LETTERS = 4  # with which the forms of one word begin
_SENTENCE = r"(?:[a-z0-9][a-z0-9)][.!?]|[.!?][\"”’])\s+(?=[\"“(]?[A-Z])"  # not behind "Mr." and "U.S."

Piece = tuple[int, int]


def excerpt(text: str, highlights: Highlights) -> tuple[Piece, ...]:
    """The pieces of a re-flowed paragraph to show, in text order; ``highlights`` are places in it.

    A paragraph of up to `EXCERPT` characters is one piece. Of a longer one as few pieces as show most different words among the highlights:
    the first around the part that has most of them, the others around words that this lacks. A piece begins with a sentence where it can.
    """
    if len(text) <= EXCERPT:
        return ((0, len(text)),)
    words = [fold_word(text[slice(*place)])[:_SAME_LETTERS] for place in highlights]
    best, most = list[Piece](), -1
    for count in range(1, _MOST_PIECES + 1):
        pieces = list(_pieces(text, highlights, words, count))
        shown = len({word for place, word in zip(highlights, words, strict=True) if _has(pieces, place)})
        if shown > most:
            best, most = pieces, shown
        if most == len(set(words)):
            break
    return tuple(_joined(best))


def cut(text: str, pieces: tuple[Piece, ...]) -> Iterator[tuple[str, Piece | None]]:
    """What is printed of an excerpt, in order: its pieces with their places in ``text``, and signs for what is left out."""
    if pieces[0][0]:
        yield GAP[1:], None
    for number, piece in enumerate(pieces):
        if number:
            yield GAP, None
        yield text[slice(*piece)], piece
    if pieces[-1][1] < len(text):
        yield GAP[:-1], None


def _has(pieces: list[Piece], place: Piece) -> bool:
    return any(start <= place[0] and place[1] <= end for start, end in pieces)


def _joined(pieces: list[Piece]) -> Iterator[Piece]:
    """Pieces in text order; those that meet or overlap are one."""
    start, end = -1, -1
    for piece in sorted(pieces):
        if piece[0] <= end + 1 and end >= 0:
            end = max(end, piece[1])
            continue
        if end >= 0:
            yield start, end
        start, end = piece
    yield start, end


def _pieces(text: str, highlights: Highlights, words: list[str], count: int) -> Iterator[Piece]:
    """At most ``count`` pieces, each of which but the first has words that those before it lack."""
    left = list(zip(highlights, words, strict=True))
    for number, size in enumerate((EXCERPT - _FURTHER * (count - 1), *itertools.repeat(_FURTHER, count - 1))):
        if number and not left:
            return
        piece = _around(text, _densest(left, size), size)
        yield piece
        shown = {word for place, word in left if _has([piece], place)}
        left = [(place, word) for place, word in left if word not in shown]
        if number == 0 and not shown:
            return


def _densest(marked: list[tuple[Piece, str]], size: int) -> Piece:
    """From where to where the part reaches that has most different words, then most of them, in ``size`` characters."""
    best, found, behind = (0, 0), (0, 0), 0
    inside: Counter[str] = Counter()
    for number, ((start, _end), word) in enumerate(marked):
        while behind < len(marked) and (behind <= number or marked[behind][0][1] <= start + size - _MARGIN):
            inside[marked[behind][1]] += 1
            behind += 1
        count = len(inside), behind - number
        if count > best:
            best, found = count, (start, marked[behind - 1][0][1])
        inside -= Counter((word,))
    return found


def _around(text: str, part: Piece, size: int) -> Piece:
    """A piece of about ``size`` characters with ``part`` in it, cut at a sentence or at blanks."""
    first, last = part
    spare = max(0, size - (last - first))
    start = max(0, min(first - spare // 3, len(text) - size))
    if start:
        sentence = re.compile(_SENTENCE).search(text, max(0, first - 2 * spare // 3), first + 1)
        if first <= spare // 2:
            start = 0
        elif sentence and sentence.end() <= first:
            start = sentence.end()
        else:
            start = max(start, text.find(" ", start - 1, first) + 1)
    end = start + size
    return start, max(last, text.rfind(" ", start, end)) if end < len(text) else len(text)
