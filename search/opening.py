"""The engine that an archive is asked through. The one place that names them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reftel.engine.cache import Budget
    from reftel.search.engines.array_engine import ArrayEngine
    from reftel.search.engines.opensearch.address import Address
    from reftel.search.engines.opensearch.engine import OpenSearchEngine


def open_engine(folder: Path, budget: Budget | None = None) -> ArrayEngine:
    """The engine over the index in ``folder``, which keeps what ``budget`` allows. Errors: `ArchiveMissing`, `ArchiveDamaged`, `ArchiveVersion`."""
    from reftel.search.engines.array_engine import ArrayEngine  # noqa: PLC0415 - NumPy takes a while to import

    return ArrayEngine.open(folder, budget)


def open_in_cluster(address: Address, budget: Budget | None = None) -> OpenSearchEngine:
    """The engine over an archive in a cluster, likewise."""
    from reftel.search.engines.opensearch.engine import OpenSearchEngine  # noqa: PLC0415 - an optional extra

    return OpenSearchEngine.open(address, budget)
