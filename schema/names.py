r"""Names of files as text. A name is bytes, and not every name is UTF-8; what is stored or shown of it is text, with a way back.

Inside Python a path is what ``os`` makes of its bytes. Wherever it becomes text (manifest, record, report, message) `name_of` writes the
bytes that are no UTF-8 as ``\xNN``; a name that is UTF-8 stays as it is. A backslash that stands in a name before what looks like such a
byte is written ``\x5c``, so that no two names become one text.
"""

from __future__ import annotations

import os
import re

_LOOKS_ESCAPED = rb"\\(?=x(?:[89a-f][0-9a-f]|5c))"
_ESCAPED = rb"\\x([89a-f][0-9a-f]|5c)"
_BREAKS = "[\t-\r\x1c-\x1f\x85\u2028\u2029]"
_NO_TEXT = "[\ud800-\udfff]"


def name_of(path: str | os.PathLike[str]) -> str:
    r"""A path as text: that of ``b"caf\xe9.html"`` -> ``"caf\\xe9.html"``; ``"café.html"`` -> ``"café.html"``.

    The same in every locale. A ``str`` that no file can be called by (half of a surrogate pair) gives something that can be shown.
    """
    text = os.fspath(path)
    if text.isascii() and "\\x" not in text:
        return text
    try:
        data = os.fsencode(text)
    except UnicodeEncodeError:
        return without_surrogates(text)
    return re.sub(_LOOKS_ESCAPED, rb"\\x5c", data).decode("utf-8", "backslashreplace")


def path_of(name: str) -> str:
    r"""The path of which `name_of` gave this text: ``"caf\\xe9.html"`` -> the path of ``b"caf\xe9.html"``."""
    if name.isascii() and "\\x" not in name:
        return name
    try:
        data = name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # names no file
        return name
    return os.fsdecode(re.sub(_ESCAPED, lambda byte: bytes.fromhex(byte[1].decode("ascii")), data))


def without_surrogates(text: str) -> str:
    r"""A text that may hold paths as ``os`` gives them, so that it can be printed: ``"caf\udce9: gone"`` -> ``"caf\\xe9: gone"``."""
    return text if text.isascii() else re.sub(_NO_TEXT, _visible, text)


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"


def one_line(name: str) -> str:
    r"""A name on one line: ``"a\nb"`` -> ``"a␊b"``. To be shown only; there is no way back."""
    return re.sub(_BREAKS, lambda found: chr(0x2400 + ord(found[0])) if found[0] < " " else "␤", name)
