"""Paragraphs with unusual numbers: Roman ones, letters, numbers in brackets, damaged ones, and headings that have one."""

from __future__ import annotations

import itertools
import re
import string
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from reftel.indexer.telegram.lines import is_rule
from reftel.indexer.telegram.marks import MARK, Start, printed_mark

_GAP = " \t\n¶"


def with_lost_numbers(text: str, starts: list[Start]) -> list[Start]:
    """The starts with those at the beginning of a block whose number was damaged: without stop and mark, or with letters for digits.

    ``3.``, ``4 An increase``, ``5.``; ``9. (C)``, ``1O. (C)``, ``11. (C)``.
    """
    found: list[Start] = []
    for start, following in itertools.zip_longest(starts, starts[1:]):
        found.append(start)
        number = (start.number or 0) + 1
        end = following.at if following else len(text)
        if following and following.number != number + 1:
            continue
        if start.mark:
            lost = next(filter(None, (_damaged(match, number) for match in _DAMAGED.finditer(text, start.text_at, end))), None)
            if lost is None and following and len(letters := list(_GARBLED.finditer(text, start.text_at, end))) == 1 and letters[0]["letter"] != "A":
                lost = Start(letters[0].start("letter"), letters[0].end(), None, printed_mark(letters[0]["mark"]))
        elif following and (match := re.compile(rf"\n[ \t]*\n[ \t¶]*(?P<number>{number})[ ]{{1,3}}(?=[A-Z])").search(text, start.text_at, end)):
            lost = Start(match.start("number"), match.end(), number, None)
        else:
            lost = None
        if lost:
            found.append(lost)
    return found


_DAMAGED = re.compile(rf"\n[ \t]*\n[ \t¶]*(?P<number>[0-9OoIl|]{{1,3}})[.,:)]{{1,2}}[ ]{{0,4}}{MARK}", re.VERBOSE)
_GARBLED = re.compile(rf"\n[ \t]*\n[ \t¶]*(?P<letter>[A-Z])\.[ ]{{1,3}}{MARK}", re.VERBOSE)  # 2. (C), Q. (C), 4. (C)
_AS_DIGITS = str.maketrans("OoIl|", "00111")


def _damaged(match: re.Match[str], number: int) -> Start | None:
    """The start of a paragraph whose printed number is the wanted one with letters for digits."""
    mark = printed_mark(match["mark"])
    return Start(match.start("number"), match.end(), number, mark) if mark and match["number"].translate(_AS_DIGITS) == str(number) else None


def is_title_line(text: str, start: Start, following: Start) -> bool:
    """Whether a number without a mark is that of a heading: nothing but a rule follows its line."""
    if start.mark:
        return False
    title, _, below = text[start.text_at : following.at].strip(_GAP).partition("\n")
    return bool(title) and is_rule(below)


_ROMAN = {numeral: number for number, numeral in enumerate("I II III IV V VI VII VIII IX X XI XII XIII XIV XV".split(), 1)} | {"l": 1}
_MARKED_NUMBER = re.compile(
    rf"(?:\A|\n)[ \t¶]*(?P<number>[IVX]{{1,5}}(?=[.)])|l(?=[.)])|\d{{1,2}}(?=[ ]?[-–—]))[ ]?[.)–—-]{{1,2}}[ \t]{{0,4}}{MARK}", re.VERBOSE
)


def find_marked_numbers(text: str, end: int) -> list[Start]:
    """Paragraphs numbered from 1 on in a way that counts only with a mark behind it: ``I. (C)``, ``II. (C)``; ``1 - (C)``."""
    starts: list[Start] = []
    for match in _MARKED_NUMBER.finditer(text, 0, end):
        mark = printed_mark(match["mark"])
        number = _ROMAN.get(match["number"]) or (int(match["number"]) if match["number"].isdigit() else 0)
        if mark and number == len(starts) + 1:
            starts.append(Start(match.start("number"), match.end(), number, mark))
    return starts


def iter_labelled(text: str, starts: Sequence[Start], numbered: Sequence[Start]) -> Iterator[Start]:
    """Starts of the parts of an unnumbered marked text that have labels of their own: ``II. (S) Borders``, ``(6) (S) Ports`` behind ``(U) Rivers``."""
    numbers, places = [start.at for start in numbered], sorted(start.at for start in starts)
    for match in _LABELLED.finditer(text, places[0]) if ". (" in text or ") (" in text else ():
        at, mark = match.start("label"), printed_mark(match["mark"])
        before = bisect_right(numbers, at)
        if mark and (not before or places[bisect_right(places, at) - 1] > numbers[before - 1]):
            yield Start(at, match.end(), None, mark)


_LABELLED = re.compile(rf"(?<=\n)[ \t¶]*(?P<label>(?:[IVX]{{1,4}}\.|\(\d{{1,2}}\)\.?)[ ]{{1,3}}{MARK})[ ]{{1,3}}(?=[A-Z])", re.VERBOSE)
_LETTERED = re.compile(rf"(?:\A|\n[ \t]*\n)[ \t¶]*(?P<letter>[A-Z])[.)][ \t]{{0,4}}(?P<bracket>{MARK})", re.VERBOSE)


def find_lettered(text: str) -> list[Start]:
    """Paragraphs lettered from ``A. (C)`` on, for texts without numbers; the letter stays in the text."""
    starts: list[Start] = []
    for match in _LETTERED.finditer(text):
        mark = printed_mark(match["mark"])
        if mark and match["letter"] == string.ascii_uppercase[len(starts) % 26]:
            at = match.start("letter")
            starts.append(Start(at, at, None, mark, match.span("bracket")))
    return starts if len(starts) > 1 else []


_BRACKETED = re.compile(r"(?:\A|\n[ \t]*\n)[ \t]*(?P<bracket>\(?)(?P<number>\d{1,2})\)[ ]{1,4}(?=\S)")


def find_bracketed(text: str) -> list[Start]:
    """Paragraphs numbered ``(1)``, ``(2)`` or ``1)``, ``2)`` from 1 on, for texts that have no others; short ones are items of a list."""
    starts: list[Start] = []
    for match in _BRACKETED.finditer(text):
        if match["number"] == "1" and starts:  # items of lists
            return []
        if int(match["number"]) == len(starts) + 1:
            starts.append(Start(match.start("bracket"), match.end(), len(starts) + 1, None))
    lengths = [following.at - start.at for start, following in itertools.pairwise(starts)]
    return starts if lengths and (text[starts[0].at] == "(" or sum(lengths) > _SHORTEST_BRACKETED * len(lengths)) else []


_SHORTEST_BRACKETED = 200  # characters of a paragraph, on average
