"""Files that survive a power cut: written beside their place, flushed, then put there by one rename."""

from __future__ import annotations

import os
from pathlib import Path


def flush_file(path: Path) -> None:
    """Wait until the content of ``path`` is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def flush_folder(folder: Path) -> None:
    """Wait until the names in ``folder`` are on the disk."""
    flush_file(folder)


def put_in_place(temporary: Path, path: Path) -> None:
    """Rename a flushed file to its name, in place of what has that name, and wait until the rename is on the disk."""
    os.replace(temporary, path)  # noqa: PTH105 - the one name that fault tests put a fault into
    flush_folder(path.parent)


def write_whole(path: Path, text: str) -> None:
    """Write a text file whole or not at all; private to its owner."""
    temporary = path.with_name(f"{path.name}.new")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        flush_file(temporary)
        put_in_place(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
