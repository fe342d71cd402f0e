"""Terms and postings for Whoosh: text and keyword fields from their lexicons, number fields from their columns."""

from __future__ import annotations

import bisect
import functools
import struct
from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np

from reftel.engine import names
from reftel.engine.arrays import Wide
from reftel.engine.columns import ABSENT
from reftel.engine.fieldtypes import NUMBER_STEP
from reftel.engine.postings import FieldPostings
from reftel.engine.segment import Segment
from reftel.engine.stock import FieldCursor, TermInfo, TermNotFound, TermsReader
from reftel.engine.whoosh_matcher import ArrayMatcher, TermPostings

_NUMBER_TERM = struct.Struct(">BQ")  # shift, and the shifted number in sortable form
_SIGN = np.uint64(1 << 63)


class Terms(Protocol):
    """The terms of one field, numbered in byte order."""

    def __len__(self) -> int: ...

    def encoded(self, number: int) -> bytes:
        """A term."""
        ...

    def place(self, wanted: bytes) -> int:
        """Number of the first term that is not before ``wanted``."""
        ...

    def postings(self, number: int) -> TermPostings:
        """The postings of a term."""
        ...


class WordTerms:
    """The terms of a text or keyword field."""

    def __init__(self, field: FieldPostings, lengths: Wide | None) -> None:
        self._field, self._lengths = field, lengths
        self.encoded, self.place = field.lexicon.encoded, field.lexicon.place

    def __len__(self) -> int:
        return len(self._field.lexicon)

    def postings(self, number: int) -> TermPostings:
        """The postings of a term."""
        documents, frequencies = self._field.documents(number), self._field.frequencies(number)
        positions = (lambda: self._positions(number, frequencies)) if self._field.placed else None
        return TermPostings(documents, frequencies, None if self._lengths is None else self._lengths[documents], positions)

    def _positions(self, number: int, frequencies: Wide) -> list[list[int]]:
        starts = self._field.starts(number, frequencies)
        positions = self._field.positions(starts, frequencies, neighbours=True)
        return [part.tolist() for part in np.split(positions, np.cumsum(frequencies)[:-1])]


class NumberTerms:
    """The terms that Whoosh would index numbers with, made from the column: each number shifted by 0, 16, 32 and 48 bits."""

    def __init__(self, numbers: Wide) -> None:
        documents = np.flatnonzero(numbers != ABSENT)
        sortable = numbers[documents].view(np.uint64) ^ _SIGN
        self._terms: list[bytes] = []
        self._documents: list[Wide] = []
        for shift in range(0, 64, NUMBER_STEP):
            found, order_of = np.unique(sortable >> np.uint64(shift), return_inverse=True)
            order = np.argsort(order_of, kind="stable")
            self._terms += [_NUMBER_TERM.pack(shift, number) for number in found.tolist()]
            self._documents += np.split(documents[order], np.cumsum(np.bincount(order_of, minlength=len(found)))[:-1]) if len(found) else []

    def __len__(self) -> int:
        return len(self._terms)

    def encoded(self, number: int) -> bytes:
        """A term."""
        return self._terms[number]

    def place(self, wanted: bytes) -> int:
        """Number of the first term that is not before ``wanted``."""
        return bisect.bisect_left(self._terms, wanted)

    def postings(self, number: int) -> TermPostings:
        """The postings of a term."""
        documents = self._documents[number]
        return TermPostings(documents, np.ones(len(documents), dtype=np.int64), None, None)


class ArrayTermsReader(TermsReader):  # type: ignore[misc]  # Whoosh is untyped
    """All terms of a segment."""

    def __init__(self, segment: Segment) -> None:
        self._segment = segment
        self.field = functools.cache(self._field)

    def close(self) -> None:
        """Let go of the file."""
        self.field.cache_clear()
        self._segment.close()

    def indexed_field_names(self) -> list[str]:
        """The fields that have terms."""
        kinds = {names.TERMS, names.NUMBER}
        return sorted(name for name, _, kind in (each.partition("/") for each in self._segment.file.names) if kind in kinds)

    def _field(self, name: str) -> Terms | None:
        if self._segment.has_terms(name):
            has_lengths = names.part(name, names.LENGTH) in self._segment.file
            return WordTerms(self._segment.field(name), self._segment.lengths(name).astype(np.int64) if has_lengths else None)
        return NumberTerms(self._segment.numbers(name)) if names.part(name, names.NUMBER) in self._segment.file else None

    def _find(self, name: str, term: bytes) -> tuple[Terms, int] | None:
        field = self.field(name)
        if field is None:
            return None
        place = field.place(term)
        return (field, place) if place < len(field) and field.encoded(place) == term else None

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        return self._find(*term) is not None

    def cursor(self, fieldname: str, fieldobj: Any) -> ArrayCursor:
        """A cursor over the terms of a field."""
        return ArrayCursor(self, fieldname, fieldobj)

    def terms(self) -> Iterator[tuple[str, bytes]]:
        """Every field and term."""
        for name in self.indexed_field_names():
            yield from self._from(name, 0)

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        """Every field and term, from a term on."""
        field = self.field(fieldname)
        yield from self._from(fieldname, field.place(prefix) if field else 0)
        for name in self.indexed_field_names():
            if name > fieldname:
                yield from self._from(name, 0)

    def _from(self, name: str, start: int) -> Iterator[tuple[str, bytes]]:
        field = self.field(name)
        for number in range(start, len(field) if field else 0):
            yield name, field.encoded(number)  # type: ignore[union-attr]  # no numbers without a field

    def items(self) -> Iterator[tuple[tuple[str, bytes], Any]]:
        """Every field and term with its statistics."""
        return ((term, self.term_info(*term)) for term in self.terms())

    def items_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[tuple[str, bytes], Any]]:
        """Every field and term with its statistics, from a term on."""
        return ((term, self.term_info(*term)) for term in self.terms_from(fieldname, prefix))

    def term_info(self, fieldname: str, text: bytes) -> Any:
        """The statistics of a term; ``KeyError`` if there is none."""
        found = self._find(fieldname, text)
        if found is None:
            raise KeyError((fieldname, text))
        return info_of(found[0].postings(found[1]))

    def frequency(self, fieldname: str, text: bytes) -> int:
        """Total frequency of a term; 0 if it does not occur."""
        found = self._find(fieldname, text)
        return 0 if found is None else int(found[0].postings(found[1]).frequencies.sum())

    def doc_frequency(self, fieldname: str, text: bytes) -> int:
        """Document frequency of a term; 0 if it does not occur."""
        found = self._find(fieldname, text)
        return 0 if found is None else len(found[0].postings(found[1]).documents)

    def matcher(self, fieldname: str, text: bytes, format_: Any, scorer: Any = None) -> ArrayMatcher:
        """A matcher over the postings of a term; ``TermNotFound`` if it does not occur."""
        found = self._find(fieldname, text)
        if found is None:
            raise TermNotFound(f"No term {fieldname}:{text!r}")
        return ArrayMatcher(found[0].postings(found[1]), format_, scorer, (fieldname, text))


def info_of(postings: TermPostings) -> Any:
    """Whoosh's statistics of a term."""
    documents, frequencies, lengths = postings.documents, postings.frequencies, postings.lengths
    shortest, longest = (1, 1) if lengths is None else (int(lengths.min()), int(lengths.max()))
    return TermInfo(
        float(frequencies.sum()), len(documents), shortest, longest, float(frequencies.max()), int(documents[0]), int(documents[-1])
    )


class ArrayCursor(FieldCursor):  # type: ignore[misc]
    """A cursor over the terms of a field."""

    def __init__(self, reader: ArrayTermsReader, name: str, field: Any) -> None:
        self._reader, self._name, self._type = reader, name, field
        self._terms = reader.field(name)
        self._number = 0

    def is_valid(self) -> bool:
        """Whether there is a current term."""
        return self._terms is not None and self._number < len(self._terms)

    def first(self) -> Any:
        """The first term, which becomes the current one."""
        self._number = 0
        return self.text()

    def find(self, term: Any) -> Any:
        """The first term that does not sort before ``term``; it becomes the current one."""
        wanted = term if isinstance(term, bytes) else self._type.to_bytes(term)
        self._number = self._terms.place(wanted) if self._terms is not None else 0
        return self.text()

    def next(self) -> Any:
        """The next term, which becomes the current one; ``None`` after the last."""
        self._number += 1
        return self.text()

    def text(self) -> Any:
        """The current term; ``None`` after the last."""
        return self._type.from_bytes(self._terms.encoded(self._number)) if self._terms is not None and self.is_valid() else None

    def term_info(self) -> Any:
        """The statistics of the current term."""
        return info_of(self._terms.postings(self._number)) if self._terms is not None and self.is_valid() else None
