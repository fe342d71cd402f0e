"""The configuration that a command uses, and the archive that it means when there is one."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from reftel.search.engines.opensearch.address import is_address

if TYPE_CHECKING:
    from reftel.indexer.config import Config


def load_config(config: str | None, archive: str, *, workers: int | None = None) -> Config:
    """The configuration that a command goes by. An archive that was named on the command line or in the environment counts before it."""
    from reftel.indexer.config import find_config, read_config  # noqa: PLC0415 - only with a configuration

    settings = read_config(Path(config) if config else find_config(archive))
    if _is_named():
        settings = dataclasses.replace(settings, archive=archive if is_address(archive) else Path(archive).absolute())
    return dataclasses.replace(settings, workers=workers) if workers else settings


def archive_of(config: str | None, archive: str) -> str:
    """The archive: as named, else the configuration's if one was named, else the default."""
    return archive if config is None or _is_named() else str(load_config(config, archive).archive)


def _is_named() -> bool:
    return click.get_current_context().get_parameter_source("archive") not in (ParameterSource.DEFAULT, None)
