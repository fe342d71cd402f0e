"""How far a long command is, always on standard error: a bar that is rewritten on a terminal, a plain line every few seconds elsewhere."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from typing import Protocol

import click

_SECONDS_BETWEEN_LINES = 5.0


class Tell(Protocol):
    """Says what was done, as a sentence, and how much of what is to do; ``total`` ``None``: that is not known yet. ``at``: for lines only."""

    def __call__(self, words: str, done: int, total: int | None, *, at: str = "") -> None: ...  # noqa: D102


@contextlib.contextmanager
def progress(*, quiet: bool = False) -> Iterator[Tell | None]:
    """A function that reports progress; ``None`` where none is to be shown."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with _bar() as tell:
            yield tell
    else:
        yield _lines()


@contextlib.contextmanager
def _bar() -> Iterator[Tell]:
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415 - only on a terminal

    from reftel.cli.options import console  # noqa: PLC0415

    columns = (TextColumn("{task.description}", markup=False), BarColumn(20), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console(stderr=True), transient=True) as bar:
        task = bar.add_task("beginning", total=None)

        def tell(words: str, done: int, total: int | None, *, at: str = "") -> None:  # noqa: ARG001 - a bar has no room for it
            bar.update(task, description=words, completed=done, total=total)

        yield tell


def _lines() -> Tell:
    last = time.monotonic()

    def tell(words: str, done: int, total: int | None, *, at: str = "") -> None:
        nonlocal last
        if time.monotonic() - last >= _SECONDS_BETWEEN_LINES:
            last = time.monotonic()
            share = f" ({min(done / total, 1):.0%})" if total else ""
            click.echo(f"reftel: {words}{share}{f', now {at}' if at else ''}", err=True)

    return tell
