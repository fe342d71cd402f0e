"""Cables like a given one, and why: the words they share, weighted by how rare they are.

The cable's most telling words are taken (often in it, rare in the archive: tf-idf). In a candidate each of them counts by its weight
and by its frequency there, relative to the length of the text (the saturation of BM25). The sum is divided by what the cable itself would get.
"""

from __future__ import annotations

import collections
import math
from typing import TYPE_CHECKING, Any

from reftel.base.frozen import frozen
from reftel.search.plan import And, Everything, Not, Or, Request, Top, Value, Word
from reftel.search.query.problems import refuse_negative
from reftel.search.terms import telling, text_fields, text_words

if TYPE_CHECKING:
    from reftel.schema.cable import Cable
    from reftel.search.desk import Desk

WORDS = 30
"""Words of a cable that others are compared by."""

CANDIDATES = 300
"""Cables that are compared in full, the best by plain ranking over those words."""

_K1, _B = 1.2, 0.75  # BM25's usual constants


@frozen(brief=True)
class SharedTerm:
    """A word of both cables. ``cables``: how many of the archive hold it; ``share``: its part of the score."""

    word: str
    cables: int
    share: float

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {"word": self.word, "cables": self.cables, "share": round(self.share, 4)}


@frozen(brief=True)
class SimilarCable:
    """A similar cable. ``score``: 0 and above, 1 is what the cable itself would get; ``terms``: the words that make it.

    The weightiest word comes first; their shares add up to the score.
    """

    key: str
    score: float
    terms: tuple[SharedTerm, ...]
    cable: Cable

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        cable = self.cable
        return {
            "key": self.key,
            "id": cable.id,
            "score": round(self.score, 4),
            "date": cable.date,
            "classification": cable.classification,
            "origin": cable.origin or cable.post,
            "subject": cable.subject,
            "terms": [term.to_dict() for term in self.terms],
        }


@frozen
class _Weight:
    cables: int
    weight: float


def similar_cables(desk: Desk, cable: Cable, *, query: str = "*", limit: int = 10) -> Top[SimilarCable]:
    """The ``limit`` cables among the hits of ``query`` most like ``cable``, itself left out; nothing that shares no telling word.

    ``left_out`` of what is given back: how many more hits share one.
    """
    refuse_negative("the limit", limit=limit)
    weights = telling_words(desk, cable)
    if not weights:
        return Top(())
    any_word = Or(tuple(Word(word, "exact", fields=text_fields()) for word in weights))
    itself = Not(Value("id", (cable.key.upper(),)))
    request = Request(And((any_word, itself, desk.read(query).plan)), limit=CANDIDATES)
    answer = desk.engine.answer(request)
    candidates = list(desk.load_all(found.key for found in answer.found))
    counted = [collections.Counter(text_words(candidate)) for candidate in candidates]
    usual = sum(counts.total() for counts in counted) / max(len(counted), 1) or 1.0
    whole = sum(_parts(collections.Counter(text_words(cable)), weights, usual).values())
    scored = [
        _scored(candidate, counts, weights, usual, whole) for candidate, counts in zip(candidates, counted, strict=True)
    ]
    scored.sort(key=lambda similar: (-similar.score, similar.key))
    shown = tuple(similar for similar in scored[:limit] if similar.terms)
    return Top(shown, answer.total - len(shown))


def telling_words(desk: Desk, cable: Cable) -> dict[str, _Weight]:
    """The words that tell a cable from others, with their weights ``(1 + ln tf) · ln(N / df)``, the weightiest first."""
    counts = collections.Counter(telling(text_words(cable)))
    total = desk.engine.answer(Request(Everything(), limit=0)).total
    found = desk.engine.count_words(Everything(), list(counts), text_fields())
    weights = {
        word: _Weight(cables, (1 + math.log(count)) * math.log(total / cables))
        for (word, count), cables in zip(counts.items(), found, strict=True)
        if 1 < cables < total  # a word of this cable alone can find no other, a word of all tells nothing
    }
    chosen = sorted(weights.items(), key=lambda item: (-item[1].weight, item[0]))[:WORDS]
    return dict(chosen)


def _scored(
    cable: Cable, counts: collections.Counter[str], weights: dict[str, _Weight], usual: float, whole: float
) -> SimilarCable:
    terms = [
        SharedTerm(word, weights[word].cables, part / whole) for word, part in _parts(counts, weights, usual).items()
    ]
    terms.sort(key=lambda term: (-term.share, term.word))
    return SimilarCable(cable.key, sum(term.share for term in terms), tuple(terms), cable)


def _parts(counts: collections.Counter[str], weights: dict[str, _Weight], usual: float) -> dict[str, float]:
    """What each word that a text has adds to its score."""
    length = _K1 * (1 - _B + _B * counts.total() / usual)
    return {
        word: weight.weight * counts[word] / (counts[word] + length) for word, weight in weights.items() if counts[word]
    }
