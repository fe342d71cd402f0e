"""The message: one cable as a container holds it, before anything is read out of its text."""

from __future__ import annotations

import msgspec

from reftel.schema.cable import Source
from reftel.schema.errors import SourceError

MAX_CABLE = 16 << 20
"""Characters of the largest cable that is read (bytes, where it is a file of its own). Real ones have up to some hundred thousand; a record takes
about ten times as much memory while it is made."""


def too_large(path: str, locator: int | None = None, *, size: int | None = None) -> SourceError:
    """The error for a text, a row or a line with more than `MAX_CABLE`; ``size`` in bytes or characters, where it is known."""
    seen = "" if size is None else f" (it has {size / (1 << 20):,.1f} MiB)"
    return SourceError(f"larger than the {MAX_CABLE >> 20} MiB that one cable may have{seen}; it was passed over", path=path, locator=locator)


class Message(msgspec.Struct, frozen=True, gc=False):
    """Raw text of one cable and what its container says about it, all as printed; ``None`` where the container says nothing.

    ``header`` and ``body`` are decoded, without entities and site markup, nothing repaired. A container that keeps both in one text leaves
    ``header`` ``None`` and the whole in ``body``. ``references`` is a column of joined ids. ``attributes`` are further labelled values of
    a container (``TAGS``, ``To``), in printed order.
    """

    body: str
    source: Source | None = None
    header: str | None = None
    printed_id: str | None = None
    date: str | None = None
    released: str | None = None
    classification: str | None = None
    origin: str | None = None
    references: str | None = None
    title: str | None = None
    attributes: tuple[tuple[str, str], ...] = ()

    def attribute(self, *names: str) -> str | None:
        """Value of the first attribute with one of these names (any case), ``None`` where there is none or it is empty."""
        wanted = {name.casefold() for name in names}
        return next((value for name, value in self.attributes if name.casefold() in wanted and value.strip()), None)
