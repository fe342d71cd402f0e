"""What cables are handed on in and reftel does not read: told by its first bytes, so that a person learns what to do with it."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Sequence

_MAGICS = (
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it to have it read"),
    (b"Rar!\x1a\x07", "a RAR archive; unpack it to have it read"),
    (b"MSCF\0\0\0\0", "a cabinet file; unpack it to have it read"),
    (b"\x1f\x9d", "a file packed by compress; unpack it to have it read"),
    (b"\x04\x22\x4d\x18", "a file packed by lz4; unpack it to have it read"),
    (b"\x28\xb5\x2f\xfd", "a file packed by Zstandard; unpack it to have it read"),
    (b"LZIP", "a file packed by lzip; unpack it to have it read"),
    (b"\x5d\0\0\x80\0\xff\xff\xff\xff", "a file packed by lzma; unpack it, or pack it with xz, to have it read"),
    (b"%PDF-", "a PDF file; save its text as plain text to have it read"),
    (b"{\\rtf", "an RTF file; save it as plain text to have it read"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a file of an old office program (.doc, .xls); save it as plain text or CSV to have it read"),
    (b"SQLite format 3\0", "a SQLite database; export its table as CSV to have it read"),
    (b"PGDMP", "a dump of PostgreSQL's own; export the table as CSV to have it read"),
)
_OFFICE = {"xl": "an Excel workbook; save it as CSV (UTF-8) to have it read", "word": "a Word document; save it as plain text to have it read"}
_OPEN_DOCUMENT = "an OpenDocument file; save it as plain text or CSV to have it read"
_UNIX = 3  # zipfile's ``create_system`` of names with Unix modes


def what_it_is(start: bytes) -> str | None:
    """What begins with these bytes and is not read; ``None`` for anything else."""
    return next((what for magic, what in _MAGICS if start.startswith(magic)), None)


def office_document(names: Sequence[str]) -> str | None:
    """What office program's file a zip file with members of these names is; ``None`` for a zip file that is nothing but that."""
    if "[Content_Types].xml" in names:
        tops = {name.partition("/")[0] for name in names}
        return next((what for top, what in _OFFICE.items() if top in tops), None)
    return _OPEN_DOCUMENT if {"mimetype", "content.xml", "META-INF/manifest.xml"} <= set(names) else None


def is_link(member: zipfile.ZipInfo) -> bool:
    """Whether a member of a zip file is a symbolic link, whose content is the name of what it leads to."""
    return member.create_system == _UNIX and stat.S_ISLNK(member.external_attr >> 16)
