"""Hits for people (a rich table of paragraphs) and for programs (JSON, JSON lines, CSV, Markdown, ids)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from reftel.render.safe import json_text, safe_cell, safe_line, safe_markdown, safe_text

if TYPE_CHECKING:
    from rich.text import Text

    from reftel.schema.cable import Cable
    from reftel.search.results import Highlights, Hit, HitParagraph, Page

CSV_COLUMNS = ("key", "id", "score", "date", "classification", "caveats", "from", "subject", "signers", "paragraph", "mark", "text", "source")
"""One row a hit; the paragraph columns are those of the best paragraph."""


def render_ids(hits: Iterable[Hit]) -> Iterator[str]:
    """One key a line."""
    return (safe_line(hit.key) for hit in hits)


def render_jsonl(hits: Iterable[Hit]) -> Iterator[str]:
    """One JSON object a line."""
    return (json_text(hit.to_dict()) for hit in hits)


def render_json(page: Page) -> str:
    """The whole page as one JSON object."""
    return json_text(page.to_dict(), indent=2)


def csv_line(cells: Iterable[object]) -> str:
    """A CSV line without its line end; cells are made safe for spreadsheets."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow([safe_cell(cell) if isinstance(cell, str) else cell for cell in cells])
    return buffer.getvalue().removesuffix("\n")


def render_csv(hits: Iterable[Hit]) -> Iterator[str]:
    """A header line and one line a hit."""
    yield csv_line(CSV_COLUMNS)
    for hit in hits:
        best = hit.paragraphs[0] if hit.paragraphs else None
        cable = hit.cable
        yield csv_line(
            (
                hit.key, cable.id, round(hit.score, 4), cable.date, cable.classification, ";".join(cable.caveats), cable.post or cable.origin,
                cable.subject, ";".join(cable.signers), best.number if best else None, best.mark if best else None,
                " ".join(best.text.split()) if best else None, cable.source.path if cable.source else None,
            )
        )  # fmt: skip


def render_markdown(hits: Iterable[Hit]) -> Iterator[str]:
    """A section a hit: the cable's line, then its paragraphs as quotations with the matched words in bold."""
    for hit in hits:
        yield f"## {safe_markdown(hit.key)}: {safe_markdown(_one_line(hit.cable.subject or '(no subject)'))}"
        yield ""
        yield safe_markdown(" · ".join(describe(hit.cable)))
        yield ""
        for paragraph in hit.paragraphs:
            yield f"> {safe_markdown(label(paragraph))} {_bold(paragraph)}"
            yield ""


def _bold(paragraph: HitParagraph) -> str:
    parts, place = [], 0
    for start, end in paragraph.highlights:
        parts += [safe_markdown(paragraph.text[place:start]), f"**{safe_markdown(paragraph.text[start:end])}**"]
        place = end
    parts.append(safe_markdown(paragraph.text[place:]))
    return " ".join("".join(parts).split())


def _one_line(text: str) -> str:
    return " ".join(text.split())


def describe(cable: Cable) -> list[str]:
    """Date, classification with caveats, origin, signers: the parts of a hit's first line, those that are known."""
    date = (cable.date or "").replace("T", " ").removesuffix("Z")
    shown = {"minute": 16, "hour": 13, "day": 10, "month": 7, "year": 4}
    parts = [
        date[: shown.get(cable.date_precision or "minute", 16)] + ("h" if cable.date_precision == "hour" else ""),
        "//".join(filter(None, (cable.classification, *cable.caveats))),
        cable.origin or cable.post or "",
        ", ".join(cable.signers),
    ]
    return [part for part in parts if part]


def label(paragraph: HitParagraph) -> str:
    """Number and mark as a cable prints them: ``¶4. (C)``; ``¶`` alone for unnumbered, unmarked text."""
    number = f"¶{paragraph.number}." if paragraph.number is not None else "¶"
    return f"{number} ({paragraph.mark})" if paragraph.mark else number


def paragraph_text(text: str, highlights: Highlights, *, style: str = "bold yellow") -> Text:
    """Running text re-flowed to one line, with the highlighted ranges styled. Nothing in it is taken for markup."""
    from rich.text import Text  # noqa: PLC0415 - programs that ask for JSON do without rich

    result, place = Text(), 0
    for start, end in (*highlights, (len(text), len(text))):
        _append(result, text[place:start], None)
        _append(result, text[start:end], style)
        place = end
    return result


def _append(result: Text, text: str, style: str | None) -> None:
    flowing = safe_text(text)
    pieces = flowing.split()
    if not pieces:
        if flowing and not result.plain.endswith(" "):
            result.append(" ")
        return
    before = " " if flowing[0].isspace() and not result.plain.endswith(" ") else ""
    after = " " if flowing[-1].isspace() else ""
    result.append(f"{before}{' '.join(pieces)}{after}", style)
