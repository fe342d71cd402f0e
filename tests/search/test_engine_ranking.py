"""Ranking where there are so many cables that most are passed over: the first hits are those of the whole order, the scores those of BM25F."""

from __future__ import annotations

import math
import random
import re
from collections import Counter

import pytest

from reftel.engine import reader, termsets
from reftel.engine.bounds import SLOPE as B
from reftel.indexer.writer import CableWriter
from reftel.record import record_of
from reftel.schema.cable import Cable
from reftel.search import plan
from reftel.search.engines import evaluation, ranking, scoredwords
from reftel.search.engines.array_engine import ArrayEngine
from reftel.search.scoring import K1

NUMBER = 6000
WORDS = ("calm", "lake", "hill", "sea", "wind", "reed", "dune", "ford")
FIELDS = ("subject", "body", "head")
WEIGHTS = {"subject": 10.0, "body": 1.0, "head": 0.3}


def word(text, match="exact", fields=FIELDS):
    return plan.Word(text, match, fields=fields)


def make(random_, number):
    weights = [3 ** -place for place in range(len(WORDS))]
    text = " ".join(random_.choices(WORDS, weights, k=random_.randint(1, 12)))
    year = random_.randint(1990, 2009)
    return Cable(
        id=f"{year % 100:02}BAKU{number}", subject=random_.choice((None, "lake", "the hill")), body=text, date=f"{year}-01-01T00:00:00Z",
        date_precision="day", classification=random_.choice(("SECRET", "CONFIDENTIAL")), tags=tuple(random_.sample(("PREL", "PGOV", "AJ"), 2)),
    )  # fmt: skip


@pytest.fixture(scope="module")
def cables():
    random_ = random.Random(4)
    return [make(random_, number) for number in range(1, NUMBER + 1)]


@pytest.fixture(scope="module")
def folder(cables, tmp_path_factory):
    folder = tmp_path_factory.mktemp("ranking")
    for part in (cables[: NUMBER // 2], cables[NUMBER // 2 :]):
        with CableWriter(folder) as writer:
            for cable in part:
                writer.put(cable)
    with CableWriter(folder) as writer:
        writer.delete(cables.pop(17).id)
    return folder


@pytest.fixture(scope="module")
def engine(folder):
    opened = ArrayEngine.open(folder)
    yield opened
    opened.close()


CALM, LAKE, SEA, FORD = word("calm"), word("lake"), word("sea"), word("ford")
PLANS = (
    CALM,
    word("calm", fields=("body",)),
    word("lake", "inflected"),
    FORD,
    plan.Or((CALM, LAKE, FORD)),
    plan.Or((word("reed"), word("dune"), FORD)),
    plan.And((CALM, LAKE)),
    plan.And((CALM, plan.Not(LAKE))),
    plan.And((CALM, plan.Not(FORD))),
    plan.And((CALM, plan.Range("date", 15_000_000, None))),
    plan.And((plan.Value("tags", ("PREL",)), CALM)),
    plan.Or((CALM, plan.Value("tags", ("AJ",)))),
    plan.Neighbours(plan.And((CALM, LAKE)), (plan.Phrase((CALM, LAKE)),)),
    plan.Or((plan.Neighbours(plan.And((CALM, FORD)), (plan.Phrase((CALM, FORD)),)), LAKE)),
    plan.Prefer(CALM, ((plan.Phrase((FORD, CALM)), 1.0), (plan.Value("id", ("95BAKU11",)), 2.0))),
    plan.Phrase((CALM, LAKE)),
    plan.Near(CALM, SEA, 2),
    plan.Everything(),
    plan.Value("tags", ("PREL",)),
)


@pytest.mark.parametrize("root", PLANS, ids=range(len(PLANS)))
@pytest.mark.parametrize("sort", ["relevance", "date", "-date", "class", "from"])
def test_the_first_hits_are_those_of_the_whole_order(engine, root, sort):
    whole = engine.answer(plan.Request(root, sort, limit=None))
    assert whole.total == len(whole.found) == len(list(engine.scan(root)))
    for offset, limit in ((0, 1), (0, 10), (7, 20), (500, 10), (1500, 30)):
        assert engine.answer(plan.Request(root, sort, offset, limit)).found == whole.found[offset : offset + limit]


@pytest.mark.parametrize("root", PLANS, ids=range(len(PLANS)))
def test_few_champions_give_the_same_hits(engine, folder, monkeypatch, root):
    monkeypatch.setattr(scoredwords, "CHAMPIONS", 16)
    monkeypatch.setattr(ranking, "CHAMPIONS", 16)
    monkeypatch.setattr(ranking, "_LOOKED_UP", 0)
    opened = ArrayEngine.open(folder)
    for offset, limit in ((0, 1), (0, 10), (3, 13), (15, 30)):
        request = plan.Request(root, "relevance", offset, limit)
        assert opened.answer(request) == engine.answer(request)
    opened.close()


HEAD = ("head",)
IN_HEAD = {text: word(text, fields=HEAD) for text in WORDS}
PLACED = (
    (plan.Phrase((IN_HEAD["calm"], IN_HEAD["lake"])), r"\bcalm lake\b"),
    (plan.Phrase((IN_HEAD["lake"], IN_HEAD["calm"], IN_HEAD["calm"])), r"\blake calm calm\b"),
    (plan.Phrase((IN_HEAD["ford"], IN_HEAD["calm"])), r"\bford calm\b"),
    (plan.And((IN_HEAD["dune"], plan.Phrase((IN_HEAD["calm"], IN_HEAD["lake"])))), r"(?=.*\bdune\b).*\bcalm lake\b"),
    (plan.Near(IN_HEAD["calm"], IN_HEAD["hill"], 2, ordered=True), r"\bcalm (\w+ )?hill\b"),
    (plan.Phrase((word("hi", "prefix", fields=HEAD), IN_HEAD["lake"])), r"\bhill lake\b"),
)


@pytest.mark.parametrize(("root", "pattern"), PLACED, ids=range(len(PLACED)))
@pytest.mark.parametrize("kept", [0, 1 << 20])
@pytest.mark.parametrize(("whole", "few"), [(0, 0), (1 << 20, 0), (0, 1 << 20)])
def test_places_read_in_pieces_are_the_same(folder, cables, monkeypatch, root, pattern, kept, whole, few):
    monkeypatch.setattr(reader, "_SOON_READ", whole)
    monkeypatch.setattr(reader, "_POSITIONS_KEPT", kept)
    monkeypatch.setattr(termsets, "_UNCUT", 0)
    monkeypatch.setattr(evaluation, "_FEW_PLACES", few)
    monkeypatch.setattr(evaluation, "_PLACES_AT_ONCE", 500)
    opened = ArrayEngine.open(folder)
    wanted = sorted(cable.id for cable in cables if re.search(pattern, cable.body))
    for _ in range(2):  # once from the file, once from what was kept
        assert list(opened.scan(root)) == wanted
    assert len(wanted) > 5
    opened.close()


@pytest.mark.parametrize("text", ["calm", "lake", "ford"])
def test_scores_are_those_of_the_formula(engine, cables, text):
    texts = {cable.id: {name: record_of(cable).words(name) for name in FIELDS} for cable in cables}
    lengths = {key: {name: sum(map(len, fields[name])) for name in FIELDS} for key, fields in texts.items()}
    average = {name: sum(each[name] for each in lengths.values()) / len(texts) for name in FIELDS}
    frequencies = {key: Counter({name: sum(block.count(text) for block in fields[name]) for name in FIELDS}) for key, fields in texts.items()}
    weighted = {
        key: sum(WEIGHTS[name] * counts[name] / (1 - B + B * lengths[key][name] / average[name]) for name in FIELDS if counts[name])
        for key, counts in frequencies.items() if counts.total()
    }  # fmt: skip
    rarity = math.log(1 + (len(texts) - len(weighted) + 0.5) / (len(weighted) + 0.5))
    wanted = {key: rarity * frequency * (K1 + 1) / (K1 + frequency) for key, frequency in weighted.items()}
    found = engine.answer(plan.Request(word(text), limit=None)).found
    assert {hit.key: hit.score for hit in found} == pytest.approx(wanted, abs=1e-8)
    assert [hit.key for hit in found] == sorted(wanted, key=lambda key: (-round(wanted[key], 9), key))


@pytest.mark.parametrize("root", PLANS, ids=range(len(PLANS)))
def test_facets_count_every_hit(engine, cables, root):
    by_key = {cable.id: cable for cable in cables}
    hits = [by_key[key] for key in engine.scan(root)]
    answer = engine.answer(plan.Request(root, facets=(("tags", None), ("year", 3), ("refs", None))))
    tags, years = Counter(tag for hit in hits for tag in hit.tags), Counter(hit.date[:4] for hit in hits)
    ordered = lambda counts: sorted(counts.items(), key=lambda item: (-item[1], item[0]))  # noqa: E731
    assert [(bucket.value, bucket.count) for bucket in answer.facets["tags"]] == ordered(tags)
    assert [(bucket.value, bucket.count) for bucket in answer.facets["year"]] == ordered(years)[:3]
    assert answer.facets["refs"] == ()
