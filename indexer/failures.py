"""What could not be read in a file: all counted, the first few kept, so that a dump with a million bad lines costs no more than one with ten."""

from __future__ import annotations

import dataclasses

from reftel.schema.errors import SourceError

SHOWN = 10
"""Failures of one file that are reported one by one; the others are only counted."""

_PARTS = 1000


class Unreadable(SourceError):  # noqa: N818 - it says what the source is
    """The system could not give what stands in a file or folder: the next time the same content may be readable."""


def unreadable(path: str, error: OSError | ValueError, what: str = "cannot read this file") -> Unreadable:
    """The failure of a source of which the system says ``error``; ``ValueError`` is what Python raises for a name that no file can have."""
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error) or type(error).__name__
    return Unreadable(f"{what}: {reason}", path=path)


@dataclasses.dataclass(slots=True)
class Failures:
    """The failures of one file.

    ``lasting``: whether the same content would fail again in the same way. ``unread``: the file, or the members of an archive, that were not
    read to their end, so that what they held before may still be in them.
    """

    count: int = 0
    first: list[SourceError] = dataclasses.field(default_factory=list)
    lasting: bool = True
    unread: set[str] = dataclasses.field(default_factory=set)

    def add(self, error: SourceError) -> None:
        """Count a failure."""
        self.count += 1
        if len(self.first) < SHOWN:
            self.first.append(error)
        self.lasting &= not isinstance(error, Unreadable)
        if error.locator is None and len(self.unread) < _PARTS:
            self.unread.add(error.path)

    def messages(self, path: str) -> list[str]:
        """A line for each of the first, and one for all the others."""
        return [*map(str, self.first), *and_more(self.count, path)]

    def unread_part(self, path: str, file: str) -> bool:
        """Whether ``path``, a member of ``file`` or the file itself, was not read to its end, or an archive that it is in was not."""
        inside = path.removeprefix(file)
        around = (file + inside[:place] for place, sign in enumerate(inside) if sign == "!")
        return path in self.unread or not self.unread.isdisjoint(around) or len(self.unread) >= _PARTS


def and_more(count: int, path: str) -> list[str]:
    """The line for the failures of a file beyond those reported one by one, if there are any."""
    return [str(SourceError(f"and {count - SHOWN:,} more in this file", path=path))] if count > SHOWN else []
