"""The TAGS line: ``TAGS: PREL PGOV AJ``, ``TAGS PREL, PGOV, AJ,``, wrapped, with persons and tags of several words."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from reftel.indexer.telegram.classwords import LETTER_SPACED
from reftel.indexer.telegram.labels import LabelledPart
from reftel.schema.tagkinds import is_known_tag, is_tag_code, split_fused, topics

_LONGEST = 2_000  # characters that are read
_NO_TAG = frozenset(
    (
        "SIPDIS",
        "NOFORN",
        "CONFIDENTIAL",
        "SECRET",
        "UNCLAS",
        "UNCLASSIFIED",
        "SENSITIVE",
        "NODIS",
        "EXDIS",
        "TAGS",
        "TAG",
        "AND",
        "NONE",
        "N/A",
    )
)
_SPACED_CLASS = re.compile(rf"\b{LETTER_SPACED}\b")  # the class line of a page, swallowed
_PIECE = re.compile(r"\([^()]*\)?|[^\s,;()]+|[,;]")
_PASSING = re.compile(r"\b(?:DEPT|DEPARTMENT|STATE|NSC|TREASURY)(?: PLEASE)? (?:FOR|PASS)\b")  # STATE FOR EUR/WE
_SIGNS = ".:\"“”'‘’*\\"
_PARTING = frozenset(",;")
_GLUED_PERSON = re.compile(r"\bOVIP[-/:](?=[A-Z])")
_SPACED_TAG = re.compile(r"(?<![A-Z0-9])[A-Z](?: [A-Z]){1,4}(?=[,;]|\Z)")  # P R E L,
_SQUARE = str.maketrans("[]<>|", "()  ,")
_CODE_SIGN = re.compile(r"[/.'_-]")
_MARK_BEFORE = re.compile(r"\((?:U|C|S|SBU)\) ?")
_LONGEST_CODE = 5
_LONGEST_SURNAME = 4
_NAME = re.compile(r"[A-Z][A-Z'’.-]*")


class Tags(msgspec.Struct, frozen=True, gc=False):
    """The tags of a head in printed order, each once, and those of its words that are several tags run together."""

    found: tuple[str, ...] = ()
    fused: tuple[str, ...] = ()


def tags_of(regions: Iterable[LabelledPart]) -> Tags:
    """Tags of a head in printed order, upper case, each once: ``"TAGS: PREL, OVIP (ROE, JANE)"`` -> ``("PREL", "OVIP", "ROE, JANE")``.

    Tags that ran together are parted where the table allows one reading (``EINDETRD``); class lines, page banners and captions
    swallowed by the list are left out. Of several TAGS parts the first that holds any, with those right behind it.
    Without the label, a line between E.O. and SUBJECT that holds listed tags alone.
    """
    regions = tuple(regions)
    found = Tags()
    for place, region in enumerate(regions):
        if region.kind == "tags":
            bounded = place + 1 < len(regions) and regions[place + 1].kind == "subject"
            read = split_tags(_tag_lines(region.text[:_LONGEST], bounded=bounded))
            found = _joined(found, read) if found.found else read
        elif found.found:
            break
    return found if found.found else split_tags(", ".join(_unlabelled(regions)))


def _joined(first: Tags, second: Tags) -> Tags:
    return Tags(tuple(dict.fromkeys(first.found + second.found)), tuple(dict.fromkeys(first.fused + second.fused)))


def _unlabelled(regions: Sequence[LabelledPart]) -> Iterator[str]:
    """The lines of nothing but listed tags between E.O. and SUBJECT."""
    for region, following in itertools.pairwise(regions):
        if region.kind == "eo" and following.kind == "subject":
            fewest = 2  # tags in the first line; a word alone can be anything
            for line in region.text[:_LONGEST].split("\n")[1:]:
                words = re.split(r"[\s,;]+", line.strip(" \t,;.").upper())
                if len(words) >= fewest and all(map(is_known_tag, words)):
                    yield line
                    fewest = 1


def _tag_lines(text: str, *, bounded: bool) -> str:
    """The lines of the list: the first, and those after it that hold nothing but tags.

    Where SUBJECT follows (``bounded``), any line up to a blank one belongs to the list, since words can be tags too.
    """
    return " ".join(_parted(text, bounded=bounded)[0])


def lines_behind_tags(text: str) -> list[str]:
    """The lines of a TAGS part from the first on that holds more than tags."""
    return _parted(text, bounded=False)[1]


def _parted(text: str, *, bounded: bool) -> tuple[list[str], list[str]]:
    """The lines of the list, and those behind it."""
    lines = text.lstrip().split("\n")
    kept = lines[:1]
    blank = False
    for place, line in enumerate(lines[1:], 1):
        blank = blank or not line.strip()
        if not line.strip() or _NO_TAG.issuperset(line.upper().split()):
            continue
        if not (bounded and not blank) and not all(
            map(_looks_like_tag, re.split(r"[\s,;]+", line.strip(" \t,;").upper()))
        ):
            return kept, lines[place:]
        kept.append(line)
    return kept, []


def _looks_like_tag(word: str) -> bool:
    """Whether a word on a further line can only be a tag: listed, or a code whose form no common word has."""
    return (
        is_known_tag(word)
        or bool(split_fused(word))
        or (is_tag_code(word) and len(word) == 4 and word[0] in "KOMPE" and word not in _WORDS)
    )


_WORDS = frozenset(
    (
        "PART",
        "POST",
        "PAST",
        "PLAN",
        "OVER",
        "ONLY",
        "ONCE",
        "OPEN",
        "MORE",
        "MOST",
        "MUST",
        "MEET",
        "EACH",
        "ELSE",
        "EVEN",
        "KEEP",
        "KEY",
    )
)


@functools.lru_cache(1024)
def split_tags(text: str) -> Tags:
    """Tags of the bare list: ``"prel pgov political parties"`` -> ``PREL``, ``PGOV``, ``POLITICAL PARTIES``."""
    upper = _SPACED_CLASS.sub(" ", " ".join(text[:_LONGEST].upper().translate(_SQUARE).split()))
    if match := _MARK_BEFORE.match(upper):
        upper = upper[match.end() :]
    if match := _PASSING.search(upper):
        upper = upper[: match.start()]
    if "OVIP" in upper:
        upper = _GLUED_PERSON.sub("OVIP ", upper)
    upper = _SPACED_TAG.sub(lambda tag: tag[0].replace(" ", ""), upper)
    found: dict[str, None] = {}
    fused: dict[str, None] = {}
    for tag in _iter_tags(upper):
        if parts := split_fused(tag):
            fused[tag] = None
        found.update(dict.fromkeys(parts or (tag,)))
    kept = tuple(tag for tag in found if tag and tag not in _NO_TAG)
    return Tags(() if kept == ("NA",) else kept, tuple(fused))  # alone it is "not applicable", else the Netherlands Antilles


def _iter_tags(text: str) -> Iterator[str]:
    words: list[str] = []  # of one comma item, which may be a tag of several words
    pieces = [piece if len(piece) < 3 or piece[0] == "(" else piece.strip(_SIGNS) for piece in _PIECE.findall(text)]
    place = 0
    visit = False  # whether OVIP or one of its persons stands before the item
    while place < len(pieces):
        piece = pieces[place]
        if piece[:1] == "(":
            yield from _join_words(words, person=visit)
            visit = "OVIP" in words or (visit and not words)
            yield from _bracketed(piece, person=visit)
            words = []
        elif piece in _PARTING or not any(map(str.isalnum, piece)):
            if piece == "," and "OVIP" in pieces and (person := _bare_person(words, pieces, place)):
                name, behind = person
                yield from _join_words(words[: -1 - name[: name.index(",")].count(" ")], person=visit)
                yield name
                place += behind
                visit = True
            else:
                yield from _join_words(words, whole=True, person=visit)
                visit = words[-1:] == ["OVIP"] or (visit and not words)
            words = []
        elif word := piece.strip(_SIGNS):
            words.append(word)
        place += 1
    yield from _join_words(words, whole="," in pieces, person=visit)


def _bracketed(piece: str, *, person: bool) -> Iterator[str]:
    """Tags of a bracket: persons split at ``;``, or plain codes: ``"(CLINTON, HILLARY)"``, ``"(IR)"``."""
    for part in _persons(piece.strip("() ")):
        words = part.replace(",", " ").split()
        if words and all(map(is_known_tag, words)):
            yield from words
        elif person and len(words) == 2 and "," not in part:
            yield ", ".join(words)
        elif words:
            yield re.sub(r"\s*,\s*", ", ", part.strip(" ,"))


def _persons(text: str) -> Iterator[str]:
    """The parts of a bracket: between semicolons and ``AND``; of four or more between commas, each two are surname and given name."""
    for part in _BETWEEN_PERSONS.split(text):
        names = part.split(",")
        if len(names) > 3 and len(names) % 2 == 0 and not any(is_known_tag(name.strip()) for name in names):
            yield from (f"{surname},{given}" for surname, given in zip(names[::2], names[1::2], strict=True))
        else:
            yield part


_BETWEEN_PERSONS = re.compile(r";|(?<=\w) (?:AND|&) (?=\w+,)")


def _bare_person(words: list[str], pieces: list[str], place: int) -> tuple[str, int] | None:
    """A person without a bracket and the words behind the comma, ``OVIP CLINTON, HILLARY``: names that are no tags, after OVIP or another person."""
    following = next(iter(pieces[place + 1 : place + 2]), "")
    if not words or "OVIP" not in pieces[:place]:
        return None
    if any(map(_may_be_tag, (words[-1], following))) or not (_NAME.fullmatch(words[-1]) and _NAME.fullmatch(following)):
        return None
    second, after = (*pieces[place + 2 : place + 4], "", "")[:2]
    named = _NAME.fullmatch(second) is not None and not _may_be_tag(second) and after != ","  # no surname of a further person
    middle = f" {second}" if named or re.fullmatch(r"[A-Z]\.?", second) else ""
    behind_tag = words[words.index("OVIP") + 1 :] if "OVIP" in words else words[-1:]
    surname = behind_tag if len(behind_tag) < _LONGEST_SURNAME and all(map(_NAME.fullmatch, behind_tag)) else words[-1:]
    return f"{' '.join(surname)}, {following.rstrip(',')}{middle}", 1 + bool(middle)


def _may_be_tag(word: str) -> bool:
    return is_known_tag(word) or len(word) < 4


def _join_words(words: list[str], *, whole: bool = False, person: bool = False) -> Iterator[str]:
    """Tags of words that no comma parts: codes one by one, listed topics whole, other runs of plain words as one tag.

    ``whole``: commas stand around, so that words none of which is a tag's code are one topic. ``person``: OVIP stands before.
    """
    if len(words) > 1 and is_known_tag("".join(words)) and not any(map(is_known_tag, words)):  # PRE L
        yield "".join(words)
        return
    if whole and not person and len(words) > 1 and _is_topic(words):
        yield " ".join(words)
        return
    run: list[str] = []
    for item in _with_topics(words, person=person, alone=whole and len(words) == 2) if len(words) > 1 else words:
        codes = _CODE_SIGN.split(item)
        parts = codes if len(codes) > 1 and not is_known_tag(item) and all(map(is_known_tag, codes)) else [item]
        if is_tag_code(parts[0]) or " " in item or split_fused(item):
            if run:
                yield " ".join(run)
                run = []
            yield from parts
        else:
            run.append(item)
    if run:
        yield " ".join(run)


def _is_topic(words: list[str]) -> bool:
    """Whether words between commas are one topic: a long word, and none that is a subject's or programme's tag: ``GOI EXTERNAL``."""
    long = max(map(len, words)) > _LONGEST_CODE and (len(words) > 2 or not is_known_tag(words[0]))
    return long and not any(split_fused(word) or (len(word) >= 4 and is_known_tag(word)) for word in words)


def _with_topics(words: list[str], *, person: bool, alone: bool) -> list[str]:
    """The words with listed topics and persons joined: ``["PREL", "USEU", "BRUSSELS"]`` -> ``["PREL", "USEU BRUSSELS"]``.

    ``alone``: two words between commas, which behind OVIP may be a short name too.
    """
    may_be_tag = is_known_tag if alone else _may_be_tag
    joined: list[str] = []
    place = 0
    while place < len(words):
        name = words[place : place + 2]
        if person and len(name) == 2 and not any(map(may_be_tag, name)) and all(map(_NAME.fullmatch, name)):
            place += 2
            initial = [word for word in words[place : place + 1] if len(word) == 1]
            joined.append(f"{name[0]}, {' '.join(name[1:] + initial)}")
            place += len(initial)
            continue
        if len(name) == 2 and 1 in map(len, name) and is_known_tag("".join(name)):  # E CON
            joined.append("".join(name))
            place += 2
            continue
        listed = words[place] in _first_words()
        size = next((size for size in (3, 2) if listed and " ".join(words[place : place + size]) in topics()), 1)
        if words[place : place + 2] == ["TIP", "IN"] and len("".join(words[place + 2 : place + 3])) > 3:
            size = 3
        joined.append(" ".join(words[place : place + size]))
        person = words[place] == "OVIP"
        place += size
    return joined


@functools.cache
def _first_words() -> frozenset[str]:
    return frozenset(topic.partition(" ")[0] for topic in topics())
