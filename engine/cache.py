"""A bounded memory of arrays, shared by threads."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

import numpy as np
import numpy.typing as npt

Arrays = tuple[npt.NDArray[np.int64], ...]


class ArrayCache:
    """Keeps the arrays used last, up to ``limit`` bytes together."""

    def __init__(self, limit: int) -> None:
        self._limit, self._size = limit, 0
        self._items: OrderedDict[Hashable, Arrays] = OrderedDict()
        self._lock = threading.Lock()

    def peek(self, key: Hashable) -> Arrays | None:
        """The arrays under ``key``, if they are there."""
        with self._lock:
            return self._items.get(key)

    def get(self, key: Hashable, make: Callable[[], Arrays], *, largest: int | None = None) -> Arrays:
        """The arrays under ``key``, made now if they are not there. Two threads may make the same ones; both get equal arrays.

        Arrays of more than ``largest`` bytes are not kept.
        """
        with self._lock:
            found = self._items.get(key)
            if found is not None:
                self._items.move_to_end(key)
                return found
        made = make()
        if largest is not None and _bytes(made) > largest:
            return made
        with self._lock:
            if key not in self._items:
                self._items[key] = made
                self._size += _bytes(made)
            self._shrink()
        return made

    def _shrink(self) -> None:
        while self._size > self._limit and self._items:
            _, dropped = self._items.popitem(last=False)
            self._size -= _bytes(dropped)


def _bytes(arrays: tuple[Any, ...]) -> int:
    return sum(int(array.nbytes) for array in arrays) + 200
