"""Page banners: ``LONDON 00000290  002 OF 002``, wherever they stand, also in running text and in texts without line breaks."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from reftel.frozen import frozen
from reftel.indexer.telegram.places import iter_places
from reftel.schema.posts import find_post


@frozen
class Banner:
    """A page banner such as ``LONDON 00000290  002.2 OF 003`` -> post ``LONDON``, serial 290, part 2 of 3, with its offsets."""

    start: int
    end: int
    post: str | None
    serial: int | None
    part: int
    of: int | None


# Found by the first digit of the total, read backwards: 00000290  002 OF 002 | 00000290 002.2 of 003 | 00000575  001.2 OF 0... (cut off)
_TOTAL_WORDS = frozenset(("OF", "of", "Of", "OF ", "of "))
_BEFORE_TOTAL = re.compile(r"(?P<front>(?<![\w.])\d{5,8}|[Xx]{4,})[ \t]{1,4}(?P<part>\d{3})(?:\.\d{1,2})?[ \t]{1,3}$")
_TOTAL = re.compile(r"[Oo][Ff] {1,2}(?:(?P<of>\d{3})(?!\d)|\d{0,2}\.\.\.)")
_BANNER_REACH = 40
_POST_WORDS = re.compile(r"[A-Za-z.'’-]+(?:[ \t]{1,3}[A-Za-z.'’-]+){0,3}[ \t]{1,4}$")
_POST_REACH = 40
_MOST_BANNERS = 5000  # a cable has a few dozen pages at most


def iter_banners(text: str) -> Iterator[Banner]:
    """Every page banner in the text in order, also inside running text and in texts without line breaks."""
    for place in itertools.islice(_total_places(text), _MOST_BANNERS):
        total = _TOTAL.match(text, place)
        front = _BEFORE_TOTAL.search(text[max(0, place - _BANNER_REACH) : place]) if total else None
        if total is None or front is None:
            continue
        start = place - len(front.group())
        of = int(total["of"]) if total["of"] else None
        if front["front"][0] in "Xx":
            yield Banner(start, total.end(), None, None, int(front["part"]), of)
        else:
            begin, post = _post_before(text, start)
            yield Banner(begin, total.end(), post, int(front["front"]), int(front["part"]), of)


def _total_places(text: str) -> Iterator[int]:
    """Offsets of every ``OF 0``."""
    for place in iter_places(text, (" 0",)):
        start = place - 3 if text[place - 1] == " " else place - 2
        if start >= 0 and text[start:place] in _TOTAL_WORDS:
            yield start


def _same_letters(name: str) -> bool:
    """Whether a name in capitals holds no small word and no single letter: ``on ROME``, ``a BEIJING`` are text and a post."""
    words = name.split()
    if not words[-1].isupper():
        return words[0][0].isupper() and len(words[0]) > 1
    return all(word.isupper() and len(word) > 1 for word in words)


def _post_before(text: str, end: int) -> tuple[int, str | None]:
    """Where the post's name before a banner's serial starts, and the name.

    The whole line if it is one; in running text (``that the BRASILIA 00001540 002 OF 004``) the longest known post, else one word.
    """
    line_start = text.rfind("\n", max(0, end - _POST_REACH), end) + 1
    window = text[max(line_start, end - _POST_REACH) : end]
    match = _POST_WORDS.search(window)
    if match is None:
        return end, None
    words = list(re.finditer(r"\S+", match.group()))
    for word in words[-3:]:
        name = match.group()[word.start() :].strip()
        if _same_letters(name) and find_post(name) is not None:
            return end - len(match.group()) + word.start(), name
    first = words[0] if line_start and not window[: match.start()].strip() else words[-1]
    return end - len(match.group()) + first.start(), match.group()[first.start() :].strip()
