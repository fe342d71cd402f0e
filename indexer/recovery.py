"""What a run begins with: it cleans up after one that died, and rebuilds a manifest that does not match its index."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from reftel.base import durable
from reftel.engine.reader import open_reader
from reftel.index_errors import archive_errors
from reftel.indexer.manifest import FILE_NAME, NEXT_NAME, About, Draft, Manifest, SourceRow, VersionRow
from reftel.indexer.publishing import INDEX_FOLDER, REMADE, Publication, index_generation, recover
from reftel.indexer.seal import is_sealed
from reftel.schema.cable import Cable
from reftel.schema.errors import ArchiveDamaged, ArchiveError
from reftel.schema.names import path_of
from reftel.schema.stored import cable_of


def open_publication(archive: Path, note: Callable[[str], None]) -> Publication:
    """The manifest to begin a run with. Only under the archive's lock, with the index's writer open."""
    with archive_errors():
        generation = index_generation(archive)
    interrupted = (archive / NEXT_NAME).exists()
    if not recover(archive, generation):
        note("the manifest did not belong to this index (an archive copied during a run?): it was rebuilt, every file is read again")
        remake_manifest(archive, generation)
    elif not (archive / FILE_NAME).exists():
        remake_manifest(archive, generation)
    elif interrupted:
        note("an earlier run died while it published; what it left was put in order")
    return Publication(archive, generation)


def check_whole(archive: Path) -> None:
    """Refuse to build on a manifest that was altered after it was written. `ArchiveDamaged`."""
    for path in (archive / NEXT_NAME, archive / FILE_NAME):
        if path.exists() and not is_sealed(path):
            raise ArchiveDamaged(f"{path}: its checksum is wrong, it was altered after it was written; `reftel verify --repair` rebuilds the archive")


def check_count(archive: Path, manifest: Manifest, cables: int) -> None:
    """Refuse to build on a manifest that speaks of more or fewer cables than the index shows. `ArchiveDamaged`."""
    known = manifest.count_shown()
    if known != cables:
        raise ArchiveDamaged(
            f"{archive}: the index shows {cables:,} cables and the manifest lists {known:,}; `reftel verify` names them, "
            "`reftel verify --repair` rebuilds the archive"
        )


def remake_manifest(archive: Path, generation: int) -> None:
    """Write a manifest from what the index holds. Every file in it counts as changed; texts that are not shown are found when it is read."""
    seen, run = seen_before(archive / FILE_NAME)
    path = archive / REMADE
    draft = Draft(path)
    try:
        cables: Counter[str] = Counter()
        for version in _shown_versions(archive / INDEX_FOLDER):
            draft.put_version(version)
            cables[version.file] += 1
            seen.setdefault(version.key, (run, ""))
        for file, count in cables.items():
            draft.put_source(SourceRow(file, -1, -1, "", count, 0))
        draft.put_seen((key, *sight) for key, sight in seen.items())
        draft.finish(About(generation - 1, run))
    except BaseException:
        draft.close()
        raise
    durable.flush_file(path)
    durable.put_in_place(path, archive / FILE_NAME)


def _shown_versions(folder: Path) -> Iterator[VersionRow]:
    with archive_errors():
        reader = open_reader(folder)
        try:
            for document, alive in enumerate(reader.live.tolist()):
                if alive:
                    yield _version_of(cable_of(reader.record(document)))
        finally:
            reader.close()


def _version_of(cable: Cable) -> VersionRow:
    source = cable.source
    path = source.path if source else ""
    file = _file_of(path)
    length = len(cable.header) + len(cable.body)
    return VersionRow(cable.key, file, path, (source.locator if source else None) or 0, length, "", chosen=True)


def _file_of(name: str) -> str:
    """The source file that a record's ``FILE`` or ``FILE!MEMBER`` names; where neither is there any more, what stands before the first ``!``."""
    places = [place for place, character in enumerate(name) if character == "!"]
    candidates = [name, *(name[:place] for place in reversed(places))]
    return next((file for file in candidates if os.path.isfile(path_of(file))), candidates[-1])  # noqa: PTH113 - tells without raising


def seen_before(path: Path) -> tuple[dict[str, tuple[int, str]], int]:
    """First sights and number of runs of a manifest, as far as it can be read."""
    try:
        manifest = Manifest(path)
        seen = {str(key): (int(str(run)), str(at)) for key, run, at in manifest.all_seen()}
    except (ArchiveError, ValueError):  # a number that altered bytes made another thing
        return {}, 0
    manifest.close()
    return seen, manifest.about.run
