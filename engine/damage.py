"""Turning what broken files lead to into the engine's own errors."""

from __future__ import annotations

import contextlib
import pickle
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from reftel.engine.container import ContainerVersionError
from reftel.engine.errors import IndexDamaged, IndexVersion

SYMPTOMS = (
    ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, MemoryError, NameError, TypeError, ValueError,
    pickle.UnpicklingError, struct.error, zlib.error,
)  # fmt: skip
"""What reading a file that is cut short or altered leads to, wherever the reader notices."""


@contextlib.contextmanager
def refuse_damage(folder: Path) -> Iterator[None]:
    """Raise `IndexDamaged` in place of any of `SYMPTOMS`, and of a missing file; `IndexVersion` for a segment in another format."""
    try:
        yield
    except ContainerVersionError as error:
        raise IndexVersion(f"a segment of the index in '{folder}' has {error}") from error
    except (*SYMPTOMS, FileNotFoundError) as error:
        raise IndexDamaged(f"the index in '{folder}' is damaged: {type(error).__name__}: {error}") from error
