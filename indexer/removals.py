"""What is missing from the sources: files that are gone or left out now, texts that their files do not give any more.

All of it is found first, and judged together at the end of a run, when what moved elsewhere was read: a cable that another file holds does not
go. Where more would go than the limit allows, it stays and is remembered as held back; what a later run finds still missing goes then.
"""

from __future__ import annotations

import dataclasses
import os
from collections import Counter
from collections.abc import Collection, Iterable
from pathlib import Path

from reftel.indexer.choosing import Chooser
from reftel.indexer.limit import Limit
from reftel.indexer.manifest import HeldRow, Manifest
from reftel.indexer.publishing import Publication
from reftel.indexer.report import Missing
from reftel.indexer.sources import Selection, is_gone
from reftel.schema.names import name_of, path_of


@dataclasses.dataclass(slots=True)
class Judgement:
    """``going``: cables that nothing else holds, by the missing thing that they are counted with. ``held``: what stays; ``allowed``: how many
    cables might have gone.
    """

    going: dict[HeldRow, int]
    held: set[HeldRow]
    allowed: int

    def cables(self, *, held: bool) -> int:
        """How many cables are held back, or go."""
        return sum(count for row, count in self.going.items() if (row in self.held) is held)


def leave(publication: Publication, file: str, given: Collection[str], kept: Iterable[tuple[str, str, int]] = ()) -> bool:
    """Note the texts of a file just read whose keys it no longer gives, except those in ``kept``; whether there are any."""
    draft = publication.draft
    held = {(row.key, row.path, row.locator): row for row in draft.held() if row.file == file and not row.is_whole}
    for row in held.values():
        draft.drop_held(row)
    left = [place for place in draft.places_of(file) if place[0] not in given and place not in kept]
    for place in left:
        draft.put_held(held.get(place) or HeldRow(file, *place))
    return bool(left)


def find_missing(manifest: Manifest, selection: Selection, looked: Collection[str]) -> list[HeldRow]:
    """What is missing: files that the selection forgets, and texts held of files in ``looked``, which are as they were when these were missing."""
    held = manifest.held()
    whole = {row.file: row for row in held if row.is_whole}
    gone = {row.path: whole.get(row.path) or HeldRow(row.path) for row in manifest.sources() if selection.forgets(Path(path_of(row.path)))}
    return [*gone.values(), *(row for row in held if not row.is_whole and row.file in looked and row.file not in gone)]


def judge(manifest: Manifest, missing: list[HeldRow], limit: Limit, before: int, *, moved: Collection[str] = ()) -> Judgement:
    """Which of the missing things go. ``before``: cables that the archive showed. ``moved``: files whose texts are known to be elsewhere."""
    owners: dict[str, list[HeldRow]] = {}
    counts: Counter[str] = Counter()
    for row in missing:
        for place in manifest.places_of(row.file) if row.is_whole else [(row.key, row.path, row.locator)]:
            owners.setdefault(place[0], []).append(row)
            counts[place[0]] += 1
    going = dict.fromkeys(missing, 0)
    fresh: dict[HeldRow, None] = {}
    removed = 0
    for key, rows in owners.items():
        if counts[key] < manifest.count_texts(key) or any(row.file in moved for row in rows):
            continue
        going[rows[0]] += 1
        if not all(row.run for row in rows):
            removed += 1
            fresh |= dict.fromkeys(rows)
    allowed = limit.allowed(before)
    return Judgement(going, set(fresh) if removed > allowed else set(), allowed)


def settle(publication: Publication, chooser: Chooser, judgement: Judgement) -> None:
    """Forget what goes, and remember what is held back."""
    draft, run = publication.draft, publication.run
    lost = set()
    for row in judgement.going:
        if row in judgement.held:
            draft.put_held(dataclasses.replace(row, run=row.run or run))
            continue
        for key, path, locator in draft.places_of(row.file) if row.is_whole else [(row.key, row.path, row.locator)]:
            draft.drop_version(key, path, locator)
            lost.add(key)
        if row.is_whole:
            draft.drop_source(row.file)
        else:
            draft.drop_held(row)
    for key in sorted(lost):
        chooser.promote(key)


def release(publication: Publication, missing: Collection[HeldRow]) -> None:
    """Forget that files were held back which are there again."""
    for row in publication.manifest.held():
        if row.is_whole and row not in missing and not is_gone(Path(path_of(row.file))):
            publication.draft.drop_held(row)


def places(judgement: Judgement) -> list[Missing]:
    """Where cables are missing, for people: by folder, those that lost most first."""
    found: dict[tuple[str, str, bool], list[int]] = {}
    there: dict[Path, bool] = {}
    for row, cables in judgement.going.items():
        if cables:
            place, why = _place(row, there)
            numbers = found.setdefault((place, why, row in judgement.held), [0, 0])
            numbers[0] += row.is_whole
            numbers[1] += cables
    missing = [Missing(place, why, files, cables, held) for (place, why, held), (files, cables) in found.items()]
    return sorted(missing, key=lambda entry: (-entry.cables, entry.place))


def _place(row: HeldRow, there: dict[Path, bool]) -> tuple[str, str]:
    """The folder that vanished, or the one in which files did; for texts, their file."""
    path = Path(path_of(row.file))
    if not row.is_whole:
        return row.file, "shrunk"
    if not is_gone(path):
        return name_of(path.parent), "excluded"
    vanished = None
    for folder in path.parents:
        if there.setdefault(folder, os.path.lexists(folder)):
            break
        vanished = folder
    if vanished is not None:
        return name_of(vanished), "gone"
    return name_of(path.parent), "files gone"
