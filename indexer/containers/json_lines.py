"""One JSON object a line, in the variants that circulate (CABLE_FORMATS 1.4).

========================= ==================================================================================================
variant                   how it is read
========================= ==================================================================================================
with ``reference_id``     that is the id
``_id`` and ``header``    ``_id`` is the id
``_id`` without header    ``_id`` is the column of references; the id comes from the caption and the date
``\\'`` in strings        no JSON; read as ``'``
an array over the lines   brackets and commas around the objects are passed over; a line, and an object, may have several of the other
========================= ==================================================================================================
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from reftel.indexer.message import MAX_CABLE, Message, too_large
from reftel.schema.cable import Source
from reftel.schema.errors import SourceError
from reftel.schema.identifiers import canonical_id

_NAMES = {
    "body": ("body", "text", "content", "message"),
    "header": ("header", "head"),
    "date": ("date_time", "datetime", "date", "created"),
    "released": ("released",),
    "classification": ("classification", "class"),
    "origin": ("origin", "from"),
    "references": ("references", "refs"),
    "title": ("subject", "title"),
}
_SURROGATES = re.compile("[\ud800-\udfff]")
_FUSED = re.compile(r"(?<=[a-z0-9.)])(?=(?:SIPDIS|Sipdis|E\.[Oo]\.:? ?1\d|TAGS:|Tags:|SUBJECT:|Subject:|REF:|Ref:|Classified [Bb]y))")
_BETWEEN = re.compile(r"\s*+,?\s*+")
_DECODER = json.JSONDecoder(strict=False)


def looks_like_json(sample: str) -> bool:
    """Whether a text begins as JSON objects with a body or an id."""
    start = sample.lstrip("\ufeff \t\n[,")[:4000]
    return start.startswith("{") and re.search(r'"(?:_id|id|body|reference_id|text)"\s{0,4}:', start, re.IGNORECASE) is not None


def iter_records(lines: Iterable[tuple[int, str]], path: str) -> Iterator[Message | SourceError]:
    """A cable, or an error with its line number, for each line that is not blank."""
    for number, line in _objects(lines):
        if len(line) > MAX_CABLE:
            yield too_large(path, number)
            continue
        stripped = line.strip().strip("\ufeff").strip()
        if stripped.startswith("["):
            stripped = stripped[1:].lstrip()
        stripped = stripped.rstrip("],").rstrip() if stripped.endswith((",", "]")) else stripped
        if stripped:
            yield from (_read_record(record, path, number) for record in _load(stripped))


def _objects(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """The lines, those of an object that is laid out over several joined to one: it ends at the next brace that stands as far in as its first."""
    begun, parts, size = 0, list[str](), 0
    indent = ""
    for number, line in lines:
        stripped = line.strip("\ufeff \t\n,[")
        if not parts and stripped == "{":
            begun, indent = number, line[: line.find("{")].strip("\ufeff[")
        elif not parts:
            yield number, line
            continue
        if size <= MAX_CABLE:
            parts.append(line)
        size += len(line)
        if line.startswith(f"{indent}}}"):
            yield begun, "".join(parts)
            parts, size = [], 0
    if parts:
        yield begun, "".join(parts)


def _read_record(record: Any, path: str, number: int) -> Message | SourceError:
    if not isinstance(record, dict):
        return SourceError("not a JSON object; this line was passed over", path=path, locator=number)
    values = {str(key).lower(): _text(value) for key, value in record.items()}
    fields = {name: next((values[key] for key in keys if values.get(key)), None) for name, keys in _NAMES.items()}
    if fields["body"] is None and fields["header"] is None:
        return SourceError("a JSON object without a body; this line was passed over", path=path, locator=number)
    own = values.get("_id") or None
    printed_id = values.get("reference_id") or values.get("id") or (own if fields["header"] else None)
    return Message(
        body=fields["body"] or "",
        header=fields["header"] or "",
        printed_id=printed_id,
        references=fields["references"] or (None if printed_id else own),
        date=fields["date"],
        released=fields["released"],
        classification=fields["classification"],
        origin=fields["origin"],
        title=fields["title"],
        source=Source(path, "json-lines", number),
    )


def split_fused(text: str) -> str:
    """A text with two blanks where a line break was lost without a trace.

    ``"000348SipdisE.o. 12958"`` -> ``"000348  Sipdis  E.o. 12958"``.
    """
    return _FUSED.sub("  ", text) if _FUSED.search(text) else text


def place_before_split(text: str, place: int) -> int:
    """The offset in a text of what stands at ``place`` in ``split_fused(text)``."""
    for added, match in enumerate(_FUSED.finditer(text)):
        if match.start() + 2 * added >= place:
            return place - 2 * added
    return place - 2 * sum(1 for _ in _FUSED.finditer(text))


def _load(line: str) -> list[Any]:
    """The objects of a line, which commas part; ``[None]`` for one that is no JSON, or has something else."""
    for text in (line, line.replace("\\'", "'")):
        values, end = list[Any](), 0
        try:
            while end < len(text):
                value, end = _DECODER.raw_decode(text, end)
                values.append(value)
                between = _BETWEEN.match(text, end)
                end = between.end() if between else len(text)
        except (ValueError, RecursionError):
            continue
        return [one for value in values for one in _records(value)] if all(isinstance(value, dict) for value in values) else [None]
    return [None]


def _records(value: dict[str, Any]) -> list[Any]:
    """An object, or those that it wraps: the one list of objects (``{"cables": [...]}``), or all of its values by their ids (``{"08BAKU123": {...}}``)."""
    if value and all(isinstance(one, dict) and canonical_id(key) for key, one in value.items()):
        return [{"id": key, **one} for key, one in value.items()]
    lists = [each for each in value.values() if isinstance(each, list) and each and all(isinstance(one, dict) for one in each)]
    return lists[0] if len(lists) == 1 and not any(name in value for name in (*_NAMES["body"], *_NAMES["header"])) else [value]


def _text(value: Any) -> str:
    """A value as text: joined where it is a list. Halves of a surrogate pair, which no file can hold, become U+FFFD."""
    if isinstance(value, list):
        value = "|".join(str(item) for item in value)
    text = "" if value is None else str(value)
    return _SURROGATES.sub("\ufffd", text)
