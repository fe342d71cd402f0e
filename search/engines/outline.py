"""Properties of a plan that need no index: its words and patterns, and the order of evaluation of an AND."""

from __future__ import annotations

from reftel.base.frozen import frozen
from reftel.search import plan
from reftel.search.walk import children, iter_all_words, iter_words, prefers

_PATTERNS = ("prefix", "wildcard", "fuzzy", "alike")
_COST = {plan.Phrase: 1, plan.Near: 2, plan.Paragraph: 3, plan.Mark: 3}


@frozen
class Outline:
    """Of a whole plan: the words that add to scores, the words with patterns, whether it has preferences, whether it asks where words stand, and its
    approximate size in bytes.
    """

    words: tuple[plan.Word, ...]
    patterns: tuple[plan.Word, ...]
    prefers: bool
    positional: bool
    nbytes: int


def outline(root: plan.Node) -> Outline:
    """The outline of a plan."""
    if isinstance(root, plan.Word):
        return Outline((root,), (root,) if root.match in _PATTERNS else (), prefers=False, positional=False, nbytes=_bytes_of(root))
    patterns = tuple(word for word in iter_all_words(root) if word.match in _PATTERNS)
    return Outline(tuple(dict.fromkeys(iter_words(root))), patterns, prefers(root), _cost(root) > 0, _bytes_of(root))


@frozen
class Conjunction:
    """The parts of an AND: its single words, and the others by rising cost of evaluation.

    A phrase or proximity of a single field comes with that field, else with ``None``: its candidates can be found before places are read.
    """

    words: tuple[plan.Word, ...]
    others: tuple[tuple[plan.Node, str | None], ...]


def conjunction(node: plan.And) -> Conjunction:
    """The parts of an AND."""
    words = tuple(child for child in node.children if isinstance(child, plan.Word))
    others = sorted((child for child in node.children if not isinstance(child, plan.Word)), key=_cost)
    return Conjunction(words, tuple((child, _only_field(child)) for child in others))


def fields_of(node: plan.Node) -> tuple[str, ...]:
    """The text fields of the words of an expression, without repetitions."""
    return tuple(dict.fromkeys(field for word in iter_words(node) for field in word.fields))


def _only_field(node: plan.Node) -> str | None:
    fields = fields_of(node) if isinstance(node, plan.Phrase | plan.Near) else ()
    return fields[0] if len(fields) == 1 else None


def _bytes_of(node: plan.Node) -> int:
    """Approximate size of a plan in bytes; a list of ids may be long."""
    texts = len(getattr(node, "values", ())) + len(getattr(node, "ids", ())) + len(getattr(node, "spellings", ()))
    return 500 + 80 * texts + sum(map(_bytes_of, children(node)))


def _cost(node: plan.Node) -> int:
    """Rank of a node in the order of evaluation: nodes that need positions come late."""
    below = max(map(_cost, children(node)), default=0)
    return max(below, _COST.get(type(node), 0))
