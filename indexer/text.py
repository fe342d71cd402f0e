"""The text: one message read into everything that the index and the manifest keep of it. Made where it is read, perhaps in another process."""

from __future__ import annotations

from collections.abc import Sequence

from reftel.base.frozen import frozen
from reftel.base.steps import side_by_side
from reftel.engine.specs import Record
from reftel.indexer.message import Message
from reftel.indexer.normalize import normalize_in_steps
from reftel.record import record_of
from reftel.schema.cable import Cable


@frozen
class Text:
    """One text of a cable.

    ``record``: what the index takes of it, the cable's JSON as its stored bytes. ``path``: the file, or the member of an archive, that holds
    it, at ``locator``. ``length``: of header and body, in characters. ``released``: as the container prints it, empty where it says nothing.
    ``warnings``: the codes of the cable's warnings, each once.
    """

    record: Record
    path: str
    locator: int
    length: int
    released: str
    warnings: tuple[str, ...] = ()


def texts_of(messages: Sequence[Message]) -> list[Text]:
    """Read messages that came from files, in their order."""
    return list(map(_text, messages, side_by_side(map(normalize_in_steps, messages))))


def _text(message: Message, cable: Cable) -> Text:
    source = message.source
    assert source is not None  # only texts that come from no file have none
    codes = tuple(sorted({warning.code for warning in cable.warnings}))
    length = len(cable.header) + len(cable.body)
    return Text(record_of(cable), source.path, source.locator or 0, length, message.released or "", codes)
