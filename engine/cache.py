"""A bounded memory for what is dear to make, shared by threads."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class _Kept(Generic[Value]):
    __slots__ = ("size", "used", "value")

    def __init__(self, value: Value, size: int) -> None:
        self.value, self.size, self.used = value, size, False


class BoundedCache(Generic[Value]):
    """Keeps what was used lately, up to ``limit`` bytes together; ``size_of`` gives the bytes of a value.

    What is found is only marked as used, without a lock, so that a query of some microseconds doesn't wait for one. When room is needed the
    oldest goes first, but whatever was used since its last turn gets another one.
    """

    def __init__(self, limit: int, size_of: Callable[[Value], int]) -> None:
        self._limit, self._size_of, self._size = limit, size_of, 0
        self._items: OrderedDict[Hashable, _Kept[Value]] = OrderedDict()
        self._lock = threading.Lock()

    def peek(self, key: Hashable) -> Value | None:
        """The value under ``key``, if it is there."""
        found = self._items.get(key)
        if found is None:
            return None
        found.used = True
        return found.value

    def get(self, key: Hashable, make: Callable[[], Value], *, largest: int | None = None) -> Value:
        """The value under ``key``, made now if it is not there. Two threads may make the same one; both get equal values.

        Values of more than ``largest`` bytes are not kept.
        """
        found = self._items.get(key)
        if found is not None:
            found.used = True
            return found.value
        made = make()
        size = self._size_of(made)
        if size <= (self._limit if largest is None else min(largest, self._limit)):
            self._keep(key, _Kept(made, size))
        return made

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._items.clear()
            self._size = 0

    def _keep(self, key: Hashable, new: _Kept[Value]) -> None:
        with self._lock:
            if key not in self._items:
                self._items[key] = new
                self._size += new.size
            while self._size > self._limit:
                oldest, kept = self._items.popitem(last=False)
                if kept.used or kept is new:
                    kept.used = False
                    self._items[oldest] = kept
                else:
                    self._size -= kept.size
