"""Reading a list of cables: plain text with one id or key a line, as ``--format ids`` prints them, or another of reftel's outputs."""

from __future__ import annotations

import csv
import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from reftel.base.frozen import frozen
from reftel.schema.identifiers import iter_named, named_cable

_COMMENT = re.compile(r"(?<!#)#(?!#).*")  # "## 08BAKU123: SUBJECT" is a hit in Markdown
_NAMES = (("key",), ("id",), ("target",), ("first", "second"))
"""Which columns of a table, and which names of a JSON object, hold a cable: the first of these that are there."""

_HITS = ("hits", "similar", "cables", "duplicates")
"""Names of a JSON object under which such objects stand."""

_SHOWN, _SHOWN_TEXT = 5, 40
_DELIMITERS = ",;\t"
_HEAD = re.compile(
    r"(?P<indent>\s*)(?:[-*]\s+|\#\#\s*)?(?:[\d.,]+\s\s+)?\**(?P<name>[^\s*:,;|]+)(?:(?P<column>\s\s|\t|$)|\**\s*:|\*\*)"
)  # of a hit in a table or in Markdown: the id, two blanks or a colon; before it at most a mark or a number
_BELOW = re.compile(r"\s*$|\s{2,}\S|>|[\d,]+ (?:cable|pair)s?\b|.* · |(?:cites|cited by|thread)\b")  # what such outputs have below it


@frozen
class Listed:
    """What a list was read as: its keys, each once; ``unread``: number and text of the lines, or parts of them, that name no cable."""

    keys: tuple[str, ...]
    unread: tuple[tuple[int, str], ...]

    def notes(self) -> Iterator[str]:
        """One note on what is left out; none where all was read."""
        if self.unread:
            shown = ", ".join(f"line {number} {text[:_SHOWN_TEXT]!r}" for number, text in self.unread[:_SHOWN])
            more = f" and {len(self.unread) - _SHOWN:,} more" if len(self.unread) > _SHOWN else ""
            yield f"no cable is named by {shown}{more}, which {'is' if len(self.unread) == 1 else 'are'} left out"


def read_list(lines: Iterable[str]) -> Listed:
    """The cables that a list names: ids in any spelling, file names and addresses, or what a command of reftel has printed in any format."""
    numbered = enumerate((line.removeprefix("\ufeff") for line in lines), start=1)
    first = next((each for each in numbered if each[1].strip()), (0, ""))
    rest = itertools.chain([first], numbered)
    keys: dict[str, None] = {}
    unread: list[tuple[int, str]] = []
    for number, key, text in _read_json(rest) if _is_json(first[1]) else _read_table(rest, first[1]) or _read_lines(rest):
        if key:
            keys[key] = None
        else:
            unread.append((number, text))
    return Listed(tuple(keys), tuple(unread))


Found = Iterator[tuple[int, str | None, str]]
"""Number of the line, the key, the text that stands for it; no key where it names none."""


def _is_json(line: str) -> bool:
    return re.match(r'\s*(?:\{|\[\s*(?:[{"]|$))', line) is not None


def _read_json(lines: Iterator[tuple[int, str]]) -> Found:
    """An object a line, or one value in all of them."""
    start, first = next(lines)
    try:
        json.loads(first)
    except ValueError:
        text = first + "".join(line for _number, line in lines)
        try:
            yield from _of_value(start, json.loads(text))
        except ValueError as error:
            yield start + text.count("\n", 0, getattr(error, "pos", 0)), None, f"no JSON: {getattr(error, 'msg', error)}"
        return
    for number, line in itertools.chain([(start, first)], lines):
        if line.strip():
            try:
                yield from _of_value(number, json.loads(line))
            except ValueError:
                yield number, None, line.strip()


def _of_value(number: int, value: Any) -> Found:
    if isinstance(value, str):
        yield number, named_cable(value), value
    elif isinstance(value, list):
        for each in value:
            yield from _of_value(number, each)
    elif isinstance(value, dict):
        inner = next((value[name] for name in _HITS if isinstance(value.get(name), list)), None)
        if inner is not None:
            yield from _of_value(number, inner)
        else:
            yield from _of_record(number, value)
    else:
        yield number, None, json.dumps(value)


def _of_record(number: int, record: Mapping[str, Any]) -> Found:
    """The cables of one object or row."""
    names = next((names for names in _NAMES if all(name in record for name in names)), ())
    if not names:
        yield number, None, json.dumps(record)
    for name in names:
        text = str(record[name] or "")
        if text or name != "target":  # a reference that leads to no cable
            yield number, named_cable(text), text


def _read_table(lines: Iterator[tuple[int, str]], header: str) -> Found | None:
    """The rows of a table with a header; ``None`` where ``header`` is none."""
    for delimiter in _DELIMITERS:
        columns = [cell.strip().lower() for cell in next(csv.reader([header], delimiter=delimiter), [])]
        if len(columns) > 1 and any(set(names) <= set(columns) for names in _NAMES):
            return _rows(lines, columns, delimiter)
    return None


def _rows(lines: Iterator[tuple[int, str]], columns: list[str], delimiter: str) -> Found:
    started, _header = next(lines)
    rows = csv.reader((line for _number, line in lines), delimiter=delimiter)
    for row in rows:
        record = dict(zip(columns, row, strict=False))
        if any(record.values()):
            yield from _of_record(started + rows.line_num, record)


def _read_lines(lines: Iterator[tuple[int, str]]) -> Found:
    """A line at a time: what names cables alone, then the hits of a table for people or of Markdown, without what stands below them."""
    below = False  # whether a hit came before
    for number, line in lines:
        text = _COMMENT.sub("", line).rstrip()
        head = _HEAD.match(text)
        key = named_cable(head["name"].replace("\\", "")) if head and (not head["indent"] or head["column"] is not None) else None
        if head and key:
            below = below or head["column"] != ""
            yield number, key, head["name"]
        elif not below or not _BELOW.match(text):
            yield from ((number, each, part) for each, part in _of_line(text))


def _of_line(text: str) -> Iterator[tuple[str | None, str]]:
    """The cables of a line, and what of it names none in one piece."""
    parts = list(iter_named(text)) if text.strip() else []
    yield from ((key, part) for key, part in parts if key)
    rest = " ".join(part for key, part in parts if not key)
    if rest:
        yield None, rest
