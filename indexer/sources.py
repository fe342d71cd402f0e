"""From the sources a person names to the files in them: folders are walked, patterns are looked up, the rest is taken as it is."""

from __future__ import annotations

import dataclasses
import os
import stat
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

from reftel.indexer.failures import unreadable
from reftel.indexer.own import Own, absolute, own_archive
from reftel.indexer.walking import OnError, Walk, fits, fixed_part, is_pattern
from reftel.schema.errors import SourceError
from reftel.schema.names import name_of


def iter_files(sources: Iterable[str | os.PathLike[str]], on_error: OnError) -> Iterator[Path]:
    """Files of the sources in sorted order, each once. A source that is missing or a folder without files is reported to ``on_error``."""
    return Selection(tuple(os.fsdecode(source) for source in sources)).iter_files(on_error)


Links = Literal["named", "all", "none"]
"""Which links are followed: those that are sources themselves, all that are met on the way, or none. A link may lead to anybody's files."""


@dataclasses.dataclass(slots=True)
class Selection:
    """Files, folders and patterns (``dumps/**/*.csv``) to read, without those that a pattern of ``excludes`` fits, and without one's ``own``.

    An exclude fits a file's whole path, its path inside the source, or the name of the file or of a folder on the way: ``drafts``,
    ``*.bak``, ``old/*.html``. A file that several sources give is left out only if it is left out of each.

    ``links``: which links are followed. ``passed_links``: those that were met and not followed, once `iter_files` is at its end.
    """

    sources: tuple[str, ...]
    excludes: tuple[str, ...] = ()
    own: Own = dataclasses.field(default_factory=Own)
    links: Links = "named"
    passed_links: set[Path] = dataclasses.field(default_factory=set)
    _named: set[Path] = dataclasses.field(default_factory=set)
    _given: set[Path] = dataclasses.field(default_factory=set)
    _alive: set[str] = dataclasses.field(default_factory=set)
    _tops: dict[str, set[Path]] = dataclasses.field(default_factory=dict)
    _plain: dict[Path, list[str]] = dataclasses.field(default_factory=dict)
    _patterns: list[str] = dataclasses.field(default_factory=list)

    def settled(self, archive: Path | None) -> Selection:
        """The same files under absolute paths, as an archive knows them, without those of the archive's folder if it has one."""
        own = self.own if archive is None else self.own | own_archive(archive)
        return Selection(tuple(map(absolute, self.sources)), self.excludes, own, self.links)

    def iter_files(self, on_error: OnError) -> Iterator[Path]:
        """Files in sorted order of each source, each once. Whatever the system has against a source is reported, and the others go on."""
        for source in self.sources:
            (self._patterns if is_pattern(source) else self._plain.setdefault(Path(source), [])).append(source)
            try:
                for path in self._files_of(source, on_error):
                    if path not in self._given:
                        self._given.add(path)
                        yield path
            except (OSError, ValueError) as error:
                on_error(unreadable(name_of(source), error, "cannot look at this source"))

    def _files_of(self, source: str, on_error: OnError) -> Iterator[Path]:
        walk = Walk(self.own, on_error, follow_links=self.links == "all")
        self._tops[source] = set()
        for top in self._places(source, walk, on_error):
            self._tops[source].add(top)
            if top.is_dir():
                yield from self._files_in(top, source, on_error)
            elif not self.own.has(str(top)):
                self._alive.add(source)
                if not self._excluded(top, top):
                    yield top

    def _files_in(self, folder: Path, source: str, on_error: OnError) -> Iterator[Path]:
        walk = Walk(self.own, on_error, follow_links=self.links == "all")
        there = given = False
        for path in walk.files(folder):
            there = True
            self._alive.add(source)
            if not self._excluded(path, folder):
                given = True
                yield path
        self.passed_links |= (links := {link for link in walk.links if not self._excluded(link, folder)})
        if not there and not walk.failed:
            found = "no files" + (f" but {len(links):,} link{', which is' if len(links) == 1 else 's, which are'} passed over," if links else "")
            on_error(SourceError(f"{found} in this folder; what was indexed from it earlier is kept", path=name_of(folder)))
        elif there and not given:
            on_error(SourceError("every file in this folder is excluded", path=name_of(folder)))

    def _places(self, source: str, walk: Walk, on_error: OnError) -> list[Path]:
        """The files and folders that a source names."""
        if is_pattern(source):
            found = walk.places(source)
            self.passed_links |= {link for link in walk.links if not self._excluded(link, link)}
            if not found and not walk.failed:
                on_error(SourceError("no file fits this pattern; what was indexed by it earlier is kept", path=name_of(source)))
            return found
        try:
            os.stat(source)  # noqa: PTH116 - a Path hides what is wrong with a name
        except (FileNotFoundError, NotADirectoryError):
            on_error(SourceError("no such file or folder; check the spelling or whether its disk is mounted", path=name_of(source)))
            return []
        self._named.add(Path(source))
        return [Path(source)]

    def follows(self, path: Path) -> bool:
        """Whether this file, which `iter_files` gave, may be a link."""
        return self.links == "all" or (self.links == "named" and path in self._named)

    def _excluded(self, path: Path, top: Path) -> bool:
        if not self.excludes:
            return False
        inside = path.relative_to(top) if path != top else Path(path.name)
        return any(
            fnmatchcase(str(path), pattern) or fnmatchcase(str(inside), pattern) or any(fnmatchcase(part, pattern) for part in inside.parts)
            for pattern in self.excludes
        )

    # -- after `iter_files` ----------------------------------------------------------------------------------------------------------

    def is_behind_links(self, path: Path) -> bool:
        """Whether a file indexed earlier is a link, or lies behind one, that was passed over."""
        return bool(self.passed_links) and not self.passed_links.isdisjoint((path, *path.parents))

    def forgets(self, path: Path) -> bool:
        """Whether a file indexed earlier is to be forgotten: gone or left out, while every source that it may have come from gives other files.

        A source of which nothing is left may be a disk that is not mounted: it keeps what it gave.
        """
        if path in self._given:
            return False
        sources = self._sources_of(path)
        return bool(sources) and self._alive.issuperset(sources) and (is_gone(path) or all(self._leaves_out(path, source) for source in sources))

    def _sources_of(self, path: Path) -> list[str]:
        """The sources that a file may have come from. There may be as many sources as files: each is looked up, and patterns alone are tried."""
        plain = (source for place in (path, *path.parents) for source in self._plain.get(place, ()))
        return [*plain, *(source for source in self._patterns if fits(path.parts, Path(source).parts))]

    def _leaves_out(self, path: Path, source: str) -> bool:
        """Whether a file of a source is one's own, or excluded wherever the source leads to it."""
        above = (path, *path.parents)
        start = fixed_part(source)
        if any(self.own.has(str(place)) for place in above if place != start and place.is_relative_to(start)):
            return True
        tops = [top for top in above if top in self._tops[source]]
        return bool(tops) and all(self._excluded(path, top) for top in tops)


def is_gone(path: Path) -> bool:
    """Whether there is no file of this name any more; one that cannot be looked at is not gone."""
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        return False
