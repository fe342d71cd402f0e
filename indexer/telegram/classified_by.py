"""The Classified By line: who classified the cable and for which reasons.

Orders: ``TITLE NAME for reasons 1.4 (b) and (d)``, ``NAME, TITLE, OFFICE; REASON: 1.4(B), (D)``, no name at all, the label twice,
reasons before or after an E.O., also broken inside words by a wrap at column 71 (``REAS ONS``, ``Affa irs``, ``1 .4``).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Sequence

from reftel.indexer.telegram.labels import LabelledPart, find_regions
from reftel.indexer.telegram.officers import Officer, is_title_word, split_officer
from reftel.indexer.telegram.places import fold, iter_places
from reftel.schema.cable import ClassifiedBy
from reftel.schema.nearest import within_distance

_LONGEST = 700
_WRAP = 71  # columns at which one message system cut the line, inside words too
_KNOWN = frozenset((
    "for", "reason", "reasons", "and", "or", "the", "of", "under", "section", "per", "e.o.", "b", "d", "(b)", "(d)", "1.4", "1.5",
))  # fmt: skip

_REASON_WORD = r"\s{0,2}".join("REAS[O0]N") + r"(?:\s{0,2}S)?(?![a-z])"
_SECTION = r"(?:1|(?<!\w)[Il](?=[.]))\s{0,2}[.,:/-]{1,2}\s{0,3}[3-7](?!\d)"
_FOR = r"(?:F\s{0,2}O\s{0,2}R|FO|PER|UNDER|BY|(?:BASED\s)?(?:UP)?ON)"
_REASON = re.compile(
    rf"""(?=[\s,;:(FPUBODTRSE1]) [\s,;:(]{{0,4}}
         (?: (?: \b(?:{_FOR}|DUE[ ]TO)\s{{1,4}} )? (?:THE\s)? (?:\b|(?-i:(?<=[a-z])(?=R))) {_REASON_WORD}  # for reasons | REAS ONS
           | (?: \b(?:{_FOR}|SEC(?:TIONS?|\.)?)\s{{1,4}} ){{0,2}} (?<![\d.]){_SECTION}    # for 1.4 | under Section 1.5
           | (?: \b{_FOR}\s{{1,4}} )? \bE\.?\s?O\.?\s?\d{{5}}                             # E.O. 12958
           | \b{_FOR}\s{{1,4}} \d{{5}}\b (?=\W{{1,3}}{_SECTION})                           # for 12958 1.4
           | \b(?:DECLASSIFY|DECL|DERIVED)\b )""",
    re.VERBOSE | re.IGNORECASE,
)
_REASON_LIKE = re.compile(  # fo reaons 1.4
    rf"(?<!\w)(?P<word>[RE][A-Z0]{{2,8}})(?!\w)(?=\W{{0,6}}(?:OF\s)?(?:E\.?\s?O\.?\s?\d{{5}}|\d{{5}}\b|SECTION\b|{_SECTION}|14\b|\(?[A-H]\b))", re.IGNORECASE
)
_LETTERS_ALONE = re.compile(
    rf"[\s,;:.(]{{0,4}}(?:{_FOR}\s{{1,4}})?(?:THE\s)?{_REASON_WORD}[\s:]{{1,4}}(?:\(?[a-h]\b[\s,;/&+.)]{{0,4}}(?:and\b)?\s?)+", re.IGNORECASE
)
_NUMBER = re.compile(r"(?<![\d.])(?:1|(?<!\w)[Il](?=[.]))\s{0,2}[.,:/-]{0,2}\s{0,3}(?P<number>[3-7])(?!\d)(?:\s?[.:](?!\d))?")
_ANOTHER = re.compile(rf"[\s,;/&()\].]{{0,5}}(?:and|or)?\s{{0,3}}(?:section\s)?(?={_SECTION})", re.IGNORECASE)
_LETTERS = re.compile(
    r"(?P<and>a\s{0,2}n\s{0,2}d\b|amd\b|adn\b|nad\b|an\b|or\b|thr(?:ough|u)\b|to\b(?=\W{1,3}[a-h]\b))|(?P<letter>[a-h])(?![a-z])|(?P<sign>(?:sub-?)?(?:paragraph|section|para|letter)s?\b|\(\d\)|\([a-z]{3,}[^()]{0,60}\)|[<>\s,;/&+.(){}\[\]\"“”'’-])",
    re.IGNORECASE,
)
_GLUED = re.compile(r"\s{0,2}[({\[]?(?!be(?!\w)|ad(?!\w)|ace)(?P<letters>(?=[a-h]{2})a?b?c?d?e?f?g?h?)(?!\w)", re.IGNORECASE)  # bd
_LETTERS_OF = re.compile(  # (b) and (d) of Section 1.4
    r"(?P<letters>\(?[a-h]\)?(?:[\s,;/&+]{0,4}(?:and\s)?\(?[a-h]\)?){0,7})\s{1,3}(?:of|under|in)\s(?:the\s)?(?:sec\w{0,6}\.?\s{1,2}|E\.?O\.?\s{0,2}\d{5},?\s(?:sec\w{0,6}\.?\s)?)?\Z",
    re.IGNORECASE,
)
_FOR_AT_END = re.compile(
    r"(?:(?:\s|\A)(?:f\s{0,2}o\s{0,2}r|fo|per|under|by|citing|(?:based\s)?(?:up)?on|(?:due|pursuant|according)\sto|by\s(?:the\s)?authority\sof|in\saccordance\swith|(?:because|on\s(?:the\s)?grounds?)\sof)"
    r"|(?<=[a-z])for)\s*\Z",
    re.IGNORECASE,
)
_CUT_REASONS = re.compile(r"[\s,;.]+(?:for\s*(?:r\w{0,6})?|re(?:a\w{0,5})?)\.\.\.\Z", re.IGNORECASE)  # for re... | , Reas...
_GAP = re.compile(r" ?\n| {1,2}")
_PARAGRAPH_BREAK = re.compile(r"\n[ \t]*\n")
_GOES_ON = re.compile(rf"\W{{0,4}}(?:for\s)?(?:{_REASON_WORD}|{_SECTION}|E\.?\s?O\.?\s?\d{{5}})", re.IGNORECASE)
_REST_OF_REASONS = re.compile(r"(?:[ .,;:()&/+-]|[a-h]\b|and\b|or\b){1,40}(?:\n|\Z)", re.IGNORECASE)  # (a) and (b).
_OPEN_REASONS = re.compile(rf"(?:{_SECTION}|\band|[,(&])\s*\Z", re.IGNORECASE)
_REASONS_IN_LINE = re.compile(rf"[^\n]{{0,120}}(?:{_REASON_WORD})\W{{0,6}}{_SECTION}", re.IGNORECASE)
_LABEL_AGAIN = re.compile(r"\W{0,4}(?:\([A-Z/]{1,5}\)\W{0,4})?(?:(?:CLAS\w{3,7}D[ ]BY|BY)\b\W{0,3})+|\s{0,4}\([USC]\)\s{0,4}(?=[A-Z])", re.IGNORECASE)
_NO_OFFICER = re.compile(r"[ :.\n-]*(?:\(?[USC]\)|by)?[ :.\n-]*", re.IGNORECASE)
_DERIVED = re.compile(r"\W{0,4}(?:DERIVED\b|MULTIPLE SOURCES)", re.IGNORECASE)
_LABEL = re.compile(r"Clas\w{3,7}d by\b", re.IGNORECASE)
_IN_PARAGRAPH = re.compile(
    r"^[ \t]*(?:¶[ \t]*)?\d{1,2}[ ]?\.?[ ]{0,3}(?:\([^()\n]{1,20}\))?[ ]{0,3}(?:[^\n]{0,40}ENTIRE TEXT\W{1,5})?\(?(?=Clas\w{3,7}d by\b)",
    re.IGNORECASE | re.MULTILINE,
)


def classified_by_of(regions: Sequence[LabelledPart], *, rest: str = "") -> ClassifiedBy | None:
    """Who classified a cable, ``None`` if no line says so. ``rest``: the text from the first paragraph on, in which the line may stand too.

    ``"Classified By: DCM Jane Roe for reasons 1.4 (b) and (d)."`` -> name ``Jane Roe``, title ``DCM``, reasons ``1.4 (b)``, ``1.4 (d)``.
    ``Derived from`` names no officer.
    """
    found = _whole_of(list(_iter_read(regions)))
    if found is None and (at := _in_paragraph(rest)) is not None:
        found = next(_iter_read(find_regions(rest[at : at + _LONGEST])), None)
    if found is None and any(region.kind == "derived" for region in regions):
        return ClassifiedBy(None)
    return found


def _in_paragraph(text: str) -> int | None:
    """Where the label stands at the beginning of a paragraph."""
    if any(_LABEL.match(text, place) for place in iter_places(fold(text), ("CLAS",))) and (match := _IN_PARAGRAPH.search(text)):
        return match.end()
    return None


def unread_reasons(regions: Iterable[LabelledPart]) -> str | None:
    """What stands behind the word for reasons where no section is printed, which would say what the letters mean: ``"reasons (b) and (d)"``."""
    for region in regions:
        if region.kind == "classified":
            clause = _clause(region.label, region.text)
            start = _reasons_start(clause)
            if start is not None and (letters := _LETTERS_ALONE.match(clause, start)) and not any(_reasons(clause[start:])):
                return " ".join(letters[0].split()).strip(" ,;:(.")
    return None


def _whole_of(read: Sequence[ClassifiedBy]) -> ClassifiedBy | None:
    """The first, or the one behind it that it was cut from: a head may stand twice, and the first time break off in dots."""
    if not read:
        return None
    first = read[0]
    if _is_cut(first):
        return next((later for later in read[1:] if not _is_cut(later)), first)
    same = (later for later in read[1:] if later.reasons and later.name == first.name)
    return first if first.reasons else next(same, first)


def _is_cut(read: ClassifiedBy) -> bool:
    return (read.title or "").endswith("...")


def _iter_read(regions: Sequence[LabelledPart]) -> Iterator[ClassifiedBy]:
    label = ""  # of an empty part before: "Classified By: Classified by ..."
    for region in regions:
        if region.kind != "classified":
            label = ""
        elif _NO_OFFICER.fullmatch(region.text):
            label += region.label + region.text
        else:
            found = _read(_clause(label + region.label, region.text))
            if found:
                yield found


@functools.lru_cache(1024)  # officers classify many cables in the same words
def _read(clause: str) -> ClassifiedBy | None:
    again = _LABEL_AGAIN.match(clause)
    clause = clause[again.end() :] if again else clause
    if _DERIVED.match(clause):
        return ClassifiedBy(None, None, tuple(_reasons(clause)))
    start = _reasons_start(clause)
    reasons = tuple(_reasons(clause[start:])) if start is not None else ()
    officer = _officer(clause[:start] if start is not None else _first_sentence(clause))
    if officer == Officer(None, None) and not reasons:
        return None
    return ClassifiedBy(officer.name, officer.title, reasons)


def _reasons_start(clause: str) -> int | None:
    """Where the reasons begin, also behind a word that is ``reason`` but for a slip of the typist."""
    match = _REASON.search(clause)
    if match and "EAS" in match[0].upper():
        return match.start()
    end = match.start() if match else len(clause)
    for like in _REASON_LIKE.finditer(clause):
        if like.start() < end and _is_reason(like["word"].upper()):
            return like.start()
    return match.start() if match else None


def _is_reason(word: str) -> bool:
    """Whether a word is ``REASON`` or ``REASONS``, shortened or with slips: ``"RES"``, ``"RSNS"``, ``"REAS0NS"``."""
    return word in _SHORT_REASONS or any(within_distance(word.replace("0", "O"), whole, 2) for whole in ("REASON", "REASONS"))


_SHORT_REASONS = frozenset(("RES", "RSN", "RSNS", "REAS"))


def _officer(text: str) -> Officer:
    """The officer of the text before the reasons; a cut-off rest of one letter is none."""
    plain = _FOR_AT_END.sub("", _CUT_REASONS.sub("", " ".join(text.split()).removesuffix(", ..."))).strip(" ,;:-(")
    if len(plain.strip(". ")) < 2:
        return Officer(None, None)
    officer = split_officer(plain)
    if officer.name is None or not officer.name.endswith("..."):
        return officer
    return Officer(None, " ".join(filter(None, (officer.title, officer.name))))  # a word cut off at dots is no name


def _first_sentence(clause: str) -> str:
    """Where no reasons follow: the first line, with the second unless the first is a whole sentence; a cut-off text up to its dots."""
    clause = re.split(r"(?<=\.\.\.)\s", clause, maxsplit=1)[0]
    lines = clause.strip().split("\n")
    return lines[0] if lines[0].rstrip().endswith(".") else " ".join(lines[:2])


def _clause(label: str, text: str) -> str:
    """The line's text up to a blank line, or beyond it where reasons go on; the wrap at column 71 healed."""
    parts = [part.lstrip("\n") for part in _PARAGRAPH_BREAK.split(text[:_LONGEST], maxsplit=2) if part.strip()]
    clause = parts[0] if parts else ""
    for part in parts[1:]:
        rest = _REST_OF_REASONS.match(part) and (_OPEN_REASONS.search(clause) or part.lstrip()[:3].lower().startswith(("and", "or", ",", ")", "&")))
        if not _GOES_ON.match(part) and not rest and (_REASON.search(clause) or not _REASONS_IN_LINE.match(part)):
            break
        clause = f"{clause} {part}"
    return _GLUED_NUMBER.sub(". ", heal_wrap(label + clause)[len(label) :])


_GLUED_NUMBER = re.compile(r"(?<=[a-z])\.(?=1\.[3-7])")  # Roe.1.4 (b)


def heal_wrap(line: str) -> str:
    """The line with its break at column 71 closed where it cut a word: ``"... Josiah Rosen\\nblatt"`` -> ``"... Josiah Rosenblatt"``.

    The break is a new line, or one blank where the text was re-flowed. Two whole words stay apart.
    """
    left, right = line[:_WRAP], line[_WRAP:]
    gap = _GAP.match(right)
    if gap is None or "\n" in left or left[-1:].isspace() or not right[gap.end() :].strip():
        return line
    rest = right[gap.end() :]
    if rest[0].isspace():
        return line
    before, after = left.split()[-1], rest.split()[0]
    return left + rest if _is_broken(before, after, broken="\n" in gap[0]) else line


def _is_broken(before: str, after: str, *, broken: bool) -> bool:
    """Whether two pieces are one word: together a known word, or a name's end in small letters, or capitals on a new line."""
    piece, end = after.strip(".,;:)").lower(), before.strip("(,;").lower()
    if _is_known(end + piece) and not (_is_known(end) and _is_known(piece)):
        return True
    if _is_known(piece) or _is_known(end) or not (before[-1:].isalpha() and after[:1].isalpha()):
        return False
    return after[0].islower() or (broken and before.isupper() and after[0].isupper())


def _is_known(word: str) -> bool:
    return word in _KNOWN or is_title_word(word)


def _reasons(text: str) -> Iterator[str]:
    """Reasons as ``1.4 (b)`` in printed order, each once; the section alone where no letter follows."""
    match = _NUMBER.search(text)
    seen: set[str] = set()
    while match:
        section = f"1.{match['number']}"
        letters, end = _letters(text, match.end())
        if not letters and not seen and (before := _LETTERS_OF.search(text, 0, match.start())):
            letters, _ = _letters(before["letters"], 0)
        for reason in [f"{section} ({letter})" for letter in letters] or [section]:
            if reason not in seen:
                seen.add(reason)
                yield reason
        another = _ANOTHER.match(text, end)
        match = _NUMBER.match(text, another.end()) if another else None


def _letters(text: str, place: int) -> tuple[list[str], int]:
    """Letters from ``place`` on, and where they end: ``" (b) and (d)."``, ``"b/d"``, ``" (B, D)"``, ``"b and d"``, ``"(b-d)"``."""
    if glued := _GLUED.match(text, place):
        return list(glued["letters"].lower()), glued.end()
    found: list[str] = []
    bracket = joined = ranged = False
    end = place
    stopped = False  # by a full stop or a line end since the last letter
    while match := _LETTERS.match(text, place):
        if match["letter"]:
            if found and not bracket and (stopped or not joined) and not _is_listed(text, match.start()):
                break
            if found and bracket and not joined and _is_portion_mark(text, match, stopped=stopped):
                break
            found += _range(found[-1], match["letter"]) if ranged and found else [match["letter"].lower()]
            joined = ranged = stopped = False
            end = match.end()
        else:
            sign = match[0]
            if found and len(sign) > 3 and sign[0] != "(" and not match["and"]:  # another sentence: "1.4 (b). Paragraph"
                break
            bracket = sign in "([{<" or (bracket and sign not in ")]}>")
            joined = joined or bool(match["and"]) or sign in ",/&+;-" or (not bracket and sign == " " and not found)
            ranged = sign == "-" or sign.lower().startswith(("thr", "to")) or (ranged and sign in " ()")
            stopped = stopped or (sign in ".\n" and not bracket)
        place = match.end()
    return list(dict.fromkeys(found)), end


def _is_listed(text: str, place: int) -> bool:
    """Whether a letter without brackets goes on with those before it: ``B C AND D``, ``b.d.``; not ``b. A senior man``."""
    before, letter, behind = text[max(0, place - 2) : place], text[place], text[place + 1 : place + 6]
    glued = re.fullmatch(r"[a-h]\.", before, re.IGNORECASE) is not None
    apart = re.fullmatch(r"[a-h][ ]", before, re.IGNORECASE) is not None and before[0].isupper() == letter.isupper()
    return (glued or apart) and re.match(r"[ .,;)]{0,2}(?:\Z|\n|(?i:and|&)\b|[A-Ha-h]\b(?!\s[a-z]{2})|[A-Z][a-z])|[.,;](?!\w)", behind) is not None


def _is_portion_mark(text: str, match: re.Match[str], *, stopped: bool) -> bool:
    """Whether a bracketed C behind the reasons is the mark of the next text: ``"1.4 (b).\\n(C) Summary"``."""
    return (
        match[0] in "Cc"
        and text[match.end() : match.end() + 1] == ")"
        and (stopped or re.match(r"\)\s*[A-Z][a-z]", text[match.end() :]) is not None)
    )


def _range(first: str, last: str) -> Iterable[str]:
    return [chr(code) for code in range(ord(first) + 1, ord(last.lower()) + 1)]
