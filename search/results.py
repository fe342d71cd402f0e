"""What a search gives back: a page of hits with their paragraphs, and facet buckets. The same names in Python and in JSON."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast, overload

from reftel.base.frozen import frozen
from reftel.schema.cable import Cable, moment, paragraph_label
from reftel.schema.stored import Stored
from reftel.search.advice import Instead, proposals
from reftel.search.plan import Bucket, Top

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd

Highlights = tuple[tuple[int, int], ...]
"""Character ranges of a text, end exclusive, in rising order."""

DEFAULT_WIDTH = 40
"""Characters of context on each side of a keyword."""


@frozen(brief=True)
class HitParagraph:
    """A paragraph shown with a hit. ``index`` is its place in ``Cable.paragraphs``; ``highlights`` are ranges in ``text``."""

    number: int | None
    mark: str | None
    text: str
    highlights: Highlights
    index: int

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {"number": self.number, "mark": self.mark, "text": self.text, "highlights": [list(pair) for pair in self.highlights]}


SUBJECT, SIGNATURE, HEADING = "subject", "signer", "heading"
"""Parts of a cable that `FoundBy` tells apart: the fields of the first two, and the title of a paragraph, which is none."""


@frozen(brief=True)
class FoundBy:
    """What a hit was found by besides its paragraphs.

    ``part``: the field's name, or ``heading``. ``text``: the value, or the line of the text, or the reference as printed, in which
    ``highlights`` are the places of what was asked for.
    """

    part: str
    text: str
    highlights: Highlights = ()

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {"part": self.part, "text": self.text, "highlights": [list(pair) for pair in self.highlights]}


@frozen(brief=True)
class Hit:
    """A cable that matched: its record, its score, the paragraphs that answer best, and what else it was found by where they don't show it."""

    key: str
    score: float
    cable: Cable
    paragraphs: tuple[HitParagraph, ...]
    subject_highlights: Highlights = ()
    found_by: tuple[FoundBy, ...] = ()

    @property
    def id(self) -> str | None:
        """Canonical id; ``None`` for a cable without one, which is then found by ``key``."""
        return _CABLES.kept(self).head.id

    @property
    def date(self) -> str | None:
        """ISO 8601, UTC."""
        return _CABLES.kept(self).head.date

    @property
    def datetime(self) -> dt.datetime | None:
        """`date` as Python has it, in UTC."""
        return moment(self.date)

    @property
    def classification(self) -> str | None:
        """Canonical classification."""
        return _CABLES.kept(self).head.classification

    @property
    def subject(self) -> str | None:
        """The subject on one line."""
        return _CABLES.kept(self).head.subject

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        cable = self.cable
        return {
            "key": self.key,
            "id": cable.id,
            "score": round(self.score, 4),
            "date": cable.date,
            "date_precision": cable.date_precision,
            "classification": cable.classification,
            "caveats": list(cable.caveats),
            "origin": cable.origin,
            "post": cable.post,
            "subject": cable.subject,
            "signers": list(cable.signers),
            "source": cable.source.to_dict() if cable.source else None,
            "paragraphs": [paragraph.to_dict() for paragraph in self.paragraphs],
            "found_by": [each.to_dict() for each in self.found_by],
        }

    def _repr_html_(self) -> str:
        from reftel.render.notebook import element, escaped, marked  # noqa: PLC0415 - only a notebook asks

        cable = self.cable
        described = " · ".join(filter(None, (cable.date, cable.classification, *cable.caveats, cable.origin or cable.post, ", ".join(cable.signers))))
        subject = marked(cable.subject, self.subject_highlights) if cable.subject else "(no subject)"
        ways = (f"{element('i', escaped(way.part))}: {marked(way.text, way.highlights)}" for way in self.found_by)
        paragraphs = (f"{element('b', escaped(paragraph_label(each.number, each.mark)))} {marked(each.text, each.highlights)}" for each in self.paragraphs)
        quoted = "".join(element("p", each) for each in (*ways, *paragraphs))
        return f"{element('h4', f'{escaped(self.key)} {subject}')}{element('p', escaped(described))}{element('blockquote', quoted) if quoted else ''}"


class _Cables:
    """The field ``cable`` of hits: a record is decoded when somebody asks for it."""

    def __init__(self, slot: Any) -> None:
        self._slot = slot

    def kept(self, hit: Hit) -> Stored:
        """The record as far as it was read."""
        found = self._slot.__get__(hit)
        return found if isinstance(found, Stored) else Stored.of(found)

    def __get__(self, hit: Hit | None, owner: type[Hit]) -> Any:
        return self if hit is None else self.kept(hit).cable

    def __set__(self, hit: Hit, value: Cable | Stored) -> None:
        self._slot.__set__(hit, value)


_CABLES = _Cables(vars(Hit)["cable"])
setattr(Hit, "cable", _CABLES)  # noqa: B010 - which type checkers know as the field


def hit_of(
    key: str, score: float, record: Stored, paragraphs: tuple[HitParagraph, ...], subject: Highlights, ways: tuple[FoundBy, ...]
) -> Hit:
    """A hit whose ``cable`` is decoded when it is asked for."""
    return Hit(key, score, cast("Cable", record), paragraphs, subject, ways)


@frozen(brief=True)
class Page:
    """A window of a result: ``total`` counts all hits, ``query`` is the query as printed back, ``notes`` say how it was read.

    ``instead``: the queries that the notes propose, as where nothing is found. The ``left_out`` of a facet's buckets is the number of its values that are not among them.
    """

    query: str
    total: int
    offset: int
    notes: tuple[str, ...]
    hits: tuple[Hit, ...]
    facets: dict[str, Top[Bucket]]

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    @property
    def instead(self) -> tuple[Instead, ...]:
        """The queries that the notes propose, each with the number of cables that it finds, where that was counted."""
        return proposals(self.notes)

    def __len__(self) -> int:
        """The hits of this page; ``total`` counts all."""
        return len(self.hits)

    @overload
    def __getitem__(self, place: int) -> Hit: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Hit, ...]: ...
    def __getitem__(self, place: int | slice) -> Hit | tuple[Hit, ...]:
        return self.hits[place]

    def to_pandas(self, rows: str = "cable") -> pd.DataFrame:
        """A ``pandas.DataFrame`` of this page's hits, a row a ``cable`` or a ``paragraph``; see `reftel.Archive.to_frame`."""
        from reftel.search.frames import to_frame  # noqa: PLC0415 - an optional extra

        return to_frame(self.hits, rows)

    def _repr_html_(self) -> str:
        from reftel.render.notebook import element, escaped, table  # noqa: PLC0415 - only a notebook asks

        last = self.offset + len(self.hits)
        shown = f", {self.offset + 1:,} to {last:,} shown" if self.hits else ""
        count = f"{self.query}: {self.total:,} cable{'' if self.total == 1 else 's'}{shown}"
        notes = "".join(element("p", escaped(f"note: {note}")) for note in self.notes)
        facets = "".join(table(name, (name, "cables"), _rows(buckets)) for name, buckets in self.facets.items())
        return f"{element('p', element('strong', escaped(count)))}{notes}{facets}{''.join(hit._repr_html_() for hit in self.hits)}"

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "query": self.query,
            "total": self.total,
            "offset": self.offset,
            "notes": list(self.notes),
            "instead": [dataclasses.asdict(each) for each in self.instead],
            "hits": [hit.to_dict() for hit in self.hits],
            "facets": facets_to_dict(self.facets),
            "values_left_out": {name: buckets.left_out for name, buckets in self.facets.items()},
        }


def _rows(buckets: Top[Bucket]) -> Iterator[tuple[str, int | str]]:
    """The rows of a facet in a notebook: values with their counts, then how many others there are."""
    yield from ((bucket.value, bucket.count) for bucket in buckets)
    if buckets.left_out:
        yield "others", f"{buckets.left_out:,} values"


def facets_to_dict(facets: dict[str, Top[Bucket]]) -> dict[str, list[dict[str, Any]]]:
    """The JSON form of facet buckets."""
    return {name: [dataclasses.asdict(bucket) for bucket in buckets] for name, buckets in facets.items()}


@frozen(brief=True)
class ExplainedNode:
    """A node of a plan with the number of cables it holds for, the time that took, and by which ``way`` they were found.

    ``origin`` is its span in the query text. ``forms``: of a word with inflections, those that cables have, the commonest first.
    """

    text: str
    cables: int
    milliseconds: float
    way: str
    origin: tuple[int, int] | None
    children: tuple[ExplainedNode, ...] = ()
    forms: Top[Bucket] = Top(())

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "node": self.text,
            "cables": self.cables,
            "milliseconds": round(self.milliseconds, 3),
            "way": self.way,
            "origin": list(self.origin) if self.origin else None,
            "forms": [dataclasses.asdict(form) for form in self.forms],
            "forms_left_out": self.forms.left_out,
            "children": [child.to_dict() for child in self.children],
        }


@frozen(brief=True)
class Explanation:
    """How a query was read."""

    query: str
    notes: tuple[str, ...]
    root: ExplainedNode

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {"query": self.query, "notes": list(self.notes), "plan": self.root.to_dict()}

    def _repr_html_(self) -> str:
        from reftel.render.notebook import table  # noqa: PLC0415 - only a notebook asks

        return table(self.query, ("part", "cables", "milliseconds", "way"), _parts(self.root, 0))


def _parts(node: ExplainedNode, depth: int) -> Iterator[tuple[str, int, str, str]]:
    """A node and those below it, indented."""
    yield "\u2003" * depth + node.text, node.cables, f"{node.milliseconds:.1f}", node.way
    for child in node.children:
        yield from _parts(child, depth + 1)
