"""The first hits of common words, found by bounds without looking at most documents, are those of scoring every document.

Over several segments, with deletions, with averages that have changed since a segment was written, with ties, and for merged segments.
"""

from __future__ import annotations

import functools
import random

import numpy as np
import pytest

from reftel.engine import blockmax, bounds, container, names
from reftel.engine import reader as reader_module
from reftel.engine.arrays import PLACE_BITS
from reftel.engine.errors import IndexDamaged
from reftel.engine.reader import open_reader
from reftel.indexer.writer import CableWriter
from reftel.schema.cable import Cable
from reftel.search import plan
from reftel.search.engines import ranking, scoredwords
from reftel.search.engines.array_engine import ArrayEngine
from reftel.search.engines.scoredwords import BoundedWord

WORDS = ("calm", "lake", "hill", "sea", "wind", "reed", "co-operation")
HEAD = ("head",)


def cable(number, text):
    return Cable(
        id=f"{number % 10 + 90}BAKU{number}", subject=None, body=text, date="1995-01-01T00:00:00Z", date_precision="day",
        classification="SECRET", tags=("PREL",),
    )  # fmt: skip


def texts(random_, count, longest):
    for _ in range(count):
        weights = [2 ** -place for place in range(len(WORDS))]
        yield " ".join(random_.choices(WORDS, weights, k=random_.choice((1, 3, random_.randint(1, longest)))))


def write(folder, cables):
    with CableWriter(folder) as writer:
        for each in cables:
            writer.put(each)


def without_masks(put_file):
    """Writes everything but the masks of common terms, as format 5 had none."""
    return lambda writer, name, file: file.close() if name.endswith(names.BOUND_DOCUMENTS) else put_file(writer, name, file)


@pytest.fixture(scope="module", params=["one segment", "segments", "deletions", "short after long", "rare in one", "merged", "old", "old format"])
def folder(request, tmp_path_factory):
    folder, random_ = tmp_path_factory.mktemp("bounds"), random.Random(request.param)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bounds, "_COMMON", 40 if request.param != "old" else 1 << 40)
        if request.param == "old format":
            patch.setattr(container, "FORMAT", container.OLDEST)
            patch.setattr(container.ContainerWriter, "put_file", without_masks(container.ContainerWriter.put_file))
        sizes = [1500] if request.param == "one segment" else [700, 130, 600]
        for part, size in enumerate(sizes):
            longest = (400, 4, 4)[part] if request.param == "short after long" else 60
            made = list(texts(random_, size, longest))
            if request.param == "rare in one" and part == 2:
                made = [text.replace("calm", "wind") for text in made[:-5]] + made[-5:]
            write(folder, [cable(part * 1000 + number, text + " elk" * (number % 25 == 3)) for number, text in enumerate(made)])
        if request.param in ("deletions", "merged"):
            with CableWriter(folder) as writer:
                for number in random_.sample(range(700), 200):
                    writer.delete(cable(number, "").id)
                writer.commit(optimize=request.param == "merged")
    return folder


@functools.cache
def whole(folder, root):
    """All hits, as they come where every document is scored."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ranking.Ranking, "_by_champions", lambda *_: None)
        patch.setattr(ranking.Ranking, "_by_blocks", lambda *_: None)
        engine = ArrayEngine.open(folder)
        found = engine.answer(plan.Request(root, limit=None))
        engine.close()
    return found


TENTH = plan.Value("id", tuple(cable(number, "").id for number in range(0, 3000, 10)))
CALM, LAKE, SEA = (plan.Word(text, fields=HEAD) for text in ("calm", "lake", "sea"))
PLANS = (
    CALM,
    LAKE,
    SEA,
    plan.Word("lake", fields=("subject", "body", "head")),
    plan.Word("cooperation", fields=HEAD),
    plan.Word("ca", "prefix", fields=("subject", "body", "head")),
    plan.Word("*", "wildcard", fields=HEAD),
    plan.And((CALM, LAKE)),
    plan.And((LAKE, plan.Value("id", tuple(cable(number, "").id for number in range(0, 700, 40))))),
    plan.Or((CALM, plan.Word("reed", fields=HEAD))),
    plan.And((CALM, plan.Not(LAKE))),
    plan.And((CALM, TENTH)),
    plan.Or((CALM, plan.Paragraph(plan.Word("elk", fields=HEAD)))),  # whose second part has no hits of its own, but a word that counts
)


@pytest.mark.parametrize("root", PLANS, ids=range(len(PLANS)))
@pytest.mark.parametrize(("first", "champions", "soon"), [(1, 512, 0), (20, 8, 0), (20, 512, 1 << 15)])
def test_the_first_hits_are_those_of_scoring_all(folder, monkeypatch, root, first, champions, soon):
    wanted = whole(folder, root)
    monkeypatch.setattr(scoredwords, "_FIRST", first)
    monkeypatch.setattr(scoredwords, "SOON_SCORED", soon)
    monkeypatch.setattr(scoredwords, "CHAMPIONS", champions)
    monkeypatch.setattr(ranking, "CHAMPIONS", champions)
    for offset, limit in ((0, 1), (0, 6), (7, 20), (300, 30)):
        engine = ArrayEngine.open(folder)
        for _ in range(3):
            found = engine.answer(plan.Request(root, "relevance", offset, limit))
            assert (found.total, found.found) == (wanted.total, wanted.found[offset : offset + limit])
        engine.close()


def test_where_bounds_are_known_most_documents_are_not_read(folder, monkeypatch, request):
    monkeypatch.setattr(scoredwords, "_FIRST", 2)
    monkeypatch.setattr(scoredwords, "SOON_SCORED", 0)
    engine = ArrayEngine.open(folder)
    word = engine._words.scored(CALM)
    engine.answer(plan.Request(CALM, limit=1))
    assert isinstance(word, BoundedWord) == ("old" not in request.node.name)
    if "old" not in request.node.name:
        assert word._scores is None
        assert len(word.leaders(1).documents) < len(word.documents)
    engine.close()


@pytest.mark.parametrize("folder", ["one segment", "segments", "merged"], indirect=True)
def test_the_best_of_fewer_hits_are_found_by_bounds_too(folder, monkeypatch):
    monkeypatch.setattr(scoredwords, "_FIRST", 1)
    engine = ArrayEngine.open(folder)
    word = engine._words.scored(CALM)
    hits = engine._evaluation.hits(plan.And((CALM, TENTH)))
    documents, scores, floor = word.best_within(hits, 1)
    assert not word._postings.unpacked
    assert 0 < len(documents) < len(hits)
    everything = dict(zip(hits.numbers.tolist(), word.at(hits.numbers).tolist(), strict=True))
    assert dict(zip(documents.tolist(), scores.tolist(), strict=True)) == {number: score for number, score in everything.items() if score >= floor}
    assert floor == max(everything.values())
    assert word.best_within(hits, len(hits)) is None
    engine.close()


def test_a_bound_is_no_less_than_any_score(folder, request):
    reader, seen = open_reader(folder), 0
    for segment in reader._segments:
        field = segment.field("head")
        for term in range(len(field.lexicon)) if field.bounds else ():
            found = field.bounds.of(term)
            if found is not None:
                seen += 1
                shares = field.frequencies(term) / bounds.written_norms(field.bounds._words)[field.documents(term)]
                stretches = field.documents(term) // bounds.SKIP_BLOCK
                assert (found.highest[stretches] * (1 + 1e-9) >= shares).all()
                assert (found.highest[stretches] <= shares.max() * 1.01).all()
                assert found.counts.sum() == field.count(term)
                assert field.documents(term).tolist() == field.of_range(term, term + 1)[1].tolist()
                assert found.places.sum() == field.frequencies(term).sum()
    assert (seen > 0) == ("old" not in request.node.name)
    reader.close()


@pytest.mark.parametrize("folder", ["one segment", "segments", "merged"], indirect=True)
def test_bounds_of_another_number_of_documents(folder, monkeypatch):
    monkeypatch.setattr(scoredwords, "SOON_SCORED", 0)
    engine = ArrayEngine.open(folder)
    word = engine._words.scored(CALM)
    assert isinstance(word, BoundedWord)
    word._postings._frequencies = None
    for term in word._postings._fields[0].terms:
        term.bounds.counts[0] += 1
    with pytest.raises(IndexDamaged):
        word.leaders(1)
    engine.close()


@pytest.mark.parametrize("wanted", [(3,), (0, 127, 128, 500), range(0, 1400, 7), ()], ids=str)
@pytest.mark.parametrize("read", [False, True], ids=["unread", "read"])
def test_places_of_few_documents_are_those_of_the_whole_list(folder, monkeypatch, wanted, read):
    monkeypatch.setattr(reader_module, "_SOONER_READ", 0)
    documents = np.array(wanted, dtype=np.int64)
    for text in WORDS:
        reader = open_reader(folder)
        if read:
            reader.postings("head", text)
        terms = reader.exactly("head", (text,))
        some = reader.places_of(terms, documents)
        whole = reader.places_of(terms)
        assert some[np.isin(some >> PLACE_BITS, documents)].tolist() == whole[np.isin(whole >> PLACE_BITS, documents)].tolist()
        reader.close()


def test_scores_of_few_documents_are_those_of_all(folder, monkeypatch):
    monkeypatch.setattr(blockmax, "_LONG", 0)
    for root in (CALM, LAKE, SEA, plan.Word("ca", "prefix", fields=HEAD)):
        few, all_of_them = ArrayEngine.open(folder), ArrayEngine.open(folder)
        documents = np.flatnonzero(few._reader.live)[5::97]
        word = few._words.scored(root)
        for _ in range(40):  # until enough were read to read all
            found = word.at(documents)
            if word.common:
                assert found.tolist() == all_of_them._words.scored(root).scores[documents].tolist()
        if isinstance(word, BoundedWord):
            assert word._postings.unpacked
        few.close()
        all_of_them.close()


@pytest.mark.parametrize("folder", ["one segment", "segments", "merged"], indirect=True)
@pytest.mark.parametrize("array", ["_masks", "_places"])
def test_altered_masks_and_counts(folder, monkeypatch, array):
    monkeypatch.setattr(reader_module, "_SOONER_READ", 0)
    reader = open_reader(folder)
    for segment in reader._segments:
        found = segment.field("head").bounds
        altered = getattr(found, array).copy()
        altered[:, 0] = 0
        setattr(found, array, altered)
    terms = reader.exactly("head", ("calm",))
    with pytest.raises(IndexDamaged):
        reader.places_of(terms, np.arange(20))
    if array == "_masks":
        with pytest.raises(IndexDamaged):
            reader.postings_of(terms)
    reader.close()
