"""The citation graph: which cables a cable cites, which cite it, and on from there.

A reference without a printed year is read as one of the citing cable's own year. A cable of January to March may mean the year before:
where that reading leads to a cable of the archive and the usual one does not, it is followed and marked ``assumed_year``.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal

from reftel.base.frozen import frozen
from reftel.schema.errors import CableNotFound
from reftel.schema.identifiers import canonical_id, full_year, post_label, split_id
from reftel.search.plan import Value
from reftel.search.query.problems import refuse_negative

if TYPE_CHECKING:
    from reftel.schema.cable import Cable, Reference
    from reftel.search.desk import Desk, Records

Direction = Literal["both", "in", "out"]

MOST_CABLES = 10_000
"""Cables that a graph may hold before it is cut."""

LAST_AMBIGUOUS_MONTH = 3
"""Up to this month a reference without a year may be one of the year before."""

_BATCH = 500
_DIGITS = re.compile(r"\d+")


@frozen(brief=True)
class CitedCable:
    """A cable of a citation graph, ``distance`` steps from the one asked for. One not in the archive has no date and no subject."""

    key: str
    in_archive: bool
    distance: int
    date: str | None = None
    date_precision: str | None = None
    classification: str | None = None
    origin: str | None = None
    subject: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return dataclasses.asdict(self)


@frozen(brief=True)
class Citation:
    """One reference: ``source`` cites ``target`` (``None`` for what is no cable or has lost its number) as ``label`` and ``raw`` print it.

    ``assumed_year``: no year is printed and the one before the citing cable's was taken. ``other``: the id under the other year, where the
    archive does not tell which of the two is meant.
    """

    source: str
    target: str | None
    label: str | None
    kind: str
    raw: str
    assumed_year: bool = False
    other: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return dataclasses.asdict(self)


@frozen(brief=True)
class Citations:
    """A citation graph around ``roots``. ``cables``: by distance, then date, then key; ``links``: in that order of their sources.

    ``left_out``: how many more cables it met when it came to its limit, and ``cut``, whether there are any; their links and what
    lies behind them are left out too.
    """

    roots: tuple[str, ...]
    depth: int
    direction: Direction
    cables: tuple[CitedCable, ...]
    links: tuple[Citation, ...]
    left_out: int = 0

    @property
    def cut(self) -> bool:
        """Whether cables are left out."""
        return self.left_out > 0

    def cable(self, key: str) -> CitedCable | None:
        """The cable with this key."""
        return next((cable for cable in self.cables if cable.key == key), None)

    def cites(self, key: str) -> tuple[Citation, ...]:
        """What this cable cites, in printed order."""
        return tuple(link for link in self.links if link.source == key)

    def cited_by(self, key: str) -> tuple[Citation, ...]:
        """What cites this cable, the earliest first."""
        order = {cable.key: number for number, cable in enumerate(self.thread())}
        return tuple(sorted((link for link in self.links if link.target == key), key=lambda link: order[link.source]))

    def thread(self) -> tuple[CitedCable, ...]:
        """All cables in time order; those without a date are placed by the year of their id, before what is dated in it."""
        return tuple(sorted(self.cables, key=lambda cable: (cable.date or _year_of(cable.key), cable.key)))

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "roots": list(self.roots),
            "depth": self.depth,
            "direction": self.direction,
            "cut": self.cut,
            "left_out": self.left_out,
            "cables": [cable.to_dict() for cable in self.cables],
            "links": [link.to_dict() for link in self.links],
        }

    def _repr_html_(self) -> str:
        from reftel.render.notebook import table  # noqa: PLC0415 - only a notebook asks

        known = {cable.key: cable for cable in self.cables}
        cited = ((link, known.get(link.target or "")) for link in self.links)
        rows = ((link.source, link.label, link.target or link.raw, cable and cable.date, cable and cable.subject) for link, cable in cited)
        return table(", ".join(self.roots), ("cable", "reference", "cites", "date", "subject"), rows)


def citations_of(
    desk: Desk, key: str, *, depth: int = 1, direction: Direction = "both", limit: int = MOST_CABLES
) -> Citations:
    """The graph around one cable. Raises `CableNotFound` for one that is neither in the archive nor cited in it."""
    refuse_negative("the limit", limit=limit)
    graph = _grow(desk, (key,), depth, direction, max(limit, 1))  # the cable itself
    if not graph.links and not graph.left_out and not graph.cables[0].in_archive:
        raise CableNotFound(f"no cable '{key}' in the archive, and none that cites it")
    return graph


def citations_among(
    desk: Desk, query: str, *, depth: int = 0, direction: Direction = "out", limit: int = MOST_CABLES
) -> Citations:
    """The graph of all hits of a query: at depth 0 the links among them, at depth 1 what they cite besides."""
    refuse_negative("the limit", limit=limit)
    keys = desk.engine.scan(desk.read(query).plan)
    roots = list(itertools.islice(keys, min(limit, sys.maxsize)))
    more = sum(1 for _ in keys)
    graph = _grow(desk, roots, depth, direction, limit)
    return dataclasses.replace(graph, left_out=graph.left_out + more) if more else graph


def _grow(desk: Desk, roots: Sequence[str], depth: int, direction: Direction, limit: int) -> Citations:
    refuse_negative("the depth", depth=depth)
    growth = _Growth(desk, direction, limit)
    frontier = growth.add(roots, 0)
    distance = 0
    while frontier and distance < depth:
        distance += 1
        frontier = growth.step(frontier, distance)
    return growth.graph(tuple(roots), depth)


class _Growth:
    """A graph while it grows, a step at a time."""

    def __init__(self, desk: Desk, direction: Direction, limit: int) -> None:
        self._desk, self._direction, self._limit = desk, direction, limit
        self._cables: dict[str, CitedCable] = {}
        self._outgoing: dict[str, tuple[Citation, ...]] = {}
        self._left_out: set[str] = set()

    def add(self, keys: Iterable[str], distance: int) -> list[str]:
        """Take in the cables that are new; their keys."""
        unknown = [key for key in dict.fromkeys(keys) if key not in self._cables]
        room = max(0, self._limit - len(self._cables))
        added, left_out = unknown[:room], unknown[room:]
        self._left_out.update(left_out)
        for key, cable in zip(added, self._desk.find_all(added), strict=True):
            self._cables[key] = _known(cable, distance) if cable else _missing(key, distance)
            self._outgoing[key] = tuple(resolve(cable, self._desk)) if cable else ()
        return added

    def step(self, frontier: Sequence[str], distance: int) -> list[str]:
        """The cables one step on from ``frontier``."""
        reached: dict[str, None] = {}
        if self._direction != "in":
            reached |= dict.fromkeys(link.target for key in frontier for link in self._outgoing[key] if link.target)
        if self._direction != "out":
            reached |= dict.fromkeys(_citing(frontier, self._desk))
        return self.add(reached, distance)

    def graph(self, roots: tuple[str, ...], depth: int) -> Citations:
        """What has grown. Links to cables outside it are left out; references without an id are kept for the roots."""
        order = sorted(
            self._cables.values(), key=lambda cable: (cable.distance, cable.date or _year_of(cable.key), cable.key)
        )
        found = [link for cable in order for link in self._outgoing[cable.key]]
        kept = tuple(link for link in found if self._belongs(link, roots))
        return Citations(roots, depth, self._direction, tuple(order), kept, len(self._left_out))

    def _belongs(self, link: Citation, roots: tuple[str, ...]) -> bool:
        if link.target is None:
            return self._direction != "in" and link.source in roots
        return link.target in self._cables


def _citing(targets: Sequence[str], desk: Desk) -> Iterator[str]:
    """Keys of the cables that cite any of ``targets``, also by the year after theirs where that is what an implied year gives."""
    for start in range(0, len(targets), _BATCH):
        wanted = {key for key in targets[start : start + _BATCH] if canonical_id(key) == key}
        ids = tuple(sorted(wanted | {in_year(key, 1) for key in wanted}))
        for cable in desk.cables(Value("refs", ids)) if ids else ():
            if any(link.target in wanted for link in resolve(cable, desk)):
                yield cable.key


def resolve(cable: Cable, records: Records) -> Iterator[Citation]:
    """The references of a cable in printed order, each with the cable that it means."""
    printed = False
    for reference in cable.refs:
        # "08 STATE 1, 2": the second has the number alone and shares the first one's year
        printed = printed if reference.raw.isdigit() else prints_year(reference)
        yield _resolved(cable, reference, records, printed=printed)


def _resolved(cable: Cable, reference: Reference, records: Records, *, printed: bool) -> Citation:
    as_read = Citation(cable.key, reference.id, reference.label, reference.kind, reference.raw)
    if reference.id is None or printed or not may_mean_last_year(cable, reference.id):
        return as_read
    before = in_year(reference.id, -1)
    usual, earlier = records.find(reference.id), records.find(before)
    possible = usual is not None and not _is_later(usual, cable)
    if earlier is not None and not possible:
        return dataclasses.replace(as_read, target=before, assumed_year=True, other=reference.id)
    return as_read if possible and earlier is None else dataclasses.replace(as_read, other=before)


def prints_year(reference: Reference) -> bool:
    """Whether a reference shows a year beside its serial: ``08 STATE 12`` and ``STATE 12 (08)`` do, ``STATE 12`` does not."""
    numbers = [number.lstrip("0") for number in _DIGITS.findall(reference.raw)]
    if reference.id and (serial := split_id(reference.id)[2]) in numbers:
        numbers.remove(serial)
    return bool(numbers)


def may_mean_last_year(cable: Cable, cited: str) -> bool:
    """Whether the citing cable is of January to March and the id has the citing cable's year, as an implied year gives it."""
    if not cable.date or cable.date_precision == "year":
        return False
    return int(cable.date[5:7]) <= LAST_AMBIGUOUS_MONTH and cited[:2] == cable.date[2:4]


def _is_later(cited: Cable, citing: Cable) -> bool:
    """Whether a cable was sent a day or more after the one that seems to cite it."""
    return bool(cited.date and citing.date and cited.date[:10] > citing.date[:10])


def in_year(cable_id: str, difference: int) -> str:
    """The id in another year: ``("08STATE12", -1)`` -> ``"07STATE12"``; 00 and 99 are neighbours."""
    year, stem, serial = split_id(cable_id)
    return f"{(int(year) + difference) % 100:02}{stem}{serial}"


def _year_of(key: str) -> str:
    """Four-digit year of an id, to sort by; behind all dates for a key that is no id."""
    if canonical_id(key) != key:
        return "~"
    return str(full_year(key[:2]))


def _known(cable: Cable, distance: int) -> CitedCable:
    origin = cable.origin or cable.post
    return CitedCable(
        cable.key, True, distance, cable.date, cable.date_precision, cable.classification, origin, cable.subject
    )


def _missing(key: str, distance: int) -> CitedCable:
    origin = post_label(split_id(key)[1]) if canonical_id(key) == key else None
    return CitedCable(key, False, distance, origin=origin)
