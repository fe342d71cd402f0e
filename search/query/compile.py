"""A checked tree to the plan that engines evaluate. Nothing fails here, and nothing is read: ``check`` has done both."""

from __future__ import annotations

import dataclasses
import functools
import itertools

from reftel.schema.fields import field_of_kind
from reftel.search import plan
from reftel.search.query import tree
from reftel.search.query.checked import CheckedQuery, Condition, Grouped, Part, Spellings, Variants, Words
from reftel.search.query.terms import Term, parts_of_words, ways_to_write


def compile_query(checked: CheckedQuery) -> plan.Node:
    """The plan of a checked query."""
    return _build(checked.root, prefer=True)


def compile_part(node: tree.Node) -> plan.Node:
    """The plan of a part of a checked tree by itself."""
    return _build(node, prefer=False)


def _build(node: tree.Node, *, prefer: bool) -> plan.Node:
    """``prefer``: whether bonuses are of use where the node stands."""
    match node:
        case Grouped(paragraph=True) | tree.SameParagraph():
            return _paragraph(node)
        case Grouped():
            return dataclasses.replace(_build(node.child, prefer=prefer), origin=node.span)
        case tree.Not():
            return plan.Not(_build(node.child, prefer=False), origin=node.span)
        case tree.Or() | tree.Alternatives():
            return plan.Or(_all(node, prefer=prefer), origin=node.span)
        case tree.And():
            return plan.And(_all(node, prefer=prefer), origin=node.span)
        case tree.Juxtaposed():
            return _run(node, prefer=prefer)
        case Condition():
            return node.node
        case tree.Star():
            return plan.Everything(origin=node.span)
        case Words(key=str()):
            return _cable(node, prefer=prefer)
        case _:
            return _position(node)


def _all(node: tree.Node, *, prefer: bool) -> tuple[plan.Node, ...]:
    return tuple([_build(child, prefer=prefer) for child in tree.children_of(node)])


def _paragraph(node: Grouped | tree.SameParagraph) -> plan.Node:
    children = node.children if isinstance(node, tree.SameParagraph) else (node.child,)
    inner = tuple([_build(child, prefer=False) for child in children])
    return plan.Paragraph(inner[0] if len(inner) == 1 else plan.And(inner, origin=node.span), origin=node.span)


# -- words side by side --------------------------------------------------------------------------------------


def _run(node: tree.Juxtaposed, *, prefer: bool) -> plan.Node:
    """All of the children; of plain words next to each other, those cables come before others that have the two side by side."""
    children = _all(node, prefer=prefer)
    both = plan.And(children, origin=node.span)
    if not prefer:
        return both
    joins = [isinstance(child, Words) and child.joins for child in node.children]
    phrases = tuple(
        plan.Phrase((*_parts(children[left]), *_parts(children[right])))
        for left, right in itertools.pairwise(range(len(children)))
        if joins[left] and joins[right]
    )
    return plan.Neighbours(both, phrases, origin=node.span) if phrases else both


def _parts(node: plan.Node) -> tuple[plan.Node, ...]:
    return node.parts if isinstance(node, plan.Phrase) else (node,)


# -- leaves --------------------------------------------------------------------------------------------------


def _cable(node: Words, *, prefer: bool) -> plan.Node:
    """The cable that a word is the id of first, then those that cite it, then those that print it."""
    key = (node.key or "",)
    itself = plan.Value(field_of_kind("id").name, key, origin=node.span)
    citing = plan.Value(field_of_kind("references").name, key, origin=node.span)
    printed = _words(dataclasses.replace(node, inflects=False))
    either = plan.Or((itself, citing, printed), origin=node.span)
    return plan.Prefer(either, ((itself, 2.0), (citing, 1.0)), origin=node.span) if prefer else either


def _position(node: tree.Node) -> plan.Node:
    """A position expression. In one, OR is `plan.AnyOf`."""
    match node:
        case Words():
            return _words(node)
        case Variants():
            return plan.Word(node.text, "fuzzy", node.distance, node.fields, origin=node.span)
        case Spellings():
            return _name(node)
        case tree.Near():
            return _near(node)
        case Grouped():
            return _position(node.child)
        case _:
            return plan.AnyOf(tuple([_position(child) for child in tree.children_of(node)]), origin=node.span)


def _words(node: Words) -> plan.Node:
    """Words side by side, each in all the ways to write it; the last may inflect: ``Nagorno-Karabakh`` finds ``Nagorno-Karabakhs``."""
    words = list(parts_of_words(node.terms))
    if node.slop is not None and len(words) == 1:  # how far apart the parts of a single word may be
        words = [(term,) for term in node.terms]
    parts = [_written(word, node, last=word is words[-1]) for word in words]
    if node.slop is None:
        return _in_row(parts, node)
    left = parts[0]
    for right in parts[1:]:
        left = plan.Near(left, right, node.slop, origin=node.span)
    return left


def _written(parts: tuple[Term, ...], node: Words, *, last: bool) -> plan.Node:
    """One word in all the ways to write it. ``last``: of those that stand side by side."""
    ways = [
        _in_row([_term(term, node, inflects=last and node.inflects and term is way[-1]) for term in way], node)
        for way in ways_to_write(parts)
    ]
    return _any_of(ways, node)


def _in_row(parts: list[plan.Node], node: Words) -> plan.Node:
    if len(parts) == 1:
        return parts[0]
    return plan.Phrase(tuple(itertools.chain.from_iterable(map(_parts, parts))), origin=node.span)


def _any_of(ways: list[plan.Node], node: Words) -> plan.Node:
    return ways[0] if len(ways) == 1 else plan.AnyOf(tuple(ways), origin=node.span)


def _term(term: Term, node: Words, *, inflects: bool) -> plan.Node:
    match: plan.Match = "inflected" if inflects and term.match == "exact" else term.match
    texts = (term.text, term.spelled) if term.spelled else (term.text,)
    return _any_of([plan.Word(text, match, fields=node.fields, origin=node.span) for text in texts], node)


def _name(node: Spellings) -> plan.Node:
    """A name in any of its spellings: its parts one directly after the other."""
    parts = tuple([_part(part, node) for part in node.parts])
    return parts[0] if len(parts) == 1 else plan.Phrase(parts, origin=node.span)


def _part(part: Part, node: Spellings) -> plan.Node:
    """Part of a name: any of its spellings, or a word and those that sound like it."""
    if not part.spellings:
        return plan.Word(part.written, "alike", fields=node.fields, origin=node.span)
    ways = [_spelling(choices, node) for choices in _together(part.spellings)]
    return ways[0] if len(ways) == 1 else plan.AnyOf(tuple(ways), origin=node.span)


_Choices = tuple[frozenset[str], ...]
"""Spellings of the same number of words: for each place the words that may stand there, whatever stands in the others."""


def _spelling(choices: _Choices, node: Spellings) -> plan.Node:
    words = tuple([plan.Word(min(each), "spelled", fields=node.fields, spellings=tuple(sorted(each)), origin=node.span) for each in choices])
    return words[0] if len(words) == 1 else plan.Phrase(words, origin=node.span)


@functools.lru_cache(maxsize=128)  # under a megabyte
def _together(spellings: tuple[tuple[str, ...], ...]) -> list[_Choices]:
    """Spellings that differ in one place as one, so that ``al qaida`` and ``al qaeda`` are counted and weighed as the same words."""
    found = [tuple([frozenset([word]) for word in each]) for each in spellings]
    while pair := next(((one, other) for one, other in itertools.combinations(found, 2) if _differ_once(one, other)), None):
        one, other = pair
        found[found.index(one)] = tuple([mine | theirs for mine, theirs in zip(one, other, strict=True)])
        found.remove(other)
    return found


def _differ_once(one: _Choices, other: _Choices) -> bool:
    return len(one) == len(other) and sum(mine != theirs for mine, theirs in zip(one, other, strict=True)) == 1


def _near(node: tree.Near) -> plan.Node:
    left = _position(node.first)
    for step in node.steps:
        right = _position(step.operand)
        left = plan.Near(left, right, step.distance, step.ordered, origin=(node.span[0], step.span[1]))
    return left
