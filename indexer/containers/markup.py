"""HTML read as the mirrors wrote it: their own tags are markup, every other ``<`` and ``&`` is text.

The sites escaped nothing inside ``<pre>``, so that ``<218634>`` and ``R&D;`` would be lost to a parser that takes HTML at its word.
Parsing never follows a link, loads a DTD or expands an entity of the document.
"""

from __future__ import annotations

import re

from lxml import etree

from reftel.schema.errors import SourceError

_TAGS = (
    "a|abbr|b|big|blockquote|body|br|button|center|code|col|colgroup|dd|div|dl|dt|em|fieldset|font|footer|form|h1|h2|h3|h4|h5|h6|head"
    "|header|hr|html|i|img|input|label|li|link|main|meta|nav|noscript|ol|option|p|pre|script|section|select|small|span|strong|style|sub|sup"
    "|table|tbody|td|textarea|tfoot|th|thead|title|tr|tt|u|ul"
)
# <218634>, <j.smith@example.org>, a < b; the first branch only spares most of them the list of tags
_TEXT_ANGLE = re.compile(rf"<(?:(?![a-z/!])|(?!/?(?:{_TAGS})[\s/>]|!--|!DOCTYPE))", re.IGNORECASE)
_TEXT_AMPERSAND = re.compile(r"&(?!#[0-9]{1,6};|#[xX][0-9A-Fa-f]{1,5};|(?:amp|lt|gt|quot|apos|nbsp|para);)")  # R&D; AT&T
_NOT_XML = "\x00\x0b\x0c\ufffe\uffff"
MAX_SOUP = 1 << 19
"""Characters up to which BeautifulSoup, thirty times slower, is asked where lxml cannot place the parts."""


def escape_text(text: str) -> str:
    """``text`` with every ``<`` and ``&`` escaped that opens no known tag and no entity the sites use."""
    return _TEXT_ANGLE.sub("&lt;", _TEXT_AMPERSAND.sub("&amp;", text))


def parse_html(text: str) -> etree._Element | None:
    """Root of the parsed page; ``None`` where there is nothing to parse."""
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True)
    plain = escape_text(text)
    for character in _NOT_XML:
        plain = plain.replace(character, "\ufffd")
    data = plain.encode("utf-8", "replace")
    try:
        return etree.fromstring(data, parser) if data.strip() else None
    except (etree.ParserError, etree.XMLSyntaxError):
        return None


def parse_soup(text: str, path: str) -> etree._Element | None:
    """The same by BeautifulSoup's forgiving parser, given back as an lxml tree; ``None`` where that cannot find a text either."""
    if len(text) > MAX_SOUP or "<pre" not in text.lower() or len(escaped := escape_text(text)) > MAX_SOUP:
        return None
    from bs4 import BeautifulSoup  # noqa: PLC0415 - slow to load and hardly ever needed

    try:
        return parse_html(str(BeautifulSoup(escaped, "html.parser")))
    except RecursionError as error:
        raise SourceError("an HTML page nested too deeply", path=path) from error


def text_of(element: etree._Element) -> str:
    """All text inside ``element``, without markup."""
    return "".join(element.itertext())  # type: ignore[arg-type]


def line_of(element: etree._Element) -> str:
    """The same on one line with single blanks."""
    return " ".join(text_of(element).split())
