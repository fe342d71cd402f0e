"""Writes records into an index: one writer at a time, and every commit is atomic."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from reftel.base import durable
from reftel.engine import merging
from reftel.engine.checks import check_record, check_specs
from reftel.engine.contents import Entry, TableOfContents, read_contents, write_contents
from reftel.engine.damage import refuse_damage
from reftel.engine.errors import EngineError, IndexVersion
from reftel.engine.folder import Lock, has_segments, latest_generation, remove_leftovers
from reftel.engine.reader import Reader
from reftel.engine.run import Run, RunSettings
from reftel.engine.segment import Segment
from reftel.engine.specs import FieldSpec, Record
from reftel.engine.terms_writer import Roots

_MANY = 500  # key lookups after which a filter of all committed keys is built

MEMORY_MB = 512
"""Approximate limit of a writer's memory, in megabytes; when it is reached, a segment is written."""


def open_writer(folder: str | Path, specs: Sequence[FieldSpec], *, roots: Roots | None = None, memory_mb: int = MEMORY_MB) -> Writer:
    """A writer for the index in ``folder``, which is created if missing. ``roots``: gives the roots of words, for fields with roots.

    Errors: `LockHeld` while another writer is open, `IndexVersion` if the index has other fields, `IndexDamaged`, and ``ValueError`` for
    invalid field names.
    """
    place = Path(folder)
    check_specs(specs)
    durable.make_inner_folder(place)
    lock = Lock(place)
    try:
        with refuse_damage(place):
            return Writer(place, _create_or_check(place, tuple(specs)), lock, roots, memory_mb)
    except BaseException:
        lock.release()
        raise


def _create_or_check(folder: Path, specs: tuple[FieldSpec, ...]) -> TableOfContents:
    if latest_generation(folder) < 0 and not has_segments(folder):
        _publish(folder, TableOfContents(0, specs, ()))
    contents = read_contents(folder)
    if contents.specs != specs:
        raise IndexVersion(f"the index in '{folder}' was built with other fields")
    return contents


def _publish(folder: Path, contents: TableOfContents) -> None:
    from reftel.engine.whoosh_index import whoosh_contents  # noqa: PLC0415 - Whoosh takes a while to import

    write_contents(folder, contents, whoosh_contents(contents))


def _refuse_altered(segments: Sequence[Segment]) -> None:
    """Raise ``ValueError`` for a segment with a wrong checksum: a merge would copy the damage and give it a valid checksum."""
    for segment in segments:
        for name in segment.file.verify():
            raise ValueError(f"the array '{name}' of '{segment.name}' was altered")


def _slots_of(keys: Iterable[str], count: int) -> bytes:
    """A filter of keys: a byte per slot, 1 where the hash of a key selects it; about one slot in eight is set."""
    slots = bytearray(8 * count + 1)
    for key in keys:
        slots[hash(key) % len(slots)] = 1
    return bytes(slots)


def _to_merge(entries: Sequence[Entry], added: int | None) -> list[int]:
    return merging.choose([(entry.live, entry.size) for entry in entries], added)


class Writer:
    """Collects changes until `commit`. As a context manager it commits at the end and cancels on an error."""

    def __init__(self, folder: Path, contents: TableOfContents, lock: Lock, roots: Roots | None, memory_mb: int) -> None:
        self._folder, self._contents, self._lock, self._roots = folder, contents, lock, roots
        self._before = Reader(folder, contents)
        self._dropped: set[int] = set()  # committed documents that are deleted or replaced
        self._run = Run(RunSettings(folder, contents.specs, roots, memory_mb << 20, self._before.dictionary()))
        self._added: dict[str, int] = {}
        self._asked: tuple[str | None, int | None] = (None, None)  # the key looked up last, and its committed document
        self._lookups, self._slots = 0, b""
        self._changed, self._open = False, True

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and (key in self._added or self._committed(key) is not None)

    def __len__(self) -> int:
        committed: int = self._before.documents - len(self._dropped)
        return committed + len(self._added)

    def committed_record(self, key: str) -> bytes | None:
        """The stored bytes of the committed record with this key, or ``None``. Only before `commit`."""
        document = self._before.document(key)
        return None if document is None else self._before.record(document)

    def add(self, record: Record) -> None:
        """Add a record under a new key; `EngineError` if the key is taken."""
        if record.key in self:
            raise EngineError(f"the key '{record.key}' is taken")
        check_record(record, self._contents.specs)
        self._put(record)

    def replace(self, record: Record) -> bool:
        """Whether the key existed; adds the record, in place of the existing one."""
        check_record(record, self._contents.specs)
        existed = self.delete(record.key)
        self._put(record)
        return existed

    def delete(self, key: str) -> bool:
        """Whether the key existed; removes its record."""
        if key in self._added:
            self._run.delete(self._added.pop(key))
        elif (document := self._committed(key)) is not None:
            self._dropped.add(document)
        else:
            return False
        self._changed = True
        return True

    def commit(self, *, optimize: bool = False, added: int | None = None) -> bool:
        """Whether there were changes; publishes them and closes the writer. ``optimize``: merge all segments into one without tombstones.

        ``added``: documents that earlier commits of a run added which ends with this one: its segments are merged as far as that pays. ``None``:
        other commits follow, and merging can wait for them.
        """
        if not self._changed and not (self._can_be_optimized() if optimize else added and self.would_merge(added)):
            self.cancel()
            return False
        try:
            run = None if added is None else added + len(self._added)
            entries = self._merged([*self._kept(), *self._run.finish()], run, optimize=optimize)
            after = TableOfContents(self._contents.generation + 1, self._contents.specs, tuple(entries))
            _publish(self._folder, after)
            self._contents = after
        finally:
            self._close()
        return True

    def would_merge(self, added: int) -> bool:
        """Whether `commit` would merge segments although nothing has changed."""
        return bool(_to_merge(self._contents.entries, added))

    def cancel(self) -> None:
        """Discard the changes and close the writer."""
        self._close()

    def _can_be_optimized(self) -> bool:
        return len(self._contents.entries) > 1 or any(len(entry.deleted) for entry in self._contents.entries)

    def _committed(self, key: str) -> int | None:
        if key != self._asked[0]:
            self._asked = key, self._before.document(key) if self._may_be_committed(key) else None
        document = self._asked[1]
        return None if document in self._dropped else document

    def _may_be_committed(self, key: str) -> bool:
        """``False`` only if the key is not committed. After `_MANY` lookups a filter of all committed keys answers.

        A long run looks up tens of thousands of new keys, for each of which every segment would be searched.
        """
        self._lookups += 1
        if self._lookups == _MANY:
            self._slots = _slots_of(self._before.iter_keys(), self._before.size)
        return not self._slots or self._slots[hash(key) % len(self._slots)] != 0

    def _put(self, record: Record) -> None:
        self._added[record.key] = self._run.add(record)
        self._changed = True

    def _kept(self) -> list[Entry]:
        """The committed segments, with the tombstones of this writer added."""
        dropped = np.sort(np.fromiter(self._dropped, dtype=np.int64, count=len(self._dropped)))
        base, entries = 0, []
        for entry in self._contents.entries:
            low, high = np.searchsorted(dropped, (base, base + entry.size)).tolist()
            deleted = np.union1d(entry.deleted, dropped[low:high] - base) if high > low else entry.deleted
            entries.append(Entry(entry.name, entry.size, deleted))
            base += entry.size
        return entries

    def _merged(self, entries: list[Entry], added: int | None, *, optimize: bool) -> list[Entry]:
        entries = [entry for entry in entries if entry.live]
        alone = len(entries) == 1 and not len(entries[0].deleted)
        chosen = range(0 if alone else len(entries)) if optimize else _to_merge(entries, added)
        if not chosen:
            return entries
        segments: list[Segment] = []
        try:
            segments += (Segment(self._folder, entries[number].name, entries[number].size, entries[number].deleted) for number in chosen)
            with refuse_damage(self._folder):
                _refuse_altered(segments)
                name, size = merging.merge(self._folder, self._contents.specs, segments, self._roots)
        except OSError as error:
            if optimize or error.errno not in durable.NO_ROOM:
                raise
            return entries  # what was added has room; a later commit merges
        finally:
            for segment in segments:
                segment.close()
        kept = [entry for number, entry in enumerate(entries) if number not in set(chosen)]
        return [*kept, Entry(name, size, np.empty(0, dtype=np.uint8))]

    def _close(self) -> None:
        if not self._open:
            return
        self._open = False
        try:
            self._run.abandon()
            self._before.close()
            remove_leftovers(self._folder, self._contents.generation, {entry.name for entry in self._contents.entries})
        finally:
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None and self._open:
            self.commit()
        else:
            self.cancel()
