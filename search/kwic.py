"""Keyword in context: every place in a cable's paragraphs where a word, phrase or proximity of a query stands, with the text around it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

import numpy as np

from reftel.frozen import frozen
from reftel.schema.analysis import words
from reftel.schema.cable import Cable
from reftel.schema.errors import BadValueError
from reftel.search.paragraphs import paragraphs_where
from reftel.search.plan import Mark, Node, Paragraph
from reftel.search.positions import spans
from reftel.search.results import DEFAULT_WIDTH
from reftel.search.snippets import CableText, paragraph_table
from reftel.search.walk import iter_evidence

Order = Literal["id", "date", "left", "right"]
ORDERS: tuple[Order, ...] = ("id", "date", "left", "right")

_BLANKS = 8  # context is looked for in at most so many times its width of text: rows of blanks are passed over


@frozen(brief=True)
class KwicLine:
    """One occurrence. ``left`` and ``right`` are the text around ``keyword`` on one line, never across the paragraph's ends.

    ``index`` is the paragraph's place in ``Cable.paragraphs``, ``start`` and ``end`` the characters of the keyword in its text.
    """

    key: str
    date: str | None
    number: int | None
    mark: str | None
    left: str
    keyword: str
    right: str
    index: int
    start: int
    end: int

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "key": self.key, "date": self.date, "paragraph": self.number, "mark": self.mark, "left": self.left, "keyword": self.keyword,
            "right": self.right, "start": self.start, "end": self.end,
        }  # fmt: skip


def kwic_lines(cable: Cable, plan: Node, width: int = DEFAULT_WIDTH) -> Iterator[KwicLine]:
    """The occurrences in one cable, in text order, with ``width`` characters of context on each side.

    Of a phrase or proximity the whole of it is one keyword, words that stand in it are not counted again. Of a same-paragraph expression
    only what stands in the paragraphs that it holds for counts.
    """
    text = CableText.of(cable)
    for first, last in _outermost(_spans(cable, plan, text)):
        index = int(np.searchsorted(text.starts, first, "right")) - 1
        tokens = text.tokens(index)
        offset = int(text.starts[index])
        yield _line(cable, index, tokens[first - offset].start, tokens[last - offset].end, width)


def sort_lines(lines: Iterable[KwicLine], order: Order) -> Iterable[KwicLine]:
    """``lines``, which come in order of key or of date, by the words to the left (the nearest first) or to the right of the keyword."""
    if order == "left":
        return sorted(lines, key=lambda line: (words(line.left)[::-1], words(line.keyword)))
    if order == "right":
        return sorted(lines, key=lambda line: (words(line.right), words(line.keyword)))
    return lines


def parse_order(text: str) -> Order:
    """A checked order; `BadValueError` for another word."""
    for order in ORDERS:
        if text.strip().lower() == order:
            return order
    raise BadValueError(f"cannot sort lines by '{text}'", text=text, start=0, end=len(text), hint=f"choose one of {', '.join(ORDERS)}")


def _spans(cable: Cable, plan: Node, text: CableText) -> set[tuple[int, int]]:
    found: set[tuple[int, int]] = set()
    for node in dict.fromkeys(iter_evidence(plan)):
        if isinstance(node, Paragraph):
            holding = paragraphs_where(node.child, paragraph_table(cable, text), text)
            for inner in dict.fromkeys(iter_evidence(node.child)):
                found.update(span for span in _spans_of(inner, text) if holding[np.searchsorted(text.starts, span[0], "right") - 1])
        else:
            found.update(_spans_of(node, text))
    return found


def _spans_of(node: Node, text: CableText) -> Iterator[tuple[int, int]]:
    if not isinstance(node, Mark):
        found = spans(node, text)
        yield from zip(found.first.tolist(), found.last.tolist(), strict=True)


def _outermost(found: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Spans in text order without those that lie in another one."""
    furthest = -1
    for first, last in sorted(found, key=lambda span: (span[0], -span[1])):
        if last > furthest:
            furthest = last
            yield first, last


def _line(cable: Cable, index: int, start: int, end: int, width: int) -> KwicLine:
    paragraph = cable.paragraphs[index]
    text = paragraph.text
    before, after = text[max(0, start - _BLANKS * width) : start], text[end : end + _BLANKS * width]
    left, right = " ".join(before.split()), " ".join(after.split())
    left += " " if left and before[-1].isspace() else ""
    right = (" " if right and after[0].isspace() else "") + right
    keyword = " ".join(text[start:end].split())
    return KwicLine(
        cable.key, cable.date, paragraph.number, paragraph.mark, left[max(0, len(left) - width) :], keyword, right[:width], index, start, end
    )
