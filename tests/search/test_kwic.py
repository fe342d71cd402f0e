"""Keyword in context: which places count as occurrences, and what stands around them."""

from __future__ import annotations

import pytest

from reftel.schema.cable import Cable, Paragraph
from reftel.schema.errors import BadValueError
from reftel.schema.stored import Stored
from reftel.search.kwic import lines_in, parse_order, sort_lines
from reftel.search.query import read_query
from reftel.search.snippets import matching_paragraphs, paragraph_texts

TEXTS = (
    ("C", "The Lake Group saw no precedent. The lake froze."),
    ("S", "A group of five met by the lake;\n   precedents were set."),
    (None, "Lake lake LAKE."),
    ("S/NF", "Nothing of the kind."),
)


def cable(texts=TEXTS, **values):
    paragraphs = tuple(
        Paragraph(number, mark, mark.split("/")[0] if mark else None, ("NOFORN",) if mark and "/" in mark else (), None, text)
        for number, (mark, text) in enumerate(texts, 1)
    )
    return Cable(id="08BAKU1", date="2008-02-13T05:12:00Z", paragraphs=paragraphs, **values)


def kwic_lines(given, query, width=40):
    return lines_in(paragraph_texts(given), read_query(query).plan, [(given.key, Stored.of(given))], width)


def found(query, **values):
    return [(line.number, line.keyword) for line in kwic_lines(cable(**values), query)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("precedent", [(1, "precedent"), (2, "precedents")]),
        ("=precedent", [(1, "precedent")]),
        ("lake", [(1, "Lake"), (1, "lake"), (2, "lake"), (3, "Lake"), (3, "lake"), (3, "LAKE")]),
        # a phrase is one keyword, and its words are not counted again; elsewhere they are
        ('"lake group"', [(1, "Lake Group")]),
        ("lake group", [(1, "Lake Group"), (1, "lake"), (2, "group"), (2, "lake"), (3, "Lake"), (3, "lake"), (3, "LAKE")]),
        # of a proximity every pair, from its first to its last word
        ("group w/9 lake", [(1, "Lake Group"), (1, "Group saw no precedent. The lake"), (2, "group of five met by the lake")]),
        # a same-paragraph expression only in the paragraphs that it holds for
        ("lake w/p precedent", [(1, "Lake"), (1, "precedent"), (1, "lake"), (2, "lake"), (2, "precedents")]),
        ("para:(mark:S lake)", [(2, "lake")]),
        ("para:(lake -precedent)", [(3, "Lake"), (3, "lake"), (3, "LAKE")]),
        ("para:(lake -mark:*)", [(3, "Lake"), (3, "lake"), (3, "LAKE")]),
        # what has no words has no occurrences
        ("mark:S/NF", []),
        ("*", []),
        ("-lake", []),
        ("date:2008 precedent", [(1, "precedent"), (2, "precedents")]),
        ("prec*", [(1, "precedent"), (2, "precedents")]),
        ("subject:lake", []),
    ],
)
def test_occurrences(query, expected):
    assert found(query) == expected


def test_the_keyword_is_where_the_line_says():
    for line in kwic_lines(cable(), 'precedent OR "lake group"', width=12):
        text = cable().paragraphs[line.index].text
        assert " ".join(text[line.start : line.end].split()) == line.keyword
        assert line.mark == cable().paragraphs[line.index].mark


@pytest.mark.parametrize(
    ("width", "left", "right"),
    [(0, "", ""), (5, "ake; ", " were"), (40, "A group of five met by the lake; ", " were set.")],
)
def test_context_is_flowing_text_of_the_paragraph_alone(width, left, right):
    line = list(kwic_lines(cable(), "precedents", width))[-1]
    assert (line.left, line.keyword, line.right) == (left, "precedents", right)


def test_punctuation_stays_beside_the_keyword():
    line = next(kwic_lines(cable([("C", 'He said "lake", twice.')]), "lake"))
    assert (line.left, line.right) == ('He said "', '", twice.')


def test_sorting_by_the_words_beside_the_keyword():
    lines = list(kwic_lines(cable([("C", "the zebra lake ends. a lake begins. Apple LAKE dries.")]), "lake"))
    assert [line.right for line in sort_lines(lines, "right")] == [" begins. Apple LAKE dries.", " dries.", " ends. a lake begins. Apple LAKE dries."]
    assert [line.left.split()[-1] for line in sort_lines(lines, "left")] == ["a", "Apple", "zebra"]


def test_an_unknown_order_is_an_error_that_names_the_others():
    with pytest.raises(BadValueError, match="id, date, left, right"):
        parse_order("middle")


@pytest.mark.parametrize("text", ["lake " * 20_000, "lake" + " " * 1_000_000 + "lake", "-" * 1_000_000 + " lake"])
def test_long_paragraphs_take_no_long_time(text):
    lines = list(kwic_lines(cable([("C", text)]), "lake", 60))
    assert len(lines) == text.count("lake")


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("lake", [1, 2, 3]),
        ("lake AND precedent", [1, 2, 3]),
        ("lake w/p precedent", [1, 2]),
        ("para:(mark:S lake)", [2]),
        ("mark:S/NF", [4]),
        ("mark:>=C", [1, 2, 4]),
        ("*", []),
        ("id:08BAKU1", []),
        ("-lake", []),
    ],
)
def test_matching_paragraphs_are_all_of_them_in_text_order(query, numbers):
    assert [paragraph.number for paragraph in matching_paragraphs(cable(), read_query(query).plan)] == numbers
