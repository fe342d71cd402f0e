"""The eight-column dump: every field quoted, quotes inside escaped by a backslash, real line breaks in the texts (CABLE_FORMATS 1.3).

The stock reader loses step at the first stray quote and then joins or splits every later row. Here a row begins where a line begins like
one (number, date, id), and ends before the next such line, so that damage stays in its row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from reftel.indexer.message import Message
from reftel.schema.cable import Source
from reftel.schema.errors import SourceError

_ROW_START = re.compile(r'"\d{0,9}","\d{1,4}[/-]\d{1,2}[/-]\d{1,4}[^"\n]{0,12}","[^"\n]{0,60}","')  # "1","2/13/2008 5:12","08BAKU123","
_FIELD = re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)"', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
COLUMNS = 8
MAX_ROW = 64 << 20
"""Characters of the longest row that is read."""


def looks_like_rows(sample: str) -> bool:
    """Whether one of the first lines begins like a row."""
    return any(_ROW_START.match(line) for line in sample.split("\n")[:200])


def iter_rows(lines: Iterable[tuple[int, str]], path: str) -> Iterator[Message | SourceError]:
    """A cable, or an error with the number of the row's first line, for each row."""
    for number, row in _split_rows(lines):
        if len(row) > MAX_ROW:
            yield SourceError("a row longer than any cable; it was passed over", path=path, locator=number)
        elif _ROW_START.match(row):
            yield _read_row(row, path, number)
        elif row.strip('" \t\n'):
            yield SourceError("text that belongs to no row; it was passed over", path=path, locator=number)


def _split_rows(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """First line number and text of each row; what stands before the first row comes as one of its own."""
    first, parts, size = 1, list[str](), 0
    for number, line in lines:
        if line.startswith('"') and _ROW_START.match(line):
            if parts:
                yield first, "".join(parts)
            first, parts, size = number, [], 0
        if size <= MAX_ROW:  # beyond it the row is reported anyway
            parts.append(line)
            size += len(line)
    if parts:
        yield first, "".join(parts)


def _read_row(row: str, path: str, number: int) -> Message | SourceError:
    fields = _split_fields(row) or _split_damaged(row)
    if fields is None:
        return SourceError(f"a row without its {COLUMNS} fields; it was passed over", path=path, locator=number)
    _, date, printed_id, origin, classification, references, header, body = fields
    return Message(
        body=body,
        header=header,
        printed_id=printed_id or None,
        date=date or None,
        classification=classification or None,
        origin=origin or None,
        references=references or None,
        source=Source(path, "cables-csv", number),
    )


def _split_fields(row: str) -> list[str] | None:
    """The eight fields of a sound row, stray lone quotes behind it passed over; ``None`` for another row."""
    fields, place = list[str](), 0
    while len(fields) < COLUMNS:
        match = _FIELD.match(row, place)
        if match is None:
            return None
        fields.append(_unescape(match[1]))
        place = match.end()
        if len(fields) < COLUMNS:
            if row[place : place + 1] != ",":
                return None
            place += 1
    return fields if not row[place:].strip('" \t\n') else None


def _split_damaged(row: str) -> list[str] | None:
    """Fields of a row with unescaped quotes in its texts: the first seven separators count, the last quote ends the body."""
    fields = row.split('","', COLUMNS - 1)
    end = fields[-1].rstrip('" \t\n')
    if len(fields) < COLUMNS or len(end) == len(fields[-1].rstrip()):
        return None
    return [_unescape(field) for field in (fields[0][1:], *fields[1:-1], end)]


def _unescape(field: str) -> str:
    return _ESCAPED.sub(r"\1", field) if "\\" in field else field
