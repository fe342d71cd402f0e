"""Citations for people (two lists, or a thread in time order) and for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from reftel.render.hits import csv_line
from reftel.render.safe import json_text, safe_line, safe_markdown

if TYPE_CHECKING:
    from rich.console import Console

    from reftel.search.citations import Citation, Citations, CitedCable

ABSENT = "not in the archive"
_COLUMNS = ("source", "label", "target", "raw", "assumed_year", "other", "in_archive", "date", "subject")


def _note(link: Citation) -> str:
    """What a reader should know about how a reference was read."""
    if link.assumed_year:
        return f"assumed year: none is printed, and {link.other} is not in the archive or later than {link.source}"
    return f"no year is printed: may also mean {link.other}" if link.other else ""


def render_jsonl(graph: Citations) -> Iterator[str]:
    """A reference a line."""
    return (json_text(link.to_dict()) for link in graph.links)


def render_csv(graph: Citations) -> Iterator[str]:
    """A reference a line, with date and subject of the cited cable."""
    yield csv_line(_COLUMNS)
    cables = {cable.key: cable for cable in graph.cables}
    for link in graph.links:
        cited = cables.get(link.target or "")
        known = (str(cited.in_archive).lower(), cited.date, cited.subject) if cited else (None, None, None)
        yield csv_line(
            (link.source, link.label, link.target, link.raw, str(link.assumed_year).lower(), link.other, *known)
        )


def render_ids(graph: Citations) -> Iterator[str]:
    """The key of every cable in time order, but for the one asked for."""
    alone = graph.roots if len(graph.roots) == 1 else ()
    return (safe_line(cable.key) for cable in graph.thread() if cable.key not in alone)


def render_markdown(graph: Citations) -> Iterator[str]:
    """A list in time order, each cable with what it cites below it."""
    for cable in graph.thread():
        yield f"- **{safe_markdown(cable.key)}** {safe_markdown(_line(cable))}"
        for link in graph.cites(cable.key):
            label = f"{link.label}. " if link.label else ""
            yield "  - " + safe_markdown(
                safe_line(f"{label}{link.target or link.raw} {_bracketed(_note(link))}").rstrip()
            )


LINES = {"jsonl": render_jsonl, "csv": render_csv, "ids": render_ids, "md": render_markdown}


def print_citations(console: Console, graph: Citations) -> None:
    """The cable, what it cites in printed order, and what cites it by date; further steps as a thread below."""
    cables = {cable.key: cable for cable in graph.cables}
    for root in graph.roots:
        _print_cable(console, cables[root])
        if graph.direction != "in":
            _print_links(console, "cites", [(link, cables.get(link.target or "")) for link in graph.cites(root)])
        if graph.direction != "out":
            _print_links(console, "cited by", [(link, cables.get(link.source)) for link in graph.cited_by(root)])
    if any(cable.distance > 1 for cable in graph.cables):
        console.print("\nthread", style="bold")
        print_thread(console, graph)


def _print_links(console: Console, title: str, links: Iterable[tuple[Citation, CitedCable | None]]) -> None:
    from reftel.render.console import print_hanging  # noqa: PLC0415 - rich is slow to load

    rows = list(links)
    console.print(f"\n{title}" if rows else f"\n{title}: nothing", style="bold")
    for link, cable in rows:
        label = f"{safe_line(link.label)}. " if link.label and title == "cites" else ""
        if cable is None:
            print_hanging(console, f"  {label}{safe_line(link.raw)}  ({safe_line(link.kind)})")
        else:
            print_hanging(console, f"  {label}{_shown(cable)}")
        if note := _note(link):
            print_hanging(console, f"      {safe_line(note)}", style="yellow")


def print_thread(console: Console, graph: Citations) -> None:
    """Every cable in time order, with the ids that it cites."""
    from reftel.render.console import print_hanging  # noqa: PLC0415 - rich is slow to load

    roots = set(graph.roots)
    for cable in graph.thread():
        mark = "*" if cable.key in roots and len(graph.cables) > len(roots) else " "
        print_hanging(console, f"{mark} {_shown(cable)}", style="bold" if mark == "*" else "")
        links = [link for link in graph.cites(cable.key) if link.target]
        if links:
            parts = [
                f"{link.label + '. ' if link.label else ''}{link.target}{' (assumed year)' if link.assumed_year else ''}"
                for link in links
            ]
            print_hanging(console, f"      cites {safe_line(', '.join(parts))}", style="dim")


def _print_cable(console: Console, cable: CitedCable) -> None:
    from reftel.render.console import print_hanging  # noqa: PLC0415 - rich is slow to load

    print_hanging(console, _shown(cable), style="bold")


def _shown(cable: CitedCable) -> str:
    return f"{safe_line(cable.key)}  {_line(cable)}"


def _line(cable: CitedCable) -> str:
    if not cable.in_archive:
        return f"({ABSENT})"
    date = (cable.date or "undated")[:10]
    return "  ".join(
        map(safe_line, filter(None, (date, cable.classification, cable.origin, cable.subject or "(no subject)")))
    )


def _bracketed(text: str) -> str:
    return f"({text})" if text else ""
