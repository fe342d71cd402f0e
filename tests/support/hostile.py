"""What printed text may not hold, whatever a cable says."""

from __future__ import annotations

import re

_OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb\U000e0000-\U000e007f]")


def obeyed(text: str) -> set[str]:
    """The characters that a terminal acts on or that lines and writing directions follow, but for the line feed; and tags, which no eye sees."""
    return set(_OBEYED.findall(text))
