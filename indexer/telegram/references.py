"""The REF lines: which cables, e-mails, reports and talks a cable points to.

A block is cut into items at its letters (``A.``, ``(B)``, ``C)``, ``¶D.``, doubled ``A. (A)``) or numbers, an item into cables at each
``[year] POST serial [(year)]``. What holds no cable is told apart by its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from reftel.frozen import frozen
from reftel.indexer.telegram.citations import Citation, find_citations
from reftel.indexer.telegram.labels import Region, cut_head
from reftel.schema.cable import Reference, ReferenceKind
from reftel.schema.identifiers import reference_id, resolve_post

_LONGEST = 6_000
_LONGEST_PART = 120  # characters of a reference that is no cable; longer text between semicolons is running text
_LETTER = r"\((?P<round>[A-Za-z])\)[ ]?[.:]?|(?P<letter>[A-Za-z])[ ]?[.):](?!\w\.)"
_NUMBER = r"\((?P<roundno>[1-9]\d?)\)|(?P<number>[1-9]\d?)[.)](?=\s)"
# A letter may be glued to the serial before it ("PARIS 84B) PARIS 93"), a number may not.
_LABEL = re.compile(rf"(?<![^\W\d_])(?<![.'’(/-])(?:{_LETTER})|(?<![\w.'’(/-])(?:{_NUMBER})")
_BARE_LETTER = re.compile(
    r"(?:\A|(?<=[\s¶]))(?P<letter>[A-Z])[ ]*[-/]?[ ]+(?=(?:'?\d{2,4}[ ])?[A-Z]{2})", re.IGNORECASE
)  # B PARIS 739 | B/ PARIS 739
_NOT_CITED = re.compile(r"\(?\b(?:NOTAL|AND[ ]PREVIOUS|PREVIOUS|ET[ ]AL|NONE|N/A|NA)\b\.?\)?", re.IGNORECASE)
_KINDS: tuple[tuple[ReferenceKind, re.Pattern[str]], ...] = (
    ("email", re.compile(r"\bE-?[ ]?MAILS?\b|\w@\w", re.IGNORECASE)),
    (
        "telephone",
        re.compile(
            r"\bTELCONS?\b|\bTEL[ ]?CONS?\b|\b(?:TELE)?PHONE|\bPHONCON|\bCALLS?\b|\bSVTC\b|\bVTC\b", re.IGNORECASE
        ),
    ),
    (
        "report",
        re.compile(
            r"\b(?:IIRS?|TDX?|TD-?\d*|DIA|CIA|NSA|DCI|OSC|FBIS|HOTR|USDAO|DAO|INTEL\w*|SITREPS?|REPORTS?|REPORTING|CX|SPOTREPS?|TERREPS?|"
            r"3/\d\w+)\b|\bTD-?\d",
            re.IGNORECASE,
        ),
    ),
    (
        "document",
        re.compile(
            r"\b(?:FAM|FAH|MEMOS?|MEMORANDUM|LETTERS?|LTR|AIRGRAMS?|A-\d+|CA-\d+|NON-?PAPERS?|PAPERS?|NOTES?|DIPNOTES?|FAX|POC|"
            r"IMSWM\S*|HTTP\S*|WWW\S*|ARTICLES?|RESOLUTIONS?|UNSCR|TREATY|AGREEMENT|GUIDE|HANDBOOK|SOP|WORKING|DOCUMENTS?|PRESS|"
            r"STATEMENTS?|CFR|USC)\b",
            re.IGNORECASE,
        ),
    ),
)
_WORD = re.compile(r"\w")
_PARTS = re.compile(r"[;:\n]")
_REDACTED = re.compile(r"X{4,}", re.IGNORECASE)
_RULE = re.compile(r"[-=_*]{4,}|(?:[-=] ){3,}")
_RUN_ON_TEXT = re.compile(
    r"\s(?:(?:BEGIN )?(?:SUMMARY|Summary)\b|SENSITIVE BUT UNCLAS|\((?:U|SBU)\) [A-Z])"
)  # where all lines were run together
_HEADING = re.compile(r"(?:(?:BEGIN )?SUMMARY|INTRODUCTION|COMMENT|SENSITIVE)\b", re.IGNORECASE)


@frozen
class _Item:
    """A lettered part of a REF block, the letter as printed in capitals (``None`` for the text without one)."""

    label: str | None
    text: str


def parse_references(text: str, *, year: int | None = None) -> tuple[Reference, ...]:
    """Reftels of a head in printed order. ``year`` is that of the citing cable, implied where none is printed.

    ``"REF: A. 08 STATE 1 B. PARIS 2 (NOTAL)"`` with year 2009 -> A ``08STATE1``, B ``09PARIS2``. Without a year the id of such an item
    is ``None``. ``(NOTAL)`` and ``AND PREVIOUS`` are no references.
    """
    return references_of(cut_head(text).regions, year=year)


def references_of(regions: Iterable[Region], *, year: int | None = None) -> tuple[Reference, ...]:
    """The same from a head that has been split; several REF blocks are read one after the other."""
    found: list[Reference] = []
    for region in regions:
        if region.kind == "references":
            for item in split_items(_block(region.text[:_LONGEST])):
                found += _references(item, year)
    return tuple(dict.fromkeys(found))


def _block(text: str) -> str:
    """The block up to the first rule, heading or blank line that no further item follows."""
    kept: list[str] = []
    blank = False
    if "\n" not in text.strip() and (match := _RUN_ON_TEXT.search(text)):
        text = text[: match.start()]
    for line in text.split("\n"):
        rule = _RULE.search(line)
        stripped = line.strip(" \t¶")
        if not stripped:
            blank = bool("".join(kept).strip())
            continue
        if _HEADING.match(stripped) or (blank and not _goes_on(kept, stripped)):
            break
        kept.append(line[: rule.start()] if rule else line)
        blank = False
        if rule:
            break
    return "\n".join(kept)


def _goes_on(kept: list[str], line: str) -> bool:
    """Whether a block goes on after a blank line: with a cable, the next letter, or the number of a post that a page break cut off."""
    if kept[-1].rstrip()[-1:].isalpha() and line[0].isdigit():
        return True
    label = next(_iter_labels(line), None)
    if label and label[1] == 0:
        items = split_items("\n".join(kept))
        follows = items[-1].label is not None and _follows(label[0], [(items[-1].label, 0, 0)])
        return follows or _starts_with_cable(line[label[2] :])
    return _starts_with_cable(line)


def split_items(block: str) -> list[_Item]:
    """Cut a block at its letters, which must rise; of doubled letters the last counts. ``"A. PARIS 1 B. B. ROME 2"`` -> A, B."""
    block = block[:_LONGEST]
    cuts: list[tuple[str, int, int]] = []
    for label, start, end in _iter_labels(block):
        doubled = (
            bool(cuts) and not block[cuts[-1][2] : start].strip(" \t\n¶") and label.isalpha() == cuts[-1][0].isalpha()
        )
        if doubled and _follows(label, cuts[:-1]):
            cuts[-1] = (label, cuts[-1][1], end)
        elif _follows(label, cuts) and (cuts or label in "AB" or not _WORD.search(block[:start])):
            cuts.append((label, start, end))
    if not cuts:
        return [_Item(None, block)]
    ends = [start for _, start, _ in cuts[1:]] + [len(block)]
    items = [_Item(label, block[after:end]) for (label, _, after), end in zip(cuts, ends, strict=True)]
    before = block[: cuts[0][1]]
    return [_Item(None, before), *items] if _WORD.search(before) else items


def _iter_labels(block: str) -> Iterator[tuple[str, int, int]]:
    """Everything that may be a label, in text order: its letter or number, start and end."""
    found = [
        match
        for match in _LABEL.finditer(block)
        if not (match[match.lastgroup or 0].isdigit() and _is_serial(block, match.start()))
    ]
    found += [match for match in _BARE_LETTER.finditer(block) if _starts_with_cable(block[match.end() :])]
    for match in sorted(found, key=lambda match: match.start()):
        yield match[match.lastgroup or 0].upper(), match.start(), match.end()


def _is_serial(block: str, start: int) -> bool:
    """Whether a number with a dot is a serial, not a label: ``"STATE 1. PARIS 2"``."""
    return block[:start].rstrip()[-1:].isalpha()


def _starts_with_cable(text: str) -> bool:
    return any(citation.start == 0 for citation in find_citations(text[:60].lstrip())[:1])


def _follows(label: str, cuts: list[tuple[str, int, int]]) -> bool:
    """Whether a label may come next: the first one, or the next letter or number (one or two may be lost)."""
    if not cuts:
        return label.isalpha() or label == "1"
    last = cuts[-1][0]
    if label.isdigit() or last.isdigit():
        return label.isdigit() and last.isdigit() and 0 < int(label) - int(last) <= 2
    return 0 < ord(label) - ord(last) <= 3


def _references(item: _Item, year: int | None) -> list[Reference]:
    """The references of one item: its cables, and the parts between ``;`` that are something else."""
    raw = " ".join(item.text.replace("¶", " ").split()).strip(" ;,.")
    citations = find_citations(item.text)
    if citations and _KINDS[0][1].search(item.text[: citations[0].start]):
        citations = []  # "ROE-DOE EMAIL 06 MARCH 06"
    if not citations:
        return _without_cables(item.label, raw)
    found = [(citation.start, _cable(item.label, citation, year)) for citation in citations]
    found += list(_between(item, citations))
    return [reference for _, reference in sorted(found, key=lambda pair: pair[0])]


def _cable(label: str | None, citation: Citation, year: int | None) -> Reference:
    printed = citation.year or year
    found = reference_id(citation.post, citation.serial, printed) if printed is not None else None
    return Reference(label, found, "cable", citation.raw)


def _between(item: _Item, citations: list[Citation]) -> Iterator[tuple[int, Reference]]:
    """Parts set off by ``;`` that hold no cable but name another kind of reference: ``"PARIS 1; ROE-DOE E-MAIL"``."""
    start = 0
    for part in _PARTS.split(item.text):
        end = start + len(part)
        raw = " ".join(part.split()) if len(part) < _LONGEST_PART else ""
        if raw and not any(start <= citation.start < end or start < citation.end <= end for citation in citations):
            kind = _kind(part)
            if kind != "other":
                yield start, Reference(item.label, None, kind, raw)
        start = end + 1


def _without_cables(label: str | None, raw: str) -> list[Reference]:
    rest = _REDACTED.sub("", _NOT_CITED.sub("", raw)).strip(" ,;.()&:-")
    if not _WORD.search(rest):
        return []
    parts = (
        [part.strip() for part in raw.split(";") if re.search(r"\w{2}", _NOT_CITED.sub("", part))]
        if label is None
        else [raw]
    )
    return [Reference(label, None, _kind(part), part) for part in parts]


def _kind(text: str) -> ReferenceKind:
    """Kind of a reference whose number could not be read, by its words; a post alone is a cable with a lost or redacted number."""
    found = next((kind for kind, pattern in _KINDS if pattern.search(text)), None)
    return found or ("cable" if resolve_post(_REDACTED.sub("", text).strip(" .,;:0123456789")) else "other")
