"""The cables around one in its thread: those that it cites, those that cite it, and what the same post sent on the same subject."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from reftel.base.frozen import frozen
from reftel.schema.analysis import words
from reftel.search.citations import citations_of

if TYPE_CHECKING:
    from reftel.schema.cable import Cable
    from reftel.search.results import Hit
    from reftel.search.searcher import Searcher

MOST = 5
"""Cables of the same subject and post that are given before and after."""

_ANSWER = re.compile(r"(?:re|reply|corrected copy|[(](?:c|s|u|sbu|u//fouo|s//nf|s/nf|c/nf)[)])\s*[:-]?\s*", re.IGNORECASE)


@frozen(brief=True)
class Neighbour:
    """A cable near another one; ``cable`` is ``None`` where the archive does not have it."""

    id: str
    cable: Cable | None
    label: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        cable = self.cable
        return {
            "id": self.id, "label": self.label, "held": cable is not None, "date": cable.date if cable else None,
            "origin": cable.origin if cable else None, "subject": cable.subject if cable else None,
        }  # fmt: skip


@frozen(brief=True)
class Neighbours:
    """What stands around a cable: ``cites`` in printed order, the others in order of time.

    ``earlier`` and ``later``: how many more of the same subject and post there are before ``before`` and after ``after``.
    """

    key: str
    cites: tuple[Neighbour, ...]
    cited_by: tuple[Neighbour, ...]
    before: tuple[Neighbour, ...]
    after: tuple[Neighbour, ...]
    earlier: int = 0
    later: int = 0

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        groups = {name: [each.to_dict() for each in getattr(self, name)] for name in ("cites", "cited_by", "before", "after")}
        return {"key": self.key, **groups, "earlier": self.earlier, "later": self.later}

    def _repr_html_(self) -> str:
        from reftel.render.notebook import table  # noqa: PLC0415 - only a notebook asks

        groups = {"cites": self.cites, "cited by": self.cited_by, "before": self.before, "after": self.after}
        cables = ((name, each.id, each.cable) for name, group in groups.items() for each in group)
        return table(self.key, ("", "cable", "date", "subject"), ((name, key, cable and cable.date, cable and cable.subject) for name, key, cable in cables))

    def __len__(self) -> int:
        return len(self.cites) + len(self.cited_by) + len(self.before) + len(self.after)


def neighbours(searcher: Searcher, cable: Cable) -> Neighbours:
    """The neighbours of a cable."""
    desk = searcher.desk
    graph = citations_of(desk, cable.key)
    cited = {link.target: link.label for link in reversed(graph.cites(cable.key)) if link.target and link.target != cable.key}
    cites = list(reversed(cited))
    citing = dict.fromkeys(link.source for link in graph.cited_by(cable.key) if link.source != cable.key)
    same = [hit.cable for hit in _same_subject(searcher, cable)]
    place = [other.key for other in same].index(cable.key) if same else 0
    return Neighbours(
        cable.key,
        tuple(Neighbour(key, other, cited[key]) for key, other in zip(cites, desk.find_all(cites), strict=True)),
        tuple(map(Neighbour, citing, desk.find_all(citing))),
        tuple(Neighbour(other.key, other) for other in same[max(0, place - MOST) : place]),
        tuple(Neighbour(other.key, other) for other in same[place + 1 : place + 1 + MOST]),
        max(0, place - MOST),
        max(0, len(same) - place - 1 - MOST),
    )


def _same_subject(searcher: Searcher, cable: Cable) -> tuple[Hit, ...]:
    """Hits with the same subject line from the same post, the cable itself among them, in order of time; none where either is unknown."""
    subject = words(_ANSWER.sub("", cable.subject or "", count=1) if _ANSWER.match(cable.subject or "") else cable.subject or "")
    post = cable.post or cable.origin
    if not subject or not post:
        return ()
    quoted = post.replace('"', " ")
    hits = searcher.page(f'subject:"{" ".join(subject)}" from:"{quoted}"', sort="date", limit=None).hits
    return hits if any(hit.key == cable.key for hit in hits) else ()
