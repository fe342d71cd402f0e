"""Cables cited in running text: ``[year] POST serial [(year)]`` in every spelling.

The text is read as words, numbers and signs; at each number the words before it are looked up among the posts, so that no rule depends
on capitals or on a separator.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from reftel.frozen import frozen
from reftel.schema.dates import month_number
from reftel.schema.identifiers import resolve_post
from reftel.schema.tagkinds import is_known_tag

_TOKEN = re.compile(r"(?P<word>[^\W\d_]+(?:['’.][^\W\d_]+)*\.?)|(?P<number>\d+)|(?P<blank>\s+)|(?P<sign>.)", re.DOTALL)
_MOST_WORDS = 5  # US MISSION UN NEW YORK
_LONGEST_SERIAL = 7
_LONGEST_NOTE = 60  # tokens in the bracket behind a cable
_LONGEST = 64_000  # characters that are searched
# What may stand between post and serial: EMBASSY BAKU CABLE 12.
_MESSAGE_WORDS = frozenset(("CABLE", "TELEGRAM", "TEL", "MESSAGE", "NO", "NO.", "NR", "NUMBER"))
_NOT_POSTS = frozenset((
    "A", "AN", "AND", "ANNEX", "APP", "ARTICLE", "ARTICLES", "AT", "BY", "CA", "CASE", "CFR", "CIA", "CIRCULAR",
    "DATED", "DEA", "DIA", "DTG", "EI", "EMAIL", "FAH", "FAM", "FBIS", "FOR", "FROM", "IIR", "IMSWM", "IN", "ITEM",
    "MAIL", "MEMO", "MSG", "NIE", "NO", "NOTAL", "NOTE", "NR", "NUMBER", "OF", "ON", "OR", "OSC", "PAGE", "PAGES",
    "PARA", "PARAGRAPH", "PARAS", "PART", "POC", "PREVIOUS", "REF", "REFS", "REFTEL", "REFTELS", "REPORT", "RES",
    "RESOLUTION", "SEC", "SECTION", "SECTIONS", "SEPTEL", "SERIAL", "SUBJ", "TAB", "TASKER", "TD", "TDX", "THE", "TO",
    "TOR", "UNSCR", "USC", "WITH", "X",
))  # fmt: skip


@frozen
class Citation:
    """A cited cable: the post as printed, its serial, the printed year (``None`` where implied), and where it stands."""

    post: str
    serial: str
    year: str | None
    start: int
    end: int
    raw: str


class _Token(NamedTuple):
    kind: str
    text: str
    start: int
    end: int


def find_citations(text: str) -> list[Citation]:
    """Cables cited in ``text``, in order.

    ``"08 STATE 1, 2 AND 3; PARIS 00004 (07)"`` -> 08 STATE 1, 2, 3 and 07 PARIS 4. A year may stand before (``2008 POST 1``,
    ``'08 POST 1``, ``(08) POST 1``, ``08POST1``), behind (``POST 1 (08)``) or between post and serial (``POST 08 1``, ``POST 08-1``).
    A name that is no known post counts only where it and its number are all there is between two separators. A bracket behind a
    cable is its note. Takes time linear in the text, and reads its first 64,000 characters.
    """
    return _Scanner(text[:_LONGEST]).scan()


class _Scanner:
    """One pass over the tokens of a text; ``place`` is the next token, ``free`` the first that no citation has used."""

    def __init__(self, text: str) -> None:
        self.text = text
        matches = (match for match in _TOKEN.finditer(text) if match.lastgroup != "blank")
        self.tokens = [_Token(match.lastgroup or "", match[0], match.start(), match.end()) for match in matches]
        self.free = 0
        self.found: list[Citation] = []

    def scan(self) -> list[Citation]:
        place = 0
        while place < len(self.tokens):
            if self.tokens[place].kind == "number" and (self._post_and_serial(place) or self._further_serial(place)):
                self._skip_note()
                place = self.free
            else:
                place += 1
        return self.found

    def _token(self, place: int) -> str:
        return self.tokens[place].text if 0 <= place < len(self.tokens) else ""

    def _is(self, place: int, kind: str) -> bool:
        return 0 <= place < len(self.tokens) and self.tokens[place].kind == kind

    def _post_and_serial(self, place: int) -> bool:
        """Take the cable whose number stands at ``place``, if the words before it are a post."""
        last = place - 1
        while last > self.free and (
            self._token(last) in ("-", "#", ":") or self._token(last).upper() in _MESSAGE_WORDS
        ):
            last -= 1
        first = self._post_before(last)
        if first is None:
            return False
        serial, inner = place, None
        if self._is_year_between(place):
            inner, serial = self._token(place), place + (2 if self._token(place + 1) == "-" else 1)
        if not self._is_serial(serial) or (first < 0 and not self._is_alone(-first - 1, serial)):
            return False
        first = first if first >= 0 else -first - 1
        before, year = self._year_before(first)
        after, later = self._year_behind(serial) if not (year or inner) else (serial + 1, None)
        self._take(before, last, serial, year or inner or later)
        self.free = max(self.free, after)
        return True

    def _take(self, first: int, last: int, serial: int, year: str | None) -> None:
        post_start = first
        while self.tokens[post_start].kind != "word":
            post_start += 1
        start, end = self.tokens[first].start, self.tokens[serial].end
        post = self.text[self.tokens[post_start].start : self.tokens[last].end]
        raw = " ".join(self.text[start:end].split())
        self.found.append(Citation(" ".join(post.split()), self._token(serial), year, start, end, raw))
        self.free = serial + 1

    def _post_before(self, last: int) -> int | None:
        """Token at which a post that ends at ``last`` begins; ``-1 - token`` for words that are no known post; ``None`` for no name."""
        first = last
        while first > self.free and last - first < _MOST_WORDS * 2 and self._joins(first - 1):
            first -= 1
        if last < self.free or not self._is(last, "word"):
            return None
        no_post = _is_no_post(self._token(last))  # "EMAIL 06", "MARCH 06"; but "RIO DE JAN 138"
        for start in range(first, last + (not no_post)):
            if self._is(start, "word") and resolve_post(self.text[self.tokens[start].start : self.tokens[last].end]):
                return start
        return -1 - first if last - first < 4 and not no_post else None

    def _joins(self, place: int) -> bool:
        """Whether the token may stand inside the name of a post: a word, or a hyphen or slash between two words."""
        return self._is(place, "word") or (self._token(place) in ("-", "/") and self._is(place - 1, "word"))

    def _is_serial(self, place: int) -> bool:
        """A number of at most seven digits that is no time (``091316Z``), no date (``1/29/09``), no version (``42.1``)."""
        if not self._is(place, "number") or len(self._token(place)) > _LONGEST_SERIAL or not int(self._token(place)):
            return False
        sign = self._token(place + 1).upper()
        if not self._glued(place) or not (sign == "Z" or (self._glued(place + 1) and self._is(place + 2, "number"))):
            return True
        return sign not in ("Z", ".") and not (sign == "/" and self._token(place + 3) == "/")

    def _glued(self, place: int) -> bool:
        """Whether the next token follows without a blank."""
        return place + 1 < len(self.tokens) and self.tokens[place].end == self.tokens[place + 1].start

    def _is_alone(self, first: int, serial: int) -> bool:
        """Whether unknown words and their number are a whole part: ``"; NEWPOST 123 (NOTAL);"``, and could name a post."""
        words = [token.text.upper() for token in self.tokens[first:serial] if token.kind == "word"]
        if any(map(_is_no_post, words)) or sum(map(len, words)) < 4 or any(map(is_known_tag, words)):
            return False
        before = first - 1
        if self._is(before, "number") and before >= self.free:
            before -= 1
        opened = before < 0 or self._token(before) in (";", ",", ":", "¶", "'", "’", ")") or before < self.free
        return opened and (self._token(serial + 1).upper() in ("", ";", ",", ".", ":", "(", "AND", "&", "¶"))

    def _year_before(self, first: int) -> tuple[int, str | None]:
        """First token of ``08 POST``, ``'08 POST``, ``2008-POST``, ``(08) POST``, and that year; ``first`` itself without one."""
        place = first - 1
        if self._token(place) == "-":
            place -= 1
        bracketed = self._token(place) == ")" and self._token(place - 2) == "(" and place - 2 >= self.free
        if bracketed and _is_year(self._token(place - 1)):
            return place - 2, self._token(place - 1)
        if place >= self.free and _is_year(self._token(place)):
            quote = place > self.free and self._token(place - 1) in ("'", "’", "‘")
            return place - quote, self._token(place)
        return first, None

    def _year_behind(self, serial: int) -> tuple[int, str | None]:
        """Token after ``(08)`` behind a serial, and that year. Before a further cable without one it is the year of that cable."""
        place = serial + 1
        quote = self._token(place + 1) in ("'", "’", "‘")
        year = self._token(place + 1 + quote)
        if self._token(place) != "(" or self._token(place + 2 + quote) != ")" or not _is_year(year):
            return place, None
        after = place + 3 + quote
        next_end = self._post_follows(after)
        if next_end and self._token(next_end) != "(" and not any(citation.year for citation in self.found):
            return place, None
        return after, year

    def _post_follows(self, place: int) -> int:
        """Token after ``POST serial`` if a known post begins at ``place``, else 0."""
        end = place
        while self._is(end, "word") and end - place < _MOST_WORDS:
            end += 1
        if end == place or not self._is(end, "number"):
            return 0
        return end + 1 if resolve_post(self.text[self.tokens[place].start : self.tokens[end - 1].end]) else 0

    def _is_year_between(self, place: int) -> bool:
        """Whether the number at ``place`` is the year of ``POST 08 123`` or ``POST 08-123``, not a serial or the year of a further post."""
        following = place + (2 if self._token(place + 1) == "-" else 1)
        return _is_year(self._token(place)) and self._is_serial(following) and not self._post_follows(following + 1)

    def _further_serial(self, place: int) -> bool:
        """Take a further serial of the last post: ``POST 1, 2 AND 3``; a year or day that belongs to what follows is none."""
        joint = self.free
        while joint < place and self._token(joint).upper() in (",", "AND", "&", "/"):
            joint += 1
        if not self.found or joint != place or joint == self.free or not self._is_serial(place):
            return False
        following = self._token(place + 1)
        if (self._is(place + 1, "word") and following.upper() != "AND") or following in ("/", "-", ")"):
            return False
        last, token = self.found[-1], self.tokens[place]
        self.found.append(Citation(last.post, token.text, last.year, token.start, token.end, token.text))
        self.free = place + 1
        return True

    def _skip_note(self) -> None:
        """Pass over a bracket behind a cable, its note or title: ``PARIS 1 (REPLY TO ROME 2)``; a letter or year in it is none."""
        if self._token(self.free) != "(" or len(self._token(self.free + 1)) < 3:
            return
        note = range(self.free, min(len(self.tokens), self.free + _LONGEST_NOTE))
        closing = next((place for place in note if self._token(place) == ")"), None)
        if closing is not None:
            self.free = closing + 1


def _is_no_post(word: str) -> bool:
    return word.upper().strip(".") in _NOT_POSTS or month_number(word) is not None or len(word) == 1


def _is_year(text: str) -> bool:
    """``"08"``, ``"99"``, ``"2008"``: two digits of 1966 to 2015, or all four."""
    if not text.isdigit() or len(text) not in (2, 4):
        return False
    return int(text) <= 15 or int(text) >= 66 if len(text) == 2 else text[:2] in ("19", "20")
