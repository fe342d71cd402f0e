"""Answers to many questions: lines for people, CSV and JSON lines for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from reftel.render.hits import csv_line
from reftel.render.safe import json_text, safe_line

if TYPE_CHECKING:
    from reftel.search.batch import BatchAnswer

COLUMNS = ("line", "name", "question", "total", "ids", "notes", "error")
"""Columns of the CSV, one row a question."""

HANG = 11
"""Columns at which the questions and their notes begin in the lines for people."""


def render_csv(answers: Iterable[BatchAnswer]) -> Iterator[str]:
    """A header line and one line a question."""
    yield csv_line(COLUMNS)
    for answer in answers:
        fault = fault_of(answer) if answer.error else None
        yield csv_line((answer.line, answer.name, answer.question, answer.total, ";".join(answer.keys), " | ".join(answer.notes), fault))


def render_jsonl(answers: Iterable[BatchAnswer]) -> Iterator[str]:
    """One JSON object a line."""
    return (json_text(answer.to_dict()) for answer in answers)


def answer_lines(answer: BatchAnswer) -> Iterator[str]:
    """Number and question in a line, then what there is to say: notes, the fault, and the ids where no hits are shown."""
    number = "error" if answer.error else f"{answer.total:,}"
    yield f"{number:>{HANG - 2}}  " + "  ".join(map(safe_line, filter(None, (answer.name, answer.question))))
    if answer.error:
        yield f"{'':{HANG}}line {answer.line}: {fault_of(answer)}"
    for note in answer.notes:
        yield f"{'':{HANG}}note: {safe_line(note)}"
    if answer.keys and not answer.hits:
        yield f"{'':{HANG}}{' '.join(map(safe_line, answer.keys))}"


def fault_of(answer: BatchAnswer) -> str:
    """Why a question could not be read, in one line."""
    error = answer.error
    return safe_line(f"{error.message} (column {error.column})" + (f"; {error.hint}" if error.hint else "")) if error else ""
