"""What every engine has to do, in examples: a class to inherit from, with a fixture ``engine`` over `CABLES`.

`PlanContract` is the meaning of plans, which the oracle keeps too; `EngineContract` is all that an archive is asked through.
"""

from __future__ import annotations

import itertools

import pytest

from reftel.record import record_of
from reftel.schema.cable import Cable, Paragraph, Reference
from reftel.schema.errors import EngineError
from reftel.schema.fields import facet_fields
from reftel.schema.stored import Stored, record_bytes
from reftel.search import plan
from reftel.search.engines.memory import MemoryEngine
from reftel.search.walk import children

BARE = ("subject", "body", "head")


def _paragraph(number: int, text: str, mark: str | None = None, level: str | None = None, caveats: tuple[str, ...] = ()) -> Paragraph:
    return Paragraph(number, mark, level, caveats, None, text)


CABLES = (
    Cable(
        id="07STATE9", date="2007-12-31T23:59:00Z", date_precision="minute", classification="SECRET", post="STATE", subject="Precedents",
        paragraphs=(_paragraph(1, "A precedent is a precedent.", "S", "S"), _paragraph(2, "", "U", "U")), tags=("PREL",),
    ),
    Cable(
        id="08BAKU1", date="2008-02-13T05:12:00Z", date_precision="minute", classification="CONFIDENTIAL", post="BAKU", subject="Minsk Group talks",
        paragraphs=(
            _paragraph(1, "The Minsk Group met in Baku. No precedent.", "C", "C"),
            _paragraph(2, "Talks about oil were a precedent for all.", "S/NF", "S", ("NOFORN",)),
        ),
        tags=("PREL", "AJ"), refs=(Reference("A", "07STATE9", "cable", "07 STATE 9"),), signers=("DERSE",),
    ),
    Cable(
        id="08BAKU2", date="2008-03-01T00:00:00Z", date_precision="minute", classification="CONFIDENTIAL", post="BAKU", subject="F-16s",
        paragraphs=(_paragraph(1, "A group of pilots from Minsk: co-operation with an F-16. Herr Müller talked."), _paragraph(2, "oil, oil and oil", "C", "C")),
        tags=("AJ", 'odd "tag" \\ * ? {}'), refs=(Reference("A", "08BAKU1", "cable", "08 BAKU 1"),),
    ),
    Cable(id="09X1", subject="Nothing"),
    Cable(id=None, paragraphs=(_paragraph(1, f"minsk {'x' * 40_000} юрист"),), body="minsk"),
)  # fmt: skip
LAST = CABLES[-1].key
ALL = sorted(cable.key for cable in CABLES)


def word(text: str, match: plan.Match = "exact", fields: tuple[str, ...] = BARE, distance: int = 0) -> plan.Word:
    return plan.Word(text, match, distance, fields)


def phrase(*texts: str) -> plan.Phrase:
    return plan.Phrase(tuple(map(word, texts)))


HOLDS: tuple[tuple[plan.Node, list[str]], ...] = (
    (plan.Everything(), ALL),
    (plan.Nothing(), []),
    (word("minsk"), ["08BAKU1", "08BAKU2", LAST]),
    (word("minsk", fields=("subject",)), ["08BAKU1"]),
    (word("minsk", fields=()), []),
    (word("talk", "inflected"), ["08BAKU1", "08BAKU2"]),
    (word("prece", "prefix"), ["07STATE9", "08BAKU1"]),
    (word("m?nsk", "wildcard"), ["08BAKU1", "08BAKU2", LAST]),
    (word("minks", "fuzzy", distance=2), ["08BAKU1", "08BAKU2", LAST]),
    (word("minks", "fuzzy", distance=1), []),
    (word("юрист"), [LAST]),
    (word("x" * 40_000), [LAST]),
    (word("x" * 40_001), []),
    (word("mueller"), ["08BAKU2"]),
    (word("muller"), ["08BAKU2"]),
    (word("cooperation"), ["08BAKU2"]),
    (phrase("minsk", "group"), ["08BAKU1"]),
    (phrase("minsk", "cooperation"), ["08BAKU2"]),
    (phrase("cooperation", "with"), ["08BAKU2"]),
    (phrase("co", "with"), []),
    (phrase("an", "f16", "herr"), ["08BAKU2"]),
    (phrase("talks", "the"), []),  # the end of a subject and the beginning of a paragraph
    (plan.Near(word("minsk"), word("group"), 1), ["08BAKU1"]),
    (plan.Near(word("minsk"), word("group"), 4), ["08BAKU1", "08BAKU2"]),
    (plan.Near(word("minsk"), word("group"), 4, ordered=True), ["08BAKU1"]),
    (plan.Near(plan.Near(word("group"), word("minsk"), 4, ordered=True), word("f16"), 5), ["08BAKU2"]),
    (plan.Near(word("oil"), word("oil"), 1), ["08BAKU2"]),
    (plan.AnyOf((word("oil"), phrase("minsk", "group"))), ["08BAKU1", "08BAKU2"]),
    (plan.Paragraph(plan.And((word("minsk"), word("oil")))), []),
    (plan.Paragraph(plan.And((word("precedent"), plan.Mark(3, 4)))), ["07STATE9", "08BAKU1"]),
    (plan.Paragraph(plan.And((word("precedent"), plan.Not(word("minsk"))))), ["07STATE9", "08BAKU1"]),
    (plan.Paragraph(plan.Not(plan.Or((word("precedent"), word("oil"))))), ["07STATE9", "08BAKU2", LAST]),
    (plan.Mark(0, 9, ("NOFORN",)), ["08BAKU1"]),
    (plan.And((word("minsk"), plan.Not(word("oil")))), [LAST]),
    (plan.Or(()), []),
    (plan.And(()), ALL),
    (plan.Value("tags", ("AJ", "NOWHERE")), ["08BAKU1", "08BAKU2"]),
    (plan.Value("tags", ('ODD "TAG" \\ * ? {}',)), ["08BAKU2"]),
    (plan.ValuePattern("id", "08*"), ["08BAKU1", "08BAKU2"]),
    (plan.ValuePattern("tags", "P?EL"), ["07STATE9", "08BAKU1"]),
    (plan.Range("date", 20_000_000, None), ["08BAKU1", "08BAKU2"]),
    (plan.Range("date", None, None), ["07STATE9", "08BAKU1", "08BAKU2"]),
    (plan.CitedBy(("08BAKU1",)), ["07STATE9"]),
    (plan.Prefer(word("minsk"), ((word("oil"), 1.0),)), ["08BAKU1", "08BAKU2", LAST]),
)  # fmt: skip

ORDERS = (
    ("id", ["07STATE9", "08BAKU1", "08BAKU2", "09X1", LAST]),
    ("date", ["07STATE9", "08BAKU1", "08BAKU2", "09X1", LAST]),
    ("-date", ["08BAKU2", "08BAKU1", "07STATE9", "09X1", LAST]),
    ("from", ["08BAKU1", "08BAKU2", "07STATE9", "09X1", LAST]),
    ("-class", ["07STATE9", "08BAKU1", "08BAKU2", "09X1", LAST]),
)

RANKED = (
    plan.Neighbours(plan.And((word("minsk", "inflected"), word("group", "inflected"))), (plan.Phrase((word("minsk", "inflected"), word("group", "inflected"))),)),
    plan.Or((word("oil"), word("precedent", "inflected"), word("talk", "inflected"))),
    plan.Prefer(word("minsk"), ((word("oil"), 1.0), (plan.Value("tags", ("PREL",)), 2.0))),
    plan.Neighbours(plan.And((word("cooperation"), word("with"))), (phrase("cooperation", "with"), phrase("f16", "herr"))),
    word("oil"),
    plan.Everything(),
)  # fmt: skip


def oracle() -> MemoryEngine:
    return MemoryEngine(map(record_of, CABLES))


class PlanContract:
    """Cables, totals, orders, facets and counts."""

    def test_every_kind_of_node_finds_its_cables(self, engine):
        for node, keys in HOLDS:
            assert list(engine.scan(node)) == keys, node
            assert engine.answer(plan.Request(node, limit=0)) == plan.Answer(len(keys), (), {}), node

    def test_orders_and_windows(self, engine):
        for sort, keys in ORDERS:
            for offset, limit in itertools.product((0, 1, 4, 9), (0, 1, 3, None)):
                found = engine.answer(plan.Request(plan.Everything(), sort, offset, limit)).found
                assert [hit.key for hit in found] == keys[offset:][:limit], (sort, offset, limit)
                assert not any(hit.score for hit in found)

    def test_scores_are_those_of_the_definition(self, engine):
        for node in RANKED:
            wanted = oracle().answer(plan.Request(node)).found
            found = engine.answer(plan.Request(node)).found
            assert [hit.key for hit in found] == [hit.key for hit in wanted], node
            assert [hit.score for hit in found] == pytest.approx([hit.score for hit in wanted], rel=1e-6), node
            assert [hit.key for hit in engine.answer(plan.Request(node, offset=1, limit=1)).found] == [hit.key for hit in wanted[1:2]]

    def test_facets_count_all_hits(self, engine):
        tags = engine.answer(plan.Request(plan.Everything(), limit=0, facets=(("tags", 1), ("from", None)))).facets
        assert tags["from"] == (plan.Bucket("BAKU", 2), plan.Bucket("STATE", 1))
        assert tags["tags"] == (plan.Bucket("AJ", 2),)
        assert tags["tags"].left_out == 2
        for field in facet_fields():
            request = plan.Request(word("minsk"), limit=0, facets=((field.name, None),))
            assert engine.answer(request) == oracle().answer(request)

    def test_what_no_field_has_is_an_error(self, engine):
        for request in (plan.Request(plan.Everything(), "body"), plan.Request(plan.Everything(), facets=(("nothing", None),))):
            with pytest.raises(EngineError, match=r"'body' is no sort field|'nothing' is no facet"):
                engine.answer(request)

    def test_words_of_the_archive(self, engine):
        talk = word("talk", "inflected")
        assert list(engine.forms(talk)) == ["talks", "talked"]
        assert list(engine.forms(word("nowhere"))) == []
        for each in (talk, word("oil"), word("nowhere"), word("mins", "prefix")):
            assert engine.rarity(each) == pytest.approx(oracle().rarity(each))
        assert list(engine.lexicon("subject")) == ["16s", "f", "f16s", "group", "minsk", "nothing", "precedents", "talks"]
        assert engine.count_words(word("minsk"), ["oil", "cooperation", "nowhere"], BARE) == [2, 1, 0]
        assert engine.count_words(plan.Everything(), [], BARE) == []

    def test_tools_of_research(self, engine):
        assert engine.numbers(word("minsk"), "date") == [("08BAKU1", 20_047_992), ("08BAKU2", 20_072_160)]
        (among,) = engine.facets_among([(plan.Everything(), [("tags", "AJ"), ("from", "BAKU")])], "year")
        assert (among.total, among.found, among.facets) == (2, (), {"year": (plan.Bucket("2008", 2),)})
        members = engine.members(plan.Everything(), "tags", lambda value: len(value) < 5)
        assert [(value, list(keys)) for value, keys in members] == [("AJ", ["08BAKU1", "08BAKU2"]), ("PREL", ["07STATE9", "08BAKU1"])]


class EngineContract(PlanContract):
    """Records, places in texts and `explain` besides."""

    def test_records(self, engine):
        assert engine.count() == len(CABLES)
        for cable in CABLES:
            assert engine.record(cable.key) == record_bytes(cable)
        assert engine.record("nowhere") is None

    def test_explain_counts_every_node(self, engine):
        for node, keys in HOLDS:
            todo = [(engine.explain(node), False)]
            assert todo[0][0].documents == len(keys)
            while todo:
                counted, inside = todo.pop()
                asked = plan.Paragraph(counted.node) if inside else counted.node
                assert counted.documents == len(oracle().matches(asked)), node
                assert [child.node for child in counted.children] == list(children(counted.node))
                assert counted.way
                todo += [(child, inside or isinstance(counted.node, plan.Paragraph)) for child in counted.children]

    def test_texts_of_hits(self, engine):
        keys = ["08BAKU2", LAST, "07STATE9"]
        with engine.errors():
            texts = engine.texts([plan.Found(key, 0.0) for key in keys])
            assert [Stored(lines).cable.key for lines in texts.records()] == keys
            assert texts.paragraphs.counts == [2, 1, 2]
            levels = texts.paragraphs.paragraphs.levels.tolist()
            each = zip(texts.paragraphs.first, texts.paragraphs.counts, strict=True)
            assert [levels[first : first + count] for first, count in each] == [[-1, 2], [-1], [3, 0]]
            assert sorted(texts.owners(texts.paragraphs.text.places(word("minsk"))).tolist()) == [0, 1]
            assert len(texts.paragraphs.text.places(word("oil"))) == 3
            assert texts.owners(texts.subject.places(word("precedents"))).tolist() == [2]
            assert texts.outside(word("f16s"), "subject").tolist() == [True, False, False]
