"""The same tokens in SQLite FTS5 and in the index: generated queries find the same cables in both.

FTS5 holds one column a text field and one row a cable; a second table holds one row a paragraph, for same-paragraph expressions.
What differs between the two is mapped:

* Blocks: FTS5 knows none. Between two blocks stands a run of `BREAK`, a sign that no token has, longer than any distance asked for.
* ``w/n`` counts steps from word to word (adjacent = 1), ``NEAR(a b, n)`` the tokens between them (adjacent = 0): ``w/n`` = ``NEAR(…, n - 1)``.
* FTS5 lets the two sides of NEAR overlap, reftel does not: queries with a token on both sides are left out.
* FTS5 has no inflections: a word becomes the OR of all words of the texts that are forms of it, found by looking at every one of them.
* FTS5 has one token at a position. Where a word has further forms (parts that a hyphen or a line's end joins), the part and the whole become one
  token with `ALSO` between them, and a word of a query becomes the OR of all tokens that hold it, and of all rows of tokens from where a whole
  begins to its last part: in phrases and proximities, of all ways to write them with such tokens. So no cable is left out.
* FTS5's NOT is binary: ``And((a, Not(b)))`` becomes ``a NOT b``.
"""

from __future__ import annotations

import collections
import dataclasses
import itertools
import random
import runpy
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from reftel.engine.specs import Record, join_words
from reftel.indexer.normalize import read_cables
from reftel.indexer.sources import iter_files
from reftel.indexer.writer import CableWriter
from reftel.record import record_of
from reftel.schema.analysis import LAST_PART, MOST_PARTS
from reftel.schema.cable import Cable, Paragraph
from reftel.schema.inflections import bases
from reftel.search import plan
from reftel.search.engines.array_engine import ArrayEngine

ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"
SYNTHETIC = 100
QUERIES = 350
FIELDS = ("subject", "body", "head")
COLUMNS = (*FIELDS, "summary")
BREAK = "\ue000"
ALSO = "\ue001"
FARTHEST = 12
BROKEN = (
    "The full juris-\ndiction of the courts, a missile-\nrelated matter, was left to the draft law and to the full ju-\nris-\ndiction of others.",
    "Members staged a long walk-\nout; the walkout and the walk out ended other-\nwise, and another walk-\nin was long expected by members.",
)
"""Texts with words that a line's end broke, so that there are some where the corpus is absent."""


# -- the cables in both ----------------------------------------------------------------------------------------------------------------


def iter_cables() -> Iterator[Cable]:
    ignore = lambda _error: None  # noqa: E731
    for path in itertools.islice(iter_files([folder for folder in (ROOT / "corpus_samples", CORPUS) if folder.is_dir()], ignore), 0, None, 2):
        yield from read_cables(path, on_error=ignore)
    for number, text in enumerate(BROKEN, 1):
        yield Cable(id=f"08BAKU990{number}", paragraphs=(Paragraph(1, "C", "C", (), None, text),), body=text)
    yield from runpy.run_path(str(ROOT / "benchmarks" / "synthetic.py"))["iter_cables"](SYNTHETIC, seed=5)


def with_wholes(record: Record) -> Record:
    """The record with the further forms written to the words at their places: ``juris`` -> ``juris`` + `ALSO` + ``jurisdiction``."""
    texts = dict(record.texts)
    for name, broken in record.joined.items():
        blocks = record.words(name)
        for block, place, word in broken:
            blocks[block][place] += ALSO + word
        texts[name] = list(map(join_words, blocks))
    return msgspec.structs.replace(record, texts=texts)


def joined(blocks: list[list[str]]) -> str:
    return f" {' '.join([BREAK] * FARTHEST)} ".join(" ".join(block) for block in blocks)


def words_at(token: str) -> list[str]:
    """The words that a token stands for."""
    return [form for form in token.split(ALSO) if not form.startswith(LAST_PART)]


class Tokens:
    """Which tokens of the texts hold the words of a query. A token is given with ``*`` behind it if it stands for all that begin with it."""

    def __init__(self, terms: set[str], records: list[Record]) -> None:
        self._holding: dict[str, list[str]] = collections.defaultdict(list)
        self._forms: dict[str, list[str]] = collections.defaultdict(list)
        for term in sorted(terms):
            for word in dict.fromkeys(words_at(term)):
                self._holding[word].append(term)
        self._rows: dict[str, set[tuple[str, ...]]] = collections.defaultdict(set)
        for block in (block for record in records for name in record.texts for block in record.words(name)):
            for last, token in enumerate(block):
                for whole in (form.removeprefix(LAST_PART) for form in token.split(ALSO) if form.startswith(LAST_PART)):
                    begin = next(place for place in range(last - 1, last - MOST_PARTS, -1) if whole in block[place].split(ALSO))
                    self._rows[whole].add(tuple(block[begin : last + 1]))
        for word in self._holding:
            for base in (word, *bases(word)):
                self._forms[base].append(word)
        self._composed = [term for term in sorted(terms) if ALSO in term]

    def of(self, word: plan.Word) -> list[str]:
        if word.match == "inflected":
            forms = dict.fromkeys(form for base in (word.text, *bases(word.text)) for form in self._forms[base])
            return [token for form in forms for token in self._holding[form]]
        if word.match == "prefix":
            return [word.text + "*", *(term for term in self._composed if any(part.startswith(word.text) for part in words_at(term)))]
        return self._holding.get(word.text, [word.text])

    def rows(self, word: plan.Word) -> list[str]:
        """The rows of tokens that an exact word, and every word of the texts, is written with."""
        return [" ".join(row) for row in sorted(self._rows[word.text])] if word.match == "exact" else []

    def broken(self, node: plan.Node) -> bool:
        """Whether a word of a position expression stands where a line's end broke one."""
        return any(ALSO in token for word in words_of(node) for token in self.of(word))


class Peer:
    """The records in FTS5."""

    def __init__(self, records: list[Record]) -> None:
        self._base = sqlite3.connect(":memory:")
        tokenizer = "tokenize=\"unicode61 remove_diacritics 0 categories 'L* N* M* Co S* P*'\""
        columns = ", ".join(COLUMNS)
        self._base.execute(f"CREATE VIRTUAL TABLE cables USING fts5(key UNINDEXED, {columns}, {tokenizer})")
        self._base.execute(f"CREATE VIRTUAL TABLE paragraphs USING fts5(key UNINDEXED, {columns}, {tokenizer})")
        rows = ((record.key, *(joined(record.words(name)) for name in COLUMNS)) for record in records)
        self._base.executemany("INSERT INTO cables VALUES (?, ?, ?, ?, ?)", rows)
        parts = ((each.key, " ".join(each.words("body")[region.block])) for each in records for region in each.regions)
        self._base.executemany("INSERT INTO paragraphs (key, body) VALUES (?, ?)", parts)

    def terms(self) -> set[str]:
        self._base.execute("CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5vocab(cables, row)")
        return {term for (term,) in self._base.execute("SELECT term FROM words")} - {BREAK}

    def find(self, expression: str, table: str = "cables") -> list[str]:
        rows = self._base.execute(f"SELECT DISTINCT key FROM {table} WHERE {table} MATCH ?", (expression,))
        return sorted(key for (key,) in rows)


@dataclasses.dataclass(frozen=True)
class Pair:
    records: list[Record]
    peer: Peer
    engine: ArrayEngine
    tokens: Tokens


@pytest.fixture(scope="module")
def pair(tmp_path_factory) -> Iterator[Pair]:
    cables = {cable.key: cable for cable in iter_cables()}
    records = [with_wholes(record_of(cable)) for cable in cables.values()]
    folder = tmp_path_factory.mktemp("agreement")
    for start in range(2):  # two segments
        with CableWriter(folder) as writer:
            for cable in itertools.islice(cables.values(), start, None, 2):
                writer.put(cable)
    peer = Peer(records)
    engine = ArrayEngine.open(folder)
    yield Pair(records, peer, engine, Tokens(peer.terms(), records))
    engine.close()


# -- plans as FTS5 expressions ---------------------------------------------------------------------------------------------------------


def quoted(text: str) -> str:
    return f'"{text[:-1]}"*' if text.endswith("*") else f'"{text}"'


def expression(node: plan.Node, tokens: Tokens) -> str:
    """The FTS5 expression of a plan."""
    match node:
        case plan.Word() | plan.Phrase() | plan.Near():
            fields = next(words_of(node)).fields
            return f"{{{' '.join(fields)}}} : ({' OR '.join(ways(node, tokens)) or NOWHERE})"
        case plan.Or():
            return "(" + " OR ".join(expression(child, tokens) for child in node.children) + ")"
        case plan.And():
            wanted = [expression(child, tokens) for child in node.children if not isinstance(child, plan.Not)]
            unwanted = [expression(child.child, tokens) for child in node.children if isinstance(child, plan.Not)]
            return "(" + " NOT ".join(["(" + " AND ".join(wanted) + ")", *unwanted]) + ")"
        case _:
            raise AssertionError(node)


NOWHERE = '"\ue002"'


def ways(node: plan.Node, tokens: Tokens) -> list[str]:
    """Every way to write a word, a phrase or a proximity with the tokens that hold its words."""
    match node:
        case plan.Near():
            sides = itertools.product(ways(node.left, tokens), ways(node.right, tokens))
            return [f"NEAR({left} {right}, {node.distance - 1})" for left, right in sides]
        case plan.Phrase():
            return [quoted(" ".join(each)) for each in itertools.product(*(tokens.of(word) + tokens.rows(word) for word in words_of(node)))]
        case _:
            assert isinstance(node, plan.Word)
            return list(map(quoted, tokens.of(node) + tokens.rows(node)))


def words_of(node: plan.Node) -> Iterator[plan.Word]:
    match node:
        case plan.Word():
            yield node
        case plan.Phrase():
            for part in node.parts:
                yield from words_of(part)
        case plan.Near():
            yield from words_of(node.left)
            yield from words_of(node.right)
        case plan.And() | plan.Or():
            for child in node.children:
                yield from words_of(child)
        case plan.Not():
            yield from words_of(node.child)


def iter_windows(records: list[Record]) -> Iterator[tuple[str, ...]]:
    """The tokens around each broken word of a body."""
    for record in records:
        for block in record.words("body"):
            for place, token in enumerate(block):
                if ALSO in token and len(block) >= FARTHEST:
                    start = min(max(0, place - 4), len(block) - 8)
                    yield tuple(block[start : start + 8])


# -- generated plans -------------------------------------------------------------------------------------------------------------------


class Maker:
    """Makes plans of words as they stand in the texts, so that many find something."""

    def __init__(self, pair: Pair, seed: int, fields: tuple[str, ...] | None = None, *, broken: float = 0.1) -> None:
        """``broken``: how many words and phrases are taken from where a line's end broke a word."""
        self._random = random.Random(seed)
        self._records, self._tokens, self._fields = pair.records, pair.tokens, fields
        self._windows, self._broken = list(iter_windows(pair.records)), broken
        self._ways: list[Callable[[], plan.Node]] = [self.word, self.phrase, self.near]

    def fields(self) -> tuple[str, ...]:
        return self._fields or self._random.choice([FIELDS, FIELDS, FIELDS, ("body",), ("subject",), ("summary",), ("head",)])

    def block(self, fields: tuple[str, ...], least: int) -> tuple[str, ...]:
        """The words of a block of one of the fields, at least so many; of the body where there is none. Of a broken word a part or the whole."""
        tokens = self.tokens(fields, least)
        return tuple(self._random.choice(words_at(token)) for token in tokens)

    def tokens(self, fields: tuple[str, ...], least: int) -> tuple[str, ...]:
        if "body" in fields and self._random.random() < self._broken:
            return self._random.choice(self._windows)
        for _ in range(100):
            record = self._random.choice(self._records)
            blocks = record.words(self._random.choice(fields))
            block = self._random.choice(blocks) if blocks else ()
            if len(block) >= least:
                return tuple(block)
        return self.tokens(("body",), least)

    def word(self) -> plan.Word:
        fields = self.fields()
        text = self._random.choice(self.block(fields, 1))
        match = self._random.choice(("exact", "inflected", "prefix"))
        return plan.Word(text[: self._random.randint(1, 4)] if match == "prefix" else text, match, fields=fields)

    def phrase(self, fields: tuple[str, ...] = ()) -> plan.Phrase:
        fields = fields or self.fields()
        length = self._random.randint(2, 3)
        block = self.block(fields, length)
        start = self._random.randint(0, len(block) - length)
        words = [plan.Word(text, fields=fields) for text in block[start : start + length]]
        if self._random.random() < 0.3:
            words[-1] = plan.Word(words[-1].text[:2], "prefix", fields=fields)
        if self._random.random() < 0.2:
            self._random.shuffle(words)
            words = [dataclasses.replace(word, match="exact") for word in words]
        return plan.Phrase(tuple(words))

    def near(self) -> plan.Node:
        fields = self.fields()
        block = self.block(fields, 4)
        first = self._random.randrange(len(block))
        second = self._random.randrange(max(0, first - FARTHEST), min(len(block), first + FARTHEST))
        left: plan.Node = plan.Word(block[first], fields=fields)
        right: plan.Node = plan.Word(block[second], fields=fields)
        if self._random.random() < 0.3:
            left = plan.Phrase(tuple(plan.Word(text, fields=fields) for text in block[first : first + 2]))
        shared = set.intersection(*({token for way in ways(side, self._tokens) for token in way.strip('"').split()} for side in (left, right)))
        return left if shared else plan.Near(left, right, self._random.randint(1, FARTHEST))

    def joined(self) -> plan.Node:
        number = self._random.randint(2, 3)
        children = tuple(self.any(0.25) for _ in range(number))
        if self._random.random() < 0.5:
            return plan.Or(children)
        unwanted = self._random.random() < 0.5
        return plan.And((*children[:-1], plan.Not(children[-1]) if unwanted else children[-1]))

    def any(self, joining: float = 0.6) -> plan.Node:
        return self.joined() if self._random.random() < joining else self._random.choice(self._ways)()


def test_no_token_is_split_or_changed(pair):
    ours = {token for record in pair.records for name in COLUMNS for block in record.words(name) for token in block}
    assert pair.peer.terms() == ours


def test_no_cable_is_left_out(pair):
    assert len(pair.records) == pair.engine.count()
    assert {f"08BAKU990{number}" for number in range(1, len(BROKEN) + 1)} <= {record.key for record in pair.records}


def test_both_find_the_same_cables(pair):
    maker = Maker(pair, seed=11)
    found = 0
    for _ in range(QUERIES):
        node = maker.any()
        wanted = pair.peer.find(expression(node, pair.tokens))
        assert list(pair.engine.scan(node)) == wanted, expression(node, pair.tokens)
        found += bool(wanted)
    assert found > QUERIES // 2


def test_both_find_words_that_a_line_end_broke(pair):
    maker = Maker(pair, seed=14, fields=("body",), broken=1.0)
    found = 0
    for _ in range(QUERIES // 3):
        node = maker.any(0.2)
        wanted = pair.peer.find(expression(node, pair.tokens))
        assert list(pair.engine.scan(node)) == wanted, expression(node, pair.tokens)
        found += bool(wanted) and pair.tokens.broken(node)
    assert found > QUERIES // 10


def test_both_find_the_same_paragraphs(pair):
    maker = Maker(pair, seed=12, fields=("body",))
    found = 0
    for _ in range(QUERIES // 3):
        node = maker.any()
        wanted = pair.peer.find(expression(node, pair.tokens), "paragraphs")
        assert list(pair.engine.scan(plan.Paragraph(node))) == wanted, expression(node, pair.tokens)
        found += bool(wanted)
    assert found > QUERIES // 10


def test_any_order_is_either_order(pair):
    maker = Maker(pair, seed=13)
    pairs = [node for _ in range(QUERIES // 10) if isinstance(node := maker.near(), plan.Near)]
    assert pairs
    for node in pairs:
        orders = (dataclasses.replace(node, ordered=True), plan.Near(node.right, node.left, node.distance, ordered=True))
        assert list(pair.engine.scan(plan.Or(orders))) == pair.peer.find(expression(node, pair.tokens))
