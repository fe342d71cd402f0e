"""Judged needs: what a person wants to know, how a newcomer asks for it, and which cables tell it.

needs.json holds for each need a question and the grades of the cables that reftel or SQLite FTS5 had among the first ten: 3 answers it, 2 tells much of
it, 1 touches it, 0 has nothing of it. One reader judged them, by their subjects and by excerpts of the two paragraphs with most of the question's words,
not by the whole cables, in the order of their ids and without knowing who had found what. The questions hold words, phrases and words of one field, all
of them wanted; where fewer than ten cables have all, cables with any of them are asked for, of everyone alike.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from pathlib import Path

from reftel.base.frozen import frozen

SHOWN = 10
_PART = re.compile(r'(?:(?P<field>\w+):)?(?:"(?P<phrase>[^"]*)"|(?P<word>\S+))')


@frozen
class Need:
    """What is wanted, the question and the grade of every judged cable."""

    query: str
    description: str
    grades: Mapping[str, int]

    def asked(self, *, every: bool) -> str:
        """The question, for cables with every part of it or with any, in words that reftel and FTS5 read alike."""
        found = (part for part in _PART.finditer(self.query) if part[0] != "AND")
        parts = (f'{part["field"] + ":" if part["field"] else ""}"{part["phrase"]}"' if part["phrase"] else part[0] for part in found)
        return (" AND " if every else " OR ").join(parts)


def read_needs() -> list[Need]:
    """All judged needs."""
    return [Need(**entry) for entry in json.loads(Path(__file__).with_name("needs.json").read_text(encoding="utf-8"))]


def ndcg(found: list[str], grades: Mapping[str, int]) -> float:
    """How well the first ten are ordered: 1 where no other ten would give more. A cable counts two to the power of its grade less one."""
    return _gain([grades.get(key, 0) for key in found]) / _gain(sorted(grades.values(), reverse=True))


def _gain(grades: list[int]) -> float:
    return sum(float(2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades[:SHOWN]))
