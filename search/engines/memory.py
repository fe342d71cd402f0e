"""The oracle: evaluates a plan cable by cable, straight from the definitions in ``search/plan.py``.

Small and obvious rather than fast; tests compare every other engine with it. Scores are those of ``search/scoring.py``, computed hit by hit from the
places of words.
"""

from __future__ import annotations

import collections
import fnmatch
from collections.abc import Callable, Iterable, Iterator, Sequence

from reftel.engine.bounds import SLOPE
from reftel.engine.specs import Record, Region
from reftel.engine.specs import count_words as length_of
from reftel.schema.analysis import LAST_PART, MOST_PARTS
from reftel.schema.errors import EngineError
from reftel.schema.fields import FIELDS, field_of_kind, fields_by_name, paragraph_field
from reftel.schema.inflections import related
from reftel.schema.spellings import alike
from reftel.search import plan
from reftel.search.positions import POSITIONAL
from reftel.search.scoring import (
    INFLECTED,
    MOST_WORDS,
    NEARNESS,
    NEIGHBOURS,
    PASSAGE,
    REACH,
    nearness,
    pairs_of,
    rarity,
    saturated,
)
from reftel.search.walk import iter_words

_DIGITS = 9

Span = tuple[int, int, int]
"""Block, first and last token position of a match in one field."""


class MemoryEngine:
    """Evaluates plans over records in memory."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._records = {record.key: record for record in records}

    def matches(self, node: plan.Node) -> set[str]:
        """Keys of the cables that ``node`` matches."""
        return {key for key, record in self._records.items() if self._holds(node, record)}

    def scan(self, node: plan.Node) -> Iterator[str]:
        """Keys of the cables that ``node`` matches, in order."""
        return iter(sorted(self.matches(node)))

    def answer(self, request: plan.Request) -> plan.Answer:
        """Total, window and facets of a request. `EngineError` for a sort key or facet that no field has."""
        hits = [self._records[key] for key in sorted(self.matches(request.root))]
        facets = {name: count_facet(name, hits, limit) for name, limit in request.facets}
        scores = dict.fromkeys((hit.key for hit in hits), 0.0)
        if request.sort == "relevance":
            scores = self._scores(request.root, hits)
            ordered = sorted(hits, key=lambda hit: -scores[hit.key])
        else:
            ordered = sort_by_field(request.sort, hits)
        end = None if request.limit is None else request.offset + request.limit
        found = tuple(plan.Found(hit.key, scores[hit.key]) for hit in ordered[request.offset : end])
        return plan.Answer(len(hits), found, facets)

    # -- cable expressions -----------------------------------------------------------------------------------

    def _holds(self, node: plan.Node, record: Record) -> bool:
        match node:
            case plan.Paragraph():
                return any(paragraph_holds(node.child, record, region) for region in record.regions)
            case plan.Mark():  # of a whole cable: it has such a paragraph
                return any(paragraph_holds(node, record, region) for region in record.regions)
            case plan.Value():
                return not set(node.values).isdisjoint(record.keywords[node.field])
            case plan.ValuePattern():
                return any(matches_pattern(value, node.pattern) for value in record.keywords[node.field])
            case plan.Range():
                return in_range(record.numbers[node.field], node.lowest, node.highest)
            case plan.CitedBy():
                return not self._cited_by(node.ids).isdisjoint(record.keywords[field_of_kind("id").name])
            case plan.Prefer() | plan.Neighbours():
                return self._holds(node.child, record)
            case _:
                return combine(node, lambda child: self._holds(child, record), lambda: any_span(node, record))

    def _cited_by(self, ids: tuple[str, ...]) -> set[str]:
        citing = (record for record in self._records.values() if not set(ids).isdisjoint(record.keywords[field_of_kind("id").name]))
        return {cited for record in citing for cited in record.keywords[field_of_kind("references").name]}

    # -- scores ----------------------------------------------------------------------------------------------

    def _scores(self, root: plan.Node, hits: list[Record]) -> dict[str, float]:
        """The score of each hit by key, rounded to 1e-9, so that equal ones tie in whatever order they are summed."""
        words = list(dict.fromkeys(iter_words(root)))
        scores = {hit.key: self._preference(root, hit) + sum(self._of_word(word, hit) for word in words) + self._of_phrases(root, hit) for hit in hits}
        scores = {key: round(score, _DIGITS) for key, score in scores.items()}
        if 1 < len(words) <= MOST_WORDS and not isinstance(root, POSITIONAL):
            for hit in sorted(hits, key=lambda hit: -scores[hit.key])[:REACH]:
                scores[hit.key] = round(scores[hit.key] + self._best_passage(words, hit), _DIGITS)
        return scores

    def _preference(self, node: plan.Node, record: Record) -> float:
        """Sum of the preferences met, in the parts of ``node`` that match."""
        match node:
            case plan.Prefer():
                bonus = sum(weight for wanted, weight in node.bonuses if self._holds(wanted, record))
                return plan.PREFERENCE * bonus + self._preference(node.child, record)
            case plan.Neighbours():
                return self._preference(node.child, record)
            case plan.And() | plan.Or():
                return sum(self._preference(child, record) for child in node.children if self._holds(child, record))
            case _:
                return 0.0

    def _of_phrases(self, node: plan.Node, record: Record) -> float:
        """Score of neighbouring words of the query, in the parts of ``node`` that match."""
        match node:
            case plan.Neighbours():
                own = sum(self._of_phrase(phrase, record) for phrase in node.phrases)
                return own + self._of_phrases(node.child, record)
            case plan.Prefer():
                return self._of_phrases(node.child, record)
            case plan.And() | plan.Or():
                return sum(self._of_phrases(child, record) for child in node.children if self._holds(child, record))
            case _:
                return 0.0

    def _of_word(self, word: plan.Word, record: Record) -> float:
        own = plan.Word(word.text, "exact", fields=word.fields) if word.match == "inflected" else word
        frequency = 0.0
        for field in dict.fromkeys(word.fields):
            asked, all_forms = (count_words(each, field, record) for each in (own, word))
            frequency += (asked + INFLECTED * (all_forms - asked)) * self._weight(field, record)
        return saturated(frequency, self.rarity(word))

    def _of_phrase(self, phrase: plan.Phrase, record: Record) -> float:
        fields = dict.fromkeys(field for word in iter_words(phrase) for field in word.fields)
        begins = {field: {(block, first) for block, first, _ in spans_of(phrase, field, record)} for field in fields}
        frequency = sum(len(found) * self._weight(field, record) for field, found in begins.items())
        return NEIGHBOURS * saturated(frequency, min(map(self.rarity, iter_words(phrase))))

    def _weight(self, name: str, record: Record) -> float:
        """Factor of frequencies in a field of a record: the field's weight divided by the BM25 norm."""
        lengths = [sum(map(length_of, each.texts[name])) for each in self._records.values()]
        average = sum(lengths) / len(lengths)
        return fields_by_name()[name].weight / (1 - SLOPE + SLOPE * sum(map(length_of, record.texts[name])) / (average or 1.0))

    def rarity(self, word: plan.Word) -> float:
        """The idf of a word."""
        return rarity(len(self._records), len(self.matches(word)))

    def forms(self, word: plan.Word) -> Sequence[str]:
        """The terms that ``word`` stands for in its fields, by falling record frequency."""
        tokens = {(key, field): list(tokens_of(field, record)) for key, record in self._records.items() for field in word.fields}
        counts = collections.Counter(token for found in tokens.values() for token in set(found) if matches_word(token, word))
        return sorted(counts, key=lambda token: (-counts[token], token))

    def _best_passage(self, words: list[plan.Word], record: Record) -> float:
        passages = (
            field.passage * self._passage([word for word in words if field.name in word.fields], field.name, block, record)
            for field in FIELDS if field.passage for block in range(len(record.texts[field.name]))
        )  # fmt: skip
        return PASSAGE * max(passages, default=0.0)

    def _passage(self, words: list[plan.Word], field: str, block: int, record: Record) -> float:
        places = {word: sorted(first for number, first, _ in spans_of(word, field, record) if number == block) for word in words}
        if sum(map(bool, places.values())) < 2:
            return 0.0
        score = sum(self.rarity(word) for word, found in places.items() if found)
        for left, right in pairs_of(words):
            near = [nearness(second - first) for first in places[left] for second in places[right] if first != second]
            score += NEARNESS * min(self.rarity(left), self.rarity(right)) * max(near, default=0.0)
        return score

    # -- for the tools of research ---------------------------------------------------------------------------

    def numbers(self, root: plan.Node, field: str) -> list[tuple[str, int]]:
        """Key and number of every hit that has one, in key order."""
        numbers = [(key, self._records[key].numbers[field]) for key in self.scan(root)]
        return [(key, number) for key, number in numbers if number is not None]

    def count_words(self, root: plan.Node, words: Sequence[str], fields: Sequence[str]) -> list[int]:
        """For each word, the number of hits that have it in any of the fields."""
        wanted = [plan.And((root, plan.Word(word, "exact", fields=tuple(fields)))) for word in words]
        return [len(self.matches(node)) for node in wanted]

    def lexicon(self, field: str) -> Sequence[str]:
        """Every term of a field, sorted."""
        found = {token for record in self._records.values() for block in record.words(field) for token in block}
        return sorted(found.union(token for record in self._records.values() for _, _, token in further_words(field, record)))

    def facets_among(self, asked: Sequence[tuple[plan.Node, Sequence[tuple[str, str]]]], name: str) -> list[plan.Answer]:
        """For each plan with facet values the number of hits that have all of them, and their buckets in the facet ``name``."""
        answers = []
        for root, values in asked:
            hits = [self._records[key] for key in self.scan(root)]
            hits = [hit for hit in hits if all(value in hit.facets[field] for field, value in values)]
            answers.append(plan.Answer(len(hits), (), {name: count_facet(name, hits, None)}))
        return answers

    def members(self, root: plan.Node, name: str, wanted: Callable[[str], bool]) -> list[tuple[str, list[str]]]:
        """Those values of a facet among the hits that are ``wanted``, each with the keys of its hits, in key order."""
        found: dict[str, list[str]] = {}
        for key in self.scan(root):
            for value in sorted(set(self._records[key].facets[name])):
                found.setdefault(value, []).append(key)
        return [(value, keys) for value, keys in sorted(found.items()) if wanted(value)]


def combine(node: plan.Node, holds: Callable[[plan.Node], bool], spans: Callable[[], bool]) -> bool:
    """Whether ``node`` matches, given a function for its children; ``spans`` decides for a position expression."""
    match node:
        case plan.Everything():
            return True
        case plan.Nothing():
            return False
        case plan.And():
            return all(map(holds, node.children))
        case plan.Or():
            return any(map(holds, node.children))
        case plan.Not():
            return not holds(node.child)
        case _:
            return spans()


def paragraph_holds(node: plan.Node, record: Record, region: Region) -> bool:
    """Whether the paragraph expression ``node`` matches one paragraph."""
    if isinstance(node, plan.Mark):
        return in_range(region.level, node.lowest, node.highest) and set(node.caveats) <= set(region.labels)
    return combine(
        node,
        lambda child: paragraph_holds(child, record, region),
        lambda: any(block == region.block for block, _, _ in spans_of(node, paragraph_field().name, record)),
    )


# -- position expressions ------------------------------------------------------------------------------------


def any_span(node: plan.Node, record: Record) -> bool:
    """Whether the position expression ``node`` has a span in any of the fields."""
    return any(spans_of(node, field, record) for field in record.texts)


def spans_of(node: plan.Node, field: str, record: Record) -> set[Span]:
    """Spans of the position expression ``node`` in one field."""
    match node:
        case plan.Word():
            if field not in node.fields:
                return set()
            places = [(block, at, token) for block, tokens in enumerate(record.words(field)) for at, token in enumerate(tokens)]
            places.extend(further_words(field, record))
            begins = {(block, at) for block, at, token in places if matches_word(token, node)}
            return {(block, at, at) for block, at in begins} | set(wide_spans(begins, node, field, record))
        case plan.AnyOf():
            return set().union(*(spans_of(child, field, record) for child in node.children))
        case plan.Phrase():
            return phrase_spans([spans_of(part, field, record) for part in node.parts])
        case plan.Near():
            return near_spans(spans_of(node.left, field, record), spans_of(node.right, field, record), node)
        case _:
            raise EngineError(f"{type(node).__name__} is no expression of positions")


def further_words(field: str, record: Record) -> Iterator[tuple[int, int, str]]:
    """The further forms of a field, at the places of their first parts."""
    return (entry for entry in record.joined.get(field, ()) if not entry[2].startswith(LAST_PART))


def wide_spans(begins: set[tuple[int, int]], word: plan.Word, field: str, record: Record) -> Iterator[Span]:
    """The further forms that match ``word``: each span ends at its last part and begins at the nearest match before it."""
    for block, last, token in record.joined.get(field, ()):
        if token.startswith(LAST_PART) and matches_word(token.removeprefix(LAST_PART), word):
            first = max(at for begun, at in begins if begun == block and at < last)
            assert last - first < MOST_PARTS
            yield block, first, last


def count_words(word: plan.Word, field: str, record: Record) -> int:
    """Number of tokens of a field that match ``word``; two at one place count twice."""
    return sum(matches_word(token, word) for token in tokens_of(field, record))


def tokens_of(field: str, record: Record) -> Iterator[str]:
    """The tokens of a field, with its further forms."""
    yield from (token for block in record.words(field) for token in block)
    yield from (token for _block, _at, token in further_words(field, record))


def phrase_spans(parts: list[set[Span]]) -> set[Span]:
    """Spans in which each part starts at the position after the end of the one before."""
    spans = parts[0]
    for part in parts[1:]:
        spans = {
            (block, first, end)
            for block, first, last in spans
            for other, start, end in part
            if (other, start) == (block, last + 1)
        }
    return spans


def near_spans(left: set[Span], right: set[Span], near: plan.Near) -> set[Span]:
    """Spans around a left and a right one in the same block that do not overlap and are at most the distance apart."""
    return {
        (block, min(a_first, b_first), max(a_last, b_last))
        for block, a_first, a_last in left
        for other, b_first, b_last in right
        if other == block
        and (0 < b_first - a_last <= near.distance or (not near.ordered and 0 < a_first - b_last <= near.distance))
    }


def matches_word(token: str, word: plan.Word) -> bool:
    """Whether a folded token matches ``word``."""
    match word.match:
        case "exact":
            return token == word.text
        case "inflected":
            return related(token, word.text)
        case "prefix":
            return token.startswith(word.text)
        case "wildcard":
            return matches_pattern(token, word.text)
        case "fuzzy":
            return levenshtein(token, word.text) <= word.distance
        case "spelled":
            return token in word.spellings
        case "alike":
            return alike(token, word.text) and levenshtein(token, word.text) <= plan.ALIKE


def matches_pattern(value: str, pattern: str) -> bool:
    """Whether the whole of ``value`` matches ``pattern``: ``*`` any characters, ``?`` one."""
    return fnmatch.fnmatchcase(value, pattern.replace("[", "[[]"))


def levenshtein(left: str, right: str) -> int:
    """Levenshtein distance of two words: ``("qadhafi", "gaddafi")`` -> 2."""
    row = list(range(len(right) + 1))
    for count, letter in enumerate(left, 1):
        above, row = row, [count]
        for at, other in enumerate(right):
            row.append(min(above[at + 1] + 1, row[at] + 1, above[at] + (letter != other)))
    return row[-1]


# -- numbers, orders, facets ---------------------------------------------------------------------------------


def in_range(number: int | None, lowest: int | None, highest: int | None) -> bool:
    """Whether ``number`` is within two inclusive bounds, ``None`` open; ``False`` for ``None``."""
    return number is not None and (lowest is None or number >= lowest) and (highest is None or number <= highest)


def sort_by_field(sort: str, hits: list[Record]) -> list[Record]:
    """``hits`` (in key order) by a sort field, ``-`` for descending; equal values keep the key order, absent ones come last."""
    name = sort.removeprefix("-")
    field = fields_by_name().get(name)
    if field is None or not field.sort:
        raise EngineError(f"'{name}' is no sort field")
    keyed: list[tuple[str | int, Record]] = []
    absent = []
    for hit in hits:
        value = next(iter(hit.keywords[field.name]), None) if field.stored == "keyword" else hit.numbers[field.name]
        if value is None:
            absent.append(hit)
        else:
            keyed.append((value, hit))
    keyed.sort(key=lambda pair: pair[0], reverse=sort.startswith("-"))
    return [hit for _, hit in keyed] + absent


def count_facet(name: str, hits: list[Record], limit: int | None) -> plan.Top[plan.Bucket]:
    """How many of ``hits`` have each value of a facet, by falling count, then value; the first ``limit`` of them."""
    field = fields_by_name().get(name)
    if field is None or not field.facet:
        raise EngineError(f"'{name}' is no facet")
    counts = collections.Counter(value for hit in hits for value in set(hit.facets[field.name]))
    buckets = sorted(counts.items(), key=lambda bucket: (-bucket[1], bucket[0]))
    shown = buckets[:limit]
    return plan.Top((plan.Bucket(value, count) for value, count in shown), len(buckets) - len(shown))
