"""The cable record: one frozen, typed object a cable, the same names in Python and in JSON.

Absent is ``None`` or an empty tuple. A value that stands in the text but could not be read is absent *and* named in ``warnings``.
Nothing is invented.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable
from typing import Any, Literal, NamedTuple, Self

from reftel.frozen import frozen

Container = Literal["cablegate-html", "cables-csv", "json-lines", "telegram", "body-only", "nara", "plusd-html"]
DatePrecision = Literal["minute", "hour", "day", "month", "year"]
DateSource = Literal["dtg", "page", "row", "text"]
ReferenceKind = Literal["cable", "email", "report", "telephone", "document", "other"]
Role = Literal["action", "info"]
Flag = Literal["partial", "redacted", "truncated", "corrected", "multi-cable", "mismatch"]


class _Record:
    """Conversion between nested frozen dataclasses and plain JSON values."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain dicts and lists with the field names as keys, in field order."""
        return {name: _plain(getattr(self, name)) for name in _form(type(self)).names}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """The inverse of `to_dict`; unknown keys are ignored, missing ones take their default. ``ValueError`` and its like for other values."""
        if not isinstance(values, dict):
            raise ValueError(f"{values!r:.80} in the place of a {cls.__name__.lower()}")
        form = _FORMS.get(cls) or _form(cls)
        whole = tuple(values) == form.names
        read = values.copy() if whole else {name: values[name] for name in form.names if name in values}
        for name, reader in form.readers:
            if (value := read.get(name)) is not None:
                read[name] = reader(value)
        # What kinds of values go together is nearly always the same: whether they are right is looked up, not looked at one by one.
        kinds = tuple(map(type, read.values()))
        if whole and kinds in form.seen:
            return cls(*read.values())
        _check_kinds(cls, read, form)
        if whole:
            form.seen.add(kinds)
        return cls(**read)


Reader = Callable[[Any], Any]


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.to_dict() if isinstance(value, _Record) else value


class _Form(NamedTuple):
    """The fields of a record class: names, what makes a value from its JSON where that is not the value itself, and the types of values.

    ``seen``: the types that the values of whole records had, all right.
    """

    names: tuple[str, ...]
    readers: tuple[tuple[str, Reader], ...]
    kinds: dict[str, tuple[type, ...]]
    seen: set[tuple[type, ...]]


_FORMS: dict[type, _Form] = {}


def _form(cls: type[_Record]) -> _Form:
    if cls not in _FORMS:
        hints = typing.get_type_hints(cls)
        names = tuple(field.name for field in dataclasses.fields(cls))  # type: ignore[arg-type]
        readers = tuple((name, reader) for name in names if (reader := _reader_of(hints[name])))
        _FORMS[cls] = _Form(names, readers, {name: _kinds_of(hints[name]) for name in names}, set())
    return _FORMS[cls]


def _check_kinds(cls: type[_Record], read: dict[str, Any], form: _Form) -> None:
    for name, value in read.items():
        if type(value) not in form.kinds[name]:
            raise ValueError(f"'{name}' of a {cls.__name__.lower()} is {value!r:.80}")


def _kinds_of(hint: Any) -> tuple[type, ...]:
    """The types that a field's value may have."""
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        return tuple(kind for option in typing.get_args(hint) for kind in _kinds_of(option))
    return (str,) if typing.get_origin(hint) is Literal else (typing.get_origin(hint) or hint,)


def _reader_of(hint: Any) -> Reader | None:
    if isinstance(hint, types.UnionType):
        hint = next(option for option in typing.get_args(hint) if option is not type(None))
    if typing.get_origin(hint) is tuple:
        item = _reader_of(typing.get_args(hint)[0])
        return _texts if item is None else lambda values: tuple(map(item, values))
    if isinstance(hint, type) and issubclass(hint, _Record):
        reader: Reader = hint.from_dict
        return reader
    return None


def _texts(values: Any) -> tuple[str, ...]:
    if values and set(map(type, values)) != {str}:
        raise ValueError(f"{values!r:.80} in the place of texts")
    return tuple(values)


@frozen(brief=True)
class Source(_Record):
    """Where a cable was read: path as given, container, and a locator in it (1-based row or line; ``None`` where the file is the cable)."""

    path: str
    container: Container
    locator: int | None = None


@frozen(brief=True)
class Reference(_Record):
    """A reftel. ``label`` is the printed letter, ``id`` the canonical id (only for kind ``cable``), ``raw`` the item as printed."""

    label: str | None
    id: str | None
    kind: ReferenceKind
    raw: str


@frozen(brief=True)
class ClassifiedBy(_Record):
    """The classifying officer: name as printed without title, title, and reasons as ``1.4 (b)`` in printed order."""

    name: str | None
    title: str | None = None
    reasons: tuple[str, ...] = ()


@frozen(brief=True)
class Recipient(_Record):
    """An addressee. ``precedence`` and ``serial`` are as printed behind the name; ``None`` where nothing is printed.

    ``excluded`` names the posts that XMT lines take out of a collective.
    """

    role: Role
    name: str
    routing_indicator: str | None = None
    precedence: str | None = None
    serial: str | None = None
    excluded: tuple[str, ...] = ()


@frozen(brief=True)
class Paragraph(_Record):
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


@frozen(brief=True)
class Warning(_Record):  # noqa: A001 - the record's word for it
    """Something a careful reader should know: a documented code, the record's field, and a message that quotes what was seen."""

    code: str
    field: str
    message: str


@frozen(brief=True)
class Cable(_Record):
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
