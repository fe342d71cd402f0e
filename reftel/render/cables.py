"""Records of cables as a table for people, a line a cable."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from reftel.render.safe import safe_line

if TYPE_CHECKING:
    from rich.console import Console

    from reftel.schema.cable import Cable

_COLUMNS = {"cable": 0, "date": 0, "class": 12, "from": 10, "signed": 14, "tags": 20, "¶": 0, "warnings": 0, "subject": 0}
"""The columns of the table, and how many cells each takes at most on a terminal; 0: as many as it needs."""
_DISPENSABLE = ("tags", "signed", "warnings", "from")
"""Columns that a terminal without room does without, the first one first."""
_SUBJECT = 28
"""Cells that a subject wants."""


def print_cables(console: Console, cables: Iterable[Cable]) -> None:
    """A line a cable: whole in a pipe, on a terminal cut so that it stays one."""
    rows = [[Text(safe_line(cell)) for cell in _cells(cable)] for cable in cables]
    widths = {name: max((row[number].cell_len for row in rows), default=0) for number, name in enumerate(_COLUMNS)}
    widths = {name: max(width, len(name)) for name, width in widths.items()}
    if console.is_terminal:
        widths = _fitting(widths, console.width)
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for name, width in widths.items():
        table.add_column(name, overflow="ellipsis", no_wrap=True, width=width)
    for row in rows:
        table.add_row(*(cell for name, cell in zip(_COLUMNS, row, strict=True) if name in widths))
    console.print(table)


def _cells(cable: Cable) -> tuple[str, ...]:
    marking = "//".join(filter(None, (cable.classification, *cable.caveats)))
    counts = str(len(cable.paragraphs)), str(len(cable.warnings) or "")
    return (cable.key, (cable.date or "")[:10], marking, cable.post or "", ", ".join(cable.signers), " ".join(cable.tags), *counts, cable.subject or "")


def _fitting(widths: dict[str, int], room: int) -> dict[str, int]:
    """The columns that a terminal of ``room`` cells has, with their widths there."""
    kept = {name: min(width, _COLUMNS[name] or width) for name, width in widths.items()}
    kept["subject"] = _SUBJECT
    for name in _DISPENSABLE:
        if sum(kept.values()) + 2 * (len(kept) - 1) > room:
            del kept[name]
    return kept | {"subject": max(room - sum(kept.values()) - 2 * (len(kept) - 1) + _SUBJECT, 10)}
