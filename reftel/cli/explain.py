"""``reftel explain QUERY``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

import reftel
from reftel.cli.options import archive_option, console, format_option, notes_option, query_argument
from reftel.cli.words import QueryCommand
from reftel.render.safe import json_text, safe_line

if TYPE_CHECKING:
    from rich.tree import Tree

    from reftel.search.results import ExplainedNode


@click.command("explain", cls=QueryCommand)
@query_argument
@archive_option
@notes_option
@format_option("table", "json")
def command(query: str, archive: str, notes: str | None, output_format: str) -> int:
    """Show how a query was read: as printed back, and its plan with the number of cables for each part, the way they were found and its time."""
    explanation = reftel.open(archive, notes=notes).explain(query)
    if output_format == "json":
        click.echo(json_text(explanation.to_dict(), indent=2))
        return 0
    from rich.text import Text  # noqa: PLC0415 - rich is slow to load
    from rich.tree import Tree  # noqa: PLC0415

    target = console()
    target.print(Text(f"read as  {safe_line(explanation.query)}"))
    for note in explanation.notes:
        target.print(Text(f"note     {safe_line(note)}"))

    def grow(tree: Tree, node: ExplainedNode) -> None:
        found = f"{node.cables:,} cables, {node.milliseconds:.1f} ms, by {node.way}"
        branch = tree.add(Text(f"{safe_line(node.text)}  ").append(found, style="dim"))
        if node.forms:
            more = f" and {node.forms.left_out:,} more" if node.forms.left_out else ""
            branch.add(Text(safe_line(", ".join(f"{form.value} ({form.count:,})" for form in node.forms) + more)))
        for child in node.children:
            grow(branch, child)

    root = Tree(Text("plan", style="bold"))
    grow(root, explanation.root)
    target.print(root)
    return 0
