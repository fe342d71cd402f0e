"""Where the labelled parts of a head stand: ``E.O.``, ``TAGS``, ``SUBJECT``, ``REF``, ``Classified By``, ``Derived from``.

A label counts at the start of a line in its loose form (``TAGS PREL``, ``REF A. STATE 1``) and inside a line only in its strict form
with a colon, because containers without newlines and careless typists run heads together (``... 01/07/2014 Tags: prel Subject: ...``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from reftel.indexer.telegram.citations import find_citations
from reftel.indexer.telegram.classwords import ANY
from reftel.indexer.telegram.lines import FILLER, clean
from reftel.indexer.telegram.officers import is_title_word
from reftel.indexer.telegram.places import fold, iter_places
from reftel.schema.nearest import slips, within_distance
from reftel.schema.tagkinds import is_known_tag

HEAD_LIMIT = 16_000  # characters; the longest real head has some 5,000, and labels further down are text


class LabelledPart(msgspec.Struct, frozen=True, gc=False):
    """A label's part of a head: its kind, where the label starts and ends, the label as printed, and the text behind it up to the next label.

    ``cut``: the text breaks off, and its last word was left out.
    """

    kind: str
    start: int
    end: int
    label: str
    text: str
    cut: bool = False


class _Form(msgspec.Struct, frozen=True, gc=False):
    """How a label may stand: ``alone`` at the start of a line, ``inline`` elsewhere."""

    kind: str
    alone: re.Pattern[str]
    inline: re.Pattern[str]


def _form(kind: str, alone: str, inline: str) -> _Form:
    return _Form(kind, re.compile(alone, re.IGNORECASE), re.compile(inline, re.IGNORECASE))


_EO = r"(?:E[., ]{0,2}[O0][., ]{0,2}|EXECUTIVE ORDER )[ :]{0,2}"
_ORDER_NUMBER = r"(?:\d{5}|[1I][\dOBSI]{4}|1\d[., ]\d{3}|1\d\d \d{2})\b"
# "(U) Classified by X; E.O. 12958, reasons 1.4" is no E.O. line
_NO_REASON = r"(?!\W{0,3}(?:REASON|SECTION|1\s?[./]\s?[3-7]))"
_REFS = r"REF(?:TEL|ERENCE)?(?:\(S\)|S)?"
_ITEM = r"[ ]{1,4}(?=\(?[A1]\W|(?:'?\d{2,4}[ ]?)?[A-Z][A-Z .]{2,20}[ ]\d)"
_CLASSIFICATION = rf"CLASSIFICATION[ ]{{0,2}}:(?=[ ]{{0,4}}{ANY}\b)"
_BY = r"CLAS(?:\w{3,7}D|S\.|SIFICATION)[ _-]{0,2}BY\b"

# E.O. 12958: | EO 12958 DECL: | E.O.: | DECL: alone;  TAGS: | TAGS PREL;  SUBJECT: | SUBJ:;  REF: | REFTELS | Ref(s): | REF A.
_FORMS: dict[str, tuple[_Form, ...]] = {
    "E": (
        _form(
            "eo",
            rf"{_EO}(?:{_ORDER_NUMBER}|(?=N/A)){_NO_REASON}[ ]*[:.]?|{_EO}:",
            rf"{_EO}{_ORDER_NUMBER}[ ]*(?::|(?=DECL|N/A|X{{4}}))",
        ),
    ),
    "T": (_form("tags", r"TAG(?:[ ]?S|\(S\))?(?!\w)[ ]*(?:[:;.,/-]|(?=\s))", r"TAGS?[ ]{0,2}:|(?<=\s)(?-i:TAGS?)[ ](?=[A-Z]{2,5}[ ,(])"),),
    "S": (
        _form(
            "subject",
            r"SUBJ(?:ECTS?\b|\.|\b)[ ]*(?:[:;=]+|/ |(?=\n)|(?-i:(?<=SUBJECT)(?:[ .-]+|[,>] )(?!LINE|TO\b)(?=[(\"“]?[A-Z])))",
            r"SUBJ(?:ECTS?|\.)?[ ]{0,2}:",
        ),
    ),
    "R": (_form("references", rf"{_REFS}(?:[ ]*[:;.]+|[/>-]?{_ITEM})", rf"{_REFS}[ ]{{0,2}}:|(?-i:REF(?:TEL)?S?){_ITEM}"),),
    "C": (
        _form("classified", rf"{_BY}[ ]*[:.-]*", rf"{_BY}[ ]*:|(?-i:C){_BY[1:]}"),
        _form("classification", _CLASSIFICATION, _CLASSIFICATION),
    ),
    "D": (
        _form("derived", r"DERIVED[ ]FROM\b[ ]*:?", r"DERIVED[ ]FROM[ ]*:"),
        _form("declassify", r"DECLASSIFY[ ]ON\b[ ]*:?", r"DECLASSIFY[ ]ON[ ]*:"),
        _form("eo", r"(?=DECL[ ]?:)", r"(?!)"),
    ),
}
_REFS_PLAIN = re.compile(r"REF(?:TEL)?S?(?![ ]{0,2}[:(])\b")  # REF A. STATE 12, without a colon
_LETTER = re.compile(r"\(?[A-Z][.):][ ]*")
_BY_COLON = re.compile(rf"{_BY}[ ]*:", re.IGNORECASE)
_TAGS_COLON = re.compile(r"TAGS?[ ]{0,2}:", re.IGNORECASE)
# How the labels begin, in capitals; every spelling of E.O.
_FIRST_WORDS = ("TAG", "SUBJ", "REF", "CLAS", "DERIVED", "DECL")
_FIRST_LETTERS = re.compile(r"E(?:O[ .:1]|(?:,|[. ]{1,2})O|(?:\. ?)?0|XECUTIVE O)")
_ORDER = re.compile(r"E[., ]{0,2}[O0][., :1]|EXECUTIVE O", re.IGNORECASE)
# What may stand before a label "at the start of a line": "(U) Classified by", "Text classified by".
_BEFORE = re.compile(rf"[\s¶>{FILLER}]*(?:\(\w{{1,4}}\)[ ]*|Text[ ])?\Z")
_LEAD = 12


def find_regions(text: str) -> tuple[LabelledPart, ...]:
    """The labelled parts of a masked head in text order; what stands before the first label is left out."""
    folded = fold(text)
    places = sorted([*iter_places(folded, _FIRST_WORDS), *(letters.start() for letters in _FIRST_LETTERS.finditer(folded))])
    marks = [found for place in places if (found := _label_at(text, place))]
    marks = sorted([*marks, *_damaged_labels(text, folded, {kind for kind, _, _ in marks})], key=lambda mark: mark[1])
    marks = list(_without_those_of_subjects(text, marks))
    ends = [*(start for _, start, _ in marks), len(text)][1:]
    return tuple(
        LabelledPart(kind, start, after, text[start:after], clean(text[after:end]))
        for (kind, start, after), end in zip(marks, ends, strict=True)
    )


def _without_those_of_subjects(text: str, marks: list[tuple[str, int, int]]) -> Iterator[tuple[str, int, int]]:
    """The labels without those that the subject names: an executive order (``"DESIGNATIONS UNDER⏎E.O. 13382"`` behind the head's own), a subject."""
    before, ordered, last = "", False, 0
    for kind, start, end in marks:
        named = before == "subject" and (
            (kind == "eo" and ordered and ":" not in text[start:end])
            or (kind == "subject" and bool(text[last:start].strip()) and "\n" not in text[last:start])
        )
        if not named:
            yield kind, start, end
            before, ordered, last = kind, ordered or kind == "eo", end


def _damaged_labels(text: str, folded: str, kinds: set[str]) -> Iterator[tuple[str, int, int]]:
    """Labels that are a slip of the typist or letter-spaced, where the right one is nowhere: ``AGS:``, ``UBJECT:``, ``T A G S:``.

    Inside a line only in capitals, and ``AGS:`` before a tag; without a colon (``TAGSL PREL, ETRD``) before two tags.
    """
    if "eo" not in kinds and (order := _CUT_ORDER.search("\n" + folded)):
        yield "eo", order.start(), order.end() - 1
    if "classified" not in kinds:
        yield from _damaged_classified(folded)
    if kinds >= _DAMAGED_KINDS:
        return
    for match in (_REFERENCES_LIKE if kinds >= _USUAL_KINDS else _LABEL_LIKE).finditer(f"\n{text}"):
        kind = _kind_of_slip(match["word"].replace(" ", "").upper())
        if kind is None or kind in kinds:
            continue
        inside, end = match[0][0] != "\n", match.end() - 1
        following = [word.strip(",;.") for word in text[end : end + 20].split()[:2]]
        tagged = [is_known_tag(word.upper()) for word in following]
        if match["colon"] and (kind != "tags" or match["word"].replace(" ", "").upper() in _SLIPS):
            told = not inside or (match["word"].isupper() and (any(tagged[:1]) or kind != "tags"))
            if kind == "references":
                told = not inside and _cites(text[end : end + 80])
        else:
            told = kind == "tags" and not inside and tagged == [True, True]
        if told:
            kinds.add(kind)
            yield kind, match.start(), end


_LIKE = r"(?P<word>S ?U ?B ?J ?E ?C ?T|T ?A ?G ?S|[A-Za-z]{2,8}|[A-Z](?: [A-Z]){2,6})"
_LABEL_LIKE = re.compile(rf"(?:(?P<start>\n)|[\s¶]){_LIKE}(?:(?P<colon>[ ]{{0,2}}:)|(?(start)[;.)]?(?=[ ])|(?!)))")
_REFERENCES_LIKE = re.compile(rf"\n{_LIKE}(?P<colon>[ ]{{0,2}}:)")
_DAMAGED_KINDS = {"tags", "subject", "references"}
_DAMAGED = (("tags", "TAGS"), ("subject", "SUBJECT"), ("subject", "SUBJ"), ("references", "REFS"), ("references", "REF"), ("references", "REFTEL"))
_SLIPS = {slip: kind for kind, word in _DAMAGED for slip in (word, f"{word}L", f"{word}T", *slips(word)) if len(slip) > 2 or slip == "EF"}
_USUAL_KINDS = {"tags", "subject"}
_CUT_ORDER = re.compile(r"\n[ ]{0,4}\w?[., -]{0,2}[A-Z][., -]{0,2}1[1-3]\d{3}[ ]{0,2}:")  # O. 12958: | E-O 12958: | 3.O. 12958:
_OTHER_WORDS = ("DECLASSIFIED", "UNCLASSIFIED", "RECLASSIFIED", "CLARIFIED")
_DAMAGED_BY = re.compile(r"\n[ ]{0,4}(?P<word>[A-Z]{7,12})(?:[ ]{1,2}B[A-Z][ ]{0,2}:|:(?=[^\n]{0,120}(?:REASON|1\.[45])))")


def _damaged_classified(folded: str) -> Iterator[tuple[str, int, int]]:
    """``LASSIFIED BY:``, and ``CLASSIFIED:`` where reasons follow."""
    if "IED" in folded or "FED" in folded:
        for match in _DAMAGED_BY.finditer("\n" + folded):
            if match["word"] not in _OTHER_WORDS and within_distance(match["word"], "CLASSIFIED", 2):
                yield "classified", match.start("word") - 1, match.end() - 1
                return


def _kind_of_slip(word: str) -> str | None:
    """The kind of a label with a letter lost, doubled, swapped with the next; in the long one a letter may be another: ``"SIBJECT"``."""
    kind, name = _SLIPS.get(word), _BY_LENGTH.get(len(word))
    return _SLIPS[name] if kind is None and name and within_distance(word, name, 1) else kind


_BY_LENGTH = {len(word): word for word in ("SUBJECT", "TAGS")}


def _label_at(text: str, start: int) -> tuple[str, int, int] | None:
    """Kind, start (with a portion mark before it) and end of the label at ``start``; ``None`` if none stands there."""
    if text[start] in "Ee" and not _ORDER.match(text, start):
        return None
    line = text.rfind("\n", max(0, start - _LEAD), start) + 1
    alone = line == start or (start - line < _LEAD and _BEFORE.fullmatch(text[line:start]) is not None)
    for form in _FORMS[text[start].upper()]:
        if alone and (match := form.alone.match(text, start)) and not (form.kind == "references" and _goes_on(text, line, match)):
            return form.kind, line, match.end()
        if (match := form.inline.match(text, start)) and _may_be_inline(form.kind, text, start):
            return form.kind, _without_mark(text, start), match.end()
    return None


def _goes_on(text: str, line: int, label: re.Match[str]) -> bool:
    """Whether a label without a colon goes on with the sentence of the line above: ``"keyed to the questions in⏎Ref A.  Ref B was"``."""
    above = text[max(0, line - _LEAD) : line].rstrip(" \t\n")
    unfinished = above[-1:].islower() and text[max(0, line - _LEAD) : line].count("\n") == 1
    return unfinished and label[0][-1:] == " " and not _cites(text[label.end() : label.end() + 80])


def _may_be_inline(kind: str, text: str, start: int) -> bool:
    """Whether what is around lets a label begin inside a line: no bracket (``(SUBJ: IIR ...)``), for common words no letter.

    Labels may be glued to the text before them (``MISSIONREF:``, ``N/ATags:``), but ``PREF:`` is a tag. Without a colon two tags must
    follow ``TAGS`` (not ``DOG TAGS IN USE``), a title ``CLASSIFIED BY``.
    """
    before = text[start - 1 : start]
    if before == "(":
        return False
    if kind == "references":
        plain = _REFS_PLAIN.match(text, start)
        return before not in "Pp" and (plain is None or (before.isspace() and _cites(text[plain.end() : plain.end() + 80])))
    if kind in ("derived", "declassify") and before.isalpha():
        return False
    if kind == "classified" and before.isalpha():
        return text[start - 2 : start].upper() not in ("DE", "UN") and _BY_COLON.match(text, start) is not None
    words = text[start : start + 60].split()
    if kind == "tags" and not _TAGS_COLON.match(text, start):
        return len(words) > 2 and all(word[0] == "(" or is_known_tag(word.strip(",;()").upper()) for word in words[1:3])
    if kind == "classified" and words[0].isupper() and not _BY_COLON.match(text, start):
        return len(words) > 2 and is_title_word(words[2])
    return kind != "eo" or not before.isalpha() or text[start + 1] == "."


def _cites(text: str) -> bool:
    """Whether a text begins with a cable, a letter may stand before it: ``"A. STATE 12"``."""
    return any(found.start == 0 for found in find_citations(_LETTER.sub("", text.lstrip(), count=1))[:1])


def _without_mark(text: str, start: int) -> int:
    """Start of the portion mark that belongs to the label: ``"... STATE 1 (U) Classified By:"``."""
    match = re.search(r"\([US]\)[ ]?\Z", text[max(0, start - 4) : start])
    return start - len(match[0]) if match else start
