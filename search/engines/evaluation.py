"""Set-at-a-time evaluation of a plan: every node becomes a `DocumentSet`.

A node is evaluated *within* a set of candidate documents. An AND intersects the sets of its single words first, the smallest before the others,
then restricts the candidates to documents with all words of its phrases, before any position is read.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np

from reftel.engine.arrays import PLACE_BITS, Mask, Wide
from reftel.engine.cache import Cache
from reftel.engine.reader import Reader
from reftel.schema.errors import EngineError
from reftel.schema.fields import field_of_kind
from reftel.search import plan
from reftel.search.describe import too_broad
from reftel.search.engines.columns import PreparedColumns
from reftel.search.engines.indexwords import IndexWords
from reftel.search.engines.outline import Outline, conjunction, fields_of, outline
from reftel.search.engines.places import FieldPlaces
from reftel.search.engines.scoredwords import ScoredWord, saturated
from reftel.search.engines.sets import DocumentSet, union
from reftel.search.matching import fixed_prefix, matching_pattern
from reftel.search.paragraphs import BODY, Paragraphs, paragraphs_where
from reftel.search.positions import starts
from reftel.search.scoring import NEIGHBOURS
from reftel.search.walk import children, iter_words

MOST_POSTINGS = 30_000_000
"""Limit of the postings of all terms that the patterns of a query expand to: some ten seconds and a gigabyte."""

_NO_NUMBERS = np.empty(0, dtype=np.int64)
_PLACES_AT_ONCE = 1 << 17
_FEW_PLACES = 1 << 14  # places of all words of a phrase; up to so many, the phrase is evaluated over all documents and cached
_SELECT = 64  # for candidates of fewer than 1/64 of the documents only their own regions are read, else the whole table


WAYS: dict[type[plan.Node], str] = {
    plan.Everything: "all cables",
    plan.Nothing: "no cable",
    plan.Word: "postings of its words",
    plan.AnyOf: "union",
    plan.Phrase: "places of its words",
    plan.Near: "places of its words",
    plan.And: "intersection",
    plan.Or: "union",
    plan.Not: "the cables left over",
    plan.Mark: "table of paragraphs",
    plan.Paragraph: "places in the table of paragraphs",
    plan.Value: "postings of its values",
    plan.ValuePattern: "postings of the values like it",
    plan.Range: "sorted column",
    plan.CitedBy: "column of references",
    plan.Prefer: "its first part; the others count in the order alone",
    plan.Neighbours: "its first part; the others count in the order alone",
}
"""The method by which each kind of node is evaluated, as `reftel explain` shows it. Whoosh's matchers evaluate none."""


class Evaluation:
    """Evaluates plans over one reader."""

    def __init__(self, reader: Reader, words: IndexWords, columns: PreparedColumns) -> None:
        self._reader, self._words, self._columns = reader, words, columns
        self.everything = columns.everything
        self.outline = Cache[Outline](reader.budget, lambda about: about.nbytes).over(outline)
        self._phrases: Cache[DocumentSet | None] = Cache(reader.budget, lambda found: 0 if found is None else found.nbytes)
        self._ways: dict[type[plan.Node], Callable[..., DocumentSet]] = {
            plan.Everything: lambda _node, within: within,
            plan.Nothing: lambda _node, _within: DocumentSet.none(reader.size),
            plan.Word: lambda word, within: self._common(words.scored(word).documents, within),
            plan.AnyOf: self._any,
            plan.Phrase: self._positional,
            plan.Near: self._positional,
            plan.And: self._all,
            plan.Or: self._any,
            plan.Not: self._not,
            plan.Mark: lambda node, within: self._paragraph(plan.Paragraph(node), within),
            plan.Paragraph: self._paragraph,
            plan.Value: self._value,
            plan.ValuePattern: self._value_pattern,
            plan.Range: lambda node, within: columns.between(node.field, node.lowest, node.highest, within),
            plan.CitedBy: self._cited_by,
            plan.Prefer: lambda node, within: self.hits(node.child, within),
            plan.Neighbours: lambda node, within: self.hits(node.child, within),
        }

    def refuse_broad(self, root: plan.Node) -> None:
        """Raise `QueryTooBroad` if the patterns of a plan expand to terms with more than `MOST_POSTINGS` postings."""
        total = 0
        for word in self.outline(root).patterns:
            total += self._words.total_postings(word)
            if total > MOST_POSTINGS:
                message = f"the patterns of the query stand for too many words of the archive ({total:,} postings, more than {MOST_POSTINGS:,})"
                raise too_broad(word, message, "give them more letters, above all at the beginning")

    def hits(self, node: plan.Node, within: DocumentSet | None = None) -> DocumentSet:
        """The documents of ``within`` (all live ones by default) that ``node`` matches."""
        return self._ways[type(node)](node, self.everything if within is None else within)

    def mask(self, node: plan.Node) -> Mask:
        """The hits as a mask over all documents."""
        return self.hits(node).mask

    def _common(self, found: DocumentSet, within: DocumentSet) -> DocumentSet:
        return found if within is self.everything else found.both(within)

    # -- words and positions ------------------------------------------------------------------------------------------------------------------

    def _positional(self, node: plan.Node, within: DocumentSet) -> DocumentSet:
        return union([self._in_field(node, field, within) for field in fields_of(node)], self._reader.size)

    def _in_field(self, node: plan.Node, field: str, within: DocumentSet) -> DocumentSet:
        known = self._known(node, field)
        return self._standing(node, field, self._candidates(node, field, within)) if known is None else self._common(known, within)

    def _known(self, node: plan.Node, field: str) -> DocumentSet | None:
        """All documents with a phrase of rare words in ``field``, cached; ``None`` for any other expression."""
        return self._phrases.get((node, field), lambda: self._rare_phrase(node, field)) if isinstance(node, plan.Phrase) else None

    def _rare_phrase(self, node: plan.Phrase, field: str) -> DocumentSet | None:
        words = [part for part in node.parts if isinstance(part, plan.Word)]
        total = sum(self._reader.total_places(self._words.terms(word, field)) for word in words)
        if len(words) < len(node.parts) or total > _FEW_PLACES:
            return None
        found = DocumentSet.among(self._starts(node, field, None) >> PLACE_BITS, self._reader.size)
        found.grew = functools.partial(self._phrases.measure, (node, field))
        return found

    def scored_phrase(self, node: plan.Phrase, within: DocumentSet) -> ScoredWord:
        """The documents of ``within`` with a phrase, scored like a word with the idf of the phrase's commonest word."""
        parts = []
        for field in fields_of(node):
            candidates = self._common(known, within) if (known := self._known(node, field)) is not None else self._candidates(node, field, within)
            if len(candidates):
                numbers, counts = np.unique(self._all_starts(node, field, candidates) >> PLACE_BITS, return_counts=True)
                inside = candidates.holds(numbers)
                numbers, counts = numbers[inside], counts[inside]
                parts.append((numbers, counts * self._words.norms_at(field, numbers)))
        numbers, frequency = self._words.added_up(parts) if parts else (_NO_NUMBERS, np.zeros(0))
        rare = NEIGHBOURS * min(self._words.scored(word).rarity for word in iter_words(node))
        return ScoredWord(DocumentSet.of(numbers, self._reader.size), saturated(frequency, rare), rare, common=False)

    def _standing(self, node: plan.Node, field: str, candidates: DocumentSet) -> DocumentSet:
        """Those of ``candidates`` (see `_candidates`) in which ``node`` matches in ``field``."""
        if not len(candidates):
            return candidates
        documents = self._all_starts(node, field, candidates) >> PLACE_BITS
        return candidates.those_among(documents) if candidates.sparse else DocumentSet.among(documents, self._reader.size).both(candidates)

    def _all_starts(self, node: plan.Node, field: str, candidates: DocumentSet) -> Wide:
        """The places where matches of ``node`` begin in ``candidates``; places in other documents may be included."""
        if candidates.sparse:
            return self._starts(node, field, candidates.numbers)
        return np.concatenate([self._starts(node, field, within) for within in self._pieces(node, field)])

    def _starts(self, node: plan.Node, field: str, within: Wide | range | None) -> Wide:
        return starts(node, FieldPlaces(self._reader, self._words, field, within))

    def _pieces(self, node: plan.Node, field: str) -> list[range]:
        """All documents in ranges small enough that the places of common words stay in the processor's cache."""
        total = sum(self._reader.total_places(self._words.terms(word, field)) for word in iter_words(node))
        size = max(1, self._reader.size * _PLACES_AT_ONCE // max(total, 1))
        return [range(start, min(start + size, self._reader.size)) for start in range(0, self._reader.size, size)]

    def _candidates(self, node: plan.Node, field: str, within: DocumentSet) -> DocumentSet:
        """The documents of ``within`` that have the words ``node`` needs in ``field``, wherever these stand: a superset of its matches."""
        if isinstance(node, plan.Word):
            return self._common(self._words.documents(node, field), within)
        if isinstance(node, plan.AnyOf | plan.Or):
            return union([self._candidates(child, field, within) for child in node.children], self._reader.size)
        if isinstance(node, plan.Phrase | plan.Near | plan.And):
            parts = children(node)
            words = [self._words.documents(child, field) for child in parts if isinstance(child, plan.Word)]
            for found in sorted(words, key=len):
                within = self._common(found, within)
            for child in parts if len(words) < len(parts) else ():
                within = within if isinstance(child, plan.Word) else self._candidates(child, field, within)
        return within

    # -- combinations -------------------------------------------------------------------------------------------------------------------------

    def _all(self, node: plan.And, within: DocumentSet) -> DocumentSet:
        parts = conjunction(node)
        for found in sorted([self._words.scored(word).documents for word in parts.words], key=len):
            within = self._common(found, within)
        left = []
        for child, field in parts.others:
            known = None if field is None else self._known(child, field)
            if known is not None:
                within = self._common(known, within)
            elif field is not None:
                within = self._candidates(child, field, within)
            if known is None:
                left.append((child, field))
        for child, field in left:
            if not len(within):
                break
            within = self.hits(child, within) if field is None else self._standing(child, field, within)
        return within

    def _any(self, node: plan.Or | plan.AnyOf, within: DocumentSet) -> DocumentSet:
        return union([self.hits(child, within) for child in node.children], self._reader.size)

    def _not(self, node: plan.Not, within: DocumentSet) -> DocumentSet:
        if isinstance(node.child, plan.Word):
            return within.without(self._words.scored(node.child).documents)
        return within.without(self.hits(node.child, within))

    # -- paragraphs ---------------------------------------------------------------------------------------------------------------------------

    def _paragraph(self, node: plan.Paragraph, within: DocumentSet) -> DocumentSet:
        candidates = self._candidates(node.child, BODY, within)
        if not len(candidates):
            return candidates
        few = len(candidates) * _SELECT < candidates.size
        regions = self._reader.regions_of(candidates.numbers) if few else self._reader.regions()
        paragraphs = Paragraphs(regions.starts, regions.ends, regions.levels, regions.labels)
        try:
            places = FieldPlaces(self._reader, self._words, BODY, candidates.numbers if candidates.sparse else None)
            holding = paragraphs_where(node.child, paragraphs, places)
        except TypeError as error:
            raise EngineError(str(error)) from error
        return DocumentSet.among(regions.documents[np.flatnonzero(holding)], self._reader.size).both(candidates)

    # -- values and numbers -------------------------------------------------------------------------------------------------------------------

    def _value(self, node: plan.Value, within: DocumentSet) -> DocumentSet:
        size = self._reader.size
        found = [DocumentSet.of(self._reader.postings(node.field, value)[0], size) for value in dict.fromkeys(node.values)]
        return self._common(union(found, size), within)

    def _value_pattern(self, node: plan.ValuePattern, within: DocumentSet) -> DocumentSet:
        prefix = fixed_prefix(plan.Word(node.pattern, "wildcard"))
        return self._value(plan.Value(node.field, tuple(matching_pattern(node.pattern, self._reader.terms(node.field, prefix)))), within)

    def _cited_by(self, node: plan.CitedBy, within: DocumentSet) -> DocumentSet:
        own = field_of_kind("id")
        citing = self.hits(plan.Value(own.name, node.ids))
        cited = self._reader.facet(field_of_kind("references").name)
        codes = np.unique(cited.codes[citing.mask[cited.documents]])
        return self._value(plan.Value(own.name, tuple(own.normalise(cited.values[code]) for code in codes.tolist())), within)
