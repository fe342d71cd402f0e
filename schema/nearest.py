"""The name that a mistyped one was probably meant to be."""

from __future__ import annotations

from collections.abc import Iterable

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
