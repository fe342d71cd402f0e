"""What copying leaves behind the end of a message: stamps, ``NNNN``, class words, adverts for a web site, rows and statements of a database."""

from __future__ import annotations

import re

from reftel.indexer.telegram.lines import Kind, line_kind

_DEBRIS_KINDS = frozenset({Kind.BLANK, Kind.RULE, Kind.BANNER, Kind.PAGE, Kind.CLASS, Kind.SIPDIS, Kind.STAMP, Kind.DEBRIS})

_SENTENCE_ENDS = frozenset(".!?:;")
_CLOSING_SIGNS = "\"”“'’)]*»"
_LAST_SIGNS = frozenset("\"”)]*=_-…")
CLOSING = re.compile(
    r"""\b(?: end [ ] (?:of[ ])? (?:\w+[ ])?
              (?: summary | comments? | note | text | points | part\ \w+ | message | cable | report | non-?paper | letter | list | quote
                | transcript | statement | translation | bio | background | table | excerpt | action\ request )
          | unquote | unqte | gp-?\d | exempt | gds | xgds
          | minimized?\ considered (?:\ for\ \w+)? ) [.)\]:]* $""",
    re.VERBOSE | re.IGNORECASE,
)
"""Words that close a text or a part of it, at its end."""
_END_OF = re.compile(r"(?:\A|[.!?:;\"”)\]\n-])\s*\(?end\s(?:of\s)?(?:\w+[ ]){0,3}\w+$", re.IGNORECASE)  # "... fell. End Annex 2"
_TRAILING_TOKEN = re.compile(
    r"""(?: \s+ (?: \d{4}-\d{2}-\d{2} | \d{1,2}/\d{1,2}/\d{2,4} | N{3,5} | Nnnn | BT | [#]\d{0,5} | [#]NAME\? | >+ | &gt; | [.*=_~"”“#-]+
          | End\ Cable\ Text(?:\s+X{4,})? | (?:SECRET|CONFIDENTIAL|UNCLASSIFIED) )
      | (?<=[A-Za-z]) (?: \#NAME\? | [*\#=~_]+ ) | (?<=[A-Z]{4}) [.,] )$""",
    re.VERBOSE,
)
_TOKEN_ENDS = frozenset("0123456789NnTt#?>;.*=~_\"”“-XLD,\n")  # the last characters of the tokens above
_ADVERT = re.compile(
    r"""for[ ]more[ ]\w[^\n]{0,60}\bvisit\b
      | (?: please[ ] | to[ ] )? \bvisit\b [^\n.;]{0,90}? (?: web[ ]?site | web[ ]?page | home[ ]?page | forum | portal | sipr\w* )""",
    re.VERBOSE | re.IGNORECASE,
)
_LONGEST_ADVERT = 500
_BEFORE_VISIT = 80  # characters of "for more ... visit"
# Lines behind the text that are no part of it: handling words of the 1970s, an id with or without a label, a caption, a note of the sender's
# communications centre, signs alone.
_HANDLING = re.compile(
    r"""gp-?\d\.? | exempt\.? | x?gds\.? | ngds\.? | grnc | decontrol.{0,40}
      | (?:unclas|secret|confidential)[a-z /]{3,40}\d{4,6}
      | \W{0,4} \d{2,4}[a-z]{3,20}\d{3,7} (?: [ ]{0,2}-[ ]{0,2} (?:classification:)? [a-z /]{5,60} )? \W{0,4}
      | \W{0,2} note [ ]? [:-] [ ]? (?:message[ ])? not [ ] (?:passed|sent|delivered) [ ] .{0,60}
      | =*[ ]?(?: end[ ](?:of[ ])?(?:message|cable|transmission) | cable[ ]ends ) \W*
      | (?:sensitive[ ]but[ ]unclassified | for[ ]official[ ]use[ ]only | please[ ]protect[ ]accordingly) \.?
      | [\W_]{1,12}""",
    re.VERBOSE | re.IGNORECASE,
)
_LONGEST_HANDLING = 120
# Where the row of a dump begins or goes on: 0 03/12/2008 4549 PREL,PGOV ... | 189949 2/2/2009 14:15 09CAIRO184 Embassy ...
# | 19309,7/30/2004 17:29,04BAKU1, ... | 189949<tab>2009-02-02 14:15:00<tab>09CAIRO184 ... | ",10/5/2006,"ITS TITLE","Its summary
_ROW = re.compile(
    r"""(?: (?<=\s) | (?<=["',]) )
        (?: 0 [ ]\d{1,2}/\d{1,2}/\d{4} (?= \s{0,3}\Z | \s{1,3}\d{1,5}\s )
          | (?:\d{1,6}[ ,\t]{1,2}){1,3} (?:\d{1,2}/\d{1,2}/\d{4}|\d{4}-\d\d-\d\d) [ ]\d{1,2}:\d\d (?::\d\d)? [ ,\t]{1,2} \d\d[A-Z]{3,20}\d )
      | " [ ]? , \d{1,2}/\d{1,2}/\d{4} ,\"""",
    re.VERBOSE,
)
_ROW_DATES = re.compile(r"/\d{1,2}/\d{4}"), re.compile(r"-\d\d-\d\d \d{1,2}:")
_BEFORE_DATE = 40  # characters of the numbers before the date
_ROW_REACH = 2_500  # characters of the longest row with the tags and the subject
_HEADER = re.compile(r"VZCZC[A-Z]{3}\d{4}")
_HEADER_REACH = 8_000
_PRINTED = re.compile(r"(?:(?:[A-Z][a-zà-ÿ]\w* )?\S+: )?\S+ @ \w{3} \w{3} +\d{1,2} \d\d:")
_MAILED = re.compile(r".{1,60} \d{1,2}/\d{1,2}/\d{4} [\d:]{5,8} [AP]M From DB/Inbox: .*")  # the stamp of a mail program
_STATEMENT = re.compile(
    r"\bselect \* from \S.{0,120}$|\bid:\s*\d{4,}\s*$|declassified/released us department.{0,80}$", re.IGNORECASE | re.DOTALL
)
_STATEMENT_WORDS = ("select", "id:", "declassified/")


def ends_sentence(text: str) -> bool:
    """Whether a stripped text is finished: a full stop with or without closing signs behind it, a bracket, a rule, a struck name.

    ``"to be closed.)"`` -> yes; ``"said XXXX"`` -> yes; ``"to the"`` -> no.
    """
    if text[-1:] in _LAST_SIGNS or text[-4:].upper() == "XXXX":
        return True
    return text.rstrip(_CLOSING_SIGNS)[-1:] in _SENTENCE_ENDS


def closes_text(text: str) -> bool:
    """Whether a stripped text ends in closing words: ``"... fell. End of excerpts"``; ``"by the end of the"`` is none."""
    return CLOSING.search(text) is not None or _END_OF.search(text) is not None


def strip_debris(tail: str, end: int) -> int:
    """Offset of the end without trailing debris: lines of it, tokens behind the last word, database statements."""
    while True:
        end = len(tail[:end].rstrip())
        if end == 0:
            return 0
        start = tail.rfind("\n", 0, end) + 1
        line = tail[start:end]
        if line_kind(line) in _DEBRIS_KINDS or (len(line) < _LONGEST_HANDLING and _is_handling(line)):
            end = start
            continue
        statement = _find_statement(tail, end) or _trailing_stamp(line, start)
        if statement is not None:
            end = statement if isinstance(statement, int) else statement.start()
            continue
        return end


def _is_handling(line: str) -> bool:
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
    return end if row is None else row.start()


def _find_statement(tail: str, end: int) -> re.Match[str] | None:
    near = max(0, end - 160)
    lower = tail[near:end].lower()
    return _STATEMENT.search(tail, near, end) if any(word in lower for word in _STATEMENT_WORDS) else None


def _trailing_stamp(line: str, start: int) -> int | None:
    """Start of a print-shop stamp such as ``name @ Sat Dec 4 19:20:36 2010. Este documento ...``, at the beginning of its line."""
    stamp = _PRINTED.search(line[-160:]) if " @ " in line else None
    return None if stamp is None else start + max(0, len(line) - 160) + stamp.start()


def find_advert(tail: str, end: int) -> int | None:
    """Start of an advert for a web site that reaches (nearly) to the end."""
    near = max(0, end - _LONGEST_ADVERT)
    visit = tail[near:end].lower().find("visit")
    if visit < 0:
        return None
    match = _ADVERT.search(tail, max(near, near + visit - _BEFORE_VISIT), end)
    if match is None or not re.search(r"https?:|www\.|\bsgov\b|siprnet|web ?site", tail[match.start() : end], re.IGNORECASE):
        return None
    front = tail[: match.start()].rstrip("*=-\"“ \n\t")
    return len(front) + 1 if len(front) < match.start() else match.start()


def without_struck_stamp(tail: str, end: int) -> int:
    """The end before a struck-out line that follows debris (``NNNN``); a struck-out line under the text is the signer's place."""
    start = tail.rfind("\n", 0, end) + 1
    line = tail[start:end].strip()
    if len(line) < 4 or line.strip("Xx"):
        return end
    shorter = strip_debris(tail, start)
    between = tail[shorter:start]
    return shorter if between.strip() and re.search(r"\w", between) else end


def trim_tokens(text: str) -> str:
    """Without dates, ``NNNN``, full stops on their own and the like behind the last word."""
    while True:
        match = _TRAILING_TOKEN.search(text, max(0, len(text) - 60)) if text[-1:] in _TOKEN_ENDS else None
        if match is None or not text[: match.start()].strip():
            return text.rstrip()
        text = text[: match.start()].rstrip()
