"""Lists of cables in plain text: one id or key a line, as ``--format ids`` prints them; and what two lists have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reftel.base.patterns import regex
from reftel.schema.identifiers import named_cable

_COMMENT = regex(r"(?<!#)#(?!#).*")


def list_key(text: str) -> str:
    """The key that a line of a list stands for: any spelling of an id, or the key of a cable without one.

    ``" 08 Baku 00123 "`` -> ``"08BAKU123"``; ``"TEXT-0123456789ABCDEF"`` -> ``"text-0123456789abcdef"``; anything else stays as it is.
    """
    return named_cable(text) or text.strip()


def iter_ids(lines: Iterable[str]) -> Iterator[str]:
    """The keys of a list of ids, each once, in its order. Empty lines and what stands behind ``#`` are passed over."""
    seen: set[str] = set()
    for line in lines:
        text = _COMMENT.sub("", line.removeprefix("\ufeff")).strip()
        key = list_key(text) if text else ""
        if key and key not in seen:
            seen.add(key)
            yield key


def union(first: Iterable[str], *others: Iterable[str]) -> Iterator[str]:
    """The keys of any list, in the order in which they first stand there."""
    return iter_ids(line for lines in (first, *others) for line in lines)


def intersect(first: Iterable[str], *others: Iterable[str]) -> Iterator[str]:
    """The keys of the first list that every other one has too, in the order of the first."""
    sets = [set(iter_ids(lines)) for lines in others]
    return (key for key in iter_ids(first) if all(key in keys for keys in sets))


def minus(first: Iterable[str], *others: Iterable[str]) -> Iterator[str]:
    """The keys of the first list that no other one has, in the order of the first."""
    taken = set(union((), *others))
    return (key for key in iter_ids(first) if key not in taken)
