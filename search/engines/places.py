"""Where words stand in one text field, of the documents that still matter."""

from __future__ import annotations

import numpy as np

from reftel.engine.reader import Reader
from reftel.search import plan
from reftel.search.engines.lexicon import Lexicon
from reftel.search.engines.sets import DocumentSet
from reftel.search.positions import Integers, found_in, ranges

_FEW = 4
"""Where not one in so many of a word's documents matters, the places of those alone are read."""


class FieldPlaces:
    """One text field of an index, as `spans` wants it. Places in other documents than ``candidates`` may be among what it gives."""

    def __init__(self, reader: Reader, lexicon: Lexicon, field: str, candidates: DocumentSet) -> None:
        self.name = field
        self._reader, self._lexicon, self._candidates = reader, lexicon, candidates

    def places(self, word: plan.Word) -> Integers:
        """Rising places of the words that ``word`` stands for, each once."""
        found = [self._of_term(term) for term in self._lexicon.expand(word, self.name)]
        if len(found) == 1:
            return found[0]
        together: Integers = np.sort(np.concatenate([np.empty(0, dtype=np.int64), *found]))
        new = np.ones(len(together), dtype=np.bool_)
        new[1:] = together[1:] != together[:-1]  # a word broken at a line's end stands at the places of its parts
        return together[new]

    def _of_term(self, term: str) -> Integers:
        documents = self._reader.postings(self.name, term)[0]
        places: Integers = self._reader.places(self.name, term)
        if len(self._candidates) * _FEW > len(documents):
            return places
        numbers, found = found_in(documents, self._candidates.numbers)
        numbers = numbers[found]
        ends = self._lexicon.ends(self.name, term)
        starts = np.where(numbers, ends[numbers - 1], 0)
        return places[ranges(starts, ends[numbers])]

    def block_ends(self, places: Integers) -> Integers:
        """For each place the last place of its block."""
        blocks = self._reader.blocks(self.name)
        numbers = np.searchsorted(blocks.starts, places, "right") - 1
        ends: Integers = blocks.starts[numbers] + blocks.lengths[numbers] - 1
        return ends
