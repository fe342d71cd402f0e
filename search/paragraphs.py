"""For which paragraphs a paragraph expression holds: all paragraphs of an index, or those of one cable, at once."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from reftel.engine.arrays import Mask
from reftel.frozen import frozen
from reftel.schema.fields import paragraph_field
from reftel.search.plan import And, Everything, Mark, Node, Not, Nothing, Or
from reftel.search.positions import POSITIONAL, FieldText, Integers, starts

BODY = paragraph_field().name
"""The text field whose blocks paragraphs are."""


@frozen
class Paragraphs:
    """Paragraphs in text order.

    First and last place of each (last < first where it has no words), rank of the mark's level (-1 without a mark) and, by caveat, the
    numbers of the paragraphs that have it.
    """

    starts: Integers
    ends: Integers
    levels: Integers
    caveats: Mapping[str, Integers]

    def __len__(self) -> int:
        return len(self.starts)

    def holding(self, places: Integers) -> Mask:
        """The paragraphs that one of ``places`` stands in."""
        mask = np.zeros(len(self), dtype=np.bool_)
        if len(self):
            numbers = np.searchsorted(self.starts, places, "right") - 1
            inside = (numbers >= 0) & (places <= self.ends[numbers])
            mask[numbers[inside]] = True
        return mask


def paragraphs_where(node: Node, paragraphs: Paragraphs, body: FieldText) -> Mask:
    """Which paragraphs ``node`` holds for; `TypeError` for a node that can't be asked of a paragraph."""
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
