"""What may have been meant: for a query without hits, the words and values in it that no cable has, and near ones that some have."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from reftel.schema.fields import fields_by_name
from reftel.search.matching import edit_distances
from reftel.search.plan import Everything, Neighbours, Node, Not, Prefer, Request, Value, Word
from reftel.search.walk import children

if TYPE_CHECKING:
    from reftel.search.engines.base import Engine

_MOST_NOTES = 5
_MOST_NEAR = 3
_SHORT = 4  # letters up to which only one may differ
_LONGEST = 40


def suggestions(engine: Engine, root: Node) -> tuple[str, ...]:
    """A note for each word or value that gives nothing by itself: ``no cable has 'precedant'; near it: precedent (12), precedents (4)``."""
    notes = (_note(engine, leaf) for leaf in dict.fromkeys(_leaves(root)))
    found = dict.fromkeys(note for note in notes if note)
    more = len(found) - _MOST_NOTES
    return (*tuple(found)[:_MOST_NOTES], *((f"nor {more:,} more words or values of the query",) if more > 0 else ()))


def _leaves(node: Node) -> Iterator[Word | Value]:
    """Words and values asked for, not those under a `Not` or only preferred; patterns and spelling variants need no correction."""
    if isinstance(node, Prefer | Neighbours):
        yield from _leaves(node.child)
    elif isinstance(node, Value) or (isinstance(node, Word) and node.match in ("exact", "stem")):
        yield node
    elif not isinstance(node, Not):
        for child in children(node):
            yield from _leaves(child)


def _note(engine: Engine, leaf: Word | Value) -> str | None:
    if engine.answer(Request(leaf, limit=0)).total:
        return None
    if isinstance(leaf, Word):
        near = near_words(engine, leaf.text, leaf.fields)
        what = leaf.text if len(leaf.fields) > 1 else f"{leaf.fields[0]}:{leaf.text}"
        return _sentence(what, [f"{word} ({count})" for word, count in near])
    if len(leaf.values) != 1 or not fields_by_name()[leaf.field].facet:
        return None
    return _sentence(f"{leaf.field}:{leaf.values[0]}", _near_values(engine, leaf))


def _sentence(what: str, near: Sequence[str]) -> str | None:
    more = f" and {len(near) - _MOST_NEAR:,} more" if len(near) > _MOST_NEAR else ""
    return f"no cable has '{what}'" + (f"; near it: {', '.join(near[:_MOST_NEAR])}{more}" if near else "")


def near_words(engine: Engine, word: str, fields: Sequence[str]) -> list[tuple[str, int]]:
    """Words of the index at most two letters from ``word`` (one for short words) with their number of cables, the nearest first.

    Of equally near ones the commonest comes first.
    """
    if len(word) > _LONGEST:
        return []
    allowed = 1 if len(word) <= _SHORT else 2
    lexicon = {term for field in fields for term in engine.lexicon(field) if abs(len(term) - len(word)) <= allowed}
    terms = sorted(lexicon - {word})
    if not terms:
        return []
    distances = edit_distances(word, terms)
    near = [(int(distances[number]), terms[number]) for number in np.flatnonzero(distances <= allowed).tolist()]
    counts = engine.count_words(Everything(), [term for _distance, term in near], fields)
    ranked = sorted((distance, -count, term) for (distance, term), count in zip(near, counts, strict=True) if count)
    return [(term, -count) for _distance, count, term in ranked]


def _near_values(engine: Engine, leaf: Value) -> list[str]:
    buckets = engine.answer(Request(Everything(), limit=0, facets=((leaf.field, None),))).facets[leaf.field]
    counts = {bucket.value: bucket.count for bucket in buckets}
    return [
        f"{value} ({counts[value]})"
        for value in difflib.get_close_matches(leaf.values[0], counts, n=max(len(counts), 1), cutoff=0.6)
    ]
