"""What the tools of research work with: an engine, the records behind its keys, and a reader of queries."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from reftel.base.frozen import frozen
from reftel.schema.errors import CableNotFound

if TYPE_CHECKING:
    from reftel.schema.cable import Cable
    from reftel.search.engines.base import Engine
    from reftel.search.plan import Node
    from reftel.search.query import ParsedQuery

_TOGETHER = 100  # records that are read at once


@frozen
class Records:
    """An engine and the cables behind its keys.

    ``load`` gives the cable of a key or raises `CableNotFound`; ``several`` gives those of a few keys, ``None`` for what the archive lacks, and is
    quicker than ``load`` for each where the archive is far away.
    """

    engine: Engine
    load: Callable[[str], Cable]
    several: Callable[[Sequence[str]], Iterator[Cable | None]] | None = None

    def find(self, key: str) -> Cable | None:
        """The cable of a key; ``None`` if the archive lacks it."""
        try:
            return self.load(key)
        except CableNotFound:
            return None

    def find_all(self, keys: Iterable[str]) -> Iterator[Cable | None]:
        """As `find`, for each of ``keys``."""
        return (cable for _key, cable in self._found(keys))

    def load_all(self, keys: Iterable[str]) -> Iterator[Cable]:
        """As ``load``, for each of ``keys``."""
        return (cable or self.load(key) for key, cable in self._found(keys))

    def cables(self, root: Node) -> Iterator[Cable]:
        """Every cable of a plan, in key order, one at a time."""
        return self.load_all(self.engine.scan(root))

    def _found(self, keys: Iterable[str]) -> Iterator[tuple[str, Cable | None]]:
        left = iter(keys)
        while some := list(itertools.islice(left, _TOGETHER)):
            yield from zip(some, self.several(some) if self.several else map(self.find, some), strict=True)


@frozen
class Desk(Records):
    """``read`` gives a query as engines can answer it, or raises `QueryError`."""

    read: Callable[[str], ParsedQuery] = dataclasses.field(kw_only=True)
