"""What is cited and not there: the cables that hits refer to and the archive lacks, the most cited first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reftel.base.frozen import frozen
from reftel.schema.identifiers import canonical_id, post_label, split_id
from reftel.search.citations import in_year, resolve
from reftel.search.plan import Everything
from reftel.search.query.problems import refuse_negative

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reftel.search.desk import Desk


@frozen(brief=True)
class MissingCable:
    """A cable that the archive lacks, by its id, and the keys of all hits that cite it, in order. ``origin``: the post that the id names."""

    id: str
    origin: str | None
    cited_by: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many hits cite it."""
        return len(self.cited_by)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {"id": self.id, "origin": self.origin, "count": self.count, "cited_by": list(self.cited_by)}


@frozen(brief=True)
class Missing:
    """The cables that hits of ``query`` cite and the archive lacks, by falling number of citing cables, then id; ``total`` counts all."""

    query: str
    total: int
    notes: tuple[str, ...]
    cables: tuple[MissingCable, ...]

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {"query": self.query, "total": self.total, "notes": list(self.notes), "cables": [cable.to_dict() for cable in self.cables]}


def missing_cables(desk: Desk, query: str, *, limit: int | None = None) -> Missing:
    """The first ``limit`` cables that hits cite and the archive lacks; all by default. References without an id name none."""
    refuse_negative("the limit", limit=limit)
    read = desk.read(query)
    held = set(desk.engine.scan(Everything()))
    found = []
    for cited, citing in desk.engine.members(read.plan, "refs", lambda cited: cited not in held):
        keys = _meaning(desk, cited, citing) if canonical_id(cited) == cited and in_year(cited, -1) in held else citing
        if keys:
            found.append(MissingCable(cited, post_label(split_id(cited)[1]), tuple(keys)))
    found.sort(key=lambda cable: (-cable.count, cable.id))
    return Missing(read.printed, len(found), read.notes, tuple(found[:limit]))


def _meaning(desk: Desk, cited: str, citing: Sequence[str]) -> list[str]:
    """Those of the citing cables that mean this id, not the cable of the year before: the index knows a reference by its usual year."""
    return [cable.key for cable in desk.load_all(citing) if any(link.target == cited for link in resolve(cable, desk))]
