"""``reftel init``."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from reftel.cli.configuration import configured_at
from reftel.cli.options import archive_option, completed
from reftel.render.paths import shown_name
from reftel.schema.names import name_of
from reftel.search.engines.opensearch.address import is_address


@click.command("init")
@click.argument("sources", nargs=-1, metavar="[SOURCE...]", type=click.Path())
@archive_option
@click.option("--config", "-c", metavar="FILE", shell_complete=completed("file"), help="The file to write; reftel.toml beside the archive by default.")
def command(sources: tuple[str, ...], archive: str, config: str | None) -> int:
    """Write a commented reftel.toml beside the archive (here, for one in a cluster), for `reftel reindex`. A file that is there is never touched.

    \b
    reftel init /srv/cables --archive /srv/reftel/archive
    """
    from reftel.indexer.config import TEMPLATE, config_path  # noqa: PLC0415
    from reftel.render.output import write_new  # noqa: PLC0415

    archive = configured_at(archive)
    path = Path(config) if config else config_path(archive)
    folder = path.absolute().parent
    named = [os.path.abspath(source) for source in sources] or ["cables"]  # noqa: PTH100 - resolve() would follow links
    inside = Path(archive).absolute()
    shown = archive if is_address(archive) else inside.name if inside.parent == folder else str(inside)
    text = TEMPLATE.format(
        archive=_toml(shown),
        sources="[" + ", ".join(map(_toml, named)) + "]",
    )
    try:
        write_new(path, text)
    except FileExistsError:
        raise click.UsageError(f"{path} is there already, and was not touched") from None
    click.echo(f"wrote {shown_name(str(path))}; look through it, then run `reftel reindex --dry-run`")
    return 0


def _toml(path: str) -> str:
    """A path as a TOML string: a JSON string is one, once DEL is escaped too."""
    return json.dumps(name_of(path), ensure_ascii=False).replace("\x7f", "\\u007f")
