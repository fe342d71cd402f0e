"""What an archive holds, as a table for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from reftel.render.paths import relative_name
from reftel.render.safe import safe_line

if TYPE_CHECKING:
    from rich.console import Console


def print_stats(console: Console, record: Mapping[str, object]) -> None:
    """A row an entry of `reftel.Archive.stats`."""
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in record.items():
        table.add_row(Text(name.replace("_", " ")), Text(safe_line(_shown(value))))
    console.print(table)


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_shown(count)}" for name, count in value.items()) or "none"
    if isinstance(value, list):
        return ", ".join(map(_shown, value)) or "none"
    return f"{value:,}" if isinstance(value, int) else "none" if value is None else relative_name(str(value))
