"""Is there an archive in a folder, made of nothing but files, and did its first run finish? Asked before anything in it is opened."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from reftel.base import durable
from reftel.engine.contents import read_contents
from reftel.engine.damage import DAMAGE
from reftel.engine.errors import EngineError
from reftel.engine.folder import CONTENTS, LOCK, SEGMENT, contents_name, has_segments, latest_generation
from reftel.indexer.manifest import FILE_NAME, NEXT_NAME
from reftel.indexer.publishing import INDEX_FOLDER, find_manifest
from reftel.schema.errors import ArchiveDamaged, ArchiveError, ArchiveMissing

_LOCK = "lock"
_FILES = {FILE_NAME, NEXT_NAME, _LOCK, INDEX_FOLDER, "mine.sqlite", "mine.sqlite-journal", "saved.json", "saved.json.lock"}
_LEFTOVERS = (".draft", ".spool", ".remade", ".new", ".own")
_FIRST = 0  # generation of an index that holds nothing yet


def check_archive(archive: Path) -> None:
    """Nothing for an archive that was published and has its parts, whole or not; the archive's folder itself may be a link.

    Errors: `ArchiveMissing` where there is none, or where its first run has not finished; `ArchiveDamaged` for one that has lost its manifest
    or its index, or holds links, pipes and the like.
    """
    if has_a_part(archive):
        refuse_strangers(archive)
    index = archive / INDEX_FOLDER
    generation = latest_generation(index)
    listed = any((archive / name).exists() for name in (FILE_NAME, NEXT_NAME))
    if generation > _FIRST or (generation < _FIRST and has_segments(index)):
        if not listed:
            raise ArchiveDamaged(f"{archive}: the archive has lost its manifest; the next `reftel index` or `reftel reindex` rebuilds it")
    elif _runs(archive, generation, listed=listed):
        if generation < _FIRST:
            raise ArchiveDamaged(f"{archive}: the archive has lost its index; `reftel verify --repair` rebuilds the archive")
    else:
        raise ArchiveMissing(_why_missing(archive, begun=listed or index.is_dir() or (archive / _LOCK).is_file()))


def _runs(archive: Path, generation: int, *, listed: bool) -> int:
    """How many runs changed an archive whose index holds nothing."""
    if not listed:
        return 0
    try:
        manifest = find_manifest(archive, max(generation, _FIRST))
    except ArchiveMissing:  # there is but one that does not count yet
        return 0
    if manifest is None:  # that of a later index
        return 1
    manifest.close()
    return manifest.about.run


def _why_missing(archive: Path, *, begun: bool) -> str:
    with contextlib.suppress(OSError):
        if not archive.is_dir():
            return f"{archive}: is {durable.kind_of(archive.stat().st_mode)}, not the folder of an archive; name another one"
    if begun:
        return f"{archive}: the first run into this archive has not finished; if none is running, run `reftel index` or `reftel reindex` again"
    return f"{archive}: there is no archive here; make one with `reftel index SOURCE --archive {archive}`"


def refuse_strangers(archive: Path) -> None:
    """`ArchiveDamaged` if anything in an archive is a link, a pipe or the like; `ArchiveError` for such a folder that is none yet."""
    for name, found in strangers(archive):
        if not has_a_part(archive):
            raise ArchiveError(f"{archive}: is no archive, and '{name}' in it is {found}; name a folder that an archive has for itself")
        raise ArchiveDamaged(f"{archive / name} is {found}; an archive holds nothing but files: look at it and remove it")


def has_a_part(archive: Path) -> bool:
    """Whether a folder has any part of a published archive; one that has none may be anything, ``/`` or a person's home."""
    index = archive / INDEX_FOLDER
    return any(os.path.lexists(archive / name) for name in (FILE_NAME, NEXT_NAME)) or latest_generation(index) >= _FIRST or has_segments(index)


def strangers(archive: Path) -> Iterator[tuple[str, str]]:
    """The names of what in an archive is neither file nor folder where it should be, and what it is: ``("saved.json", "a link")``.

    Folders that no archive has are a person's own, and passed over with all that is in them.
    """
    yield from _odd(archive, "", folders={INDEX_FOLDER})
    yield from _odd(archive, INDEX_FOLDER, folders=set())


def _odd(archive: Path, folder: str, folders: set[str]) -> Iterator[tuple[str, str]]:
    try:
        entries = sorted(os.scandir(archive / folder), key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        hint = "look at its permissions" if isinstance(error, PermissionError) else "name the archive's folder, or look at its disk"
        raise ArchiveError(f"{archive / folder}: cannot be read ({error.strerror or error}); {hint}") from error
    for entry in entries:
        if entry.name in folders:
            regular = entry.is_dir(follow_symlinks=False)
        else:
            regular = entry.is_file(follow_symlinks=False) or (not _is_ours(entry.name) and entry.is_dir(follow_symlinks=False))
        with contextlib.suppress(FileNotFoundError):  # removed by a run in this moment
            if not regular:
                mode = entry.stat(follow_symlinks=False).st_mode
                yield os.path.join(folder, entry.name), durable.kind_of(mode)  # noqa: PTH118


def others(archive: Path, generation: int) -> Iterator[tuple[str, str]]:
    """The files of an archive that nothing in it refers to, and what they are. ``generation``: of its index."""
    folders = [("", _FILES)]
    # where the table of contents is damaged there is no telling which segments count
    with contextlib.suppress(EngineError, OSError, *DAMAGE):
        segments = {entry.name + SEGMENT for entry in read_contents(archive / INDEX_FOLDER).entries}
        folders.append((INDEX_FOLDER, {contents_name(generation), LOCK} | segments))
    for folder, known in folders:
        try:
            names = sorted(path.name for path in (archive / folder).iterdir())
        except (FileNotFoundError, NotADirectoryError):
            continue
        for name in names:
            leftover = name.endswith(_LEFTOVERS) or (folder and name.endswith((CONTENTS, SEGMENT)))
            what = "left by a run that did not finish; the next one removes it" if leftover else "no part of the archive"
            if name not in known:
                yield os.path.join(folder, name), what  # noqa: PTH118


def _is_ours(name: str) -> bool:
    return name.startswith((FILE_NAME, "mine.sqlite", "saved.json", "_MAIN_", "MAIN_")) or name == _LOCK
