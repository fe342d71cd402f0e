"""How fields and records become Whoosh fields and columns: the one page that writer and reader share, under a format version."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from reftel.engine.columns import BytesColumn, IntegerColumn
from reftel.engine.errors import IndexDamaged, IndexVersion
from reftel.engine.fieldtypes import Blocks, Keywords
from reftel.engine.specs import FieldSpec
from reftel.engine.stock import COLUMN, ID, NUMERIC, Schema

FORMAT = 1
"""Raised whenever what is below, the codec or a cell's encoding changes."""

DESCRIPTION = "fields.json"
"""The file that says which format and fields an index has."""

KEY, STORED, REGIONS, LABELS = "key", "record", "regions", "regions.labels"
"""Key field, and columns of the stored bytes and the region table; not to be used as names of fields."""

REGION_CELL = np.dtype([("block", "<u4"), ("level", "<i4")])
"""One region in a cell of `REGIONS`; level -1 for none. Labels stand in `LABELS` as JSON pairs ``[region, label]``."""


def blocks_column(name: str) -> str:
    """Column with the number of words in each block of a text field, as little-endian 32-bit integers."""
    return f"{name}.blocks"


def facet_column(name: str) -> str:
    """Column with a document's values to count, as a JSON list; empty where there are none."""
    return f"{name}.facet"


def sort_column(name: str) -> str:
    """Column with a keyword field's first value; empty where there is none."""
    return f"{name}.sort"


def schema_of(specs: Sequence[FieldSpec]) -> Any:
    """The Whoosh schema for these fields."""
    fields: dict[str, Any] = {
        KEY: ID(unique=True, stored=True, sortable=BytesColumn()),
        STORED: COLUMN(BytesColumn()),
        REGIONS: COLUMN(BytesColumn()),
        LABELS: COLUMN(BytesColumn()),
    }
    for spec in specs:
        if spec.name in fields or "." in spec.name or spec.name.startswith("_"):
            raise ValueError(f"a field can't be called '{spec.name}'")
        fields |= _fields_of(spec)
    return Schema(**fields)


def _fields_of(spec: FieldSpec) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if spec.kind == "text":
        fields = {spec.name: Blocks(), blocks_column(spec.name): COLUMN(BytesColumn())}
    elif spec.kind == "keyword":
        fields = {spec.name: Keywords()}
        if spec.sort:
            fields[sort_column(spec.name)] = COLUMN(BytesColumn())
    elif spec.kind == "number":
        fields = {spec.name: NUMERIC(int, bits=64, shift_step=16, sortable=IntegerColumn())}
    if spec.facet:
        fields[facet_column(spec.name)] = COLUMN(BytesColumn())
    return fields


def write_description(folder: Path, specs: Sequence[FieldSpec]) -> None:
    """Write `DESCRIPTION` whole or not at all."""
    text = json.dumps({"format": FORMAT, "fields": [dataclasses.asdict(spec) for spec in specs]}, indent=1)
    temporary = folder / f"{DESCRIPTION}.new"
    temporary.write_text(text + "\n", encoding="utf-8")
    temporary.replace(folder / DESCRIPTION)


def read_description(folder: Path) -> tuple[FieldSpec, ...]:
    """The fields of the index in ``folder``; `IndexVersion` for another format, `IndexDamaged` if the file can't be read."""
    try:
        values = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
        version, fields = values["format"], values["fields"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexDamaged(f"'{folder / DESCRIPTION}' can't be read: {error}") from error
    if version != FORMAT:
        raise IndexVersion(f"the index in '{folder}' has format {version}; this version reads format {FORMAT}")
    try:
        return tuple(FieldSpec(**field) for field in fields)
    except TypeError as error:
        raise IndexDamaged(f"'{folder / DESCRIPTION}' can't be read: {error}") from error
