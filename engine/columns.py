"""Whoosh columns that also give a whole segment's cells at once, as arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from reftel.engine.stock import NumericColumn, VarBytesColumn

ABSENT = -(2**63)
"""What a number column holds for a document without a value."""

_SIGN = np.uint64(1 << 63)


class BytesColumn(VarBytesColumn):  # type: ignore[misc]  # Whoosh is untyped
    """Byte strings of any length; empty where a document has none."""

    class Reader(VarBytesColumn.Reader):  # type: ignore[misc]
        """Reads one cell by document number, or all of them."""

        def cells(self) -> tuple[bytes, npt.NDArray[np.int64]]:
            """All cells of the segment, one behind the other, and the length of each."""
            lengths = np.array(self._lengths, dtype=np.int64)
            data: bytes = self._dbfile.get(self._basepos, int(lengths.sum()))
            return data, lengths


class IntegerColumn(NumericColumn):  # type: ignore[misc]
    """Signed 64-bit integers, stored as Whoosh's sortable unsigned ones; `ABSENT` (sortable 0) where a document has none."""

    def __init__(self) -> None:
        super().__init__("Q", default=0)

    class Reader(NumericColumn.Reader):  # type: ignore[misc]
        """Reads one number by document number, or all of them."""

        def numbers(self) -> npt.NDArray[np.int64]:
            """The number of every document of the segment, `ABSENT` where it has none."""
            sortable = np.zeros(self._doccount, dtype=np.uint64)
            data: Any = self._dbfile.get(self._basepos, self._count * self._fixedlen)
            sortable[: self._count] = np.frombuffer(data, dtype=">u8")
            return (sortable ^ _SIGN).view(np.int64)
