"""What every engine offers: an answer to a request, a stream of keys, and counts per node of a plan."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Protocol

from reftel.search.plan import Answer, Node, Request


@dataclasses.dataclass(frozen=True, slots=True)
class NodeCount:
    """How many cables a node of a plan holds for by itself, and the time that took, its children included."""

    node: Node
    documents: int
    milliseconds: float
    children: tuple[NodeCount, ...] = ()


class Engine(Protocol):
    """Evaluates plans. The meaning of every node is in ``search/plan.py``; all engines give the same cables, totals, facets and orders."""

    def answer(self, request: Request) -> Answer:
        """The exact total, the window of hits in the order asked for, and the facets over all hits."""
        ...

    def scan(self, root: Node) -> Iterator[str]:
        """The key of every hit, in key order, without holding the hits in memory."""
        ...

    def explain(self, root: Node) -> NodeCount:
        """The plan with a count and a time at every node."""
        ...
