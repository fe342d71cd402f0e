"""The document: a cable cut into the flat fields that an index holds. Writer, oracle and tests all start from it."""

from __future__ import annotations

import dataclasses

from reftel.frozen import frozen
from reftel.schema import scales
from reftel.schema.analysis import analyse_blocks
from reftel.schema.cable import Cable, Paragraph
from reftel.schema.fields import FIELDS


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
    texts = {}
    joined = {}
    entries: list[ParagraphEntry] = []
    for field in FIELDS:
        if field.stored != "text":
            continue
        blocks = field.blocks(cable)
        analysed = analyse_blocks([block.text for block in blocks])
        texts[field.name] = tuple([tuple(block.words) for block in analysed])
        if further := tuple([(number, place, word) for number, block in enumerate(analysed) for place, word in block.further]):
            joined[field.name] = further
        if field.paragraphs:
            entries = [
                _entry(number, cable.paragraphs[block.paragraph]) for number, block in enumerate(blocks) if block.paragraph is not None
            ]
    return Document(
        key=cable.key,
        texts=texts,
        keywords={field.name: tuple(map(field.normalise, field.values(cable))) for field in FIELDS if field.stored == "keyword"},
        numbers={field.name: field.number(cable) for field in FIELDS if field.stored == "number"},
        facets={field.name: field.facet_values(cable) for field in FIELDS if field.facet_values is not None},
        paragraphs=tuple(entries),
        joined=joined,
    )


def _entry(block: int, paragraph: Paragraph) -> ParagraphEntry:
    level = scales.LEVEL.rank(paragraph.level) if paragraph.level else None
    return ParagraphEntry(block, level, paragraph.caveats)
