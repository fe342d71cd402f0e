"""Which files a folder or a pattern leads to. Archives and one's own places are passed over, what cannot be listed is reported."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from reftel.indexer.failures import unreadable
from reftel.indexer.own import Own
from reftel.indexer.source_names import is_file_read, is_folder_read
from reftel.schema.errors import SourceError
from reftel.schema.names import name_of

ARCHIVE_MARKERS = frozenset({"manifest.sqlite", "manifest.sqlite.next", "manifest.sqlite.draft", "MAIN_WRITELOCK"})
"""A folder that holds one of these files is an archive of reftel's own, or the index in one, not a source."""

OnError = Callable[[SourceError], None]


def is_pattern(source: str) -> bool:
    """Whether a source is one for its wildcards; a file or folder may have such signs in its name."""
    return glob.has_magic(source) and not os.path.lexists(source)


def fixed_part(source: str) -> Path:
    """The part of a pattern before its first wildcard: ``/a/b*/c`` -> ``/a``; any other source as it is."""
    if not is_pattern(source):
        return Path(source)
    parts = Path(source).parts
    return Path(*parts[: next(number for number, part in enumerate(parts) if glob.has_magic(part))])


def fits(parts: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    """Whether a path, or a folder above it, fits a pattern with ``**``; the table is as wide as the path is deep."""
    reached = {0}
    for step in pattern:
        if step == "**":
            reached = set(range(min(reached), len(parts) + 1)) if reached else set()
        else:
            reached = {place + 1 for place in reached if place < len(parts) and fnmatchcase(parts[place], step)}
    return bool(reached)


class Walk:
    """Looks into folders for a run; ``on_error`` is told what cannot be listed, and ``failed`` says that there was something."""

    def __init__(self, own: Own, on_error: OnError) -> None:
        self._own, self._on_error = own, on_error
        self.failed = False

    def files(self, folder: Path) -> Iterator[Path]:
        """Files in a folder and those below it, in sorted order. Links to folders are not followed."""

        def report(error: OSError) -> None:
            self._fail(str(error.filename or folder), error)

        for here, folders, names in os.walk(folder, onerror=report, followlinks=False):
            if _is_archive(here, folders, names):
                folders.clear()
                continue
            folders[:] = sorted(name for name in folders if is_folder_read(name) and not self._is_own(here, name))
            yield from (Path(here, name) for name in sorted(names) if is_file_read(name) and not self._is_own(here, name))

    def places(self, pattern: str) -> list[Path]:
        """Files and folders that fit a pattern, each once.

        As `glob` has it, but for folders that cannot be listed, which are reported, and ``**``, which goes through no links: they may lead
        round in a circle.
        """
        start = fixed_part(pattern)
        steps = Path(pattern).parts[len(start.parts) :]
        # "**" behind "**" says nothing more, and would be tried in every combination
        steps = tuple(step for number, step in enumerate(steps) if step != "**" or steps[number - 1 : number] != ("**",))
        return sorted(place for place in set(self._matches(start, steps)) if os.path.lexists(place) and not _is_archive_folder(place))

    def _matches(self, place: Path, steps: tuple[str, ...]) -> Iterator[Path]:
        if not steps:
            yield place
        elif not glob.has_magic(steps[0]):
            if os.path.lexists(place / steps[0]):
                yield from self._matches(place / steps[0], steps[1:])
        elif steps[0] == "**":
            yield from self._matches(place, steps[1:])
            for entry in self._entries(place):
                if entry.is_dir(follow_symlinks=False):
                    yield from self._matches(Path(entry.path), steps)
                elif len(steps) == 1:
                    yield Path(entry.path)
        else:
            for entry in self._entries(place, hidden=steps[0].startswith(".")):
                if fnmatchcase(entry.name, steps[0]) and (len(steps) == 1 or entry.is_dir()):
                    yield from self._matches(Path(entry.path), steps[1:])

    def _entries(self, folder: Path, *, hidden: bool = False) -> list[os.DirEntry[str]]:
        """What lies in a folder; nothing if it is none, cannot be listed, or is an archive."""
        try:
            with os.scandir(folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            self._fail(str(folder), error)
            return []
        names = [entry.name for entry in entries]
        if _is_archive(str(folder), names, names):
            return []
        return [entry for entry in entries if (hidden or not entry.name.startswith(".")) and not self._own.has(entry.path)]

    def _is_own(self, folder: str, name: str) -> bool:
        return self._own.has(os.path.join(folder, name))  # noqa: PTH118 - for every file: a Path takes ten times as long

    def _fail(self, folder: str, error: OSError) -> None:
        self.failed = True
        self._on_error(unreadable(name_of(folder), error, "cannot list this folder"))


def _is_archive_folder(place: Path) -> bool:
    try:
        names = [entry.name for entry in place.iterdir()] if place.is_dir() else []
    except OSError:  # told by whoever walks through it
        return False
    return _is_archive(str(place), names, names)


def _is_archive(here: str, folders: Iterable[str], names: Iterable[str]) -> bool:
    """Whether a folder is an archive, or the index in one; an archive whose first run died has no more than the lock of its index."""
    return (
        not ARCHIVE_MARKERS.isdisjoint(names)
        or any(name.startswith("_MAIN_") and name.endswith(".toc") for name in names)
        or ("index" in folders and os.path.lexists(os.path.join(here, "index", "MAIN_WRITELOCK")))  # noqa: PTH118
    )
