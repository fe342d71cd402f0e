"""Where the head of a cable ends and its text begins.

The head is a chain of labelled parts (caption, E.O., TAGS, SUBJECT, REF, Classified By) in any order; it ends behind the last of them,
and never behind the first numbered paragraph. What stands between is unnumbered text or a heading.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from reftel.indexer.telegram.citations import find_citations
from reftel.indexer.telegram.classwords import is_class_line, one_of, spaced
from reftel.indexer.telegram.labels import LabelledPart
from reftel.indexer.telegram.lines import FILLER, Lines
from reftel.indexer.telegram.places import fold, iter_places
from reftel.indexer.telegram.titles import HANDLING

_REASON_LABEL = re.compile(r"(?<!\w)reasons?[ ]?:(?=\s{0,3}1[ ]?\.)", re.IGNORECASE)
_MOST_LINES = 1000  # of a block, or of head lines one after the other; a text without blank lines can be all one block
_WIDEST_GAP = 2500  # between two labels of one head; a later "REF:" belongs to the text
_LONGEST_HEAD_LINE = 120
_CLASSIFIER = 200
_REASONS = re.compile(
    r"""1[ ]?\.\s{0,2}[3-7]
        (?: [\s,;:./&]{1,3} (?:and|or)? \s? (?= [(\[a-h] )
          | [(\[] \s? [a-h] (?: \s? [)\]] )?
          | (?<![a-z]) [a-h] (?![a-z’'.]\w) (?!\s[a-z]{2}(?<!an)(?<!or)) [)\]]?
          | 1[ ]?\.\s?[3-7]
        ){0,24}
        [.)]{0,2}""",
    re.VERBOSE | re.IGNORECASE,
)
_TEXT_OPENS = re.compile(
    r"\s*(?:(?:begin )?(?:executive )?summary\b|introduction\b|comment\b|key points\b|action request\b|background\b|this is an action"
    r"|index[ ]?[:.-]|\([A-Z/]{1,6}\)\s|[-=*_]{3})",  # the last: a rule before a title, ------- Summary
    re.IGNORECASE,
)
_LETTERED = re.compile(r"\s*¶?\s*(?:(?:\(?[A-Z]\)|[A-Z][.:])\s|\([A-Z][ ]\))")
_MARK = r"\((?:U|C|S|SBU|FOUO|TS|[CS]/NF|SBU/NF|U//FOUO|S//NF|C//NF)\)"
_MARK_AT_END = re.compile(rf"(?<=[ \n]){_MARK}\s*\Z")  # the mark of the text at the end of the REF line
_LAST_WORDS = 40
# Where running text may begin on the line of a label: at a mark, or behind a number, a bracket or a full stop.
_MAY_RUN_ON = re.compile(rf"{_MARK}[ ]{{1,3}}(?=\S)|(?<=[\d).])[ ]{{1,3}}(?=[A-Z])")
_NO_TEXT = re.compile(r"\b(?:e-?mails?|telcons?|phone|telephone|notal|previous|septel|memo|letter|classified|reasons?|derived)\b", re.IGNORECASE)
_FIRST_WORDS = 8
_FIRST_WORDS_MARKED = 14
_FEWEST_SMALL = 3  # of the first words of running text; a list of references has capitals and names
_LONGEST_ITEM = 160
_REACH = 110  # characters that the first words are looked for in
_HEAD_LINE = re.compile(
    rf"""\s* (?: (?-i: VZCZC | DE[ ]RU | ZN[YR][ ] | [OPRZ](?:[ ][OPRZ])?[ ]\d{{6}}Z?
          | (?:FM|TO|INFO)[ ] | R[UH][A-Z]{{2,6}}/ | (?:OO|PP|RR)[ ]RU )
      | [>] | ID: | ORIGIN: | DATE: | SOURCE: | CLASSIFICATION: | MISC: | DESTINATION:
      | (?:sipdis|noforn|sensitive|exdis|nodis|limdis|stadis|eyes[ ]only)\b [ \w/,;.-]{{0,60}} $
      | (?:please|pls)[ ](?:protect|handle)[ ]accordingly\W{{0,3}}$ | \w+day,[ ]\d | {spaced("CORRECTED")}\b
      | (?:[A-Z]{{1,3}}[ ]?)?{one_of(spaced("SECRET"), spaced("CONFID"), spaced("UNCLAS"))}
        (?: [\w ]{{0,12}} $ | .{{0,60}}? \d{{3,6}}\s*$ | .{{0,20}} // | [ A-Z]{{0,14}} [ ]SECTION[ ] )
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_PASSING = re.compile(r"\s*[A-Z][A-Z0-9/,.;:()& -]* (?:FOR|PASS(?: TO)?) [A-Z]")
_TAG_LINE = re.compile(r"[A-Z]{2,8}(?:[ ,]+[A-Z]{2,8})*[ ,]*")


def find_head_end(lines: Lines, regions: Sequence[LabelledPart]) -> int:
    """Offset where the text proper begins, at most the end of the lines, which is the first numbered paragraph or the end of the text.

    ``regions`` are the labelled parts in them. 0 for a text without a head. Blanks behind the head count to it.
    """
    text = lines.text
    last = _last_label(text, regions)
    if last is None:
        return _skip_head_lines(lines, _after_unlabelled(text))
    kind, at = last
    if kind in ("classified", "derived", "declassify"):
        end = _skip_leftover(lines, _after_classified(lines, at))
    elif kind == "references":
        end = _run_on_text(lines, at) or _after_references(lines, at)
    elif kind == "subject":
        end = _run_on_text(lines, at, marked=True) or _after_subject(lines, at)
    else:
        end = _after_tags(lines, at)
    end = _skip_head_lines(lines, end)
    mark = _MARK_AT_END.search(text, max(at, end - _LAST_WORDS), end) if kind == "references" else None
    return mark.start() if mark and is_running_text(text[end : end + _REACH]) else end


def _last_label(text: str, regions: Sequence[LabelledPart]) -> tuple[str, int] | None:
    """Kind and end of the last label that belongs to the head."""
    last: tuple[str, int] | None = None
    for region in regions:
        if region.start - (last[1] if last else 0) > _WIDEST_GAP:
            break
        if last and last[0] == "classified" and region.kind == "eo" and region.start - last[1] < _CLASSIFIER:
            continue  # "Classified By: NAME, E.O. 12958, reasons 1.4 (b)"
        last = region.kind, region.end
    reasons = _reasons_label(text, last[1], last[1] + _WIDEST_GAP) if last else None
    return last if reasons is None else ("classified", reasons)


def _reasons_label(text: str, begin: int, end: int) -> int | None:
    """Where the first label of reasons in a stretch ends: ``"reasons: 1.4 (b)"``."""
    labels = (_REASON_LABEL.match(text, begin + place, end) for place in iter_places(fold(text[begin:end]), ("REASON",)))
    return next((label.end() for label in labels if label), None)


def _run_on_text(lines: Lines, at: int, *, marked: bool = False) -> int | None:
    """Where running text begins on the line of a label: ``REF: STATE 12 (U) On May 1 we met the``; ``marked``: only behind a mark."""
    end = _line_end(lines, at)
    for match in itertools.islice(_MAY_RUN_ON.finditer(lines.text, at, end), _MOST_PLACES):
        behind = lines.text[match.end() : min(end, match.end() + _REACH)]
        if match[0][0] == "(" and (is_running_text(behind, _FIRST_WORDS_MARKED) or _NOTICE.match(behind)):
            return match.start()
        if match[0][0] != "(" and not marked and is_running_text(behind):
            return match.end()
    title = _TITLE_AT_END.search(lines.text, max(at, end - _LONGEST_HEAD_LINE), end)
    return title.start("title") if title else None


_TITLE_AT_END = re.compile(r"[ ](?P<title>(?:EXECUTIVE[ ])?SUMMARY|INTRODUCTION|COMMENT|BACKGROUND)[ ]*[-=]{4,}[ ]*\Z", re.IGNORECASE)
_MOST_PLACES = 200
_NOTICE = re.compile(r"this (?:cable|message|telegram) (?:is|contains)\b", re.IGNORECASE)  # (U) THIS CABLE IS SENSITIVE BUT UNCLASSIFIED


def is_running_text(text: str, first_words: int = _FIRST_WORDS) -> bool:
    """Whether a text begins with a sentence: ``"On May 1 we met the"``, not ``"Roe-Doe email of 5 May"`` nor ``"PARIS 3"``.

    ``first_words`` are looked at; behind a mark more of them, which may be names.
    """
    words = text.split()[:first_words]
    number = next((place for place, word in enumerate(words[:4]) if word.strip("(),.;:").isdigit()), 0)
    if number and all(map(str.isupper, words[:number])):  # a cable: "SAN JOSE 12 (C) We went"
        return False
    small = sum(word.islower() and word.strip(".,;:").isalpha() for word in words)
    return small >= _FEWEST_SMALL and _NO_TEXT.search(" ".join(words)) is None


def _line_end(lines: Lines, at: int) -> int:
    return lines.end(lines.index(at))


def _opens_text(lines: Lines, line: int) -> bool:
    """Whether a line is a heading or the first of the text: a rule, a title over a rule, ``Summary``."""
    if _is_rule(lines, line) or _TEXT_OPENS.match(lines.content(line)):
        return True
    below = lines.below(line)
    if not _is_rule(lines, below):
        return False
    title = lines.below(below)  # -----⏎Summary⏎-----: the rule belongs to the title below it
    return not (lines.content(title).strip() and not _is_rule(lines, title) and _is_rule(lines, lines.below(title)))


def _is_rule(lines: Lines, line: int) -> bool:
    return line < len(lines.kinds) and lines.kinds[line] == "rule"


_ITEM_END = re.compile(r"[\d)]\s*\Z")


def _is_sentence(line: str) -> bool:
    return line[:1].isupper() and is_running_text(line)


def _block_end(lines: Lines, at: int, limit: int | None = None, *, items: bool = False) -> int:
    """End of the last line of the block that ``at`` is in: up to a blank line or a line that opens the text, or begins behind ``limit``.

    In a list of ``items`` a sentence below one that is whole opens the text too.
    Without line breaks: up to four blanks, else a ``Summary`` or a rule.
    """
    line = lines.index(at)
    for _ in range(_MOST_LINES):
        below = lines.below(line)
        if below >= len(lines.kinds) or lines.kinds[below] == "blank" or _opens_text(lines, below):
            break
        if limit is not None and lines.starts[below] >= limit:
            break
        if items and _LETTERED.match(lines.content(below)) is None and _ITEM_END.search(lines.content(line)) and _is_sentence(lines.content(below)):
            break
        line = below
    end = lines.end(line)
    return end if "\n" in lines.text else _flat_end(lines.text, at, end)


_FLAT_BREAK = re.compile(r"[ ]{4}|\s(?=summary\b)|\s(?=-{4})", re.IGNORECASE)


def _flat_end(text: str, at: int, end: int) -> int:
    found = _FLAT_BREAK.search(text, at + 1, end)
    return found.start() if found else end


def _after_classified(lines: Lines, at: int) -> int:
    """Behind the reasons, ``1.4 (b) and (d).``; without reasons, behind the label's line or block."""
    text = lines.text
    block = _block_end(lines, at, at + _CLASSIFIED_REACH)
    reasons = list(_REASONS.finditer(text, at, max(block, min(_line_end(lines, at), at + _CLASSIFIED_REACH))))
    if not reasons:
        following = lines.below(lines.index(block), "blank")
        if _REASONS_IN_LINE.match(lines.content(following)):  # "Classified By: Political Counselor / (blank) / Political Counselor Jane Roe, reasons 1.4 (b)"
            return _after_classified(lines, lines.starts[following])
        return block
    end = reasons[-1].end()
    mark = _MARK_BEHIND.search(text, reasons[-1].start(), end)
    if mark and is_running_text(text[mark.end() : mark.end() + _REACH]):
        return mark.start(1)
    if text[end : end + 40].partition("\n")[0].strip():  # Summary ------- or running text behind the reasons, on the same line
        rest = _line_end(lines, end)
        opens = _TEXT_OPENS.match(text, end, rest) or re.match(r"\s*[.;]?\s*(?=" + _MARK + r"\s+\S)", text[end : end + 40])
        behind = text[end:rest].strip(" .;)")
        runs_on = rest - end > _LONGEST_REST or (behind[:1].isupper() and is_running_text(behind))
        return end if opens or runs_on or behind.endswith("----") else max(rest, end)
    return end


_CLASSIFIED_REACH = 600
_LONGEST_REST = 100
_REASONS_IN_LINE = re.compile(r"[^\n]{0,120}\breasons?\b\W{0,6}1[ ]?\.\s?[3-7]", re.IGNORECASE)
_MARK_BEHIND = re.compile(r"[.;]\s*(\([A-Z]\))")  # "1.4 (b) and (d). (C) Per reftel": the mark of the text


_LEFTOVER = re.compile(r"[\s\d.,;:()&/+a-hA-HnorNOR\x00-]{1,40}")


def _skip_leftover(lines: Lines, end: int) -> int:
    """Past lines that hold only the rest of wrapped reasons, ``(a) and (b).`` or ``)``, also behind blank and masked lines."""
    line = lines.index(end)
    if lines.text[end : lines.end(line)].strip(" \t.)" + FILLER):
        return end
    while True:
        line = lines.below(line, "blank")
        rest = lines.content(line)
        if not _LEFTOVER.fullmatch(rest) or _is_rule(lines, line):
            return end
        if lines.text[:end].rstrip()[-1:] in (".", ")") and rest.strip() == "(C)":  # the mark of the text
            return end
        end = lines.end(line)


def _after_references(lines: Lines, at: int) -> int:
    """Behind the reference block; a next block that goes on with a letter (``B. ...``), or with a cable behind ``08`` or ``,``, counts to it."""
    end = _block_end(lines, at, items=True)
    while "\n" in lines.text:
        following = lines.below(lines.index(end), "blank")
        line = lines.content(following)
        if not line or len(line) > _LONGEST_ITEM:
            break
        letter = _LETTERED.match(line)
        open_end = letter is None and _OPEN_END.search(lines.text, max(at, end - _LAST_WORDS), end)
        goes_on = letter or (open_end and any(found.start == 0 for found in find_citations(line.lstrip())[:1]))
        rest = line[letter.end() if letter else 0 :]
        if not goes_on or is_running_text(rest) or _NOTICE.match(rest):
            break
        end = _block_end(lines, lines.starts[following], items=True)
    return end


_OPEN_END = re.compile(r"(?:[,;&]|\band|\s'?\d\d)\s*\Z", re.IGNORECASE)  # "(C) 05", a blank line, "PARIS 431"


def _after_subject(lines: Lines, at: int) -> int:
    """Behind the subject; a short upper-case block behind the blank line goes on with it, unless it is a heading."""
    end = _block_end(lines, at)
    if "\n" not in lines.text:
        return _flat_subject_end(lines.text, at, end)
    following = lines.below(lines.index(end), "blank")
    if _goes_on_with_subject(lines.content(following)) and not _opens_text(lines, following) and not lines.content(lines.below(following)).strip():
        return lines.end(following)
    return end


def _flat_subject_end(text: str, at: int, limit: int) -> int:
    """Without line breaks a subject in capitals ends before the first word in small letters; another one has no end."""
    if any(word.isupper() is False for word in text[at:limit].split()[:2] if word.isalpha()):
        return limit
    small = _SMALL_WORD.search(text, at, limit)
    return small.start() if small else limit


_SMALL_WORD = re.compile(r"(?<=\s)[A-Z]?[a-z]{2,}")


def _goes_on_with_subject(line: str) -> bool:
    stripped = line.strip()
    return 0 < len(stripped) <= 70 and stripped.isupper() and stripped[-1] != ":" and stripped.strip("X ") != ""


def _after_tags(lines: Lines, at: int) -> int:
    """Behind the line, and behind a next line of tags only."""
    if "\n" not in lines.text:
        return _flat_end(lines.text, at, len(lines.text))
    line = lines.index(at)
    following = lines.below(line)
    return lines.end(following if _TAG_LINE.fullmatch(lines.content(following).strip()) else line)


def _after_unlabelled(text: str) -> int:
    """A text without labels: 0, or behind the reasons that a cut left at its beginning (``1.4 (b) and (d).``)."""
    reasons = _REASONS.match(text, len(text) - len(text.lstrip()))
    if reasons:
        return reasons.end()
    return len(text) if "\n" not in text.strip() and _HEAD_LINE.match(text[:200].lstrip()) else 0


def _skip_head_lines(lines: Lines, end: int) -> int:
    """Past blanks, caption and passing lines, and masked lines behind ``end``."""
    text = lines.text
    for _ in range(_MOST_LINES):
        if end >= len(text):
            break
        filled = _BLANKS.match(text, end)
        start = filled.end() if filled else end
        line_end = _line_end(lines, start)
        if not _is_head_line(text[start:line_end]):
            ruled = text[max(start, line_end - _REACH) : line_end].rstrip().endswith("----")
            title = _TITLE_AT_END.search(text, max(start, line_end - _LONGEST_HEAD_LINE), line_end) if ruled else None
            if title and HANDLING.match(text, start, title.start()):  # "SENSITIVE BUT UNCLASSIFIED--PLEASE PROTECT Summary -------"
                return title.start("title")
            return max(end, text.rfind("\n", end, start) + 1)
        end = min(line_end + 1, len(text))
    return end


_BLANKS = re.compile(rf"[\s{FILLER}¶]*")


def _is_head_line(line: str) -> bool:
    """Whether a line, not blank, belongs to a caption, an address block or a passing line; the empty end of the text does."""
    stripped = line.strip()
    if not stripped or len(stripped) >= _LONGEST_HEAD_LINE:
        return not stripped
    if is_class_line(stripped) or _PASSING.match(stripped):
        return True
    return _HEAD_LINE.match(stripped) is not None and not (stripped[-1].islower() and is_running_text(stripped))
