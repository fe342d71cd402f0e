"""The default engine: plans over the Whoosh index that `reftel.engine` writes.

The index gives arrays (postings, places, columns); everything a plan asks is answered on them, for all documents at once.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from reftel.engine import errors
from reftel.engine.columns import ABSENT
from reftel.engine.reader import Reader, open_reader
from reftel.schema.errors import ArchiveDamaged, ArchiveError, ArchiveMissing, ArchiveVersion, EngineError
from reftel.schema.fields import FIELDS, fields_by_name
from reftel.search import plan
from reftel.search.engines.base import NodeCount
from reftel.search.engines.evaluation import Evaluation, Lexicon, Mask
from reftel.search.engines.ranking import scores
from reftel.search.facets import count_facet
from reftel.search.walk import children

Integers = npt.NDArray[np.int64]

_ERRORS: dict[type[errors.EngineError], type[ArchiveError]] = {
    errors.IndexMissing: ArchiveMissing,
    errors.IndexDamaged: ArchiveDamaged,
    errors.IndexVersion: ArchiveVersion,
}


@contextlib.contextmanager
def archive_errors() -> Iterator[None]:
    """Raise the errors that users see in place of the index's own."""
    try:
        yield
    except errors.EngineError as error:
        raise _ERRORS.get(type(error), EngineError)(str(error)) from error


class WhooshEngine:
    """Answers plans over one commit of an index. Threads may share it."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._lexicon = Lexicon(reader)

    @classmethod
    def open(cls, folder: str | Path) -> Self:
        """The engine over the index in ``folder``. Errors: `ArchiveMissing`, `ArchiveDamaged`, `ArchiveVersion`."""
        with archive_errors():
            reader = open_reader(folder)
        missing = {field.name for field in FIELDS if field.kind != "query"} - {spec.name for spec in reader.specs}
        if missing:
            reader.close()
            raise ArchiveVersion(f"the archive in '{folder}' lacks the field '{min(missing)}'; build it anew")
        return cls(reader)

    def close(self) -> None:
        """Let go of the index's files."""
        self._reader.close()

    def count(self) -> int:
        """How many cables the archive holds."""
        return self._reader.documents

    @property
    def generation(self) -> int:
        """Number of the commit that is read; it rises with every one."""
        generation: int = self._reader.generation
        return generation

    def answer(self, request: plan.Request) -> plan.Answer:
        """Total, window and facets of a request. `EngineError` for a sort key or facet that no field has."""
        with archive_errors():
            evaluation = Evaluation(self._reader, self._lexicon)
            hits = evaluation.mask(request.root)
            facets = {name: self._facet(name, hits, limit) for name, limit in request.facets}
            found = self._window(request, hits, evaluation)
            return plan.Answer(int(np.count_nonzero(hits)), found, facets)

    def scan(self, root: plan.Node) -> Iterator[str]:
        """The key of every hit, in key order."""
        with archive_errors():
            documents = np.flatnonzero(Evaluation(self._reader, self._lexicon).mask(root))
            documents = documents[np.argsort(self._reader.key_order()[documents], kind="stable")]
        return map(self._reader.key, documents.tolist())

    def explain(self, root: plan.Node) -> NodeCount:
        """The plan with the number of cables that each node holds for by itself. Below `plan.Paragraph`: in at least one paragraph."""
        with archive_errors():
            return self._explain(root, Evaluation(self._reader, self._lexicon), in_paragraph=False)

    def record(self, key: str) -> bytes | None:
        """The stored JSON of the cable with this key; ``None`` if there is none."""
        with archive_errors():
            document = self._reader.document(key)
            return None if document is None else self._reader.record(document)

    def _facet(self, name: str, hits: Mask, limit: int | None) -> tuple[plan.Bucket, ...]:
        field = fields_by_name().get(name)
        if field is None or not field.facet:
            raise EngineError(f"'{name}' is no facet")
        facet = self._reader.facet(field.name)
        return count_facet(facet.values, facet.documents, facet.codes, hits, limit)

    def _window(self, request: plan.Request, hits: Mask, evaluation: Evaluation) -> tuple[plan.Found, ...]:
        if request.limit == 0:
            return ()
        by_score = request.sort == "relevance"
        values = scores(request.root, hits, evaluation, self._reader) if by_score else np.zeros(len(hits))
        documents = np.flatnonzero(hits)
        order = (-values[documents],) if by_score else self._sort_columns(request.sort, documents)
        ranked = documents[np.lexsort((self._reader.key_order()[documents], *order))]
        end = None if request.limit is None else request.offset + request.limit
        key = self._reader.key
        return tuple(plan.Found(key(document), float(values[document])) for document in ranked[request.offset : end].tolist())

    def _sort_columns(self, sort: str, documents: Integers) -> tuple[Integers, npt.NDArray[np.bool_]]:
        """Columns to sort ``documents`` by, the last one first: absent values come last in both directions."""
        field = fields_by_name().get(sort.removeprefix("-"))
        if field is None or not field.sort:
            raise EngineError(f"'{sort.removeprefix('-')}' is no sort field")
        values = self._reader.order(field.name)[documents]
        absent = values == ABSENT
        values = np.where(absent, 0, values)
        return (-values if sort.startswith("-") else values), absent

    def _explain(self, node: plan.Node, evaluation: Evaluation, *, in_paragraph: bool) -> NodeCount:
        start = time.perf_counter()
        count = int(np.count_nonzero(evaluation.mask(plan.Paragraph(node) if in_paragraph else node)))
        spent = (time.perf_counter() - start) * 1000
        below = in_paragraph or isinstance(node, plan.Paragraph)
        return NodeCount(node, count, spent, tuple(self._explain(child, evaluation, in_paragraph=below) for child in children(node)))
