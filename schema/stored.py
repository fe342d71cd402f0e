"""A record as an archive keeps it: JSON, which may be damaged or made by a stranger."""

from __future__ import annotations

import json

from reftel.schema.cable import Cable
from reftel.schema.errors import ArchiveDamaged


def cable_of(record: bytes) -> Cable:
    """The cable of a stored record. `ArchiveDamaged` for what is none."""
    try:
        return Cable.from_dict(json.loads(record))
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError, ArithmeticError) as error:
        raise ArchiveDamaged(f"a stored record cannot be read ({error}); `reftel verify` tells what is damaged") from error
