"""The signer: the last word of a message, under it or behind its last sentence, with what copying left around it.

Adverts for a web site, archive stamps, ``NNNN``, class words and statements of a database are put aside first. Then a name is looked for:
a line of its own, or capitals behind the last sentence. Two names on two lines are joint signers.
"""

from __future__ import annotations

import re
import string
import unicodedata

import msgspec

from reftel.indexer.telegram.artefacts import find_advert, is_advert, is_debris, strip_rows, trim_tokens
from reftel.indexer.telegram.endings import CLOSING, ends_sentence, strip_debris, without_struck_stamp
from reftel.indexer.telegram.lines import FILLER, WORDS, is_rule, line_kind
from reftel.indexer.telegram.officers import is_title_word
from reftel.indexer.telegram.titles import has_mark
from reftel.schema.posts import find_post
from reftel.schema.tables import read_table
from reftel.schema.tagkinds import is_known_tag


class Signature(msgspec.Struct, frozen=True, gc=False):
    """Signers in upper case, the offset where the message's text ends (before signer, advert and debris), and whether it was cut off there."""

    names: tuple[str, ...]
    text_end: int
    dots: bool = False


_TAIL = 1600  # signer, adverts and stamps stand within this many characters of the end
_UPPER = r"(?:[A-Z]{2,}(?:['’`-][A-Z]+)*|[A-Z]['’`-][A-Z]+(?:-[A-Z]+)*|(?:Mc|Mac|Le|De)[A-Z]+|[A-Z]\.?|(?:ST|JR|SR|DR)\.?)"
_MIXED = r"(?:(?:Mc|Mac|Mc-|Le|De|Di|La|Van|Von|Fitz|O['’`])?[A-Z][a-zà-ÿ]+(?:[-'’][A-Z]?[a-z]+)*)"
_PARTICLE = r"(?:de|la|du|van|von|der|den|di|da|del|jr|sr|ii|iii|II|III|IV)\.?"
_PARTICLE_WORD = re.compile(_PARTICLE)
_UPPER_WORD = re.compile(_UPPER)
_MIXED_WORD = re.compile(f"{_MIXED}|{_PARTICLE}|[A-Z]\\.|St\\.")
_LOWER_WORD = re.compile(r"[a-z]{3,}(?:-[a-z]+)?")

# Words that end a message without being a name; some only where they are not in capitals (a Mr. BEST may sign).
_NOT_NAMES = frozenset(row["word"] for row in read_table("not_signers") if row["kind"] != "mixed case only")
_TITLE_NOT_NAMES = frozenset(row["word"].capitalize() for row in read_table("not_signers") if row["kind"] == "mixed case only")
_STRUCK_OUT = re.compile(r"[Xx]{4,}")
_BRACKET_AT_END = re.compile(r"\s*\([^)]*\)$")
_WORD = re.compile(r"\S+")
_INITIAL = re.compile(r"(?<![.\w])(?:[A-Z]|S[Tt])\.$")

_URL_TAIL = re.compile(r"https?:|www\.|portal:|\.gov|\bcfm\b|web ?site(?:\.?$|:? X{4,})", re.IGNORECASE)
_MINIMIZE = re.compile(r"(?:¶?\s*\d{1,3}\.\s*)?(?:\(u\)\s*)?minimized?\s+considered\W{0,3}", re.IGNORECASE)
_CAPITALS, _SMALL = string.ascii_uppercase.encode(), string.ascii_lowercase.encode()
_CONTROLS = (FILLER, "\x1a", "\x0c", "\u00a0")


def parse_signers(text: str, begin: int = 0, *, subject: str = "") -> Signature:
    """Who signed a masked text, upper case, and where its own text ends; ``()`` for an unsigned, redacted or cut text.

    ``begin`` is the end of the head: names are looked for behind it only. ``subject`` as printed: copies repeat its beginning at the end.

    ``"... end comment.\nSMITH\n"`` -> ``("SMITH",)``; ``"... ahead. Thompson-Jones"`` -> ``("THOMPSON-JONES",)``;
    ``"LA LIME"`` is one name; ``"SMITH Smith"`` one person; ``"RICE\nGATES"`` two. ``"END TEXT"``, ``"GP-3"`` and ``"XXXXXXXXXXXX"`` are no names.
    """
    last = strip_rows(text, begin, len(text))
    begin = max(begin, last - _TAIL)
    tail = text[begin:last]
    for control in _CONTROLS:
        tail = tail.replace(control, " ")
    shown, dots = _before_dots(tail, subject)
    end = without_struck_stamp(tail, strip_debris(tail, shown))
    found = _find_signature(tail, end, dots=dots)
    dots = dots or _DOTS.search(text, max(0, last - 40), last) is not None
    if found is None:
        return Signature((), begin + (len(tail.rstrip()) if dots else end), dots)
    names, at = found
    at = strip_debris(tail, at)
    again = at - len(names[0]) if names else at
    before = tail[:again].rstrip() if names and tail[max(0, again - 1) : at].upper().endswith(" " + names[0]) else ""
    if before.endswith((".", "!", "?", ")")) and not _INITIAL.search(before):
        at = len(before)  # the name once more, at the end of the text
    elif before and (over := tail[: before.rfind("\n") + 1].rstrip()) and all(word[0].isupper() for word in tail[len(over) : at].split()) and ends_sentence(over):
        at = len(over)  # and with title and given names on a line of its own
    if names and (front := _SIGNED.search(tail, max(0, at - _LONGEST_FRONT), at)):
        at = front.start()
    return Signature(names, begin + at, dots)


_SIGNED = re.compile(r"\n[ \t]*[A-Z][A-Z'’-]+ (?:acting )?for[ \t]*\Z", re.IGNORECASE)  # DOE FOR ROE
_LONGEST_FRONT = 60
_DOTS = re.compile(r"(?:\.\.\.|…)[\s\"”'’)\],]*\Z")


def _before_dots(tail: str, subject: str) -> tuple[int, bool]:
    """The end without the dots that a mirror put there, nor the cut subject or cell before them, and whether they cut the text itself."""
    dots = _DOTS.search(tail, max(0, len(tail) - 40))
    if dots is None:
        return len(tail), False
    start = tail.rfind("\n", 0, dots.start()) + 1
    if cell := _CELL_END.search(tail, max(start, dots.start() - _LONGEST_CELL), dots.start()):
        return cell.start(), False
    line = "".join(tail[start : dots.start()].split()).upper()
    repeated = len(line) > 7 and line in "".join(subject.split()).upper()
    return start if repeated else dots.start(), True


_CELL_END = re.compile(r'(?<=[A-Z]{3})"[ ]')  # ROE" TALKS ON GR...: the cell of the text is over, the next one was cut
_LONGEST_CELL = 120


def _find_signature(tail: str, end: int, *, dots: bool) -> tuple[tuple[str, ...], int] | None:
    """Names and where the text before them ends: at the end, over notes, before an advert, or over a last line ``MINIMIZE CONSIDERED``."""
    advert = find_advert(tail, end)
    found = _find_names(tail, end, advert, dots=dots) or _over_notes(tail, end)
    if found is None and advert is not None:
        end = strip_debris(tail, advert)
        found = _find_names(tail, end, None, dots=dots)
    if found is None:
        found = _above_minimize(tail, end)
    if found is not None and advert is not None and advert < found[1] and not _is_paragraph(tail, advert):
        return found[0], advert
    return found


def _is_paragraph(tail: str, at: int) -> bool:
    """Whether nothing but a paragraph's number and mark stands before an advert, which is its text then."""
    return _NUMBERED.search(tail, max(0, at - _LONGEST_NUMBER), at) is not None


_MARKS = r"(?:[(\[{][A-Za-z/ ]{1,10}[)\]}][.\s]*){0,2}"
_NUMBERED = re.compile(rf"(?:\A|\n)[\s¶#]*\d{{1,3}}[.,)]{{0,2}}\s*{_MARKS}\Z|\s¶?\d{{1,3}}\.\s*(?=\S){_MARKS}\Z|(?:\A|\n)[\s¶]*\([A-Z/]{{1,8}}\)\s?\d{{1,3}}\.\s*\Z")
_LONGEST_NUMBER = 40


def _over_notes(tail: str, end: int) -> tuple[tuple[str, ...], int] | None:
    """A signer over lines with labels, the signer's title, the number of a page or another short line that is no sentence.

    ``ROE``, ``Point of contact: ...``; ``Jane Roe``, ``Minister-Counselor``; ``ROE``, ``Duplicate copy``.
    """
    kind, stop = None, end
    for _ in range(_MOST_NOTES):
        start = tail.rfind("\n", 0, stop) + 1
        line = tail[start:stop].strip()
        if start == 0 or _NUMBERED_LINE.match(line) or is_rule(line):
            return None
        if kind and line and (found := _own_line(tail[:stop], start, line, upper_text=False, certain=kind != "rank")):
            sure = kind != "aside" or (line.isupper() and not any(map(_is_place_or_tag, line.split())))
            return (_find_signature(tail, stop, dots=False) or found) if sure and not tail[: found[1]].rstrip().endswith(":") else None
        told = _kind_of_note(line, first=kind is None) if line else kind
        if told != kind and not is_debris(line) and line_kind(line) in WORDS:
            kind = told
        stop = max(0, start - 1)
    return None


def _kind_of_note(line: str, *, first: bool) -> str | None:
    """What a line under a signer is: a title, a line with a label or, behind no other note, another short one."""
    if _is_rank(line):
        return "rank"
    if ":" in line and _NOTE.match(line):
        return "note"
    return _aside(line) if first else None


def _aside(line: str) -> str | None:
    """What a short line is that is no sentence or stands in brackets: with figures a note, ``"Printed 6/5/2008 by jdoe"``, else an aside."""
    if len(line) >= _LONGEST_FRONT or (line[0] not in "([" and ends_sentence(line) and not line.strip(" -").isdigit()):
        return None
    return "note" if "@" in line or sum(map(str.isdigit, line)) > _FEWEST_DIGITS else "aside"


_FEWEST_DIGITS = 4


def _is_place_or_tag(word: str) -> bool:
    return find_post(word) is not None or is_known_tag(word)


_MOST_NOTES = 12  # lines
_NUMBERED_LINE = re.compile(r"¶?\d{1,3}[.)]\s")
_NOTE = re.compile(r"(?!(?:DOB|POB|ID|Name|Age|Born|Passport|Title|Position|Nationality)\b)[A-Z][\w .,/&’'()-]{1,40}:(?! ?\S*//)", re.IGNORECASE)


def _is_rank(line: str) -> bool:
    """Whether a line is a title: ``"Charge d'Affaires a.i."``, ``"Minister-Counselor for Political Affairs"``."""
    words = line.replace("-", " ").split()
    return 0 < len(words) <= _LONGEST_RANK and is_title_word(words[0]) and (len(words) == 1 or line[0].isupper()) and not line.endswith((":", "!", "?"))


_LONGEST_RANK = 8  # words


def _is_title(line: str) -> bool:
    """Whether a line is nothing but a title: ``"CHARGE D'AFFAIRES"``, ``"DCM"``."""
    return "/" not in line and all(map(is_title_word, line.split()))


def _above_minimize(tail: str, end: int) -> tuple[tuple[str, ...], int] | None:
    """A signer over a last line ``MINIMIZE CONSIDERED``."""
    start = tail.rfind("\n", 0, end) + 1
    if start == 0 or _MINIMIZE.fullmatch(tail[start:end].strip()) is None:
        return None
    over = strip_debris(tail, start)
    line_start = tail.rfind("\n", 0, over) + 1
    return _own_line(tail[:over], line_start, tail[line_start:over].strip(), upper_text=False, certain=False)


_GOES_ON = re.compile(r"(?:AND|OR|OF|THE|TO|FOR|IN|ON)(?: [A-Z]+){1,3}$")  # a last line that goes on with the one above it
# "... will be held in BRUSSELS."
_IN_PLACE = re.compile(r"\b(?:in|at|to|from|of|for|near|via)(?: {1,3}| {0,3}\n *)(?P<place>[A-Z]{3,}(?: [A-Z]{2,}){0,2})\Z")


def _find_names(tail: str, end: int, advert: int | None, *, dots: bool) -> tuple[tuple[str, ...], int] | None:
    """Names at the end of the stretch and the offset where they start. Where ``dots`` follow, only what can be nothing else."""
    trimmed = trim_tokens(tail[:end])
    start = trimmed.rfind("\n") + 1
    line = trimmed[start:].strip()
    place = _IN_PLACE.search(trimmed, max(0, len(trimmed) - _LONGEST_FRONT))
    if not line or _GOES_ON.match(line) or (place and find_post(place["place"])):
        return None
    if _STRUCK_OUT.fullmatch(line):
        over = trimmed[:start].rstrip()
        if _finished(over):
            return (), start  # the signer's name was struck out
        name = over.rfind("\n") + 1
        return _own_line(over, name, over[name:].strip(), upper_text=False, certain=True)  # a stamp under the name
    above = trimmed[max(0, start - 600) : start]
    upper_text = _is_upper(above if len(above) > 100 else trimmed[-800:-40])
    stopped = tail[len(trimmed) : end].lstrip().startswith(".")
    own = _own_line(trimmed, start, line, upper_text=upper_text, certain=dots or stopped)
    if own is not None or (dots and "\n" not in tail[len(trimmed) :]):
        return own
    found = _end_of_line(trimmed, start, upper_text=upper_text, advert=advert)
    if found and _OFFICES.fullmatch(trimmed, start, found[1]):
        return None
    inside = dots or tail.startswith(".", len(trimmed))  # a sentence ends behind the name
    return None if inside and found and not ends_sentence(trimmed[: found[1]].rstrip()) else found


_OFFICES = re.compile(  # INFO: POL ECON RSO | Point of contact: John Roe
    r"\s*(?!.{0,30}(?:sign|site))[A-Za-z][\w .,/&’'()-]{1,40}:[ \t]*(?:(?!X{4})(?:[A-Z]\.|[A-Z][\w/'’-]+,?)[ \t]+)+", re.IGNORECASE
)


def _is_upper(text: str) -> bool:
    plain = text.encode("ascii", "ignore")
    capitals = len(plain) - len(plain.translate(None, _CAPITALS))
    return capitals > 20 and capitals > (len(plain) - len(plain.translate(None, _SMALL))) * 9


def _own_line(text: str, start: int, line: str, *, upper_text: bool, certain: bool) -> tuple[tuple[str, ...], int] | None:
    """A line that is a name: capitals nearly always, small letters only behind a finished text; with ``certain`` always behind one."""
    above = text[:start].rstrip()
    last = above[above.rfind("\n") + 1 :]
    if last.strip().casefold() == line.casefold():  # the name once more
        start = len(above) - len(last)
        above = text[:start].rstrip()
    blank_lines = text[len(above) : start].count("\n") - 1
    line = _SIGNED_LABEL.sub("", line) if line[:1] in ("S", "s") else line
    line = _without_rank("".join(line.split()) if _SPACED.fullmatch(line) else line)
    words = (_BRACKET_AT_END.sub("", line) if line.endswith(")") and line[0] != "(" else line).strip(_SIGNS).split()
    if not 0 < len(words) <= 6 or line.startswith(("- ", "-- ")) or has_mark(line) or (len(words) > 1 and all(map(is_known_tag, words))):
        return None
    if line[0] in "[(" and len(words) > 1:
        return None
    words = _without_office(words)
    names = None if _is_title(line) else _names_of(words)
    if names is None:
        return None
    capitals = all(word.isupper() or _UPPER_WORD.fullmatch(word) for word in words)
    finished = _finished(above) and (bool(above) or not certain)
    loose = certain or line.endswith(".")
    if not finished and (loose or not _stands_apart(words, blank_lines, capitals=capitals, upper_text=upper_text)):
        return None
    if not capitals and (line.startswith("-") or (line.endswith(".") and not (blank_lines or _is_advert(above) or _is_closed(above)))):
        return None
    joint = _joint(above, names, upper_text=upper_text) if capitals or blank_lines == 0 else None
    return joint or (names, start)


_SIGNS = " .,;!-/*\"”“_=#>'\\@()[]"
_SIGNED_LABEL = re.compile(r"signed(?: by)?[ \t]*:[ \t]*(?=\S)", re.IGNORECASE)
_SPACED = re.compile(r"[A-Z](?: [A-Z]){3,}")  # A L D A N E


def _stands_apart(words: list[str], blank_lines: int, *, capitals: bool, upper_text: bool) -> bool:
    """Whether a name under an unfinished text is the signer's: apart from it, or in capitals under a text that is not in capitals."""
    if blank_lines > 0:
        return capitals or (blank_lines > 1 and len(words) == 1)
    if not capitals:
        return False
    if not upper_text:
        return True
    return len(words) == 1 and len(words[0]) > 3 and not _is_place_or_tag(words[0])


def _is_closed(above: str) -> bool:
    """Whether a text ends in a word with its full stop that is no abbreviation, or in closing words: a name with a stop may follow."""
    return _WORD_AND_STOP.search(above, max(0, len(above) - 20)) is not None or CLOSING.search(above[-40:]) is not None


_WORD_AND_STOP = re.compile(r"(?:\b[a-z]{3}|[a-z]{4})[.!?][\"”'’)\]]{0,2}$")


def _is_advert(above: str) -> bool:
    last = above[above.rfind("\n") + 1 :].strip()
    return _URL_TAIL.search(last[-60:]) is not None


def _without_office(words: list[str]) -> list[str]:
    """The words without an office or a title before the name: ``["CDA", "ROE"]`` -> ``["ROE"]``."""
    place = 0
    while place < len(words) - 1 and _is_office(words[place]):
        place += 1
    return words[place:]


def _without_rank(line: str) -> str:
    """A line without the title or the degree behind a name: ``"Aldane, Charge"``, ``"Aldane, Ph.D."`` -> ``"Aldane"``."""
    if line.endswith((".", "D", "d")):
        line = _DEGREE.sub("", line)
    name, rank = _RANK_BEHIND.split(line, 1) if _RANK_BEHIND.search(line) else (line, "")
    return name if rank and all(map(_is_office, rank.split())) else line


_RANK_BEHIND = re.compile(r",|[ ]-{1,2}[ ]")
_DEGREE = re.compile(r",? \(?(?:Ph\.? ?D|M\.?D|J\.?D|Ed\.?D|D\.Phil|LL\.?[BMD]|M\.?B\.?A|Esq|Ret)\b\.?\)?(?:,? Ret\.)?$", re.IGNORECASE)


def _is_office(word: str) -> bool:
    return len(word.strip(".")) > 1 and is_title_word(word) and not _PARTICLE_WORD.fullmatch(word)


def _finished(above: str) -> bool:
    """Whether the text above a signer's line is complete: a sentence's end, closing words, a rule, an advert, or nothing."""
    last = above[above.rfind("\n") + 1 :].strip()
    if line_kind(last) not in WORDS or ends_sentence(last) or CLOSING.search(last) or _URL_TAIL.search(last[-60:]):
        return True
    return is_advert(last) or is_debris(last)


def _joint(above: str, names: tuple[str, ...], *, upper_text: bool) -> tuple[tuple[str, ...], int] | None:
    """The name on the line above as well, where that line is one in capitals, directly above, and itself behind a finished text.

    The same name on two lines is one signer; in a text in capitals another one would be text.
    """
    start = above.rfind("\n") + 1
    line = above[start:].strip()
    words = line.strip(" .,;/-").split()
    over = above[:start].rstrip()
    sentence = len(words) > 1 and line.endswith(".")
    if sentence or not 0 < len(words) <= 3 or not all(_UPPER_WORD.fullmatch(word) and len(word) > 1 for word in words) or not _finished(over):
        return None
    others = _names_of(words)
    if others is None or not over or (upper_text and others != names):
        return None
    return tuple(dict.fromkeys(others if _is_rank(names[0]) or find_post(names[0]) else others + names)), start


def _names_of(words: list[str]) -> tuple[str, ...] | None:
    """The words as one name, or as two joined by a slash or ``AND``; ``None`` if one of them is none. A doubled name counts once."""
    upper = [word.upper().strip(",;") for word in words]
    if "AND" in upper or "/" in " ".join(upper):
        parts = [part.split() for part in re.split(r"\s*/\s*| AND ", " ".join(word.strip(",;") for word in words))]
        found = [_one_name(part) for part in parts]
        return tuple(name for name in found if name) if all(found) and len(parts) == 2 else None
    half = len(upper) // 2
    if len(upper) % 2 == 0 and upper[:half] == upper[half:]:
        words = words[:half]
    name = _one_name([word.strip(",;") for word in words])
    return (name,) if name else None


def _one_name(words: list[str]) -> str | None:
    """Upper-case name, ``None`` where a word is no part of a name: ``["Timken", "jr"]`` -> ``"TIMKEN JR"``."""
    if not 0 < len(words) <= 4 or not all(_is_name_word(word) for word in words):
        return None
    if not any(len(word.strip(".")) > 1 and not _PARTICLE_WORD.fullmatch(word) for word in words):
        return None
    if len(words) > 1 and not any(word[0].isupper() for word in words):
        return None
    return " ".join(words).upper().replace("’", "'")


def _is_stop_word(word: str) -> bool:
    return word.upper() in _NOT_NAMES and len(word) > 2


def _is_name_word(word: str) -> bool:
    if _is_stop_word(word.strip(".")) or word in _TITLE_NOT_NAMES or (len(word) > 2 and not word.strip("Xx")):
        return False
    plain = word if word.isascii() else unicodedata.normalize("NFKD", word.replace("’", "'")).encode("ascii", "ignore").decode()
    return bool(_UPPER_WORD.fullmatch(plain) or _MIXED_WORD.fullmatch(plain) or _LOWER_WORD.fullmatch(plain))


def _end_of_line(text: str, start: int, *, upper_text: bool, advert: int | None) -> tuple[tuple[str, ...], int] | None:
    """A name behind the last sentence of a line of text."""
    window = max(start, len(text) - 80)
    words = list(_WORD.finditer(text[window:]))
    if window > start and words and text[window - 1 : window + 1].strip() == text[window - 1 : window + 1]:
        words = words[1:]  # the first word was cut by the window
    if words and (advert is not None or "ebsite" in text[window:]) and _URL_TAIL.search(text[window:]):
        run: int | None = len(words) - 1
    elif upper_text:
        run = _run_after_sentence(words)
    else:
        run = _capital_run(words) or _run_after_sentence(words)
    if run is None or (run == 0 and window == start):
        return _glued(text)
    at = window + words[run].start()
    before = text[start:at].rstrip()
    if _FRONT.fullmatch(before):
        return _glued(text)
    printed = [_STRUCK_FRONT.sub("", word.group().rstrip(".,").lstrip("#")) for word in words[run:]]
    surname = _surname(printed)
    names = _names_of(surname) if _names_of(printed) else None
    cut = not names or (len(names[0]) < _SHORTEST_NAME and not surname[0].isupper())  # "... security. Ac"
    if names is None or cut or not (any(word[0].isupper() for word in surname) or before.endswith("**")):
        return _glued(text)
    if upper_text and (len(words) - run > 2 or words[-1].group().endswith(".")):
        return None
    if _follows_text(before, surname, upper_text=upper_text):
        given = ends_sentence(before) and before[-1] != ":" and len(words) - run < 3  # "MARETH ALDANE"; else they are words of the text
        return names, window + words[run if given else len(words) - len(surname)].start()
    return None


_SHORTEST_NAME = 3  # letters, where they are no capitals
_STRUCK_FRONT = re.compile(r"^X{4,}(?=[A-Z])")  # an address that was struck out, XXXXXXXXXXXXALDANE
# "- Mary Jones", an item of a list; "2. (C) Talks continue", "(C) Talks"
_FRONT = re.compile(r"\W*(?:\d{1,3}\W{1,3}(?:\([A-Za-z/, ]{1,20}\))?|\([A-Z/, ]{1,12}\))?")


def _surname(words: list[str]) -> list[str]:
    """The surname of a run of words, with its particles and suffix: ``["MARY", "VAN", "ROE"]`` -> ``["VAN", "ROE"]``.

    Behind the text, where no line sets the signature apart, words before it are the text's, an office's or a given name.
    """
    half = len(words) // 2
    if len(words) % 2 == 0 and [word.upper() for word in words[:half]] == [word.upper() for word in words[half:]]:
        return [*_surname(words[:half]), *_surname(words[half:])]
    first = len(words) - 1
    while first > 0 and words[first - 1].upper() == words[-1].upper():
        first -= 1
    while first > 0 and (_SUFFIX.fullmatch(words[first]) or _NAME_PARTICLE.fullmatch(words[first - 1])):
        first -= 1
    return words[first:]


_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv)\.?", re.IGNORECASE)
_NAME_PARTICLE = re.compile(r"(?:de|del|della|la|le|du|des|van|von|der|den|di|da|dos|el|al|bin|st|san|santa|mc|mac|o|ter)\.?", re.IGNORECASE)


def _capital_run(words: list[re.Match[str]]) -> int | None:
    """Index of the first of the words in capitals at the end, closing words aside: ``END COMMENT THORNE`` -> that of ``THORNE``."""
    index = len(words)
    while index > 0 and len(words) - index < 4:
        word = words[index - 1].group()
        if _is_stop_word(word.strip(".,:;)\"”")) or word.startswith("XXX") or not _UPPER_WORD.fullmatch(word.rstrip(",")):
            break
        if index < len(words) and word.endswith("."):  # the stop of the sentence before
            break
        index -= 1
    run = words[index:]
    if not run or all(len(word.group().strip(".,")) < 2 for word in run):
        return None
    return index


def _run_after_sentence(words: list[re.Match[str]]) -> int | None:
    """Index of the first word behind the last finished sentence, where at most three words follow it."""
    for index in range(len(words) - 1, max(-1, len(words) - 5), -1):
        before = " ".join(word.group() for word in words[max(0, index - 4) : index])
        if index and (ends_sentence(before) or CLOSING.search(before)) and not _INITIAL.search(before):
            return index
    return None


def _follows_text(before: str, run: list[str], *, upper_text: bool) -> bool:
    """Whether a run of name words stands behind a finished text; capitals are believed behind digits, adverts and loose ends too."""
    if ends_sentence(before) or CLOSING.search(before):
        return True
    if upper_text or not all(map(_UPPER_WORD.fullmatch, run)):
        return bool(_URL_TAIL.search(before[-80:])) and len(run) == 1 and "_" not in run[0]
    if re.search(r"\d$|\bportal:\S+ ?\S*$", before, re.IGNORECASE):
        return True
    last = run[-1]
    return len(last) > 4 or (len(last) == 4 and not is_known_tag(last) and find_post(last) is None)


_GLUED = re.compile(r"[.!?)\"”]#?(?P<name>[A-Z]{2,}(?:['’-][A-Z]+)*|[A-Z][a-z]{2,})$")


_BEFORE_GLUED = re.compile(r"[a-z)\"”]\W{1,2}$|\s\.$|[A-Z]{3}\.$|\d\.$")


def _glued(text: str) -> tuple[tuple[str, ...], int] | None:
    """A name that touches the sentence's end: ``restructuring. .FARRAR``, ``End Summary.Smith``."""
    match = _GLUED.search(text, max(0, len(text) - 40))
    if match is None or _URL_TAIL.search(text[-60:]) or not _BEFORE_GLUED.search(text[: match.start("name")][-6:]):
        return None
    names = _names_of([match["name"]])
    return (names, match.start("name")) if names else None
