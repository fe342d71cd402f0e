"""From the sources a person names to the files in them: folders are walked, patterns are looked up, the rest is taken as it is."""

from __future__ import annotations

import dataclasses
import glob
import os
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from reftel.indexer.source_names import is_file_read, is_folder_read
from reftel.schema.errors import SourceError
from reftel.schema.names import name_of

ARCHIVE_MARKERS = frozenset({"manifest.sqlite", "manifest.sqlite.next", "manifest.sqlite.draft"})
"""A folder that holds one of these files is an archive of reftel's own, not a source."""

OnError = Callable[[SourceError], None]


def iter_files(sources: Iterable[str | os.PathLike[str]], on_error: OnError) -> Iterator[Path]:
    """Files of the sources in sorted order, each once. A source that is missing or a folder without files is reported to ``on_error``."""
    return Selection(tuple(os.fsdecode(source) for source in sources)).iter_files(on_error)


@dataclasses.dataclass(slots=True)
class Selection:
    """Files, folders and patterns (``dumps/**/*.csv``) to read, without those that a pattern of ``excludes`` fits.

    An exclude fits a file's whole path, its path inside the source, or the name of the file or of a folder on the way: ``drafts``,
    ``*.bak``, ``old/*.html``.
    """

    sources: tuple[str, ...]
    excludes: tuple[str, ...] = ()
    _alive: set[str] = dataclasses.field(default_factory=set)

    def iter_files(self, on_error: OnError) -> Iterator[Path]:
        """Files in sorted order of each source, each once."""
        seen: set[Path] = set()
        for source in self.sources:
            for path in self._files_of(source, on_error):
                if path not in seen:
                    seen.add(path)
                    yield path

    def _files_of(self, source: str, on_error: OnError) -> Iterator[Path]:
        for top in _tops(source, on_error):
            found = False
            for path in _walk(top, on_error) if top.is_dir() else (top,):
                if not self._excluded(path, top):
                    found = True
                    self._alive.add(source)
                    yield path
            if not found and top.is_dir():
                on_error(SourceError("no files in this folder; what was indexed from it earlier is kept", path=name_of(top)))

    def _excluded(self, path: Path, top: Path) -> bool:
        inside = path.relative_to(top) if path != top else Path(path.name)
        return any(
            fnmatchcase(str(path), pattern) or fnmatchcase(str(inside), pattern) or any(fnmatchcase(part, pattern) for part in inside.parts)
            for pattern in self.excludes
        )

    def forgets(self, path: Path) -> bool:
        """Whether a file indexed earlier is to be forgotten: gone or excluded, while its source still gives other files.

        Only after `iter_files`. A source of which nothing is left may be a disk that is not mounted: it keeps what it gave.
        """
        for source in self._alive:
            top = _fixed_part(source)
            if path != top and _belongs(path, source):
                return _is_gone(path) or self._excluded(path, top)
        return False


def _is_pattern(source: str) -> bool:
    return glob.has_magic(source) and not os.path.lexists(source)


def _tops(source: str, on_error: OnError) -> list[Path]:
    """The files and folders that a source names."""
    if _is_pattern(source):
        found = sorted(Path(name) for name in glob.iglob(source, recursive=True))  # noqa: PTH207 - a Path has no absolute patterns
        if not found:
            on_error(SourceError("no file fits this pattern; what was indexed by it earlier is kept", path=name_of(source)))
        return found
    if not Path(source).exists():
        on_error(SourceError("no such file or folder; check the spelling or whether its disk is mounted", path=name_of(source)))
        return []
    return [Path(source)]


def _fixed_part(source: str) -> Path:
    """The part of a pattern before its first wildcard: ``/a/b*/c`` -> ``/a``; any other source as it is."""
    if not _is_pattern(source):
        return Path(source)
    parts = Path(source).parts
    return Path(*parts[: next(number for number, part in enumerate(parts) if glob.has_magic(part))])


def _belongs(path: Path, source: str) -> bool:
    if not _is_pattern(source):
        return path.is_relative_to(source)
    return _fits(path.parts, Path(source).parts)


def _fits(parts: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    """Whether a path, or a folder above it, fits a pattern with ``**``; the table is as wide as the path is deep."""
    reached = {0}
    for step in pattern:
        if step == "**":
            reached = set(range(min(reached), len(parts) + 1)) if reached else set()
        else:
            reached = {place + 1 for place in reached if place < len(parts) and fnmatchcase(parts[place], step)}
    return bool(reached)


def _walk(folder: Path, on_error: OnError) -> Iterator[Path]:
    def report(error: OSError) -> None:
        on_error(SourceError(f"cannot list this folder: {error.strerror}", path=name_of(error.filename)))

    for here, folders, names in os.walk(folder, onerror=report, followlinks=False):
        if not ARCHIVE_MARKERS.isdisjoint(names):
            folders.clear()
            continue
        folders[:] = sorted(filter(is_folder_read, folders))
        yield from (Path(here, name) for name in sorted(filter(is_file_read, names)))


def _is_gone(path: Path) -> bool:
    """Whether a file does not exist; one that cannot be looked at is not gone."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False
