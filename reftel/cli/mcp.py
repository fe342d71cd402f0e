"""``reftel mcp``."""

from __future__ import annotations

import urllib.parse

import click

import reftel
from reftel.cli.configuration import cache_mb_of
from reftel.cli.options import archive_option, notes_option
from reftel.schema.errors import MissingLibrary


def _address(_context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None:
        parts = urllib.parse.urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
            raise click.BadParameter(f"{value!r} is no address of a room, as http://127.0.0.1:8034 is", param=parameter)
    return value


@click.command("mcp")
@archive_option
@notes_option
@click.option("--room", metavar="URL", envvar="REFTEL_ROOM", callback=_address,
              help="The address of the reading room, to stand with every citation; else $REFTEL_ROOM.")  # fmt: skip
def command(archive: str, notes: str | None, room: str | None) -> int:
    """Let an assistant ask the archive, over the Model Context Protocol on standard input and output (needs reftel[mcp]).

    It is started by the assistant's program. It reads only: search, show, facets, timeline, refs, explain.
    """
    try:
        from reftel.assistant.server import make_server  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise MissingLibrary("reftel mcp needs the SDK of the Model Context Protocol: pip install 'reftel[mcp]'") from error
    with reftel.open(archive, notes=notes, cache_mb=cache_mb_of(None)) as opened:
        make_server(opened, room).run("stdio")
    return 0
