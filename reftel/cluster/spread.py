"""Reading spread over the workers of a Dask cluster, which write what they read straight to an archive in an OpenSearch cluster.

A worker reads some files and keeps what it read; the run gets the places of the texts, decides which are shown, and has the worker write
those. Every write has the number of its decision as its version, so that what is done twice, late or in another order does no harm.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from reftel.base.frozen import frozen
from reftel.engine.specs import Record
from reftel.indexer.changes import NORMALISER_VERSION, Look
from reftel.indexer.failures import Failures, Unreadable
from reftel.indexer.reading import Contents, read_whole
from reftel.indexer.regular import open_regular
from reftel.indexer.text import Text
from reftel.indexer.workers import AHEAD, Begun, WorkersDied, in_order
from reftel.schema.analysis import VERSION
from reftel.schema.errors import ArchiveError, ArchiveVersion, ReftelError
from reftel.schema.names import name_of
from reftel.search.engines.opensearch.address import parse_address
from reftel.search.engines.opensearch.client import Connection, connect
from reftel.search.engines.opensearch.mapping import FORMAT, document_source, iter_words, name_in_index
from reftel.search.engines.opensearch.writer import Bulk, Word, write_word

if TYPE_CHECKING:
    from distributed import Future

_TOGETHER = 16  # files that are read by one task
_OF_OTHERS = 4  # what another task, a stretch of a dump, counts as
_AT_ONCE = 200
_MOST_WORDS = 2_000_000  # that a worker remembers to have written
_POLL = 5.0  # seconds
_TRIES = 3  # of a task that does not read
_WITHOUT_WORKERS = 600.0  # seconds that a run waits for one to come back; restarting one can take minutes on a busy machine

_Result = TypeVar("_Result")
_Item = TypeVar("_Item")
Call = tuple[Callable[..., Any], tuple[Any, ...]]
_Number = tuple[int, int]  # of a call in a group, and of a text among those that it gave
_Place = tuple[str, str, int, int]  # key, path, locator and length of a text


# -- on a worker -------------------------------------------------------------------------------------------------------------------------------


def rules() -> tuple[int, ...]:
    """The rules by which texts are read and laid out here. A worker's must be those of the run."""
    return NORMALISER_VERSION, VERSION, FORMAT


def read(expected: tuple[int, ...], calls: Sequence[Call]) -> list[Any]:
    """What some calls give. It stays on the worker."""
    if rules() != expected:
        raise ArchiveVersion(f"the worker {_here()} has another version of reftel (rules {rules()}) than the run ({expected}); install the same one")
    return [_called(function, values) for function, values in calls]


def _called(function: Callable[..., Any], values: tuple[Any, ...]) -> Any:
    if function is read_whole:
        (look,) = values
        try:
            open_regular(look.path, follow=look.follow).close()
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            return _failed(look, f"the worker {_here()} cannot read this file: {why}; workers need the sources under the same paths as the run")
    return function(*values)


def _failed(look: Look, why: str) -> Contents:
    failures = Failures()
    failures.add(Unreadable(why, path=name_of(look.path)))
    return Contents(look, (), failures)


def _here() -> str:
    from distributed import get_worker  # noqa: PLC0415 - an optional extra

    try:
        worker = get_worker()
    except ValueError:
        return "?"
    return f"{worker.name} ({worker.address})"


def places(results: Sequence[Any]) -> list[Any]:
    """The results of `read` without their records, which stay."""
    return [_with_texts(result, map(_placed, _texts(result))) for result in results]


def _texts(result: Any) -> Sequence[Text]:
    return cast("Sequence[Text]", result.texts if isinstance(result, Contents) else result)


def _with_texts(result: Any, texts: Iterable[Text]) -> Any:
    return dataclasses.replace(result, texts=list(texts)) if isinstance(result, Contents) else list(texts)


def _placed(text: Text) -> Text:
    return dataclasses.replace(text, record=Record(text.record.key, b""))


def stored(results: Sequence[Any]) -> list[list[bytes]]:
    """The stored records of the results of `read`."""
    return [[text.record.stored for text in _texts(result)] for result in results]


def write(results: Sequence[Any], address: str, index: str, chosen: Mapping[_Number, tuple[_Place, int]]) -> None:
    """Write the chosen texts into a generation, each with its version, and the words in them. `ArchiveError` where a text is another than was decided on."""
    connection, known = _connection(address), _known(index)
    words: set[Word] = set()
    with Bulk(connection, _AT_ONCE) as bulk:
        for (call, number), (place, version) in chosen.items():
            texts = _texts(results[call])
            if number >= len(texts) or _place(texts[number]) != place:
                raise ArchiveError(f"{place[1]}: changed while it was read a second time, since a worker had died; what was published last stays, run it again")
            record = texts[number].record
            words.update(iter_words(record))
            bulk.put(index, name_in_index(record.key), document_source(record), version)
        bulk.flush()
        words -= known
        for word in sorted(words):
            write_word(bulk, index, word)
    if len(known) > _MOST_WORDS:
        known.clear()
    known |= words


def _place(text: Text) -> _Place:
    return text.record.key, text.path, text.locator, text.length


_connecting = threading.Lock()
_connected: dict[str, Connection] = {}


def _connection(address: str) -> Connection:
    """A connection of this process, which is kept. Who asks is told by the worker's own environment."""
    with _connecting:
        if address not in _connected:
            _connected[address] = connect(parse_address(address))
        return _connected[address]


@functools.lru_cache(1)
def _known(_index: str) -> set[Word]:
    """The words that this worker has written into a generation."""
    return set()


# -- at the run --------------------------------------------------------------------------------------------------------------------------------


class RemoteRecord:
    """A record that a worker keeps. It stands where a `Record` does, and goes where the worker is told to write it."""

    def __init__(self, group: _Group, number: _Number, text: Text) -> None:
        self.key = text.record.key
        self._group, self._number, self._place = group, number, _place(text)

    @property
    def stored(self) -> bytes:
        """The stored bytes, which are brought here."""
        return self._group.stored(self._number)

    @property
    def pool(self) -> DaskPool:
        """Whose worker has it."""
        return self._group.pool

    def write(self, address: str, index: str, version: int) -> None:
        """Have it written, with others, at the latest with `DaskPool.flush`."""
        self._group.pool.put(self._group, address, index, self._number, (self._place, version))


class _Group:
    """Some calls that are one task."""

    def __init__(self, pool: DaskPool) -> None:
        self.pool = pool
        self.calls: list[Call] = []
        self.size = 0
        self.read: Future[Any] | None = None
        self._places: Future[Any] | None = None
        self._found: list[Any] | None = None
        self._alone: list[_Group] = []
        self._stored: list[list[bytes]] | None = None

    def add(self, call: Call) -> None:
        self.calls.append(call)
        self.size += 1 if call[0] is read_whole else _OF_OTHERS
        if self.size >= _TOGETHER:
            self.submit()

    def submit(self) -> None:
        if self.read is None:
            self.pool.close_group(self)
            self.read = self.pool.submit(read, rules(), self.calls)
            self._places = self.begin(places)

    def begin(self, function: Callable[..., Any], *values: Any) -> Future[Any]:
        """Begin a task that is handed what was read."""
        return self.pool.submit(function, self.read, *values)

    def finish(self, begun: Future[Any], function: Callable[..., Any], *values: Any) -> Any:
        """What such a task gave. One that was given up is begun again, with the reading: each task that waits at a worker counts as one of those that
        it died of."""
        for _ in range(_TRIES - 1):
            with contextlib.suppress(WorkersDied):
                return self.pool.wait(begun)
            self.read = self.pool.submit(read, rules(), self.calls)
            begun = self.begin(function, *values)
        return self.pool.wait(begun)

    def result(self, position: int) -> Any:
        """What a call gave, its texts with `RemoteRecord`s."""
        self.submit()
        if self._found is None and not self._alone:
            self._find()
        if self._alone:
            return self._alone[position].result(0)
        assert self._found is not None
        result = self._found[position]
        texts = [
            dataclasses.replace(text, record=cast("Record", RemoteRecord(self, (position, number), text))) for number, text in enumerate(_texts(result))
        ]
        return _with_texts(result, texts)

    def _find(self) -> None:
        """Wait for the worker. Where some died one after the other, each call is tried alone, when the one before is done: it may be one file that
        kills them, and what waits beside it would be taken for another."""
        assert self._places is not None
        try:
            self._found = self.pool.wait(self._places)
        except WorkersDied:
            function, values = self.calls[0]
            if len(self.calls) > 1:
                for call in self.calls:
                    group = _Group(self.pool)
                    self._alone.append(group)
                    group.calls.append(call)
            elif function is read_whole:
                self._found = [_failed(values[0], "the workers that read this file died one after the other; look into their logs and at their memory")]
            else:
                raise
        self._places = None

    def stored(self, number: _Number) -> bytes:
        if self._stored is None:
            self._stored = self.finish(self.begin(stored), stored)
        return self._stored[number[0]][number[1]]


@frozen
class _Part:
    """One call of a group."""

    group: _Group
    position: int

    def result(self) -> Any:
        return self.group.result(self.position)


class DaskPool:
    """As `reftel.indexer.workers.Pool`: the workers of the Dask scheduler at an address.

    Errors: `ArchiveError` if no scheduler answers there, if it has no workers, or if all have gone and none comes back for ten minutes.
    """

    together = 1  # what is begun is put into groups here

    def __init__(self, address: str) -> None:
        self._address = address
        self._client: Any = None  # an optional extra, typed in part
        self._workers, self._counted = 0, 0.0
        self._open: _Group | None = None
        self._chosen: tuple[_Group, str, str, dict[_Number, tuple[_Place, int]]] | None = None
        self._writing: deque[tuple[_Group, Future[Any], tuple[Any, ...]]] = deque()

    def __enter__(self) -> Self:
        try:
            from distributed import Client  # noqa: PLC0415 - an optional extra
        except ImportError as error:
            raise ArchiveError("reading with Dask needs distributed; install it with `pip install 'reftel[dask]'`") from error
        try:
            self._client = cast("Any", Client)(self._address, timeout=20, set_as_default=False)
        except (OSError, ValueError) as error:
            raise ArchiveError(f"{self._address}: no Dask scheduler answers ({error}); expected an address such as tcp://host:8786") from error
        if not self._count():
            self._client.close()
            raise ArchiveError(f"{self._address}: this Dask scheduler has no workers; start some with `dask worker {self._address}`")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if kind is None:
                self.flush()
        finally:
            with contextlib.suppress(Exception):  # a scheduler that has gone
                self._client.close()

    def _count(self) -> int:
        """How many workers there are."""
        if time.monotonic() - self._counted >= _POLL:
            with contextlib.suppress(OSError, RuntimeError):  # the scheduler has gone: who waits for a task is told
                self._workers = len(self._client.scheduler_info(n_workers=-1)["workers"])
            self._counted = time.monotonic()
        return self._workers

    # -- reading -------------------------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """As `Pool.start`: the workers are there from the beginning."""

    def begin(self, function: Callable[..., _Result], *values: Any) -> Begun[_Result]:
        """As `Pool.begin`."""
        group = self._open = self._open or _Group(self)
        part = _Part(group, len(group.calls))
        group.add((function, values))
        return part

    def close_group(self, group: _Group) -> None:
        """Put nothing more into a group."""
        if self._open is group:
            self._open = None

    def in_order(self, items: Iterable[_Item], begin: Callable[[_Item], Begun[_Result]]) -> Iterator[_Result]:
        """As `Pool.in_order`."""
        return in_order(items, begin, lambda: self._count() * AHEAD * _TOGETHER)

    def submit(self, function: Callable[..., Any], *values: Any) -> Future[Any]:
        """Begin a task."""
        return cast("Future[Any]", self._client.submit(function, *values, pure=False))

    def wait(self, future: Future[Any]) -> Any:
        """What a task gave. Errors: its own, and those of the class."""
        from distributed import KilledWorker  # noqa: PLC0415 - an optional extra

        alone = time.monotonic()
        while True:
            try:
                return future.result(timeout=_POLL)
            except ReftelError:
                raise
            except KilledWorker as error:
                raise WorkersDied(f"{self._address}: the workers that had a task died one after the other ({error}); look at their logs") from error
            except TimeoutError as error:
                if future.status == "error":  # it is the task's own; else only the wait has ended
                    raise ArchiveError(f"{self._address}: a task of a Dask worker failed: {type(error).__name__}: {error}") from error
                alone = time.monotonic() if self._count() else alone
                if time.monotonic() - alone > _WITHOUT_WORKERS:
                    raise ArchiveError(f"{self._address}: all workers of this Dask scheduler have gone; what was published last stays, run it again") from None
            except Exception as error:
                raise ArchiveError(f"{self._address}: a task of a Dask worker failed: {type(error).__name__}: {error}") from error

    # -- writing -------------------------------------------------------------------------------------------------------------------------

    def put(self, group: _Group, address: str, index: str, number: _Number, chosen: tuple[_Place, int]) -> None:
        """Have a text written by the worker that read it."""
        if self._chosen is not None and (self._chosen[0] is not group or self._chosen[2] != index):
            self._send()
        if self._chosen is None:
            self._chosen = group, address, index, {}
        self._chosen[3][number] = chosen

    def _send(self) -> None:
        if self._chosen is not None:
            group, address, index, chosen = self._chosen
            self._chosen = None
            values = (address, index, chosen)
            self._writing.append((group, group.begin(write, *values), values))
        while len(self._writing) > AHEAD and len(self._writing) > self._count() * AHEAD:
            self._wait_for_one()

    def _wait_for_one(self) -> None:
        group, begun, values = self._writing.popleft()
        group.finish(begun, write, *values)

    def flush(self) -> None:
        """Until all that was put is written."""
        self._send()
        while self._writing:
            self._wait_for_one()
