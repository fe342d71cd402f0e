"""The whole way of a query's text: tokens, tree, check, plan."""

from __future__ import annotations

from reftel.base.frozen import frozen
from reftel.search.plan import Node
from reftel.search.query import tree
from reftel.search.query.check import check
from reftel.search.query.checked import CheckedQuery
from reftel.search.query.compile import compile_query
from reftel.search.query.parser import parse
from reftel.search.query.printer import print_tree


@frozen
class ParsedQuery:
    """A query that was understood.

    ``text`` as written, ``tree`` with the place of every node in it, ``checked``, the same with its words and values read, ``plan`` for an
    engine, ``notes`` on what was read otherwise than it may have been meant, ``printed`` in canonical spelling (reading that gives the same
    tree). ``asked`` is the plan before tags, references without a year and lists of ids were looked up.
    """

    text: str
    tree: tree.Node
    checked: CheckedQuery
    plan: Node
    notes: tuple[str, ...]
    printed: str
    asked: Node


def read_query(text: str) -> ParsedQuery:
    """Read ``text``, or raise the `reftel.schema.errors.QueryError` that shows what is wrong and where.

    >>> read_query('Minsk  Group and “precedent”').printed
    'Minsk Group and "precedent"'
    """
    root = parse(text)
    checked = check(root, text)
    compiled = compile_query(checked)
    return ParsedQuery(text, root, checked, compiled, checked.notes, print_tree(root), compiled)
