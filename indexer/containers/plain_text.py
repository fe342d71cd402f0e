"""Plain text: raw telegrams, bodies alone, or a list with one body a line (CABLE_FORMATS 1.4, 1.5)."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator

from reftel.indexer.containers.telegrams import iter_parts
from reftel.indexer.message import MAX_CABLE, Message, too_large
from reftel.schema.cable import Source
from reftel.schema.errors import SourceError

_HEADER_LINE = re.compile(
    r"^(?:VZCZC|ZNY |ZNR |DE R[A-Z]{3,6} |FM [A-Z]|TO R?[A-Z]{3})|\d{6} ?Z [A-Z]{3}[A-Z]{0,6} \d\d", re.MULTILINE | re.IGNORECASE
)
_CAPTION_LINE = re.compile(
    r"^[ >]{0,4}(?:U ?N ?C ?L ?A ?S|C ?O ?N ?F ?I ?D ?E ?N ?T ?I ?A ?L|S ?E ?C ?R ?E ?T|SIPDIS|E\.? ?O\.? ?1\d{4}|SUBJ(?:ECT)?:)",
    re.MULTILINE | re.IGNORECASE,
)
_PARAGRAPH = re.compile(r"^[ \t]{0,8}(?:¶|\d{1,3}[.)] {0,3}\S|\([A-Z/]{1,12}\) )", re.MULTILINE)
_SAMPLE = 1 << 16
_HEAD_WORDS = re.compile(r"\b(?:E\.? ?O\.? ?1\d{4}|TAGS?[ :]|SUBJ(?:ECT)?:|CLASSIFIED BY|SIPDIS)", re.IGNORECASE)


def looks_like_telegram(sample: str) -> bool:
    """Whether a text has lines of a header or of a body's head."""
    return _HEADER_LINE.search(sample) is not None or _CAPTION_LINE.search(sample) is not None


def looks_like_body(sample: str) -> bool:
    """Whether a text has numbered or marked paragraphs."""
    return _PARAGRAPH.search(sample) is not None


def is_text(before: str) -> bool:
    """Whether what stands before a row is a text that quotes it, not the end of another row."""
    return not before.rstrip().endswith('"') and (looks_like_telegram(before) or looks_like_body(before))


def looks_like_bodies(sample: str) -> bool:
    """Whether most lines of a text are whole bodies: each holds two or more labels of a head, as no line of a telegram does.

    A last line cut off by the sample is not counted.
    """
    lines = [line for line in sample.split("\n") if line.strip()]
    return bool(lines) and sum(map(_is_whole_body, lines)) * 2 > len(lines)


def _is_whole_body(line: str) -> bool:
    labels = {match[0][:2].upper() for match in _HEAD_WORDS.finditer(line[:4000])}
    return len(labels) >= 2 and len(line) > 200


def iter_telegrams(blocks: Iterable[str], path: str) -> Iterator[Message | SourceError]:
    """The cables of a text that comes in pieces of whole lines: telegrams with header and body, or bodies alone."""
    parts = iter_parts(blocks)
    beginning = list(itertools.islice(parts, 2))
    for part in itertools.chain(beginning, parts):
        line = part.line if len(beginning) > 1 else None
        if part.text is None:
            yield too_large(path, line)
        elif looks_like_telegram(part.text[:_SAMPLE]):
            yield Message(body=part.text, source=Source(path, "telegram", line))
        else:
            yield Message(body=part.text, header="", source=Source(path, "body-only", line))


def iter_bodies(lines: Iterable[tuple[int, str]], path: str) -> Iterator[Message | SourceError]:
    """A cable for each line that is not blank."""
    for number, line in lines:
        if len(line) > MAX_CABLE:
            yield too_large(path, number)
        elif line.strip():
            yield Message(body=line.rstrip("\n"), header="", source=Source(path, "body-only", number))
