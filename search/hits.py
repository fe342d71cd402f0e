"""Hits as they are shown, made for some cables at once: what answers is known from the index, and only what is shown is read of a record."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from reftel.engine.arrays import PLACE_BITS, Wide
from reftel.schema.fields import default_fields
from reftel.schema.stored import Stored
from reftel.search.forms import with_forms
from reftel.search.foundby import asks_for_references, found_by
from reftel.search.positions import together, words_at
from reftel.search.results import SUBJECT, FoundBy, Highlights, Hit, HitParagraph, hit_of
from reftel.search.snippets import Findings, Forms, places_in_subjects
from reftel.search.tokens import LetterSearch
from reftel.search.walk import iter_evidence, iter_words

if TYPE_CHECKING:
    from reftel.engine.arrays import Mask
    from reftel.schema.cable import Cable
    from reftel.search.engines.base import Engine, HitTexts
    from reftel.search.plan import Found, Node
    from reftel.search.query import ParsedQuery
    from reftel.search.tagged import Lookup

Choice = Callable[[Findings, int, Stored], tuple[HitParagraph, ...]]
"""Which paragraphs of a cable are shown; see `Findings.best` and `Findings.matching`."""

_AT_ONCE = 100  # hits that are made together
_POSITION = (1 << PLACE_BITS) - 1


class HitMaker:
    """Makes hits. ``load`` gives the record of a key, ``tagged`` the keys that have a tag of one's own."""

    def __init__(self, engine: Engine, load: Callable[[str], Cable], tagged: Lookup) -> None:
        self._engine, self._load, self._tagged = engine, load, tagged

    def hits(self, read: ParsedQuery, found: Iterable[Found], choose: Choice) -> Iterator[Hit]:
        """The hits that were found, some read ahead."""
        load = functools.cache(self._load)  # the cables of citedby:
        rest = iter(found)
        while some := list(itertools.islice(rest, _AT_ONCE)):
            with self._engine.errors():
                yield from self._some(read, some, choose, load)

    def _some(self, read: ParsedQuery, found: Sequence[Found], choose: Choice, load: Callable[[str], Cable]) -> Iterator[Hit]:
        texts = self._engine.texts(found)
        findings = Findings(texts.paragraphs, read.plan, self._engine.rarity, self._engine.forms)
        cited = asks_for_references(read.asked)
        if cited:
            for number, stored in enumerate(texts.records()):
                findings.look_for_citations(number, Stored(stored).cable)
        asked: Node | None = None
        otherwise, subjects = _found_otherwise(findings, texts).tolist(), _Subjects(read.plan, texts, self._engine.forms)
        for number, (record, hit) in enumerate(zip(map(Stored, texts.records()), found, strict=True)):
            ways: tuple[FoundBy, ...] = ()
            empty = findings.empty(number)
            if cited or empty or otherwise[number]:
                lacking = [with_forms(self._engine, node) for node in findings.lacking(number)]
                asked = with_forms(self._engine, read.asked) if asked is None else asked
                ways = found_by(record.cable, asked, lacking, load, self._tagged, empty=empty)
            yield hit_of(hit.key, hit.score, record, choose(findings, number, record), subjects.marked(number, record), ways)


def _found_otherwise(findings: Findings, texts: HitTexts) -> Mask:
    """The cables that have something outside of paragraphs and subject which they lack there."""
    having = np.zeros(texts.paragraphs.cables, dtype=np.bool_)
    for node, lacked in findings.lacked:
        named = {name for word in iter_words(node) for name in word.fields}
        for field in default_fields():
            if field.name != SUBJECT and field.name in named:
                having |= texts.outside(node, field.name) & lacked
    return having


class _Subjects:
    """Where a question's words stand in the subjects of some cables."""

    def __init__(self, plan: Node, texts: HitTexts, forms: Forms) -> None:
        self._texts = texts
        self._marks: dict[int, list[int]] = {}
        if any(SUBJECT in word.fields for node in iter_evidence(plan) for word in iter_words(node)):
            found = list(places_in_subjects(texts.subject, plan))
            marks = together([places for _word, places in found])
            self._marks = self._by_cable(marks, (marks & _POSITION).tolist())
            words = list(dict.fromkeys(word for word, _places in found))
            parts = list(map(texts.subject.places, words))
            standing = together(parts)
            self._standing = self._by_cable(standing, (standing & _POSITION).tolist())
            self._words = self._by_cable(standing, words_at(standing, parts))
            self._search = LetterSearch(words, forms)

    def _by_cable(self, places: Wide, numbers: Sequence[int]) -> dict[int, list[int]]:
        """The number of each of some places, by the cables that these are in."""
        found: dict[int, list[int]] = {}
        for owner, number in zip(self._texts.owners(places).tolist(), numbers, strict=True):
            found.setdefault(owner, []).append(number)
        return found

    def marked(self, number: int, record: Stored) -> Highlights:
        """The characters of a subject that are marked."""
        if number not in self._marks:
            return ()
        standing, words = self._standing.get(number, []), self._words.get(number, [])
        return self._search.marked_ranges(record.head.subject or "", standing, words, self._marks[number])
