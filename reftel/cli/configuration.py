"""The configuration that a command uses, and the archive that it means when there is one."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from reftel.search.engines.opensearch.address import is_address

if TYPE_CHECKING:
    from reftel.indexer.config import Config


DEFAULT_ARCHIVE = "archive"


def default_archive(context: click.Context) -> str:
    """The archive that ``./reftel.toml`` names, where there is one and the command was given no other configuration; else ``archive``.

    Errors: `ConfigError`, also for the file of somebody else that names a cluster, which would be told who asks.
    """
    path = Path("reftel.toml")
    if context.params.get("config") or not path.is_file():
        return DEFAULT_ARCHIVE
    from reftel.indexer.config import ConfigError, read_config  # noqa: PLC0415 - only with a configuration

    archive = read_config(path).archive
    if isinstance(archive, str) and hasattr(os, "getuid") and path.stat().st_uid not in (os.getuid(), 0):
        raise ConfigError(f"{path}: belongs to somebody else, and names an archive in a cluster; to ask that, name it with --archive")
    return DEFAULT_ARCHIVE if archive == Path(DEFAULT_ARCHIVE).absolute() else str(archive)


def load_config(config: str | None, archive: str, *, workers: int | None = None) -> Config:
    """The configuration that a command goes by. An archive that was named on the command line or in the environment counts before it."""
    from reftel.indexer.config import find_config, read_config  # noqa: PLC0415 - only with a configuration

    settings = read_config(Path(config) if config else find_config(configured_at(archive)))
    if is_named():
        settings = dataclasses.replace(settings, archive=archive if is_address(archive) else Path(archive).absolute())
    return dataclasses.replace(settings, workers=workers) if workers else settings


def archive_of(config: str | None, archive: str) -> str:
    """The archive: as named, else the configuration's if one was named, else the default."""
    return archive if config is None or is_named() else str(load_config(config, archive).archive)


def cache_mb_of(config: str | None) -> float:
    """Megabytes for the caches of a command that answers many questions: ``memory`` of ``config``, else of the ``./reftel.toml`` that names its archive."""
    from reftel.engine.cache import DEFAULT_MB  # noqa: PLC0415 - a completion asks none of it

    path = Path(config or "reftel.toml")
    if not config and (is_named() or not path.is_file()):
        return DEFAULT_MB
    from reftel.indexer.config import read_config  # noqa: PLC0415 - only with a configuration

    return read_config(path).memory


def configured_at(archive: str) -> str:
    """The archive beside whose folder a configuration stands that was not named: an archive that was, else the default one."""
    return archive if is_named() else DEFAULT_ARCHIVE


def is_named() -> bool:
    """Whether the archive was named on the command line or in the environment."""
    return click.get_current_context().get_parameter_source("archive") not in (ParameterSource.DEFAULT, None)
