"""The checked tree: the joints of the tree, with every word cut into terms and every value read. Nothing in it can fail any more."""

from __future__ import annotations

from typing import Literal

from reftel.base.frozen import frozen
from reftel.search import plan
from reftel.search.query import tree
from reftel.search.query.terms import Term

Written = Literal["bare", "exact", "quoted"]


@frozen
class Words(tree.Node):
    """One word, or several that stand side by side, in any of ``fields``.

    ``written`` bare, after ``=`` or in quotes; ``inflects``: the last term's inflections are meant too. ``slop``: how far apart quoted words
    may be. ``key``: the cable of which this is the id.
    """

    terms: tuple[Term, ...]
    fields: tuple[str, ...]
    written: Written = "bare"
    inflects: bool = False
    slop: int | None = None
    key: str | None = None

    @property
    def joins(self) -> bool:
        """Whether it belongs together with a word beside it: bare words do, but ids and patterns don't."""
        return self.written == "bare" and self.key is None and all(term.match == "exact" for term in self.terms)


@frozen
class Variants(tree.Node):
    """Words at most ``distance`` letters from ``text``, in any of ``fields``."""

    text: str
    distance: int
    fields: tuple[str, ...]


@frozen
class Part:
    """Part of a name: what was written, and its ``spellings``, words side by side; none of a word that the table lacks."""

    written: str
    spellings: tuple[tuple[str, ...], ...] = ()


@frozen
class Spellings(tree.Node):
    """A name in any of its spellings, in any of ``fields``.

    ``parts`` stand side by side: each is all that the table has of a name, or, ``unlisted``, a word that it lacks and words that sound like it.
    """

    parts: tuple[Part, ...]
    fields: tuple[str, ...]


@frozen
class Condition(tree.Node):
    """What a field's type made of the values written."""

    node: plan.Node


@frozen
class Grouped(tree.Node):
    """What stood behind a field's name. ``paragraph``: all of it is in one paragraph."""

    child: tree.Node
    paragraph: bool = False


@frozen
class CheckedQuery:
    """A query that was understood, and notes on what was read otherwise than it may have been meant, in order and each once."""

    root: tree.Node
    notes: tuple[str, ...]


def children_of(node: tree.Node) -> tuple[tree.Node, ...]:
    """The nodes directly below a checked node."""
    return (node.child,) if isinstance(node, Grouped) else tree.children_of(node)
