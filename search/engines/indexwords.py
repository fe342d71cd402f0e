"""The terms of an index that a `plan.Word` stands for, with their postings and scores, cached between queries."""

from __future__ import annotations

import dataclasses
import functools
from collections import Counter
from collections.abc import Sequence

import numpy as np

from reftel.engine.arrays import Scores, Wide
from reftel.engine.blockmax import BlockMaxPostings, FieldPart
from reftel.engine.bounds import norms as length_norms
from reftel.engine.cache import Cache
from reftel.engine.reader import Reader, TermSet
from reftel.schema.analysis import LAST_PART
from reftel.schema.fields import fields_by_name
from reftel.search import plan
from reftel.search.engines.scoredwords import BLOCK, BoundedWord, ScoredWord, saturated
from reftel.search.engines.sets import SPARSE, DocumentSet
from reftel.search.matching import fixed_prefix, matching
from reftel.search.scoring import INFLECTED, rarity

_NO_NUMBERS = np.empty(0, dtype=np.int64)
_MOST_COMMON = 16  # common terms of a word over all segments; with more, reading whole posting lists is faster


class IndexWords:
    """The words of one reader."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._scored: Cache[ScoredWord] = Cache(reader.budget, lambda word: word.nbytes)
        self._norms: dict[tuple[str, float], Scores] = {}
        self.forms = Cache[tuple[str, ...]](reader.budget, lambda forms: 80 * len(forms)).over(self._forms_in_cables)
        self.terms = Cache[TermSet](reader.budget, lambda terms: terms.nbytes).over(self._terms)
        self.last_parts = Cache[TermSet](reader.budget, lambda terms: terms.nbytes).over(self._last_parts)
        self.total_postings = Cache[int](reader.budget, lambda _total: 32).over(self._total_postings)

    def _terms(self, word: plan.Word, field: str) -> TermSet:
        """The terms of ``field`` that ``word`` stands for."""
        if word.match == "exact":
            return self._reader.exactly(field, (word.text,))
        if word.match == "prefix" and word.text:
            return self._reader.with_prefix(field, word.text)
        if word.match == "fuzzy":
            return self._reader.spelled(field, word.text, word.distance)
        if word.match == "spelled":
            return self._reader.exactly(field, word.spellings)
        if word.match == "alike":
            return self._reader.exactly(field, matching(word, self._reader.listed(self._reader.spelled(field, word.text, plan.ALIKE))))
        if word.match == "inflected" and (found := self._reader.with_forms(field, (word.text, *self.bases(word.text)))) is not None:
            return found
        return self._reader.exactly(field, matching(word, self._reader.terms(field, fixed_prefix(word))))

    def bases(self, word: str) -> tuple[str, ...]:
        """The words that ``word`` is an inflection of: from the index if it has ``word``, else from the dictionary, loaded only if it may find some."""
        known = self._reader.roots(word)
        if known is not None:
            return known
        from reftel.schema.inflections import bases, possible_bases  # noqa: PLC0415 - for a word that no cable has

        return bases(word) if any(map(self._reader.is_root, possible_bases(word))) else ()

    def _forms_in_cables(self, word: plan.Word) -> tuple[str, ...]:
        """The terms of live cables that ``word`` stands for in its fields, by falling document frequency."""
        counts: Counter[str] = Counter()
        for field in dict.fromkeys(word.fields):
            counts.update(self._reader.document_counts(self.terms(word, field)))
        deleted = self._reader.size - self._reader.documents
        there = [term for term, count in counts.items() if count > deleted * len(word.fields) or self._stands(term, word.fields)]
        return tuple(sorted(there, key=lambda term: (-counts[term], term)))

    def _stands(self, term: str, fields: Sequence[str]) -> bool:
        return any(len(self._reader.postings(field, term)[0]) for field in fields)

    def _last_parts(self, word: plan.Word, field: str) -> TermSet:
        """The terms that mark the last parts of the further forms that ``word`` stands for."""
        if word.match == "exact":
            return self._reader.exactly(field, (LAST_PART + word.text,))
        if word.match == "prefix":
            return self._reader.with_prefix(field, LAST_PART + word.text)
        return self._reader.exactly(field, [LAST_PART + term for term in self._reader.listed(self.terms(word, field))])

    def _forms(self, word: plan.Word, field: str) -> list[tuple[TermSet, float]]:
        """Sets of terms that ``word`` stands for, with the factor of their frequencies: 1.0 for the form written, less for its inflections."""
        found = self.terms(word, field)
        if word.match != "inflected" or not len(found):
            return [(found, 1.0)] if len(found) else []
        own = self._reader.exactly(field, (word.text,))
        parts = [(own, 1.0), (self._reader.without(found, own), INFLECTED)]
        return [(terms, counted) for terms, counted in parts if len(terms)]

    def _total_postings(self, word: plan.Word) -> int:
        """Sum of the document frequencies of the terms that ``word`` stands for, over all fields."""
        return sum(self._reader.total_postings(self.terms(word, field)) for field in dict.fromkeys(word.fields))

    def documents(self, word: plan.Word, field: str) -> DocumentSet:
        """The documents with ``word`` in ``field``."""
        return self.scored(_in_field(word, field)).documents

    def scored(self, word: plan.Word) -> ScoredWord:
        """The documents with ``word`` in any of its fields, with BM25F scores."""
        return self._scored.get(word, lambda: self._score(word))

    def _score(self, word: plan.Word) -> ScoredWord:
        forms = [form for field in dict.fromkeys(word.fields) for form in self._forms(word, field)]
        made = self._bounded(forms) or self._whole(forms)
        made.documents.grew = functools.partial(self._scored.measure, word)
        return made

    def _bounded(self, forms: Sequence[tuple[TermSet, float]]) -> ScoredWord | None:
        """A word scored lazily by block-max bounds, if it stands for a few common terms and is in many documents; else ``None``."""
        split = self._reader.guard(lambda: [(*self._reader.common_terms(terms), counted) for terms, counted in forms])
        if not 0 < sum(len(common) for common, _rest, _counted in split) <= _MOST_COMMON:
            return None
        fields = [
            FieldPart(self._all_norms(rest.field), common, *self._postings(rest), self._all_norms(rest.field, counted), counted)
            for common, rest, counted in split
        ]
        postings, size = BlockMaxPostings(self._reader.skip_blocks, fields), self._reader.size
        count = postings.count()
        if count is None:
            self._reader.guard(postings.frequencies)
            documents = DocumentSet.by(postings.mask())
        else:
            documents = DocumentSet.later(size, count, lambda: self._reader.guard(postings.mask))
        return None if documents.sparse else BoundedWord(self._reader, postings, documents, self.rarity(len(documents)))

    def _postings(self, terms: TermSet) -> tuple[Wide, Wide]:
        return self._reader.postings_of(terms) if len(terms) else (_NO_NUMBERS, _NO_NUMBERS)

    def _whole(self, forms: Sequence[tuple[TermSet, float]]) -> ScoredWord:
        numbers, frequency = self._weighted(forms)
        size, rare = self._reader.size, self.rarity(len(numbers))
        if len(numbers) * SPARSE < size:
            return ScoredWord(DocumentSet.of(numbers, size), saturated(frequency, rare), rare, common=False)
        spread = np.zeros(-(-size // BLOCK) * BLOCK, dtype=np.float64)
        spread[numbers] = saturated(frequency, rare)
        return ScoredWord(DocumentSet.by(spread[:size] > 0), spread, rare, common=True)

    def rarity(self, holding: int) -> float:
        """The idf of a word in ``holding`` documents."""
        return rarity(self._reader.documents, holding)

    def _weighted(self, forms: Sequence[tuple[TermSet, float]]) -> tuple[Wide, Scores]:
        """Documents, rising, and the frequency in each: weighted by field, normalised by length, summed over fields."""
        parts = []
        for terms, counted in forms:
            numbers, counts = self._postings(terms)
            weighted = counts * self.norms_at(terms.field, numbers)
            parts.append((numbers, weighted if counted == 1.0 else weighted * counted))
        return self.added_up(parts)

    def added_up(self, parts: Sequence[tuple[Wide, Scores]]) -> tuple[Wide, Scores]:
        """Documents, rising, and the sum of their values over all ``parts`` (pairs of documents, without repetitions, and values)."""
        filled = [part for part in parts if len(part[0])]
        if len(filled) == 1:
            return filled[0]
        total = np.zeros(self._reader.size if filled else 0, dtype=np.float64)
        for numbers, frequency in filled:
            total[numbers] += frequency
        found = np.flatnonzero(total)
        return found, total[found]

    def norms_at(self, field: str, numbers: Wide) -> Scores:
        """The factor of frequencies in a field for each of ``numbers`` (documents); for many of them those of all documents are computed and cached."""
        if (field, 1.0) in self._norms or len(numbers) * SPARSE >= self._reader.size:
            return self._all_norms(field)[numbers]
        return self._norms_of(field, self._reader.lengths(field)[numbers])

    def _all_norms(self, field: str, counted: float = 1.0) -> Scores:
        """The factor of frequencies in a field, by document. Two threads may both compute it; the results are equal."""
        norms = self._norms.get((field, counted))
        if norms is None:
            whole = self._norms_of(field, self._reader.lengths(field)) if counted == 1.0 else self._all_norms(field) * counted
            norms = self._norms[field, counted] = whole
        return norms

    def _norms_of(self, field: str, lengths: Wide) -> Scores:
        """The field's weight divided by the norm of each length (float64)."""
        norms: Scores = length_norms(lengths, self._reader.average_length(field))
        return np.divide(fields_by_name()[field].weight, norms, out=norms)


def _in_field(word: plan.Word, field: str) -> plan.Word:
    """The word restricted to ``field``; to no field if it has not this one."""
    fields = (field,) if field in word.fields else ()
    return word if word.fields == fields else dataclasses.replace(word, fields=fields)
