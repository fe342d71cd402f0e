"""What an index holds of a cable. The field table decides; the cable itself is stored beside its fields.

Loads neither NumPy nor the engine's writer: that takes 0.2 s and 20 MB in each process that reads.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Sequence
from typing import get_args

from reftel.engine.specs import Record, Region
from reftel.schema import scales
from reftel.schema.analysis import cut_blocks
from reftel.schema.cable import Cable
from reftel.schema.fields import FIELDS, Block, Field, Stored, paragraph_field
from reftel.schema.stored import record_bytes


def record_of(cable: Cable) -> Record:
    """The record of ``cable``: words of its text fields, values, numbers and facets, a region for each paragraph, its JSON as stored bytes."""
    blocks = {field.name: field.blocks(cable) for field in _fields()["text"]}
    cuts = iter(cut_blocks([block.text for each in blocks.values() for block in each]))  # all at once, which takes half as long as by field
    texts, joined = {}, {}
    for name, each in blocks.items():
        of_field = list(itertools.islice(cuts, len(each)))
        texts[name] = [words for words, _further, _joints in of_field]
        if further := tuple([(number, *form) for number, (_words, forms, _joints) in enumerate(of_field) if forms for form in forms]):
            joined[name] = further
    return Record(
        key=cable.key,
        stored=record_bytes(cable),
        texts=texts,
        keywords={field.name: tuple(map(field.normalise, field.values(cable))) for field in _fields()["keyword"]},
        numbers={field.name: field.number(cable) for field in _fields()["number"]},
        facets={name: values(cable) for name, values in _counted().items()},
        regions=_regions(cable, blocks[paragraph_field().name]),
        joined=joined,
    )


def _regions(cable: Cable, blocks: Sequence[Block]) -> tuple[Region, ...]:
    """The paragraphs of ``cable``, the rank of each one's mark as level and its caveats as labels."""
    numbered = [(number, cable.paragraphs[block.paragraph]) for number, block in enumerate(blocks) if block.paragraph is not None]
    return tuple([_region(number, paragraph.level, paragraph.caveats) for number, paragraph in numbered])


@functools.lru_cache(1 << 10)
def _region(block: int, level: str | None, caveats: tuple[str, ...]) -> Region:
    return Region(block, scales.LEVEL.rank(level) if level else None, caveats)


@functools.cache
def _fields() -> dict[Stored, tuple[Field, ...]]:
    return {stored: tuple(field for field in FIELDS if field.stored == stored) for stored in get_args(Stored)}


@functools.cache
def _counted() -> dict[str, Callable[[Cable], tuple[str, ...]]]:
    return {field.name: field.facet_values for field in FIELDS if field.facet_values is not None}
