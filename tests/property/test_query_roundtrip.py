"""Printing and reading a query again changes nothing, and no text makes the reader fail with anything but a QueryError."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from query_strategies import QUERY_CHARACTERS, WORDS, trees

from reftel.schema.errors import QueryError
from reftel.search.query import ParsedQuery, read_query
from reftel.search.query.parser import parse
from reftel.search.query.printer import print_tree

_scraps = st.sampled_from(
    (*WORDS, "AND", "OR", "NOT", "-", "(", ")", '"', "w/5", "w/p", "pre/2", "/3", "NEAR/4", "~1", "=", "*", "para:(", "mark:S", "subject:",
     "class:>=", "secret", "date:", "2008..", "2008-13", "tags:", ",", "|", "or", "id:08BAKU*", "08BAKU1", "refs:", "..", "\n", "–x")
)  # fmt: skip
noise = st.text(QUERY_CHARACTERS, max_size=30) | st.lists(_scraps, max_size=10).map(" ".join) | st.lists(_scraps, max_size=8).map("".join)


def answer(text: str) -> tuple[ParsedQuery | None, QueryError | None]:
    """What the reader makes of ``text``; any other exception goes through."""
    try:
        return read_query(text), None
    except QueryError as error:
        return None, error


def points_into(error: QueryError | None, text: str) -> bool:
    """Whether an error names a place in the text, and shows it."""
    assert error is not None
    assert error.text == text
    assert 0 <= error.start <= error.end <= len(text)
    return str(error).endswith("^")


@given(trees)
def test_a_printed_tree_reads_back_as_itself(tree):
    text = print_tree(tree)
    assert parse(text) == tree
    assert read_query(text).printed == text


@given(noise)
@example("")
@example(" ")
@example("a (")
@example("tags:w/5")
@example("tags:OR,AND")
@example("(a OR b) c")
@example("--a w/5 =b")
@example('subject:="a b"')
@example('class:>="secret"')
@example("tags:(PREL,AJ OR -X)")
@example("subject:x:y")
@example("tags:a,*,b")
def test_any_text_reads_and_prints_back_or_is_a_query_error(text):
    read, error = answer(text)
    if read is None:
        assert points_into(error, text)
        return
    again = read_query(read.printed)
    assert again.tree == read.tree
    assert again.plan == read.plan
    assert again.printed == read.printed


@given(st.text(max_size=40))
def test_any_unicode_is_read_or_refused(text):
    read, error = answer(text)
    assert read or points_into(error, text)


@given(trees)
def test_every_span_holds_the_text_of_its_node(tree):
    from reftel.search.query.tree import Fuzzy, Quoted, Word, children_of

    text = print_tree(tree)
    nodes = [parse(text)]
    while nodes:
        node = nodes.pop()
        start, end = node.span
        assert 0 <= start < end <= len(text)
        if isinstance(node, Word | Quoted | Fuzzy):
            assert text[start:end] == print_tree(node)
        nodes += children_of(node)


@pytest.mark.parametrize("character", '"()-=*?~:,|/<>')
def test_a_long_run_of_one_sign_is_answered_quickly(character):
    with pytest.raises(QueryError):
        read_query(character * 60_000)
