"""Some cables as the cluster gives them back: their records, and where words stand in their texts, from the tokens that were indexed."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from reftel.engine.arrays import PLACE_BITS, Mask, Wide
from reftel.search.engines.lines import Lines
from reftel.search.engines.opensearch.clusterwords import ClusterWords
from reftel.search.engines.opensearch.mapping import BEGIN, END, caveat_of
from reftel.search.paragraphs import BODY, Paragraphs, ParagraphTexts
from reftel.search.plan import Node, Word
from reftel.search.positions import starts

Source = Mapping[str, Any]

_NO_WORD = ""


class StoredField:
    """One text field of some cables, which are numbered from 0, as `spans` wants it. One position between two blocks is empty."""

    def __init__(self, name: str, sources: Sequence[Source], lexicon: ClusterWords) -> None:
        self.name, self._lexicon = name, lexicon
        self._tokens: list[str] = []
        self._joined: dict[str, list[int]] = {}  # what stands beside another token, by number of the token
        first, lengths, owners, begins = list[int](), list[int](), list[int](), list[int]()
        self.paragraphs: list[tuple[int, int, tuple[str, ...]]] = []
        for cable, source in enumerate(sources):
            begins.append(len(self._tokens))
            for block in source[f"t_{name}"]:
                tokens = block.split(" ") if block else []
                if tokens[:1] == [BEGIN]:
                    tokens = self._begun(tokens, len(first))
                if "|" in block:
                    self._part(tokens)
                first.append(len(self._tokens))
                lengths.append(len(tokens))
                owners.append(cable)
                self._tokens += tokens
                self._tokens.append(_NO_WORD)
        self._begins = np.array(begins, dtype=np.int64)
        self.owners: Wide = np.array(owners, dtype=np.int64)
        self.starts: Wide = self._placed(np.array(first, dtype=np.int64), self.owners)
        self.ends: Wide = self.starts + np.array(lengths, dtype=np.int64) - 1
        self._distinct = frozenset(self._tokens)
        self.places = functools.cache(self._places)
        self.last_parts = functools.cache(self._last_parts)

    def _begun(self, tokens: list[str], block: int) -> list[str]:
        """The words of a paragraph, whose marks are noted."""
        level, caveats, number = -1, [], 1
        for token in tokens[1:]:
            if token.startswith("¶m"):
                level = int(token[2:])
            elif token.startswith("¶c"):
                caveats.append(caveat_of(token))
            else:
                break
            number += 1
        self.paragraphs.append((block, level, tuple(caveats)))
        assert tokens[-1] == END
        return tokens[number:-1]

    def _part(self, tokens: list[str]) -> None:
        """Leave of what stands at one place the first token; the others are noted."""
        start = len(self._tokens)
        for number, token in enumerate(tokens):
            if "|" in token:
                tokens[number], *others = token.split("|")
                for other in others:
                    self._joined.setdefault(other, []).append(start + number)

    def _placed(self, numbers: Wide, cables: Wide) -> Wide:
        placed: Wide = (cables << PLACE_BITS) + numbers - self._begins[cables]
        return placed

    def _rising(self, numbers: Sequence[int]) -> Wide:
        found = np.unique(np.array(numbers, dtype=np.int64))
        return self._placed(found, np.searchsorted(self._begins, found, "right") - 1)

    def _places(self, word: Word) -> Wide:
        numbers: list[int] = []
        for term in self._lexicon.expansion(word, self.name).words:
            numbers += self._joined.get(term, ())
            if term in self._distinct:
                with contextlib.suppress(ValueError):  # of the search behind the last one
                    at = -1
                    while True:
                        at = self._tokens.index(term, at + 1)
                        numbers.append(at)
        return self._rising(numbers)

    def _last_parts(self, word: Word) -> Wide:
        wider = self._lexicon.expansion(word, self.name).wider
        return self._rising([number for places, terms in wider for term in terms for number in self._joined.get(f"¶L{places}{term}", ())])

    def block_ends(self, places: Wide) -> Wide:
        """For each place the last place of its block."""
        return self.ends[np.searchsorted(self.starts, places, "right") - 1]


class StoredTexts:
    """Records and words of some cables, numbered in the order in which they are given. ``sources``: what the cluster holds of each."""

    def __init__(self, sources: Sequence[Source], lexicon: ClusterWords) -> None:
        self._sources, self._lexicon = sources, lexicon
        self._field = functools.cache(lambda name: StoredField(name, sources, lexicon))

    def records(self) -> Iterator[Sequence[bytes]]:
        """The lines of the stored records."""
        return ([line.encode() for line in source["record"]] for source in self._sources)

    @functools.cached_property
    def paragraphs(self) -> ParagraphTexts:
        """The paragraphs."""
        body = self._field(BODY)
        blocks = np.array([block for block, _level, _caveats in body.paragraphs], dtype=np.int64)
        levels = np.array([level for _block, level, _caveats in body.paragraphs], dtype=np.int64)
        having: dict[str, list[int]] = {}
        for number, (_block, _level, named) in enumerate(body.paragraphs):
            for caveat in named:
                having.setdefault(caveat, []).append(number)
        caveats = {name: np.array(numbers, dtype=np.int64) for name, numbers in having.items()}
        table = Paragraphs(body.starts[blocks], body.ends[blocks], levels, caveats)
        return ParagraphTexts(Lines(body, table.starts, table.ends), table, body.owners[blocks], len(self._sources))

    @property
    def subject(self) -> Lines:
        """The subjects."""
        return self._lines("subject")

    def outside(self, node: Node, field: str) -> Mask:
        """The cables in which ``node`` stands in a field, paragraphs left out."""
        having = np.zeros(len(self._sources), dtype=np.bool_)
        having[self.owners(starts(node, self._lines(field)))] = True
        return having

    def owners(self, places: Wide) -> Wide:
        """The cable that each of ``places`` stands in."""
        return places >> PLACE_BITS

    @functools.cache  # noqa: B019 - lives as long as the page of hits that is made of it
    def _lines(self, name: str) -> Lines:
        text = self._field(name)
        left = np.ones(len(text.starts), dtype=np.bool_)
        left[[block for block, _level, _caveats in text.paragraphs]] = False
        return Lines(text, text.starts[left], text.ends[left])
