"""Bars of text."""

from __future__ import annotations

BAR = 20
"""Cells of the longest bar beside a facet's value."""

_EIGHTHS = " ▏▎▍▌▋▊▉"


def bar(count: int, highest: int, width: int) -> str:
    """A bar of blocks, to an eighth of a cell; anything above 0 shows, and ``highest`` is as long as ``width``. ``(1, 2, 4)`` -> ``"██"``."""
    eighths = max(count * width * 8 * 2 // highest + 1 >> 1, 1) if count else 0  # in whole numbers: counts may be larger than a float is exact
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()
