"""Standard output and standard error that never end in a traceback: what cannot be encoded is written another way, what cannot be written is an
`OutputError`."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import select
import sys
from typing import TYPE_CHECKING

from reftel.schema.errors import OutputError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

READABLE, EXACT = "reftel.readable", "reftel.exact"
"""Names of the error handlers: for people, and for programs, which want every character back."""

_PLAIN = str.maketrans({
    "█": "#", "▉": "#", "▊": "#", "▋": "#", "▌": "#", "▍": "-", "▎": "-", "▏": "-", "━": "-", "─": "-", "│": "|",
    "¶": "para ", "§": "section ", "…": "...", "·": "-", "•": "-", "–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "\u00a0": " ",
})  # fmt: skip
"""What pictures, signs and quotation marks look like on a terminal that lacks them."""


class _Output(io.FileIO):
    """Standard output. A reader that has enough is a ``BrokenPipeError`` as always, anything else that goes wrong an `OutputError`."""

    closed_before = False
    """The process was started without a standard output. Silence would look like no hits."""

    def write(self, data: ReadableBuffer, /) -> int:
        if self.closed_before:
            raise OutputError("standard output is closed: send it to a file, a pipe or /dev/null")
        try:
            while (written := super().write(data)) is None:  # another program has left the terminal non-blocking
                select.select([], [self], [])
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputError(f"standard output cannot be written: {error.strerror}") from error
        return written


class _Messages(io.FileIO):
    """Standard error. What cannot be written there is dropped: nobody is left to be told."""

    def write(self, data: ReadableBuffer, /) -> int:
        try:
            return super().write(data) or 0
        except OSError:
            return memoryview(data).nbytes


class ReplacedText(io.TextIOWrapper):
    """A stream of text in the place of one of Python's."""

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The encoding; ASCII by a name that click doesn't know, since it would write UTF-8 in its place."""
        name = super().encoding
        return "7-bit ASCII" if codecs.lookup(name).name == "ascii" else name


def codec_of(stream: object) -> str:
    """The name of a stream's encoding, by which Python knows it."""
    if isinstance(stream, ReplacedText):
        return str(io.TextIOWrapper.encoding.__get__(stream))  # type: ignore[attr-defined]
    return getattr(stream, "encoding", None) or "utf-8"


def prepare_streams() -> None:
    """Put streams that know what to do in the place of ``sys.stdout`` and ``sys.stderr``, and something for the numbers of closed ones."""
    # A file that is opened later would get the number of a closed stream, and be written over by what is meant for that.
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(number)
    if sys.stdin is None:
        nothing = os.open(os.devnull, os.O_RDONLY)
        sys.stdin = open(nothing, encoding="utf-8", closefd=False)  # noqa: SIM115 - as long as the process
    output = _Output(1, "wb", closefd=False)
    output.closed_before = sys.stdout is None
    sys.stdout = _text(output, sys.stdout)
    sys.stderr = _text(_Messages(2, "wb", closefd=False), sys.stderr)


def _text(raw: io.FileIO, before: object) -> io.TextIOWrapper:
    if isinstance(before, io.TextIOWrapper):
        before.flush()
    through = bool(getattr(before, "write_through", False))
    lines = raw.fileno() == 2 or raw.isatty()
    return ReplacedText(io.BufferedWriter(raw), codec_of(before), READABLE, line_buffering=lines, write_through=through)


def write_exactly() -> None:
    r"""From here on a character that the encoding lacks is written as ``\u2026``, which JSON reads back, never by what it looks like."""
    if isinstance(sys.stdout, ReplacedText):
        sys.stdout.reconfigure(errors=EXACT)


def silence_output() -> None:
    """Drop what is still to be written to standard output, so that Python doesn't complain once more at its end."""
    with contextlib.suppress(io.UnsupportedOperation):  # a program may have put anything in its place
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    raw = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    if isinstance(raw, _Output):
        raw.closed_before = False


def _escaped(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[place]:02x}{units[place + 1]:02x}" for place in range(0, len(units), 2))


def _readable(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end].translate(_PLAIN)
    return "".join(letter if letter.isascii() else _escaped(letter) for letter in text), error.end


def _exact(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_escaped, error.object[error.start : error.end])), error.end


codecs.register_error(READABLE, _readable)
codecs.register_error(EXACT, _exact)
