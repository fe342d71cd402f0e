"""The hits of a page: their records, and the places of words in their paragraphs, subjects and other text."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from reftel.engine.arrays import PLACE_BITS, Mask, Wide, found_in
from reftel.engine.reader import Reader
from reftel.search.engines.columns import PreparedColumns
from reftel.search.engines.indexwords import IndexWords
from reftel.search.engines.lines import Lines
from reftel.search.engines.places import FieldPlaces
from reftel.search.paragraphs import BODY, Paragraphs, ParagraphTexts
from reftel.search.plan import Node, Word
from reftel.search.positions import FieldText, starts

_RECORDS = 10  # read at once


class WeighedTexts:
    """The text fields of the ``documents``, which rise, whose passages were weighed, with the places that were read for that: the page shows some of them."""

    def __init__(self, reader: Reader, words: IndexWords, documents: Wide) -> None:
        self._reader, self._words, self._documents = reader, words, documents
        self.texts: dict[str, Lines] = {}

    def of(self, field: str) -> Lines:
        """All blocks of a text field."""
        first, lengths = self._reader.guard(lambda: self._reader.blocks(field).of(self._documents))
        self.texts[field] = Lines(FieldPlaces(self._reader, self._words, field, self._documents), first, first + lengths - 1)
        return self.texts[field]

    def have(self, documents: Wide) -> bool:
        """Whether all of ``documents``, which rise, are among them."""
        return bool(found_in(self._documents, documents)[1].all())


class _Kept(FieldPlaces):
    """Places that are read once."""

    def __init__(self, reader: Reader, words: IndexWords, field: str, documents: Wide) -> None:
        super().__init__(reader, words, field, documents)
        self._read: dict[Word, Wide] = {}

    def places(self, word: Word) -> Wide:
        """The places of ``word``, rising, without repetitions."""
        found = self._read.get(word)
        if found is None:
            found = self._read[word] = super().places(word)
        return found


class CableTexts:
    """The texts of some cables, numbered in the order given. Implements `base.HitTexts`."""

    def __init__(
        self, reader: Reader, words: IndexWords, columns: PreparedColumns, documents: Sequence[int], weighed: WeighedTexts | None = None,
    ) -> None:  # fmt: skip
        self._reader, self._words, self._columns = reader, words, columns
        self._given = documents
        given = np.array(documents, dtype=np.int64)
        self._order = np.argsort(given, kind="stable")
        self._documents = given[self._order]
        self._kept: dict[str, Lines] = {}
        self._texts: dict[str, FieldText] = {}
        self._weighed = weighed.texts if weighed is not None and weighed.have(self._documents) else {}

    @property
    def subject(self) -> Lines:
        """The subjects."""
        return self._lines("subject")

    def records(self) -> Iterator[Sequence[bytes]]:
        """The stored records, each a sequence of lines; ten are in memory at once, since a record may be large."""
        parts = (self._given[start : start + _RECORDS] for start in range(0, len(self._given), _RECORDS))
        return itertools.chain.from_iterable(map(self._reader.records, parts))

    @functools.cached_property
    def paragraphs(self) -> ParagraphTexts:
        """The paragraphs."""
        regions = self._reader.regions_of(self._documents)
        table = Paragraphs(regions.starts, regions.ends, regions.levels, regions.labels)
        owners = self._order[self._documents.searchsorted(regions.documents)]
        return ParagraphTexts(Lines(self._text(BODY), table.starts, table.ends), table, owners, len(self._documents))

    def outside(self, node: Node, field: str) -> Mask:
        """Mask of the cables in which ``node`` matches in a field outside all paragraphs."""
        having = np.zeros(len(self._documents), dtype=np.bool_)
        having[self.owners(starts(node, self._lines(field)))] = True
        return having

    def owners(self, places: Wide) -> Wide:
        """The number of the cable that each of ``places`` is in."""
        return self._order[self._documents.searchsorted(places >> PLACE_BITS)]

    def _text(self, field: str) -> FieldText:
        """A text field; what was read of its places once is kept for the paragraphs and for what stands between them."""
        if field not in self._texts:
            self._texts[field] = self._weighed.get(field) or _Kept(self._reader, self._words, field, self._documents)
        return self._texts[field]

    def _lines(self, field: str) -> Lines:
        if field not in self._kept:
            self._kept[field] = self._find_lines(field)
        return self._kept[field]

    def _find_lines(self, field: str) -> Lines:
        first, lengths = self._reader.blocks(field).of(self._documents)
        last = first + lengths - 1
        if field == BODY:
            left = ~found_in(self.paragraphs.paragraphs.starts, first)[1]
            first, last = first[left], last[left]
        return Lines(self._text(field), first, last)
