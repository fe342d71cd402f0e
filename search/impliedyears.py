"""References without a year in queries: ``refs:`` and ``citedby:`` find what `reftel.search.citations` follows.

The index knows a reference by the id under its usual year. Where a cable of January to March means the year before, the cables that are
found otherwise are looked up before an engine is asked.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from reftel.base.frozen import frozen
from reftel.schema.fields import minutes_of
from reftel.schema.identifiers import canonical_id, full_year
from reftel.search.plan import And, CitedBy, Node, Not, Or, Range, Value
from reftel.search.tagged import ids_node
from reftel.search.walk import rewrite

if TYPE_CHECKING:
    from reftel.search.desk import Records


@frozen
class _Difference:
    """Cables to add to, and to take from, those that the usual years give."""

    added: frozenset[str]
    removed: frozenset[str]

    def applied(self, node: Node) -> Node:
        """The node with the difference; itself where there is none."""
        found = node
        if self.removed:
            found = And((found, Not(ids_node(sorted(self.removed)))), origin=node.origin)
        return Or((found, ids_node(sorted(self.added))), origin=node.origin) if self.added else found


def resolve_years(root: Node, records: Records) -> tuple[Node, tuple[str, ...]]:
    """``root`` with every ``refs:`` and ``citedby:`` as the citation graph has it, and notes on what that changed."""
    assumed, left_out = set[str](), set[str]()

    def change(node: Node) -> Node:
        match node:
            case Value(field="refs", values=ids):
                difference = _citing(ids, records)
            case CitedBy(ids=ids):
                difference = _cited(ids, records)
            case _:
                return node
        assumed.update(difference.added)
        left_out.update(difference.removed)
        return difference.applied(node)

    changed = rewrite(root, change)
    notes = (
        (assumed, "found by a reference without a year, read as one of the year before (`reftel refs` shows which)"),
        (left_out, "left out: a reference without a year, read as one of the year before, leads elsewhere (`reftel refs` shows where)"),
    )
    return changed, tuple(f"{len(keys):,} {text}" for keys, text in notes if keys)


def _citing(ids: Iterable[str], records: Records) -> _Difference:
    """For the cables that cite any of ``ids``."""
    from reftel.search.citations import resolve  # noqa: PLC0415 - few queries ask for references

    wanted = {key for key in ids if canonical_id(key) == key}
    added, removed = set(), set()
    for cable in records.cables(Or(tuple(_ambiguous(wanted)))) if wanted else ():
        usual = any(reference.id in wanted for reference in cable.refs)
        meant = any(link.target in wanted for link in resolve(cable, records))
        if meant and not usual:
            added.add(cable.key)
        elif usual and not meant:
            removed.add(cable.key)
    return _Difference(frozenset(added), frozenset(removed))


def _ambiguous(wanted: Iterable[str]) -> Iterator[Node]:
    """The cables of the first months of a year that may mean one of these ids, or seem to and mean another."""
    from reftel.search.citations import LAST_AMBIGUOUS_MONTH, in_year  # noqa: PLC0415

    for key in sorted(wanted):
        for citing, difference in ((key, 0), (in_year(key, 1), 1)):
            year = full_year(key[:2]) + difference
            end = datetime.date(year, LAST_AMBIGUOUS_MONTH + 1, 1)
            yield And((Value("refs", (citing,)), Range("date", minutes_of(f"{year}-01-01"), minutes_of(end.isoformat()) - 1)))


def _cited(ids: Iterable[str], records: Records) -> _Difference:
    """For the cables that any of ``ids`` cites."""
    from reftel.search.citations import resolve  # noqa: PLC0415

    links = [link for cable in filter(None, records.find_all(ids)) for link in resolve(cable, records)]
    meant = {link.target for link in links if link.target}
    usual = {link.other if link.assumed_year else link.target for link in links}
    return _Difference(frozenset(meant - usual), frozenset(key for key in usual - meant if key and records.find(key)))
