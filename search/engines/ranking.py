"""Scores: BM25F over the text fields, and the preferences of a plan on top.

BM25F (Robertson and Zaragoza 2009, section 3.5): the frequencies of a word in a document's fields are weighted, normalised by field length,
and added up before they are saturated. Inflections and spelling variants of a query word count as that word. Words of phrases,
proximities and same-paragraph expressions score like words that stand alone.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from reftel.engine.reader import Reader
from reftel.schema.fields import fields_by_name
from reftel.search import plan
from reftel.search.engines.evaluation import Evaluation, Mask
from reftel.search.walk import iter_words

K1 = 1.2
B = 0.75
_DECIMALS = 9  # so that two cables with the same words tie whatever order their scores were added up in

Scores = npt.NDArray[np.float64]


def scores(root: plan.Node, hits: Mask, evaluation: Evaluation, reader: Reader) -> Scores:
    """The score of every document by number; 0 for those that are no hits."""
    total = preferences(root, hits, evaluation)
    for word in dict.fromkeys(iter_words(root)):
        total += bm25f(word, evaluation, reader)
    total[~hits] = 0.0
    return np.round(total, _DECIMALS)


def bm25f(word: plan.Word, evaluation: Evaluation, reader: Reader) -> Scores:
    """What one query word adds to the score of every document."""
    frequency = np.zeros(reader.size, dtype=np.float64)
    for field in word.fields:
        documents, counts = evaluation.counts(word, field)
        lengths = reader.lengths(field)
        average = float(lengths[reader.live].sum()) / max(reader.documents, 1) or 1.0
        frequency[documents] += fields_by_name()[field].weight * counts / (1 - B + B * lengths[documents] / average)
    holding = int(np.count_nonzero(frequency))
    rarity = math.log(1 + (reader.documents - holding + 0.5) / (holding + 0.5))
    return rarity * frequency * (K1 + 1) / (K1 + frequency)


def preferences(node: plan.Node, hits: Mask, evaluation: Evaluation) -> Scores:
    """The bonuses of every `plan.Prefer` of ``node``, in the parts of it that hold."""
    total = np.zeros(len(hits), dtype=np.float64)
    if isinstance(node, plan.Prefer):
        total += preferences(node.child, hits, evaluation)
        for bonus, weight in node.bonuses:
            total[evaluation.mask(bonus, hits)] += plan.PREFERENCE * weight
    elif isinstance(node, plan.And | plan.Or):
        for child in node.children:
            if _prefers(child):
                total += preferences(child, evaluation.mask(child, hits), evaluation)
    return total


def _prefers(node: plan.Node) -> bool:
    if isinstance(node, plan.And | plan.Or):
        return any(map(_prefers, node.children))
    return isinstance(node, plan.Prefer)
