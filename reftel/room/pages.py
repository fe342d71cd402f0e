"""The pages of the room: what each asks of the archive, and what its template gets."""

from __future__ import annotations

import dataclasses
import difflib
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import reftel
from reftel.render.citation_formats import footnote, render_bibtex, render_ris
from reftel.render.export import FORMATS
from reftel.render.hits import found_lines
from reftel.render.safe import safe_text
from reftel.room import drawn
from reftel.room.question import LONGEST, ON_A_PAGE, SORTS, Question
from reftel.room.shown import places
from reftel.room.wording import HELP
from reftel.schema.cable import paragraph_anchors
from reftel.schema.errors import BadValueError, CableNotFound, QueryError

if TYPE_CHECKING:
    from reftel.schema.cable import Cable

FACETS = ("year", "from", "class", "caveat", "tags", "signer", "is")
"""In the order of the page."""

_BUCKETS, _MORE_BUCKETS = 8, 200  # each has two addresses, and a page is to weigh less than 100 kB
_LONGEST_VALUE = 300
_LONGEST_BODY = 500_000
_MOST_SIMILAR = 6
_MOST_CITING = 40
_MOST_CITED, _MOST_COUNTED = 100, 30
_MOST_PARTS = 12
_MOST_DIFFERENT = 2000
_EXAMPLES = ('"Minsk Group" AND precedent', "kosovo w/p precedent", "from:moscow class:>=confidential", "date:2008-02 tags:PREL", "is:redacted")


@dataclasses.dataclass(frozen=True)
class Answered:
    """A template, what it gets, and the status of the response."""

    template: str
    values: Mapping[str, Any]
    status: int = 200


@dataclasses.dataclass(frozen=True)
class Bucket:
    """A value of a facet with the links that narrow by it."""

    value: str
    count: int | None
    chosen: bool
    excluded: bool
    toggle: Question
    exclude: Question


@dataclasses.dataclass(frozen=True)
class Facet:
    """A facet as it stands beside the hits; ``left_out``: how many values are not shown."""

    name: str
    buckets: tuple[Bucket, ...]
    left_out: int
    whole: bool


def search_page(archive: reftel.Archive, question: Question) -> Answered:
    """Hits with facets; what is wrong with the question where it can't be read; where to begin where nothing is asked."""
    if question.is_empty:
        return _home(archive, question)
    try:
        if question.query != question.asked:
            archive.search(question.asked, limit=0)  # a mistake stands in what was typed, and brackets there close nothing else
        page = archive.search(question.query, facets=_counted(question), sort=question.sort, limit=ON_A_PAGE, offset=question.offset)
    except QueryError as error:
        return mistake_page(archive, question, error)
    pages = max(1, -(-page.total // ON_A_PAGE))
    values = {
        "question": question, "page": page, "pages": pages, "facets": _facets(archive, question, page), "sorts": SORTS, "formats": FORMATS,
        "found_lines": found_lines, "notes": list(_noted(archive, question, page.notes)), "nothing": _nothing(archive, question) if not page.total else None,
        **drawn.values_of(drawn.over_time(archive, question) if page.total else None),
    }  # fmt: skip
    return Answered("search.html", values)


def picture_page(archive: reftel.Archive, question: Question, name: str) -> Answered:
    """A picture of a result, one of `drawn.PICTURES`."""
    try:
        total = archive.count(question.query)
        found = drawn.PICTURES[name](archive, question) if total else None
    except QueryError as error:
        return mistake_page(archive, question, error)
    return Answered("picture.html", drawn.values_of(found, question=question, name=name, total=total))


def network_page(archive: reftel.Archive, key: str, depth: int) -> Answered:
    """The network of citations around a cable, which may be one that the archive lacks. Raises `CableNotFound`."""
    found = drawn.citations_around(archive, key, depth)
    return Answered("network.html", drawn.values_of(found, question=Question(), key=key, depth=depth, depths=drawn.DEPTHS, held=key in archive))


def mistake_page(archive: reftel.Archive, question: Question, error: QueryError) -> Answered:
    """What cannot be read, with the place of the mistake and what may have been meant."""
    fixes = [question.but(text=text) for text in error.fixes if error.text == question.text and _found(archive, text) is not None]
    return Answered("mistake.html", {"question": question, "error": error, "fixes": fixes})


def _found(archive: reftel.Archive, text: str) -> int | None:
    """How many cables a question finds; ``None`` for one that cannot be read."""
    try:
        return archive.count(text)
    except QueryError:
        return None


def _home(archive: reftel.Archive, question: Question) -> Answered:
    page = archive.search("*", facets=("year:all", "from:24"), sort="date", limit=0)
    years = sorted(bucket.value for bucket in page.facets["year"])
    values = {"question": question, "page": page, "years": years, "facets": _facets(archive, question, page, ("year", "from")), "examples": _EXAMPLES}
    return Answered("home.html", values)


# -- facets ------------------------------------------------------------------------------------------------------------------------------


def _counted(question: Question) -> list[str]:
    return [with_number(question, name) for name in FACETS if not _is_narrowed(question, name)]


def with_number(question: Question, name: str) -> str:
    """A facet with the number of values that the page shows of it."""
    return f"{name}:{_MORE_BUCKETS if name in (question.more, 'year') else _BUCKETS}"


def _is_narrowed(question: Question, name: str) -> bool:
    return any(field == name for field, _value in question.only)


def _facets(archive: reftel.Archive, question: Question, page: reftel.Page, names: tuple[str, ...] = FACETS) -> Iterator[Facet]:
    for name in names:
        found = page.facets.get(name)
        if found is None:  # of a field that is narrowed its other values are counted, so that they can be added
            found = archive.facets(question.elsewhere(name), [with_number(question, name)])[name]
        counts = {bucket.value: bucket.count for bucket in found if len(bucket.value) <= _LONGEST_VALUE}
        chosen = [value for field, value in question.only if field == name]
        excluded = [value for field, value in question.without if field == name]
        shown = {value: counts.get(value) for value in (*chosen, *excluded)} | counts
        if name == "year":
            shown = dict(sorted(shown.items(), reverse=True))
        buckets = tuple(_bucket(question, name, value, count) for value, count in shown.items())
        if buckets:
            yield Facet(name, buckets, found.left_out, question.more == name)


def _bucket(question: Question, name: str, value: str, count: int | None) -> Bucket:
    chosen, excluded = (name, value) in question.only, (name, value) in question.without
    free = question.free_of(name, value)
    return Bucket(value, count, chosen, excluded, free if chosen else question.having(name, value), free if excluded else question.lacking(name, value))


# -- notes, and nothing found ------------------------------------------------------------------------------------------------------------


Noted = tuple[str, list[tuple[Question, int]]]
"""A note, and the questions that it proposes with what they find."""


def _noted(archive: reftel.Archive, question: Question, notes: Iterable[str]) -> Iterator[Noted]:
    """The notes, each proposal with the first of them that has it."""
    plain = question if question.query == question.asked else question.but(only=(), without=())  # what is proposed has all that narrows in it
    known: set[str] = set()
    for note in notes:
        instead = [each for each in note.instead if each.query not in known] if isinstance(note, reftel.Advice) else []
        known.update(each.query for each in instead)
        counted = ((each.query, each.cables or _found(archive, each.query)) for each in instead)
        yield note, [(plain.but(text=text), count) for text, count in counted if count]


@dataclasses.dataclass(frozen=True)
class Part:
    """A part of a question that finds nothing: its text, and how many cables it finds alone."""

    text: str
    count: int
    question: Question


def _nothing(archive: reftel.Archive, question: Question) -> list[Part]:
    asked = question.query
    node = archive.explain(asked).root
    while len(node.children) and node.text.startswith("the order counts"):
        node = node.children[0]
    parts = node.children if node.text == "all of" else (node,)
    found = {}
    for part in itertools.islice((part for part in parts if part.origin), _MOST_PARTS):
        start, end = part.origin or (0, 0)
        text = asked[start:end]
        if text and part.text != "not":
            found[text] = Part(text, part.cables, Question(text))
    return list(found.values())


# -- a cable -----------------------------------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Line:
    """A paragraph of a cable with what is marked in it. ``anchor``: see `paragraph_anchors`."""

    anchor: str
    number: int | None
    mark: str | None
    level: str | None
    heading: str | None
    text: str
    highlights: tuple[tuple[int, int], ...]


@dataclasses.dataclass(frozen=True)
class Cited:
    """A reference as printed, and the cable that it means. ``others``: how many cables cite one that is missing."""

    label: str | None
    raw: str
    key: str | None
    held: bool = False
    date: str | None = None
    origin: str | None = None
    subject: str | None = None
    assumed_year: bool = False
    others: int = 0


def cable_page(archive: reftel.Archive, key: str, query: str, *, own: bool) -> Answered:
    """A cable with what stands around it; ``query``: whose words are marked. Raises `CableNotFound`."""
    cable = archive.cable(key)
    question, error = Question(query), None
    marks: dict[int, tuple[tuple[int, int], ...]] = {}
    if query:
        try:
            marks = {found.index: found.highlights for found in archive.highlights(query, cable.key)}
        except QueryError as mistake:
            error = mistake
    shown, left_out = _lines(cable, marks)
    graph = archive.citations(cable.key)
    nodes = {node.key: node for node in graph.cables}
    links = [link for link in graph.links if link.source == cable.key]
    cites = [_cited(archive, link, nodes.get(link.target or ""), count=place < _MOST_COUNTED) for place, link in enumerate(links[:_MOST_CITED])]
    citing = sorted({link.source for link in graph.links if link.target == cable.key and link.source != cable.key})
    around = archive.neighbours(cable.key)
    similar = archive.similar(cable.key, limit=_MOST_SIMILAR)
    hit = _hit(archive, cable)
    values = {
        "question": question, "error": error, "cable": cable, "lines_": shown, "left_out": left_out, "marked_count": sum(len(line.highlights) for line in shown),
        "cites": cites, "citations": len(links), "cited_by": [nodes[each] for each in citing[:_MOST_CITING] if each in nodes], "citing": len(citing),
        "before": around.before, "after": around.after, "similar": similar, "texts": len(archive.versions(cable.key)), "footnote": footnote(hit),
        "place": places([cable.source.path])[0] if cable.source else None,
        "head": cable.body[: cable.head_end] if cable.paragraphs else "", "unread": "" if cable.paragraphs else cable.body[:_LONGEST_BODY],
        "linked": bool(cites or citing), "note": archive.notes.of(cable.key) if own else None, "own": own,
    }  # fmt: skip
    return Answered("cable.html", values)


def _hit(archive: reftel.Archive, cable: Cable) -> reftel.Hit:
    return next(iter(archive.scan("*", ids=[cable.key], paragraphs=0)))


def _lines(cable: Cable, marks: Mapping[int, tuple[tuple[int, int], ...]]) -> tuple[list[Line], int]:
    """The paragraphs, and how many are left out since the text is very long."""
    shown, used = list[Line](), 0
    anchors = paragraph_anchors(paragraph.number for paragraph in cable.paragraphs)
    for index, (anchor, paragraph) in enumerate(zip(anchors, cable.paragraphs, strict=True)):
        used += len(paragraph.text)
        if used > _LONGEST_BODY:
            return shown, len(cable.paragraphs) - index
        shown.append(Line(anchor, paragraph.number, paragraph.mark, paragraph.level, paragraph.heading, paragraph.text, marks.get(index, ())))
    return shown, 0


def _cited(archive: reftel.Archive, link: reftel.Citation, node: reftel.CitedCable | None, *, count: bool) -> Cited:
    """A reference; ``count``: whether to look who else cites a missing one, which takes the longer the more the cable cites."""
    if node is None or link.target is None:
        return Cited(link.label, link.raw, None)
    others = 0
    if count and not node.in_archive:
        try:
            others = archive.count(f'refs:"{node.key}"')
        except QueryError:
            others = 0
    return Cited(link.label, link.raw, node.key, node.in_archive, node.date, node.origin, node.subject, link.assumed_year, others)


def texts_page(archive: reftel.Archive, key: str) -> Answered:
    """Every text of a cable that the sources hold, and where they differ."""
    versions = archive.versions(key)
    shown, *others = (dataclasses.replace(version, path=place) for version, place in zip(versions, places([each.path for each in versions]), strict=True))
    compared = [(other, list(itertools.islice(_difference(shown, other), _MOST_DIFFERENT))) for other in others]
    return Answered("texts.html", {"question": Question(), "cable": shown.cable, "shown": shown, "others": compared})


def _difference(shown: reftel.Version, other: reftel.Version) -> Iterator[tuple[str, str]]:
    """The lines of a unified diff, each with what it is: ``same``, ``less``, ``more`` or ``place``."""
    kinds = {" ": "same", "-": "less", "+": "more", "@": "place"}
    found = difflib.unified_diff(received(shown.cable).splitlines(), received(other.cable).splitlines(), lineterm="", n=2)
    return ((kinds.get(line[:1], "place"), line) for line in itertools.islice(found, 2, None))


def received(cable: Cable) -> str:
    """Header and body as received."""
    return "\n\n".join(part for part in (cable.header, cable.body) if part)


def _text(archive: reftel.Archive, cable: Cable) -> str:
    del archive
    return safe_text(received(cable))


def _lines_of(render: Callable[..., Iterator[str]]) -> Callable[[reftel.Archive, Cable], str]:
    return lambda archive, cable: "\n".join(render([_hit(archive, cable)]))


FILES: dict[str, tuple[str, Callable[[reftel.Archive, Cable], str]]] = {
    "txt": ("text/plain", _text),
    "bib": ("application/x-bibtex", _lines_of(render_bibtex)),
    "ris": ("application/x-research-info-systems", _lines_of(render_ris)),
}
"""What may be taken of one cable: by the ending of its name, the type and what it holds."""


# -- other pages -------------------------------------------------------------------------------------------------------------------------


def saved_page(archive: reftel.Archive, configured: Mapping[str, str], *, own: bool) -> Answered:
    """The kept searches with what is new for each; those of the configuration are forgotten there alone."""
    from reftel.personal import saved  # noqa: PLC0415

    found = [(each, Question(each.query)) for each in saved.new_hits(archive, configured, before=archive.last_run())]
    return Answered("saved.html", {"question": Question(), "found": found, "configured": configured, "own": own})


def feed(archive: reftel.Archive, configured: Mapping[str, str], name: str, base: str) -> Answered:
    """The Atom feed of one kept search: its new cables."""
    from reftel.personal import saved  # noqa: PLC0415

    found = saved.new_hits(archive, configured, before=archive.last_run(), only=name)
    if not found:
        raise CableNotFound(f"no search is kept as '{name}'")
    hits = sorted(found[0].hits, key=lambda hit: hit.date or "", reverse=True)[:100]
    updated = max((_instant(hit.date) for hit in hits), default="1970-01-01T00:00:00Z")
    return Answered("feed.xml", {"search": found[0], "hits": hits, "base": base, "updated": updated, "instant": _instant})


def _instant(date: str | None) -> str:
    """A date as Atom has it."""
    text = date or "1970-01-01T00:00:00Z"
    return text if text.endswith("Z") else f"{(text + '-01-01')[:10]}T00:00:00Z"


def help_page() -> Answered:
    """The query language and the keys on one page."""
    from reftel.schema.fields import FIELDS  # noqa: PLC0415

    return Answered("help.html", {"question": Question(), "fields": FIELDS, "rows": HELP})


def proposals(archive: reftel.Archive, text: str, values_of: Callable[[str], list[str]]) -> list[str]:
    """What completes the last word of a question, each as the whole question."""
    from reftel.schema.fields import FIELDS  # noqa: PLC0415

    if len(text) > LONGEST:
        raise BadValueError("a question this long is not completed", text=text[:LONGEST], start=0)
    head, _blank, last = text.rpartition(" ")
    head += " " if head else ""
    sign = "-" if last.startswith("-") else ""
    name, colon, begun = last[len(sign) :].partition(":")
    if not name:
        return []
    if not colon:
        names = [field.name for field in FIELDS if field.name.startswith(name.lower())]
        ids = _ids(archive, name) if name[:2].isdigit() and len(name) > 3 else []
        return [f"{head}{sign}{each}:" for each in names][:10] + [f"{head}{sign}id:{each}" for each in ids]
    if name.lower() in ("id", "refs", "citedby"):
        found = _ids(archive, begun) if len(begun) > 1 else []
    else:
        plain = begun.strip('"').lower()
        found = [value for value in values_of(name.lower()) if plain in value.lower()][:10]
    written = (each if each.replace("-", "").isalnum() else f'"{each}"' for each in found)
    return [f"{head}{sign}{name}:{each}" for each in written]


def _ids(archive: reftel.Archive, begun: str) -> list[str]:
    if not begun.isalnum():
        return []
    try:
        return list(itertools.islice(archive.keys(f"id:{begun}*"), 10))
    except QueryError:
        return []


