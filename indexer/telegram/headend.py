"""Where the head of a cable ends and its text begins.

The head is a chain of labelled parts (caption, E.O., TAGS, SUBJECT, REF, Classified By) in any order; it ends behind the last of them,
and never behind the first numbered paragraph. What stands between is unnumbered text or a heading.
"""

from __future__ import annotations

import re

from reftel.indexer.telegram.lines import FILLER, is_class_line, is_rule
from reftel.indexer.telegram.places import iter_matches

_LABEL = re.compile(
    r"""(?<!\w) (?:
        (?P<classified> clas\w{3,7}[ ]{1,2}by | derived[ ]from | declassify[ ]on | reasons?[ ]?: (?=\s{0,3}1[ ]?\.) )
      | (?P<refs> (?:refs?|reftels?|reftel\(s\)|reference) [ ]?:
                | (?: (?<=\n) | (?<=\n[ ]) ) reftels?(?=[ ]\(?[A-Z]) | (?<=\n)REFS?(?=[ ]\(?[A-Z]) )
      | (?P<subject> subj(?:ect)? [ ]?: | (?<=\n)SUBJECT(?=[ ]) )
      | (?P<tags> tags? [ ]?: | (?<=\n)tags?(?=[ ][A-Z]) | (?<=\s)TAGS(?=[ ][A-Z]) )
      | (?P<order> e\.?[ ]?o\.?[ ]{0,2} 1\d{4} | (?<=\n)decl[ ]?: )
    )""",
    re.VERBOSE | re.IGNORECASE,
)
# How the labels begin; "E. O" and the like stand for the order.
_LABEL_WORDS = ("CLAS", "DER", "DECL", "REASON", "REF", "SUBJ", "TAG", "EO", "E.O", "E O", "E. O")
_MOST_LINES = 1000  # of a block, or of head lines one after the other; a text without blank lines can be all one block
_WIDEST_GAP = 2500  # between two labels of one head; a later "REF:" belongs to the text
_LONGEST_HEAD = 20_000  # characters; the longest real ones have some 4,000
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
    r"|\([A-Z/]{1,6}\)\s)",
    re.IGNORECASE,
)
_LETTERED = re.compile(r"\s*¶?\s*(?:\(?[A-Z]\)|[A-Z][.:])\s")
_HEAD_LINE = re.compile(
    r"""\s* (?: (?-i: VZCZC | DE[ ]RU | ZN[YR][ ] | [OPRZ](?:[ ][OPRZ])?[ ]\d{6}Z?
          | (?:FM|TO|INFO)[ ] | R[UH][A-Z]{2,6}/ | (?:OO|PP|RR)[ ]RU )
      | [>] | ID: | ORIGIN: | DATE: | SOURCE: | CLASSIFICATION: | MISC: | DESTINATION:
      | (?:sipdis|noforn|sensitive|exdis|nodis|limdis|stadis|eyes[ ]only)\b [ \w/,;.-]{0,60} $
      | \w+day,[ ]\d | c[ ]?o[ ]?r[ ]?r[ ]?e[ ]?c[ ]?t[ ]?e[ ]?d\b
      | (?:[A-Z]{1,3}[ ]?)?(?:S[ ]?E[ ]?C[ ]?R[ ]?E[ ]?T|C[ ]?O[ ]?N[ ]?F[ ]?I[ ]?D|U[ ]?N[ ]?C[ ]?L[ ]?A[ ]?S)
        (?: [\w ]{0,12} $ | .{0,60}? \d{3,6}\s*$ | .{0,20} // | [ A-Z]{0,14} [ ]SECTION[ ] )
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_PASSING = re.compile(r"\s*[A-Z][A-Z0-9/,.;:()& -]* (?:FOR|PASS(?: TO)?) [A-Z]")
_TAG_LINE = re.compile(r"[A-Z]{2,8}(?:[ ,]+[A-Z]{2,8})*[ ,]*")


def find_head_end(text: str, limit: int) -> int:
    """Offset where the text proper begins, at most ``limit`` (the first numbered paragraph or the end of the text).

    0 for a text without a head. Blanks behind the head count to it.
    """
    last = _last_label(text, limit)
    if last is None:
        end = _after_unlabelled(text, limit)
    elif last.lastgroup == "classified":
        end = _after_classified(text, last, limit)
    elif last.lastgroup == "refs":
        end = _after_references(text, last.end(), limit)
    elif last.lastgroup == "subject":
        end = _after_subject(text, last.end(), limit)
    else:
        end = _after_tags(text, last.end(), limit)
    if last is not None and last.lastgroup == "classified":
        end = _skip_leftover(text, min(end, limit), limit)
    return _skip_head_lines(text, min(end, limit), limit)


def _last_label(text: str, limit: int) -> re.Match[str] | None:
    last = None
    for match in iter_matches(_LABEL, text, _LABEL_WORDS, min(limit, _LONGEST_HEAD)):
        if match.start() - (last.end() if last else 0) > _WIDEST_GAP:
            break
        if last and last.lastgroup == "classified" and match.lastgroup == "order" and match.start() - last.end() < _CLASSIFIER:
            continue  # "Classified By: NAME, E.O. 12958, reasons 1.4 (b)"
        last = match
    return last


def _line_end(text: str, at: int, limit: int) -> int:
    end = text.find("\n", at, limit)
    return limit if end < 0 else end


def _next_line(text: str, at: int, limit: int) -> tuple[int, str]:
    """Start and content of the line behind the one that ``at`` is in; masked lines are passed over."""
    start = _line_end(text, at, limit) + 1
    while start < limit:
        end = _line_end(text, start, limit)
        line = text[start:end]
        if not line.strip() or line.strip(FILLER + " "):
            return start, line
        start = end + 1
    return limit, ""


def _opens_text(text: str, start: int, line: str, limit: int) -> bool:
    """Whether a line is a heading or the first of the text: a rule, a title over a rule, ``Summary``."""
    if is_rule(line) or _TEXT_OPENS.match(line):
        return True
    below, rule = _next_line(text, start, limit)
    if not is_rule(rule):
        return False
    title_at, title = _next_line(text, below, limit)  # -----⏎Summary⏎-----: the rule belongs to the title below it
    return not (title.strip() and not is_rule(title) and is_rule(_next_line(text, title_at, limit)[1]))


def _block_end(text: str, at: int, limit: int) -> int:
    """End of the last line of the block that ``at`` is in: up to a blank line or a line that opens the text.

    Without line breaks: up to four blanks, else a ``Summary`` or a rule.
    """
    end = _line_end(text, at, limit)
    for _ in range(_MOST_LINES):
        start, line = _next_line(text, end, limit)
        if start >= limit or not line.strip() or _opens_text(text, start, line, limit):
            break
        end = start + len(line)
    if "\n" in text[:limit]:
        return end
    return _flat_end(text, at, end)


_FLAT_BREAK = re.compile(r"[ ]{4}|\s(?=summary\b)|\s(?=-{4})", re.IGNORECASE)


def _flat_end(text: str, at: int, end: int) -> int:
    found = _FLAT_BREAK.search(text, at + 1, end)
    return found.start() if found else end


def _after_classified(text: str, label: re.Match[str], limit: int) -> int:
    """Behind the reasons, ``1.4 (b) and (d).``; without reasons, behind the label's line or block."""
    stop = min(limit, label.end() + 600)
    block = _block_end(text, label.end(), stop)
    reasons = list(_REASONS.finditer(text, label.end(), max(block, _line_end(text, label.end(), stop))))
    if not reasons:
        return block if "\n" in text else min(block, limit)
    end = reasons[-1].end()
    if text[end : end + 40].partition("\n")[0].strip():  # Summary ------- or running text behind the reasons, on the same line
        rest = _line_end(text, end, limit)
        opens = _TEXT_OPENS.match(text, end, rest)
        trailing_rule = text[end:rest].rstrip().endswith("----")
        return end if opens or trailing_rule or rest - end > 100 else max(rest, end)
    return end


_LEFTOVER = re.compile(r"[\s\d.,;:()&/+a-hA-HnorNOR\x00-]{1,40}")


def _skip_leftover(text: str, end: int, limit: int) -> int:
    """Past a line that holds only the rest of wrapped reasons, ``(a) and (b).`` or ``)``, also behind blank and masked lines."""
    start, line = _next_nonblank(text, end, limit)
    if start < limit and "\n" in text[end:start] and _LEFTOVER.fullmatch(line) and not is_rule(line):
        return start + len(line)
    return end


def _after_references(text: str, at: int, limit: int) -> int:
    """Behind the reference block; a next block that goes on with a letter (``B. ...``) counts to it."""
    end = _block_end(text, at, limit)
    if "\n" not in text[:limit]:
        return end
    while True:
        start, line = _next_nonblank(text, end, limit)
        if start >= limit or not _LETTERED.match(line) or len(line) > 90:
            return end
        end = _block_end(text, start, limit)


def _next_nonblank(text: str, at: int, limit: int) -> tuple[int, str]:
    start, line = _next_line(text, at, limit)
    while start < limit and not line.strip():
        start, line = _next_line(text, start, limit)
    return start, line


def _after_subject(text: str, at: int, limit: int) -> int:
    """Behind the subject; a short upper-case block behind the blank line goes on with it, unless it is a heading."""
    end = _block_end(text, at, limit)
    if "\n" not in text[:limit]:
        return _flat_subject_end(text, at, end)
    start, line = _next_nonblank(text, end, limit)
    if start < limit and _goes_on_with_subject(line) and not _opens_text(text, start, line, limit):
        following = _next_line(text, start, limit)
        if following[0] >= limit or not following[1].strip():
            return start + len(line)
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
    return 0 < len(stripped) <= 70 and stripped.isupper() and stripped[-1] not in ".:" and stripped.strip("X ") != ""


def _after_tags(text: str, at: int, limit: int) -> int:
    """Behind the line, and behind a next line of tags only."""
    if "\n" not in text[:limit]:
        return _flat_end(text, at, limit)
    end = _line_end(text, at, limit)
    start, line = _next_line(text, end, limit)
    return start + len(line) if line.strip() and _TAG_LINE.fullmatch(line.strip()) else end


def _after_unlabelled(text: str, limit: int) -> int:
    """A text without labels: 0, or behind the reasons that a cut left at its beginning (``1.4 (b) and (d).``)."""
    reasons = _REASONS.match(text, len(text) - len(text.lstrip()), limit)
    if reasons:
        return reasons.end()
    return limit if "\n" not in text[:limit].strip() and _HEAD_LINE.match(text[:200].lstrip()) else 0


def _skip_head_lines(text: str, end: int, limit: int) -> int:
    """Past blanks, caption and passing lines, and masked lines behind ``end``."""
    for _ in range(_MOST_LINES):
        if end >= limit:
            break
        filled = _BLANKS.match(text, end, limit)
        line_start = filled.end() if filled else end
        line_end = _line_end(text, line_start, limit)
        if not _is_head_line(text[line_start:line_end]):
            return max(end, text.rfind("\n", end, line_start) + 1)
        end = min(line_end + 1, limit)
    return end


_BLANKS = re.compile(rf"[\s{FILLER}¶]*")


def _is_head_line(line: str) -> bool:
    """Whether a line, not blank, belongs to a caption, an address block or a passing line; the empty end of the text does."""
    stripped = line.strip()
    if not stripped or len(stripped) >= _LONGEST_HEAD_LINE:
        return not stripped
    return _HEAD_LINE.match(stripped) is not None or is_class_line(stripped) or _PASSING.match(stripped) is not None
