"""What a run did: counts, durations and ids, for programs and for people. Never a word of a cable's text."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from reftel.base.frozen import brief_repr, frozen
from reftel.indexer.failures import SHOWN, Failures
from reftel.schema.errors import SourceError


@frozen
class Missing:
    """A place that gives less than before.

    ``why``: ``gone``, a folder that is not there any more; ``files gone``, a folder from which ``files`` vanished; ``excluded``, one in which
    they are left out now; ``shrunk``, a file that gives fewer cables. ``cables``: those that nothing else holds. ``held``: they stay for now.
    """

    place: str
    why: str
    files: int
    cables: int
    held: bool

    def __str__(self) -> str:
        files = f"{self.files:,} file{'s' * (self.files != 1)}, " if self.files else ""
        return f"{self.place}: {_WHY[self.why]}: {files}{self.cables:,} cable{'s' * (self.cables != 1)}"


_WHY = {
    "gone": "the folder is gone",
    "files gone": "files are gone from this folder",
    "excluded": "files in this folder are excluded",
    "shrunk": "this file gives fewer cables than before",
}


@dataclasses.dataclass(slots=True, repr=False)
class BuildReport:
    """What a run did.

    ``added``, ``replaced``, ``removed`` count cables as the archive shows them, ``total`` those it holds now. ``run``: the number of the
    state that it left, counting all that were published; ``steps``: how many of them it published itself. ``duplicates``: key to the paths
    that hold it, the shown one first. ``warnings``: cables read, by code.
    ``outcomes``: files, by what became of them. ``new``: keys of the cables that the archive never held before. ``durations``: seconds by
    stage. ``notes``: what was put right after a run that died, and what a person should know of the archive.
    ``passed_links``: links that were met in the sources and not followed.

    ``failures``: what could not be read, with path and place; of a file with many bad records the first few, and how many more there are.
    ``failure_counts``: failures by file, all counted. ``known_failures``: those of ``failures`` that an earlier run met in the same content
    and by the same rules; the others are ``new_failures``.

    ``missing``: where cables went from, or would have; ``held``: how many of these stay, since more than ``allowed`` would have gone at once.
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
    failure_counts: dict[str, int] = dataclasses.field(default_factory=dict)
    known_failures: list[str] = dataclasses.field(default_factory=list)
    missing: list[Missing] = dataclasses.field(default_factory=list)
    held: int = 0
    allowed: int = 0
    warnings: dict[str, int] = dataclasses.field(default_factory=dict)
    outcomes: dict[str, int] = dataclasses.field(default_factory=dict)
    new: list[str] = dataclasses.field(default_factory=list)
    durations: dict[str, float] = dataclasses.field(default_factory=dict)
    notes: list[str] = dataclasses.field(default_factory=list)
    passed_links: list[str] = dataclasses.field(default_factory=list)

    __repr__ = brief_repr

    def to_dict(self) -> dict[str, Any]:
        """The JSON form, with rates per second of the whole run."""
        rate = round(self.read_cables / self.seconds, 1) if self.seconds else 0.0
        return dataclasses.asdict(self) | {"new_failures": self.new_failures, "cables_per_second": rate}

    @property
    def new_failures(self) -> list[str]:
        """The failures that no earlier run has met."""
        known = set(self.known_failures)
        return [failure for failure in self.failures if failure not in known]

    @property
    def failed(self) -> int:
        """How many failures there are, all counted."""
        return sum(self.failure_counts.values())

    @property
    def exit_code(self) -> int:
        """The exit status of the command line: 4 if there is a failure that was not reported before, or if cables are held back."""
        return SourceError.exit_code if self.new_failures or self.held else 0

    def exceeds(self) -> bool:
        """Whether more cables went than may go at once: they had been held back before."""
        return sum(entry.cables for entry in self.missing if not entry.held) > self.allowed

    def fail(self, path: str, failures: Failures, *, known: bool = False) -> None:
        """Note the failures of a file or a source."""
        messages = failures.messages(path)
        self.failures += messages
        if known:
            self.known_failures += messages
        self.failure_counts[path] = self.failure_counts.get(path, 0) + failures.count

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


def known_line(report: BuildReport, shown: Callable[[str], str] = str) -> str | None:
    """The failures that were reported before on one line, for people; ``None`` if there are none. ``shown``: how one is shown."""
    if not report.known_failures:
        return None
    known = report.known_failures
    more = f"; and {len(known) - SHOWN:,} more" if len(known) > SHOWN else ""
    return f"{len(known):,} could not be read, as before: " + "; ".join(map(shown, known[:SHOWN])) + more


def links_line(links: Sequence[str], shown: Callable[[str], str] = str) -> str | None:
    """The links that were not followed on one line, for people; ``None`` if there are none. ``shown``: how a name is shown."""
    if not links:
        return None
    count = f"{len(links):,} link{' was' if len(links) == 1 else 's were'}"
    return f"{count} not followed: {shown(links[0])}{' …' if len(links) > 1 else ''}; --follow-links, or follow_links = true in reftel.toml, follows them"


def held_line(files: Sequence[str]) -> str | None:
    """The files that an earlier run read through links which are not followed now, on one line, for people; ``None`` if there are none."""
    if not files:
        return None
    count = f"{len(files):,} file{' was' if len(files) == 1 else 's were'}"
    return (
        f"{count} read earlier through links that are not followed now: {files[0]}{' …' if len(files) > 1 else ''}; what they held is kept as it was; "
        "follow_links reads them again, exclude forgets them"
    )


def held_lines(held: int, allowed: int, missing: Iterable[Missing]) -> list[str]:
    """What is held back and where it was, a line each, for people; none where nothing is."""
    if not held:
        return []
    head = (
        f"held back: {held:,} cables are missing from the sources, and no more than {allowed:,} may go at once; they stay. "
        "Look at the places below. If the cables are to go: --accept-removals, or let the next run find the same missing"
    )
    return [head, *_listed([entry for entry in missing if entry.held])]


def removed_lines(missing: Iterable[Missing]) -> list[str]:
    """Where cables went from, a line each, for people."""
    return _listed([entry for entry in missing if not entry.held])


def _listed(missing: list[Missing]) -> list[str]:
    more = missing[SHOWN:]
    rest = [f"and {len(more):,} more places: {sum(entry.cables for entry in more):,} cables"] if more else []
    return [*map(str, missing[:SHOWN]), *rest]
