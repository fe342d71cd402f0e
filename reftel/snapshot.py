"""A state of an archive, index and manifest that belong together, opened while runs may be publishing."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reftel.engine.cache import Budget
    from reftel.indexer.manifest import Manifest
    from reftel.search.engines.whoosh_engine import WhooshEngine

INDEX_FOLDER = "index"
_ATTEMPTS, _PAUSE = 20, 0.01


def open_snapshot(path: Path, budget: Budget) -> tuple[WhooshEngine, Manifest]:
    """Index and manifest of the last state that was published. Errors: `ArchiveMissing`, `ArchiveDamaged`, `ArchiveVersion`."""
    from reftel.indexer.manifest import FILE_NAME, Manifest  # noqa: PLC0415 - `import reftel` stays light
    from reftel.indexer.presence import check_archive  # noqa: PLC0415
    from reftel.indexer.publishing import find_manifest  # noqa: PLC0415
    from reftel.search.opening import open_engine  # noqa: PLC0415

    check_archive(path)
    for _ in range(_ATTEMPTS):
        engine = open_engine(path / INDEX_FOLDER, budget)
        try:
            manifest = find_manifest(path, engine.generation)
        except BaseException:
            engine.close()
            raise
        if manifest is not None:
            manifest.careful = True
            return engine, manifest
        engine.close()  # a run has published in between
        time.sleep(_PAUSE)
    # A copy that was made while a run published: the index is whole, and the next run makes a manifest that fits it.
    engine = open_engine(path / INDEX_FOLDER, budget)
    try:
        return engine, Manifest(path / FILE_NAME)
    except BaseException:
        engine.close()
        raise
