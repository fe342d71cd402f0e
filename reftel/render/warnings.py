"""Warnings of a survey with their meaning and examples, as a table for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from reftel.render.safe import safe_line
from reftel.schema.warnings import warning_kind

if TYPE_CHECKING:
    from rich.console import Console

    from reftel.indexer.survey import Survey


def print_warnings(console: Console, survey: Survey) -> None:
    """A row a kind of warning, the most frequent first."""
    table = Table(box=None, padding=(0, 1), header_style="bold")
    table.add_column("warning", no_wrap=True)
    table.add_column("cables", justify="right")
    table.add_column("meaning, and examples", overflow="fold")
    for code, count in survey.warnings.most_common():
        kind = warning_kind(code)
        meaning = Text(kind.help if kind else "")
        for example in survey.examples[code]:
            meaning.append(f"\n{safe_line(example.key)}: {safe_line(example.message)}", style="dim")
        table.add_row(Text(code), Text(f"{count:,}"), meaning)
    console.print(table)
