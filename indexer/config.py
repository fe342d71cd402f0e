"""``reftel.toml``: what the nightly run reads, checked whole before anything is done."""

from __future__ import annotations

import dataclasses
import os
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from reftel.base import durable
from reftel.base.frozen import frozen
from reftel.indexer.limit import EXPECTED, Limit, read_limit
from reftel.indexer.saved_file import is_saved_name
from reftel.indexer.sqlite_file import why
from reftel.indexer.workers import cores
from reftel.schema.errors import ReftelError
from reftel.schema.names import path_of
from reftel.schema.nearest import nearest

FILE_NAME = "reftel.toml"
MAX_WORKERS = 64
LONGEST = 1 << 20
"""Bytes of a configuration, at most."""
LONGEST_WAIT = 10 * 366 * 86_400
"""Seconds to wait, at most: more is no waiting."""
LEAST_MEMORY, MOST_MEMORY = 16, 1_000_000


class ConfigError(ReftelError):
    """A configuration that cannot be used: file, line, what was seen, what was expected. The exit status is 2."""

    exit_code = 2


@frozen
class Config:
    """A checked configuration; every path is absolute.

    ``archive``: a folder, or the address of an archive in a cluster as it was written.
    ``sources``: files, folders, patterns. ``follow_links``: whether links that are met in them are followed. ``report``: a ``.json`` file that
    each run rewrites, or a folder that gets one a run; ``None`` for none. ``workers``: processes that read. ``memory``: megabytes that the
    writer of the index keeps, and after it archives that answer many questions. ``wait``: seconds to wait for another run.
    ``max_removed``: how many cables may go at once. ``saved``: queries by name.
    """

    path: Path
    archive: Path | str
    sources: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    follow_links: bool = False
    report: Path | None = None
    workers: int = dataclasses.field(default_factory=cores)
    memory: int = 512
    wait: float = 60.0
    max_removed: Limit = dataclasses.field(default_factory=Limit)
    saved: dict[str, str] = dataclasses.field(default_factory=dict)


_KEYS: dict[str, tuple[type | tuple[type, ...], str]] = {
    "archive": (str, 'a text, such as archive = "archive"'),
    "sources": (list, 'a list of texts, such as sources = ["cables/"]'),
    "exclude": (list, 'a list of texts, such as exclude = ["*.bak"]'),
    "follow_links": (bool, "true or false"),
    "report": (str, 'a text, such as report = "report.json"'),
    "workers": (int, f"a whole number from 1 to {MAX_WORKERS}"),
    "memory": (int, f"a whole number of megabytes from {LEAST_MEMORY} to {MOST_MEMORY}"),
    "wait": ((int, float), "a number of seconds, 0 or more, ten years at most"),
    "max_removed": ((int, float, str, dict), EXPECTED),
    "saved": (dict, "a table [saved] of lines such as karabakh = 'minsk w/5 group'"),
}


def config_path(archive: str | os.PathLike[str]) -> Path:
    """``reftel.toml`` beside the archive's folder, or in the current folder for an archive in a cluster, whether it is there or not."""
    return (Path() if "://" in os.fspath(archive) else Path(archive).parent).absolute() / FILE_NAME


def find_config(archive: str | os.PathLike[str]) -> Path:
    """As `config_path`. `ConfigError` if there is none."""
    path = config_path(archive)
    if not path.is_file():
        where = "in the current folder" if "://" in os.fspath(archive) else "beside the archive"
        raise ConfigError(f"no '{FILE_NAME}' {where} ({path}); `reftel init` writes one, --config names another")
    return path


def read_config(path: Path) -> Config:
    """A configuration from its file; relative paths in it start from the file's folder. Errors: `ConfigError`."""
    text = config_text(path)
    try:
        values = tomllib.loads(text)
    except ValueError as error:  # TOMLDecodeError is one, and so is a number of too many digits
        raise ConfigError(f"{path}: {error}") from error
    except RecursionError as error:
        raise ConfigError(f"{path}: lists or tables are nested too deep; expected the few keys that `reftel init` writes") from error
    return _Reader(path, text).config(values)


def config_text(path: Path) -> str:
    """The text of a configuration, its lines ended as Python ends them. A link to one will do. Errors: `ConfigError`."""
    try:
        text = durable.read_own(path.resolve(strict=True), LONGEST).decode("utf-8-sig")  # editors of Windows begin a file with a byte order mark
        return text.replace("\r\n", "\n").replace("\r", "\n")
    except durable.NotAFile as error:
        raise ConfigError(f"{path}: is no file; expected a configuration, as `reftel init` writes it") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}:{line}: is no UTF-8, which a configuration is written in; save it in that encoding") from error
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: links in a circle
        raise ConfigError(f"{path}: cannot be read: {why(error)}") from error


def line_of(text: str, key: str, table: str | None = None) -> int:
    """The line on which a key stands in a TOML text, 1-based: ``"a = 1\\n[t]\\nb = 2"``, ``b`` in ``t`` -> 3. 1 if it is not found."""
    here = None
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped.startswith("["):
            here = stripped.strip("[] \t").partition("]")[0].strip()
            if here == key and table is None:
                return number
        elif here == table and stripped.partition("=")[0].strip().strip("\"'") == key:
            return number
    return 1


class _Reader:
    """Checks the values of one file."""

    def __init__(self, path: Path, text: str) -> None:
        self._path, self._text = path, text

    def config(self, values: dict[str, Any]) -> Config:
        for key, value in values.items():
            self._check(key, value)
        self._check_numbers(values)
        self._check_saved(values.get("saved", {}))
        if not values.get("sources"):
            raise ConfigError(f'{self._path}: no sources; name at least one folder or file: sources = ["cables/"]')
        return Config(
            path=self._path,
            archive=self._archive(values.get("archive", "archive")),
            sources=tuple(self._absolute("sources", source) for source in values["sources"]),
            exclude=tuple(path_of(pattern).rstrip("/") for pattern in values.get("exclude", ())),
            follow_links=values.get("follow_links", False),
            report=Path(self._absolute("report", values["report"])) if "report" in values else None,
            workers=values.get("workers") or cores(),
            memory=values.get("memory", 512),
            wait=float(values.get("wait", 60)),
            max_removed=self._limit(values["max_removed"]) if "max_removed" in values else Limit(),
            saved=dict(values.get("saved", {})),
        )

    def _archive(self, value: str) -> Path | str:
        return value if "://" in value else Path(self._absolute("archive", value))

    def _limit(self, value: object) -> Limit:
        try:
            return read_limit(value)
        except ValueError as error:
            raise self._fail("max_removed", f"'max_removed' is {error}; expected {EXPECTED}") from error

    def _fail(self, key: str, message: str, table: str | None = None) -> ConfigError:
        return ConfigError(f"{self._path}:{line_of(self._text, key, table)}: {message}")

    def _check(self, key: str, value: object) -> None:
        if key not in _KEYS:
            raise self._fail(key, f"unknown key '{key}'{_nearest(key, _KEYS)}")
        kind, expected = _KEYS[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self._fail(key, f"'{key}' is {_name_of(value)}; expected {expected}")
        if isinstance(value, list):
            for entry in value:
                if not isinstance(entry, str) or not entry or "\0" in entry:
                    raise self._fail(key, f"an entry of '{key}' is {_name_of(entry)}; expected {expected}")
        if isinstance(value, str) and (not value or "\0" in value):
            raise self._fail(key, f"'{key}' {'has a NUL character' if value else 'is empty'}; expected {expected}")

    def _check_numbers(self, values: dict[str, Any]) -> None:
        if not 1 <= values.get("workers", 1) <= MAX_WORKERS:
            raise self._fail("workers", f"'workers' is {values['workers']}; expected {_KEYS['workers'][1]}")
        if not LEAST_MEMORY <= values.get("memory", LEAST_MEMORY) <= MOST_MEMORY:
            raise self._fail("memory", f"'memory' is {values['memory']}; expected {_KEYS['memory'][1]}")
        if not 0 <= values.get("wait", 0) <= LONGEST_WAIT:
            raise self._fail("wait", f"'wait' is {values['wait']}; expected {_KEYS['wait'][1]}")

    def _check_saved(self, saved: dict[str, Any]) -> None:
        for name, query in saved.items():
            if not is_saved_name(name):
                raise self._fail(name, f"a saved search cannot be called '{name}'; expected letters, digits, '_' and '-'", "saved")
            if not isinstance(query, str) or not query.strip():
                raise self._fail(name, f"the saved search '{name}' is {_name_of(query)}; expected a query as a text", "saved")

    def _absolute(self, key: str, name: str) -> str:
        try:
            return str(self._path.absolute().parent / Path(path_of(name)).expanduser())
        except RuntimeError as error:
            raise self._fail(key, f"'{key}' has '{name}', and there is no such user; expected ~/… or a path without ~") from error


def _nearest(key: str, names: Iterable[str]) -> str:
    near = nearest(key, names)
    return f"; did you mean '{near}'?" if near else "; the keys are " + ", ".join(names)


def _name_of(value: object) -> str:
    names: dict[type, str] = {
        bool: "true or false", str: "a text", int: "a whole number", float: "a number", list: "a list", dict: "a table",
    }  # fmt: skip
    return "an empty text" if value == "" else names.get(type(value), "a date or time")


TEMPLATE = """\
# What `reftel reindex` does every night. Paths start from the folder of this file.

# The archive's folder, or its address in a cluster (opensearch://HOST:9200/NAME).
archive = {archive}

# What to read: folders (with everything in them), files (plain, packed, archives), patterns such as "dumps/**/*.csv".
sources = {sources}

# What to leave out: a file's name, a folder's name, a path inside the source, or the whole path; * and ? stand for letters.
# exclude = ["drafts", "*.bak"]

# Whether links that stand in the sources are followed. They may lead anywhere, also to files of others that then are in the archive.
# follow_links = false

# Where each run writes its report. A name that ends in .json is one file, rewritten by each run; any other name is a folder that
# gets a report a run. New hits of the saved searches stand beside it in Markdown. Neither holds a word of a cable's text.
# report = "reports"

# Processes that read; one a core if nothing is said.
# workers = 2

# Megabytes, about: what the writer of the index fills before it writes to the disk (reading takes some more), and what saved searches,
# `reftel serve`, `mcp` and `batch` keep between questions.
# memory = 512

# Seconds to wait for another run before leaving with exit status 5.
# wait = 60

# Cables that may vanish from the archive in one run, a share of all and a number. Where more are missing (a folder was lost, a disk is half
# mounted), they stay until the next run finds them missing too, or --accept-removals is given; the run leaves with exit status 4.
# max_removed = {{ share = 0.1, number = 1000 }}

# Saved searches: each run reports the cables that are new since the last one. `reftel saved add` keeps others in the archive.
# [saved]
# precedents = '"Minsk Group" AND precedent'
"""
