"""Any file to its messages: the container is told from the content, never from the file's name."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Literal

from reftel.indexer.containers import cablegate_html, cables_csv, json_lines, nara, plain_text, plusd_html, saved_csv
from reftel.indexer.containers.decoding import (
    SAMPLE,
    decode_bytes,
    has_odd_line_ends,
    iter_blocks,
    iter_lines,
    plain_line_ends,
    sniff_encoding,
)
from reftel.indexer.containers.files import Stream, Streams, iter_streams
from reftel.indexer.failures import unreadable
from reftel.indexer.message import MAX_CABLE, Message, too_large
from reftel.schema.errors import SourceError

OnError = Callable[[SourceError], None]
Layout = Literal["html", "nara", "telegram", "body-only", "cables-csv", "saved-csv", "json-lines", "bodies"]
Lines = Iterable[tuple[int, str]]
Found = Generator[Message | SourceError, None, None]
LineReader = Callable[[Lines, str], Iterator[Message | SourceError]]

_HTML_TAGS = ("<html", "<!doctype html", "<head", "<table class=", "<h3>viewing", "<pre")
_BLANKS = "\ufeff \t\n"  # before the first sign of a file
_FRONT = 1 << 12  # bytes by which a page is known
_USUAL_PAGE = 1 << 17  # bytes; to make room for the largest cable takes longer than to read a usual one
MAX_TAGS = 1_000_000
"""Tags of the largest HTML page that is parsed; a page of a cable has a few hundred, and each takes some hundred bytes of memory."""
_LINE_READERS: dict[Layout, LineReader] = {
    "json-lines": json_lines.iter_records,
    "bodies": plain_text.iter_bodies,
}


def iter_messages(path: str | os.PathLike[str], on_error: OnError, *, follow: bool = True) -> Generator[Message, None, None]:
    """Every cable of a file in its order, in constant memory for dumps; also inside packed files and archives.

    What cannot be read goes to ``on_error`` as a `SourceError` with path and line, and reading goes on behind it. A reader that stops
    early leaves no file open.
    """
    return messages_of(iter_streams(path, follow=follow), on_error)


def messages_of(streams: Streams, on_error: OnError) -> Generator[Message, None, None]:
    """Every cable of these streams; see `iter_messages`."""
    with contextlib.closing(streams):
        for stream in streams:
            with contextlib.closing(_everything(stream)) as everything:
                for found in everything:
                    if isinstance(found, SourceError):
                        on_error(found)
                    else:
                        yield found


def _everything(stream: Stream | SourceError) -> Found:
    """The cables of a stream, and as errors what was met in place of others; so ``on_error`` is called outside of what is caught here."""
    if isinstance(stream, SourceError):
        yield stream
        return
    try:
        yield from _read_stream(stream)
    except SourceError as error:
        yield error
    except OSError as error:
        yield unreadable(stream.name, error)


def detect_layout(sample: str, *, whole: bool = True) -> Layout | None:
    """Layout of a text by its first 64 KiB; ``None`` where it looks like no cable. ``whole``: the sample is all of it."""
    if json_lines.looks_like_json(sample.lstrip(_BLANKS)):
        return "json-lines"
    if _looks_like_html(sample):
        return "html"
    if cables_csv.looks_like_rows(sample):
        return "saved-csv" if saved_csv.is_saved_again(sample) else "cables-csv"
    if saved_csv.find_dialect(sample):
        return "saved-csv"
    if nara.looks_like_nara(sample):
        return "nara"
    if plain_text.looks_like_bodies(sample if whole else sample.rpartition("\n")[0]):
        return "bodies"
    if plain_text.looks_like_telegram(sample):
        return "telegram"
    return "body-only" if plain_text.looks_like_body(sample) else None


def _looks_like_html(sample: str) -> bool:
    lower = sample.lstrip(_BLANKS)[:2000].lower()
    return lower.startswith("<") and any(tag in lower for tag in _HTML_TAGS)


def _read_stream(stream: Stream) -> Found:
    binary, sample = stream.binary, stream.front[:SAMPLE]
    if not sample or sample.isspace():
        yield SourceError("an empty file", path=stream.name)
        return
    encoding = sniff_encoding(sample)
    if encoding is None:
        yield SourceError("not a text file", path=stream.name)
        return
    front = decode_bytes(sample[:_FRONT], encoding)
    if "\n" in front.rstrip() and _looks_like_html(front):  # most files; the page is decoded once, whole
        yield _read_page(stream, encoding)
        return
    beginning = decode_bytes(sample, encoding)
    odd = has_odd_line_ends(beginning) and not json_lines.looks_like_json(beginning)
    if odd:
        beginning = plain_line_ends(beginning)
    layout = detect_layout(beginning, whole=len(sample) < SAMPLE)
    if layout is None:
        yield SourceError("none of the known containers, and no text of a cable", path=stream.name)
    elif layout == "cables-csv":
        yield from cables_csv.iter_rows(iter_blocks(binary, encoding, odd=odd), stream.name)
    elif layout == "saved-csv":
        dialect = saved_csv.find_dialect(beginning)
        assert dialect is not None  # it told the layout
        yield from saved_csv.iter_rows(iter_blocks(binary, encoding, odd=odd), stream.name, dialect)
    elif layout == "nara":
        yield from nara.iter_documents(iter_blocks(binary, encoding, odd=odd), stream.name)
    elif layout in _LINE_READERS:
        yield from _LINE_READERS[layout](iter_lines(binary, encoding, odd=odd), stream.name)
    elif layout == "html":
        yield _read_page(stream, encoding, odd=odd)
    else:
        yield from _read_telegrams(stream, iter_blocks(binary, encoding, odd=odd))


def _read_page(stream: Stream, encoding: str, *, odd: bool = False) -> Message:
    """The cable of a page. ``odd``: it `has_odd_line_ends`."""
    binary, name = stream.binary, stream.name
    data = binary.read(_USUAL_PAGE)
    if len(data) == _USUAL_PAGE:
        data += binary.read(MAX_CABLE + 1 - len(data))
    if len(data) > MAX_CABLE:
        raise too_large(name, size=binary.seek(0, os.SEEK_END) if binary.seekable() else None)
    front = data.rfind(b"\n", 0, data.find(cablegate_html.HEADING.encode()) + 1)
    text = decode_bytes(data[front + 1 :], encoding)  # the site's navigation, most of a page, is never decoded
    return _read_html(plain_line_ends(text) if odd else text, name)


def _read_telegrams(stream: Stream, blocks: Iterable[str]) -> Found:
    for found in plain_text.iter_telegrams(blocks, stream.name):
        whole = isinstance(found, SourceError) and found.locator is None and stream.binary.seekable()
        yield too_large(stream.name, size=stream.binary.seek(0, os.SEEK_END)) if whole else found


def _read_html(text: str, name: str) -> Message:
    if len(text) > MAX_TAGS and text.count("<") > MAX_TAGS:
        raise SourceError(f"an HTML page with more than {MAX_TAGS} tags", path=name)
    start = cablegate_html.find_cable(text)
    if start is not None:
        return cablegate_html.read_page(text, name, start)
    message = plusd_html.read_page(text, name)
    if message is None:
        raise SourceError("an HTML page that holds no cable", path=name)
    return message

