"""The TAGS line: ``TAGS: PREL PGOV AJ``, ``TAGS PREL, PGOV, AJ,``, wrapped, with persons and tags of several words."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator

from reftel.indexer.telegram.labels import Region, cut_head
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
        "N/A",
        "NA",
    )
)
_SPACED_CLASS = re.compile(
    r"\b(?:(?:S E C R E T)|(?:C O N F I D E N T I A L))\b"
)  # the class line of a page, swallowed
_PERSON = re.compile(r"\(([^()\n]{2,80})\)?")  # OVIP (CLINTON, HILLARY)
_PIECE = re.compile(r"\([^()]*\)?|[^\s,;()]+|[,;]")
_NAME = re.compile(r"[A-Z][A-Z'’.-]*")


def parse_tags(text: str) -> tuple[str, ...]:
    """Tags of a head in printed order, upper case, each once: ``"TAGS: PREL, OVIP (ROE, JANE)"`` -> ``("PREL", "OVIP", "ROE, JANE")``.

    Fused tags stay as printed (``EINDETRD``); class lines, page banners and captions swallowed by the list are left out.
    """
    return tags_of(cut_head(text).regions)


def tags_of(regions: Iterable[Region]) -> tuple[str, ...]:
    """The same from a head that has been split: of several TAGS parts the first that holds any."""
    regions = tuple(regions)
    for place, region in enumerate(regions):
        if region.kind == "tags":
            bounded = place + 1 < len(regions) and regions[place + 1].kind == "subject"
            if found := split_tags(_tag_lines(region.text[:_LONGEST], bounded=bounded)):
                return found
    return ()


def _tag_lines(text: str, *, bounded: bool) -> str:
    """The lines of the list: the first, and those after it that hold nothing but tags.

    Where SUBJECT follows (``bounded``), any line up to a blank one belongs to the list, since words can be tags too.
    """
    lines = text.lstrip().split("\n")
    kept = lines[:1]
    blank = False
    for line in lines[1:]:
        blank = blank or not line.strip()
        if not line.strip() or _NO_TAG.issuperset(line.upper().split()):
            continue
        if not (bounded and not blank) and not all(
            map(_looks_like_tag, re.split(r"[\s,;]+", line.strip(" \t,;").upper()))
        ):
            break
        kept.append(line)
    return " ".join(kept)


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


def split_tags(text: str) -> tuple[str, ...]:
    """Tags of the bare list, each once: ``"prel pgov political parties"`` -> ``("PREL", "PGOV", "POLITICAL PARTIES")``."""
    upper = _SPACED_CLASS.sub(" ", " ".join(text[:_LONGEST].upper().split()))
    return tuple(dict.fromkeys(tag for tag in _iter_tags(upper) if tag and tag not in _NO_TAG))


def _iter_tags(text: str) -> Iterator[str]:
    words: list[str] = []  # words of one comma item that may be a tag of several words
    pieces = _PIECE.findall(text)
    place = 0
    while place < len(pieces):
        piece = pieces[place]
        if piece[0] == "(":
            yield from _join_words(words)
            words = []
            yield from _bracketed(piece)
        elif piece in ",;":
            if piece == "," and "OVIP" in pieces and (name := _bare_person(words, pieces, place)):
                yield from _join_words(words[:-1])
                yield name
                place += name[name.index(",") :].count(" ")
            else:
                yield from _join_words(words)
            words = []
        elif word := piece.strip('.:"“”'):
            words.append(word)
        place += 1
    yield from _join_words(words)


def _bracketed(piece: str) -> Iterator[str]:
    """Tags of a bracket: persons split at ``;``, or plain codes: ``"(CLINTON, HILLARY)"``, ``"(IR)"``."""
    for part in piece.strip("() ").split(";"):
        words = part.replace(",", " ").split()
        if words and all(map(is_known_tag, words)):
            yield from words
        elif words:
            yield re.sub(r"\s*,\s*", ", ", part.strip(" ,"))


def _bare_person(words: list[str], pieces: list[str], place: int) -> str | None:
    """A person without a bracket, ``OVIP CLINTON, HILLARY``: two names around a comma that are no tags, after OVIP or another person."""
    following = next(iter(pieces[place + 1 : place + 2]), "")
    if not words or "OVIP" not in pieces[:place]:
        return None
    if any(map(_may_be_tag, (words[-1], following))) or not (_NAME.fullmatch(words[-1]) and _NAME.fullmatch(following)):
        return None
    initial = next(iter(pieces[place + 2 : place + 3]), "")
    middle = f" {initial}" if re.fullmatch(r"[A-Z]\.", initial) else ""
    return f"{words[-1]}, {following.rstrip(',')}{middle}"


def _may_be_tag(word: str) -> bool:
    return is_known_tag(word) or len(word) < 4


def _join_words(words: list[str]) -> Iterator[str]:
    """Tags of words that no comma parts: codes one by one, listed topics whole, other runs of plain words as one tag."""
    if not words:
        return
    run: list[str] = []
    for item in _with_topics(words) if len(words) > 1 else words:
        parts = item.split("/") if "/" in item and all(map(is_known_tag, item.split("/"))) else [item]
        if is_tag_code(parts[0]) or " " in item or split_fused(item):
            if run:
                yield " ".join(run)
                run = []
            yield from parts
        else:
            run.append(item)
    if run:
        yield " ".join(run)


def _with_topics(words: list[str]) -> list[str]:
    """The words with listed topics joined: ``["PREL", "USEU", "BRUSSELS"]`` -> ``["PREL", "USEU BRUSSELS"]``."""
    joined: list[str] = []
    place = 0
    while place < len(words):
        size = next((size for size in (3, 2) if " ".join(words[place : place + size]) in _topics()), 1)
        joined.append(" ".join(words[place : place + size]))
        place += size
    return joined


@functools.cache
def _topics() -> frozenset[str]:
    return frozenset(topics())
