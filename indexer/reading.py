"""Reading source files into texts: small ones whole, so that one that changes meanwhile is noticed before anything is kept; dumps as a stream,
of which a run may publish parts while it is read.

Workers read small files, some at once, and stretches of dumps that this process cuts into messages.
"""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
from collections.abc import Generator, Iterable, Iterator, Sequence
from pathlib import Path

from reftel.indexer.changes import Look, stamp
from reftel.indexer.containers.reading import iter_messages
from reftel.indexer.failures import Failures, Unreadable, unreadable
from reftel.indexer.message import Message
from reftel.indexer.text import Text, texts_of
from reftel.indexer.workers import Begun, Pool, Task, WorkersDied
from reftel.schema.names import name_of

WHOLE = 4 << 20
"""Bytes up to which a file is read whole before its texts are used; larger ones are dumps, which are streamed."""

ALONE = 300
"""Texts that a run reads by itself before it starts workers: starting them takes about as long."""

_ATTEMPTS = 3
_STRETCH = 16  # messages
_BYTES_OF_A_TEXT = 64 << 10  # about, with the markup of a page


@dataclasses.dataclass(slots=True)
class Contents:
    """The texts of a file behind the ``look.done`` first, in order; ``failures`` is whole once they were all taken.

    ``steady``: it did not change meanwhile. ``stamp``: of the file as the reading of a dump began.
    """

    look: Look
    texts: Iterable[Text]
    failures: Failures
    steady: bool = True
    stamp: tuple[int, int, int] | None = None

    def can_be_parted(self) -> bool:
        """Whether the texts taken so far may be published before the others: it is a dump that has not changed yet, and gave all of them.

        The next run passes over so many messages as were published.
        """
        return self.look.row.size > WHOLE and self.stamp is not None and self.failures.lasting and _unchanged(self.look.path, self.stamp)

    def close(self) -> None:
        """Let go of the file, also where not all its texts were taken."""
        if isinstance(self.texts, Generator):
            self.texts.close()


def read_files(looks: Iterable[Look | None], pool: Pool) -> Iterator[Contents]:
    """The contents of files, in their order, each let go of when the next is asked for. ``pool``: who reads.

    ``None`` among the files: those before it are not to wait for those behind it. One process has read them when what follows is asked for.
    """
    with pool:
        for together in pool.in_order(_together(looks, pool.together), _Reading(pool).begin):
            for contents in together:
                with contextlib.closing(contents):
                    yield contents


def _together(looks: Iterable[Look | None], most: int) -> Iterator[list[Look]]:
    """Some files at a time, all small; one that is not comes by itself."""
    some, size = list[Look](), 0
    for look in looks:
        if some and (look is None or len(some) >= most or size + look.row.size > WHOLE // 4):
            yield some
            some, size = [], 0
        if look is not None:
            some.append(look)
            size += look.row.size
    if some:
        yield some


class _Reading:
    """Reading with workers, which are started when there is enough to read."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._read = 0

    def begin(self, looks: list[Look]) -> Begun[Iterable[Contents]]:
        """Begin to read files."""
        first, *others = looks
        if first.row.size > WHOLE:
            return Task(None, lambda: [self._dump(first)])
        self._count(sum(max(1, look.row.size // _BYTES_OF_A_TEXT) for look in looks))
        if others:
            return _Together(self._pool, looks)
        begun = self._pool.begin(read_whole, first)
        return Task(None, lambda: [begun.result()])

    def _dump(self, look: Look) -> Contents:
        """The contents of a dump, whose texts are read while they are taken."""
        contents = Contents(look, (), Failures())
        contents.texts = self._texts(contents)
        return contents

    def _texts(self, dump: Contents) -> Iterator[Text]:
        with _opened(dump) as messages:
            for texts in self._pool.in_order(_stretches(messages), lambda stretch: _Stretch(self._pool, stretch, dump.failures)):
                self._count(len(texts))
                yield from texts

    def _count(self, texts: int) -> None:
        self._read += texts
        if self._read >= ALONE:
            self._pool.start()


class _Together:
    """Some small files that a worker reads. Those that it left are read one by one; where it met an error all are, so that it comes at its file's turn."""

    def __init__(self, pool: Pool, looks: list[Look]) -> None:
        self._pool, self._looks = pool, looks
        self._begun = pool.begin(read_together, looks)

    def result(self) -> Iterator[Contents]:
        """Their contents, in their order."""
        read = list[Contents]()
        with contextlib.suppress(Exception):
            read = self._begun.result()
        yield from read
        for look in self._looks[len(read) :]:
            yield self._pool.begin(read_whole, look).result()


class _Stretch:
    """Some messages of a dump that a worker reads. Where workers die of them, each is read alone; of which they die again it is a failure of the dump."""

    def __init__(self, pool: Pool, messages: list[Message], failures: Failures) -> None:
        self._pool, self._messages, self._failures = pool, messages, failures
        self._begun = pool.begin(texts_of, messages)

    def result(self) -> list[Text]:
        """The texts of those that could be read."""
        try:
            return self._begun.result()
        except WorkersDied:
            return [text for message in self._messages for text in self._alone(message)]

    def _alone(self, message: Message) -> list[Text]:
        try:
            return self._pool.begin(texts_of, [message]).result()
        except WorkersDied:
            source = message.source
            assert source is not None  # only messages that come from no file have none
            why = "the workers that read this cable died one after the other; look into their logs and at their memory"
            self._failures.add(Unreadable(why, path=source.path, locator=source.locator))
            self._failures.unread.add(source.path)  # what it held before may still be there
            return []


def _stretches(messages: Iterable[Message]) -> Iterator[list[Message]]:
    """Some messages at a time: so many that handing them over pays, and no more than memory holds easily however large they are."""
    stretch, size = list[Message](), 0
    for message in messages:
        stretch.append(message)
        size += _size(message)
        if len(stretch) >= _STRETCH or size > WHOLE:
            yield stretch
            stretch, size = [], 0
    if stretch:
        yield stretch


def _size(message: Message) -> int:
    return len(message.header or "") + len(message.body)


def read_whole(look: Look) -> Contents:
    """The contents of a small file; read again if it changes meanwhile."""
    for _ in range(_ATTEMPTS):
        contents = Contents(look, (), Failures())
        with _opened(contents) as messages:
            contents.texts = _read(messages)
        if contents.steady:
            break
    return contents


def read_together(looks: Sequence[Look]) -> list[Contents]:
    """The contents of small files, as `read_whole` gives them. Only of those before one that changes meanwhile, or that holds more than its size lets
    one expect."""
    whole, ends = list[Contents](), [0]
    messages, size = list[Message](), 0
    for look in looks:
        contents = Contents(look, (), Failures())
        with _opened(contents) as found:
            for message in found:
                messages.append(message)
                size += _size(message)
                if size > WHOLE:
                    break
        if size > WHOLE or not contents.steady:
            break
        whole.append(contents)
        ends.append(len(messages))
    texts = _read(messages[: ends[-1]])
    for contents, (start, end) in zip(whole, itertools.pairwise(ends), strict=True):
        contents.texts = texts[start:end]
    return whole


def _read(messages: Iterable[Message]) -> list[Text]:
    return list(itertools.chain.from_iterable(map(texts_of, _stretches(messages))))


@contextlib.contextmanager
def _opened(contents: Contents) -> Iterator[Iterator[Message]]:
    """The messages of a file behind those that are done. What becomes of the file meanwhile is noted in its contents."""
    look = contents.look
    try:
        before = contents.stamp = stamp(look.path)
    except OSError as error:
        contents.failures.add(unreadable(name_of(look.path), error))
        yield iter(())
        return
    with contextlib.closing(iter_messages(look.path, contents.failures.add, follow=look.follow)) as messages:
        yield itertools.islice(messages, look.done, None)
    contents.steady = _unchanged(look.path, before)


def _unchanged(path: Path, before: tuple[int, int, int]) -> bool:
    try:
        return stamp(path) == before
    except OSError:
        return False
