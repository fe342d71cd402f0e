"""The REF lines: which cables, e-mails, reports and talks a cable points to.

A block is cut into items at its letters (``A.``, ``(B)``, ``C)``, ``¶D.``, doubled ``A. (A)``) or numbers, an item into cables at each
``[year] POST serial [(year)]``. What holds no cable is told apart by its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from reftel.indexer.telegram.citations import PrintedCitation, find_citations
from reftel.indexer.telegram.classwords import LETTER_SPACED
from reftel.indexer.telegram.handling_notes import without_note
from reftel.indexer.telegram.labels import LabelledPart
from reftel.indexer.telegram.places import holds
from reftel.schema import warnings as codes
from reftel.schema.cable import Reference, ReferenceKind, Warning  # noqa: A004 - the record's word for it
from reftel.schema.identifiers import full_year, reference_id, resolve_post, split_id
from reftel.schema.posts import nearest_post, stem_in

_LONGEST = 6_000
_LONGEST_PART = 120  # characters of a reference that is no cable; longer text between semicolons is running text
_LETTER = r"[(\[{][ ]?(?P<round>[A-Za-z])[ ]?\.?[)\]}][ ]?[.:]?|(?P<letter>[A-Za-z])[ ]?[.)\]:](?!\w\.)"
_NUMBER = r"\((?P<roundno>[1-9]\d?)\)|(?P<number>[1-9]\d?)[.)](?=\s)"
# A letter may be glued to the serial before it ("PARIS 84B) PARIS 93"), a number may not.
_LABEL = re.compile(rf"(?<![^\W\d_])(?<![.'’(\[/])(?<![^\s]-)(?:{_LETTER})|(?<![\w.'’(/-])(?:{_NUMBER})")
_BARE_LETTER = re.compile(
    r"(?:\A|(?<=[\s¶]))[(\"“]?(?P<letter>[A-Z])(?:[ ]*[-/,;\"”]?[ ]+|(?<=[AB])-(?=[A-Z]{3}))(?=(?:'?\d{2,4}[ ])?[A-Z]{2})", re.IGNORECASE
)  # B PARIS 739 | B/ PARIS 739 | (B PARIS 739 | A-PARIS 739
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
_SERIAL = re.compile(r"(?!(?:19|20)\d\d\Z)\d{3,7}")
_RULE_SIGNS = "-=_*"
_JOINT = re.compile(r"(?:,|\bAND\b|&|\+)\s*\Z", re.IGNORECASE)  # before a cable behind something else
_JOINT_BEFORE = re.compile(r"\s*(?:,|\bAND\b|&|\+)\s*", re.IGNORECASE)
_LETTER_AT_END = re.compile(r"(?:\A|[\s;,¶(\[])[A-Z][ ]?[.:)\]][ ]*\Z", re.IGNORECASE)
_LABEL_AGAIN = re.compile(r"\bREF(?:TEL|ERENCE)?S?[ ]?(?:[:.]|(?=\(?[A-Z][:.)]))", re.IGNORECASE)  # A. REF: PARIS 1 | REF A: PARIS 1
# What never stands in a list: the dots of a text that breaks off, a time group, a caption, a row of another table.
_NO_LIST = re.compile(
    rf"(?<=[\w ])\.\.\.(?=\s|\Z)|\s[ZOPR](?:[ ][ZOPR])?[ ]\d{{6}}Z[ ][A-Z]{{3}}[ ]\d\d|{LETTER_SPACED}|\bUNCLAS\b|\sid:[ ]?\d"
)
_LETTER_WIDTH = 12
_MONTH = r"(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)[A-Z]{0,6}"
_YEAR_ALONE = re.compile(r"[\s¶]*(?:19|20)\d\d\b[\s.;,]*(?:\Z|\(|AND\b)", re.IGNORECASE)
_DAY_AT_END = re.compile(rf"\b(?:{_MONTH}\s\d{{1,2}}|\d{{1,2}}\s{_MONTH})[\s,¶]*\Z", re.IGNORECASE)
_DAY_ALONE = re.compile(rf"[\s¶]*(?:{_MONTH}\s\d{{1,2}}|\d{{1,2}}\s{_MONTH})(?:,?\s(?:19|20)\d\d)?[\s.;,]*\Z", re.IGNORECASE)
_LONGEST_DAY = 40
_NO_LIST_SIGNS = ("...", "Z ", "C O N F", "S E C R", "UNCLAS", "id:")  # of which each of these has one
_SENTENCE = re.compile(r"(?<=[\d)\]])\s+(?=[A-Z][a-z]*\b)")
_SENTENCE_START = 8  # words; five of them in small letters are running text
_LONGEST_SENTENCE_START = 200
_RUN_ON_TEXT = re.compile(
    r"\s(?:(?:BEGIN )?(?:SUMMARY|Summary)\b|SENSITIVE BUT UNCLAS|\((?:U|SBU)\) [A-Z])"
)  # where all lines were run together
_HEADING = re.compile(r"(?:(?:BEGIN )?SUMMARY|INTRODUCTION|COMMENT|SENSITIVE)\b", re.IGNORECASE)


class _Item(msgspec.Struct, frozen=True, gc=False):
    """A lettered part of a REF block, the letter as printed in capitals (``None`` for the text without one)."""

    label: str | None
    text: str


class References(msgspec.Struct, frozen=True, gc=False):
    """The reftels of a head in printed order, and what is doubtful about them."""

    found: tuple[Reference, ...] = ()
    warnings: tuple[Warning, ...] = ()


class _Read(msgspec.Struct, frozen=True, gc=False):
    """A reference, and the cable of the text that it was made from."""

    reference: Reference
    citation: PrintedCitation | None = None


_ASSUMED = {
    "nearest": "was taken for the nearest name of a post",
    "unknown": "names no post of the table",
    "implied": "was taken for one of the post before it",
    "own": "was taken for one of the citing post",
}


def references_of(regions: Iterable[LabelledPart], *, year: int | None = None, own: str | None = None) -> References:
    """Reftels of a head in printed order, with warnings. ``year`` is that of the citing cable, implied where none is printed; ``own`` its id.

    ``"REF: A. 08 STATE 1 B. PARIS 2 (NOTAL)"`` with year 2009 -> A ``08STATE1``, B ``09PARIS2``. Without a year the id of such an item
    is ``None``. ``(NOTAL)`` and ``AND PREVIOUS`` are no references. Several REF blocks are read one after the other.
    """
    read: list[_Read] = []
    for block in _read_blocks(regions):
        before: PrintedCitation | None = None
        for item in split_items(block):
            items, before = _references(item, year, before)
            read += (_of_citing_year(_of_citing_post(one, own), own) for one in items)
    return References(tuple(dict.fromkeys(one.reference for one in read)), tuple(dict.fromkeys(_warnings(read, own))))


def _read_blocks(regions: Iterable[LabelledPart]) -> list[str]:
    """The lists of the REF regions; a region that ends in an item's letter belongs to the next: ``"REF: A. REF: PARIS 1"``.

    A list that breaks off in dots says nothing where another stands: the head stands twice, once complete.
    """
    texts: list[str] = []
    open_end = False  # whether the region before is a list that ends in a letter
    for region in regions:
        if region.kind == "references":
            text = f"{texts.pop()} {region.text}" if open_end else region.text
            texts.append(text)
            open_end = len(text) < _LONGEST and _LETTER_AT_END.search(text[-_LETTER_WIDTH:]) is not None
        else:
            open_end = False
    blocks = [block for text in texts if (block := _block(text[:_LONGEST])).strip()]
    whole = [block for block in blocks if not block.rstrip().endswith("...")]
    return whole or blocks[:1]


def _block(text: str) -> str:
    """The block up to the first rule, heading, running text or blank line that no further item follows."""
    kept: list[str] = []
    blank = False
    if "\n" not in text.strip():
        ends = (match.start() for match in _RUN_ON_TEXT.finditer(text) if _opens_text(match[0], text[match.end() - 1 :]))
        text = text[: next(ends, len(text))]
    if any(map(text.__contains__, _NO_LIST_SIGNS)) and (match := _NO_LIST.search(text)):
        text = text[: match.end() if match[0].endswith(".") else match.start()]
    text = without_note(text)
    if holds(text, "ref"):
        text = _LABEL_AGAIN.sub(lambda word: " " * len(word[0]), text)
    for line in text.split("\n"):
        rule = _RULE.search(line) if any(map(line.__contains__, _RULE_SIGNS)) else None
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
    return _without_sentences("\n".join(kept))


def _opens_text(words: str, behind: str) -> bool:
    """Whether words or a mark open the text behind a list: ``(U) We met the``; ``SECURITY SERVICE OF RURITANIA (SBU) PRESS RELEASE`` is an item."""
    if _starts_with_cable(behind):
        return False
    return words[-3:-1] != ") " or not behind[:_SENTENCE_WIDTH].isupper()


_SENTENCE_WIDTH = 40  # characters


def _without_sentences(block: str) -> str:
    """The block up to running text behind an item, unless further items stand behind that: ``"STATE 6970 As requested in the ..."``."""
    for match in _SENTENCE.finditer(block):
        words = block[match.end() : match.end() + _LONGEST_SENTENCE_START].split()[:_SENTENCE_START]
        if sum(word.strip(",.;").isalpha() and word.islower() for word in words) * 8 >= 5 * _SENTENCE_START:
            rest = block[match.end() :]
            further = any(_starts_with_cable(rest[end:]) for _, _, end in _iter_labels(rest))
            return block if further else block[: match.start()]
    return block


def _goes_on(kept: list[str], line: str) -> bool:
    """Whether a block goes on after a blank line: with a cable, the next letter, or the number of a post that a page break cut off."""
    if kept[-1].rstrip()[-1:].isalpha() and line[0].isdigit():
        return True
    label, end = None, 0
    for letter, start, after in _iter_labels(line):  # the last of doubled ones
        if line[end:start].strip():
            break
        label, end = letter, after
    if label:
        items = split_items("\n".join(kept))
        follows = items[-1].label is not None and _follows(label, [(items[-1].label, 0, 0)])
        return follows or _starts_with_cable(line[end:])
    return _starts_with_cable(line)


def split_items(block: str) -> list[_Item]:
    """Cut a block at its letters, which must rise; of doubled letters the last counts. ``"A. PARIS 1 B. B. ROME 2"`` -> A, B."""
    block = block[:_LONGEST]
    cuts: list[tuple[str, int, int]] = []
    labels = list(_iter_labels(block))
    if labels and block[labels[0][1]] == "(" and labels[0][0] in "CSU" and len(labels) == 1:
        labels = []  # the mark of the only reference: "(U) PARIS 1"
    for label, start, end in labels:
        doubled = (
            bool(cuts) and not block[cuts[-1][2] : start].strip(" \t\n¶") and label.isalpha() == cuts[-1][0].isalpha()
        )
        if doubled and _is_mark(block, label, start, cuts):
            continue
        if doubled and _follows(label, cuts[:-1]):
            cuts[-1] = (label, cuts[-1][1], end)
        elif (_follows(label, cuts) and (cuts or label in "AB" or not _WORD.search(block[:start]))) or (cuts and _is_earlier(block, label, end, cuts)):
            cuts.append((label, start, end))
    if not cuts:
        return [_Item(None, block)]
    ends = [start for _, start, _ in cuts[1:]] + [len(block)]
    items: list[_Item] = []
    for (label, _, after), end in zip(cuts, ends, strict=True):
        text = block[after:end]
        if items and _is_rest_of_date(items[-1].text, text):
            items[-1] = _Item(items[-1].label, f"{items[-1].text} {text}")
        else:
            items.append(_Item(label, text))
    before = block[: cuts[0][1]]
    return [_Item(None, before), *items] if _WORD.search(before) else items


def _is_earlier(block: str, label: str, end: int, cuts: list[tuple[str, int, int]]) -> bool:
    """Whether a letter that stands before a cable was left out so far: ``"B. ROME 2 A. PARIS 1"``; C, S and U may be marks."""
    return label.isalpha() and label not in "CSU" and all(label != other for other, _, _ in cuts) and _starts_with_cable(block[end:])


def _is_rest_of_date(before: str, text: str) -> bool:
    """Whether a letter was put before the rest of a date that was wrapped: ``"DAILY REPORT FOR JANUARY 13 ¶B. 2008"``."""
    if _YEAR_ALONE.match(text):
        return _DAY_AT_END.search(before[-_LONGEST_DAY:]) is not None
    return _DAY_ALONE.match(text) is not None and not any(map(str.isdigit, before))


def _is_mark(block: str, label: str, start: int, cuts: list[tuple[str, int, int]]) -> bool:
    """Whether a bracketed C, S or U behind a letter is a portion mark: ``"B. (C) PARIS 1"``, unless it goes on where that letter doesn't."""
    goes_on = len(cuts) > 1 and ord(label) - ord(cuts[-2][0][0]) == 1
    return block[start] == "(" and label in "CSU" and label != cuts[-1][0] and not goes_on


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


def _references(item: _Item, year: int | None, before: PrintedCitation | None) -> tuple[list[_Read], PrintedCitation | None]:
    """The references of one item: its cables, and the parts that are something else; and the last cable, whose post may be implied next."""
    citations = _citations(item.text, year, before)
    if not citations:
        raw = " ".join(item.text.replace("¶", " ").split()).strip(" ;,.")
        return [_Read(reference) for reference in _without_cables(item.label, raw)], before
    found = [(citation.start, _Read(_cable(item.label, citation, year), citation)) for citation in citations]
    found += ((start, _Read(reference)) for start, reference in _between(item, citations))
    return [read for _, read in sorted(found, key=lambda pair: pair[0])], citations[-1]


def _citations(text: str, year: int | None, before: PrintedCitation | None) -> list[PrintedCitation]:
    """The cables of an item. Behind the name of an e-mail a cable is one only after a comma or ``AND``: ``"ROE/PARIS 5 E-MAILS AND PARIS 12"``."""
    kept: list[PrintedCitation] = []
    end = 0
    for citation in find_citations(text, year=year, before=before):
        part = _last_part(text[end : citation.start])
        if not _KINDS[0][1].search(part) or _JOINT.search(part):
            kept.append(citation)
        end = citation.end
    return kept


def _last_part(text: str) -> str:
    return text[max(text.rfind(";"), text.rfind("\n")) + 1 :]


def _cable(label: str | None, citation: PrintedCitation, year: int | None) -> Reference:
    printed = citation.year or year
    known = printed is not None and not citation.cut
    found = reference_id(_post_of(citation), citation.serial, printed or 0) if known else None
    return Reference(label, found and _by_its_name(found), "cable", citation.raw)


def _by_its_name(found: str) -> str | None:
    """An id with the name that the post had in that year: ``"08KIEV12"`` -> ``"08KYIV12"``."""
    year, post, serial = split_id(found)
    name = stem_in(post, full_year(year))
    return found if name == post else reference_id(name, serial, year)


def _post_of(citation: PrintedCitation) -> str:
    return (nearest_post(citation.post) if citation.certainty == "nearest" else None) or citation.post


def _of_citing_post(read: _Read, own: str | None) -> _Read:
    """A serial alone with no cable before it, below the citing cable's own, is one of the citing post; another one can't be told."""
    reference = read.reference
    if own is None or reference.kind != "cable" or reference.id is not None or not _SERIAL.fullmatch(reference.raw):
        return read
    year, post, serial = split_id(own)
    if int(reference.raw) >= int(serial):
        return read
    found = Reference(reference.label, reference_id(post, reference.raw, year), reference.kind, reference.raw)
    return _Read(found, PrintedCitation(post, reference.raw, None, 0, len(reference.raw), reference.raw, "own"))


def _of_citing_year(read: _Read, own: str | None) -> _Read:
    """A reference without a year to a serial of the citing post above the citing cable's own is one of the year before."""
    reference, citation = read.reference, read.citation
    if own is None or reference.id is None or citation is None or citation.year:
        return read
    (year, post, serial), (own_year, own_post, own_serial) = split_id(reference.id), split_id(own)
    if (year, post) != (own_year, own_post) or int(serial) <= int(own_serial):
        return read
    before = reference_id(post, serial, f"{(int(year) - 1) % 100:02}")
    return _Read(Reference(reference.label, before, reference.kind, reference.raw), citation)


def _warnings(read: Iterable[_Read], own: str | None) -> Iterator[Warning]:
    """What a reader should know of each reference."""
    for one in read:
        reference, citation = one.reference, one.citation
        if reference.kind == "cable" and reference.id is None:
            yield Warning(codes.REFERENCE_UNREADABLE, "refs", f"no id could be read from {reference.raw!r}")
        elif reference.id and reference.id == own:
            yield Warning(codes.REFERENCE_TO_ITSELF, "refs", f"{reference.raw!r} is this cable")
        elif citation and reference.id and citation.certainty != "named":
            yield Warning(codes.REFERENCE_POST_ASSUMED, "refs", f"{reference.raw!r} {_ASSUMED[citation.certainty]}: {reference.id}")


def _between(item: _Item, citations: list[PrintedCitation]) -> Iterator[tuple[int, Reference]]:
    """What is no cable but names another kind of reference: parts set off by ``;``, and in a part what commas or ``AND`` set off.

    ``"PARIS 1; ROE-DOE E-MAIL"``, ``"ROE E-MAIL AND PARIS 1, ROE-DOE TELCON"``; not the note ``"PARIS 1 (ROE E-MAIL)"``.
    """
    start = 0
    for part in _PARTS.split(item.text):
        end = start + len(part)
        inside = [citation for citation in citations if start <= citation.start < end or start < citation.end <= end]
        bounds = [start, *(bound for citation in inside for bound in (citation.start, citation.end)), end]
        if not inside and item.text.count("(", 0, start) > item.text.count(")", 0, start):  # of a note: PARIS 1 (SUBJ: NOTES)
            start = end + 1
            continue
        for number, (begin, stop) in enumerate(zip(bounds[::2], bounds[1::2], strict=True)):
            front, behind = number > 0, number < len(inside)
            gap = item.text[begin:stop]
            if not gap.strip(" ,."):
                continue
            opened, joined = _JOINT_BEFORE.match(gap) if front else None, _JOINT.search(gap) if behind else None
            if (front and not opened) or (behind and not joined):
                continue
            gap = gap[opened.end() if opened else 0 : joined.start() if joined else None]
            raw = " ".join(gap.split()).strip(" ,.") if len(gap) < _LONGEST_PART else ""
            if raw and (kind := _kind(gap)) != "other" and (not inside or kind in ("email", "telephone", "report")):
                yield begin, Reference(item.label, None, kind, raw)
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
    """Kind of a reference whose number could not be read, by its words; a post or a serial alone is a cable that has lost the other."""
    if found := next((kind for kind, pattern in _KINDS if pattern.search(text)), None):
        return found
    bare = _REDACTED.sub("", _NOT_CITED.sub("", text)).strip(" .,;:()")
    return "cable" if _SERIAL.fullmatch(bare) or resolve_post(bare.strip(" .,;:0123456789")) else "other"
