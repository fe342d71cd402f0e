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
