"""Errors of the index, translated into those that users see. For the rooms that know both the engine and the schema."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from reftel.engine import errors
from reftel.schema.errors import (
    REBUILD,
    ArchiveClosed,
    ArchiveDamaged,
    ArchiveError,
    ArchiveLocked,
    ArchiveMissing,
    ArchiveVersion,
    EngineError,
    ReftelError,
)

_ERRORS: dict[type[errors.EngineError], type[ArchiveError]] = {
    errors.IndexClosed: ArchiveClosed,
    errors.IndexMissing: ArchiveMissing,
    errors.IndexDamaged: ArchiveDamaged,
    errors.IndexVersion: ArchiveVersion,
    errors.LockHeld: ArchiveLocked,
}


def translated(error: errors.EngineError) -> ReftelError:
    """The error that users see in place of one of the index's own."""
    what_to_do = f"; {REBUILD}" if isinstance(error, errors.IndexVersion | errors.IndexDamaged) else ""
    return _ERRORS.get(type(error), EngineError)(f"{error}{what_to_do}")


@contextlib.contextmanager
def archive_errors() -> Iterator[None]:
    """Translate errors of the index raised inside."""
    try:
        yield
    except errors.EngineError as error:
        raise translated(error) from error
