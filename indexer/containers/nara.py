"""A text of the State Archiving System: the telegram, then labelled metadata (CABLE_FORMATS 1.5).

The telegram follows the line ``Message Text`` (where there is one) and ends at the metadata: a rule or ``<< END OF DOCUMENT >>``, then one
``Label: value`` a line, an indented line going on with the value before it. The same layout with the metadata first is read too.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator

from reftel.indexer.containers.decoding import split_blocks
from reftel.indexer.message import MAX_CABLE, Message, too_large
from reftel.schema.cable import Source
from reftel.schema.errors import SourceError

_LABELS = (
    "Capture Date", "Channel Indicators", "Current Classification", "Current Handling Restrictions", "Concepts",
    "Control Number", "Copy", "Draft Date", "Decaption Date", "Decaption Note", "Disposition Action",
    "Disposition Approved on Date", "Disposition Authority", "Disposition Case Number", "Disposition Comment",
    "Disposition Date", "Disposition Event", "Disposition History", "Disposition Reason", "Disposition Remarks",
    "Document Number", "Document Source", "Document Unique ID", "Drafter", "Enclosure", "Executive Order", "Errors",
    "Expiration", "Film Number", "Format", "From", "Handling Restrictions", "Image Path", "ISecure", "Legacy Key",
    "Line Count", "Litigation Code List", "Litigation Codes", "Litigation History", "Locator", "Markings", "Message ID",
    "Office", "Original Classification", "Original Handling Restrictions", "Original Previous Classification",
    "Original Previous Handling Restrictions", "Page Count", "Previous Channel Indicators", "Previous Classification",
    "Previous Handling Restrictions", "Reference", "Retention", "Review Action", "Review Content Flags", "Review Date",
    "Review Event", "Review Exemptions", "Review Media Identifier", "Review Referrals", "Review Release Date",
    "Review Release Event", "Review Transfer Date", "Review Withdrawn Fields", "SAS ID", "Secure", "Status", "Subject",
    "TAGS", "To", "Type", "Vdkvgwkey", "Canonical ID", "Character Count", "Office Origin", "Office Action",
    "Archive Status", "Date",
)  # fmt: skip
_KNOWN = {label.casefold(): label for label in _LABELS}
_ONLY_METADATA = frozenset(
    label.casefold() for label in _LABELS if label not in ("Subject", "TAGS", "To", "From", "Reference", "Date", "Format", "Type", "Status")
)
_PAIR = re.compile(r"[ \t]{0,40}([A-Z][A-Za-z ]{1,40}):[ \t]?(.*)")
_TEXT_LABEL = re.compile(r"^[ \t]{0,20}Message Text:?[ \t]{0,20}$", re.MULTILINE | re.IGNORECASE)
_END_MARK = re.compile(r"\n[ \t]{0,20}(?:<< ?END OF DOCUMENT ?>>|\*\*\* ?Current Classification ?\*\*\*)[^\n]{0,80}", re.IGNORECASE)
_RULE = re.compile(r"[-_=* ]{3,}$")
_NOTHING = frozenset({"", "n/a", "na", "none", "01 jan 1960", "-"})  # 01 JAN 1960 is the database's zero
MIN_PAIRS = 3


def looks_like_nara(sample: str) -> bool:
    """Whether a text begins with ``Message Text`` or has lines of this metadata: three labels that no telegram has."""
    if _TEXT_LABEL.search(sample[:2000]):
        return True
    found = {match[1].casefold() for line in sample.split("\n") if (match := _PAIR.match(line))} & _ONLY_METADATA
    return len(found) >= MIN_PAIRS


def iter_documents(blocks: Iterable[str], path: str) -> Iterator[Message | SourceError]:
    """The cables of a text that comes in pieces of whole lines, one for each ``Message Text`` line; one where there is none."""
    documents = _split_documents(blocks)
    beginning = list(itertools.islice(documents, 2))
    for number, text in itertools.chain(beginning, documents):
        locator = number if len(beginning) > 1 else None
        yield too_large(path, locator) if len(text) > MAX_CABLE else read_document(text, Source(path, "nara", locator))


def _split_documents(blocks: Iterable[str]) -> Iterator[tuple[int, str]]:
    """First line numbers and texts; what stands before the first label belongs to its document."""
    pieces = split_blocks(blocks, lambda block: (label.start() for label in _TEXT_LABEL.finditer(block)))
    number, text = next(pieces)
    if not _TEXT_LABEL.match(text):
        text += "".join(behind for _, behind in itertools.islice(pieces, 1))
    yield number, text
    yield from pieces


def read_document(text: str, source: Source) -> Message:
    """The cable of one record: telegram and metadata taken apart."""
    body, attributes = split_record(text)
    return message_from_record(body, attributes, source)


def message_from_record(body: str, attributes: tuple[tuple[str, str], ...], source: Source) -> Message:
    """A message from a telegram and its metadata. What the classification was when it was sent is preferred to what it is now."""
    bare = Message(body=body, source=source, attributes=attributes)
    return Message(
        body=body,
        source=source,
        printed_id=bare.attribute("Document Number", "Canonical ID") or bare.attribute("Message ID"),
        date=bare.attribute("Draft Date") or bare.attribute("Date"),
        classification=bare.attribute("Original Classification") or bare.attribute("Previous Classification"),
        origin=bare.attribute("From"),
        references=bare.attribute("Reference"),
        title=bare.attribute("Subject"),
        attributes=attributes,
    )


def split_record(text: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Telegram and metadata of a record; values that mean none (``n/a``, ``01 JAN 1960``) are left out."""
    label = _TEXT_LABEL.search(text)
    before, rest = (text[: label.start()], text[label.end() :]) if label else ("", text)
    mark = _END_MARK.search(rest)
    telegram, tail = (rest[: mark.start()], rest[mark.end() :]) if mark else _split_tail(rest)
    pairs = (*parse_pairs(before), *parse_pairs(tail))
    return telegram.strip("\n"), tuple(pair for pair in pairs if says_something(pair[1]))


def says_something(value: str) -> bool:
    """Whether a value of the metadata is one: ``"n/a"`` and the database's zero ``"01 JAN 1960"`` are not."""
    return value.casefold() not in _NOTHING


def _split_tail(text: str) -> tuple[str, str]:
    """Telegram and metadata where no mark stands between them: the metadata begins at the first label that only metadata has."""
    lines = text.split("\n")
    first = next((number for number, line in enumerate(lines) if _label_of(line) in _ONLY_METADATA), len(lines))
    while first and (_RULE.match(lines[first - 1]) or not lines[first - 1].strip()):
        first -= 1
    return "\n".join(lines[:first]), "\n".join(lines[first:])


def _label_of(line: str) -> str | None:
    match = _PAIR.match(line)
    return match[1].strip().casefold() if match else None


def parse_pairs(text: str) -> list[tuple[str, str]]:
    """``Label: value`` lines with known labels, in order; a line without a label goes on with the value before it."""
    pairs: list[tuple[str, list[str]]] = []
    for line in text.split("\n"):
        match = _PAIR.match(line)
        label = _KNOWN.get(match[1].strip().casefold()) if match else None
        if match and label:
            pairs.append((label, [match[2].strip()]))
        elif pairs and line.strip() and not _RULE.match(line.strip()):
            pairs[-1][1].append(line.strip())
    return [(label, " ".join(parts).strip()) for label, parts in pairs]
