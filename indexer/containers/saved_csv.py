"""``cables.csv`` as other programs save it again: a spreadsheet, pandas, a database (CABLE_FORMATS 1.3 has the columns).

Quotes only where they are needed, doubled inside a field; ``,`` ``;`` ``|`` or a tab between fields; a column of numbers more or less; a row of
names above. Such a file is sound CSV, and read as that. Where it is not, a row begins again at the next line that begins like one.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from reftel.base.frozen import frozen
from reftel.indexer.containers.decoding import split_blocks
from reftel.indexer.containers.plain_text import is_text
from reftel.indexer.message import MAX_CABLE, Message, too_large
from reftel.schema.cable import Source
from reftel.schema.errors import SourceError

Column = Literal["printed_id", "date", "released", "origin", "classification", "references", "header", "body", "title"]

COLUMNS: tuple[Column, ...] = ("date", "printed_id", "origin", "classification", "references", "header", "body")
"""The columns behind the numbers of rows, where no names say otherwise."""

_NAMES: dict[Column, tuple[str, ...]] = {
    "printed_id": ("reference_id", "refid", "ref_id", "cable_id", "canonical_id", "reference", "_id", "id"),
    "date": ("date_time", "datetime", "date", "created", "sent"),
    "released": ("released",),
    "origin": ("origin", "from", "embassy", "source"),
    "classification": ("classification", "class"),
    "references": ("references", "refs", "related"),
    "header": ("header", "head"),
    "body": ("body", "text", "content", "message", "cable"),
    "title": ("subject", "title"),
}
_OTHER_QUOTES = str.maketrans("'\"", "\"'")
_DELIMITERS = ",;\t|"
_SEP = re.compile(r"sep=[,;\t|]")  # a line for Excel
_FIRST = 5
"""Lines with something in them among which the first row stands."""
_LONGEST_NAME = 60
_FEWEST_NAMES = 3
_MOST_PIECES = 50_000
"""Lines that one row may have."""


@frozen
class Dialect:
    """How a file is saved. ``escaped``: quotes inside are escaped by a backslash, not doubled. ``columns``: by place; ``None`` for one that is none
    of a message's. ``above``: lines before the first row. ``named``: its columns may have any order, so that no line begins like a row.
    ``single``: single quotes stand in the place of double ones."""

    delimiter: str
    escaped: bool
    columns: tuple[Column | None, ...]
    above: int = 0
    named: bool = False
    single: bool = False

    @property
    def width(self) -> int:
        """Fields that a row needs: up to its text."""
        return self.columns.index("body") + 1


def find_dialect(sample: str) -> Dialect | None:
    """How a text that begins like this is saved; ``None`` where it does not look like rows of cables."""
    found = _find_dialect(sample)
    if found is None and any(f"'{delimiter}'" in sample for delimiter in _DELIMITERS):
        found = _find_dialect(sample.translate(_OTHER_QUOTES))
        return found and dataclasses.replace(found, single=True)
    return found


def _find_dialect(sample: str) -> Dialect | None:
    lines = sample.split("\n")
    filled = [number for number, line in enumerate(lines) if line.strip('"\r\t ')][:_FIRST]
    first = 1 if filled and _SEP.fullmatch(lines[filled[0]].strip()) else 0
    if len(filled) <= first:
        return None
    for delimiter in _DELIMITERS:
        names = _columns_of(lines[filled[first]], delimiter)
        has_names = "body" in names and len(names) - names.count(None) >= _FEWEST_NAMES
        for place in filled[first:]:
            if start := _first_row(delimiter).match(lines[place]):
                numbers = start.group("numbers").count(delimiter)
                columns = _columns(numbers, names if has_names else ())
                if is_text("\n".join(lines[:place])):
                    return None
                cells = lines[filled[first]].split(delimiter)
                if not has_names and (len(cells) < len(columns) or max(map(len, cells)) > _LONGEST_NAME or place == filled[first]):
                    return Dialect(delimiter, _is_escaped(sample, delimiter), columns, filled[0] + 1 if first else 0)
                return Dialect(delimiter, _is_escaped(sample, delimiter), columns, filled[first] + 1)
        if has_names:
            return Dialect(delimiter, _is_escaped(sample, delimiter), names, filled[first] + 1, named=True)
    return None


def is_saved_again(sample: str) -> bool:
    """Whether a text whose rows begin like those of the first dump has names above them or doubles its quotes."""
    dialect = find_dialect(sample)
    return dialect is not None and (dialect.above > 0 or (dialect.delimiter == "," and _quotes_inside(sample, ",")[1] > 0 and not dialect.escaped))


def _columns(numbers: int, names: tuple[Column | None, ...]) -> tuple[Column | None, ...]:
    """The columns behind so many numbers: date and id by their place, the others by their names, where they have any."""
    columns: tuple[Column | None, ...] = (*(None,) * numbers, *COLUMNS)
    known = columns[: numbers + 2]
    return columns if not names else (*known, *(None if name in known else name for name in names[len(known) :]))


def _columns_of(line: str, delimiter: str) -> tuple[Column | None, ...]:
    """What the names in a line stand for. Of two that could be one column's the one counts that says it better: ``id,refid`` has a number first."""
    names = [re.sub(r"[ .-]+", "_", name.strip('" \ufeff\r').lower()) for name in line.split(delimiter)]
    columns: list[Column | None] = [None] * len(names)
    for column, known in _NAMES.items():
        best = next((name for name in known if name in names), None)
        if best is not None:
            columns[names.index(best)] = column
    return tuple(columns)


def _is_escaped(sample: str, delimiter: str) -> bool:
    escaped, doubled = _quotes_inside(sample, delimiter)
    return escaped > doubled


def _quotes_inside(sample: str, delimiter: str) -> tuple[int, int]:
    """How many quotes inside fields are escaped by a backslash, and how many doubled."""
    between = re.escape(delimiter)
    escaped = len(re.findall(rf'\\"(?!{between}|\n|$)', sample))
    doubled = len(re.findall(rf'""(?<=[^"\\{between}\n]"")(?!")', sample))
    return escaped, doubled


@functools.cache
def _row_start(delimiter: str) -> re.Pattern[str]:
    """A line that begins like a row: numbers, the date, the id: ``0,1,2/13/2008 5:12,08BAKU123,``."""
    between = re.escape(delimiter)
    plain = rf'[^"{between}\n]'
    number = rf'"?[\d.]{{0,12}}"?{between}'
    day = rf'"?(?:\d{{1,4}}[-./]\d{{1,2}}[-./]\d{{1,4}}|\d{{1,2}}[- .][A-Za-z]{{3,9}}[- .]\d{{2,4}}){plain}{{0,20}}"?{between}'
    return re.compile(rf'(?P<numbers>(?:{number}){{0,2}}){day}"?{plain}{{1,60}}"?{between}')


@functools.cache
def _first_row(delimiter: str) -> re.Pattern[str]:
    """The same with two more short fields behind it, origin and classification."""
    between = re.escape(delimiter)
    return re.compile(_row_start(delimiter).pattern + rf'(?:"?[^"{between}\n]{{0,80}}"?{between}){{2}}')


@functools.cache
def _field(delimiter: str, *, escaped: bool) -> re.Pattern[str]:
    """A field with what it ends at; its text in group 1 if it is quoted, else in group 2."""
    between = re.escape(delimiter)
    if escaped:
        return re.compile(rf'(?:"((?:[^"\\]++|\\.)*+)"|((?:[^"\\{between}\n]++|\\.)*+))({between}|\n|\Z)', re.DOTALL)
    return re.compile(rf'(?:"((?:[^"]++|"")*+)"|([^"{between}\n]*+))({between}|\n|\Z)')


def iter_rows(blocks: Iterable[str], path: str, dialect: Dialect) -> Iterator[Message | SourceError]:
    """A cable, or an error with the number of the row's first line, for each row of a text that comes in pieces of whole lines.

    An error too where there is none.
    """
    if dialect.single:
        blocks = (block.translate(_OTHER_QUOTES) for block in blocks)
    found = None
    for found in _Rows(path, dialect).read(_pieces(_without_lines(blocks, dialect.above), dialect)):
        yield found
    if found is None:
        yield SourceError("names of columns without a row below them", path=path, locator=dialect.above)


def _without_lines(blocks: Iterable[str], count: int) -> Iterator[str]:
    """The same text with nothing in its first lines."""
    for block in blocks:
        lines = block.split("\n", count)
        yield "\n" * (len(lines) - 1) + lines[-1] if count else block
        count -= len(lines) - 1


def _pieces(blocks: Iterable[str], dialect: Dialect) -> Iterator[tuple[int, str]]:
    """First line numbers and texts of what begins like a row; of lines, where it may begin anyhow."""
    start = _row_start(dialect.delimiter)

    def starts(block: str) -> Iterator[int]:
        place = 0
        while place < len(block):
            if dialect.named or start.match(block, place):
                yield place
            place = block.find("\n", place) + 1 or len(block)

    return split_blocks(blocks, starts)


class _Rows:
    """Reads the rows of a file. A piece with an open quote goes on in the next one, if that makes rows of them."""

    def __init__(self, path: str, dialect: Dialect) -> None:
        self._path, self._dialect = path, dialect
        self._lost = False

    def read(self, pieces: Iterator[tuple[int, str]]) -> Iterator[Message | SourceError]:
        waiting: deque[tuple[int, str]] = deque()
        held: list[tuple[int, str]] = []
        quotes = size = 0
        while True:
            piece = waiting.popleft() if waiting else next(pieces, None)
            if piece is not None:
                held.append(piece)
                size += len(piece[1])
                quotes += self._quotes(piece[1])
                if quotes % 2 and size <= MAX_CABLE and len(held) < _MOST_PIECES:
                    continue
            elif not held:
                return
            number, first = held[0]
            whole = "".join(text for _, text in held) if size <= MAX_CABLE and not quotes % 2 else ""
            rows, end = self._split(whole)
            if whole and end == len(whole):
                yield from self._messages(number, rows)
            else:
                yield from self._damaged(number, first)
                waiting.extendleft(reversed(held[1:]))
            held, quotes, size = [], 0, 0

    def _damaged(self, number: int, piece: str) -> Iterator[Message | SourceError]:
        """What can be read of a piece that is no sound CSV: the rows before the damage."""
        rows, end = self._split(piece) if len(piece) <= MAX_CABLE else ([], 0)
        yield from self._messages(number, rows)
        yield from self._fail(number + piece.count("\n", 0, end), piece[end:])

    def _quotes(self, text: str) -> int:
        """Quotes that open or close a field, or come in pairs."""
        return (re.sub(r"\\.", "", text, flags=re.DOTALL) if self._dialect.escaped and "\\" in text else text).count('"')

    def _split(self, text: str) -> tuple[list[tuple[int, list[str]]], int]:
        """The rows that a text begins with, the line of each, counted from 0, and its fields; and where they end."""
        field = _field(self._dialect.delimiter, escaped=self._dialect.escaped)
        rows, fields, place, begin = list[tuple[int, list[str]]](), list[str](), 0, 0
        while place < len(text):
            match = field.match(text, place)
            if match is None:
                break
            quoted, plain, end = match.groups()
            fields.append(self._unescape(quoted if quoted is not None else plain, quoted=quoted is not None))
            place = match.end()
            if end != self._dialect.delimiter or place == len(text):
                if fields != [""]:
                    rows.append((text.count("\n", 0, begin), fields))
                fields, begin = [], place
        return rows, begin

    def _unescape(self, text: str, *, quoted: bool) -> str:
        if self._dialect.escaped:
            return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL) if "\\" in text else text
        return text.replace('""', '"') if quoted and '"' in text else text

    def _messages(self, number: int, rows: list[tuple[int, list[str]]]) -> Iterator[Message | SourceError]:
        for line, fields in rows:
            if len(fields) < self._dialect.width or any(fields[len(self._dialect.columns) :]):
                yield from self._fail(number + line, self._dialect.delimiter.join(fields))
                continue
            self._lost = False
            values: dict[str, Any] = {column: value for column, value in zip(self._dialect.columns, fields, strict=False) if column and value}
            if self._dialect.single:
                values = {column: value.translate(_OTHER_QUOTES) for column, value in values.items()}
            body = values.pop("body", "")
            yield Message(body=body, header=values.pop("header", ""), source=Source(self._path, "cables-csv", number + line), **values)

    def _fail(self, number: int, text: str) -> Iterator[SourceError]:
        """The error for a piece that is no row; of several lines in a row that belong to none only the first is reported."""
        if len(text) > MAX_CABLE:
            yield too_large(self._path, number)
        elif _row_start(self._dialect.delimiter).match(text):
            self._lost = False
            yield SourceError(f"a row without its {len(self._dialect.columns)} fields; it was passed over", path=self._path, locator=number)
        elif text.strip('" \t\n') and not self._lost:
            self._lost = True
            yield SourceError("text that belongs to no row; it was passed over", path=self._path, locator=number)
