"""A tree back to text: canonical, and read again it gives the same tree."""

from __future__ import annotations

from reftel.search.query import tree

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
            return _join(" ", node)
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
