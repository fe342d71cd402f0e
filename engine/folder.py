"""The files of an index folder: their names, the writer's lock, and the removal of leftovers."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection
from pathlib import Path

from reftel.base import locks
from reftel.base.patterns import regex
from reftel.engine.errors import LockHeld

INDEX_NAME = "MAIN"
"""The default index name of `whoosh.index.open_dir`."""

SEGMENT, CONTENTS, NEW = ".seg", ".toc", ".new"
LOCK = f"{INDEX_NAME}_WRITELOCK"

_CONTENTS_NAME = regex(rf"_{INDEX_NAME}_([0-9]+)\.toc")
_SEGMENT_FILE = regex(rf"({INDEX_NAME}_[0-9a-z]+)\.[A-Za-z0-9_.]+")


def new_segment_name() -> str:
    """A new unique segment name as Whoosh forms them: ``MAIN_`` and sixteen letters or digits."""
    return f"{INDEX_NAME}_{os.urandom(8).hex()}"


def contents_name(generation: int) -> str:
    """File name of the table of contents of a generation."""
    return f"_{INDEX_NAME}_{generation}{CONTENTS}"


def latest_generation(folder: Path) -> int:
    """Generation of the newest table of contents; -1 where there is none."""
    try:
        found = [_CONTENTS_NAME.fullmatch(path.name) for path in folder.iterdir()]
    except (FileNotFoundError, NotADirectoryError):
        return -1
    return max((int(match[1]) for match in found if match), default=-1)


def has_segments(folder: Path) -> bool:
    """Whether the folder holds any segment file, current or left over."""
    return folder.is_dir() and any(path.match(f"{INDEX_NAME}_*{SEGMENT}") for path in folder.iterdir())


def remove_leftovers(folder: Path, generation: int, segments: Collection[str]) -> None:
    """Remove unfinished files, tables of contents other than that of ``generation``, and all segments but ``segments``."""
    for name in [path.name for path in folder.iterdir()]:
        segment, contents = _SEGMENT_FILE.fullmatch(name), _CONTENTS_NAME.fullmatch(name)
        unfinished = name.startswith(f"_{INDEX_NAME}_") and name.endswith(NEW)
        if (segment and (segment[1] not in segments or name.endswith(NEW))) or (contents and int(contents[1]) != generation) or unfinished:
            with contextlib.suppress(FileNotFoundError):
                (folder / name).unlink()


class Lock:
    """The lock of an index's single writer; `LockHeld` if it is taken. The system releases it when the process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        try:
            self._descriptor = locks.take(folder / LOCK, 0)
        except locks.Taken as error:
            raise LockHeld(f"another process is writing to '{folder}'") from error

    def release(self) -> None:
        """Release the lock; may be called again."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
