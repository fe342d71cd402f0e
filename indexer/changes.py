"""What became of a source file since the last run, judged by its size, its time and its content hash."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import time
from pathlib import Path
from typing import Literal

from reftel.base.frozen import frozen
from reftel.indexer.manifest import SourceRow
from reftel.indexer.regular import look, open_regular
from reftel.schema.names import name_of

NORMALISER_VERSION = 8
"""Raised with every change of the rules by which a text becomes a record: files that were read by other rules are read again."""

Change = Literal["new", "changed", "older-rules", "failed-before", "asked", "touched", "unchanged", "passed"]
"""``asked``: read because everything is to be read. ``touched``: another time, the same content. ``passed``: older than ``since``."""

READS: frozenset[Change] = frozenset({"new", "changed", "older-rules", "failed-before", "asked"})
"""The changes that lead to reading a file."""

_RACY_NS = 2_000_000_000
_LEAST_NS = -(1 << 63)


@frozen
class Look:
    """A file as it was found: its change, and the row it gets if nothing but its time changed or once it is read.

    ``follow``: whether it may be a link. ``done``: texts at its beginning that a run has published which did not come to the file's end.
    """

    path: Path
    change: Change
    row: SourceRow
    follow: bool = True
    done: int = 0


@frozen
class Wish:
    """What to read besides what changed: ``full``, everything; ``since`` (seconds since 1970), only files with this time or a later one."""

    full: bool = False
    since: float | None = None


def look_at(path: Path, before: SourceRow | None, wish: Wish, *, follow: bool = True) -> Look:
    """Size, time and, where those changed, content hash of a file. ``follow``: also of a link's. Errors: as of `open_regular`."""
    status = look(path, follow=follow)
    row = SourceRow(name_of(path), status.st_size, _told_time(status), before.sha256 if before else "", 0, 0, normaliser=NORMALISER_VERSION)
    if wish.since is not None and status.st_mtime < wish.since:
        return Look(path, "passed", row, follow)
    same = before is not None and (before.size, before.mtime_ns) == (status.st_size, status.st_mtime_ns)
    if same and before is not None and not wish.full and before.normaliser == NORMALISER_VERSION and before.outcome != "failed":
        return Look(path, "unchanged", before, follow)
    row = dataclasses.replace(row, sha256=digest(path, follow=follow))
    change = _change(before, row, wish)
    if before is not None and change == "touched":
        row = dataclasses.replace(before, size=row.size, mtime_ns=row.mtime_ns)
        change = "unchanged" if row == before else "touched"
    return Look(path, change, row, follow)


def _change(before: SourceRow | None, now: SourceRow, wish: Wish) -> Change:
    if before is None:
        return "new"
    if before.sha256 != now.sha256:
        return "changed"
    if wish.full:
        return "asked"
    if before.outcome == "failed":
        return "failed-before"
    return "touched" if before.normaliser == NORMALISER_VERSION else "older-rules"


def _told_time(status: os.stat_result) -> int:
    """A file's time, or -1 if it changed so lately (or, by its clock, in the future) that it could change again under the same time.

    So too for a time before 1677, which SQLite's numbers don't reach.
    """
    return status.st_mtime_ns if _LEAST_NS <= status.st_mtime_ns < time.time_ns() - _RACY_NS else -1


def digest(path: Path, *, follow: bool = True) -> str:
    """SHA-256 of a file's content. Errors: as of `open_regular`."""
    with open_regular(path, follow=follow) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def stamp(path: Path) -> tuple[int, int, int]:
    """Size, time and number of a file: while none changes, its content has not either, as far as one can tell without reading."""
    status = path.stat()
    return status.st_size, status.st_mtime_ns, status.st_ino
