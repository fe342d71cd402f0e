"""Selected blocks of a text field."""

from __future__ import annotations

from reftel.engine.arrays import Wide
from reftel.search.plan import Word
from reftel.search.positions import FieldText


class Lines:
    """A `FieldText` of selected blocks; places outside them are dropped.

    ``first`` and ``last``: the first and last place of each block, rising.
    """

    def __init__(self, text: FieldText, first: Wide, last: Wide) -> None:
        self.name, self._text, self._first, self._last = text.name, text, first, last
        self._places: dict[Word, Wide] = {}
        self._last_parts: dict[Word, Wide] = {}

    def places(self, word: Word) -> Wide:
        """The places of ``word`` in the selected blocks, cached."""
        found = self._places.get(word)
        if found is None:
            found = self._places[word] = self._among(self._text.places(word))
        return found

    def last_parts(self, word: Word) -> Wide:
        """The places of last parts of ``word`` in the selected blocks, cached."""
        found = self._last_parts.get(word)
        if found is None:
            found = self._last_parts[word] = self._among(self._text.last_parts(word))
        return found

    def _among(self, places: Wide) -> Wide:
        if not len(places) or not len(self._first):
            return places[:0]
        numbers = self._first.searchsorted(places, "right") - 1
        found: Wide = places[(numbers >= 0) & (places <= self._last[numbers])]
        return found

    def block_ends(self, places: Wide) -> Wide:
        """The last place of the block of each of ``places``."""
        ends: Wide = self._last[self._first.searchsorted(places, "right") - 1]
        return ends
