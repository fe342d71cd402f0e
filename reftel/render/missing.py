"""The cables that are cited and not in the archive, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from reftel.render.hits import csv_line
from reftel.render.safe import json_text, safe_line, safe_markdown

if TYPE_CHECKING:
    from reftel.search.missing import Missing, MissingCable

_FIRST = 5  # citing cables named in a line for people


def render_table(found: Missing) -> Iterator[str]:
    """A cable a line, with how many cite it and the first of them; then how many there are."""
    counts = [f"{cable.count:,}" for cable in found.cables]
    ids = [safe_line(cable.id) for cable in found.cables]
    widest, digits = max(map(len, ids), default=0), max(map(len, counts), default=0)
    for cable, name, count in zip(found.cables, ids, counts, strict=True):
        yield f"{count:>{digits}}  {name:{widest}}  cited by {safe_line(_first_citing(cable))}"
    total = f"{found.total:,} cable{'' if found.total == 1 else 's'} cited and not in the archive"
    yield total if len(found.cables) == found.total else f"{total}, {len(found.cables):,} shown"


def _first_citing(cable: MissingCable) -> str:
    more = cable.count - _FIRST
    return ", ".join(cable.cited_by[:_FIRST]) + (f" and {more:,} more" if more > 0 else "")


def render_jsonl(found: Missing) -> Iterator[str]:
    """A cable a line, with all that cite it."""
    return (json_text(cable.to_dict()) for cable in found.cables)


def render_csv(found: Missing) -> Iterator[str]:
    """A cable a line, with all that cite it."""
    yield csv_line(("id", "origin", "count", "cited_by"))
    for cable in found.cables:
        yield csv_line((cable.id, cable.origin, cable.count, ";".join(cable.cited_by)))


def render_ids(found: Missing) -> Iterator[str]:
    """An id a line."""
    return (safe_line(cable.id) for cable in found.cables)


def render_markdown(found: Missing) -> Iterator[str]:
    """A list, each cable with how many cite it and the first of them."""
    for cable in found.cables:
        yield f"- **{safe_markdown(cable.id)}** {cable.count:,}: {safe_markdown(safe_line(_first_citing(cable)))}"


LINES = {"table": render_table, "jsonl": render_jsonl, "csv": render_csv, "ids": render_ids, "md": render_markdown}
