"""Long output through the reader's own pager."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator

import click

_LESS = "FRX"
"""For `less` without options of the reader's own: colours, and no waiting where everything fits on the screen."""


@contextlib.contextmanager
def paged(*, wanted: bool) -> Iterator[None]:
    """Whatever is printed meanwhile goes through ``$PAGER`` at the end, if standard output is a terminal; elsewhere nothing changes."""
    if not (wanted and sys.stdout.isatty()):
        yield
        return
    terminal, sys.stdout = sys.stdout, _Page(sys.stdout)
    try:
        yield
    finally:
        text, sys.stdout = sys.stdout.getvalue(), terminal
        if text:
            os.environ.setdefault("LESS", _LESS)
            click.echo_via_pager(text, color=True)


class _Page(io.StringIO):
    """Collects what a terminal would have got. It says that it is one, so that colours are kept."""

    def __init__(self, terminal: io.TextIOBase | object) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        """True, as of the terminal behind it."""
        return True

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The terminal's."""
        return str(getattr(self._terminal, "encoding", None) or "utf-8")

    def fileno(self) -> int:
        """The terminal's, of which rich asks the width."""
        return sys.__stdout__.fileno() if sys.__stdout__ else super().fileno()
