"""Hits for people (a rich table of paragraphs) and for programs (JSON, JSON lines, CSV, Markdown, ids)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from reftel.base.patterns import regex
from reftel.render.safe import json_text, safe_cell, safe_line, safe_markdown, safe_text
from reftel.schema.names import one_line

if TYPE_CHECKING:
    from rich.text import Text

    from reftel.schema.cable import Cable
    from reftel.search.results import Highlights, Hit, HitParagraph, Page

_SUBJECT = "subject"
_QUOTED = regex('[",;\t\r\n]')

CSV_COLUMNS = ("key", "id", "score", "date", "classification", "caveats", "from", "subject", "signers", "paragraph", "mark", "text", "source")
"""One row a hit; the paragraph columns are those of the best paragraph."""


def render_ids(hits: Iterable[Hit | str]) -> Iterator[str]:
    """One key a line, of hits or as it is."""
    return (safe_line(hit if isinstance(hit, str) else hit.key) for hit in hits)


def render_jsonl(hits: Iterable[Hit]) -> Iterator[str]:
    """One JSON object a line."""
    return (json_text(hit.to_dict()) for hit in hits)


def render_json(page: Page) -> str:
    """The whole page as one JSON object."""
    return json_text(page.to_dict(), indent=2)


def csv_line(cells: Iterable[object]) -> str:
    """A CSV line without its line end; cells are made safe for spreadsheets, and stand in quotes whatever it is of ``, ; tab`` that they hold."""
    line = ",".join(map(_csv_cell, cells))
    return line or '""'


def _csv_cell(cell: object) -> str:
    if cell is None:
        return ""
    text = safe_cell(cell) if isinstance(cell, str) else str(cell)
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


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
                " ".join(best.text.split()) if best else None, one_line(cable.source.path) if cable.source else None,
            )
        )  # fmt: skip


def render_markdown(hits: Iterable[Hit]) -> Iterator[str]:
    """A section a hit: the cable's line, then its paragraphs as quotations with the matched words in bold."""
    for hit in hits:
        yield f"## {safe_markdown(hit.key)}: {safe_markdown(_one_line(hit.cable.subject or '') or '(no subject)')}"
        yield ""
        yield safe_markdown(" · ".join(describe(hit.cable)))
        yield ""
        for name, text, highlights in found_lines(hit):
            yield f"> {safe_markdown(name)}: {_bold(text, highlights)}"
            yield ""
        for paragraph in hit.paragraphs:
            yield f"> {safe_markdown(label(paragraph))} {_bold(paragraph.text, paragraph.highlights)}"
            yield ""


def _bold(text: str, highlights: Highlights) -> str:
    parts, place = [], 0
    for start, end in highlights:
        parts += [safe_markdown(text[place:start]), f"**{safe_markdown(text[start:end])}**"]
        place = end
    parts.append(safe_markdown(text[place:]))
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
    return [part for part in parts if part.strip()]


def label(paragraph: HitParagraph) -> str:
    """Number and mark as a cable prints them: ``¶4. (C)``; ``¶`` alone for unnumbered, unmarked text."""
    number = f"¶{paragraph.number}." if paragraph.number is not None else "¶"
    return f"{number} ({paragraph.mark})" if paragraph.mark else number


_PARTS = {"refs": "REF", "citedby": "cited by", "signer": "signed", "classifiedby": "classified by"}
"""How a line is introduced, where not by the name of its part."""


def found_lines(hit: Hit) -> Iterator[tuple[str, str, Highlights]]:
    """What is printed of `Hit.found_by`, a line each: its name, its text and where in it the words stand.

    Lines of the cable by part, then in one line the subject, which is printed above, and the values of fields.
    """
    lines: dict[str, tuple[str, Highlights]] = {}
    values = list[str]()
    for each in hit.found_by:
        if each.highlights and each.part != _SUBJECT:
            before, places = lines.get(each.part, ("", ()))
            before += "; " if before else ""
            lines[each.part] = before + each.text, (*places, *((start + len(before), end + len(before)) for start, end in each.highlights))
        else:
            values.append(each.part if each.highlights else f"{each.part} {each.text}")
    for part, (text, highlights) in lines.items():
        yield _PARTS.get(part, part), text, highlights
    if values:
        yield "found by", "; ".join(values), ()


def paragraph_text(text: str, highlights: Highlights, *, style: str = "bold yellow") -> Text:
    """Running text re-flowed to one line, with the highlighted ranges styled. Nothing in it is taken for markup."""
    from rich.text import Text  # noqa: PLC0415 - programs that ask for JSON do without rich

    result = Text()
    for added, matched in _flowing(text, highlights):
        result.append(added, style if matched else None)
    return result


def flow(text: str, highlights: Highlights) -> tuple[str, Highlights]:
    """What `paragraph_text` gives, without styles; and where its highlighted words stand."""
    pieces, places, end = list[str](), list[tuple[int, int]](), 0
    for piece, matched in _flowing(text, highlights):
        pieces.append(piece)
        if matched:
            places.append((end, end + len(piece)))
        end += len(piece)
    return "".join(pieces), tuple(places)


def _flowing(text: str, highlights: Highlights) -> Iterator[tuple[str, bool]]:
    """The pieces of a re-flowed text, and whether each is highlighted: runs of blanks are one blank, which no highlight is for alone."""
    place, after_blank = 0, False
    for start, end in (*highlights, (len(text), len(text))):
        for piece, matched in ((text[place:start], False), (text[start:end], True)):
            added = _reflow(safe_text(piece), after_blank=after_blank)
            if added:
                yield added, matched and added != " "
                after_blank = added.endswith(" ")
        place = end


def _reflow(piece: str, *, after_blank: bool) -> str:
    words = " ".join(piece.split())
    before = " " if piece[:1].isspace() and not after_blank else ""
    return f"{before}{words}{' ' if piece[-1:].isspace() else ''}" if words else before


def total_line(page: Page) -> str:
    """How many cables matched, and which of them are shown."""
    count = f"{page.total:,} cable{'' if page.total == 1 else 's'}"
    if not page.total or len(page.hits) == page.total:
        return count
    if not page.hits:
        return f"{count}, none from {page.offset + 1}" if page.offset else count
    return f"{count}, {page.offset + 1} to {page.offset + len(page.hits)} shown"
