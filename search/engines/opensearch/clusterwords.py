"""The words of an archive that a `plan.Word` stands for, and what scores need to know of them. Asked of the cluster once, then remembered."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from reftel.base.frozen import frozen
from reftel.engine.cache import Budget, Cache
from reftel.schema.errors import QueryTooBroad
from reftel.schema.fields import FIELDS
from reftel.schema.inflections import bases, possible_bases
from reftel.search import plan
from reftel.search.describe import too_broad
from reftel.search.engines.opensearch.client import COLUMNS_ALONE, Connection
from reftel.search.engines.opensearch.mapping import shortened
from reftel.search.matching import matching
from reftel.search.scoring import rarity
from reftel.search.walk import iter_all_words

MOST_WORDS = 60_000
"""Words that a pattern may stand for in one field."""

_AT_ONCE = 10_000  # words that are read together
_COUNTED = 500  # words of a pattern up to which those that most cables have come first
_FILTERS = 500  # that are counted together
_FEW = 60  # words of one of a query, up to which the cables of each are counted with those of all

Query = dict[str, Any]


@frozen
class Expansion:
    """The words of one field that a word stands for, rising, and by how many places more than one the further forms among them that are wider."""

    words: tuple[str, ...] = ()
    wider: tuple[tuple[int, tuple[str, ...]], ...] = ()


_NOTHING = Expansion()
_Expansions = Mapping[str, Expansion]


class ClusterWords:
    """The words of one archive in a cluster, as `search.engines.indexwords` has those of an index in a folder."""

    def __init__(self, connection: Connection, cables: str, words: str, budget: Budget) -> None:
        self._connection, self._cables, self._words = connection, cables, words
        self._expansions: Cache[_Expansions] = Cache(budget, lambda found: 500 + 80 * sum(len(each.words) for each in found.values()))
        self._roots: Cache[tuple[str, ...]] = Cache(budget, lambda _roots: 300)
        self._held: Cache[int] = Cache(budget, lambda _count: 300)
        self._holding: Cache[int] = Cache(budget, lambda _count: 300)  # by field and word
        self.forms = Cache[tuple[str, ...]](budget, lambda forms: 80 * len(forms)).over(self._forms)
        self._lengths: tuple[int, dict[str, float]] | None = None

    def expansion(self, word: plan.Word, field: str) -> Expansion:
        """The words of ``field`` that ``word`` stands for."""
        if field not in word.fields:
            return _NOTHING
        key = _key(word)
        return self._expansions.get(key, lambda: self._expanded([key])[key]).get(field, _NOTHING)

    def prepare(self, root: plan.Node) -> None:
        """Ask for all words of a plan that are not known yet, together."""
        wanted = [key for key in dict.fromkeys(map(_key, iter_all_words(root))) if self._expansions.peek(key) is None]
        for key, found in self._expanded(wanted).items():
            self._expansions.get(key, lambda found=found: found)  # type: ignore[misc]

    def count(self) -> int:
        """How many cables the archive holds."""
        return self._counted()[0]

    def average_length(self, field: str) -> float:
        """Words that a cable has in a field, on average."""
        return self._counted()[1][field]

    def known_count(self, word: plan.Word) -> int | None:
        """How many cables hold a word, if it was asked for."""
        return self._held.peek(_in_fields(word))

    def rarity(self, word: plan.Word, query: Callable[[plan.Word], Query]) -> float:
        """How much a word counts by the number of cables that hold it, for which ``query`` asks."""
        return self.rarities([word], query)[word]

    def rarities(self, words: Sequence[plan.Word], query: Callable[[plan.Word], Query]) -> dict[plan.Word, float]:
        """As `rarity`, of several words. What `forms` tells of them is asked for along with it, where that is little."""
        unknown = [word for word in words if self._held.peek(_in_fields(word)) is None]
        few = [pair for word in unknown if len(pairs := self._pairs(word)) <= _FEW for pair in pairs if self._holding.peek(pair) is None]
        counts = self.count_each([*map(query, unknown), *map(_standing, few)])
        for cache, keys, found in ((self._held, map(_in_fields, unknown), counts), (self._holding, few, counts[len(unknown) :])):
            for key, count in zip(keys, found, strict=False):
                cache.get(key, lambda count=count: count)  # type: ignore[misc]
        held = {word: self._held.peek(_in_fields(word)) for word in words}
        return {word: rarity(self.count(), 0 if count is None else count) for word, count in held.items()}

    def count_each(self, queries: Sequence[Query], within: Query | None = None) -> list[int]:
        """How many cables each of some queries finds, among those of ``within``."""
        counts: list[int] = []
        for start in range(0, len(queries), _FILTERS):
            some = {str(number): query for number, query in enumerate(queries[start : start + _FILTERS])}
            body: dict[str, Any] = {"size": 0, "aggs": {"each": {"filters": {"filters": some}}}}
            if within is not None:
                body["query"] = {"bool": {"filter": [within]}}
            elif self._lengths is None:
                body["track_total_hits"] = True
                body["aggs"] |= _LENGTHS
            answer = self._connection.search(self._cables, body)
            if _LENGTHS.keys() <= answer["aggregations"].keys():
                self._lengths = _lengths_in(answer)
            buckets = answer["aggregations"]["each"]["buckets"]
            counts += [buckets[name]["doc_count"] for name in some]
        return counts

    def every(self) -> Iterator[tuple[str, str, int]]:
        """Every word of the archive with its field, and by how many places more than one it is wider, as `iter_words` tells them."""
        return self._read({"match_all": {}}, plan.Word("", "prefix"), most=None)

    def lexicon(self, field: str) -> list[str]:
        """Every word of a field, in rising order."""
        return sorted({word for _field, word, _wider in self._read({"term": {"field": field}}, plan.Word("", "prefix", fields=(field,)), most=None)})

    def _forms(self, word: plan.Word) -> tuple[str, ...]:
        """The words that ``word`` stands for and that cables have, those of most cables first; of very many in rising order."""
        pairs = self._pairs(word)
        counts = dict.fromkeys([form for _field, form in pairs], 0)
        if len(counts) > _COUNTED:
            return tuple(sorted(counts))
        known = [self._holding.peek(pair) for pair in pairs]
        asked = iter(self.count_each([_standing(pair) for pair, count in zip(pairs, known, strict=True) if count is None]))
        for (_field, form), count in zip(pairs, known, strict=True):
            counts[form] += next(asked) if count is None else count
        return tuple(sorted([form for form, count in counts.items() if count], key=lambda form: (-counts[form], form)))

    def _pairs(self, word: plan.Word) -> list[tuple[str, str]]:
        """Each field of a word with each of the words that stand for it there."""
        return [(field, form) for field in dict.fromkeys(word.fields) for form in self.expansion(word, field).words]

    def _counted(self) -> tuple[int, dict[str, float]]:
        if self._lengths is None:
            self._lengths = _lengths_in(self._connection.search(self._cables, {"size": 0, "track_total_hits": True, "aggs": _LENGTHS}))
        return self._lengths

    # -- patterns ------------------------------------------------------------------------------------------------------------------------

    def _expanded(self, keys: Sequence[plan.Word]) -> dict[plan.Word, _Expansions]:
        """What words without fields stand for in each field."""
        self._find_roots([key.text for key in keys if key.match == "inflected" and self._roots.peek(key.text) is None])
        queries = [self._query(key) for key in keys]
        bodies = [_body(query) for query in queries]
        found: dict[plan.Word, _Expansions] = {}
        for key, query, answer in zip(keys, queries, self._connection.searches(self._words, bodies), strict=True):
            hits = answer["hits"]["hits"]
            rows = list(map(_row, hits)) if len(hits) < _AT_ONCE else list(self._read(query, key, MOST_WORDS))
            found[key] = _by_field(key, rows)
        return found

    def _read(self, query: Query, word: plan.Word, most: int | None) -> Iterator[tuple[str, str, int]]:
        """Field, word and width of all that a query finds in the index of words. `QueryTooBroad` for very many."""
        count = 0
        for answer in self._connection.pages(self._words, _body(query), _AT_ONCE):
            for hit in answer["hits"]["hits"]:
                yield _row(hit)
                count += 1
                if most is not None and count > most * 4:
                    raise self._broad(word)

    def _broad(self, word: plan.Word) -> QueryTooBroad:
        message = f"the patterns of the query stand for too many words of the archive (more than {MOST_WORDS:,})"
        return too_broad(word, message, "give them more letters, above all at the beginning")

    def _query(self, word: plan.Word) -> Query:
        """What the index of words is asked, which may find too much: `matching` has the last word."""
        text = shortened(word.text)
        match word.match:
            case "exact":
                return {"term": {"word": text}}
            case "inflected":
                return {"terms": {"roots": [text, *(self._roots.peek(word.text) or ())]}}
            case "prefix":
                return {"prefix": {"word": text}} if text else {"match_all": {}}
            case "wildcard":
                return {"wildcard": {"word": {"value": escaped(text)}}}
            case "spelled":
                return {"terms": {"word": list(map(shortened, word.spellings))}}
            case _:
                distance = word.distance if word.match == "fuzzy" else plan.ALIKE
                return {"fuzzy": {"word": {"value": text, "fuzziness": distance, "transpositions": False, "rewrite": "constant_score"}}}

    def _find_roots(self, words: Sequence[str]) -> None:
        """Note what each word is a form of. The index knows it of its own words; the dictionary is asked only of others."""
        bodies = [{"query": {"term": {"word": shortened(word)}}, "size": 1, "_source": ["roots"]} for word in words]
        for word, answer in zip(words, self._connection.searches(self._words, bodies), strict=True):
            hits = answer["hits"]["hits"]
            roots: Iterable[str] = hits[0]["_source"]["roots"] if hits else (bases(word) if possible_bases(word) else ())
            self._roots.get(word, lambda roots=roots: tuple(roots))  # type: ignore[misc]


_LENGTHS: Query = {f"l_{field.name}": {"sum": {"field": f"l_{field.name}"}} for field in FIELDS if field.stored == "text"}


def _lengths_in(answer: Mapping[str, Any]) -> tuple[int, dict[str, float]]:
    """How many cables an archive holds, and how many words one has in each field, on average."""
    total: int = answer["hits"]["total"]["value"]
    return total, {name.removeprefix("l_"): answer["aggregations"][name]["value"] / max(total, 1) for name in _LENGTHS}


def _key(word: plan.Word) -> plan.Word:
    """What is the same for a word in any fields."""
    return dataclasses.replace(word, fields=(), forms=None, origin=None)


def _standing(pair: tuple[str, str]) -> Query:
    """The cables in which a word stands in a field."""
    return {"term": {f"t_{pair[0]}": pair[1]}}


def _in_fields(word: plan.Word) -> plan.Word:
    return dataclasses.replace(word, forms=None, origin=None)


def _body(query: Query) -> dict[str, Any]:
    order = [{"word": "asc"}, {"field": "asc"}, {"wider": "asc"}]
    return {"query": {"bool": {"filter": [query]}}, "size": _AT_ONCE, "sort": order, "track_total_hits": False, **COLUMNS_ALONE}


def _row(hit: Mapping[str, Any]) -> tuple[str, str, int]:
    word, field, wider = hit["sort"]
    return field, word, wider


def _by_field(word: plan.Word, rows: Sequence[tuple[str, str, int]]) -> dict[str, Expansion]:
    exact = word.match in ("exact", "inflected", "prefix", "spelled")  # the cluster tells them to the letter
    wanted = None if exact else set(matching(word, sorted({text for _field, text, _wider in rows})))
    found: dict[str, dict[int, list[str]]] = {}
    for field, text, wider in rows:
        if wanted is None or text in wanted:
            found.setdefault(field, {}).setdefault(wider, []).append(text)
    return {
        field: Expansion(tuple(words.get(0, ())), tuple((wider, tuple(each)) for wider, each in sorted(words.items()) if wider))
        for field, words in found.items()
    }


def escaped(pattern: str) -> str:
    """A pattern for the cluster: only ``*`` and ``?`` mean something, there as here."""
    return pattern.replace("\\", "\\\\")
