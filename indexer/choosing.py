"""Which text of a cable the archive shows, whatever the order in which texts come and go."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import TYPE_CHECKING

from reftel.engine.specs import Record
from reftel.indexer.kept import pack, unpack
from reftel.indexer.manifest import VersionRow
from reftel.indexer.publishing import Publication
from reftel.indexer.text import Text
from reftel.record import record_of
from reftel.schema.errors import ArchiveDamaged

if TYPE_CHECKING:
    from reftel.indexer.store import IndexWriter

_REMEMBERED = 1 << 12
"""Cables whose shown text is cached: a dump may repeat one cable many times, and its texts should not be listed again for each."""


class Chooser:
    """Decides which text of each cable is shown during a run: every change goes to the index's writer and to the manifest's draft at once.

    ``existed``: for each key that the run touched, whether the archive showed it before. ``changed``: whether the index will change.
    """

    def __init__(self, writer: IndexWriter, publication: Publication, archive: str) -> None:
        self._writer, self._publication, self._archive = writer, publication, archive
        self.existed: dict[str, bool] = {}
        self.changed = False
        self._shown: dict[str, VersionRow] = {}  # where they are the best that are known

    def offer(self, file: str, text: Text) -> None:
        """Take in a text: show it if it is the best, keep it otherwise."""
        key = text.record.key
        version = VersionRow(key, file, text.path, text.locator, text.length, text.released, chosen=False)
        shown = self._shown.get(key)
        others = [shown] if shown is not None else self._versions(key)
        if any(other.rank > version.rank for other in others):
            self._publication.draft.put_version(dataclasses.replace(version, record=pack(text.record.stored)))
            if shown is None or (shown.path, shown.locator) == (version.path, version.locator):  # whose row it took
                self.promote(key)
        else:
            self._demote(others)
            self._show(version, text.record)

    def promote(self, key: str) -> None:
        """Show the best text that is known for ``key``, unless it is shown already; remove the cable where there is none."""
        self._shown.pop(key, None)
        versions = self._publication.manifest.versions(key)
        if not versions:
            self._note(key)
            self.changed |= self._writer.delete(key)
        elif not versions[0].chosen:
            best = versions[0]
            if best.record is None:  # kept for every text that is not shown
                raise ArchiveDamaged(f"{self._archive}: the manifest has lost a text of '{key}'; `reftel verify --repair` rebuilds the archive")
            self._demote(versions)
            cable = unpack(best.record)
            self._show(best, record_of(cable))
        else:
            self._remember(versions[0])

    def drop(self, file: str, key: str) -> None:
        """Forget what ``file`` held of a cable, before another text of it is offered."""
        self._shown.pop(key, None)
        self._publication.draft.drop_versions(key, file)

    def removed(self) -> list[str]:
        """Keys that the archive showed before this run and does not show now."""
        return [key for key, existed in self.existed.items() if existed and key not in self._writer]

    def added(self) -> list[str]:
        """Keys that the archive did not show before this run and shows now."""
        return [key for key, existed in self.existed.items() if not existed and key in self._writer]

    def _versions(self, key: str) -> list[VersionRow]:
        """Every text that is known of a cable. One that the index does not show has none: most cables of a first run are not asked for."""
        return self._publication.manifest.versions(key) if key in self._writer else []

    def _remember(self, version: VersionRow) -> None:
        if len(self._shown) >= _REMEMBERED:
            self._shown.clear()
        self._shown[version.key] = version

    def _note(self, key: str) -> None:
        self.existed.setdefault(key, key in self._writer)

    def _show(self, version: VersionRow, record: Record) -> None:
        self._note(version.key)
        self._writer.put_record(record)
        self.changed = True
        if not self._writer.remembers:
            self._publication.draft.put_written(version.key, record.stored)
        chosen = VersionRow(version.key, version.file, version.path, version.locator, version.length, version.released, chosen=True)
        self._publication.draft.put_version(chosen)
        self._remember(chosen)

    def _demote(self, versions: Iterable[VersionRow]) -> None:
        """Take the record of the text shown so far into the manifest."""
        for version in versions:
            if version.chosen:
                record = self._shown_record(version.key)
                self._publication.draft.put_version(dataclasses.replace(version, chosen=False, record=record))

    def _shown_record(self, key: str) -> bytes:
        record = self._publication.draft.written(key) or self._writer.committed_record(key)
        if record is None:
            raise ArchiveDamaged(
                f"{self._archive}: the manifest says that the index shows '{key}', but it does not; `reftel verify --repair` rebuilds the archive"
            )
        return pack(record)
