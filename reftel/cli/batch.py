"""``reftel batch FILE``."""

from __future__ import annotations

import io
import os
import stat
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, BinaryIO

import click

import reftel
from reftel.cli.configuration import cache_mb_of
from reftel.cli.options import archive_option, console, echo_lines, format_option, notes_option, refuse_endless
from reftel.cli.progress import Tell, progress
from reftel.cli.search import print_hits
from reftel.render import batch as render
from reftel.render import plain
from reftel.render.safe import safe_text
from reftel.schema.names import without_surrogates

if TYPE_CHECKING:
    from reftel.search.batch import BatchAnswer

_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@click.command("batch")
@click.argument("file", metavar="FILE", type=click.File("rb"))
@archive_option
@notes_option
@format_option("table", "csv", "jsonl")
@click.option("--limit", "-n", metavar="N", type=click.IntRange(0), default=0, show_default=True, help="First cables of each question, best first: their ids.")
@click.option("--hits", is_flag=True, help="In place of their ids these cables with their paragraphs, as search shows them; for table and jsonl.")
@click.option("--empty", is_flag=True, help="Only the questions without hits.")
def command(file: BinaryIO, archive: str, notes: str | None, output_format: str, limit: int, hits: bool, empty: bool) -> int:
    """Answer a list of questions, one a line: how many cables each of them finds.

    A name and a tab may stand before a question; empty lines and those that begin with # are passed over. - reads the list from standard
    input. A question that cannot be read is reported with the number of its line, and the others are answered.

    Exit status: 1 none of the questions has hits (with --empty: each has), 2 some could not be read.

    \b
    reftel batch questions.txt
    reftel batch questions.txt --empty
    cut -f1 names.tsv | reftel batch - --limit 3 --format csv
    """
    if hits and (output_format == "csv" or not limit):
        raise click.UsageError("--hits shows the first cables of each question: it goes with --limit N, for table and jsonl")
    opened = reftel.open(archive, notes=notes, cache_mb=cache_mb_of(None))
    counted: Counter[str] = Counter()
    with progress(quiet=sys.stdout.isatty()) as tell:
        answers = opened.batch(reftel.read_questions(_lines(file)), limit=limit, hits=hits)
        _print(_counting(answers, counted, tell, _measure(file), empty=empty), output_format)
    if counted["questions"]:
        click.echo(_summary(counted), err=output_format != "table")
    else:
        click.echo(f"reftel: no question in {_name(file)}", err=True)
    return 2 if counted["errors"] else 0 if counted["empty" if empty else "found"] else 1


def _lines(file: BinaryIO) -> Iterator[str]:
    """The lines of a list: UTF-8, or UTF-16 with its mark, as spreadsheets write it. Other bytes are reported where their question is."""
    assert isinstance(file, io.BufferedReader)
    refuse_endless(file)
    encoding = "utf-16" if file.peek(2)[:2] in _UTF16 else "utf-8-sig"
    try:
        with io.TextIOWrapper(file, encoding, errors="surrogateescape") as text:
            yield from text
    except (OSError, UnicodeError) as error:
        cause = error.strerror if isinstance(error, OSError) else error
        raise click.UsageError(f"{_name(file)} cannot be read: {cause}") from error


def _name(file: BinaryIO) -> str:
    return safe_text(without_surrogates(file.name)) if isinstance(file.name, str) else "standard input"


def _measure(file: BinaryIO) -> Callable[[], tuple[int, int | None]]:
    """A function that gives how much of a list was read, and how much there is, where that is known."""
    state = os.fstat(file.fileno())
    if not stat.S_ISREG(state.st_mode):
        return lambda: (0, None)
    return lambda: (state.st_size if file.closed else file.tell(), state.st_size)


def _counting(
    answers: Iterable[BatchAnswer], counted: Counter[str], tell: Tell | None, how_far: Callable[[], tuple[int, int | None]], *, empty: bool
) -> Iterator[BatchAnswer]:
    """The answers that are to be printed; all of them are counted, and the faults of those left out reported."""
    for answer in answers:
        counted.update(("questions", "errors" if answer.error else "found" if answer.total else "empty", *(("noted",) if answer.notes else ())))
        if tell:
            tell(f"{counted['questions']:,} questions asked", *how_far())
        if not empty or answer.total == 0:
            yield answer
        elif answer.error:
            click.echo(f"reftel: line {answer.line}: {render.fault_of(answer)}", err=True)


def _print(answers: Iterable[BatchAnswer], output_format: str) -> None:
    if output_format == "csv":
        echo_lines(render.render_csv(answers))
    elif output_format == "jsonl":
        echo_lines(render.render_jsonl(answers))
    else:
        echo = _echo()
        for answer in answers:
            for line in render.answer_lines(answer):
                echo(line)
            print_hits(answer.hits)


def _echo() -> Callable[[str], None]:
    """What prints a line: whole into a pipe or file, on a terminal with what is too long indented below."""
    if plain.suits(sys.stdout):
        return click.echo
    from reftel.render.console import print_hanging  # noqa: PLC0415 - rich is slow to load

    target = console()
    return lambda line: print_hanging(target, line, hang=render.HANG)


def _summary(counted: Counter[str]) -> str:
    """``3 questions: 1 with hits, 1 without, 1 could not be read; 1 with notes``."""
    number = counted["questions"]
    faults = f", {counted['errors']:,} could not be read" if counted["errors"] else ""
    noted = f"; {counted['noted']:,} with notes" if counted["noted"] else ""
    return f"{number:,} question{'' if number == 1 else 's'}: {counted['found']:,} with hits, {counted['empty']:,} without{faults}{noted}"
