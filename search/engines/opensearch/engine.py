"""The engine itself: requests to one generation of an archive in a cluster."""

from __future__ import annotations

import base64
import contextlib
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, cast

import numpy as np

from reftel.engine.cache import Budget, Cache
from reftel.schema.errors import ArchiveDamaged, ArchiveMissing, ArchiveVersion, EngineError, ReftelError
from reftel.schema.fields import FIELDS, field_of_kind, fields_by_name
from reftel.search import plan
from reftel.search.engines.base import NodeCount
from reftel.search.engines.opensearch.address import Address
from reftel.search.engines.opensearch.client import Connection, connect
from reftel.search.engines.opensearch.clusterwords import ClusterWords
from reftel.search.engines.opensearch.filters import WAYS, Filters
from reftel.search.engines.opensearch.mapping import about, shortened
from reftel.search.engines.opensearch.positions import Query, union
from reftel.search.engines.opensearch.texts import StoredField, StoredTexts
from reftel.search.engines.outline import outline
from reftel.search.passages import Weighed, may_have_passages, passage_scores
from reftel.search.scoring import REACH
from reftel.search.walk import children

_WINDOW = 10_000  # hits that one search of the cluster gives back at most
_PAGE = 5000
_BUCKETS = 65_000  # of a facet that are counted in one step; the cluster allows 65,535
_IN_A_STEP = 10_000  # buckets of a facet that has more
_PIECES = 8  # of a manifest
_AT_ONCE = 100  # cables that are fetched together
_BYTES_OF_A_HIT = 160
_PASSAGES = [f"t_{field.name}" for field in FIELDS if field.passage]

Found = tuple[plan.Found, ...]


class OpenSearchEngine:
    """Answers plans over one generation of an archive. Threads may share it.

    A generation never changes: filling an archive anew makes another one and lets its name stand for that.
    """

    def __init__(self, connection: Connection, index: str, budget: Budget) -> None:
        self._connection, self.index = connection, index
        self._lexicon = ClusterWords(connection, index, f"{index}-words", budget)
        self._filters = Filters(self._lexicon, self._cited)
        self._first_hits: Cache[Found] = Cache(budget, lambda hits: _BYTES_OF_A_HIT * (1 + len(hits)))

    @classmethod
    def open(cls, address: Address, budget: Budget | None = None) -> OpenSearchEngine:
        """The engine over the archive at an address. Errors: `ArchiveError` and its kinds."""
        connection = connect(address)
        try:
            return cls(connection, current_index(connection), budget or Budget())
        except BaseException:
            connection.close()
            raise

    def close(self) -> None:
        """Let go of the connections. Whoever asks afterwards gets `ArchiveClosed`."""
        self._connection.close()

    def count(self) -> int:
        """How many cables the archive holds."""
        return self._lexicon.count()

    @property
    def generation(self) -> str:
        """The name of the generation that is read; another one has another."""
        return self.index

    @property
    def address(self) -> Address:
        """Where the archive is."""
        return self._connection.address

    @property
    def cluster(self) -> str:
        """The id that the cluster gave itself: letters, digits, ``_`` and ``-``."""
        return self._connection.cluster

    def is_newest(self) -> bool:
        """Whether the archive's name still stands for this generation. Errors: as for `open`."""
        return current_index(self._connection) == self.index

    def _ask(self, body: Mapping[str, Any], root: plan.Node | None = None) -> dict[str, Any]:
        return self._connection.search(self.index, body, root)

    def _query(self, root: plan.Node) -> Query:
        self._connection.check_open()
        self._lexicon.prepare(root)
        return self._filters.query(root)

    # -- hits ----------------------------------------------------------------------------------------------------------------------------

    def answer(self, request: plan.Request) -> plan.Answer:
        """Total, window and facets of a request. `EngineError` for a sort key or facet that no field has."""
        order = _order(request.sort)
        query = self._query(request.root)
        facets = {name: _facet_field(name) for name, _limit in request.facets}
        body: dict[str, Any] = {"query": {"bool": {"filter": [query]}}, "track_total_hits": True, "size": 0}
        if facets:
            body["aggs"] = {name: _terms(field) for name, field in facets.items()}
        answer = self._ask(body, request.root)
        total: int = answer["hits"]["total"]["value"]
        counted = {name: self._buckets(name, query, limit, answer["aggregations"][name]) for name, limit in request.facets}
        end = total if request.limit is None else min(total, request.offset + request.limit)
        if request.offset >= end:
            return plan.Answer(total, (), counted)
        if request.sort == "relevance":
            return plan.Answer(total, self._ranked(request.root, query, request.offset, end), counted)
        return plan.Answer(total, tuple(self._window(query, order, request.offset, end, request.root)), counted)

    def _window(self, query: Query, order: list[Any], offset: int, end: int, root: plan.Node) -> Iterator[plan.Found]:
        """The hits ``offset`` to ``end`` of a query in an order that ends with the key."""
        scored = "_score" in order[0]
        body = {"query": query, "sort": order, "_source": False, "docvalue_fields": ["key"], "track_total_hits": False}
        if end <= _WINDOW:
            pages = iter([self._ask(body | {"from": offset, "size": end - offset}, root)])
            offset, end = 0, end - offset
        else:
            pages = self._connection.pages(self.index, body, _PAGE, root)
        number = 0
        for page in pages:
            for hit in page["hits"]["hits"]:
                if offset <= number < end:
                    yield plan.Found(_key(hit), float(hit["sort"][0]) if scored else 0.0)
                number += 1
            if number >= end:
                return

    def _ranked(self, root: plan.Node, query: Query, offset: int, end: int) -> Found:
        """The window by score. The first hits of questions with passages are remembered, for the next page and the next facet."""
        words = outline(root).words
        scores = self._filters.scores(root, words)
        if not scores:
            found = self._window({"bool": {"filter": [query]}}, [{"key": "asc"}], offset, end, root)
            return tuple(found)
        scored = {"bool": {"filter": [query], "should": scores}}
        if not may_have_passages(root, words):
            return tuple(self._window(scored, _BY_SCORE, offset, end, root))
        first = self._first_hits.get(root, lambda: self._first(root, words, scored))
        rest = self._window(scored, _BY_SCORE, max(offset, len(first)), end, root) if end > len(first) else ()
        return (*first[offset:end], *rest)

    def _first(self, root: plan.Node, words: Sequence[plan.Word], scored: Query) -> Found:
        """The first `REACH` hits, with their passages."""
        body = {"query": scored, "sort": _BY_SCORE, "size": REACH, "_source": _PASSAGES, "docvalue_fields": ["key"], "track_total_hits": False}
        hits = self._ask(body, root)["hits"]["hits"]
        sources = [hit["_source"] for hit in hits]
        field_text = functools.cache(lambda name: StoredField(name, sources, self._lexicon))
        rarities = self._filters.rarities(words)
        weighed = [Weighed(word, rarities[word]) for word in words]
        passages = passage_scores(np.arange(len(hits), dtype=np.int64), weighed, field_text).tolist()
        found = [plan.Found(_key(hit), round(float(hit["sort"][0]) + passage, 9)) for hit, passage in zip(hits, passages, strict=True)]
        return tuple(sorted(found, key=lambda each: (-each.score, each.key)))

    def scan(self, root: plan.Node) -> Iterator[str]:
        """The key of every hit, in key order."""
        query = self._query(root)
        return (_key(hit) for hit in self._hits(query, (), root))

    def _hits(self, query: Query, columns: Sequence[str], root: plan.Node | None = None) -> Iterator[dict[str, Any]]:
        """Every hit in key order, with some columns of it."""
        body = {"query": {"bool": {"filter": [query]}}, "sort": _BY_KEY, "_source": False, "docvalue_fields": ["key", *columns], "track_total_hits": False}
        for page in self._connection.pages(self.index, body, _PAGE, root):
            yield from page["hits"]["hits"]

    def explain(self, root: plan.Node) -> NodeCount:
        """The plan with the number of cables that each node holds for by itself. Below `plan.Paragraph`: in at least one paragraph."""
        self._lexicon.prepare(root)
        nodes: list[plan.Node] = []

        def collect(node: plan.Node, *, in_paragraph: bool) -> None:
            nodes.append(plan.Paragraph(node) if in_paragraph else node)
            for child in children(node):
                collect(child, in_paragraph=in_paragraph or isinstance(node, plan.Paragraph))

        collect(root, in_paragraph=False)
        bodies = [{"query": {"bool": {"filter": [self._filters.query(node)]}}, "size": 0, "track_total_hits": True} for node in nodes]
        answers = iter(self._connection.searches(self.index, bodies, root))

        def counted(node: plan.Node) -> NodeCount:
            answer = next(answers)
            below = tuple([counted(child) for child in children(node)])
            return NodeCount(node, answer["hits"]["total"]["value"], float(answer["took"]), WAYS[type(node)], below)

        return counted(root)

    # -- facets --------------------------------------------------------------------------------------------------------------------------

    def _buckets(self, name: str, query: Query, limit: int | None, counted: Mapping[str, Any]) -> plan.Top[plan.Bucket]:
        """The buckets of a facet by falling count, then value; counted anew in steps where there are more than the cluster tells at once."""
        if counted["sum_other_doc_count"] or counted["doc_count_error_upper_bound"]:
            buckets = [plan.Bucket(value, count) for value, count in self._every_bucket(name, query)]
        else:
            buckets = [plan.Bucket(each["key"], each["doc_count"]) for each in counted["buckets"]]
        buckets.sort(key=lambda bucket: (-bucket.count, bucket.value))
        return plan.Top(buckets[:limit], len(buckets) - len(buckets[:limit]))

    def _every_bucket(self, name: str, query: Query) -> Iterator[tuple[str, int]]:
        composite: dict[str, Any] = {"size": _IN_A_STEP, "sources": [{"value": {"terms": {"field": _facet_field(name)}}}]}
        while True:
            body = {"query": {"bool": {"filter": [query]}}, "size": 0, "aggs": {"every": {"composite": composite}}}
            counted = self._ask(body)["aggregations"]["every"]
            yield from ((each["key"]["value"], each["doc_count"]) for each in counted["buckets"])
            if "after_key" not in counted:
                return
            composite["after"] = counted["after_key"]

    def facet_among(self, root: plan.Node, values: Sequence[tuple[str, str]], name: str) -> plan.Answer:
        """The hits that have all of the facet values, counted by a facet."""
        query = {"bool": {"filter": [self._query(root), *({"term": {f"f_{field}": value}} for field, value in values)]}}
        body = {"query": query, "size": 0, "track_total_hits": True, "aggs": {name: _terms(_facet_field(name))}}
        answer = self._ask(body, root)
        buckets = self._buckets(name, query, None, answer["aggregations"][name])
        return plan.Answer(answer["hits"]["total"]["value"], (), {name: buckets})

    def members(self, root: plan.Node, name: str, wanted: Callable[[str], bool]) -> list[tuple[str, list[str]]]:
        """The values of a facet that hits have and that are ``wanted``, each with the keys of those hits, in key order."""
        column = _facet_field(name)
        found: dict[str, list[str]] = {}
        for hit in self._hits(self._query(root), [column], root):
            for value in hit["fields"].get(column, ()):
                found.setdefault(value, []).append(_key(hit))
        return [(value, keys) for value, keys in sorted(found.items()) if wanted(value)]

    # -- for the tools of research -------------------------------------------------------------------------------------------------------

    def numbers(self, root: plan.Node, field: str) -> list[tuple[str, int]]:
        """Key and number of every hit that has one, in key order."""
        column = f"n_{field}"
        query = {"bool": {"filter": [self._query(root), {"exists": {"field": column}}]}}
        return [(_key(hit), hit["fields"][column][0]) for hit in self._hits(query, [column], root)]

    def count_words(self, root: plan.Node, words: Sequence[str], fields: Sequence[str]) -> list[int]:
        """For each word the number of hits that hold it in any of the fields."""
        each = [union([{"term": {f"t_{field}": shortened(word)}} for field in fields]) for word in words]
        return self._lexicon.count_each(each, self._query(root))

    def lexicon(self, field: str) -> Sequence[str]:
        """Every word of a field, in rising order."""
        return self._lexicon.lexicon(field)

    def words(self) -> Iterator[tuple[str, str, int]]:
        """Every word of the archive; see `ClusterWords.every`."""
        return self._lexicon.every()

    def rarity(self, word: plan.Word) -> float:
        """How much a word counts by the number of cables that hold it."""
        self._lexicon.prepare(word)
        return self._filters.rarities([word])[word]

    def forms(self, word: plan.Word) -> Sequence[str]:
        """The words of the archive that ``word`` stands for in its fields, the commonest first; more than 500 in rising order."""
        return self._lexicon.forms(word)

    def _cited(self, citing: Query) -> list[str]:
        """The ids that the cables of a query cite."""
        column = f"k_{field_of_kind('references').name}"
        return sorted({value for hit in self._hits(citing, [column]) for value in hit["fields"].get(column, ())})

    # -- records -------------------------------------------------------------------------------------------------------------------------

    def record(self, key: str) -> bytes | None:
        """The stored JSON of the cable with this key; ``None`` if there is none."""
        return next(self.stored([key]))

    def stored(self, keys: Sequence[str]) -> Iterator[bytes | None]:
        """As `record`, for some cables, which are fetched together."""
        for found in self._fetch(keys, ["record"]):
            yield None if found is None else "\n".join(found["record"]).encode()

    def records(self) -> Iterator[tuple[str, bytes]]:
        """Key and stored JSON of every cable, in key order."""
        body = {"query": {"match_all": {}}, "sort": _BY_KEY, "_source": ["record"], "docvalue_fields": ["key"], "track_total_hits": False}
        for page in self._connection.pages(self.index, body, _AT_ONCE):
            for hit in page["hits"]["hits"]:
                yield _key(hit), "\n".join(hit["_source"]["record"]).encode()

    def texts(self, found: Sequence[plan.Found]) -> StoredTexts:
        """Records and words of some hits, to be read inside `errors`."""
        sources = self._fetch([each.key for each in found], True)
        for each, source in zip(found, sources, strict=True):
            if source is None:
                raise EngineError(f"{self._connection.address}: '{each.key}' was found and then was not there; ask again")
        return StoredTexts(cast("list[dict[str, Any]]", sources), self._lexicon)

    def manifest(self) -> bytes:
        """The file of the manifest, packed as it was given; empty if there is none."""
        body = {"query": {"match_all": {}}, "sort": [{"number": "asc"}]}
        pages = self._connection.pages(f"{self.index}-manifest", body, _PIECES)
        return b"".join(base64.b64decode(hit["_source"]["data"]) for page in pages for hit in page["hits"]["hits"])

    def _fetch(self, keys: Sequence[str], fields: Sequence[str] | bool) -> list[dict[str, Any] | None]:
        """What is stored of some cables: of each all, which costs the cluster less than some, or some fields."""
        body = {"query": {"terms": {"key": list(dict.fromkeys(keys))}}, "size": len(keys), "_source": fields, "docvalue_fields": ["key"]}
        hits = self._ask(body)["hits"]["hits"] if keys else []
        found = {_key(hit): cast("dict[str, Any]", hit["_source"]) for hit in hits}
        return [found.get(key) for key in keys]

    @contextlib.contextmanager
    def errors(self) -> Iterator[None]:
        """Errors of reading texts as users see them. `ArchiveDamaged` where the cluster holds something else than reftel put there."""
        try:
            with self._connection.errors():
                yield
        except ReftelError:
            raise
        except (LookupError, ValueError) as error:
            raise ArchiveDamaged(f"{self._connection.address}: a stored cable cannot be read ({error})") from error


_BY_KEY: list[Any] = [{"key": "asc"}]
_BY_SCORE: list[Any] = [{"_score": "desc"}, {"key": "asc"}]


def current_index(connection: Connection) -> str:
    """The generation that an archive's name stands for. `ArchiveMissing` if it stands for none, `ArchiveVersion` if other rules made it."""
    address = connection.address
    with connection.errors():
        named = connection.client.indices.get_mapping(index=address.name)
    if len(named) != 1:
        raise ArchiveMissing(f"{address}: the name stands for {len(named)} indices; expected one generation of an archive")
    ((index, found),) = named.items()
    made = found["mappings"].get("_meta", {}).get("reftel")
    if made is None:
        raise ArchiveMissing(f"{address}: the index '{index}' is no archive of reftel's; name another one")
    expected = about()["reftel"]
    if made != expected:
        differing = next(name for name in expected if made.get(name) != expected[name])
        raise ArchiveVersion(
            f"{address}: was filled by another version of reftel ('{differing}' differs); the next `reftel index` or `reindex` makes it anew, "
            f"or `reftel copy FOLDER {address}`"
        )
    return cast("str", index)


def _key(hit: Mapping[str, Any]) -> str:
    return cast("str", hit["fields"]["key"][0])


def _facet_field(name: str) -> str:
    field = fields_by_name().get(name)
    if field is None or not field.facet:
        raise EngineError(f"'{name}' is no facet")
    return f"f_{field.name}"


def _terms(field: str) -> dict[str, Any]:
    return {"terms": {"field": field, "size": _BUCKETS, "shard_size": _BUCKETS}}


def _order(sort: str) -> list[Any]:
    if sort == "relevance":
        return _BY_SCORE
    name = sort.removeprefix("-")
    field = fields_by_name().get(name)
    if field is None or not field.sort:
        raise EngineError(f"'{name}' is no sort field")
    column = f"s_{field.name}" if field.stored == "keyword" else f"n_{field.name}"
    return [{column: {"order": "desc" if sort.startswith("-") else "asc", "missing": "_last"}}, {"key": "asc"}]
