"""Ordered vocabularies: classification, precedence and portion-mark level, lowest first.

A scale turns any accepted spelling into a rank, so that ``class:>=secret`` and ``prec:>=immediate`` are integer comparisons.
"""

from __future__ import annotations

import functools
import re

from reftel.base.frozen import frozen


@frozen
class Scale:
    """Canonical names in rising order, and other spellings of each (folded by `_squash`)."""

    names: tuple[str, ...]
    aliases: tuple[tuple[str, str], ...]

    def rank(self, text: str) -> int | None:
        """Rank of any accepted spelling, 0 for the lowest; ``None`` for an unknown one. ``"u//fouo"`` -> 1."""
        return _ranks(self).get(_squash(text))

    def name(self, text: str) -> str | None:
        """Canonical name of any accepted spelling. ``"top  secret"`` -> ``"TOP SECRET"``."""
        rank = self.rank(text)
        return None if rank is None else self.names[rank]

    def spellings(self) -> tuple[str, ...]:
        """Every accepted spelling, for messages and completion."""
        return self.names + tuple(alias for alias, _ in self.aliases)


@functools.cache
def _ranks(scale: Scale) -> dict[str, int]:
    aliases = {_squash(alias): scale.names.index(name) for alias, name in scale.aliases}
    return aliases | {_squash(name): rank for rank, name in enumerate(scale.names)}


@functools.lru_cache(1024)
def _squash(text: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", text.upper())


_STEPS = (
    ("U", "UNCLASSIFIED", ("UNCLAS",)),
    (
        "FOUO", "UNCLASSIFIED//FOR OFFICIAL USE ONLY",
        ("U//FOUO", "UNCLASSIFIED//FOUO", "SBU", "LOU", "SENSITIVE BUT UNCLASSIFIED", "LIMITED OFFICIAL USE", "FOR OFFICIAL USE ONLY"),
    ),
    ("C", "CONFIDENTIAL", ()),
    ("S", "SECRET", ()),
    ("TS", "TOP SECRET", ()),
)  # fmt: skip
"""Portion mark, classification and other spellings of each, so that the two scales have the same steps."""

CLASSIFICATION = Scale(
    tuple(name for _, name, _ in _STEPS), tuple((alias, name) for mark, name, others in _STEPS for alias in (*others, mark))
)
LEVEL = Scale(tuple(mark for mark, _, _ in _STEPS), tuple((alias, mark) for mark, name, others in _STEPS for alias in (name, *others)))

PRECEDENCE = Scale(
    ("ROUTINE", "PRIORITY", "IMMEDIATE", "NIACT IMMEDIATE", "FLASH"),
    (
        ("R", "ROUTINE"), ("RR", "ROUTINE"), ("P", "PRIORITY"), ("PP", "PRIORITY"),
        ("O", "IMMEDIATE"), ("OO", "IMMEDIATE"), ("NIACT", "NIACT IMMEDIATE"), ("Z", "FLASH"), ("ZZ", "FLASH"),
    ),
)  # fmt: skip
