"""How a query was read and evaluated, as a tree for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from rich.tree import Tree

from reftel.render.safe import safe_line

if TYPE_CHECKING:
    from rich.console import Console

    from reftel.search.results import ExplainedNode, Explanation


def print_explanation(console: Console, explanation: Explanation) -> None:
    """The query as it was read, its notes, and its plan with counts, times and methods."""
    console.print(Text(f"read as  {safe_line(explanation.query)}"))
    for note in explanation.notes:
        console.print(Text(f"note     {safe_line(note)}"))
    root = Tree(Text("plan", style="bold"))
    _grow(root, explanation.root)
    console.print(root)


def _grow(tree: Tree, node: ExplainedNode) -> None:
    found = f"{node.cables:,} cables, {node.milliseconds:.1f} ms, by {node.way}"
    branch = tree.add(Text(f"{safe_line(node.text)}  ").append(found, style="dim"))
    if node.forms:
        more = f" and {node.forms.left_out:,} more" if node.forms.left_out else ""
        branch.add(Text(safe_line(", ".join(f"{form.value} ({form.count:,})" for form in node.forms) + more)))
    for child in node.children:
        _grow(branch, child)
