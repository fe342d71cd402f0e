"""How index and manifest change together, although they are two files: what a reader finds, and what a run that died leaves.

The index knows the number of its commit, its *generation*; a manifest knows its *base*, the generation that its run began with. A manifest
describes the index if the index is past the base. A run writes in this order, each step flushed to the disk before the next (a long run several times over):

1. ``manifest.sqlite.draft``, a copy of the manifest, takes the run's changes;
2. when it is whole, it is renamed to ``manifest.sqlite.next``, with the index's generation as its base;
3. the index publishes its commit by one rename: **this is the moment at which the archive is new**;
4. ``manifest.sqlite.next`` is renamed to ``manifest.sqlite``.

Dead before 3, the index is still at the base: ``next`` does not count, and the next run removes it. Dead after 3, the index is past the
base: ``next`` counts, for readers at once, and the next run does step 4. A run that changes no cable leaves the index alone, and its
manifest with the old base takes effect by the rename of step 4 alone.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from reftel.base import durable
from reftel.engine.errors import IndexMissing
from reftel.engine.reader import open_reader
from reftel.indexer.manifest import FILE_NAME, NEXT_NAME, About, CannotOpen, Draft, Manifest, remove_draft
from reftel.schema.errors import ArchiveMissing

INDEX_FOLDER = "index"
_DRAFT = f"{FILE_NAME}.draft"
REMADE = f"{FILE_NAME}.remade"


def index_generation(archive: Path) -> int:
    """Number of the index's last commit; -1 where there is no index."""
    try:
        reader = open_reader(archive / INDEX_FOLDER)
    except IndexMissing:
        return -1
    generation: int = reader.generation
    reader.close()
    return generation


def find_manifest(archive: Path, generation: int) -> Manifest | None:
    """The manifest that describes the index of this generation; ``None`` if a newer one has taken its place.

    Errors: `ArchiveMissing`, `ArchiveDamaged`, `ArchiveVersion`.
    """
    # `next` is looked for first: when it is gone, it has become the manifest that is opened then. One that appears in this moment is
    # that of a later run, and not wanted.
    with contextlib.suppress(ArchiveMissing, CannotOpen):
        manifest = Manifest(archive / NEXT_NAME)
        if manifest.about.base < generation:
            return manifest
        manifest.close()
    manifest = Manifest(archive / FILE_NAME)
    if manifest.about.base < generation:
        return manifest
    manifest.close()
    return None


def recover(archive: Path, generation: int) -> bool:
    """Finish or remove what a run that died has left; whether manifest and index belong together. Only under the archive's lock."""
    for name in (_DRAFT, REMADE):
        remove_draft(archive / name)
    following = archive / NEXT_NAME
    if following.exists():
        if _base(following) < generation:
            durable.put_in_place(following, archive / FILE_NAME)
        else:
            following.unlink()
            durable.flush_folder(archive)
    current = archive / FILE_NAME
    return _base(current) < generation if current.exists() else True


def _base(path: Path) -> int:
    manifest = Manifest(path)
    manifest.close()
    return manifest.about.base


class Publication:
    """The manifest of a run: the published one until the first change, then a draft. Only under the archive's lock."""

    def __init__(self, archive: Path, generation: int) -> None:
        self._archive, self._generation = archive, generation
        current = archive / FILE_NAME
        self._before = Manifest(current) if current.exists() else None
        self._draft: Draft | None = None

    @property
    def manifest(self) -> Manifest:
        """What is known, this run's changes included."""
        return self._draft or self._before or self.draft

    @property
    def draft(self) -> Draft:
        """The manifest to write to; made by the first use."""
        if self._draft is None:
            self._draft = Draft(self._archive / _DRAFT, self._before.path if self._before else None)
        return self._draft

    @property
    def changed(self) -> bool:
        """Whether there is anything to publish. A first run always publishes: what no run ever published counts as unfinished."""
        return self._draft is not None or not self.manifest.about.run

    @property
    def run(self) -> int:
        """Number of this run: how many runs changed the archive, with this one."""
        return self.manifest.about.run + 1

    def prepare(self, *, index_changes: bool) -> None:
        """Steps 1 and 2: make the draft whole and put it where it counts as soon as the index is past its base."""
        draft = self.draft
        base = self._generation if index_changes else min(draft.about.base, self._generation - 1)
        draft.finish(About(base, self.run))
        durable.flush_file(draft.path)
        durable.put_in_place(draft.path, self._archive / NEXT_NAME)

    def conclude(self) -> None:
        """Step 4, after the index's commit."""
        durable.put_in_place(self._archive / NEXT_NAME, self._archive / FILE_NAME)

    def close(self) -> None:
        """Let go of the files; what was not published is dropped."""
        for manifest in (self._before, self._draft):
            if manifest is not None:
                manifest.close()
        remove_draft(self._archive / _DRAFT)
