"""Tags of a person's own and lists of ids in a plan: both become values of the field ``id`` before an engine is asked.

Engines never see a tag: ``mine:x`` is looked up first.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable, Iterator

from reftel.schema.fields import field_of_kind
from reftel.search.plan import And, Neighbours, Node, Not, Nothing, Or, Prefer, Tagged, Value
from reftel.search.walk import rewrite

Lookup = Callable[[str], Collection[str]]
"""The keys of the cables that have a tag, or a tag like a pattern with ``*`` and ``?``."""


def nothing_tagged(_pattern: str) -> Collection[str]:
    """No keys: of an archive without a file of notes."""
    return ()


def resolve(root: Node, tagged: Lookup) -> Node:
    """``root`` with every tag replaced by the cables that have it."""

    def change(node: Node) -> Node:
        match node:
            case Tagged(tags=tags):
                return dataclasses.replace(ids_node(key for tag in tags for key in tagged(tag)), origin=node.origin)
            case _:
                return node

    return rewrite(root, change)


def iter_tags(root: Node) -> Iterator[str]:
    """Every tag, or pattern of tags, that a plan asks for."""
    match root:
        case Tagged(tags=tags):
            yield from tags
        case And() | Or():
            for child in root.children:
                yield from iter_tags(child)
        case Not() | Prefer() | Neighbours():
            yield from iter_tags(root.child)


def ids_node(keys: Iterable[str]) -> Node:
    """The cables with these keys."""
    field = field_of_kind("id")
    values = tuple(dict.fromkeys(map(field.normalise, keys)))
    return Value(field.name, values) if values else Nothing()


def unknown_tags(root: Node, tagged: Lookup) -> tuple[str, ...]:
    """A note for every tag that no cable has."""
    return tuple(f"no cable is tagged '{tag}'; `reftel note list` lists your tags" for tag in dict.fromkeys(iter_tags(root)) if not tagged(tag))
