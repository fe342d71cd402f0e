"""Text from a cable is data wherever it goes: no escape sequence reaches a terminal, no cell starts a formula, no markup is obeyed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from reftel.base.patterns import regex
from reftel.schema.names import one_line

# What is not seen, or makes a terminal do something: C0 controls but tab and newline, DEL, C1 controls (0x9B alone starts an escape
# sequence on some terminals), soft hyphens, the characters that change text direction, the Unicode line and paragraph separators, whatever
# has no width (joiners, fillers, annotation and format controls, variation selectors, tags, byte order marks), and bytes that a name of a
# file holds and that are no UTF-8.
_UNSEEN = (
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
)
_UNSAFE = regex(f"{_UNSEEN}]")
_UNSAFE_ANYWHERE = f"{_UNSEEN}\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"  # much slower
_CONTROLS = "\xa0"  # whatever is below it never belongs to a text


def safe_text(text: str) -> str:
    r"""``text`` with what cannot be seen made visible: ESC becomes ``␛``, others ``\x9b``, ``\u202e`` or ``\U000e0041``.

    What belongs to the writing stays: joiners in Arabic or Hindi words and in emoji, a variation selector behind its sign.
    """
    if text.isascii() and text.isprintable():
        return text
    return _replaced(text, _visible)


def _replaced(text: str, replace: Callable[[re.Match[str]], str]) -> str:
    """``text`` with every character that cannot be seen replaced, but for those that belong to the writing."""

    def change(match: re.Match[str]) -> str:
        return match.group() if match.group() > _CONTROLS and _belongs(match) else replace(match)

    if not text.isascii() and len(text.encode("utf-16-le", "surrogatepass")) > 2 * len(text):
        # Both kinds at once, since what belongs is told by the neighbours.
        return re.sub(_UNSAFE_ANYWHERE, change, text)
    return _UNSAFE.sub(change, text)


def _visible(match: re.Match[str]) -> str:
    character = match.group()
    code = ord(character)
    if character == "\r":
        return ""
    if code < 0x20:
        return chr(0x2400 + code)
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _belongs(match: re.Match[str]) -> bool:
    from reftel.render.writing import belongs  # noqa: PLC0415 - few texts have any such character

    return belongs(match.string, match.start())


def safe_name(name: str) -> str:
    """A file's name on one line, every blank of it kept."""
    return safe_text(one_line(name))


def safe_line(text: str) -> str:
    """`safe_text` on one line, blanks collapsed."""
    return safe_text(" ".join(text.split()))


# Patterns from here on are compiled when they are first needed: a search starts without them.
#
# A spreadsheet takes a cell for a formula by its first sign; some skip blanks and quotes before it, some fold the full-width forms. And which
# cells there are depends on what it splits at: a semicolon, a tab or a line break inside of one may begin another.
_SIGNS = "=+\\-@＝＋－＠﹦﹢﹣﹫"
_BEFORE_SIGN = rf"""(?:[^\S\t\n\r]|["'\u200c\u200d\ufe00-\ufe0f])*[{_SIGNS}]"""
_FIRST_CELL = rf"""{_BEFORE_SIGN}|["']*[\t\n\r]"""
_LATER_CELL = rf"""[;\t\n\r](?:(?={_BEFORE_SIGN})|(?<!\t)(?=["']*\t))"""


def safe_cell(text: str) -> str:
    """A CSV cell: `safe_text`, with ``'`` in front of what a spreadsheet would take for a formula, whatever it splits cells at.

    ``"=1+1"`` -> ``"'=1+1"``; ``"a;=1+1"`` -> ``"a;'=1+1"``. Where such a place has a ``'`` already it gets one more, so that taking one away
    there gives the text back.
    """
    cleaned = re.sub(_LATER_CELL, r"\g<0>'", safe_text(text))
    return f"'{cleaned}" if re.match(_FIRST_CELL, cleaned) else cleaned


_MARKUP = r"(?i)[\\`*_{}\[\]<>|~&$#@:/.](?:(?<=:)//|(?<=/)/(?=localhost)|(?<=[#@])[#@]+)?"
_IN_DOMAIN = r"(?i)(?<=\w)\.(?=[^\W\d_]{2})|(?<=www)\."
_LINE_START = r"^( ?)([-+=:%])"
_NUMBER_START = r"^( ?\d+)([.)])"


def safe_markdown(text: str) -> str:
    r"""`safe_text` on one line, with everything written so that neither Markdown nor HTML takes it for markup, and nothing becomes a link.

    Blanks at both ends are kept, as one. ``"<b> a*b"`` -> ``"\<b\> a\*b"``. A ``@`` or ``#`` of a name, an address or a number stands in a code
    span: some sites make links of these behind any escape.
    """
    line = re.sub(_MARKUP, _escaped, _on_one_line(safe_text(text)))
    return re.sub(_NUMBER_START, r"\1\\\2", re.sub(_LINE_START, r"\1\\\2", line))


def _on_one_line(text: str) -> str:
    line = " ".join(text.split())
    return f"{' ' if text[:1].isspace() else ''}{line}{' ' if line and text[-1:].isspace() else ''}"


def _in_domain(text: str, place: int) -> bool:
    return re.compile(_IN_DOMAIN).match(text, place) is not None


def _escaped(match: re.Match[str]) -> str:
    sign, text, end = match.group(), match.string, match.end()
    if sign in (":", "/") or (sign == "." and not _in_domain(text, match.start())):
        return sign
    alone = text[max(0, match.start() - 1) : end + 1] == f" {sign} "
    if sign[0] in "@#" and not alone and ("@" in sign or end == len(text) or text[end].isalnum()):
        return f"`{sign}`"
    return "".join(f"\\{character}" for character in sign)


def json_text(value: Any, *, indent: int | None = None) -> str:
    r"""JSON that is exact and still safe on a terminal: what `safe_text` makes visible stands as ``\u`` escapes."""
    import json  # noqa: PLC0415 - a search that is shown does without

    return _replaced(json.dumps(value, ensure_ascii=False, indent=indent), lambda match: json.dumps(match.group())[1:-1])
