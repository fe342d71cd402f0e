"""From bytes to text: UTF-8 with and without BOM, UTF-16, and Windows-1252 where bytes are not UTF-8.

Files of the circulating archives were joined from many places: one bad byte must cost no more than the accents of its own line.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator

from reftel.schema.errors import SourceError

SAMPLE = 1 << 16
MAX_LINE = 64 << 20
"""Bytes of the longest line that is read; a longer one is no cable."""
_SNIFFED = 1 << 13
_BLOCK = 1 << 18
_UTF16_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CONTROLS = bytes(set(range(32)) - {7, 8, 9, 10, 11, 12, 13, 27})


def sniff_encoding(sample: bytes) -> str | None:
    """``"utf-8-sig"``, ``"utf-16"`` (with BOM), ``"utf-16-le"`` or ``"utf-16-be"``; ``None`` where the bytes are no text.

    UTF-16 without a BOM shows by its zero bytes, which stand in every second place of English text.
    """
    if sample.startswith(_UTF16_BOMS):
        return "utf-16"
    sample = sample[:_SNIFFED]
    zeros = (sample[0::2].count(0), sample[1::2].count(0))
    half = max(1, len(sample) // 2)
    if max(zeros) > 0.6 * half:
        return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    return None if controls > len(sample) * 0.02 else "utf-8-sig"


def decode_bytes(data: bytes) -> str:
    """Whole text of ``data``; line ends become ``\\n``, bytes that are not UTF-8 are read as Windows-1252 line by line."""
    encoding = sniff_encoding(data) or "utf-8-sig"
    text = decode_line(data.removeprefix(codecs.BOM_UTF8)) if encoding == "utf-8-sig" else data.decode(encoding, "replace")
    return normalise_newlines(text.removeprefix("\ufeff"))


def decode_line(data: bytes) -> str:
    """``data`` as UTF-8, or those of its lines that are not as Windows-1252."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if data.count(b"\n") > 1:
        return "".join(map(decode_line, data.splitlines(keepends=True)))
    return data.decode("cp1252", "undefined-as-latin-1")


def _as_latin_1(error: UnicodeError) -> tuple[str, int]:
    """Five bytes have no character in Windows-1252; they are kept as the control characters that Latin-1 makes of them."""
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("undefined-as-latin-1", _as_latin_1)


def normalise_newlines(text: str) -> str:
    """CRLF and lone CR become LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def iter_lines(binary: io.BufferedIOBase, encoding: str, name: str) -> Iterator[tuple[int, str]]:
    """1-based numbers and texts of a stream's lines, line ends kept as ``\\n``, in constant memory.

    Raises `SourceError` at a line longer than `MAX_LINE`.
    """
    lines = (line for block in iter_blocks(binary, encoding, name) for line in io.StringIO(block, newline="\n"))
    yield from enumerate(lines, 1)


def iter_blocks(binary: io.BufferedIOBase, encoding: str, name: str) -> Iterator[str]:
    """A stream's text in pieces of whole lines, line ends kept as ``\\n``, in constant memory.

    Raises `SourceError` behind a line longer than `MAX_LINE`.
    """
    number = 0
    for block in _iter_wide_blocks(binary, encoding) if encoding.startswith("utf-16") else _iter_narrow_blocks(binary):
        yield block
        number += block.count("\n")
        if not block.endswith("\n") and len(block) >= MAX_LINE:
            raise SourceError("a line without an end; the rest was not read", path=name, locator=number + 1)


def _iter_narrow_blocks(binary: io.BufferedIOBase) -> Iterator[str]:
    """The stream in pieces of whole lines."""
    first = True
    while data := binary.read(_BLOCK):
        if not data.endswith(b"\n"):
            data += binary.readline(MAX_LINE)
        yield normalise_newlines(decode_line(data.removeprefix(codecs.BOM_UTF8) if first else data))
        first = False


def _iter_wide_blocks(binary: io.BufferedIOBase, encoding: str) -> Iterator[str]:
    """The same for two bytes a character. No `io.TextIOWrapper`: one that is dropped half read closes the stream under its owner."""
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)("replace"), translate=True)
    rest, size, data = list[str](), 0, b"-"
    while data:
        data = binary.read(_BLOCK)
        text: str = decoder.decode(data, final=not data)
        end = text.rfind("\n") + 1
        if not data or end or size + len(text) >= MAX_LINE:
            end = end or len(text)
            if block := "".join((*rest, text[:end])):
                yield block
            rest, size, text = [], 0, text[end:]
        rest.append(text)
        size += len(text)
