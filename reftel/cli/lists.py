"""``reftel lists union|intersect|minus A B``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO

import click

from reftel.cli.options import read_ids
from reftel.personal.lists import intersect, minus, union
from reftel.render.safe import safe_line

_OPERATIONS: dict[str, Callable[..., Iterator[str]]] = {"union": union, "intersect": intersect, "minus": minus}


@click.command("lists")
@click.argument("operation", type=click.Choice(tuple(_OPERATIONS)))
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE FILE...", type=click.File("r", encoding="utf-8", errors="replace")
)
def command(operation: str, files: tuple[IO[str], ...]) -> int:
    """Join lists of cable ids, one id a line in any spelling; - is standard input. The result keeps the order of the first list.

    Exit status 1: the result is empty.

    \b
    union      ids of any list
    intersect  ids that stand in all of them
    minus      ids of the first that stand in no other

    \b
    reftel search 'kosovo' --all --format ids > kosovo.txt
    reftel lists minus kosovo.txt read.txt > to-read.txt
    """
    if len(files) < 2:
        raise click.UsageError("name two lists or more; one of them may be - for standard input")
    count = 0
    for count, key in enumerate(_OPERATIONS[operation](*map(read_ids, files)), start=1):  # noqa: B007 - used behind the loop
        click.echo(safe_line(key))
    return 0 if count else 1
