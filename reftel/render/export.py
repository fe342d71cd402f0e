"""Exports: whole results with every matching paragraph, one hit after the other, in constant memory."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from reftel.render.citation_formats import footnote, render_bibtex, render_footnotes, render_ris
from reftel.render.hits import csv_line, render_ids, render_markdown
from reftel.render.output import written_whole
from reftel.render.safe import json_text, safe_text
from reftel.schema.errors import BadValueError
from reftel.schema.names import one_line

if TYPE_CHECKING:
    from reftel.schema.cable import Cable
    from reftel.search.results import Hit, HitParagraph

COLUMNS = (
    "key", "id", "date", "date_precision", "classification", "caveats", "from", "subject", "signers", "tags", "refs", "classified_by",
    "declassify_on", "paragraph", "mark", "words", "text", "source",
)  # fmt: skip
"""Columns of a CSV export: those of the cable in every row, then those of one matching paragraph."""

LONGEST_CELL = 32_000
"""Characters of a cell; a spreadsheet holds 32,767 and breaks the sheet behind a longer one."""

_CUT = " […]"
_PART = 1 << 20
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_MEMBER = re.compile(r"[^A-Za-z0-9._-]")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip file knows: the same hits give the same bytes


def export_csv(hits: Iterable[Hit]) -> Iterator[str]:
    """A header line and one line a matching paragraph; one with empty paragraph columns for a cable without any."""
    yield csv_line(COLUMNS)
    for hit in hits:
        yield from _rows(hit)


def _rows(hit: Hit) -> Iterator[str]:
    cable = hit.cable
    officer = cable.classified_by
    head = (
        hit.key, cable.id, cable.date, cable.date_precision, cable.classification, ";".join(cable.caveats), cable.post or cable.origin,
        cable.subject, ";".join(cable.signers), ";".join(cable.tags), ";".join(ref.id or ref.raw for ref in cable.refs),
        officer.name if officer else None, cable.declassify_on,
    )  # fmt: skip
    source = one_line(cable.source.path) if cable.source else None
    for paragraph in hit.paragraphs or (None,):
        yield csv_line((*map(_cell, (*head, *_paragraph_cells(paragraph))), source))


def _paragraph_cells(paragraph: HitParagraph | None) -> tuple[object, ...]:
    if paragraph is None:
        return (None,) * 4
    found = dict.fromkeys(" ".join(paragraph.text[start:end].split()) for start, end in paragraph.highlights)
    return paragraph.number, paragraph.mark, ";".join(found), paragraph.text


def _cell(value: object) -> object:
    if not isinstance(value, str):
        return value
    line = " ".join(value.split())
    return line if len(line) <= LONGEST_CELL else line[:LONGEST_CELL] + _CUT


def export_jsonl(hits: Iterable[Hit]) -> Iterator[str]:
    """One JSON object a line: the keys of a search's hit without its score, then the head fields that a CSV export has too."""
    for hit in hits:
        record = hit.to_dict()
        del record["score"]
        whole = hit.cable.to_dict()
        record |= {name: whole[name] for name in ("tags", "refs", "classified_by", "declassify_on", "flags")}
        yield json_text(record | {"footnote": footnote(hit)})


Lines = Callable[[Iterable[Any]], Iterator[str]]
"""From hits; `render_ids` also from keys."""

LINES: dict[str, Lines] = {
    "csv": export_csv, "jsonl": export_jsonl, "md": render_markdown, "ids": render_ids, "footnotes": render_footnotes,
    "bibtex": render_bibtex, "ris": render_ris,
}  # fmt: skip
"""The text formats."""

FORMATS = (*LINES, "zip")


def write_export(hits: Iterable[Hit] | Iterable[str], path: Path, form: str, *, bom: bool = False) -> int:
    """The number of cables written to a file, which appears whole or not at all: it is written under another name beside its place."""
    with written_whole(path) as file:
        target = Path(os.path.realpath(path))
        place = target.parent if target.is_file() or not target.exists() else None  # nothing waits beside a device
        return write_hits(hits, file, form, bom=bom, place=place)


def write_hits(hits: Iterable[Hit] | Iterable[str], file: IO[bytes], form: str, *, bom: bool = False, place: Path | None = None) -> int:
    """The number of cables written to an open binary file in one of `FORMATS`; for ``ids`` keys do.

    ``place``: the folder of the file, where what a zip file ends with may wait, without a name. Without it that waits in memory, packed.
    """
    if form not in FORMATS:
        raise BadValueError(
            f"no export format '{form}'", text=form, start=0, end=len(form), hint=f"choose one of {', '.join(FORMATS)}"
        )
    counted = _Counted(hits)
    if form == "zip":
        _write_zip(counted, file, place)
        return counted.count
    if bom and form == "csv":
        file.write(_BYTE_ORDER_MARK)
    for line in LINES[form](counted):
        file.write(f"{line}\n".encode("utf-8", "replace"))
    return counted.count


class _Counted:
    """Passes hits on and counts them."""

    def __init__(self, hits: Iterable[Any]) -> None:
        self._hits = hits
        self.count = 0

    def __iter__(self) -> Iterator[Any]:
        for hit in self._hits:
            self.count += 1
            yield hit


def _write_zip(hits: Iterable[Hit], file: IO[bytes], place: Path | None) -> None:
    """``texts/KEY.txt`` a cable, as received, then ``paragraphs.csv`` and ``footnotes.txt``, which wait meanwhile."""
    with contextlib.ExitStack() as stack:
        table, notes = _waiting(place), _waiting(place)
        stack.callback(table.close)
        stack.callback(notes.close)
        archive = stack.enter_context(zipfile.ZipFile(file, "w"))
        table.write(_BYTE_ORDER_MARK + f"{csv_line(COLUMNS)}\n".encode())
        for hit in hits:
            name = _MEMBER.sub("_", hit.key)
            archive.writestr(_member(f"texts/{name}.txt"), safe_text(_text(hit.cable)).encode("utf-8", "replace"))
            for row in _rows(hit):
                table.write(f"{row}\n".encode("utf-8", "replace"))
            notes.write(f"{footnote(hit)}\n".encode("utf-8", "replace"))
        for name, waiting in (("paragraphs.csv", table), ("footnotes.txt", notes)):
            with archive.open(_member(name), "w", force_zip64=True) as member:
                for part in waiting.parts():
                    member.write(part)


def _waiting(place: Path | None) -> _OnDisk | _Packed:
    return _OnDisk(place) if place else _Packed()


class _OnDisk:
    """Bytes that wait in a nameless file in a folder: never in one of the system's, where no text of a cable belongs."""

    def __init__(self, folder: Path) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed below
        self.write = self._file.write

    def parts(self) -> Iterator[bytes]:
        """What was written, from the start."""
        self._file.seek(0)
        while part := self._file.read(_PART):
            yield part

    def close(self) -> None:
        """Release it."""
        self._file.close()


class _Packed:
    """Bytes that wait in memory, packed."""

    def __init__(self) -> None:
        self._packer = zlib.compressobj()
        self._packed: list[bytes] = []

    def write(self, data: bytes) -> None:
        """Keep these too."""
        if packed := self._packer.compress(data):
            self._packed.append(packed)

    def parts(self) -> Iterator[bytes]:
        """What was written, from the start; nothing may be written afterwards."""
        unpacker = zlib.decompressobj()
        self._packed.append(self._packer.flush())
        yield from map(unpacker.decompress, self._packed)

    def close(self) -> None:
        """Release it."""
        self._packed.clear()


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, _EPOCH)
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = 0o600 << 16
    return member


def _text(cable: Cable) -> str:
    return "\n\n".join(part for part in (cable.header, cable.body) if part) + "\n"
