"""The places of words in one text field of an index."""

from __future__ import annotations

import numpy as np

from reftel.engine.arrays import Wide
from reftel.engine.reader import Reader
from reftel.search import plan
from reftel.search.engines.indexwords import IndexWords

_NONE = np.empty(0, dtype=np.int64)


class FieldPlaces:
    """A `FieldText` of an index. ``within``: the documents wanted, ``None`` for all; places in other documents may be returned too."""

    def __init__(self, reader: Reader, words: IndexWords, field: str, within: Wide | range | None) -> None:
        self.name = field
        self._reader, self._words, self._within = reader, words, within

    def places(self, word: plan.Word) -> Wide:
        """The places of ``word``, rising, without repetitions."""
        return self._reader.places_of(self._words.terms(word, self.name), self._within)

    def last_parts(self, word: plan.Word) -> Wide:
        """The places of the last parts of further forms of ``word``, rising."""
        terms = self._words.last_parts(word, self.name)
        return self._reader.places_of(terms, self._within) if len(terms) else _NONE

    def block_ends(self, places: Wide) -> Wide:
        """The last place of the block of each of ``places``."""
        return self._reader.guard(lambda: self._reader.blocks(self.name).ends_at(places))
