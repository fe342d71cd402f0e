"""Which files met in a folder or in an archive are read, told from their names: one rule for both. What a person names is always read."""

from __future__ import annotations

import re

SYSTEM_NAMES = frozenset({
    "__macosx", ".ds_store", "icon\r",  # a Mac's
    "thumbs.db", "ehthumbs.db", "desktop.ini", "$recycle.bin", "system volume information",  # Windows'
    "lost+found", "@eadir",  # Linux', and those of stores on the net
})  # fmt: skip
"""Files and folders that systems put beside a person's own, in lower case."""

_NOTE = re.compile(r"read[ _-]?me(?![a-z0-9]).*|.*\.(?:md|markdown)(?:\.gz)?", re.IGNORECASE | re.DOTALL)
_SEPARATOR = re.compile(r"[/\\]")


def is_folder_read(name: str) -> bool:
    """Whether a folder is gone into: hidden ones and those of a system are not."""
    return (not name.startswith(".") or name in (".", "..")) and name.lower() not in SYSTEM_NAMES


def is_file_read(name: str) -> bool:
    """Whether a file is read: hidden files, those of a system and the notes that people put beside cables (README, ``*.md``) are not."""
    return is_folder_read(name) and not _NOTE.fullmatch(name)


def is_member_read(name: str) -> bool:
    r"""The same for the whole name of an archive's member, with either slash: ``a/b.txt`` is, ``__MACOSX/a/._b.txt`` and ``a\Thumbs.db`` are not."""
    *folders, file = _SEPARATOR.split(name)
    return all(map(is_folder_read, folders)) and is_file_read(file)
