"""Tables as data: CSV files with a ``source`` column, read once and cached."""

from __future__ import annotations

import functools
from pathlib import Path


@functools.cache
def read_table(name: str) -> tuple[dict[str, str], ...]:
    """Rows of ``schema/tables/NAME.csv`` as dicts, in file order."""
    import csv  # noqa: PLC0415 - a search for words reads no table by it

    return tuple(csv.DictReader(read_lines(name)))


def read_lines(name: str) -> list[str]:
    """Lines of ``schema/tables/NAME.csv``, the names of the columns first; for a table that is read in a few hundred microseconds."""
    return Path(__file__).with_name(f"{name}.csv").read_text("utf-8").splitlines()
