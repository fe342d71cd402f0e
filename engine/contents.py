"""The table of contents: the segments of the current commit, and the deleted documents (tombstones) of each.

One file per commit. It begins with Whoosh's own form, for Whoosh. The same follows in a form that is read without unpickling; `read_contents` reads
only that.
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

from reftel.base import durable
from reftel.base.frozen import frozen
from reftel.base.patterns import regex
from reftel.engine.arrays import narrow
from reftel.engine.container import FORMAT, OLDEST, Container, ContainerVersionError, ContainerWriter
from reftel.engine.errors import IndexVersion
from reftel.engine.folder import INDEX_NAME, NEW, contents_name, latest_generation
from reftel.engine.specs import FieldSpec, spec_of

_FOOTER = struct.Struct("<8sQI")  # magic, offset of the container, checksum of everything before the footer
_MAGIC = b"ARRAYTOC"
_FIRST_FORMAT = "fields.json"
_LONGEST = 1 << 28  # bytes; merges rewrite segments long before their tombstones take as much
_MOST_DOCUMENTS = 1 << 32
_SEGMENT_NAME = regex(rf"{INDEX_NAME}_[0-9a-z]+")


class ContentsError(ValueError):
    """A table of contents is cut short or altered."""


@frozen
class Entry:
    """A segment of an index: its name, its number of documents (deleted ones included), and the numbers of the deleted ones, rising."""

    name: str
    size: int
    deleted: npt.NDArray[Any]

    @property
    def live(self) -> int:
        """Number of documents that are not deleted."""
        return self.size - len(self.deleted)


@frozen
class TableOfContents:
    """What one commit consists of: its generation, the fields of the index, and its segments."""

    generation: int
    specs: tuple[FieldSpec, ...]
    entries: tuple[Entry, ...]


def read_contents(folder: Path) -> TableOfContents:
    """The table of contents of the latest commit.

    Errors: ``FileNotFoundError`` if a writer removed it in the meantime, `IndexVersion`, and any of `damage.SYMPTOMS` if it is damaged.
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
    """The error for a table of contents without our footer: it is cut short, or of format 1, which had a file of its own for the fields."""
    try:
        version = msgspec.json.decode(durable.read_own(folder / _FIRST_FORMAT, _LONGEST))["format"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ContentsError("the table of contents is not whole, or was written by another program")
    return IndexVersion(f"the index in '{folder}' has format {version}; this version reads formats {OLDEST} and {FORMAT}")


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
    """Publish a commit atomically; it is flushed to disk on return. ``whoosh_form``: the table of contents as Whoosh reads it."""
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
