"""Pairs of texts that are alike, for people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.text import Text

from reftel.render.console import print_hanging
from reftel.render.safe import safe_line

if TYPE_CHECKING:
    from rich.console import Console

    from reftel.search.neardup import Duplicate

_WORDS = {
    "same": "the same text",
    "near": "nearly the same text",
    "contained": "one text inside the other",
    "quoted": "a block in common",
}


def print_pairs(console: Console, pairs: Iterable[Duplicate]) -> None:
    """Three lines and a quotation for each pair, printed as it is found; then how many there were."""
    count = 0
    for count, pair in enumerate(pairs, start=1):  # noqa: B007 - the count is told below
        print_hanging(console, safe_line(f"{pair.first}  {pair.second}  {_WORDS[pair.kind]}: {_measure(pair)}"), style="bold")
        for key, subject, date in zip((pair.first, pair.second), pair.subjects, pair.dates, strict=True):
            print_hanging(console, safe_line(f"  {key}  {(date or 'undated')[:10]}  {subject or '(no subject)'}"))
        print_hanging(console, safe_line(f"  … {pair.text} …"), style="dim")
    console.print(Text(f"{count:,} pair{'' if count == 1 else 's'}", style="bold"))


def _measure(pair: Duplicate) -> str:
    return f"{pair.resemblance:.0%} alike, {pair.containment:.0%} of the shorter one, {pair.block:,} words in a row"
