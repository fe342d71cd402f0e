"""A record page of the State Department's archives on the Web (PlusD): the telegram and its metadata as ``Key: value``.

The pages changed their layout over the years, so no element is relied on: the telegram is the longest ``<pre>`` (else the text between
the known labels), the metadata are the cells, definitions and lines that begin with a known label.
"""

from __future__ import annotations

import itertools

from lxml import etree

from reftel.indexer.containers import markup, nara
from reftel.indexer.message import Message
from reftel.schema.cable import Source
from reftel.schema.errors import SourceError

_BLOCKS = frozenset({"p", "div", "tr", "li", "dt", "dd", "br", "h1", "h2", "h3", "h4", "table", "pre", "ul", "section"})
_PAIRED = (("th", "td"), ("dt", "dd"))
_CELLS = ("th", "td", "dt", "dd", "tr")


def read_page(text: str, path: str) -> Message | None:
    """The cable of a record page; ``None`` for a page without labels that only the archives' metadata have.

    Raises `SourceError` where the page holds no text.
    """
    root = markup.parse_html(text, path)
    pairs = [] if root is None else _pairs(root)
    if root is None or len({label for label, _ in pairs}) < nara.MIN_PAIRS:
        return None
    blocks = markup.texts_of(root, "pre")
    telegram, attributes = nara.split_record(max(reversed(blocks), key=len) if blocks else _lines(root))
    known = dict(attributes)
    more = tuple(pair for pair in pairs if pair[0] not in known and nara.says_something(pair[1]))
    if not telegram.strip():
        raise SourceError("a page without the text of a cable", path=path)
    return nara.message_from_record(telegram, attributes + more, Source(path, "plusd-html"))


def _pairs(root: etree._Element) -> list[tuple[str, str]]:
    """Known labels with their values: from paired cells, and from lines outside ``<pre>``."""
    pairs = []
    for head, value in _PAIRED:
        for element in root.iter(head):
            after = element.getnext()
            if after is not None and after.tag == value and _is_innermost(element) and _is_innermost(after):
                pairs.append(f"{markup.line_of(element).rstrip(':')}: {markup.line_of(after)}")
    for row in root.iter("tr"):
        if _is_innermost(row, "tr"):
            cells = list(itertools.islice(row.iter("td"), 3))
            if len(cells) == 2 and all(map(_is_innermost, cells)):
                pairs.append(f"{markup.line_of(cells[0]).rstrip(':')}: {markup.line_of(cells[1])}")
    found = [pair for line in pairs for pair in nara.parse_pairs(line)]
    return found + nara.parse_pairs(_lines(root))


def _is_innermost(element: etree._Element, *tags: str) -> bool:
    """Whether an element holds no cell of its own: what holds some is there for the layout, and would be read once for each that it is in."""
    return next((inner for inner in element.iter(*(tags or _CELLS)) if inner is not element), None) is None


def _lines(root: etree._Element) -> str:
    """Text of the page as a browser shows it: block elements begin lines, scripts and styles are left out."""
    parts: list[str] = []
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if element.tag in _BLOCKS:
            parts.append("\n")
        if event == "start" and element.tag not in ("script", "style"):
            parts.append(element.text or "")
        elif event == "end":
            parts.append(element.tail or "")
    return "\n".join(line.strip() for line in "".join(parts).split("\n") if line.strip())
