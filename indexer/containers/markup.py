"""HTML read as the mirrors wrote it: their own tags are markup, every other ``<`` and ``&`` is text.

The sites escaped nothing inside ``<pre>``, so that ``<218634>`` and ``R&D;`` would be lost to a parser that takes HTML at its word.
Parsing never follows a link, loads a DTD or expands an entity of the document.
"""

from __future__ import annotations

import re

from lxml import etree

from reftel.indexer.containers.decoding import plain_line_ends
from reftel.schema.errors import SourceError

_TAGS = (
    "a|abbr|b|big|blockquote|body|br|button|center|code|col|colgroup|dd|div|dl|dt|em|fieldset|font|footer|form|h1|h2|h3|h4|h5|h6|head"
    "|header|hr|html|i|img|input|label|li|link|main|meta|nav|noscript|ol|option|p|pre|script|section|select|small|span|strong|style|sub|sup"
    "|table|tbody|td|textarea|tfoot|th|thead|title|tr|tt|u|ul"
)
# <218634>, <j.smith@example.org>, a < b; the first branch only spares most of them the list of tags
_TEXT_ANGLE = re.compile(rf"<(?:(?!/?[a-z]|!)|(?!/?(?:{_TAGS})[\s/>]|!--|!DOCTYPE))", re.IGNORECASE)
_TEXT_AMPERSAND = re.compile(r"&(?!#[0-9]{1,6};|#[xX][0-9A-Fa-f]{1,5};|(?:amp|lt|gt|quot|apos|nbsp|para);)")  # R&D; AT&T
_NOT_XML = "\x00\ufffe\uffff"
_SWALLOWING = [
    (re.compile(opening, re.IGNORECASE), re.compile(closing, re.IGNORECASE), instead)
    for opening, closing, instead in (
        ("<!--", "-->", ""), *((rf"<{tag}(?=[\s/>])", f"</{tag}", "<p") for tag in ("script", "style", "textarea", "title"))
    )
]  # fmt: skip
MAX_TAG = 2000
"""Characters of the longest tag that is parsed as it is; parsers take the square of the number of its attributes."""
MAX_SWALLOWING = 20
"""Long tags without an end that are taken for text; each is read up to where it might end."""
_TAG = re.compile(r"""<(/?[a-z][a-z0-9]*)(?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+')?+)*+""", re.IGNORECASE)

# One of these shows where a tag may be long, which spares most pages the look at each tag.
_LONG = re.compile(rf"<[^>]{{{MAX_TAG}}}")
_QUOTED_ANGLE = re.compile(r"""=\s*(?:"[^"<>]*[<>]|'[^'<>]*[<>])""")


def escape_text(text: str) -> str:
    """``text`` with every ``<`` and ``&`` escaped that opens no known tag and no entity the sites use."""
    return _TEXT_ANGLE.sub("&lt;", _TEXT_AMPERSAND.sub("&amp;", text))


def parse_html(text: str, path: str) -> etree._Element | None:
    """Root of the parsed page; ``None`` where there is nothing to parse. `SourceError` for many tags without an end."""
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True)
    plain = plain_line_ends(escape_text(text))
    for character in _NOT_XML:
        plain = plain.replace(character, "\ufffd")
    data = _without_long_tags(plain, path).encode("utf-8", "replace")
    try:
        return etree.fromstring(data, parser) if data.strip() else None
    except (etree.ParserError, etree.XMLSyntaxError):
        return None


def _without_long_tags(text: str, path: str) -> str:
    """A page whose long tags have no attributes: none of those that are read is long, but a picture may stand in one.

    What would swallow other tags before it ends is no tag but text.
    """
    if not (_LONG.search(text) or _QUOTED_ANGLE.search(text)):
        return text
    parts, done, place, swallowing = list[str](), 0, 0, 0
    while tag := _TAG.search(text, place):
        place = tag.end()
        if place - tag.start() <= MAX_TAG:
            continue
        parts.append(text[done : tag.start()])
        if text.find("<", tag.start() + 1, place) < 0 and text.find(">", tag.start(), place) < 0:
            parts.append(f"<{tag[1]}")
        else:
            parts.append("&lt;")
            place = tag.start() + 1
            swallowing += 1
        done = place
        if swallowing > MAX_SWALLOWING:
            raise SourceError(f"an HTML page with more than {MAX_SWALLOWING} tags that do not end", path=path)
    return "".join((*parts, text[done:]))


def parse_opened(text: str, path: str) -> etree._Element | None:
    """The same where a comment, a script or the like that is never closed swallows all that stands behind it: its opening is passed over."""
    for opening, closing, instead in _SWALLOWING:
        end = max((match.end() for match in closing.finditer(text)), default=0)
        text = text[:end] + opening.sub(instead, text[end:])
    return parse_html(text, path)


def text_of(element: etree._Element) -> str:
    """All text inside ``element``, without markup."""
    return "".join(element.itertext())  # type: ignore[arg-type]


def texts_of(root: etree._Element, tag: str) -> list[str]:
    """Texts of the elements with a tag, in order; of those inside one another only that of the outermost, which holds the others'."""
    found = []
    walk = etree.iterwalk(root, events=("start",), tag=tag)
    for _event, element in walk:
        found.append(text_of(element))
        walk.skip_subtree()
    return found


def line_of(element: etree._Element) -> str:
    """The same on one line with single blanks."""
    return " ".join(text_of(element).split())
