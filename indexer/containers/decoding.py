"""From bytes to text: UTF-8 with and without BOM, UTF-16, and Windows-1252 where bytes are not UTF-8.

Files of the circulating archives were joined from many places: one bad byte must cost no more than the accents of its own line.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable, Iterable, Iterator
from typing import AnyStr

from reftel.indexer.message import MAX_CABLE

SAMPLE = 1 << 16
_SNIFFED = 1 << 13
_BLOCK = 1 << 18
_UTF16_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ODD_LINE_ENDS = "\x0b\x0c\x85\u2028\u2029"
_LINE_ENDS = re.compile(f"\r\n|[\r{_ODD_LINE_ENDS}]")
_LONGEST_LINE = 400  # characters, on the average, of a text whose line ends are written out; fewer are words of the text: C:\\news
_WRITTEN = re.compile(r"(?:\\r)?\\n|\\r(?![a-z])|<br ?/?>", re.IGNORECASE)
_CONTROLS = bytes(set(range(32)) - {7, 8, 9, 10, 11, 12, 13, 27})


def sniff_encoding(sample: bytes) -> str | None:
    """``"utf-8-sig"``, ``"utf-16"`` (with BOM), ``"utf-16-le"`` or ``"utf-16-be"``; ``None`` where the bytes are no text.

    UTF-16 without a BOM shows by its zero bytes, which stand in every second place of English text.
    """
    if sample.startswith(_UTF16_BOMS):
        return "utf-16"
    sample = sample[:_SNIFFED]
    zeros = (sample[0::2].count(0), sample[1::2].count(0)) if 0 in sample else (0, 0)
    half = max(1, len(sample) // 2)
    if max(zeros) > 0.6 * half:
        return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    return None if controls > len(sample) * 0.02 else "utf-8-sig"


def decode_bytes(data: bytes, encoding: str | None = None) -> str:
    """Whole text of ``data``; line ends become ``\\n``, bytes that are not UTF-8 are read as Windows-1252 line by line.

    ``encoding``: what `sniff_encoding` says of it, where that is known.
    """
    encoding = encoding or sniff_encoding(data) or "utf-8-sig"
    text = decode_line(data.removeprefix(codecs.BOM_UTF8)) if encoding == "utf-8-sig" else data.decode(encoding, "replace")
    return normalise_newlines(text.removeprefix("\ufeff"))


def decode_line(data: bytes) -> str:
    """``data`` as UTF-8, or those of its lines that are not as Windows-1252."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if b"\n" in data[:-1]:
        return "".join(map(decode_line, data.splitlines(keepends=True)))
    return data.decode("cp1252", "undefined-as-latin-1")


def _as_latin_1(error: UnicodeError) -> tuple[str, int]:
    """Five bytes have no character in Windows-1252; they are kept as the control characters that Latin-1 makes of them."""
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("latin-1"), error.end


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are not UTF-8, where a text comes in pieces that are no lines."""
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("cp1252", "undefined-as-latin-1"), error.end


codecs.register_error("as-windows-1252", _as_windows_1252)
codecs.register_error("undefined-as-latin-1", _as_latin_1)


def normalise_newlines(text: str) -> str:
    """CRLF and lone CR become LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def plain_line_ends(text: str) -> str:
    """A text in which every line end is ``\\n``: also vertical tabs, form feeds, and Unicode's (U+0085, U+2028, U+2029)."""
    return _LINE_ENDS.sub("\n", text) if any(map(text.__contains__, "\r" + _ODD_LINE_ENDS)) else text


def written_line_ends(text: str) -> str:
    """A text whose only line ends are written out, by a dump (``\\n``) or as markup (``<br>``), with line ends; others unchanged."""
    if ("\\" not in text and "<" not in text) or "\n" in text.strip():
        return text
    lines, count = _WRITTEN.subn("\n", text)
    return lines if count > 1 and count * _LONGEST_LINE > len(text) else text


def has_odd_line_ends(sample: str) -> bool:
    """Whether a text has line ends of those kinds, and no others but at its end."""
    return "\n" not in sample.rstrip() and any(end in sample for end in _ODD_LINE_ENDS)


def iter_lines(binary: io.BufferedIOBase, encoding: str, *, odd: bool = False) -> Iterator[tuple[int, str]]:
    """1-based numbers and texts of a stream's lines, line ends kept as ``\n``, in constant memory; long lines as in `iter_blocks`."""
    lines = (line for block in iter_blocks(binary, encoding, odd=odd) for line in io.StringIO(block, newline="\n"))
    yield from enumerate(lines, 1)


def iter_blocks(binary: io.BufferedIOBase, encoding: str, *, odd: bool = False) -> Iterator[str]:
    """A stream's text in pieces of whole lines, line ends kept as ``\n``, in constant memory. ``odd``: it `has_odd_line_ends`.

    A line with more than `MAX_CABLE` bytes is none of a cable: its beginning is kept, and the rest replaced by so many blanks that it stays too long.
    """
    if odd:
        return _whole_lines(map(plain_line_ends, _iter_wide(binary, encoding, "as-windows-1252")), ("\n",))
    if encoding.startswith("utf-16"):
        return _whole_lines(_iter_wide(binary, encoding), ("\n",))
    blocks = _whole_lines(_iter_narrow(binary), (b"\n", b"\r"))
    return (normalise_newlines(decode_line(block)) for block in blocks)


def _iter_narrow(binary: io.BufferedIOBase) -> Iterator[bytes]:
    held = b""  # a CR at the end of a block, which may be the first half of a line end
    data = binary.read(_BLOCK).removeprefix(codecs.BOM_UTF8)
    while data:
        data = held + data
        held = data[-1:] if data.endswith(b"\r") else b""
        yield data.removesuffix(held)
        data = binary.read(_BLOCK)
    yield held


def _iter_wide(binary: io.BufferedIOBase, encoding: str, errors: str = "replace") -> Iterator[str]:
    """No `io.TextIOWrapper`: one that is dropped half read closes the stream under its owner."""
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)(errors), translate=True)
    while data := binary.read(_BLOCK):
        yield decoder.decode(data)
    yield decoder.decode(b"", final=True)


def _whole_lines(pieces: Iterable[AnyStr], ends: tuple[AnyStr, ...]) -> Iterator[AnyStr]:
    """The same text in pieces that end where a line does."""
    rest: list[AnyStr] = []
    size = 0
    for piece in pieces:
        end = max(map(piece.rfind, ends)) + 1
        if end:
            rest.append(piece[:end])
            yield piece[:0].join(rest)
            rest, size = [piece[end:]], len(piece) - end
        elif size <= MAX_CABLE:
            rest.append(piece)
            size += len(piece)
            if size > MAX_CABLE:
                rest = rest[:2]
                rest.append(piece[:0].ljust(MAX_CABLE + 1))
    if size:
        yield rest[0][:0].join(rest)


def split_blocks(blocks: Iterable[str], starts: Callable[[str], Iterator[int]]) -> Iterator[tuple[int, str]]:
    """First line numbers and texts of what begins at the offsets that ``starts`` finds in each block; what stands before the first comes too.

    Of a text with more than `MAX_CABLE` characters only the beginning comes, which is longer than that.
    """
    first = number = 1
    parts, size = list[str](), 0
    for block in blocks:
        begin = 0
        for place in (*starts(block), len(block)):
            if begin < place and size <= MAX_CABLE:
                parts.append(block[begin:place])
            size += place - begin
            number += block.count("\n", begin, place)
            if place < len(block):
                if parts:
                    yield first, "".join(parts)
                first, parts, size = number, [], 0
            begin = place
    if parts:
        yield first, "".join(parts)
