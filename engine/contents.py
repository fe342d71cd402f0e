"""The table of contents: which segments make up the index now, and which of their documents are deleted.

One file a commit. It begins as Whoosh's own, for Whoosh; behind that stands the same in a form that is read without running any code,
which is all that `read_contents` looks at.
"""

from __future__ import annotations

import dataclasses
import io
import struct
import zlib
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from reftel import durable
from reftel.engine.arrays import narrow
from reftel.engine.container import FORMAT, Container, ContainerVersionError, ContainerWriter
from reftel.engine.errors import IndexVersion
from reftel.engine.folder import INDEX_NAME, NEW, contents_name, latest_generation
from reftel.engine.specs import FieldSpec, spec_of
from reftel.frozen import frozen
from reftel.patterns import regex

_FOOTER = struct.Struct("<8sQI")  # magic, where the container begins, checksum of all before the footer
_MAGIC = b"ARRAYTOC"
_FIRST_FORMAT = "fields.json"
_LONGEST = 1 << 28  # bytes: the numbers of so many deleted documents that a merge would have rewritten the segments long ago
_MOST_DOCUMENTS = 1 << 32
_SEGMENT_NAME = regex(rf"{INDEX_NAME}_[0-9a-z]+")


class ContentsError(ValueError):
    """A table of contents that is not as the writer left it."""


@frozen
class Entry:
    """A segment of an index: its name, how many documents it holds, and the numbers of those that are deleted, rising."""

    name: str
    size: int
    deleted: npt.NDArray[Any]

    @property
    def live(self) -> int:
        """How many documents are not deleted."""
        return self.size - len(self.deleted)


@frozen
class TableOfContents:
    """What one commit consists of: its generation, the fields of the index, and its segments."""

    generation: int
    specs: tuple[FieldSpec, ...]
    entries: tuple[Entry, ...]


def read_contents(folder: Path) -> TableOfContents:
    """The newest commit.

    Errors: ``FileNotFoundError`` when a writer removed it in the meantime, `IndexVersion`, and ``ValueError`` and its like when it is damaged.
    """
    generation = latest_generation(folder)
    if generation < 0:
        raise FileNotFoundError("no table of contents")
    data = durable.read_own(folder / contents_name(generation), _LONGEST)
    magic, start, checksum = _FOOTER.unpack(data[-_FOOTER.size :]) if len(data) >= _FOOTER.size else (b"", 0, 0)
    if magic != _MAGIC:
        raise _foreign(folder)
    if zlib.crc32(memoryview(data)[: -_FOOTER.size]) != checksum:
        raise ContentsError("the table of contents was altered")
    try:
        container = Container(memoryview(data)[start : -_FOOTER.size])
    except ContainerVersionError as error:
        raise IndexVersion(f"the index in '{folder}' has {error}") from error
    contents = _parsed(container)
    if contents.generation != generation:
        raise ContentsError("the table of contents belongs to another commit")
    return contents


def _foreign(folder: Path) -> Exception:
    """The error for a table of contents that is not ours: the first format's, which had its fields in a file of their own, or cut short."""
    try:
        version = msgspec.json.decode(durable.read_own(folder / _FIRST_FORMAT, _LONGEST))["format"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ContentsError("the table of contents is not whole, or was written by another program")
    return IndexVersion(f"the index in '{folder}' has format {version}; this version reads format {FORMAT}")


def _parsed(container: Container) -> TableOfContents:
    about = container.about
    entries = tuple(_entry(container, number, name, size) for number, (name, size) in enumerate(about["segments"]))
    if type(about["generation"]) is not int:
        raise ContentsError("the number of the commit is no whole number")
    return TableOfContents(about["generation"], tuple(map(spec_of, about["fields"])), entries)


def _entry(container: Container, number: int, name: str, size: int) -> Entry:
    if not _SEGMENT_NAME.fullmatch(name) or type(size) is not int or not 0 <= size < _MOST_DOCUMENTS:
        raise ContentsError(f"'{name}' can't be a segment")
    deleted = container.array(f"deleted/{number}")
    if len(deleted) and not 0 <= int(deleted.min()) <= int(deleted.max()) < size:
        raise ContentsError(f"documents of '{name}' are deleted that it does not have")
    if len(deleted) > 1 and not (deleted[1:] > deleted[:-1]).all():
        raise ContentsError(f"the deleted documents of '{name}' are not in order")
    return Entry(name, size, deleted)


def write_contents(folder: Path, contents: TableOfContents, whoosh_form: bytes) -> None:
    """Publish a commit whole or not at all; ``whoosh_form`` is what Whoosh reads. Flushed to the disk when this returns."""
    body = io.BytesIO()
    writer = ContainerWriter(body)
    for number, entry in enumerate(contents.entries):
        writer.put(f"deleted/{number}", narrow(np.asarray(entry.deleted)))
    writer.finish(
        {
            "generation": contents.generation,
            "fields": [dataclasses.asdict(spec) for spec in contents.specs],
            "segments": [[entry.name, entry.size] for entry in contents.entries],
        }
    )
    data = whoosh_form + body.getvalue()
    name = contents_name(contents.generation)
    durable.flush_folder(folder)  # the segments' names, before the table that names them
    with durable.replacing(folder / name, folder / (name + NEW)) as file:
        file.write(data + _FOOTER.pack(_MAGIC, len(whoosh_form), zlib.crc32(data)))
    durable.flush_folder(folder)
