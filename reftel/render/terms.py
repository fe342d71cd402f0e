"""The significant words of a result as a table for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from reftel.render.safe import safe_line

if TYPE_CHECKING:
    from rich.console import Console

    from reftel.search.terms import Terms


def print_terms(console: Console, found: Terms) -> None:
    """A row a word; a sentence where there is none."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("word")
    for title in (f"of {found.total:,} hits", f"of {found.cables:,} cables", "score"):
        table.add_column(title, justify="right")
    for term in found.terms:
        table.add_row(*map(Text, (safe_line(term.word), f"{term.hits:,}", f"{term.cables:,}", f"{term.score:.1f}")))
    if found.terms:
        console.print(table)
    else:
        console.print(Text("no words that the other cables don't have as often" if found.total else "0 cables"))
