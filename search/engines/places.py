"""Where words stand in one text field, of the documents that still matter."""

from __future__ import annotations

import numpy as np

from reftel.engine.reader import Reader
from reftel.search import plan
from reftel.search.engines.lexicon import Lexicon
from reftel.search.engines.sets import DocumentSet
from reftel.search.positions import Integers


class FieldPlaces:
    """One text field of an index, as `spans` wants it. Places in other documents than ``candidates`` may be among what it gives."""

    def __init__(self, reader: Reader, lexicon: Lexicon, field: str, candidates: DocumentSet) -> None:
        self.name = field
        self._reader, self._lexicon, self._candidates = reader, lexicon, candidates

    def places(self, word: plan.Word) -> Integers:
        """Rising places of the words that ``word`` stands for, each once."""
        within = self._candidates.numbers if self._candidates.sparse else None
        return self._reader.places_of(self._lexicon.terms(word, self.name), within)

    def block_ends(self, places: Integers) -> Integers:
        """For each place the last place of its block."""
        blocks = self._reader.blocks(self.name)
        numbers = np.searchsorted(blocks.starts, places, "right") - 1
        ends: Integers = blocks.starts[numbers] + blocks.lengths[numbers] - 1
        return ends
