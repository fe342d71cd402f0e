"""A checked tree to the plan that engines evaluate. Nothing fails here: ``check`` has read every word and value before."""

from __future__ import annotations

import dataclasses
import itertools

from reftel.frozen import frozen
from reftel.schema.fields import Field, default_fields, fields_by_name
from reftel.search import plan
from reftel.search.query import tree
from reftel.search.query.check import is_text, value_of
from reftel.search.query.terms import Term, has_wildcard, split_terms
from reftel.search.query.values import cable_key, merge, read_value

_MOST_TERMS_OF_AN_ID = 5  # "08 PORT AU PRINCE 123"


@frozen
class _Place:
    """Where a node stands.

    ``fields``: those that words are looked for in; ``inflect``: with inflections; ``prefer``: bonuses are of use.
    """

    fields: tuple[str, ...]
    field: Field | None = None
    inflect: bool = True
    paragraph: bool = False
    prefer: bool = True


def compile_tree(root: tree.Node) -> plan.Node:
    """The plan of a tree that ``check`` has passed."""
    return _build(root, _Place(tuple(field.name for field in default_fields())))


def _build(node: tree.Node, place: _Place) -> plan.Node:
    match node:
        case tree.Scoped():
            return _scoped(node, place)
        case tree.SameParagraph():
            return _paragraph(node.children, node)
        case tree.Not():
            return plan.Not(_build(node.child, dataclasses.replace(place, prefer=False)), origin=node.span)
        case tree.Or():
            return plan.Or(_all(node.children, place), origin=node.span)
        case tree.And():
            return plan.And(_all(node.children, place), origin=node.span)
        case tree.Juxtaposed():
            return _run(node, place)
        case _:
            return _leaf(node, place)


def _scoped(node: tree.Scoped, place: _Place) -> plan.Node:
    if node.field == "para":
        return _paragraph((node.child,), node)
    return dataclasses.replace(_build(node.child, _inside(node, place)), origin=node.span)


def _all(nodes: tuple[tree.Node, ...], place: _Place) -> tuple[plan.Node, ...]:
    return tuple([_build(node, place) for node in nodes])


def _inside(node: tree.Scoped, place: _Place) -> _Place:
    field = fields_by_name()[node.field]
    return dataclasses.replace(place, field=field, fields=(field.name,), inflect=field.kind == "text")


def _paragraph(children: tuple[tree.Node, ...], node: tree.Node) -> plan.Node:
    place = _Place(("body",), paragraph=True, prefer=False)
    inner = _all(children, place)
    return plan.Paragraph(inner[0] if len(inner) == 1 else plan.And(inner, origin=node.span), origin=node.span)


# -- words side by side --------------------------------------------------------------------------------------


def _run(node: tree.Juxtaposed, place: _Place) -> plan.Node:
    """All of the children; of plain words next to each other, cables with the two side by side are preferred."""
    children = _all(node.children, place)
    both = plan.And(children, origin=node.span)
    if not (place.prefer and is_text(place.field)):
        return both
    plain = [_is_plain(child, place) for child in node.children]
    bonuses = tuple(
        (plan.Phrase((*_parts(children[left]), *_parts(children[right]))), 1.0)
        for left, right in itertools.pairwise(range(len(children)))
        if plain[left] and plain[right]
    )
    return plan.Prefer(both, bonuses, origin=node.span) if bonuses else both


def _is_plain(node: tree.Node, place: _Place) -> bool:
    return isinstance(node, tree.Word) and not node.exact and not has_wildcard(node.text) and _key_of(node, place) is None


def _parts(node: plan.Node) -> tuple[plan.Node, ...]:
    return node.parts if isinstance(node, plan.Phrase) else (node,)


# -- leaves --------------------------------------------------------------------------------------------------


def _leaf(node: tree.Node, place: _Place) -> plan.Node:
    if isinstance(node, tree.Alternatives):
        return merge([_leaf(item, place) for item in node.items], node.span)
    if not is_text(place.field):
        return _value(node, place)
    if isinstance(node, tree.Star):
        return plan.Everything(origin=node.span)
    key = _key_of(node, place)
    return _cable(key, node, place) if key else _position(node, place)


def _value(node: tree.Node, place: _Place) -> plan.Node:
    assert place.field is not None
    text, op = value_of(node)
    result = dataclasses.replace(read_value(place.field, text, op).node, origin=node.span)
    return plan.Paragraph(result, origin=node.span) if isinstance(result, plan.Mark) and not place.paragraph else result


def _key_of(node: tree.Node, place: _Place) -> str | None:
    """The cable that an unscoped word or quoted text names."""
    if place.field is not None or place.paragraph or not isinstance(node, tree.Word | tree.Quoted):
        return None
    if has_wildcard(node.text) or not any(character.isdigit() for character in node.text):
        return None
    if isinstance(node, tree.Quoted) and (node.slop or len(split_terms(node.text)) > _MOST_TERMS_OF_AN_ID):
        return None
    return cable_key(node.text)


def _cable(key: str, node: tree.Node, place: _Place) -> plan.Node:
    """That cable first, then those that cite it, then those that print it."""
    itself = plan.Value("id", (key,), origin=node.span)
    citing = plan.Value("refs", (key,), origin=node.span)
    printed = _position(node, dataclasses.replace(place, inflect=False))
    either = plan.Or((itself, citing, printed), origin=node.span)
    return plan.Prefer(either, ((itself, 2.0), (citing, 1.0)), origin=node.span) if place.prefer else either


def _position(node: tree.Node, place: _Place) -> plan.Node:
    """A position expression. In one, OR is `plan.AnyOf`."""
    match node:
        case tree.Word():
            return _word(node, place)
        case tree.Fuzzy():
            return plan.Word(split_terms(node.text)[0].text, "fuzzy", node.distance, place.fields, origin=node.span)
        case tree.Quoted():
            return _quoted(node, place)
        case tree.Near():
            return _near(node, place)
        case tree.Scoped():
            return _position(node.child, _inside(node, place))
        case _:
            return plan.AnyOf(tuple([_position(child, place) for child in tree.children_of(node)]), origin=node.span)


def _word(node: tree.Word, place: _Place) -> plan.Node:
    """A word of several terms is a phrase, of which the last may inflect: ``Nagorno-Karabakh`` finds ``Nagorno-Karabakhs``."""
    parts = [_term(term, node, place) for term in split_terms(node.text)]
    last = parts[-1]
    if place.inflect and not node.exact and last.match == "exact":
        parts[-1] = dataclasses.replace(last, match="stem")
    return parts[0] if len(parts) == 1 else plan.Phrase(tuple(parts), origin=node.span)


def _quoted(node: tree.Quoted, place: _Place) -> plan.Node:
    parts = tuple([_term(term, node, place) for term in split_terms(node.text)])
    if len(parts) == 1:
        return parts[0]
    if node.slop is None:
        return plan.Phrase(parts, origin=node.span)
    left: plan.Node = parts[0]
    for right in parts[1:]:
        left = plan.Near(left, right, node.slop, origin=node.span)
    return left


def _term(term: Term, node: tree.Node, place: _Place) -> plan.Word:
    return plan.Word(term.text, term.match, fields=place.fields, origin=node.span)


def _near(node: tree.Near, place: _Place) -> plan.Node:
    left = _position(node.first, place)
    for step in node.steps:
        right = _position(step.operand, place)
        left = plan.Near(left, right, step.distance, step.ordered, origin=(node.span[0], step.span[1]))
    return left
