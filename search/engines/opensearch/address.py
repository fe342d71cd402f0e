"""Where an archive in a cluster is: ``opensearch://HOST:9200/NAME``. Light, since every command looks at what it was given."""

from __future__ import annotations

import urllib.parse

from reftel.base.frozen import frozen
from reftel.schema.errors import BadValueError

SCHEME = "opensearch"
_PLAIN = f"{SCHEME}+http"
_PORT = 9200
_NAME = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_")
_LONGEST = 100

USER, PASSWORD, API_KEY, AUTHORITIES, CREDENTIALS = (
    f"REFTEL_OPENSEARCH_{name}" for name in ("USER", "PASSWORD", "API_KEY", "CA", "CREDENTIALS")
)
"""The environment variables that say who asks; an address never does. The last one names a file that says it."""


@frozen
class Address:
    """An archive in a cluster. ``hosts``: nodes that may be asked, with their ports; ``name``: that of its indices."""

    hosts: tuple[str, ...]
    name: str
    tls: bool = True

    @property
    def plain(self) -> bool:
        """Whether the connection is not encrypted since the address says so, not since it leads to this machine."""
        return not self.tls and not all(map(_is_here, self.hosts))

    @property
    def remedy(self) -> str:
        """What a person can do about an archive here that is damaged."""
        return f"`reftel index SOURCE… --archive FOLDER` and `reftel copy FOLDER {self}` put a whole one in its place"

    def __str__(self) -> str:
        return f"{_PLAIN if self.plain else SCHEME}://{','.join(self.hosts)}/{self.name}"


def is_address(text: str) -> bool:
    """Whether ``text`` names an archive in a cluster, or anything else that is no folder: ``https://…``, which `parse_address` refuses."""
    return text.partition("://")[0].replace("+", "").isalpha() and "://" in text


def parse_address(text: str) -> Address:
    """``"opensearch://one:9200,two/cables"`` -> `Address`.

    The connection is encrypted and the certificate checked, but for nodes on this machine, or where the address begins with
    ``opensearch+http://``. `BadValueError` for anything else, above all for a user or a password in it.
    """
    scheme, _, rest = text.partition("://")
    hosts, _, name = rest.partition("/")
    if scheme not in (SCHEME, _PLAIN):
        raise _bad(text, f"'{scheme}:' leads to no archive", "write a folder, or for an archive in a cluster opensearch://HOST:9200/NAME")
    if "@" in hosts:
        raise _bad("opensearch://…@…", "an address has no user and no password: it ends up in histories and logs", f"set ${USER} and ${PASSWORD}")
    name = name.rstrip("/")
    if not name or not set(name) <= _NAME or name[0] in "-_" or len(name) > _LONGEST:
        raise _bad(text, f"'{name}' is no name of an archive in a cluster", "write opensearch://HOST:9200/NAME, NAME in small letters, digits, - and _")
    found = tuple(_host(text, host) for host in hosts.split(","))
    return Address(found, name, tls=scheme == SCHEME and not all(map(_is_here, found)))


def _host(text: str, host: str) -> str:
    parts = urllib.parse.urlsplit(f"//{host}")
    try:
        port = parts.port or _PORT
    except ValueError as error:
        raise _bad(text, f"'{host}' has no port from 1 to 65535", "write HOST:9200") from error
    if not parts.hostname or parts.path or parts.query or parts.fragment:
        raise _bad(text, f"'{host}' is no host", "write opensearch://HOST:9200/NAME, several hosts with commas between")
    return f"[{parts.hostname}]:{port}" if ":" in parts.hostname else f"{parts.hostname}:{port}"


def _is_here(host: str) -> bool:
    return urllib.parse.urlsplit(f"//{host}").hostname in ("localhost", "127.0.0.1", "::1")


def _bad(text: str, message: str, hint: str) -> BadValueError:
    return BadValueError(message, text=text, start=0, end=len(text), hint=hint)
