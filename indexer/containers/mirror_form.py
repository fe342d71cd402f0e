"""A mirror's page in the one form in which the site's program wrote nearly all of them, read without a parser of HTML, in a fraction of its time.

A page that differs from the form in anything, be it one unknown tag or sign, is left to the parser, so that what is read is the same.
"""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Iterable

import msgspec

_ATTRIBUTES = r"""(?:[ ][\w-]++=(?:'[^'<>]*+'|"[^"<>]*+"))*+"""
_LINK = rf"<a{_ATTRIBUTES}>([^<]*+)</a>"
_CELL = rf"<td(?:[ ]colspan='\d')?>(?:[^<]++|{_LINK}|<br[ ]?/?>)*+</td>"
_FRONT = re.compile(
    rf"""<h3>(?P<title>[^<]*+)</h3>
        (?: [^<]++ | {_LINK} | <b>[^<]*+</b> | <br[ ]?/?> | </?(?:div|ul|li)> | <div[ ]id='\w++'> )*+
        <table[ ]class='cable'> \s*+ <tr> (?P<heads>(?:\s*+<th>[^<]*+</th>){{1,10}}+) \s*+ </tr>
        (?P<rows>(?: \s*+ <tr> (?:\s*+{_CELL})++ \s*+ </tr> )*+) \s*+ </table> \s*+""",
    re.VERBOSE,
)
_BLOCK, _BLOCK_END = "<code><pre>", "</pre></code>"
_BACK = re.compile(rf"(?:\s++|</(?:div|body|html)>|<script{_ATTRIBUTES}></script>)*+\Z", re.VERBOSE)
_LINKS = re.compile(_LINK, re.VERBOSE)
_ENTITY = re.compile(r"&(?:#([0-9]{1,6})|#[xX]([0-9A-Fa-f]{1,5})|(amp|lt|gt|quot|apos|nbsp|para));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'", "nbsp": "\xa0", "para": "¶"}
_LINE_BREAK = "&#x000A;"
_COMMON = bytes(range(32, 127)) + b"\t\n"
_CHANGED = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")  # by a parser, or where line ends are read
_CELLS = re.compile(r"<t[hd][^>]*+>([^<]*+)</t")
_BREAK = re.compile(r"<br ?/?>")
_first = operator.itemgetter(1)


class Form(msgspec.Struct, frozen=True, gc=False):
    """What stands in a page: its heading, the cells under the heads of their columns, the header and the body."""

    title: str
    cells: dict[str, str]
    blocks: tuple[str, str]


def read_form(text: str, start: int) -> Form | None:
    """The page that begins at ``start``; ``None`` where it differs from the form."""
    front = _FRONT.match(text, start)
    if front is None:
        return None
    header, end = _block(text, front.end())
    body, end = _block(text, end + (text[end : end + 1] == "\n"))
    title, heads, values = _plain(front["title"]), _plain_cells(front["heads"]), _plain_cells(front["rows"])
    if header is None or body is None or title is None or heads is None or values is None or not _BACK.match(text, end):
        return None
    return Form(title, by_head(heads, values), (header, body))


def by_head(heads: Iterable[str], values: Iterable[str]) -> dict[str, str]:
    """Cells on one line each under the heads of their columns in small letters, so that a missing column shifts nothing; empty ones are left out."""
    lines = ((" ".join(head.split()), " ".join(value.split())) for head, value in zip(heads, values, strict=False))
    return {head.lower(): value for head, value in lines if value}


def _block(text: str, start: int) -> tuple[str | None, int]:
    """The text of the block that begins at ``start``, and where it ends."""
    end = text.find(_BLOCK_END, start) if text.startswith(_BLOCK, start) else -1
    return (_plain(text[start + len(_BLOCK) : end]), end + len(_BLOCK_END)) if end >= 0 else (None, start)


@functools.lru_cache(64)  # most pages have the same heads
def _plain_cells(row: str) -> list[str] | None:
    cells = [_plain(cell) for cell in _CELLS.findall(_LINKS.sub(_first, _BREAK.sub("", row)))]
    found = [cell for cell in cells if cell is not None]
    return found if len(found) == len(cells) else None


def _plain(content: str) -> str | None:
    """The text of a content that has only links in it; ``None`` where it has other tags, or signs that a parser changes."""
    if "&" not in content and content.isascii() and content.isprintable() and "<" not in content:
        return content
    text = content.replace(_LINE_BREAK, "\n")
    if "<" in text:
        text = _LINKS.sub(_first, text)
    if "<" in text:
        return None
    if "&" in text:
        text = _ENTITY.sub(_character, text)
    uncommon = text.encode("utf-8", "surrogatepass").translate(None, _COMMON)
    return None if uncommon and _CHANGED.search(uncommon.decode("utf-8", "surrogatepass")) else text


def _character(entity: re.Match[str]) -> str:
    """What an entity stands for."""
    decimal, hexadecimal, name = entity.groups()
    return _NAMED[name] if name else chr(int(decimal) if decimal else int(hexadecimal, 16))
