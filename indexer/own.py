"""What reftel itself writes near the sources, which is never read as one: the archive and its copies, reports, the configuration."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from reftel.base.frozen import frozen

REPORT = "reftel-"
"""How the names of reports in a folder begin."""


@frozen
class Own:
    """Files, folders (with all in them), and how the paths of others begin."""

    paths: frozenset[str] = frozenset()
    beginnings: tuple[str, ...] = ()

    def has(self, path: str) -> bool:
        """Whether exactly this file or folder is one's own."""
        return path in self.paths or path.startswith(self.beginnings)

    def __or__(self, other: Own) -> Own:
        return Own(self.paths | other.paths, self.beginnings + other.beginnings)

def absolute(path: str) -> str:
    """The path from the root, each place under one name: ``./a//b/`` -> ``/here/a/b``.

    Links keep their names, but ``..`` leads where the system goes: behind a link, out of the folder that it points to.
    """
    here = "/"
    for part in Path(path).absolute().parts[1:]:
        if part == "..":
            here = os.path.dirname(os.path.realpath(here) if os.path.islink(here) else here)  # noqa: PTH114, PTH120 - they never raise
        else:
            here = os.path.join(here, part)  # noqa: PTH118 - keeps no dots
    return here


def own_archive(archive: Path) -> Own:
    """An archive, and what backup and repair put beside it."""
    names = _names(archive)
    paths = frozenset(name + end for name in names for end in ("", ".partial", ".rebuild"))
    return Own(paths, tuple(f"{name}.damaged-" for name in names))


def own_report(report: Path, sources: Iterable[str]) -> Own:
    """A report's file, or the folder of reports; where ``sources`` lie in that folder, only the reports in it."""
    names = _names(report)
    if report.suffix == ".json":
        return Own(frozenset(str(Path(name).with_suffix(end)) for name in names for end in (".json", ".json.new", ".md", ".md.new")))
    inhabited = {str(folder) for source in map(Path, sources) for folder in (source, *source.parents)}
    if inhabited.isdisjoint(names):
        return Own(frozenset(names))
    return Own(frozenset(), tuple(f"{name}/{REPORT}" for name in names))


def own_file(path: Path) -> Own:
    """A single file, such as the configuration."""
    return Own(_names(path))


def _names(place: Path) -> frozenset[str]:
    """The names by which a walk may meet a place that somebody named through links or not."""
    return frozenset({absolute(str(place)), os.path.realpath(place)})
