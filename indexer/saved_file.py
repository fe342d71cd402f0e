"""``saved.json``: the saved searches that an archive keeps, with a checksum of their own.

A person may change the file by hand: one without a checksum is read as it is, and gets one when it is written the next time.
"""

from __future__ import annotations

import dataclasses
import json
import zlib
from pathlib import Path

from reftel.base import durable
from reftel.base.patterns import regex
from reftel.indexer.sqlite_file import number, text, why
from reftel.schema.errors import ArchiveDamaged
from reftel.schema.names import without_surrogates

_LONGEST = 16 << 20
_CHECKSUM = "checksum"
_NAME = regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


@dataclasses.dataclass(slots=True)
class Saved:
    """What the file holds: queries by name, and for each name the run up to which its hits were reported."""

    searches: dict[str, str] = dataclasses.field(default_factory=dict)
    marks: dict[str, int] = dataclasses.field(default_factory=dict)


def read_file(path: Path, *, checked: bool = True) -> Saved:
    """The searches in a file; none where there is no file. ``checked``: only under a right checksum. `ArchiveDamaged` if it can't be read."""
    try:
        values = json.loads(durable.read_own(path, _LONGEST).decode("utf-8-sig"))
        saved, checksum = _saved(values)
    except FileNotFoundError:
        return Saved()
    except (OSError, ValueError, RecursionError) as error:
        raise ArchiveDamaged(f"{path}: the saved searches cannot be read ({why(error)}); repair or remove the file") from error
    if checked and checksum not in (None, _checksum(saved)):
        raise ArchiveDamaged(
            f'{path}: the checksum of the saved searches is wrong: they are damaged, or were changed by hand; look at them and, if they are right, '
            f'remove the line "{_CHECKSUM}"'
        )
    return saved


def text_of(saved: Saved) -> str:
    """What stands in the file."""
    return json.dumps({**dataclasses.asdict(saved), _CHECKSUM: _checksum(saved)}, indent=1, ensure_ascii=False) + "\n"


def _saved(values: object) -> tuple[Saved, str | None]:
    held = _object(values, "the file")
    unknown = set(held) - {"searches", "marks", _CHECKSUM}
    if unknown:
        raise ValueError(f"unknown key {min(unknown)!r:.80}")
    searches = {_name(name): _query(query) for name, query in _object(held.get("searches"), "'searches'").items()}
    marks = {_name(name): number(run) for name, run in _object(held.get("marks"), "'marks'").items()}
    return Saved(searches, marks), text(held[_CHECKSUM]) if _CHECKSUM in held else None


def _object(value: object, what: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise ValueError(f"{what} is no object with names and values")
    return value


def _query(value: object) -> str:
    query = text(value)
    if without_surrogates(query) != query:  # which no file can hold
        raise ValueError("a query has half a character")
    return query


def is_saved_name(name: str) -> bool:
    """Whether a saved search may be called so: letters, digits, ``_`` and ``-``, 64 at most."""
    return _NAME.fullmatch(name) is not None


def _name(name: str) -> str:
    if not is_saved_name(name):
        raise ValueError(f"no search can be called {name!r:.80}")
    return name


def _checksum(saved: Saved) -> str:
    plain = json.dumps([saved.searches, saved.marks], sort_keys=True, separators=(",", ":"))
    return f"{zlib.crc32(plain.encode()):08x}"
