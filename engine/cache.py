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
            while self.size > self._limit:
                oldest = self._queue.popleft()
                if oldest.used or oldest is new:
                    oldest.used = False
                    self._queue.append(oldest)
                else:
                    del oldest.home[oldest.key]
                    self.size -= oldest.size


class Cache(Generic[Value]):
    """A cache of values of one kind. ``size_of``: bytes of a value, including what it may still grow to."""

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

    def over(self, make: Callable[Asked, Value]) -> Callable[Asked, Value]:
        """``make`` with its results cached by its arguments."""
        return lambda *asked, **named: self.get(asked, lambda: make(*asked, **named))
