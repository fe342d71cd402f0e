"""Where tables are printed: a terminal with its width and colours, or a pipe or file, which gets every row on one line."""

from __future__ import annotations

import re
import sys
from typing import IO, Any, TextIO, cast

from rich.console import Console

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
