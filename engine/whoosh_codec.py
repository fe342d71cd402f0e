"""Whoosh's codec over the arrays, which makes the folder a real Whoosh index for users of Whoosh. Our own reader does not use it."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from reftel.engine.folder import SEGMENT
from reftel.engine.segment import Segment
from reftel.engine.stock import Codec, WhooshSegment
from reftel.engine.whoosh_documents import ArrayDocumentReader
from reftel.engine.whoosh_terms import ArrayTermsReader

_REFUSED = "an index of arrays is written with reftel.engine.writer, not by Whoosh"


class ArraySegment(WhooshSegment):  # type: ignore[misc]  # Whoosh is untyped
    """A segment in Whoosh's table of contents: its name, its size, and a compressed bitmap of its tombstones."""

    def __init__(self, indexname: str, name: str, size: int, deleted: npt.NDArray[Any]) -> None:
        self.indexname, self.segid = indexname, name.removeprefix(f"{indexname}_")
        self.compound = False
        self.size = size
        bits = np.zeros(size, dtype=np.bool_)
        bits[deleted] = True
        self.deleted = zlib.compress(np.packbits(bits).tobytes())

    def codec(self) -> ArrayCodec:
        """The codec that reads the segment."""
        return ArrayCodec()

    def open(self, storage: Any) -> Segment:
        """The segment's file."""
        return Segment(Path(storage.folder), self.segment_id(), self.size, self.deleted_numbers())

    def deleted_numbers(self) -> npt.NDArray[np.intp]:
        """The numbers of the deleted documents, rising."""
        length = -(-self.size // 8)
        data = zlib.decompressobj().decompress(self.deleted, length + 1)
        if len(data) != length:
            raise ValueError(f"the tombstones of '{self.segment_id()}' are not those of {self.size} documents")
        return np.flatnonzero(np.unpackbits(np.frombuffer(data, dtype=np.uint8), count=self.size))

    def doc_count_all(self) -> int:
        """Number of documents, deleted ones included."""
        return self.size

    def deleted_count(self) -> int:
        """Number of deleted documents."""
        return len(self.deleted_numbers())

    def deleted_docs(self) -> list[int]:
        """The numbers of the deleted documents."""
        numbers: list[int] = self.deleted_numbers().tolist()
        return numbers

    def is_deleted(self, docnum: int) -> bool:
        """Whether a document is deleted."""
        return docnum in set(self.deleted_docs())

    def set_doc_count(self, _count: int) -> NoReturn:
        """Refused."""
        raise NotImplementedError(_REFUSED)

    def delete_document(self, _docnum: int, delete: bool = True) -> NoReturn:
        """Refused."""
        raise NotImplementedError(_REFUSED)

    def list_files(self, storage: Any) -> list[str]:
        """The one file of the segment."""
        return [name for name in storage.list() if name == self.make_filename(SEGMENT)]


class ArrayCodec(Codec):  # type: ignore[misc]
    """Makes the readers of a segment."""

    def terms_reader(self, storage: Any, segment: ArraySegment) -> ArrayTermsReader:
        """The reader of terms and postings."""
        return ArrayTermsReader(segment.open(storage))

    def per_document_reader(self, storage: Any, segment: ArraySegment) -> ArrayDocumentReader:
        """The reader of columns, lengths and stored fields."""
        return ArrayDocumentReader(segment.open(storage))

    def new_segment(self, *_args: Any) -> NoReturn:
        """Refused, like all other writing."""
        raise NotImplementedError(_REFUSED)

    per_document_writer = field_writer = postings_writer = postings_reader = new_segment
