"""The slow oracle of keywords in context: every cable is read whole and cut into words, and its occurrences are looked for in those.

This is how lines were made before `reftel.search.kwic` did it for some cables at once, from the places that an index has.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator

import numpy as np

from reftel.schema.analysis import tokenize
from reftel.schema.cable import Cable
from reftel.search.kwic import KwicLine
from reftel.search.paragraphs import paragraphs_where
from reftel.search.plan import Mark, Node, Paragraph
from reftel.search.positions import spans
from reftel.search.snippets import CableText, paragraph_table
from reftel.search.walk import iter_evidence

_tokens = functools.lru_cache(1000)(tokenize)
_BLANKS = 8  # context is looked for in at most so many times its width of text: rows of blanks are passed over


def kwic_lines(cable: Cable, text: CableText, plan: Node, width: int) -> Iterator[KwicLine]:
    """The occurrences in one cable, in text order, with ``width`` characters of context on each side.

    Of a phrase or proximity the whole of it is one keyword, words that stand in it are not counted again. Of a same-paragraph expression
    only what stands in the paragraphs that it holds for counts.
    """
    for first, last in _outermost(_spans(cable, plan, text)):
        index = int(np.searchsorted(text.starts, first, "right")) - 1
        tokens = _tokens(cable.paragraphs[index].text)
        offset = int(text.starts[index])
        yield _line(cable, index, tokens[first - offset].start, tokens[last - offset].end, width)


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
