"""Seeded benchmark queries: for every class some dozens, as plain nested tuples that each engine's adaptor writes in its own terms.

An expression is one of ``("word", w)``, ``("and", e, e)``, ``("or", e, e, e)``, ``("not", e, e)`` (the first but not the second),
``("phrase", w, w)``, ``("prefix", p)``, ``("fuzzy", w)`` (one letter off at most), ``("near", w, w, n)`` (any order, adjacent = 1),
``("paragraph", w, w)`` (both in one paragraph) and ``("dates", first, last, e)`` (minutes since 1970, inclusive).
"""

from __future__ import annotations

import dataclasses
import random
from typing import Any

from synthetic import words

Expression = tuple[Any, ...]
_SEED = 3
_YEAR = 525_600
_START = 17_356_320  # 2003-01-01, when the synthetic cables begin
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclasses.dataclass(frozen=True, slots=True)
class Query:
    """One query of a class: total and ten hits from ``offset`` on in the order of ``sort``, and the ten largest buckets of each facet."""

    group: str
    expression: Expression
    sort: str = "relevance"
    offset: int = 0
    facets: tuple[str, ...] = ()
    limit: int = 10


GROUPS = (
    "rare term", "common term", "two terms AND", "owner's query", "phrase of common words", "OR of three", "prefix", "NOT",
    "date range AND term", "three facets", "tags facet", "same paragraph", "proximity", "fuzzy", "sort by date", "deep page",
)  # fmt: skip
"""The first eleven are those of the goals; the order of the table."""

GOAL_GROUPS = GROUPS[:11]
OWNER: Expression = ("and", ("phrase", "minsk", "group"), ("word", "precedent"))


def queries(number: int = 40, seed: int = _SEED) -> list[Query]:
    """``number`` queries of every class, others for each seed; the owner's query is one, asked as often."""
    ranked = [word for word in words() if word.isascii() and len(word) > 1]
    return [query for maker in _MAKERS for query in maker(random.Random(seed), ranked, number)]


def _common(pick: random.Random, ranked: list[str]) -> Expression:
    return ("word", pick.choice(ranked[4:60]))


def _middling(pick: random.Random, ranked: list[str]) -> Expression:
    return ("word", pick.choice(ranked[300:3000]))


def _rare(pick: random.Random, ranked: list[str], number: int) -> list[Query]:
    return [Query("rare term", ("word", pick.choice(ranked[40_000:150_000]))) for _ in range(number - 1)] + [Query("rare term", ("word", "quidnunc"))]


def _terms(pick: random.Random, ranked: list[str], number: int) -> list[Query]:
    made = []
    for _ in range(number):
        common, other, third = _common(pick, ranked), _middling(pick, ranked), _middling(pick, ranked)
        start = _START + pick.randrange(3 * _YEAR)
        made += [
            Query("common term", common),
            Query("two terms AND", ("and", common, other)),
            Query("OR of three", ("or", common, other, third)),
            Query("NOT", ("not", common, other)),
            Query("date range AND term", ("dates", start, start + _YEAR // 2, common)),
            Query("three facets", common, facets=("year", "from", "class")),
            Query("tags facet", common, facets=("tags",)),
            Query("sort by date", common, sort="-date"),
            Query("deep page", common, offset=5000),
        ]
    return made


def _places(pick: random.Random, ranked: list[str], number: int) -> list[Query]:
    made = [Query("owner's query", OWNER)] * number
    for _ in range(number):
        first, second = pick.sample(ranked[:20], 2)
        left, right = pick.sample(ranked[40:400], 2)
        made += [
            Query("phrase of common words", ("phrase", first, second)),
            Query("same paragraph", ("paragraph", left, right)),
            Query("proximity", ("near", left, right, 5)),
        ]
    return made


def _spellings(pick: random.Random, ranked: list[str], number: int) -> list[Query]:
    made = []
    for _ in range(number):
        word = pick.choice([word for word in ranked[100:5000] if len(word) > 4])
        place = pick.randrange(len(word))
        made += [
            Query("prefix", ("prefix", word[: pick.randint(4, 5)])),
            Query("fuzzy", ("fuzzy", word[:place] + pick.choice(_LETTERS) + word[place + 1 :])),
        ]
    return made


_MAKERS = (_rare, _terms, _places, _spellings)
