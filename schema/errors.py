"""Every error that reftel raises, in one place so that no room has to import another for it.

``ReftelError`` is the root; the command line maps each branch to its exit code once.
"""

from __future__ import annotations

import functools
from typing import Any, Self

from reftel.schema.names import one_line, without_surrogates


class ReftelError(Exception):
    """Root of all errors raised by reftel. ``exit_code`` is the exit status of the command line.

    A path in a message may be one whose name is no UTF-8; the message can be printed nevertheless.
    """

    exit_code = 1

    def __init__(self, *values: Any) -> None:
        super().__init__(*(without_surrogates(value) if isinstance(value, str) else value for value in values))


class SourceError(ReftelError):
    """A source file that cannot be read: names the path, the place in it, and what was expected.

    ``path`` is a name as `reftel.schema.names.name_of` gives it; ``locator`` a line or row number (1-based) where one is known.
    """

    exit_code = 4

    def __init__(self, message: str, *, path: str, locator: int | None = None) -> None:
        self.path, self.locator, self.message = path, locator, message
        place = one_line(path) if locator is None else f"{one_line(path)}:{locator}"
        super().__init__(f"{place}: {message}")

    def __reduce__(self) -> tuple[Any, ...]:  # a worker hands it to the run
        return functools.partial(type(self), path=self.path, locator=self.locator), (self.message,)


class Meant(str):
    """A hint that knows which ``word`` was probably meant in the place of the fault; in every other respect its text."""

    __slots__ = ("word",)
    word: str

    def __new__(cls, text: str, word: str) -> Self:
        """A hint with the word."""
        made = super().__new__(cls, text)
        made.word = word
        return made

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]  # of a str there is one
        """What a copy is made of."""
        return str(self), self.word


class QueryError(ReftelError, ValueError):
    """A query that cannot be answered as written.

    ``start`` and ``end`` are character offsets into ``text`` (end exclusive), equal where something is missing at the end; ``hint`` says
    what to do instead, ``fixes`` are whole queries that may have been meant, which nobody has read yet.
    ``str()`` gives the message with the query and a caret line below it.
    """

    exit_code = 2

    def __init__(
        self, message: str, *, text: str, start: int, end: int | None = None, hint: str | None = None, fixes: tuple[str, ...] = ()
    ) -> None:
        self.message, self.text, self.hint = message, text, hint
        self.start = min(max(start, 0), len(text))
        self.end = min(max(self.start + 1, start if end is None else end), len(text))
        self.fixes = (f"{text[: self.start]}{hint.word}{text[self.end :]}",) if isinstance(hint, Meant) else fixes
        super().__init__(self.format_message())

    def __reduce__(self) -> tuple[Any, ...]:
        made = functools.partial(type(self), text=self.text, start=self.start, end=self.end, hint=self.hint, fixes=self.fixes)
        return made, (self.message,)

    @property
    def column(self) -> int:
        """1-based column of the first character at fault."""
        return self.start + 1

    def format_message(self) -> str:
        """Message, hint, query and caret line, as a person reads it."""
        flat, place = _window("".join(" " if character.isspace() else character for character in self.text), self.start)
        caret = " " * place + "^" * max(1, min(self.end - self.start, len(flat) - place))
        head = f"{self.message} (column {self.column})"
        if self.hint:
            head = f"{head}; {self.hint}"
        return f"{head}\n  {flat}\n  {caret}"


_SHOWN_QUERY = 160


def _window(text: str, place: int) -> tuple[str, int]:
    """The part of a long query around ``place``, and ``place`` in it; a query of ordinary length whole."""
    if len(text) <= _SHOWN_QUERY:
        return text, place
    start = max(0, min(place - _SHOWN_QUERY // 2, len(text) - _SHOWN_QUERY))
    before, after = "…" if start else "", "…" if start + _SHOWN_QUERY < len(text) else ""
    return before + text[start : start + _SHOWN_QUERY] + after, place - start + len(before)


class QuerySyntaxError(QueryError):
    """Unbalanced quotes or brackets, an operator without an operand, an empty query."""


class UnknownFieldError(QueryError):
    """A field name that no field has."""


class BadValueError(QueryError):
    """A value that its field cannot take: a bad date, an unknown classification, a comparison on a field without order."""


class QueryTooBroad(QueryError):  # noqa: N818 - public names fixed by the API
    """A query that would take too much time and memory: too long, too many patterns, or patterns of too many words."""


class ArchiveError(ReftelError):
    """Something about an archive as a whole."""

    exit_code = 3


class ArchiveMissing(ArchiveError):  # noqa: N818 - public names fixed by the API
    """There is no archive in the folder named."""


class ArchiveDamaged(ArchiveError):  # noqa: N818
    """Files of the archive are missing, cut short or altered."""


class ArchiveVersion(ArchiveError):  # noqa: N818
    """The archive was written in a format that this version does not read."""


REBUILD = "`reftel verify --repair` rebuilds it from its sources"
"""What to do about an archive of another version, as the end of an error."""


class ArchiveLocked(ArchiveError):  # noqa: N818
    """Another process is writing to the archive."""

    exit_code = 5


class ArchiveClosed(ArchiveError, ValueError):  # noqa: N818
    """The archive, or what was read from it, was closed before it was asked."""


class OutputError(ReftelError):
    """What was to be written cannot be: an export, a report, a configuration, standard output. Nothing is left of it, and the archive is whole."""

    exit_code = 6


class CableNotFound(ReftelError, KeyError):  # noqa: N818
    """No cable of the archive has this id or key."""

    exit_code = 1

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class MissingLibrary(ReftelError, ImportError):  # noqa: N818
    """Something that needs a library beyond those that reftel always brings; the message says which extra to install."""

    exit_code = 2


class EngineError(ReftelError):
    """The index refused an operation; the message says which and why."""

    exit_code = 3
