"""The forms of a question's words that an archive has: for those who look for words in cables, for the note, and for ``explain``."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from reftel.search.plan import Bucket, Everything, Node, Top, Word
from reftel.search.walk import iter_all_words, iter_words, map_words

if TYPE_CHECKING:
    from reftel.search.engines.base import Engine

_MOST = 8
"""Forms that are named at most."""


def with_forms(engine: Engine, plan: Node) -> Node:
    """``plan`` with the forms that its inflected words have in the index."""
    return map_words(plan, lambda word: dataclasses.replace(word, forms=tuple(engine.forms(word))) if word.match == "inflected" else word)


def forms_note(engine: Engine, plan: Node) -> tuple[str, ...]:
    """One note if cables have forms of bare words that the question does not have itself.

    ``also found as: precedents, negotiated, negotiating; write =word for one form alone``.
    """
    asked = {word.text for word in iter_all_words(plan)}
    wanted = dict.fromkeys(word for word in iter_words(plan) if word.match == "inflected")
    others = [form for form in dict.fromkeys(form for word in wanted for form in engine.forms(word)) if form not in asked]
    if not others:
        return ()
    more = f" and {len(others) - _MOST} more" if len(others) > _MOST else ""
    return (f"also found as: {', '.join(others[:_MOST])}{more}; write =word for one form alone",)


def form_counts(engine: Engine, node: Node) -> Top[Bucket]:
    """The forms of an inflected word with the number of cables that have each, the commonest first; none where there is none but the word itself."""
    forms = engine.forms(node) if isinstance(node, Word) and node.match == "inflected" else ()
    if not isinstance(node, Word) or set(forms) <= {node.text}:
        return Top(())
    counts = engine.count_words(Everything(), forms, node.fields)
    buckets = sorted((Bucket(form, count) for form, count in zip(forms, counts, strict=True)), key=lambda bucket: (-bucket.count, bucket.value))
    return Top(buckets[:_MOST], max(0, len(buckets) - _MOST))
