"""The eight-column dump: every field quoted, quotes inside escaped by a backslash, real line breaks in the texts (CABLE_FORMATS 1.3).

The stock reader loses step at the first stray quote and then joins or splits every later row. Here a row begins where a line begins like
one (number, date, id), and ends before the next such line, so that damage stays in its row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from reftel.indexer.containers.decoding import split_blocks
from reftel.indexer.containers.plain_text import is_text
from reftel.indexer.message import MAX_CABLE, Message, too_large
from reftel.schema.cable import Source
from reftel.schema.errors import SourceError

_ROW_START = re.compile(r'"\d{0,9}","\d{1,4}[/-]\d{1,2}[/-]\d{1,4}[^"\n]{0,12}","[^"\n]{0,60}","')  # "1","2/13/2008 5:12","08BAKU123","
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
COLUMNS = 8
_FIRST_LINES = 200
_FEWEST_WRITTEN = 2
_WRITTEN = re.compile(r"(?<!\\)(?:\\r)?\\n")
_DOUBLED = re.compile(",".join([r'"((?:[^"]++|"")*+)"'] * COLUMNS))


def looks_like_rows(sample: str) -> bool:
    """Whether one of the first lines begins like a row, and no text stands before it that does not end as a row does: a telegram may quote one."""
    place = next(_row_starts(sample), None)
    if place is None or sample.count("\n", 0, place) >= _FIRST_LINES:
        return False
    return not is_text(sample[:place])


def iter_rows(blocks: Iterable[str], path: str) -> Iterator[Message | SourceError]:
    """A cable, or an error with the number of the row's first line, for each row of a text that comes in pieces of whole lines."""
    for number, row in split_blocks(blocks, _row_starts):
        if len(row) > MAX_CABLE:
            yield too_large(path, number)
        elif _ROW_START.match(row):
            yield _read_row(row, path, number)
        elif row.strip('" \t\n'):
            yield SourceError("text that belongs to no row; it was passed over", path=path, locator=number)


def _row_starts(block: str) -> Iterator[int]:
    """Offsets of the lines of a block that begin like a row."""
    place = 0
    while True:
        if _ROW_START.match(block, place):
            yield place
        place = block.find('\n"', place) + 1
        if not place:
            return


def _read_row(row: str, path: str, number: int) -> Message | SourceError:
    fields = _split_fields(row) or _split_doubled(row) or _split_damaged(row)
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
        end = _closing_quote(row, place + 1) if row[place : place + 1] == '"' else -1
        if end < 0:
            return None
        fields.append(_unescape(row[place + 1 : end]))
        place = end + 1
        if len(fields) < COLUMNS:
            if row[place : place + 1] != ",":
                return None
            place += 1
    return fields if not row[place:].strip('" \t\n') else None


def _closing_quote(row: str, begin: int) -> int:
    """Offset of the first quote from ``begin`` on that no backslash escapes; -1 without one."""
    end = row.find('"', begin)
    while end >= 0:
        front = end
        while front > begin and row[front - 1] == "\\":
            front -= 1
        if (end - front) % 2 == 0:
            return end
        end = row.find('"', end + 1)
    return end


def _split_doubled(row: str) -> list[str] | None:
    """The fields of a row whose quotes are doubled inside."""
    sound = _DOUBLED.fullmatch(row.rstrip('\n'))
    return [field.replace('""', '"') for field in sound.groups()] if sound else None


def _split_damaged(row: str) -> list[str] | None:
    """Fields of a row with unescaped quotes in its texts: the first seven separators count, the last quote ends the body."""
    fields = row.split('","', COLUMNS - 1)
    end = fields[-1].rstrip('" \t\n')
    if len(fields) < COLUMNS or len(end) == len(fields[-1].rstrip()):
        return None
    return [_unescape(field) for field in (fields[0][1:], *fields[1:-1], end)]


def _unescape(field: str) -> str:
    if "\\" not in field:
        return field
    if "\n" not in field and len(_WRITTEN.findall(field)) > _FEWEST_WRITTEN:
        field = _WRITTEN.sub("\n", field)  # line ends written out, where there are no others
    return "".join(_ESCAPED.split(field))  # the parts between, and what each backslash escapes
