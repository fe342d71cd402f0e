"""The field table: what a cable is searched, counted and sorted by, declared once.

A line here adds a field to the index, the query language, the facets, completion, ``reftel fields`` and docs/fields.md. A field's kind
names its type: `reftel.search.query.types` says how a query's values are read by it, and `STORED` what an index keeps of it:

========== ==================================================================
stored as  what ``Document`` and the index hold
========== ==================================================================
text       blocks of folded words, positions kept
keyword    strings after the field's ``normalise``
number     ranks of the field's ``scale``, or minutes since 1970, UTC
nothing    the query language alone gives the field a meaning
========== ==================================================================
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Callable
from typing import Literal, get_args

import msgspec

from reftel.base.frozen import frozen
from reftel.schema import identifiers, scales
from reftel.schema.analysis import legible
from reftel.schema.cable import Cable, Container, Flag, Recipient

Kind = Literal[
    "text", "name", "paragraph", "keyword", "choice", "year", "month", "caveat", "post", "tag", "id", "references", "citing", "ordered",
    "mark", "date", "after", "before",
]  # fmt: skip
Stored = Literal["text", "keyword", "number", "nothing"]

STORED: dict[Kind, Stored] = {
    "text": "text", "name": "text",
    "keyword": "keyword", "choice": "keyword", "year": "keyword", "month": "keyword", "caveat": "keyword", "post": "keyword", "id": "keyword",
    "references": "keyword",
    "ordered": "number", "date": "number",
    "paragraph": "nothing", "tag": "nothing", "citing": "nothing", "mark": "nothing", "after": "nothing", "before": "nothing",
}  # fmt: skip

_REMEMBERED = 1 << 12  # values; those of a field are much the same in all cables
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


class Block(msgspec.Struct, frozen=True, gc=False):
    """A run of text that phrases and proximity never leave. ``paragraph`` is its index in ``Cable.paragraphs``, if it is one's text."""

    text: str
    paragraph: int | None = None


@functools.lru_cache(_REMEMBERED)
def squash(value: str) -> str:
    """Upper case with single blanks, accents composed, nothing that can't be seen: how keywords are compared."""
    return " ".join(_legible(value).upper().split())


@functools.lru_cache(_REMEMBERED)
def lower(value: str) -> str:
    """Lower case with single blanks, for flags and container names."""
    return " ".join(_legible(value).lower().split())


def _legible(value: str) -> str:
    return value if value.isascii() else legible(value)


def _no_blocks(_cable: Cable) -> tuple[Block, ...]:
    return ()


def _no_values(_cable: Cable) -> tuple[str, ...]:
    return ()


def _no_number(_cable: Cable) -> int | None:
    return None


@frozen
class Field:
    """One field. Exactly one of ``blocks``, ``values`` and ``number`` gives its values, according to what is stored of its kind.

    ``default``: searched by bare words, with ``weight`` in ranking. ``facet``: ``facet_values`` can be counted. ``sort``: a sort key.
    ``passage``: how much one of its blocks counts as a passage that answers, 0 where blocks are none.
    ``meant``: what other archives and engines call it, for who asks by such a name; no part of the language, unlike ``aliases``.
    ``of``: the field that a field of the query language alone speaks of. ``paragraphs``: its blocks are those that paragraphs are made of.
    """

    name: str
    kind: Kind
    help: str
    examples: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    blocks: Callable[[Cable], tuple[Block, ...]] = _no_blocks
    values: Callable[[Cable], tuple[str, ...]] = _no_values
    number: Callable[[Cable], int | None] = _no_number
    facet_values: Callable[[Cable], tuple[str, ...]] | None = None
    normalise: Callable[[str], str] = squash
    scale: scales.Scale | None = None
    default: bool = False
    weight: float = 1.0
    passage: float = 0.0
    sort: bool = False
    choices: tuple[str, ...] = ()
    of: str = ""
    meant: tuple[str, ...] = ()
    paragraphs: bool = False

    @property
    def stored(self) -> Stored:
        """What an index keeps of the field."""
        return STORED[self.kind]

    @property
    def facet(self) -> bool:
        """Whether the field's values can be counted over a result."""
        return self.facet_values is not None


# -- what each field takes from a record ------------------------------------------------------------------------------------------


def _body_blocks(cable: Cable) -> tuple[Block, ...]:
    blocks = []
    for index, paragraph in enumerate(cable.paragraphs):
        if paragraph.heading:
            blocks.append(Block(paragraph.heading))
        blocks.append(Block(paragraph.text, index))
    return tuple(blocks)


def _head_blocks(cable: Cable) -> tuple[Block, ...]:
    """What stands before the first paragraph (caption, passing lines, references ...) and the signers; all of a text without paragraphs."""
    head = cable.body[: cable.head_end] if cable.paragraphs else cable.body
    lines = [Block(line) for line in head.split("\n\n") if line.strip()]
    return (*lines, *(Block(signer) for signer in cable.signers))


def _single(value: str | None) -> tuple[Block, ...]:
    return (Block(value),) if value else ()


def _recipient_blocks(cable: Cable, role: str) -> tuple[Block, ...]:
    return tuple(Block(recipient.name) for recipient in _recipients(cable, role))


def _recipient_names(cable: Cable, role: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(squash(recipient.name) for recipient in _recipients(cable, role)))


def _recipients(cable: Cable, role: str) -> tuple[Recipient, ...]:
    return tuple(recipient for recipient in cable.recipients if recipient.role == role)


def _classified_by_blocks(cable: Cable) -> tuple[Block, ...]:
    officer = cable.classified_by
    return tuple(Block(part) for part in (officer.name, officer.title) if part) if officer else ()


def minutes_of(iso: str) -> int:
    """Minutes since 1970 of an ISO 8601 date or time in UTC. ``"1970-01-02"`` -> 1440."""
    moment = datetime.datetime.fromisoformat(iso)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.UTC)
    return int((moment - _EPOCH).total_seconds() // 60)


def _date(cable: Cable) -> int | None:
    return minutes_of(cable.date) if cable.date else None


def _declassify_on(cable: Cable) -> int | None:
    return minutes_of(cable.declassify_on) if cable.declassify_on else None


def _year(cable: Cable) -> tuple[str, ...]:
    return (cable.date[:4],) if cable.date else ()


def _month(cable: Cable) -> tuple[str, ...]:
    known = cable.date and cable.date_precision != "year"
    return (cable.date[:7],) if cable.date and known else ()


def _from_values(cable: Cable) -> tuple[str, ...]:
    return _post_values(cable.post, cable.origin)


@functools.lru_cache(_REMEMBERED)
def _post_values(post: str | None, origin: str | None) -> tuple[str, ...]:
    names = identifiers.post_names(post) if post else ()
    own = tuple(squash(name) for name in (post, origin) if name)
    return tuple(dict.fromkeys((*own, *map(squash, names))))


def _from_facet(cable: Cable) -> tuple[str, ...]:
    name = cable.post or (squash(cable.origin) if cable.origin else None)
    return (name,) if name else ()


def _classification(cable: Cable) -> tuple[str, ...]:
    return (cable.classification,) if cable.classification else ()


def _rank(scale: scales.Scale, value: str | None) -> int | None:
    return scale.rank(value) if value else None


def _reference_ids(cable: Cable) -> tuple[str, ...]:
    return tuple(dict.fromkeys(reference.id for reference in cable.refs if reference.id))


def _present(cable: Cable) -> tuple[str, ...]:
    parts = {
        "date": cable.date, "subject": cable.subject, "summary": cable.summary, "tags": cable.tags, "refs": cable.refs,
        "signer": cable.signers, "classifiedby": cable.classified_by, "decl": cable.declassify_on, "id": cable.id,
        "marks": any(paragraph.mark for paragraph in cable.paragraphs), "paragraphs": cable.paragraphs, "warnings": cable.warnings,
    }  # fmt: skip
    return tuple(name for name, value in parts.items() if value)


def _container(cable: Cable) -> tuple[str, ...]:
    return (cable.source.container,) if cable.source else ()


_FLAGS: tuple[str, ...] = get_args(Flag)
_PARTS = ("date", "subject", "summary", "tags", "refs", "signer", "classifiedby", "decl", "id", "marks", "paragraphs", "warnings")
_CONTAINERS: tuple[str, ...] = get_args(Container)

FIELDS: tuple[Field, ...] = (
    Field("subject", "text", "words of the subject line", ("subject:kosovo", 'subject:"minsk group"'),
          blocks=lambda cable: _single(cable.subject), default=True, weight=10.0, passage=1.5,
          meant=("title", "re", "subj", "topic", "headline", "intitle")),
    Field("body", "text", "words of the paragraphs and their headings", ("body:precedent",), aliases=("text",),
          blocks=_body_blocks, default=True, passage=1.0, paragraphs=True,
          meant=("content", "contents", "message", "fulltext", "intext", "words")),
    Field("head", "text", "words of the head lines (caption, passing lines, references) and the signature", ("head:nodis",),
          blocks=_head_blocks, default=True, weight=0.3,
          meant=("header", "headers", "heading")),
    Field("summary", "text", "words of the summary", ("summary:election",), blocks=lambda cable: _single(cable.summary),
          meant=("abstract", "synopsis")),
    Field("id", "id", "the cable's id in any spelling, or the key of a cable without one", ("id:08BAKU123", "id:08BAKU*"),
          values=lambda cable: (squash(cable.key),), sort=True,
          meant=("number", "cable", "mrn", "docid", "docno", "identifier", "canonicalid", "documentnumber")),
    Field("date", "date", "date and time, UTC; a month or year means all of it", ("date:2008-02", "date:2008-02-01..2008-02-15", "date:2008.."),
          number=_date, sort=True,
          meant=("sent", "on", "time", "datetime", "when", "day", "created", "drafted")),
    Field("after", "after", "later than the end of the day, month or year", ("after:2008-02",), of="date",
          meant=("since", "newer", "newerthan", "start", "startdate", "datefrom", "fromdate", "begin")),
    Field("before", "before", "earlier than the start of the day, month or year", ("before:2008-02-15",), of="date",
          meant=("until", "till", "older", "olderthan", "end", "enddate", "dateto", "todate")),
    Field("year", "year", "year of the date", ("year:2008",), of="date", values=_year, facet_values=_year),
    Field("month", "month", "year and month of the date", ("month:2008-02",), of="date", values=_month, facet_values=_month),
    Field("from", "post", "post of origin: id letters, label or alias", ("from:baku", 'from:"Embassy Baku"'), aliases=("post", "origin"),
          values=_from_values, facet_values=_from_facet, sort=True,
          meant=("sender", "embassy", "mission", "office", "station", "place", "location")),
    Field("class", "ordered", "classification", ("class:secret", "class:>=confidential"), aliases=("classification",),
          number=lambda cable: _rank(scales.CLASSIFICATION, cable.classification), facet_values=_classification,
          scale=scales.CLASSIFICATION, sort=True,
          meant=("level", "secrecy", "security", "classified", "originalclassification")),
    Field("caveat", "caveat", "handling caveat of the whole cable", ("caveat:noforn", "caveat:SIPDIS"), aliases=("caveats",),
          values=lambda cable: cable.caveats, facet_values=lambda cable: cable.caveats,
          meant=("handling", "dissemination", "distribution", "restriction")),
    Field("prec", "ordered", "action precedence", ("prec:flash", "prec:>=immediate"), aliases=("precedence",),
          number=lambda cable: _rank(scales.PRECEDENCE, cable.precedence),
          facet_values=lambda cable: (cable.precedence,) if cable.precedence else (), scale=scales.PRECEDENCE, sort=True,
          meant=("priority", "urgency")),
    Field("tags", "keyword", "TAGS; comma = or", ("tags:PREL,AJ", 'tags:"CLINTON, HILLARY"'), aliases=("tag",),
          values=lambda cable: tuple(dict.fromkeys(map(squash, cable.tags))),
          facet_values=lambda cable: tuple(dict.fromkeys(map(squash, cable.tags))),
          meant=("keyword", "keywords", "label", "labels", "category", "concept", "concepts", "country", "countries", "nation")),
    Field("signer", "name", "who signed", ("signer:derse",), aliases=("signers", "signed"),
          blocks=lambda cable: tuple(map(Block, cable.signers)), facet_values=lambda cable: tuple(dict.fromkeys(cable.signers)),
          meant=("author", "by", "byline", "signature", "signedby", "writer")),
    Field("classifiedby", "name", "name or title of the classifying officer", ("classifiedby:derse",), aliases=("classified_by",),
          blocks=_classified_by_blocks,
          meant=("classifier", "officer", "drafter", "draftedby")),
    Field("to", "name", "action addressees", ("to:SECSTATE",), blocks=lambda cable: _recipient_blocks(cable, "action"),
          facet_values=lambda cable: _recipient_names(cable, "action"),
          meant=("recipient", "recipients", "addressee", "addressees", "action")),
    Field("info", "name", "info addressees", ('info:"AMEMBASSY MOSCOW"',), blocks=lambda cable: _recipient_blocks(cable, "info"),
          facet_values=lambda cable: _recipient_names(cable, "info"),
          meant=("cc", "bcc", "copy")),
    Field("decl", "date", "declassification date", ("decl:..2018", "decl:2018-02-13"), aliases=("declassify",), number=_declassify_on,
          sort=True,
          meant=("declassified", "declassification", "declassifyon", "expires")),
    Field("refs", "references", "cables that cite this one", ("refs:08STATE12345",), aliases=("ref", "cites"),
          values=_reference_ids, facet_values=_reference_ids,
          meant=("references", "reference", "reftel", "citing", "citations")),
    Field("citedby", "citing", "cables that this one cites", ("citedby:08BAKU123", "citedby:08BAKU123,08BAKU124"), of="refs",
          meant=("cited", "referencedby")),
    Field("para", "paragraph", "all of the brackets in one and the same paragraph", ('para:("Minsk Group" precedent)', "para:(mark:S kosovo)"),
          aliases=("paragraph",)),
    Field("mark", "mark", "cables with a paragraph under this portion mark; inside para:, that paragraph", ("mark:S", "mark:S/NF", "mark:>=C"),
          scale=scales.LEVEL,
          meant=("marking", "portion", "portionmark")),
    Field("mine", "tag", "cables that you tagged with `reftel note`", ("mine:precedent", "mine:*"), normalise=lower,
          meant=("note", "notes", "my", "own")),
    Field("is", "choice", "state of the text", ("is:redacted", "is:partial"), values=lambda cable: cable.flags,
          facet_values=lambda cable: cable.flags, normalise=lower, choices=_FLAGS,
          meant=("state", "status", "flag", "flags")),
    Field("has", "choice", "cables that have this part", ("has:refs", "-has:signer"), values=_present, normalise=lower, choices=_PARTS,
          meant=("exists", "with")),
    Field("source", "choice", "container that the cable was read from", ("source:cablegate-html",), aliases=("container",),
          values=_container, facet_values=_container, normalise=lower, choices=_CONTAINERS,
          meant=("file", "filetype", "type", "format", "ext", "site")),
)  # fmt: skip


@functools.cache
def fields_by_name() -> dict[str, Field]:
    """Every field under its name and its aliases."""
    names = {field.name: field for field in FIELDS}
    return names | {alias: field for field in FIELDS for alias in field.aliases}


@functools.cache
def fields_meant() -> dict[str, Field]:
    """Every field under what other archives and engines call it, without hyphens and underscores."""
    return {name: field for field in FIELDS for name in field.meant}


@functools.cache
def field_of_kind(kind: Kind) -> Field:
    """The first field of a kind of which the table has one, such as ``id`` or ``references``."""
    return next(field for field in FIELDS if field.kind == kind)


@functools.cache
def paragraph_field() -> Field:
    """The field whose blocks paragraphs are made of."""
    return next(field for field in FIELDS if field.paragraphs)


def default_fields() -> tuple[Field, ...]:
    """The text fields that bare words are looked for in, in table order."""
    return tuple(field for field in FIELDS if field.default)


def facet_fields() -> tuple[Field, ...]:
    """The fields that can be counted."""
    return tuple(field for field in FIELDS if field.facet)


def sort_fields() -> tuple[Field, ...]:
    """The fields that results can be sorted by, besides relevance."""
    return tuple(field for field in FIELDS if field.sort)
