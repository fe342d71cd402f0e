"""Captions further down a text: the head once more behind a cut one or with each section, a retransmitted cable, a second cable behind the first.

A mirror that shows the beginning of a cable, cut at some 250 characters, and then the row that it was taken from has the head twice; the
complete copy counts.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator

import msgspec

from reftel.indexer.telegram.artefacts import Banner
from reftel.indexer.telegram.classwords import CAPTION, STEMS, is_class_line
from reftel.indexer.telegram.lines import FILLER, clean
from reftel.indexer.telegram.places import iter_places
from reftel.schema.posts import find_post

_QUOTED = re.compile(
    r"\b(?:quote|qte|repeated|retransmi\w+|begin (?:text|cable|quote)|full text|follow(?:s|ing))\b[\s:.-]{0,20}$", re.IGNORECASE
)
_HEAD_LABEL = re.compile(
    r"""\s* (?: sipdis | noforn | sensitive | e\.?[ ]?o\.?[ ]?\d{5} | tags?\b | subj | refs?\b | reftels?\b
      | (?-i: (?:[A-Z][A-Z0-9/,.;:()&-]*[ ]){1,8} (?:FOR|PASS(?:ED)?(?:[ ]TO)?)[ ][A-Z] | P(?:ASS|ass)[ ](?:(?:TO|to)[ ])?[A-Z]{2}
            | [A-Z][\w/]*[ ](?:for|pass)[ ][A-Z]{2} )
      | c[ ]?o[ ]?r[ ]?r[ ]?e[ ]?c[ ]?t[ ]?e[ ]?d\b | from[ ]embassy\b.{0,30}/ )""",
    re.VERBOSE | re.IGNORECASE,
)
_HEAD_WORD = re.compile(r"\b(?:e\.? ?o\.? ?1\d{4}|tags|subject)\b", re.IGNORECASE)
_HEAD_WORD_REACH = 900  # characters behind a caption
_TAGS = re.compile(r"T(?:AGS|ags)")  # found in half the time of counting both words
_LONGEST_LABELLED = 100
_EXECUTIVE_ORDER = re.compile(r"(?:.{0,60}\bfor [A-Z].{0,60} )?e\.? ?o\.? ?\d{5}.{0,60}\btags:? [A-Z ,;/-]*$", re.IGNORECASE)
_LONGEST_FUSED = 300  # characters of a line that has the E.O. and the TAGS
_PAGE_REACH = 1200
_FIRST_LETTERS = 24


class RepeatedCaption(msgspec.Struct, frozen=True, gc=False):
    """A caption line: its offsets, the id stem of the post where it is known, the serial, the section it opens, and whether head lines follow."""

    start: int
    end: int
    post: str
    serial: int
    part: int | None
    has_head: bool


def iter_captions(text: str) -> Iterator[RepeatedCaption]:
    """Every caption of a text that repeats its head, where the post is known; none for a text with one head.

    ``"S E C R E T SECTION 02 OF 03 HARARE 006677"`` -> Harare, 6677, part 2.
    """
    if len(_TAGS.findall(text)) < 2 and "SECTION 02" not in text:
        return  # one head, one caption
    heads = (match.start() for match in _HEAD_WORD.finditer(text))
    head = -1
    for place in iter_places(text, STEMS):
        match = CAPTION.match(text, place)
        post = find_post(match["post"]) if match else None
        if match is not None and post is not None:
            start, end = match.span()
            while head < end:  # each word is found once, however many captions stand before it
                head = next(heads, len(text) + _HEAD_WORD_REACH)
            part = int(match["part"]) if match["part"] else None
            yield RepeatedCaption(start, end, post, int(match["serial"]), part, head < end + _HEAD_WORD_REACH)


def find_appended(text: str, captions: list[RepeatedCaption], body_begin: int) -> int | None:
    """Offset where a second cable begins: a caption of another cable behind the first paragraph.

    A cable repeated between ``QUOTE`` and ``UNQUOTE`` is part of the first; so is the same caption with a later section.
    """
    own = {(caption.post, caption.serial) for caption in captions if caption.start < body_begin}
    if not own:
        return None
    for caption in captions:
        if caption.start >= body_begin and (caption.post, caption.serial) not in own and _opens_cable(text, caption):
            return _with_id_line(text, caption.start)
    return None


def find_whole_copy(text: str, captions: list[RepeatedCaption], body_begin: int) -> int | None:
    """Offset where the same cable stands once more behind itself, sent or copied twice, with the row of a dump or the ``PAGE 01`` line before it.

    ``None`` without a copy, which begins with the words that the first one begins with. What a row has before the caption stands before the first
    one too.
    """
    own = next((caption for caption in captions if caption.start < body_begin), None)
    if own is None:
        return None
    opening = clean(text[body_begin : body_begin + _OPENING_REACH]).split()[:_OPENING_WORDS]
    if len(opening) < _OPENING_WORDS:
        return None
    for caption in captions:
        if caption.start < body_begin or (caption.post, caption.serial, caption.part) != (own.post, own.serial, own.part):
            continue
        if not _opens_cable(text, caption):
            continue
        again = clean(text[caption.end : caption.end + _HEAD_REACH]).split()
        if " ".join(opening) in " ".join(again):
            pairs = zip(reversed(text[: own.start]), reversed(text[body_begin : caption.start]), strict=False)
            row = sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))
            return min(caption.start - row, _repeated_begin(text, caption.start, body_begin))
    return None


_OPENING_WORDS = 12
_OPENING_REACH = 300
_HEAD_REACH = 2_500


def _with_id_line(text: str, start: int) -> int:
    """The offset of a line above the caption that holds the second cable's id, else that of the caption."""
    above = re.search(r"\d{2,4}[A-Z]{3,20}\d{1,7}\s{1,4}\Z", text[max(0, start - 40) : start])
    return start if above is None else start - len(above.group())


def _opens_cable(text: str, caption: RepeatedCaption) -> bool:
    """A caption at a line start, not announced as a quotation, with head lines behind it."""
    if not caption.has_head:
        return False
    before = text[max(0, caption.start - 120) : caption.start]
    at_line_start = not before.rpartition("\n")[2].strip() or before.endswith(("  ", "\t"))  # a tab parts the columns of a dump
    return at_line_start and _QUOTED.search(before.rstrip()) is None


def repeated_heads(text: str, captions: list[RepeatedCaption], body_begin: int) -> Iterator[tuple[int, int]]:
    """Spans of the head lines that a later section repeats: from its ``PAGE 01`` line or caption to the last line that is a label's or the head's."""
    own = {(caption.post, caption.serial) for caption in captions if caption.start < body_begin}
    head = frozenset(map(str.strip, text[:body_begin].split("\n"))) if own else frozenset()
    for caption, following in itertools.zip_longest(captions, captions[1:]):
        if caption.start >= body_begin and (caption.post, caption.serial) in own and (caption.part or 0) > 1:
            limit = following.start if following else len(text)
            yield _repeated_begin(text, caption.start, body_begin), _repeated_end(text, caption.end, limit, head)


def repeated_subjects(text: str, subject: str, body_begin: int) -> Iterator[tuple[int, int]]:
    """Spans of the subject with its label that a later section repeats inside a sentence: ``"further contri SUBJECT: TALKS ON"``."""
    wanted = "".join(subject.split())
    for place in iter_places(text[body_begin:], ("SUBJECT:",)) if wanted else ():
        start = body_begin + place
        at, left = start + len("SUBJECT:"), len(wanted)
        front = "".join(text[at : at + _FIRST_LETTERS].split())
        if not (wanted.startswith(front) or front.startswith(wanted)):  # spares most places the whole comparison
            continue
        while left and at < len(text):
            left -= not text[at].isspace()
            at += 1
        if "".join(text[start + len("SUBJECT:") : at].split()) == wanted and text[at : at + 1] in ("", "\n", " "):
            yield start, at


def repeated_officers(text: str, banners: Iterable[Banner], body_begin: int) -> Iterator[tuple[int, int]]:
    """Spans of the ``Classified By`` part that stands behind a page banner once more, inside a sentence."""
    for banner in banners:
        if banner.end > body_begin and (found := _OFFICER.match(text, banner.end)):
            yield found.span()


_OFFICER = re.compile(r"[\s\x00]{0,4}Classified By:[^\n]{0,120}?\breasons?:? 1\.[3-7](?:[ ,/&]{0,2}(?:and )?\([a-h]\)){1,4}\.?", re.IGNORECASE)


def _repeated_begin(text: str, caption_start: int, body_begin: int) -> int:
    """The caption's line, or the masked ``PAGE 01`` line above it with its distribution list."""
    if "\n" not in text:
        return caption_start
    line_start = text.rfind("\n", 0, caption_start) + 1
    begin = max(body_begin, line_start - _PAGE_REACH)
    between = text[begin:line_start]
    page = between.rfind("\n" + FILLER)
    lines = (line.strip(" \t" + FILLER) for line in between[page + 1 :].split("\n"))
    if page < 0 or any(line and not is_class_line(line) and not _DISTRIBUTED.match(line) for line in lines):
        return line_start
    return begin + page + 1


_DISTRIBUTED = re.compile(  # what a distribution list and an address block have
    r"(?:FM|TO|INFO)\s+(?:R[UH]|AM|SEC|US)|DE R|[OPRZ][OPRZ ]{0,3} \d{6}Z|R[UH][A-Z]{2,6}\b|.{0,80}\w-\d\d\b|-{6}|(?:ACTION|INFO|ORIGIN|SIPDIS)$"
)


def _repeated_end(text: str, at: int, limit: int, head: frozenset[str]) -> int:
    end = text.find("\n", at)
    if end < 0:
        return at
    while 0 <= end < limit:
        following = text.find("\n", end + 1)
        line = text[end + 1 : following if following >= 0 else len(text)]
        if line.strip() not in head and not _is_repeated_line(line):
            return end
        end = following
    return end if end >= 0 else len(text)


def _is_repeated_line(line: str) -> bool:
    stripped = line.strip()
    if not stripped or is_class_line(stripped):
        return True
    if len(stripped) < _LONGEST_FUSED and _EXECUTIVE_ORDER.match(stripped):
        return True
    if stripped.startswith(FILLER):  # a PAGE line, perhaps with the rest of the subject behind it
        rest = stripped.strip(FILLER + " ")
        return len(rest) < 60 and rest.upper() == rest and not re.match(r"\d+\.", rest)
    return len(stripped) < _LONGEST_LABELLED and _HEAD_LABEL.match(stripped) is not None


_CUT = re.compile(r"(?:\.\.\.|…)[ \t\"]*\n")
_FLAT_CUT = re.compile(r"(?:\.\.\.|…)[ \t\"]{3,}")  # without line breaks
_LONGEST_CUT = 1_500  # characters of a beginning that was cut
_LONGEST_ROW = 12_000  # characters of the row between the two copies, which may hold a header


def find_copies(text: str) -> tuple[int, int]:
    """Where the beginning of a cable ends that was cut at ``...``, and where the caption of its next copy begins; zeros without one.

    The caption is the first one's again, behind nothing but a row of the database or its labels.
    """
    beginning = text[:_LONGEST_CUT]
    cut = (_CUT if "\n" in text else _FLAT_CUT).search(beginning) if "..." in beginning or "…" in beginning else None
    if cut is None:
        return 0, 0
    first = next(_captions_in(text, 0, cut.start()), None)
    second = next(_captions_in(text, cut.end(), cut.end() + _LONGEST_ROW), None)
    if first is None or second is None or first["serial"].lstrip("0") != second["serial"].lstrip("0") or int(second["part"] or 1) > 1:
        return 0, 0
    return cut.end(), second.start()


def _captions_in(text: str, begin: int, end: int) -> Iterator[re.Match[str]]:
    """Captions at the start of a line or behind the signs of a row; in a text without line breaks behind blanks."""
    part = text[:end]
    flat = "\n" not in part
    for place in iter_places(part[begin:], STEMS):
        match = CAPTION.match(part, begin + place)
        if match and ((flat and part[: match.start()].endswith(("   ", "\t"))) or not part[part.rfind("\n", 0, match.start()) + 1 : match.start()].strip(" \t>\",'")):
            yield match
