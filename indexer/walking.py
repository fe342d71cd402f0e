"""Which files a folder or a pattern leads to. Archives and one's own places are passed over, what cannot be listed is reported."""

from __future__ import annotations

import glob
import os
from collections import deque
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


def literal(path: str) -> str:
    """The source that names this file, and is no pattern that other files fit where it is gone."""
    return glob.escape(path) if is_pattern(path) else path


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
    """Looks into folders for a run; ``on_error`` is called with what cannot be listed, and ``failed`` says that there was something.

    ``follow_links``: whether links that are met are followed; else they are passed over, and ``links`` has them.
    """

    def __init__(self, own: Own, on_error: OnError, *, follow_links: bool = False) -> None:
        self._own, self._on_error, self._follow = own, on_error, follow_links
        self.failed = False
        self.links: set[Path] = set()

    def files(self, folder: Path) -> Iterator[Path]:
        """Files in a folder and those below it, in sorted order; what lies behind links to folders comes last."""
        for _, entries in self._tree(folder):
            for entry in entries:
                if is_file_read(entry.name) and not _is_folder(entry) and self._goes(entry):
                    yield Path(entry.path)

    def places(self, pattern: str) -> list[Path]:
        """Files and folders that fit a pattern, each once, as `glob` has it; but folders that cannot be listed are reported, and what a folder would
        pass over is met only by a pattern that says so."""
        start = fixed_part(pattern)
        steps = Path(pattern).parts[len(start.parts) :]
        # "**" behind "**" says nothing more, and would be tried in every combination
        steps = tuple(step for number, step in enumerate(steps) if step != "**" or steps[number - 1 : number] != ("**",))
        return sorted(place for place in set(self._matches(start, steps)) if os.path.lexists(place) and not _is_archive_folder(place))

    def _matches(self, place: Path, steps: tuple[str, ...]) -> Iterator[Path]:
        if not steps:
            yield place
        elif steps[0] == "**":
            for here, entries in self._tree(place):
                yield from self._matches(here, steps[1:])
                if len(steps) == 1:
                    yield from (Path(entry.path) for entry in entries if not _is_folder(entry) and is_file_read(entry.name) and self._goes(entry))
        elif glob.has_magic(steps[0]):
            for entry in self._entries(place, hidden=steps[0].startswith(".")):
                wanted = fnmatchcase(entry.name, steps[0]) and (len(steps) == 1 or _is_folder(entry))
                if wanted and _is_read(entry, steps[0]) and self._goes(entry):
                    yield from self._matches(Path(entry.path), steps[1:])
        elif os.path.lexists(place / steps[0]):
            if self._follow or not (place / steps[0]).is_symlink():
                yield from self._matches(place / steps[0], steps[1:])
            else:
                self.links.add(place / steps[0])

    def _tree(self, top: Path) -> Iterator[tuple[Path, list[os.DirEntry[str]]]]:
        """A folder and those below it, each with what lies in it. Those behind links come last; links never lead into a folder again."""
        behind_links, seen = deque([str(top)]), set[tuple[int, int]]()
        while behind_links:
            waiting = [behind_links.popleft()]
            while waiting:
                here = waiting.pop()
                if self._follow and not _is_first(here, seen):
                    continue
                entries = self._entries(Path(here))
                yield Path(here), entries
                folders = [entry for entry in entries if is_folder_read(entry.name) and _is_folder(entry)]
                waiting += (entry.path for entry in reversed(folders) if not entry.is_symlink())
                behind_links += (entry.path for entry in folders if entry.is_symlink() and self._goes(entry))

    def _goes(self, entry: os.DirEntry[str]) -> bool:
        """Whether to go on with what lies in a folder. A link that is not followed is noted."""
        if self._follow or not entry.is_symlink():
            return True
        self.links.add(Path(entry.path))
        return False

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

    def _fail(self, folder: str, error: OSError) -> None:
        self.failed = True
        self._on_error(unreadable(name_of(folder), error, "cannot list this folder"))


def _is_read(entry: os.DirEntry[str], pattern: str) -> bool:
    """Whether a file or folder that fits a pattern is read as in a folder, or is such a one that the pattern says it is meant: ``*.md``, ``README*``."""
    is_read = is_folder_read if _is_folder(entry) else is_file_read
    return is_read(entry.name) or not is_read(pattern)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether this is a folder, or a link to one."""
    try:
        return entry.is_dir()
    except OSError:  # a link that leads round in a circle, or where one may not look
        return False


def _is_first(folder: str, seen: set[tuple[int, int]]) -> bool:
    """Whether a folder was not among those ``seen``; now it is."""
    try:
        status = os.stat(folder)  # noqa: PTH116 - a Path for every folder takes time
    except OSError:  # reported by whoever lists it
        return True
    before = len(seen)
    seen.add((status.st_dev, status.st_ino))
    return len(seen) > before


def _is_archive_folder(place: Path) -> bool:
    try:
        names = [entry.name for entry in place.iterdir()] if place.is_dir() else []
    except OSError:  # reported by whoever walks through it
        return False
    return _is_archive(str(place), names, names)


def _is_archive(here: str, folders: Iterable[str], names: Iterable[str]) -> bool:
    """Whether a folder is an archive, or the index in one; an archive whose first run died has no more than the lock of its index."""
    return (
        not ARCHIVE_MARKERS.isdisjoint(names)
        or any(name.startswith("_MAIN_") and name.endswith(".toc") for name in names)
        or ("index" in folders and os.path.lexists(os.path.join(here, "index", "MAIN_WRITELOCK")))  # noqa: PTH118
    )
