"""The default engine: plans over the arrays of an index that `reftel.engine` writes. It asks nothing of Whoosh.

Postings, places and columns are arrays; a plan is evaluated on them for all documents at once.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import time
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn, Self, cast

import numpy as np

from reftel.engine import errors
from reftel.engine.arrays import Mask, Scores, Wide
from reftel.engine.cache import Budget, Cache
from reftel.engine.columns import ABSENT
from reftel.engine.damage import damage_of
from reftel.engine.reader import Reader, open_reader
from reftel.index_errors import archive_errors, translated
from reftel.schema.analysis import LAST_PART, VERSION
from reftel.schema.errors import (
    REBUILD,
    ArchiveVersion,
    EngineError,
    ReftelError,
)
from reftel.schema.fields import FIELDS, fields_by_name
from reftel.search import plan
from reftel.search.engines.base import NodeCount
from reftel.search.engines.columns import PreparedColumns
from reftel.search.engines.evaluation import WAYS, Evaluation
from reftel.search.engines.indexwords import IndexWords
from reftel.search.engines.outline import Outline
from reftel.search.engines.ranking import Best, Passages, Ranking, bonuses, found_of, neighbours
from reftel.search.engines.sets import DocumentSet
from reftel.search.engines.texts import CableTexts, WeighedTexts
from reftel.search.passages import Weighed, may_have_passages, passage_scores
from reftel.search.scoring import REACH
from reftel.search.walk import children

_AT_ONCE = 1000


def _parts(documents: Wide) -> Iterator[Wide]:
    """The documents in parts of `_AT_ONCE`."""
    return (documents[start : start + _AT_ONCE] for start in range(0, len(documents), _AT_ONCE))


class _Closed:
    """Stands for the parts of a closed engine; every access raises `IndexClosed`."""

    def __getattr__(self, _name: str) -> NoReturn:
        raise errors.IndexClosed("the archive was closed")


def _let_go(reader: Reader, made: Iterable[object]) -> None:
    """Close a reader, and clear the objects ``made`` from it: an array over a mapped file keeps the file open."""
    for each in made:
        vars(each).clear()
    reader.close()


class ArrayEngine:
    """Answers plans over one commit of an index. Threads may share it."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._words, self._columns = IndexWords(reader), PreparedColumns(reader)
        self._evaluation = Evaluation(reader, self._words, self._columns)
        self._first_hits: Cache[tuple[int, Best]] = Cache(reader.budget, lambda first: first[1][0].nbytes + first[1][1].nbytes)
        self._positional_hits: Cache[DocumentSet] = Cache(reader.budget, lambda hits: hits.nbytes)
        self._weighed: WeighedTexts | None = None  # of the question answered last, until its page is made; another thread's is of no use, and does no harm
        # These objects form reference cycles: without this the files would stay open until the next garbage collection.
        self._let_go = weakref.finalize(self, _let_go, reader, (self._words, self._columns, self._evaluation))
        self._let_go.atexit = False

    @classmethod
    def open(cls, folder: str | Path, budget: Budget | None = None) -> Self:
        """The engine over the index in ``folder``; its caches use ``budget``. Errors: `ArchiveMissing`, `ArchiveDamaged`, `ArchiveVersion`."""
        with archive_errors():
            reader = open_reader(folder, budget)
        missing = {field.name for field in FIELDS if field.stored != "nothing"} - {spec.name for spec in reader.specs}
        if missing:
            reader.close()
            raise ArchiveVersion(f"the archive in '{folder}' lacks the field '{min(missing)}'; {REBUILD}")
        if any(spec.version != VERSION for spec in reader.specs if spec.kind == "text"):
            reader.close()
            raise ArchiveVersion(f"the archive in '{folder}' was built with other rules for words; {REBUILD}")
        return cls(reader)

    def close(self) -> None:
        """Close the index's files. Not while another thread uses the engine; later calls raise `ArchiveClosed`."""
        self._let_go()
        self._words = self._columns = self._evaluation = cast("Any", _Closed())

    def count(self) -> int:
        """How many cables the archive holds."""
        return self._reader.documents

    @property
    def generation(self) -> int:
        """Generation of the commit that is read; it rises with every commit."""
        generation: int = self._reader.generation
        return generation

    def answer(self, request: plan.Request) -> plan.Answer:
        """Total, window and facets of a request. `EngineError` for a sort key or facet that no field has."""
        try:  # `_asked` inlined, to save the time of a context manager
            self._evaluation.refuse_broad(request.root)
            if (known := self._known(request)) is not None:
                return known
            hits = self._hits(request.root)
            facets = {name: self._facet(name, hits, limit) for name, limit in request.facets}
            return plan.Answer(len(hits), self._window(request, hits), facets)
        except errors.EngineError as error:
            raise translated(error) from error

    def scan(self, root: plan.Node) -> Iterator[str]:
        """The key of every hit, in key order."""
        with self._asked(root):
            documents = self._columns.window("", self._hits(root), 0, None)
        return itertools.chain.from_iterable(map(self._keys, _parts(documents)))  # keeps the engine and its files alive

    def _hits(self, root: plan.Node) -> DocumentSet:
        """The hits of a plan; cached where they took positions to find, for the next page, sort order or facet."""
        if not self._evaluation.outline(root).positional:
            return self._evaluation.hits(root)
        return self._positional_hits.get(root, lambda: self._find_hits(root))

    def _find_hits(self, root: plan.Node) -> DocumentSet:
        found = self._evaluation.hits(root)
        if found is not self._evaluation.everything and found.grew is None:
            found.grew = functools.partial(self._positional_hits.measure, root)
        return found

    def explain(self, root: plan.Node) -> NodeCount:
        """The plan with the number of cables that each node matches by itself; below `plan.Paragraph`, in at least one paragraph."""
        with self._asked(root):
            return self._explain(root, in_paragraph=False)

    def _keys(self, documents: Wide) -> list[str]:
        with archive_errors():
            return self._reader.keys_of(documents)

    def rarity(self, word: plan.Word) -> float:
        """The idf of a word."""
        with archive_errors():
            return self._words.scored(word).rarity

    def forms(self, word: plan.Word) -> Sequence[str]:
        """The terms that ``word`` stands for in its fields, by falling document frequency."""
        with archive_errors():
            return self._words.forms(word)

    def record(self, key: str) -> bytes | None:
        """The stored JSON of the cable with this key; ``None`` if there is none."""
        with archive_errors():
            document = self._reader.document(key)
            return None if document is None else self._reader.record(document)

    def stored(self, keys: Sequence[str]) -> Iterator[bytes | None]:
        """As `record`, for some cables, one after the other."""
        return map(self.record, keys)

    def texts(self, found: Sequence[plan.Found]) -> CableTexts:
        """Records and word places of some hits, to be read inside `errors`."""
        documents = [cast("int", self._reader.document(each.key)) if each.number < 0 else each.number for each in found]
        weighed, self._weighed = self._weighed, None
        return CableTexts(self._reader, self._words, self._columns, documents, weighed)

    @contextlib.contextmanager
    def errors(self) -> Iterator[None]:
        """Translate errors of reading texts into those that users see; `ArchiveDamaged` also where records don't match the index."""
        try:
            with archive_errors():
                yield
        except ReftelError:
            raise
        except (LookupError, ValueError) as error:
            raise translated(damage_of(self._reader.folder, error)) from error

    @contextlib.contextmanager
    def _asked(self, root: plan.Node) -> Iterator[None]:
        """Translate errors into those that users see; raises `QueryTooBroad` before anything is evaluated."""
        with archive_errors():
            self._evaluation.refuse_broad(root)
            yield

    def _facet(self, name: str, hits: DocumentSet, limit: int | None) -> plan.Top[plan.Bucket]:
        field = fields_by_name().get(name)
        if field is None or not field.facet:
            raise EngineError(f"'{name}' is no facet")
        return self._columns.facet(field.name).count(hits, limit)

    def _window(self, request: plan.Request, hits: DocumentSet) -> tuple[plan.Found, ...]:
        if request.sort == "relevance":
            return self._ranked(request, hits)
        documents = self._columns.window(request.sort, hits, request.offset, request.limit)
        return tuple(map(plan.Found, self._reader.keys_of(documents), itertools.repeat(0.0), documents.tolist()))

    def _known(self, request: plan.Request) -> plan.Answer | None:
        """The answer if it consists of cached first hits, else ``None``."""
        if request.limit is None or request.offset + request.limit > REACH or request.facets or request.sort != "relevance":
            return None
        kept = self._first_hits.peek(request.root)
        return None if kept is None else plan.Answer(kept[0], self._cut(kept[1], request.offset, request.offset + request.limit), {})

    def _cut(self, hits: Best, start: int, end: int) -> tuple[plan.Found, ...]:
        return tuple(found_of(self._reader, hits[0][start:end], hits[1][start:end]))

    def _ranked(self, request: plan.Request, hits: DocumentSet) -> tuple[plan.Found, ...]:
        """The window by score. The total and the first hits of queries with passages are cached, for the next page and the next facet."""
        end = len(hits) if request.limit is None else min(len(hits), request.offset + request.limit)
        about = self._evaluation.outline(request.root)
        words = about.words
        if not may_have_passages(request.root, words):
            return tuple(self._ranking(request.root, about, hits, None).window(request.offset, request.limit))
        passages = functools.partial(self._passages, [Weighed(word, self._words.scored(word).rarity) for word in words])
        if not 0 < end <= REACH:
            return tuple(self._ranking(request.root, about, hits, passages).window(request.offset, request.limit))
        _total, first = self._first_hits.get(
            request.root, lambda: (len(hits), self._ranking(request.root, about, hits, passages).first(passages))
        )
        return self._cut(first, request.offset, end)

    def _ranking(self, root: plan.Node, about: Outline, hits: DocumentSet, passages: Passages | None) -> Ranking:
        words = [self._words.scored(word) for word in about.words]
        preferred = list(bonuses(root, hits, self._evaluation)) if about.prefers else []
        if about.prefers:
            words += neighbours(root, hits, self._evaluation)
        return Ranking(hits, words, preferred, self._reader, self._columns, passages)

    def _passages(self, words: Sequence[Weighed], documents: Wide) -> Scores:
        self._weighed = weighed = WeighedTexts(self._reader, self._words, documents)
        return passage_scores(documents, words, weighed.of)

    def _explain(self, node: plan.Node, *, in_paragraph: bool) -> NodeCount:
        start = time.perf_counter()
        count = len(self._evaluation.hits(plan.Paragraph(node) if in_paragraph else node))
        spent = (time.perf_counter() - start) * 1000
        below = in_paragraph or isinstance(node, plan.Paragraph)
        return NodeCount(node, count, spent, WAYS[type(node)], tuple(self._explain(child, in_paragraph=below) for child in children(node)))

    # -- for the tools of research ----------------------------------------------------------------------------------------------------------

    def numbers(self, root: plan.Node, field: str) -> list[tuple[str, int]]:
        """Key and number of every hit that has one, in key order."""
        with self._asked(root):
            documents = np.flatnonzero(self._evaluation.mask(root))
            documents = documents[np.argsort(self._reader.key_order()[documents], kind="stable")]
            values = self._reader.numbers(field)[documents]
            known = values != ABSENT
            return list(zip(self._reader.keys_of(documents[known]), values[known].tolist(), strict=True))

    def count_words(self, root: plan.Node, words: Sequence[str], fields: Sequence[str]) -> list[int]:
        """For each word, the number of hits that have it in any of the fields."""
        with self._asked(root):
            hits = self._evaluation.mask(root)
            found = (np.concatenate([self._reader.postings(field, word)[0] for field in fields]) for word in words)
            return [int(np.count_nonzero(hits[np.unique(documents)])) for documents in found]

    def lexicon(self, field: str) -> Sequence[str]:
        """Every term of a field, sorted."""
        with archive_errors():
            return [term for term in self._reader.terms(field) if not term.startswith(LAST_PART)]

    def facets_among(self, asked: Sequence[tuple[plan.Node, Sequence[tuple[str, str]]]], name: str) -> list[plan.Answer]:
        """For each plan with facet values the number of hits that have all of them, and their buckets in the facet ``name``."""
        return [self._facet_among(root, values, name) for root, values in asked]

    def _facet_among(self, root: plan.Node, values: Sequence[tuple[str, str]], name: str) -> plan.Answer:
        with self._asked(root):
            hits = self._evaluation.mask(root)
            for field, value in values:
                hits = hits & self._having(field, value)
            return plan.Answer(int(np.count_nonzero(hits)), (), {name: self._facet(name, DocumentSet.by(hits), None)})

    def members(self, root: plan.Node, name: str, wanted: Callable[[str], bool]) -> list[tuple[str, list[str]]]:
        """Those values of a facet among the hits that are ``wanted``, each with the keys of its hits, in key order."""
        with self._asked(root):
            facet = self._reader.facet(name)
            chosen = self._evaluation.mask(root)[facet.documents]
            documents, codes = facet.documents[chosen], facet.codes[chosen]
            order = np.lexsort((self._reader.key_order()[documents], codes))
            documents, codes = documents[order], codes[order]
            starts = np.flatnonzero(np.diff(codes, prepend=-1))
            found = zip(codes[starts].tolist(), np.split(documents, starts[1:]), strict=True) if len(starts) else ()
            return [(facet.values[code], self._reader.keys_of(each)) for code, each in found if wanted(facet.values[code])]

    def _having(self, name: str, value: str) -> Mask:
        facet = self._reader.facet(name)
        having = np.zeros(self._reader.size, dtype=np.bool_)
        if value in facet.values:
            having[facet.documents[facet.codes == facet.values.index(value)]] = True
        return having
