"""What the tools of research work with: an engine, the records behind its keys, and a reader of queries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from reftel.frozen import frozen
from reftel.schema.errors import CableNotFound

if TYPE_CHECKING:
    from reftel.schema.cable import Cable
    from reftel.search.engines.base import Engine
    from reftel.search.plan import Node
    from reftel.search.query import ParsedQuery


@frozen
class Desk:
    """``load`` gives the record of a key or raises `CableNotFound`; ``read`` gives the plan of a query or raises `QueryError`."""

    engine: Engine
    load: Callable[[str], Cable]
    read: Callable[[str], ParsedQuery]

    def find(self, key: str) -> Cable | None:
        """The record of a key; ``None`` if the archive lacks it."""
        try:
            return self.load(key)
        except CableNotFound:
            return None

    def cables(self, root: Node) -> Iterator[Cable]:
        """The record of every cable of a plan, in key order, one at a time."""
        return map(self.load, self.engine.scan(root))
