"""The SUBJECT: one or several lines, sometimes over a blank line, up to the next label, heading, rule or paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterable

from reftel.indexer.telegram.labels import Region
from reftel.indexer.telegram.layout import lay_out

_LONGEST = 2_000
_MOST_LINES = 8
_RUN_TOGETHER = 150  # characters of a subject in one line that goes on into text
_RUN_ON_TEXT = re.compile(
    r"(?<=\w)[ ]+(?:(?:BEGIN )?(?:SUMMARY|Summary)\b|(?:SENSITIVE BUT|Sensitive But)|\((?:U|SBU|C|S|C/NF|S/NF)\) [A-Z])"
)
_MARK_WORD = r"U|C|S|TS|SBU|FOUO|LOU|NF|UNCLAS(?:SIFIED)?|CONFIDENTIAL|SECRET"
_MARK = rf"\((?:{_MARK_WORD})(?:[ ]?(?://?|[ -])[ ]?(?:NF|NOFORN|FOUO|FGI|SBU|REL[^()\n]{{0,40}}))*\)"
_LEADING_MARK = re.compile(rf"[ ]*{_MARK}[ ]*", re.IGNORECASE)
_TRAILING_MARK = re.compile(rf"[ ]*{_MARK}[ ]*\Z", re.IGNORECASE)
_RULE = re.compile(r"[-=_*~]{4,}|(?:[-=*_] ){3,}|\A[ ]*[-=_*~]{2,}[ ]*\Z")  # -------- | - - - - | ==
_PARAGRAPH = re.compile(r"[ \t]*(?:¶|\(?\d{1,2}\.?\)?[ ]*\((?:U|C|S|SBU)\b|1\.[ ])")
_HEADING = re.compile(
    r"""[ ]*(?: (?:BEGIN[ ]|EXECUTIVE[ ])?SUMMARY\b
                   (?:[ ]AND[ ](?:COMMENT|INTRODUCTION|ACTION[ ]REQUEST|TABLE[ ]OF[ ]CONTENTS))? [ ]*[:.-]*[ ]*$
          | (?:INTRODUCTION|COMMENT|BACKGROUND|ACTION[ ]REQUEST(?:ED)?|KEY[ ]POINTS|BLUF)[ ]*[:.-]*[ ]*$
          | (?:BEGIN[ ])?SUMMARY[ ]*[:.-]
          | THIS[ ](?:IS[ ]AN?|CABLE|MESSAGE|TELEGRAM)\b
          | (?:NOT[ ])?FOR[ ](?:OFFICIAL|INTERNET)\b
          | (?:ENTIRE[ ]TEXT|SENSITIVE[ ]BUT|SBU\b|PLEASE[ ]PROTECT)
          )""",
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
_RUN_ON_HEADING = re.compile(
    r"[ ](?:SUMMARY|INTRODUCTION|COMMENT|BACKGROUND)[ ]*\Z", re.IGNORECASE
)  # "... COZINESS Summary -------"
_CLASS_LINE = re.compile(
    r"[ ]*(?:SIPDIS|NOFORN|UNCLAS(?:SIFIED)?|CONFIDENTIAL|SECRET|C O N F I D E N T I A L|S E C R E T)\b[ /A-Z]{0,30}\Z"
)
_FOLLOWED = frozenset(("references", "classified", "derived"))


def parse_subject(text: str) -> str | None:
    """The subject of a head in one line, blanks collapsed, without a portion mark before or after it; ``None`` without one.

    ``"SUBJECT: (S) TALKS ON\\nGRAIN\\n\\nREF: STATE 1"`` -> ``"TALKS ON GRAIN"``. Letters stay as printed.
    """
    return subject_of(lay_out(text).regions)


def subject_of(regions: Iterable[Region]) -> str | None:
    """The same from a head that has been split: of several SUBJECT parts the first that is not empty."""
    regions = tuple(regions)
    for place, region in enumerate(regions):
        if region.kind == "subject":
            bounded = place + 1 < len(regions) and regions[place + 1].kind in _FOLLOWED
            if found := strip_marks(" ".join(_subject_lines(region.text[:_LONGEST], bounded=bounded))):
                return found
    return None


def strip_marks(subject: str) -> str:
    """The subject without portion marks around it, blanks collapsed: ``"(S/NF) VISIT  (S)"`` -> ``"VISIT"``."""
    flat = " ".join(subject.split())
    leading = _LEADING_MARK.match(flat)
    return _TRAILING_MARK.sub("", flat[leading.end() :] if leading else flat)


def _subject_lines(text: str, *, bounded: bool) -> list[str]:
    """Lines of the subject. ``bounded``: REF or Classified By follows, so that text after a blank line may still belong to it."""
    if "\n" not in text.strip() and len(text) > _RUN_TOGETHER and (match := _RUN_ON_TEXT.search(text)):
        text = text[: match.start()]
    blocks = _blocks(text)
    lines = _until_end(blocks[0]) if blocks else []
    if bounded and len(blocks) == 2 and len(lines) == len(blocks[0]) and _continues(lines, blocks[1]):
        lines += blocks[1]
    return lines


def _blocks(text: str) -> list[list[str]]:
    """Runs of lines between blank lines, without class lines and captions that page breaks left inside."""
    blocks: list[list[str]] = [[]]
    for line in text.split("\n"):
        if _CLASS_LINE.match(line):
            continue
        if line.strip():
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    return [block for block in blocks if block]


def _until_end(block: list[str]) -> list[str]:
    """The lines of the first block up to a rule, a heading or a paragraph. A line with one rule below it is a heading."""
    kept: list[str] = []
    for place, line in enumerate(block[:_MOST_LINES]):
        rule = _RULE.search(line)
        if kept and (_PARAGRAPH.match(line) or _HEADING.match(line)):
            return kept
        if rule and not line[: rule.start()].strip():
            boxed = any(map(_RULE.match, block[place + 1 : place + 3]))  # the rule is the upper one of a boxed heading
            return kept if boxed or len(kept) < 2 else kept[:-1]
        kept.append(_RUN_ON_HEADING.sub("", line[: rule.start()]) if rule else line)
        if rule:
            return kept
    return kept


def _continues(lines: list[str], block: list[str]) -> bool:
    """Whether a second block is the rest of the subject: short, no heading, no mark, and like the first in its use of capitals."""
    if len(block) > 3 or any(_RULE.search(line) or _HEADING.match(line) or _PARAGRAPH.match(line) for line in block):
        return False
    first, second = " ".join(lines), " ".join(block)
    return (
        not second.lstrip().startswith("(")
        and (not first.isupper() or second.isupper())
        and not second.rstrip().endswith(".")
    )
