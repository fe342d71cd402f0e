"""Paragraphs as arrays, of an index or of one cable, and the evaluation of paragraph expressions over all of them at once."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from reftel.base.frozen import frozen
from reftel.engine.arrays import Mask, Wide
from reftel.schema.fields import paragraph_field
from reftel.search.plan import And, Everything, Mark, Node, Not, Nothing, Or
from reftel.search.positions import POSITIONAL, FieldText, starts

BODY = paragraph_field().name
"""The text field whose blocks are the paragraphs."""


@frozen
class Paragraphs:
    """Paragraphs in text order; arrays with an entry per paragraph.

    ``starts`` and ``ends``: first and last place (last < first for a paragraph without words). ``levels``: rank of the portion mark's level, -1
    without a mark. ``caveats``: the numbers of the paragraphs with each caveat.
    """

    starts: Wide
    ends: Wide
    levels: Wide
    caveats: Mapping[str, Wide]

    def __len__(self) -> int:
        return len(self.starts)

    def holding(self, places: Wide) -> Mask:
        """Mask of the paragraphs that contain any of ``places``."""
        mask = np.zeros(len(self), dtype=np.bool_)
        if len(self):
            numbers = np.searchsorted(self.starts, places, "right") - 1
            inside = (numbers >= 0) & (places <= self.ends[numbers])
            mask[numbers[inside]] = True
        return mask


class ParagraphTexts:
    """The paragraphs of some cables, numbered from 0, with the places of words in them.

    ``owners``: the cable of each paragraph; the paragraphs of a cable are contiguous and in order. ``first``: each cable's first paragraph,
    ``counts``: how many it has.
    """

    def __init__(self, text: FieldText, paragraphs: Paragraphs, owners: Wide, cables: int) -> None:
        self.text, self.paragraphs, self.owners, self.cables = text, paragraphs, owners, cables
        self.counts: list[int] = np.bincount(owners, minlength=cables).tolist()
        self.first = [0] * cables
        if len(owners):
            heads = [0, *((owners[1:] != owners[:-1]).nonzero()[0] + 1).tolist()]
            for head, owner in zip(heads, owners[heads].tolist(), strict=True):
                self.first[owner] = head

    def numbers(self, places: Wide) -> Wide:
        """The number of the paragraph that each of ``places`` is in, counted over all cables."""
        return self.paragraphs.starts.searchsorted(places, "right") - 1


def paragraphs_where(node: Node, paragraphs: Paragraphs, body: FieldText) -> Mask:
    """Mask of the paragraphs that ``node`` matches; `TypeError` for a node that is no paragraph expression."""
    if isinstance(node, POSITIONAL):
        return paragraphs.holding(starts(node, body))
    match node:
        case Everything():
            return np.ones(len(paragraphs), dtype=np.bool_)
        case Nothing():
            return np.zeros(len(paragraphs), dtype=np.bool_)
        case Not():
            return ~paragraphs_where(node.child, paragraphs, body)
        case And() | Or():
            combine = np.logical_and if isinstance(node, And) else np.logical_or
            mask = np.full(len(paragraphs), isinstance(node, And))
            for child in node.children:
                mask = combine(mask, paragraphs_where(child, paragraphs, body))
            return mask
        case Mark():
            return _marked(node, paragraphs)
        case _:
            raise TypeError(f"{type(node).__name__} can't be asked of a paragraph")


def _marked(mark: Mark, paragraphs: Paragraphs) -> Mask:
    mask = (paragraphs.levels >= max(mark.lowest, 0)) & (paragraphs.levels <= mark.highest)
    for caveat in mark.caveats:
        having = np.zeros(len(paragraphs), dtype=np.bool_)
        having[paragraphs.caveats.get(caveat, np.empty(0, dtype=np.int64))] = True
        mask &= having
    return mask
