"""What is kept of an open archive because it is dear to make: caches that share one budget of bytes."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Hashable
from typing import Any, Generic, ParamSpec, TypeVar

Asked = ParamSpec("Asked")
Value = TypeVar("Value")

DEFAULT_MB = 256
"""Megabytes for the caches of an open archive, if nothing else is said."""

ENTRY = 500
"""Bytes that an entry takes beside its value, its key included, about."""

_LARGEST = 4  # a value takes one part in so many of the budget at most, so that none sends all others away


class _Kept(Generic[Value]):
    __slots__ = ("home", "key", "size", "used", "value")

    def __init__(self, home: dict[Hashable, _Kept[Value]], key: Hashable, value: Value, size: int) -> None:
        self.home, self.key, self.value, self.size, self.used = home, key, value, ENTRY + size, False


class Budget:
    """So many bytes for all caches of one open archive, which threads share. With none nothing is kept, and every answer is the same.

    What is found is only marked as used, without a lock, so that a query of some microseconds doesn't wait for one. When room is needed the
    oldest goes first, whatever cache it is in, but what was used since its last turn gets another one.
    """

    def __init__(self, limit: int = DEFAULT_MB << 20) -> None:
        self._limit, self.size = limit, 0
        self._queue: deque[_Kept[Any]] = deque()
        self._lock = threading.Lock()

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            for kept in self._queue:
                kept.home.clear()
            self._queue.clear()
            self.size = 0

    def keep(self, new: _Kept[Any]) -> None:
        """Put a value into its cache if it is not too large, and let go of others for it."""
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
    """Values of one kind within a budget; ``size_of`` gives the bytes of one with all that it may still grow by."""

    def __init__(self, budget: Budget, size_of: Callable[[Value], int]) -> None:
        self._budget, self._size_of = budget, size_of
        self._items: dict[Hashable, _Kept[Value]] = {}

    def peek(self, key: Hashable) -> Value | None:
        """The value under ``key``, if it is there."""
        found = self._items.get(key)
        if found is None:
            return None
        found.used = True
        return found.value

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value under ``key``, made now if it is not there. Two threads may make the same one; both get equal values."""
        found = self._items.get(key)
        if found is not None:
            found.used = True
            return found.value
        made = make()
        self._budget.keep(_Kept(self._items, key, made, self._size_of(made)))
        return made

    def over(self, make: Callable[Asked, Value]) -> Callable[Asked, Value]:
        """``make``, whose values are kept by what they are asked with."""
        return lambda *asked, **named: self.get(asked, lambda: make(*asked, **named))
