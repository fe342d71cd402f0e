"""HTML of a few shapes for notebooks, in which every text is data: escaped, and what cannot be seen made visible."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from reftel.render.safe import safe_text

_NOTEBOOK_ROWS = 100
"""Rows of a table in a notebook; how many more there are is said below it."""


def escaped(value: object) -> str:
    """A text, a number or nothing, as HTML: ``"<b>"`` -> ``"&lt;b&gt;"``, ``None`` -> ``""``."""
    return "" if value is None else html.escape(safe_text(f"{value:,}" if isinstance(value, int) else str(value)))


def marked(text: str, ranges: Iterable[tuple[int, int]]) -> str:
    """A text as HTML, the characters of ``ranges`` in ``<mark>``."""
    parts, place = [], 0
    for start, end in ranges:
        parts += [escaped(text[place:start]), f"<mark>{escaped(text[start:end])}</mark>"]
        place = end
    return "".join([*parts, escaped(text[place:])])


def element(name: str, inner: str, **attributes: str | None) -> str:
    """An element around HTML; attributes are escaped, those that are ``None`` left out: ``element("p", "a", lang="en")``."""
    given = "".join(f' {key}="{escaped(value)}"' for key, value in attributes.items() if value is not None)
    return f"<{name}{given}>{inner}</{name}>"


def table(caption: object, heads: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    """A table of texts and numbers, of its rows the first hundred."""
    every = list(rows)
    head = "".join(element("th", escaped(each), scope="col") for each in heads)
    body = "".join(f"<tr>{''.join(element('td', escaped(cell)) for cell in row)}</tr>" for row in every[:_NOTEBOOK_ROWS])
    more = len(every) - _NOTEBOOK_ROWS
    rest = element("p", f"{more:,} more") if more > 0 else ""
    return f"<table>{element('caption', escaped(caption))}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{rest}"
