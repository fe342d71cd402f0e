"""A tree back to text: canonical, and read again it gives the same tree."""

from __future__ import annotations

import itertools

from reftel.schema.fields import fields_by_name
from reftel.search.query import tree
from reftel.search.query.types import MOST_WORDS_OF_A_VALUE, words_of_value

# How tightly each joint binds, as in the grammar of the parser; leaves and fields bind tightest.
_BINDING: dict[type[tree.Node], int] = {
    tree.Or: 1, tree.And: 2, tree.Juxtaposed: 3, tree.Not: 4, tree.SameParagraph: 5, tree.Near: 6,
}  # fmt: skip
_TIGHTEST = 7


def print_tree(node: tree.Node, field: str | None = None) -> str:
    """The query in one spelling: upper-case operators, straight quotes, single blanks, own names of fields, no needless brackets.

    ``field``: the one in whose brackets the node stands.
    """
    match node:
        case tree.Or():
            return _join(" OR ", node, field)
        case tree.And():
            return _join(" AND ", node, field)
        case tree.Juxtaposed():
            return _side_by_side(node, field)
        case tree.SameParagraph():
            return _join(" w/p ", node, field)
        case tree.Near():
            return _near(node, field)
        case tree.Not():
            return "NOT " + _bracketed(node.child, _BINDING[tree.Not], field)
        case tree.Scoped():
            return f"{node.field}:{_bracketed(node.child, _TIGHTEST, node.field, scoped=True)}"
        case _:
            return _leaf(node)


def _side_by_side(node: tree.Juxtaposed, field: str | None) -> str:
    """The children, in brackets where the words behind one would be read as part of its value: ``(date:2008) to 2009``."""
    printed = []
    for place, child in enumerate(node.children):
        text = _bracketed(child, _BINDING[tree.Juxtaposed] + 1, field)
        behind = itertools.takewhile(lambda word: isinstance(word, tree.Word) and not word.exact, node.children[place + 1 : place + MOST_WORDS_OF_A_VALUE])
        words = [word.text for word in behind if isinstance(word, tree.Word)]
        printed.append(f"({text})" if words and _goes_on(child, words, field) else text)
    return " ".join(printed)


def _goes_on(node: tree.Node, words: list[str], field: str | None) -> bool:
    """Whether the words behind what a node ends with would be read as part of that."""
    match node:
        case tree.Not():
            return _goes_on(node.child, words, field)
        case tree.Near() | tree.SameParagraph():
            return _goes_on(tree.children_of(node)[-1], words, field)
        case tree.Scoped():
            alone = isinstance(node.child, tree.Word | tree.Compare | tree.Alternatives)  # anything else stands in brackets
            return alone and node.field in fields_by_name() and _goes_on(node.child, words, node.field)
        case tree.Word(exact=False) | tree.Compare(quoted=False) | tree.Alternatives():
            value = node.value if isinstance(node, tree.Compare) else _leaf(node)
            return words_of_value(fields_by_name().get(field or ""), [value, *words]) > 1
        case _:
            return False


def _join(sign: str, node: tree.Node, field: str | None) -> str:
    return sign.join([_bracketed(child, _BINDING[type(node)] + 1, field) for child in tree.children_of(node)])


def _bracketed(node: tree.Node, least: int, field: str | None, *, scoped: bool = False) -> str:
    """``node``, in brackets where it binds less tightly than ``least``. A field in a field's value always needs them."""
    loose = _BINDING.get(type(node), _TIGHTEST) < least or (scoped and isinstance(node, tree.Scoped))
    return f"({print_tree(node, field)})" if loose else print_tree(node, field)


def _near(node: tree.Near, field: str | None) -> str:
    parts = [_bracketed(node.first, _TIGHTEST, field)]
    for step in node.steps:
        parts += [f"{'pre' if step.ordered else 'w'}/{step.distance}", _bracketed(step.operand, _TIGHTEST, field)]
    return " ".join(parts)


def _leaf(node: tree.Node) -> str:
    match node:
        case tree.Word():
            return ("=" if node.exact else "") + node.text
        case tree.Fuzzy():
            return f"{node.text}~{node.distance}"
        case tree.Spelled():
            return f'~"{node.text}"' if node.quoted else f"~{node.text}"
        case tree.Quoted():
            return f'"{node.text}"' + (f"~{node.slop}" if node.slop is not None else "")
        case tree.Compare():
            return node.op + (f'"{node.value}"' if node.quoted else node.value)
        case tree.Alternatives():
            return ",".join(map(_leaf, node.items))
        case _:
            return "*"
