"""How many cables a run may remove at once: beyond it, it is more likely that a folder was lost than that somebody cleared up."""

from __future__ import annotations

import re
from typing import Any

from reftel.base.frozen import frozen
from reftel.schema.nearest import nearest

FEW = 5
"""Cables that a share lets go however small the archive is."""
EXPECTED = 'a number of cables, a share as "10%", or { share = 0.1, number = 1000 }'

_PERCENT = re.compile(r"\s*(\d{1,3}(?:\.\d{1,6})?)\s*%\s*")
_KEYS = ("share", "number")


@frozen
class Limit:
    """The cables that may go: a share of those that the archive shows, from 0 to 1, and a number. ``None``: as many as there are."""

    share: float | None = 0.1
    number: int | None = 1000

    def allowed(self, cables: int) -> int:
        """How many of ``cables`` may go."""
        numbers = [cables]
        if self.number is not None:
            numbers.append(self.number)
        if self.share is not None:
            numbers.append(max(FEW if self.share else 0, int(self.share * cables + 1e-9)))
        return min(numbers)


NO_LIMIT = Limit(None, None)


def read_limit(value: Any) -> Limit:
    """A limit as a configuration has it: ``1000``, ``"10%"``, ``{share = 0.1, number = 1000}``; what is not named has no limit.

    Errors: ``ValueError``, which says what was seen.
    """
    if isinstance(value, str):
        found = _PERCENT.fullmatch(value)
        if found is None:
            raise ValueError(f"'{value}'")
        return Limit(_share(float(found[1]) / 100), None)
    if isinstance(value, dict):
        for key in value:
            if key not in _KEYS:
                near = nearest(key, _KEYS)
                raise ValueError(f"a table with '{key}'" + (f" (did you mean '{near}'?)" if near else ""))
        if not value:
            raise ValueError("an empty table")
        return Limit(_share(value["share"]) if "share" in value else None, _number(value["number"]) if "number" in value else None)
    return Limit(None, _number(value))


def _share(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(f"a share of {value}; from 0 to 1, or from 0% to 100%")
    return float(value)


def _number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"a number of {value}; a whole one, 0 or more")
    return value
