"""The document: a cable cut into the flat fields that an index holds. Writer, oracle and tests all start from it."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import get_args

from reftel.base.frozen import frozen
from reftel.schema import scales
from reftel.schema.analysis import analyse
from reftel.schema.cable import Cable, Paragraph
from reftel.schema.fields import FIELDS, Block, Field, Stored, paragraph_field


@frozen
class ParagraphEntry:
    """Where a paragraph's text stands: its block in the texts of `paragraph_field`, the rank of its mark's level (``None`` unmarked) and its caveats."""

    block: int
    level: int | None
    caveats: tuple[str, ...]


@frozen
class Document:
    """A cable as an index sees it.

    ``texts``: folded tokens by field (kinds text and name), a tuple a block. ``keywords``: normalised values by field.
    ``numbers``: ranks or minutes by field. ``facets``: values to count by field. ``paragraphs``: in text order. ``joined``: by field,
    further forms of its ``texts``, as (block, place in the block, word); see `schema.analysis`.
    """

    key: str
    texts: dict[str, tuple[tuple[str, ...], ...]]
    keywords: dict[str, tuple[str, ...]]
    numbers: dict[str, int | None]
    facets: dict[str, tuple[str, ...]]
    paragraphs: tuple[ParagraphEntry, ...]
    joined: dict[str, tuple[tuple[int, int, str], ...]] = dataclasses.field(default_factory=dict)


def document_of(cable: Cable) -> Document:
    """Cut ``cable`` into fields."""
    blocks = blocks_of(cable)
    analysed = {name: [analyse(block.text) for block in each] for name, each in blocks.items()}
    further = {name: tuple([(number, *form) for number, block in enumerate(each) for form in block.further]) for name, each in analysed.items()}
    return Document(
        key=cable.key,
        texts={name: tuple([tuple(block.words) for block in each]) for name, each in analysed.items()},
        keywords=keywords_of(cable),
        numbers=numbers_of(cable),
        facets=facets_of(cable),
        paragraphs=tuple(paragraphs_of(cable, blocks)),
        joined={name: forms for name, forms in further.items() if forms},
    )


def blocks_of(cable: Cable) -> dict[str, tuple[Block, ...]]:
    """The running text of every field that has any."""
    return {field.name: field.blocks(cable) for field in _fields()["text"]}


def keywords_of(cable: Cable) -> dict[str, tuple[str, ...]]:
    """The normalised values of every field that has some."""
    return {field.name: tuple(map(field.normalise, field.values(cable))) for field in _fields()["keyword"]}


def numbers_of(cable: Cable) -> dict[str, int | None]:
    """The number of every field that has one."""
    return {field.name: field.number(cable) for field in _fields()["number"]}


def facets_of(cable: Cable) -> dict[str, tuple[str, ...]]:
    """The values to count of every field that has some."""
    return {name: values(cable) for name, values in _counted().items()}


def paragraphs_of(cable: Cable, blocks: Mapping[str, Sequence[Block]]) -> list[ParagraphEntry]:
    """Where the paragraphs stand in the `blocks_of` the cable."""
    return [
        _entry(number, cable.paragraphs[block.paragraph])
        for number, block in enumerate(blocks[paragraph_field().name])
        if block.paragraph is not None
    ]


@functools.cache
def _fields() -> dict[Stored, tuple[Field, ...]]:
    return {stored: tuple(field for field in FIELDS if field.stored == stored) for stored in get_args(Stored)}


@functools.cache
def _counted() -> dict[str, Callable[[Cable], tuple[str, ...]]]:
    return {field.name: field.facet_values for field in FIELDS if field.facet_values is not None}


def _entry(block: int, paragraph: Paragraph) -> ParagraphEntry:
    return ParagraphEntry(block, _rank(paragraph.level) if paragraph.level else None, paragraph.caveats)


@functools.lru_cache(64)
def _rank(level: str) -> int | None:
    return scales.LEVEL.rank(level)
