"""What the system and SQLite say while an archive is written, as an `ArchiveError` that says what to do."""

from __future__ import annotations

import contextlib
import errno
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from reftel.schema.errors import ArchiveError

_ADVICE = {
    errno.EACCES: "it belongs to somebody else, or its mode forbids it: `ls -ld` tells",
    errno.EPERM: "it belongs to somebody else, or its mode forbids it: `ls -ld` tells",
    errno.EROFS: "it is mounted read-only",
}


@contextlib.contextmanager
def write_errors(what: Path, rest: str = "") -> Iterator[None]:
    """Raise `ArchiveError` where something of ``what`` can't be written; ``rest``: the state that this leaves things in."""
    try:
        yield
    except BrokenPipeError:  # whoever watched the progress has gone
        raise
    except OSError as error:
        raise ArchiveError(f"{what}: cannot be written: {reason(error)}{rest and f'; {rest}'}") from error
    except sqlite3.Error as error:
        raise ArchiveError(f"{what}: cannot be written: {error}{rest and f'; {rest}'}") from error


def reason(error: OSError) -> str:
    """The system's message, the file that it names, and what can be done about it."""
    place = f" ({error.filename})" if error.filename else ""
    return f"{error.strerror or error}{place}{advice(error)}"


def advice(error: OSError) -> str:
    """What can be done about an error of the system, as the end of a message; empty where there is nothing to say."""
    known = _ADVICE.get(error.errno or 0, "")
    return known and f"; {known}"
