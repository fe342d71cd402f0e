"""Where names are taken, one may be given by itself."""

from __future__ import annotations

from collections.abc import Iterable


def several(names: str | Iterable[str]) -> Iterable[str]:
    """``names`` one by one; a plain string is one of them, not its letters: ``"year"`` -> ``("year",)``."""
    return (names,) if isinstance(names, str) else names
