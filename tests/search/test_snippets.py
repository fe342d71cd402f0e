"""Which paragraphs are shown with a hit, and which of their words are highlighted."""

from __future__ import annotations

import pytest

from reftel.schema.cable import Cable, Paragraph
from reftel.schema.stored import Stored
from reftel.search import plan
from reftel.search.positions import together
from reftel.search.results import SUBJECT
from reftel.search.snippets import CableText, findings_of, places_in_subjects
from reftel.search.tokens import marked_ranges

FIELDS = ("subject", "body", "head")


def word(text, match="inflected", distance=0, fields=FIELDS):
    return plan.Word(text, match, distance, fields)


def phrase(*texts):
    return plan.Phrase(tuple(word(text, "exact") for text in texts))


def cable(*texts, marks=(), **values):
    marks = marks or ("C",) * len(texts)
    caveats = [("NOFORN",) if mark.endswith("/NF") else () for mark in marks]
    paragraphs = [Paragraph(n, mark, mark.split("/")[0], nf, None, text) for n, (text, mark, nf) in enumerate(zip(texts, marks, caveats, strict=True), 1)]
    return Cable(id="08POST1", paragraphs=tuple(paragraphs), body="\n\n".join(texts), **values)


def best_paragraphs(found, node, limit=2, rarity=lambda _word: 1.0):
    return findings_of(found, node, rarity).best(0, Stored.of(found), limit)


def shown(found, node, limit=2):
    """Paragraph numbers with the highlighted words."""
    return [(hit.number, [hit.text[start:end] for start, end in hit.highlights]) for hit in best_paragraphs(found, node, limit)]


LAKE = cable("The Lake Group saw a precedent.", "A group met.", "Nothing.", "No precedents for the lake\ngroup.", "A lake. A group. A precedent.")
LAKE_GROUP, PRECEDENT = phrase("lake", "group"), word("precedent")

TABLE = [
    # a phrase counts only where it stands; inflections are highlighted; both paragraphs that have all are shown
    (plan.And((LAKE_GROUP, PRECEDENT)), [(1, ["Lake", "Group", "precedent"]), (4, ["precedents", "lake", "group"])]),
    (LAKE_GROUP, [(1, ["Lake", "Group"]), (4, ["lake", "group"])]),
    # most different words first, then text order; one that has less than the first and nothing new only repeats
    (plan.And((word("lake"), word("group"))), [(1, ["Lake", "Group"]), (4, ["lake", "group"])]),
    (plan.And((word("met"), word("group"))), [(2, ["group", "met"])]),
    # a preferred phrase decides between paragraphs with the same words
    (plan.Prefer(plan.And((word("lake"), word("group"))), ((phrase("a", "lake"), 1.0),)), [(5, ["A", "lake", "group"])]),
    # proximity: both sides where it holds, and a word between them that is a side too
    (plan.Near(word("lake"), PRECEDENT, 2, ordered=True), []),
    (plan.Near(PRECEDENT, word("lake"), 3, ordered=True), [(4, ["precedents", "lake"])]),
    (plan.Near(word("group"), PRECEDENT, 3), [(5, ["group", "precedent"]), (1, ["Group", "precedent"])]),
    # patterns and spelling variants
    (word("prec", "prefix"), [(1, ["precedent"]), (4, ["precedents"])]),
    (word("l?ke", "wildcard"), [(1, ["Lake"]), (4, ["lake"])]),
    (word("like", "fuzzy", 1), [(1, ["Lake"]), (4, ["lake"])]),
    (word("precedents", "exact"), [(4, ["precedents"])]),
    # what speaks against a hit is not shown
    (plan.And((word("met"), plan.Not(PRECEDENT))), [(2, ["met"])]),
    (plan.And((word("met"), word("nothing", fields=("subject",)))), [(2, ["met"])]),
    (plan.Or((word("met"), word("absent"))), [(2, ["met"])]),
]


@pytest.mark.parametrize(("node", "expected"), TABLE)
def test_paragraphs_and_highlights(node, expected):
    assert shown(LAKE, node) == (expected or [(1, [])])


def test_same_paragraph_comes_first_and_only_it_is_highlighted():
    found = cable("The lake and the hill and the sea.", "A hill.", "A lake in a hill.", "The sea.")
    node = plan.And((word("sea"), plan.Paragraph(plan.And((word("lake"), plan.Not(word("sea")))))))
    assert shown(found, node, 3) == [(3, ["lake"]), (1, ["sea"])]
    assert shown(found, node, None) == [(3, ["lake"]), (1, ["sea"]), (4, ["sea"])]


def test_a_new_word_comes_before_another_paragraph_that_a_condition_holds_for():
    found = cable("The lake by the hill.", "A lake, a hill.", "The sea.", "A lake.")
    node = plan.And((word("sea"), plan.Paragraph(plan.And((word("lake"), word("hill"))))))
    assert shown(found, node, 3) == [(2, ["lake", "hill"]), (3, ["sea"]), (1, ["lake", "hill"])]


def test_marks_choose_paragraphs():
    found = cable("The lake.", "The lake.", "The hill.", marks=("C", "S/NF", "S"))
    assert shown(found, plan.Paragraph(plan.And((plan.Mark(3, 3), word("lake"))))) == [(2, ["lake"])]
    assert shown(found, plan.Paragraph(plan.Mark(3, 4))) == [(2, []), (3, [])]
    assert shown(found, plan.Paragraph(plan.Mark(0, 4, ("NOFORN",)))) == [(2, [])]


@pytest.mark.parametrize(
    ("values", "number"),
    [({}, 1), ({"summary": "All  is calm."}, 3), ({"summary": "Not in the text."}, 1)],
)
def test_a_hit_by_its_head_shows_the_summary_or_the_first_paragraph(values, number):
    found = cable("One.", "Two.", "Summary: All is\ncalm. End summary.", **values)
    assert shown(found, plan.Value("tags", ("PREL",))) == [(number, [])]
    assert shown(found, plan.Everything()) == [(number, [])]


def test_a_paragraph_headed_summary():
    paragraphs = (Paragraph(1, None, None, (), None, "One."), Paragraph(2, None, None, (), "SUMMARY", "Two."))
    assert shown(Cable(paragraphs=paragraphs), plan.Everything()) == [(2, [])]


def test_a_cable_without_paragraphs_shows_none():
    assert best_paragraphs(Cable(body="lake"), word("lake")) == ()


@pytest.mark.parametrize(("rarity", "numbers"), [(0.1, [1]), (0.69, [1]), (0.7, [1, 2]), (3.0, [1, 2])])
def test_a_word_that_most_cables_have_is_nothing_new(rarity, numbers):
    found = cable("The lake.", "A group of two.")
    node = plan.And((word("lake"), word("of")))
    hits = best_paragraphs(found, node, 2, lambda word: rarity if word.text == "of" else 4.0)
    assert [hit.number for hit in hits] == numbers
    assert [hit.number for hit in best_paragraphs(found, plan.And((word("the"), word("of"))), 2, lambda _word: 0.1)] == [1, 2]  # where all are so


def test_limit_and_index():
    hits = best_paragraphs(LAKE, word("group"), 1)
    assert [(hit.number, hit.index, hit.mark) for hit in hits] == [(1, 0, "C")]
    assert len(best_paragraphs(LAKE, word("group"), 9)) == 4
    assert best_paragraphs(LAKE, word("absent"), 0) == ()


def test_highlights_are_ranges_of_the_text_as_received():
    found = cable("Ünter  the U.S.\nlake’s hills")
    (hit,) = best_paragraphs(found, plan.And((word("us"), word("lake"), word("unter"))))
    assert hit.highlights == ((0, 5), (11, 15), (16, 22))


def test_words_in_subjects():
    subject = "The Lake Group and precedents"

    def found(node):
        places = together([places for _word, places in places_in_subjects(CableText(SUBJECT, [subject]), node)])
        return [subject[start:end] for start, end in marked_ranges(subject, places.tolist())]

    assert found(plan.And((LAKE_GROUP, PRECEDENT))) == ["Lake", "Group", "precedents"]
    assert found(plan.Paragraph(PRECEDENT)) == found(word("lake", fields=("body",))) == []


def test_a_long_paragraph_of_one_word_takes_no_time():
    found = cable("lake " * 200_000)
    assert len(best_paragraphs(found, plan.Near(word("lake"), word("lake"), 1000))[0].highlights) == 200_000
