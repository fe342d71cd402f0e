"""What a run did: counts, durations and ids, for programs and for people. Never a word of a cable's text."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Iterator
from typing import Any

from reftel.frozen import brief_repr


@dataclasses.dataclass(slots=True, repr=False)
class BuildReport:
    """What a run did.

    ``added``, ``replaced``, ``removed`` count cables as the archive shows them, ``total`` those it holds now. ``run``: the number of the
    state that it left, counting all that were published; ``steps``: how many of them it published itself. ``duplicates``: key to the paths
    that hold it, the shown one first. ``failures``: what could not be read, with path and place. ``warnings``: cables read, by code.
    ``outcomes``: files, by what became of them. ``new``: keys of the cables that the archive never held before. ``durations``: seconds by
    stage. ``notes``: what was put right after a run that died, and what a person should know of the archive.
    """

    run: int = 0
    steps: int = 0
    added: int = 0
    replaced: int = 0
    removed: int = 0
    read_files: int = 0
    unchanged_files: int = 0
    removed_files: int = 0
    read_cables: int = 0
    total: int = 0
    seconds: float = 0.0
    duplicates: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    failures: list[str] = dataclasses.field(default_factory=list)
    warnings: dict[str, int] = dataclasses.field(default_factory=dict)
    outcomes: dict[str, int] = dataclasses.field(default_factory=dict)
    new: list[str] = dataclasses.field(default_factory=list)
    durations: dict[str, float] = dataclasses.field(default_factory=dict)
    notes: list[str] = dataclasses.field(default_factory=list)

    __repr__ = brief_repr

    def to_dict(self) -> dict[str, Any]:
        """The JSON form, with rates per second of the whole run."""
        rate = round(self.read_cables / self.seconds, 1) if self.seconds else 0.0
        return dataclasses.asdict(self) | {"cables_per_second": rate}

    def count(self, outcome: str) -> None:
        """Count a file."""
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1

    @contextlib.contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Add the seconds spent inside to the duration of a stage."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.durations[stage] = round(self.durations.get(stage, 0.0) + time.perf_counter() - started, 6)


def summary_line(report: BuildReport, archive: str) -> str:
    """The counts of a run on one line, for people."""
    return (
        f"{archive}: {report.total:,} cables; {report.added:,} added, {report.replaced:,} replaced, {report.removed:,} removed; "
        f"{report.read_files:,} files read, {report.unchanged_files:,} unchanged, {report.removed_files:,} gone; {report.seconds:.1f} s"
    )
