"""Caches of an open archive, which share one budget of bytes. Eviction is second chance (CLOCK)."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Hashable
from typing import Any, Generic, ParamSpec, TypeVar

Asked = ParamSpec("Asked")
Value = TypeVar("Value")

DEFAULT_MB = 256
"""Default size of the caches of an open archive, in megabytes."""

ENTRY = 500
"""Approximate overhead of an entry in bytes, its key included."""

_LARGEST = 4  # a value larger than 1/4 of the budget is not cached, so that none evicts all others


class _Kept(Generic[Value]):
    __slots__ = ("home", "key", "size", "used", "value")

    def __init__(self, home: dict[Hashable, _Kept[Value]], key: Hashable, value: Value, size: int) -> None:
        self.home, self.key, self.value, self.size, self.used = home, key, value, ENTRY + size, False


class Budget:
    """The byte budget of all caches of one open archive; thread-safe. With a limit of 0 nothing is cached, and every answer is the same.

    A hit only sets a flag, without a lock: a query of some microseconds must not wait for one. Eviction takes the oldest entry of any cache; an
    entry that was used since its last turn goes to the end of the queue instead.
    """

    def __init__(self, limit: int = DEFAULT_MB << 20) -> None:
        self._limit, self.size = limit, 0
        self._queue: deque[_Kept[Any]] = deque()
        self._lock = threading.Lock()

    def clear(self) -> None:
        """Empty all caches."""
        with self._lock:
            for kept in self._queue:
                kept.home.clear()
            self._queue.clear()
            self.size = 0

    def keep(self, new: _Kept[Any]) -> None:
        """Insert an entry unless it is too large, and evict others until the budget is met."""
        if new.size * _LARGEST > self._limit:
            return
        with self._lock:
            if new.key in new.home:
                return
            new.home[new.key] = new
            self._queue.append(new)
            self.size += new.size
            self._evict(new)

    def resize(self, kept: _Kept[Any], size: int) -> None:
        """Count a value that has grown with its new size in bytes, and evict it if it has become too large, or others until the budget is met."""
        with self._lock:
            if kept.home.get(kept.key) is not kept:
                return
            self.size += ENTRY + size - kept.size
            kept.size = ENTRY + size
            if kept.size * _LARGEST > self._limit:
                self._drop(kept)
            self._evict(kept)

    def _evict(self, latest: _Kept[Any]) -> None:
        while self.size > self._limit:
            oldest = self._queue.popleft()
            if oldest.used or oldest is latest:
                oldest.used = False
                self._queue.append(oldest)
            else:
                self._drop(oldest)

    def _drop(self, kept: _Kept[Any]) -> None:
        """Forget an entry. One that was dropped before its turn stays in the queue until then, with a size of 0."""
        if kept.home.get(kept.key) is kept:
            del kept.home[kept.key]
            self.size -= kept.size
            kept.size, kept.used = 0, False


class Cache(Generic[Value]):
    """A cache of values of one kind. ``size_of``: bytes of a value; one that computes more of itself later says so by `measure`."""

    def __init__(self, budget: Budget, size_of: Callable[[Value], int]) -> None:
        self._budget, self._size_of = budget, size_of
        self._items: dict[Hashable, _Kept[Value]] = {}

    def peek(self, key: Hashable) -> Value | None:
        """The cached value of ``key``, or ``None``."""
        found = self._items.get(key)
        if found is None:
            return None
        found.used = True
        return found.value

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The cached value of ``key``, or a new one from ``make``. Two threads may make it at once; they get equal values."""
        found = self._items.get(key)
        if found is not None:
            found.used = True
            return found.value
        made = make()
        self._budget.keep(_Kept(self._items, key, made, self._size_of(made)))
        return made

    def measure(self, key: Hashable) -> None:
        """Take the size of the cached value of ``key`` again, if there is one."""
        found = self._items.get(key)
        if found is not None:
            self._budget.resize(found, self._size_of(found.value))

    def over(self, make: Callable[Asked, Value]) -> Callable[Asked, Value]:
        """``make`` with its results cached by its arguments."""

        def kept(*asked: Asked.args, **named: Asked.kwargs) -> Value:
            found = self._items.get(asked)  # `get` inlined: it would need another function on every call
            if found is not None:
                found.used = True
                return found.value
            return self.get(asked, lambda: make(*asked, **named))

        return kept
