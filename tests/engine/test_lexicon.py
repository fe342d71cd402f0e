"""Sorted terms are found by bisection and by prefix, whatever stands in them."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reftel.engine.lexicon import Lexicon, common_ranks, encode_term, encode_terms, merged_terms

term_sets = st.sets(st.text(st.characters(codec="utf-8") | st.sampled_from("ab\n"), max_size=5), max_size=20)


def lexicon(terms):
    blob, starts = encode_terms(sorted(terms))
    return Lexicon(blob.data, starts)


@given(term_sets, st.text(max_size=3))
def test_terms_and_prefixes(terms, prefix):
    found, ordered = lexicon(terms), sorted(terms)
    assert found.slice(0, len(found)) == ordered
    assert [found.term(number) for number in range(len(found))] == ordered
    assert [found.number(encode_term(term)) for term in ordered] == list(range(len(ordered)))
    assert found.number(encode_term(prefix)) == (ordered.index(prefix) if prefix in terms else None)
    assert found.slice(*found.range(prefix)) == [term for term in ordered if term.startswith(prefix)]


@given(st.lists(term_sets, min_size=1, max_size=4))
def test_several_lexicons(sets):
    lexicons = [lexicon(terms) for terms in sets]
    every = sorted(set().union(*sets))
    terms, numbers = merged_terms(lexicons)
    assert terms == every
    for own, found in zip(sets, numbers, strict=True):
        assert [every[number] for number in found] == sorted(own)


@given(st.lists(st.sets(st.text("abé", max_size=70), max_size=20), min_size=1, max_size=3))
def test_common_ranks_sort_as_the_terms_do(sets):
    ranks = common_ranks([lexicon(terms) for terms in sets])
    pairs = sorted((term, int(rank)) for terms, found in zip(sets, ranks, strict=True) for term, rank in zip(sorted(terms), found, strict=True))
    for (term, rank), (next_term, next_rank) in itertools.pairwise(pairs):
        assert (rank == next_rank) == (term == next_term)
        assert rank <= next_rank


def test_a_lone_surrogate_is_a_letter_like_others():
    assert lexicon(["a", "\ud800"]).slice(0, 2) == ["a", "\ud800"]


@pytest.mark.parametrize(("blob", "starts"), [(b"a\n", [0, 3]), (b"a\n", [1, 2]), (b"a\n", [])])
def test_terms_of_another_length_than_said(blob, starts):
    with pytest.raises(ValueError, match="length"):
        Lexicon(memoryview(blob), np.array(starts, dtype=np.uint8))
