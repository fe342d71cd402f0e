"""Where paragraphs start: numbers with or without pilcrow, at a line start or run on, told from wrapped years, days and decimals.

A candidate is a number with a portion mark behind it, or with a stop and a capital. What decides is the company: the mark, the line start,
the end of a sentence before it, and whether the count goes on. A pilcrow counts as a line start and no more: the site put one before every
line that looked numbered (CABLE_FORMATS 4.1), and other containers have none.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

import msgspec

from reftel.indexer.telegram.citations import find_citations
from reftel.indexer.telegram.lines import FILLER, Lines
from reftel.indexer.telegram.marks import MARK, Start, printed_mark, with_late_mark
from reftel.indexer.telegram.numberings import (
    find_bracketed,
    find_lettered,
    find_marked_numbers,
    is_title_line,
    iter_labelled,
    with_lost_numbers,
)
from reftel.schema.dates import month_number
from reftel.schema.marking import parse_mark
from reftel.schema.posts import find_post

_LEVELS = r"(?:SBU|[UCS](?:/{0,2}NF)?)"
_CANDIDATE = re.compile(
    rf"""(?P<number> [0-9] (?<![0-9][0-9]) [0-9]{{0,2}}+ ) (?=[ \t\n.,:)({{\[])   # whole: no digit before its first
        (?P<stop> [ ]?[.,:)]{{1,2}} )? (?!\d)
        (?: [ \t\n]{{0,24}} (?: (?<=[.\s])(?:-{{1,2}}|[–—])[ ]{{0,2}} )? {MARK} (?: [ ]? \((?P=mark)\) )?   # 1. (C)   15 (SBU)   1.⏎(S//REL X, Y)   1. - (C)
          | (?<=[.)]) [ \t]{{0,4}} \n? [ ]{{0,4}} (?: (?P<torn> {_LEVELS} ) \) | / (?P<slashed> {_LEVELS} ) / (?=[ ])     # 1. C)   1. /C/
                                   | \( (?P<open> {_LEVELS} ) (?=[ ][A-Z][a-z]) )   # 1. (C The
          | (?<=\.) (?= \s [^a-z\d] | \s x{{4}} | \S [A-Za-z’'] | \s\d | \s*\Z )  # 1. Text
        )""",
    re.VERBOSE,
)
# Numbers are found in the shape of a text, where 0 stands for a digit, a full stop for what may follow a number and an underline for blanks: a
# search that begins with a byte is several times faster than an expression that looks for any digit.
_KINDS = {"0": "0123456789", ".": ".,:)({[", "_": " \t\n"}
_SHAPES = bytes(next((ord(kind) for kind, signs in _KINDS.items() if chr(code) in signs), ord("x")) for code in range(256))
_NUMBER = re.compile(rb"0(?<!00)0{0,2}(?=_{0,25}\.)")
_OWN_MARK = re.compile(r"\((?: ?[A-Z][A-Z/,\s-]{0,80} ?|[A-Z][A-Za-z]{0,12}/[A-Za-z/, ]{1,80})\)(?=\s{0,8}\S)")
_SECOND = 2
_MOST = 5000  # a cable has a few hundred paragraphs at most; more candidates than this are not a cable
_SENTENCE_ENDS = frozenset(".!?:;\"”’')]*-_=~+>" + FILLER)
_GAP = " \t\n¶"
_JOINED = frozenset("_$#%/+'’-(")
_CLOSING_WORDS = re.compile(r"\bend (?:of )?(?:\w+ )?\w+$|x{4,}$", re.IGNORECASE)
# What is numbered, and months: "para. 3. The", "Nov. 10. The".
_ABBREVIATIONS = frozenset(
    "no nos para paras paragraph paragraphs art article sec section ch chapter vol fig p pp ref point step phase part annex item number"
    " jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june july august september october november"
    " december".split()
)
# What leaves a line unfinished before a number even over a blank line: "please see paragraph", "3 and".
_COUNTED = frozenset("number paragraph paragraphs para paras article section of the to and from by until since".split())
_COUNTED_WITH_STOP = frozenset(("para", "paras"))
_LAW_NUMBER = re.compile(r"[\w)] [Nn]os?\.$")
_REACH = 40  # characters before a candidate that its company is judged by
_NEAR = 5  # a gap in the count up to this many numbers is an ordinary fault
_AHEAD = 8
_SHORT_LINE = 90
_LONGEST_LABEL = 5  # letters
_LONG_COUNT = 4  # a count behind which the next number is the next paragraph's


class _Count:
    """The running counts: the main one and those of quoted papers inside it."""

    def __init__(self) -> None:
        self.tops: list[int] = []
        self.marked = False  # whether the last paragraph had a mark
        self.stop = ""  # behind the last paragraph's number
        self.item = 0  # the last number of a list inside a paragraph
        self.run_on = False  # whether the last paragraph began inside a line

    def lists(self, number: int, stop: str) -> bool:
        """Whether a number is that of a list inside a paragraph: ``1)``, ``2)`` among paragraphs ``1.``, ``2.``."""
        if stop != ")" or self.stop != "." or number not in (1, self.item + 1) or (number > 1 and not self.item):
            return False
        self.item = number
        return True

    def fits(self, number: int) -> bool:
        return number - 1 in self.tops if self.tops else number == 1

    def near(self, number: int) -> bool:
        return bool(self.tops) and self.tops[-1] <= number <= self.tops[-1] + _NEAR

    def again(self, number: int) -> bool:
        """Whether a number goes back to one of the last: 37, 38, 37 once more."""
        return bool(self.tops) and _NEAR < self.tops[-1] - _NEAR < number <= self.tops[-1]

    def add(self, number: int) -> None:
        if self.tops and number - 1 in self.tops:
            while self.tops.pop() != number - 1:
                pass
            self.tops.append(number)
        elif number == 1 or not self.tops:
            self.tops = [*self.tops[-5:], number]
        else:
            self.tops[-1] = number


_MARK_BEFORE = re.compile(r"(?:\A|\n)[ \t¶]*(?P<front>\((?P<mark>[A-Z/]{1,8})\))[ \t¶]{0,4}$")
_PARAGRAPH_WORDS = ("para", "para.", "paragraph", "§")
_WORD_BEFORE = re.compile(r"(?:\A|(?:\n|[.!?:\"”)\]*=_~+-])[ \t]*\n)[ \t¶]*(?P<front>[\w.§]+)[ \t¶]*$")


class _Candidate:
    """A number that may start a paragraph; ``tail`` and ``gap`` are what stands before it: text, then blanks and pilcrows."""

    __slots__ = ("at", "behind", "gap", "glued", "mark", "number", "pilcrow", "stop", "tail", "text_at")

    def __init__(self, text: str, match: re.Match[str]) -> None:
        number, stop, mark, torn, slashed, opened = match.groups()
        start, end = match.span()
        if mark and text[start - 1 : start] == "#":  # #1. (C)
            start -= 1
        self.number = int(number)
        self.stop = stop.strip() if stop else ""
        self.mark = printed_mark(mark or torn or slashed or opened)
        self.text_at = end if self.mark else match.end("stop" if stop else "number")
        self.behind = text[end : end + 2]
        before = text[max(0, start - _REACH) : start]
        self.tail = before.rstrip(_GAP)
        self.gap = gap = before[len(self.tail) :]
        self.glued = not gap and not _stands_free(text, start)
        self.pilcrow = "¶" in gap
        self.at = start - len(gap) + gap.index("¶") if self.pilcrow else start
        front = None
        if self.mark is None and self.tail.endswith(")") and (front := _MARK_BEFORE.search(before)):  # (C) 1. The
            self.mark = printed_mark(front["mark"])
        elif self.mark and self.tail.lower().endswith(_PARAGRAPH_WORDS):  # Para 1. (C) The
            front = _WORD_BEFORE.search(before)
        if front and self.mark:
            above = before[: front.start("front")]
            self.at = start - len(before) + len(above)
            self.tail = above.rstrip(_GAP)
            self.gap = above[len(self.tail) :]

    @property
    def line_start(self) -> bool:
        """Whether it begins a line."""
        return self.pilcrow or "\n" in self.gap or not self.tail or self.tail[-1] == FILLER

    @property
    def blank_line(self) -> bool:
        """Whether a blank line or nothing stands before it."""
        return self.gap.count("\n") > 1 or not self.tail

    @property
    def digit_follows(self) -> bool:
        """Whether the next word is a number."""
        return self.behind.strip()[:1].isdigit()

    @property
    def labelled(self) -> bool:
        """Whether the number goes on with a label in capitals that was wrapped before it: ``"... the Committee: IND⏎⏎1.MARIC, Ivo"``."""
        word = _last_word(self.tail)
        return 1 < len(word) < _LONGEST_LABEL and self.tail.endswith(word.upper()) and not self.behind[:1].isspace() and not self.sentence_end

    @property
    def sentence_end(self) -> bool:
        """Whether what stands before is finished."""
        return not self.tail or self.tail[-1] in _SENTENCE_ENDS or _CLOSING_WORDS.search(self.tail) is not None


def find_numbered(text: str) -> list[Start]:
    """The numbered paragraph starts of a masked text, in order.

    ``"end. 24. (U) This cable"`` has one; ``"on November\\n¶12. In each"`` none unless the count is there.
    """
    flat = "\n" not in text.strip()
    matches = (match for place in _iter_numbers(text) if (match := _CANDIDATE.match(text, place)))
    candidates = [
        candidate for match in itertools.islice(matches, _MOST)
        if (match["mark"] or _stands_free(text, match.start())) and _possible(candidate := _Candidate(text, match))
    ]  # fmt: skip
    count = _Count()
    starts: list[Start] = []
    for index, candidate in enumerate(candidates):
        _join_torn(text, candidate, count)
        if candidate.number == 0:
            continue
        if _is_listed(text, candidate) if not count.tops else count.lists(candidate.number, candidate.stop):
            continue
        if _accept(candidate, count, candidates[index + 1 : index + 1 + _AHEAD], flat=flat):
            start = with_late_mark(text, Start(candidate.at, candidate.text_at, candidate.number, candidate.mark))
            if starts and 1 < candidate.number < (starts[-1].number or 0) and _is_empty(text, starts[-1], start):  # 10. (C) 8. (C) The
                starts[-1] = msgspec.structs.replace(starts[-1], text_at=start.text_at, mark=starts[-1].mark or start.mark)
                continue
            count.add(candidate.number)
            count.marked, count.stop, count.item, count.run_on = start.mark is not None, candidate.stop, 0, not candidate.line_start
            if starts and starts[-1].number == start.number and _is_empty(text, starts[-1], start):
                twice = starts.pop()
                start = msgspec.structs.replace(start, mark=start.mark or twice.mark)
            starts.append(start)
    if not starts:
        return find_marked_numbers(text, len(text)) or find_lettered(text) or find_bracketed(text)
    starts = [start for start, after in itertools.zip_longest(starts, starts[1:]) if not (after and after.mark and is_title_line(text, start, after))]
    first = find_marked_numbers(text, starts[0].at)[:1] if starts[0].number == _SECOND else []  # I. (C), for 1. (C)
    return [*first, *with_lost_numbers(text, starts)]


def _is_empty(text: str, start: Start, following: Start) -> bool:
    """Whether no text stands between two starts."""
    return not text[start.text_at : following.at].strip(_GAP + FILLER)


def _torn_digit(tail: str) -> bool:
    """Whether a text ends in a digit that stands alone, which may be the first of a number: ``"they left. 1"``."""
    return tail[-1:].isdecimal() and not tail[-2:-1].strip() and tail[-1] != "0"


def _join_torn(text: str, candidate: _Candidate, count: _Count) -> None:
    """Takes the first digit of a number that a line break tore, where only so the count goes on: ``1⏎⏎¶2. (U)`` behind 11."""
    if candidate.mark is None or not count.tops or candidate.number > 9 or not _torn_digit(candidate.tail):
        return
    whole = 10 * int(candidate.tail[-1]) + candidate.number
    if whole == count.tops[-1] + 1:
        candidate.number, candidate.at = whole, text.rindex(candidate.tail[-1], 0, candidate.at)
        candidate.tail = candidate.tail[:-1].rstrip(_GAP)


def _iter_numbers(text: str) -> Iterator[int]:
    """Offsets of the whole numbers of one to three digits that a stop or a bracket follows, blanks may stand between."""
    shape = text.encode("latin-1", "replace").translate(_SHAPES)
    return (match.start() for match in _NUMBER.finditer(shape))


def _stands_free(text: str, at: int) -> bool:
    """Whether a number is no part of a word, an amount, a fraction or a decimal: ``F-16``, ``$5``, ``1.4``."""
    before = text[at - 1] if at else "\n"
    if before.isalnum() or before in _JOINED:
        return False
    return not (before in ".,:" and at > 1 and text[at - 2].isdigit())


def _possible(candidate: _Candidate) -> bool:
    """A mark, or a stop alone behind a number that is no day of a month and no numbered thing (``para. 3. The``)."""
    if candidate.mark is not None:
        return candidate.number > 0 or _torn_digit(candidate.tail)
    if candidate.stop != "." or candidate.number == 0 or not (candidate.gap or not candidate.tail):
        return False
    if _is_counted(candidate.tail):
        return False
    return candidate.pilcrow or candidate.blank_line or not _is_abbreviation(candidate.tail)


_REFERENCES = re.compile(r"\bREF(?:TEL|ERENCE)?(?:\(S\)|S)?\b", re.IGNORECASE)
_REFERENCES_REACH = 600
_LETTER_BEFORE = re.compile(r"(?<![A-Za-z])\(?B[.)][ ](?!.*\n[ \t]*\n)", re.IGNORECASE | re.DOTALL)  # of the same list as a (C) behind it


def _is_listed(text: str, candidate: _Candidate) -> bool:
    """Whether a number before all paragraphs is one of the REF list: ``REF: 1. STATE 12``, or a serial, ``(B) STATE 12, (C) PARIS 3``."""
    if candidate.mark is not None and candidate.line_start and "," not in candidate.stop:
        return False
    label = _REFERENCES.search(text, max(0, candidate.at - _REFERENCES_REACH), candidate.at)
    if label is None:
        return False
    if candidate.mark in ("C", "c") and not (candidate.line_start or candidate.stop) and _LETTER_BEFORE.search(text, label.end(), candidate.at):
        return True
    behind = text[candidate.text_at : candidate.text_at + 80].lstrip(" \t\n¶.")
    return any(citation.start == 0 and find_post(citation.post) for citation in find_citations(behind)[:1])


def _is_abbreviation(tail: str) -> bool:
    """Whether a text ends in a word that a number belongs to."""
    return _last_word(tail.removesuffix(".")) in _ABBREVIATIONS


def _is_counted(tail: str) -> bool:
    """Whether a text ends so that a number below it goes on with it, over a blank line too: ``"under Law No."``, ``"see paragraph"``."""
    if tail.endswith("."):
        return _last_word(tail[:-1]) in _COUNTED_WITH_STOP or _LAW_NUMBER.search(tail, max(0, len(tail) - 6)) is not None
    return _last_word(tail) in _COUNTED or (tail.endswith("-") and tail[-2:-1].isdigit())  # July 1-⏎2.


def _last_word(text: str) -> str:
    """The letters at the end of a text, small; empty if a digit or an underline touches them."""
    start = len(text)
    while start and text[start - 1].isalpha():
        start -= 1
    return "" if start and (text[start - 1].isdigit() or text[start - 1] == "_") else text[start:].lower()


def _accept(candidate: _Candidate, count: _Count, ahead: Sequence[_Candidate], *, flat: bool) -> bool:
    if candidate.mark is not None:
        return (candidate.blank_line or not _is_cited(candidate, count, ahead)) and (_accept_marked(candidate, count) or _opens(candidate, count, ahead))
    if not candidate.line_start:
        return _accept_in_flat(candidate, count, ahead) if flat else _accept_run_on(candidate, count, ahead)
    opens = not count.tops and candidate.number == 1  # right behind the subject, where blank lines were lost
    begins = candidate.blank_line or candidate.sentence_end or opens or _counts_on(candidate, ahead)
    return begins and _accept_unmarked(candidate, count, ahead)


def _counts_on(candidate: _Candidate, ahead: Sequence[_Candidate]) -> bool:
    """Whether the next two numbers go on with the count, each on a line of its own: a list under a title, of which a part may have one too."""
    listed = [later.number - candidate.number for later in ahead[:2] if later.line_start and later.mark is None] == [1, 2]
    return listed and (candidate.number == 1 or _TITLE_ABOVE.search(candidate.tail) is not None)


_TITLE_ABOVE = re.compile(r"\n[ \t]*\n[ \t]*[A-Z][^\n]*\Z")


def _accept_run_on(candidate: _Candidate, count: _Count, ahead: Sequence[_Candidate]) -> bool:
    """An unmarked number behind a finished sentence of the same line, where the paragraphs around it have no marks and the count goes on."""
    if candidate.digit_follows or count.marked or not (candidate.sentence_end or not count.tops):
        return False
    if candidate.number != (count.tops[-1] + 1 if count.tops else 1):
        return False
    if not ahead and (count.run_on or candidate.number > _LONG_COUNT):  # the last paragraph
        return True
    return any(later.number == candidate.number + 1 and later.mark is None and (later.line_start or later.sentence_end) for later in ahead)


def _is_cited(candidate: _Candidate, count: _Count, ahead: Sequence[_Candidate]) -> bool:
    """Whether a number with a mark, not behind a blank line, stands inside a sentence that cites a paragraph or gives a date: ``"as said in para 2. (C) above"``.

    So it does where a number that goes on with the count begins a block further on.
    """
    counted = _is_abbreviation(candidate.tail)
    listed = candidate.stop == "," and not candidate.line_start  # (S) 3, (C) 4
    if candidate.sentence_end and not (counted or listed):
        return False
    if listed and not count.fits(candidate.number):
        return True
    if counted and candidate.behind.strip()[:1].islower():
        return True
    wanted = (candidate.number, *(top + 1 for top in count.tops[-1:]))
    return any(later.number in wanted and later.mark and later.blank_line for later in ahead)


def _opens(candidate: _Candidate, count: _Count, ahead: Sequence[_Candidate]) -> bool:
    """Whether a marked number on a line of its own is the first of a count that does not begin at 1."""
    return candidate.line_start and not count.tops and any(later.mark and later.line_start and later.number == candidate.number + 1 for later in ahead[:2])


def _accept_marked(candidate: _Candidate, count: _Count) -> bool:
    fits = count.fits(candidate.number)
    if candidate.glued:  # "a Critique-14. (U) He"
        return fits and candidate.number > 1 and candidate.stop == "."
    if candidate.mark in ("c", "s", "u"):  # more often the letter of a list than a mark
        return (fits and (candidate.line_start or candidate.sentence_end)) or (candidate.blank_line and bool(candidate.stop))
    if candidate.line_start and (fits or candidate.blank_line or candidate.sentence_end or not candidate.behind.strip()[:1].islower()):
        return bool(candidate.stop) or fits or candidate.blank_line or len(candidate.mark or "") > 1
    if fits or not candidate.stop or candidate.sentence_end:
        return fits or bool(candidate.stop)
    return not _is_abbreviation(candidate.tail) and not candidate.behind.strip()[:1].islower()  # "he came at 10. (C) was"


def _accept_unmarked(candidate: _Candidate, count: _Count, ahead: Sequence[_Candidate]) -> bool:
    number = candidate.number
    if count.marked and candidate.labelled:
        return False
    if count.fits(number):
        return True
    if month_number(_last_word(candidate.tail)):  # "on January", a blank line, "6. He"
        return False
    followed = any(later.number == number + 1 and later.line_start for later in ahead)
    if number == 1:
        return followed
    if count.again(number) and candidate.blank_line and followed:
        return True
    if count.near(number):
        return candidate.blank_line or (followed and candidate.sentence_end)
    ahead_of_count = not count.tops or (number > count.tops[-1] and candidate.sentence_end)  # a quoted paper may leave out more
    return ahead_of_count and candidate.blank_line and followed


def _accept_in_flat(candidate: _Candidate, count: _Count, ahead: Sequence[_Candidate]) -> bool:
    """Without any line break only the count speaks: a new one must go on to 2, behind an unfinished line (a title) to 3."""
    if candidate.digit_follows:
        return False
    if candidate.number != 1:
        behind_title = not count.marked and candidate.tail.rpartition(" ")[2][:1].isupper()
        return count.fits(candidate.number) and (candidate.sentence_end or behind_title)
    following = [later.number for later in ahead if later.sentence_end]
    return 2 in following and (candidate.sentence_end or not count.tops or 3 in following)


def _is_short_line(text: str, at: int, inside: set[int]) -> bool:
    """Whether the line above ``at`` is all that a numbered start has for text: ``9. (U) Kuwait background⏎(S/NF) ...``."""
    line_start = text.rfind("\n", 0, max(0, at - 1)) + 1
    return at - line_start < _SHORT_LINE and not inside.isdisjoint(range(line_start, at))


def _greets(above: str) -> bool:
    """Whether a text ends in the line that a letter begins with: ``"Dear Madam Secretary,"``."""
    return above.endswith(",") and above[above.rfind("\n") + 1 :].lstrip(" \t¶").startswith(("Dear ", "My dear ", "DEAR "))


def find_marked(lines: Lines, begin: int, taken: Sequence[Start]) -> list[Start]:
    """Starts of unnumbered text with a portion mark of its own at a line start, from ``begin`` on: ``"(SBU) In response"``.

    A lower-case ``(c)`` is a list letter; a bracket behind an unfinished line is text.
    """
    text = lines.text
    inside = {start.text_at for start in taken}
    starts = []
    places = (place for line in lines.of("bracket") if (place := lines.words(line)) > begin)
    for at in itertools.islice((begin, *places), _MOST):
        match = _OWN_MARK.match(text, at)
        if match is None or match.end() in inside:  # the mark of a number
            continue
        before = text[max(0, at - _REACH) : at]
        stripped = before.rstrip()
        at_line_start = "\n" in before[len(stripped) :] or at in (0, begin)
        if not at_line_start or parse_mark(match.group()) is None:
            continue
        gap = before[len(stripped) :]
        if gap.count("\n") == 1 and _LIST_LABEL.search(stripped):
            continue
        if gap.count("\n") > 1 or not stripped or stripped[-1] in _SENTENCE_ENDS or at == begin or _is_short_line(text, at, inside) or _greets(stripped):
            starts.append(Start(at, match.end(), None, " ".join(match.group().strip("() ").split())))
    lost = _LOST_NUMBER.finditer(text, begin) if _LONE_STOP.search(text) else ()
    starts += (Start(match.start("stop"), match.end(), None, printed_mark(match["mark"])) for match in lost)
    # "... further. (C) Post": the line break became a blank
    run_on = (match for match in _RUN_ON.finditer(text, begin) if _ends_in_word(text, text.rindex(".", 0, match.start())))
    starts += (Start(match.start(), match.end(), None, match["mark"]) for match in run_on)
    return [*starts, *iter_labelled(text, starts, taken)] if starts else starts


_RUN_ON = re.compile(rf"\((?:(?<=[^\WA-Z\d_]\.[ ]\()|(?<=[^\WA-Z\d_]\.[ ][ ]\())(?P<mark>{_LEVELS})\)[ ]{{1,2}}(?=[A-Z])")


def _ends_in_word(text: str, at: int) -> bool:
    """Whether a whole word in small letters stands before an offset, no letter or number of a list."""
    word = _last_word(text[max(0, at - _REACH) : at])
    return len(word) > 2 and text[at - len(word) : at] == word


_LIST_LABEL = re.compile(r"\s(?:[\s¶][A-Z]\.|\d{1,2}\))$")  # "A.", two blanks that became a line break, "(U)"
_LONE_STOP = re.compile(r"\n\. ")  # of signs this common an expression finds none sooner than plain searching
_LOST_NUMBER = re.compile(rf"\n[ \t]*\n[ \t¶]*(?P<stop>\.)[ ]{{1,3}}(?:{MARK}[ ]{{1,3}})?(?=[A-Z])", re.VERBOSE)  # 3. (C), without its number
