"""Names of files for people: from the current folder on, where they lie below it. Programs get them as they are stored."""

from __future__ import annotations

import os

from reftel.render.safe import safe_name
from reftel.schema.names import name_of


def shown_name(name: str) -> str:
    """A name, or a message that begins with one, on one safe line: in ``/home/x``, ``/home/x/dumps/a.html`` -> ``dumps/a.html``."""
    return safe_name(relative_name(name))


def relative_name(name: str) -> str:
    """A name from the current folder on; as it is where it lies elsewhere. Seen from ``/`` it stays whole too."""
    try:
        folder = name_of(os.getcwd())  # noqa: PTH109 - Path.cwd() is the same, and slower
    except OSError:  # somebody has removed it
        return name
    below = name.removeprefix(f"{folder}/") if folder != "/" else name
    return below or name
