"""Ways through a plan: children, the words of an expression, and the parts that speak for a hit rather than against it."""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Callable, Iterator
from typing import Any

from reftel.search.plan import And, AnyOf, Mark, Near, Neighbours, Node, Not, Or, Paragraph, Phrase, Prefer, Word
from reftel.search.positions import POSITIONAL


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below."""
    match node:
        case And() | Or() | AnyOf():
            return node.children
        case Phrase():
            return node.parts
        case Near():
            return (node.left, node.right)
        case Not() | Paragraph():
            return (node.child,)
        case Prefer():
            return (node.child, *(bonus for bonus, _weight in node.bonuses))
        case Neighbours():
            return (node.child, *node.phrases)
        case _:
            return ()


def iter_words(node: Node) -> Iterator[Word]:
    """Every word of an expression that is not under a `Not` and not only preferred, in order; repeated ones too."""
    if isinstance(node, Word):
        yield node
    elif isinstance(node, Prefer | Neighbours):
        yield from iter_words(node.child)
    elif not isinstance(node, Not):
        for child in children(node):
            yield from iter_words(child)


def map_words(node: Node, change: Callable[[Word], Word]) -> Node:
    """``node`` with what ``change`` gives in place of every word of it, wherever it stands."""

    def each(nodes: tuple[Node, ...]) -> tuple[Any, ...]:
        return tuple([map_words(child, change) for child in nodes])

    match node:
        case Word():
            return change(node)
        case And() | Or() | AnyOf():
            return dataclasses.replace(node, children=each(node.children))
        case Phrase():
            return dataclasses.replace(node, parts=each(node.parts))
        case Near():
            return dataclasses.replace(node, left=map_words(node.left, change), right=map_words(node.right, change))
        case Not() | Paragraph():
            return dataclasses.replace(node, child=map_words(node.child, change))
        case Prefer():
            bonuses = tuple((map_words(bonus, change), weight) for bonus, weight in node.bonuses)
            return dataclasses.replace(node, child=map_words(node.child, change), bonuses=bonuses)
        case Neighbours():
            return dataclasses.replace(node, child=map_words(node.child, change), phrases=each(node.phrases))
        case _:
            return node


def iter_all_words(node: Node) -> Iterator[Word]:
    """Every word of an expression, repeated ones too, wherever it stands."""
    if isinstance(node, Word):
        yield node
    for child in children(node):
        yield from iter_all_words(child)


def prefers(node: Node) -> bool:
    """Whether any `Prefer` or `Neighbours` stands in the combinations that a node is made of."""
    if isinstance(node, And | Or):
        return any(map(prefers, node.children))
    return isinstance(node, Prefer | Neighbours)


def iter_evidence(node: Node) -> Iterator[Node]:
    """What a hit can be shown by: the outermost position expressions, `Paragraph` and `Mark` nodes.

    Those of bonuses too, but none under a `Not`.
    """
    if isinstance(node, (*POSITIONAL, Paragraph, Mark)):
        yield node
    elif not isinstance(node, Not):
        for child in children(node):
            yield from iter_evidence(child)


def iter_leaves(node: Node) -> Iterator[Node]:
    """What a hit may have been found by: the parts that combinations are made of, bonuses left out, and none under a `Not`."""
    match node:
        case And() | Or():
            for child in node.children:
                yield from iter_leaves(child)
        case Prefer() | Neighbours():
            yield from iter_leaves(node.child)
        case Not():
            return
        case _:
            yield node


def rewrite(root: Node, change: Callable[[Node], Node]) -> Node:
    """``root`` with what ``change`` gives in place of each node of its combinations; what it changed is not looked into. Itself where nothing changes."""
    changed = change(root)
    if changed is not root:
        return changed
    match root:
        case And() | Or():
            children = tuple([rewrite(child, change) for child in root.children])
            return root if all(map(operator.is_, children, root.children)) else dataclasses.replace(root, children=children)
        case Not() | Prefer() | Neighbours():
            child = rewrite(root.child, change)
            return root if child is root.child else dataclasses.replace(root, child=child)
        case _:
            return root
