"""The questions that an assistant may ask, each with a bounded answer. Text from a cable is data: made visible whole, and marked as quoted."""

from __future__ import annotations

import threading
import time
import urllib.parse
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from reftel.assistant.models import (
    CableAnswer,
    CableLine,
    ExplainAnswer,
    FacetsAnswer,
    Found,
    Part,
    Proposed,
    QuotedParagraph,
    RefsAnswer,
    SearchAnswer,
    TimelineAnswer,
    Value,
)
from reftel.base.patterns import regex
from reftel.render.safe import safe_line, safe_text
from reftel.schema.cable import paragraph_anchors, paragraph_label
from reftel.schema.errors import BadValueError, CableNotFound

if TYPE_CHECKING:
    from reftel.archive import Archive
    from reftel.schema.cable import Cable
    from reftel.search.neighbours import Neighbour
    from reftel.search.results import ExplainedNode

MOST_HITS, MOST_PARAGRAPHS, MOST_VALUES, MOST_PERIODS, MOST_CITED, MOST_PARTS = 20, 5, 100, 400, 100, 200
"""Of one answer: hits, paragraphs of a hit, values of a facet, periods, cables that cite or are cited, parts of a query."""

LONGEST_PARAGRAPH, LONGEST_ALONE, LONGEST_CABLE, LONGEST_LINE, MOST_LISTED = 2_000, 30_000, 30_000, 300, 50
"""Characters of a paragraph among others and of one that was asked for, of the paragraphs of a cable together, of a line; items of its lists."""

_CITED = regex(r"\[?(?P<id>[^\[\]#¶()]+?)(?: ¶(?P<number>\d{1,4}))?(?: \([^()]*\))?\]?(?:#(?:p(?P<anchor>\d{1,4})|i\d{1,6}))?")
"""An id as citations and addresses have it: ``[08BAKU123 ¶3 (C)]``, ``08BAKU123#p3``."""

_LOOK_AGAIN = 5  # seconds after which an answer looks for what was published meanwhile


class Answers:
    """The tools' answers over an archive. ``room``: the address of the reading room, under which people find what is cited."""

    def __init__(self, archive: Archive, room: str | None = None) -> None:
        self._archive, self._room = archive, room.rstrip("/") if room else None
        self._looked, self._looking = time.monotonic(), threading.Lock()

    def search(self, query: str, limit: int, offset: int, sort: str, paragraphs: int) -> SearchAnswer:
        """A page of hits."""
        page = self._newest().search(query, limit=limit, offset=offset, sort=sort, paragraphs=paragraphs)
        hits = []
        for hit in page:
            shown = [self._paragraph(hit.cable, each.index, LONGEST_PARAGRAPH) for each in hit.paragraphs]
            ways = [_line(f"{way.part}: {way.text}") for way in hit.found_by]
            hits.append(Found(**self._cable(hit.key, hit.cable).model_dump(), paragraphs=shown, found_by=ways))
        after = offset + len(page)
        return SearchAnswer(
            notes=[_line(note) for note in page.notes], query=safe_text(page.query), total=page.total, hits=hits,
            instead=[Proposed(query=safe_text(each.query), cables=each.cables) for each in page.instead],
            next_offset=after if hits and after < page.total else None,
        )  # fmt: skip

    def show(self, id: str, paragraphs: list[int] | None, first: int) -> CableAnswer:  # noqa: A002 - the tool's name for it
        """A cable from its paragraph ``first`` on (from 0), or those of its paragraphs that have these numbers, or the one that ``id`` cites."""
        cited = _CITED.fullmatch(id.strip())
        if cited:
            id, numbers = cited["id"], cited["number"] or cited["anchor"]  # noqa: A001 - as above
            paragraphs = paragraphs or ([int(numbers)] if numbers else None)
        cable = self._newest().cable(id)
        places = _places(cable, paragraphs) if paragraphs else list(range(first, len(cable.paragraphs)))
        if not paragraphs and cable.paragraphs and not places:
            raise BadValueError(f"{cable.key} has {len(cable.paragraphs)} paragraphs", text=str(first), start=0, hint="`first` counts them from 0")
        shown: list[QuotedParagraph] = []
        room, longest = LONGEST_CABLE, LONGEST_ALONE if paragraphs and len(paragraphs) == 1 else LONGEST_PARAGRAPH
        for place in places:
            made = self._paragraph(cable, place, longest)
            room -= len(made.quoted_text)
            if room < 0 and shown:
                break
            shown.append(made)
        left = len(places) - len(shown)
        notes = [f"{left} paragraphs are left out; ask for them with `{'paragraphs' if paragraphs else 'first'}`"] if left else []
        return CableAnswer(
            notes=notes, cable=self._cable(cable.key, cable), tags=_listed(cable.tags), references=_listed(each.raw for each in cable.refs),
            warnings=_listed(each.message for each in cable.warnings), paragraphs=shown,
            next_first=places[len(shown)] if left and not paragraphs else None,
        )  # fmt: skip

    def facets(self, query: str, field: str, limit: int) -> FacetsAnswer:
        """The most frequent values of a field."""
        found = self._newest().facets(query, f"{field.partition(':')[0]}:{limit}")
        ((name, buckets),) = found.items()
        return FacetsAnswer(field=name, values=[Value(value=_line(each.value), count=each.count) for each in buckets], left_out=buckets.left_out)

    def timeline(self, query: str, by: str) -> TimelineAnswer:
        """Hits by day, month or year."""
        line = self._newest().timeline(query, by=by)
        if len(line.periods) > MOST_PERIODS:
            hint = f"at most {MOST_PERIODS} periods are given: choose month or year, or narrow the query with date:"
            raise BadValueError(f"{len(line.periods):,} periods", text=by, start=0, end=len(by), hint=hint)
        return TimelineAnswer(
            notes=[_line(note) for note in line.notes], query=safe_text(line.query), by=line.by, total=line.total, undated=line.undated,
            coarse=line.coarse, periods=[Value(value=each.value, count=each.count) for each in line.periods],
        )  # fmt: skip

    def refs(self, id: str) -> RefsAnswer:  # noqa: A002
        """The cables around one."""
        cited = _CITED.fullmatch(id.strip())
        found = self._newest().neighbours(cited["id"] if cited else id)
        notes = []
        for name, more in (("cites", len(found.cites) - MOST_CITED), ("cited_by", len(found.cited_by) - MOST_CITED)):
            if more > 0:
                notes.append(f"{more:,} more are left out of {name}; search for refs:{found.key} or citedby:{found.key} pages through all")
        for name, more in (("before", found.earlier), ("after", found.later)):
            if more:
                notes.append(f"{more:,} more of the same subject stand {name} these")
        return RefsAnswer(
            notes=notes, id=_line(found.key), cites=self._near(found.cites), cited_by=self._near(found.cited_by), before=self._near(found.before),
            after=self._near(found.after),
        )  # fmt: skip

    def explain(self, query: str) -> ExplainAnswer:
        """How a query was read."""
        explained = self._newest().explain(query)
        parts = [Part(depth=depth, part=_line(node.text), cables=node.cables) for depth, node in _walk(explained.root)]
        notes = [_line(note) for note in explained.notes]
        if len(parts) > MOST_PARTS:
            notes.append(f"{len(parts) - MOST_PARTS:,} parts are left out")
        return ExplainAnswer(notes=notes, query=safe_text(explained.query), parts=parts[:MOST_PARTS])

    def _newest(self) -> Archive:
        """The archive; now and then as it was published last."""
        with self._looking:
            due = time.monotonic() - self._looked > _LOOK_AGAIN
            if due:
                self._looked = time.monotonic()
        if due:
            self._archive.refresh()
        return self._archive

    def _near(self, neighbours: Iterable[Neighbour]) -> list[CableLine]:
        return [
            self._cable(each.id, each.cable) if each.cable else CableLine(id=_line(each.id), held=False)
            for each in list(neighbours)[:MOST_CITED]
        ]

    def _cable(self, key: str, cable: Cable) -> CableLine:
        return CableLine(
            id=_line(key), date=cable.date, classification=cable.classification, caveats=_listed(cable.caveats),
            origin=_line(cable.origin or cable.post or "") or None, signers=_listed(cable.signers),
            quoted_subject=_line(cable.subject) if cable.subject else None, address=self._address(key, None),
        )  # fmt: skip

    def _paragraph(self, cable: Cable, place: int, longest: int) -> QuotedParagraph:
        each = cable.paragraphs[place]
        anchor = paragraph_anchors(paragraph.number for paragraph in cable.paragraphs[: place + 1])[place]
        safe = safe_text(each.text)
        return QuotedParagraph(
            citation=citation(cable.key, each.number, each.mark), address=self._address(cable.key, anchor),
            heading=_line(each.heading) if each.heading else None,
            quoted_text=safe if len(safe) <= longest else f"{safe[:longest]}…", cut=len(safe) > longest,
        )  # fmt: skip

    def _address(self, key: str, anchor: str | None) -> str | None:
        return self._room and f"{self._room}/cable/{urllib.parse.quote(key, safe='')}{f'#{anchor}' if anchor else ''}"


def citation(key: str, number: int | None, mark: str | None) -> str:
    """How a paragraph is cited: ``("08BAKU123", 3, "C")`` -> ``[08BAKU123 ¶3 (C)]``; what it lacks is left out."""
    return f"[{' '.join(filter(None, (_line(key), _line(paragraph_label(number, mark)))))}]"


def _places(cable: Cable, numbers: list[int]) -> list[int]:
    """Where the paragraphs of these numbers stand; `CableNotFound` names those that there are not."""
    there = {each.number for each in cable.paragraphs}
    if lacking := [number for number in numbers if number not in there]:
        known = ", ".join(str(number) for number in sorted(number for number in there if number is not None)[:MOST_LISTED])
        raise CableNotFound(
            f"{cable.key} has no paragraph {', '.join(map(str, lacking))}; it has {known or 'no numbered ones: leave `paragraphs` out'}"
        )
    return [place for place, each in enumerate(cable.paragraphs) if each.number in numbers]


def _walk(node: ExplainedNode, depth: int = 0) -> Iterator[tuple[int, ExplainedNode]]:
    yield depth, node
    for child in node.children:
        yield from _walk(child, depth + 1)


def _listed(texts: Iterable[str]) -> list[str]:
    every = [_line(text) for text in texts]
    more = len(every) - MOST_LISTED
    return every if more <= 0 else [*every[:MOST_LISTED], f"({more:,} more)"]


def _line(text: str) -> str:
    """A text on one line, and not a long one."""
    line = safe_line(text)
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}…"
