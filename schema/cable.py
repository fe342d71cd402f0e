"""The cable record: one frozen, typed object a cable, the same names in Python and in JSON.

Absent is ``None`` or an empty tuple. A value that stands in the text but could not be read is absent *and* named in ``warnings``.
Nothing is invented.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self

import msgspec

from reftel.base.frozen import brief_repr

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

Container = Literal["cablegate-html", "cables-csv", "json-lines", "telegram", "body-only", "nara", "plusd-html"]
DatePrecision = Literal["minute", "hour", "day", "month", "year"]
DateSource = Literal["dtg", "page", "row", "text"]
ReferenceKind = Literal["cable", "email", "report", "telephone", "document", "other"]
Role = Literal["action", "info"]
Flag = Literal["partial", "redacted", "truncated", "corrected", "multi-cable", "mismatch"]


class _Record(msgspec.Struct, frozen=True, gc=False):
    """A frozen record that becomes JSON and is read from it; `msgspec` checks that each value is of its field's type."""

    __repr__ = brief_repr

    def to_dict(self) -> dict[str, Any]:
        """Plain dicts and lists with the field names as keys, in field order."""
        return {name: _plain(getattr(self, name)) for name in self.__struct_fields__}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """The inverse of `to_dict`; unknown keys are ignored, missing ones take their default. ``ValueError`` for values of a wrong type."""
        return msgspec.convert(values, cls)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.to_dict() if isinstance(value, _Record) else value


class Source(_Record, frozen=True):
    """Where a cable was read: path as given, container, and a locator in it (1-based row or line; ``None`` where the file is the cable)."""

    path: str
    container: Container
    locator: int | None = None


class Reference(_Record, frozen=True):
    """A reftel. ``label`` is the printed letter, ``id`` the canonical id (only for kind ``cable``), ``raw`` the item as printed."""

    label: str | None
    id: str | None
    kind: ReferenceKind
    raw: str


class ClassifiedBy(_Record, frozen=True):
    """The classifying officer: name as printed without title, title, and reasons as ``1.4 (b)`` in printed order."""

    name: str | None
    title: str | None = None
    reasons: tuple[str, ...] = ()


class Recipient(_Record, frozen=True):
    """An addressee. ``precedence`` and ``serial`` are as printed behind the name; ``None`` where nothing is printed.

    ``excluded`` names the posts that XMT lines take out of a collective.
    """

    role: Role
    name: str
    routing_indicator: str | None = None
    precedence: str | None = None
    serial: str | None = None
    excluded: tuple[str, ...] = ()


class Paragraph(_Record, frozen=True):
    """A top-level paragraph in text order.

    ``number`` as printed (``None`` for unnumbered text), ``mark`` as printed without brackets (``S/NF``), ``level`` one of ``U FOUO C S TS``
    or ``None``, ``caveats`` of the mark sorted (``NOFORN``), ``heading`` the title line above it, ``text`` without number, mark and heading,
    line breaks as received.
    """

    number: int | None
    mark: str | None
    level: str | None
    caveats: tuple[str, ...]
    heading: str | None
    text: str


class Warning(_Record, frozen=True):  # noqa: A001 - the record's word for it
    """Something a careful reader should know: a documented code, the record's field, and a message that quotes what was seen."""

    code: str
    field: str
    message: str


class Cable(_Record, frozen=True):
    """One cable. Field meanings are in docs/record.md."""

    id: str | None = None
    printed_id: str | None = None
    source: Source | None = None
    date: str | None = None
    date_precision: DatePrecision | None = None
    date_source: DateSource | None = None
    classification: str | None = None
    caveats: tuple[str, ...] = ()
    origin: str | None = None
    post: str | None = None
    subject: str | None = None
    summary: str | None = None
    tags: tuple[str, ...] = ()
    refs: tuple[Reference, ...] = ()
    signers: tuple[str, ...] = ()
    classified_by: ClassifiedBy | None = None
    declassify_on: str | None = None
    declassify_raw: str | None = None
    precedence: str | None = None
    info_precedence: str | None = None
    recipients: tuple[Recipient, ...] = ()
    sections: int | None = None
    paragraphs: tuple[Paragraph, ...] = ()
    body_id: str | None = None
    flags: tuple[Flag, ...] = ()
    header: str = ""
    body: str = ""
    head_end: int = 0
    warnings: tuple[Warning, ...] = ()

    @property
    def key(self) -> str:
        """The archive key: the id, or ``text-`` and 16 hex digits of the content's SHA-256 where a cable has none.

        Blanks do not count, so the same text wrapped differently keeps its key.
        """
        if self.id:
            return self.id
        import hashlib  # noqa: PLC0415 - slow to load, and few cables have no id

        return "text-" + hashlib.sha256(" ".join(f"{self.header} {self.body}".split()).encode()).hexdigest()[:16]

    @property
    def datetime(self) -> dt.datetime | None:
        """`date` as Python has it, in UTC; what ``date_precision`` does not reach is the first of its kind. ``None`` without a date."""
        return moment(self.date)

    def _repr_html_(self) -> str:
        from reftel.render.notebook import element, escaped  # noqa: PLC0415 - only a notebook asks

        head = " · ".join(filter(None, (self.date, self.classification, *self.caveats, self.origin or self.post, ", ".join(self.signers))))
        return "".join(
            (
                element("h3", escaped(f"{self.key}  {self.subject or '(no subject)'}")),
                element("p", escaped(head)),
                *(
                    (element("h4", escaped(each.heading)) if each.heading else "")
                    + element("p", f"{element('b', escaped(paragraph_label(each.number, each.mark)))} {escaped(each.text)}", style="white-space: pre-wrap")
                    for each in self.paragraphs
                ),
            )
        )


def paragraph_label(number: int | None, mark: str | None) -> str:
    """A paragraph's number and portion mark: ``(3, "S/NF")`` -> ``"¶3 (S/NF)"``; empty where it has neither."""
    return " ".join(filter(None, ("" if number is None else f"¶{number}", f"({mark})" if mark else "")))


def paragraph_anchors(numbers: Iterable[int | None]) -> list[str]:
    """Where each paragraph stands on a page of its cable: ``p3``, or by its place (``i4``) where it has no number or not the first of it."""
    anchors: dict[str, None] = {}
    for place, number in enumerate(numbers, start=1):
        anchor = f"p{number}"
        anchors[f"i{place}" if number is None or anchor in anchors else anchor] = None
    return list(anchors)


def moment(date: str | None) -> dt.datetime | None:
    """A record's date as Python has it: ``"2008-02-13T05:12:00Z"`` -> 05:12 on 13 February 2008 in UTC."""
    import datetime as dt  # noqa: PLC0415 - a page of hits is made without

    return dt.datetime.fromisoformat(date).astimezone(dt.UTC) if date else None
