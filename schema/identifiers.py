"""Cable ids and post names in any spelling.

A canonical id is the two-digit year, the letters of the post, and the serial without zeros: ``08BAKU123``. `canonical_id` reads what cables
print, `named_cable` and `iter_named` what a person pastes.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator

from reftel.base.patterns import regex
from reftel.schema.dates import century
from reftel.schema.posts import all_posts, find_post, squash_name

_VERSION = regex(r"_[A-Z0-9]{1,2}$")  # 1973STATE097844_b: PlusD's versions of one telegram
_WHOLE = regex(
    r"""(?P<year> \d{4} | \d{2})     # 1973, 08, or a doubled 7575
        (?P<post> [A-Z] .*? )        # BAKU, or a fused caption: ECTION01OF02MANAMA
        (?P<serial> \d{1,7})""",
    re.VERBOSE,
)
_FUSED_SECTION = regex(r"[A-Z]*\d{1,2}OF\d{1,2}")  # 08ECTION01OF02MANAMA492: the section text ran into the id
_FUSED_CLASS = regex(r"(?:UNCLAS(?:SIFIED)?|CONFIDENTIAL|SECRET)(?=[A-Z])")
_OWN_KEY = regex(r"text-[0-9a-f]{16}", re.IGNORECASE)  # what stands for an id where a cable has none
_LONGEST = 80
_LONGEST_PASTED = 500  # an address
_MOST_WORDS = 5  # 08 PORT AU PRINCE 123
_INVISIBLE = regex("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_AROUND = " \t\r\n\"'“”„‟«»‹›‘’`()[]{}<>*#.,;:|"
_BETWEEN = regex(r"[,;|]")
_LABEL = regex(r"[(\[\"']*[A-Za-z][A-Za-z ]{1,24}[:#]\s*(?!/)")  # "REF A: ", "Canonical ID: ", not "https://"
_SPLIT_NUMBER = regex(r"[0-9][\s,;|]+[0-9]")
_PATH = regex(r"[/\\.=?]")
_PART = regex(r"[/\\?&=#:]")
_EXTENSION = regex(r"(?:\.[A-Za-z][A-Za-z0-9]{1,4})+$")  # .html, .txt.gz
_LONGEST_SERIAL = 7  # digits without leading zeros


@functools.lru_cache(maxsize=65536)
def canonical_id(text: str) -> str | None:
    """Canonical id of a whole id in any spelling; ``None`` if it is none.

    ``"08 Baku 00123"`` -> ``"08BAKU123"``; ``"1973STATE097844_b"`` -> ``"73STATE97844"``; a doubled year (``"7575POST12"``) counts once;
    section text that ran into the post is dropped (``"08ECTION01OF02MANAMA492"`` -> ``"08MANAMA492"``). Known typing errors and aliases
    of posts are resolved, an unknown post keeps its letters.
    """
    if len(text) > _LONGEST:
        return None
    compact = squash_name(_VERSION.sub("", text.strip().upper()))
    match = _WHOLE.fullmatch(compact)
    year = _two_digits(match["year"]) if match else None
    if match is None or year is None:
        return None
    return _join(year, _without_caption(match["post"]), match["serial"])


def named_cable(text: str) -> str | None:
    """The key of the one cable that a pasted text names: its canonical id, or ``text-…`` of a cable without one; ``None`` for any other text.

    Ids in any spelling, file names and addresses of pages that hold one, a label in front: ``"08 Baku 00123,"``, ``"REF A: 08BAKU123"``,
    ``"08BAKU123.html"``, ``"https://example.org/cables/08BAKU123_a.html?x=1"`` -> ``"08BAKU123"``. Two ids are none.
    """
    if len(text) > _LONGEST_PASTED:
        return None
    plain = _LABEL.sub("", unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).strip())
    if own := _OWN_KEY.fullmatch(plain.strip(_AROUND)):
        return own[0].lower()
    if _SPLIT_NUMBER.search(plain):  # a second number behind the id
        return None
    whole = canonical_id(plain.strip(_AROUND))
    if whole or not _PATH.search(plain):
        return whole
    if " " in plain:  # a file name; no part of a sentence
        return canonical_id(_EXTENSION.sub("", plain))
    from urllib.parse import unquote  # noqa: PLC0415 - only for what looks like an address

    parts = [_EXTENSION.sub("", part) for part in _PART.split(unquote(plain)) if part]
    named = dict.fromkeys(filter(None, map(canonical_id, parts)))
    return next(iter(named)) if len(named) == 1 else None


def list_key(text: str) -> str:
    """The key that an entry of a list stands for: any spelling of an id, or the key of a cable without one.

    ``" 08 Baku 00123 "`` -> ``"08BAKU123"``; ``"TEXT-0123456789ABCDEF"`` -> ``"text-0123456789abcdef"``; anything else stays as it is.
    """
    return named_cable(text) or text.strip()


def iter_named(text: str) -> Iterator[tuple[str | None, str]]:
    """The cables that a text names one after the other, blanks or commas between: key and text of each, the key ``None`` of what names none.

    ``"08 BAKU 123, 08MOSCOW4 x"`` -> ``("08BAKU123", "08 BAKU 123")``, ``("08MOSCOW4", "08MOSCOW4")``, ``(None, "x")``.
    """
    whole = named_cable(text)
    if whole:
        yield whole, text.strip()
        return
    words = _BETWEEN.sub(" ", text).split()
    place = 0
    while place < len(words):
        longest = _MOST_WORDS if words[place][:1].isdigit() else 1
        runs = (" ".join(words[place : place + count]) for count in range(1, min(longest, len(words) - place) + 1))
        run = next((run for run in runs if _stands_alone(run)), words[place])
        yield named_cable(run), run
        place += run.count(" ") + 1


def _stands_alone(run: str) -> bool:
    """Whether words are an id wherever they stand; with blanks in it only that of a known post: ``2008, para 4`` is none."""
    key = named_cable(run)
    return key is not None and (" " not in run or find_post(split_id(key)[1]) is not None)


def reference_id(post: str, serial: str | int, year: str | int) -> str | None:
    """Canonical id of a cable from its parts: ``("AMEMBASSY LA PAZ", "00012", 2008)`` -> ``"08LAPAZ12"``; ``None`` if a part is none.

    An unknown post keeps its letters without blanks.
    """
    two = _two_digits(str(year).strip().lstrip("'’").zfill(2))
    digits = str(serial).strip()
    if two is None or not digits.isascii() or not digits.isdigit():
        return None
    return _join(two, post, digits)


def resolve_post(text: str) -> str | None:
    """Id stem of a post from its label, alias, routing name or stem: ``"AMEMBASSY BAKU"`` -> ``"BAKU"``; ``None`` if unknown."""
    return find_post(text)


def post_names(stem: str) -> tuple[str, ...]:
    """Every known spelling of the post with this id stem, the stem and its origin label first; empty if unknown."""
    post = all_posts().get(stem)
    return tuple(dict.fromkeys((post.stem, post.label, *post.aliases))) if post else ()


def post_label(stem: str) -> str | None:
    """Origin label of the post with this id stem: ``"LAPAZ"`` -> ``"Embassy La Paz"``; ``None`` if unknown."""
    post = all_posts().get(stem)
    return post.label if post else None


def split_id(cable_id: str) -> tuple[str, str, str]:
    """Two-digit year, stem and serial of a canonical id: ``"08BAKU123"`` -> ``("08", "BAKU", "123")``."""
    stem = cable_id[2:].rstrip("0123456789")
    return cable_id[:2], stem, cable_id[2 + len(stem) :]


def full_year(two_digits: str | int) -> int:
    """Four-digit year of a cable's two: 66 to 99 are 19xx, 00 to 65 are 20xx. ``"73"`` -> 1973."""
    return century(int(two_digits))


def _two_digits(year: str) -> str | None:
    """``"2008"`` and ``"08"`` -> ``"08"``; a doubled ``"7575"`` -> ``"75"``; ``None`` for another four digits."""
    if not (year.isascii() and year.isdigit()):
        return None
    if len(year) == 2:
        return year
    usual = year.startswith(("19", "20"))
    return year[2:] if len(year) == 4 and (usual or year[:2] == year[2:]) else None


def _without_caption(post: str) -> str:
    return _FUSED_CLASS.sub("", _FUSED_SECTION.sub("", post, count=1), count=1)


def _join(year: str, post: str, serial: str) -> str | None:
    stem = find_post(post) or squash_name(post)
    number = serial.lstrip("0")
    if not number or len(number) > _LONGEST_SERIAL or not stem.isalpha():
        return None
    return f"{year}{stem}{number}"
