"""From a message to the cable record: header, head and body are read separately and assembled here.

Where two places say the same thing, the rule is: the date-time group before the container's date, the container's id and classification
before the caption's, the text's subject, TAGS and references before the container's columns. A difference is a warning.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator

import msgspec

from reftel.base.steps import Steps, finish
from reftel.indexer import metadata
from reftel.indexer.containers.decoding import plain_line_ends, written_line_ends
from reftel.indexer.containers.files import iter_standard_input
from reftel.indexer.containers.json_lines import place_before_split, split_fused
from reftel.indexer.containers.reading import iter_messages, messages_of
from reftel.indexer.dating import Dated, date_cable
from reftel.indexer.handling import Handling, read_handling
from reftel.indexer.identity import Evidence, Identity, identify
from reftel.indexer.message import Message
from reftel.indexer.telegram.body import BodyFacts, body_of
from reftel.indexer.telegram.head import HeadFacts, head_of
from reftel.indexer.telegram.header import HeaderFacts, parse_header
from reftel.indexer.telegram.layout import Layout, lay_out
from reftel.indexer.telegram.parts import Parts, split_telegram
from reftel.schema import warnings as codes
from reftel.schema.cable import Cable, Flag, Reference, Warning  # noqa: A004 - the record's word for it
from reftel.schema.errors import SourceError
from reftel.schema.identifiers import canonical_id, full_year, resolve_post, split_id
from reftel.schema.posts import find_post


class _Facts(msgspec.Struct, frozen=True, gc=False):
    """Everything read from one message, before it is put together."""

    message: Message
    parts: Parts
    header: HeaderFacts
    head: HeadFacts
    body: BodyFacts
    dated: Dated
    identity: Identity
    handling: Handling


def read_cables(path: str | os.PathLike[str], *, on_error: Callable[[SourceError], None] | None = None, follow: bool = True) -> Iterator[Cable]:
    """The cables of a file in any container, one at a time.

    What cannot be read is given to ``on_error`` and passed over; without it, it is raised as `SourceError`. ``follow``: ``path`` may be
    a link.
    """
    with contextlib.closing(iter_messages(path, on_error or _raise, follow=follow)) as messages:
        yield from map(normalize_message, messages)


def read_standard_input(*, on_error: Callable[[SourceError], None]) -> Iterator[Cable]:
    """The cables that standard input gives, in any container but a zip file, one at a time; what cannot be read is given to ``on_error``."""
    yield from map(normalize_message, messages_of(iter_standard_input(), on_error))


def _raise(error: SourceError) -> None:
    raise error


def normalize_text(text: str, *, id: str | None = None) -> Cable:  # noqa: A002 - the API's name
    """The record of a raw telegram, or of any fragment of one: only a header, only the head lines, only a body.

    ``id`` (any spelling) becomes the record's id and supplies the implied year of references.
    """
    return normalize_message(Message(body=text, printed_id=id))


def normalize_message(message: Message) -> Cable:
    """The record of a message."""
    return finish(normalize_in_steps(message))


def normalize_in_steps(message: Message) -> Steps[Cable]:
    """The record of a message; those of some are made sooner `side_by_side`."""
    parts = _parts(message)
    yield
    header = parse_header(parts.header)
    yield
    container = message.source.container if message.source else None
    dated = date_cable(header.dtg, message.date, parts.body, container, unread=header.unread_dtg)
    own = canonical_id(message.printed_id) if message.printed_id else None
    year = full_year(own[:2]) if own else dated.year  # of references without one
    collapsed = container == "json-lines"
    text = split_fused(parts.body) if collapsed else parts.body
    yield
    layout = yield from lay_out(text, collapsed=collapsed)
    yield
    head = yield from head_of(layout, year=year, own=own)
    yield
    body = yield from body_of(layout, text)
    yield
    if text is not parts.body:
        body = msgspec.structs.replace(body, head_end=place_before_split(parts.body, body.head_end))
    identity = identify(message.printed_id, _evidence(message, header, head, layout, dated))
    handling = read_handling(message.classification, head.caption, header.channel, own_caption=identity.body_id is None)
    yield
    return _assemble(_Facts(message, parts, header, head, body, dated, identity, handling))


def _parts(message: Message) -> Parts:
    """Header and body; a text that holds both, or a body column that holds the whole telegram, is split."""
    body = written_line_ends(plain_line_ends(message.body))
    if message.header and message.header.strip():
        return Parts(written_line_ends(plain_line_ends(message.header)), body)
    parts = split_telegram(body)
    return msgspec.structs.replace(parts, body=written_line_ends(parts.body))


def _evidence(message: Message, header: HeaderFacts, head: HeadFacts, layout: Layout, dated: Dated) -> Evidence:
    """What the text shows of its identity: the caption's post and serial, else those of the first page banner."""
    post, serial = head.caption.post, head.caption.serial
    if serial is None and (banner := next((banner for banner in layout.banners if banner.serial), None)):
        post, serial = banner.post, banner.serial
    earliest = int(head.declassify_on[:4]) - _LONGEST_CLASSIFIED if head.declassify_on else None
    later = _year_behind(head.references, post, serial) if post and serial else None
    earliest = later if earliest is None else max(earliest, later or 0)
    return Evidence(post, serial, header.from_name or message.origin, header.station_serial, dated.year, earliest)


def _year_behind(refs: Iterable[Reference], post: str, serial: int) -> int | None:
    """The year behind that of a reference to the caption's post that prints its year and has a later serial: ``"09 BAKU 167"`` in BAKU 4."""
    for ref in refs:
        year, cited, number = split_id(ref.id) if ref.id else ("", "", "0")
        if int(number) > serial and cited == find_post(post) and ref.raw.lstrip("'(").removeprefix("20").startswith(year):
            return full_year(year) + 1
    return None


_LONGEST_CLASSIFIED = 25  # years


def _assemble(facts: _Facts) -> Cable:
    message, head, body, identity = facts.message, facts.head, facts.body, facts.identity
    origin = metadata.origin_of(message, facts.header, identity)
    return Cable(
        id=identity.id,
        printed_id=message.printed_id,
        source=message.source,
        date=facts.dated.date,
        date_precision=facts.dated.precision,
        date_source=facts.dated.source,
        classification=facts.handling.classification,
        caveats=facts.handling.caveats,
        origin=origin,
        post=identity.post or (resolve_post(origin) if origin else None),
        subject=head.subject or metadata.subject_of(message),
        summary=body.summary,
        tags=head.tags or metadata.tags_of(message),
        refs=head.references or metadata.references_of(message),
        signers=body.signers,
        classified_by=head.classified_by,
        declassify_on=head.declassify_on,
        declassify_raw=head.declassify_raw,
        precedence=facts.header.precedence,
        info_precedence=facts.header.info_precedence,
        recipients=facts.header.recipients or metadata.recipients_of(message),
        sections=head.caption.sections or body.sections,
        paragraphs=body.paragraphs,
        body_id=identity.body_id,
        flags=_flags(facts),
        header=facts.parts.header,
        body=facts.parts.body,
        head_end=body.head_end,
        warnings=_warnings(facts),
    )


def _flags(facts: _Facts) -> tuple[Flag, ...]:
    flags = set(facts.body.flags)
    if facts.header.partial:
        flags.add("partial")
    if facts.head.caption.corrected:
        flags.add("corrected")
    if facts.identity.body_id:
        flags.add("mismatch")
    return tuple(sorted(flags))


def _warnings(facts: _Facts) -> tuple[Warning, ...]:
    found = [*facts.identity.warnings, *facts.dated.warnings, *facts.handling.warnings]
    if facts.header.flattened:
        found.append(Warning(codes.HEADER_FLATTENED, "recipients", "the header has no line breaks"))
    found += (Warning(codes.ADDRESSEE_UNREADABLE, "recipients", f"no addressee: {line!r}") for line in facts.header.unreadable)
    return (*found, *facts.head.warnings, *facts.body.warnings)
