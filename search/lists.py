"""What a person keeps beside an archive, in a plan: tags of one's own and lists of ids become values of the field ``id``.

Engines never see a tag: ``mine:x`` is looked up before they are asked.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from reftel.schema.fields import fields_by_name
from reftel.search.plan import And, Node, Not, Nothing, Or, Prefer, Value, ValuePattern
from reftel.search.walk import rewrite

MINE = "mine"
"""The query field whose values are one's own tags."""

Tagged = Callable[[str], Collection[str]]
"""The keys of the cables that have a tag, or a tag like a pattern with ``*`` and ``?``."""


def nothing_tagged(_pattern: str) -> Collection[str]:
    """No keys: of an archive without a file of notes."""
    return ()


def resolve(root: Node, tagged: Tagged) -> Node:
    """``root`` with every tag replaced by the cables that have it."""

    def change(node: Node) -> Node:
        match node:
            case Value(field="mine", values=values):
                return ids_node(key for value in values for key in tagged(value))
            case ValuePattern(field="mine", pattern=pattern):
                return ids_node(tagged(pattern))
            case _:
                return node

    return rewrite(root, change)


def iter_tags(root: Node) -> Iterator[str]:
    """Every tag, or pattern of tags, that a plan asks for."""
    match root:
        case Value(field="mine", values=values):
            yield from values
        case ValuePattern(field="mine", pattern=pattern):
            yield pattern
        case And() | Or():
            for child in root.children:
                yield from iter_tags(child)
        case Not() | Prefer():
            yield from iter_tags(root.child)


def ids_node(keys: Iterable[str]) -> Node:
    """The cables with these keys."""
    normalise = fields_by_name()["id"].normalise
    values = tuple(dict.fromkeys(map(normalise, keys)))
    return Value("id", values) if values else Nothing()


def unknown_tags(root: Node, tagged: Tagged) -> tuple[str, ...]:
    """A note for every tag that no cable has."""
    return tuple(f"no cable is tagged '{tag}'; `reftel note list` lists your tags" for tag in dict.fromkeys(iter_tags(root)) if not tagged(tag))
