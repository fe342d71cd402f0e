"""The tree of a query: what was written, as frozen nodes that keep their place in the text and print back.

The tree knows the grammar and nothing of fields or indexes; ``check`` holds it against the field table and ``compile`` makes a plan of it.
``span`` (character offsets, end exclusive) is never compared, so that two spellings of one query are equal.
"""

from __future__ import annotations

import dataclasses
from typing import Literal

from reftel.base.frozen import frozen

Span = tuple[int, int]
Comparison = Literal[">", ">=", "<", "<="]


@frozen(kw_only=True)
class Node:
    """Base of all nodes."""

    span: Span = dataclasses.field(default=(0, 0), compare=False)


# -- leaves --------------------------------------------------------------------------------------------------


@frozen
class Word(Node):
    """Characters without blanks, as written: ``precedent``, ``Nagorno-Karabakh``, ``qadhaf*``. ``exact``: ``=`` stood before them."""

    text: str
    exact: bool = False


@frozen
class Fuzzy(Node):
    """A word and how many letters may differ: ``qadhafi~1``."""

    text: str
    distance: int


@frozen
class Spelled(Node):
    """A name in any spelling: ``~hezbollah``, ``~"abu mazen"``."""

    text: str
    quoted: bool = False


@frozen
class Quoted(Node):
    """Text in quotes, single blanks; ``slop`` is the distance of ``"a b"~4``."""

    text: str
    slop: int | None = None


@frozen
class Star(Node):
    """A lone ``*``: every cable, or any value of a field."""


@frozen
class Compare(Node):
    """A value of a field after ``>``, ``>=``, ``<`` or ``<=``."""

    op: Comparison
    value: str
    quoted: bool = False


@frozen
class Alternatives(Node):
    """Values of a field joined by commas (or pipes): any of them."""

    items: tuple[Node, ...]


# -- joints --------------------------------------------------------------------------------------------------


@frozen
class Scoped(Node):
    """``field:child``. ``field`` is the field's own name where an alias was written, lower-cased text where there is no such field."""

    field: str
    child: Node
    name_span: Span = dataclasses.field(default=(0, 0), compare=False, kw_only=True)


@frozen
class Step(Node):
    """A further operand of a proximity chain, at most ``distance`` positions away; ``ordered``: after what stands left of it."""

    distance: int
    ordered: bool
    operand: Node


@frozen
class Near(Node):
    """``first w/5 b pre/3 c``: a chain that groups from the left."""

    first: Node
    steps: tuple[Step, ...]


@frozen
class SameParagraph(Node):
    """``a w/p b w/p c``: all of them in one paragraph."""

    children: tuple[Node, ...]


@frozen
class Not(Node):
    """``NOT child`` or ``-child``."""

    child: Node


@frozen
class Juxtaposed(Node):
    """Terms side by side without an operator: all of them, and words in a run are preferred side by side."""

    children: tuple[Node, ...]


@frozen
class And(Node):
    """``a AND b``."""

    children: tuple[Node, ...]


@frozen
class Or(Node):
    """``a OR b``."""

    children: tuple[Node, ...]


def children_of(node: Node) -> tuple[Node, ...]:
    """The nodes directly below ``node``, in text order."""
    match node:
        case SameParagraph() | Juxtaposed() | And() | Or():
            return node.children
        case Alternatives():
            return node.items
        case Scoped() | Not():
            return (node.child,)
        case Near():
            return (node.first, *(step.operand for step in node.steps))
        case _:
            return ()


def deepest(tree: Node) -> tuple[int, Node]:
    """Height of ``tree`` (a leaf is 1) and its first node at that depth, found without recursion."""
    level, height, lowest = [tree], 0, tree
    while level:
        height, lowest = height + 1, level[0]
        level = [child for node in level for child in children_of(node)]
    return height, lowest
