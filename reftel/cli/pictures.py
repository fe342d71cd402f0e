"""What the commands share that draw a picture."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import click

from reftel.cli.options import echo_lines
from reftel.render.hits import csv_line
from reftel.render.output import written_whole
from reftel.render.paths import shown_name

_Command = TypeVar("_Command", bound=Callable[..., int])


def svg_option(command: _Command) -> _Command:
    """``--svg FILE``."""
    return click.option("--svg", metavar="FILE", type=click.Path(dir_okay=False), help="Draw it into an SVG file.")(command)


def write_picture(path: str, picture: str) -> None:
    """The picture as a file, which appears whole or not at all."""
    with written_whole(Path(path)) as file:
        file.write(picture.encode())
    click.echo(f"wrote {shown_name(path)}", err=True)


def echo_table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A picture's table as CSV."""
    echo_lines([csv_line(heads), *map(csv_line, rows)])
