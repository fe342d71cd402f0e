"""Many questions one after the other: how a list of them is read, and the answer to each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from reftel.base.frozen import frozen
from reftel.schema.errors import QueryError

if TYPE_CHECKING:
    from reftel.search.results import Hit

_COMMENT = "#"
_UNDECODED = re.compile("[\ud800-\udfff]+")


@frozen(brief=True)
class Question:
    """A query with a name of one's own and its place in a list: the number of its line, from 1."""

    text: str
    name: str | None = None
    line: int | None = None


@frozen(brief=True)
class BatchAnswer:
    """How many cables a question finds, ``total``, and ``keys``, the first of them, best first; or ``error``, why it could not be read.

    ``line``: its place in the list; ``query``: as printed back; ``notes``: how it was read, and what may have been meant where it finds
    nothing. ``hits``: those of the keys, where they were asked for.
    """

    line: int
    name: str | None
    question: str
    query: str | None = None
    total: int | None = None
    keys: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    error: QueryError | None = None
    hits: tuple[Hit, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        error = self.error
        return {
            "line": self.line, "name": self.name, "question": self.question, "query": self.query, "total": self.total, "keys": list(self.keys),
            "notes": list(self.notes), "hits": [hit.to_dict() for hit in self.hits],
            "error": {"message": error.message, "start": error.start, "end": error.end, "hint": error.hint} if error else None,
        }  # fmt: skip


def read_questions(lines: Iterable[str]) -> Iterator[Question]:
    """The questions of a list, one a line: ``kosovo precedent``, or a name, a tab and the question.

    Empty lines and those that begin with ``#`` are passed over. A name is kept as it is; further tabs are blanks.
    """
    for number, line in enumerate(lines, start=1):
        text = line.removeprefix("\ufeff").strip()
        if text and not text.startswith(_COMMENT):
            name, tab, question = line.removeprefix("\ufeff").rstrip("\r\n").partition("\t")
            named = bool(tab and name.strip() and question.strip())
            yield Question(" ".join((question if named else text).split("\t")).strip(), name.strip() if named else None, number)


def numbered(questions: Iterable[str | Question]) -> Iterator[Question]:
    """Questions with their places: a text, or a question without one, has that of its turn."""
    for number, each in enumerate(questions, start=1):
        question = each if isinstance(each, Question) else Question(each)
        yield question if question.line is not None else Question(question.text, question.name, number)


def check_text(text: str) -> None:
    """A `QueryError` for what came out of bytes that are no text."""
    if found := _UNDECODED.search(text):
        shown = _UNDECODED.sub(lambda match: "\ufffd" * len(match[0]), text)
        hint = "save the list as UTF-8"
        raise QueryError("these bytes are no UTF-8", text=shown, start=found.start(), end=found.end(), hint=hint)
