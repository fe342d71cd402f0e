"""Significant words of a result: those that its cables hold more often than the archive's others do.

The measure is Dunning's log-likelihood ratio G² of the table *hits with the word, hits without, others with, others without* (T. Dunning,
"Accurate methods for the statistics of surprise and coincidence", Computational Linguistics 19, 1993). Cables are counted, not occurrences,
so that one long cable does not make a word significant, and so that every count can be checked by a query.
"""

from __future__ import annotations

import collections
import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from reftel.base.frozen import frozen
from reftel.schema.analysis import words
from reftel.schema.fields import default_fields, fields_by_name
from reftel.search.plan import Everything, Request
from reftel.search.query.problems import refuse_negative
from reftel.search.walk import iter_words

if TYPE_CHECKING:
    from reftel.schema.cable import Cable
    from reftel.search.desk import Desk
    from reftel.search.plan import Node

SAMPLE = 2000
"""Hits whose texts are read for candidates; the counts of the words shown are over all hits."""

_READ = 4000  # words of the sample whose counts are looked up
_CANDIDATES = 400
_FEW_HITS = 3  # up to which a word of one hit is a candidate
_SHORTEST = 2


@frozen(brief=True)
class SignificantTerm:
    """A word with the number of hits that hold it, the number of all cables that do, and its log-likelihood ratio."""

    word: str
    hits: int
    cables: int
    score: float

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {"word": self.word, "hits": self.hits, "cables": self.cables, "score": round(self.score, 2)}


@frozen(brief=True)
class Terms:
    """The significant words of a query's ``total`` hits against all ``cables`` of the archive, the most significant first.

    ``left_out``: how many more significant words were found.
    """

    query: str
    total: int
    cables: int
    notes: tuple[str, ...]
    terms: tuple[SignificantTerm, ...]
    left_out: int = 0

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "query": self.query,
            "total": self.total,
            "cables": self.cables,
            "notes": list(self.notes),
            "terms": [term.to_dict() for term in self.terms],
            "left_out": self.left_out,
        }

    def _repr_html_(self) -> str:
        from reftel.render.notebook import table  # noqa: PLC0415 - only a notebook asks

        rows = ((term.word, term.hits, term.cables, f"{term.score:.1f}") for term in self.terms)
        return table(f"{self.query}: {self.total:,} cables", ("word", "hits", "cables", "G²"), rows)


def significant_terms(desk: Desk, query: str, *, limit: int = 20) -> Terms:
    """The ``limit`` most significant words of a query's hits; not those that the query itself asks for, nor single letters and numbers."""
    refuse_negative("the limit", limit=limit)
    read = desk.read(query)
    total = desk.engine.answer(Request(read.plan, limit=0)).total
    cables = desk.engine.answer(Request(Everything(), limit=0)).total
    notes = read.notes
    if total > SAMPLE:
        notes = (
            *notes,
            f"words were looked for in one hit in {-(-total // SAMPLE)} of the {total:,}; the counts are over all of them",
        )
    if not 0 < total < cables:
        return Terms(read.printed, total, cables, notes, ())
    found = _candidates(desk, read.plan, total, cables)
    asked = {form for word in iter_words(read.plan) for form in (word.text, *desk.engine.forms(word))}
    candidates = [word for word in found if word not in asked]
    scored = list(_scored(desk, read.plan, candidates, total, cables))
    scored.sort(key=lambda term: (-term.score, term.word))
    shown = tuple(scored[:limit])
    return Terms(read.printed, total, cables, notes, shown, len(scored) - len(shown))


def _candidates(desk: Desk, root: Node, total: int, cables: int) -> list[str]:
    """Words of an evenly spread sample of the hits that seem most significant there."""
    every = -(-total // SAMPLE)
    sample = [key for number, key in enumerate(desk.engine.scan(root)) if number % every == 0]
    counts: collections.Counter[str] = collections.Counter()
    for cable in desk.load_all(sample):
        counts.update(distinct_words(cable))
    least = 1 if total < _FEW_HITS else 2
    frequent = [word for word, count in counts.most_common(_READ) if count >= least]
    everywhere = desk.engine.count_words(Everything(), frequent, text_fields())
    estimates = []
    for word, found in zip(frequent, everywhere, strict=True):
        hits = min(round(counts[word] * total / len(sample)), found)
        estimates.append(
            (-log_likelihood(hits, max(found, hits), total, cables) if hits * cables > found * total else 0.0, word)
        )
    return [word for _score, word in sorted(estimates)[:_CANDIDATES]]


def _scored(desk: Desk, root: Node, candidates: list[str], total: int, cables: int) -> Iterator[SignificantTerm]:
    inside = desk.engine.count_words(root, candidates, text_fields())
    everywhere = desk.engine.count_words(Everything(), candidates, text_fields())
    for word, hits, found in zip(candidates, inside, everywhere, strict=True):
        if hits * cables > found * total:  # more frequent among the hits than everywhere
            yield SignificantTerm(word, hits, found, log_likelihood(hits, found, total, cables))


def log_likelihood(hits: int, found: int, total: int, cables: int) -> float:
    """G² of a word that ``hits`` of ``total`` hits hold, and ``found`` of all ``cables``; 0 where it is spread evenly.

    ``(3, 3, 3, 6)`` -> 8.32 (all three hits, none of the three others: 12 ln 2).
    """
    table = ((hits, total * found), (found - hits, (cables - total) * found),
             (total - hits, total * (cables - found)), (cables - total - found + hits, (cables - total) * (cables - found)))  # fmt: skip
    return 2 * sum(seen * math.log(seen * cables / margins) for seen, margins in table if seen)


def text_fields() -> tuple[str, ...]:
    """The fields whose words are counted: those that bare words search."""
    return tuple(field.name for field in default_fields())


def distinct_words(cable: Cable) -> set[str]:
    """The words of subject and paragraphs that may tell something: no single letters, no numbers."""
    return set(telling(text_words(cable)))


def text_words(cable: Cable) -> Iterator[str]:
    """The folded words of subject, headings and paragraphs, in order."""
    for name in ("subject", "body"):
        for block in fields_by_name()[name].blocks(cable):
            yield from words(block.text)


def telling(found: Iterable[str]) -> Iterator[str]:
    """Those of ``found`` that are no single letters and hold no digits."""
    return (word for word in found if len(word) >= _SHORTEST and word.isalpha())
