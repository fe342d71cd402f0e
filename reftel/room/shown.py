"""How parts of a cable stand on a page. Whatever comes from a cable is escaped by the templates, and made visible by `safe_text`."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from reftel.render.excerpts import cut, excerpt
from reftel.render.hits import flow
from reftel.render.safe import safe_text
from reftel.room.wording import TEXTS, say
from reftel.schema.scales import LEVEL

Highlights = tuple[tuple[int, int], ...]
Piece = tuple[str, bool]
"""A piece of a text and whether it is marked."""

_SHOWN = {"minute": 16, "hour": 13, "day": 10, "month": 7, "year": 4}
_LONGEST_LINE = 400


def pieces(text: str, highlights: Highlights = ()) -> Iterator[Piece]:
    """A text in pieces, those marked among them."""
    place = 0
    for start, end in highlights:
        if start > place:
            yield text[place:start], False
        yield text[start:end], True
        place = end
    if place < len(text):
        yield text[place:], False


def excerpted(text: str, highlights: Highlights) -> Iterator[Piece]:
    """A paragraph as a hit shows it: re-flowed, and of a long one the parts that answer."""
    line, places = flow(text, highlights)
    for printed, piece in cut(line, excerpt(line, places)):
        if piece is None:
            yield printed, False
        else:
            start, end = piece
            inside = tuple((max(first, start) - start, min(last, end) - start) for first, last in places if first < end and last > start)
            yield from pieces(printed, inside)


def lines(text: str, highlights: Highlights = (), longest: int = _LONGEST_LINE) -> Iterator[Piece]:
    """A text on one line, cut where it is very long."""
    line, places = flow(text, highlights)
    yield from pieces(line[:longest] + ("…" if len(line) > longest else ""), tuple(place for place in places if place[1] <= longest))


def blocks(text: str, highlights: Highlights) -> Iterator[list[Piece]]:
    """The parts of a paragraph that empty lines set apart, as printed."""
    start = 0
    for gap in (*re.finditer(r"\n[ \t]*\n\s*", text), None):
        end = gap.start() if gap else len(text)
        inside = tuple((max(first, start) - start, min(last, end) - start) for first, last in highlights if first < end and last > start)
        if text[start:end].strip():
            yield list(pieces(text[start:end], inside))
        start = gap.end() if gap else end


def level(classification: str | None) -> str:
    """A short name of a classification, for its colour."""
    return mark_level(LEVEL.name(classification or ""))


def mark_level(name: str | None) -> str:
    """The same of a paragraph's level."""
    return (name or "none").lower()


def moment(date: str | None, precision: str | None) -> str:
    """A date as far as it is known: ``2008-02-13 05:12``."""
    return (date or "").replace("T", " ").removesuffix("Z")[: _SHOWN.get(precision or "", 16)]


def path_of(key: str, rest: str = "") -> str:
    """The address of a cable."""
    return f"/cable/{quote(key, safe='')}{rest}"


def environment() -> Environment:
    """The templates, where everything is escaped and nothing unseen gets through."""

    def finalize(value: Any) -> Any:
        return value if isinstance(value, Markup) or not isinstance(value, str) else safe_text(value)

    made = Environment(
        loader=PackageLoader("reftel.room"), autoescape=True, finalize=finalize, trim_blocks=True, lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip
    made.globals.update(
        say=say, texts=TEXTS, pieces=pieces, excerpted=excerpted, lines=lines, blocks=blocks, level=level, mark_level=mark_level, moment=moment,
        path_of=path_of, safe_text=safe_text,
    )  # fmt: skip
    return made


def places(paths: Sequence[str]) -> list[str]:
    """The names of files from the folder on that all of them lie in: where that is on this machine is nobody's business who reads here."""
    parts = [path.split("/") for path in paths]
    levels = zip(*(each[:-1] for each in parts), strict=False)
    shared = sum(1 for _ in itertools.takewhile(lambda level: len(set(level)) == 1, levels))
    return ["/".join(each[shared:]) for each in parts]
