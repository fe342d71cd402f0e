"""Cables cited in running text: ``[year] POST serial [(year)]`` in every spelling.

The text is read as words, numbers and signs; at each number the words before it are looked up among the posts, so that no rule depends
on capitals or on a separator.
"""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from reftel.schema.dates import month_number
from reftel.schema.identifiers import full_year
from reftel.schema.posts import find_post, is_post_name, nearest_post
from reftel.schema.tagkinds import is_known_tag

Certainty = Literal["named", "nearest", "unknown", "implied", "own"]
"""How a post is known: by a name of the table, by the nearest one, not at all, by the cable cited before."""

_TOKEN = re.compile(r"(?P<word>[^\W\d_]+(?:['’.][^\W\d_]+)*\.?)|(?P<number>\d+)|(?P<sign>\S)")
_DIGIT = re.compile(r"\d")
_MOST_WORDS = 5  # US MISSION UN NEW YORK
_LONGEST_SERIAL = 7
_AROUND = 16  # tokens that are looked at before and behind one
_LONGEST_NOTE = 60  # tokens in the bracket behind a cable
_LONGEST = 64_000  # characters that are searched
# What may stand between post and serial: EMBASSY BAKU CABLE 12.
_MESSAGE_WORDS = frozenset((
    "CABLE", "CABLES", "TELEGRAM", "TELEGRAMS", "TEL", "TELS", "MESSAGE", "MESSAGES", "NO", "NO.", "NOS", "NOS.", "NR", "NUMBER", "NUMBERS",
))  # fmt: skip
# Words behind a number that make it a day: STATE-PARIS 5/11 E-MAIL.
_NO_CABLE_WORDS = frozenset(("EMAIL", "EMAILS", "MAIL", "TELCON", "TELCONS", "PHONCON", "FAX", "VTC", "DVC", "CALL"))
_BEGINS_PART = frozenset((";", ",", ":", "¶", "'", "’", ")", "]", "."))
_ENDS_PART = frozenset(("", ";", ",", ".", ":", "(", "[", "AND", "&", "¶"))
_MONTH = r"(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)[A-Z]{0,6}"
_DATED = re.compile(  # the date of the cited cable: DATED 05/06/2007 | OF MAY 5, 2007 | (DTG 121030Z MAY 07) | 3/30/07
    rf"""(?: [\s,]{{0,2}}\(?(?:DATED|DTD|DTG|OF|FROM|ON)\b | [ ]\(?(?=\d{{1,2}}/) ) [ :]{{0,2}}
         (?: \d{{1,2}}/\d{{1,2}}/(?P<us>\d{{4}}|\d\d) | {_MONTH}\.?[ ]\d{{1,2}},?[ ](?P<named>\d{{4}})
           | (?:\d{{1,2}}|\d{{6}}Z)[ ]?{_MONTH}\.?,?[ ]?(?P<day>\d{{4}}|\d\d) )
         (?!\w) \)?""",
    re.VERBOSE | re.IGNORECASE,
)
_DATE_SIGNS = frozenset(("DATED", "DTD", "DTG", "OF", "FROM", "ON", "(", ","))
_OTHER_SENDERS = frozenset(("USDAO", "DAO", "DATT", "LEGATT", "LEGAT", "FBI", "DEA", "CIA", "DIA"))  # at a post, with serials of their own
_NOUGHT = re.compile(r"(?<!\w)(?:(?:[Oo]\d[\dOo]*|\d+[Oo][\dOo]*)(?![A-Za-z])|[Oo]\d(?=[A-Z]))")  # O4 | O1512 | 2O9, not 05OSLO4
_LETTER_O = re.compile(r"(?<!\w)(?=[A-Za-z]*0)[A-Za-z0]{4,}(?!\w)")  # SANTIAG0 | T0KYO | 0SLO
_ONE = re.compile(r"(?<!\w)[Il](?=\d{2,6}(?!\w))|(?<=\d)[Il](?!\.?[A-Za-z])")  # I900
_LETTER_I = re.compile(r"(?<!\w)[A-Z]{2,}[l1][A-Z]+(?!\w)")  # PARlS | PAR1S
_NOT_POSTS = frozenset((
    "A", "AN", "AND", "ANNEX", "APP", "ARTICLE", "ARTICLES", "AT", "AUTUMN", "BY", "CA", "CASE", "CENTCOM", "CFR", "CIA", "CIRCULAR", "CJCS",
    "DATED", "DEA", "DIA", "DTG", "EI", "EMAIL", "FAH", "FALL", "FAM", "FBIS", "FOR", "FROM", "IIR", "IMSWM", "IN", "INCSR", "ITEM", "JCS",
    "MAIL", "MEMO", "MSG", "NIE", "NO", "NOTAL", "NOTE", "NR", "NUMBER", "OF", "ON", "OR", "OSC", "OSD", "PAGE", "PAGES",
    "PARA", "PARAGRAPH", "PARAGRAPHS", "PARAS", "POINT", "POINTS", "PP", "FIGURE", "FIGURES", "TABLE", "TABLES", "CHART", "MAP", "ENCLOSURE", "ATTACHMENT",
    "VOL", "VOLUME", "PART", "POC", "PREVIOUS", "REF", "REFS", "REFTEL", "REFTELS", "REPORT", "RES",
    "RESOLUTION", "SEC", "SECDEF", "SECTO", "SECTION", "SECTIONS", "SEPTEL", "SERIAL", "SPRING", "SUBJ", "SUMMER", "TAB", "TASKER", "TD", "TDX", "THE", "TO",
    "TOR", "TOSEC", "UNSCR", "USC", "WINTER", "WITH", "X",
))  # fmt: skip


class PrintedCitation(msgspec.Struct, frozen=True, gc=False):
    """A cited cable: the post as printed, its serial, the printed year (``None`` where implied), where it stands, how its post is known.

    ``cut``: the text breaks off in the serial (``MOSCOW 24...``).
    """

    post: str
    serial: str
    year: str | None
    start: int
    end: int
    raw: str
    certainty: Certainty = "named"
    cut: bool = False


def find_citations(text: str, *, year: int | None = None, before: PrintedCitation | None = None) -> list[PrintedCitation]:
    """Cables cited in ``text``, in order.

    ``"08 STATE 1, 2 AND 3; PARIS 00004 (07)"`` -> 08 STATE 1, 2, 3 and 07 PARIS 4. A year may stand before (``2008 POST 1``,
    ``'08 POST 1``, ``(08) POST 1``, ``08POST1``), behind (``POST 1 (08)``, ``POST 1/08``, ``POST 1-08``, ``POST 1 08``) or between post and
    serial (``POST 08 1``, ``POST 08-1``, ``POST (08) 1``); ``year`` is that of the citing cable, which no cited one is later than. The
    serial may stand first (``870 SOFIA``). A serial alone is one of the post ``before`` it. A letter O in a number is a nought. A
    name that is no known post counts only where it and its number are all there is between two separators. A bracket behind a
    cable is its note. Takes time linear in the text, and reads its first 64,000 characters.
    """
    text = text[:_LONGEST]
    return _Scanner(text, year, before).scan() if _DIGIT.search(text) else []


def _healed(text: str) -> str:
    """The text, same length, with noughts for O in numbers and O for noughts in words: ``"O4 MOSC0W 2O9"`` -> ``"04 MOSCOW 209"``."""
    if "0" in text:
        text = _LETTER_O.sub(lambda word: word[0].replace("0", "O") if len(word[0].replace("0", "")) > 2 else word[0], text)
    if _LETTER_I.search(text):
        text = _LETTER_I.sub(lambda word: word[0].replace("l", "I").replace("1", "I"), text)
    if "I" in text or "l" in text:
        text = _ONE.sub("1", text)
    if "O" not in text and "o" not in text:
        return text
    return _NOUGHT.sub(lambda number: number[0].upper().replace("O", "0"), text)


class _Scanner:
    """One pass over the tokens of a text; ``place`` is the next token, ``free`` the first that no citation has used."""

    def __init__(self, text: str, year: int | None, before: PrintedCitation | None) -> None:
        self.text = text
        self.healed = _healed(text)
        tokens = list(_TOKEN.finditer(self.healed))
        self.starts = [token.start() for token in tokens]
        self.ends = [token.end() for token in tokens]
        # Nothing stands before the first and behind the last: numbers below 0 and beyond the end lead there.
        self.words = [token[0] for token in tokens] + [""] * _AROUND
        self.kinds = [token.lastgroup for token in tokens] + [""] * _AROUND
        self.year = year
        self.before = before
        self.free = 0
        self.serial_first = False  # in the list so far
        self.shared_year: str | None = None  # that stands before several serials
        self.found: list[PrintedCitation] = []

    def scan(self) -> list[PrintedCitation]:
        place = 0
        while place < len(self.starts):
            if self.kinds[place] == "number" and self._cable_at(place):
                self._skip_note()
                place = self.free
            else:
                place += 1
        return self.found

    def _cable_at(self, place: int) -> bool:
        return (
            self._post_and_serial(place)
            or self._further_serial(place)
            or self._serial_and_post(place)
            or self._serial_alone(place)
        )

    def _post_and_serial(self, place: int) -> bool:
        """Take the cable whose number stands at ``place``, if the words before it are a post."""
        last = self._last_of_post(place)
        post = self._post_before(last)
        if post is None:
            return False
        first, certainty = post
        serial, inner = place, None
        if bracketed := self._bracketed_year(place):
            inner, serial = self.words[place], bracketed
        elif self.words[place - 1] != "(" and self._is_year_between(place):
            inner, serial = self.words[place], place + (2 if self._joins_year(place) else 1)
        if not self._is_serial(serial) or (certainty != "named" and not self._is_alone(first, serial, certainty)):
            return False
        apart = self.words[place - 1] in (",", "(") and not inner
        if apart and (certainty != "named" or not self._stands_apart(place, first)):
            return False
        end = serial + (apart and self.words[place - 1] == "(")
        before, year = self._year_before(first)
        after, later = self._year_behind(end) if not (year or inner) else (end + 1, None)
        self.shared_year = year or inner
        post_start = before
        while self.kinds[post_start] != "word":
            post_start += 1
        name = self.healed[self.starts[post_start] : self.ends[last]]
        self._add(" ".join(name.split()), serial, year or inner or later, before, after - 1 if later else end, certainty)
        return True

    def _last_of_post(self, place: int) -> int:
        """Token before the number at ``place``, without what may stand between: ``POST-12``, ``POST CABLE NO. 12``, ``POST (08) 12``, ``POST, 12``."""
        last = place - 1
        if self.words[last] in (",", "(") and last > self.free:
            last -= 1
        while last > self.free and (
            self.words[last] in ("-", "/", "#", ":", "_", "'", "’", "‘") or self.words[last].upper() in _MESSAGE_WORDS
        ):
            last -= 1
        return last

    def _bracketed_year(self, place: int) -> int | None:
        """Token of the serial behind a year in brackets: ``POST (08) 12``."""
        around = self.words[place - 1] == "(" and self.words[place + 1] == ")"
        fits = around and self._is_past(self.words[place]) and self._is_serial(place + 2)
        return place + 2 if fits and not self._post_follows(place + 2) else None

    def _stands_apart(self, place: int, first: int) -> bool:
        """Whether a post and a number with a comma or bracket between are a whole part: ``"; SOFIA, 1228;"``, ``"SOFIA (1228)"``."""
        if first == 0 and place + 1 == len(self.starts) and self.words[place - 1] == ",":  # all of the text: "RIGA, 12" in 2008
            return not self._is_past(self.words[place])
        if not self._opens_part(first) or len(self.words[place]) < 3 or _is_year(self.words[place]):
            return False
        if self.words[place - 1] == "(":
            return self.words[place + 1] == ")"
        return self.words[place + 1].upper() in _ENDS_PART

    def _add(self, post: str, serial: int, year: str | None, first: int, last: int, certainty: Certainty) -> None:
        start, end = self.starts[first], self.ends[last]
        cut = self.healed.startswith("...", self.ends[serial])
        raw = " ".join(self.text[start : end + 3 * cut].split())
        self.found.append(PrintedCitation(post, self.words[serial], year, start, end, raw, certainty, cut))
        self.free = last + 1

    def _post_before(self, last: int) -> tuple[int, Certainty] | None:
        """Token at which a post that ends at ``last`` begins, and how it is known; ``None`` for no name."""
        first = last
        while first > self.free and last - first < _MOST_WORDS * 2 and self._joins(first - 1):
            first -= 1
        if last < self.free or self.kinds[last] != "word":
            return None
        no_post = _is_no_post(self.words[last])  # "EMAIL 06", "MARCH 06"; but "RIO DE JAN 138"
        starts = [start for start in range(first, last + (not no_post)) if self.kinds[start] == "word"]
        names = [self.healed[self.starts[start] : self.ends[last]] for start in starts]
        for start, name in zip(starts, names, strict=True):
            if find_post(name):
                if self.words[start - 1].upper() in _OTHER_SENDERS:
                    return None
                return start, "named" if is_post_name(name) else "nearest"
        for start, name in zip(starts, names, strict=True):
            if nearest_post(name):
                return start, "nearest"
        return (first, "unknown") if last - first < 4 and not no_post else None

    def _joins(self, place: int) -> bool:
        """Whether the token may stand inside the name of a post: a word, or a hyphen or slash between two words."""
        return self.kinds[place] == "word" or (self.words[place] in ("-", "/") and self.kinds[place - 1] == "word")

    def _is_serial(self, place: int) -> bool:
        """A number of at most seven digits that is no time (``091316Z``), no date (``1/29/09``, ``12 MAY``), no version (``42.1``)."""
        if self.kinds[place] != "number" or not 0 < len(self.words[place].lstrip("0")) <= _LONGEST_SERIAL:
            return False
        sign = self.words[place + 1].upper()
        if self._is_day(place):
            return False
        if not self._glued(place) or not (sign == "Z" or (self._glued(place + 1) and self.kinds[place + 2] == "number")):
            return True
        return sign not in ("Z", ".")

    def _is_day(self, place: int) -> bool:
        """Whether a number is that of a day: ``12 MAY``, ``1/29/09``, ``5/11 E-MAIL``."""
        number, after = self.words[place], place + 1
        if len(number) > 2 or int(number) > 31:
            return False
        if month_number(self.words[after].strip(".")) is not None:
            return True
        if self.words[after] in ("/", "-") and self.kinds[after + 1] == "number" and len(self.words[after + 1]) <= 2:
            if self.words[after + 2] == self.words[after] and len(self.words[after + 3]) in (2, 4):
                return True
            after += 2
        mail = self.words[after].upper() == "E" and self.words[after + 1 + (self.words[after + 1] == "-")].upper() in _NO_CABLE_WORDS
        return mail or self.words[after].upper() in _NO_CABLE_WORDS

    def _glued(self, place: int) -> bool:
        """Whether the next token follows without a blank."""
        return place + 1 < len(self.starts) and self.ends[place] == self.starts[place + 1]

    def _opens_part(self, first: int) -> bool:
        """Whether a post at ``first``, or the year before it, is the first of a part."""
        before = first - 1
        if self.kinds[before] == "number" and before >= self.free:
            before -= 1
        return before < 0 or self.words[before] in _BEGINS_PART or before < self.free

    def _is_alone(self, first: int, serial: int, certainty: Certainty) -> bool:
        """Whether words that are no post's name and their number are a whole part, and could name a post: ``"; NEWPOST 123 (NOTAL);"``."""
        words = [self.words[place].upper() for place in range(first, serial) if self.kinds[place] == "word"]
        if certainty == "nearest":
            after_and = self.words[first - 1].upper() in ("AND", "&")
            return (after_and or self._opens_part(first)) and not _is_no_post(words[0]) and not is_known_tag(words[0])
        if any(map(_is_no_post, words)) or sum(map(len, words)) < 4 or any(map(is_known_tag, words)):
            return False
        if _is_year(self.words[serial]) and len(self.words[serial]) == 4:  # INCSR CROATIA 2008
            return False
        return self._opens_part(first) and self.words[serial + 1].upper() in _ENDS_PART

    def _year_before(self, first: int) -> tuple[int, str | None]:
        """First token of ``08 POST``, ``'08 POST``, ``2008-POST``, ``(08) POST``, and that year; ``first`` itself without one."""
        place = first - 1
        if self.words[place] in ("-", "/") or (self.words[place] == ":" and len(self.words[place - 1]) == 2 and place > self.free):
            place -= 1
        bracketed = self.words[place] in (")", "]") and self.words[place - 2] in ("(", "[") and place - 2 >= self.free
        if bracketed and _is_year(self.words[place - 1]):
            return place - 2, self.words[place - 1]
        if place >= self.free and _is_year(self.words[place]):
            quote = place > self.free and self.words[place - 1] in ("'", "’", "‘")
            return place - quote, self.words[place]
        return first, None

    def _year_behind(self, serial: int) -> tuple[int, str | None]:
        """Token after the year behind a serial, and that year: ``(08)``, ``/08``, ``-08``, `` 08``.

        A year in brackets before a further cable without one is the year of that cable.
        """
        place = serial + 1
        if dated := self._dated(serial):
            return dated
        if self.words[place] != "(":
            return self._plain_year_behind(place)
        if self.words[place + 1].upper() in ("NOTAL", "NOTAL,") and self.words[place + 2] == ",":  # (NOTAL, 2008)
            place += 2
        quote = self.words[place + 1] in ("'", "’", "‘")
        year = self.words[place + 1 + quote]
        if self.words[place + 2 + quote] != ")" or not _is_year(year):
            return place, None
        after = place + 3 + quote
        next_end = self._post_follows(after)
        if next_end and self.words[next_end] != "(" and not any(citation.year for citation in self.found):
            return place, None
        return after, year

    def _dated(self, serial: int) -> tuple[int, str] | None:
        """The same for the date of the cited cable behind its serial: ``STATE 12 DATED 05/06/2007``."""
        following = self.words[serial + 1].upper()
        if following not in _DATE_SIGNS and self.words[serial + 2] != "/":
            return None
        match = _DATED.match(self.healed, self.ends[serial])
        year = (match["us"] or match["named"] or match["day"]) if match else None
        if match is None or year is None or not self._is_past(year):
            return None
        behind = (place for place in range(serial + 1, len(self.starts)) if self.starts[place] >= match.end())
        return next(behind, len(self.starts)), year

    def _plain_year_behind(self, place: int) -> tuple[int, str | None]:
        """The same for a year without brackets, which is no later than the citing cable and the last of its part."""
        of = self.words[place].upper() == "OF" and len(self.words[place + 1]) == 4  # POST 12 OF 2008
        year = place + (of or self.words[place] in ("/", "-", "'", "’", "‘"))
        ended = self.words[year + 1].upper() in _ENDS_PART and not self._post_follows(year + 1)
        return (year + 1, self.words[year]) if self._is_past(self.words[year]) and ended else (place, None)

    def _is_past(self, text: str) -> bool:
        """Whether a number is a year, none later than the citing cable's."""
        if not _is_year(text):
            return False
        return self.year is None or full_year(int(text) if len(text) == 4 else text) <= self.year

    def _post_follows(self, place: int) -> int:
        """Token after ``POST serial`` if a known post begins at ``place``, else 0."""
        end = place
        while self.kinds[end] == "word" and end - place < _MOST_WORDS:
            end += 1
        if end == place or self.kinds[end] != "number":
            return 0
        return end + 1 if find_post(self.healed[self.starts[place] : self.ends[end - 1]]) else 0

    def _is_year_between(self, place: int) -> bool:
        """Whether the number at ``place`` is the year of ``POST 08 123``, ``POST 08-123`` or ``POST 2008/123``, not a serial or the year of a further post."""
        following = place + (2 if self._joins_year(place) else 1)
        return self._is_past(self.words[place]) and self._is_serial(following) and not self._post_follows(following + 1)

    def _joins_year(self, place: int) -> bool:
        """Whether a hyphen, or a slash behind four digits, joins the year at ``place`` to a serial."""
        sign = self.words[place + 1]
        return sign == "-" or (sign == "/" and len(self.words[place]) == 4 and not _is_year(self.words[place + 2]))

    def _further_serial(self, place: int) -> bool:
        """Take a further serial of the last post: ``POST 1, 2 AND 3``, ``POST 1/2``; a year or day that belongs to what follows is none."""
        joint = self.free
        while joint < place and self.words[joint].upper() in (",", "AND", "&", "/", ";", "+", "-"):
            joint += 1
        if not self.found or joint != place or not self._is_serial(place):
            return False
        plain = joint == self.free or self.words[joint - 1] == "-"  # "POST 123 124", "POST 123-124"
        if plain and (len(self.words[place]) < 3 or int(self.words[place]) <= int(self.found[-1].serial)):
            return False
        following = self.words[place + 1]
        if (self.kinds[place + 1] == "word" and following.upper() not in ("AND", "ET")) or following == ")":
            return False
        year = self.shared_year
        after, later = self._year_behind(place) if year is None else (place + 1, None)
        if later is None and (following == "-" or (following == "/" and self.kinds[place + 2] == "word")):
            return False
        self._add(self.found[-1].post, place, year or later, place, after - 1 if later else place, self.found[-1].certainty)
        return True

    def _serial_and_post(self, place: int) -> bool:
        """Take a cable whose serial stands before its post, where both are a whole part: ``"870 SOFIA"``; ``"08 SOFIA"`` lost its serial."""
        short = _is_year(self.words[place]) or len(self.words[place]) < 3
        again = self.serial_first and not self._is_past(self.words[place])
        if not self._is_serial(place) or (short and not again and (place or self._is_past(self.words[place]))):
            return False
        if not (place == 0 or self.words[place - 1].upper() in _BEGINS_PART | {"AND", "&"} or place == self.free):
            return False
        end = place + 1
        while self._joins(end) and self.words[end].upper() != "AND" and end - place <= _MOST_WORDS * 2:
            end += 1
        if self.words[end].upper() not in _ENDS_PART:
            return False
        for last in (end - 1, end - 2):
            name = self.healed[self.ends[place] : self.ends[last]].strip()
            if last > place and is_post_name(name) and self.words[last + 1].upper() in (("",) if short else _ENDS_PART):  # "12 RIGA" in 2008
                self._add(" ".join(name.split()), place, None, place, last, "named")
                self.serial_first = True
                return True
        return False

    def _serial_alone(self, place: int) -> bool:
        """Take a serial that is all of a text, as one of the post cited before: ``"A. SOFIA 1219 B. 1206"``."""
        if self.before is None or self.found or not self._is_serial(place) or self.words[place][:2] in ("19", "20"):
            return False
        first = 1 if place and _is_year(self.words[0]) and self.kinds[0] == "number" else 0
        while first < place and self.words[first] in (":", ".", "¶", "-"):
            first += 1
        if first != place or self.words[place + 1].upper() not in _ENDS_PART:
            return False
        year = self.words[0] if place and self.kinds[0] == "number" else None
        self._add(self.before.post, place, year or self.before.year, 0 if year else place, place, "implied")
        return True

    def _skip_note(self) -> None:
        """Pass over a bracket behind a cable, its note or title: ``PARIS 1 (REPLY TO ROME 2)``; a letter or year in it is none."""
        if self.words[self.free] != "(" or len(self.words[self.free + 1]) < 3:
            return
        note = range(self.free, min(len(self.starts), self.free + _LONGEST_NOTE))
        closing = next((place for place in note if self.words[place] == ")"), None)
        if closing is not None:
            self.free = closing + 1


def _is_no_post(word: str) -> bool:
    return word.upper().strip(".") in _NOT_POSTS or month_number(word) is not None or len(word) == 1


def _is_year(text: str) -> bool:
    """``"08"``, ``"99"``, ``"2008"``: two digits of 1966 to 2015, or all four."""
    if not text.isdigit() or len(text) not in (2, 4):
        return False
    return int(text) <= 15 or int(text) >= 66 if len(text) == 2 else "1966" <= text <= "2015"
