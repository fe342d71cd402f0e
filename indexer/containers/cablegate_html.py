"""A page of a Cablegate mirror: a table of five cells, then the header and the body in two ``<code><pre>`` blocks (CABLE_FORMATS 1.1)."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence

from lxml import etree

from reftel.indexer.containers import markup, mirror_form
from reftel.indexer.message import Message
from reftel.schema.cable import Source
from reftel.schema.errors import SourceError

_START = re.compile(r"<h3>\s{0,9}Viewing cable|<table class=.cable.", re.IGNORECASE)
HEADING = "<h3>Viewing cable"
"""What the part of a page begins with that is the cable's."""
_COLUMNS = 10  # five in the mirrors
_TITLE = re.compile(r"Viewing cable\s+[^,]{0,60},\s*(.*)", re.DOTALL)


def find_cable(text: str) -> int | None:
    """Offset where an HTML text becomes the page of a cable, behind the site's navigation; ``None`` if it is no page of a mirror."""
    place = text.find("<h3>")  # as a rule the only one, and found sooner than the whole
    if not text.startswith(HEADING, place):
        place = text.find(HEADING)
    if place >= 0:
        return place
    start = _START.search(text)
    return start.start() if start else None


def read_page(text: str, path: str, start: int = 0) -> Message:
    """The cable of a page, which begins at ``start``. A page cut off in its first block has no header: that block is then the whole text.

    Raises `SourceError` where the page holds no text of a cable.
    """
    if plain := mirror_form.read_form(text, start):
        return _message(plain.blocks, plain.cells, _title_in(plain.title), path)
    part = text[start:]  # most of a page is the site's navigation
    root = markup.parse_html(part, path)
    blocks = _blocks(root)
    if not blocks:
        root = markup.parse_opened(part, path)
        blocks = _blocks(root)
    if not blocks or root is None:
        raise SourceError("a page without the text of a cable", path=path)
    return _message(blocks, _cells(root), _title(root), path)


def _message(blocks: Sequence[str], cells: Mapping[str, str], title: str | None, path: str) -> Message:
    return Message(
        body=blocks[-1],
        header=blocks[0] if len(blocks) > 1 else None,
        source=Source(path, "cablegate-html"),
        title=title,
        printed_id=cells.get("reference id"),
        date=cells.get("created"),
        released=cells.get("released"),
        classification=cells.get("classification"),
        origin=cells.get("origin"),
    )


def _blocks(root: etree._Element | None) -> list[str]:
    if root is None:
        return []
    return [markup.text_of(block) for block in itertools.islice(root.iter("pre"), 2)]


def _cells(root: etree._Element) -> dict[str, str]:
    """Cells of the table under the heads of their columns in lower case, so that a missing column shifts nothing."""
    table = next((table for table in root.iter("table") if table.get("class") == "cable"), None)
    if table is None:
        return {}
    heads = map(markup.text_of, itertools.islice(table.iter("th"), _COLUMNS))
    return mirror_form.by_head(heads, map(markup.text_of, table.iter("td")))


def _title(root: etree._Element) -> str | None:
    for heading in root.iter("h3"):
        if (text := markup.text_of(heading)) and _TITLE.search(text):
            return _title_in(text)
    return None


def _title_in(heading: str) -> str | None:
    match = _TITLE.search(heading)
    return " ".join(match[1].split()) or None if match else None
