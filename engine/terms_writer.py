"""Writes the terms and postings of one field into a segment file, any number of terms at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from reftel.engine import names
from reftel.engine.arrays import Integers, narrow, starts_of
from reftel.engine.bounds import BoundsWriter
from reftel.engine.combining import Postings
from reftel.engine.container import ContainerWriter
from reftel.engine.interning import Vocabulary
from reftel.engine.lexicon import encode_terms
from reftel.engine.packing import PackedWriter

Roots = Callable[[Sequence[str]], Sequence[Sequence[str]]]
"""For each of many words, the other words that it is an inflection of; for most of them none."""


class TermsWriter:
    """Collects the postings of a field and writes its arrays at the end. Terms without postings are left out."""

    def __init__(self, name: str, new_file: Callable[[], BinaryIO], words: Integers | None) -> None:
        """``words``: the length of each document in words, for a text field; ``None`` for a keyword field."""
        self._name = name
        self._gaps = _Stream(new_file())
        self._text = None if words is None else (_Stream(new_file()), _Stream(new_file()), BoundsWriter(words, new_file()))
        self._first: list[Integers] = []
        self._counts: list[Integers] = []
        self._words: list[Integers] = []

    def add(self, postings: Postings) -> None:
        """Add the postings of the next terms."""
        counts = postings.counts
        starts = starts_of(counts)
        documents = postings.documents
        later = np.ones(len(documents), dtype=np.bool_)
        later[starts[:-1][counts > 0]] = False
        self._counts.append(counts)
        self._first.append(documents[~later])
        gaps = np.empty(len(documents), dtype=np.uint32)
        np.subtract(documents[1:], documents[:-1], out=gaps[1:])
        self._gaps.packed.add(gaps[later] - np.uint32(1))
        if postings.words is not None and postings.frequencies is not None and postings.positions is not None and self._text:
            frequencies, positions, bounds = self._text
            self._words.append(postings.words)
            frequencies.packed.add(postings.frequencies - postings.frequencies.dtype.type(1))
            positions.packed.add(postings.positions)
            bounds.add(counts[counts > 0], documents, postings.frequencies)

    def finish(self, file: ContainerWriter, terms: Sequence[str], roots: Roots | None = None) -> npt.NDArray[np.bool_]:
        """Mask of those ``terms`` that have postings; writes all arrays."""
        counts = _all(self._counts)
        used = counts > 0
        kept = list(terms) if used.all() else [terms[number] for number in np.flatnonzero(used).tolist()]
        put_terms(file, self._part(names.TERMS), kept)
        file.put(self._part(names.POSTINGS_AT), narrow(starts_of(counts[used])))
        file.put(self._part(names.FIRST), narrow(_all(self._first)))
        self._gaps.put(file, self._part(names.GAPS))
        if self._text:
            frequencies, positions, bounds = self._text
            file.put(self._part(names.PLACES_AT), narrow(starts_of(_all(self._words)[used])))
            frequencies.put(file, self._part(names.FREQUENCIES))
            positions.put(file, self._part(names.POSITIONS))
            bounds.finish(file, self._name)
        if roots is not None:
            _put_roots(file, self._name, roots(kept))
        return used

    def _part(self, kind: str) -> str:
        return names.part(self._name, kind)


class _Stream:
    """Packed numbers in a temporary file, until they are copied to the segment file."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.packed = PackedWriter(file)

    def put(self, file: ContainerWriter, name: str) -> None:
        starts = self.packed.finish()
        file.put_file(name, self._file)
        file.put(name + names.STARTS, starts)


def put_terms(file: ContainerWriter, name: str, terms: Sequence[str]) -> None:
    """Write a lexicon of sorted terms."""
    blob, starts = encode_terms(terms)
    file.put(name, blob)
    file.put(name + names.STARTS, narrow(starts))


def _put_roots(file: ContainerWriter, name: str, roots: Sequence[Sequence[str]]) -> None:
    """Write the sorted roots with the terms that are inflections of each, and those terms, rising, with their roots."""
    rooted = np.repeat(np.arange(len(roots)), np.array(list(map(len, roots)), dtype=np.int64))
    vocabulary = Vocabulary()
    codes = vocabulary.numbers([root for each in roots for root in each])
    ordered, ranks = vocabulary.ranked()
    by_rooted = ranks[codes]
    put_terms(file, names.part(name, names.ROOTS), ordered)
    file.put(names.part(name, names.ROOT_TERMS_AT), narrow(starts_of(np.bincount(by_rooted, minlength=len(ordered)))))
    file.put(names.part(name, names.ROOT_TERMS), narrow(rooted[np.argsort(by_rooted, kind="stable")]))
    file.put(names.part(name, names.ROOTED), narrow(rooted))
    file.put(names.part(name, names.ROOTS_OF_ROOTED), narrow(by_rooted))


def _all(parts: Sequence[Integers]) -> Integers:
    return np.concatenate([np.empty(0, dtype=np.uint8), *parts])
