"""What a command prints on a terminal of a given width, for tests of pages that show terminals."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import tempfile
import termios
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_PROGRESS = re.compile(r"^reftel: .*, now .*\n", re.MULTILINE)


class Started(Protocol):
    """A process that was started."""

    def wait(self, timeout: float) -> int:
        """Its exit status."""


def run_in_terminal(
    command: list[str], *, columns: int = 100, folder: Path, environment: dict[str, str], start: Callable[..., Started] = subprocess.Popen
) -> str:
    """Standard output as a terminal of ``columns`` shows it, without its colours, and what was written to standard error behind it: without
    how far a long command is, which it says every few seconds on a slow machine. ``start`` takes the command and what ``subprocess.Popen`` does.

    Nothing can be typed, so no pager is started.
    """
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    clean = {name: value for name, value in environment.items() if name not in ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR")}
    with tempfile.TemporaryFile() as messages:
        process = start(command, cwd=folder, env=clean | {"TERM": "xterm"}, stdin=subprocess.DEVNULL, stdout=its, stderr=messages.fileno())
        os.close(its)
        output = b"".join(_pieces(ours))
        os.close(ours)
        process.wait(timeout=60)
        messages.seek(0)
        output += messages.read()
    return _PROGRESS.sub("", _COLOURS.sub("", output.decode("utf-8").replace("\r\n", "\n")))


def _pieces(terminal: int) -> list[bytes]:
    pieces = []
    try:
        while piece := os.read(terminal, 1 << 16):
            pieces.append(piece)
    except OSError:  # Linux says so at the end
        pass
    return pieces
