"""What transmission and copying put into a text: page banners and PAGE lines, stamps, adverts, rows and statements of a database, debris."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

import msgspec

from reftel.indexer.telegram.classwords import LETTER_SPACED
from reftel.indexer.telegram.places import fold
from reftel.schema.posts import find_post


class Banner(msgspec.Struct, frozen=True, gc=False):
    """A page banner such as ``LONDON 00000290  002.2 OF 003`` -> post ``LONDON``, serial 290, part 2 of 3, with its offsets."""

    start: int
    end: int
    post: str | None
    serial: int | None
    part: int
    of: int | None


# Found by the first digit of the total, read backwards: 00000290  002 OF 002 | 00000290 002.2 of 003 | 00000575  001.2 OF 0... (cut off)
_TOTAL_DIGIT = re.compile(r"0(?:(?<=OF 0|Of 0|of 0)|(?<=OF  0|of  0))")  # a search for one sign is the fastest
_BEFORE_TOTAL = re.compile(r"(?P<front>(?<![\w.])\d{5,8}|[Xx]{4,})[ \t]{1,4}(?P<part>\d{3})(?:\.\d{1,2})?[ \t]{1,3}$")
_TOTAL = re.compile(r"[Oo][Ff] {1,2}(?:(?P<of>\d{3})(?!\d)|\d{0,2}\.\.\.)")
_BANNER_REACH = 40
_POST_WORDS = re.compile(r"[A-Za-z.'’-]+(?:[ \t]{1,3}[A-Za-z.'’-]+){0,3}[ \t]{1,4}$")
_POST_REACH = 40
_MOST_BANNERS = 5000  # a cable has a few dozen pages at most


def iter_banners(text: str) -> Iterator[Banner]:
    """Every page banner in the text in order, also inside running text and in texts without line breaks."""
    for place in itertools.islice(_total_places(text), _MOST_BANNERS):
        total = _TOTAL.match(text, place)
        front = _BEFORE_TOTAL.search(text[max(0, place - _BANNER_REACH) : place]) if total else None
        if total is None or front is None:
            continue
        start = place - len(front.group())
        of = int(total["of"]) if total["of"] else None
        if front["front"][0] in "Xx":
            yield Banner(start, total.end(), None, None, int(front["part"]), of)
        else:
            begin, post = _post_before(text, start)
            yield Banner(begin, total.end(), post, int(front["front"]), int(front["part"]), of)


def _total_places(text: str) -> Iterator[int]:
    """Offsets of every ``OF 0``."""
    return (match.start() - (4 if text[match.start() - 2] == " " else 3) for match in _TOTAL_DIGIT.finditer(text))


def _same_letters(name: str) -> bool:
    """Whether a name in capitals holds no small word and no single letter: ``on ROME``, ``a BEIJING`` are text and a post."""
    words = name.split()
    if not words[-1].isupper():
        return words[0][0].isupper() and len(words[0]) > 1
    return all(word.isupper() and len(word) > 1 for word in words)


def _post_before(text: str, end: int) -> tuple[int, str | None]:
    """Where the post's name before a banner's serial starts, and the name.

    The whole line if it is one; in running text (``that the BRASILIA 00001540 002 OF 004``) the longest known post, else one word.
    """
    line_start = text.rfind("\n", max(0, end - _POST_REACH), end) + 1
    window = text[max(line_start, end - _POST_REACH) : end]
    match = _POST_WORDS.search(window)
    if match is None:
        return (end, None) if window.strip() else _post_above(text, end)
    words = list(re.finditer(r"\S+", match.group()))
    for word in words[-3:]:
        name = match.group()[word.start() :].strip()
        if _same_letters(name) and find_post(name) is not None:
            return end - len(match.group()) + word.start(), name
    first = words[0] if line_start and not window[: match.start()].strip() else words[-1]
    return end - len(match.group()) + first.start(), match.group()[first.start() :].strip()


def _post_above(text: str, end: int) -> tuple[int, str | None]:
    """The same where the serial begins its line: a post in capitals at the end of the line above, ``...NMENTS SAO PAULO⏎⏎00000428  003 OF 003``."""
    start = max(0, end - _POST_REACH)
    match = _POST_ABOVE.search(text[start:end])
    name = match["post"] if match else ""
    while name and find_post(name) is None:
        name = name.partition(" ")[2]
    return (start + match.end("post") - len(name), name) if match and name else (end, None)


_POST_ABOVE = re.compile(r"(?P<post>\b[A-Z]{2,}(?: [A-Z]{2,}){0,3})[ \t]*\n[ \t]*(?:\n[ \t]*)?\Z")


# PAGE 02 RUEHFRA0170 S E C R E T | PAGE 02 HARARE 06677 01 OF 03 291400Z | PAGE 02        STATE   015113  182333Z
PAGE = re.compile(
    rf"""PAGE [ ]{{1,3}} \d{{2}} [ ]{{1,10}}
        (?: [A-Z]{{4,8}}\d{{3,6}} | (?: [A-Z]+ [ ]{{1,4}} ){{1,3}} \d{{3,6}} )
        (?: [ ]{{1,3}} \d\d [ ] OF [ ] \d\d )?
        (?: [ ]{{1,3}} \d{{6}}Z )?
        (?: [ ]{{1,3}} {LETTER_SPACED} (?!\w) )?""",
    re.VERBOSE,
)
# The words that every archive stamp has; the stamp may run over two lines.
_STAMP = re.compile(
    r"""declassified/released \s+ us \s+ department
      | us \s department \s of \s state \s eo \s systematic
      | eo \s systematic \s review
      | systematic \s review \s+ \d
    """,
    re.VERBOSE | re.IGNORECASE,
)
_STAMP_WORDS = ("systematic", "declassified/")  # each stamp has one of them; plain searching is quicker
_ADVERT_LINE = re.compile(
    r"""https?://\S*(?:sgov|intelink) | \b(?:www|portal)\.\S*state\.sgov
      | \bvisit \b .{0,60}? (?:web[ ]?site|webpage|web[ ]page|home[ ]?page|forum)""",
    re.VERBOSE | re.IGNORECASE,
)
_ADVERT_LINE_WORDS = ("sgov", "intelink", "visit")
_DEBRIS = re.compile(
    r"""(?:&gt;|>)\s*$ | (?:>[ ]?)?@{3}\w+@{3}\s*$ | N{3,5}\s*$ | Nnnn\s*$ | BT\s*$ | \#\d{0,5}\s*$ | \#NAME\?
      | end[ ]cable[ ]text | =+\s*cable[ ]ends\s*=*
      | <<\s*end[ ]of[ ]document\s*>>\s*$ | \*\*\*[ ]current[ ]classification[ ]\*\*\*
      | ["”'][ ]?,[ ]?["“]\w{1,20}["”][ ]?: | "[^"\n]{1,80}","[^"\n]{0,80}" | select\s+\*\s+from\s | id:\s*\d+ | \w+[ ]@[ ]\w{3}[ ]\w{3}[ ]+\d
      | note[ ]by[ ]\S{1,12}: | note[ ]-[ ]do[ ]not[ ]publish""",
    re.VERBOSE | re.IGNORECASE,
)
# What is looked ahead for is how one of the tokens can begin: that spares most places the trial of all of them.
_TRAILING_TOKEN = re.compile(
    r"""(?=[\s*\#=~_"”'<\\.,]) (?: \s+ (?: \d{4}-\d{2}-\d{2} | \d{1,2}/\d{1,2}/\d{2,4} | N{3,5} | Nnnn | BT | [#]\d{0,5} | [#]NAME\? | >+ | &gt; | [.*=_~"”“#-]+
          | End\ Cable\ Text(?:\s+X{4,})? | (?:SECRET|CONFIDENTIAL|UNCLASSIFIED) )
      | (?<=[A-Za-z]) (?: \#NAME\? | [*\#=~_]+ | ["”][ ]?[\]}]*\}[\]},]* | ["']\); | (?:</?\w{1,20}>){1,4} | (?:\\[nrt])+ ) | (?<=[A-Z]{4}) [.,] )$""",
    re.VERBOSE,
)
_TOKEN_ENDS = frozenset("0123456789NnrTt#?>;.*=~_\"”“-XLD,}]\n")  # the last characters of the tokens above
_ADVERT = re.compile(
    r"""for[ ]more[ ]\w[^\n]{0,60}\bvisit\b
      | for[ ]more[ ]\w[^\n]{0,80}\n?[^\n]{0,20}\bsee[ ]our\b[^\n]{0,40}\bsite\b
      | (?: please[ ] )? \bvisit[ ]us[ ]at\s{1,3} (?=https?: | www\.)
      | (?: please[ ] | to[ ] )? \bvisit\b [^\n.;]{0,90}? (?: web[ ]?site | web[ ]?page | home[ ]?page | forum | portal | sipr\w* )""",
    re.VERBOSE | re.IGNORECASE,
)
_LONGEST_ADVERT = 500
_BEFORE_VISIT = 100  # characters of "for more ... visit"
# Lines behind the text that are no part of it: handling words of the 1970s, an id with or without a label, a caption, a note of the sender's
# communications centre, signs alone.
_HANDLING = re.compile(
    r"""gp-?\d\.? | exempt\.? | x?gds\.? | ngds\.? | grnc | decontrol.{0,40}
      | (?:unclas|secret|confidential)[a-z /]{3,40}\d{4,6}
      | \W{0,4} \d{2,4}[a-z]{3,20}\d{3,7} (?: [ ]{0,2}-[ ]{0,2} (?:classification:)? [a-z /]{5,60} )? \W{0,4}
      | \W{0,2} note [ ]? [:-] [ ]? (?:message[ ])? not [ ] (?:passed|sent|delivered) [ ] .{0,60}
      | \W*(?: end[ ](?:of[ ])?(?:message|cable|transmission|telegram) | (?:message|cable|transmission|telegram)[ ]ends? ) \W*
      | [=*<>#-]{2,}[ ]?end[ ]of[ ](?:text|document|file)\W*
      | (?:sensitive[ ]but[ ]unclassified | sbu | u//fouo | for[ ]official[ ]use[ ]only | please[ ]protect[ ]accordingly) \.?
      | page[ ]\d{1,3}(?:[ ]of[ ]\d{1,3})? | (?:</?\w{1,20}>){1,4} | xmt[ :/][ \w:/]{3,80}
      | (?-i: (?:id|refid|date|origin|classification|destination|header) :[ ] ) .*
      | (?:(?:drafted|cleared|approved|released)(?:[ ]by)? | dist(?:ribution)?)[ ]?: .*
      | [\W_]{1,12}""",
    re.VERBOSE | re.IGNORECASE,
)
_LONGEST_HANDLING = 120
# Where the row of a dump begins or goes on: 0 03/12/2008 4549 PREL,PGOV ... | 189949 2/2/2009 14:15 09CAIRO184 Embassy ...
# | 19309,7/30/2004 17:29,04BAKU1, ... | 189949<tab>2009-02-02 14:15:00<tab>09CAIRO184 ... | ",10/5/2006,"ITS TITLE","Its summary | ",10/5/2006,Its title
_ROW = re.compile(
    r"""(?: (?<=\s) | (?<=["',]) )
        (?: 0 [ \t]\d{1,2}/\d{1,2}/\d{4} (?= [\s"]*+\Z | \s{1,3}\d{1,5}\s )
          | "? (?:\d{1,6}"?[ ,;\t]{1,2}){1,3} "? (?:\d{1,2}/\d{1,2}/\d{4}|\d{4}-\d\d-\d\d) [ ]\d{1,2}:\d\d (?::\d\d)? "? [ ,;\t]{1,2} "? \d\d[A-Z]{3,20}\d )
      | " [ ]? , "? \d{1,2}/\d{1,2}/\d{4} "? ,[\"A-Z]""",
    re.VERBOSE,
)
_ROW_DATES = re.compile(r"/\d{1,2}/\d{4}"), re.compile(r"-\d\d-\d\d \d{1,2}:")
_BEFORE_DATE = 40  # characters of the numbers before the date
_ROW_REACH = 2_500  # characters of the longest row with the tags and the subject
_HEADER = re.compile(r"VZCZC[A-Z]{3}\d{4}")
_HEADER_REACH = 8_000
_PRINTED = re.compile(r"(?:(?:[A-Z][a-zà-ÿ]\w* )?\S+: )?\S+ @ \w{3} \w{3} +\d{1,2} \d\d:")
_MAILED = re.compile(r".{1,60} \d{1,2}/\d{1,2}/\d{4} +[\d:]{5,8} +[AP]M +From +DB/Inbox: .*")  # the stamp of a mail program
_STATEMENT = re.compile(
    r"""\b(?:select[ ]\*[ ]from | insert[ ]into)[ ]\S.{0,120}$ | ["”'][ ]?,[ ]?["“]\w{1,20}["”][ ]?:.{0,120}$ | \bid:\s*\d{4,}\s*$
      | declassified/released[ ]us[ ]department.{0,80}$""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_STATEMENT_WORDS = ("select", "insert", '":', "id:", "declassified/")


def _is_stamp(line: str) -> bool:
    """Whether a line is the stamp of an archive: ``"Declassified/Released US Department of State EO Systematic Review"``."""
    lower = line[:300].lower()
    return any(map(lower.__contains__, _STAMP_WORDS)) and _STAMP.search(line[:200]) is not None


def is_advert(line: str) -> bool:
    """Whether a stripped line is an advert for a web site: ``"Visit our web site"``."""
    lower = line[:300].lower()
    return any(map(lower.__contains__, _ADVERT_LINE_WORDS)) and _ADVERT_LINE.search(line[:300]) is not None


def is_debris(line: str) -> bool:
    """Whether a line is what the end of a transmission, a database or an archive's stamp left: ``"NNNN"``, ``"BT"``, ``"#1234"``."""
    stripped = line.strip()
    return _DEBRIS.match(stripped) is not None or _is_stamp(stripped)


def is_handling(line: str) -> bool:
    """Whether a line behind the text has handling words, an id, a caption or signs alone: ``"GP-3"``, ``"2002ROME01196 - CONFIDENTIAL"``."""
    if len(line) >= _LONGEST_HANDLING:
        return False
    return _HANDLING.fullmatch(line.strip()) is not None or ("DB/Inbox" in line and _MAILED.match(line) is not None)


def strip_rows(text: str, begin: int, end: int) -> int:
    """The end without rows of a dump and the header of another message that stand behind the text; both are looked for from ``begin`` on."""
    low = max(begin, end - _HEADER_REACH)
    header = text.rfind("VZCZC", low, end)
    if header >= 0 and _HEADER.match(text, header, end) and not text[:header].rstrip(" ")[-1:].isalpha():
        end = header
    low = max(begin, end - _ROW_REACH)
    dates = [date.start() for pattern in _ROW_DATES if (date := pattern.search(text, low, end))]
    row = _ROW.search(text, max(low, min(dates) - _BEFORE_DATE), end) if dates else None
    return end if row is None or _GOES_ON.match(text, row.end(), end) else row.start()


_GOES_ON = re.compile(r"[^\n]*\n\s*¶?(?!1\b)\d{1,2}\.[ ]")  # a paragraph below a row that the text quotes


def find_advert(tail: str, end: int) -> int | None:
    """Start of an advert for a web site that reaches (nearly) to the end."""
    near = max(0, end - _LONGEST_ADVERT)
    folded = fold(tail[near:end])
    visit = max(folded.find("VISIT"), 0) or folded.find("SEE OUR ")
    if visit < 0:
        return None
    match = _ADVERT.search(tail, max(near, near + visit - _BEFORE_VISIT), end)
    if match is None or not re.search(r"https?:|www\.|\bsgov\b|siprnet|web ?site", tail[match.start() : end], re.IGNORECASE):
        return None
    front = tail[: match.start()].rstrip("*=-\"“ \n\t")
    return len(front) + 1 if len(front) < match.start() else match.start()


def find_statement(tail: str, end: int) -> int | None:
    """Start of a statement or an id of a database at the end: ``"SELECT * FROM `cable` WHERE ..."``."""
    near = max(0, end - 160)
    lower = tail[near:end].lower()
    match = _STATEMENT.search(tail, near, end) if any(word in lower for word in _STATEMENT_WORDS) else None
    return match.start() if match else None


def trailing_stamp(line: str, start: int) -> int | None:
    """Start of a print-shop stamp such as ``name @ Sat Dec 4 19:20:36 2010. Este documento ...``, at the beginning of its line."""
    stamp = _PRINTED.search(line[-160:]) if " @ " in line else None
    return None if stamp is None else start + max(0, len(line) - 160) + stamp.start()


def trim_tokens(text: str) -> str:
    """Without dates, ``NNNN``, full stops on their own and the like behind the last word."""
    while True:
        match = _TRAILING_TOKEN.search(text, max(0, len(text) - 60)) if text[-1:] in _TOKEN_ENDS else None
        if match is None or not text[: match.start()].strip():
            return text.rstrip()
        text = text[: match.start()].rstrip()
