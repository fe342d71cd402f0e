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


def print_tree(node: tree.Node) -> str:
    """The query in one spelling: upper-case operators, straight quotes, single blanks, own names of fields, no needless brackets."""
    match node:
        case tree.Or():
            return _join(" OR ", node)
        case tree.And():
            return _join(" AND ", node)
        case tree.Juxtaposed():
            return _side_by_side(node)
        case tree.SameParagraph():
            return _join(" w/p ", node)
        case tree.Near():
            return _near(node)
        case tree.Not():
            return "NOT " + _bracketed(node.child, _BINDING[tree.Not])
        case tree.Scoped():
            return f"{node.field}:{_bracketed(node.child, _TIGHTEST, scoped=True)}"
        case _:
            return _leaf(node)


def _side_by_side(node: tree.Juxtaposed) -> str:
    """The children, in brackets where the words behind one would be read as part of its value: ``(date:2008) to 2009``."""
    printed = []
    for place, child in enumerate(node.children):
        text = _bracketed(child, _BINDING[tree.Juxtaposed] + 1)
        behind = itertools.takewhile(lambda word: isinstance(word, tree.Word) and not word.exact, node.children[place + 1 : place + MOST_WORDS_OF_A_VALUE])
        words = [word.text for word in behind if isinstance(word, tree.Word)]
        printed.append(f"({text})" if words and _goes_on(child, words) else text)
    return " ".join(printed)


def _goes_on(node: tree.Node, words: list[str]) -> bool:
    """Whether the words behind what a node ends with would be read as part of that."""
    match node:
        case tree.Not():
            return _goes_on(node.child, words)
        case tree.Near() | tree.SameParagraph():
            return _goes_on(tree.children_of(node)[-1], words)
        case tree.Scoped(child=tree.Word(exact=False) | tree.Compare(quoted=False) | tree.Alternatives()):
            field = fields_by_name().get(node.field)
            value = node.child.value if isinstance(node.child, tree.Compare) else _leaf(node.child)
            return field is not None and words_of_value(field, [value, *words]) > 1
        case tree.Word(exact=False):
            return words_of_value(None, [node.text, *words]) > 1
        case _:
            return False


def _join(sign: str, node: tree.Node) -> str:
    return sign.join([_bracketed(child, _BINDING[type(node)] + 1) for child in tree.children_of(node)])


def _bracketed(node: tree.Node, least: int, *, scoped: bool = False) -> str:
    """``node``, in brackets where it binds less tightly than ``least``. A field in a field's value always needs them."""
    loose = _BINDING.get(type(node), _TIGHTEST) < least or (scoped and isinstance(node, tree.Scoped))
    return f"({print_tree(node)})" if loose else print_tree(node)


def _near(node: tree.Near) -> str:
    parts = [_bracketed(node.first, _TIGHTEST)]
    for step in node.steps:
        parts += [f"{'pre' if step.ordered else 'w'}/{step.distance}", _bracketed(step.operand, _TIGHTEST)]
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
