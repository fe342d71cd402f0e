"""Text from a cable is data wherever it goes: no escape sequence reaches a terminal, no cell starts a formula, no markup is obeyed."""

from __future__ import annotations

import json
import re
from typing import Any

from reftel.schema.names import one_line

# C0 controls but tab and newline, DEL, C1 controls (0x9B alone starts an escape sequence on some terminals), the characters that
# change text direction, the Unicode line and paragraph separators, and bytes that a name of a file holds and that are no UTF-8.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
# A spreadsheet takes a cell for a formula by its first character; some skip blanks before it, some fold the full-width forms.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~&$])")
_MARKDOWN_LIST = re.compile(r"^([ \t]*)([-+])", re.MULTILINE)
_MARKDOWN_NUMBER = re.compile(r"^([ \t]*\d+)([.)])", re.MULTILINE)


def safe_text(text: str) -> str:
    r"""``text`` with control and direction characters made visible: ESC becomes ``␛``, others ``\x9b`` or ``\u202e``."""
    return _UNSAFE.sub(_visible, text)


def _visible(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code == 0x0D:
        return ""
    if code < 0x20:
        return chr(0x2400 + code)
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def safe_name(name: str) -> str:
    """A file's name on one line, every blank of it kept."""
    return safe_text(one_line(name))


def safe_line(text: str) -> str:
    """`safe_text` on one line, blanks collapsed."""
    return safe_text(" ".join(text.split()))


def safe_cell(text: str) -> str:
    """A CSV cell: `safe_text`, with ``'`` in front of what a spreadsheet would take for a formula. ``"=1+1"`` -> ``"'=1+1"``."""
    cleaned = safe_text(text)
    return f"'{cleaned}" if _FORMULA.match(cleaned) else cleaned


def safe_markdown(text: str) -> str:
    """`safe_text` with everything escaped that Markdown or HTML would take for markup."""
    escaped = _MARKDOWN.sub(r"\\\1", safe_text(text))
    return _MARKDOWN_NUMBER.sub(r"\1\\\2", _MARKDOWN_LIST.sub(r"\1\\\2", escaped))


def json_text(value: Any, *, indent: int | None = None) -> str:
    r"""JSON that is exact and still safe on a terminal: unsafe characters stand as ``\u`` escapes."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return _UNSAFE.sub(lambda match: f"\\u{ord(match.group()):04x}", text)
