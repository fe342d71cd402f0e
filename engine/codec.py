"""The codec: how segments are written and read.

Whoosh's own codec with three changes: each segment has a lexicon file, so that prefixes, patterns and spelling variants are found in a
sorted list; compound files are read through a memory map; the positions of a block of postings are one string of bytes, so that they
are read into an array at once.
"""

from __future__ import annotations

import io
import json
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from reftel.engine import safe_pickle
from reftel.engine.fieldtypes import PackedPositions
from reftel.engine.mapped import MappedFile, MappedStorage
from reftel.engine.stock import (
    NUMERIC,
    W3Codec,
    W3FieldWriter,
    W3LeafMatcher,
    W3PostingsWriter,
    W3Segment,
    W3TermInfo,
    W3TermsReader,
)

Integers = npt.NDArray[np.int64]
Block = tuple[Integers, Integers, bytes | None]
"""Document numbers, frequencies, and the packed positions of all of them one behind the other (``None`` in fields without)."""

_LEXICON_EXTENSION = ".lex"
_LENGTH = struct.Struct("!I")
_BLOCK_LENGTH = struct.Struct("!i")
_EXTENT = struct.Struct("!qi")
_MAGIC = b"W3Bl"
_SEPARATOR = b"\n"
_WORTH_COMPRESSING = 16  # postings
_COMPRESSION = 3


class ArchiveSegment(W3Segment):  # type: ignore[misc]  # Whoosh is untyped
    """A segment whose compound file is read through a memory map."""

    def open_compound_file(self, storage: Any) -> MappedStorage:
        """The files of the segment."""
        return MappedStorage(Path(storage.folder) / self.make_filename(self.COMPOUND_EXT))


class ArchiveCodec(W3Codec):  # type: ignore[misc]
    """Makes the readers and writers of a segment."""

    # Whoosh would look up the length of a field for every posting; they only sharpen a bound that its own scoring skips blocks by.
    length_stats = False

    def new_segment(self, storage: Any, indexname: str) -> ArchiveSegment:  # noqa: ARG002 - Whoosh's signature
        """An empty segment under a name of its own."""
        return ArchiveSegment(self, indexname)

    def field_writer(self, storage: Any, segment: Any) -> FieldWriter:
        """The writer of terms and postings."""
        return FieldWriter(self, storage, segment)

    def postings_writer(self, dbfile: Any, byteids: bool = False) -> PostingsWriter:
        """The writer of one field's postings."""
        return PostingsWriter(dbfile, self._blocklimit, byteids, self._compression, self._inlinelimit)

    def postings_reader(self, dbfile: Any, terminfo: Any, format_: Any, term: Any = None, scorer: Any = None) -> PostingsMatcher:
        """What Whoosh's own queries read postings with."""
        return PostingsMatcher(dbfile, *terminfo.extent(), format_, term=term, scorer=scorer)

    def terms_reader(self, storage: Any, segment: Any) -> TermsReader:
        """The reader of terms and postings."""
        name = segment.make_filename(self.TERMS_EXT)
        postings = segment.open_file(storage, self.POSTS_EXT)
        lexicon = segment.open_file(storage, _LEXICON_EXTENSION)
        return TermsReader(self, storage.open_file(name), storage.file_length(name), postings, lexicon)


class FieldWriter(W3FieldWriter):  # type: ignore[misc]
    """Writes terms in order, and keeps those of text and keyword fields for the lexicon."""

    def __init__(self, codec: Any, storage: Any, segment: Any) -> None:
        super().__init__(codec, storage, segment)
        self._terms: dict[str, list[bytes]] = {}
        self._current: list[bytes] = []

    def start_field(self, fieldname: str, fieldobj: Any) -> None:
        """Begin the terms of a field."""
        super().start_field(fieldname, fieldobj)
        self._current = []
        if not isinstance(fieldobj, NUMERIC):
            self._terms[fieldname] = self._current

    def start_term(self, btext: bytes) -> None:
        """Begin the postings of a term; terms come in byte order."""
        super().start_term(btext)
        self._current.append(btext)

    def close(self) -> None:
        """Write the lexicon and close the files."""
        super().close()
        directory: dict[str, tuple[int, int]] = {}
        parts: list[bytes] = []
        place = 0
        for name, terms in self._terms.items():
            part = _SEPARATOR.join(terms)
            directory[name] = (place, len(part))
            parts.append(part)
            place += len(part)
        head = json.dumps(directory).encode()
        with self._create_file(_LEXICON_EXTENSION) as file:
            file.write(_LENGTH.pack(len(head)) + head)
            file.write(b"".join(parts))


class PostingsWriter(W3PostingsWriter):  # type: ignore[misc]
    """Writes the packed positions of a block as one string; their lengths follow from the frequencies.

    Most terms stand in few documents, and zlib makes their blocks longer: only blocks of some size are compressed.
    """

    def _write_block(self, last: bool = False) -> None:
        self._compression = _COMPRESSION if len(self._ids) >= _WORTH_COMPRESSING else 0
        super()._write_block(last)

    def _mini_values(self) -> Any:
        return b"".join(self._values) if isinstance(self._format, PackedPositions) else super()._mini_values()


class PostingsMatcher(W3LeafMatcher):  # type: ignore[misc]
    """Walks the postings of a term for Whoosh's own queries."""

    def _read_values(self) -> None:
        if not isinstance(self.format, PackedPositions):
            super()._read_values()
            return
        if self._weights is None:
            self._read_weights()
        self._values = self.format.split(self._data[2] if self._data else b"", map(int, self._weights))


class TermsReader(W3TermsReader):  # type: ignore[misc]
    """Reads terms and postings; safe for several threads, as every read names its position."""

    def __init__(self, codec: Any, dbfile: MappedFile, length: int, postfile: MappedFile, lexicon: MappedFile) -> None:
        super().__init__(codec, dbfile, length, postfile)
        self._lexicon = lexicon
        self._lexicon_start = _LENGTH.size + _LENGTH.unpack(lexicon.get(0, _LENGTH.size))[0]
        self._lexicon_parts = json.loads(lexicon.get(_LENGTH.size, self._lexicon_start - _LENGTH.size))

    def sorted_terms(self, fieldname: str) -> list[str]:
        """Every term of a text or keyword field in code-point order."""
        place, length = self._lexicon_parts.get(fieldname, (0, 0))
        text = self._lexicon.get(self._lexicon_start + place, length).decode()
        return text.split("\n") if fieldname in self._lexicon_parts else []

    def blocks(self, fieldname: str, term: bytes) -> Iterator[Block]:
        """The postings of a term, a block at a time; nothing for an unknown term."""
        place = self._posting_place(fieldname, term)
        if place is None:
            return
        if self._postfile.get(place, len(_MAGIC)) != _MAGIC:
            raise ValueError(f"no postings at byte {place}")
        place += len(_MAGIC)
        last = False
        while not last:
            (length,) = _BLOCK_LENGTH.unpack(self._postfile.get(place, _BLOCK_LENGTH.size))
            last = length < 0
            place += _BLOCK_LENGTH.size
            yield _block(self._postfile.get(place, abs(length)))
            place += abs(length)

    def _posting_place(self, fieldname: str, term: bytes) -> int | None:
        try:
            info = self._tindex[self._keycoder(fieldname, term)]
        except KeyError:
            return None
        if info[0]:  # Whoosh's inlined postings, a pickle; its writer never makes them
            raise ValueError("postings inside the term index")
        head: int = W3TermInfo._struct.size  # noqa: SLF001 - the layout that Whoosh's writer uses
        place: int = _EXTENT.unpack(info[head : head + _EXTENT.size])[0]
        return place


def _block(data: bytes) -> Block:
    stream = io.BytesIO(data)
    count, _last, _weight, compressed, *_lengths = safe_pickle.load(stream)
    rest = stream.read()
    deltas, weights, values = safe_pickle.loads(zlib.decompress(rest) if compressed else rest)
    documents = np.cumsum(np.array(deltas, dtype=np.int64))
    frequencies = np.empty(count, dtype=np.int64)
    frequencies[:] = 1 if weights is None else weights
    return documents, frequencies, values
