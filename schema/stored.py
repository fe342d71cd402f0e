"""A record as an archive keeps it: lines of JSON, which may be damaged or made by a stranger.

What a page of hits shows stands in lines of its own, so that the rest need not be read:

* what a hit shows of its cable: id, date, classification, subject
* each paragraph
* all other fields
* the body, of which what paragraphs have is not kept once more: its pieces are texts, or paragraphs or parts of them
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from typing import TypeVar

import msgspec

from reftel.schema.cable import Cable, Paragraph
from reftel.schema.errors import ArchiveDamaged

_Read = TypeVar("_Read")

_SHORTEST = 24  # characters that are worth a piece
_REACH, _FURTHER = 1 << 15, 1 << 16  # how far behind the one before a paragraph is looked for


class _Glance(msgspec.Struct, frozen=True):
    """What a hit shows of its cable."""

    id: str | None = None
    date: str | None = None
    classification: str | None = None
    subject: str | None = None


class _Body(msgspec.Struct, frozen=True, omit_defaults=True):
    """A body. ``pieces``: a text, the number of a paragraph, or that with the first and last character of a part of it, end exclusive.

    ``blanks``: those at the end of each line, which the pieces lack; empty where there are none.
    """

    pieces: tuple[str | int | tuple[int, int, int], ...] = ()
    blanks: str = ""


_CABLE = msgspec.json.Decoder(Cable)
_GLANCE = msgspec.json.Decoder(_Glance)
_PARAGRAPH = msgspec.json.Decoder(Paragraph)
_PARAGRAPHS = msgspec.json.Decoder(tuple[Paragraph, ...])
_BODY = msgspec.json.Decoder(_Body)
_encode = msgspec.json.Encoder().encode


def record_bytes(cable: Cable) -> bytes:
    """The record as an archive keeps it."""
    glance = _Glance(cable.id, cable.date, cable.classification, cable.subject)
    rest = msgspec.structs.replace(cable, id=None, date=None, classification=None, subject=None, paragraphs=(), body="")
    body = _in_pieces(cable.body, [paragraph.text for paragraph in cable.paragraphs])
    return b"\n".join(map(_encode, (glance, *cable.paragraphs, rest, body)))


def cable_of(record: bytes) -> Cable:
    """The cable of a stored record. `ArchiveDamaged` for what is none."""
    return Stored(record.split(b"\n")).cable


def _decoded(decoder: msgspec.json.Decoder[_Read], line: bytes) -> _Read:
    try:
        return decoder.decode(line)
    except (ValueError, RecursionError) as error:
        raise _damage(error) from error


def _damage(error: object) -> ArchiveDamaged:
    return ArchiveDamaged(f"a stored record cannot be read ({error}); `reftel verify` tells what is damaged")


class Stored:
    """A stored record, read as far as it is asked for: head fields, single paragraphs, or the whole `cable`. `ArchiveDamaged` for what is none."""

    def __init__(self, lines: Sequence[bytes]) -> None:
        self._lines = lines
        self._head: Cable | _Glance | None = None

    @classmethod
    def of(cls, cable: Cable) -> Stored:
        """A record that was read already."""
        made = cls(())
        made.cable = cable
        return made

    @functools.cached_property
    def cable(self) -> Cable:
        """The whole."""
        try:
            glance, *paragraphs, rest, body = self._lines
        except ValueError as error:
            raise _damage(error) from error
        head, cable = _decoded(_GLANCE, glance), _decoded(_CABLE, rest)
        read = _decoded(_PARAGRAPHS, b"[%b]" % b",".join(paragraphs))
        text = _put_together(_decoded(_BODY, body), [paragraph.text for paragraph in read])
        return msgspec.structs.replace(
            cable, id=head.id, date=head.date, classification=head.classification, subject=head.subject, paragraphs=read, body=text
        )

    @property
    def head(self) -> Cable | _Glance:
        """Id, date, classification and subject."""
        if self._head is None:  # without `cached_property`, which takes a lock
            self._head = self.__dict__.get("cable") or self._line(_GLANCE, 0)
        return self._head

    def paragraph(self, number: int) -> Paragraph:
        """A paragraph. ``IndexError`` for one that there is not."""
        if "cable" in self.__dict__:
            return self.cable.paragraphs[number]
        if not 0 <= number < len(self._lines) - 3:
            raise IndexError(f"there is no paragraph {number} in a stored record")
        return self._line(_PARAGRAPH, 1 + number)

    def _line(self, decoder: msgspec.json.Decoder[_Read], number: int) -> _Read:
        try:
            return decoder.decode(self._lines[number])
        except (ValueError, RecursionError) as error:
            raise _damage(error) from error


# -- the body ----------------------------------------------------------------------------------------------------------------------------


def _in_pieces(body: str, texts: Sequence[str]) -> _Body:
    """A body in pieces. Paragraphs stand in it in their order; blanks at the ends of lines, which they lack, are kept apart."""
    blanks = ""
    if " \n" in body or body.endswith(" "):
        lines = body.split("\n")
        bare = [line.rstrip(" ") for line in lines]
        blanks = "\n".join([line[len(kept) :] for line, kept in zip(lines, bare, strict=True)])
        body = "\n".join(bare)
    pieces: list[str | int | tuple[int, int, int]] = []
    done = passed = 0  # of the body; of paragraphs that were not found since
    for number, text in enumerate(texts):
        passed += len(text)
        for at, start, end in _standing(text, body, done, done + min(passed, _FURTHER) + _REACH):
            if at > done:
                pieces.append(body[done:at])
            pieces.append(number if end - start == len(text) else (number, start, end))
            done, passed = at + end - start, 0
    return _Body((*pieces, body[done:]) if done < len(body) else tuple(pieces), blanks)


def _standing(text: str, body: str, low: int, high: int) -> Iterator[tuple[int, int, int]]:
    """Where a text stands in a part of a body, as a whole or some of its lines: place in the body, and begin and end in the text."""
    if len(text) < _SHORTEST:
        return
    at = _find(text, body, low, high)
    if at >= 0:
        yield at, 0, len(text)
        return
    start = 0
    while start < len(text):
        end = _line_end(text, start)
        at = _find(text[start:end], body, low, high) if end - start >= _SHORTEST else -1
        if at >= 0:
            while end < len(text) and body.startswith(text[end : _line_end(text, end + 1)], at + end - start):
                end = _line_end(text, end + 1)
            yield at, start, end
            low = at + end - start
        start = end + 1


def _find(text: str, body: str, low: int, high: int) -> int:
    """As ``body.find(text, low, high)``, which first studies the whole of a long text: most stand where their beginning stands first."""
    at = body.find(text[:_SHORTEST], low, high)
    return at if at < 0 or body.startswith(text, at, high) else body.find(text, at + 1, high)


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return end if end >= 0 else len(text)


def _put_together(body: _Body, texts: Sequence[str]) -> str:
    """The inverse of `_in_pieces`. Nothing is taken twice: a few pieces that stand for gigabytes were made to fill the memory."""
    pieces: list[str] = []
    last = (0, 0)
    for piece in body.pieces:
        if isinstance(piece, str):
            pieces.append(piece)
            continue
        number, start, end = (piece, 0, None) if isinstance(piece, int) else piece
        if not (0 <= number < len(texts) and (number, start) >= last):
            raise _damage(f"its body has {piece} of {len(texts)} paragraphs")
        pieces.append(texts[number][start:end])
        last = (number, len(texts[number]) if end is None else max(start, end))
    text = "".join(pieces)
    if not body.blanks:
        return text
    lines, blanks = text.split("\n"), body.blanks.split("\n")
    if len(lines) != len(blanks):
        raise _damage(f"its body has {len(lines)} lines of {len(blanks)}")
    return "\n".join([line + blank for line, blank in zip(lines, blanks, strict=True)])
