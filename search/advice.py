"""Notes that propose queries: a text for people, with the proposed queries as data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from reftel.base.frozen import frozen


@frozen(brief=True)
class Instead:
    """A query to ask in place of another; ``cables``: how many it finds, where that was counted."""

    query: str
    cables: int | None = None


class Advice(str):
    """A note with the queries that it proposes; in every other respect its text."""

    __slots__ = ("instead",)
    instead: tuple[Instead, ...]

    def __new__(cls, text: str, instead: Iterable[Instead] = ()) -> Self:
        """A note with its proposals."""
        made = super().__new__(cls, text)
        made.instead = tuple(instead)
        return made

    def __getnewargs__(self) -> tuple[str, tuple[Instead, ...]]:  # type: ignore[override]  # of a str there is one
        """What a copy is made of."""
        return str(self), self.instead


def proposals(notes: Iterable[str]) -> tuple[Instead, ...]:
    """All queries that notes propose, each once, with what it finds if any note has that."""
    found: dict[str, Instead] = {}
    for each in (each for note in notes if isinstance(note, Advice) for each in note.instead):
        if each.query not in found or found[each.query].cables is None:
            found[each.query] = each
    return tuple(found.values())


def put(text: str, span: tuple[int, int], words: str) -> str:
    """A query with other words in one place."""
    return f"{text[: span[0]]}{words}{text[span[1] :]}"
