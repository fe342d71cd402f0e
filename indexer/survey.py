"""What a heap of files holds, seen before anything is indexed: containers, failures, warnings by kind, repeated ids, and the most doubtful cables."""

from __future__ import annotations

import dataclasses
import heapq
import os
from collections import Counter
from collections.abc import Iterable
from typing import Any

from reftel.base.frozen import frozen
from reftel.indexer.doubts import Doubt, doubts_of
from reftel.indexer.failures import Failures
from reftel.indexer.normalize import read_cables
from reftel.indexer.sources import Selection
from reftel.schema.cable import Cable
from reftel.schema.cable import Warning as CableWarning
from reftel.schema.errors import SourceError
from reftel.schema.names import name_of

EXAMPLES = 3
"""Cables named for each kind of warning."""


@frozen
class Example:
    """A cable that has a warning: its key, where it stands, and the warning's message."""

    key: str
    path: str
    locator: int | None
    message: str


@frozen
class Doubtful:
    """A cable that a person should look at: its key, where it stands, its doubts, gravest first, and their weight in all."""

    key: str
    path: str
    locator: int | None
    weight: int
    doubts: tuple[Doubt, ...]


@dataclasses.dataclass(slots=True)
class Survey:
    """Counts over all cables read. ``examples``: the first few of each warning code; ``repeated``: keys that occur more than once.

    ``doubtful``: the cables with the gravest doubts, those first; ``doubted``: how many have any.
    ``failures``: what could not be read, the first few of each file; ``failed``: how many there are.
    ``passed_links``: links that were met in the sources and not followed.
    """

    files: int = 0
    cables: int = 0
    containers: Counter[str] = dataclasses.field(default_factory=Counter)
    flags: Counter[str] = dataclasses.field(default_factory=Counter)
    missing: Counter[str] = dataclasses.field(default_factory=Counter)
    warnings: Counter[str] = dataclasses.field(default_factory=Counter)
    examples: dict[str, list[Example]] = dataclasses.field(default_factory=dict)
    repeated: dict[str, int] = dataclasses.field(default_factory=dict)
    doubtful: list[Doubtful] = dataclasses.field(default_factory=list)
    doubted: int = 0
    failures: list[str] = dataclasses.field(default_factory=list)
    failed: int = 0
    passed_links: list[str] = dataclasses.field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form; counts by falling number."""
        record = dataclasses.asdict(self)
        counters = {name: dict(getattr(self, name).most_common()) for name in ("containers", "flags", "missing", "warnings")}
        return record | counters


class _Worst:
    """Keeps so many of the cables with the gravest doubts; of equal ones those that came first."""

    def __init__(self, most: int) -> None:
        self.offered = 0
        self._most = most
        self._heap: list[tuple[int, int, Doubtful]] = []

    def offer(self, cable: Cable) -> None:
        doubts = doubts_of(cable)
        if not doubts:
            return
        self.offered += 1
        source, weight = cable.source, sum(doubt.weight for doubt in doubts)
        found = Doubtful(cable.key, source.path if source else "", source.locator if source else None, weight, doubts)
        heapq.heappush(self._heap, (weight, -self.offered, found))
        if len(self._heap) > self._most:
            heapq.heappop(self._heap)

    def falling(self) -> list[Doubtful]:
        return [found for *_, found in sorted(self._heap, reverse=True)]


_PARTS = ("id", "date", "classification", "subject", "tags", "signers", "recipients", "paragraphs")


def survey(sources: Iterable[str | os.PathLike[str]], *, follow_links: bool = False, worst: int = 0) -> Survey:
    """Read every cable of the sources and count.

    ``follow_links``: also of those behind links that are met in them. ``worst``: how many of the most doubtful cables are named.
    """
    result, heap = Survey(), _Worst(worst)
    keys: Counter[str] = Counter()
    selection = Selection(tuple(map(os.fsdecode, sources)), links="all" if follow_links else "named")

    def fail(error: SourceError) -> None:
        result.failed += 1
        result.failures.append(str(error))

    for path in selection.iter_files(fail):
        result.files += 1
        failures = Failures()
        for cable in read_cables(path, on_error=failures.add, follow=selection.follows(path)):
            keys[cable.key] += 1
            _count(result, cable)
            heap.offer(cable)
        result.failed += failures.count
        result.failures += failures.messages(name_of(path))
    result.doubtful, result.doubted = heap.falling(), heap.offered
    result.passed_links = sorted(map(name_of, selection.passed_links))
    result.repeated = {key: count for key, count in sorted(keys.items()) if count > 1}
    return result


def _count(result: Survey, cable: Cable) -> None:
    result.cables += 1
    if cable.source:
        result.containers[cable.source.container] += 1
    result.flags.update(cable.flags)
    result.missing.update(part for part in _PARTS if not getattr(cable, part))
    result.warnings.update({warning.code for warning in cable.warnings})
    for warning in cable.warnings:
        examples = result.examples.setdefault(warning.code, [])
        if len(examples) < EXAMPLES:
            examples.append(_example(cable, warning))


def _example(cable: Cable, warning: CableWarning) -> Example:
    source = cable.source
    return Example(cable.key, source.path if source else "", source.locator if source else None, warning.message)
