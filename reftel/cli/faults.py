"""The message and the exit status for errors that no command handles."""

from __future__ import annotations

import errno
import os

from reftel.base import durable
from reftel.schema.errors import ArchiveError, OutputError

DEBUG_VARIABLE = "REFTEL_DEBUG"
"""Set to anything, it has the traceback printed before the message."""

FAULT = 70
"""Exit status of a fault in reftel itself, as ``sysexits.h`` has it."""

_NO_ROOM = durable.NO_ROOM | {errno.EROFS}


def describe_fault(error: Exception) -> tuple[str, int]:
    """One line that names file and cause, and the exit status: 6 where nothing can be written, 3 for other files, 70 for reftel's own faults."""
    if isinstance(error, OSError):
        from reftel.indexer.complaints import advice  # noqa: PLC0415 - only for an error

        cause = error.strerror or str(error) or type(error).__name__
        if isinstance(error, FileNotFoundError) and not _paths(error) and _folder_is_gone():
            cause = "the current folder is gone: somebody has removed it; change to another one"
        return ": ".join([*_paths(error), cause + advice(error)]), OutputError.exit_code if error.errno in _NO_ROOM else ArchiveError.exit_code
    if type(error).__module__ == "sqlite3":  # not imported for this
        return f"a database of the archive, or that of your notes, cannot be used: {error}", ArchiveError.exit_code
    if isinstance(error, MemoryError):
        return "there is not enough memory", FAULT
    cause = " ".join(str(error).split())[:300]
    return f"a fault in reftel itself: {type(error).__name__}: {cause} ({DEBUG_VARIABLE}=1 shows where)", FAULT


def _paths(error: OSError) -> list[str]:
    return [os.fsdecode(path) for path in (error.filename, error.filename2) if isinstance(path, str | bytes)]


def _folder_is_gone() -> bool:
    try:
        os.getcwd()  # noqa: PTH109 - as everybody else asks for it
    except FileNotFoundError:
        return True
    return False


def print_traceback(error: Exception) -> None:
    """On standard error, if ``$REFTEL_DEBUG`` asks for it."""
    if os.environ.get(DEBUG_VARIABLE):
        import traceback  # noqa: PLC0415 - only then

        traceback.print_exception(error)
