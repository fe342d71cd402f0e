"""Posts of the US Foreign Service: which id stem a printed name stands for.

The table ``tables/posts.csv`` lists stem, origin label and unusual names; everything regular is derived here: the joined spelling
(``SAO PAULO`` -> ``SAOPAULO``), the name behind a kind word (``AMEMBASSY BAKU``), the ten letters of a page banner (``BUENOS AIR``).
"""

from __future__ import annotations

import functools
import re
import unicodedata

from reftel.frozen import frozen
from reftel.schema.tables import read_table

_KIND_WORDS = (
    "AMERICAN EMBASSY", "AMERICAN CONSULATE GENERAL", "AMERICAN CONSULATE", "AMEMBASSY", "AMEMB", "AMCONSULATE", "AMCONSUL",
    "AMCONGEN", "CONSULATE GENERAL", "CONSULATE", "CONSULAR AGENCY", "CONGEN", "EMBASSY OFFICE", "EMBASSY", "US EMBASSY",
    "US MISSION", "USMISSION", "MISSION", "US INTERESTS SECTION", "USINT", "USLO", "USOFFICE", "US OFFICE", "REO", "EFTO",
)  # fmt: skip
_NO_NAME_LETTER = re.compile(r"[^A-Z0-9]")
_BANNER_WIDTH = 10  # letters of the post's name in a page banner (CABLE_FORMATS 4.2)
_SHORTEST_REPAIRED = 6  # below that one changed letter makes another word


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
    wanted = squash_name(text[:80])
    if not wanted:
        return None
    return _exact(wanted) or (_repaired(wanted) if len(wanted) >= _SHORTEST_REPAIRED else None)


def _exact(wanted: str) -> str | None:
    names = _names()
    if wanted in names:
        return names[wanted]
    rests = (wanted[len(kind) :] for kind in _squashed_kinds() if wanted.startswith(kind))
    return next((names[rest] for rest in rests if rest in names), None)


def _repaired(wanted: str) -> str | None:
    near = {stem for stem in all_posts() if len(stem) >= _SHORTEST_REPAIRED and _one_error(wanted, stem)}
    return near.pop() if len(near) == 1 else None


def _one_error(left: str, right: str) -> bool:
    """Whether one letter changed, missing, added, or two neighbours swapped make ``left`` of ``right``."""
    if abs(len(left) - len(right)) > 1:
        return False
    start = next((place for place, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))
    rest, other = left[start:], right[start:]
    swapped = rest[:2] == other[1::-1] and rest[2:] == other[2:]
    return rest[1:] == other[1:] or rest[1:] == other or rest == other[1:] or (len(rest) > 1 and swapped)


@functools.cache
def posts_by_routing_indicator() -> dict[str, str]:
    """Routing indicator -> stem; where several posts share one, the embassy."""
    ordered = sorted(all_posts().values(), key=lambda post: post.kind == "embassy")
    return {post.routing_indicator: post.stem for post in ordered if post.routing_indicator}
