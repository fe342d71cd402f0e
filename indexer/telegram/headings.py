"""Headings: title lines over a paragraph, between dash rules, over one, or standing alone.

Rules longer than 45 dashes arrive split (``---- --``); re-flowed texts have title and rule at the end of the paragraph before.
A rule is as long as its title, which tells where a title starts that shares its line with other text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from reftel.indexer.telegram.lines import FILLER, Lines, clean, line_kind
from reftel.indexer.telegram.titles import (
    HANDLING,
    LONGEST_TITLE,
    SENTENCE_BREAK,
    has_mark,
    is_headline,
    is_named,
    is_no_title,
    is_title,
    looks_titled,
    plain_title,
    sentence_breaks,
)

_WINDOW = 500  # a heading and its rules take a few lines
_WIDEST_LINE = 75  # of a title that is wrapped over several lines
_MOST_LINES = 5
_RULE_CHARACTERS = "-=_*+"
_RULE_SIGNS = _RULE_CHARACTERS + " \t"
_MARGIN = " \t" + FILLER
_RUNNING_ON = frozenset(".;,")
_SIDES = " \t\n¶"
_CLOSING = (" end", " end of")  # of the line over closing words: "... End⏎Summary"
_GAP = " \t\n¶" + FILLER
_SHORTEST_RULE = 4


class Heading(msgspec.Struct, frozen=True, gc=False):
    """A heading's text, one line, without rules and without its own mark, and the offset where it (or its first rule) starts.

    ``text`` is ``None`` where only a rule is left: the title was withheld.
    """

    at: int
    text: str | None


class _Row(msgspec.Struct, frozen=True, gc=False):
    """A line, stripped; ``whole`` is false for the rest of a line that begins with a paragraph's number."""

    line: int
    at: int
    text: str
    whole: bool
    rule: bool


class _Rows:
    """The lines of a stretch, each made when it is asked for, from below: few are looked at. ``whole``: the stretch begins where a line does."""

    __slots__ = ("_begin", "_end", "_lines", "_whole")

    def __init__(self, lines: Lines, begin: int, end: int, *, whole: bool) -> None:
        self._lines, self._begin, self._end, self._whole = lines, begin, end, whole

    def at(self, line: int) -> _Row | None:
        """What a line has of the stretch, or the next one above it where all of that is masked."""
        lines, begin, end = self._lines, self._begin, self._end
        while (stop := lines.starts[line + 1]) > begin:
            start, kind = lines.starts[line], lines.kinds[line]
            whole = start > begin or self._whole
            if start < begin or stop > end:
                start, stop = max(start, begin), min(stop, end)
                kind = line_kind(lines.text[start:stop])
            if kind == "blank":
                return _Row(line, start, "", True, False)
            if kind != "artefact":
                content = lines.text[start:stop]
                indent = len(content) - len(content.lstrip(_MARGIN)) if content[:1] in _MARGIN else 0
                words = (clean(content) if FILLER in content else content).strip(_SIDES)
                return _Row(line, start + indent, words, whole or not words, kind == "rule")
            line -= 1
        return None

    def over(self, row: _Row | None) -> _Row | None:
        """The row over another one."""
        return self.at(row.line - 1) if row else None

    def upwards(self, row: _Row | None) -> Iterator[_Row]:
        """A row and those over it."""
        while row:
            yield row
            row = self.over(row)

    def filled(self, row: _Row | None) -> _Row | None:
        """The first row that is not blank, from one upwards."""
        while row and not row.text:
            row = self.at(row.line - 1)
        return row

    def over_rules(self, row: _Row | None) -> tuple[_Row | None, int | None]:
        """The first row that is neither blank nor a rule, from one upwards, and where the first of the rules stands."""
        at = None
        while row and (not row.text or row.rule):
            at = row.at if row.text else at
            row = self.at(row.line - 1)
        return row, at

    def titles(self, row: _Row | None, most: int) -> tuple[list[_Row], _Row | None]:
        """The block of text lines from a row upwards, and the row over it."""
        titles: list[_Row] = []
        while row and row.text and not row.rule and len(titles) < most:
            titles.insert(0, row)
            row = self.at(row.line - 1)
        return titles, row


def find_heading(lines: Lines, begin: int, end: int, *, opening: bool = False) -> Heading | None:
    """The heading that stands directly above ``end``, not before ``begin``.

    With ``opening`` it may start at ``begin`` inside a line, right behind the head.

    ``"... end.\n\nNext Steps\n----------\n"`` -> ``"Next Steps"``; a last line that is a sentence is none.
    """
    text = lines.text
    begin = max(begin, end - _WINDOW)
    stop = begin + len(text[begin:end].rstrip(_GAP))
    if stop <= begin:
        return None
    last = lines.index(stop - 1)
    if text[stop - 1] in _RUNNING_ON and text[stop - 3 : stop] != "...":
        return _stopped_heading(lines, begin, end, last) if text[stop - 1] == "." else None
    if text.find("\n", begin, end) < 0:
        title = text[begin:end].strip(" ¶" + FILLER)
        if opening and len(title.split()) < 6 and is_title(title) and looks_titled(title):
            return Heading(begin, plain_title(title))
        return _inline_heading(text, begin, end)
    rows = _Rows(lines, begin, end, whole=opening or begin == 0 or text[begin - 1] == "\n")
    row = rows.filled(rows.at(last))
    if row is None:
        return None
    if text[stop - 1] not in _RULE_CHARACTERS and lines.starts[last - _LINES_OVER] > begin and lines.kinds[last - _LINES_OVER : last + 1] == _TEXT_ALONE:
        return _under_text(lines, last, row) or _inline_heading(text, row.at, end, strict=True)
    if row.rule:
        return _ruled_heading(text, rows, row)
    if row.text[-1] in _RULE_CHARACTERS and _split_rule(row.text)[1]:
        over = rows.over(row)
        return _inline_heading(text, row.at, end, alone=row.whole and (opening or over is not None) and _is_block(over))
    return _bare_heading(rows, row) or _inline_heading(text, row.at, end, strict=True)


_LINES_OVER = 3  # the last line
_TEXT_ALONE = ["text"] * (_LINES_OVER + 1)  # the end of most paragraphs is so


def _stopped_heading(lines: Lines, begin: int, end: int, last: int) -> Heading | None:
    """A title with a full stop in a block of its own: ``And Contemplates Closer Ties.``; all its words but small ones begin with a capital."""
    over = last - 1
    while over > 0 and lines.kinds[over] == "artefact":
        over -= 1
    if lines.starts[last] <= begin or lines.kinds[over] != "blank":
        return None  # the line above is text, as at the end of nearly every paragraph
    title = _Rows(lines, begin, end, whole=True).at(last)
    if title is None or len(title.text) > _WIDEST_ENTRY or not is_title(title.text[:-1]) or not is_headline(title.text):
        return None
    rows = _Rows(lines, begin, lines.starts[last], whole=False)
    above = rows.filled(rows.over(title))
    return None if above is None or not _ENDED.search(above.text) or _is_entry([title], rows) else Heading(title.at, plain_title(title.text))


def _initials_heading(text: str, begin: int, rule_at: int) -> Heading | None:
    """A title over a rule that ends in initials, at the end of a line of text: ``... went on. Talks with Croatia in Washington D.C.``."""
    end = begin + len(text[begin:rule_at].rstrip(_GAP))
    low = max(begin, end - LONGEST_TITLE)
    breaks = sentence_breaks(text, low, end) if _INITIALS.search(text, low, end) else []
    title = " ".join(text[breaks[-1] : end].split()) if breaks else ""
    return Heading(breaks[-1], plain_title(title)) if is_named(title) and not is_no_title(title) else None


_INITIALS = re.compile(r"[A-Z]\.[A-Z]\.\Z")


def _under_text(lines: Lines, line: int, last: _Row) -> Heading | None:
    """The last line as the heading where three lines of text stand over it: see `_bare_heading`."""
    marked = has_mark(last.text)
    if not marked and not _is_finished(_words(lines, line - 1), last.text):
        return None
    heading = _accept_title([last], strict=not marked)
    return None if heading and _words(lines, line - _LINES_OVER).lower().endswith(_CLOSING) else heading


def _words(lines: Lines, line: int) -> str:
    """A line without masked characters and what stands on both sides of its words."""
    return clean(lines.content(line)).strip(_SIDES)


def _is_block(over: _Row | None) -> bool:
    """Whether the next line begins a block of its own: a blank line, a rule or nothing stands above it."""
    return over is None or not over.text or over.rule


def _ruled_heading(text: str, rows: _Rows, row: _Row) -> Heading | None:
    """The title lines over a closing rule, up to another rule, a blank line, or the end of a sentence."""
    _, width = _split_rule(row.text)
    last, rule_at = rows.over_rules(row)
    rule_at = rule_at or 0
    titles, over = rows.titles(last, _MOST_LINES)
    if titles and titles[-1].whole and (title := _behind_rule(titles[-1].text)):  # the rule over it on its line
        return Heading(titles[-1].at, plain_title(title))
    bounded = over is None or not over.text
    if last and titles and (not bounded or _spaced(text, last, rule_at)) and (opening := rows.over_rules(over)[1]) is not None:
        title = " ".join(row.text for row in titles)
        return Heading(opening, plain_title(title)) if len(title) <= 3 * LONGEST_TITLE else Heading(rule_at, None)
    block, lowest = len(titles), titles[-1:]
    titles = _trim_titles(titles, width, bounded=bounded)
    bounded = bounded and len(titles) == block
    if not titles or not titles[0].whole:
        if titles:
            return _inline_heading(text, titles[0].at, rule_at + width, whole=False)
        return (_initials_heading(text, lowest[0].at, rule_at) if lowest else None) or Heading(rule_at, None)
    title = " ".join(row.text for row in titles)
    if (not bounded or title[0].islower()) and len(titles) == 1 and (breaks := sentence_breaks(title, 0, len(title))) and looks_titled(title[breaks[-1] :]):
        return _inline_heading(text, titles[0].at, rule_at + width)
    if len(title) > LONGEST_TITLE:
        return _inline_heading(text, titles[-1].at, rule_at + width)
    if is_no_title(title) and not (bounded and _MADE_TITLE.match(title) and (title[0] == "X" or abs(len(title) - width) < _SHORTEST_RULE)):
        return Heading(rule_at, None)
    upper = rows.filled(over) if bounded else None
    if upper and (first := _over_blank_line(upper, title, width) or _over_page_break(text, rows, upper, titles[0].at)):
        return Heading(first.at, plain_title(f"{first.text} {title}"))
    return _widened(text, titles[0].at, title, width)


_MADE_TITLE = re.compile(r"(?:\d{1,2}|[A-Z])\) [A-Z]|X{4,}$")  # 1) Rivers, A) Rivers, or struck-out words, which their rule makes a title


def _behind_rule(line: str) -> str | None:
    """The title behind a rule on one line: ``"------- Outlook"`` -> ``"Outlook"``."""
    title = line.lstrip("-= ")
    return title if title[:1].isalnum() and len(line) - len(title) > _SHORTEST_RULE and is_title(title) else None


def _over_blank_line(upper: _Row, title: str, width: int) -> _Row | None:
    """The first line of a title that a blank line parts from the last one: the rule has the length of both, or it ends in a comma."""
    if upper.rule or not _may_join(upper):
        return None
    fits = abs(len(upper.text) + 1 + len(title) - width) <= 2
    return upper if fits or (upper.text.endswith(",") and upper.text.isupper() and title.isupper()) else None


def _over_page_break(text: str, rows: _Rows, upper: _Row, at: int) -> _Row | None:
    """The first line of a title that a page break parts from the last one: a rule opens it, and only a masked banner stands between."""
    if FILLER not in text[upper.at : at]:
        return None
    rule = rows.filled(rows.over(upper))
    if rule is None or not rule.rule or not is_title(upper.text):
        return None
    return msgspec.structs.replace(rule, text=upper.text)


def _spaced(text: str, row: _Row, rule_at: int) -> bool:
    """Whether a blank line stands between a title and its rule."""
    return text[row.at : rule_at].count("\n") > 1


def _widened(text: str, start: int, title: str, width: int) -> Heading:
    """The title with its first words, where they stayed at the end of the paragraph above: the rule tells its length."""
    if len(title) < width - 3:
        for place in sentence_breaks(text, max(0, start - LONGEST_TITLE), start):
            words = " ".join(clean(text[place:start]).split())
            if words and abs(len(words) + 1 + len(title) - width) <= 2 and words[-1].isalpha() and looks_titled(words):
                return Heading(place, plain_title(f"{words} {title}"))
    return Heading(start, plain_title(title))


def _trim_titles(titles: list[_Row], width: int, *, bounded: bool) -> list[_Row]:
    """The lowest lines that belong to the title: a line above joins while it ends no sentence and is no wider than the rule.

    In a short block of its own (``bounded``: a blank line above it) every line joins.
    """
    if not titles:
        return []
    if bounded and len(titles) <= 3 and all(_may_join(row) for row in titles[:-1]) and _may_join(titles[-1]):
        return titles
    last = titles[-1].text
    if len(titles) > 1 and last.endswith(".") and not _ENDED.search(titles[-2].text) and not titles[-2].text.isupper():
        return []  # the last words of the sentence above
    if last.endswith(".") and not last.endswith("...") and abs(len(last) - width) > 4 and not looks_titled(last):
        return []
    kept = titles[-1:]
    for row in reversed(titles[:-1]):
        if row.text[-1] == ":" or _ENDED.search(row.text) or not row.whole or (len(row.text) > width + 3 and not _may_join(row)):
            break
        kept.insert(0, row)
    return kept


_ENDED = re.compile(r"[.!?][\"”'’)\]]{0,2}$|[\"”]$")


def _may_join(row: _Row) -> bool:
    return row.whole and len(row.text) <= _WIDEST_LINE and row.text[-1] != "." and looks_titled(row.text) and not is_no_title(row.text)


def _bare_heading(rows: _Rows, row: _Row) -> Heading | None:
    """One or two short lines without a rule: over them a blank line, or a finished sentence if the title is one in its letters."""
    titles, over = rows.titles(row, 3)
    if not titles or not titles[-1].whole:
        return None
    within = _between_rules(titles[-1])
    if within is not None:
        return within
    above = rows.filled(over)
    if above and above.text.lower().endswith(_CLOSING):
        return None
    if above and above is not over and above.text.endswith(",") and len(above.text.split()) < _FEWEST_ENTRIES and not titles[0].text.isupper():
        return None  # Yours sincerely,
    if has_mark(titles[-1].text):
        return _accept_title(titles[-1:], strict=False)
    if over and titles[0].whole and _is_block(over):
        if _is_entry(titles, rows) or (over.rule and (ruled := rows.over(over)) and ruled.text and not ruled.rule):  # text under a title
            return None
        accepted = _accept_title(titles, strict=len(titles) > 1)
        if accepted is not None or len(titles) == 1:
            return accepted
    if len(titles) > 1:
        return _accept_title(titles[-1:], strict=True) if _is_finished(titles[-2].text, titles[-1].text) else None
    return _accept_title(titles, strict=over is not None or len(titles[0].text.split()) > 3)


def _is_finished(over: str, title: str) -> bool:
    """Whether a title may stand right under a line: it is finished, or pauses over a title in capitals."""
    return _ends_sentence(over) or (title.isupper() and not over.isupper() and _pauses(over))


def _is_entry(titles: list[_Row], rows: _Rows) -> bool:
    """Whether a block of its own is an entry of a list: what announces it ends in a colon, or the blocks above it have its form."""
    several = len(titles) > 1
    if several and (any(row.text.endswith(":") for row in titles[:-1]) or sum(map(_is_labelled, titles)) > 1):
        return True
    if sum(map(str.isdigit, titles[-1].text)) > 4 and _is_labelled(titles[-1]):  # Tel: 555-1234
        return True
    over = rows.over(titles[0])
    if _LISTED.match(titles[0].text) and any(_LISTED.match(row.text) for row in rows.upwards(over)):
        return True
    for count in range(1 if several else _FEWEST_ENTRIES):
        last = rows.filled(over)
        if last and last.text.endswith(":") and (several or count):
            return True
        block, over = rows.titles(last, _MOST_LINES)
        if not block or (over and over.text) or not _alike(block, titles):
            return False
    return True


def _is_labelled(row: _Row) -> bool:
    """Whether a line is a value with its label: ``"DOB: 01/02/1970"``."""
    label, colon, value = row.text.partition(":")
    return bool(colon and value.strip()) and len(label.split()) < 4


def _alike(block: list[_Row], titles: list[_Row]) -> bool:
    """Whether two blocks have the form of entries of one list: as many short lines, none of which ends a sentence or begins with a sign."""
    lines = [row.text for row in block]
    if (len(lines) == 1) != (len(titles) == 1):
        return False
    return all(len(line) < _WIDEST_ENTRY and line[0].isalnum() and (line[-1] not in ".!?:" or len(line) < 5) and line.strip("Xx") for line in lines)


_LISTED = re.compile(r"\(?(?:[A-Z]|\d{1,2})[.)]\s")  # A. Terrorism | 4) Health
_WIDEST_ENTRY = 60  # characters
_FEWEST_ENTRIES = 3  # lines above that make a list; one or two may be headings over the last one


def _between_rules(row: _Row) -> Heading | None:
    """``------- Summary -------`` on one line."""
    if row.text[0] not in _RULE_CHARACTERS or row.text[-1] not in _RULE_CHARACTERS:
        return None
    title = row.text.strip(_RULE_CHARACTERS + " ")
    front = row.text.index(title) if title else 0
    sides = front > 2 or (front == 2 and row.text[-2] in _RULE_CHARACTERS and title[0].isalnum())  # --OUTLOOK--
    return Heading(row.at, plain_title(title)) if title and sides and len(title) <= LONGEST_TITLE else None


def _ends_sentence(line: str) -> bool:
    return line[-1] in ".!?:\"”’)]" or line[-4:].upper() == "XXXX" or line.endswith("----")


def _pauses(line: str) -> bool:
    """Whether a line ends in a comma or in closing words, ``END SUMMARY``: enough above a title in capitals."""
    return line[-1] in ",;" or re.search(r"\bend (?:of )?\w+$", line[-25:], re.IGNORECASE) is not None


def _accept_title(titles: list[_Row], *, strict: bool) -> Heading | None:
    title = " ".join(row.text for row in titles)
    if not is_title(title) or (strict and not looks_titled(title)):
        return None
    return Heading(titles[0].at, None if title.upper().rstrip(":.") == "BEGIN SUMMARY" else plain_title(title))


def _split_rule(line: str) -> tuple[str, int]:
    """A line without the rule at its end, and the rule's length without blanks: ``"... Comment -------"`` -> ``("... Comment", 7)``."""
    front = line.rstrip(_RULE_SIGNS)
    if len(front) + _SHORTEST_RULE > len(line):
        return line.rstrip(), 0
    rule = line[len(front) :].strip()
    count = len(rule.replace(" ", ""))
    return (front, len(rule) if "- -" in rule or "= =" in rule else count) if count >= _SHORTEST_RULE else (line.rstrip(), 0)


def _inline_heading(
    text: str, begin: int, end: int, *, strict: bool = False, whole: bool = True, alone: bool = False
) -> Heading | None:
    """Title and rule at the end of a line that begins with other text: ``... to govern. Comment -------``.

    Without a rule only a title in its letters counts. ``whole`` is false where the line begins with a paragraph's number; with ``alone`` the
    line is a block of its own, which is a title from its beginning unless a sentence ends in it.
    """
    body, width = _split_rule(text[begin:end].rstrip(_GAP))
    if not width:
        return _tail_heading(body, begin, strict=strict)
    body = body.rstrip(_GAP)  # a page banner between title and rule
    opened = _opening_rule(body, max(0, len(body) - 2 * LONGEST_TITLE))
    if opened is not None:
        return Heading(begin + opened[0], plain_title(body[opened[1] :]) or None)
    start = 0 if alone and _is_one_title(body) else _title_start(body, width, whole=whole)
    if start is None or is_no_title(body[start:]):
        return Heading(begin + len(body), None)
    return Heading(begin + start, plain_title(body[start:]))


def _is_one_title(body: str) -> bool:
    opening = len(body) - len(body.lstrip(". "))  # ... But Still Strong
    broken = sentence_breaks(body, opening, len(body))
    return not HANDLING.match(body) and len(body) <= LONGEST_TITLE and not broken and (looks_titled(body) or len(body) <= _WIDEST_LINE)


def _opening_rule(body: str, low: int) -> tuple[int, int] | None:
    """Start and end of a rule before the last words of a line: ``... end. ------- Summary`` -> that of the dashes."""
    for mark in ("----", "====", "****", "____", "- - -"):
        place = body.rfind(mark, low)
        if place >= 0:
            end = place + len(mark)
            front = body[:end].rstrip(_RULE_CHARACTERS + " ")
            return len(front), end + (len(body[end:]) - len(body[end:].lstrip(_RULE_CHARACTERS + " ")))
    return None


def _title_start(body: str, width: int, *, whole: bool) -> int | None:
    """Offset of the title that a rule of this width underlines: the sentence break nearest to that width, else the nearest word."""
    low = max(0, len(body) - 2 * width - 12)
    breaks = sentence_breaks(body, low, len(body))
    ends = (match.end() for match in SENTENCE_BREAK.finditer(body, low))
    fitting = [place for place in ends if abs(len(body) - place - width) <= 3 and not is_no_title(body[place:])]
    if fitting:
        return min(fitting, key=lambda place: abs(len(body) - place - width))
    if whole and len(body) <= width + 3:
        return 0
    reach = min(2 * width + 8, LONGEST_TITLE)
    near = [place for place in breaks if 3 <= len(body) - place <= reach and looks_titled(body[place:])]
    if near:
        return near[0] if width >= 20 else near[-1]
    space = body.rfind(" ", 0, max(0, len(body) - width + 1))
    fits = space >= 0 and abs(len(body) - space - 1 - width) <= 3 and not sentence_breaks(body, space + 1, len(body))
    return space + 1 if fits else None


_SHORTEST_WORD = 7  # letters of a title that is one word
_REFLOWED = 200  # characters of a line that holds a paragraph


def _tail_heading(stretch: str, begin: int, *, strict: bool) -> Heading | None:
    """A title run on behind the last sentence of a paragraph: ``... of the Muslim world. The Deeper Challenges``."""
    low = max(0, len(stretch) - LONGEST_TITLE)
    rule = _RULE_BEFORE.search(stretch, low) if "-----" in stretch or "=====" in stretch else None
    if rule and is_title(rule["title"]) and looks_titled(rule["title"]):
        return Heading(begin + rule.start(), plain_title(rule["title"]))
    breaks = sentence_breaks(stretch, low, len(stretch))
    if not breaks:
        return _capital_heading(stretch, begin)
    title = stretch[breaks[-1] :]
    if not is_title(title) or not looks_titled(title) or title.count(" ") > _MOST_BLANKS or "XX" in title:
        return _capital_heading(stretch, begin)
    lone = " " not in title and title.lower() not in _USUAL and (len(title) < _SHORTEST_WORD or len(stretch) < _REFLOWED)
    if stretch[-300:].upper() == stretch[-300:] or (strict and lone):
        return None
    start = breaks[-1]
    if dots := _DOTS_BEFORE.search(stretch, low, start):  # ... BUT NOT IN PUBLIC
        start = dots.start()
    return Heading(begin + start, plain_title(stretch[start:]))


_DOTS_BEFORE = re.compile(r"(?<=[.!?)\"”]\s)\.\.\.\s?$")
_RULE_BEFORE = re.compile(r"(?:[-=]{5,}+[ ]?)++(?:[-=]{1,4}[ ])?(?P<title>[A-Z][^-=\n]{3,}?)[ ]?[-=]{0,3}$")
_MOST_BLANKS = 15
_USUAL = frozenset("comment background conclusion conclusions introduction recommendation recommendations".split())


def _capital_heading(stretch: str, begin: int) -> Heading | None:
    """Words in capitals behind an unfinished text in small letters: ``... is not ranked OPENNESS TO FOREIGN INVESTMENT``."""
    if any(map(str.islower, stretch[-_FEWEST_CAPITALS:])):
        return None
    found = _CAPITALS_AT_END.search(stretch, max(0, len(stretch) - LONGEST_TITLE))
    if found is None or len(found["title"]) < _FEWEST_CAPITALS or not is_title(found["title"]) or "XX" in found["title"]:
        return None
    return Heading(begin + found.start("title"), plain_title(found["title"]))


_CAPITALS_AT_END = re.compile(r"\b[a-z]{2,}[\")]? (?P<title>[A-Z][A-Z'’]+(?:[ ,:/&-]{1,3}[A-Z][A-Z'’.]*){2,}\??)$")
_FEWEST_CAPITALS = 18  # characters; fewer may be offices
