"""What a reader asks, as an address says it: the words typed, what narrows them, the order, the page."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable
from typing import Any, Self
from urllib.parse import urlencode

from reftel.archive import value_clause
from reftel.schema.errors import BadValueError

ON_A_PAGE = 20
SORTS = ("relevance", "-date", "date", "from", "-class", "id")
LONGEST = 2000
"""Characters of a question and of each value that narrows it."""

_MOST_NARROWING = 40
_DEEPEST = 100_000
_SPAN = re.compile(r"\d{4}(-\d\d){0,2}(\.\.\d{4}(-\d\d){0,2})?")

Narrowing = tuple[str, str]
"""A field and a value of it."""


@dataclasses.dataclass(frozen=True)
class Question:
    """``only``: values of which a cable has one of each field; ``without``: values that it has not."""

    text: str = ""
    only: tuple[Narrowing, ...] = ()
    without: tuple[Narrowing, ...] = ()
    sort: str = "relevance"
    page: int = 1
    more: str = ""

    @classmethod
    def read(cls, pairs: Iterable[tuple[str, str]]) -> Self:
        """From the pairs of an address. `BadValueError` for what no link of the room has; unknown names are passed over."""
        values: dict[str, Any] = {"only": [], "without": []}
        for name, value in pairs:
            if len(value) > LONGEST:
                raise BadValueError(f"{name} has {len(value):,} characters", text=value[:LONGEST], start=0, hint=f"at most {LONGEST:,}")
            match name:
                case "q":
                    values["text"] = " ".join(value.split())
                case "only" | "without":
                    values[name].append(_narrowing(value))
                case "sort" if value:
                    values["sort"] = _chosen(value, SORTS, "order")
                case "page":
                    values["page"] = _page(value)
                case "more":
                    values["more"] = value
        if len(values["only"]) + len(values["without"]) > _MOST_NARROWING:
            raise BadValueError("more values narrow this question than a page can show", text="only", start=0, hint=f"at most {_MOST_NARROWING}")
        return cls(**(values | {name: tuple(dict.fromkeys(values[name])) for name in ("only", "without")}))

    @property
    def asked(self) -> str:
        """What was typed, or everything."""
        return self.text or "*"

    @property
    def query(self) -> str:
        """All of it in the query language."""
        return self.composed(self.only)

    def elsewhere(self, field: str) -> str:
        """The query without what narrows ``field``: where counts of its other values come from."""
        return self.composed(each for each in self.only if each[0] != field)

    def composed(self, only: Iterable[Narrowing]) -> str:
        """The query with these values to have, in place of ``only``."""
        fields: dict[str, list[str]] = {}
        for field, value in only:
            fields.setdefault(field, []).append(_clause(field, value))
        parts = [clauses[0] if len(clauses) == 1 else f"({' OR '.join(clauses)})" for clauses in fields.values()]
        parts += [f"NOT {_clause(field, value)}" for field, value in self.without]
        if not parts:
            return self.asked
        return " AND ".join([*([f"({self.text})"] if self.text else []), *parts])

    @property
    def offset(self) -> int:
        """The hits that the pages before have."""
        return (self.page - 1) * ON_A_PAGE

    @property
    def is_empty(self) -> bool:
        """Whether nothing was asked."""
        return not (self.text or self.only or self.without or self.more)

    def pairs(self) -> list[tuple[str, str]]:
        """What an address has of it; what is usual is left out."""
        found = [("q", self.text)] if self.text or self.is_empty else []
        found += [("only", f"{field}:{value}") for field, value in self.only]
        found += [("without", f"{field}:{value}") for field, value in self.without]
        found += [("sort", self.sort)] if self.sort != "relevance" else []
        found += [("more", self.more)] if self.more else []
        return found + ([("page", str(self.page))] if self.page > 1 else [])

    def address(self, path: str = "/search", **extra: str) -> str:
        """The address under ``path`` that asks this."""
        return f"{path}?{urlencode([*self.pairs(), *extra.items()])}"

    def but(self, **changes: Any) -> Question:
        """Another question, from its first page on."""
        return dataclasses.replace(self, **({"page": 1} | changes))

    def having(self, field: str, value: str) -> Question:
        """Only cables with this value, or with others of the field chosen before."""
        each = (field, value)
        return self.but(only=(*self.only, each), without=tuple(other for other in self.without if other != each))

    def lacking(self, field: str, value: str) -> Question:
        """No cables with this value."""
        each = (field, value)
        return self.but(without=(*self.without, each), only=tuple(other for other in self.only if other != each))

    def replacing(self, field: str, *values: str) -> Question:
        """Only cables with one of these values, whatever the field was narrowed to before."""
        return self.but(only=(*(each for each in self.only if each[0] != field), *((field, value) for value in values)))

    def free_of(self, field: str, value: str) -> Question:
        """Narrowed by this value no more."""
        each = (field, value)
        return self.but(**{name: tuple(other for other in getattr(self, name) if other != each) for name in ("only", "without")})


def _narrowing(text: str) -> Narrowing:
    field, colon, value = text.partition(":")
    if not colon or not value:
        raise BadValueError(f"'{text}' narrows nothing", text=text, start=0, hint="write a field and a value, as in from:BAKU")
    _clause(field, value)
    return field, value


def _clause(field: str, value: str) -> str:
    if field == "date":
        if not _SPAN.fullmatch(value):
            raise BadValueError(f"'{value}' is no span of time", text=value, start=0, hint="write it as in 2008-01..2008-03")
        return f"date:{value}"
    return value_clause(field, value)


def _chosen(value: str, known: tuple[str, ...], what: str) -> str:
    if value not in known:
        raise BadValueError(f"no {what} is '{value}'", text=value, start=0, hint=f"choose one of {', '.join(known)}")
    return value


def _page(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 7 and 1 <= int(value) <= _DEEPEST):
        raise BadValueError(f"'{value}' is no page", text=value, start=0, hint=f"pages are numbered from 1 to {_DEEPEST:,}")
    return int(value)
