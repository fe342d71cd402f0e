"""From the sources a person names to the files in them: folders are walked, the rest is taken as it is."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from reftel.schema.errors import SourceError

ARCHIVE_MARKER = "manifest.sqlite"
"""A folder that holds this file is an archive of reftel's own, not a source."""

OnError = Callable[[SourceError], None]


def iter_files(sources: Iterable[str | os.PathLike[str]], on_error: OnError) -> Iterator[Path]:
    """Files of the sources in sorted order, each once. A source that is missing or a folder without files is reported to ``on_error``."""
    seen: set[Path] = set()
    for source in map(Path, sources):
        for path in _files_of(source, on_error):
            if path not in seen:
                seen.add(path)
                yield path


def _files_of(source: Path, on_error: OnError) -> Iterator[Path]:
    if not source.exists():
        on_error(SourceError("no such file or folder; check the spelling or whether its disk is mounted", path=str(source)))
    elif not source.is_dir():
        yield source
    else:
        found = False
        for path in _walk(source, on_error):
            found = True
            yield path
        if not found:
            on_error(SourceError("no files in this folder; what was indexed from it earlier is kept", path=str(source)))


def _walk(folder: Path, on_error: OnError) -> Iterator[Path]:
    def report(error: OSError) -> None:
        on_error(SourceError(f"cannot list this folder: {error.strerror}", path=str(error.filename)))

    for here, folders, names in os.walk(folder, onerror=report, followlinks=False):
        if ARCHIVE_MARKER in names:
            folders.clear()
            continue
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(here, name) for name in sorted(names) if _is_source(name))


def _is_source(name: str) -> bool:
    """Whether a file met on a walk is read: hidden files and the notes that people put beside cables are not."""
    return not name.startswith(".") and not name.lower().endswith(".md") and Path(name).stem.lower() != "readme"
