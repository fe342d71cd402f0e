"""The table of contents: which segments make up the index now, read without running foreign code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reftel.engine import safe_pickle
from reftel.engine.stock import MACHINE_SIZES, TOC, FileIndex, FileStorage

INDEX_NAME = "MAIN"
"""The name that `whoosh.index.open_dir` looks for when none is given."""

_BYTE_ORDER_MARK = -12345
_TOC_VERSION = -111


class TocError(ValueError):
    """A table of contents that is not as the writer left it."""


def latest_generation(storage: Any) -> int:
    """Number of the newest table of contents; -1 where there is none."""
    generation: int = TOC._latest_generation(storage, INDEX_NAME)  # noqa: SLF001 - Whoosh offers no public way
    return generation


def has_segment_files(storage: Any) -> bool:
    """Whether segments lie in the folder, wanted or not."""
    return any(name.startswith(f"{INDEX_NAME}_") and name.endswith(".seg") for name in storage.list())


def read_toc(storage: Any) -> Any:
    """Schema, segments and generation of the newest commit, as a Whoosh ``TOC``.

    Errors: ``FileNotFoundError`` when a writer removed it in the meantime, `TocError` and ``pickle.UnpicklingError`` when it is damaged.
    """
    generation = latest_generation(storage)
    if generation < 0:
        raise FileNotFoundError("no table of contents")
    with storage.open_file(TOC._filename(INDEX_NAME, generation)) as stream:  # noqa: SLF001
        _check_head(stream)
        release = tuple(stream.read_varint() for _ in range(3))
        schema = safe_pickle.loads(stream.read_string())
        if stream.read_int() != generation:
            raise TocError("the table of contents belongs to another generation")
        stream.read_int()
        segments = safe_pickle.load(stream.file)
    return TOC(schema, segments, generation, _TOC_VERSION, release)


def _check_head(stream: Any) -> None:
    sizes = tuple(stream.read_varint() for _ in MACHINE_SIZES)
    if sizes != MACHINE_SIZES or stream.read_int() != _BYTE_ORDER_MARK:
        raise TocError("the index was written on another kind of machine")
    version = stream.read_int()
    if version != _TOC_VERSION:
        raise TocError(f"unknown version {version} of the table of contents")


class SafeIndex(FileIndex):  # type: ignore[misc]  # Whoosh is untyped
    """Whoosh's index object over `read_toc`, for its segment writer."""

    def __init__(self, folder: Path) -> None:
        self.storage = FileStorage(str(folder))
        self.indexname = INDEX_NAME
        self._schema = None

    def _read_toc(self) -> Any:
        return read_toc(self.storage)
