"""Words, phrases, proximities and paragraphs as Lucene's span queries, to the letter of `reftel.search.plan`.

A position expression becomes *chains*: tokens in a fixed order, each at most so far behind the one before. A proximity of two unordered
words is two chains, one of *k* words 2^(k-1). A further form of several parts is two tokens of a chain, its first part and its last.

A chain becomes pairs nested **to the right**: ``a near (b near c)``. Of the first of a pair, one token, every occurrence is tried against
the nearest second one behind it; so the chain holds exactly where the plan says. Nested to the left, or in one query of several clauses,
occurrences would be passed over.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from reftel.schema.errors import EngineError
from reftel.schema.fields import paragraph_field
from reftel.search import plan
from reftel.search.describe import too_broad
from reftel.search.engines.opensearch.clusterwords import ClusterWords
from reftel.search.engines.opensearch.mapping import BEGIN, END, caveat_token, first_part, last_part, level_token
from reftel.search.engines.outline import fields_of
from reftel.search.walk import iter_words

Query = dict[str, Any]
Tokens = tuple[str, ...]

MOST_CHAINS = 512
_LONGEST_PHRASE = 30_000  # characters that one token of the cluster's analysis may have
_FORMS = 1000  # words that are counted together; the cluster allows as many as clauses, 1,024 by default
_TERMS = 60_000  # values of one query; 65,536 by default
_HIGHEST_LEVEL = 30
_BODY = paragraph_field().name
_WHOLE = 2**31 - 1

_RAW = "return _score;"
_COUNT = "return Math.rint((1 + params.gaps) * _score / (1 - _score));"

NONE: Query = {"match_none": {}}
ALL: Query = {"match_all": {}}


class Chain:
    """Tokens in order, and after each but the last how far behind it the next one stands at most."""

    __slots__ = ("bounds", "tokens")

    def __init__(self, tokens: tuple[Tokens, ...], bounds: tuple[int, ...] = ()) -> None:
        self.tokens, self.bounds = tokens, bounds

    def followed(self, other: Chain, bound: int) -> Chain:
        """The chain, and at most so far behind it the other."""
        return Chain(self.tokens + other.tokens, (*self.bounds, bound, *other.bounds))


class Positions:
    """Position and paragraph expressions over one archive's words."""

    def __init__(self, lexicon: ClusterWords) -> None:
        self._lexicon = lexicon

    def query(self, node: plan.Node) -> Query:
        """The cables in which a position expression stands in any of its fields."""
        return union([self.in_field(node, field) for field in fields_of(node)])

    def in_field(self, node: plan.Node, field: str) -> Query:
        """The cables in which it stands in one field."""
        return union([self._holding(chain, field) for chain in self._chains(node, field)])

    def occurrences(self, phrase: plan.Phrase, field: str) -> list[Query]:
        """Queries whose scores add up to how often a phrase stands in a field."""
        return [_occurrences(chain, field) for chain in self._chains(phrase, field)]

    def paragraph(self, node: plan.Node) -> Query:
        """The cables with a paragraph for which a paragraph expression holds."""
        return self._paragraphs(node, _PARAGRAPHS) or NONE

    # -- chains --------------------------------------------------------------------------------------------------------------------------

    def _chains(self, node: plan.Node, field: str) -> list[Chain]:
        match node:
            case plan.Word():
                found = self._of_word(node, field)
            case plan.AnyOf():
                found = _merged([chain for child in node.children for chain in self._chains(child, field)])
            case plan.Phrase():
                found = [_joined(parts, 1) for parts in self._choices(node, node.parts, field)]
            case plan.Near():
                pairs = self._choices(node, (node.left, node.right), field)
                found = [_joined(pair, node.distance) for pair in pairs]
                if not node.ordered:
                    found += [_joined(pair[::-1], node.distance) for pair in pairs]
            case _:
                raise EngineError(f"{type(node).__name__} is no expression of positions")
        distinct = {(chain.tokens, chain.bounds): chain for chain in found}
        if len(distinct) > MOST_CHAINS:
            raise _too_many_orders(node)
        return list(distinct.values())

    def _choices(self, node: plan.Node, parts: Sequence[plan.Node], field: str) -> list[tuple[Chain, ...]]:
        """One chain of each part, in every way."""
        chains, ways = [self._chains(part, field) for part in parts], 1
        for each in chains:
            ways *= len(each)
        if ways > MOST_CHAINS:
            raise _too_many_orders(node)
        return list(itertools.product(*chains)) if parts else []

    def _of_word(self, word: plan.Word, field: str) -> list[Chain]:
        found = self._lexicon.expansion(word, field)
        chains = [Chain((found.words,))] if found.words else []
        for wider, words in found.wider:
            ends = tuple([first_part(each, wider) for each in words]), tuple([last_part(each, wider) for each in words])
            chains.append(Chain(ends, (wider,)))
        return chains

    def _holding(self, chain: Chain, field: str) -> Query:
        if not chain.bounds:
            return any_term(f"t_{field}", chain.tokens[0])
        places = [["|".join(some) for some in _pieces(tokens, len(tokens))] for tokens in chain.tokens]
        if set(chain.bounds) != {1} or math.prod(map(len, places)) > MOST_CHAINS:
            return _spans(chain, field)
        return union([{"match_phrase": {f"t_{field}": {"query": " ".join(each), "analyzer": "tokens"}}} for each in itertools.product(*places)])

    # -- paragraphs ----------------------------------------------------------------------------------------------------------------------

    def _paragraphs(self, node: plan.Node, within: Query) -> Query | None:
        """Those of ``within``, spans that are whole paragraphs, for which ``node`` holds; ``None`` for none."""
        match node:
            case plan.Everything():
                return within
            case plan.Nothing():
                return None
            case plan.And():
                left: Query | None = within
                for child in node.children:
                    left = None if left is None else self._paragraphs(child, left)
                return left
            case plan.Or():
                return _either([found for child in node.children if (found := self._paragraphs(child, within)) is not None])
            case plan.Not():
                excluded = self._paragraphs(node.child, _PARAGRAPHS)
                return within if excluded is None else {"span_not": {"include": within, "exclude": excluded}}
            case plan.Mark():
                return _marked(node, within)
            case plan.Word() | plan.AnyOf() | plan.Phrase() | plan.Near():
                inside = _either([_spans(chain, _BODY) for chain in self._chains(node, _BODY)])
                return None if inside is None else {"span_containing": {"big": within, "little": inside}}
            case _:
                raise EngineError(f"{type(node).__name__} can't be asked of a paragraph")


_PARAGRAPHS: Query = {
    "span_near": {"clauses": [{"span_term": {f"t_{_BODY}": BEGIN}}, {"span_term": {f"t_{_BODY}": END}}], "slop": _WHOLE, "in_order": True}
}


def _marked(mark: plan.Mark, within: Query) -> Query | None:
    levels = list(map(level_token, range(max(mark.lowest, 0), min(mark.highest, _HIGHEST_LEVEL) + 1)))
    if not levels:
        return None
    for tokens in (levels, *([caveat_token(caveat)] for caveat in mark.caveats)):
        within = {"span_containing": {"big": within, "little": _either([{"span_term": {f"t_{_BODY}": token}} for token in tokens])}}
    return within


def _spans(chain: Chain, field: str) -> Query:
    places = [_either([{"span_term": {f"t_{field}": token}} for token in tokens]) or NONE for tokens in chain.tokens]
    found = places[-1]
    for place, bound in zip(places[-2::-1], chain.bounds[::-1], strict=True):
        found = {"span_near": {"clauses": [place, found], "slop": bound - 1, "in_order": True}}
    return found


def _occurrences(chain: Chain, field: str) -> Query:
    """What scores how often a chain stands in a field.

    Phrases and spans are no use for that: the cluster multiplies their frequencies by the number of their terms that a shard has. The score of intervals is
    ``f / (f + 1)``, where each occurrence adds to ``f`` the less, the more gaps it has.
    """
    if not chain.bounds:
        return scripted(list(counted(field, chain.tokens[0], 1.0)), _RAW, {})
    places = [_interval(tokens) for tokens in chain.tokens]
    found = places[-1]
    for place, bound in zip(places[-2::-1], chain.bounds[::-1], strict=True):
        found = {"all_of": {"intervals": [place, found], "ordered": True, "max_gaps": bound - 1}}
    return scripted([{"intervals": {f"t_{field}": found}}], _COUNT, {"gaps": sum(chain.bounds) - len(chain.bounds)})


def _interval(tokens: Tokens) -> Query:
    matches = [{"match": {"query": "|".join(some), "analyzer": "tokens"}} for some in _pieces(tokens, len(tokens))]
    return matches[0] if len(matches) == 1 else {"any_of": {"intervals": matches}}


def counted(field: str, words: Iterable[str], boost: float) -> Iterator[Query]:
    """Queries whose scores add up to how often some words stand in a field, ``boost`` times."""
    for some in _pieces(words, _FORMS):
        yield {"match": {f"t_{field}": {"query": "|".join(some), "analyzer": "tokens", "boost": boost}}}


def _pieces(words: Iterable[str], most: int) -> Iterator[list[str]]:
    """The words, at most so many at a time, and never more than a token of the cluster's analysis can hold."""
    some, length = list[str](), 0
    for word in words:
        if some and (len(some) == most or length + len(word) >= _LONGEST_PHRASE):
            yield some
            some, length = [], 0
        some.append(word)
        length += len(word) + 1
    if some:
        yield some


def scripted(queries: Sequence[Query], source: str, parameters: dict[str, Any]) -> Query:
    """What a script makes of the scores of some queries added up."""
    return {"script_score": {"query": {"bool": {"should": list(queries)}}, "script": {"source": source, "params": parameters}}}


def _joined(chains: Sequence[Chain], bound: int) -> Chain:
    found = chains[0]
    for chain in chains[1:]:
        found = found.followed(chain, bound)
    return found


def _merged(chains: Sequence[Chain]) -> list[Chain]:
    """The same chains, those of one token put together."""
    single = dict.fromkeys(token for chain in chains if not chain.bounds for token in chain.tokens[0])
    several = [chain for chain in chains if chain.bounds]
    return [Chain((tuple(single),)), *several] if single else several


def _too_many_orders(node: plan.Node) -> Exception:
    words = len(list(iter_words(node)))
    message = f"the {words} words of a proximity may stand in too many orders (more than {MOST_CHAINS})"
    return too_broad(node, message, "use fewer of them, or pre/ instead of w/")


def any_term(field: str, values: Iterable[str]) -> Query:
    """The cables that have any of some terms in a field of the cluster's."""
    terms = list(dict.fromkeys(values))
    return union([{"terms": {field: terms[start : start + _TERMS]}} for start in range(0, len(terms), _TERMS)])


def union(queries: Sequence[Query]) -> Query:
    """The cables of any of some queries."""
    some = [query for query in queries if query is not NONE]
    if len(some) < 2:
        return some[0] if some else NONE
    return {"bool": {"should": some, "minimum_should_match": 1}}


def _either(spans: Sequence[Query]) -> Query | None:
    if len(spans) < 2:
        return spans[0] if spans else None
    return {"span_or": {"clauses": list(spans)}}
