"""The name that a mistyped one was probably meant to be, and the slips of a typist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

_LONGEST = 40  # characters compared: the time grows with the square of the length


def nearest(text: str, names: Iterable[str]) -> str | None:
    """The name most like ``text``, ignoring case, else one that begins with it; ``None`` if there is none. ``"singer"`` -> ``"signer"``."""
    import difflib  # noqa: PLC0415 - only for a mistake

    wanted = text[:_LONGEST].lower()
    known: dict[str, str] = {}
    for name in names:
        known.setdefault(name.lower(), name)
    close = difflib.get_close_matches(wanted, known, n=1)
    if close:
        return known[close[0]]
    return next((name for low, name in known.items() if len(wanted) > 1 and low.startswith(wanted)), None)


def slips(word: str) -> Iterator[str]:
    """A word with a letter lost, doubled, swapped with the next: ``"TAGS"`` -> ``"AGS"``, ``"TTAGS"``, ``"ATGS"`` ..."""
    for place, letter in enumerate(word):
        yield word[:place] + word[place + 1 :]
        yield word[:place] + letter + word[place:]
        yield word[:place] + word[place + 1 : place + 2] + letter + word[place + 2 :]


def within_distance(left: str, right: str, most: int) -> bool:
    """Whether at most so many letters lost, added, changed or swapped with the next make one word of the other."""
    if abs(len(left) - len(right)) > most or len(set(left) ^ set(right)) > 2 * most:
        return False
    before, row = [], list(range(len(right) + 1))
    for place, letter in enumerate(left, 1):
        before, last, row = row, before, [place]
        for other, wanted in enumerate(right, 1):
            cost = min(before[other] + 1, row[-1] + 1, before[other - 1] + (letter != wanted))
            if place > 1 and other > 1 and letter == right[other - 2] and left[place - 2] == wanted:
                cost = min(cost, last[other - 2] + 1)
            row.append(cost)
    return row[-1] <= most
