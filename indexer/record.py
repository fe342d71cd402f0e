"""What the index takes of a cable: the field table decides what is kept, the record itself is stored beside it.

Apart from the writer, so that processes that read need not load NumPy and the engine: that takes 0.2 s and 20 MB in each of them.
"""

from __future__ import annotations

import itertools

from reftel.engine.specs import Record, Region
from reftel.schema.analysis import cut_blocks
from reftel.schema.cable import Cable
from reftel.schema.document import blocks_of, facets_of, keywords_of, numbers_of, paragraphs_of
from reftel.schema.stored import record_bytes


def record_of(cable: Cable) -> Record:
    """What the index takes of ``cable``: what its document has, and its JSON to give back."""
    blocks = blocks_of(cable)
    cuts = iter(cut_blocks([block.text for each in blocks.values() for block in each]))  # all at once, which takes half as long as by field
    texts, joined = {}, {}
    for name, each in blocks.items():
        of_field = list(itertools.islice(cuts, len(each)))
        texts[name] = [words for words, _further in of_field]
        if further := tuple([(number, *form) for number, (_words, forms) in enumerate(of_field) for form in forms]):
            joined[name] = further
    return Record(
        key=cable.key,
        stored=record_bytes(cable),
        texts=texts,
        joined=joined,
        keywords=keywords_of(cable),
        numbers=numbers_of(cable),
        facets=facets_of(cable),
        regions=tuple([Region(entry.block, entry.level, entry.caveats) for entry in paragraphs_of(cable, blocks)]),
    )
