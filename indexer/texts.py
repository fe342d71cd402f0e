"""Which text of a cable the archive shows, whatever the order in which texts come and go."""

from __future__ import annotations

import dataclasses
import json
import zlib
from collections.abc import Iterable
from pathlib import Path

from reftel.indexer.manifest import VersionRow
from reftel.indexer.message import Message
from reftel.indexer.publishing import Publication
from reftel.indexer.writer import CableWriter, record_bytes
from reftel.schema.cable import Cable
from reftel.schema.errors import ArchiveDamaged


class Texts:
    """The texts of all cables during a run: every change goes to the index's writer and to the manifest's draft at once.

    ``existed``: for each key that the run touched, whether the archive showed it before. ``changed``: whether the index will change.
    """

    def __init__(self, writer: CableWriter, publication: Publication, folder: Path) -> None:
        self._writer, self._publication, self._folder = writer, publication, folder
        self.existed: dict[str, bool] = {}
        self.changed = False

    def offer(self, file: Path, message: Message, cable: Cable) -> None:
        """Take in a text: show it if it is the best, keep it otherwise."""
        source = message.source
        assert source is not None  # only texts that come from no file have none
        length = len(cable.header) + len(cable.body)
        version = VersionRow(cable.key, str(file), source.path, source.locator or 0, length, message.released or "", chosen=False)
        others = self._publication.manifest.versions(cable.key)
        if any(other.rank > version.rank for other in others):
            self._publication.draft.put_version(dataclasses.replace(version, record=pack(cable)))
            self.promote(cable.key)
        else:
            self._demote(others)
            self._show(version, cable)

    def promote(self, key: str) -> None:
        """Show the best text that is known for ``key``, unless it is shown already; remove the cable where there is none."""
        versions = self._publication.manifest.versions(key)
        if not versions:
            self._note(key)
            self.changed |= self._writer.delete(key)
        elif not versions[0].chosen:
            best = versions[0]
            assert best.record is not None  # kept for every text that is not shown
            self._demote(versions)
            self._show(best, unpack(best.record))

    def drop_file(self, file: str) -> set[str]:
        """Forget the texts that ``file`` held; the keys of those that were shown, to be given to `promote`."""
        lost = set()
        for version in self._publication.manifest.versions_of(file):
            self._publication.draft.drop_version(version)
            if version.chosen:
                lost.add(version.key)
        return lost

    def removed(self) -> list[str]:
        """Keys that the archive showed before this run and does not show now."""
        return [key for key, existed in self.existed.items() if existed and key not in self._writer]

    def added(self) -> list[str]:
        """Keys that the archive did not show before this run and shows now."""
        return [key for key, existed in self.existed.items() if not existed and key in self._writer]

    def _note(self, key: str) -> None:
        self.existed.setdefault(key, key in self._writer)

    def _show(self, version: VersionRow, cable: Cable) -> None:
        self._note(version.key)
        record = record_bytes(cable)
        self._writer.put(cable, record)
        self.changed = True
        self._publication.draft.put_written(version.key, zlib.compress(record, 1))
        self._publication.draft.put_version(dataclasses.replace(version, chosen=True, record=None))

    def _demote(self, versions: Iterable[VersionRow]) -> None:
        """Take the record of the text shown so far into the manifest."""
        for version in versions:
            if version.chosen:
                record = self._shown_record(version.key)
                self._publication.draft.put_version(dataclasses.replace(version, chosen=False, record=record))

    def _shown_record(self, key: str) -> bytes:
        written = self._publication.draft.written(key)
        if written is not None:
            return written
        record = self._writer.committed_record(key)
        if record is None:
            raise ArchiveDamaged(
                f"{self._folder}: the manifest says that the index shows '{key}', but it does not; `reftel verify --repair` makes the archive anew"
            )
        return zlib.compress(record, 1)


def pack(cable: Cable) -> bytes:
    """A record as the manifest keeps it: compressed JSON."""
    return zlib.compress(record_bytes(cable), 1)


def unpack(record: bytes) -> Cable:
    """The cable of a kept record."""
    return Cable.from_dict(json.loads(zlib.decompress(record)))
