"""The field table for people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from reftel.schema.fields import Field

if TYPE_CHECKING:
    from rich.console import Console


def print_fields(console: Console, fields: Iterable[Field]) -> None:
    """A row a field: names, kind, use, meaning, and an example."""
    table = Table(box=None, padding=(0, 1), header_style="bold")
    for name in ("field", "kind", "use", "meaning", "example"):
        table.add_column(name, overflow="fold")
    for field in fields:
        names = Text(field.name, style="bold").append("".join(f" {alias}" for alias in field.aliases), style="dim not bold")
        uses = [use for use, given in (("bare words", field.default), ("facet", field.facet), ("sort", field.sort)) if given]
        table.add_row(names, Text(field.kind), Text(", ".join(uses)), Text(field.help), Text(field.examples[0]))
    console.print(table)
