"""Keyword in context: every place in a cable's paragraphs where a word, phrase or proximity of a query stands, with the text around it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from reftel.base.frozen import frozen
from reftel.schema.analysis import words
from reftel.schema.errors import BadValueError
from reftel.schema.stored import Stored
from reftel.search.paragraphs import paragraphs_where
from reftel.search.plan import Mark, Paragraph
from reftel.search.positions import Spans, spans
from reftel.search.results import DEFAULT_WIDTH
from reftel.search.tokens import token_ranges
from reftel.search.walk import iter_evidence

if TYPE_CHECKING:
    from reftel.search.engines.base import Engine
    from reftel.search.paragraphs import ParagraphTexts
    from reftel.search.plan import Found, Node

Order = Literal["id", "date", "left", "right"]
ORDERS: tuple[Order, ...] = ("id", "date", "left", "right")

_AT_ONCE = 100  # cables that are looked at together
_BLANKS = 8  # context is looked for in at most so many times its width of text: rows of blanks are passed over

_NONE = np.empty(0, dtype=np.int64)


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


def kwic_lines(engine: Engine, plan: Node, found: Iterable[Found], width: int = DEFAULT_WIDTH) -> Iterator[KwicLine]:
    """The occurrences in some cables, in their order and that of the text, with ``width`` characters of context on each side.

    Of a phrase or proximity the whole of it is one keyword, words that stand in it are not counted again. Of a same-paragraph expression
    only what stands in the paragraphs that it holds for counts. Some cables are read ahead.
    """
    rest = iter(found)
    while some := list(itertools.islice(rest, _AT_ONCE)):
        with engine.errors():
            texts = engine.texts(some)
            yield from lines_in(texts.paragraphs, plan, zip((each.key for each in some), map(Stored, texts.records()), strict=True), width)


def lines_in(texts: ParagraphTexts, plan: Node, records: Iterable[tuple[str, Stored]], width: int) -> Iterator[KwicLine]:
    """The occurrences in the paragraphs of some cables, of which keys and ``records`` are given."""
    found = _outermost(_spans(texts, plan))
    paragraphs = texts.numbers(found.first)
    order = np.argsort(texts.owners[paragraphs], kind="stable")
    paragraphs = paragraphs[order]
    first, last = (places[order] - texts.paragraphs.starts[paragraphs] for places in (found.first, found.last))
    ends = texts.owners[paragraphs].searchsorted(np.arange(texts.cables), "right").tolist()
    for cable, ((key, record), start, end) in enumerate(zip(records, [0, *ends], ends, strict=False)):
        rows = zip(paragraphs[start:end].tolist(), first[start:end].tolist(), last[start:end].tolist(), strict=True)
        for paragraph, own in itertools.groupby(rows, key=lambda row: row[0]):
            spans_there = [(begin, finish) for _, begin, finish in own]
            yield from _lines(key, record, paragraph - texts.first[cable], spans_there, width)


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


def _spans(texts: ParagraphTexts, plan: Node) -> Iterator[Spans]:
    for node in dict.fromkeys(iter_evidence(plan)):
        if isinstance(node, Paragraph):
            holding = paragraphs_where(node.child, texts.paragraphs, texts.text)
            for inner in dict.fromkeys(iter_evidence(node.child)):
                if not isinstance(inner, Mark):
                    found = spans(inner, texts.text)
                    kept = holding[texts.numbers(found.first)]
                    yield Spans(found.first[kept], found.last[kept])
        elif not isinstance(node, Mark):
            yield spans(node, texts.text)


def _outermost(found: Iterable[Spans]) -> Spans:
    """Spans in text order without those that lie in another one."""
    parts = list(found)
    first, last = (np.concatenate([_NONE, *each]) for each in ([part.first for part in parts], [part.last for part in parts]))
    order = np.lexsort((-last, first))
    first, last = first[order], last[order]
    furthest = np.maximum.accumulate(last)
    outside = np.ones(len(last), dtype=np.bool_)
    outside[1:] = last[1:] > furthest[:-1]
    return Spans(first[outside], last[outside])


def _lines(key: str, record: Stored, index: int, found: Sequence[tuple[int, int]], width: int) -> Iterator[KwicLine]:
    """The lines of one paragraph, from the numbers of the first and the last word of each."""
    paragraph, date = record.paragraph(index), record.head.date
    text = paragraph.text
    wanted = sorted({number for pair in found for number in pair})
    characters = dict(zip(wanted, token_ranges(text, wanted), strict=True))
    for first, last in found:
        start, end = characters[first][0], characters[last][1]
        before, after = text[max(0, start - _BLANKS * width) : start], text[end : end + _BLANKS * width]
        left, right = " ".join(before.split()), " ".join(after.split())
        left += " " if left and before[-1].isspace() else ""
        right = (" " if right and after[0].isspace() else "") + right
        keyword = " ".join(text[start:end].split())
        yield KwicLine(key, date, paragraph.number, paragraph.mark, left[max(0, len(left) - width) :], keyword, right[:width], index, start, end)
