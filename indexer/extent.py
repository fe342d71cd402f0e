"""How many files and bytes a run will read, counted in the background so that reading begins at once."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable
from typing import Self

from reftel.indexer.sources import Selection


class Extent:
    """Files and bytes of sources, counted by a thread inside ``with``; ``known`` once it is through. What can't be looked at counts nothing."""

    def __init__(self, sources: Iterable[str], *, follow_links: bool = False) -> None:
        self._selection = Selection(tuple(sources), links="all" if follow_links else "named")
        self._thread = threading.Thread(target=self._count, daemon=True)
        self._stopped = False
        self.files = self.bytes = 0
        self.known = False

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._stopped = True
        self._thread.join()

    def _count(self) -> None:
        for path in self._selection.iter_files(lambda _error: None):
            if self._stopped:
                return
            self.files += 1
            with contextlib.suppress(OSError, ValueError):
                self.bytes += path.stat().st_size
        self.known = True
