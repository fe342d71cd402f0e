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


def picture_options(command: _Command) -> _Command:
    """``--svg FILE`` and ``--png FILE``."""
    png = click.option("--png", metavar="FILE", type=click.Path(dir_okay=False), help="Draw it into a PNG file (needs reftel[plot]).")
    return click.option("--svg", metavar="FILE", type=click.Path(dir_okay=False), help="Draw it into an SVG file.")(png(command))


def write_pictures(draw: Callable[[bool], str], svg: str | None, png: str | None) -> bool:
    """The picture as files, which appear whole or not at all; whether any was asked for. ``draw`` is told whether it stands alone."""
    if svg:
        _write(svg, draw(True).encode())
    if png:
        from reftel.pictures.png import as_png  # noqa: PLC0415 - only to draw

        _write(png, as_png(draw(False)))
    return bool(svg or png)


def _write(path: str, picture: bytes) -> None:
    with written_whole(Path(path)) as file:
        file.write(picture)
    click.echo(f"wrote {shown_name(path)}", err=True)


def echo_table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A picture's table as CSV."""
    echo_lines([csv_line(heads), *map(csv_line, rows)])
