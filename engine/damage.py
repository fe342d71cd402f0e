"""Translates the exceptions that damaged files cause into the engine's own errors."""

from __future__ import annotations

import contextlib
import os
import pickle
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from reftel.base.durable import NotAFile
from reftel.engine.container import ContainerVersionError
from reftel.engine.errors import IndexDamaged, IndexVersion

SYMPTOMS = (
    ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, MemoryError, NameError, RecursionError, TypeError, ValueError,
    pickle.UnpicklingError, struct.error, zlib.error,
)  # fmt: skip
"""Exceptions that reading a truncated or altered file may raise."""


DAMAGE = (*SYMPTOMS, FileNotFoundError, NotAFile)
"""All exceptions that `damage_of` translates."""


def damage_of(folder: Path, error: BaseException) -> IndexDamaged | IndexVersion:
    """The error to raise in place of one of `DAMAGE`: `IndexVersion` for a segment in another format, else `IndexDamaged`."""
    if isinstance(error, ContainerVersionError):
        return IndexVersion(f"a segment of the index in '{folder}' has {error}")
    return IndexDamaged(f"the index in '{folder}' is damaged: {_cause(error)}")


def _cause(error: BaseException) -> str:
    """What is wrong: in words where this engine has found it, else with Python's name for it, without which most of its messages say nothing."""
    if isinstance(error, NotAFile):
        return str(error.strerror)
    if isinstance(error, FileNotFoundError):
        return f"'{Path(os.fsdecode(error.filename or '')).name}' is missing"
    return str(error) if type(error).__module__.startswith("reftel.") else f"{type(error).__name__}: {error}"


@contextlib.contextmanager
def refuse_damage(folder: Path) -> Iterator[None]:
    """Translate any of `DAMAGE` raised inside; see `damage_of`."""
    try:
        yield
    except DAMAGE as error:
        raise damage_of(folder, error) from error
