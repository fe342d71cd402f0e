"""Set-at-a-time matching of words, phrases and proximities: spans of places, over all documents of an index or the paragraphs of one cable.

A place is a document and a running position in one text field, ``document << 32 | position``; between two blocks one position is empty.
A span is a first and a last place in one block. Span sets are pairs of arrays, sorted and without repetitions.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from reftel.base.frozen import frozen
from reftel.engine.arrays import Wide, found_in
from reftel.schema.analysis import MOST_PARTS
from reftel.search.describe import too_broad
from reftel.search.plan import AnyOf, Near, Node, Phrase, Word

BITS = 63
"""Words that a number of an array has room for, each by a bit."""

_FARTHEST = 1 << 30
_MERGE = 24
_KEPT_ROOM = 1 << 18  # numbers, for each thread
_local = threading.local()
MOST_PAIRS = 20_000_000
"""Limit of the pairs of places that a phrase or proximity compares, over all documents: a gigabyte."""

POSITIONAL = (Word, AnyOf, Phrase, Near)
"""The kinds of nodes that have spans."""


class WordPlaces(Protocol):
    """The places of words in one text field."""

    name: str

    def places(self, word: Word) -> Wide:
        """The places of ``word``, rising, without repetitions; for a further form of several parts, the place of its first part."""
        ...

    def block_ends(self, places: Wide) -> Wide:
        """The last place of the block of each of ``places``."""
        ...


class FieldText(WordPlaces, Protocol):
    """One text field, with what the search for spans needs."""

    def last_parts(self, word: Word) -> Wide:
        """The places of the last parts of further forms of ``word``, rising."""
        ...


@frozen
class Spans:
    """First and last place of each span, in rising order."""

    first: Wide
    last: Wide


_EMPTY = np.empty(0, dtype=np.int64)
NO_SPANS = Spans(_EMPTY, _EMPTY)


def spans(node: Node, text: FieldText, *, every: bool = False) -> Spans:
    """The spans of a position expression in a text field.

    With ``every`` all of them, as an enclosing phrase or proximity needs them. Without it of each proximity only the widest span of every
    left and every right side: enough to tell where it holds and which words take part, and never more spans than words.
    """
    match node:
        case Word():
            return _union(_word(node, text))
        case AnyOf():
            return _union([spans(child, text, every=every) for child in node.children])
        case Phrase() if words := _only_words(node):
            return _union(_words_in_row(words, node, text))
        case Phrase():
            return _phrase([spans(part, text, every=True) for part in node.parts], node)
        case Near():
            sides = (spans(node.left, text, every=True), spans(node.right, text, every=True))
            return _near(*sides, node, text, every=every)
        case _:
            raise TypeError(f"{type(node).__name__} has no positions")


def _word(word: Word, text: FieldText) -> list[Spans]:
    """The spans of a word: one place each, and, for further forms of several parts, from the first part to the last."""
    if text.name not in word.fields:
        return [NO_SPANS]
    places = text.places(word)
    wide = wide_spans(places, text.last_parts(word))
    return [Spans(places, places), wide] if len(wide.first) else [Spans(places, places)]


def wide_spans(places: Wide, last_parts: Wide) -> Spans:
    """The spans of a word's further forms: each ends at one of ``last_parts`` and begins at the nearest of ``places`` before it."""
    if not len(last_parts) or not len(places):
        return NO_SPANS
    first = places.take(places.searchsorted(last_parts) - 1, mode="clip")
    whole = (first < last_parts) & (last_parts - first < MOST_PARTS)  # the beginning is not among the places of other documents
    return Spans(first[whole], last_parts[whole])


def _only_words(node: Phrase) -> list[Word]:
    """The parts of a phrase if all are words, else none."""
    words = [part for part in node.parts if isinstance(part, Word)]
    return words if len(words) == len(node.parts) else []


def starts(node: Node, text: FieldText) -> Wide:
    """First places of spans of ``node``, in any order; at least one for each block that has a span."""
    match node:
        case Word():
            return text.places(node) if text.name in node.fields else _EMPTY
        case AnyOf():
            return np.concatenate([_EMPTY, *(starts(child, text) for child in node.children)])
        case Near():
            found = []
            for left, right in itertools.product(_side(node.left, text), _side(node.right, text)):
                found.append(_meeting(left, right, node.distance, text))
                if not node.ordered:
                    found.append(_meeting(right, left, node.distance, text))
            return np.concatenate(found)
        case Phrase() if words := _only_words(node):
            plain, *wide = [each.first for each in _words_in_row(words, node, text)]
            return np.unique(np.concatenate([plain, *wide])) if wide else plain
        case _:
            first = spans(node, text).first
            return first[np.diff(first, prepend=-1) > 0]


def _side(node: Node, text: FieldText) -> list[Spans]:
    return _word(node, text) if isinstance(node, Word) else [spans(node, text, every=True)]


def _meeting(before: Spans, after: Spans, distance: int, text: FieldText) -> Wide:
    """First places of those spans of ``before`` that are followed as in `_followed`. Only the nearest of ``after`` is tested for each."""
    if not len(before.first) or not len(after.first):
        return _EMPTY
    if before.first is before.last and len(after.first) < len(before.first):  # single words: rising by their last place too
        numbers = np.searchsorted(before.last, after.first, "left") - 1
        last, first, follower = before.last[numbers], before.first[numbers], after.first
        near = numbers >= 0
    else:
        numbers = np.searchsorted(after.first, before.last, "right")
        near = numbers < len(after.first)
        last, first, follower = before.last, before.first, after.first[np.minimum(numbers, len(after.first) - 1)]
    near &= follower - last <= min(distance, _FARTHEST)
    last, first, follower = last[near], first[near], follower[near]
    return first[follower <= text.block_ends(last)] if len(last) else _EMPTY


def _words_in_row(words: list[Word], node: Phrase, text: FieldText) -> list[Spans]:
    """The spans of a phrase of words, with and without further forms of them."""
    parts = [_word(word, text) for word in words]
    begins = _begins_of_row([plain.first for plain, *_ in parts])
    found = [Spans(begins, begins + (len(words) - 1))]
    for place, part in enumerate(parts):
        for wide in part[1:]:
            row = wide
            for behind in parts[place + 1 :]:
                row = _union([_side_by_side(row, each, node) for each in behind])
            for before in reversed(parts[:place]):
                row = _union([_side_by_side(each, row, node) for each in before])
            found.append(row)
    return found


def _side_by_side(before: Spans, after: Spans, node: Phrase) -> Spans:
    """Joined spans of pairs of which the first ends directly before the second begins. Iterates over the smaller set; last places rise in the larger."""
    if len(before.first) <= len(after.first):
        wanted = before.last + 1
        left, right = _pairs(np.searchsorted(after.first, wanted, "left"), np.searchsorted(after.first, wanted, "right"), node)
    else:
        wanted = after.first - 1
        right, left = _pairs(np.searchsorted(before.last, wanted, "left"), np.searchsorted(before.last, wanted, "right"), node)
    return _unique(before.first[left], after.last[right])


def _begins_of_row(parts: list[Wide]) -> Wide:
    """Where a phrase of single words begins, given the places of each; those of the rarest word are looked up in the others."""
    (_, place, begins), *others = sorted([(len(places), place, places) for place, places in enumerate(parts)])
    for _, further, places in others:
        begins, place = _shared(begins + (further - place), places), further
    return begins - place if place else begins


def _shared(few: Wide, many: Wide) -> Wide:
    """The intersection of two sorted lists without repetitions. Merging is faster than lookups unless one list is much longer."""
    if len(few) * _MERGE < len(many):
        return few[found_in(many, few)[1]]
    merged, same = _scratch(len(few) + len(many))
    np.concatenate([few, many], out=merged)
    merged.sort(kind="stable")
    shared: Wide = merged[:-1][np.equal(merged[1:], merged[:-1], out=same[:-1])]
    return shared


def _scratch(size: int) -> tuple[Wide, npt.NDArray[np.bool_]]:
    """Scratch arrays for ``size`` numbers and marks, reused by the thread if small: allocating memory is slow."""
    if size > _KEPT_ROOM:
        return np.empty(size, dtype=np.int64), np.empty(size, dtype=np.bool_)
    room: tuple[Wide, npt.NDArray[np.bool_]] | None = getattr(_local, "room", None)
    if room is None:
        room = _local.room = (np.empty(_KEPT_ROOM, dtype=np.int64), np.empty(_KEPT_ROOM, dtype=np.bool_))
    return room[0][:size], room[1][:size]


def _phrase(parts: list[Spans], node: Phrase) -> Spans:
    if not parts:
        return NO_SPANS
    found = parts[0]
    for part in parts[1:]:
        low = np.searchsorted(part.first, found.last + 1, "left")
        high = np.searchsorted(part.first, found.last + 1, "right")
        left, right = _pairs(low, high, node)
        found = _unique(found.first[left], part.last[right])
    return found


def _near(left: Spans, right: Spans, node: Near, text: FieldText, *, every: bool) -> Spans:
    found = [_followed(left, right, node, text, every=every)]
    if not node.ordered:
        found.append(_followed(right, left, node, text, every=every))
    return _union(found)


def _followed(before: Spans, after: Spans, node: Near, text: FieldText, *, every: bool) -> Spans:
    """Spans of ``before``, each joined with every span of ``after`` that starts in the same block within the distance of ``node``."""
    limit = np.minimum(before.last + min(node.distance, _FARTHEST), text.block_ends(before.last))
    low = np.searchsorted(after.first, before.last, "right")
    high = np.searchsorted(after.first, limit, "right")
    if every:
        first, second = _pairs(low, high, node)
        return _unique(before.first[first], after.last[second])
    some = high > low
    return _unique(before.first[some], after.last[high[some] - 1])


def _pairs(low: npt.NDArray[np.intp], high: npt.NDArray[np.intp], node: Node) -> tuple[Wide, Wide]:
    """Every pair of a number *n* and a number from ``low[n]`` up to, not including, ``high[n]``. `QueryTooBroad` beyond `MOST_PAIRS`."""
    counts = np.maximum(high - low, 0)
    if int(counts.sum()) > MOST_PAIRS:
        message = f"the words of a proximity or phrase stand together in too many ways ({int(counts.sum()):,}, more than {MOST_PAIRS:,})"
        raise too_broad(node, message, "use rarer words, fewer of them, or a shorter distance")
    left = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    starts = np.cumsum(counts) - counts
    right = np.arange(len(left), dtype=np.int64) - starts[left] + low[left]
    return left, right


def together(parts: Sequence[Wide]) -> Wide:
    """The union of several sorted lists, sorted. Without `np.unique`, which loads more of NumPy."""
    filled = [part for part in parts if len(part)]
    if len(filled) < 2:
        return filled[0] if filled else _EMPTY
    merged = np.concatenate(filled)
    merged.sort(kind="stable")
    new = np.ones(len(merged), dtype=np.bool_)
    np.not_equal(merged[1:], merged[:-1], out=new[1:])
    return merged[new]


def words_at(places: Wide, parts: Sequence[Wide]) -> list[int]:
    """Which of some sorted lists have each of ``places``, which are `together` what they have: a number in which each list has a bit."""
    if len(parts) == 1:
        return [1] * len(places)
    found: npt.NDArray[Any] = np.zeros(len(places), dtype=np.int64 if len(parts) < BITS else np.object_)
    for number, part in enumerate(parts):
        found[places.searchsorted(part)] |= 1 << number
    words: list[int] = found.tolist()
    return words


def _union(parts: Iterable[Spans]) -> Spans:
    filled = [part for part in parts if len(part.first)]
    if not filled:
        return NO_SPANS
    if len(filled) == 1:
        return filled[0]
    return _unique(np.concatenate([part.first for part in filled]), np.concatenate([part.last for part in filled]))


def _unique(first: Wide, last: Wide) -> Spans:
    order = np.lexsort((last, first))
    first, last = first[order], last[order]
    new = np.ones(len(first), dtype=np.bool_)
    new[1:] = (first[1:] != first[:-1]) | (last[1:] != last[:-1])
    return Spans(first[new], last[new])
