"""The caption: class line with section, post and serial, then caveats, ``CORRECTED COPY``.

``S E C R E T SECTION 01 OF 02 LONDON 000290``, ``UNCLAS MADRID 000012``, ``CONFIDENTIAL SECTION 01 of 03 BAKU 000744``; the first
letter may be lost, doubled or another (``E C R E T``, ``SS E C R E T``), letters may be fused (``CO N F I D E N T I A L``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from reftel.indexer.telegram.classwords import CAPTION, CORRECTED_COPY, DAMAGED, SPACED_STEMS, is_corrected
from reftel.indexer.telegram.labels import LabelledPart
from reftel.indexer.telegram.lines import FILLER, clean
from reftel.schema.identifiers import resolve_post
from reftel.schema.nearest import slips, within_distance
from reftel.schema.scales import CLASSIFICATION

_MOST_LINES = 60
_FULL_LINE = 55  # characters of a line to which a further word may not have been added
_RUN_TOGETHER = 200  # characters of a line that is no single line of a head
_FOUO = "UNCLASSIFIED//FOR OFFICIAL USE ONLY"
_NUMBERS = ("ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE", "TEN", "ELEVEN", "TWELVE")
_NUMBER = rf"[\dO]{{1,2}}|{'|'.join(_NUMBERS)}"
_SECTION = re.compile(  # SECTION 01 OF 02 | SECT. 1/2 | SECION O1 FO O2 | FINAL SECTION OF 02 | SECTION ONE OF TWO | (PART 1 OF 2)
    rf"\W*(?:(?:S[ECTION .]{{2,14}}|PART\s)\s*(?:{_NUMBER})\s*|FINAL\s{{1,3}}SECTION\s)(?:[O0]\s?F|FO|/)\s*({_NUMBER})(?![\dO])", re.IGNORECASE
)
_POST_SERIAL = re.compile(
    r"[ /)]*(?P<post>[^\W\d_]+(?:[ .'’-]{1,2}[^\W\d_]+){0,4}?)[ ]{0,3}(?P<zeros>0*)(?P<serial>\d{1,7})(?!\d)"
)
_CAVEAT = re.compile(
    r"""(?: (?P<internet> NOT[ ]FOR[ ]INTERNET(?:[ ]DISTRIBUTION)? )
          | (?P<dea> DEA[ ]SENSITIVE )
          | (?P<sensitive> SENSITIVE(?:[ ]BUT[ ]UNCLASSIFIED)? | SBU )
          | (?P<level> FOR[ ]OFFICIAL[ ]USE[ ]ONLY | FOUO | UNCLAS(?:SIFIED)? | CONFIDENTIAL | TOP[ ]SECRET | SECRET )
          | (?P<rel> REL(?:EASABLE)?[ ]TO[ ] (?P<to> [A-Z]{2,4} (?: (?:,[ ]?|[ ]AND[ ]|/|[ ]) [A-Z]{2,4} ){0,12} ) )
          | (?P<noforn> NO[ ]?FORN | NF | NOT[ ]RELEASABLE[ ]TO[ ]FOREIGN[ ]NATIONALS )
          | (?P<plain> SIPDIS | EXDIS | NODIS | LIMDIS | STADIS | ORCON | FGI | CODEL | ROGER )
        ) (?!\w)""",
    re.VERBOSE | re.IGNORECASE,
)
# In a text that lost its line breaks: also glued to what follows.
_PLAIN_CAVEAT = re.compile(r"SIPDIS|Sipdis|NOFORN|EXDIS|NODIS|LIMDIS|STADIS|\bSENSITIVE\b")
_CAVEATS_AT_END = re.compile(r"(?: (?:SENSITIVE|SIPDIS|NOFORN|EXDIS|NODIS|LIMDIS|STADIS))+\Z")
_CAVEAT_NAMES = {
    "internet": "NOT FOR INTERNET DISTRIBUTION",
    "dea": "DEA SENSITIVE",
    "sensitive": "SENSITIVE",
    "noforn": "NOFORN",
}
_CAVEAT_SLIPS = {slip: word for word in ("SIPDIS", "NOFORN", "SENSITIVE", "EXDIS", "NODIS", "LIMDIS", "STADIS") for slip in (*slips(word), word)}
_SPACED_WORD = re.compile(r"(?<!\w)[A-Z](?: [A-Z]){4,}(?!\w)")  # S I P D I S
_FEWEST_GAPS = 3  # more of them are in a letter-spaced word
_JOINT = re.compile(r"[\s,;/&.()+*-]*(?:AND )?", re.IGNORECASE)
_FOR_OFFICIAL_USE = re.compile(r"\bFOUO\b|FOR OFFICIAL USE", re.IGNORECASE)
_LOWER_CLASS_LINE = re.compile(r"^[ ]*(?:TOP SECRET|SECRET|CONFIDENTIAL|UNCLASSIFIED)//[A-Z/, ]{2,60}$", re.MULTILINE)

_STATEMENT = re.compile(  # (U) THIS CABLE IS SENSITIVE BUT UNCLASSIFIED AND NOT FOR INTERNET DISTRIBUTION
    r"^[ ]*(?:\(\w{1,4}\)[ ]?)?(?:THIS (?:CABLE|MESSAGE|TELEGRAM) IS )?SENSITIVE BUT UNCLAS|(?P<internet>\bNOT FOR INTERNET DIST)",
    re.IGNORECASE | re.MULTILINE,
)


class Caption(msgspec.Struct, frozen=True, gc=False):
    """What the lines above E.O. say: ``level`` a name of the classification scale, ``post`` as printed, ``end`` where the class line ends.

    ``sections`` is ``None`` without a class line, 1 where no section text stands in it.
    """

    level: str | None = None
    caveats: tuple[str, ...] = ()
    sections: int | None = None
    post: str | None = None
    serial: int | None = None
    corrected: bool = False
    start: int = 0
    end: int = 0


def caption_of(head: str, regions: Sequence[LabelledPart]) -> Caption:
    """The caption of a head. ``"S E C R E T SECTION 01 OF 02 BAKU 000123\\nNOFORN"`` -> SECRET, NOFORN, 2 sections, BAKU, 123.

    It ends where the first labelled part of the head behind its class line begins.
    """
    caption = _class_line(head)
    stop = next((region.start for region in regions if region.start >= caption.end and region.kind != "classification"), len(head))
    corrected = is_corrected(head[caption.start : stop])
    caveats = _below_class_line(clean(head[caption.end : stop]), corrected=corrected)
    caveats.update(caption.caveats)
    level = caption.level or _labelled_level(regions)
    if level == "UNCLASSIFIED" and ("SENSITIVE" in caveats or _FOR_OFFICIAL_USE.search(head, caption.start, stop)):
        level = _FOUO
    caveats.update(_lower_caveats(clean(head[stop:])))
    return Caption(
        level=level,
        caveats=tuple(sorted(caveats)),
        sections=caption.sections,
        post=caption.post,
        serial=caption.serial,
        corrected=corrected or _is_subject_corrected(regions),
        start=caption.start,
        end=caption.end,
    )


def _is_spelled(letters: str, level: str) -> bool:
    """Whether letters that stand one by one are a class word with one of them lost, added or another: ``S E C R T``."""
    words = (level, level[:6]) if level == "UNCLASSIFIED" else (level,)
    return any(within_distance(letters, word, 1) for word in words)


def _slip(line: str, word: re.Match[str]) -> str | None:
    """The level that a caption's first word names but for a slip of the typist: ``UNCALS ROME 000012``."""
    level = next((level for level in _LEVELS if _is_spelled(word[0], level)), None)
    post = _POST_SERIAL.match(line, word.end()) if level else None
    return level if post and (_SECTION.match(line, word.end()) or resolve_post(post["post"])) else None


def _labelled_level(regions: Iterable[LabelledPart]) -> str | None:
    """The level behind a label of its own, where a text has no class line: ``"CLASSIFICATION: SECRET"``."""
    part = next((region for region in regions if region.kind == "classification"), None)
    found = _class_words(part.text.split("\n")[0]) if part else []
    return CLASSIFICATION.name(found[0][0]) if found else None


def _below_class_line(zone: str, *, corrected: bool) -> set[str]:
    """Caveats between the class line and the first label; ``corrected``: one of the lines may be a correction."""
    caveats: set[str] = set()
    one_line = "\n" not in zone.strip()
    runs_on = False  # the reason of a correction fills its line, and the next line ends it (09STATE81957)
    for line in zone.split("\n")[:_MOST_LINES]:
        reason, runs_on = runs_on, corrected and CORRECTED_COPY.search(line) is not None and len(line.rstrip()) >= _FULL_LINE
        if reason or not line.strip():
            continue
        plain = _without_correction(line, one_line=one_line) if corrected else line
        words = " ".join(plain.split())
        if words.count(" ") > _FEWEST_GAPS:
            words = _SPACED_WORD.sub(lambda word: word[0].replace(" ", ""), words)
        found, rest = split_caveats(_without_slips(words))
        caveats.update(found)
        if behind := _CAVEATS_AT_END.search(rest):  # TREASURY FOR OASIA SENSITIVE SIPDIS
            caveats.update(behind[0].split())
        if one_line:
            caveats.update(word.upper() for word in _PLAIN_CAVEAT.findall(rest))
    return caveats


def _without_slips(line: str) -> str:
    """A line of nothing but caveats, some of them a slip of the typist, as they were meant: ``".SIPIDS SENSITVE"``; others unchanged."""
    words = line.strip(" .,>*-=+#").upper().split()
    if "".join(words) in _CAVEAT_SLIPS:  # SIPDI S
        return _CAVEAT_SLIPS["".join(words)]
    return " ".join(map(_CAVEAT_SLIPS.__getitem__, words)) if words and all(map(_CAVEAT_SLIPS.__contains__, words)) else line


def _lower_caveats(text: str) -> Iterator[str]:
    """Caveats further down the head: ``SECRET//FGI//NOFORN``, ``(U) THIS CABLE IS ... NOT FOR INTERNET DISTRIBUTION``."""
    upper = text.upper()
    for match in _LOWER_CLASS_LINE.finditer(text) if "//" in text else ():
        found, rest = split_caveats(match[0].strip())
        if not rest:
            yield from found
    for match in _STATEMENT.finditer(text) if "INTERNET" in upper or "SENSITIVE BUT" in upper else ():
        yield _CAVEAT_NAMES["internet" if match["internet"] else "sensitive"]


def _is_subject_corrected(regions: Iterable[LabelledPart]) -> bool:
    return any(region.kind == "subject" and CORRECTED_COPY.match(region.text.lstrip()) for region in regions)


def _without_correction(line: str, *, one_line: bool) -> str:
    """A line without ``CORRECTED COPY`` and its reason, which ends with the line, or at two blanks where all lines were run together."""
    match = CORRECTED_COPY.search(line)
    if match is None:
        return line
    behind = re.split(r" {2,}", line[match.end() :].lstrip()) if one_line else []
    return " ".join([line[: match.start()], *behind[1:]])


def split_caveats(line: str) -> tuple[list[str], str]:
    """Caveats at the start of a line, and the rest: ``"SIPDIS, DEPT FOR X"`` -> ``(["SIPDIS"], "DEPT FOR X")``."""
    found: list[str] = []
    joint = _JOINT.match(line)
    place = joint.end() if joint else 0
    while match := _CAVEAT.match(line, place):
        found += _caveat_names(match)
        joint = _JOINT.match(line, match.end())
        place = joint.end() if joint else match.end()
    if found and line.lstrip()[:1] == "(" and line[place:].strip():
        return [], line.strip()  # the mark of a text: "(SBU) In response"
    return found, line[place if found else 0 :].strip()


def _caveat_names(match: re.Match[str]) -> list[str]:
    """The caveat's name; none for a word of the classification. ``"REL TO USA AND GBR"`` -> ``"REL TO USA, GBR"``."""
    if match["level"]:
        return []
    if match["rel"]:
        return ["REL TO " + ", ".join(re.findall(r"[A-Z]{2,4}", match["to"].upper().replace(" AND ", " ")))]
    return [match["plain"].upper()] if match["plain"] else [_CAVEAT_NAMES[match.lastgroup or ""]]


def _class_line(head: str) -> Caption:
    """The class line alone: the first that goes on with a post and a serial, else the first letter-spaced class word."""
    alone = Caption()
    start = below = 0
    for line in head.split("\n", _MOST_LINES)[:_MOST_LINES]:
        for level, match in _class_words(line):
            caption = _caption_at(CLASSIFICATION.name(level), line, match, start)
            if caption.serial is not None:
                return msgspec.structs.replace(caption, caveats=(*caption.caveats, *alone.caveats)) if caption.level == alone.level else caption
            if alone.level is None and (" " in match[0] or not split_caveats(line[match.end() :].strip(" /"))[1]):
                alone = msgspec.structs.replace(caption, sections=caption.sections if " " in match[0] else None)
        if alone.level and start > alone.start and line.strip():
            below += 1
            if below == 1 and (number := _POST_SERIAL.fullmatch(line.rstrip())) and resolve_post(number["post"]):
                return msgspec.structs.replace(alone, sections=alone.sections or 1, post=number["post"], serial=int(number["serial"]), end=start + number.end())
        start += len(line) + 1
    return alone


_LEAD = " >¶\",'." + FILLER
_CLASS_STEMS = ("ECRET", "NFIDE", "CLAS", "OFFICIALUSE")  # what is left of a class word with one or two bad letters in front
_CLASS_REACH = 40
_LEVELS = ("CONFIDENTIAL", "SECRET", "UNCLASSIFIED")
_FIRST_WORD = re.compile(r"[A-Z]{5,13}(?=[ ][^\n]*\d[ ]*\Z)")
_GLUED = re.compile(r"(?:UNCLAS(?:SIFIED)?|SECRET|CONFIDENTIAL)(?=(?P<post>[A-Z]{3,13})[ ]*\d{3,6}[ ]*\Z)")  # SECRETROME 000012
_LETTER_GAPS = (" ", ".", "-")
_SPELLED = re.compile(r"(?:[A-Z0-9][ .-]{1,3}){4,13}[A-Z0-9]?(?![A-Z0-9])\.?")  # S-E-C-R-E-T


def _class_words(line: str) -> list[tuple[str, re.Match[str]]]:
    """The class word at the start of a line, with its level; in a line of run-together text every letter-spaced or capital one."""
    lead = len(line) - len(line.lstrip(_LEAD))
    found: list[tuple[str, re.Match[str]]] = []
    if len(line) >= _RUN_TOGETHER or any(map(line[lead : lead + _CLASS_REACH].replace(" ", "").upper().__contains__, _CLASS_STEMS)):
        found = [(level, match) for level, pattern in DAMAGED if (match := pattern.match(line, lead))][:1]
    if found:
        return found
    if line[lead + 1 : lead + 2] in _LETTER_GAPS and (spelled := _SPELLED.match(line, lead)):
        letters = "".join(filter(str.isalnum, spelled[0]))
        return [(level, spelled) for level in _LEVELS if _is_spelled(letters, level)]
    if (glued := _GLUED.match(line, lead)) and resolve_post(glued["post"]):
        return [("UNCLASSIFIED" if glued[0][0] == "U" else glued[0], glued)]
    if (word := _FIRST_WORD.match(line, lead)) and (slip := _slip(line, word)):
        return [(slip, word)]
    if len(line) < _RUN_TOGETHER:
        behind = CAPTION.search(line) if any(map(line.__contains__, SPACED_STEMS)) else None  # at the end of a dump's row
        return [(level, match) for level, pattern in DAMAGED if behind and (match := pattern.match(line, behind.start()))][:1]
    every = ((level, match) for level, pattern in DAMAGED for match in pattern.finditer(line, 0, 4_000))
    return sorted(
        ((level, match) for level, match in every if not line[match.start() - 1].isalpha() and not match[0].islower()),
        key=lambda hit: hit[1].start(),
    )


def _number(printed: str) -> int:
    """``"03"``, ``"O3"`` and ``"THREE"`` -> 3; at least 1."""
    upper = printed.upper()
    return _NUMBERS.index(upper) + 1 if upper in _NUMBERS else max(1, int(upper.replace("O", "0")))


def _caption_at(level: str | None, line: str, word: re.Match[str], line_start: int) -> Caption:
    """The caption of a class word with section count, post and serial, which follow it, with caveats between them."""
    after = line[word.end() : word.end() + 200]
    section = _SECTION.search(after)
    number = _POST_SERIAL.match(after, section.end() if section else 0)
    between = " ".join(after[: section.start() if section else None].split())
    caveats, _ = split_caveats(_SPACED_WORD.sub(lambda word: word[0].replace(" ", ""), between))
    sections = _number(section[1]) if section else 1
    post = split_caveats(" ".join(number["post"].split()))[1] if number else ""
    start, end = line_start + word.start(), line_start + word.end()
    certain = section or (post and number and (" " in word[0].strip() or number["zeros"] or resolve_post(post)))
    if number is None or not certain:
        return Caption(level, tuple(caveats), sections, start=start, end=end + (section.end() if section else 0))
    return Caption(level, tuple(caveats), sections, post or None, int(number["serial"]), start=start, end=end + number.end())
