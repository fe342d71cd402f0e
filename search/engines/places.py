"""Where words stand in one text field, of the documents that still matter."""

from __future__ import annotations

import numpy as np

from reftel.engine.reader import Reader
from reftel.search import plan
from reftel.search.engines.indexwords import IndexWords
from reftel.search.positions import Integers

_NONE = np.empty(0, dtype=np.int64)


class FieldPlaces:
    """One text field of an index, as `spans` wants it. ``within``: the documents that matter, all if ``None``; places in others may be given too."""

    def __init__(self, reader: Reader, words: IndexWords, field: str, within: Integers | range | None) -> None:
        self.name = field
        self._reader, self._words, self._within = reader, words, within

    def places(self, word: plan.Word) -> Integers:
        """Rising places of the words that ``word`` stands for, each once."""
        return self._reader.places_of(self._words.terms(word, self.name), self._within)

    def last_parts(self, word: plan.Word) -> Integers:
        """Rising places of the last parts of the further forms that ``word`` stands for."""
        terms = self._words.last_parts(word, self.name)
        return self._reader.places_of(terms, self._within) if len(terms) else _NONE

    def block_ends(self, places: Integers) -> Integers:
        """For each place the last place of its block."""
        return self._reader.guard(lambda: self._reader.blocks(self.name).ends_at(places))
