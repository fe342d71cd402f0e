"""Long output through the reader's own pager."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from reftel.cli.streams import READABLE, ReplacedText, codec_of

if TYPE_CHECKING:
    import subprocess

    from _typeshed import ReadableBuffer

_LESS = "FRX"
"""For `less` without options of the reader's own: colours, and no waiting where everything fits on the screen."""


@contextlib.contextmanager
def paged(*, wanted: bool) -> Iterator[None]:
    """What is printed meanwhile goes through ``$PAGER``, else `less`, as it comes, if this is a terminal; elsewhere nothing changes.

    A reader who has seen enough is a ``BrokenPipeError``, which ends the command quietly.
    """
    command = _pager() if wanted and sys.stdin.isatty() and sys.stdout.isatty() else None
    if command is None:
        yield
        return
    pager = _Pager(command)
    terminal, sys.stdout = sys.stdout, ReplacedText(io.BufferedWriter(pager), codec_of(sys.stdout), READABLE, line_buffering=True)
    try:
        yield
    finally:
        with contextlib.suppress(BrokenPipeError):
            sys.stdout.close()
        sys.stdout = terminal
        pager.wait()


def _pager() -> list[str] | None:
    """The pager's command; ``None`` where there is none that can be started, for output that then goes straight to the terminal."""
    import shlex  # noqa: PLC0415 - only on a terminal
    import shutil  # noqa: PLC0415

    try:
        words = shlex.split(os.environ.get("PAGER", "") or "less")
    except ValueError:
        return None
    found = shutil.which(words[0]) if words else None
    return [found, *words[1:]] if found else None


class _Pager(io.RawIOBase):
    """What the pager reads, which is started with the first of it. It says that it is a terminal, so that colours are kept."""

    def __init__(self, command: list[str]) -> None:
        super().__init__()
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        """The pipe's, which rich closes its own way where the reader has gone."""
        return self._process.stdin.fileno() if self._process and self._process.stdin else super().fileno()

    def write(self, data: ReadableBuffer, /) -> int | None:
        if self._process is None:
            import subprocess  # noqa: PLC0415 - only on a terminal

            environment = {"LESS": _LESS} | os.environ
            self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, bufsize=0, env=environment)  # noqa: S603 - the reader's own
        assert self._process.stdin is not None
        return self._process.stdin.write(data)

    def wait(self) -> None:
        """Until the reader has ended the pager. Ctrl-C is for it, not for this process."""
        if self._process is None:
            return
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        while True:
            with contextlib.suppress(KeyboardInterrupt):
                self._process.wait()
                return
