"""The SUBJECT: one or several lines, sometimes over a blank line, up to the next label, heading, rule or paragraph."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence

from reftel.indexer.telegram.citations import find_citations
from reftel.indexer.telegram.classwords import ANY, CAPTION, CORRECTED_COPY, LETTER_SPACED, PLAIN, SPACED_STEMS
from reftel.indexer.telegram.handling_notes import without_note
from reftel.indexer.telegram.labels import LabelledPart
from reftel.indexer.telegram.tags import lines_behind_tags

_LONGEST = 2_000
_MOST_LINES = 8
_MOST_BLOCKS = 4
_RUN_TOGETHER = 150  # characters of a subject in one line that goes on into text
_RUN_ON_TEXT = re.compile(
    r"(?<=\w)[ ]+(?:(?:BEGIN )?(?:SUMMARY|Summary)\b|(?:SENSITIVE BUT|Sensitive But)|\((?:U|SBU|C|S|C/NF|S/NF)\) [A-Z])"
)
_MARK_WORD = r"U|C|S|TS|SBU|FOUO|LOU|NF|NOFORN|UNCLAS(?:SIFIED)?|CONFIDENTIAL|SECRET"
_MARK = rf"\([ ]?(?:{_MARK_WORD})(?:[ ]?(?://?|[ -])[ ]?(?:NF|NOFORN|FOUO|FGI|SBU|REL[^()\n]{{0,40}}))*[ ]?\)"
_LEADING_MARK = re.compile(rf"[ ]*(?:{_MARK}(?:[ ]*{_MARK})*|[\[{{](?:{_MARK_WORD})[\]}}]|(?-i:[UCS]|SBU)\)(?=[ ]))[ ]*", re.IGNORECASE)  # also [C] and U)
_TRAILING_MARK = re.compile(rf"[ -]*(?:{_MARK}|\[(?:{_MARK_WORD})\])[ .]*\Z", re.IGNORECASE)
_RULE = re.compile(r"[-=_*~]{4,}|(?:[-=*_] ){3,}|\A[ ]*[-=_*~]{2,}[ ]*\Z")  # -------- | - - - - | ==
_RULE_SIGNS = "-=_*~"
_PARAGRAPH = re.compile(r"[ \t]*(?:¶(?![ \t]*(?:19|20)\d\d\b)|\(1\)[ ]|\(?\d{1,2}\.?\)?[ ]*\((?:U|C|S|SBU)\b|1\.[ ])")
_HEADING = re.compile(
    r"""[ ]*(?: (?:BEGIN[ ]|EXECUTIVE[ ])?SUMMARY\b
                   (?:[ ]AND[ ](?:COMMENT|INTRODUCTION|ACTION[ ]REQUEST|TABLE[ ]OF[ ]CONTENTS))? [ ]*[:.-]*[ ]*$
          | (?:INTRODUCTION|COMMENT|BACKGROUND|ACTION[ ]REQUEST(?:ED)?|KEY[ ]POINTS|BLUF)[ ]*[:.-]*[ ]*$
          | (?:(?:BEGIN[ ])?SUMMARY|INDEX)[ ]*[:.-] | ACTION[ ]REQUEST(?:ED)?[ ]*[:.-]+[ ]*SEE\b
          | THIS[ ](?:IS[ ]AN?|CABLE|MESSAGE|TELEGRAM)\b
          | (?:NOT[ ])?FOR[ ](?:OFFICIAL|INTERNET)\b
          | (?:ENTIRE[ ]TEXT|SENSITIVE[ ]BUT|SBU\b|PLEASE[ ]PROTECT)
          )""",
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
_PASSING = re.compile(  # STATE FOR WHA/AND | DEPT PLEASE PASS TO USTR
    r"[ ]*(?:DEPT|DEPARTMENT|STATE|NSC|TREASURY|USTR|(?:HQ)?[A-Z]{2,8}COM|DOD|DOJ|DOC)(?: ALSO)?(?: (?:PLEASE|PLS))? (?:FOR (?:[A-Z]{1,5}/|POLAD)|PASS (?:TO )?[A-Z])"
)
_RUN_ON_HEADING = re.compile(
    r"[ ](?:SUMMARY|INTRODUCTION|COMMENT|BACKGROUND)[ ]*\Z", re.IGNORECASE
)  # "... COZINESS Summary -------"
_CLASS_LINE = re.compile(
    rf"[ ]*(?:{LETTER_SPACED}\b[ /A-Z]{{0,30}}|(?:SIPDIS|NOFORN|{PLAIN})(?:[ /]+(?:SIPDIS|NOFORN|SENSITIVE|FOUO|FOR OFFICIAL USE ONLY))*[ ]*)\Z"
)
_CLASS_TEXT = re.compile(  # the class line of the caption, of a head that is repeated; alone on a line it is a page's
    rf"(?<!\w)(?:T O P )?{LETTER_SPACED}(?!\w)(?=[ ]+\S)|(?<!\w)UNCLAS(?= [A-Z ]{{0,40}}\d{{2,6}}\b)"
)
_CLASS_STEMS = (*SPACED_STEMS, "UNCLAS")
_SIPDIS_AT_END = re.compile(r"(?:\s+(?:CONFIDENTIAL|SECRET|UNCLAS\w*|NOFORN))*\s+SIPDIS(?:\s+NOFORN)?\s*\Z")
_CLASS_AT_END = re.compile(rf"(?<=\w)[ ]+(?://[ ]?{ANY}[ ]?//|{LETTER_SPACED})\s*\Z")
_CUT_OFF = re.compile(r"\.\.\.(?=[ ]*\n)")
_CUT_BEHIND = re.compile(r"\n[ ]+\.\.\.[ ]*\Z")  # blank lines have a blank: the text was cut in the one behind the subject
_AUTHOR = re.compile(r"(?:FROM|FOR)[ ](?:THE[ ])?(?:AMB|CHARGE|CDA|DCM|CONSUL|SECRETARY|CHIEF)", re.IGNORECASE)
_OPEN_END = re.compile(
    r"(?:[,&-]|\b(?:AND|OR|OF|FOR|TO|IN|ON|WITH|AT|BY|FROM|THE|AN?|ABOUT|AGAINST|BETWEEN|INTO|OVER|AFTER|BEFORE|UNDER|VIA))[ ]*\Z", re.IGNORECASE
)
_FOLLOWED = frozenset(("references", "classified", "derived"))


def subject_of(regions: Iterable[LabelledPart]) -> str | None:
    """The subject of a head in one line, blanks collapsed, without a portion mark before or after it; ``None`` without one.

    ``"SUBJECT: (S) TALKS ON\\nGRAIN\\n\\nREF: STATE 1"`` -> ``"TALKS ON GRAIN"``. Letters stay as printed. Of several SUBJECT parts the first
    that is not empty, or the one it was cut from.
    """
    regions = tuple(regions)
    found: list[str] = []
    for place, region in enumerate(regions):
        if region.kind == "subject":
            bounded = place + 1 < len(regions) and regions[place + 1].kind in _FOLLOWED
            subject = strip_marks(" ".join(_subject_lines(region.text[:_LONGEST], bounded=bounded)))
            if bounded and "\n" not in region.text:
                subject = subject.rstrip(" ,/|-")
            found += [_once(subject)] if subject.strip(" .") else []
    if not found:
        return None
    first = found[0]
    begun = first.removesuffix("...").rstrip().casefold()
    return next((subject for subject in found[1:] if _is_whole(subject, begun, cut=first.endswith("..."))), first)


def _once(subject: str) -> str:
    """A subject of several words that stands behind itself once more, once."""
    words = subject.split()
    half = len(words) // 2
    return " ".join(words[:half]) if half > 1 and words[:half] == words[half:] else subject


def _is_whole(subject: str, begun: str, *, cut: bool) -> bool:
    """Whether a later subject is the whole of which an earlier one, ``begun``, is a beginning."""
    return (cut or len(subject) > len(begun)) and subject.casefold().startswith(begun) and not subject.endswith("...")


def unlabelled_subject(regions: Sequence[LabelledPart]) -> str | None:
    """The subject of a head without the label: the lines between TAGS and REF or Classified By that are no tags, in capitals."""
    if any(region.kind == "subject" for region in regions):
        return None
    for region, following in itertools.pairwise(regions):
        if region.kind == "tags" and following.kind in _FOLLOWED:
            lines = lines_behind_tags(region.text[:_LONGEST])
            subject = strip_marks(" ".join(_subject_lines("\n".join(lines), bounded=True)))
            if subject.isupper() and len(subject.split()) > 1:
                return subject
    return None


def strip_marks(subject: str) -> str:
    """The subject without portion marks around it, blanks collapsed: ``"(S/NF) VISIT  (S)"`` -> ``"VISIT"``."""
    flat = " ".join(subject.split())
    leading = _LEADING_MARK.match(flat)
    flat = flat[leading.end() :].removeprefix(": ") if leading else flat
    return _TRAILING_MARK.sub("", flat) if flat.endswith((")", ").", "]")) else flat.rstrip(" ;").removeprefix("- ")


def _subject_lines(text: str, *, bounded: bool) -> list[str]:
    """Lines of the subject. ``bounded``: REF or Classified By follows, so that text after a blank line may still belong to it."""
    if any(map(text.__contains__, _CLASS_STEMS)):
        places = (match.start() for match in _CLASS_TEXT.finditer(text) if not _is_later_section(text[match.start() :].partition("\n")[0]))
        text = text[: next(places, len(text))]
    if match := _CUT_OFF.search(text):
        text = _CUT_BEHIND.sub("", text[: match.end()])
    if "\n" not in text.strip() and len(text) > _RUN_TOGETHER and (match := _RUN_ON_TEXT.search(text)):
        text = text[: match.start()]
    lines: list[str] = []
    blocks = _blocks(text)
    for block in blocks[:_MOST_BLOCKS]:
        capitals = len(blocks) == 2 and len(block) == 1 and "".join(lines).isupper() and block[0].isupper()
        goes_on = bounded or capitals  # what follows is paragraph 1
        if lines and (_PASSING.match(block[0]) or not (_is_open(lines[-1], block) or (goes_on and _continues(lines, block)))):
            break
        kept = _until_end(block)
        lines += [line.replace("¶", " ") for line in kept]
        if len(kept) < len(block):
            break
    plain = without_note("\n".join(lines))
    if "//" in plain or any(map(plain.__contains__, SPACED_STEMS)):
        plain = _CLASS_AT_END.sub("", plain)
    return (_SIPDIS_AT_END.sub("", plain) if "SIPDIS" in plain else plain).split("\n")


def _is_later_section(line: str) -> bool:
    """Whether a line is the caption of a later section, which a page break left inside: ``"UNCLAS SECTION 02 OF 02 ROME 000012"``."""
    caption = CAPTION.fullmatch(line.strip()) if "SECTION" in line else None
    return caption is not None and caption["part"] is not None and int(caption["part"]) > 1


def _blocks(text: str) -> list[list[str]]:
    """Runs of lines between blank lines, without class lines and captions that page breaks left inside."""
    blocks: list[list[str]] = [[]]
    for line in text.split("\n"):
        if _CLASS_LINE.match(line) or _is_later_section(line):
            continue
        if line.strip():
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    return [block for block in blocks if block]


def _until_end(block: list[str]) -> list[str]:
    """The lines of a block up to a rule, a heading or a paragraph. A line with one rule below it is a heading."""
    kept: list[str] = []
    for place, line in enumerate(block[:_MOST_LINES]):
        rule = _find_rule(line)
        if kept and (_PARAGRAPH.match(line) or _HEADING.match(line) or _PASSING.match(line)):
            return kept
        if rule and not line[: rule.start()].strip():
            boxed = any(map(_RULE.match, block[place + 1 : place + 3]))  # the rule is the upper one of a boxed heading
            return kept if boxed or len(kept) < 2 else kept[:-1]
        kept.append(_RUN_ON_HEADING.sub("", line[: rule.start()]) if rule else line)
        if rule:
            return kept
    return kept


def _find_rule(line: str) -> re.Match[str] | None:
    return _RULE.search(line) if any(map(line.__contains__, _RULE_SIGNS)) else None


def _is_open(last: str, block: list[str]) -> bool:
    """Whether a line goes on behind a blank one whatever follows: it ends in a comma, a dash, a preposition or ``AND``."""
    return _OPEN_END.search(last) is not None and not _is_other(block)


def _continues(lines: list[str], block: list[str]) -> bool:
    """Whether a further block is the rest of the subject: short, and like the first in its use of capitals."""
    if len(block) > 3 or _is_other(block):
        return False
    first, second = " ".join(lines), " ".join(block)
    return second.isupper() if first.isupper() else not second.rstrip().endswith(".")


def _is_other(block: list[str]) -> bool:
    """Whether a block is no rest of a subject: a heading, a paragraph, a marked text, a corrected copy's notice, a reference without label."""
    if any(_find_rule(line) or _HEADING.match(line) or _PARAGRAPH.match(line) for line in block):
        return True
    front = block[0].lstrip(" ¶")
    if front.startswith("(") or _AUTHOR.match(front) or CORRECTED_COPY.match(front):
        return True
    return any(found.start == 0 for found in find_citations(front[:60])[:1])
