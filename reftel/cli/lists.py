"""``reftel lists union|intersect|minus A B``."""

from __future__ import annotations

import itertools
from typing import IO

import click

from reftel.cli.options import read_ids
from reftel.render.safe import safe_line


@click.command("lists")
@click.argument("operation", type=click.Choice(("union", "intersect", "minus")))
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
    keys = joined(operation, *map(read_ids, files))
    for key in keys:
        click.echo(safe_line(key))
    return 0 if keys else 1


def joined(operation: str, first: list[str], *others: list[str]) -> list[str]:
    """The union, intersection or difference of lists that have each key once, in the order in which the keys first stand there."""
    if operation == "union":
        return list(dict.fromkeys(itertools.chain(first, *others)))
    kept = set(first).intersection(*others) if operation == "intersect" else set(first).difference(*others)
    return [key for key in first if key in kept]
