"""Errors of the engine. The rooms above translate them into the errors that users see."""

from __future__ import annotations


class EngineError(Exception):
    """Root of the engine's errors; raised itself for a record or a call that the index cannot take."""


class IndexMissing(EngineError):  # noqa: N818 - named after what is wrong with the index
    """There is no index in the folder."""


class IndexDamaged(EngineError):  # noqa: N818
    """Files of the index are missing, cut short or altered."""


class IndexVersion(EngineError):  # noqa: N818
    """The index has another format version or other fields."""


class IndexClosed(EngineError):  # noqa: N818
    """The reader is closed."""


class LockHeld(EngineError):  # noqa: N818
    """Another writer has the index open."""
