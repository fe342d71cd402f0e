"""Columns, lengths and stored fields for Whoosh."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import numpy as np

from reftel.engine import names
from reftel.engine.arrays import Wide
from reftel.engine.columns import ABSENT
from reftel.engine.fieldtypes import RECORD
from reftel.engine.lexicon import Lexicon
from reftel.engine.segment import Segment
from reftel.engine.specs import KEY
from reftel.engine.stock import ColumnReader, PerDocumentReader

_NO_NUMBER = 2**64 - 1  # Whoosh's own default in number columns
_SIGN = 1 << 63


class TermColumn(ColumnReader):  # type: ignore[misc]  # Whoosh is untyped
    """One term per document, in UTF-8; empty where a document has none."""

    def __init__(self, lexicon: Lexicon, numbers: Wide) -> None:
        self._lexicon, self._numbers = lexicon, numbers

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, docnum: int) -> bytes:
        number = int(self._numbers[docnum])
        return b"" if number < 0 else self._lexicon.encoded(number)

    def __iter__(self) -> Iterator[bytes]:
        return (self[number] for number in range(len(self)))


class NumberColumn(ColumnReader):  # type: ignore[misc]
    """One number per document, in Whoosh's sortable form."""

    def __init__(self, numbers: Wide) -> None:
        self._numbers, self._reverse = numbers, False

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, docnum: int) -> int:
        number = int(self._numbers[docnum])
        return _NO_NUMBER if number == ABSENT else number + _SIGN

    def __iter__(self) -> Iterator[int]:
        return (self[number] for number in range(len(self)))

    def sort_key(self, docnum: int) -> int:
        """The sort key of a document."""
        return -self[docnum] if self._reverse else self[docnum]

    def set_reverse(self) -> None:
        """Sort in falling order from now on."""
        self._reverse = True


class ArrayDocumentReader(PerDocumentReader):  # type: ignore[misc]
    """Columns, lengths and stored fields of a segment."""

    def __init__(self, segment: Segment) -> None:
        self._segment = segment
        self._lengths = functools.cache(self._read_lengths)

    def close(self) -> None:
        """Close the file."""
        self._lengths.cache_clear()
        self._segment.close()

    def doc_count(self) -> int:
        """Number of live documents."""
        return self._segment.size - self._segment.deletions

    def doc_count_all(self) -> int:
        """Number of documents, deleted ones included."""
        return self._segment.size

    def has_deletions(self) -> bool:
        """Whether any document is deleted."""
        return self._segment.deletions > 0

    def is_deleted(self, docnum: int) -> bool:
        """Whether a document is deleted; Whoosh also asks for the number after the last one."""
        return docnum < self._segment.size and not self._segment.live[docnum]

    def deleted_docs(self) -> list[int]:
        """The numbers of the deleted documents."""
        return np.flatnonzero(~self._segment.live).tolist()

    # -- columns -------------------------------------------------------------------------------------------------------------------------

    def supports_columns(self) -> bool:
        """Yes."""
        return True

    def has_column(self, fieldname: str) -> bool:
        """Whether documents can be sorted by a field."""
        parts = {names.part(fieldname, names.NUMBER), names.part(fieldname, names.SORT)}
        return fieldname == KEY or not parts.isdisjoint(self._segment.file.names)

    def list_columns(self) -> list[str]:
        """The fields that documents can be sorted by."""
        return sorted({name.partition("/")[0] for name in self._segment.file.names if self.has_column(name.partition("/")[0])})

    def column_reader(self, fieldname: str, _column: Any) -> ColumnReader:
        """The column of a field."""
        if fieldname == KEY:
            return TermColumn(self._segment.field(KEY).lexicon, self._segment.key_numbers)
        if names.part(fieldname, names.SORT) in self._segment.file:
            return TermColumn(self._segment.field(fieldname).lexicon, self._segment.sort(fieldname).astype(np.int64) - 1)
        return NumberColumn(self._segment.numbers(fieldname))

    # -- lengths and stored fields -----------------------------------------------------------------------------------------------------------

    def _read_lengths(self, fieldname: str) -> Wide:
        has = names.part(fieldname, names.LENGTH) in self._segment.file
        return self._segment.lengths(fieldname).astype(np.int64) if has else np.zeros(self._segment.size, dtype=np.int64)

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        """Number of words in a field of a document."""
        return int(self._lengths(fieldname)[docnum]) or default

    def field_length(self, fieldname: str) -> int:
        """Number of words in a field of all documents."""
        return int(self._lengths(fieldname).sum())

    def min_field_length(self, fieldname: str) -> int:
        """Length of the shortest field."""
        return int(self._lengths(fieldname).min(initial=2**31))

    def max_field_length(self, fieldname: str) -> int:
        """Length of the longest field."""
        return int(self._lengths(fieldname).max(initial=0))

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        """The key and the stored bytes."""
        key = self._segment.field(KEY).lexicon.term(int(self._segment.key_numbers[docnum]))
        return {KEY: key, RECORD: self._segment.records([docnum])[0].whole()}
