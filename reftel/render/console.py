"""Where tables are printed: a terminal with its width and colours, or a pipe or file, which gets every row on one line."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import IO, Any, TextIO, cast

from rich.console import Console
from rich.text import Text

_WHOLE = 1 << 20
"""Cells of a line where nothing is to be wrapped."""


def make_console(*, stderr: bool = False) -> Console:
    """A console that takes nothing for markup. Where it is no terminal, no line is wrapped, and none ends in the blanks of a table's last column."""
    file = sys.stderr if stderr else sys.stdout
    if file.isatty():
        return Console(file=file, markup=False, highlight=False, emoji=False, soft_wrap=False)
    return Console(file=cast(IO[str], _Stripped(file)), width=_WHOLE, markup=False, highlight=False, emoji=False, soft_wrap=False)


class _Stripped:
    """A file whose lines lose the blanks at their end. Rich writes whole lines."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.encoding = file.encoding

    def write(self, text: str, /) -> int:
        self._file.write(re.sub(" +$", "", text, flags=re.MULTILINE))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def print_hanging(console: Console, line: Text | str, *, style: str = "", hang: int = 8) -> None:
    """A line that belongs together. Where it is too long for the terminal it goes on between two words, indented by ``hang``."""
    for piece in hanging(console, Text(line, style=style) if isinstance(line, str) else line, hang):
        console.print(piece)


def hanging(console: Console, text: Text, hang: int) -> Iterator[Text]:
    """The pieces of a line that is too long for the terminal, all but the first indented."""
    width = console.width if text.cell_len <= console.width else max(console.width - hang, 20)
    for number, piece in enumerate(text.wrap(console, width)):
        piece.rstrip()
        yield Text(" " * hang).append_text(piece) if number else piece
