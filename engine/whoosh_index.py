"""The index as Whoosh sees it: its part of the table of contents, and a way to open it that runs no foreign code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from reftel.engine import safe_pickle
from reftel.engine.contents import TableOfContents
from reftel.engine.fieldtypes import schema_of
from reftel.engine.folder import INDEX_NAME, contents_name, latest_generation
from reftel.engine.stock import MACHINE_SIZES, TOC, FileIndex, FileStorage, RamStorage
from reftel.engine.whoosh_codec import ArraySegment

_BYTE_ORDER_MARK = -12345
_TOC_VERSION = -111


def whoosh_contents(contents: TableOfContents) -> bytes:
    """A table of contents in Whoosh's own form."""
    storage = RamStorage()
    segments = [ArraySegment(INDEX_NAME, entry.name, entry.size, np.asarray(entry.deleted)) for entry in contents.entries]
    TOC(schema_of(contents.specs), segments, contents.generation).write(storage, INDEX_NAME)
    data: bytes = storage.files[contents_name(contents.generation)]
    return data


def open_whoosh(folder: str | Path) -> SafeIndex:
    """The index in ``folder`` as a Whoosh index object, for reading.

    Like ``whoosh.index.open_dir``, but without running code that the folder's pickles name.
    """
    return SafeIndex(Path(folder))


class TocError(ValueError):
    """A table of contents is damaged."""


class SafeIndex(FileIndex):  # type: ignore[misc]  # Whoosh is untyped
    """Whoosh's index object over `read_toc`."""

    def __init__(self, folder: Path) -> None:
        self.storage = FileStorage(str(folder))
        self.indexname = INDEX_NAME
        self._schema = None
        self._folder = folder

    def _read_toc(self) -> Any:
        return read_toc(self._folder)

    def writer(self, *_args: Any, **_options: Any) -> Any:
        """Refused: an index is written with `reftel.engine.writer`."""
        raise NotImplementedError("an index of arrays is written with reftel.engine.writer, not by Whoosh")


def read_toc(folder: Path) -> Any:
    """Schema, segments and generation of the newest commit, as a Whoosh ``TOC``.

    Errors: ``FileNotFoundError`` if a writer removed it in the meantime, `TocError` and ``pickle.UnpicklingError`` if it is damaged.
    """
    generation = latest_generation(folder)
    if generation < 0:
        raise FileNotFoundError("no table of contents")
    with FileStorage(str(folder)).open_file(contents_name(generation)) as stream:
        sizes = tuple(stream.read_varint() for _ in MACHINE_SIZES)
        if sizes != MACHINE_SIZES or stream.read_int() != _BYTE_ORDER_MARK or stream.read_int() != _TOC_VERSION:
            raise TocError("the table of contents is of another machine or version")
        release = tuple(stream.read_varint() for _ in range(3))
        schema = safe_pickle.loads(stream.read_string())
        if stream.read_int() != generation:
            raise TocError("the table of contents belongs to another generation")
        stream.read_int()
        segments = safe_pickle.load(stream.file)
    return TOC(schema, segments, generation, _TOC_VERSION, release)
