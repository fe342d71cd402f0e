"""Posts of the US Foreign Service: which id stem a printed name stands for.

The table ``tables/posts.csv`` lists stem, origin label and unusual names; everything regular is derived here: the joined spelling
(``SAO PAULO`` -> ``SAOPAULO``), the name behind a kind word (``AMEMBASSY BAKU``), the ten letters of a page banner (``BUENOS AIR``).
"""

from __future__ import annotations

import bisect
import functools
import itertools
import unicodedata
from collections.abc import Iterator

from reftel.base.frozen import frozen
from reftel.base.patterns import regex
from reftel.schema.tables import read_table

_KIND_WORDS = (
    "AMERICAN EMBASSY", "AMERICAN CONSULATE GENERAL", "AMERICAN CONSULATE", "AMEMBASSY", "AMEMB", "AMCONSULATE", "AMCONSUL",
    "AMCONGEN", "CONSULATE GENERAL", "CONSULATE", "CONSULAR AGENCY", "CONGEN", "EMBASSY OFFICE", "EMBASSY", "US EMBASSY",
    "US MISSION", "USMISSION", "USDEL", "MISSION", "US INTERESTS SECTION", "USINT", "USLO", "USOFFICE", "US OFFICE", "REO", "EFTO",
)  # fmt: skip
_NO_NAME_LETTER = regex(r"[^A-Z0-9]")
_LONGEST_NAME = 80  # characters
_BANNER_WIDTH = 10  # letters of the post's name in a page banner (CABLE_FORMATS 4.2)
_SHORTEST_REPAIRED = 6  # below that one changed letter makes another word
_SHORTEST_SLIP = 4  # letters of a word that may be a post of five with a letter lost or two swapped: SATTE, CARO
_SHORTEST_CUT = 5  # letters of a word that may be the beginning of a post's name: PORT A


@frozen
class Post:
    """A row of the table: id stem, origin label, other names, routing indicator, kind of post, ISO 3166 country, source of the row."""

    stem: str
    label: str
    aliases: tuple[str, ...]
    routing_indicator: str | None
    kind: str
    country: str
    source: str


def squash_name(text: str) -> str:
    """Capital letters and digits alone, accents folded: ``"São Paulo"`` -> ``"SAOPAULO"``."""
    if not text.isascii():
        text = "".join(character for character in unicodedata.normalize("NFKD", text) if not unicodedata.combining(character))
    upper = text.upper()
    return upper if upper.isascii() and upper.isalnum() else _NO_NAME_LETTER.sub("", upper)


@functools.cache
def all_posts() -> dict[str, Post]:
    """Every post of the table by its stem."""
    return {row["stem"]: _post(row) for row in read_table("posts")}


def _post(row: dict[str, str]) -> Post:
    aliases = tuple(alias for alias in row["aliases"].split(";") if alias)
    return Post(row["stem"], row["label"], aliases, row["routing_indicator"] or None, row["kind"], row["country"], row["source"])


def stem_in(stem: str, year: int) -> str:
    """The stem that a post had in a year, where it was renamed: ``("KIEV", 2008)`` -> ``"KYIV"``. Ids of the year itself have both."""
    before, after, renamed = _RENAMED.get(stem, (stem, stem, year))
    return stem if year == renamed else before if year < renamed else after


_RENAMED = dict.fromkeys(("KIEV", "KYIV"), ("KIEV", "KYIV", 2006))


def without_kind(name: str) -> str:
    """The place without the word for the kind of post: ``"Embassy Baku"`` -> ``"Baku"``; unchanged where there is none."""
    for word in _KIND_WORDS:
        if name.upper().startswith(word + " "):
            return name[len(word) + 1 :].strip()
    return name


@functools.cache
def _names() -> dict[str, str]:
    """Squashed name -> stem. Stems bind before labels, labels before aliases, all of them before names cut short."""
    posts = all_posts().values()
    names = {post.stem: post.stem for post in posts}
    for post in posts:
        for name in (without_kind(post.label), post.label, *post.aliases):
            owner = names.get(squash_name(without_kind(name)), post.stem)  # "Embassy Kyiv" labels KIEV too, and is KYIV
            names.setdefault(squash_name(name), owner)
    for post in posts:
        for name in (without_kind(post.label), *map(without_kind, post.aliases), post.stem):
            names.setdefault(squash_name(name[:_BANNER_WIDTH]), post.stem)
    for word in _KIND_WORDS:
        if word != "USINT":  # the one interests section is Havana's
            names.pop(squash_name(word), None)
    return names


@functools.cache
def _squashed_kinds() -> tuple[str, ...]:
    return tuple(map(squash_name, _KIND_WORDS))


@functools.lru_cache(maxsize=4096)
def find_post(text: str) -> str | None:
    """Stem of the post with this name in any spelling: ``"AMEMBASSY LA PAZ"`` -> ``"LAPAZ"``; ``None`` if unknown.

    A name of six letters or more that is one typing error away from exactly one post is taken for it (``ISLAMBAD``).
    """
    wanted = squash_name(text[:_LONGEST_NAME])
    if not wanted:
        return None
    return _exact(wanted) or (_repaired(wanted) if len(wanted) >= _SHORTEST_REPAIRED else None)


@functools.lru_cache(maxsize=4096)
def is_post_name(text: str) -> bool:
    """Whether a post has this very name, in any spelling of the table: ``"AMEMBASSY LA PAZ"``, not ``"LA PZA"``."""
    wanted = squash_name(text[:_LONGEST_NAME])
    return bool(wanted) and _exact(wanted) is not None


@functools.lru_cache(maxsize=4096)
def nearest_post(text: str) -> str | None:
    """Stem of the one post that a name which no post has may stand for, where the place says that it is a post's: ``"SATTE"`` -> ``"STATE"``.

    A slip of one letter, in names of five letters a letter lost, doubled or swapped; or a beginning of five letters (``"PORT A"``).
    ``None`` where several posts are as near.
    """
    wanted = squash_name(text[:_LONGEST_NAME])
    rests = [wanted, *(wanted[len(kind) :] for kind in _squashed_kinds() if wanted.startswith(kind))]
    for rest in rests:
        near = {_place_names()[name] for name in _candidates(rest) if _is_slip(rest, name)} or _posts_that_begin(rest)
        if len(near) == 1:
            return next(iter(near))
    return None


def _posts_that_begin(wanted: str) -> set[str]:
    """Stems of the posts that a word of five letters or more may be cut from."""
    if len(wanted) < _SHORTEST_CUT:
        return set()
    names = _sorted_place_names()
    place = bisect.bisect_left(names, wanted)
    found = itertools.takewhile(lambda name: name.startswith(wanted), itertools.islice(names, place, None))
    return {_place_names()[name] for name in found}


@functools.cache
def _sorted_place_names() -> list[str]:
    return sorted(_place_names())


@functools.cache
def _place_names() -> dict[str, str]:
    """Squashed stems and aliases of five letters or more -> stem, without words for the kind of post."""
    posts = all_posts().values()
    names = ((name, post.stem) for post in posts for name in (post.stem, *map(without_kind, post.aliases)))
    return {name: stem for plain, stem in names if len(name := squash_name(plain)) > _SHORTEST_SLIP}


def _is_slip(wanted: str, name: str) -> bool:
    """Whether the one error between the words is a likely one: in short names no letter may be another."""
    if len(wanted) < _SHORTEST_SLIP:
        return False
    if min(len(wanted), len(name)) >= _SHORTEST_REPAIRED:
        return True
    return len(wanted) < len(name) or sorted(wanted) == sorted(name) or any(map(str.__eq__, wanted, wanted[1:]))


def _exact(wanted: str) -> str | None:
    names = _names()
    if wanted in names:
        return names[wanted]
    rests = (wanted[len(kind) :] for kind in _squashed_kinds() if wanted.startswith(kind))
    return next((names[rest] for rest in rests if rest in names), None)


def _repaired(wanted: str) -> str | None:
    near = {name for name in _candidates(wanted) if name in all_posts() and len(name) >= _SHORTEST_REPAIRED}
    return near.pop() if len(near) == 1 else None


def _candidates(wanted: str) -> set[str]:
    """The names of places that one typing error makes ``wanted`` of."""
    index = _names_with_a_letter_less()
    names = set().union(*(index.get(shorter, ()) for shorter in {wanted, *_with_a_letter_less(wanted)}))
    return {name for name in names if _one_error(wanted, name)}


@functools.cache
def _names_with_a_letter_less() -> dict[str, set[str]]:
    """The names of places by themselves and by what any lost letter leaves of them: two names with one error between them share one."""
    index: dict[str, set[str]] = {}
    for name in _place_names():
        for shorter in {name, *_with_a_letter_less(name)}:
            index.setdefault(shorter, set()).add(name)
    return index


def _with_a_letter_less(word: str) -> Iterator[str]:
    return (word[:place] + word[place + 1 :] for place in range(len(word)))


def _one_error(left: str, right: str) -> bool:
    """Whether one letter changed, missing, added, or two neighbours swapped make ``left`` of ``right``."""
    start = next((place for place, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))
    rest, other = left[start:], right[start:]
    swapped = rest[:2] == other[1::-1] and rest[2:] == other[2:]
    return rest[1:] == other[1:] or rest[1:] == other or rest == other[1:] or swapped
