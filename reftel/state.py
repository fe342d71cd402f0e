"""One state of an archive, and who is using it: its files are closed once the last call has returned."""

from __future__ import annotations

import contextlib
import itertools
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from reftel.schema.cable import Cable
from reftel.schema.errors import ArchiveClosed, ArchiveError, ArchiveMissing, CableNotFound
from reftel.schema.fields import squash
from reftel.schema.identifiers import named_cable
from reftel.schema.stored import cable_of

if TYPE_CHECKING:
    from pathlib import Path

    from reftel.indexer.manifest import Manifest
    from reftel.personal.notes import Notes
    from reftel.search.engines.base import ArchiveEngine
    from reftel.search.searcher import Searcher
    from reftel.snapshot import Location

Item = TypeVar("Item")


class State:
    """Engine, manifest and searcher of one published state. Whoever asks them does so inside ``with state:``.

    A state that nobody refers to any more closes itself; so what an iterator still reads stays open when the archive was refreshed.
    """

    _closed = True  # also of one whose making was interrupted before it began

    def __init__(self, path: Location, notes: Callable[[Path], Notes], cache_mb: float) -> None:
        from reftel.engine.cache import Budget  # noqa: PLC0415 - `import reftel` stays light
        from reftel.search.desk import Records  # noqa: PLC0415
        from reftel.search.searcher import Searcher  # noqa: PLC0415
        from reftel.snapshot import open_snapshot  # noqa: PLC0415

        self._lock = threading.RLock()  # one that a signal's handler may take again, which closes an archive
        self._users = 0
        self._steps: weakref.WeakSet[Steps[Any]] = weakref.WeakSet()
        self.path = path
        if "\0" in str(path):  # which the system takes for no name at all
            raise ArchiveMissing(f"{path}: there is no archive here: the name of a file has no NUL character")
        self.budget = Budget(int(cache_mb * (1 << 20)))
        try:
            self._snapshot = snapshot = open_snapshot(path, self.budget)
        except OSError as error:  # no permission, a name that is too long, a disk that fails
            from reftel.indexer.complaints import reason  # noqa: PLC0415 - a search does without

            raise ArchiveError(f"{path}: the archive cannot be opened: {reason(error)}") from error
        self._closed = False
        self.engine: ArchiveEngine = self._snapshot.engine
        self.load = record_reader(self.engine, path)
        records = Records(self.engine, self.load, records_reader(self.engine))
        self.searcher: Searcher = Searcher(records, lambda tag: notes(snapshot.own).tagged(tag), self.budget)

    @property
    def number(self) -> tuple[object, ...]:
        """Identifies this state among those published before and after it."""
        return self._snapshot.number

    def is_newest(self) -> bool:
        """Whether nothing was published since it was opened, as far as a quick look shows."""
        return self._snapshot.is_newest()

    @property
    def own(self) -> Path:
        """The folder of a person's own files on the archive."""
        return self._snapshot.own

    @property
    def manifest(self) -> Manifest:
        """What the archive was made from."""
        return self._snapshot.manifest

    def __enter__(self) -> Self:
        with self._lock:
            self._users += 1  # before the look, so that a handler in between finds a user
            if self._closed:
                self._users -= 1
                raise ArchiveClosed(
                    f"{self.path}: the archive is closed; ask it, and read its iterators to their end, before `close()` or inside its `with` block, "
                    "or open it again with `reftel.open`"
                )
        return self

    def __exit__(self, *_exception: object) -> None:
        with self._lock:
            self._users -= 1
            last = self._closed and not self._users
        if last:
            self._release()

    @property
    def closed(self) -> bool:
        """Whether new questions are refused."""
        return self._closed

    def cable(self, id: str) -> Cable:  # noqa: A002 - the API's name
        """The record of a cable, by its id in any spelling or by its key. Raises `CableNotFound`."""
        for key in spellings(id):
            with contextlib.suppress(CableNotFound):
                return self.load(key)
        raise CableNotFound(f"no cable '{id}' in {self.path}; `id:{id.strip()[:4]}*` in a search finds near ones")

    def steps(self, items: Iterator[Item], ahead: int = 1) -> Steps[Item]:
        """``items`` one at a time, so many of them ``ahead`` asked for inside ``with``."""
        found = Steps(self, items, ahead)
        with self._lock:
            self._steps.add(found)
        return found

    def close(self) -> None:
        """Refuse new questions, and close the files once those under way are answered. May be called again."""
        with self._lock:
            self._closed = True
            idle = not self._users
        if idle:
            self._release()

    def _release(self) -> None:
        for each in list(self._steps):
            each.stop()
        self._snapshot.close()

    def __del__(self) -> None:
        if not self._closed:
            self._closed = True
            self._release()


class Steps(Iterator[Item], Generic[Item]):
    """An iterator that reads from a state. ``next()`` raises `ArchiveClosed` after the state was closed, unless the end was reached before."""

    __slots__ = ("__weakref__", "_ahead", "_items", "_ready", "_state")

    def __init__(self, state: State, items: Iterator[Item], ahead: int) -> None:
        self._state: State | None = state
        self._items: Iterator[Item] | None = items
        self._ahead, self._ready = ahead, iter(list[Item]())

    def __next__(self) -> Item:
        state = self._state
        if state is None:
            raise StopIteration
        if not state.closed:
            for item in self._ready:
                return item
        try:
            with state:
                if self._items is None:
                    raise StopIteration
                self._ready = iter(list(itertools.islice(self._items, self._ahead)))
                return next(self._ready)
        except StopIteration:
            self._state = self._items = None
            raise

    def stop(self) -> None:
        """Stop reading, since the state was closed."""
        self._items = None

    def close(self) -> None:
        """Read no further."""
        self._state = self._items = None


def spellings(id: str) -> list[str]:  # noqa: A002
    """The keys that an id may stand for."""
    return list(dict.fromkeys(filter(None, (named_cable(id), squash(id), id.strip()))))


def record_reader(engine: ArchiveEngine, path: Location) -> Callable[[str], Cable]:
    """A function that gives the cable of a key, or raises `CableNotFound`. It holds the engine and not the state, so that it keeps no state open."""

    def load(key: str) -> Cable:
        record = engine.record(key)
        if record is None:
            raise CableNotFound(f"no cable '{key}' in {path}")
        return cable_of(record)

    return load


def records_reader(engine: ArchiveEngine) -> Callable[[Sequence[str]], Iterator[Cable | None]]:
    """As `record_reader`, for several keys at once; ``None`` for what the archive lacks."""

    def several(keys: Sequence[str]) -> Iterator[Cable | None]:
        return (None if record is None else cable_of(record) for record in engine.stored(keys))

    return several
