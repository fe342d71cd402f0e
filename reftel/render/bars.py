"""Bars of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

WIDEST = 60
"""Characters of a facet's value that are shown."""

BAR = 20
"""Cells of the longest bar beside a facet's value."""

_EIGHTHS = " ▏▎▍▌▋▊▉"


def bar(count: int, highest: int, width: int) -> str:
    """A bar of blocks, to an eighth of a cell; anything above 0 shows, and ``highest`` is as long as ``width``. ``(1, 2, 4)`` -> ``"██"``."""
    eighths = max(count * width * 8 * 2 // highest + 1 >> 1, 1) if count else 0  # in whole numbers: counts may be larger than a float is exact
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def cut_value(value: str) -> str:
    """A value of a facet as it is shown: at most `WIDEST` characters."""
    return value if len(value) <= WIDEST else value[: WIDEST - 1] + "…"


def aligned(rows: Sequence[tuple[str, int]]) -> Iterator[tuple[str, str]]:
    """For each row, a label and a count: both in columns, and the bar that goes behind them."""
    width = min(max((len(label) for label, _count in rows), default=0), WIDEST)
    highest = max((count for _label, count in rows), default=0)
    digits = len(f"{highest:,}")
    for label, count in rows:
        yield f"{label:<{width}}  {count:>{digits},}  ", bar(count, highest, BAR)
