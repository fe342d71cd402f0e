"""``reftel serve``."""

from __future__ import annotations

import functools
import ipaddress
import logging
import re
import secrets
import socket
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import click

import reftel
from reftel.cli.configuration import archive_of, cache_mb_of, configured_at
from reftel.cli.options import archive_option, config_option
from reftel.personal.saved import configured
from reftel.render.paths import shown_name
from reftel.schema.names import name_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reftel.room.app import Configured

_SHORTEST_PASSWORD = 12
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


@click.command("serve")
@archive_option
@config_option
@click.option("--host", default="127.0.0.1", show_default=True,
              help="The address to listen at; another machine's browser needs one that is not this machine's own, and a secret.")  # fmt: skip
@click.option("--port", "-p", type=click.IntRange(0, 65535), default=8034, show_default=True, help="0: one that is free.")
@click.option("--name", "names", multiple=True, metavar="NAME", help="A further name under which the room is asked; may be repeated.")
@click.option("--token", is_flag=True, help="Make a secret for this run and print the address that has it.")
@click.option("--password-file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
              help="The first line of this file, which is yours alone, is the password.")  # fmt: skip
@click.option("--notes", "notes", metavar="FILE", is_flag=False, flag_value="", type=click.Path(dir_okay=False),
              help="Let readers write notes and tags, and save searches: into FILE, or the archive's own.")  # fmt: skip
@click.option("--log", is_flag=True, help="Print a line for each request, with the question in it.")
def command(
    archive: str, config: str | None, host: str, port: int, names: tuple[str, ...], token: bool, password_file: Path | None, notes: str | None,
    log: bool,
) -> int:  # fmt: skip
    """Open the archive in a browser: a reading room on this machine, read only.

    Nothing is loaded from elsewhere, and nothing of a question is logged unless you ask for it. Ctrl-C closes the room. Needs reftel[serve].

    \b
    reftel serve --archive archive
    reftel serve --host 192.0.2.7 --password-file ~/.reftel-password
    """
    try:
        import uvicorn  # noqa: F401, PLC0415 - an extra

        from reftel.room import app  # noqa: F401, PLC0415
    except ImportError as error:
        raise click.UsageError(f"serve needs what comes with reftel[serve] ({error.name} is not installed): pip install 'reftel[serve]'") from error
    if token and password_file:
        raise click.UsageError("--token and --password-file exclude each other")
    secret = _password(password_file) if password_file else secrets.token_urlsafe(24) if token else None
    if secret is None and not _is_loopback(host):
        raise click.UsageError(f"--host {host} lets other machines ask: that needs --token or --password-file FILE")
    opened = reftel.open(archive_of(config, archive), notes=notes or None, cache_mb=cache_mb_of(config))
    kept = functools.partial(configured, configured_at(archive), config)
    kept()  # a mistake in the configuration is reported now
    with _listen(host, port) as listening:
        return _serve(opened, listening, host, names, secret, kept, token=token, own=notes is not None, log=log)


def _serve(
    opened: reftel.Archive, listening: socket.socket, host: str, names: tuple[str, ...], secret: str | None, kept: Configured,
    *, token: bool, own: bool, log: bool,
) -> int:  # fmt: skip
    import uvicorn  # noqa: PLC0415 - an extra

    from reftel.room.app import make_app  # noqa: PLC0415
    from reftel.room.guard import KEY, Door, without_secret  # noqa: PLC0415

    port = listening.getsockname()[1]
    shown = f"[{host}]" if ":" in host else host
    if _is_any(host):
        wanted, first = {*names, *_own_names()}, socket.gethostname()
    elif _is_loopback(host):
        wanted, first = {*names, *_LOOPBACK, shown}, "localhost"
    else:
        wanted, first = {*names, shown}, shown
    app = make_app(opened, Door(_with_ports(wanted, port), secret), configured=kept, own=own)
    address = names[0] if names else f"{first}:{port}"
    click.echo(f"{len(opened):,} cables of {shown_name(name_of(str(opened.path)))} at http://{address}/{f'?{KEY}={secret}' if token else ''}")
    if not _is_loopback(host):
        click.echo(f"note: whoever reaches {host} and has the secret reads all of them; the way there is not encrypted", err=True)
    if own:
        click.echo(f"note: who reads may write notes into {shown_name(name_of(opened.notes.path))}, and keep searches", err=True)
    config = uvicorn.Config(
        app, access_log=log, log_level="info" if log else "warning", server_header=False, date_header=False, limit_concurrency=500,
        timeout_keep_alive=10, proxy_headers=False, timeout_graceful_shutdown=3,
    )  # fmt: skip
    logging.getLogger("uvicorn.access").addFilter(without_secret)
    uvicorn.Server(config).run(sockets=[listening])
    return 0


def _password(file: Path) -> str:
    try:
        mode, text = file.stat().st_mode, file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{shown_name(name_of(file))} cannot be read as a file of a password: {error}") from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise click.UsageError(f"{shown_name(name_of(file))}: others than you may read or write it; chmod 600 makes it yours alone")
    first = (text.splitlines() or [""])[0].strip()
    if len(first) < _SHORTEST_PASSWORD:
        raise click.UsageError(f"{shown_name(name_of(file))}: its first line has {len(first)} characters; a password here has {_SHORTEST_PASSWORD} at least")
    return first


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_any(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def _own_names() -> set[str]:
    """The names and addresses of this machine, for a room that listens at all of them."""
    name = socket.gethostname()
    try:
        addresses = {str(each[4][0]) for each in socket.getaddrinfo(name, None)}
    except OSError:
        addresses = set()
    return {name.lower(), *_LOOPBACK, *(f"[{each}]" if ":" in each else each for each in addresses)}


def _with_ports(names: Iterable[str], port: int) -> frozenset[str]:
    """The names as a browser sends them: with the port, without it where it is the scheme's own."""
    lowered = [name.lower() for name in names]
    with_port = (name if re.search(r"[^:\]]:\d+$|]:\d+$", name) else f"{name}:{port}" for name in lowered)
    return frozenset((*(lowered if port == 80 else ()), *with_port))


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, _kind, _protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family)
    except OSError as error:
        raise click.UsageError(f"cannot listen at {host}:{port} ({error.strerror or error}); --port takes another, 0 one that is free") from error
