"""Checks of fields and records, made before anything is changed."""

from __future__ import annotations

from collections.abc import Sequence

from reftel.engine.columns import ABSENT
from reftel.engine.errors import EngineError
from reftel.engine.specs import KEY, SEPARATOR, FieldSpec, Record, count_words

_RESERVED = (KEY, "record", "records", "regions")


def check_specs(specs: Sequence[FieldSpec]) -> None:
    """Raise ``ValueError`` for a field name that is reserved, malformed or used twice."""
    seen = set(_RESERVED)
    for spec in specs:
        if spec.name in seen or not spec.name or spec.name.startswith("_") or {".", "/"} & set(spec.name):
            raise ValueError(f"a field can't be called '{spec.name}'")
        seen.add(spec.name)


def check_record(record: Record, specs: Sequence[FieldSpec]) -> None:
    """Raise `EngineError` if the record can't be indexed."""
    values = [record.key]
    for spec in specs:
        if spec.kind == "keyword":
            values += record.keywords.get(spec.name, ())
        elif spec.kind == "number":
            number = record.numbers.get(spec.name)
            if number is not None and not ABSENT < number <= -(ABSENT + 1):
                raise EngineError(f"{number} of '{record.key}' can't be indexed: it has more than 64 bits")
    together = "".join(values)
    if not (together.isascii() and together.isprintable()):
        _check_values(record, values)
    _check_regions(record, specs)
    if any(record.joined.values()):
        _check_joined(record)


def _check_values(record: Record, values: Sequence[str]) -> None:
    for value in values:
        if SEPARATOR in value:
            raise EngineError(f"{value!r} of '{record.key}' can't be indexed: a line break in a value")
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise EngineError(f"{value!r} of '{record.key}' can't be indexed: {error}") from error


def _check_regions(record: Record, specs: Sequence[FieldSpec]) -> None:
    before = -1
    for region in record.regions:
        if region.block <= before or (region.level is not None and region.level < 0):
            raise EngineError(f"the regions of '{record.key}' can't be indexed: blocks must rise, levels not be negative")
        before = region.block
    name = next((spec.name for spec in specs if spec.regions), None)
    if name is not None and before >= len(record.texts.get(name, ())):
        raise EngineError(f"the regions of '{record.key}' can't be indexed: there is no block {before}")


def _check_joined(record: Record) -> None:
    for name, words in record.joined.items():
        blocks = record.texts.get(name, ())
        last, count = -1, 0
        for block, place, _word in words:
            if block != last:
                last, count = block, count_words(blocks[block]) if 0 <= block < len(blocks) else 0
            if not 0 <= place < count:
                raise EngineError(f"a joined word of '{record.key}' can't be indexed: it stands at no word")
