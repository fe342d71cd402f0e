"""The engine itself: requests to one generation of an archive in a cluster."""

from __future__ import annotations

import base64
import contextlib
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, cast

import numpy as np

from reftel.engine.cache import Budget, Cache
from reftel.schema.errors import ArchiveDamaged, ArchiveMissing, ArchiveVersion, EngineError, ReftelError
from reftel.schema.fields import FIELDS, field_of_kind, fields_by_name
from reftel.search import plan
from reftel.search.engines.base import NodeCount
from reftel.search.engines.opensearch.address import Address
from reftel.search.engines.opensearch.client import COLUMNS_ALONE, Connection, connect
from reftel.search.engines.opensearch.clusterwords import ClusterWords
from reftel.search.engines.opensearch.filters import WAYS, Filters
from reftel.search.engines.opensearch.mapping import about, packed_column, shortened
from reftel.search.engines.opensearch.packedwords import PackedField
from reftel.search.engines.opensearch.positions import Query, union
from reftel.search.engines.opensearch.scores import CLOSE, Scores
from reftel.search.engines.opensearch.texts import StoredTexts
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
_DIGITS = 9  # of scores behind the point, as all engines round them
_BYTES_OF_A_LETTER = 3
_MARGIN, _WIDE_MARGIN = 8, 512  # hits on each side of a window that are looked at for scores as near as the cluster's can't tell
_LONG = ["record", *(f"t_{field.name}" for field in FIELDS if field.stored == "text")]
_PASSAGES = [packed_column(field.name) for field in FIELDS if field.passage]

_Hit = dict[str, Any]
_Source = dict[str, Any]
_Told = Mapping[str, Any]
_Counts = tuple[int, dict[str, plan.Top[plan.Bucket]]]


class OpenSearchEngine:
    """Answers plans over one generation of an archive. Threads may share it.

    A generation never changes: refilling an archive makes another one and points its name at that.
    """

    def __init__(self, connection: Connection, index: str, budget: Budget) -> None:
        self._connection, self.index = connection, index
        self._lexicon = ClusterWords(connection, index, f"{index}-words", budget)
        self._filters = Filters(self._lexicon, self._cited)
        self._first_hits: Cache[tuple[plan.Found, ...]] = Cache(budget, lambda hits: _BYTES_OF_A_HIT * (1 + len(hits)))
        self._counts: Cache[_Counts] = Cache(budget, lambda counts: _BYTES_OF_A_HIT * (1 + sum(map(len, counts[1].values()))))
        self._sources: Cache[_Source] = Cache(budget, lambda source: _BYTES_OF_A_LETTER * sum(map(len, itertools.chain(*map(source.__getitem__, _LONG)))))

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
        known = self._lexicon.known_count(request.root) if isinstance(request.root, plan.Word) and request.limit == 0 and not request.facets else None
        if known is not None:
            self._connection.check_open()
            return plan.Answer(known, (), {})
        query = self._query(request.root)
        start, end = request.offset, None if request.limit is None else request.offset + request.limit
        key = request.root, request.facets
        counts = self._counts.peek(key)
        body: Query = {"query": {"bool": {"filter": [query]}}, "sort": order, "track_total_hits": True, "docvalue_fields": ["key"]}
        body |= {"_source": True} if request.shown and end is not None and end - start <= _AT_ONCE else COLUMNS_ALONE
        if request.facets and counts is None:
            body["aggs"] = {name: _terms(_facet_field(name)) for name, _limit in request.facets}
        told, found = self._window(body, start, end, request, counts)
        if counts is None:
            counts = self._counts.get(key, lambda: self._counted(told, query, request.facets))
        return plan.Answer(counts[0], tuple(found), dict(counts[1]))

    def _window(self, body: Query, start: int, end: int | None, request: plan.Request, counts: _Counts | None) -> tuple[_Told, Sequence[plan.Found]]:
        """What a search tells of all hits, if it is not known from before, and the window."""
        if start == end:
            return {} if counts else self._ask(body | {"size": 0}, request.root), ()
        if request.sort == "relevance":
            return self._ranked(body, start, end, request.root, counts)
        told, hits = self._read(body, start, end, request.root)
        return told, self._found([(hit, 0.0) for hit in hits])

    def _read(self, body: Query, start: int, end: int | None, root: plan.Node) -> tuple[_Told, list[_Hit]]:
        """What a search tells of all hits, and the hits ``start`` to ``end``."""
        last = _PAGE if end is None else end
        size = last - start if start < last <= _WINDOW else 0
        told = self._ask(body | ({"from": start, "size": size} if size else {"size": 0}), root)
        hits: list[_Hit] = told["hits"]["hits"]
        if _total(told) > start and not (size and (end is not None or _total(told) <= last)):
            pages = self._connection.pages(self.index, _without_facets(body) | {"track_total_hits": False}, _PAGE, root)
            hits = list(itertools.islice((hit for page in pages for hit in page["hits"]["hits"]), start, end))
        return told, hits

    def _ranked(self, body: Query, start: int, end: int | None, root: plan.Node, counts: _Counts | None) -> tuple[_Told, Sequence[plan.Found]]:
        """The window by score. The first hits of questions with passages are remembered, for the next page and the next facet."""
        words = outline(root).words
        scores = Scores(root, words, self._lexicon, self._filters.query)
        if not scores.queries:
            told, hits = self._read(body | {"sort": _BY_KEY}, start, end, root)
            return told, self._found([(hit, 0.0) for hit in hits])
        query = {"bool": {**body["query"]["bool"], "should": scores.queries}}
        body = body | {"query": query, "docvalue_fields": ["key", *scores.columns]}
        if not may_have_passages(root, words):
            told, scored = self._by_score(scores, body, start, end, root)
            return told, self._found(scored)
        first = self._first_hits.peek(root)
        if first is None:
            told, first = self._first(words, scores, body, root)
            self._first_hits.get(root, lambda: first)
        else:
            told = {} if counts else self._ask(body | {"size": 0}, root)
        if len(first) < (counts[0] if counts else _total(told)) and (end is None or end > len(first)):
            _told, scored = self._by_score(scores, _without_facets(body), max(start, len(first)), end, root)
            return told, [*first[start:end], *self._found(scored)]
        return told, first[start:end]

    def _by_score(self, scores: Scores, body: Query, start: int, end: int | None, root: plan.Node) -> tuple[_Told, list[tuple[_Hit, float]]]:
        """The hits ``start`` to ``end`` by score, with their scores.

        The cluster's scores say which come first; hits whose scores it cannot tell apart are put in order here, and for that some more are read on both sides.
        """
        for margin in (_MARGIN, _WIDE_MARGIN):
            begin = max(0, start - margin)
            told, hits = self._read(body, begin, None if end is None else end + margin, root)
            scored = [(hit, scores.exact(hit)) for hit in hits]
            last = len(hits) if end is None else end - begin
            whole = last + margin > len(hits)
            if (begin == 0 or _settled(scored[: start - begin + 1])) and (whole or _settled(scored[last - 1 :])):
                break
        scored.sort(key=lambda each: (-round(each[1], _DIGITS), _key(each[0])))
        return told, scored[start - begin : last]

    def _first(self, words: Sequence[plan.Word], scores: Scores, body: Query, root: plan.Node) -> tuple[_Told, tuple[plan.Found, ...]]:
        """What a search tells of all hits, and the first `REACH` with their passages. The texts of those that are shown are fetched later: they are few."""
        columns = [*body["docvalue_fields"], *_PASSAGES]
        without_texts = {name: body[name] for name in body if name != "_source"} | COLUMNS_ALONE | {"docvalue_fields": columns}
        told, scored = self._by_score(scores, without_texts, 0, REACH, root)

        def packed(name: str) -> PackedField:
            values = [hit["fields"].get(packed_column(name), (None,))[0] for hit, _score in scored]
            return PackedField(name, values, {word: self._lexicon.expansion(word, name).words for word in words})

        rarities = self._lexicon.rarities(words, self._filters.query)
        with self.errors():
            passages = passage_scores(np.arange(len(scored), dtype=np.int64), [Weighed(word, rarities[word]) for word in words], packed).tolist()
        found = [plan.Found(_key(hit), round(score + passage, _DIGITS)) for (hit, score), passage in zip(scored, passages, strict=True)]
        return told, tuple(sorted(found, key=lambda each: (-each.score, each.key)))

    def _found(self, scored: Sequence[tuple[_Hit, float]]) -> list[plan.Found]:
        """Hits as an engine gives them; their texts, where they have some, are kept for `texts`."""
        for hit, _score in scored:
            if "_source" in hit:
                self._keep(_key(hit), hit["_source"])
        return [plan.Found(_key(hit), round(score, _DIGITS)) for hit, score in scored]

    def _keep(self, key: str, source: _Source) -> None:
        self._sources.get(key, lambda: source)

    def scan(self, root: plan.Node) -> Iterator[str]:
        """The key of every hit, in key order."""
        query = self._query(root)
        return (_key(hit) for hit in self._hits(query, (), root))

    def _hits(self, query: Query, columns: Sequence[str], root: plan.Node | None = None) -> Iterator[dict[str, Any]]:
        """Every hit in key order, with some columns of it."""
        body = {"query": {"bool": {"filter": [query]}}, "sort": _BY_KEY, "docvalue_fields": ["key", *columns], "track_total_hits": False, **COLUMNS_ALONE}
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

    def _counted(self, told: _Told, query: Query, facets: Sequence[tuple[str, int | None]]) -> _Counts:
        """Total and facets."""
        return _total(told), {name: self._buckets(name, query, limit, told["aggregations"][name]) for name, limit in facets}

    def _buckets(self, name: str, query: Query, limit: int | None, counted: Mapping[str, Any]) -> plan.Top[plan.Bucket]:
        """The buckets of a facet by falling count, then value; counted again in steps where there are more than the cluster gives at once."""
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

    def facets_among(self, asked: Sequence[tuple[plan.Node, Sequence[tuple[str, str]]]], name: str) -> list[plan.Answer]:
        """For each plan with facet values the hits that have all of them, counted by a facet."""
        known = {root: self._query(root) for root in dict.fromkeys(root for root, _values in asked)}
        queries = [{"bool": {"filter": [known[root], *({"term": {f"f_{field}": value}} for field, value in values)]}} for root, values in asked]
        bodies = [{"query": query, "size": 0, "track_total_hits": True, "aggs": {name: _terms(_facet_field(name))}} for query in queries]
        answers = self._connection.searches(self.index, bodies, asked[0][0] if asked else None)
        counted = (self._counted(told, query, ((name, None),)) for query, told in zip(queries, answers, strict=True))
        return [plan.Answer(total, (), facets) for total, facets in counted]

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
        return self._lexicon.rarity(word, self._filters.query)

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
            self._keep(each.key, source)
        return StoredTexts(cast("list[dict[str, Any]]", sources), self._lexicon)

    def manifest(self) -> bytes:
        """The file of the manifest, packed as it was given; empty if there is none."""
        body = {"query": {"match_all": {}}, "sort": [{"number": "asc"}]}
        pages = self._connection.pages(f"{self.index}-manifest", body, _PIECES)
        return b"".join(base64.b64decode(hit["_source"]["data"]) for page in pages for hit in page["hits"]["hits"])

    def _fetch(self, keys: Sequence[str], fields: Sequence[str] | bool) -> list[_Source | None]:
        """What is stored of some cables: of each all, which costs the cluster less than some, or some fields."""
        found = {key: source for key in keys if (source := self._sources.peek(key)) is not None}
        wanted = [key for key in dict.fromkeys(keys) if key not in found]
        body = {"query": {"terms": {"key": wanted}}, "size": len(wanted), "_source": fields, "docvalue_fields": ["key"]}
        found |= {_key(hit): hit["_source"] for hit in (self._ask(body)["hits"]["hits"] if wanted else ())}
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
            f"{address}: was filled by another version of reftel ('{differing}' differs); the next `reftel index` or `reindex` rebuilds it, "
            f"or `reftel copy FOLDER {address}`"
        )
    return cast("str", index)


def _key(hit: Mapping[str, Any]) -> str:
    return cast("str", hit["fields"]["key"][0])


def _total(told: _Told) -> int:
    return cast("int", told["hits"]["total"]["value"])


def _without_facets(body: Query) -> Query:
    return {name: value for name, value in body.items() if name != "aggs"}


def _settled(scored: Sequence[tuple[_Hit, float]]) -> bool:
    """Whether two scores in a row are far enough apart for the cluster to tell, or all are equal."""
    told = [hit["sort"][0] for hit, _score in scored]
    return any(before - after > CLOSE * before for before, after in itertools.pairwise(told)) or len({round(score, _DIGITS) for _hit, score in scored}) == 1


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
