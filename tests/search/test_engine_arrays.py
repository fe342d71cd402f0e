"""The engine over arrays beyond what the oracle knows: ranking, opening, errors, spelling of words, and that it is safe to share."""

from __future__ import annotations

import threading

import pytest

from reftel.engine.cache import Budget
from reftel.indexer.writer import CableWriter
from reftel.schema.cable import Cable, Paragraph, Reference
from reftel.schema.errors import ArchiveDamaged, ArchiveMissing, ArchiveVersion, EngineError, QueryTooBroad
from reftel.search import plan, positions
from reftel.search.engines import evaluation
from reftel.search.engines.array_engine import ArrayEngine
from reftel.search.engines.base import Engine
from reftel.search.matching import edit_distances, matching_pattern

FIELDS = ("subject", "body", "head")


def word(text, match="inflected"):
    return plan.Word(text, match, fields=FIELDS)


def cable(key, body, **values):
    return Cable(id=key, paragraphs=(Paragraph(1, "C", "C", (), None, body),), body=body, **values)


CABLES = (
    cable("08BAKU1", "lake " + "calm " * 30, date="2008-02-13T05:12:00Z", date_precision="minute"),
    cable("08BAKU2", "lake lake " + "calm " * 30),
    cable("08BAKU3", "calm " * 31, subject="the lake"),
    cable("08BAKU4", "lake and hill", refs=(Reference("A", "08BAKU1", "cable", "BAKU 1"),)),
    cable("08BAKU5", "hill and lake " * 2),
    cable("08BAKU6", "calm sea"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("engine")
    with CableWriter(path) as writer:
        for each in CABLES:
            writer.put(each)
    return path


@pytest.fixture(scope="module")
def engine(folder):
    engine: Engine = ArrayEngine.open(folder)
    yield engine
    engine.close()


def keys(engine, node, **request):
    return [hit.key for hit in engine.answer(plan.Request(node, **request)).found]


def test_a_subject_outranks_a_body_and_a_short_body_a_long_one(engine):
    found = keys(engine, word("lake"))
    assert found.index("08BAKU4") < found.index("08BAKU1")
    assert found.index("08BAKU2") < found.index("08BAKU1")
    assert found[0] in {"08BAKU3", "08BAKU5"}


def test_a_rare_word_counts_more_than_a_common_one(engine):
    assert keys(engine, plan.Or((word("sea"), word("lake"))))[0] == "08BAKU6"


def test_a_preference_decides_over_any_score(engine):
    adjacent = plan.Phrase((word("lake", "exact"), word("and", "exact"), word("hill", "exact")))
    node = plan.Prefer(word("lake"), ((adjacent, 1.0), (plan.Value("id", ("08BAKU1",)), 2.0)))
    answer = engine.answer(plan.Request(node))
    assert [hit.key for hit in answer.found][:2] == ["08BAKU1", "08BAKU4"]
    assert answer.found[0].score > 2 * plan.PREFERENCE > answer.found[1].score > plan.PREFERENCE


def test_equal_scores_are_ordered_by_key(engine):
    assert keys(engine, plan.Everything()) == [each.id for each in CABLES]


def test_windows_are_cut_from_one_order(engine):
    whole = keys(engine, word("lake"), limit=None)
    assert keys(engine, word("lake"), limit=2) + keys(engine, word("lake"), offset=2, limit=2) == whole[:4]
    assert keys(engine, word("lake"), limit=0) == keys(engine, word("lake"), offset=99) == []


POSITIONAL = plan.And((plan.Phrase((word("lake", "exact"), word("and", "exact"))), word("hill")))


@pytest.mark.parametrize(
    ("node", "megabytes", "evaluated"),
    [(POSITIONAL, 1, 1), (POSITIONAL, 0, 5), (plan.Not(plan.Paragraph(word("hill"))), 1, 1), (plan.And((word("lake"), word("hill"))), 1, 4)],
)
def test_hits_that_took_positions_are_found_once(folder, monkeypatch, node, megabytes, evaluated):
    engine, roots = ArrayEngine.open(folder, Budget(megabytes << 20)), []
    find = evaluation.Evaluation.hits
    monkeypatch.setattr(evaluation.Evaluation, "hits", lambda self, root, *within: (roots.append(root), find(self, root, *within))[1])
    requests = (plan.Request(node), plan.Request(node, offset=1), plan.Request(node, "-date"), plan.Request(node, limit=0, facets=(("year", None),)))
    assert {engine.answer(request).total for request in requests} == {len(list(engine.scan(node)))}
    assert roots.count(node) == evaluated
    engine.close()


def test_records_come_back_as_they_were(engine):
    assert engine.record("08BAKU1")
    assert engine.record("08BAKU9") is None
    assert engine.count() == 6


@pytest.mark.parametrize("request_", [plan.Request(plan.Everything(), "body"), plan.Request(plan.Everything(), facets=(("body", None),))])
def test_orders_and_facets_that_no_field_has(engine, request_):
    with pytest.raises(EngineError, match="'body' is no"):
        engine.answer(request_)


def test_what_cannot_be_asked_of_a_paragraph(engine):
    with pytest.raises(EngineError, match="Value can't be asked of a paragraph"):
        engine.answer(plan.Request(plan.Paragraph(plan.Value("tags", ("PREL",)))))


def test_opening_what_is_none(tmp_path, folder, monkeypatch):
    with pytest.raises(ArchiveMissing):
        ArrayEngine.open(tmp_path)
    (tmp_path / "_MAIN_1.toc").write_bytes(b"no")
    with pytest.raises(ArchiveDamaged):
        ArrayEngine.open(tmp_path)
    from reftel.schema import fields

    more = (*fields.FIELDS, fields.Field("new", "keyword", "", ()))
    monkeypatch.setattr("reftel.search.engines.array_engine.FIELDS", more)
    with pytest.raises(ArchiveVersion, match="'new'"):
        ArrayEngine.open(folder)


LAKE, HILL = plan.Word("lake", fields=FIELDS), plan.Word("hill", fields=FIELDS)
KINDS = (
    plan.Everything(), plan.Nothing(), LAKE, plan.AnyOf((LAKE, HILL)), plan.Phrase((word("and"), LAKE)), plan.Near(LAKE, HILL, 2), plan.And((LAKE, HILL)),
    plan.Or((LAKE, HILL)), plan.Not(LAKE), plan.Mark(0, 3), plan.Paragraph(plan.And((word("lake"), word("hill")))), plan.Value("id", ("08BAKU1",)),
    plan.ValuePattern("id", "08*1"), plan.Range("date", None, 30_000_000), plan.CitedBy(("08BAKU4",)), plan.Prefer(LAKE, ((HILL, 1.0),)), plan.Neighbours(LAKE, (plan.Phrase((LAKE, HILL)),)),
)  # fmt: skip


def test_every_kind_of_node_is_evaluated(engine):
    kinds = {kind for kind in vars(plan).values() if isinstance(kind, type) and issubclass(kind, plan.Node)} - {plan.Node, plan.Tagged}
    assert set(map(type, KINDS)) == kinds == set(evaluation.WAYS)
    for node in KINDS:
        explained = engine.explain(node)
        assert explained.way == evaluation.WAYS[type(node)]
        assert explained.documents == engine.answer(plan.Request(node)).total
        assert bool(explained.documents) != isinstance(node, plan.Nothing)


def test_threads_share_an_engine(engine):
    node = plan.Near(word("lake"), word("hill"), 3)
    expected = keys(engine, node)
    failures = []

    def ask():
        calm = ["08BAKU1", "08BAKU2", "08BAKU3", "08BAKU6"]
        failures.extend(n for n in range(20) if keys(engine, node) != expected or list(engine.scan(word("calm"))) != calm)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


@pytest.mark.parametrize(
    ("pattern", "matching"),
    [("*", ["", "a", "ab", "[b"]), ("?", ["a"]), ("a*", ["a", "ab"]), ("*b", ["ab", "[b"]), ("[*", ["[b"]), ("a?", ["ab"]), ("", [""])],
)
def test_patterns(pattern, matching):
    assert matching_pattern(pattern, ["", "a", "ab", "[b"]) == matching


def test_a_pattern_of_many_stars_takes_no_time():
    assert matching_pattern("*a" * 20 + "*b", ["a" * 100_000]) == []


def test_edit_distances():
    assert edit_distances("qadhafi", ["qadhafi", "qaddafi", "gaddafi", "qadhaf", "", "i" * 9]).tolist() == [0, 1, 2, 1, 7, 8]


def test_a_word_broken_at_a_line_end_is_found_whole_and_in_parts(tmp_path):
    with CableWriter(tmp_path) as writer:
        writer.put(cable("08BAKU1", "the full juris-\ndiction of courts"))
        writer.put(cable("08BAKU2", "a long walk-\nout by members"))
    engine = ArrayEngine.open(tmp_path)
    try:
        assert keys(engine, word("jurisdiction", "exact")) == ["08BAKU1"]
        assert keys(engine, plan.Phrase((word("full"), word("jurisdiction")))) == ["08BAKU1"]
        assert keys(engine, plan.Phrase((word("jurisdiction"), word("of")))) == ["08BAKU1"]
        assert keys(engine, plan.Paragraph(plan.And((word("jurisdiction"), word("courts"))))) == ["08BAKU1"]
        assert keys(engine, plan.Phrase((word("walk"), word("out")))) == ["08BAKU2"]
        assert keys(engine, word("walkout")) == ["08BAKU2"]
    finally:
        engine.close()


# -- what would take too much ------------------------------------------------------------------------------------------------------------

BROAD = {
    "wildcard": word("*a*", "wildcard"),
    "prefix": word("la", "prefix"),
    "fuzzy": plan.Word("lakes", "fuzzy", 1, FIELDS),
    "under a NOT": plan.And((plan.Everything(), plan.Not(word("la", "prefix")))),
    "in a phrase": plan.Phrase((word("*a*", "wildcard"), word("lake"))),
    "in a paragraph": plan.Paragraph(plan.And((word("*a*", "wildcard"), word("lake")))),
    "preferred": plan.Prefer(word("lake"), ((word("*a*", "wildcard"), 1.0),)),
    "several, together": plan.Or((word("hil", "prefix"), word("se", "prefix"), word("se?", "wildcard"))),
}


@pytest.mark.parametrize("root", BROAD.values(), ids=list(BROAD))
@pytest.mark.parametrize("ask", ["answer", "scan", "explain", "numbers"])
def test_patterns_of_too_many_words_are_refused(engine, monkeypatch, root, ask):
    asked = {
        "answer": lambda: engine.answer(plan.Request(root)), "scan": lambda: list(engine.scan(root)),
        "explain": lambda: engine.explain(root), "numbers": lambda: engine.numbers(root, "date"),
    }  # fmt: skip
    asked[ask]()
    monkeypatch.setattr(evaluation, "MOST_POSTINGS", 3)
    with pytest.raises(QueryTooBroad, match="the patterns of the query stand for too many words of the archive"):
        asked[ask]()


def test_a_proximity_that_holds_in_too_many_ways_is_refused(folder, monkeypatch):
    engine = ArrayEngine.open(folder, Budget(0))
    calm = word("calm")
    chain = plan.Near(plan.Near(calm, calm, 9), calm, 9)
    assert engine.answer(plan.Request(chain)).total == 3
    monkeypatch.setattr(positions, "MOST_PAIRS", 100)
    with pytest.raises(QueryTooBroad, match="stand together in too many ways"):
        engine.answer(plan.Request(chain))
    assert engine.answer(plan.Request(plan.Near(word("lake"), word("hill"), 9))).total == 2
    engine.close()
